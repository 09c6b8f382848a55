//! Rules and their alerts.

use super::*;
use crate::signals::{LiveAlert, LiveState};

pub(super) fn rules_body() -> Value {
    let alert = |state: &str, pod: &str| {
        json!({
            "labels": {"alertname": "High", "pod": pod}, "annotations": {"summary": "too\nslow"},
            "state": state, "activeAt": "2026-11-23T13:10:56.972522092Z", "value": "1e+00"
        })
    };
    let rule = json!({
        "name": "High", "query": "x > 1", "type": "alerting", "state": "firing", "health": "ok",
        "lastEvaluation": "2026-11-23T13:11:02.97Z",
        "alerts": [alert("firing", "a"), alert("pending", "b"), alert("inactive", "c")]
    });
    let recording = json!({"name": "job:up:sum", "query": "sum(up)", "type": "recording"});
    let groups = json!([{"name": "g", "file": "f", "rules": [rule, recording]},
        {"name": "empty", "rules": null}]);
    json!({"status": "success", "data": {"groups": groups}})
}

pub(super) fn alerts(body: &str) -> Result<Vec<LiveAlert>, AnswerError> {
    let prometheus = with(Vec::new());
    let request = prometheus.first(&beside()).remove(0);
    let mut step = prometheus.next(&beside(), &request, &answer(200, body))?;
    match step.findings.pop() {
        Some(Finding::Alerts(alerts)) => Ok(alerts),
        other => panic!("no alerts: {other:?}"),
    }
}

#[test]
fn the_alerts_of_rules_are_read_with_what_is_pending() {
    let alerts = alerts(&rules_body().to_string()).expect("read");
    let states: Vec<LiveState> = alerts.iter().map(|alert| alert.state).collect();
    assert_eq!(states, [LiveState::Firing, LiveState::Pending]);
    let first = &alerts[0];
    assert_eq!(
        (&*first.name, &*first.summary, &*first.source),
        ("High", "too slow", "prom")
    );
    assert_eq!(first.fingerprint.len(), 16);
    assert_ne!(first.fingerprint, alerts[1].fingerprint);
    assert_eq!(first.starts_at.timestamp_millis(), 1_795_439_456_972);
    assert!(first.updated_at.is_some());
}

#[test]
fn rules_without_what_is_optional_are_read_and_there_is_a_bound() {
    let bare = json!({"data": {"groups": [{"rules": [{"name": "Low", "alerts": [{}]}]}]}});
    let found = alerts(&bare.to_string()).expect("read");
    assert_eq!((&*found[0].name, found[0].starts_at), ("Low", ask().to));
    assert_eq!(found[0].state, LiveState::Firing);
    let many = vec![json!({"labels": {"alertname": "A"}}); 30_000];
    let many = json!({"data": {"groups": [{"rules": [{"alerts": many}]}]}});
    let found = alerts(&many.to_string()).expect("read");
    assert_eq!(found.len(), crate::integrations::alerts::ALERTS_MOST);
    let none = json!({"status": "success", "data": {"groups": []}}).to_string();
    assert_eq!(alerts(&none), Ok(Vec::new()));
}
