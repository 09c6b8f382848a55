//! Rules about the steps of runbooks beyond their state: whose they are, until when, and what is
//! said about them.

use super::check::{no_change, refuse, text};
use super::{Case, Draft};
use crate::incident::limits;
use crate::incident::{
    AssignStep, Intent, Refusal, RefusalCode, RemarkStep, Step, StepAssigned, StepNo, StepRemarked,
    StepTimed, TimeStep, What,
};
use chrono::TimeDelta;

impl<'a> Case<'a> {
    pub(super) fn about_step(self) -> Result<Vec<Draft>, Refusal> {
        self.needs_open()?;
        match &self.command.intent {
            Intent::AssignStep(of) => self.assign_step(of),
            Intent::TimeStep(of) => self.time_step(of),
            Intent::RemarkStep(of) => self.remark_step(of),
            // Only these three come here.
            _ => Ok(Vec::new()),
        }
    }

    pub(super) fn held_step(self, runbook: &str, no: StepNo) -> Result<&'a Step, Refusal> {
        let attached = self.incident.runbook(runbook);
        attached
            .and_then(|attached| attached.step(no))
            .ok_or_else(|| {
                refuse(
                    RefusalCode::NotFound,
                    format!("There is no step {no} in an attached runbook '{runbook}'."),
                    "Look at the runbook for the number.",
                )
            })
    }

    fn assign_step(self, of: &AssignStep) -> Result<Vec<Draft>, Refusal> {
        let step = self.held_step(&of.runbook, of.step)?;
        if step.owner == of.to {
            let whose = of.to.as_ref();
            let whose = whose.map_or("nobody's".to_owned(), |who| format!("{who}'s"));
            return Err(no_change(format!("Step {} is {whose} already.", of.step)));
        }
        Ok(self.one(What::StepAssigned(StepAssigned {
            runbook: of.runbook.clone(),
            step: of.step,
            title: step.text.title.clone(),
            to: of.to.clone(),
        })))
    }

    fn time_step(self, of: &TimeStep) -> Result<Vec<Draft>, Refusal> {
        let step = self.held_step(&of.runbook, of.step)?;
        if step.state.is_settled() {
            return Err(refuse(
                RefusalCode::WrongStatus,
                format!("Step {} is {} already.", of.step, step.state.name()),
                "Open it again first.",
            ));
        }
        let most = limits::STEP_MINUTES_MAX;
        if of
            .minutes
            .is_some_and(|minutes| !(1..=most).contains(&minutes))
        {
            return Err(refuse(
                RefusalCode::Invalid,
                "That is no time in which a step is done.",
                format!("Give it 1 to {most} minutes."),
            ));
        }
        if of.minutes.is_none() && step.due_at.is_none() {
            return Err(no_change(format!("Step {} has no time-box.", of.step)));
        }
        let now = self.context.now;
        let due_at = of
            .minutes
            .map(|minutes| now + TimeDelta::minutes(minutes.into()));
        Ok(self.one(What::StepTimed(StepTimed {
            runbook: of.runbook.clone(),
            step: of.step,
            title: step.text.title.clone(),
            due_at,
        })))
    }

    fn remark_step(self, of: &RemarkStep) -> Result<Vec<Draft>, Refusal> {
        let step = self.held_step(&of.runbook, of.step)?;
        Ok(self.one(What::StepRemarked(StepRemarked {
            runbook: of.runbook.clone(),
            step: of.step,
            title: step.text.title.clone(),
            text: text(&of.text, "The note", limits::REASON_BYTES)?,
        })))
    }
}
