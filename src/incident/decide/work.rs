//! Rules about the work: runbooks.

use super::check::{no_change, reason, refuse};
use super::{Case, Draft};
use crate::incident::limits;
use crate::incident::{Refusal, RefusalCode, StepNo, StepState, What};
use std::sync::Arc;

impl Case<'_> {
    pub(super) fn attach_runbook(self, name: &str) -> Result<Vec<Draft>, Refusal> {
        self.needs_open()?;
        let Some(runbook) = self.context.runbook.as_ref().filter(|r| *r.name == *name) else {
            return Err(refuse(
                RefusalCode::NotFound,
                format!("There is no runbook '{name}'."),
                "List the runbooks; they are the .md files in the configured directories.",
            ));
        };
        if self.incident.runbook(name).is_some() {
            return Err(no_change(format!("{name} is attached already.")));
        }
        let bytes: usize = runbook
            .steps
            .iter()
            .map(|s| s.title.len() + s.detail.len())
            .sum();
        if runbook.steps.len() > limits::STEPS_PER_RUNBOOK
            || bytes + runbook.preface.len() > limits::RUNBOOK_BYTES
        {
            return Err(refuse(
                RefusalCode::Invalid,
                format!(
                    "Runbook '{name}' has {} steps and {bytes} bytes; {} and {} are the most.",
                    runbook.steps.len(),
                    limits::STEPS_PER_RUNBOOK,
                    limits::RUNBOOK_BYTES
                ),
                "Cut the file in two.",
            ));
        }
        if self.incident.runbooks.len() >= limits::RUNBOOKS {
            return Err(refuse(
                RefusalCode::Full,
                format!(
                    "{} runbooks are attached; that is the most.",
                    limits::RUNBOOKS
                ),
                "Work with those.",
            ));
        }
        Ok(self.one(What::RunbookAttached {
            runbook: runbook.clone(),
        }))
    }

    pub(super) fn set_step(
        self,
        name: &str,
        no: StepNo,
        state: StepState,
        why: Option<&Arc<str>>,
    ) -> Result<Vec<Draft>, Refusal> {
        self.needs_open()?;
        let step = self.held_step(name, no)?;
        let reason = reason(why)?;
        if state.needs_reason() && reason.is_none() {
            return Err(refuse(
                RefusalCode::Invalid,
                format!("Step {no} cannot be {} without a reason.", state.name()),
                "Say why in a few words.",
            ));
        }
        // One that is due again is done again.
        if step.state == state && !step.is_again_due(self.context.now) {
            let by = step
                .by
                .as_ref()
                .map(|by| format!(" ({by})"))
                .unwrap_or_default();
            return Err(no_change(format!(
                "Step {no} is {} already{by}.",
                state.name()
            )));
        }
        Ok(self.one(What::StepSet {
            runbook: Arc::from(name),
            step: no,
            title: step.text.title.clone(),
            state,
            reason,
        }))
    }
}
