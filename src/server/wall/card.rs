//! What the wall page is told of one incident: little, bounded, and nothing that a spectator may not
//! see.

use crate::incident::{
    AlertState, AsksShown, Audience, Entry, EntryKind, Incident, Milestone, Redaction, Role,
    Severity, Status, Summary, Timestamp, UpdateState,
};
use crate::signals::Signal;
use serde::Serialize;
use std::sync::Arc;

/// Newest entries, decisions and posted updates, firing alerts, asks and signals on a card: more than
/// any screen shows.
const ENTRIES: usize = 12;
const DECISIONS: usize = 4;
const ALERTS: usize = 8;
const ASKS: usize = 8;
const SIGNALS: usize = 8;
/// The points of a signal's line.
const POINTS: usize = 60;
/// The longest text of an entry, in characters; the page cuts it further.
const TEXT_CHARS: usize = 300;

/// Everything that a wall shows.
#[derive(Debug, Serialize)]
pub(super) struct Picture {
    /// The most urgent first.
    pub(super) incidents: Vec<Arc<Card>>,
    /// Open incidents beyond those.
    pub(super) more: usize,
    /// The incident that ended last, when none is open.
    pub(super) last: Option<Last>,
}

/// The incident that ended last.
#[derive(Debug, Serialize)]
pub(super) struct Last {
    pub(super) id: String,
    pub(super) title: Arc<str>,
    pub(super) severity: Option<Severity>,
    pub(super) status: Status,
    pub(super) drill: bool,
    pub(super) ended_at: i64,
}

/// One incident. Times are in milliseconds since 1970.
#[derive(Debug, Serialize)]
pub(in crate::server) struct Card {
    id: String,
    title: Arc<str>,
    severity: Option<Severity>,
    status: Status,
    live: bool,
    drill: bool,
    service: Option<Arc<str>>,
    since: i64,
    until: Option<i64>,
    next_update: Option<i64>,
    next_update_for: Option<Audience>,
    roles: Vec<Holds>,
    latest: Vec<Line>,
    decisions: Vec<Line>,
    updates: Vec<Line>,
    pinned: Vec<Line>,
    alerts: Vec<Fires>,
    firing: usize,
    asks: Vec<Asked>,
    asks_due: Vec<i64>,
    signals: Vec<Measured>,
}

#[derive(Debug, Serialize)]
struct Holds {
    role: String,
    name: Option<String>,
    /// Whom it is offered to, who may take it over.
    offered: Option<String>,
}

#[derive(Debug, Serialize)]
struct Line {
    at: i64,
    kind: &'static str,
    by: String,
    text: String,
    retracted: bool,
}

#[derive(Debug, Serialize)]
struct Fires {
    name: Arc<str>,
    summary: Arc<str>,
    since: i64,
}

#[derive(Debug, Serialize)]
struct Asked {
    to: String,
    text: Arc<str>,
    due: i64,
}

/// A signal as it was last measured.
#[derive(Debug, Serialize)]
struct Measured {
    name: Arc<str>,
    value: String,
    standing: Option<&'static str>,
    points: Vec<Option<f64>>,
}

