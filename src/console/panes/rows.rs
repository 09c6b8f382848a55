//! Rows of styled text that a pane draws and scrolls, one of them under the cursor.

use super::Look;
use crate::console::text::{cells, pad_right, truncate};
use crate::console::theme::Meaning;
use crate::console::view::paint;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A piece of a row: text that is safe to draw, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    text: String,
    meaning: Meaning,
}

/// A row: pieces from the left, pieces at the right edge, and what the cursor picks with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row<T> {
    pub(super) left: Vec<Piece>,
    pub(super) right: Vec<Piece>,
    /// What the row stands for; rows without are passed over by the cursor.
    pub(super) item: Option<T>,
    /// The head of a part of the pane: its name, and how many there are.
    section: Option<(&'static str, String)>,
}

pub(super) fn piece(text: impl Into<String>, meaning: Meaning) -> Piece {
    Piece {
        text: text.into(),
        meaning,
    }
}

impl<T> Row<T> {
    pub(super) fn new(left: Vec<Piece>, right: Vec<Piece>, item: Option<T>) -> Self {
        Self {
            left,
            right,
            item,
            section: None,
        }
    }

    /// The head of a part of the pane; of none its number is not told.
    pub(super) fn section(name: &'static str, count: usize) -> Self {
        let count = match count {
            0 => String::new(),
            count => count.to_string(),
        };
        Self {
            section: Some((name, count)),
            ..Self::new(Vec::new(), Vec::new(), None)
        }
    }

    /// A row of one text that stands for nothing.
    pub(super) fn plain(text: impl Into<String>, meaning: Meaning) -> Self {
        Self::new(vec![piece(text, meaning)], Vec::new(), None)
    }
}

/// The first row to draw, so that the row at `cursor` and, where there is room, its surroundings
/// are seen.
pub(super) fn first_row(cursor: usize, rows: usize, height: usize) -> usize {
    let margin = (height / 4).min(3);
    (cursor + 1 + margin)
        .saturating_sub(height)
        .min(rows.saturating_sub(height))
}

/// From this height on the last row says how many rows are below it, when there are any; a lower
/// pane has no row to spare. The cursor never stands on it, as [`first_row`] keeps some rows ahead.
pub(super) const SAYS_MORE_FROM: usize = 10;

/// Draws the rows from `first` on; the one at `cursor` is marked when the pane has the focus.
pub(super) fn draw<T>(
    rows: &[Row<T>],
    first: usize,
    cursor: Option<usize>,
    look: &Look<'_>,
    area: Rect,
    buf: &mut Buffer,
) {
    let height = usize::from(area.height);
    let hidden = rows.len().saturating_sub(first + height);
    let seen = if hidden > 0 && height >= SAYS_MORE_FROM {
        let y = area.bottom() - 1;
        let says = Row::<T>::plain(format!("… {} more below", hidden + 1), Meaning::Muted);
        draw_row(&says, false, look, Rect::new(area.x, y, area.width, 1), buf);
        height - 1
    } else {
        height
    };
    for (at, row) in rows.iter().enumerate().skip(first).take(seen) {
        let y = area.y + u16::try_from(at - first).unwrap_or(u16::MAX);
        let picked = cursor == Some(at);
        if picked {
            let meaning = if look.focused {
                Meaning::Selection
            } else {
                Meaning::SelectionFaint
            };
            buf.set_style(
                Rect::new(area.x, y, area.width, 1),
                look.theme.style(meaning),
            );
        }
        draw_row(
            row,
            picked && look.focused,
            look,
            Rect::new(area.x, y, area.width, 1),
            buf,
        );
    }
}

fn draw_row<T>(row: &Row<T>, picked: bool, look: &Look<'_>, line: Rect, buf: &mut Buffer) {
    if let Some((name, count)) = &row.section {
        paint::section(name, count, look, line, buf);
        return;
    }
    let right: usize = row.right.iter().map(|p| cells(&p.text)).sum();
    let width = usize::from(line.width);
    let room = width.saturating_sub(if right > 0 { right + 1 } else { 0 });
    let mut x = 0;
    for p in &row.left {
        let text = truncate(&p.text, room.saturating_sub(x));
        put(&text, p.meaning, picked, x, look, line, buf);
        x += cells(&text);
    }
    let mut x = width.saturating_sub(right);
    for p in &row.right {
        let text = truncate(&p.text, width.saturating_sub(x));
        put(&text, p.meaning, picked, x, look, line, buf);
        x += cells(&text);
    }
}

fn put(
    text: &str,
    meaning: Meaning,
    picked: bool,
    x: usize,
    look: &Look<'_>,
    line: Rect,
    buf: &mut Buffer,
) {
    let mut style = look.theme.style(meaning);
    if picked {
        // The selection's own colours stay readable whatever the piece's are.
        style = style.patch(look.theme.style(Meaning::Selection));
    }
    let at = line.x.saturating_add(u16::try_from(x).unwrap_or(u16::MAX));
    if at < line.right() {
        buf.set_stringn(at, line.y, text, usize::from(line.right() - at), style);
    }
}

/// `text` in exactly `width` cells, cut or padded.
pub(super) fn column(text: &str, width: usize) -> String {
    pad_right(&truncate(text, width), width)
}

/// The nearest row from `from` in steps of `step` that stands for something.
pub(super) fn step<T>(rows: &[Row<T>], from: usize, step: isize) -> Option<usize> {
    let mut at = from;
    loop {
        at = at.checked_add_signed(step)?;
        if rows.get(at)?.item.is_some() {
            return Some(at);
        }
    }
}
