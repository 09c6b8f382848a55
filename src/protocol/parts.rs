//! What frames carry beside what incidents are made of.

use crate::incident::{Incident, IncidentId, Person, Seq, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Where on the screen someone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pane {
    /// The timeline.
    #[default]
    Timeline,
    /// Roles and asks.
    Command,
    /// The runbook.
    Runbook,
    /// The composer.
    Composer,
    /// Alerts, pinned entries, milestones, links.
    Situation,
    /// Signals.
    Signals,
    /// Errors.
    Errors,
    /// Alerts of the monitors.
    Alerts,
    /// Updates, and who is promised one.
    Updates,
    /// A pane that only a newer version has.
    #[serde(other)]
    Other,
}

impl Pane {
    /// The name as people read it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Timeline => "timeline",
            Self::Command => "command",
            Self::Runbook => "runbook",
            Self::Composer => "composer",
            Self::Situation => "situation",
            Self::Signals => "signals",
            Self::Errors => "errors",
            Self::Alerts => "alerts",
            Self::Updates => "updates",
            Self::Other => "elsewhere",
        }
    }
}

/// Someone who is here now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Here {
    /// Who.
    pub person: Person,
    /// Reads only.
    #[serde(default)]
    pub spectator: bool,
    /// On which pane.
    pub pane: Pane,
    /// Whether they are typing.
    #[serde(default)]
    pub typing: bool,
}

/// How the server knows who is who.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// No token was made yet: anyone on this machine, by the name they give.
    Loopback,
    /// By token.
    Tokens,
}

/// A state to start from, stamped with the version of the fold that made it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Checkpoint {
    /// [`crate::incident::FOLD_VERSION`] of the server.
    pub fold: u32,
    /// The state; its `seq` says up to where.
    pub incident: Incident,
}

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeLevel {
    /// Good to know.
    Info,
    /// Something does not work as it should.
    Warning,
}

/// Something that everyone connected should know about the server itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// How much it matters.
    pub level: NoticeLevel,
    /// What happened, what it means, what to do.
    pub text: String,
}

/// An entry that a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// Whose.
    pub incident: IncidentId,
    /// Where in its log.
    pub seq: Seq,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Who wrote it.
    pub by: Person,
    /// The entry's words.
    pub text: Arc<str>,
}

/// A runbook that can be attached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunbookName {
    /// The file's name without `.md`.
    pub name: Arc<str>,
    /// Its title.
    pub title: Arc<str>,
    /// How many steps it has.
    pub steps: u32,
}