/// The card of an incident, with what is measured beside it.
pub(in crate::server) fn card(whole: &Incident, redaction: Redaction, signals: &[Signal]) -> Card {
    let incident = redaction.state(whole);
    let line = Summary::from(whole);
    let line = redaction.summary(&line).unwrap_or(line);
    let entries = || incident.recent.iter().rev().filter(|entry| speaks(entry));
    let decisions = entries().filter(|entry| entry.kind == EntryKind::Decision);
    let updates = incident.updates.iter().rev();
    let posted = updates.filter(|update| update.state == UpdateState::Posted);
    let firing = incident.alerts.values();
    let mut firing: Vec<_> = firing
        .filter(|alert| alert.state == AlertState::Firing)
        .collect();
    firing.sort_by_key(|alert| std::cmp::Reverse(alert.starts_at));
    Card {
        id: incident.id.to_string(),
        title: incident.title.clone(),
        severity: incident.severity,
        status: incident.status,
        live: incident.status.is_live(),
        drill: incident.is_drill(),
        service: incident.service.clone(),
        since: incident.lasts_since().timestamp_millis(),
        until: ended(&incident),
        next_update: incident.next_update_at.map(|at| at.timestamp_millis()),
        next_update_for: incident.next_promise().map(|(audience, _)| audience),
        roles: roles(&incident),
        latest: entries().take(ENTRIES).map(said).collect(),
        decisions: decisions.take(DECISIONS).map(said).collect(),
        updates: posted
            .take(DECISIONS)
            .map(|update| Line {
                at: update.at.timestamp_millis(),
                kind: "update",
                by: update.by.to_string(),
                text: cut(&update.text),
                retracted: false,
            })
            .collect(),
        pinned: (incident.pinned.values().rev())
            .take(DECISIONS)
            .map(said)
            .collect(),
        firing: firing.len(),
        alerts: (firing.into_iter().take(ALERTS))
            .map(|alert| Fires {
                name: alert.name.clone(),
                summary: alert.summary.clone(),
                since: alert.starts_at.timestamp_millis(),
            })
            .collect(),
        asks: asks(&incident, redaction.asks),
        asks_due: line
            .asks_due
            .iter()
            .map(Timestamp::timestamp_millis)
            .collect(),
        signals: signals.iter().take(SIGNALS).map(measured).collect(),
    }
}

/// Whether the entry is worth a line to those who pass by: not where something hidden stands.
fn speaks(entry: &Entry) -> bool {
    entry.kind != EntryKind::Hidden
}

fn ended(incident: &Incident) -> Option<i64> {
    let over = !incident.status.is_open();
    let resolved = incident.milestones.at(Milestone::Resolved);
    let at = resolved.unwrap_or(incident.changed_at);
    over.then(|| at.timestamp_millis())
}

fn roles(incident: &Incident) -> Vec<Holds> {
    let others = incident.roles.keys();
    let others = others.filter(|role| !Role::STANDARD.contains(role));
    let all = Role::STANDARD.iter().chain(others);
    all.map(|role| Holds {
        role: role.short().to_string(),
        name: incident.holder(role).map(ToString::to_string),
        offered: incident.offer_of(role).map(|offer| offer.to.to_string()),
    })
    .collect()
}

fn said(entry: &Entry) -> Line {
    Line {
        at: entry.occurred_at.timestamp_millis(),
        kind: entry.kind.name(),
        by: entry.by.to_string(),
        text: cut(&entry.text),
        retracted: entry.marks.retracted.is_some(),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(TEXT_CHARS) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn asks(incident: &Incident, shown: AsksShown) -> Vec<Asked> {
    if shown != AsksShown::Show || incident.status.is_over() {
        return Vec::new();
    }
    let mut open: Vec<_> = incident
        .asks
        .iter()
        .filter(|ask| ask.state.is_open())
        .collect();
    open.sort_by_key(|ask| ask.due_at);
    let open = open.into_iter().take(ASKS);
    open.map(|ask| Asked {
        to: ask.to.to_string(),
        text: ask.text.clone(),
        due: ask.due_at.timestamp_millis(),
    })
    .collect()
}

fn measured(signal: &Signal) -> Measured {
    let value = match (signal.value, &signal.said) {
        (Some(value), _) => signal.unit.figure(value),
        (None, Some(said)) => said.to_string(),
        (None, None) => "no data".to_owned(),
    };
    let standing = signal
        .value
        .and_then(|value| signal.thresholds.standing(value, signal.bad).word());
    let values = signal.series.first().map_or(&[][..], |line| &line.values);
    let each = values.len().div_ceil(POINTS).max(1);
    // The last one counts: it is the value beside the line.
    let points = values.rchunks(each).rev();
    Measured {
        name: signal.name.clone(),
        value,
        standing,
        points: points
            .map(|some| {
                some.last()
                    .copied()
                    .flatten()
                    .map(crate::incident::Number::get)
            })
            .collect(),
    }
}
