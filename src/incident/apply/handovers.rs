//! The part of the fold about handovers. An offer that has ended stays as it ended, and there is never
//! more than one open offer of a role.

use crate::incident::{
    Event, Handover, HandoverEnd, HandoverId, HandoverState, Incident, Person, Role, What, limits,
};
use std::sync::Arc;

pub(super) fn apply_handovers(incident: &mut Incident, event: &Event, what: &What) {
    match what {
        What::HandoverOffered(offer) => {
            incident.counts.handovers = incident.counts.handovers.max(offer.handover.0);
            // No server writes a second one; a log that has it all the same is folded.
            overtake(incident, event, &offer.role, |_| true);
            incident.handovers.push_back(Handover {
                id: offer.handover,
                seq: event.seq,
                role: offer.role.clone(),
                from: offer.from.clone(),
                to: offer.to.clone(),
                by: event.by.clone(),
                words: offer.words.clone(),
                offered_at: event.occurred_at,
                expires_at: offer.expires_at,
                state: HandoverState::Offered,
                briefed_at: None,
                end: None,
            });
            incident.trim_handovers();
        }
        What::HandoverBriefed(brief) => {
            if let Some(handover) = open(incident, brief.handover) {
                handover.state = HandoverState::Briefed;
                handover.briefed_at = Some(event.occurred_at);
            }
        }
        What::HandoverEnded(outcome) if !outcome.state.is_open() => {
            let reason = outcome.reason.as_ref();
            end(incident, event, outcome.handover, outcome.state, reason);
        }
        // The role has gone another way: what was offered of it is not to be had any more.
        What::RoleAssigned { role, to, .. } => {
            overtake(incident, event, role, |from| from != to);
        }
        What::RoleReleased { role, .. } => overtake(incident, event, role, |_| true),
        _ => {}
    }
}

fn open(incident: &mut Incident, id: HandoverId) -> Option<&mut Handover> {
    let mut held = incident.handovers.iter_mut();
    held.find(|handover| handover.id == id && handover.state.is_open())
}

fn end(
    incident: &mut Incident,
    event: &Event,
    id: HandoverId,
    state: HandoverState,
    reason: Option<&Arc<str>>,
) {
    if let Some(handover) = open(incident, id) {
        handover.state = state;
        handover.end = Some(HandoverEnd {
            at: event.occurred_at,
            by: event.by.clone(),
            reason: reason.cloned(),
        });
    }
    incident.trim_handovers();
}

/// Ends what is offered of the role by holders for whom `gone` holds.
fn overtake(incident: &mut Incident, event: &Event, role: &Role, gone: impl Fn(&Person) -> bool) {
    let open = incident.handovers.iter();
    let open = open.filter(|handover| handover.state.is_open() && handover.role == *role);
    let ids: Vec<HandoverId> = open
        .filter(|handover| gone(&handover.from))
        .map(|handover| handover.id)
        .take(limits::ROLES)
        .collect();
    for id in ids {
        end(incident, event, id, HandoverState::Overtaken, None);
    }
}
