//! Makes text from outside safe to draw, by showing what would otherwise act or hide.
//!
//! A log line, a chat message or an alert label is written by whoever broke the system. A control
//! character in it would be obeyed by the terminal, a bidi override would let a line read as
//! something else, and a zero-width character would make two different names look the same. All
//! of them are replaced by something visible, so that nothing is hidden and nothing is lost.

use crate::unseen::is_unseen;
use std::borrow::Cow;

/// How many spaces stand for one tab. Tab stops would need the column, which differs per pane.
const TAB: &str = "    ";

/// What to do with one character.
enum Show {
    Keep,
    Text(&'static str),
    /// Dropped: the other half of a `\r\n` pair.
    Skip,
    /// The picture of a control character.
    Picture(char),
    /// The code point in angle quotes, as `‹202E›`.
    Code(char),
}

/// How line breaks and tabs are treated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Breaks {
    Picture,
    OneLine,
    Keep,
}

/// Makes every character visible, line breaks (`␊`) and tabs (`␉`) too. Borrows when the text is
/// clean. The result holds no control, bidi, zero-width or tag character, and showing it again
/// changes nothing.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    show(text, Breaks::Picture)
}

/// Like [`visible`], for text that must fit on one line: a line break becomes `⏎` and a tab four
/// spaces.
#[must_use]
pub fn visible_line(text: &str) -> Cow<'_, str> {
    show(text, Breaks::OneLine)
}

/// Like [`visible`], for text drawn over many lines: `\n` stays (`\r\n` becomes `\n`) and a tab
/// becomes four spaces.
#[must_use]
pub fn visible_block(text: &str) -> Cow<'_, str> {
    show(text, Breaks::Keep)
}

fn show(text: &str, breaks: Breaks) -> Cow<'_, str> {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut out: Option<String> = None;
    let mut last = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|&(_, next)| next);
        let how = judge(c, last, next, breaks);
        if matches!(how, Show::Keep) {
            if let Some(out) = &mut out {
                out.push(c);
            }
            last = Some(c);
            continue;
        }
        let out = out.get_or_insert_with(|| {
            let mut start = String::with_capacity(text.len() + 16);
            start.push_str(&text[..at]);
            start
        });
        match how {
            Show::Keep | Show::Skip => {}
            Show::Text(text) => out.push_str(text),
            Show::Picture(c) => out.push(c),
            Show::Code(c) => out.push_str(&format!("‹{:04X}›", u32::from(c))),
        }
        last = out.chars().next_back();
    }
    out.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Decides about `c`. `last` is the character before it in the *result*, so that what is kept
/// once is kept again; `next` is the one after it in the source.
fn judge(c: char, last: Option<char>, next: Option<char>, breaks: Breaks) -> Show {
    match (c, breaks) {
        ('\r', Breaks::OneLine | Breaks::Keep) if next == Some('\n') => return Show::Skip,
        ('\n', Breaks::Keep) => return Show::Keep,
        ('\n', Breaks::OneLine) => return Show::Text("⏎"),
        ('\t', Breaks::OneLine | Breaks::Keep) => return Show::Text(TAB),
        _ => {}
    }
    match c {
        '\0'..='\u{1f}' => Show::Picture(picture(c)),
        '\u{7f}' => Show::Picture('␡'),
        '\u{80}'..='\u{9f}' => Show::Code(c),
        '\u{200d}' if last.is_some_and(joins) && next.is_some_and(is_pictograph) => Show::Keep,
        '\u{fe00}'..='\u{fe0f}' if last.is_some_and(takes_variation) => Show::Keep,
        '\u{fe00}'..='\u{fe0f}' => Show::Code(c),
        _ if is_unseen(c) => Show::Code(c),
        _ => Show::Keep,
    }
}

fn picture(c: char) -> char {
    char::from_u32(0x2400 + u32::from(c)).unwrap_or('␦')
}

