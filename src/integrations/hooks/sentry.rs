//! Sentry's webhooks of an internal integration: issues, issue alerts, metric alerts.
//!
//! What a body is, is told by its members, which are signed; the `Sentry-Hook-Resource` header is
//! not. Errors, comments, installations and whatever is new are passed over.

use super::reading::{self, cut, label, link, name, short, summary, text, time, word};
use super::{Delivery, Hook, HookError, Kind, Order, Said};
use crate::incident::{AlertReport, AlertState, Timestamp};
use crate::integrations::signature::Scheme;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

const TITLE: &str = "Sentry";

pub(super) const KIND: Kind = Kind {
    name: "sentry",
    title: TITLE,
    scheme: || Scheme::Sentry,
    chooses_headers: false,
    sends_token: false,
    delivery: &["Request-ID"],
    // It waits 1 s and promises no second try.
    patience: Duration::from_millis(800),
    read,
};

fn read(hook: &Hook, body: &[u8], now: Timestamp) -> Result<Delivery, HookError> {
    let body = reading::json(body)?;
    let shape = |missing: &str| HookError::Shape {
        title: TITLE,
        missing: missing.to_owned(),
    };
    let action = text(&body, "/action").ok_or_else(|| shape("`action` is missing"))?;
    let data = body.pointer("/data").filter(|data| data.is_object());
    let data = data.ok_or_else(|| shape("`data` is missing"))?;
    let (of, said) = if let Some(alert) = data.get("metric_alert") {
        ("metric alert", metric(data, alert, action, now))
    } else if let Some(event) = data.get("event") {
        ("issue alert", issue_alert(data, event, now))
    } else if let Some(issue) = data.get("issue") {
        let opens = matches!(action, "created" | "unresolved");
        let said = issue_changed(issue, action, now).filter(|_| hook.new_issues || !opens);
        ("issue", said)
    } else {
        let first = data.as_object().and_then(|members| members.keys().next());
        (cut(first.map_or("empty", String::as_str), 40), None)
    };
    Ok(match said {
        Some(said) => Delivery::of(vec![said]),
        None => Delivery::nothing(format!("{of} {}", short(action))),
    })
}

/// The fingerprint that an issue has whichever webhook is about it.
fn of_issue(id: &str) -> String {
    format!("sentry:issue:{}", short(id))
}

/// An issue that was made, came back, or is over.
fn issue_changed(issue: &Value, action: &str, now: Timestamp) -> Option<Said> {
    let id = word(issue, "/id")?;
    let (state, began) = match action {
        "created" => (AlertState::Firing, "/firstSeen"),
        // What it came back with is its newest event; it was first seen long before.
        "unresolved" => (AlertState::Firing, "/lastSeen"),
        // Archived (once called ignored): nobody is to be bothered by it any more.
        "resolved" | "archived" | "ignored" => (AlertState::Resolved, "/lastSeen"),
        _ => return None,
    };
    let starts_at = time(issue, began);
    let title = name(text(issue, "/title"));
    let mut labels = BTreeMap::new();
    label(&mut labels, "alertname", Some(&title));
    label(&mut labels, "service", text(issue, "/project/slug"));
    label(&mut labels, "severity", text(issue, "/level"));
    label(&mut labels, "issue", text(issue, "/shortId"));
    label(&mut labels, "priority", text(issue, "/priority"));
    Some(Said {
        order: starts_at.map_or(Order::Untimed, |_| Order::Timed),
        alert: AlertReport {
            fingerprint: of_issue(&id).into(),
            name: title,
            state,
            summary: summary(text(issue, "/culprit")),
            starts_at: starts_at.unwrap_or(now),
            ends_at: None,
            url: link(issue, &["/web_url", "/permalink"]),
            labels,
            annotations: BTreeMap::new(),
        },
    })
}

/// An event for which an alert rule of issues was triggered.
fn issue_alert(data: &Value, event: &Value, now: Timestamp) -> Option<Said> {
    let id = word(event, "/issue_id")?;
    let starts_at = time(event, "/datetime").or_else(|| time(event, "/timestamp"));
    // The issue's title, not the rule's: what ends it is a webhook that knows no rule.
    let title = name(text(event, "/title"));
    let rule = text(data, "/triggered_rule").or_else(|| text(data, "/issue_alert/title"));
    let mut labels = BTreeMap::new();
    label(&mut labels, "alertname", Some(&title));
    label(&mut labels, "service", project(event));
    label(&mut labels, "severity", text(event, "/level"));
    label(&mut labels, "environment", text(event, "/environment"));
    label(&mut labels, "release", text(event, "/release"));
    label(&mut labels, "rule", rule);
    let culprit = ["/culprit", "/message"]
        .iter()
        .find_map(|at| text(event, at));
    Some(Said {
        order: starts_at.map_or(Order::Untimed, |_| Order::Timed),
        alert: AlertReport {
            fingerprint: of_issue(&id).into(),
            name: title,
            state: AlertState::Firing,
            summary: summary(culprit),
            starts_at: starts_at.unwrap_or(now),
            ends_at: None,
            url: link(event, &["/web_url"]),
            labels,
            annotations: BTreeMap::new(),
        },
    })
}

/// The project's slug, which stands only in the address of the event's own data.
fn project(event: &Value) -> Option<&str> {
    let (_, rest) = text(event, "/url")?.split_once("/projects/")?;
    rest.split('/').nth(1)
}

/// A metric alert that fires or stopped.
fn metric(data: &Value, alert: &Value, action: &str, now: Timestamp) -> Option<Said> {
    let state = match action {
        "critical" | "warning" => AlertState::Firing,
        "resolved" => AlertState::Resolved,
        _ => return None,
    };
    let rule = word(alert, "/alert_rule/id").or_else(|| word(alert, "/id"))?;
    let began = ["/date_started", "/date_detected", "/date_created"];
    let starts_at = began.iter().find_map(|at| time(alert, at));
    let title = text(alert, "/alert_rule/name").or_else(|| text(alert, "/title"));
    let title = name(title);
    let mut labels = BTreeMap::new();
    label(&mut labels, "alertname", Some(&title));
    label(&mut labels, "service", text(alert, "/projects/0"));
    if state == AlertState::Firing {
        label(&mut labels, "severity", Some(action));
    }
    label(
        &mut labels,
        "environment",
        text(alert, "/alert_rule/environment"),
    );
    let begun = starts_at.unwrap_or(now);
    Some(Said {
        order: starts_at.map_or(Order::Untimed, |_| Order::Timed),
        alert: AlertReport {
            fingerprint: format!("sentry:metric:{}", short(&rule)).into(),
            name: title,
            state,
            summary: summary(text(data, "/description_text")),
            starts_at: begun,
            ends_at: time(alert, "/date_closed")
                .filter(|ends| state == AlertState::Resolved && *ends >= begun),
            url: link(data, &["/web_url"]),
            labels,
            annotations: BTreeMap::new(),
        },
    })
}
