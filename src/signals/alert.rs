//! Alerts as their monitors have them now, and groups of them.

use crate::incident::{Evidence, Matching, Seen, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whether an alert reaches anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveState {
    /// It fires.
    Firing,
    /// Its rule holds, but not for long enough yet.
    Pending,
    /// It fires, and a silence keeps it quiet.
    Silenced,
    /// It fires, and another alert keeps it quiet.
    Inhibited,
    /// It fired and stopped.
    Resolved,
}

/// One alert as its monitor has it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveAlert {
    /// The source's name in the configuration, or of the webhook it came through.
    pub source: Arc<str>,
    /// What makes it the same alert next time.
    pub fingerprint: Arc<str>,
    /// Its name (`alertname`).
    pub name: Arc<str>,
    /// Whether it reaches anyone.
    pub state: LiveState,
    /// One line about it.
    #[serde(default)]
    pub summary: Arc<str>,
    /// Its labels.
    #[serde(default)]
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// When it began.
    pub starts_at: Timestamp,
    /// When the monitor last said something about it.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
    /// The silences that keep it quiet, by id.
    #[serde(default)]
    pub silenced_by: Vec<Arc<str>>,
    /// Where to look at it.
    #[serde(default)]
    pub url: Option<Arc<str>>,
}

/// Alerts kept quiet for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// The source's name in the configuration.
    pub source: Arc<str>,
    /// The monitor's id of it.
    pub id: Arc<str>,
    /// All must hold for an alert to be silenced.
    pub matchers: Vec<Matching>,
    /// From when.
    pub starts_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
    /// Who made it, as the monitor has it.
    #[serde(default)]
    pub created_by: Arc<str>,
    /// Why.
    #[serde(default)]
    pub comment: Arc<str>,
    /// It is over: run out, or ended.
    #[serde(default)]
    pub expired: bool,
}

/// Alerts of one name and service, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertGroup {
    /// Names the group: the grouping labels with their values.
    pub key: Arc<str>,
    /// The source's name in the configuration.
    pub source: Arc<str>,
    /// The alerts' name.
    pub name: Arc<str>,
    /// The labels that all of them share.
    #[serde(default)]
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// One line about one of them.
    #[serde(default)]
    pub summary: Arc<str>,
    /// How many fire.
    pub firing: u32,
    /// How many are pending.
    #[serde(default)]
    pub pending: u32,
    /// How many are silenced or inhibited.
    #[serde(default)]
    pub silenced: u32,
    /// How many stopped and are remembered.
    #[serde(default)]
    pub resolved: u32,
    /// When the first of them began.
    pub first_at: Timestamp,
    /// When the last of them began or stopped.
    pub last_at: Timestamp,
    /// How many began in each minute of the last half hour, oldest first; 30 places.
    #[serde(default)]
    pub rate: Vec<u32>,
    /// It fires and stops so often that its changes are held back.
    #[serde(default)]
    pub flapping: bool,
    /// The maintenance that holds for some of it now, by name: it opens no incident.
    #[serde(default)]
    pub maintenance: Option<Arc<str>>,
    /// What tells its alerts apart, a few of them.
    #[serde(default)]
    pub names: Vec<Arc<str>>,
    /// The silences that keep some of it quiet, by id.
    #[serde(default)]
    pub silences: Vec<Arc<str>>,
    /// Where to look at one of them.
    #[serde(default)]
    pub url: Option<Arc<str>>,
}

impl AlertGroup {
    /// Its values as evidence for the timeline; `at` is when the source gave them.
    #[must_use]
    pub fn evidence(&self, at: Timestamp) -> Evidence {
        Evidence {
            source: self.source.clone(),
            title: self.name.clone(),
            at,
            url: self.url.clone(),
            seen: Seen::Alerts {
                firing: self.firing,
                silenced: self.silenced,
                pending: self.pending,
                first_at: self.first_at,
                last_at: self.last_at,
                names: self.names.clone(),
                rate: self.rate.clone(),
            },
        }
    }
}
