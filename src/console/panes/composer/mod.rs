//! The composer: one line that becomes an entry, a status, an ask, a role …

use super::{Cx, Look, Request};
use crate::console::keymap::Action;
use crate::incident::Refusal;
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// What the composer keeps between frames.
#[derive(Debug, Clone, Default)]
pub struct State {}

impl State {
    /// Does what a key asked for (send, history, word and line editing).
    pub fn handle(&mut self, _action: Action, _cx: &Cx<'_>) -> Vec<Request> {
        Vec::new()
    }

    /// A key that is no action: a character is typed, or the text is edited as in readline.
    pub fn key(&mut self, _event: KeyEvent, _cx: &Cx<'_>) -> Vec<Request> {
        Vec::new()
    }

    /// Text was pasted, in one piece.
    pub fn input(&mut self, _text: &str, _cx: &Cx<'_>) -> Vec<Request> {
        Vec::new()
    }

    /// Why the action is not possible now.
    #[must_use]
    pub fn why_not(&self, _action: Action, _cx: &Cx<'_>) -> Option<String> {
        None
    }

    /// A refused line comes back with the reason. What is being typed is kept too.
    pub fn give_back(&mut self, _text: &str, _refusal: &Refusal) {}

    /// What is typed and not sent: kept on disk by the shell over a crash. Empty: nothing.
    #[must_use]
    pub fn draft(&self) -> &str {
        ""
    }

    /// Replaces what is typed: a draft found on disk, the text that `$EDITOR` left.
    pub fn set_text(&mut self, _text: &str) {}

    /// How many rows it wants at this width, the preview included: 1 to `most`.
    #[must_use]
    pub fn height(&self, _width: u16, most: u16) -> u16 {
        most.min(1)
    }

    /// A click at a place on the screen, inside `cx.area`.
    pub fn click(&mut self, _at: Position, _cx: &Cx<'_>) {}

    /// Draws it; the answer is where the cursor stands when it has the focus.
    pub fn draw(
        &self,
        _cx: &Cx<'_>,
        _look: &Look<'_>,
        _area: Rect,
        _buf: &mut Buffer,
    ) -> Option<Position> {
        None
    }
}
