//! An issue of an error tracker: the same error, counted.

use crate::incident::{Evidence, Seen, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Where an issue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueState {
    /// It goes on.
    #[default]
    Ongoing,
    /// It is new.
    New,
    /// It had been resolved, and is back.
    Regressed,
    /// It happens more often than was foretold.
    Escalating,
    /// It is resolved.
    Resolved,
    /// Nobody wants to hear of it.
    Ignored,
}

/// An issue as it was last answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// The source's name in the configuration.
    pub source: Arc<str>,
    /// The tracker's own id, for asking it.
    pub id: Arc<str>,
    /// Its name for people: `CHECKOUT-1A2`.
    pub short: Arc<str>,
    /// One line.
    pub title: Arc<str>,
    /// Where in the code.
    #[serde(default)]
    pub culprit: Arc<str>,
    /// The project's slug.
    pub project: Arc<str>,
    /// The tracker's word for how bad: `error`, `fatal`.
    #[serde(default)]
    pub level: Arc<str>,
    /// Where it stands.
    #[serde(default)]
    pub state: IssueState,
    /// Events in the window.
    pub events: u64,
    /// Users hit in the window.
    pub users: u64,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// The release that it was first seen in.
    #[serde(default)]
    pub first_release: Option<Arc<str>>,
    /// It was first seen in the newest release.
    #[serde(default)]
    pub new_in_release: bool,
    /// Who works on it, as the tracker names them.
    #[serde(default)]
    pub assigned_to: Option<Arc<str>>,
    /// Events in even steps of the window, oldest first; at most 60.
    #[serde(default)]
    pub trend: Vec<u32>,
    /// Where to look at it.
    #[serde(default)]
    pub url: Option<Arc<str>>,
}

impl Issue {
    /// Its values as evidence for the timeline; `at` is when the source gave them.
    #[must_use]
    pub fn evidence(&self, at: Timestamp) -> Evidence {
        Evidence {
            source: self.source.clone(),
            title: self.title.clone(),
            at,
            url: self.url.clone(),
            seen: Seen::Issue {
                id: self.short.clone(),
                events: self.events,
                users: self.users,
                first_seen: self.first_seen,
                last_seen: self.last_seen,
                trend: self.trend.clone(),
            },
        }
    }
}
