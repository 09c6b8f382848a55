//! The part of the fold about what is watched beside the incident: evidence, acknowledgements of
//! alerts, and what was asked of systems outside.

use crate::incident::{
    Acknowledgement, Event, Incident, OutsideAnswer, OutsideAsk, PinnedEvidence, Timestamp, What,
    limits,
};

pub(super) fn apply_beside(incident: &mut Incident, event: &Event, what: &What) {
    match what {
        What::EvidencePinned { .. } => {
            if let Some(piece) = PinnedEvidence::from_event(event) {
                keep_evidence(incident, piece);
            }
        }
        What::AlertsAcknowledged {
            group,
            title,
            until,
            reason,
        } => {
            let held = &incident.acknowledged;
            if held.len() >= limits::ACKNOWLEDGED && !held.contains_key(group) {
                let_one_go(incident, event.recorded_at);
            }
            let acknowledgement = Acknowledgement {
                title: title.clone(),
                by: event.by.clone(),
                reason: reason.clone(),
                since: event.occurred_at,
                until: *until,
                seq: event.seq,
            };
            incident.acknowledged.insert(group.clone(), acknowledgement);
        }
        What::AlertsUnacknowledged { group, .. } => {
            incident.acknowledged.remove(group);
        }
        What::OutsideAsked { call } => {
            incident.outside.push_back(OutsideAsk {
                seq: event.seq,
                call: call.clone(),
                by: event.by.clone(),
                asked_at: event.recorded_at,
                answer: None,
            });
            trim_outside(incident);
        }
        What::OutsideAnswered {
            asked,
            outcome,
            said,
            reference,
            ..
        } => {
            let open = |ask: &&mut OutsideAsk| ask.seq == *asked && ask.answer.is_none();
            if let Some(ask) = incident.outside.iter_mut().find(open) {
                ask.answer = Some(OutsideAnswer {
                    outcome: *outcome,
                    said: said.clone(),
                    reference: reference.clone(),
                    at: event.recorded_at,
                });
            }
            trim_outside(incident);
        }
        _ => {}
    }
}

/// What is private is counted by itself: a spectator, who is not told of it, must come to the same
/// pieces as the server keeps for them.
fn keep_evidence(incident: &mut Incident, piece: PinnedEvidence) {
    let alike = |held: &&PinnedEvidence| held.private == piece.private;
    if incident.evidence.iter().filter(alike).count() >= limits::EVIDENCE
        && let Some(oldest) = incident.evidence.iter().position(|held| alike(&held))
    {
        incident.evidence.remove(oldest);
    }
    incident.evidence.push_back(piece);
}

/// Makes room for an acknowledgement: one whose time is over goes first, else the oldest.
fn let_one_go(incident: &mut Incident, now: Timestamp) {
    let held = incident.acknowledged.iter();
    let least = held.min_by_key(|(_, acknowledged)| (acknowledged.stands(now), acknowledged.seq));
    if let Some(group) = least.map(|(group, _)| group.clone()) {
        incident.acknowledged.remove(&group);
    }
}

/// Lets the oldest answered ones go beyond the bound.
fn trim_outside(incident: &mut Incident) {
    let answered = |ask: &OutsideAsk| ask.answer.is_some();
    let outside = &mut incident.outside;
    while outside.iter().filter(|ask| answered(ask)).count() > limits::ANSWERED_OUTSIDE
        || outside.len() > limits::OPEN_OUTSIDE + limits::ANSWERED_OUTSIDE
    {
        let oldest = outside.iter().position(answered).unwrap_or(0);
        outside.remove(oldest);
    }
}
