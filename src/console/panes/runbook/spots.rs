//! Which step the cursor is on, told to those who follow, and put there for those who do.

use super::State;
use crate::client::Spot;
use crate::console::panes::Cx;

impl State {
    /// The step that the cursor is on.
    #[must_use]
    pub fn spot(&self, cx: &Cx<'_>) -> Option<Spot> {
        let (runbook, step) = self.under_cursor(cx)?;
        let mut attached = cx.room.shown().runbooks.iter();
        let at = attached.position(|other| other.name == runbook.name)?;
        Some(Spot::Step {
            runbook: u16::try_from(at).ok()?,
            step: step.no,
        })
    }

    /// Puts the cursor on a step.
    pub fn pick(&mut self, spot: &Spot, cx: &Cx<'_>) {
        let Spot::Step { runbook, step } = spot else {
            return;
        };
        if let Some(runbook) = cx.room.shown().runbooks.get(usize::from(*runbook)) {
            self.shown = Some(runbook.name.clone());
            self.on = Some(*step);
        }
    }
}
