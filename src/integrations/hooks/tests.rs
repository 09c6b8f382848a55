use super::*;
use crate::incident::AlertState::{Firing, Resolved};
use chrono::DateTime;
use serde_json::{Value, json};

fn kind(name: &str) -> &'static Kind {
    let found = KINDS.iter().find(|kind| kind.name == name);
    found.expect("a kind")
}

fn hook(name: &str) -> Hook {
    Hook::new(name, kind(name))
}

fn now() -> Timestamp {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a time")
}

fn read(hook: &Hook, body: &Value) -> Result<Delivery, HookError> {
    hook.read(body.to_string().as_bytes(), now())
}

/// The only alert of a body, and how it stands to others.
fn one(hook: &Hook, body: &Value) -> Said {
    let mut delivery = read(hook, body).expect("read");
    assert_eq!(delivery.alerts.len(), 1, "{delivery:?}");
    delivery.alerts.remove(0)
}

fn refused(hook: &Hook, body: &Value) -> String {
    read(hook, body).expect_err("refused").to_string()
}

fn at(text: &str) -> Timestamp {
    DateTime::parse_from_rfc3339(text).expect("a time").to_utc()
}

#[test]
fn kinds_are_found_by_name_and_listed_in_order() {
    let names: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
    assert_eq!(
        names,
        ["alertmanager", "generic", "grafana", "pagerduty", "sentry"]
    );
    assert!(
        KINDS
            .iter()
            .all(|kind| kind.patience >= Duration::from_millis(500))
    );
}

fn grafana() -> Value {
    json!({
        "version": "1", "groupKey": "{}:{}", "truncatedAlerts": 2, "orgId": 1, "state": "alerting",
        "alerts": [{
            "status": "firing", "labels": {"alertname": "Memory", "service": "shop"},
            "annotations": {"summary": "too\nmuch", "runbook_url": "http://r/"},
            "startsAt": "2026-10-12T09:51:03.157+02:00", "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "?orgId=1", "dashboardURL": "", "panelURL": "https://g/d/x?viewPanel=1",
            "fingerprint": "c6eadffa33fcdf37", "values": null, "valueString": "[ var='B' value=22 ]"
        }]
    })
}

#[test]
fn grafana_is_read_as_it_groups_alerts() {
    let hook = hook("grafana");
    let delivery = read(&hook, &grafana()).expect("read");
    assert_eq!((delivery.truncated, &*delivery.group_key), (2, "{}:{}"));
    let Said { alert, order } = one(&hook, &grafana());
    assert_eq!(order, Order::Timed);
    assert_eq!((&*alert.name, &*alert.summary), ("Memory", "too much"));
    assert_eq!(alert.starts_at, at("2026-10-12T07:51:03.157Z"));
    assert_eq!((alert.ends_at, alert.service()), (None, Some("shop")));
    assert_eq!(alert.url.as_deref(), Some("https://g/d/x?viewPanel=1"));
    assert_eq!(&*alert.fingerprint, "c6eadffa33fcdf37");
    assert!(alert.annotations.contains_key("values"));

    let mut body = grafana();
    body["alerts"][0]["status"] = json!("resolved");
    body["alerts"][0]["endsAt"] = json!("2026-10-12T08:00:00Z");
    let ended = one(&hook, &body).alert;
    assert_eq!(
        (ended.state, ended.ends_at),
        (Resolved, Some(at("2026-10-12T08:00:00Z")))
    );
    body["alerts"][0]["status"] = json!("pending");
    assert!(read(&hook, &body).expect("read").alerts.is_empty());
}

#[test]
fn grafana_needs_no_more_than_labels_and_a_state() {
    let hook = hook("grafana");
    let bare = json!({"alerts": [{"status": "firing", "labels": {"a": "b"}, "startsAt": "soon"}]});
    let said = one(&hook, &bare);
    assert_eq!((said.order, said.alert.starts_at), (Order::Untimed, now()));
    assert_eq!(
        (said.alert.fingerprint.len(), &*said.alert.name),
        (16, "unnamed")
    );
    for (bad, why) in [
        (json!({"version": "2", "alerts": []}), "version 2"),
        (json!({"version": "4", "alerts": []}), "version 4"),
        (json!({"version": "1"}), "`alerts` is missing"),
        (
            json!({"alerts": [{"status": "firing"}]}),
            "alert 1 has no labels",
        ),
        (json!([]), "`alerts` is missing"),
    ] {
        let said = refused(&hook, &bad);
        assert!(said.contains(why) && said.contains("Grafana"), "{said}");
    }
}

