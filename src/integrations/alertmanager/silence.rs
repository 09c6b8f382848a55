//! Silences made and ended.

use super::refused;
use crate::incident::Matching;
use crate::incident::Timestamp;
use crate::integrations::exchange::{AnswerError, Body, Method, Request, Response};
use crate::integrations::reading::encoded;
use crate::integrations::stream::{json_text, not_understood};
use chrono::SecondsFormat;
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Posted<'a> {
    matchers: Vec<Condition<'a>>,
    starts_at: String,
    ends_at: String,
    created_by: &'a str,
    comment: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Condition<'a> {
    name: &'a str,
    value: &'a str,
    is_regex: bool,
    is_equal: bool,
}

#[derive(Deserialize)]
#[serde(expecting = "the id of a silence")]
struct Created {
    #[serde(rename = "silenceID")]
    id: String,
}

/// The request that makes a silence. It is not the same when it is sent twice: before a second
/// try, look for its comment among the silences.
#[must_use]
pub fn create_silence(
    matchers: &[Matching],
    starts_at: Timestamp,
    ends_at: Timestamp,
    created_by: &str,
    comment: &str,
) -> Request {
    let written = |at: Timestamp| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let conditions = matchers.iter().map(|matcher| Condition {
        name: &matcher.name,
        value: &matcher.value,
        is_regex: matcher.regex,
        is_equal: matcher.equal,
    });
    let posted = Posted {
        matchers: conditions.collect(),
        starts_at: written(starts_at),
        ends_at: written(ends_at),
        created_by,
        comment,
    };
    // Texts and truth values always become JSON.
    let body = serde_json::to_string(&posted).unwrap_or_default();
    Request {
        method: Method::Post,
        body: Body::Json(body),
        ..Request::get("/api/v2/silences", "silence")
    }
}

/// Reads the answer to [`create_silence`]: the silence's id.
///
/// # Errors
/// Why there is none, in a sentence.
pub fn read_created(answer: &Response) -> Result<String, AnswerError> {
    if !(200..300).contains(&answer.status) {
        return Err(refused(answer, "the silence"));
    }
    let created: Created =
        serde_json::from_str(json_text(answer)?).map_err(|error| not_understood(&error))?;
    match created.id.trim() {
        "" => Err(not_understood(&"it gave the silence no id")),
        id => Ok(id.to_owned()),
    }
}

/// The request that ends a silence now.
#[must_use]
pub fn expire_silence(id: &str) -> Request {
    Request {
        method: Method::Delete,
        ..Request::get(format!("/api/v2/silence/{}", encoded(id)), "silence")
    }
}

/// Reads the answer to [`expire_silence`]. That it was over already is a success, so that it may
/// be sent again.
///
/// # Errors
/// Why it goes on, in a sentence.
pub fn read_expired(answer: &Response) -> Result<(), AnswerError> {
    let said = |words: &str| String::from_utf8_lossy(&answer.body).contains(words);
    match answer.status {
        200..300 => Ok(()),
        400 | 500 if said("already expired") => Ok(()),
        // 0.25 answers 500 for what later ones answer 404 for.
        404 | 500 if answer.status == 404 || said("silence not found") => {
            Err(AnswerError::Nonsense(
                "it knows no such silence: it was removed, or another Alertmanager has it"
                    .to_owned(),
            ))
        }
        _ => Err(refused(answer, "the end of the silence")),
    }
}
