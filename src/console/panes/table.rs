//! What the tables of errors and alerts keep: the row under the cursor, the order, the filter.

use crate::console::overlays::Move;
use std::sync::Arc;

/// What a table keeps between frames.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Table {
    /// The row that the cursor is on, by name, so that it stays when the order changes.
    pub(super) on: Option<Arc<str>>,
    /// Which of its orders it has.
    pub(super) order: usize,
    /// Only rows that hold these words are shown; empty: all.
    pub(super) filter: String,
}

impl Table {
    /// The place of the cursor among these rows; the first where its row is gone.
    pub(super) fn at(&self, keys: &[Arc<str>]) -> usize {
        let place = keys.iter().position(|key| Some(key) == self.on.as_ref());
        place.unwrap_or(0)
    }

    /// Moves the cursor.
    pub(super) fn go(&mut self, step: Move, keys: &[Arc<str>], page: usize) {
        let to = step.from(self.at(keys), keys.len(), page.max(1));
        self.on = keys.get(to).cloned();
    }

    /// Keeps the cursor on the row that it is on, whatever the order becomes: something was done
    /// to that row.
    pub(super) fn stay(&mut self, keys: &[Arc<str>]) {
        self.on = keys.get(self.at(keys)).cloned();
    }

    /// Takes the next of `orders` orders.
    pub(super) fn next_order(&mut self, orders: usize) {
        self.order = (self.order + 1) % orders.max(1);
    }

    /// Whether a row of these texts is shown: each word of the filter is in one of them.
    pub(super) fn shows(&self, texts: &[&str]) -> bool {
        self.filter.split_whitespace().all(|word| {
            let word = word.to_lowercase();
            texts.iter().any(|text| text.to_lowercase().contains(&word))
        })
    }

    /// What the frame says about order and filter, beside a count.
    pub(super) fn says(&self, order: &str) -> String {
        if self.filter.is_empty() {
            format!("by {order}")
        } else {
            format!("\"{}\" · by {order}", self.filter)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stays_on_its_row_and_a_filter_wants_every_word() {
        let keys: Vec<Arc<str>> = ["a", "b", "c"].map(Arc::from).into();
        let mut table = Table::default();
        table.go(Move::Down, &keys, 1);
        assert_eq!(table.on.as_deref(), Some("b"));
        let turned: Vec<Arc<str>> = keys.iter().rev().cloned().collect();
        assert_eq!(table.at(&turned), 1);
        assert_eq!(table.at(&[]), 0);
        table.filter = "high CHECK".to_owned();
        assert!(table.shows(&["HighErrorRate", "checkout"]));
        assert!(!table.shows(&["HighErrorRate", "search"]));
    }
}