fn pagerduty(event_type: &str, status: &str, occurred_at: &str) -> Value {
    json!({"event": {
        "id": "01E", "event_type": event_type, "resource_type": "incident",
        "occurred_at": occurred_at, "agent": null, "client": null,
        "data": {
            "id": "PGR0VU2", "type": "incident", "number": 37, "status": status,
            "html_url": "https://acme.pagerduty.com/incidents/PGR0VU2",
            "created_at": "2026-04-09T15:16:27Z", "title": "Checkout is slow",
            "service": {"id": "PF9", "type": "service_reference", "summary": "checkout"},
            "assignees": [{"summary": "Kim"}], "priority": {"summary": "P1"}, "urgency": "high"
        }
    }})
}

#[test]
fn pagerduty_says_where_its_incident_stands() {
    let hook = hook("pagerduty");
    let triggered = pagerduty("incident.triggered", "triggered", "2026-04-09T15:16:28Z");
    let Said { alert, order } = one(&hook, &triggered);
    assert_eq!(order, Order::At(at("2026-04-09T15:16:28Z")));
    assert_eq!(
        (&*alert.fingerprint, alert.state),
        ("pagerduty:PGR0VU2", Firing)
    );
    assert_eq!(
        (&*alert.name, alert.service()),
        ("Checkout is slow", Some("checkout"))
    );
    assert_eq!(&*alert.summary, "#37, P1, high urgency, assigned to Kim");
    assert_eq!(alert.starts_at, at("2026-04-09T15:16:27Z"));
    assert_eq!(alert.labels["severity"], "P1");

    let acknowledged = pagerduty(
        "incident.acknowledged",
        "acknowledged",
        "2026-04-09T15:17:00Z",
    );
    let later = one(&hook, &acknowledged).alert;
    assert_eq!((later.state, later.starts_at), (Firing, alert.starts_at));
    let resolved = pagerduty("incident.resolved", "resolved", "2026-04-09T15:20:00Z");
    let over = one(&hook, &resolved).alert;
    assert_eq!(
        (over.state, over.ends_at),
        (Resolved, Some(at("2026-04-09T15:20:00Z")))
    );
    let mut again = pagerduty("incident.reopened", "triggered", "2026-04-09T15:30:00Z");
    again["event"]["data"]["reopened_at"] = json!("2026-04-09T15:30:00Z");
    assert_eq!(
        one(&hook, &again).alert.starts_at,
        at("2026-04-09T15:30:00Z")
    );

    let mut note = pagerduty("incident.annotated", "x", "2026-04-09T15:30:00Z");
    note["event"]["data"] = json!({"type": "incident_note", "content": "x"});
    let passed = read(&hook, &note).expect("read");
    assert_eq!(passed.passed_over.as_deref(), Some("incident.annotated"));
    assert_eq!(
        (passed.id.as_deref(), passed.alerts.len()),
        (Some("01E"), 0)
    );
    assert!(refused(&hook, &json!({"messages": []})).contains("V3 is understood"));
    assert!(refused(&hook, &json!({"event": {}})).contains("event_type"));
}

fn issue(action: &str) -> Value {
    json!({"action": action, "data": {"issue": {
        "id": "123", "shortId": "SHOP-1", "title": "TypeError: x", "culprit": "pay(cart)",
        "level": "error", "project": {"slug": "shop"}, "web_url": "https://s/issues/123/",
        "firstSeen": "2026-01-01T10:00:00Z", "lastSeen": "2026-01-02T10:00:00Z"
    }}})
}

#[test]
fn sentry_issues_begin_come_back_and_end_under_one_fingerprint() {
    let hook = hook("sentry");
    let created = one(&hook, &issue("created")).alert;
    let back = one(&hook, &issue("unresolved")).alert;
    let alert = json!({"action": "triggered", "data": {"triggered_rule": "Payments", "event": {
        "issue_id": "123", "title": "TypeError: x", "datetime": "2026-01-01T10:00:00.5Z",
        "url": "https://sentry.io/api/0/projects/acme/shop/events/e/", "level": "error",
        "web_url": "https://s/issues/123/events/e/", "project": 1
    }}});
    let triggered = one(&hook, &alert).alert;
    for alert in [&created, &back, &triggered] {
        assert_eq!(
            (&*alert.fingerprint, alert.state),
            ("sentry:issue:123", Firing)
        );
        assert_eq!(
            (&*alert.name, alert.service()),
            ("TypeError: x", Some("shop"))
        );
    }
    assert_ne!(created.starts_at, back.starts_at);
    assert_eq!(triggered.labels["rule"], "Payments");
    for action in ["resolved", "archived", "ignored"] {
        let ended = one(&hook, &issue(action)).alert;
        assert_eq!(
            (&*ended.fingerprint, ended.state),
            ("sentry:issue:123", Resolved)
        );
    }
    for (body, what) in [
        (issue("assigned"), "issue assigned"),
        (
            json!({"action": "created", "data": {"error": {}}}),
            "error created",
        ),
        (
            json!({"action": "created", "data": {"comment": "", "comment_id": 1}}),
            "comment created",
        ),
        (json!({"action": "created", "data": {}}), "empty created"),
    ] {
        let passed = read(&hook, &body).expect("read").passed_over;
        assert_eq!(passed.as_deref(), Some(what));
    }
    assert!(refused(&hook, &json!({"data": {}})).contains("`action` is missing"));
}

