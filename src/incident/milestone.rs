//! The times that the figures are made of.

use super::id::ParseIdError;
use super::{Person, Status, Timestamp};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// A moment that every incident has once. Each may be corrected by a later event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// The harm began.
    Started,
    /// A monitor or a person noticed.
    Detected,
    /// Someone took it on.
    Acknowledged,
    /// It was called an incident.
    Declared,
    /// The harm stopped.
    Mitigated,
    /// It is over.
    Resolved,
    /// The review is done.
    Closed,
}

impl Milestone {
    /// In the order in which they usually happen.
    pub const ALL: [Self; 7] = [
        Self::Started,
        Self::Detected,
        Self::Acknowledged,
        Self::Declared,
        Self::Mitigated,
        Self::Resolved,
        Self::Closed,
    ];

    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Detected => "detected",
            Self::Acknowledged => "acknowledged",
            Self::Declared => "declared",
            Self::Mitigated => "mitigated",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
        }
    }

    /// The milestones that may not lie after this one. `Started` may lie after none; a late
    /// declaration may come after the mitigation, so those two are free of each other.
    #[must_use]
    pub fn not_before(self) -> &'static [Self] {
        match self {
            Self::Started => &[],
            Self::Detected | Self::Declared | Self::Mitigated => &[Self::Started],
            Self::Acknowledged => &[Self::Started, Self::Detected],
            Self::Resolved => &[Self::Started, Self::Mitigated],
            Self::Closed => &[Self::Started, Self::Mitigated, Self::Resolved],
        }
    }

    /// The milestone that the first entry into a status stamps.
    #[must_use]
    pub fn stamped_by(status: Status) -> Option<Self> {
        match status {
            Status::Investigating | Status::Identified | Status::Mitigating => Some(Self::Declared),
            Status::Monitoring => Some(Self::Mitigated),
            Status::Resolved => Some(Self::Resolved),
            Status::Closed => Some(Self::Closed),
            Status::Triage | Status::Declined | Status::Merged | Status::Cancelled => None,
        }
    }
}

impl fmt::Display for Milestone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Milestone {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.trim().to_ascii_lowercase();
        Self::ALL.into_iter().find(|m| m.name() == lower).ok_or_else(|| {
            ParseIdError::new(
                text,
                "a milestone: started, detected, acknowledged, declared, mitigated, resolved or \
                 closed",
            )
        })
    }
}

/// When a milestone was, and who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// When it was.
    pub at: Timestamp,
    /// Who said so.
    pub by: Person,
    /// Whether a person set it, rather than a change of status.
    pub corrected: bool,
}

/// An incident's milestones, kept in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Milestones(BTreeMap<Milestone, Stamp>);

impl Milestones {
    /// When `milestone` was.
    #[must_use]
    pub fn at(&self, milestone: Milestone) -> Option<Timestamp> {
        self.0.get(&milestone).map(|stamp| stamp.at)
    }

    /// All that are set, in their usual order.
    pub fn iter(&self) -> impl Iterator<Item = (Milestone, &Stamp)> {
        self.0.iter().map(|(milestone, stamp)| (*milestone, stamp))
    }

    /// The set milestone with which `milestone` at `at` would be out of order, if any.
    #[must_use]
    pub fn conflict(&self, milestone: Milestone, at: Timestamp) -> Option<(Milestone, Timestamp)> {
        self.iter()
            .map(|(other, stamp)| (other, stamp.at))
            .find(|&(other, other_at)| {
                (milestone.not_before().contains(&other) && at < other_at)
                    || (other.not_before().contains(&milestone) && at > other_at)
            })
    }

    /// Sets it, whatever was there. Order is `decide`'s to check.
    pub(super) fn set(&mut self, milestone: Milestone, stamp: Stamp) {
        self.0.insert(milestone, stamp);
    }

    /// Sets it when nothing was there.
    pub(super) fn stamp_first(&mut self, milestone: Milestone, stamp: Stamp) {
        self.0.entry(milestone).or_insert(stamp);
    }

    /// Time to detect: detected − started. Absent until both are known.
    #[must_use]
    pub fn time_to_detect(&self) -> Option<TimeDelta> {
        self.between(Milestone::Started, Milestone::Detected)
    }

    /// Time to acknowledge: acknowledged − detected.
    #[must_use]
    pub fn time_to_acknowledge(&self) -> Option<TimeDelta> {
        self.between(Milestone::Detected, Milestone::Acknowledged)
    }

    /// Time to resolve: resolved − started.
    #[must_use]
    pub fn time_to_resolve(&self) -> Option<TimeDelta> {
        self.between(Milestone::Started, Milestone::Resolved)
    }

    fn between(&self, from: Milestone, to: Milestone) -> Option<TimeDelta> {
        Some(self.at(to)? - self.at(from)?)
    }
}
