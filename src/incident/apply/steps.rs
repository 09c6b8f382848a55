//! The part of the fold about the steps of runbooks.

use crate::incident::{Event, Incident, Step, StepNo, StepRemark, StepState, What, limits};

pub(super) fn apply_steps(incident: &mut Incident, event: &Event, what: &What) {
    match what {
        What::StepSet {
            runbook,
            step,
            state,
            reason,
            ..
        } => {
            if let Some(step) = find(incident, runbook, *step) {
                step.enter(*state, &event.by, event.occurred_at);
                let open = *state == StepState::Open;
                step.by = (!open).then(|| event.by.clone());
                step.at = (!open).then_some(event.occurred_at);
                step.reason = reason.clone();
            }
        }
        What::StepAssigned(of) => {
            if let Some(step) = find(incident, &of.runbook, of.step) {
                step.owner = of.to.clone();
            }
        }
        What::StepTimed(of) => {
            if let Some(step) = find(incident, &of.runbook, of.step) {
                step.due_at = of.due_at.filter(|_| !step.state.is_settled());
            }
        }
        What::StepRemarked(of) => {
            if let Some(step) = find(incident, &of.runbook, of.step) {
                if step.remarks.len() >= limits::STEP_REMARKS {
                    step.remarks.remove(0);
                }
                step.remarks.push(StepRemark {
                    by: event.by.clone(),
                    at: event.occurred_at,
                    text: of.text.clone(),
                });
            }
        }
        _ => {}
    }
}

fn find<'a>(incident: &'a mut Incident, runbook: &str, no: StepNo) -> Option<&'a mut Step> {
    let attached = incident.runbooks.iter_mut().find(|r| *r.name == *runbook);
    attached?.steps.iter_mut().find(|step| step.no == no)
}
