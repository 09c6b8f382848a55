//! A task for one person, with a clock.

use super::{AskId, Person, Seq, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How far an ask has come. Overdue is not a state: it follows from the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskState {
    /// Put to the person; no answer yet.
    Asked,
    /// The person has it.
    Acknowledged,
    /// It is done.
    Done,
    /// The person will not or cannot.
    Declined,
}

impl AskState {
    /// Still waiting for an end.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Acknowledged)
    }
}

/// A task for one person, with a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// Its number in this incident.
    pub id: AskId,
    /// The event that made it.
    pub seq: Seq,
    /// Who is asked.
    pub to: Person,
    /// Who asks.
    pub by: Person,
    /// What is asked.
    pub text: Arc<str>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When an answer is due.
    pub due_at: Timestamp,
    /// How far it has come.
    pub state: AskState,
}

impl Ask {
    /// Open, and its time has run out.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state.is_open() && now >= self.due_at
    }
}
