//! What the readers of answers share. All of it is total: whatever an answer holds in a place, it
//! is read as that place's value or as nothing, and nothing that is kept is longer than a bound.

use super::exchange::{AnswerError, Response};
use crate::incident::{Timestamp, limits};
use chrono::{DateTime, SubsecRound};
use serde_json::Value;
use std::fmt::Write as _;
use std::sync::Arc;

/// One line of a name, a title or a summary.
pub(super) const LINE_BYTES: usize = limits::ALERT_SUMMARY_BYTES;
/// What is quoted of a source's own words in an error.
const QUOTE_BYTES: usize = 200;

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

/// A text that is not empty.
pub(super) fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

/// A text as one line; empty where there is none.
pub(super) fn line(value: &Value) -> Arc<str> {
    one_line(value.as_str().unwrap_or_default()).into()
}

/// A number, or a text that is one; finite.
pub(super) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    };
    number.filter(|number| number.is_finite())
}

/// A count, as a number or as a text; 0 where there is none. What is no whole number is cut off,
/// what is below 0 is 0.
pub(super) fn count(value: &Value) -> u64 {
    let exact = match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_u64(),
    };
    exact.unwrap_or_else(|| number(value).unwrap_or_default() as u64)
}

/// A moment to the millisecond, written as RFC 3339. Go's zero time (year 1) and all else before 1970 is none.
pub(super) fn moment(value: &Value) -> Option<Timestamp> {
    let at = DateTime::parse_from_rfc3339(value.as_str()?).ok()?;
    (at.timestamp() > 0).then(|| at.to_utc().trunc_subsecs(3))
}

/// An address for a browser: `http` or `https`, and no longer than links may be.
pub(super) fn link(address: &str) -> Option<Arc<str>> {
    let web = address.starts_with("https://") || address.starts_with("http://");
    (web && address.len() <= limits::URL_BYTES).then(|| address.into())
}

/// What a source said about its own failure, as [`quoted`]: the first of these members that is a
/// text; empty where it said nothing that can be read.
pub(super) fn said(body: &[u8], members: &[&str]) -> String {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return String::new();
    };
    let found = members.iter().find_map(|member| text(&body[*member]));
    found.map(quoted).unwrap_or_default()
}

/// A source's own words, cut short, as they stand at the end of an error: `, saying "…"`.
pub(super) fn quoted(words: &str) -> String {
    let line = one_line(words);
    match cut(&line, QUOTE_BYTES) {
        "" => String::new(),
        short if short.len() < line.len() => format!(", saying \"{short}…\""),
        short => format!(", saying \"{short}\""),
    }
}

/// Whether an answer is JSON, or does not say what it is.
///
/// # Errors
/// It is something else: `page` says why a web page may have come, `address` asks whether the address
/// is the right one.
pub(super) fn json_type(answer: &Response, page: &str, address: &str) -> Result<(), AnswerError> {
    match answer.media_type.as_str() {
        "" | "application/json" => Ok(()),
        json if json.ends_with("+json") => Ok(()),
        "text/html" | "application/xhtml+xml" => Err(AnswerError::Denied(format!(
            "it answered with a web page instead of data, most likely a page to log in: {page}"
        ))),
        other => Err(AnswerError::Nonsense(format!(
            "it answered with {other} instead of JSON: {address}"
        ))),
    }
}

/// The answer's body is not whole JSON, or not of the form that it must have. What the reader says
/// of it may quote the body, and is cut short.
pub(super) fn not_whole(error: &serde_json::Error) -> AnswerError {
    let said = one_line(&error.to_string());
    let said = cut(&said, QUOTE_BYTES);
    AnswerError::Nonsense(format!("its answer is not whole JSON ({said})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
    fn numbers_and_counts_are_read_from_texts_too() {
        assert_eq!(number(&json!(" 2.5 ")), Some(2.5));
        assert_eq!(number(&json!("NaN")), None);
        assert_eq!(number(&json!([1])), None);
        assert_eq!(count(&json!("18446744073709551615")), u64::MAX);
        assert_eq!(count(&json!(2.9)), 2);
        assert_eq!(count(&json!(-3)), 0);
        assert_eq!(count(&json!(1e300)), u64::MAX);
        assert_eq!(count(&json!({})), 0);
    }

    #[test]
    fn a_moment_is_read_or_is_none() {
        let fine = moment(&json!("2026-11-23T13:04:29.123456789+02:00")).expect("a moment");
        assert_eq!(fine.to_rfc3339(), "2026-11-23T11:04:29.123+00:00");
        for none in [
            json!("0001-01-01T00:00:00Z"),
            json!("9999999-01-01T00:00:00Z"),
            json!("yesterday"),
            json!(1_700_000_000),
            json!(null),
        ] {
            assert_eq!(moment(&none), None, "{none}");
        }
    }

    #[test]
    fn only_a_web_address_is_a_link() {
        assert!(link("https://grafana.example/d/x").is_some());
        assert_eq!(link("javascript:alert(1)"), None);
        assert_eq!(link(&format!("https://{}", "a".repeat(3_000))), None);
    }

    #[test]
    fn what_a_source_said_is_quoted_short() {
        let body = json!({"detail": {"a": 1}, "message": format!("no\n{}", "x".repeat(500))});
        let words = said(body.to_string().as_bytes(), &["detail", "message"]);
        assert!(words.starts_with(", saying \"no xx") && words.ends_with("x…\""));
        assert!(words.len() < 230);
        assert_eq!(said(b"<html>", &["message"]), "");
    }
}
