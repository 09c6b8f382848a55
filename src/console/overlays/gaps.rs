//! The list of stretches in which nobody wrote.

use super::stroke::{Answer, Move, Stroke};
use crate::console::reading::FoundGap;
use crate::incident::{IncidentId, Seq, Timestamp};

/// The list; what is in it is read apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gaps {
    /// Which one the cursor is on.
    pub cursor: usize,
}

/// What is done about a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// Go to the first thing that changed in it.
    GoTo(IncidentId, Seq),
    /// Write what happened then.
    Write(Timestamp),
}

impl Gaps {
    /// Takes in what reaches it.
    pub fn stroke(
        &mut self,
        stroke: Stroke<'_>,
        (incident, gaps): (IncidentId, &[FoundGap]),
        page: usize,
    ) -> Answer {
        let current = gaps.get(self.cursor);
        match (stroke, current) {
            (Stroke::Move(step), _) => self.step(step, gaps.len(), page),
            (Stroke::Cancel, _) => return Answer::Close,
            (Stroke::Accept, Some(found)) => {
                return Answer::Fill(Fill::GoTo(incident, found.first.seq));
            }
            (Stroke::Write, Some(found)) => {
                return Answer::Fill(Fill::Write(found.first.occurred_at));
            }
            (Stroke::Accept, None) => return Answer::Close,
            _ => {}
        }
        Answer::Stay
    }

    fn step(&mut self, step: Move, count: usize, page: usize) {
        self.cursor = step.from(self.cursor, count, page);
    }
}
