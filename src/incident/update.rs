//! What those who wait are told, with a promise of when they hear more.

use super::{Person, Timestamp, UpdateId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// People of the organisation.
    #[default]
    Internal,
    /// Everyone.
    External,
}

/// How far an update has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateState {
    /// Written, not yet out.
    Drafted,
    /// Out.
    Posted,
}

/// What those who wait are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// Its number in this incident.
    pub id: UpdateId,
    /// Who is told.
    pub audience: Audience,
    /// The words.
    pub text: Arc<str>,
    /// Drafted or posted.
    pub state: UpdateState,
    /// Who wrote or posted it last.
    pub by: Person,
    /// When it was written or posted last.
    pub at: Timestamp,
    /// When the next one is promised.
    #[serde(default)]
    pub next_at: Option<Timestamp>,
}
