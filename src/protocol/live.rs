//! What is watched beside the incidents, as it goes to the consoles. Never in the journal, never
//! from a console, and replaced whole by the next of its kind: a frame that was missed is made up
//! for by the next.

use crate::incident::IncidentId;
use crate::signals::{AlertGroup, Issue, Signal, Silence, Source};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A signal that could not be had, though its source answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// The signal's name.
    pub name: Arc<str>,
    /// Why, one sentence.
    pub why: Arc<str>,
}

/// What is watched, part by part. Each part replaces the last one of the same kind (and source, and
/// incident).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Live {
    /// Every system that is watched, and how it answers.
    Sources {
        /// By name.
        sources: Vec<Source>,
    },
    /// What a source says of an incident's signals.
    Signals {
        /// Whose.
        incident: IncidentId,
        /// The source's name.
        source: Arc<str>,
        /// In the order of the configuration.
        signals: Vec<Signal>,
        /// Those that could not be had.
        #[serde(default)]
        missing: Vec<Missing>,
    },
    /// What a source says of the errors in an incident's window.
    Issues {
        /// Whose.
        incident: IncidentId,
        /// The source's name.
        source: Arc<str>,
        /// The most frequent first.
        issues: Vec<Issue>,
    },
    /// Every alert that a source has now, in groups.
    Alerts {
        /// The source's name.
        source: Arc<str>,
        /// At most [`super::limits::ALERT_GROUPS`]; those with most firing first.
        groups: Vec<AlertGroup>,
        /// How many alerts are in groups beyond those.
        #[serde(default)]
        beyond: u32,
    },
    /// Every silence that a source has now.
    Silences {
        /// The source's name.
        source: Arc<str>,
        /// At most [`super::limits::SILENCES`]; those that end first, first.
        silences: Vec<Silence>,
    },
}

impl Live {
    /// The incident that it is about; none for what is beside all of them.
    #[must_use]
    pub fn incident(&self) -> Option<IncidentId> {
        match self {
            Self::Signals { incident, .. } | Self::Issues { incident, .. } => Some(*incident),
            Self::Sources { .. } | Self::Alerts { .. } | Self::Silences { .. } => None,
        }
    }
}
