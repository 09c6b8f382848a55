//! Alertmanager's webhook, version 4: bytes in, reports out.
//!
//! Lenient about members it does not know and about optional ones that are missing; strict about
//! what a report cannot do without, so that a body that is cut or of another kind is refused with
//! a sentence instead of half taken in.

use crate::incident::{AlertReport, AlertState, Timestamp};
use ring::digest;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// The version of the webhook that is understood.
pub const VERSION: &str = "4";
/// The annotations that may hold the one line about an alert, best first.
const SUMMARIES: [&str; 3] = ["summary", "message", "description"];

/// One message of Alertmanager: a group of alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Names the group.
    pub group_key: String,
    /// The group's alerts, in the order in which they came.
    pub alerts: Vec<AlertReport>,
    /// How many more the group has, left out by `max_alerts`.
    pub truncated: u64,
}

/// Why a body is not a webhook.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// It is not whole JSON, or a member is missing or of another type.
    #[error(
        "The body is not an Alertmanager webhook, or was cut short ({0}); nothing of it was \
         recorded. Point a webhook_configs receiver of Alertmanager at this address."
    )]
    Malformed(#[source] serde_json::Error),
    /// It is of another version.
    #[error(
        "The webhook is of version '{0}' and only version {VERSION} is understood; nothing of it \
         was recorded. Update the older of the two, Alertmanager or warroom."
    )]
    Version(String),
    /// An alert has neither a fingerprint nor labels.
    #[error(
        "Alert {0} of the webhook has no labels, so it cannot be told from others; nothing of the \
         webhook was recorded. Give each alert labels, or a fingerprint."
    )]
    NoLabels(usize),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    version: String,
    #[serde(default)]
    group_key: String,
    #[serde(default)]
    truncated_alerts: u64,
    alerts: Vec<Alert>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Alert {
    pub(super) status: AlertState,
    #[serde(default)]
    pub(super) labels: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) annotations: BTreeMap<String, String>,
    pub(super) starts_at: Timestamp,
    #[serde(default)]
    pub(super) ends_at: Option<Timestamp>,
    #[serde(default, rename = "generatorURL")]
    pub(super) generator_url: Option<Arc<str>>,
    #[serde(default)]
    pub(super) fingerprint: String,
}

/// Only the version, to tell another version from a broken body.
#[derive(Deserialize)]
struct Versioned {
    version: String,
}

impl Webhook {
    /// Reads a request's body.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, WebhookError> {
        let body: Body = match serde_json::from_slice(bytes) {
            Ok(body) => body,
            Err(error) => {
                return Err(match serde_json::from_slice::<Versioned>(bytes) {
                    Ok(Versioned { version }) if version != VERSION => {
                        WebhookError::Version(short(&version))
                    }
                    _ => WebhookError::Malformed(error),
                });
            }
        };
        if body.version != VERSION {
            return Err(WebhookError::Version(short(&body.version)));
        }
        let numbered = body.alerts.into_iter().zip(1..);
        let alerts = numbered
            .map(|(alert, no)| report(alert, no))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            group_key: body.group_key,
            alerts,
            truncated: body.truncated_alerts,
        })
    }
}

fn short(version: &str) -> String {
    version.chars().take(16).collect()
}

