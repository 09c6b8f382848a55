//! The part of the fold about asks. An answer to one that has ended changes nothing more: the
//! first end stands.

use crate::incident::{Ask, AskEnd, AskId, AskState, Event, Incident, MoreTime, What};
use std::sync::Arc;

pub(super) fn apply_asks(incident: &mut Incident, event: &Event, what: &What) {
    match what {
        What::Asked {
            ask,
            to,
            due_at,
            text,
            told_by,
            verifies,
        } => {
            let verified =
                verifies.and_then(|id| incident.proposals.iter_mut().find(|p| p.id == id));
            let proposer = verified.map(|proposal| {
                proposal.verify = Some(*ask);
                proposal.by.clone()
            });
            let by = told_by.as_ref().or(proposer.as_ref());
            let by = by.unwrap_or(&event.by);
            // Who heard it, or asks it of themselves, has it.
            let has_it = told_by.is_some() || to == by;
            incident.counts.asks = incident.counts.asks.max(ask.0);
            incident.asks.push_back(Ask {
                id: *ask,
                seq: event.seq,
                to: to.clone(),
                by: by.clone(),
                noted_by: told_by.is_some().then(|| event.by.clone()),
                text: text.clone(),
                asked_at: event.occurred_at,
                due_at: *due_at,
                state: if has_it {
                    AskState::Acknowledged
                } else {
                    AskState::Asked
                },
                acknowledged_at: has_it.then_some(event.occurred_at),
                more_time: None,
                end: None,
            });
            incident.trim_asks();
        }
        What::AskAnswered {
            ask,
            state: AskState::Acknowledged,
            ..
        } => {
            if let Some(ask) = open(incident, *ask) {
                ask.state = AskState::Acknowledged;
                ask.acknowledged_at = Some(event.occurred_at);
            }
        }
        What::AskAnswered {
            ask, state, reason, ..
        } => end(incident, event, *ask, *state, reason.as_ref()),
        What::AskWithdrawn { ask, reason, .. } => {
            end(incident, event, *ask, AskState::Withdrawn, reason.as_ref());
        }
        What::MoreTimeAsked {
            ask,
            minutes,
            reason,
            ..
        } => {
            if let Some(ask) = open(incident, *ask) {
                ask.more_time = Some(MoreTime {
                    minutes: *minutes,
                    reason: reason.clone(),
                    at: event.occurred_at,
                });
            }
        }
        What::AskExtended { ask, due_at, .. } => {
            if let Some(ask) = open(incident, *ask) {
                ask.due_at = *due_at;
                ask.more_time = None;
            }
        }
        What::MoreTimeRefused { ask, .. } => {
            if let Some(ask) = open(incident, *ask) {
                ask.more_time = None;
            }
        }
        _ => {}
    }
}

fn open(incident: &mut Incident, id: AskId) -> Option<&mut Ask> {
    incident.ask_mut(id).filter(|ask| ask.state.is_open())
}

fn end(
    incident: &mut Incident,
    event: &Event,
    id: AskId,
    state: AskState,
    words: Option<&Arc<str>>,
) {
    if let Some(ask) = open(incident, id) {
        ask.state = state;
        ask.more_time = None;
        ask.end = (!state.is_open()).then(|| AskEnd {
            at: event.occurred_at,
            by: event.by.clone(),
            words: words.cloned(),
        });
    }
    incident.trim_asks();
}
