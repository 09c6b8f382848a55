//! Who has taken note of alerts, why and until when.

use super::{Incident, Person, Seq, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Someone has taken note of a group of alerts, or of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// What people call the alerts.
    pub title: Arc<str>,
    /// Who.
    pub by: Person,
    /// Why nothing more needs to be done about them now.
    pub reason: Arc<str>,
    /// Since when.
    pub since: Timestamp,
    /// Until when; absent: until it is taken back.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// The event that made it.
    pub seq: Seq,
}

impl Acknowledgement {
    /// Whether it counts at this moment. One whose time is over counts as none.
    #[must_use]
    pub fn stands(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

impl Incident {
    /// Who has taken note of this group of alerts (or this fingerprint), if that counts now.
    #[must_use]
    pub fn acknowledgement(&self, group: &str, now: Timestamp) -> Option<&Acknowledgement> {
        (self.acknowledged.get(group)).filter(|acknowledged| acknowledged.stands(now))
    }
}
