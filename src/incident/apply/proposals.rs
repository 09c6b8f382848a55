//! The part of the fold about proposals. One that has ended stays as it ended.

use crate::incident::{
    Event, Incident, Person, Proposal, ProposalEnd, ProposalId, ProposalState, What, limits,
};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn apply_proposals(incident: &mut Incident, event: &Event, what: &What) {
    match what {
        What::Proposed {
            proposal,
            text,
            executor,
            closes_at,
            verify_minutes,
        } => {
            incident.counts.proposals = incident.counts.proposals.max(proposal.0);
            incident.proposals.push_back(Proposal {
                id: *proposal,
                seq: event.seq,
                by: event.by.clone(),
                executor: executor.clone(),
                text: text.clone(),
                proposed_at: event.occurred_at,
                closes_at: *closes_at,
                verify_minutes: *verify_minutes,
                stances: BTreeMap::new(),
                state: ProposalState::Open,
                end: None,
                verify: None,
            });
            incident.trim_proposals();
        }
        What::StanceTaken {
            proposal, stance, ..
        } => {
            if let Some(proposal) = open(incident, *proposal)
                && (proposal.stances.len() < limits::STANCES
                    || proposal.stances.contains_key(&event.by))
            {
                proposal.stances.insert(event.by.clone(), stance.clone());
            }
        }
        What::ProposalContested { proposal, .. } => {
            if let Some(proposal) = open(incident, *proposal) {
                proposal.state = ProposalState::Contested;
            }
        }
        What::ProposalDecided {
            proposal, reason, ..
        } => end(
            incident,
            event,
            *proposal,
            ProposalState::Decided,
            reason.as_ref(),
        ),
        What::ProposalWithdrawn {
            proposal, reason, ..
        } => end(
            incident,
            event,
            *proposal,
            ProposalState::Withdrawn,
            reason.as_ref(),
        ),
        _ => {}
    }
}

fn open(incident: &mut Incident, id: ProposalId) -> Option<&mut Proposal> {
    let mut held = incident.proposals.iter_mut();
    held.find(|proposal| proposal.id == id && proposal.state.is_open())
}

fn end(
    incident: &mut Incident,
    event: &Event,
    id: ProposalId,
    state: ProposalState,
    reason: Option<&Arc<str>>,
) {
    let by: Person = event.by.clone();
    if let Some(proposal) = open(incident, id) {
        proposal.state = state;
        proposal.end = Some(ProposalEnd {
            at: event.occurred_at,
            by,
            reason: reason.cloned(),
        });
    }
    incident.trim_proposals();
}
