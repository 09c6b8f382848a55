//! Who does what in this incident.

use super::id::ParseIdError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A role in one incident. The first five are known everywhere; any other comes by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Role {
    /// Commands: sees the whole, decides, hands out asks. Does not remediate.
    IncidentCommander,
    /// Stands in for the commander, with the same powers.
    Deputy,
    /// Works on the system.
    OperationsLead,
    /// Tells everyone else.
    CommunicationsLead,
    /// Writes the timeline.
    Scribe,
    /// A role of the organisation's own: lower-case letters, digits and dashes.
    Other(Arc<str>),
}

impl Role {
    /// The roles that every incident shows, filled or vacant.
    pub const STANDARD: [Self; 4] = [
        Self::IncidentCommander,
        Self::OperationsLead,
        Self::CommunicationsLead,
        Self::Scribe,
    ];

    /// The stable name, as on the wire and on the command line.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::IncidentCommander => "incident-commander",
            Self::Deputy => "deputy",
            Self::OperationsLead => "operations-lead",
            Self::CommunicationsLead => "communications-lead",
            Self::Scribe => "scribe",
            Self::Other(name) => name,
        }
    }

    /// The name in full, as people say it.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::IncidentCommander => "Incident Commander",
            Self::Deputy => "Deputy",
            Self::OperationsLead => "Operations Lead",
            Self::CommunicationsLead => "Communications Lead",
            Self::Scribe => "Scribe",
            Self::Other(name) => name,
        }
    }

    /// The short form for a narrow column.
    #[must_use]
    pub fn short(&self) -> &str {
        match self {
            Self::IncidentCommander => "IC",
            Self::Deputy => "Deputy",
            Self::OperationsLead => "Ops",
            Self::CommunicationsLead => "Comms",
            Self::Scribe => "Scribe",
            Self::Other(name) => name,
        }
    }

    /// Whether the holder may do what only the commander may do.
    #[must_use]
    pub fn commands(&self) -> bool {
        matches!(self, Self::IncidentCommander | Self::Deputy)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.title())
    }
}

impl FromStr for Role {
    type Err = ParseIdError;

    /// Accepts the full names and the short ones people type: `ic`, `ops`, `comms`, `scribe`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim().to_ascii_lowercase().replace([' ', '_'], "-");
        Ok(match &*name {
            "ic" | "commander" | "incident-commander" => Self::IncidentCommander,
            "deputy" => Self::Deputy,
            "ops" | "operations" | "operations-lead" => Self::OperationsLead,
            "comms" | "communications" | "communications-lead" => Self::CommunicationsLead,
            "scribe" => Self::Scribe,
            other => {
                let fits = (1..=32).contains(&other.len())
                    && other
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b == b'-');
                if !fits {
                    return Err(ParseIdError::new(
                        text,
                        "a role: ic, deputy, ops, comms, scribe, or another of up to 32 letters, \
                         digits and dashes",
                    ));
                }
                Self::Other(Arc::from(other))
            }
        })
    }
}

impl TryFrom<String> for Role {
    type Error = ParseIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Role> for String {
    fn from(role: Role) -> Self {
        role.name().to_owned()
    }
}
