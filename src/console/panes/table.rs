//! What the tables of errors and alerts have in common: the row under the cursor, the order, the
//! filter, and where the rows stand.

use super::rows::{Row, draw, first_row};
use super::{Cx, Look, Request, Then, draw_troubles, watched};
use crate::console::keymap::Action;
use crate::console::overlays::Move;
use crate::console::text::visible_line;
use crate::console::theme::Meaning;
use crate::signals::SourceKind;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::sync::Arc;

/// From this height on a row says what the columns are.
const HEADED_FROM: u16 = 8;

/// What a table keeps between frames.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Table {
    /// The row that the cursor is on, by name, so that it stays when the order changes.
    on: Option<Arc<str>>,
    /// Which of its orders it has.
    pub(super) order: usize,
    /// Only rows that hold these words are shown; empty: all.
    filter: String,
}

/// What a table shows, and of what.
pub(super) struct Shown<'a, T> {
    /// The kinds of source that its rows come from.
    pub(super) kinds: &'a [SourceKind],
    /// The rows that the filter leaves, in their order.
    pub(super) items: &'a [&'a T],
    /// By what each is told from the others.
    pub(super) keys: &'a [Arc<str>],
}

impl Table {
    /// Only rows that hold these words are shown from now on.
    pub(super) fn filter_by(&mut self, words: &str) {
        words.trim().clone_into(&mut self.filter);
    }

    /// Whether some rows are not shown.
    pub(super) fn is_filtered(&self) -> bool {
        !self.filter.is_empty()
    }

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

    /// The wheel was turned; positive: down.
    pub(super) fn wheel(&mut self, lines: i32, keys: &[Arc<str>]) {
        let step = if lines > 0 { Move::Down } else { Move::Up };
        self.go(step, keys, 1);
    }

    /// Keeps the cursor on the row that it is on, whatever the order becomes: something was done
    /// to that row.
    pub(super) fn stay(&mut self, keys: &[Arc<str>]) {
        self.on = keys.get(self.at(keys)).cloned();
    }

    /// Does what a key asks of any table: moves, sorts, filters. Nothing where it is the row's to
    /// say; the cursor stays on that row from then on.
    pub(super) fn handle(
        &mut self,
        action: Action,
        keys: &[Arc<str>],
        cx: &Cx<'_>,
        orders: usize,
        filter: Then,
    ) -> Option<Vec<Request>> {
        let page = usize::from(cx.area.height.max(2) / 2);
        if let Some(step) = Move::of(action) {
            self.go(step, keys, page);
            return Some(Vec::new());
        }
        match action {
            Action::SortRows => self.order = (self.order + 1) % orders.max(1),
            Action::FilterRows => {
                let title = "Show only what holds these words (none: all)".to_owned();
                return Some(vec![watched::ask(title, self.filter.clone(), filter)]);
            }
            Action::Cancel => self.filter.clear(),
            _ => {
                self.stay(keys);
                return None;
            }
        }
        Some(Vec::new())
    }

    /// A click inside the table; says whether it was on the row that the cursor is on already.
    pub(super) fn click(
        &mut self,
        at: Position,
        kinds: &[SourceKind],
        keys: &[Arc<str>],
        cx: &Cx<'_>,
    ) -> bool {
        let troubles = u16::try_from(cx.troubles(kinds).len()).unwrap_or(u16::MAX);
        let troubles = troubles.min(cx.area.height);
        let below = Rect {
            y: cx.area.y + troubles,
            height: cx.area.height - troubles,
            ..cx.area
        };
        let (_, body) = headed(below);
        let first = first_row(self.at(keys), keys.len(), usize::from(body.height));
        let row = at.y.checked_sub(body.y).map(usize::from);
        let Some(clicked) = row.and_then(|row| keys.get(first + row)) else {
            return false;
        };
        let again = self.on.as_ref() == Some(clicked);
        self.on = Some(clicked.clone());
        again
    }

    /// Whether a row of these texts is shown: each word of the filter is in one of them.
    pub(super) fn shows(&self, texts: &[&str]) -> bool {
        self.filter.split_whitespace().all(|word| {
            let word = word.to_lowercase();
            texts.iter().any(|text| text.to_lowercase().contains(&word))
        })
    }

    /// What the frame says at the left: the pane, and what its rows must hold.
    pub(super) fn title(&self, name: &str) -> String {
        if self.filter.is_empty() {
            name.to_owned()
        } else {
            format!("{name} \"{}\"", visible_line(&self.filter))
        }
    }

    /// What the frame says at the right: a count, and the order. Where rows are left out, how many
    /// are shown goes before any other count.
    pub(super) fn says(&self, count: &str, (shown, all): (usize, usize), order: &str) -> String {
        match all {
            0 => String::new(),
            _ if self.is_filtered() => format!("{shown} of {all} · {order}"),
            _ => format!("{count} · {order}"),
        }
    }

    /// Draws what is wrong with the sources, what the columns are, and the rows; `empty` where
    /// there is none.
    pub(super) fn draw<T>(
        &self,
        shown: &Shown<'_, T>,
        (heading, empty): (Row<()>, &[&str]),
        row: impl Fn(&T) -> Row<()>,
        (cx, look): (&Cx<'_>, &Look<'_>),
        area: Rect,
        buf: &mut Buffer,
    ) {
        let body = draw_troubles(&cx.troubles(shown.kinds), look, area, buf);
        if shown.items.is_empty() {
            let line = |text: &&str| Row::<()>::plain(*text, Meaning::Placeholder);
            let rows: Vec<Row<()>> = empty.iter().map(line).collect();
            return draw(&rows, 0, None, look, body, buf);
        }
        let (head, body) = headed(body);
        draw(&[heading], 0, None, look, head, buf);
        let at = self.at(shown.keys);
        let height = usize::from(body.height);
        let first = first_row(at, shown.items.len(), height);
        // Of hundreds of rows only those that are seen are put into words.
        let in_words = |(place, item): (usize, &&T)| {
            if (first..first + height).contains(&place) {
                row(item)
            } else {
                Row::new(Vec::new(), Vec::new(), None)
            }
        };
        let rows: Vec<Row<()>> = shown.items.iter().enumerate().map(in_words).collect();
        draw(&rows, first, Some(at), look, body, buf);
    }
}

/// The place of the row that names the columns, empty where there is none to spare, and the rows'.
fn headed(area: Rect) -> (Rect, Rect) {
    let head = u16::from(area.height >= HEADED_FROM);
    let heading = Rect {
        height: head,
        ..area
    };
    let body = Rect {
        y: area.y + head,
        height: area.height - head,
        ..area
    };
    (heading, body)
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
        table.filter_by(" high CHECK ");
        assert!(table.shows(&["HighErrorRate", "checkout"]));
        assert!(!table.shows(&["HighErrorRate", "search"]));
    }

    #[test]
    fn the_frame_says_what_is_left_out_and_in_which_order() {
        let mut table = Table::default();
        let says = |table: &Table, all| table.says("14 firing", (3, all), "newest");
        assert_eq!(table.title("Alerts"), "Alerts");
        assert_eq!(says(&table, 12), "14 firing · newest");
        assert_eq!(says(&table, 0), "");
        table.filter_by("checkout \u{1b}[31m");
        assert!(table.title("Alerts").starts_with("Alerts \"checkout"));
        assert!(!table.title("Alerts").contains('\u{1b}'));
        assert_eq!(says(&table, 12), "3 of 12 · newest");
    }
}
