//! What people of a drill do that is no line of the composer: updates on their way, commands with
//! what they printed. Nothing of it is run: a drill shows how it looks.

use crate::incident::{Audience, Part, Printed, StepNo, UpdateId, limits};
use serde::Deserialize;
use std::sync::Arc;

/// A step of an update on its way from hand to hand: one of the three.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateCue {
    /// Words that are drafted, and that approval is asked for.
    pub draft: Option<String>,
    /// Who they are for; the organisation's own people where it is not said.
    #[serde(default)]
    pub to: Audience,
    /// The one that is approved.
    pub approve: Option<UpdateId>,
    /// The one that is posted.
    pub post: Option<UpdateId>,
}

impl UpdateCue {
    /// What is wrong with it, and what to write instead.
    pub(super) fn wrong(&self) -> Option<&'static str> {
        let said = [
            self.draft.is_some(),
            self.approve.is_some(),
            self.post.is_some(),
        ];
        let one = said.into_iter().filter(|said| *said).count() == 1;
        (!one).then_some("`update` has one of `draft`, `approve` and `post`")
    }
}

/// A command that somebody runs, as it is told afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunCue {
    /// The command.
    pub command: String,
    /// What it prints.
    #[serde(default)]
    pub prints: String,
    /// Its exit code.
    #[serde(default)]
    pub exit: i32,
    /// How long it takes, in milliseconds.
    #[serde(default)]
    pub millis: u64,
    /// The step of the attached runbook that it is run for.
    pub step: Option<StepNo>,
    /// What its runner says about it.
    #[serde(default)]
    pub note: String,
}

impl RunCue {
    /// What is wrong with it, and what to write instead.
    pub(super) fn wrong(&self) -> Option<&'static str> {
        let long = self.prints.len() > limits::RUN_OUTPUT_BYTES;
        long.then_some("`prints` is longer than what is kept of a command's output")
    }

    /// What it printed, whole.
    #[must_use]
    pub fn printed(&self) -> Printed {
        let text: Arc<str> = self.prints.as_str().into();
        let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
        let lines = u64::try_from(text.lines().count()).unwrap_or(u64::MAX);
        let empty = text.is_empty();
        Printed {
            parts: (!empty)
                .then_some(Part::Text { text })
                .into_iter()
                .collect(),
            bytes,
            lines,
            ..Printed::default()
        }
    }
}
