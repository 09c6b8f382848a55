//! What alerts of every monitor have in common: labels and annotations, cut to bounds.

use super::labels::{Labels, Texts};
use super::reading::{LINE_BYTES, cut, one_line};
use crate::incident::{Timestamp, limits};
use chrono::{DateTime, SubsecRound};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Alerts that one answer is read for. Beyond it they are left out: a system with more of them is
/// wholly down, and each costs memory on the server.
pub(super) const ALERTS_MOST: usize = 20_000;
/// The annotations that may hold the one line about an alert, best first.
const SUMMARIES: [&str; 3] = ["summary", "message", "description"];

/// One line about an alert, of its annotations.
pub(super) fn summary(annotations: &Labels<'_>) -> String {
    let mut known = SUMMARIES.iter().filter_map(|key| annotations.get(key));
    known.next().map(one_line).unwrap_or_default()
}

/// An alert's name, of its labels.
pub(super) fn name<'a>(labels: &'a Labels<'_>) -> Option<&'a str> {
    let name = labels.get("alertname").map(str::trim);
    name.filter(|name| !name.is_empty())
        .map(|name| cut(name, LINE_BYTES))
}

/// Labels with each of them cut to [`limits::LABEL_BYTES`].
pub(super) fn bounded(labels: &Labels<'_>, texts: &mut Texts) -> BTreeMap<Arc<str>, Arc<str>> {
    let mut short = |text| texts.keep(cut(text, limits::LABEL_BYTES));
    let labels = labels.iter();
    labels
        .map(|(name, text)| (short(name), short(text)))
        .collect()
}

/// A moment in RFC 3339 to the millisecond, if it is one: Go's zero time, like all that cannot be
/// read, is none.
pub(super) fn moment<'de, D>(deserializer: D) -> Result<Option<Timestamp>, D::Error>
where
    D: Deserializer<'de>,
{
    let text = Option::<Cow<'_, str>>::deserialize(deserializer)?;
    let at = text.and_then(|text| DateTime::parse_from_rfc3339(&text).ok());
    // Prometheus says nanoseconds of what Alertmanager says milliseconds of.
    let at = at.map(|at| at.to_utc().trunc_subsecs(3));
    Ok(at.filter(|at| at.timestamp() > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(pairs: &[(&str, &str)]) -> Labels<'static> {
        let pairs = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).into()));
        Labels::deserialize(serde_json::Value::Object(pairs.collect())).expect("labels")
    }

    #[test]
    fn the_best_annotation_is_the_summary_on_one_line() {
        let both = texts(&[("description", "long"), ("summary", " too\nslow ")]);
        assert_eq!(summary(&both), "too slow");
        assert_eq!(summary(&texts(&[("description", "long")])), "long");
        assert_eq!(summary(&texts(&[("runbook", "x")])), "");
    }

    #[test]
    fn labels_are_bounded_and_a_blank_name_is_none() {
        let kept = bounded(
            &texts(&[("long", &"ä".repeat(9_000))]),
            &mut Texts::default(),
        );
        assert!(kept.values().all(|text| text.len() == limits::LABEL_BYTES));
        assert_eq!(name(&texts(&[("alertname", " High ")])), Some("High"));
        assert_eq!(name(&texts(&[("alertname", "  ")])), None);
    }

    #[test]
    fn a_moment_that_cannot_be_read_is_none() {
        let read = |text: &str| moment(&mut serde_json::Deserializer::from_str(text));
        assert!(read("\"2026-11-23T13:04:29.5+02:00\"").is_ok_and(|at| at.is_some()));
        for none in [
            "null",
            "\"0001-01-01T00:00:00Z\"",
            "\"soon\"",
            "\"99999-01-01T00:00:00Z\"",
        ] {
            assert_eq!(read(none).ok(), Some(None), "{none}");
        }
        assert!(read("7").is_err());
    }
}
