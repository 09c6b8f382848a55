//! What a step of a runbook says of itself, and what people say about it: whose it is, until when,
//! how often, under which condition.

use super::{Person, Runbook, Step, StepNo, StepState, Timestamp};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// When a step is to be taken, by the runbook's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StepPlan {
    /// How long it may take once it is started, in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// How often it is taken again, in minutes after it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<u32>,
    /// What must have become of another step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Condition>,
}

/// What must have become of another step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Which.
    pub step: StepNo,
    /// Its state.
    pub is: StepState,
}

/// Whether a step is to be taken at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applies {
    /// It is.
    Yes,
    /// Not yet: another step decides.
    Waits(Condition),
    /// Not any more: the other step ended otherwise.
    No(Condition),
}

impl Applies {
    /// `waits for step 3 to have failed`, `only if step 3 failed`; nothing where it applies.
    #[must_use]
    pub fn words(self) -> Option<String> {
        let state = |of: Condition| of.is.name().replace('_', " ");
        match self {
            Self::Yes => None,
            Self::Waits(of) => Some(format!("waits: only if step {} is {}", of.step, state(of))),
            Self::No(of) => Some(format!("not needed: step {} is not {}", of.step, state(of))),
        }
    }
}

impl StepPlan {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// `within 5m · every 10m · if step 3 failed`.
    #[must_use]
    pub fn words(&self) -> String {
        let minutes = self.minutes.map(|minutes| format!("within {minutes}m"));
        let every = self.every.map(|every| format!("every {every}m"));
        let after = self.after.map(|after| {
            let is = after.is.name().replace('_', " ");
            format!("if step {} {is}", after.step)
        });
        let all: Vec<String> = [minutes, every, after].into_iter().flatten().collect();
        all.join(" · ")
    }
}

/// Something said about a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRemark {
    /// Who.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// The words.
    pub text: Arc<str>,
}

impl Step {
    /// When it has to be done, or done again: the end of its time-box, or its next turn.
    #[must_use]
    pub fn next_at(&self) -> Option<Timestamp> {
        self.due_at.or(self.again_at)
    }

    /// It is to be taken again, and its time has come.
    #[must_use]
    pub fn is_again_due(&self, now: Timestamp) -> bool {
        self.state == StepState::Done && self.again_at.is_some_and(|at| now >= at)
    }

    /// Its time-box is over, and it is not settled.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        !self.state.is_settled() && self.due_at.is_some_and(|at| now >= at)
    }

    /// What a new state does to its clocks.
    pub(super) fn enter(&mut self, state: StepState, by: &Person, at: Timestamp) {
        let minutes = |minutes: Option<u32>| {
            minutes.and_then(|m| at.checked_add_signed(TimeDelta::minutes(m.into())))
        };
        self.state = state;
        match state {
            StepState::InProgress => {
                self.owner.get_or_insert_with(|| by.clone());
                // A time-box that was set by hand stands.
                self.due_at = self.due_at.or(minutes(self.text.plan.minutes));
                self.again_at = None;
            }
            StepState::Open => {
                self.due_at = None;
                self.again_at = None;
            }
            StepState::Done => {
                self.due_at = None;
                self.again_at = minutes(self.text.plan.every);
            }
            StepState::Skipped | StepState::Failed => {
                self.due_at = None;
                self.again_at = None;
            }
        }
    }
}

impl Runbook {
    /// Whether the step is to be taken at all.
    #[must_use]
    pub fn applies(&self, step: &Step) -> Applies {
        let Some(after) = step.text.plan.after else {
            return Applies::Yes;
        };
        match self.step(after.step) {
            Some(other) if other.state == after.is => Applies::Yes,
            Some(other) if other.state.is_settled() => Applies::No(after),
            Some(_) => Applies::Waits(after),
            // There is no such step: a mistake in the file holds nothing up.
            None => Applies::Yes,
        }
    }
}

/// Whose a step is, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignStep {
    /// The runbook.
    pub runbook: Arc<str>,
    /// The step.
    pub step: StepNo,
    /// Who does it; absent: nobody in particular.
    #[serde(default)]
    pub to: Option<Person>,
}

/// A step is someone's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepAssigned {
    /// The runbook.
    pub runbook: Arc<str>,
    /// The step.
    pub step: StepNo,
    /// Its line.
    pub title: Arc<str>,
    /// Who does it.
    #[serde(default)]
    pub to: Option<Person>,
}

/// A time-box for a step, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeStep {
    /// The runbook.
    pub runbook: Arc<str>,
    /// The step.
    pub step: StepNo,
    /// Minutes from now; absent: no time-box any more.
    #[serde(default)]
    pub minutes: Option<u32>,
}

/// A step has a time-box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTimed {
    /// The runbook.
    pub runbook: Arc<str>,
    /// The step.
    pub step: StepNo,
    /// Its line.
    pub title: Arc<str>,
    /// When it has to be done; absent: no time-box any more.
    #[serde(default)]
    pub due_at: Option<Timestamp>,
}

/// Something to be said about a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemarkStep {
    /// The runbook.
    pub runbook: Arc<str>,
    /// The step.
    pub step: StepNo,
    /// The words.
    pub text: Arc<str>,
}

/// Something was said about a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRemarked {
    /// The runbook.
    pub runbook: Arc<str>,
    /// The step.
    pub step: StepNo,
    /// Its line.
    pub title: Arc<str>,
    /// The words.
    pub text: Arc<str>,
}
