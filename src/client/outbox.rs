//! The order of what is to be sent, and what of it was.
//!
//! Commands go out in the order in which they were written, at most [`IN_FLIGHT`] without an
//! answer. After a reconnect all go out again: the server knows a command by its id.

use super::Pending;
use crate::incident::{CommandId, IncidentId, Refusal, RefusalCode, Seq, Timestamp};
use chrono::TimeDelta;
use std::collections::VecDeque;

/// Own commands that wait at the most: an hour of a fast team on one console. Beyond it the next
/// one is refused, aloud, and its words stay with the writer.
pub const OUTBOX_MAX: usize = 10_000;
/// Commands sent and not yet answered: enough to fill a slow line, and well under the server's
/// bound for one session.
pub const IN_FLIGHT: usize = 64;
/// The first wait after the server could not take a command; doubled each time.
const RETRY_FIRST: TimeDelta = TimeDelta::milliseconds(250);
/// The longest wait.
const RETRY_MAX: TimeDelta = TimeDelta::seconds(10);

/// How far a command has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Being put on disk.
    Storing,
    /// May be sent.
    Ready,
    /// Sent over the connection that stands.
    Sent,
    /// Sent; its answer may be among what the server left out. It is not sent again before the
    /// server has shown that it took in all that was sent so far: a refusal that is told to two
    /// copies is the last word, and no later round is decided.
    Unsure,
    /// Its events were seen; the answer has not come.
    Seen {
        incident: IncidentId,
        first: Seq,
        last: Seq,
    },
}

#[derive(Debug)]
struct Item {
    pending: Pending,
    stage: Stage,
    /// How often it was refused for good and is sent again all the same. With a new round the
    /// server decides anew, and every copy of an older one stays refused.
    round: u32,
}

/// Where the events of a command were seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settled {
    pub(super) command: CommandId,
    pub(super) incident: IncidentId,
    pub(super) first: Seq,
    pub(super) last: Seq,
}

/// What becomes of a refused command.
#[derive(Debug)]
pub(super) enum Fate {
    /// It is not in here.
    Unknown,
    /// It is sent again, not before this time. `news`: the user was not told yet.
    Again { at: Timestamp, news: bool },
    /// It was taken out.
    Out(Box<Pending>),
}

/// The own commands that are not confirmed yet.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    items: VecDeque<Item>,
    /// The server could not take a command: nothing is sent before this time.
    retry_at: Option<Timestamp>,
    /// How often in a row it could not.
    refusals: u32,
}

impl Outbox {
    /// Takes a new command in, to be stored.
    ///
    /// # Errors
    /// When there is no room.
    pub(super) fn push(&mut self, pending: Pending) -> Result<(), Refusal> {
        if self.items.len() >= OUTBOX_MAX {
            return Err(Refusal::new(
                RefusalCode::Full,
                format!("{OUTBOX_MAX} of your lines wait to be sent; no more are taken."),
                "Keep the words, and submit them when the connection is back.",
            ));
        }
        self.items.push_back(Item {
            pending,
            stage: Stage::Storing,
            round: 0,
        });
        Ok(())
    }

    /// Takes commands in that are on disk already: by their age, before those that were not sent.
    /// Not bounded: they were taken once and must not be lost.
    pub(super) fn restore(&mut self, restored: Vec<Pending>) {
        for pending in restored {
            if self
                .items
                .iter()
                .any(|i| i.pending.command.id == pending.command.id)
            {
                continue;
            }
            let id = pending.command.id;
            let younger = |item: &Item| {
                item.pending.command.id > id
                    && !matches!(item.stage, Stage::Sent | Stage::Unsure | Stage::Seen { .. })
            };
            let at = self
                .items
                .iter()
                .position(younger)
                .unwrap_or(self.items.len());
            let item = Item {
                pending,
                stage: Stage::Ready,
                round: 0,
            };
            self.items.insert(at, item);
        }
    }

    fn find(&mut self, command: CommandId) -> Option<&mut Item> {
        self.items
            .iter_mut()
            .find(|item| item.pending.command.id == command)
    }

    pub(super) fn contains(&self, command: CommandId) -> bool {
        self.items
            .iter()
            .any(|item| item.pending.command.id == command)
    }

    /// It is on disk, or as safe as it gets.
    pub(super) fn stored(&mut self, command: CommandId) {
        if let Some(item) = self.find(command)
            && item.stage == Stage::Storing
        {
            item.stage = Stage::Ready;
        }
    }

    /// Takes it out, whatever its stage.
    pub(super) fn remove(&mut self, command: CommandId) -> Option<Pending> {
        let at = self
            .items
            .iter()
            .position(|i| i.pending.command.id == command)?;
        self.items.remove(at).map(|item| item.pending)
    }

    /// The server carried it out.
    pub(super) fn done(&mut self, command: CommandId) -> Option<Pending> {
        let pending = self.remove(command)?;
        self.refusals = 0;
        Some(pending)
    }

    /// An event of it was seen: it is durable. Answers whether this is news.
    pub(super) fn seen(&mut self, command: CommandId, incident: IncidentId, seq: Seq) -> bool {
        let Some(item) = self.find(command) else {
            return false;
        };
        if let Stage::Seen { last, .. } = &mut item.stage {
            *last = (*last).max(seq);
            return false;
        }
        item.stage = Stage::Seen {
            incident,
            first: seq,
            last: seq,
        };
        true
    }

