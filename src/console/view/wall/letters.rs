//! Letters that are read from the other end of the room: five by six pixels, two rows of pixels to
//! a row of cells.

use crate::console::theme::softened;
use crate::console::view::paint::{self, Piece};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

/// Rows of cells that a line of these takes.
pub(super) const ROWS: u16 = 3;
/// Cells of a letter, with the gap behind it.
const CELLS: usize = 6;
/// Cells between one text and the next in a line.
pub(super) const GAP: usize = 4;

/// The pixels of each letter, row by row; the five low bits count, the highest of them is left.
const LETTERS: [(char, [u8; 6]); 41] = [
    ('0', [14, 17, 19, 25, 17, 14]),
    ('1', [4, 12, 4, 4, 4, 14]),
    ('2', [30, 1, 14, 16, 16, 31]),
    ('3', [30, 1, 14, 1, 1, 30]),
    ('4', [17, 17, 31, 1, 1, 1]),
    ('5', [31, 16, 30, 1, 1, 30]),
    ('6', [14, 16, 30, 17, 17, 14]),
    ('7', [31, 1, 2, 4, 4, 4]),
    ('8', [14, 17, 14, 17, 17, 14]),
    ('9', [14, 17, 17, 15, 1, 14]),
    ('A', [14, 17, 17, 31, 17, 17]),
    ('B', [30, 17, 30, 17, 17, 30]),
    ('C', [15, 16, 16, 16, 16, 15]),
    ('D', [30, 17, 17, 17, 17, 30]),
    ('E', [31, 16, 30, 16, 16, 31]),
    ('F', [31, 16, 30, 16, 16, 16]),
    ('G', [15, 16, 16, 19, 17, 15]),
    ('H', [17, 17, 31, 17, 17, 17]),
    ('I', [14, 4, 4, 4, 4, 14]),
    ('J', [1, 1, 1, 1, 17, 14]),
    ('K', [17, 18, 28, 18, 17, 17]),
    ('L', [16, 16, 16, 16, 16, 31]),
    ('M', [17, 27, 21, 17, 17, 17]),
    ('N', [17, 25, 21, 19, 17, 17]),
    ('O', [14, 17, 17, 17, 17, 14]),
    ('P', [30, 17, 17, 30, 16, 16]),
    ('Q', [14, 17, 17, 21, 18, 13]),
    ('R', [30, 17, 17, 30, 18, 17]),
    ('S', [15, 16, 14, 1, 1, 30]),
    ('T', [31, 4, 4, 4, 4, 4]),
    ('U', [17, 17, 17, 17, 17, 14]),
    ('V', [17, 17, 17, 17, 10, 4]),
    ('W', [17, 17, 17, 21, 27, 17]),
    ('X', [17, 10, 4, 4, 10, 17]),
    ('Y', [17, 10, 4, 4, 4, 4]),
    ('Z', [31, 2, 4, 8, 16, 31]),
    (' ', [0; 6]),
    (':', [0, 4, 0, 0, 4, 0]),
    ('-', [0, 0, 14, 0, 0, 0]),
    ('.', [0, 0, 0, 0, 0, 4]),
    ('?', [30, 1, 6, 4, 0, 4]),
];

fn pixels(of: char) -> Option<[u8; 6]> {
    let of = of.to_ascii_uppercase();
    let found = LETTERS.iter().find(|(letter, _)| *letter == of);
    found.map(|(_, pixels)| *pixels)
}

/// The cells that a text takes; nothing when it has letters that are not here.
pub(super) fn width(text: &str) -> Option<usize> {
    let known = text.chars().all(|of| pixels(of).is_some());
    known.then(|| (text.chars().count() * CELLS).saturating_sub(1))
}

/// One row of the letters as cells.
pub(super) fn cells(text: &str, row: u16) -> String {
    let mut cells = String::new();
    for of in text.chars() {
        let pixels = pixels(of).unwrap_or([0; 6]);
        let line = |at: u16| pixels.get(usize::from(at)).copied().unwrap_or(0);
        let (upper, lower) = (line(2 * row), line(2 * row + 1));
        for bit in (0..5).rev() {
            cells.push(match (upper >> bit & 1, lower >> bit & 1) {
                (1, 1) => '█',
                (1, _) => '▀',
                (_, 1) => '▄',
                _ => ' ',
            });
        }
        cells.push(' ');
    }
    cells.trim_end().to_owned()
}

/// Draws a text from the left of `area`, or so that it ends at its right edge.
pub(super) fn draw(text: &str, style: Style, to_right: bool, area: Rect, buf: &mut Buffer) {
    let ink = ink(style);
    let columns = width(text).and_then(|cells| u16::try_from(cells).ok());
    let columns = columns.unwrap_or(0).min(area.width);
    let area = if to_right {
        Rect {
            x: area.right() - columns,
            width: columns,
            ..area
        }
    } else {
        area
    };
    for row in 0..ROWS {
        let piece = Piece::new(cells(text, row), ink);
        paint::left(&[piece], paint::row(area, row), buf);
    }
}

/// What the pixels are drawn with: a background of its own would fill the gaps between them, so it
/// becomes the colour of the pixels. They are lit for hours, so they are neither bold nor brighter
/// than they need be to be read.
fn ink(style: Style) -> Style {
    let mut ink = Style::new();
    ink.fg = style.bg.or(style.fg).map(softened);
    // How bright a terminal's own text is is not known here.
    if matches!(ink.fg, None | Some(Color::Reset)) {
        ink.add_modifier = Modifier::DIM;
    }
    ink
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{Severity, Status};

    #[test]
    fn every_word_of_the_head_can_be_written() {
        for status in Status::ALL {
            assert!(width(&status.name().to_uppercase()).is_some(), "{status}");
        }
        for severity in Severity::ALL {
            assert!(width(&severity.to_string()).is_some(), "{severity}");
        }
        for text in ["SEV?", "100:59:00", "IC VACANT", "UPDATE OVERDUE 1:04:12"] {
            assert!(width(text).is_some(), "{text}");
        }
        assert_eq!(width("SEV1"), Some(23));
        assert_eq!(width("支払い"), None);
    }

    #[test]
    fn letters_are_five_wide_and_look_like_letters() {
        for (letter, pixels) in LETTERS {
            assert!(pixels.iter().all(|row| *row < 32), "{letter}");
            let same = LETTERS.iter().filter(|(_, other)| *other == pixels);
            assert_eq!(same.count(), 1, "{letter}");
        }
        let drawn: Vec<String> = (0..ROWS).map(|row| cells("SEV1 0:5", row)).collect();
        insta::assert_snapshot!(drawn.join("\n"));
    }
}
