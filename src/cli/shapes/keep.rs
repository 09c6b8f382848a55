//! The objects about keeping an incident in order: nags, what changed, reports.

use super::{maybe, utc};
use crate::incident::{Can, Change, IncidentId, Nag};
use serde_json::{Value, json};

/// Something that is owed.
#[must_use]
pub fn nag(incident: IncidentId, of: &Nag) -> Value {
    json!({
        "incident": incident.to_string(),
        "nag": of.kind.name(),
        "text": of.text,
        "since": utc(of.since),
        "snoozed_by": of.snoozed.as_ref().map(|snooze| snooze.by.as_str()),
        "snoozed_until": maybe(of.snoozed.as_ref().map(|snooze| snooze.until)),
    })
}

/// Something that changed.
#[must_use]
pub fn change(incident: IncidentId, of: &Change) -> Value {
    json!({
        "incident": incident.to_string(),
        "seq": of.seq.0,
        "group": of.group.name(),
        "occurred_at": utc(of.at),
        "by": of.by.as_str(),
        "text": &*of.text,
    })
}

/// A draft of a report.
#[must_use]
pub fn can(incident: IncidentId, of: &Can) -> Value {
    json!({
        "incident": incident.to_string(),
        "conditions": of.conditions,
        "actions": of.actions,
        "needs": of.needs,
        "text": of.text(),
    })
}