#[test]
fn sentry_opens_nothing_for_new_issues_where_only_alert_rules_are_to() {
    let mut hook = hook("sentry");
    hook.new_issues = false;
    for action in ["created", "unresolved"] {
        assert!(read(&hook, &issue(action)).expect("read").alerts.is_empty());
    }
    assert_eq!(one(&hook, &issue("resolved")).alert.state, Resolved);
}

#[test]
fn sentry_metric_alerts_fire_and_stop() {
    let hook = hook("sentry");
    let body = |action: &str| {
        json!({"action": action, "data": {
            "description_text": "1000 events", "web_url": "https://s/alerts/1/",
            "metric_alert": {
                "id": "4", "date_started": "2026-01-01T10:00:00.0Z", "projects": ["shop"],
                "date_closed": "2026-01-01T11:00:00Z", "alert_rule": {"id": 7, "name": "Errors"}
            }
        }})
    };
    let fired = one(&hook, &body("critical")).alert;
    assert_eq!(
        (&*fired.fingerprint, fired.state),
        ("sentry:metric:7", Firing)
    );
    assert_eq!(
        (&*fired.name, fired.labels["severity"].as_str()),
        ("Errors", "critical")
    );
    assert_eq!((fired.service(), fired.ends_at), (Some("shop"), None));
    let over = one(&hook, &body("resolved")).alert;
    assert_eq!(
        (over.state, over.ends_at),
        (Resolved, Some(at("2026-01-01T11:00:00Z")))
    );
    assert!(read(&hook, &body("open")).expect("read").alerts.is_empty());
}

fn homegrown() -> Hook {
    let mut hook = hook("generic");
    let some = |at: &str| Some(at.to_owned());
    hook.name = "nagios".into();
    hook.fields = Fields {
        name: "/check/title".to_owned(),
        state: some("/status"),
        fingerprint: some("/check/id"),
        summary: some("/text"),
        service: some("/host/service"),
        severity: some("/level"),
        url: some("/links/0"),
        starts_at: some("/since"),
        labels: some("/host"),
        delivery: some("/id"),
        firing: vec!["CRITICAL".to_owned(), "1".to_owned()],
        resolved: vec!["ok".to_owned()],
        ..Fields::default()
    };
    hook
}

#[test]
fn json_of_others_is_read_by_pointers() {
    let hook = homegrown();
    let body = json!({
        "id": 99, "status": "critical", "text": "load 40", "level": 2, "since": 1_795_439_069,
        "check": {"title": "Load", "id": 5}, "links": ["https://n/5"],
        "host": {"name": "web-1", "service": "shop", "cores": 8, "nested": {}}
    });
    assert_eq!(read(&hook, &body).expect("read").id.as_deref(), Some("99"));
    let Said { alert, order } = one(&hook, &body);
    assert_eq!((order, &*alert.fingerprint), (Order::Timed, "nagios:5"));
    assert_eq!(
        (&*alert.name, &*alert.summary, alert.state),
        ("Load", "load 40", Firing)
    );
    assert_eq!(alert.url.as_deref(), Some("https://n/5"));
    let labels: Vec<_> = alert
        .labels
        .iter()
        .map(|(k, v)| format!("{k}={v}"))
        .collect();
    let wanted = [
        "alertname=Load",
        "cores=8",
        "name=web-1",
        "service=shop",
        "severity=2",
    ];
    assert_eq!(labels, wanted);

    let mut ended = body.clone();
    ended["status"] = json!("OK");
    ended.as_object_mut().expect("object").remove("since");
    let ended = one(&hook, &ended);
    assert_eq!((ended.alert.state, ended.order), (Resolved, Order::Untimed));
    let mut other = body.clone();
    other["status"] = json!("unknown");
    let passed = read(&hook, &other)
        .expect("read")
        .passed_over
        .expect("said");
    assert!(passed.contains("'unknown'"), "{passed}");
    for (member, at) in [("check", "/check/title"), ("status", "/status")] {
        let mut body = body.clone();
        body.as_object_mut().expect("object").remove(member);
        assert!(refused(&hook, &body).contains(at));
    }
}

