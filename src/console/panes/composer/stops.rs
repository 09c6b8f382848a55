//! Templates in the composer: their text comes into the line, and tab goes from place to place.

use super::{Cx, State};
use crate::console::grammar::{self, Verb};
use crate::console::templates::{self, Filled, Template};
use ratatui_textarea::CursorMove;
use std::collections::VecDeque;
use std::sync::Arc;

/// The places that are still to be gone to, in their order, in bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Stops {
    places: VecDeque<usize>,
}

impl Stops {
    /// The text changed from so many bytes to so many, and the cursor stands behind the change: what
    /// is behind it moves with it, and a place in what was deleted is gone.
    pub(super) fn edited(&mut self, before: usize, after: usize, cursor: usize) {
        let grown = after.saturating_sub(before);
        let shrunk = before.saturating_sub(after);
        let began = cursor.saturating_sub(grown);
        self.places.retain_mut(|place| {
            if *place < began || (*place == began && grown == 0) {
                return true;
            }
            if *place < began + shrunk {
                return false;
            }
            *place = *place + grown - shrunk;
            true
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

/// The name in `/t poll`; empty for `/t` alone. Nothing for any other line.
pub(super) fn named(text: &str) -> Option<&str> {
    let (word, rest) = text
        .trim()
        .split_once(char::is_whitespace)
        .unwrap_or((text.trim(), ""));
    let found = grammar::find(word.strip_prefix('/')?)?;
    (found.verb == Verb::Template).then(|| rest.trim())
}

impl State {
    /// These are the texts for frequent entries.
    pub fn know(&mut self, templates: Arc<[Template]>) {
        self.templates = templates;
    }

    /// Begins a line from a template, the cursor in its first place. Answers false, and does
    /// nothing, where a line is being written.
    pub fn begin_from(&mut self, filled: &Filled) -> bool {
        let free = self.draft().is_empty();
        if free {
            self.put(filled);
        }
        free
    }

    fn put(&mut self, filled: &Filled) {
        self.replace(&filled.text);
        self.stops = Stops {
            places: filled.stops.iter().copied().collect(),
        };
        self.next_stop();
    }

    /// Puts the template of that name in the line's place; says so where there is none.
    pub(super) fn expand(&mut self, name: &str, cx: &Cx<'_>) {
        let templates = self.templates.clone();
        match templates::find(&templates, name) {
            Some(template) => self.put(&template.fill(cx.room.shown())),
            None => {
                let names: Vec<&str> = templates.iter().map(|t| &*t.name).collect();
                self.said = Some(format!(
                    "There is no template of that name. There are {}.",
                    names.join(", ")
                ));
            }
        }
    }

    /// Goes to the template's next place. Answers whether there was one.
    pub(super) fn next_stop(&mut self) -> bool {
        let Some(byte) = self.stops.places.pop_front() else {
            return false;
        };
        let before = self.text.get(..byte).unwrap_or(&self.text);
        let line = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap_or("").chars().count();
        let small = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        let to = CursorMove::Jump(small(line), small(column));
        self.area.move_cursor(to);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_move_with_what_is_typed_before_them() {
        let mut stops = Stops {
            places: [3, 5, 9].into(),
        };
        // Two bytes typed at 5: the place there is behind them.
        stops.edited(10, 12, 7);
        assert_eq!(stops.places, [3, 7, 11]);
        // Three bytes deleted from 6 on take the place among them with them.
        stops.edited(12, 9, 6);
        assert_eq!(stops.places, [3, 8]);
        stops.edited(9, 0, 0);
        assert!(stops.is_empty() || stops.places.iter().all(|at| *at == 0));
    }

    #[test]
    fn a_template_is_asked_for_by_name() {
        for (line, name) in [
            ("/t poll", Some("poll")),
            ("  /template  poll ", Some("poll")),
            ("/t", Some("")),
            ("/title x", None),
            ("t poll", None),
            ("", None),
        ] {
            assert_eq!(named(line), name, "{line}");
        }
    }
}
