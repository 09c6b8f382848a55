//! What Grafana's refusals mean, and what to do about each.

use crate::integrations::exchange::{AnswerError, Response};
use crate::integrations::reading::{json_type, not_whole, said};
use serde_json::Value;

/// What an answer was needed for: it decides which permission is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need<'a> {
    /// A dashboard, by its uid.
    Dashboard(&'a str),
    /// The list of data sources.
    Sources,
    /// A panel's data.
    Data,
    /// The alert rules.
    Rules,
    /// The annotations that there are.
    FindAnnotation,
    /// A new annotation.
    Annotate,
}

impl Need<'_> {
    /// What was wanted, and the permission that it takes.
    fn permission(self) -> (&'static str, &'static str) {
        match self {
            Self::Dashboard(_) => ("read the dashboard", "dashboards:read"),
            Self::Sources => ("list the data sources", "datasources:read"),
            Self::Data => ("query the data source", "datasources:query"),
            Self::Rules => ("read the alert rules", "alert.rules:read"),
            Self::FindAnnotation => ("read annotations", "annotations:read"),
            Self::Annotate => ("write annotations", "annotations:create"),
        }
    }
}

/// The JSON of a good answer.
pub(super) fn json(answer: &Response, need: Need<'_>) -> Result<Value, AnswerError> {
    good(answer, need)?;
    serde_json::from_slice(&answer.body).map_err(|error| not_whole(&error))
}

/// Whether the answer is a good one, and JSON.
pub(super) fn good(answer: &Response, need: Need<'_>) -> Result<(), AnswerError> {
    match answer.status {
        200..=299 => json_type(
            answer,
            "the token is wrong or does not get past what stands before it, or the address is not \
             Grafana's",
            "is the address Grafana's, with its sub-path?",
        ),
        status => Err(refusal(answer, status, need)),
    }
}

fn refusal(answer: &Response, status: u16, need: Need<'_>) -> AnswerError {
    let words = said(&answer.body, &["message", "error"]);
    match status {
        401 => AnswerError::Denied(format!(
            "it does not accept the token (401): make a service account token with the role Viewer \
             or more{words}"
        )),
        403 => {
            let (wanted, permission) = need.permission();
            AnswerError::Denied(format!(
                "the token may not {wanted} (403): it needs the permission {permission}{words}"
            ))
        }
        404 => AnswerError::Nonsense(match need {
            Need::Dashboard(uid) => format!(
                "it has no dashboard with the uid {uid:?} that the token may see (404): the uid \
                 is what stands behind /d/ in the dashboard's address"
            ),
            _ => format!(
                "it does not know what was asked (404): is the address Grafana's, with its \
                 sub-path?{words}"
            ),
        }),
        429 => AnswerError::Limited(format!("it was asked too often (429){words}")),
        500..=599 => AnswerError::Failing(format!("it has an error of its own ({status}){words}")),
        300..=399 => AnswerError::Nonsense(format!(
            "it sends elsewhere ({status}): write the final address into the configuration"
        )),
        _ => AnswerError::Nonsense(format!("it refused what was asked ({status}){words}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, media_type: &str, body: &str) -> Response {
        Response {
            status,
            media_type: media_type.to_owned(),
            link: None,
            body: body.into(),
        }
    }

    fn error(status: u16, media_type: &str, body: &str, need: Need<'_>) -> AnswerError {
        json(&answer(status, media_type, body), need).expect_err("refused")
    }

    #[test]
    fn a_page_to_log_in_is_no_data() {
        let page = error(200, "text/html", "<html>", Need::Data);
        assert!(matches!(&page, AnswerError::Denied(why) if why.contains("log in")));
        let text = error(200, "text/plain", "{}", Need::Data);
        assert!(matches!(&text, AnswerError::Nonsense(why) if why.contains("text/plain")));
        for json_type in ["application/json", "", "application/problem+json"] {
            let read = json(&answer(200, json_type, "{}"), Need::Data);
            assert!(read.is_ok(), "{json_type}");
        }
    }

    #[test]
    fn a_refusal_names_the_permission() {
        let said = r#"{"message":"You'll need additional permissions"}"#;
        for (need, permission) in [
            (Need::Dashboard("x"), "dashboards:read"),
            (Need::Sources, "datasources:read"),
            (Need::Data, "datasources:query"),
            (Need::Rules, "alert.rules:read"),
            (Need::FindAnnotation, "annotations:read"),
            (Need::Annotate, "annotations:create"),
        ] {
            let AnswerError::Denied(why) = error(403, "application/json", said, need) else {
                panic!("{need:?}");
            };
            assert!(
                why.contains(permission) && why.contains("additional"),
                "{why}"
            );
        }
        let token = error(401, "application/json", "", Need::Data);
        assert!(matches!(&token, AnswerError::Denied(why) if why.contains("service account")));
    }

    #[test]
    fn every_status_is_told_apart() {
        let kind = |status| error(status, "application/json", "{}", Need::Dashboard("abc"));
        assert!(matches!(kind(404), AnswerError::Nonsense(why) if why.contains("\"abc\"")));
        assert!(matches!(kind(429), AnswerError::Limited(_)));
        assert!(matches!(kind(503), AnswerError::Failing(_)));
        assert!(matches!(kind(302), AnswerError::Nonsense(_)));
        assert!(matches!(kind(400), AnswerError::Nonsense(_)));
        assert!(matches!(kind(0), AnswerError::Nonsense(_)));
        let cut = error(200, "application/json", "{\"a\":", Need::Data);
        assert!(matches!(cut, AnswerError::Nonsense(why) if why.contains("whole JSON")));
    }
}
