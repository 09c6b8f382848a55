//! Keys that edit, as in readline.

use super::{Cx, Request, State, draw};
use crate::console::text::{edit, visible};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::borrow::Cow;

impl State {
    /// A key that is no action: a character is typed, or the text is edited as in readline.
    pub fn key(&mut self, event: KeyEvent, cx: &Cx<'_>) -> Vec<Request> {
        self.prompt_cells = draw::prompt_cells(cx);
        self.cycle = None;
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        if let (KeyCode::Char(c), false, false) = (event.code, ctrl, alt) {
            let mut bytes = [0; 4];
            let given = c.encode_utf8(&mut bytes);
            // an emoji of several parts is typed part by part; its joints alone would look hidden
            let typed = match c {
                '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' => Cow::Borrowed(&*given),
                _ => visible(given),
            };
            if let Some(refused) = self.too_long(typed.len()) {
                return vec![refused];
            }
            self.area.insert_str(&typed);
            self.edited();
            return Vec::new();
        }
        if let Some(to) = edit::movement(event.code, ctrl, alt) {
            self.area.move_cursor(to);
        } else if edit::change(&mut self.area, event.code, ctrl, alt) {
            self.edited();
        }
        Vec::new()
    }
}
