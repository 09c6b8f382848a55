//! What an Alertmanager can be asked to change: silences.

use super::poll::{Alertmanager, read_silences};
use super::silence::{create_silence, expire_silence, read_created, read_expired};
use crate::incident::OutsideCall;
use crate::integrations::exchange::{AnswerError, Ask, Call, Changed, Request, Response};
use std::collections::BTreeMap;

impl Changed for Alertmanager {
    fn find(&self, call: &Call) -> Option<Request> {
        let makes = matches!(call.call, OutsideCall::CreateSilence { .. });
        makes.then(|| Request::get("/api/v2/silences", "find"))
    }

    fn found(&self, call: &Call, answer: &Response) -> Result<Option<String>, AnswerError> {
        let ask = Ask {
            incident: None,
            variables: BTreeMap::new(),
            from: call.now,
            to: call.now,
            points: 1,
        };
        let silences = read_silences(&self.name, &ask, answer)?;
        let ours = silences
            .iter()
            .find(|silence| silence.comment.ends_with(&*end_of_comment(call)));
        Ok(ours.map(|silence| silence.id.to_string()))
    }

    fn carry_out(&self, call: &Call) -> Option<Request> {
        match &call.call {
            OutsideCall::CreateSilence {
                matchers,
                ends_at,
                reason,
                ..
            } => {
                let comment = format!("{reason}{}", end_of_comment(call));
                Some(create_silence(
                    matchers, call.now, *ends_at, &call.by, &comment,
                ))
            }
            OutsideCall::ExpireSilence { silence, .. } => Some(expire_silence(silence)),
            _ => None,
        }
    }

    fn carried_out(&self, call: &Call, answer: &Response) -> Result<Option<String>, AnswerError> {
        match &call.call {
            OutsideCall::CreateSilence { .. } => read_created(answer).map(Some),
            _ => read_expired(answer).map(|()| None),
        }
    }
}

fn end_of_comment(call: &Call) -> String {
    format!(" ({})", call.mark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{Matching, Timestamp};

    #[test]
    fn a_silence_that_was_made_is_found_by_its_mark_and_no_other_is() {
        let now: Timestamp = "2026-11-24T14:00:00Z".parse().expect("a time");
        let alertmanager = Alertmanager {
            name: "am".into(),
            filter: Vec::new(),
        };
        let call = |mark: &str| Call {
            call: OutsideCall::CreateSilence {
                source: "am".into(),
                matchers: vec![Matching {
                    name: "alertname".into(),
                    value: "High".into(),
                    regex: false,
                    equal: true,
                }],
                ends_at: now + chrono::TimeDelta::hours(1),
                reason: "deploying".into(),
            },
            by: "maya".into(),
            mark: mark.into(),
            now,
        };
        let body = serde_json::json!([{
            "id": "4f2a", "status": {"state": "active"}, "comment": "deploying (warroom INC-1 #17)",
            "createdBy": "maya", "startsAt": now, "endsAt": now + chrono::TimeDelta::hours(1),
            "updatedAt": now, "matchers": [
                {"name": "alertname", "value": "High", "isRegex": false, "isEqual": true}
            ]
        }]);
        let answer = Response {
            status: 200,
            media_type: "application/json".to_owned(),
            link: None,
            body: body.to_string().into_bytes(),
        };
        let found = |mark: &str| alertmanager.found(&call(mark), &answer);
        assert_eq!(found("warroom INC-1 #17"), Ok(Some("4f2a".to_owned())));
        assert_eq!(found("warroom INC-1 #1"), Ok(None));
        assert!(alertmanager.carry_out(&call("m")).is_some_and(|request| {
            matches!(&request.body, crate::integrations::exchange::Body::Json(text)
                if text.contains("deploying (m)") && text.contains("\"createdBy\":\"maya\""))
        }));
    }
}
