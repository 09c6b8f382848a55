//! Corrections of lines: they may arrive in any order, and before the line that they correct.

use super::{Amendment, Line, LineState, Timeline};
use crate::incident::{CommandId, Entry, Event, EventBody, Person, Seq, Timestamp, What};

/// Corrections kept of one line. Older ones are worked into it, and only their history is lost.
pub(super) const CORRECTIONS_PER_LINE: usize = 100;
/// Lines outside of the window whose corrections are kept while a page is on its way.
pub(super) const OUTSIDE_MAX: usize = 10_000;

/// A line before its corrections.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) entry: Entry,
    /// Corrections up to here are in already.
    pub(super) as_of: Seq,
}

/// A later event that changes a line.
#[derive(Debug)]
pub(super) struct Correction {
    by: Person,
    at: Timestamp,
    what: What,
}

/// An own command's change of a line, not confirmed yet.
#[derive(Debug)]
pub(super) struct Mark {
    pub(super) command: CommandId,
    pub(super) target: Seq,
    pub(super) what: What,
}

impl Timeline {
    /// Works in the correction that this event is, if it is one.
    pub(super) fn note_correction(&mut self, event: &Event) {
        let EventBody::Known(what) = &event.body else {
            return;
        };
        let Some(target) = what.target() else {
            return;
        };
        let here = target >= self.first && target <= self.last;
        // A page on its way may have been read before this correction; otherwise the page brings
        // its corrections with it.
        if !here && (self.loading.is_none() || self.corrections.len() >= OUTSIDE_MAX) {
            return;
        }
        let correction = Correction {
            by: event.by.clone(),
            at: event.recorded_at,
            what: what.clone(),
        };
        self.corrections
            .entry(target)
            .or_default()
            .insert(event.seq, correction);
        self.rebuild(target);
    }

    /// Makes a line anew: as it was, then its corrections in the order of the log, then the own
    /// pending ones.
    pub(super) fn rebuild(&mut self, target: Seq) {
        let Some(at) = self.position(target) else {
            return;
        };
        let Some(line) = self.lines.get_mut(at) else {
            return;
        };
        let corrections = self.corrections.get_mut(&target);
        let marked = self.marks.iter().any(|mark| mark.target == target);
        if corrections.is_none() && !marked && !self.bases.contains_key(&target) {
            line.state = LineState::Confirmed;
            return;
        }
        let base = self.bases.entry(target).or_insert_with(|| Base {
            entry: line.entry.clone(),
            as_of: target,
        });
        let mut made = Line {
            entry: base.entry.clone(),
            state: LineState::Confirmed,
            history: Vec::new(),
        };
        if let Some(corrections) = corrections {
            while corrections.len() > CORRECTIONS_PER_LINE
                && let Some((seq, oldest)) = corrections.pop_first()
            {
                if seq > base.as_of {
                    base.entry.correct(seq, &oldest.what);
                    base.as_of = seq;
                    made.entry = base.entry.clone();
                }
            }
            for (seq, correction) in corrections.range(base.as_of.next()..) {
                made.correct(*seq, correction);
            }
        }
        for mark in self.marks.iter().filter(|mark| mark.target == target) {
            made.entry.correct(Seq::ZERO, &mark.what);
            made.state = LineState::Pending(mark.command);
        }
        *line = made;
        self.revision += 1;
    }

    /// Puts the own pending changes back on lines that came anew.
    pub(super) fn refresh_marks(&mut self) {
        let targets: Vec<Seq> = self.marks.iter().map(|mark| mark.target).collect();
        for target in targets {
            self.rebuild(target);
        }
    }
}

impl Line {
    fn correct(&mut self, seq: Seq, correction: &Correction) {
        if let What::Amended { .. } = correction.what {
            self.history.push(Amendment {
                seq,
                by: correction.by.clone(),
                at: correction.at,
                was: self.entry.text.clone(),
            });
        }
        self.entry.correct(seq, &correction.what);
    }
}
