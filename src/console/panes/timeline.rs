//! The timeline pane.

use super::{Cx, Look, Request, Title};
use crate::console::keymap::Action;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// What the pane keeps between frames.
#[derive(Debug, Clone, Default)]
pub struct State {}

impl State {
    /// What stands in the pane's frame.
    #[must_use]
    pub fn title(&self, _cx: &Cx<'_>) -> Title {
        Title {
            left: "Timeline".to_owned(),
            right: String::new(),
        }
    }

    /// Does what a key asked for.
    pub fn handle(&mut self, _action: Action, _cx: &Cx<'_>) -> Vec<Request> {
        Vec::new()
    }

    /// Why the action is not possible now; nothing when it is, or is none of this pane's.
    #[must_use]
    pub fn why_not(&self, _action: Action, _cx: &Cx<'_>) -> Option<String> {
        None
    }

    /// A click at a place on the screen, inside `cx.area`.
    pub fn click(&mut self, _at: Position, _cx: &Cx<'_>) -> Vec<Request> {
        Vec::new()
    }

    /// The wheel was turned; positive: down.
    pub fn wheel(&mut self, _lines: i32, _cx: &Cx<'_>) -> Vec<Request> {
        Vec::new()
    }

    /// Draws the inside.
    pub fn draw(&self, _cx: &Cx<'_>, _look: &Look<'_>, _area: Rect, _buf: &mut Buffer) {}

    /// The incremental search: what is looked for now; nothing ends it.
    pub fn search(&mut self, _query: Option<&str>, _cx: &Cx<'_>) {}

    /// How many of the loaded entries match the search.
    #[must_use]
    pub fn matches(&self, _cx: &Cx<'_>) -> usize {
        0
    }

    /// Puts the cursor on an entry, at once or when the page that was asked for has come.
    pub fn go_to(&mut self, _seq: crate::incident::Seq, _cx: &Cx<'_>) {}

    /// Puts the cursor at a moment, at once or when the page that was asked for has come.
    pub fn go_to_time(&mut self, _at: crate::incident::Timestamp, _cx: &Cx<'_>) {}

    /// The room changed (events, a page): keeps the cursor on its entry and settles jumps.
    pub fn room_changed(&mut self, _cx: &Cx<'_>) -> Vec<Request> {
        Vec::new()
    }
}
