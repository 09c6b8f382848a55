//! The rules, as the configuration has them.

use super::{Flapping, Maintenance, Matcher};
use crate::incident::{Severity, length};
use chrono::TimeDelta;
use std::fmt;
use std::sync::Arc;

/// What is done with alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Alerts that no rule takes belong to one incident when they agree in these labels; so do those
    /// of a rule without a `group_by`. Never empty.
    pub match_labels: Vec<String>,
    /// In this order: the first that fits takes the alert.
    pub rules: Vec<Rule>,
    /// Of several that hold, the first is named.
    pub maintenance: Vec<Maintenance>,
    /// When changes are held back.
    pub flapping: Flapping,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            match_labels: vec!["alertname".to_owned(), "service".to_owned()],
            rules: Vec::new(),
            maintenance: Vec::new(),
            flapping: Flapping::default(),
        }
    }
}

/// What is done with the alerts that it fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Tells it from the others.
    pub name: Arc<str>,
    /// Which alerts it takes.
    pub matcher: Matcher,
    /// The labels that an incident's alerts agree in; absent: `match_labels`. Never empty.
    pub group_by: Option<Vec<String>>,
    /// How long an incident takes further alerts in; absent: for as long as it is open.
    pub window: Option<Window>,
    /// How bad an incident is that it opens.
    pub severity: Option<Severity>,
    /// What it does.
    pub action: Action,
}

impl Rule {
    /// A rule that opens incidents for what fits.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>, matcher: Matcher) -> Self {
        Self {
            name: name.into(),
            matcher,
            group_by: None,
            window: None,
            severity: None,
            action: Action::Open,
        }
    }
}

/// What a rule does with a firing alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Action {
    /// It joins an open incident, or opens one.
    #[default]
    Open,
    /// It joins an open incident, and opens none.
    Attach,
    /// It goes nowhere; it is counted and logged.
    Drop,
}

impl Action {
    /// All of them, by their names in the configuration.
    pub const ALL: [(&'static str, Self); 3] = [
        ("open", Self::Open),
        ("attach", Self::Attach),
        ("drop", Self::Drop),
    ];

    /// Its name in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Attach => "attach",
            Self::Drop => "drop",
        }
    }
}

/// From when a group window counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowKind {
    /// From the incident's last alert: it goes on for as long as alerts come.
    Rolling,
    /// From the incident's first alert.
    Fixed,
}

impl WindowKind {
    /// Its name in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rolling => "rolling",
            Self::Fixed => "fixed",
        }
    }
}

/// How long an open incident takes further alerts of its group in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// From when it counts.
    pub kind: WindowKind,
    /// It is over once this much has passed; exactly as much is over. More than nothing.
    pub length: TimeDelta,
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.name(), length(self.length))
    }
}
