//! The part of the fold about commands that were run, and consent to dangerous ones.

use crate::incident::{Consent, ConsentAnswer, Event, Incident, What, limits};

pub(super) fn apply_runs(incident: &mut Incident, event: &Event, what: &What) {
    match what {
        What::CommandRan(run) => {
            incident.counts.notes += 1;
            let used = run.consent;
            let consent = incident.consents.iter_mut().find(|c| Some(c.seq) == used);
            if let Some(consent) = consent {
                consent.used = true;
            }
        }
        What::ConsentAsked(asked) => {
            incident.consents.push_back(Consent {
                seq: event.seq,
                by: event.by.clone(),
                command: asked.command.clone(),
                step: asked.step.clone(),
                expires_at: asked.expires_at,
                answer: None,
                used: false,
            });
            trim(incident, event);
        }
        What::ConsentAnswered(answered) => {
            let asked = answered.asked;
            let consent = incident.consents.iter_mut().find(|c| c.seq == asked);
            if let Some(consent) = consent.filter(|consent| consent.answer.is_none()) {
                consent.answer = Some(ConsentAnswer {
                    by: event.by.clone(),
                    given: answered.given,
                    reason: answered.reason.clone(),
                });
            }
        }
        _ => {}
    }
}

/// Lets the oldest go beyond the bound, those that are over first.
fn trim(incident: &mut Incident, event: &Event) {
    while incident.consents.len() > limits::CONSENTS {
        let over = |consent: &Consent| !consent.is_open(event.recorded_at);
        let oldest = incident.consents.iter().position(over).unwrap_or(0);
        incident.consents.remove(oldest);
    }
}
