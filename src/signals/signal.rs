//! A number or a series that is watched live.

use crate::incident::{Bad, Evidence, Number, Seen, Series, Thresholds, Timestamp, Unit, limits};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A signal as it was last answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// The source's name in the configuration.
    pub source: Arc<str>,
    /// Its name in the configuration; with the source it says which signal this is.
    pub name: Arc<str>,
    /// What its numbers count.
    #[serde(default)]
    pub unit: Unit,
    /// In which direction it gets worse.
    #[serde(default)]
    pub bad: Bad,
    /// From where on it is bad.
    #[serde(default)]
    pub thresholds: Thresholds,
    /// When the source gave these values.
    pub at: Timestamp,
    /// The current value of the signal's main series; absent: nothing is measured now.
    #[serde(default)]
    pub value: Option<Number>,
    /// What stands in the place of the value when there is none: `NaN`, `+Inf`, `no data`.
    #[serde(default)]
    pub said: Option<Arc<str>>,
    /// The series, the main one first; at most [`limits::SERIES_PER_SIGNAL`].
    #[serde(default)]
    pub series: Vec<Series>,
    /// Series that the answer had beyond those.
    #[serde(default)]
    pub more_series: u32,
    /// What the source said beside its answer (a warning of Prometheus), one sentence.
    #[serde(default)]
    pub warning: Option<Arc<str>>,
    /// The same panel and time range in a browser.
    #[serde(default)]
    pub url: Option<Arc<str>>,
}

impl Signal {
    /// Its values as evidence for the timeline.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        Evidence {
            source: self.source.clone(),
            title: self.name.clone(),
            at: self.at,
            url: self.url.clone(),
            seen: Seen::Signal {
                unit: self.unit,
                bad: self.bad,
                thresholds: self.thresholds,
                series: (self.series.iter())
                    .take(limits::SERIES_PER_SIGNAL)
                    .cloned()
                    .collect(),
            },
        }
    }
}
