//! What the cursor is on, told to those who follow, and put there for those who do.

use super::{Item, State, lines};
use crate::client::Spot;
use crate::console::panes::Cx;

impl State {
    /// What the cursor is on.
    #[must_use]
    pub fn spot(&self, cx: &Cx<'_>) -> Option<Spot> {
        Some(match self.item(&lines(cx, None))? {
            Item::Role(role) => Spot::Role { role },
            Item::Ask(id) => Spot::Ask { id },
            Item::Proposal(id) => Spot::Proposal { id },
            Item::Hypothesis(seq) => Spot::Hypothesis { seq },
        })
    }

    /// Puts the cursor there. What this person does not see leaves it on the first row.
    pub fn pick(&mut self, spot: &Spot) {
        let item = match spot {
            Spot::Role { role } => Item::Role(role.clone()),
            Spot::Ask { id } => Item::Ask(*id),
            Spot::Proposal { id } => Item::Proposal(*id),
            Spot::Hypothesis { seq } => Item::Hypothesis(*seq),
            _ => return,
        };
        self.on = Some(item);
    }
}
