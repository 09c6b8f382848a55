//! What tells series apart: the labels that they do not share.

use crate::integrations::labels::Labels;
use crate::integrations::reading::cut;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Labels that may differ; real series have under 30.
const LABELS_MOST: usize = 64;
/// Values in a legend: more do not fit beside a chart.
const NAMED: usize = 4;
/// One value in a legend, and the whole, in bytes.
const VALUE_BYTES: usize = 40;
const LEGEND_BYTES: usize = 100;

/// Finds the labels that differ among series, which it sees one after the other.
#[derive(Debug, Default)]
pub(super) struct Differing<'a> {
    first: Option<Labels<'a>>,
    names: BTreeSet<String>,
}

impl<'a> Differing<'a> {
    pub(super) fn see(&mut self, labels: &Labels<'a>) {
        let Some(first) = &self.first else {
            self.first = Some(labels.clone());
            return;
        };
        let other = labels
            .iter()
            .filter(|(name, text)| first.get(name) != Some(text));
        let gone = first.iter().filter(|(name, _)| labels.get(name).is_none());
        for (name, _) in other.chain(gone) {
            if !self.names.contains(name) && self.names.len() < LABELS_MOST {
                self.names.insert(name.to_owned());
            }
        }
    }

    /// What that series is called beside the others: its values of the labels that differ, by the
    /// labels' names, `–` where it has none of them; empty when there is one series only.
    pub(super) fn legend(&self, labels: &Labels<'_>) -> Arc<str> {
        let values = self.names.iter().filter_map(|name| labels.get(name));
        let values = values.filter(|value| !value.is_empty()).take(NAMED);
        let short = values.map(|value| match cut(value, VALUE_BYTES) {
            whole if whole.len() == value.len() => whole.to_owned(),
            short => format!("{short}…"),
        });
        let legend = short.collect::<Vec<_>>().join("/");
        match &*legend {
            "" if !self.names.is_empty() => "–".into(),
            legend => cut(legend, LEGEND_BYTES).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    fn legends(series: &[serde_json::Value]) -> Vec<String> {
        let read = series.iter().map(Labels::deserialize);
        let all: Vec<Labels<'_>> = read.collect::<Result<_, _>>().expect("labels");
        let mut differing = Differing::default();
        all.iter().for_each(|labels| differing.see(labels));
        all.iter()
            .map(|labels| differing.legend(labels).to_string())
            .collect()
    }

    #[test]
    fn only_what_differs_is_named() {
        let series = [
            json!({"__name__": "up", "job": "web", "instance": "a:1"}),
            json!({"__name__": "up", "job": "web", "instance": "b:1"}),
            json!({"__name__": "up", "job": "db"}),
        ];
        assert_eq!(legends(&series), ["a:1/web", "b:1/web", "db"]);
        assert_eq!(legends(&series[..1]), [""]);
        assert_eq!(legends(&[json!(null), json!({"a": "b"})]), ["–", "b"]);
    }

    #[test]
    fn a_legend_is_short_whatever_the_labels_are() {
        let wide = |no: usize| {
            let labels = (0..500).map(|label| (format!("l{label}"), json!("ä".repeat(99 + no))));
            serde_json::Value::Object(labels.collect())
        };
        for legend in legends(&[wide(0), wide(1)]) {
            assert!(
                legend.len() <= LEGEND_BYTES && legend.contains('…'),
                "{legend}"
            );
        }
    }
}
