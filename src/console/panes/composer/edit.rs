//! Keys that edit, as in readline.

use super::{Cx, Request, State, draw};
use crate::console::text::visible;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui_textarea::CursorMove;
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
        if let Some(to) = movement(event.code, ctrl, alt) {
            self.area.move_cursor(to);
        } else if self.edit(event.code, ctrl, alt) {
            self.edited();
        }
        Vec::new()
    }

    /// Changes the text; answers whether the key was one that does.
    fn edit(&mut self, code: KeyCode, ctrl: bool, alt: bool) -> bool {
        let area = &mut self.area;
        match (code, ctrl, alt) {
            (KeyCode::Char('h'), true, false) | (KeyCode::Backspace, false, false) => {
                area.delete_char()
            }
            (KeyCode::Char('d'), true, false) | (KeyCode::Delete, false, false) => {
                area.delete_next_char()
            }
            (KeyCode::Char('w'), true, false) | (KeyCode::Backspace, _, _) => area.delete_word(),
            (KeyCode::Char('d'), false, true) | (KeyCode::Delete, _, _) => area.delete_next_word(),
            (KeyCode::Char('k'), true, false) => area.delete_line_by_end(),
            (KeyCode::Char('u'), true, false) => area.delete_line_by_head(),
            (KeyCode::Char('y'), true, false) => {
                // what was cut was in the text before, so it fits
                area.paste()
            }
            (KeyCode::Char('z' | '_' | '/' | '7'), true, false) => area.undo(),
            (KeyCode::Char('z' | '_'), _, true) => area.redo(),
            _ => false,
        }
    }
}

/// Where a key moves the cursor.
fn movement(code: KeyCode, ctrl: bool, alt: bool) -> Option<CursorMove> {
    Some(match (code, ctrl, alt) {
        (KeyCode::Char('b'), true, false) | (KeyCode::Left, false, false) => CursorMove::Back,
        (KeyCode::Char('f'), true, false) | (KeyCode::Right, false, false) => CursorMove::Forward,
        (KeyCode::Char('a'), true, false) | (KeyCode::Home, _, _) => CursorMove::Head,
        (KeyCode::Char('e'), true, false) | (KeyCode::End, _, _) => CursorMove::End,
        (KeyCode::Char('b'), false, true) | (KeyCode::Left, _, _) => CursorMove::WordBack,
        (KeyCode::Char('f'), false, true) | (KeyCode::Right, _, _) => CursorMove::WordForward,
        (KeyCode::Char('<'), false, true) => CursorMove::Top,
        (KeyCode::Char('>'), false, true) => CursorMove::Bottom,
        _ => return None,
    })
}
