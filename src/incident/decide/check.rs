//! The checks that several rules share.

use super::Case;
use crate::incident::limits;
use crate::incident::{Milestone, Person, Refusal, RefusalCode, Role, Status, Timestamp};
use chrono::TimeDelta;
use std::sync::Arc;

pub(super) fn refuse(
    code: RefusalCode,
    why: impl Into<String>,
    instead: impl Into<String>,
) -> Refusal {
    Refusal::new(code, why, instead)
}

/// A refusal of something that is so already.
pub(super) fn no_change(why: impl Into<String>) -> Refusal {
    refuse(RefusalCode::NoChange, why, "Nothing needs to be done.")
}

/// Text that must be there, in one piece and bounded: trimmed at both ends.
pub(super) fn text(given: &str, what: &str, bytes_max: usize) -> Result<Arc<str>, Refusal> {
    let trimmed = given.trim();
    if trimmed.is_empty() {
        return Err(refuse(
            RefusalCode::Invalid,
            format!("{what} is empty."),
            "Write a few words.",
        ));
    }
    bounded(trimmed, what, bytes_max)
}

/// Text that may be empty, bounded.
pub(super) fn bounded(given: &str, what: &str, bytes_max: usize) -> Result<Arc<str>, Refusal> {
    if given.len() > bytes_max {
        return Err(refuse(
            RefusalCode::Invalid,
            format!("{what} has {} bytes; {bytes_max} is the most.", given.len()),
            "Shorten it, or put the whole elsewhere and link to it.",
        ));
    }
    Ok(Arc::from(given))
}

/// A name that is only passed on: it must be there, and stays byte for byte what it is.
pub(super) fn named(given: &str, what: &str, bytes_max: usize) -> Result<Arc<str>, Refusal> {
    if given.trim().is_empty() || given.chars().any(char::is_control) {
        return Err(refuse(
            RefusalCode::Invalid,
            format!("{what} is empty, or has control characters in it."),
            "Pick it from the screen again.",
        ));
    }
    bounded(given, what, bytes_max)
}

/// One line of text that must be there.
pub(super) fn line(given: &str, what: &str, bytes_max: usize) -> Result<Arc<str>, Refusal> {
    let joined = given.split_whitespace().collect::<Vec<_>>().join(" ");
    text(&joined, what, bytes_max)
}

/// A reason that may be left out; one of spaces is none.
pub(super) fn reason(given: Option<&Arc<str>>) -> Result<Option<Arc<str>>, Refusal> {
    match given.map(|reason| reason.trim()) {
        None | Some("") => Ok(None),
        Some(reason) => bounded(reason, "The reason", limits::REASON_BYTES).map(Some),
    }
}

impl Case<'_> {
    /// A time that somebody named: not in the future.
    pub(super) fn named_time(self, at: Timestamp) -> Result<Timestamp, Refusal> {
        let latest = self.context.now + TimeDelta::seconds(limits::FUTURE_SECONDS_MAX);
        if at > latest {
            return Err(refuse(
                RefusalCode::Invalid,
                format!("{} lies in the future.", at.format("%Y-%m-%d %H:%M:%S UTC")),
                "Name a time that has been.",
            ));
        }
        Ok(at.min(self.context.now))
    }

    /// The incident is in triage or live.
    pub(super) fn needs_open(self) -> Result<(), Refusal> {
        if self.incident.status.is_open() {
            return Ok(());
        }
        Err(refuse(
            RefusalCode::WrongStatus,
            format!("{} is {}.", self.incident.id, self.incident.status),
            self.how_to_go_on(),
        ))
    }

    fn how_to_go_on(self) -> String {
        match (self.incident.status, self.incident.merged_into) {
            (Status::Merged, Some(into)) => format!("Go on in {into}."),
            _ => "Reopen it first; notes may be written without.".to_owned(),
        }
    }

    /// The actor is the commander or the deputy. Before the incident is declared nobody is, and
    /// anyone who may write may decide.
    pub(super) fn needs_command(self, to_do: &str) -> Result<(), Refusal> {
        if self.incident.status == Status::Triage {
            return Ok(());
        }
        self.needs_commander(to_do)
    }

    /// The actor is the commander or the deputy, whatever the status.
    pub(super) fn needs_commander(self, to_do: &str) -> Result<(), Refusal> {
        if self.incident.is_in_command(&self.context.actor.person) {
            return Ok(());
        }
        let (why, instead) = match self.incident.holder(&Role::IncidentCommander) {
            Some(ic) => (
                format!("Only the Incident Commander ({ic}) or the deputy may {to_do}."),
                format!("Ask {ic}, or take over command from them by name."),
            ),
            None => (
                format!("Only the Incident Commander may {to_do}, and the role is vacant."),
                "Claim Incident Commander first, then do it again.".to_owned(),
            ),
        };
        Err(refuse(RefusalCode::NeedsCommand, why, instead))
    }

    /// Setting `milestone` to `at` keeps the milestones in order.
    pub(super) fn in_order(self, milestone: Milestone, at: Timestamp) -> Result<(), Refusal> {
        match self.incident.milestones.conflict(milestone, at) {
            None => Ok(()),
            Some((other, other_at)) => Err(refuse(
                RefusalCode::OutOfOrder,
                format!(
                    "{milestone} at {} would be out of order with {other} at {}.",
                    at.format("%Y-%m-%d %H:%M:%S UTC"),
                    other_at.format("%Y-%m-%d %H:%M:%S UTC"),
                ),
                format!("Correct {other} first, or name another time."),
            )),
        }
    }

    /// People named in a text, bounded and each once.
    pub(super) fn people(people: &[Person]) -> Result<Vec<Person>, Refusal> {
        let mut named: Vec<Person> = Vec::new();
        for person in people {
            if !named.contains(person) {
                named.push(person.clone());
            }
        }
        few(named.len(), "people named")?;
        Ok(named)
    }

    /// Tags: lower case, letters, digits, `-`, `_`, `.`; bounded and each once.
    pub(super) fn tags(tags: &[Arc<str>]) -> Result<Vec<Arc<str>>, Refusal> {
        let mut kept: Vec<Arc<str>> = Vec::new();
        for tag in tags {
            let lower = tag.trim_start_matches('#').to_lowercase();
            let fits = !lower.is_empty()
                && lower.len() <= limits::TAG_BYTES
                && lower
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
            if !fits {
                return Err(refuse(
                    RefusalCode::Invalid,
                    "A tag is not a short word of letters, digits, '-', '_' and '.'.",
                    "Shorten the tag.",
                ));
            }
            if !kept.iter().any(|k| **k == *lower) {
                kept.push(lower.into());
            }
        }
        few(kept.len(), "tags")?;
        Ok(kept)
    }
}

fn few(count: usize, what: &str) -> Result<(), Refusal> {
    if count <= limits::TAGS_PER_ENTRY {
        return Ok(());
    }
    Err(refuse(
        RefusalCode::Invalid,
        format!(
            "{count} {what} in one entry; {} is the most.",
            limits::TAGS_PER_ENTRY
        ),
        "Write a second entry.",
    ))
}