/// Whether `c` may stand before a joiner in an emoji sequence.
fn joins(c: char) -> bool {
    c == '\u{fe0f}' || is_pictograph(c)
}

/// Whether a variation selector right after `c` belongs to it: one for each character, so that a
/// run of them cannot carry a hidden message.
fn takes_variation(c: char) -> bool {
    !matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{200d}' | '\n' | ' ')
}

/// The blocks that emoji are made of. Wider than the emoji list by some symbols, which is
/// harmless: all of them draw something.
fn is_pictograph(c: char) -> bool {
    matches!(c,
        '©' | '®' | '‼' | '⁉' | '™' | 'ℹ' | '〰' | '〽' | '㊗' | '㊙'
        | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{25a0}'..='\u{27bf}'
        | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn clean_text_is_borrowed() {
        for text in [
            "",
            "roll back 4f2a",
            "größer — 復旧した",
            "👩‍💻 ok",
            "❤️",
            "e\u{301}",
        ] {
            assert!(matches!(visible(text), Cow::Borrowed(_)), "{text:?}");
        }
    }

    #[test]
    fn what_acts_or_hides_is_shown() {
        let cases = [
            ("\x1b[31mred", "␛[31mred"),
            ("\x1b]52;c;eA==\x07", "␛]52;c;eA==␇"),
            ("a\0b\x7f", "a␀b␡"),
            ("\u{9b}31m", "‹009B›31m"),
            ("user\u{202e}gnp.exe", "user‹202E›gnp.exe"),
            ("a\u{2066}b\u{2069}", "a‹2066›b‹2069›"),
            ("pay\u{200b}pal", "pay‹200B›pal"),
            ("a\u{200d}b", "a‹200D›b"),
            ("👩\u{200d}", "👩‹200D›"),
            ("x\u{e0041}", "x‹E0041›"),
            ("❤\u{fe0f}\u{fe0f}", "❤\u{fe0f}‹FE0F›"),
            ("a\nb\tc\r", "a␊b␉c␍"),
        ];
        for (given, shown) in cases {
            assert_eq!(visible(given), shown);
        }
    }

    #[test]
    fn line_breaks_and_tabs() {
        assert_eq!(visible_line("a\r\nb\n\tc\rd"), "a⏎b⏎    c␍d");
        assert_eq!(visible_block("a\r\nb\n\tc\rd"), "a\nb\n    c␍d");
        assert!(matches!(visible_block("a\nb"), Cow::Borrowed(_)));
    }

    /// Characters that matter here, often enough that sequences of them come up.
    fn nasty() -> impl Strategy<Value = String> {
        let special = proptest::sample::select(vec![
            '\x1b',
            '\r',
            '\n',
            '\t',
            '\u{9b}',
            '\u{200d}',
            '\u{fe0f}',
            '\u{202e}',
            '👩',
            '💻',
            '❤',
            '\u{1f3fd}',
            '\u{e0041}',
            ' ',
            'a',
            '\u{301}',
            '漢',
        ]);
        proptest::collection::vec(prop_oneof![3 => special, 1 => any::<char>()], 0..24)
            .prop_map(|chars| chars.into_iter().collect())
    }

    proptest! {
        #[test]
        fn nothing_forbidden_is_left(text in nasty()) {
            for (shown, newline) in
                [(visible(&text), false), (visible_line(&text), false), (visible_block(&text), true)]
            {
                for c in shown.chars() {
                    prop_assert!(!c.is_control() || (newline && c == '\n'), "{c:?}");
                    prop_assert!(!is_unseen(c) || c == '\u{200d}', "{c:?}");
                }
                for (at, _) in shown.match_indices('\u{200d}') {
                    prop_assert!(shown[..at].chars().next_back().is_some_and(joins));
                }
            }
        }

        #[test]
        fn showing_twice_changes_nothing(text in nasty()) {
            for show in [visible, visible_line, visible_block] {
                let once = show(&text).into_owned();
                prop_assert_eq!(show(&once), once.as_str());
            }
        }
    }
}
