//! One of each kind there is, found by asking its reader what is missing: nothing is listed by hand,
//! so that a kind that is added is tried at once.

use super::story::a_run;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use warroom::incident::Timestamp;

/// Values that some field takes.
fn values() -> Vec<Value> {
    let at: Timestamp = "2026-11-24T14:00:00Z".parse().unwrap();
    let alert = json!({"fingerprint": "a", "name": "High", "state": "firing", "starts_at": at});
    let evidence = json!({"source": "prom", "title": "5xx", "at": at, "url": null, "seen": {"what": "signal", "series": []}});
    let command = json!({"id": uuid::Uuid::nil(), "written_at": at, "intent": {"do": "rename", "title": "x"}});
    vec![
        json!("maya"),
        json!(1),
        json!(true),
        json!(at),
        json!([]),
        json!({}),
        json!(null),
        json!(uuid::Uuid::nil()),
        json!("incident_commander"),
        json!("timeline"),
        json!("a: b"),
        json!(["maya"]),
        alert,
        evidence,
        command,
        serde_json::to_value(a_run(at, "x")).unwrap(),
        json!({"runbook": "x", "step": 1}),
        json!({"audience": "internal"}),
        json!({"kind": "note", "text": "x"}),
        json!({"pane": "timeline"}),
        json!("0".repeat(64)),
    ]
}

/// The names in backticks of what a reader says.
fn named(said: &str) -> Vec<&str> {
    said.split('`').skip(1).step_by(2).collect()
}

/// The kinds of a type whose kind stands under `tag`.
pub(crate) fn kinds<T: DeserializeOwned>(tag: &str) -> Vec<String> {
    let Err(error) = serde_json::from_value::<T>(json!({ tag: "?" })) else {
        panic!("`?` is no kind");
    };
    let kinds = error.to_string();
    let kinds = named(&kinds).into_iter().skip(1);
    kinds.map(str::to_owned).collect()
}

/// The one of this kind, or what its reader says is missing still.
pub(crate) fn filled<T: DeserializeOwned>(tag: &str, kind: &str) -> Result<T, String> {
    let mut fields = Map::from_iter([(tag.to_owned(), json!(kind))]);
    let mut added: Vec<(String, Vec<Value>)> = Vec::new();
    for _ in 0..400 {
        let said = match serde_json::from_value::<T>(Value::Object(fields.clone())) {
            Ok(made) => return Ok(made),
            Err(error) => error.to_string(),
        };
        let missing = said
            .strip_prefix("missing field `")
            .and_then(|rest| rest.split('`').next());
        match missing.filter(|field| !fields.contains_key(*field)) {
            // A field of the last value's own, not of the command, where adding it was no use.
            Some(field) if added.last().is_none_or(|(last, _)| last != field) => {
                let mut values = values();
                values.reverse();
                fields.insert(field.to_owned(), values.pop().unwrap());
                added.push((field.to_owned(), values));
            }
            _ => loop {
                let Some((field, left)) = added.last_mut() else {
                    return Err(said);
                };
                let variant = said.starts_with("unknown variant").then(|| named(&said)[1]);
                let variant = variant.filter(|first| fields.get(field) != Some(&json!(first)));
                match variant.map(|first| json!(first)).or_else(|| left.pop()) {
                    Some(value) => {
                        fields.insert(field.clone(), value);
                        break;
                    }
                    None => {
                        fields.remove(field);
                        added.pop();
                    }
                }
            },
        }
    }
    Err(format!("{fields:?}"))
}
