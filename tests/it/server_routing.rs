//! Rules for alerts over a real socket: which incident one joins or opens, what maintenance holds
//! back, and what comes of one that flaps.

mod flapping;
mod rules;

use crate::support::server::{House, command};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use warroom::clock::ManualClock;
use warroom::config::Loaded;
use warroom::incident::*;
use warroom::server::Options;

fn at(minute: i64) -> Timestamp {
    let start: Timestamp = "2026-11-28T12:00:00Z".parse().unwrap();
    start + TimeDelta::minutes(minute)
}

/// Rules as the configuration has them, and a clock that stands still.
fn with(options: &mut Options, clock: &Arc<ManualClock>, config: &str) {
    let loaded = Loaded::parse(Path::new("config.toml"), config).unwrap();
    options.alerts = loaded.config.alerts;
    options.clock = clock.clone();
}

async fn house(config: &str) -> (House, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(at(0)));
    let house = House::with(|options| with(options, &clock, config)).await;
    (house, clock)
}

/// A report: which alert, its labels, since when, and whether it stopped.
fn alert(print: &str, labels: &Value, starts_at: Timestamp, status: &str) -> Value {
    json!({
        "status": status, "labels": labels, "startsAt": starts_at, "endsAt": starts_at,
        "fingerprint": print
    })
}

fn firing(print: &str, labels: &Value, starts_at: Timestamp) -> Value {
    alert(print, labels, starts_at, "firing")
}

async fn send(house: &House, alerts: &[Value]) {
    let body = json!({"version": "4", "groupKey": "g", "alerts": alerts}).to_string();
    let (status, answer) = house.hook(body.as_bytes()).await;
    assert_eq!(status, 200, "{answer}");
}

fn events(house: &House, incident: u64) -> Vec<Event> {
    let log = house.ledger.log(incident);
    let event = |text: &str| serde_json::from_str(text).unwrap();
    log.iter().map(|record| event(record.json())).collect()
}

fn kinds(house: &House, incident: u64) -> Vec<String> {
    let kind = |event: &Event| serde_json::to_value(event).unwrap()["kind"].clone();
    let kinds = events(house, incident);
    let kinds = kinds.iter().map(kind);
    kinds
        .map(|kind| kind.as_str().unwrap().to_owned())
        .collect()
}

fn lines(house: &House, incident: u64) -> Vec<String> {
    let events = events(house, incident);
    let entries = events.iter().filter_map(Entry::from_event);
    entries.map(|entry| entry.text.to_string()).collect()
}

async fn reports(house: &House, rule: &str, outcome: &str) -> u32 {
    let head = "GET /metrics HTTP/1.1\r\nHost: localhost";
    let (_, answer) = house.http(head, b"").await;
    let line = format!("warroom_alert_reports_total{{rule=\"{rule}\",outcome=\"{outcome}\"}} ");
    let found = answer.lines().find_map(|text| text.strip_prefix(&line));
    found.map_or(0, |count| count.parse().unwrap())
}