pub(super) fn report(alert: Alert, no: usize) -> Result<AlertReport, WebhookError> {
    let fingerprint = match alert.fingerprint.trim() {
        "" if alert.labels.is_empty() => return Err(WebhookError::NoLabels(no)),
        "" => fingerprint_of(&alert.labels),
        given => given.to_owned(),
    };
    let name = alert.labels.get("alertname").map(|name| name.trim());
    let name = name.filter(|name| !name.is_empty()).unwrap_or("unnamed");
    let summary = SUMMARIES
        .iter()
        .find_map(|key| alert.annotations.get(*key))
        .map(|text| one_line(text))
        .unwrap_or_default();
    let resolved = alert.status == AlertState::Resolved;
    Ok(AlertReport {
        fingerprint: fingerprint.into(),
        name: name.into(),
        state: alert.status,
        summary: summary.into(),
        starts_at: alert.starts_at,
        // While it fires, Alertmanager sends the zero time, or when it would give the alert up.
        ends_at: alert
            .ends_at
            .filter(|ends| resolved && *ends >= alert.starts_at),
        url: alert.generator_url.filter(|url| !url.is_empty()),
        labels: alert.labels,
        annotations: alert.annotations,
    })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A fingerprint where the monitor gave none: a hash of the labels, which is what an alert is
/// known by.
fn fingerprint_of(labels: &BTreeMap<String, String>) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for text in labels.iter().flat_map(|(key, value)| [key, value]) {
        context.update(&(text.len() as u64).to_be_bytes());
        context.update(text.as_bytes());
    }
    let hash = context.finish();
    let first = hash.as_ref().iter().take(8);
    first.fold(String::new(), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn body() -> Value {
        json!({
            "version": "4", "groupKey": "{}:{a=\"b\"}", "truncatedAlerts": 3, "status": "firing",
            "alerts": [{
                "status": "firing",
                "labels": {"alertname": "High", "service": "checkout"},
                "annotations": {"summary": "too\nslow"},
                "startsAt": "2026-11-23T13:04:29.5Z", "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": "", "fingerprint": "f1"
            }]
        })
    }

    fn parse(body: &Value) -> Result<Webhook, WebhookError> {
        Webhook::parse(body.to_string().as_bytes())
    }

    #[test]
    fn a_group_is_read() {
        let webhook = parse(&body()).expect("read");
        assert_eq!(webhook.truncated, 3);
        let alert = webhook.alerts.first().expect("one");
        assert_eq!((&*alert.name, &*alert.summary), ("High", "too slow"));
        assert_eq!(alert.service(), Some("checkout"));
        assert_eq!((alert.ends_at, alert.url.clone()), (None, None));
    }

    #[test]
    fn what_is_optional_may_be_missing_and_what_is_new_may_come() {
        let mut body = body();
        let alert = &mut body["alerts"][0];
        for member in ["annotations", "endsAt", "generatorURL", "fingerprint"] {
            alert.as_object_mut().expect("object").remove(member);
        }
        alert["novelty"] = json!({"a": [1]});
        body.as_object_mut().expect("object").remove("groupKey");
        let webhook = parse(&body).expect("read");
        let by_hash = webhook.alerts[0].fingerprint.clone();
        assert_eq!(by_hash.len(), 16);
        body["alerts"][0]["labels"]["service"] = json!("search");
        assert_ne!(parse(&body).expect("read").alerts[0].fingerprint, by_hash);
    }

    #[test]
    fn what_cannot_be_understood_is_refused_with_a_sentence() {
        let text = body().to_string();
        let cut = Webhook::parse(&text.as_bytes()[..text.len() / 2]).expect_err("cut");
        assert!(matches!(cut, WebhookError::Malformed(_)));
        let mut other = body();
        other["version"] = json!("5");
        other["alerts"] = json!({"shape": "changed"});
        let version = parse(&other).expect_err("version");
        assert!(version.to_string().contains("version '5'"));
        for member in ["status", "startsAt"] {
            let mut body = body();
            let alert = body["alerts"][0].as_object_mut().expect("object");
            alert.remove(member);
            let missing = parse(&body).expect_err(member);
            assert!(missing.to_string().contains(member), "{missing}");
        }
        let mut bare = body();
        bare["alerts"][0]["labels"] = json!({});
        bare["alerts"][0]["fingerprint"] = json!("");
        assert!(matches!(parse(&bare), Err(WebhookError::NoLabels(1))));
        assert!(Webhook::parse(b"").is_err());
        assert!(Webhook::parse("[".repeat(100_000).as_bytes()).is_err());
    }

    #[test]
    fn bodies_captured_from_a_real_alertmanager_are_read() {
        let folder = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../shared/payloads/alertmanager"
        );
        let read = |name: &str| std::fs::read(format!("{folder}/{name}")).ok();
        let (Some(firing), Some(resolved)) =
            (read("captured-firing.json"), read("captured-resolved.json"))
        else {
            println!("SKIPPED: no captured bodies in {folder}");
            return;
        };
        let firing = Webhook::parse(&firing).expect("firing");
        let resolved = Webhook::parse(&resolved).expect("resolved");
        assert_eq!(firing.alerts.len(), resolved.alerts.len());
        for (fired, stopped) in firing.alerts.iter().zip(&resolved.alerts) {
            assert_eq!(fired.state, AlertState::Firing);
            assert_eq!(fired.ends_at, None);
            assert_eq!(stopped.state, AlertState::Resolved);
            assert!(
                stopped
                    .ends_at
                    .is_some_and(|ends| ends >= stopped.starts_at)
            );
            assert_eq!(fired.fingerprint, stopped.fingerprint);
        }
    }
}
