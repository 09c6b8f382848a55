//! What the readers share: finding a member wherever it is, and bounding what is found.

use super::HookError;
use crate::incident::{Timestamp, limits};
use crate::integrations::fingerprint;
pub(super) use crate::integrations::reading::cut;
use chrono::DateTime;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The longest fingerprint, version or event name that is taken over, in bytes.
const WORD_BYTES: usize = 200;
/// From here on a bare number is milliseconds: as seconds it would be after the year 5000.
const MILLIS_FROM: i64 = 100_000_000_000;

/// A whole body.
pub(super) fn json(body: &[u8]) -> Result<Value, HookError> {
    serde_json::from_slice(body).map_err(HookError::NotJson)
}

/// The text at a place, if there is one that is not blank.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    let text = value.pointer(pointer)?.as_str()?.trim();
    (!text.is_empty()).then_some(text)
}

/// The text, number or truth at a place, as text that is not blank.
pub(super) fn word<'a>(value: &'a Value, pointer: &str) -> Option<Cow<'a, str>> {
    match value.pointer(pointer)? {
        Value::String(_) => text(value, pointer).map(Cow::Borrowed),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Bool(truth) => Some(truth.to_string().into()),
        _ => None,
    }
}

/// A time: RFC 3339, or seconds or milliseconds since 1970, as a number or a text.
pub(super) fn time(value: &Value, pointer: &str) -> Option<Timestamp> {
    let text = word(value, pointer)?;
    if let Ok(time) = DateTime::parse_from_rfc3339(&text) {
        return Some(time.to_utc());
    }
    // What is behind the point of a number is below what an alert's beginning is known to.
    let whole = text.split('.').next().unwrap_or_default();
    let number: i64 = whole.parse().ok()?;
    if number.abs() >= MILLIS_FROM {
        DateTime::from_timestamp_millis(number)
    } else {
        DateTime::from_timestamp(number, 0)
    }
}

/// A few words of a body, for an answer or an identity.
pub(super) fn short(text: &str) -> String {
    one_line(text, WORD_BYTES)
}

/// The text as one line of at most so many bytes.
pub(super) fn one_line(text: &str, bytes: usize) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(cut(word, bytes));
        if line.len() >= bytes {
            break;
        }
    }
    line.truncate(line.floor_char_boundary(bytes));
    line
}

/// An alert's name: one line, never empty.
pub(super) fn name(text: Option<&str>) -> Arc<str> {
    let line = one_line(text.unwrap_or_default(), limits::TITLE_BYTES);
    let line = line.trim_end();
    if line.is_empty() { "unnamed" } else { line }.into()
}

/// One line about an alert.
pub(super) fn summary(text: Option<&str>) -> Arc<str> {
    one_line(text.unwrap_or_default(), limits::LABEL_BYTES).into()
}

/// The members of an object that can be labels.
pub(super) fn labels(value: Option<&Value>) -> BTreeMap<String, String> {
    let members = value.and_then(Value::as_object).into_iter().flatten();
    let labels = members.filter_map(|(key, value)| {
        let value = match value {
            Value::String(text) => cut(text, limits::LABEL_BYTES).to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            _ => return None,
        };
        Some((cut(key, limits::LABEL_BYTES).to_owned(), value))
    });
    labels.take(limits::LABELS_PER_ALERT).collect()
}

/// Adds a label where there is something to say.
pub(super) fn label(labels: &mut BTreeMap<String, String>, key: &str, value: Option<&str>) {
    let value = one_line(value.unwrap_or_default(), limits::LABEL_BYTES);
    if !value.is_empty() {
        labels.insert(key.to_owned(), value);
    }
}

/// A fingerprint where the sender gave none: that of the labels, which are what an alert is known
/// by.
pub(super) fn fingerprint(labels: &BTreeMap<String, String>) -> String {
    fingerprint::of_labels(labels.iter().map(|(key, value)| (&**key, &**value)))
}

/// The first of these places that holds an address for a browser.
pub(super) fn link(value: &Value, pointers: &[&str]) -> Option<Arc<str>> {
    let mut found = pointers.iter().filter_map(|pointer| text(value, pointer));
    let web = |address: &&str| {
        let scheme = address.starts_with("https://") || address.starts_with("http://");
        let odd = |c: char| c.is_whitespace() || c.is_control();
        scheme && address.len() <= limits::URL_BYTES && !address.contains(odd)
    };
    found.find(web).map(Arc::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_time_is_read_in_the_forms_that_are_sent() {
        let at = |value: Value| time(&json!({ "t": value }), "/t").map(|t| t.timestamp_millis());
        assert_eq!(at(json!("2026-11-23T13:04:29.5Z")), Some(1_795_439_069_500));
        assert_eq!(
            at(json!("2026-11-23T14:04:29.500+01:00")),
            Some(1_795_439_069_500)
        );
        assert_eq!(at(json!(1_795_439_069)), Some(1_795_439_069_000));
        assert_eq!(at(json!(1_795_439_069.677)), Some(1_795_439_069_000));
        assert_eq!(at(json!("1795439069")), Some(1_795_439_069_000));
        assert_eq!(at(json!(1_795_439_069_500_i64)), Some(1_795_439_069_500));
        for none in [
            json!(null),
            json!("soon"),
            json!(i64::MIN + 1),
            json!([1]),
            json!(1e300),
        ] {
            assert_eq!(at(none.clone()), None, "{none}");
        }
    }

    #[test]
    fn what_is_taken_over_is_bounded_and_of_one_line() {
        assert_eq!(one_line(" a\n\tb\u{1b}c  d\u{0}", 99), "a b c d");
        assert_eq!(&*name(Some(" \n")), "unnamed");
        let long = name(Some(&"ä ".repeat(10_000)));
        assert!(long.len() <= limits::TITLE_BYTES && !long.ends_with(' '));
        let many = json!({"a": 1, "b": true, "c": null, "d": {"e": 1}, "f": "x".repeat(100_000)});
        let labels = labels(Some(&many));
        assert_eq!(
            labels.keys().map(String::as_str).collect::<Vec<_>>(),
            ["a", "b", "f"]
        );
        assert!(
            labels
                .values()
                .all(|value| value.len() <= limits::LABEL_BYTES)
        );
        let links =
            json!({"a": "?orgId=1", "b": "javascript:x", "c": "https://x y", "d": "http://d/"});
        assert_eq!(
            link(&links, &["/a", "/b", "/c", "/d"]).as_deref(),
            Some("http://d/")
        );
    }
}
