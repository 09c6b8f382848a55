//! Moving a cursor by the rows that are drawn: up and down in the column that it came from, counted
//! in cells, and to the ends of a row, then of its line.

use super::cells;
use super::rows::{row_of, rows};
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// Where the cursor comes a row up or down of `at`, a byte of the text; `None` where there is no such
/// row. `column` is the cell that it wants to be in; whoever moves it otherwise forgets that.
pub(in crate::console) fn up_or_down(
    text: &str,
    width: usize,
    at: usize,
    column: &mut Option<usize>,
    down: bool,
) -> Option<usize> {
    let rows = rows(text, width);
    let row = row_of(&rows, at);
    let start = rows.get(row).map_or(0, |row| row.start);
    let here = || cells(text.get(start..at).unwrap_or_default());
    let wanted = *column.get_or_insert_with(here);
    let to = if down { row + 1 } else { row.checked_sub(1)? };
    let (mut found, mut before) = (rows.get(to)?.start, 0);
    for (stop, until) in stops(text, &rows, to) {
        if before > wanted {
            break;
        }
        found = stop;
        before += cells(text.get(stop..until).unwrap_or_default());
    }
    Some(found)
}

/// The beginning of the row; of its line, where the cursor is there already.
pub(in crate::console) fn head(text: &str, width: usize, at: usize) -> usize {
    let rows = rows(text, width);
    let start = rows.get(row_of(&rows, at)).map_or(0, |row| row.start);
    if at != start {
        return start;
    }
    let line = text.get(..at).and_then(|before| before.rfind('\n'));
    let line = line.map_or(0, |newline| newline + 1);
    // Indentation wider than the rows is not drawn.
    let first = rows.iter().find(|row| row.start >= line);
    first.map_or(line, |row| row.start)
}

/// The end of the row; of its line, where the cursor is there already. A row that is full to the
/// last cell because its word goes on below ends before its last character.
pub(in crate::console) fn end(text: &str, width: usize, at: usize) -> usize {
    let rows = rows(text, width);
    let row = row_of(&rows, at);
    let rest = text.get(at..).unwrap_or_default();
    let line = rest.find('\n').map_or(text.len(), |newline| at + newline);
    let last = stops(text, &rows, row).last().map_or(at, |(stop, _)| stop);
    let end = match rows.get(row + 1) {
        // What was between the two rows is not drawn.
        Some(_) if line > last => rows.get(row).map_or(last, |row| row.end.min(last)),
        _ => line,
    };
    if at == end { line } else { end }
}

