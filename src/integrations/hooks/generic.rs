//! JSON of whoever else: the configuration says where in it what stands.

use super::reading::{self, label, labels, link, name, short, summary, time, word};
use super::{Delivery, Hook, HookError, Kind, Order, PATIENCE, Said};
use crate::incident::{AlertReport, AlertState, Timestamp};
use crate::integrations::signature::Scheme;
use serde_json::Value;
use std::collections::BTreeMap;

const TITLE: &str = "this sender";

pub(super) const KIND: Kind = Kind {
    name: "generic",
    title: TITLE,
    scheme: || Scheme::Bearer,
    chooses_headers: true,
    sends_token: true,
    delivery: &[
        "X-Webhook-Id",
        "webhook-id",
        "X-GitHub-Delivery",
        "X-Request-ID",
        "Request-ID",
    ],
    patience: PATIENCE,
    read,
};

/// Where a body has what: JSON pointers (RFC 6901), as `/alert/title`. With `alerts`, that list's
/// items are the alerts, and the other pointers start at each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    /// The list of alerts; absent: the body is one alert.
    pub alerts: Option<String>,
    /// The alert's name.
    pub name: String,
    /// Whether it fires; absent: every body says that it does.
    pub state: Option<String>,
    /// What makes it the same alert; absent: its name, service and labels.
    pub fingerprint: Option<String>,
    /// One line about it.
    pub summary: Option<String>,
    /// The service it is about.
    pub service: Option<String>,
    /// How bad the sender calls it.
    pub severity: Option<String>,
    /// Where to look at it.
    pub url: Option<String>,
    /// When it began.
    pub starts_at: Option<String>,
    /// When it ended.
    pub ends_at: Option<String>,
    /// An object whose members become labels.
    pub labels: Option<String>,
    /// Names the delivery; from the body's start, even with `alerts`.
    pub delivery: Option<String>,
    /// The values of `state` of an alert that fires; compared without case.
    pub firing: Vec<String>,
    /// The values of `state` of an alert that stopped; compared without case.
    pub resolved: Vec<String>,
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            alerts: None,
            name: "/name".to_owned(),
            state: None,
            fingerprint: None,
            summary: None,
            service: None,
            severity: None,
            url: None,
            starts_at: None,
            ends_at: None,
            labels: None,
            delivery: None,
            firing: vec!["firing".to_owned()],
            resolved: vec!["resolved".to_owned()],
        }
    }
}

fn read(hook: &Hook, body: &[u8], now: Timestamp) -> Result<Delivery, HookError> {
    let body = reading::json(body)?;
    let fields = &hook.fields;
    let one = std::slice::from_ref(&body);
    let alerts = match &fields.alerts {
        Some(at) => {
            let list = body.pointer(at).and_then(Value::as_array);
            list.map(Vec::as_slice)
                .ok_or_else(|| missing("alerts", at))?
        }
        None => one,
    };
    let mut delivery = Delivery {
        id: fields
            .delivery
            .as_ref()
            .and_then(|at| word(&body, at))
            .map(|id| short(&id)),
        ..Delivery::default()
    };
    for alert in alerts {
        match state(fields, alert)? {
            Ok(state) => delivery.alerts.push(said(hook, alert, state, now)?),
            Err(other) => {
                let what = format!("state '{other}', which is neither firing nor resolved here");
                delivery.passed_over = Some(what);
            }
        }
    }
    Ok(delivery)
}

fn missing(field: &str, at: &str) -> HookError {
    HookError::Shape {
        title: TITLE,
        missing: format!("there is nothing at {at}, where `{field}` should be"),
    }
}

/// Whether the alert fires; inside, the state that is neither.
fn state(fields: &Fields, alert: &Value) -> Result<Result<AlertState, String>, HookError> {
    let Some(at) = &fields.state else {
        return Ok(Ok(AlertState::Firing));
    };
    let given = word(alert, at).ok_or_else(|| missing("state", at))?;
    let among = |known: &[String]| {
        known
            .iter()
            .any(|k| k.to_lowercase() == given.to_lowercase())
    };
    Ok(if among(&fields.firing) {
        Ok(AlertState::Firing)
    } else if among(&fields.resolved) {
        Ok(AlertState::Resolved)
    } else {
        Err(short(&given))
    })
}

fn said(hook: &Hook, alert: &Value, state: AlertState, now: Timestamp) -> Result<Said, HookError> {
    let fields = &hook.fields;
    let at = |field: &Option<String>| field.as_ref().and_then(|at| word(alert, at));
    let when = |field: &Option<String>| field.as_ref().and_then(|at| time(alert, at));
    let title = word(alert, &fields.name).ok_or_else(|| missing("name", &fields.name))?;
    let title = name(Some(&title));
    let labels_at = fields.labels.as_ref().and_then(|at| alert.pointer(at));
    let mut labels = labels(labels_at);
    label(&mut labels, "service", at(&fields.service).as_deref());
    label(&mut labels, "alertname", Some(&title));
    let fingerprint = at(&fields.fingerprint).map(|given| short(&given));
    let fingerprint = fingerprint.unwrap_or_else(|| reading::fingerprint(&labels));
    // After the fingerprint: it may change while the alert stays the same.
    label(&mut labels, "severity", at(&fields.severity).as_deref());
    let starts_at = when(&fields.starts_at);
    let begun = starts_at.unwrap_or(now);
    let ends_at = when(&fields.ends_at).filter(|ends| *ends >= begun);
    Ok(Said {
        order: starts_at.map_or(Order::Untimed, |_| Order::Timed),
        alert: AlertReport {
            // Two senders may well count from 1.
            fingerprint: format!("{}:{fingerprint}", hook.name).into(),
            name: title,
            state,
            summary: summary(at(&fields.summary).as_deref()),
            starts_at: begun,
            ends_at: ends_at.filter(|_| state == AlertState::Resolved),
            url: fields.url.as_ref().and_then(|at| link(alert, &[at])),
            labels,
            annotations: BTreeMap::new(),
        },
    })
}
