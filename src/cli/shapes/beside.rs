//! The objects about what is watched beside an incident: evidence, acknowledgements of alerts, and
//! what was asked of systems outside.

use super::{maybe, utc};
use crate::incident::{
    Acknowledgement, Evidence, Matching, OutsideAsk, OutsideCall, PinnedEvidence, Seen, Series,
};
use serde_json::{Map, Value, json};

/// A piece of evidence with its numbers.
#[must_use]
pub fn evidence(of: &PinnedEvidence) -> Value {
    let piece = json!({
        "seq": of.seq.0,
        "by": of.by.as_str(),
        "pinned_at": utc(of.pinned_at),
        "text": &*of.text,
        "private": of.private,
        "source": &*of.evidence.source,
        "title": &*of.evidence.title,
        "line": of.evidence.line(),
        "at": utc(of.evidence.at),
        "url": of.evidence.url.as_deref(),
    });
    joined(piece, seen(&of.evidence))
}

fn seen(of: &Evidence) -> Value {
    match &of.seen {
        Seen::Signal {
            unit,
            bad,
            thresholds,
            series: all,
        } => json!({
            "what": "signal",
            "unit": unit,
            "bad": bad,
            "warning": thresholds.warning,
            "critical": thresholds.critical,
            "series": all.iter().map(series).collect::<Vec<_>>(),
        }),
        Seen::Issue {
            id,
            events,
            users,
            first_seen,
            last_seen,
            trend,
        } => json!({
            "what": "issue",
            "issue": &**id,
            "events": events,
            "users": users,
            "first_seen": utc(*first_seen),
            "last_seen": utc(*last_seen),
            "trend": trend,
        }),
        Seen::Alerts {
            firing,
            silenced,
            pending,
            first_at,
            last_at,
            names,
            rate,
        } => json!({
            "what": "alerts",
            "firing": firing,
            "silenced": silenced,
            "pending": pending,
            "first_at": utc(*first_at),
            "last_at": utc(*last_at),
            "names": names,
            "rate": rate,
        }),
    }
}

fn series(of: &Series) -> Value {
    json!({
        "label": &*of.label,
        "from": utc(of.from),
        "step_ms": of.step_ms,
        "values": of.values,
    })
}

/// Who has taken note of a group of alerts.
#[must_use]
pub fn acknowledged(group: &str, of: &Acknowledgement) -> Value {
    json!({
        "group": group,
        "title": &*of.title,
        "by": of.by.as_str(),
        "reason": &*of.reason,
        "since": utc(of.since),
        "until": maybe(of.until),
        "seq": of.seq.0,
    })
}

/// Something that was asked outside, with its answer.
#[must_use]
pub fn outside(of: &OutsideAsk) -> Value {
    let answer = of.answer.as_ref();
    let ask = json!({
        "seq": of.seq.0,
        "by": of.by.as_str(),
        "asked_at": utc(of.asked_at),
        "call": of.call.name(),
        "source": of.call.source(),
        "outcome": answer.map(|answer| answer.outcome.name()),
        "said": answer.map(|answer| &*answer.said),
        "reference": answer.and_then(|answer| answer.reference.as_deref()),
        "answered_at": maybe(answer.map(|answer| answer.at)),
    });
    joined(ask, fields(&of.call))
}

/// What a call says beyond its kind and its source.
fn fields(of: &OutsideCall) -> Value {
    match of {
        OutsideCall::CreateSilence {
            matchers,
            ends_at,
            reason,
            ..
        } => json!({
            "matchers": matchers.iter().map(matcher).collect::<Vec<_>>(),
            "ends_at": utc(*ends_at),
            "reason": &**reason,
        }),
        OutsideCall::ExpireSilence {
            silence, reason, ..
        } => json!({"silence": &**silence, "reason": &**reason}),
        OutsideCall::ResolveIssue {
            issue,
            short,
            in_next_release,
            ..
        } => json!({
            "issue": &**issue,
            "short": &**short,
            "in_next_release": in_next_release,
        }),
        OutsideCall::IgnoreIssue {
            issue,
            short,
            minutes,
            ..
        } => json!({"issue": &**issue, "short": &**short, "minutes": minutes}),
        OutsideCall::AssignIssue {
            issue, short, to, ..
        } => json!({"issue": &**issue, "short": &**short, "to": &**to}),
        OutsideCall::Annotate { at, text, .. } => json!({"at": utc(*at), "text": &**text}),
        // Nobody here knows what they mean.
        OutsideCall::Unknown(_) => json!({}),
    }
}

