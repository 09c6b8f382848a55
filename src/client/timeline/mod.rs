//! The lines of one incident's timeline that this client has: a contiguous part of the log.
//!
//! Lines are sorted by when things happened, which is not the order of the log: a line that is
//! added late goes where it belongs. The part of the log that is here is `first..=last` without
//! gaps; with older pages it grows backwards, and it may stand away from the newest event after a
//! jump. It is bounded by [`LINES_MAX`].

mod correct;
mod page;

pub(super) use page::Want;

use crate::incident::{
    CommandId, Entry, Event, EventBody, Incident, Person, PinnedEvidence, Seq, Timestamp, limits,
};
use correct::{Base, Correction, Mark};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

/// Lines kept at the most: a bad day's whole incident, and small enough to be moved about in less
/// than a frame.
pub const LINES_MAX: usize = 20_000;
/// How many lines over the bound are let go together, so that the cost is spread.
const TRIM_STEP: usize = 1_000;
/// Pieces of evidence kept with their numbers, the last that came: what one looks at now. Others
/// are fetched again.
const EVIDENCE_MAX: usize = 32;
/// Own commands whose place in the log is remembered.
const OWN_KEPT: usize = 256;

/// Whether a line is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineState {
    /// It is.
    Confirmed,
    /// Not yet: this own command makes it, or changes it.
    Pending(CommandId),
}

/// An earlier wording of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amendment {
    /// The event that changed it.
    pub seq: Seq,
    /// Who changed it.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// The words before it.
    pub was: Arc<str>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it says now, all corrections in. Its `seq` is zero while the line itself is pending.
    pub entry: Entry,
    /// Whether it is in the log.
    pub state: LineState,
    /// Its earlier wordings, oldest first.
    pub history: Vec<Amendment>,
}

impl Line {
    /// Where it is sorted in: by time, then by place in the log, pending ones last.
    fn key(&self) -> (Timestamp, u64) {
        (self.entry.occurred_at, rank(self.entry.seq))
    }
}

fn rank(seq: Seq) -> u64 {
    if seq == Seq::ZERO { u64::MAX } else { seq.0 }
}

/// A contiguous part of one incident's timeline.
#[derive(Debug)]
pub struct Timeline {
    lines: Vec<Line>,
    /// When the confirmed lines happened, by seq: their key for the search in `lines`.
    times: BTreeMap<Seq, Timestamp>,
    /// Lines as they were before the corrections that are known by themselves.
    bases: HashMap<Seq, Base>,
    corrections: BTreeMap<Seq, BTreeMap<Seq, Correction>>,
    marks: Vec<Mark>,
    first: Seq,
    last: Seq,
    head: Seq,
    /// The server said that there is nothing older.
    start: bool,
    loading: Option<u64>,
    own: VecDeque<(CommandId, Seq)>,
    trimmed: bool,
    evidence: VecDeque<PinnedEvidence>,
    revision: u64,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            lines: Vec::new(),
            times: BTreeMap::new(),
            bases: HashMap::new(),
            corrections: BTreeMap::new(),
            marks: Vec::new(),
            first: Seq(1),
            last: Seq::ZERO,
            head: Seq::ZERO,
            start: false,
            loading: None,
            own: VecDeque::new(),
            trimmed: false,
            evidence: VecDeque::new(),
            revision: 0,
        }
    }
}

impl Timeline {
    /// The lines, sorted by when they happened, then by place in the log; pending ones last among
    /// equals.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Where the line of that seq stands, if it is here.
    #[must_use]
    pub fn position(&self, seq: Seq) -> Option<usize> {
        let at = *self.times.get(&seq)?;
        self.lines
            .binary_search_by_key(&(at, rank(seq)), Line::key)
            .ok()
    }

    /// The line of that seq, if it is here.
    #[must_use]
    pub fn get(&self, seq: Seq) -> Option<&Line> {
        self.position(seq).and_then(|at| self.lines.get(at))
    }

    /// The place in the log that an own command got, if it was confirmed lately: what was under
    /// the cursor while pending is found again by it.
    #[must_use]
    pub fn seq_of(&self, command: CommandId) -> Option<Seq> {
        let mut own = self.own.iter().rev();
        own.find(|(id, _)| *id == command).map(|(_, seq)| *seq)
    }

    /// Whether the first event of the log is here.
    #[must_use]
    pub fn reaches_start(&self) -> bool {
        self.start || self.first <= Seq(1)
    }

    /// Whether the newest event is here. Otherwise this is a window elsewhere, and
    /// [`super::Client::newest`] leads back.
    #[must_use]
    pub fn is_at_newest(&self) -> bool {
        self.last >= self.head
    }

    /// How many events came after this window; zero while it is at the newest.
    #[must_use]
    pub fn newer_count(&self) -> u64 {
        self.head.0.saturating_sub(self.last.0)
    }

    /// Whether lines were let go at the far end since the window was opened, as there were more
    /// than [`LINES_MAX`]. They come back when they are paged to.
    #[must_use]
    pub fn trimmed(&self) -> bool {
        self.trimmed
    }

    /// Whether a page is on its way.
    #[must_use]
    pub fn loading(&self) -> bool {
        self.loading.is_some()
    }

    /// Grows with every change, so that what was drawn can be kept while nothing changed.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The first and the last place in the log that is here; the first is after the last where
    /// nothing is.
    pub(super) fn range(&self) -> (Seq, Seq) {
        (self.first, self.last)
    }

