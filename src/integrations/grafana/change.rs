//! What a Grafana can be asked to change: marks in its charts.

use super::Grafana;
use super::annotations::{Mark, Place, annotate, find, found, made};
use crate::incident::OutsideCall;
use crate::integrations::exchange::{AnswerError, Call, Changed, Request, Response};

/// The mark that a call asks for; its tags are those of no other call.
fn mark(call: &Call) -> Option<Mark> {
    let OutsideCall::Annotate { at, text, .. } = &call.call else {
        return None;
    };
    Some(Mark {
        time: *at,
        end: None,
        tags: vec!["warroom".into(), call.mark.clone()],
        text: text.to_string(),
        place: Place::Everywhere,
    })
}

impl Changed for Grafana {
    fn find(&self, call: &Call) -> Option<Request> {
        mark(call).as_ref().map(find)
    }

    fn found(&self, call: &Call, answer: &Response) -> Result<Option<String>, AnswerError> {
        match mark(call) {
            Some(mark) => Ok(found(&mark, answer)?.map(|id| id.to_string())),
            None => Ok(None),
        }
    }

    fn carry_out(&self, call: &Call) -> Option<Request> {
        mark(call).as_ref().map(annotate)
    }

    fn carried_out(&self, _call: &Call, answer: &Response) -> Result<Option<String>, AnswerError> {
        made(answer).map(|id| Some(id.to_string()))
    }
}
