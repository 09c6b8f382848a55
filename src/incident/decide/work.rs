//! Rules about the work: runbooks and updates.

use super::check::{no_change, reason, refuse, text};
use super::{Case, Draft};
use crate::incident::limits;
use crate::incident::{
    Audience, Refusal, RefusalCode, StepNo, StepState, UpdateId, UpdateState, What,
};
use chrono::TimeDelta;
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
        let step = self
            .incident
            .runbook(name)
            .and_then(|runbook| runbook.step(no));
        let Some(step) = step else {
            return Err(refuse(
                RefusalCode::NotFound,
                format!("There is no step {no} in an attached runbook '{name}'."),
                "Look at the runbook for the number.",
            ));
        };
        let reason = reason(why)?;
        if state.needs_reason() && reason.is_none() {
            return Err(refuse(
                RefusalCode::Invalid,
                format!("Step {no} cannot be {} without a reason.", state.name()),
                "Say why in a few words.",
            ));
        }
        if step.state == state {
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

    pub(super) fn draft_update(
        self,
        update: Option<UpdateId>,
        audience: Audience,
        words: &str,
    ) -> Result<Vec<Draft>, Refusal> {
        Self::internal_only(audience)?;
        let text = text(words, "The update", limits::NOTE_BYTES)?;
        let update = match update {
            None => self.next_update_id(),
            Some(id) => self.drafted(id).map(|_| id)?,
        };
        Ok(self.one(What::UpdateDrafted {
            update,
            audience,
            text,
        }))
    }

    fn next_update_id(self) -> UpdateId {
        UpdateId(self.incident.counts.updates.saturating_add(1))
    }

    fn internal_only(audience: Audience) -> Result<(), Refusal> {
        if audience == Audience::Internal {
            return Ok(());
        }
        Err(refuse(
            RefusalCode::Invalid,
            "External updates cannot be posted by this version.",
            "Post it as an internal update.",
        ))
    }

    fn drafted(self, id: UpdateId) -> Result<&'static str, Refusal> {
        match self.incident.update(id).map(|update| update.state) {
            Some(UpdateState::Drafted) => Ok(""),
            Some(UpdateState::Posted) => Err(refuse(
                RefusalCode::WrongStatus,
                format!("Update {id} is out already."),
                "Write a new one.",
            )),
            None => Err(refuse(
                RefusalCode::NotFound,
                format!("There is no update {id}."),
                "Write a new one.",
            )),
        }
    }

    pub(super) fn post_update(
        self,
        update: Option<UpdateId>,
        words: Option<&Arc<str>>,
        next_in_minutes: Option<u32>,
    ) -> Result<Vec<Draft>, Refusal> {
        let draft = match update {
            Some(id) => self.drafted(id).map(|_| self.incident.update(id))?,
            None => None,
        };
        let audience = draft.map_or(Audience::Internal, |draft| draft.audience);
        let words = words
            .or(draft.map(|draft| &draft.text))
            .map_or("", |text| text);
        let text = text(words, "The update", limits::NOTE_BYTES)?;
        let update = update.unwrap_or_else(|| self.next_update_id());
        let cadence = self
            .incident
            .severity
            .map(super::super::severity::Severity::update_cadence_minutes);
        let minutes = next_in_minutes.map(i64::from).or(cadence);
        if minutes.is_some_and(|m| !(1..=limits::NEXT_UPDATE_MINUTES_MAX).contains(&m)) {
            return Err(refuse(
                RefusalCode::Invalid,
                "The next update is promised for no sensible time.",
                "Promise it for 1 minute to 7 days from now.",
            ));
        }
        let open = self.incident.status.is_open();
        let next_at = minutes
            .filter(|_| open)
            .map(|m| self.context.now + TimeDelta::minutes(m));
        Ok(self.one(What::UpdatePosted {
            update,
            audience,
            text,
            next_at,
        }))
    }
}
