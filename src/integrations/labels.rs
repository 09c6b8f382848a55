//! Labels and annotations as they come: names with texts, as many as are kept of one thing.

use crate::incident::limits;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

/// Names with texts: the first [`limits::LABELS_PER_ALERT`] of an answer; null is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Labels(BTreeMap<String, String>);

impl Labels {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|text| &**text)
    }

    /// All of them, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (&**name, &**text))
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LabelsVisitor)
    }
}

struct LabelsVisitor;

impl<'de> Visitor<'de> for LabelsVisitor {
    type Value = Labels;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("labels")
    }

    fn visit_unit<E>(self) -> Result<Labels, E> {
        Ok(Labels::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Labels, A::Error> {
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
    fn there_is_a_bound() {
        let many = (0..5_000).map(|no| (format!("l{no}"), json!("v")));
        let many = serde_json::Value::Object(many.collect());
        let labels = Labels::deserialize(&many).expect("read");
        assert_eq!(labels.iter().count(), limits::LABELS_PER_ALERT);
    }
}
