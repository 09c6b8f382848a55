//! Where an incident stands.

use super::id::ParseIdError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Where the incident stands. Forward steps may be skipped; reopening is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Something was reported; nobody has declared it yet.
    Triage,
    /// Declared; the cause is being looked for.
    Investigating,
    /// The cause is known.
    Identified,
    /// Something is being done to the system.
    Mitigating,
    /// The harm has stopped; it is being watched.
    Monitoring,
    /// It is over.
    Resolved,
    /// The review is done and nothing is open.
    Closed,
    /// It was looked at in triage and is not an incident.
    Declined,
    /// It is part of another incident.
    Merged,
    /// It was declared by mistake.
    Cancelled,
}

impl Status {
    /// Every status, in the order of an incident's life.
    pub const ALL: [Self; 10] = [
        Self::Triage,
        Self::Investigating,
        Self::Identified,
        Self::Mitigating,
        Self::Monitoring,
        Self::Resolved,
        Self::Closed,
        Self::Declined,
        Self::Merged,
        Self::Cancelled,
    ];

    /// Declared and not over: people are working on it.
    #[must_use]
    pub fn is_live(self) -> bool {
        matches!(
            self,
            Self::Investigating | Self::Identified | Self::Mitigating | Self::Monitoring
        )
    }

    /// In triage or live: it belongs on the board, and alerts may join it.
    #[must_use]
    pub fn is_open(self) -> bool {
        self == Self::Triage || self.is_live()
    }

    /// Resolved, closed, declined, merged or cancelled.
    #[must_use]
    pub fn is_over(self) -> bool {
        !self.is_open()
    }

    /// The stable name, as on the wire and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Triage => "triage",
            Self::Investigating => "investigating",
            Self::Identified => "identified",
            Self::Mitigating => "mitigating",
            Self::Monitoring => "monitoring",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
            Self::Declined => "declined",
            Self::Merged => "merged",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Status {
    type Err = ParseIdError;

    /// Accepts a full name or the beginning of exactly one, without regard to case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.trim().to_ascii_lowercase();
        let mut fitting = Self::ALL
            .into_iter()
            .filter(|status| status.name().starts_with(&*lower));
        match (fitting.next(), fitting.next()) {
            (Some(status), None) if !lower.is_empty() => Ok(status),
            _ => Err(ParseIdError::new(
                text,
                "a status: investigating, identified, mitigating, monitoring, resolved or closed",
            )),
        }
    }
}
