//! What Sentry's refusals mean, and what to do about each.

use super::Sentry;
use crate::integrations::exchange::{AnswerError, Response};
use crate::integrations::reading::{json_type, not_whole, said};
use serde_json::Value;

/// What an answer was needed for: it decides which scope is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// The issues.
    Issues,
    /// The errors of a project over time.
    Rate,
    /// A changed issue.
    Update,
}

impl Need {
    /// What was wanted, and the scope that it takes.
    fn scope(self) -> (&'static str, &'static str) {
        match self {
            Self::Issues => ("read issues", "event:read"),
            Self::Rate => ("read how many errors there are", "org:read"),
            Self::Update => ("change issues", "event:write"),
        }
    }
}

/// The JSON of a good answer.
pub(super) fn json(answer: &Response, sentry: &Sentry, need: Need) -> Result<Value, AnswerError> {
    match answer.status {
        200..=299 => json_type(
            answer,
            "the token does not get past what stands before it, or the address is not Sentry's",
            "is the address Sentry's?",
        )?,
        status => return Err(refusal(answer, status, sentry, need)),
    }
    serde_json::from_slice(&answer.body).map_err(|error| not_whole(&error))
}

fn refusal(answer: &Response, status: u16, sentry: &Sentry, need: Need) -> AnswerError {
    let words = said(&answer.body, &["detail", "error", "message"]);
    let (wanted, scope) = need.scope();
    match status {
        401 => AnswerError::Denied(format!(
            "it does not accept the token (401): make one of an internal integration with the \
             scopes event:read and org:read, and event:write to change issues{words}"
        )),
        403 => AnswerError::Denied(format!(
            "the token may not {wanted} (403): it needs the scope {scope}, and to see the projects \
             that are asked for{words}"
        )),
        404 if need == Need::Update => AnswerError::Nonsense(format!(
            "it has no such issue in the organisation {:?} (404): it was merged or deleted, or the \
             token may not see it{words}",
            sentry.organization
        )),
        404 => AnswerError::Nonsense(format!(
            "it knows no organisation {:?}, or none of the projects (404): check the slugs, and \
             the region: an organisation is found only at its own (us.sentry.io, de.sentry.io)\
             {words}",
            sentry.organization
        )),
        429 => AnswerError::Limited(format!("it was asked too often (429){words}")),
        500..=599 => AnswerError::Failing(format!("it has an error of its own ({status}){words}")),
        300..=399 => AnswerError::Nonsense(format!(
            "it sends elsewhere ({status}): write the final address into the configuration"
        )),
        _ => AnswerError::Nonsense(format!("it refused what was asked ({status}){words}")),
    }
}
