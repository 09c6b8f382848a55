//! What a monitor said.

use super::{Flaps, Seq, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whether the monitor still says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// It is so now.
    Firing,
    /// It is not so any more.
    Resolved,
}

/// One report about one alert, in full, as an integration hands it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertReport {
    /// What makes this alert the same alert next time; the monitor's own where it gives one.
    pub fingerprint: Arc<str>,
    /// The alert's name (`alertname`).
    pub name: Arc<str>,
    /// Firing or resolved.
    pub state: AlertState,
    /// One line about it, if the monitor gave one.
    #[serde(default)]
    pub summary: Arc<str>,
    /// The monitor's labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The monitor's annotations.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// When it began to fire.
    pub starts_at: Timestamp,
    /// When it stopped; absent while it fires.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
    /// Where to look at it.
    #[serde(default)]
    pub url: Option<Arc<str>>,
}

impl AlertReport {
    /// The service it is about, if a label names one.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        self.labels.get("service").map(String::as_str)
    }
}

/// An alert as the incident remembers it: by fingerprint, the newest report folded in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// What makes it the same alert.
    pub fingerprint: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Firing or resolved.
    pub state: AlertState,
    /// One line about it, cut to [`super::limits::ALERT_SUMMARY_BYTES`].
    pub summary: Arc<str>,
    /// The `service` label.
    #[serde(default)]
    pub service: Option<Arc<str>>,
    /// The `severity` label, in the monitor's words.
    #[serde(default)]
    pub level: Option<Arc<str>>,
    /// When it began to fire, this time.
    pub starts_at: Timestamp,
    /// When it stopped.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
    /// When it was first recorded here.
    pub first_at: Timestamp,
    /// When it was last recorded here.
    pub last_at: Timestamp,
    /// The newest event about it.
    pub seq: Seq,
    /// How often it changed (fired or resolved).
    pub changes: u32,
    /// It flaps: it counts as firing until it has settled, and this is what was held back since.
    #[serde(default)]
    pub flapping: Option<Flaps>,
    /// Where to look at it.
    #[serde(default)]
    pub url: Option<Arc<str>>,
}
