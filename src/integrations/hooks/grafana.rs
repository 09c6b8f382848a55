//! Grafana Alerting's webhook contact point, with its usual payload (version 1).

use super::reading::{self, label, labels, link, name, short, summary, text, time};
use super::{Delivery, Hook, HookError, Kind, Order, PATIENCE, Said};
use crate::incident::{AlertReport, AlertState, Timestamp};
use crate::integrations::signature::Scheme;
use serde_json::Value;

/// The version of the webhook that is understood.
const VERSION: &str = "1";
const TITLE: &str = "Grafana";

pub(super) const KIND: Kind = Kind {
    name: "grafana",
    title: TITLE,
    scheme: || Scheme::Hmac {
        header: "X-Grafana-Alerting-Signature".into(),
        prefix: "".into(),
        timestamp: None,
    },
    chooses_headers: true,
    sends_token: true,
    // It names none: the alerts' own times tell.
    delivery: &[],
    patience: PATIENCE,
    read,
};

/// The annotations that may hold the one line about an alert, best first.
const SUMMARIES: [&str; 3] = [
    "/annotations/summary",
    "/annotations/message",
    "/annotations/description",
];

fn read(_: &Hook, body: &[u8], now: Timestamp) -> Result<Delivery, HookError> {
    let body = reading::json(body)?;
    let shape = |missing: String| HookError::Shape {
        title: TITLE,
        missing,
    };
    match reading::word(&body, "/version") {
        Some(version) if version != VERSION => {
            return Err(HookError::Version {
                title: TITLE,
                version: short(&version),
                understood: "version 1",
            });
        }
        _ => {}
    }
    let alerts = body.pointer("/alerts").and_then(Value::as_array);
    let alerts = alerts.ok_or_else(|| shape("`alerts` is missing".to_owned()))?;
    let said = alerts.iter().zip(1..).filter_map(|(alert, no)| {
        let state = match text(alert, "/status")? {
            "firing" => AlertState::Firing,
            "resolved" => AlertState::Resolved,
            // A state that is new to us is neither.
            _ => return None,
        };
        Some(said(alert, state, now).ok_or_else(|| shape(format!("alert {no} has no labels"))))
    });
    Ok(Delivery {
        truncated: body
            .pointer("/truncatedAlerts")
            .and_then(Value::as_u64)
            .unwrap_or(0),
        group_key: text(&body, "/groupKey").unwrap_or_default().to_owned(),
        ..Delivery::of(said.collect::<Result<_, _>>()?)
    })
}

fn said(alert: &Value, state: AlertState, now: Timestamp) -> Option<Said> {
    let labels = labels(alert.pointer("/labels"));
    let fingerprint = match text(alert, "/fingerprint") {
        Some(given) => short(given),
        None if labels.is_empty() => return None,
        None => reading::fingerprint(&labels),
    };
    let starts_at = time(alert, "/startsAt");
    let begun = starts_at.unwrap_or(now);
    let mut annotations = reading::labels(alert.pointer("/annotations"));
    // What the rule measured: the numbers that made it fire.
    label(&mut annotations, "values", text(alert, "/valueString"));
    Some(Said {
        order: starts_at.map_or(Order::Untimed, |_| Order::Timed),
        alert: AlertReport {
            fingerprint: fingerprint.into(),
            name: name(labels.get("alertname").map(String::as_str)),
            state,
            summary: summary(SUMMARIES.iter().find_map(|at| text(alert, at))),
            starts_at: begun,
            // While it fires this is the year 1.
            ends_at: time(alert, "/endsAt")
                .filter(|ends| state == AlertState::Resolved && *ends >= begun),
            url: link(alert, &["/panelURL", "/dashboardURL", "/generatorURL"]),
            labels,
            annotations,
        },
    })
}
