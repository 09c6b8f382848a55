//! The answer to a panel's queries: what came of each, and whose trouble it is when one failed.

use super::errors::{self, Need};
use super::frames::Drawn;
use super::query::Plan;
use crate::integrations::exchange::{AnswerError, Response};
use crate::integrations::reading::{not_whole, one_line, quoted, text};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Why there is nothing to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is this panel's trouble.
    Panel(AnswerError),
    /// It is Grafana's.
    Source(AnswerError),
}

/// Reads the answer to a panel's queries.
pub(super) fn read(answer: &Response, plan: &Plan) -> Result<Drawn, Unread> {
    if matches!(answer.status, 401 | 429) {
        errors::good(answer, Need::Data).map_err(Unread::Source)?;
    }
    let bad = errors::good(answer, Need::Data);
    if bad.is_err() && (200..300).contains(&answer.status) {
        return bad.map(|()| Drawn::default()).map_err(Unread::Source);
    }
    // A failed query has a failed status in some versions, and says why in its result.
    let results = match (results(&answer.body), bad) {
        (Ok(results), _) => results,
        (Err(_), Err(AnswerError::Failing(why))) if !is_object(&answer.body) => {
            return Err(Unread::Source(AnswerError::Failing(why)));
        }
        (Err(_), Err(error)) => return Err(Unread::Panel(error)),
        (Err(error), Ok(())) => return Err(Unread::Source(error)),
    };
    let mut drawn = Drawn::default();
    for (place, name) in plan.shown.iter().enumerate() {
        let outcome = results.get(name).map(|raw| Outcome::of(raw));
        match outcome.unwrap_or_default() {
            Outcome {
                error: Some(error), ..
            } if place == 0 => return Err(Unread::Panel(error)),
            Outcome {
                error: Some(error), ..
            } => {
                let said = format!("query {name} failed: {error}");
                drawn.warning.get_or_insert_with(|| one_line(&said).into());
            }
            outcome => drawn.take(name, &outcome.frames).map_err(Unread::Panel)?,
        }
    }
    Ok(drawn)
}

fn is_object(body: &[u8]) -> bool {
    serde_json::from_slice::<BTreeMap<String, &RawValue>>(body).is_ok()
}

/// The results by the names of their queries, not read yet.
fn results(body: &[u8]) -> Result<BTreeMap<String, &RawValue>, AnswerError> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        results: Option<BTreeMap<String, &'a RawValue>>,
    }
    let read: Answer<'_> = serde_json::from_slice(body).map_err(|error| not_whole(&error))?;
    let none = || AnswerError::Nonsense("its answer to a query holds no results".to_owned());
    read.results.ok_or_else(none)
}

/// What came of one query.
#[derive(Debug, Default)]
struct Outcome<'a> {
    error: Option<AnswerError>,
    frames: Vec<&'a RawValue>,
}

impl<'a> Outcome<'a> {
    fn of(raw: &'a RawValue) -> Self {
        #[derive(Deserialize)]
        struct Read<'a> {
            #[serde(default)]
            error: Value,
            #[serde(default)]
            status: Value,
            #[serde(borrow)]
            frames: Option<&'a RawValue>,
        }
        let Ok(read) = serde_json::from_str::<Read<'_>>(raw.get()) else {
            return Self::nonsense();
        };
        let status = read.status.as_u64().unwrap_or(200);
        let error = match text(&read.error) {
            Some(words) => Some(failure(status, &quoted(words))),
            None if status >= 400 => Some(failure(status, "")),
            None => None,
        };
        let Some(frames) = read.frames.filter(|frames| frames.get() != "null") else {
            return Self {
                error,
                frames: Vec::new(),
            };
        };
        match serde_json::from_str(frames.get()) {
            Ok(frames) => Self { error, frames },
            Err(_) if error.is_some() => Self {
                error,
                frames: Vec::new(),
            },
            Err(_) => Self::nonsense(),
        }
    }

    fn nonsense() -> Self {
        let why = "the result of a query is not one that Grafana gives";
        let error = Some(AnswerError::Nonsense(why.to_owned()));
        Self {
            error,
            frames: Vec::new(),
        }
    }
}

/// A data source's failure, as Grafana passes it on.
fn failure(status: u64, words: &str) -> AnswerError {
    let why = format!("the data source refused the panel's query ({status}){words}");
    match status {
        401 | 403 => AnswerError::Denied(why),
        429 => AnswerError::Limited(why),
        500..=599 => AnswerError::Failing(format!(
            "the data source failed at the panel's query ({status}){words}"
        )),
        _ => AnswerError::Nonsense(why),
    }
}

#[cfg(test)]
mod tests;
