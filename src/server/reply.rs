//! A command on its way through the server, and whom the outcome is told.

use super::metrics::Metrics;
use super::outbox::Outbox;
use crate::incident::{
    Actor, Command, CommandId, Context, Draft, Event, Hash, IncidentId, Refusal, RefusalCode, Seq,
};
use crate::journal::{AppendError, ReadError, Record, seal};
use crate::protocol::ServerFrame;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Where a command's events stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Carried {
    /// In which log.
    pub(super) incident: IncidentId,
    /// The first of them.
    pub(super) first: Seq,
    /// The last of them.
    pub(super) last: Seq,
}

impl Carried {
    /// Where these records stand, if there are any.
    pub(super) fn of(records: &[Record]) -> Option<Self> {
        let (first, last) = (records.first()?, records.last()?);
        Some(Self {
            incident: first.event().incident,
            first: first.seq(),
            last: last.seq(),
        })
    }
}

/// What came of a command.
pub(super) type Outcome = Result<Carried, Refusal>;

/// Whom the outcome is told.
pub(super) enum Reply {
    /// A session.
    Session {
        outbox: Arc<Outbox>,
        /// Which of the command's rounds it is.
        round: u32,
    },
    /// A part of the server that waits for it.
    Once(oneshot::Sender<Outcome>),
}

impl Reply {
    /// Which of the command's rounds is answered. None where a part of the server asks: it has no
    /// words to give back, and what it asks again is decided on what is so by then.
    pub(super) fn round(&self) -> Option<u32> {
        match self {
            Self::Session { round, .. } => Some(*round),
            Self::Once(_) => None,
        }
    }

    /// Tells it.
    pub(super) fn send(self, command: CommandId, outcome: Outcome, metrics: &Metrics) {
        metrics.outcome(outcome.as_ref().err());
        match self {
            Self::Once(waiting) => {
                // Whoever asked may have gone away; the outcome stands in the log.
                let _ = waiting.send(outcome);
            }
            Self::Session { outbox, round } => outbox.answer(&match outcome {
                Ok(Carried {
                    incident,
                    first,
                    last,
                }) => ServerFrame::Done {
                    command,
                    incident,
                    first,
                    last,
                },
                Err(refusal) => ServerFrame::Refused {
                    command,
                    refusal,
                    round,
                },
            }),
        }
    }
}

/// A command, who asks, and whom the outcome is told.
pub(super) struct Submission {
    pub(super) command: Command,
    pub(super) actor: Actor,
    pub(super) reply: Reply,
}

impl Submission {
    pub(super) fn answer(self, outcome: Outcome, metrics: &Metrics) {
        self.reply.send(self.command.id, outcome, metrics);
    }
}

/// Too much to do; the same command may be sent again.
pub(super) fn busy() -> Refusal {
    Refusal::new(
        RefusalCode::Busy,
        "The server has more to do than it can queue, so this was not carried out.",
        "It is tried again by itself; nothing is lost.",
    )
}

/// The journal could not be written.
pub(super) fn not_written(error: &AppendError) -> Refusal {
    if matches!(error, AppendError::Busy) {
        return busy();
    }
    Refusal::new(
        RefusalCode::Journal,
        format!("This was not written down: {error}."),
        "Make room or repair the disk on the server; the same command may then be sent again.",
    )
}

/// The journal could not be read.
pub(super) fn not_read(error: &ReadError) -> Refusal {
    Refusal::new(
        RefusalCode::Journal,
        format!("{}.", capital(&error.to_string())),
        "Look at the server's log and disk; the same may then be asked again.",
    )
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// Gives drafts their places behind `(seq, hash)`, their texts and their hashes.
pub(super) fn seal_drafts(
    incident: IncidentId,
    (mut seq, mut prev): (Seq, Hash),
    drafts: Vec<Draft>,
    command: CommandId,
    context: &Context,
) -> Result<Vec<Record>, Refusal> {
    let mut records = Vec::with_capacity(drafts.len());
    for draft in drafts {
        seq = seq.next();
        let event: Event = draft.into_event(incident, seq, prev, command, context);
        let record = seal(event).map_err(|error| {
            Refusal::new(
                RefusalCode::Invalid,
                format!("{}.", capital(&error.to_string())),
                "Write it in other words.",
            )
        })?;
        prev = record.hash();
        records.push(record);
    }
    Ok(records)
}