fn matcher(of: &Matching) -> Value {
    json!({
        "name": &*of.name,
        "value": &*of.value,
        "regex": of.regex,
        "equal": of.equal,
    })
}

/// Both objects in one; the names of the two differ.
fn joined(first: Value, second: Value) -> Value {
    let fields = [first, second].into_iter().flat_map(|object| match object {
        Value::Object(fields) => fields,
        _ => Map::new(),
    });
    Value::Object(fields.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{OutsideAnswer, OutsideOutcome, Seq, Timestamp};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn golden(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    /// Scripts read these names: these tests change only by adding to them.
    #[test]
    fn evidence_has_exactly_these_fields() {
        let evidence: Evidence = serde_json::from_str(
            r#"{"source":"prom","title":"5xx","at":"2026-11-24T14:10:00Z","seen":{"what":"signal",
                "unit":"ratio","thresholds":{"critical":0.05},"series":[{"from":
                "2026-11-24T14:00:00Z","step_ms":300000,"values":[0.002,null,0.124]}]}}"#,
        )
        .unwrap();
        let piece = PinnedEvidence {
            seq: Seq(9),
            by: "maya".parse().unwrap(),
            pinned_at: at("2026-11-24T14:10:02Z"),
            text: "since the deploy".into(),
            private: false,
            evidence: evidence.into(),
        };
        let wanted = golden(
            r#"{"at":"2026-11-24T14:10:00.000Z","bad":"above","by":"maya","critical":0.05,"line":"5xx 12.4 % (critical) · was 0.2 % at 14:00 UTC · prom","pinned_at":"2026-11-24T14:10:02.000Z","private":false,"seq":9,"series":[{"from":"2026-11-24T14:00:00.000Z","label":"","step_ms":300000,"values":[0.002,null,0.124]}],"source":"prom","text":"since the deploy","title":"5xx","unit":"ratio","url":null,"warning":null,"what":"signal"}"#,
        );
        assert_eq!(super::evidence(&piece), wanted);
    }

    #[test]
    fn an_acknowledgement_has_exactly_these_fields() {
        let held = Acknowledgement {
            title: "HighErrorRate".into(),
            by: "maya".parse().unwrap(),
            reason: "deploying the fix".into(),
            since: at("2026-11-24T14:10:00Z"),
            until: None,
            seq: Seq(4),
        };
        let wanted = golden(
            r#"{"by":"maya","group":"a","reason":"deploying the fix","seq":4,"since":"2026-11-24T14:10:00.000Z","title":"HighErrorRate","until":null}"#,
        );
        assert_eq!(acknowledged("a", &held), wanted);
    }

    #[test]
    fn what_was_asked_outside_has_exactly_these_fields() {
        let call = serde_json::from_str(
            r#"{"do":"create_silence","source":"alertmanager","reason":"deploying the fix",
                "matchers":[{"name":"alertname","value":"A"}],"ends_at":"2026-11-24T15:30:00Z"}"#,
        );
        let mut ask = OutsideAsk {
            seq: Seq(5),
            call: call.unwrap(),
            by: "maya".parse().unwrap(),
            asked_at: at("2026-11-24T14:10:00Z"),
            answer: None,
        };
        let open = outside(&ask);
        assert!(open["outcome"].is_null() && open["answered_at"].is_null());
        ask.answer = Some(OutsideAnswer {
            outcome: OutsideOutcome::Done,
            said: "".into(),
            reference: Some("4f2a".into()),
            at: at("2026-11-24T14:10:01Z"),
        });
        let wanted = golden(
            r#"{"answered_at":"2026-11-24T14:10:01.000Z","asked_at":"2026-11-24T14:10:00.000Z","by":"maya","call":"create_silence","ends_at":"2026-11-24T15:30:00.000Z","matchers":[{"equal":true,"name":"alertname","regex":false,"value":"A"}],"outcome":"done","reason":"deploying the fix","reference":"4f2a","said":"","seq":5,"source":"alertmanager"}"#,
        );
        assert_eq!(outside(&ask), wanted);
    }
}
