//! The lines that were sent.

use std::collections::VecDeque;

/// Lines kept: some days of a scribe's work.
pub const LINES_MAX: usize = 500;
/// Longer ones are pastes, and are not wanted again by an arrow key; bytes.
const LINE_BYTES_MAX: usize = 4 * 1024;

/// The lines that were sent, and which of them is in hand.
#[derive(Debug, Clone, Default)]
pub struct History {
    lines: VecDeque<String>,
    /// How far back from the newest; nothing: not among them.
    back: Option<usize>,
    /// What was being typed before the first step back.
    typed: String,
}

impl History {
    /// The lines, oldest first.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }

    /// Whether a line is kept at all: pastes and empty ones are not.
    #[must_use]
    pub fn takes(line: &str) -> bool {
        line.len() <= LINE_BYTES_MAX && !line.trim().is_empty()
    }

    /// Puts lines of earlier sessions before those that are there; the newest of them fit.
    pub fn put_before(&mut self, lines: Vec<String>) {
        for line in lines.into_iter().rev() {
            if self.lines.len() >= LINES_MAX {
                return;
            }
            if Self::takes(&line) && !self.lines.contains(&line) {
                self.lines.push_front(line);
            }
        }
    }

    /// Adds a line as the newest; one that is there already moves.
    pub fn push(&mut self, line: &str) {
        self.back = None;
        if !Self::takes(line) {
            return;
        }
        self.lines.retain(|had| had != line);
        if self.lines.len() >= LINES_MAX {
            self.lines.pop_front();
        }
        self.lines.push_back(line.to_owned());
    }

    fn at(&self, back: usize) -> Option<String> {
        self.lines.iter().rev().nth(back).cloned()
    }

    /// The line sent before the one in hand. `typed` is what stands in the composer.
    pub(super) fn previous(&mut self, typed: &str) -> Option<String> {
        // a line that was changed since it came is being typed
        let back = self
            .back
            .filter(|back| self.at(*back).as_deref() == Some(typed));
        let next = back.map_or(0, |back| back + 1);
        let line = self.at(next)?;
        if back.is_none() {
            typed.clone_into(&mut self.typed);
        }
        self.back = Some(next);
        Some(line)
    }

    /// The line sent after the one in hand; after the newest, what was being typed.
    pub(super) fn next(&mut self) -> Option<String> {
        let back = self.back?;
        self.back = back.checked_sub(1);
        match self.back {
            Some(back) => self.at(back),
            None => Some(std::mem::take(&mut self.typed)),
        }
    }
}