    /// Starts anew from a folded state: its newest entries. Pending lines stay. Answers how many
    /// events must be read for the entries that the state has only in part (amended: without
    /// their earlier words; long: cut).
    pub(super) fn reset(&mut self, incident: &Incident) -> Option<u32> {
        self.clear_confirmed();
        self.head = incident.seq;
        self.last = incident.seq;
        // A state that holds fewer entries than it may holds them all.
        let all = incident.recent.len() < limits::RECENT_ENTRIES;
        let oldest = incident.recent.front().map(|entry| entry.seq);
        self.first = match oldest {
            Some(seq) if !all => seq,
            _ => Seq(1),
        };
        self.start = all;
        let mut partial = false;
        for entry in &incident.recent {
            partial |=
                entry.marks.amended.is_some() || entry.text.len() > limits::RECENT_TEXT_BYTES;
            self.bases.insert(
                entry.seq,
                Base {
                    entry: entry.clone(),
                    as_of: incident.seq,
                },
            );
            self.insert(entry.clone(), LineState::Confirmed);
        }
        self.refresh_marks();
        let reach = self.last.0.saturating_sub(oldest.unwrap_or(self.last).0) + 1;
        partial.then(|| u32::try_from(reach).unwrap_or(u32::MAX))
    }

    /// Takes in the next event of the log. In a window elsewhere it is only counted, unless it
    /// corrects a line that is here.
    pub(super) fn push(&mut self, event: &Event) {
        self.head = self.head.max(event.seq);
        if event.seq == self.last.next() {
            self.last = event.seq;
            self.add(event);
            if self.times.len() > LINES_MAX + TRIM_STEP {
                self.trim_oldest();
            }
        } else if event.seq > self.last {
            self.note_correction(event);
        }
        self.revision += 1;
    }

    /// Remembers where an own command came to stand.
    pub(super) fn remember_own(&mut self, command: CommandId, seq: Seq) {
        if self.own.back().is_some_and(|(id, _)| *id == command) {
            return;
        }
        if self.own.len() >= OWN_KEPT {
            self.own.pop_front();
        }
        self.own.push_back((command, seq));
    }

    /// The piece of evidence of that seq, if its event is among the last that came.
    pub(super) fn evidence(&self, seq: Seq) -> Option<&PinnedEvidence> {
        self.evidence.iter().find(|piece| piece.seq == seq)
    }

    /// Keeps the piece of evidence that this event pinned, if it pinned one.
    pub(super) fn keep_evidence(&mut self, event: &Event) {
        let Some(piece) = PinnedEvidence::from_event(event) else {
            return;
        };
        self.evidence.retain(|held| held.seq != piece.seq);
        if self.evidence.len() >= EVIDENCE_MAX {
            self.evidence.pop_front();
        }
        self.evidence.push_back(piece);
        self.revision += 1;
    }

    /// Puts in the event's line, or works in the correction that it is.
    fn add(&mut self, event: &Event) {
        self.keep_evidence(event);
        if let Some(entry) = Entry::from_event(event) {
            self.put(entry);
        }
        self.note_correction(event);
    }

    /// Puts in an entry as its event has it; a line that came from a folded state gives way.
    fn put(&mut self, entry: Entry) {
        let seq = entry.seq;
        self.bases.remove(&seq);
        match self.position(seq) {
            Some(at) => {
                if let Some(line) = self.lines.get_mut(at) {
                    line.entry = entry;
                    line.history.clear();
                }
            }
            None => self.insert(entry, LineState::Confirmed),
        }
        self.rebuild(seq);
    }

    fn insert(&mut self, entry: Entry, state: LineState) {
        if entry.seq != Seq::ZERO {
            self.times.insert(entry.seq, entry.occurred_at);
        }
        let line = Line {
            entry,
            state,
            history: Vec::new(),
        };
        let key = line.key();
        // What is new is mostly the newest: look at the end first.
        let at = if self.lines.last().is_none_or(|last| last.key() <= key) {
            self.lines.len()
        } else {
            self.lines.partition_point(|other| other.key() <= key)
        };
        self.lines.insert(at, line);
        self.revision += 1;
    }

    /// Shows what a pending command makes, as decided here: lines, or changes of lines.
    pub(super) fn add_pending(&mut self, command: CommandId, events: &[Event]) {
        for event in events {
            if let Some(mut entry) = Entry::from_event(event) {
                entry.seq = Seq::ZERO;
                self.insert(entry, LineState::Pending(command));
            } else if let EventBody::Known(what) = &event.body
                && let Some(target) = what.target()
            {
                self.marks.push(Mark {
                    command,
                    target,
                    what: what.clone(),
                });
                self.rebuild(target);
            }
        }
    }

    /// Takes away what a pending command made.
    pub(super) fn drop_pending(&mut self, command: CommandId) {
        let pending = LineState::Pending(command);
        // Pending lines are mostly among the newest.
        while let Some(at) = self
            .lines
            .iter()
            .rposition(|line| line.state == pending && line.entry.seq == Seq::ZERO)
        {
            self.lines.remove(at);
        }
        let (gone, stay): (Vec<_>, Vec<_>) = self
            .marks
            .drain(..)
            .partition(|mark| mark.command == command);
        self.marks = stay;
        for mark in gone {
            self.rebuild(mark.target);
        }
        self.revision += 1;
    }

    /// Takes away all that is pending.
    pub(super) fn clear_pending(&mut self) {
        self.lines.retain(|line| line.entry.seq != Seq::ZERO);
        for mark in std::mem::take(&mut self.marks) {
            self.rebuild(mark.target);
        }
        self.revision += 1;
    }

    fn clear_confirmed(&mut self) {
        self.lines.retain(|line| line.entry.seq == Seq::ZERO);
        self.times.clear();
        self.bases.clear();
        self.corrections.clear();
        self.first = Seq(1);
        self.last = Seq::ZERO;
        self.start = false;
        self.loading = None;
        self.trimmed = false;
        self.revision += 1;
    }
}

#[cfg(test)]
mod tests;
