//! The text as rows, and where the cursor stands in them.

use super::{cells, wrap};
use std::ops::Range;

/// The text broken into rows: each a range of its bytes.
pub(in crate::console) fn rows(text: &str, width: usize) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    let mut line_start = 0;
    for line in text.split('\n') {
        for row in wrap(line, width) {
            // rows are slices of the line
            let within = (row.as_ptr() as usize).wrapping_sub(line.as_ptr() as usize);
            let start = line_start + if row.is_empty() { 0 } else { within };
            rows.push(start..start + row.len());
        }
        line_start += line.len() + 1;
    }
    rows
}

/// The row in which a cursor at this byte stands.
pub(in crate::console) fn row_of(rows: &[Range<usize>], at: usize) -> usize {
    rows.partition_point(|row| row.start <= at)
        .saturating_sub(1)
}

/// The row and the cell of the cursor, which stands at the byte `at`. Spaces at the end of a row
/// are not part of it: the cursor stands after them as long as there is room.
pub(in crate::console) fn place(
    text: &str,
    rows: &[Range<usize>],
    at: usize,
    width: usize,
) -> (usize, usize) {
    let row = row_of(rows, at);
    let start = rows.get(row).map_or(0, |row| row.start);
    let before = text.get(start..at).unwrap_or("");
    (row, cells(before).min(width.saturating_sub(1)))
}

/// The byte that a click at this row and cell means.
pub(in crate::console) fn byte_at(
    text: &str,
    rows: &[Range<usize>],
    row: usize,
    cell: usize,
) -> usize {
    let Some(range) = rows.get(row).or(rows.last()) else {
        return 0;
    };
    let mut end = range.start;
    for (at, c) in text[range.clone()].char_indices() {
        if cells(&text[range.start..range.start + at + c.len_utf8()]) > cell {
            break;
        }
        end = range.start + at + c.len_utf8();
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<'a>(text: &'a str, rows: &[Range<usize>]) -> Vec<&'a str> {
        rows.iter().map(|row| &text[row.clone()]).collect()
    }

    #[test]
    fn rows_are_places_in_the_text() {
        let text = "pods restart\n\n決済が落ちた ok";
        let rows = rows(text, 8);
        assert_eq!(
            shown(text, &rows),
            ["pods", "restart", "", "決済が落", "ちた ok"]
        );
        assert_eq!(place(text, &rows, 0, 8), (0, 0));
        assert_eq!(place(text, &rows, 5, 8), (1, 0));
        assert_eq!(place(text, &rows, 12, 8), (1, 7));
        assert_eq!(place(text, &rows, 13, 8), (2, 0));
        assert_eq!(place(text, &rows, text.len(), 8), (4, 7));
        assert_eq!(byte_at(text, &rows, 1, 3), 8);
        assert_eq!(byte_at(text, &rows, 3, 3), 17);
        assert_eq!(byte_at(text, &rows, 9, 99), text.len());
    }

    #[test]
    fn the_cursor_stays_inside_after_spaces() {
        let text = "ab        ";
        assert_eq!(place(text, &rows(text, 4), text.len(), 4), (0, 3));
    }
}
