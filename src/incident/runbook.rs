//! A runbook, attached: a checklist that the whole room sees.

use super::id::ParseIdError;
use super::{Person, StepNo, StepPlan, StepRemark, Timestamp};
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use std::sync::Arc;

/// What a step of a runbook says. It comes from a markdown file and does not change once attached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepText {
    /// The heading that it stands under; empty when there is none.
    #[serde(default)]
    pub section: Arc<str>,
    /// The step in one line.
    pub title: Arc<str>,
    /// Further lines of explanation; may be empty.
    #[serde(default)]
    pub detail: Arc<str>,
    /// Commands shown in the step (code blocks and inline code), to copy.
    #[serde(default)]
    pub commands: Vec<Arc<str>>,
    /// How deep it is nested: 0 for a step of its own.
    #[serde(default)]
    pub depth: u8,
    /// When it is to be taken.
    #[serde(default, skip_serializing_if = "StepPlan::is_empty")]
    pub plan: StepPlan,
    /// Blocks of shell in it, each of which may be run as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<ShellBlock>,
}

/// A block of shell in a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShellBlock {
    /// What a shell reads.
    pub script: Arc<str>,
    /// It is marked as dangerous: it takes the Operations Lead, or a second person.
    #[serde(default)]
    pub danger: bool,
}

/// A runbook as it is attached: named by its file, read from markdown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunbookText {
    /// The file's name without `.md`; matched to an alert's name.
    pub name: Arc<str>,
    /// The first heading, or the name.
    pub title: Arc<str>,
    /// What stands before the first step (meaning, impact), in plain text; may be empty.
    #[serde(default)]
    pub preface: Arc<str>,
    /// The steps, in order.
    pub steps: Vec<StepText>,
}

/// How far a step has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Nobody has begun it.
    #[default]
    Open,
    /// Someone is at it.
    InProgress,
    /// Done.
    Done,
    /// Left out, with a reason.
    Skipped,
    /// Tried, and it did not work, with a reason.
    Failed,
}

impl StepState {
    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::InProgress => "in_progress",
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }

    /// Nothing more is to be done about it.
    #[must_use]
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Done | Self::Skipped | Self::Failed)
    }

    /// Whether entering this state must say why.
    #[must_use]
    pub fn needs_reason(self) -> bool {
        matches!(self, Self::Skipped | Self::Failed)
    }
}

impl FromStr for StepState {
    type Err = ParseIdError;

    /// Accepts the names, and `start`, `skip`, `fail` for short.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match &*text.trim().to_ascii_lowercase().replace('-', "_") {
            "open" => Ok(Self::Open),
            "in_progress" | "start" | "started" => Ok(Self::InProgress),
            "done" => Ok(Self::Done),
            "skipped" | "skip" => Ok(Self::Skipped),
            "failed" | "fail" => Ok(Self::Failed),
            _ => Err(ParseIdError::new(
                text,
                "a step's state: start, done, skip, fail or open",
            )),
        }
    }
}

/// A step of an attached runbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its number, from 1.
    pub no: StepNo,
    /// What it says.
    pub text: StepText,
    /// How far it has come.
    #[serde(default)]
    pub state: StepState,
    /// Who changed it last.
    #[serde(default)]
    pub by: Option<Person>,
    /// When it was changed last.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// Why it was skipped, how it failed, or what came of it.
    #[serde(default)]
    pub reason: Option<Arc<str>>,
    /// Who does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Person>,
    /// When its time-box is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// When it is to be done again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_at: Option<Timestamp>,
    /// What was said about it, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<StepRemark>,
}

/// A runbook attached to an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runbook {
    /// Its name; one incident has at most one of a name.
    pub name: Arc<str>,
    /// Its title.
    pub title: Arc<str>,
    /// What stands before the first step.
    #[serde(default)]
    pub preface: Arc<str>,
    /// Its steps.
    pub steps: Vec<Step>,
}

impl Runbook {
    /// How many steps are settled.
    #[must_use]
    pub fn settled(&self) -> usize {
        self.steps
            .iter()
            .filter(|step| step.state.is_settled())
            .count()
    }

    /// The step of that number.
    #[must_use]
    pub fn step(&self, no: StepNo) -> Option<&Step> {
        self.steps.get(usize::try_from(no.0).ok()?.checked_sub(1)?)
    }
}

impl From<&RunbookText> for Runbook {
    fn from(text: &RunbookText) -> Self {
        let steps = text.steps.iter().zip(1u32..).map(|(step, no)| Step {
            no: StepNo(no),
            text: step.clone(),
            state: StepState::Open,
            by: None,
            at: None,
            reason: None,
            owner: None,
            due_at: None,
            again_at: None,
            remarks: Vec::new(),
        });
        Self {
            name: text.name.clone(),
            title: text.title.clone(),
            preface: text.preface.clone(),
            steps: steps.collect(),
        }
    }
}