/// The bytes at which a cursor may stand in a row, each with that of the next: from the row's first
/// to before the first of the next row.
fn stops<'t>(
    text: &'t str,
    rows: &[Range<usize>],
    row: usize,
) -> impl Iterator<Item = (usize, usize)> + use<'t> {
    let start = rows.get(row).map_or(0, |row| row.start);
    let next = rows.get(row + 1).map(|row| row.start);
    let part = text.get(start..next.unwrap_or(text.len()));
    let part = part.and_then(|part| part.split_inclusive('\n').next());
    let graphemes = part.unwrap_or_default().grapheme_indices(true);
    let last = next.is_none().then_some((text.len(), text.len()));
    let each = graphemes.map(move |(at, one)| (start + at, start + at + one.len()));
    each.chain(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::text::rows::place;
    use crate::console::text::visible_block;
    use proptest::prelude::*;

    /// Where a key leads, by the words before the cursor.
    fn after(
        text: &str,
        width: usize,
        at: &str,
        to: impl Fn(&str, usize, usize) -> usize,
    ) -> String {
        text[..to(text, width, at.len())].to_owned()
    }

    #[test]
    fn the_column_is_kept_in_cells_over_shorter_rows() {
        let text = "決済が落ちた\nab\nabcdefgh";
        let mut column = None;
        let two = up_or_down(text, 20, "決済".len(), &mut column, true).unwrap();
        assert_eq!(&text[..two], "決済が落ちた\nab");
        let three = up_or_down(text, 20, two, &mut column, true).unwrap();
        assert_eq!(&text[three..], "efgh");
        assert_eq!(up_or_down(text, 20, three, &mut column, true), None);
        // In the middle of a wide character there is no place: before it.
        let mut column = Some(3);
        let first = up_or_down(text, 20, two, &mut column, false).unwrap();
        assert_eq!(&text[..first], "決");
    }

    #[test]
    fn rows_are_those_that_are_drawn() {
        let text = "pods restart at once";
        let mut column = None;
        let down = up_or_down(text, 8, 3, &mut column, true).unwrap();
        assert_eq!(&text[..down], "pods res");
        assert_eq!(up_or_down(text, 8, 3, &mut None, false), None);
    }

    #[test]
    fn home_and_end_are_those_of_the_row_and_then_of_the_line() {
        let text = "one\npods restart at once\nlast";
        for (at, home, end_of) in [
            ("one\npods rest", "one\npods ", "one\npods restart"),
            ("one\npods ", "one\n", "one\npods restart"),
            (
                "one\npods restart",
                "one\npods ",
                "one\npods restart at once",
            ),
            ("one\n", "one\n", "one\npods"),
            ("on", "", "one"),
        ] {
            assert_eq!(after(text, 8, at, head), home, "home from {at:?}");
            assert_eq!(after(text, 8, at, end), end_of, "end from {at:?}");
        }
        assert_eq!(end(text, 8, text.len() - 2), text.len());
        // A word longer than the row: its end in this row is before the last character.
        assert_eq!(end("abcdefgh", 4, 1), 3);
        assert_eq!(end("abcdefgh", 4, 3), 8);
    }

    fn texts() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            4 => "[a-z]{1,9}",
            2 => Just(" ".to_owned()),
            1 => Just("      ".to_owned()),
            2 => Just("\n".to_owned()),
            2 => "[決済が落ちた]{1,6}",
            1 => Just("👨\u{200d}👩\u{200d}👧 🇩🇪 e\u{301}".to_owned()),
            1 => "\\PC{0,8}",
        ];
        prop::collection::vec(part, 0..24)
            .prop_map(|parts| visible_block(&parts.concat()).into_owned())
    }

    proptest! {
        #[test]
        fn up_and_down_again_returns(text in texts(), width in 1usize..24, n in any::<prop::sample::Index>()) {
            let all = rows(&text, width);
            let stops: Vec<usize> = (0..all.len()).flat_map(|row| stops(&text, &all, row)).map(|stop| stop.0).collect();
            let at = stops[n.index(stops.len())];
            for down in [false, true] {
                let mut column = None;
                let Some(there) = up_or_down(&text, width, at, &mut column, down) else {
                    let edge = if down { all.len() - 1 } else { 0 };
                    prop_assert_eq!(row_of(&all, at), edge);
                    continue;
                };
                prop_assert_eq!(row_of(&all, there).abs_diff(row_of(&all, at)), 1);
                let back = up_or_down(&text, width, there, &mut column, !down);
                let same = back.map(|back| place(&text, &all, back, width));
                prop_assert_eq!(same, Some(place(&text, &all, at, width)));
                // Two places in one cell are no two places for whoever looks.
                let between = |back: usize| cells(&text[back.min(at)..back.max(at)]);
                prop_assert_eq!(back.map(between), Some(0));
            }
        }

        #[test]
        fn home_and_end_stay_in_the_line_and_reach_its_ends(text in texts(), width in 1usize..24, n in any::<prop::sample::Index>()) {
            let all = rows(&text, width);
            let stops: Vec<usize> = (0..all.len()).flat_map(|row| stops(&text, &all, row)).map(|stop| stop.0).collect();
            let at = stops[n.index(stops.len())];
            let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
            let line = all.iter().find(|row| row.start >= line).unwrap().start;
            let line_end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
            let (home, end_of) = (head(&text, width, at), end(&text, width, at));
            prop_assert!(line <= home && home <= at && line <= end_of && end_of <= line_end);
            prop_assert!(end_of >= at || row_of(&all, end_of) == row_of(&all, at));
            prop_assert_eq!(head(&text, width, home), line);
            prop_assert_eq!(end(&text, width, end_of), line_end);
        }
    }
}
