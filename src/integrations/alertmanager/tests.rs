//! What is asked of an Alertmanager, and how its answers are read: real ones, odd and broken ones.

use super::*;
use crate::incident::Matching;
use crate::incident::Timestamp;
use crate::integrations::alerts::ALERTS_MOST;
use crate::integrations::exchange::{Ask, Body, Finding, Method, Watched, answer};
use crate::signals::{LiveAlert, LiveState, Silence};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn ask() -> Ask {
    let to = Timestamp::from_timestamp(1_795_439_460, 0).expect("a time");
    Ask {
        incident: None,
        variables: BTreeMap::new(),
        from: to - TimeDelta::minutes(30),
        to,
        points: 60,
    }
}

fn manager(filter: &[&str]) -> Alertmanager {
    Alertmanager {
        name: "am".into(),
        filter: filter.iter().map(|text| (*text).to_owned()).collect(),
    }
}

fn read(place: usize, answer: &Response) -> Result<Finding, AnswerError> {
    let manager = manager(&[]);
    let request = manager.first(&ask()).remove(place);
    let mut step = manager.next(&ask(), &request, answer)?;
    Ok(step.findings.remove(0))
}

fn alerts(body: &Value) -> Result<Vec<LiveAlert>, AnswerError> {
    match read(0, &answer(200, body.to_string()))? {
        Finding::Alerts(alerts) => Ok(alerts),
        other => panic!("no alerts: {other:?}"),
    }
}

fn silences(body: &Value) -> Result<Vec<Silence>, AnswerError> {
    match read(1, &answer(200, body.to_string()))? {
        Finding::Silences(silences) => Ok(silences),
        other => panic!("no silences: {other:?}"),
    }
}

fn alert(status: &Value) -> Value {
    json!({
        "labels": {"alertname": "High", "service": "checkout"},
        "annotations": {"summary": "too\nslow"}, "status": status, "fingerprint": "f1",
        "receivers": [{"name": "ops"}], "generatorURL": "https://prom.example/graph",
        "startsAt": "2026-11-23T13:04:29Z", "updatedAt": "2026-11-23T13:05:29Z",
        "endsAt": "2026-11-23T13:09:29Z"
    })
}

fn silence(state: &str, ends_at: &str) -> Value {
    json!({
        "id": "0f9d", "status": {"state": state}, "comment": "INC-1: deploy", "createdBy": "maya",
        "startsAt": "2026-11-23T12:00:00Z", "endsAt": ends_at,
        "updatedAt": "2026-11-23T12:00:00Z",
        "matchers": [
            {"name": "alertname", "value": "High|Low", "isRegex": true, "isEqual": false},
            {"name": "service", "value": "checkout", "isRegex": false}
        ]
    })
}

