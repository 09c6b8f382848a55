//! The runbook pane.

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
            left: "Runbook".to_owned(),
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
}
