//! Labels and annotations as they come: names with texts, as many as are kept of one thing.

use crate::incident::limits;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use std::borrow::{Borrow, Cow};
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;

/// Names with texts, as they stand in an answer: the first [`limits::LABELS_PER_ALERT`] of it; null
/// is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Labels<'a>(BTreeMap<Text<'a>, Text<'a>>);

/// A text of an answer: copied only where it is written with escapes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Borrow<str> for Text<'_> {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Labels<'_> {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|text| &*text.0)
    }

    /// All of them, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (&*name.0, &*text.0))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Labels<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LabelsVisitor)
    }
}

struct LabelsVisitor;

impl<'de> Visitor<'de> for LabelsVisitor {
    type Value = Labels<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("labels")
    }

    fn visit_unit<E>(self) -> Result<Labels<'de>, E> {
        Ok(Labels::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Labels<'de>, A::Error> {
        let mut labels = Labels::default();
        while labels.0.len() < limits::LABELS_PER_ALERT {
            let Some((name, text)) = map.next_entry()? else {
                return Ok(labels);
            };
            labels.0.insert(name, text);
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(labels)
    }
}

/// Texts that are kept of an answer, each once: most labels of ten thousand alerts are those of
/// many others.
#[derive(Debug, Default)]
pub(super) struct Texts(HashSet<Arc<str>>);

impl Texts {
    /// The text as it is kept.
    pub(super) fn keep(&mut self, text: &str) -> Arc<str> {
        if let Some(kept) = self.0.get(text) {
            return kept.clone();
        }
        let kept: Arc<str> = text.into();
        self.0.insert(kept.clone());
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_are_no_labels_is_an_error_and_nothing_is_none() {
        for wrong in [json!([]), json!(7), json!({"a": 1}), json!({"a": null})] {
            assert!(Labels::deserialize(&wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            Labels::deserialize(&json!(null)).ok(),
            Some(Labels::default())
        );
    }

    #[test]
    fn a_text_with_escapes_is_read_as_it_is_meant() {
        let json = r#"{"a":"b","pl\u0061in":"tab\there"}"#;
        let labels: Labels<'_> = serde_json::from_str(json).expect("read");
        let read: Vec<_> = labels.iter().collect();
        assert_eq!(read, [("a", "b"), ("plain", "tab\there")]);
        assert_eq!(labels.get("plain"), Some("tab\there"));
    }

    #[test]
    fn the_same_text_is_kept_once() {
        let mut texts = Texts::default();
        let (one, other) = (texts.keep("checkout"), texts.keep("search"));
        assert!(Arc::ptr_eq(&one, &texts.keep("checkout")));
        assert_eq!((&*one, &*other), ("checkout", "search"));
    }

    #[test]
    fn there_is_a_bound() {
        let many = (0..5_000).map(|no| (format!("l{no}"), json!("v")));
        let many = serde_json::Value::Object(many.collect());
        let labels = Labels::deserialize(&many).expect("read");
        assert_eq!(labels.iter().count(), limits::LABELS_PER_ALERT);
    }
}
