//! Small things to draw with: pieces of one row, and the frame of a pane.

use crate::console::panes::{Look, Title};
use crate::console::text;
use crate::console::theme::Meaning;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Block, BorderType, Clear, Widget as _};
use std::borrow::Cow;

/// A piece of a row: text that is safe to draw, and how it looks.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    text: String,
    style: Style,
}

impl Piece {
    /// Text from outside is made visible here, so no caller can forget it.
    #[must_use]
    pub fn new(text: impl AsRef<str>, style: Style) -> Self {
        Self {
            text: text::visible_line(text.as_ref()).into_owned(),
            style,
        }
    }

    /// How many cells it takes.
    #[must_use]
    pub fn cells(&self) -> usize {
        text::cells(&self.text)
    }

    /// Cut to `max` cells.
    #[must_use]
    pub fn cut(mut self, max: usize) -> Self {
        if let Cow::Owned(shorter) = text::truncate(&self.text, max) {
            self.text = shorter;
        } else if self.cells() > max {
            self.text.clear();
        }
        self
    }
}

/// How many cells the pieces take together.
#[must_use]
pub fn width(pieces: &[Piece]) -> usize {
    pieces.iter().map(Piece::cells).sum()
}

/// Draws pieces from the left of `area`'s first row, cut at its right edge. Answers the cells used.
pub fn left(pieces: &[Piece], area: Rect, buf: &mut Buffer) -> u16 {
    let area = area.intersection(buf.area);
    if area.height == 0 {
        return 0;
    }
    let mut at = area.x;
    for piece in pieces {
        let room = usize::from(area.right().saturating_sub(at));
        if room == 0 {
            break;
        }
        let shown = text::truncate(&piece.text, room);
        let (end, _) = buf.set_stringn(at, area.y, &shown, room, piece.style);
        at = end;
    }
    at.saturating_sub(area.x)
}

/// Draws pieces so that they end at the right edge of `area`'s first row.
pub fn right(pieces: &[Piece], area: Rect, buf: &mut Buffer) {
    let wanted = u16::try_from(width(pieces)).unwrap_or(u16::MAX);
    let columns = wanted.min(area.width);
    let place = Rect {
        x: area.right() - columns,
        width: columns,
        ..area
    };
    left(pieces, place, buf);
}

/// The row `at` of an area; empty when it has no such row.
#[must_use]
pub fn row(area: Rect, at: u16) -> Rect {
    let y = area.y.saturating_add(at).min(area.bottom());
    Rect {
        y,
        height: u16::from(at < area.height),
        ..area
    }
}

/// The glyph of a meaning.
#[must_use]
pub fn glyph(look: &Look<'_>, meaning: Meaning) -> &'static str {
    if look.ascii {
        meaning.ascii_glyph()
    } else {
        meaning.glyph()
    }
}

/// Draws the frame of a pane with what stands in it; the inside is left alone.
pub fn frame(title: &Title, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    if area.width < 2 || area.height < 2 {
        return;
    }
    let border = look.theme.style(if look.focused {
        Meaning::BorderFocused
    } else {
        Meaning::Border
    });
    let shape = match (look.ascii, look.focused) {
        (true, _) => ASCII,
        (false, true) => BorderType::Thick.to_border_set(),
        (false, false) => BorderType::Plain.to_border_set(),
    };
    Block::bordered()
        .border_set(shape)
        .border_style(border)
        .render(area, buf);
    let room = usize::from(area.width).saturating_sub(4);
    let name = look.theme.style(if look.focused {
        Meaning::Title
    } else {
        Meaning::Muted
    });
    let top = Rect {
        x: area.x + 2,
        width: area.width.saturating_sub(4),
        height: 1,
        ..area
    };
    let end = Piece::new(
        format!(" {} ", title.right),
        look.theme.style(Meaning::Muted),
    );
    let with_end = !title.right.is_empty() && end.cells() + 8 <= room;
    if with_end {
        right(std::slice::from_ref(&end), top, buf);
    }
    let taken = if with_end { end.cells() + 1 } else { 0 };
    let start = Piece::new(format!(" {} ", title.left), name).cut(room.saturating_sub(taken));
    left(&[start], top, buf);
}

/// Draws the head of a part of a pane: a rule across `row` with its name and, at the right, how
/// many there are. It joins the pane's frame, which stands one cell beyond the row at each side.
pub fn section(name: &str, count: &str, look: &Look<'_>, row: Rect, buf: &mut Buffer) {
    if row.is_empty() {
        return;
    }
    let [left_joint, line, right_joint] = match (look.ascii, look.focused) {
        (true, _) => ["+", "-", "+"],
        (false, true) => ["┠", "─", "┨"],
        (false, false) => ["├", "─", "┤"],
    };
    let rule = look.theme.style(Meaning::Border);
    let text = Piece::new(line.repeat(usize::from(row.width)), rule);
    left(&[text], row, buf);
    let frame = look.theme.style(if look.focused {
        Meaning::BorderFocused
    } else {
        Meaning::Border
    });
    let before = row.x.checked_sub(1);
    for (x, joint) in [(before, left_joint), (Some(row.right()), right_joint)] {
        // Only where a frame stands: a pane may be drawn without one.
        if let Some(cell) = x.and_then(|x| buf.cell_mut((x, row.y)))
            && matches!(cell.symbol(), "│" | "┃" | "|")
        {
            cell.set_symbol(joint).set_style(frame);
        }
    }
    let within = Rect {
        x: row.x.saturating_add(1).min(row.right()),
        width: row.width.saturating_sub(2),
        ..row
    };
    let muted = look.theme.style(Meaning::Muted);
    left(&[Piece::new(format!(" {name} "), muted)], within, buf);
    if !count.is_empty() {
        right(&[Piece::new(format!(" {count} "), muted)], within, buf);
    }
}

const ASCII: ratatui::symbols::border::Set<'static> = ratatui::symbols::border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// Clears a window and draws its frame; answers the inside.
pub fn window(title: &Title, look: &Look<'_>, area: Rect, buf: &mut Buffer) -> Rect {
    let area = area.intersection(buf.area);
    Clear.render(area, buf);
    frame(title, look, area, buf);
    crate::console::layout::inside(area)
}
