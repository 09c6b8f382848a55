//! What a Sentry can be asked to change: issues. Each may be asked for again without harm.

use super::Sentry;
use super::update::{Change, Until};
use crate::incident::OutsideCall;
use crate::integrations::exchange::{AnswerError, Call, Changed, Request, Response};

impl Changed for Sentry {
    fn find(&self, _call: &Call) -> Option<Request> {
        None
    }

    fn found(&self, _call: &Call, _answer: &Response) -> Result<Option<String>, AnswerError> {
        Ok(None)
    }

    fn carry_out(&self, call: &Call) -> Option<Request> {
        let (issue, change) = match &call.call {
            OutsideCall::ResolveIssue {
                issue,
                in_next_release: true,
                ..
            } => (issue, Change::ResolveInNextRelease),
            OutsideCall::ResolveIssue { issue, .. } => (issue, Change::Resolve),
            OutsideCall::IgnoreIssue { issue, minutes, .. } => {
                let until = minutes.map_or(Until::Escalating, Until::Minutes);
                (issue, Change::Ignore(until))
            }
            OutsideCall::AssignIssue { issue, to, .. } => (issue, Change::Assign(to.to_string())),
            _ => return None,
        };
        Some(self.change(issue, &change))
    }

    fn carried_out(&self, _call: &Call, answer: &Response) -> Result<Option<String>, AnswerError> {
        self.changed(answer).map(|_| None)
    }
}
