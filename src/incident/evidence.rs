//! What someone pinned to the timeline of what was to be seen then: numbers, not a picture.

use super::{Bad, Event, EventBody, Person, Seq, Series, Thresholds, Timestamp, Unit, What};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What was to be seen at one moment. It is in the log with its numbers, so that it can be drawn
/// again as it was, whatever has become of the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The source's name in the configuration.
    pub source: Arc<str>,
    /// What it is: the signal's, the issue's or the alerts' name.
    pub title: Arc<str>,
    /// The moment whose values these are: when the source answered.
    pub at: Timestamp,
    /// Where to look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Arc<str>>,
    /// The values.
    pub seen: Seen,
}

/// The values of a piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Seen {
    /// A signal.
    Signal {
        /// What the numbers count.
        #[serde(default)]
        unit: Unit,
        /// In which direction it gets worse.
        #[serde(default)]
        bad: Bad,
        /// From where on it is bad.
        #[serde(default)]
        thresholds: Thresholds,
        /// At most [`super::limits::SERIES_PER_SIGNAL`].
        series: Vec<Series>,
    },
    /// An issue of an error tracker.
    Issue {
        /// Its name there: `CHECKOUT-1A2`.
        id: Arc<str>,
        /// Events in the window.
        events: u64,
        /// Users hit in the window.
        users: u64,
        /// When it was first seen.
        first_seen: Timestamp,
        /// When it was last seen.
        last_seen: Timestamp,
        /// Events in even steps of the window, oldest first.
        #[serde(default)]
        trend: Vec<u32>,
    },
    /// A group of alerts.
    Alerts {
        /// How many fired.
        firing: u32,
        /// How many were silenced or inhibited.
        silenced: u32,
        /// How many were pending.
        #[serde(default, skip_serializing_if = "is_zero")]
        pending: u32,
        /// When the first began.
        first_at: Timestamp,
        /// When the last changed.
        last_at: Timestamp,
        /// What tells them apart, a few of them: `eu-west-1b/checkout-7`.
        #[serde(default)]
        names: Vec<Arc<str>>,
        /// How many began in each minute before, oldest first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rate: Vec<u32>,
    },
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// A piece of evidence as the incident remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinnedEvidence {
    /// The event that pinned it.
    pub seq: Seq,
    /// Who pinned it.
    pub by: Person,
    /// When.
    pub pinned_at: Timestamp,
    /// What was said about it; may be empty.
    #[serde(default)]
    pub text: Arc<str>,
    /// Never sent to a spectator.
    #[serde(default)]
    pub private: bool,
    /// The values.
    pub evidence: Arc<Evidence>,
}

impl PinnedEvidence {
    /// What this event pinned, if it pinned any. The state keeps the newest pieces only: this reads
    /// an older one from the log.
    #[must_use]
    pub fn from_event(event: &Event) -> Option<Self> {
        let EventBody::Known(What::EvidencePinned {
            evidence,
            text,
            private,
        }) = &event.body
        else {
            return None;
        };
        Some(Self {
            seq: event.seq,
            by: event.by.clone(),
            pinned_at: event.occurred_at,
            text: text.clone(),
            private: *private,
            evidence: evidence.clone(),
        })
    }
}
