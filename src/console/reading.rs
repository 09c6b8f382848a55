//! A part of a log that is read for the person: what changed, or where nobody wrote.

use super::memory::Looked;
use crate::incident::limits::CATCH_UP_EVENTS;
use crate::incident::{
    Changes, Entry, Event, Gap, Incident, IncidentId, Milestone, Person, Seq, Timestamp, catch_up,
    gaps, lines,
};
use chrono::TimeDelta;
use std::collections::BTreeMap;

/// The shortest stretch that counts as a gap; as on the command line.
const GAP: TimeDelta = TimeDelta::minutes(10);

/// What it is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// What changed since then; absent: since it was opened.
    Changes(Option<Looked>),
    /// Where nobody wrote.
    Gaps,
}

/// A stretch in which things changed and nobody wrote, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundGap {
    /// The stretch.
    pub gap: Gap,
    /// The first thing that changed in it.
    pub first: Entry,
    /// What changed, counted: `2× alert, runbook step`.
    pub what: String,
}

/// A part of a log that is read, and what follows from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Whose log.
    pub incident: IncidentId,
    /// What for.
    pub why: Why,
    /// The number of the question that is under way; absent once all is here.
    pub request: Option<u64>,
    /// The last event that is to be read.
    pub head: Seq,
    /// Where it begins, where that is later than what was wanted: there is too much.
    pub cut: Option<Seq>,
    /// What changed.
    pub changes: Changes,
    /// Where nobody wrote, the oldest first.
    pub gaps: Vec<FoundGap>,
    events: Vec<Event>,
    after: Seq,
}

impl Reading {
    /// Reads from after that place of a log up to its head: the newest of it, where it is too much.
    #[must_use]
    pub fn new(incident: IncidentId, why: Why, head: Seq) -> Self {
        let wanted = match why {
            Why::Changes(since) => since.map_or(Seq::ZERO, |looked| looked.seq),
            Why::Gaps => Seq::ZERO,
        };
        let after = wanted.max(Seq(head.0.saturating_sub(CATCH_UP_EVENTS)));
        Self {
            incident,
            why,
            request: None,
            head,
            cut: (after > wanted).then(|| after.next()),
            changes: Changes::default(),
            gaps: Vec::new(),
            events: Vec::new(),
            after,
        }
    }

    /// After which place of the log the next page is wanted; nothing once all is here.
    #[must_use]
    pub fn wants(&self) -> Option<Seq> {
        let read = self.events.last().map_or(self.after, |event| event.seq);
        (read < self.head).then_some(read)
    }

    /// Takes the next page in. Answers whether it brought anything.
    pub fn take(&mut self, events: Vec<Event>) -> bool {
        let read = self.events.last().map_or(self.after, |event| event.seq);
        let head = self.head;
        let before = self.events.len();
        let new = events.into_iter();
        self.events
            .extend(new.filter(|event| event.seq > read && event.seq <= head));
        self.events.len() > before
    }

    /// All is here: works out what follows.
    pub fn finish(&mut self, me: Option<&Person>, incident: &Incident, now: Timestamp) {
        let events = std::mem::take(&mut self.events);
        match self.why {
            Why::Changes(_) => self.changes = catch_up(&events, me),
            Why::Gaps => self.gaps = found(&events, incident, now),
        }
        self.request = None;
    }
}

fn found(events: &[Event], incident: &Incident, now: Timestamp) -> Vec<FoundGap> {
    let entries = lines(events, &[]);
    // What is written later is the review.
    let resolved = incident.milestones.at(Milestone::Resolved);
    let end = resolved.filter(|_| !incident.status.is_open());
    let found = gaps(&entries, GAP, end.unwrap_or(now)).into_iter();
    let described = found.filter_map(|gap| {
        let mut of = entries
            .iter()
            .filter(|entry| gap.changes.contains(&entry.seq));
        let first = of.next()?.clone();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in std::iter::once(&first).chain(of) {
            *counts.entry(entry.kind.title()).or_default() += 1;
        }
        let words = counts.iter().map(|(kind, count)| match count {
            1 => (*kind).to_owned(),
            more => format!("{more}× {kind}"),
        });
        let what = words.collect::<Vec<_>>().join(", ");
        Some(FoundGap { gap, first, what })
    });
    described.collect()
}
