//! How bad it is, and whether it is real.

use super::id::ParseIdError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How bad it is. SEV1 is the worst, and sorts first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Critical: a complete outage.
    Sev1,
    /// High: major functionality does not work.
    Sev2,
    /// Moderate: a workaround exists.
    Sev3,
    /// Low: cosmetic.
    Sev4,
}

impl Severity {
    /// Worst first.
    pub const ALL: [Self; 4] = [Self::Sev1, Self::Sev2, Self::Sev3, Self::Sev4];

    /// 1 to 4.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Sev1 => 1,
            Self::Sev2 => 2,
            Self::Sev3 => 3,
            Self::Sev4 => 4,
        }
    }

    /// What the level means, in a few words.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Sev1 => "critical: complete outage",
            Self::Sev2 => "high: major functionality",
            Self::Sev3 => "moderate: workaround exists",
            Self::Sev4 => "low: cosmetic",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SEV{}", self.number())
    }
}

impl FromStr for Severity {
    type Err = ParseIdError;

    /// Accepts `1`, `SEV1` and `sev1`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.trim().to_ascii_lowercase();
        match lower
            .strip_prefix("sev")
            .unwrap_or(&lower)
            .trim_start_matches('-')
        {
            "1" => Ok(Self::Sev1),
            "2" => Ok(Self::Sev2),
            "3" => Ok(Self::Sev3),
            "4" => Ok(Self::Sev4),
            _ => Err(ParseIdError::new(text, "a severity: 1, 2, 3 or 4")),
        }
    }
}

/// Whether this is the real thing. A drill never reaches the outside world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A real incident.
    #[default]
    Real,
    /// Practice.
    Drill,
}
