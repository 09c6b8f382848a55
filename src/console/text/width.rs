//! Text measured in terminal cells: cut, padded and wrapped without ever splitting a grapheme.

use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

const ELLIPSIS: char = '…';

/// How many cells `text` takes on one line. Counted by grapheme, as the frame draws it.
#[must_use]
pub fn cells(text: &str) -> usize {
    if text.is_ascii() {
        // every ASCII character is drawn, or shown as a picture, in one cell
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// Cuts `text` to at most `max` cells, ending it in `…` when something was cut. Borrows when it
/// fits; empty when `max` is 0. A wide character that would straddle the edge is left out, so the
/// result may be one cell short.
#[must_use]
pub fn truncate(text: &str, max: usize) -> Cow<'_, str> {
    if cells(text) <= max {
        return Cow::Borrowed(text);
    }
    let Some(room) = max.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    let mut used = 0;
    let mut end = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > room {
            break;
        }
        end = at + grapheme.len();
    }
    let mut cut = String::with_capacity(end + ELLIPSIS.len_utf8());
    cut.push_str(&text[..end]);
    cut.push(ELLIPSIS);
    Cow::Owned(cut)
}

/// Exactly `width` cells: cut as by [`truncate`], then filled with spaces on the right.
#[must_use]
pub fn pad_right(text: &str, width: usize) -> String {
    let cut = truncate(text, width);
    let fill = width.saturating_sub(cells(&cut));
    format!("{cut}{:fill$}", "")
}

/// Exactly `width` cells: cut as by [`truncate`], then filled with spaces on the left. For
/// numbers and ages, which line up on their last digit.
#[must_use]
pub fn pad_left(text: &str, width: usize) -> String {
    let cut = truncate(text, width);
    let fill = width.saturating_sub(cells(&cut));
    format!("{:fill$}{cut}", "")
}

/// Wraps `text` into lines of at most `max` cells, at spaces and next to wide (CJK, emoji)
/// characters, and inside a word only when the word is longer than a line. `\n` ends a line.
/// Spaces at the break are dropped; indentation at the start of a paragraph stays.
///
/// Always at least one line. `max` 0 counts as 1. A grapheme wider than `max` stands alone on its
/// line and is the only thing that may stick out.
#[must_use]
pub fn wrap(text: &str, max: usize) -> Vec<&str> {
    let max = max.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        wrap_paragraph(paragraph, max, &mut lines);
    }
    lines
}

/// A place where a line may end: the text before `end` stays, the next line begins at `next`.
#[derive(Clone, Copy)]
struct Break {
    end: usize,
    next: usize,
    /// Cells from the start of the line to `next`.
    used: usize,
}

fn wrap_paragraph<'a>(text: &'a str, max: usize, lines: &mut Vec<&'a str>) {
    if cells(text) <= max {
        lines.push(text.trim_end_matches(' '));
        return;
    }
    let before = lines.len();
    let mut start = 0;
    let mut used = 0;
    let mut possible: Option<Break> = None;
    let mut last: Option<&str> = None;
    for (at, grapheme) in text.grapheme_indices(true) {
        if grapheme == " " {
            used += 1;
            let end = text[..at].trim_end_matches(' ').len();
            if end > start {
                possible = Some(Break {
                    end,
                    next: at + 1,
                    used,
                });
            } else if possible.is_none() && used > max {
                // indentation wider than the line: give up the indentation
                start = at + 1;
                used = 0;
            }
            last = Some(grapheme);
            continue;
        }
        let width = grapheme.width();
        if at > start && last.is_some_and(|last| breaks_between(last, grapheme)) {
            possible = Some(Break {
                end: at,
                next: at,
                used,
            });
        }
        if used + width > max && at > start {
            let here = Break {
                end: at,
                next: at,
                used,
            };
            let chosen = possible.take().unwrap_or(here);
            lines.push(text[start..chosen.end].trim_end_matches(' '));
            start = chosen.next;
            used -= chosen.used;
            if used > 0 && used + width > max {
                // what was carried over is a full line of its own
                lines.push(&text[start..at]);
                start = at;
                used = 0;
            }
        }
        used += width;
        last = Some(grapheme);
    }
    let rest = text[start..].trim_end_matches(' ');
    if !rest.is_empty() || lines.len() == before {
        lines.push(rest);
    }
}

