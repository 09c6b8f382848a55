//! What the readers of answers share. All of it is total: whatever an answer holds in a place, it
//! is read as that place's value or as nothing, and nothing that is kept is longer than a bound.

use crate::incident::limits;
use std::fmt::Write as _;
use std::sync::Arc;

/// One line of a name, a title or a summary.
pub(super) const LINE_BYTES: usize = limits::ALERT_SUMMARY_BYTES;

/// The text, cut to so many bytes at most, never within a character.
pub(super) fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

/// The text as one line of at most [`LINE_BYTES`].
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(cut(word, LINE_BYTES));
        if line.len() >= LINE_BYTES {
            break;
        }
    }
    line.truncate(line.floor_char_boundary(LINE_BYTES));
    line
}

/// A part of a path, or a name or value of a query: everything that is not a letter, a digit or
/// one of `-._~` is written as `%XX`.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// An address for a browser: `http` or `https`, and no longer than links may be.
pub(super) fn link(address: &str) -> Option<Arc<str>> {
    let web = address.starts_with("https://") || address.starts_with("http://");
    (web && address.len() <= limits::URL_BYTES).then(|| address.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut("häh", 2), "h");
        assert_eq!(cut("häh", 9), "häh");
        assert_eq!(one_line(" a\n\tb  c\r\n"), "a b c");
        let long = one_line(&"ä".repeat(1_000));
        assert!(long.len() <= LINE_BYTES && long.len() > LINE_BYTES - 4);
        let words = one_line(&"word ".repeat(1_000));
        assert!(words.len() <= LINE_BYTES);
    }

    #[test]
    fn a_part_of_a_path_cannot_leave_its_place() {
        assert_eq!(encoded("../a b?c#d%é"), "..%2Fa%20b%3Fc%23d%25%C3%A9");
    }

    #[test]
    fn only_a_web_address_is_a_link() {
        assert!(link("https://grafana.example/d/x").is_some());
        assert_eq!(link("javascript:alert(1)"), None);
        assert_eq!(link(&format!("https://{}", "a".repeat(3_000))), None);
    }
}
