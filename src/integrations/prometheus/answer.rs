//! What every answer of the API is wrapped in, and what it says when it goes wrong.

use crate::integrations::exchange::{AnswerError, Response};
use crate::integrations::stream::{each, json_text, not_understood, quoted};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::ops::ControlFlow;

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refused {
    /// This question was wrong or too much; others may be answered.
    Question(AnswerError),
    /// The source is not to be had.
    Source(AnswerError),
}

/// An answer's parts, not read yet; what is not there is none.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an answer of the query API")]
pub(super) struct Envelope<'a> {
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error_type: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
    #[serde(borrow, default)]
    warnings: Option<&'a RawValue>,
    #[serde(borrow, default)]
    infos: Option<&'a RawValue>,
    /// VictoriaMetrics: some of its stores did not answer.
    #[serde(borrow, default)]
    is_partial: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    /// Reads an answer of any status; `what` was asked: `the query`.
    ///
    /// # Errors
    /// Why it holds no data.
    pub(super) fn open(answer: &'a Response, what: &str) -> Result<Self, Refused> {
        let well = (200..300).contains(&answer.status);
        let opened = json_text(answer).and_then(|text| {
            serde_json::from_str::<Self>(text).map_err(|error| not_understood(&error))
        });
        match opened {
            Ok(envelope) if well && text(envelope.status).as_deref() != Some("error") => {
                Ok(envelope)
            }
            Ok(envelope) => Err(envelope.refused(answer.status, what)),
            Err(why) if well => Err(Refused::Source(why)),
            Err(_) => Err(Refused::Source(without_words(answer.status))),
        }
    }

    /// The data.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn data(&self) -> Result<&'a str, Refused> {
        let data = self.data.ok_or_else(|| {
            let why = "its answer holds no data: another program may stand at this address";
            Refused::Source(AnswerError::Nonsense(why.to_owned()))
        })?;
        Ok(data.get())
    }

    /// What the source says beside its data, as one line; what weighs more comes first.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut said = Vec::new();
        if self.is_partial.is_some_and(|raw| raw.get() == "true") {
            said.push("the answer is partial: some of its stores did not answer".to_owned());
        }
        for list in [self.warnings, self.infos].into_iter().flatten() {
            said.extend(first_of(list));
        }
        said
    }

    fn refused(&self, status: u16, what: &str) -> Refused {
        let kind = text(self.error_type).unwrap_or_default();
        let words = text(self.error).unwrap_or_default();
        let mut parts = vec![quoted(&kind), quoted(&words)];
        parts.retain(|part| !part.is_empty());
        let said = match parts.join(": ") {
            said if said.is_empty() => status.to_string(),
            said => said,
        };
        let question = |why: String| {
            let why = format!("{why} ({said})");
            Refused::Question(AnswerError::Nonsense(why))
        };
        match (status, &*kind) {
            (401 | 403, _) => Refused::Source(AnswerError::Denied(denied(&said))),
            (429, _) => Refused::Source(AnswerError::Limited(format!(
                "it was asked too often ({said})"
            ))),
            (_, "timeout" | "canceled") => question(format!("{what} takes it too long")),
            (422, _) | (_, "execution") => question(format!("it cannot carry {what} out")),
            (400 | 405 | 413, _) | (_, "bad_data" | "not_acceptable") => {
                question(format!("it refuses {what}"))
            }
            (404, _) => Refused::Source(without_words(404)),
            _ => Refused::Source(AnswerError::Failing(format!(
                "it has an error of its own ({said})"
            ))),
        }
    }
}

/// Why an answer that is no JSON is of no use, by its status alone.
fn without_words(status: u16) -> AnswerError {
    match status {
        401 | 403 => AnswerError::Denied(denied(&status.to_string())),
        429 => AnswerError::Limited("it was asked too often (429)".to_owned()),
        404 => AnswerError::Nonsense(
            "it knows no such path (404): the address in the configuration must be what comes \
             before /api/v1"
                .to_owned(),
        ),
        500.. => AnswerError::Failing(format!("it has an error of its own ({status})")),
        _ => AnswerError::Nonsense(format!(
            "it answers with status {status}: another program may stand at this address"
        )),
    }
}

fn denied(said: &str) -> String {
    format!("it refuses the credentials in the configuration, or they are not enough ({said})")
}

/// The text, if it is one.
pub(super) fn text(raw: Option<&RawValue>) -> Option<String> {
    serde_json::from_str(raw?.get()).ok()
}

/// The first text of a list, and how many more there are.
fn first_of(list: &RawValue) -> Option<String> {
    let (mut first, mut more) = (None, 0_u32);
    let whole = each(list.get(), |text: &RawValue| {
        match &first {
            None => first = serde_json::from_str::<String>(text.get()).ok(),
            Some(_) => more = more.saturating_add(1),
        }
        ControlFlow::Continue(())
    });
    // A list of another kind is left out: the data counts.
    let first = whole.ok().and(first)?;
    let first = quoted(&first);
    Some(match more {
        0 => first,
        more => format!("{first} (and {more} more)"),
    })
}
