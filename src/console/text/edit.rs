//! Keys that edit a text of several lines, as in readline: shared by the composer and the editor of
//! updates.

use crossterm::event::KeyCode;
use ratatui_textarea::{CursorMove, TextArea};

/// Changes the text; answers whether the key was one that does.
pub(in crate::console) fn change(
    area: &mut TextArea<'static>,
    code: KeyCode,
    ctrl: bool,
    alt: bool,
) -> bool {
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

/// Where a key moves the cursor.
pub(in crate::console) fn movement(code: KeyCode, ctrl: bool, alt: bool) -> Option<CursorMove> {
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
