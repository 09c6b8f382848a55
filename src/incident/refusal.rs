//! Why something did not happen, and what to do instead.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The reason by name, for programs and for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// The token's level does not go that far.
    Access,
    /// Only the commander or the deputy may.
    NeedsCommand,
    /// It is somebody else's to say.
    NotYours,
    /// The role has another holder than the writer saw.
    HolderChanged,
    /// It was changed since the writer saw it.
    Changed,
    /// The role is held.
    RoleHeld,
    /// The incident is not in a state in which this can happen.
    WrongStatus,
    /// There is no such incident, entry, step, ask, update or runbook.
    NotFound,
    /// It cannot be read, is empty, too long or out of range.
    Invalid,
    /// It would put the milestones out of order.
    OutOfOrder,
    /// The incident holds as many as it may.
    Full,
    /// It is so already.
    NoChange,
    /// The server has too much to do; the same command may be sent again.
    Busy,
    /// The journal cannot take it (disk full, I/O error); the same command may be sent again.
    Journal,
    /// A later version gave a reason that this one does not know.
    #[serde(other)]
    Other,
}

impl RefusalCode {
    /// Every code, for the metrics.
    pub const ALL: [Self; 15] = [
        Self::Access,
        Self::NeedsCommand,
        Self::NotYours,
        Self::HolderChanged,
        Self::Changed,
        Self::RoleHeld,
        Self::WrongStatus,
        Self::NotFound,
        Self::Invalid,
        Self::OutOfOrder,
        Self::Full,
        Self::NoChange,
        Self::Busy,
        Self::Journal,
        Self::Other,
    ];

    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::NeedsCommand => "needs_command",
            Self::NotYours => "not_yours",
            Self::HolderChanged => "holder_changed",
            Self::Changed => "changed",
            Self::RoleHeld => "role_held",
            Self::WrongStatus => "wrong_status",
            Self::NotFound => "not_found",
            Self::Invalid => "invalid",
            Self::OutOfOrder => "out_of_order",
            Self::Full => "full",
            Self::NoChange => "no_change",
            Self::Busy => "busy",
            Self::Journal => "journal",
            Self::Other => "other",
        }
    }
}

/// Why something did not happen, and what to do instead. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct Refusal {
    /// The reason by name.
    pub code: RefusalCode,
    /// What happened and what it means, one sentence.
    pub why: String,
    /// What to do instead, one sentence; may be empty.
    #[serde(default)]
    pub instead: String,
}

impl Refusal {
    /// A refusal of this kind, in these words.
    pub fn new(code: RefusalCode, why: impl Into<String>, instead: impl Into<String>) -> Self {
        Self {
            code,
            why: why.into(),
            instead: instead.into(),
        }
    }

    /// Whether the same command may be sent again as it is, later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self.code, RefusalCode::Busy | RefusalCode::Journal)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)?;
        if !self.instead.is_empty() {
            write!(f, " {}", self.instead)?;
        }
        Ok(())
    }
}