/// Whether a line may end between two graphemes with no space between them.
fn breaks_between(left: &str, right: &str) -> bool {
    (left.width() > 1 || right.width() > 1)
        && !matches!(
            left,
            "（" | "「" | "『" | "【" | "《" | "〈" | "(" | "[" | "{"
        )
        && !matches!(
            right,
            "、" | "。"
                | "，"
                | "．"
                | "）"
                | "」"
                | "』"
                | "】"
                | "》"
                | "〉"
                | "！"
                | "？"
                | "："
                | "；"
                | "ー"
                | ","
                | "."
                | ")"
                | "]"
                | "}"
                | "!"
                | "?"
                | ":"
                | ";"
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_cells() {
        let cases = [
            ("", 0),
            ("abc", 3),
            ("漢字", 4),
            ("👩‍💻", 2),
            ("e\u{301}", 1),
            ("❤️", 2),
            ("🇩🇪", 2),
        ];
        for (text, wide) in cases {
            assert_eq!(cells(text), wide, "{text}");
        }
    }

    #[test]
    fn cuts_between_graphemes() {
        let cases = [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("abcd", 1, "…"),
            ("abcd", 0, ""),
            ("漢字漢", 4, "漢…"),
            ("a👩‍💻bc", 3, "a…"),
            ("a👩‍💻bc", 4, "a👩‍💻…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
        ];
        for (text, max, cut) in cases {
            assert_eq!(truncate(text, max), cut, "{text} to {max}");
        }
    }

    #[test]
    fn pads_to_the_cell() {
        assert_eq!(pad_right("漢", 4), "漢  ");
        assert_eq!(pad_left("42s", 5), "  42s");
        assert_eq!(pad_right("漢字漢", 4), "漢… ");
        assert_eq!(pad_left("abc", 0), "");
    }

    #[test]
    fn wraps_at_words() {
        let cases: [(&str, usize, &[&str]); 13] = [
            ("", 5, &[""]),
            ("pods restart in eu", 8, &["pods", "restart", "in eu"]),
            ("exactly ten", 7, &["exactly", "ten"]),
            ("a  b   c", 3, &["a", "b", "c"]),
            ("a  b   c", 4, &["a  b", "c"]),
            (
                "supercalifragilistic",
                6,
                &["superc", "alifra", "gilist", "ic"],
            ),
            (
                "to supercalifragilistic",
                6,
                &["to", "superc", "alifra", "gilist", "ic"],
            ),
            ("one\n\ntwo", 5, &["one", "", "two"]),
            ("  indented text", 10, &["  indented", "text"]),
            ("決済が落ちた。復旧中", 8, &["決済が落", "ちた。復", "旧中"]),
            ("復旧した。", 8, &["復旧し", "た。"]),
            ("漢字", 1, &["漢", "字"]),
            ("ab", 0, &["a", "b"]),
        ];
        for (text, max, lines) in cases {
            assert_eq!(wrap(text, max), lines, "{text:?} at {max}");
        }
    }

    fn words() -> impl Strategy<Value = String> {
        let bit = prop_oneof![
            4 => "[a-z]{1,9}",
            4 => " {1,4}",
            1 => "\n",
            2 => proptest::sample::select(vec!["漢", "。", "「", "👩‍💻", "🇩🇪", "e\u{301}", "ー", "❤️"])
                .prop_map(String::from),
        ];
        proptest::collection::vec(bit, 0..30).prop_map(|bits| bits.concat())
    }

    fn ink(text: &str) -> String {
        text.chars().filter(|c| !c.is_whitespace()).collect()
    }

    proptest! {
        #[test]
        fn wrapping_fits_and_loses_nothing(text in words(), max in 0usize..20) {
            let lines = wrap(&text, max);
            prop_assert!(!lines.is_empty());
            for line in &lines {
                let one = line.graphemes(true).count() == 1;
                prop_assert!(cells(line) <= max.max(1) || one, "{line:?} over {max}");
            }
            prop_assert_eq!(ink(&lines.concat()), ink(&text));
        }

        #[test]
        fn cutting_and_padding_fit(text in words(), max in 0usize..20) {
            prop_assert!(cells(&truncate(&text, max)) <= max);
            prop_assert_eq!(cells(&pad_right(&text, max)), max);
            prop_assert_eq!(cells(&pad_left(&text, max)), max);
        }
    }
}
