//! Marks in the charts of a Grafana: where an incident was declared, mitigated and resolved.
//!
//! **Invariant**: a mark is asked for once. Its command's id follows from the event that it shows,
//! so whoever asks a second time is told of the first.

use super::outside::Caller;
use crate::incident::{
    Command, Event, Incident, IncidentId, Intent, Kind, OutsideCall, Seq, Status, Summary,
    Timestamp, What,
};
use crate::journal::{ReadError, ReadFrom, Record};
use crate::server::derive;
use crate::signals::SourceKind;
use chrono::TimeDelta;
use std::sync::Arc;

/// How long after an incident's end marks are still asked for that a server before this one did
/// not come to: later nobody looks at the charts for them.
const ENDED_LATELY: TimeDelta = TimeDelta::hours(1);
/// Records read at once while marks are looked for.
const PAGE: u32 = 1_000;

/// Something that charts elsewhere should show.
pub(super) struct Milepost {
    incident: IncidentId,
    seq: Seq,
    at: Timestamp,
    text: String,
}

impl Milepost {
    /// What this event of the incident is, if it is such. Nothing of a drill, which never reaches
    /// the outside world.
    pub(super) fn of(incident: &Incident, event: &Event) -> Option<Self> {
        Self::titled(incident.id, &incident.title, incident.kind, event)
    }

    fn titled(incident: IncidentId, title: &str, kind: Kind, event: &Event) -> Option<Self> {
        let status = match event.body.known()? {
            What::Opened { status, .. } | What::StatusSet { status, .. } => *status,
            _ => return None,
        };
        let word = match status {
            Status::Investigating => "declared",
            Status::Monitoring => "mitigated",
            Status::Resolved => "resolved",
            _ => return None,
        };
        (kind == Kind::Real).then(|| Self {
            incident,
            seq: event.seq,
            at: event.occurred_at,
            text: format!("{incident} {word}: {title}"),
        })
    }

    /// The command by which a source is asked for it.
    fn command(&self, source: &Arc<str>, now: Timestamp) -> Command {
        Command {
            id: derive::from_milepost(self.at, self.incident, self.seq, source),
            written_at: now,
            intent: Intent::AskOutside {
                call: OutsideCall::Annotate {
                    source: source.clone(),
                    at: self.at,
                    text: self.text.as_str().into(),
                },
            },
        }
    }
}

/// Whether marks that are missing are still of use to anyone.
fn is_of_now(line: &Summary, now: Timestamp) -> bool {
    let ended = line.resolved_at.unwrap_or(line.changed_at);
    line.kind == Kind::Real && (line.status.is_open() || now - ended < ENDED_LATELY)
}

impl Caller {
    /// Asks, in the incident's log, that every Grafana shows it. A command that is refused is in
    /// the server's log.
    pub(super) async fn ask_for_marks(&self, milepost: &Milepost) {
        for source in self.grafanas() {
            self.ask_for_mark(milepost, source).await;
        }
    }

    fn grafanas(&self) -> impl Iterator<Item = &Arc<str>> {
        let sources = self.sources.values();
        let grafanas = sources.filter(|source| source.kind == SourceKind::Grafana);
        grafanas.map(|source| &source.name)
    }

    async fn ask_for_mark(&self, milepost: &Milepost, source: &Arc<str>) {
        let incident = milepost.incident;
        // A chart is for everyone.
        if self.shared.board.is_private(incident) {
            return;
        }
        let command = milepost.command(source, self.shared.clock.now());
        match self.submit(incident, command).await {
            Some(Err(refusal)) => tracing::info!(%incident, %refusal, "no mark is asked for"),
            Some(Ok(_)) => {}
            None => tracing::warn!(%incident, "a mark could not be asked for"),
        }
    }

    /// Asks for the marks that a server before this one wrote the reason for and ended before it
    /// asked: those of incidents that are open, or ended lately.
    pub(super) async fn ask_for_missed_marks(&self) {
        if self.grafanas().next().is_none() {
            return;
        }
        let now = self.shared.clock.now();
        for line in self.shared.board.lines(|line| is_of_now(line, now)) {
            if let Err(error) = self.ask_for_missed_marks_of(&line).await {
                let incident = line.id;
                tracing::warn!(%incident, %error, "marks that are missing were not looked for");
            }
        }
    }

    async fn ask_for_missed_marks_of(&self, line: &Summary) -> Result<(), ReadError> {
        let (journal, now) = (&self.shared.journal, self.shared.clock.now());
        let mut read_to = Seq::ZERO;
        // What is newer is marked as it happens.
        while read_to < line.seq {
            let page = journal
                .read(line.id, ReadFrom::After(read_to), PAGE)
                .await?;
            let Some(last) = page.last().map(Record::seq) else {
                break;
            };
            read_to = last;
            let events = page.iter().map(Record::event);
            let mileposts =
                events.filter_map(|event| Milepost::titled(line.id, &line.title, line.kind, event));
            for milepost in mileposts {
                for source in self.grafanas() {
                    let command = milepost.command(source, now).id;
                    if journal.find_command(command).await?.is_empty() {
                        self.ask_for_mark(&milepost, source).await;
                    }
                }
            }
        }
        Ok(())
    }
}
