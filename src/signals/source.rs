//! An outside system that is watched, and how it is doing.

use crate::incident::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What kind of system it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// Prometheus, or what speaks its query API: Thanos, Mimir, VictoriaMetrics.
    Prometheus,
    /// Grafana.
    Grafana,
    /// Sentry, or what speaks its web API.
    Sentry,
    /// Alertmanager.
    Alertmanager,
}

impl SourceKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::Prometheus,
        Self::Grafana,
        Self::Sentry,
        Self::Alertmanager,
    ];

    /// The stable name, as in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Prometheus => "prometheus",
            Self::Grafana => "grafana",
            Self::Sentry => "sentry",
            Self::Alertmanager => "alertmanager",
        }
    }
}

/// How the system answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceState {
    /// It was not asked yet.
    #[default]
    Waiting,
    /// Its last answer was good.
    Answering,
    /// It does not answer in time, or not at all.
    Down,
    /// It asks to be asked less often.
    Limited,
    /// It refuses the credentials.
    Denied,
    /// Its answer cannot be understood, or it is an error of its own.
    Nonsense,
}

/// A system as the consoles see it. Its address and credentials stay on the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its name in the configuration.
    pub name: Arc<str>,
    /// What it is.
    pub kind: SourceKind,
    /// How it answers.
    #[serde(default)]
    pub state: SourceState,
    /// When it last gave a good answer. What is shown of it is as old as that.
    #[serde(default)]
    pub answered_at: Option<Timestamp>,
    /// When it is asked next, if that is known.
    #[serde(default)]
    pub next_at: Option<Timestamp>,
    /// What is wrong, what it means, one sentence; never an address's credentials or a secret.
    #[serde(default)]
    pub why: Option<Arc<str>>,
}

impl Source {
    /// A system that was not asked yet.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>, kind: SourceKind) -> Self {
        Self {
            name: name.into(),
            kind,
            state: SourceState::Waiting,
            answered_at: None,
            next_at: None,
            why: None,
        }
    }
}
