//! The part of the fold about hypotheses: every entry of that kind is one, also of older logs.

use crate::incident::{EntryKind, Event, Hypothesis, Incident, Judgement, What, limits};
use std::sync::Arc;

pub(super) fn apply_hypotheses(incident: &mut Incident, event: &Event, what: &What) {
    match what {
        What::Noted {
            kind: EntryKind::Hypothesis,
            text,
            private,
            hypothesis,
            ..
        } => {
            let number = hypothesis.map_or(0, |number| number.0);
            incident.counts.hypotheses = incident.counts.hypotheses.max(number);
            incident.let_hypothesis_go(*private);
            incident.hypotheses.push_back(Hypothesis {
                number: *hypothesis,
                seq: event.seq,
                by: event.by.clone(),
                at: event.occurred_at,
                text: cut(text),
                private: *private,
                judgements: Vec::new(),
            });
        }
        What::HypothesisJudged(said) => {
            let mut held = incident.hypotheses.iter_mut();
            if let Some(held) = held.find(|held| held.seq == said.seq) {
                if held.judgements.len() >= limits::JUDGEMENTS {
                    held.judgements.remove(0);
                }
                held.judgements.push(Judgement {
                    seq: event.seq,
                    by: event.by.clone(),
                    at: event.occurred_at,
                    verdict: said.verdict,
                    evidence: said.evidence,
                    reason: said.reason.clone(),
                });
            }
        }
        What::Amended { target, text, .. } => {
            let mut held = incident.hypotheses.iter_mut();
            if let Some(held) = held.find(|held| held.seq == *target) {
                held.text = cut(text);
            }
        }
        What::Retracted { target, .. } => incident.hypotheses.retain(|held| held.seq != *target),
        _ => {}
    }
}

fn cut(text: &Arc<str>) -> Arc<str> {
    let end = text.floor_char_boundary(limits::HYPOTHESIS_BYTES);
    match text.get(..end) {
        Some(short) if short.len() < text.len() => format!("{short}…").into(),
        _ => text.clone(),
    }
}
