//! The objects for handovers, hypotheses and the brief.

use super::{maybe, utc};
use crate::console::brief::{Part, Weight};
use crate::incident::{Handover, Hypothesis, HypothesisState, Incident, Verdict};
use serde_json::{Value, json};

/// An offer of a role.
#[must_use]
pub fn handover(of: &Handover) -> Value {
    let end = of.end.as_ref();
    json!({
        "handover": of.id.0,
        "seq": of.seq.0,
        "role": of.role.name(),
        "holder": of.from.as_str(),
        "to": of.to.as_str(),
        "by": of.by.as_str(),
        "words": of.words.as_deref(),
        "offered_at": utc(of.offered_at),
        "expires_at": utc(of.expires_at),
        "state": of.state.name(),
        "briefed_at": maybe(of.briefed_at),
        "ended_at": maybe(end.map(|end| end.at)),
        "ended_by": end.map(|end| end.by.as_str()),
        "reason": end.and_then(|end| end.reason.as_deref()),
    })
}

/// What may be so.
#[must_use]
pub fn hypothesis(of: &Hypothesis) -> Value {
    let said: Vec<Value> = (of.judgements.iter())
        .map(|said| {
            let verdict = match said.verdict {
                Verdict::Supported => "supported",
                Verdict::RuledOut => "ruled_out",
                Verdict::Reopened => "reopened",
            };
            json!({
                "seq": said.seq.0,
                "verdict": verdict,
                "by": said.by.as_str(),
                "at": utc(said.at),
                "evidence": said.evidence.map(|seq| seq.0),
                "reason": said.reason.as_deref(),
            })
        })
        .collect();
    let state: HypothesisState = of.state();
    json!({
        "hypothesis": of.name().to_string(),
        "seq": of.seq.0,
        "by": of.by.as_str(),
        "at": utc(of.at),
        "text": &*of.text,
        "private": of.private,
        "state": state.name(),
        "said": said,
    })
}

/// A brief, part by part.
#[must_use]
pub fn brief(of: &Incident, parts: &[Part]) -> Value {
    let parts: Vec<Value> = (parts.iter())
        .map(|part| {
            let lines: Vec<Value> = (part.lines.iter())
                .filter(|line| line.weight != Weight::Nothing)
                .map(|line| {
                    let alarm = line.weight == Weight::Alarm;
                    json!({"head": line.head, "text": line.text, "alarm": alarm})
                })
                .collect();
            json!({"title": part.title, "lines": lines})
        })
        .collect();
    json!({"incident": of.id.to_string(), "seq": of.seq.0, "parts": parts})
}
