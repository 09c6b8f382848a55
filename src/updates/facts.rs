//! What is known of an incident that a template may name.

use crate::incident::{Entry, EntryKind, Incident, Milestone, Role, Timestamp};
use std::collections::BTreeMap;

/// What a template may name, each in `{{ }}`.
pub const NAMES: [&str; 13] = [
    "id",
    "title",
    "severity",
    "status",
    "service",
    "impact",
    "workaround",
    "started",
    "declared",
    "resolved",
    "commander",
    "doing",
    "next",
];

/// What stands in the place of a fact that is not known: it is seen, and cannot be mistaken for
/// the update's own words.
#[must_use]
pub fn gap(name: &str) -> String {
    format!("‹{name}?›")
}

/// What is known of an incident, by the names of [`NAMES`]. What is not known is not there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts(BTreeMap<&'static str, String>);

impl Facts {
    /// What everyone may know of this incident now, with the next update at `next_at`. Times are
    /// UTC; those of another day have their date.
    #[must_use]
    pub fn of(incident: &Incident, next_at: Option<Timestamp>, now: Timestamp) -> Self {
        let time = |at: Timestamp| utc(at, now);
        let milestone = |milestone| incident.milestones.at(milestone).map(time);
        let commander = incident.holder(&Role::IncidentCommander);
        let all = [
            ("id", Some(incident.id.to_string())),
            ("title", Some(incident.title.to_string())),
            ("severity", incident.severity.map(|s| s.to_string())),
            ("status", Some(incident.status.to_string())),
            ("service", incident.service.as_deref().map(str::to_owned)),
            ("impact", incident.impact.as_ref().and_then(words)),
            ("workaround", incident.workaround.as_ref().and_then(words)),
            ("started", milestone(Milestone::Started)),
            ("declared", milestone(Milestone::Declared)),
            ("resolved", milestone(Milestone::Resolved)),
            ("commander", commander.map(ToString::to_string)),
            ("doing", doing(incident)),
            ("next", next_at.map(time)),
        ];
        let known = all
            .into_iter()
            .filter_map(|(name, fact)| Some((name, fact?)));
        Self(known.filter(|(_, fact)| !fact.trim().is_empty()).collect())
    }

    /// The fact of that name, if it is known.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// The newest thing done or decided that everyone may read.
fn doing(incident: &Incident) -> Option<String> {
    let kinds = [EntryKind::Decision, EntryKind::ActionTaken];
    let newest = incident.recent.iter().rev();
    newest
        .into_iter()
        .filter(|entry| kinds.contains(&entry.kind))
        // How it was decided is the room's own; those who are told hear what is done.
        .find_map(|entry| words_of(entry, incident.decided_words(entry)))
}

fn words(entry: &Entry) -> Option<String> {
    words_of(entry, &entry.text)
}

/// Words of an entry in one line, without its tags. One that is private or was taken back has none.
fn words_of(entry: &Entry, text: &str) -> Option<String> {
    if entry.marks.private || entry.marks.retracted.is_some() {
        return None;
    }
    let is_tag = |word: &str| {
        let tag = word.strip_prefix('#').map(str::to_lowercase);
        tag.is_some_and(|tag| entry.tags.iter().any(|one| **one == *tag))
    };
    let words: Vec<&str> = (text.split_whitespace())
        .filter(|word| !is_tag(word))
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn utc(at: Timestamp, now: Timestamp) -> String {
    let form = if at.date_naive() == now.date_naive() {
        "%H:%M UTC"
    } else {
        "%Y-%m-%d %H:%M UTC"
    };
    at.format(form).to_string()
}