#[test]
fn all_alerts_and_silences_are_asked_for_beside_the_incidents() {
    let asked = manager(&["team=\"a\"", "env!~\"dev.*\""]).first(&ask());
    let written: Vec<String> = asked
        .iter()
        .map(|request| format!("{} {:?}", request.path, request.query))
        .collect();
    insta::assert_snapshot!(written.join("\n"), @r#"
    /api/v2/alerts [("active", "true"), ("silenced", "true"), ("inhibited", "true"), ("unprocessed", "true"), ("filter", "team=\"a\""), ("filter", "env!~\"dev.*\"")]
    /api/v2/silences []
    "#);
    let of_incident = Ask {
        incident: Some(crate::incident::IncidentId(7)),
        ..ask()
    };
    assert_eq!(manager(&[]).first(&of_incident), []);
}

#[test]
fn an_alert_is_read_with_who_keeps_it_quiet() {
    let states = [
        (
            json!({"state": "active", "silencedBy": [], "inhibitedBy": []}),
            LiveState::Firing,
        ),
        (
            json!({"state": "suppressed", "silencedBy": ["s1", "s2"]}),
            LiveState::Silenced,
        ),
        (
            json!({"state": "suppressed", "silencedBy": null, "inhibitedBy": ["f2"]}),
            LiveState::Inhibited,
        ),
        (
            json!({"state": "suppressed", "mutedBy": ["nights"]}),
            LiveState::Silenced,
        ),
        (json!({"state": "unprocessed"}), LiveState::Firing),
        (json!({"state": "of 2031"}), LiveState::Firing),
        (json!(null), LiveState::Firing),
    ];
    for (status, state) in states {
        let read = alerts(&json!([alert(&status)])).expect("read");
        assert_eq!(read[0].state, state, "{status}");
    }
    let read = alerts(&json!([alert(&json!({"silencedBy": ["s1", "s2"]}))])).expect("read");
    let first = &read[0];
    assert_eq!(
        (&*first.name, &*first.summary, &*first.source),
        ("High", "too slow", "am")
    );
    assert_eq!(first.silenced_by, ["s1".into(), "s2".into()]);
    assert_eq!(first.starts_at.timestamp(), 1_795_439_069);
    assert_eq!(first.url.as_deref(), Some("https://prom.example/graph"));
}

#[test]
fn what_is_optional_may_be_missing() {
    let labels = json!({"alertname": "HighLatency", "instance": "web-2:9090",
        "service": "checkout", "severity": "critical"});
    let bare = alerts(&json!([{"labels": labels, "annotations": null}])).expect("read");
    assert_eq!(
        &*bare[0].fingerprint, "3891241782562ca1",
        "as Alertmanager makes it"
    );
    assert_eq!((bare[0].starts_at, &bare[0].url), (ask().to, &None));
    assert_eq!(&*alerts(&json!([{}])).expect("read")[0].name, "unnamed");
    assert_eq!(alerts(&json!(null)), Ok(Vec::new()));
    let mut odd = alert(&json!({}));
    odd["generatorURL"] = json!("javascript:alert(1)");
    assert_eq!(alerts(&json!([odd])).expect("read")[0].url, None);
}

#[test]
fn silences_are_read_without_those_long_over() {
    let all = json!([
        silence("active", "2026-11-23T15:00:00Z"),
        silence("pending", "2036-01-01T00:00:00Z"),
        silence("expired", "2026-11-23T13:00:00Z"),
        silence("expired", "2026-11-23T11:00:00Z"),
    ]);
    let read = silences(&all).expect("read");
    let over: Vec<bool> = read.iter().map(|silence| silence.expired).collect();
    assert_eq!(over, [false, false, true]);
    let [regex, plain] = &read[0].matchers[..] else {
        panic!("two matchers: {read:?}");
    };
    assert_eq!(
        (&*regex.value, regex.regex, regex.equal),
        ("High|Low", true, false)
    );
    assert_eq!(
        (&*plain.value, plain.regex, plain.equal),
        ("checkout", false, true)
    );
    assert_eq!(
        (&*read[0].created_by, &*read[0].comment),
        ("maya", "INC-1: deploy")
    );
    let mut endless = silence("active", "2026-11-23T15:00:00Z");
    endless.as_object_mut().expect("object").remove("endsAt");
    let error = silences(&json!([endless])).expect_err("no end").to_string();
    assert!(error.contains("endsAt"), "{error}");
}

#[test]
fn what_is_read_is_bounded() {
    let mut many = vec![json!({}); ALERTS_MOST + 1];
    many[0] = alert(&json!({"silencedBy": vec!["s"; 1_000]}));
    let read = alerts(&json!(many)).expect("read");
    assert_eq!((read.len(), read[0].silenced_by.len()), (ALERTS_MOST, 20));
    let mut long = silence("active", "2026-11-23T15:00:00Z");
    long["comment"] = json!("ä".repeat(100_000));
    long["matchers"] = json!(vec![long["matchers"][0].clone(); 1_000]);
    let read = silences(&json!([long])).expect("read");
    assert_eq!((read[0].comment.len(), read[0].matchers.len()), (2_000, 64));
}

#[test]
fn a_cut_body_or_a_wrong_type_is_an_error_or_left_out_and_never_a_panic() {
    let bodies = [
        json!([alert(&json!({"state": "active", "silencedBy": ["s"]}))]),
        json!([silence("active", "2026-11-23T15:00:00Z")]),
    ];
    let odd = [
        json!(null),
        json!(1e300),
        json!(""),
        json!([[]]),
        json!({"a": 1}),
    ];
    for (place, body) in bodies.iter().enumerate() {
        let text = body.to_string();
        for end in 0..text.len() {
            assert!(
                read(place, &answer(200, &text.as_bytes()[..end])).is_err(),
                "cut at {end}"
            );
        }
        for name in body[0].as_object().expect("object").keys() {
            for odd in &odd {
                let mut changed = body.clone();
                changed[0][name] = odd.clone();
                let _ = read(place, &answer(200, changed.to_string()));
            }
        }
        let deep = answer(200, "[".repeat(200_000));
        assert!(read(place, &deep).is_err());
    }
}

#[test]
fn a_refusal_says_what_was_said() {
    let page = Response {
        media_type: "text/html".to_owned(),
        ..answer(200, "<h1>Sign in</h1>")
    };
    let answers = [
        page,
        answer(400, "\"bad matcher format: x\""),
        answer(401, ""),
        answer(404, "404 page not found"),
        answer(
            422,
            r#"{"code":602,"message":"comment in body is required"}"#,
        ),
        answer(429, ""),
        answer(500, "\"broken\""),
        answer(200, "{}"),
    ];
    let said = answers.map(|answer| format!("{:?}", read(0, &answer).expect_err("refused")));
    insta::assert_snapshot!(said.join("\n"), @r#"
    Nonsense("it answers with text/html, not with JSON, as a login page or another program does: check the address and the credentials in the configuration")
    Nonsense("it refuses the question for alerts (400: bad matcher format: x)")
    Denied("it refuses the credentials in the configuration, or they are not enough (401)")
    Nonsense("it knows no such path (404): the address in the configuration must be what comes before /api/v2")
    Nonsense("it refuses the question for alerts (422: comment in body is required)")
    Limited("it was asked too often (429)")
    Failing("it has an error of its own (500: broken)")
    Nonsense("its answer cannot be understood (invalid type: map, expected a list at line 1 column 2): another program may stand at this address")
    "#);
}

fn matchers() -> Vec<Matching> {
    vec![Matching {
        name: "alertname".into(),
        value: "High \"x\"".into(),
        regex: false,
        equal: true,
    }]
}

#[test]
fn a_silence_is_made_and_its_id_is_read() {
    let request = create_silence(&matchers(), ask().from, ask().to, "maya", "INC-1: deploy");
    assert_eq!(
        (request.method, &*request.path),
        (Method::Post, "/api/v2/silences")
    );
    let Body::Json(body) = request.body else {
        panic!("no JSON");
    };
    insta::assert_snapshot!(body, @r#"{"matchers":[{"name":"alertname","value":"High \"x\"","isRegex":false,"isEqual":true}],"startsAt":"2026-11-23T12:41:00.000Z","endsAt":"2026-11-23T13:11:00.000Z","createdBy":"maya","comment":"INC-1: deploy"}"#);
    let made = read_created(&answer(200, r#"{"silenceID":"0f9d"}"#));
    assert_eq!(made.as_deref(), Ok("0f9d"));
    for wrong in [
        answer(200, "{}"),
        answer(200, r#"{"silenceID":" "}"#),
        answer(
            422,
            r#"{"code":602,"message":"comment in body is required"}"#,
        ),
        answer(400, "\"start time must be before end time\""),
    ] {
        assert!(read_created(&wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_silence_is_ended_once_or_more() {
    let request = expire_silence("0f9d/../x");
    assert_eq!(request.method, Method::Delete);
    assert_eq!(request.path, "/api/v2/silence/0f9d%2F..%2Fx");
    assert_eq!(read_expired(&answer(200, "")), Ok(()));
    assert_eq!(
        read_expired(&answer(500, "\"silence 0f9d already expired\"")),
        Ok(())
    );
    for wrong in [
        answer(404, ""),
        answer(500, "\"disk full\""),
        answer(403, ""),
    ] {
        assert!(read_expired(&wrong).is_err(), "{wrong:?}");
    }
}
