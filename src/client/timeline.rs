//! The lines of one incident's timeline that this client has.

use crate::incident::{CommandId, Entry, Person, Seq, Timestamp};
use std::sync::Arc;

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

/// A contiguous part of one incident's timeline.
#[derive(Debug, Default)]
pub struct Timeline {
    lines: Vec<Line>,
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
        self.lines.iter().position(|line| line.entry.seq == seq)
    }

    /// The line of that seq, if it is here.
    #[must_use]
    pub fn get(&self, seq: Seq) -> Option<&Line> {
        self.position(seq).and_then(|at| self.lines.get(at))
    }

    /// The place in the log that an own command got, if it was confirmed lately: what was under
    /// the cursor while pending is found again by it.
    #[must_use]
    pub fn seq_of(&self, _command: CommandId) -> Option<Seq> {
        None
    }

    /// Whether the first event of the log is here.
    #[must_use]
    pub fn reaches_start(&self) -> bool {
        true
    }

    /// Whether the newest event is here. Otherwise this is a window elsewhere, and
    /// [`super::Client::newest`] leads back.
    #[must_use]
    pub fn is_at_newest(&self) -> bool {
        true
    }

    /// How many events came after this window.
    #[must_use]
    pub fn newer_count(&self) -> u64 {
        0
    }

    /// Whether lines were let go at the far end, as there were too many.
    #[must_use]
    pub fn trimmed(&self) -> bool {
        false
    }

    /// Whether a page is on its way.
    #[must_use]
    pub fn loading(&self) -> bool {
        false
    }

    /// Grows with every change, so that what was drawn can be kept while nothing changed.
    #[must_use]
    pub fn revision(&self) -> u64 {
        0
    }
}
