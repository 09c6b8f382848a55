//! An alert as a person has it at hand: a whole webhook, one alert of it, or what Alertmanager's API
//! and `amtool` print. For looking at, not for taking in.

use super::webhook::{Alert, Webhook, WebhookError, report};
use crate::incident::{AlertReport, AlertState, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads the alerts in a text; those without a beginning began `now`.
///
/// # Errors
/// What is wrong with it: [`WebhookError::Malformed`] says at which line and column.
pub fn alerts_of(bytes: &[u8], now: Timestamp) -> Result<Vec<AlertReport>, WebhookError> {
    let value: Value = serde_json::from_slice(bytes).map_err(WebhookError::Malformed)?;
    if value.get("alerts").is_some() {
        return Webhook::parse(bytes).map(|webhook| webhook.alerts);
    }
    // Read again from the text, so that what is wrong has its place.
    let read = if value.is_array() {
        serde_json::from_slice::<Vec<Loose>>(bytes)
    } else {
        serde_json::from_slice(bytes).map(|one: Loose| vec![one])
    };
    let read = read.map_err(WebhookError::Malformed)?;
    let numbered = read.into_iter().zip(1..);
    numbered
        .map(|(loose, no)| report(loose.alert(now), no))
        .collect()
}

#[derive(Deserialize)]
#[serde(
    rename_all = "camelCase",
    expecting = "an alert: an object with its labels"
)]
struct Loose {
    labels: BTreeMap<String, String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "status")]
    status: Option<AlertState>,
    #[serde(default)]
    starts_at: Option<Timestamp>,
    #[serde(default)]
    ends_at: Option<Timestamp>,
    #[serde(default, rename = "generatorURL")]
    generator_url: Option<Arc<str>>,
    #[serde(default)]
    fingerprint: String,
}

/// A webhook says `firing` or `resolved`, the API `{"state": "active"}`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Status {
    Word(String),
    Object { state: String },
}

fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<AlertState>, D::Error> {
    let wanted = "the status of an alert is firing or resolved";
    let Ok(status) = Option::<Status>::deserialize(deserializer) else {
        return Err(D::Error::custom(wanted));
    };
    let Some(Status::Word(word) | Status::Object { state: word }) = status else {
        return Ok(None);
    };
    match &*word {
        "firing" | "active" | "suppressed" | "unprocessed" => Ok(Some(AlertState::Firing)),
        "resolved" => Ok(Some(AlertState::Resolved)),
        other => Err(D::Error::custom(format!("{wanted}, not '{other}'"))),
    }
}

impl Loose {
    fn alert(self, now: Timestamp) -> Alert {
        Alert {
            status: self.status.unwrap_or(AlertState::Firing),
            labels: self.labels,
            annotations: self.annotations,
            starts_at: self.starts_at.unwrap_or(now),
            ends_at: self.ends_at,
            generator_url: self.generator_url,
            fingerprint: self.fingerprint,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000, 0).expect("a time")
    }

    fn read(text: &str) -> Result<Vec<AlertReport>, WebhookError> {
        alerts_of(text.as_bytes(), now())
    }

    #[test]
    fn one_several_and_a_whole_webhook_are_read() {
        let one = r#"{"labels": {"alertname": "High"}, "status": "resolved"}"#;
        let bare = read(one).expect("one");
        assert_eq!((&*bare[0].name, bare[0].starts_at), ("High", now()));
        assert_eq!(bare[0].state, AlertState::Resolved);
        let of_api = r#"[{"labels": {"a": "b"}, "status": {"state": "suppressed"}}, {"labels": {"a": "c"}}]"#;
        let several = read(of_api).expect("several");
        assert_eq!(several.len(), 2);
        assert!(
            several
                .iter()
                .all(|alert| alert.state == AlertState::Firing)
        );
        let webhook = r#"{"version": "4", "alerts": [{"labels": {"alertname": "High"}, "status": "firing", "startsAt": "2026-01-01T00:00:00Z"}]}"#;
        let whole = read(webhook).expect("a webhook");
        assert_eq!(whole[0].fingerprint, bare[0].fingerprint);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let place = |text: &str| match read(text) {
            Err(WebhookError::Malformed(error)) => (error.line(), error.to_string()),
            other => panic!("{other:?}"),
        };
        assert_eq!(place("{\n \"labels\": {\n").0, 3);
        let (line, said) = place("{\n \"labels\": {},\n \"status\": \"on\"}");
        assert!(
            line == 3 && said.contains("firing or resolved, not 'on'"),
            "{said}"
        );
        assert!(place("{\"status\": \"firing\"}").1.contains("labels"));
        assert!(place("7").1.contains("an alert: an object"));
        assert!(place("").1.contains("EOF"));
        assert!(matches!(
            read("{\"labels\": {}}"),
            Err(WebhookError::NoLabels(1))
        ));
        assert!(matches!(
            read("{\"version\": \"3\", \"alerts\": []}"),
            Err(WebhookError::Version(_))
        ));
    }
}
