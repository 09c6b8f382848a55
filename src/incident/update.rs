//! What those who wait are told, with a promise of when they hear more.
//!
//! **Invariant**: an approval is of one text. Whatever changes the text ends it, and what needs
//! approval is posted only as the text that was approved, byte for byte.

mod not_out;
mod rules;

pub use rules::{Cadence, Rules};

use super::id::ParseIdError;
use super::{Incident, Person, Timestamp, UpdateId, limits};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Who is told.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// People of the organisation.
    #[default]
    Internal,
    /// Those who answer for it.
    Executive,
    /// Everyone.
    External,
}

impl Audience {
    /// From the nearest to the widest.
    pub const ALL: [Self; 3] = [Self::Internal, Self::Executive, Self::External];

    /// The stable name, as in JSON, which is also the word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Executive => "executive",
            Self::External => "external",
        }
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Audience {
    type Err = ParseIdError;

    /// Accepts the names, and `exec`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.trim().to_ascii_lowercase();
        let found = Self::ALL.into_iter().find(|one| one.name() == lower);
        found
            .or((lower == "exec").then_some(Self::Executive))
            .ok_or_else(|| ParseIdError::new(text, "an audience: internal, executive or external"))
    }
}

/// How far the incident has come, as the readers of an update are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It is known that something is wrong.
    Investigating,
    /// It is known what.
    Identified,
    /// It is mended, and watched.
    Monitoring,
    /// It is over.
    Resolved,
}

impl Stage {
    /// In their order.
    pub const ALL: [Self; 4] = [
        Self::Investigating,
        Self::Identified,
        Self::Monitoring,
        Self::Resolved,
    ];

    /// The stable name, as in JSON, which is also the word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Investigating => "investigating",
            Self::Identified => "identified",
            Self::Monitoring => "monitoring",
            Self::Resolved => "resolved",
        }
    }

    /// The stage that an incident of this status is in.
    #[must_use]
    pub fn of(status: super::Status) -> Self {
        use super::Status;
        match status {
            Status::Triage | Status::Investigating => Self::Investigating,
            Status::Identified | Status::Mitigating => Self::Identified,
            Status::Monitoring => Self::Monitoring,
            _ => Self::Resolved,
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Stage {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.trim().to_ascii_lowercase();
        let found = Self::ALL.into_iter().find(|one| one.name() == lower);
        let wanted = "a stage: investigating, identified, monitoring or resolved";
        found.ok_or_else(|| ParseIdError::new(text, wanted))
    }
}

/// How far an update has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateState {
    /// Written, not yet out.
    Drafted,
    /// It waits for approval.
    Submitted,
    /// Who commands agreed to these words.
    Approved,
    /// Who commands did not agree to these words.
    Rejected,
    /// Out.
    Posted,
    /// It will not be posted.
    Withdrawn,
}

impl UpdateState {
    /// It may still be changed and posted.
    #[must_use]
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Posted | Self::Withdrawn)
    }

    /// The stable name, as in JSON, which is also the word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Drafted => "drafted",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Posted => "posted",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A draft, by its number and the version that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Which.
    pub update: UpdateId,
    /// The version that was read: it counts the times that the draft was written, from 1.
    pub version: u32,
}

/// An update waits for approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// Which, and which version of it.
    #[serde(flatten)]
    pub named: Named,
    /// Who is told.
    pub audience: Audience,
}

/// Who commands agrees to an update, word for word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Which, and which version of it.
    #[serde(flatten)]
    pub named: Named,
    /// Who is told.
    pub audience: Audience,
    /// The words that were agreed to: these and no others may be posted.
    pub text: Arc<str>,
}

/// Who commands does not agree to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Which, and which version of it.
    #[serde(flatten)]
    pub named: Named,
    /// Who is told.
    pub audience: Audience,
    /// Why, and what would have to change.
    pub reason: Arc<str>,
}

/// It will not be posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Which.
    pub update: UpdateId,
    /// Who would have been told.
    pub audience: Audience,
    /// Why.
    #[serde(default)]
    pub reason: Option<Arc<str>>,
}

/// Who agreed to an update as it stands, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// Who.
    pub by: Person,
    /// When.
    pub at: Timestamp,
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
    /// How far it has come.
    pub state: UpdateState,
    /// Who wrote or posted it last.
    pub by: Person,
    /// When it was written or posted last.
    pub at: Timestamp,
    /// When the next one is promised.
    #[serde(default)]
    pub next_at: Option<Timestamp>,
    /// How far the incident had come, as its readers are told.
    #[serde(default)]
    pub stage: Option<Stage>,
    /// How often it was written, from 1.
    #[serde(default)]
    pub version: u32,
    /// Who wrote it last, who may not be who posted it.
    #[serde(default)]
    pub written_by: Option<Person>,
    /// Who agreed to it as it stands.
    #[serde(default)]
    pub agreed: Option<Agreed>,
    /// Why it was rejected or withdrawn.
    #[serde(default)]
    pub reason: Option<Arc<str>>,
}

impl Incident {
    /// The audience that is promised an update next, and when.
    #[must_use]
    pub fn next_promise(&self) -> Option<(Audience, Timestamp)> {
        let promises = self.promises.iter().map(|(audience, at)| (*audience, *at));
        promises.min_by_key(|(audience, at)| (*at, *audience))
    }

    /// The rules that hold for updates here.
    #[must_use]
    pub fn update_rules(&self) -> &Rules {
        self.update_rules.as_ref().unwrap_or_else(|| Rules::usual())
    }

    /// How long after one the next update for this audience is usual, in minutes.
    #[must_use]
    pub fn cadence_minutes(&self, audience: Audience) -> Option<u32> {
        let rules = self.update_rules();
        self.severity
            .and_then(|severity| rules.cadence.minutes(severity, audience))
    }

    /// The updates that are neither posted nor withdrawn, the one changed longest ago first.
    pub fn open_updates(&self) -> impl DoubleEndedIterator<Item = &Update> {
        self.updates.iter().filter(|update| update.state.is_open())
    }

    /// Whether this person may give the draft up: whoever wrote it, the Communications Lead, the
    /// commander and the deputy.
    #[must_use]
    pub fn may_withdraw_update(&self, update: &Update, person: &Person) -> bool {
        let lead = self.holder(&super::Role::CommunicationsLead);
        update.written_by.as_ref() == Some(person)
            || lead == Some(person)
            || self.is_in_command(person)
    }

    pub(super) fn update_mut(&mut self, id: UpdateId) -> Option<&mut Update> {
        self.updates.iter_mut().find(|update| update.id == id)
    }

    /// Lets the oldest ended updates go beyond the bound; a draft only where all are drafts.
    pub(super) fn trim_updates(&mut self) {
        while self.updates.len() > limits::UPDATES {
            let ended = self.updates.iter().position(|one| !one.state.is_open());
            self.updates.remove(ended.unwrap_or(0));
        }
    }
}
