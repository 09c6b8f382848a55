//! One line of the timeline.

use super::id::ParseIdError;
use super::{CommandRun, Person, Seq, Timestamp, Via};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// What a line of the timeline is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// Something worth keeping.
    Note,
    /// What was decided.
    Decision,
    /// What was found to be so.
    Finding,
    /// What may be so.
    Hypothesis,
    /// What users feel.
    Impact,
    /// Something done to the system.
    ActionTaken,
    /// A command that was run, and what it printed.
    CommandRun,
    /// What was told to those who wait.
    StatusUpdate,
    /// What a monitor said.
    Alert,
    /// Who does what.
    RoleChange,
    /// Where the incident stands.
    StatusChange,
    /// How bad it is.
    SeverityChange,
    /// A task for one person, with a clock.
    Ask,
    /// A step of a runbook.
    RunbookStep,
    /// A link to something elsewhere.
    Link,
    /// Chat, brought in from elsewhere.
    ImportedChat,
    /// Conditions, actions and needs, put together at one moment.
    Report,
    /// Follow-up work.
    ActionItem,
    /// What was to be seen, with its numbers.
    Evidence,
    /// What a system outside was asked, and what it answered.
    Outside,
    /// The incident itself: opened, renamed, merged, a milestone set.
    Incident,
    /// Hidden from this reader: it is private.
    Hidden,
    /// Of a kind that this version does not know.
    Unknown,
}

impl EntryKind {
    /// The kinds that a person may write as a note.
    pub const WRITTEN: [Self; 9] = [
        Self::Note,
        Self::Decision,
        Self::Finding,
        Self::Hypothesis,
        Self::Impact,
        Self::ActionTaken,
        Self::CommandRun,
        Self::ImportedChat,
        Self::Report,
    ];

    /// The stable name, as on the wire and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Decision => "decision",
            Self::Finding => "finding",
            Self::Hypothesis => "hypothesis",
            Self::Impact => "impact",
            Self::ActionTaken => "action_taken",
            Self::CommandRun => "command_run",
            Self::StatusUpdate => "status_update",
            Self::Alert => "alert",
            Self::RoleChange => "role_change",
            Self::StatusChange => "status_change",
            Self::SeverityChange => "severity_change",
            Self::Ask => "ask",
            Self::RunbookStep => "runbook_step",
            Self::Link => "link",
            Self::ImportedChat => "imported_chat",
            Self::Report => "report",
            Self::ActionItem => "action_item",
            Self::Evidence => "evidence",
            Self::Outside => "outside",
            Self::Incident => "incident",
            Self::Hidden => "hidden",
            Self::Unknown => "unknown",
        }
    }

    /// The name as people read it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::ActionTaken => "action taken",
            Self::CommandRun => "command run",
            Self::StatusUpdate => "status update",
            Self::RoleChange => "role change",
            Self::StatusChange => "status change",
            Self::SeverityChange => "severity change",
            Self::RunbookStep => "runbook step",
            Self::ImportedChat => "imported chat",
            Self::ActionItem => "action item",
            other => other.name(),
        }
    }

    /// Whether a person may write an entry of this kind.
    #[must_use]
    pub fn is_written(self) -> bool {
        Self::WRITTEN.contains(&self)
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.title())
    }
}

impl FromStr for EntryKind {
    type Err = ParseIdError;

    /// Accepts the kinds that a person may write, and `action`, `command`, `chat` for short.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim().to_ascii_lowercase().replace(['-', ' '], "_");
        let name = match &*name {
            "action" => "action_taken",
            "command" => "command_run",
            "chat" => "imported_chat",
            other => other,
        };
        Self::WRITTEN.into_iter().find(|kind| kind.name() == name).ok_or_else(|| {
            ParseIdError::new(
                text,
                "a kind of entry: note, decision, finding, hypothesis, impact, action, command, \
                 chat or report",
            )
        })
    }
}

/// What is so about an entry beyond its words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Marks {
    /// Kept at hand on every screen.
    pub pinned: bool,
    /// Never sent to a spectator.
    pub private: bool,
    /// The seq of the newest amendment, if any.
    pub amended: Option<Seq>,
    /// Why it was taken back, if it was.
    pub retracted: Option<Arc<str>>,
}

/// One line of the timeline: what an event says to a reader, with all later corrections in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The event that made it.
    pub seq: Seq,
    /// What it is about.
    pub kind: EntryKind,
    /// When it happened, as the writer says.
    pub occurred_at: Timestamp,
    /// When the server took it down.
    pub recorded_at: Timestamp,
    /// Who wrote or did it.
    pub by: Person,
    /// Through what it came.
    pub via: Via,
    /// The words.
    pub text: Arc<str>,
    /// Tags, without `#`, lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Arc<str>>,
    /// The people named in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Person>,
    /// Pinned, private, amended, retracted.
    #[serde(default)]
    pub marks: Marks,
    /// The command that was run, with what it printed, where the line is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Arc<CommandRun>>,
    /// The line in the words that everyone may read, where it has others: those of an update that
    /// is not out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outline: Option<Arc<str>>,
}

impl Entry {
    /// The words as everyone may read them, also who passes by a screen.
    #[must_use]
    pub fn told(&self) -> &Arc<str> {
        self.outline.as_ref().unwrap_or(&self.text)
    }
}
