//! PagerDuty's webhooks, V3: its incidents, as alerts.
//!
//! Every event that carries a whole incident is taken for where that incident stands, not for what
//! its name says: whichever of them comes first opens it here, and one that was lost is made good
//! by the next. Notes, responders, roles and the like are passed over.

use super::reading::{self, label, link, name, short, summary, text, time};
use super::{Delivery, Hook, HookError, Kind, Order, Said};
use crate::incident::{AlertReport, AlertState, Timestamp};
use crate::integrations::signature::Scheme;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

const TITLE: &str = "PagerDuty";

pub(super) const KIND: Kind = Kind {
    name: "pagerduty",
    title: TITLE,
    scheme: || Scheme::PagerDuty,
    chooses_headers: false,
    // As a custom header of the subscription.
    sends_token: true,
    delivery: &["X-Webhook-Id"],
    // It waits 5 s, and sends a delivery that it calls failed again for two days.
    patience: Duration::from_secs(4),
    read,
};

fn read(_: &Hook, body: &[u8], now: Timestamp) -> Result<Delivery, HookError> {
    let body = reading::json(body)?;
    if body.pointer("/messages").is_some() {
        return Err(HookError::Version {
            title: TITLE,
            version: "2 or older".to_owned(),
            understood: "V3",
        });
    }
    let event = body.pointer("/event");
    let kind = event.and_then(|event| text(event, "/event_type"));
    let (Some(event), Some(kind)) = (event, kind) else {
        return Err(HookError::Shape {
            title: TITLE,
            missing: "`event.event_type` is missing".to_owned(),
        });
    };
    let delivery = match said(event, now) {
        Some(said) => Delivery::of(vec![said]),
        None => Delivery::nothing(short(kind)),
    };
    Ok(Delivery {
        id: text(event, "/id").map(short),
        ..delivery
    })
}

/// What the event says of its incident, if it carries one whole.
fn said(event: &Value, now: Timestamp) -> Option<Said> {
    let incident = event.pointer("/data")?;
    if text(incident, "/type") != Some("incident") {
        return None;
    }
    let id = text(incident, "/id")?;
    let state = match text(incident, "/status")? {
        "triggered" | "acknowledged" => AlertState::Firing,
        "resolved" => AlertState::Resolved,
        _ => return None,
    };
    let happened = time(event, "/occurred_at");
    let begun = time(incident, "/reopened_at").or_else(|| time(incident, "/created_at"));
    let starts_at = begun.or(happened).unwrap_or(now);
    let urgency = text(incident, "/urgency");
    let priority = text(incident, "/priority/summary");
    let title = name(text(incident, "/title"));
    let mut labels = BTreeMap::new();
    label(&mut labels, "alertname", Some(&title));
    label(&mut labels, "service", text(incident, "/service/summary"));
    label(&mut labels, "severity", priority.or(urgency));
    label(&mut labels, "urgency", urgency);
    label(&mut labels, "team", text(incident, "/teams/0/summary"));
    let about = [
        reading::word(incident, "/number").map(|number| format!("#{number}")),
        priority.map(str::to_owned),
        urgency.map(|urgency| format!("{urgency} urgency")),
        text(incident, "/assignees/0/summary").map(|who| format!("assigned to {who}")),
    ];
    let about: Vec<String> = about.into_iter().flatten().collect();
    Some(Said {
        order: match (happened, begun) {
            (Some(at), _) => Order::At(at),
            (None, Some(_)) => Order::Timed,
            (None, None) => Order::Untimed,
        },
        alert: AlertReport {
            fingerprint: format!("pagerduty:{}", short(id)).into(),
            name: title,
            state,
            summary: summary(Some(&about.join(", "))),
            starts_at,
            ends_at: happened.filter(|at| state == AlertState::Resolved && *at >= starts_at),
            url: link(incident, &["/html_url"]),
            labels,
            annotations: BTreeMap::new(),
        },
    })
}