#[test]
fn json_of_others_may_hold_a_list_and_need_not_name_fingerprints() {
    let mut hook = hook("generic");
    hook.fields.alerts = Some("/items".to_owned());
    hook.fields.severity = Some("/level".to_owned());
    let body = |level: &str| json!({"items": [{"name": "a", "level": level}, {"name": "b"}]});
    let read = |body: &Value| read(&hook, body).expect("read").alerts;
    let (first, worse) = (read(&body("1")), read(&body("2")));
    assert_eq!(first.len(), 2);
    assert_ne!(first[0].alert.fingerprint, first[1].alert.fingerprint);
    assert_eq!(first[0].alert.fingerprint, worse[0].alert.fingerprint);
    assert!(refused(&hook, &json!({"items": {}})).contains("/items"));
}

#[test]
fn a_body_that_is_cut_anywhere_is_refused_or_passed_over_and_never_more() {
    let bodies = [
        ("grafana", grafana()),
        (
            "pagerduty",
            pagerduty("incident.triggered", "triggered", "2026-04-09T15:16:28Z"),
        ),
        ("sentry", issue("created")),
        ("generic", json!({"name": "a"})),
        ("alertmanager", json!({"version": "4", "alerts": []})),
    ];
    for (name, body) in bodies {
        let (hook, text) = (hook(name), body.to_string());
        for cut in 0..text.len() {
            let error = hook.read(&text.as_bytes()[..cut], now()).expect_err(name);
            assert!(
                error.to_string().contains("cut short"),
                "{name} {cut}: {error}"
            );
        }
        // Every member, one after the other, of a type that nobody sends.
        for odd in [
            json!(null),
            json!([[]]),
            json!({"a": 1}),
            json!(-1),
            json!("\u{0}"),
        ] {
            for pointer in pointers(&body) {
                let mut body = body.clone();
                *body.pointer_mut(&pointer).expect("there") = odd.clone();
                if let Ok(delivery) = read(&hook, &body) {
                    assert!(delivery.alerts.len() <= 1, "{name} {pointer} {odd}");
                }
            }
        }
        assert!(hook.read("[".repeat(100_000).as_bytes(), now()).is_err());
    }
}

/// The places of everything in a value.
fn pointers(value: &Value) -> Vec<String> {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), value))
            .collect(),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(n, v)| (n.to_string(), v))
            .collect(),
        _ => Vec::new(),
    };
    let below = members.into_iter().flat_map(|(key, value)| {
        let inner = pointers(value);
        std::iter::once(String::new())
            .chain(inner)
            .map(move |rest| format!("/{key}{rest}"))
    });
    below.collect()
}

#[test]
fn every_recorded_body_of_the_vendors_is_accepted() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/payloads");
    if !std::path::Path::new(folder).is_dir() {
        println!("SKIPPED: the vendors' recorded bodies are not in {folder}");
        return;
    }
    for (vendor, wanted) in [
        ("alertmanager", 2),
        ("grafana", 2),
        ("pagerduty", 16),
        ("sentry", 19),
    ] {
        let hook = hook(vendor);
        let (mut bodies, mut alerts) = (0, 0);
        for entry in std::fs::read_dir(format!("{folder}/{vendor}")).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            // Answers of Alertmanager's API, which are no webhooks.
            if name.starts_with("api-") {
                continue;
            }
            let body = std::fs::read(&path).expect("a body");
            let delivery = hook.read(&body, now());
            let delivery = delivery.unwrap_or_else(|error| panic!("{name}: {error}"));
            let said = !delivery.alerts.is_empty() || delivery.passed_over.is_some();
            assert!(said, "{name}: nothing was said of it");
            for Said { alert, order } in &delivery.alerts {
                assert!(
                    !alert.fingerprint.is_empty() && &*alert.name != "unnamed",
                    "{name}"
                );
                // The vendor's example app sends metric alerts without any time.
                let abbreviated = name.starts_with("example-app-metric_alert");
                assert_eq!(*order == Order::Untimed, abbreviated, "{name}");
            }
            bodies += 1;
            alerts += delivery.alerts.len();
        }
        assert_eq!(bodies, wanted, "bodies of {vendor}");
        assert!(alerts >= 2, "alerts of {vendor}");
    }
}