    /// Takes out what was seen whole but not answered: all of it, or that of one incident but for
    /// the command whose events may still be coming.
    pub(super) fn take_seen(&mut self, of: Option<(IncidentId, CommandId)>) -> Vec<Settled> {
        let mut settled = Vec::new();
        self.items.retain(|item| {
            let Stage::Seen {
                incident,
                first,
                last,
            } = item.stage
            else {
                return true;
            };
            let command = item.pending.command.id;
            if of.is_some_and(|(whose, but)| whose != incident || but == command) {
                return true;
            }
            settled.push(Settled {
                command,
                incident,
                first,
                last,
            });
            false
        });
        settled
    }

    /// Whether anything was seen and not answered: cheap to ask for every event.
    pub(super) fn has_seen(&self) -> bool {
        let seen = |item: &Item| matches!(item.stage, Stage::Seen { .. });
        self.items.iter().take(IN_FLIGHT).any(seen)
    }

    /// The server did not carry this round of it out. What stands behind a command of the same
    /// incident that is sent again is sent again too, whatever the refusal: it may hang on that
    /// one.
    pub(super) fn refused(
        &mut self,
        command: CommandId,
        round: u32,
        again: bool,
        now: Timestamp,
    ) -> Fate {
        let asked = |item: &Item| item.pending.command.id == command && item.round == round;
        // The answer to a copy of an older round says nothing about the one under way.
        let Some(at) = self.items.iter().position(asked) else {
            return Fate::Unknown;
        };
        let incident = self.items.get(at).and_then(|item| item.pending.incident);
        let behind = self.retry_at.is_some()
            && self
                .items
                .iter()
                .take(at)
                .any(|item| item.stage == Stage::Ready && item.pending.incident == incident);
        if !again && !behind {
            return self
                .remove(command)
                .map_or(Fate::Unknown, |p| Fate::Out(Box::new(p)));
        }
        if let Some(item) = self.items.get_mut(at) {
            item.stage = Stage::Ready;
            item.pending.sent = false;
            item.round += u32::from(!again);
        }
        if let Some(at) = self.retry_at {
            return Fate::Again { at, news: false };
        }
        let wait = RETRY_FIRST * (1 << self.refusals.min(6));
        let at = now + wait.min(RETRY_MAX);
        let news = self.refusals == 0;
        self.refusals += 1;
        self.retry_at = Some(at);
        Fate::Again { at, news }
    }

    /// When what waits is sent again, if it waits for a time.
    pub(super) fn waits_until(&self) -> Option<Timestamp> {
        self.retry_at
    }

    /// The connection is gone: all that is not in the log goes out again over the next one.
    pub(super) fn disconnected(&mut self) {
        self.retry_at = None;
        for item in &mut self.items {
            item.pending.sent = false;
            if matches!(item.stage, Stage::Sent | Stage::Unsure) {
                item.stage = Stage::Ready;
            }
        }
    }

    /// Answers were left out. What was sent to an incident that is joined again waits for that;
    /// the rest, which does not hang on a state, goes again at once.
    pub(super) fn answers_lost(&mut self, joined: impl Fn(IncidentId) -> bool) {
        self.retry_at = None;
        for item in &mut self.items {
            if item.stage == Stage::Sent {
                let waits = item.pending.incident.is_some_and(&joined);
                item.stage = if waits { Stage::Unsure } else { Stage::Ready };
            }
        }
    }

    /// The server has taken in all that was sent to this incident before it was joined again.
    pub(super) fn joined(&mut self, incident: IncidentId) {
        for item in &mut self.items {
            if item.stage == Stage::Unsure && item.pending.incident == Some(incident) {
                item.stage = Stage::Ready;
            }
        }
    }

    /// What may be sent now, in order, with its round; counts as sent. After a refusal it waits for its time and
    /// for the answers to all that is under way, so that the order stays.
    pub(super) fn send_next(&mut self, now: Timestamp) -> Vec<(Pending, u32)> {
        let mut in_flight = self
            .items
            .iter()
            .filter(|item| matches!(item.stage, Stage::Sent | Stage::Unsure))
            .count();
        if let Some(at) = self.retry_at {
            // Further off than it can be, the clock was set back: it is not waited for.
            let waits = now < at && at - now <= RETRY_MAX;
            if waits || in_flight > 0 {
                return Vec::new();
            }
            self.retry_at = None;
        }
        let mut out = Vec::new();
        for item in &mut self.items {
            match item.stage {
                Stage::Sent | Stage::Unsure | Stage::Seen { .. } => continue,
                // What comes behind waits for it, so that the order stays.
                Stage::Storing => break,
                Stage::Ready if in_flight >= IN_FLIGHT => break,
                Stage::Ready => {}
            }
            item.stage = Stage::Sent;
            item.pending.sent = true;
            in_flight += 1;
            out.push((item.pending.clone(), item.round));
        }
        out
    }

    /// How many are not known to be in the log.
    pub(super) fn len(&self) -> usize {
        let open = |item: &&Item| !matches!(item.stage, Stage::Seen { .. });
        self.items.iter().filter(open).count()
    }

    /// Those of one incident that are not known to be in the log, in order.
    pub(super) fn of(&self, incident: IncidentId) -> impl Iterator<Item = Pending> {
        self.items
            .iter()
            .filter(move |item| item.pending.incident == Some(incident))
            .filter(|item| !matches!(item.stage, Stage::Seen { .. }))
            .map(|item| item.pending.clone())
    }
}

#[cfg(test)]
mod tests;
