//! Changes of an issue: resolved, ignored, given to someone. Each may be sent again without harm.

use super::Sentry;
use super::errors::{self, Need};
use super::issues::{assigned_to, state};
use crate::integrations::exchange::{AnswerError, Body, Method, Request, Response};
use crate::integrations::reading::{encoded, moment};
use serde_json::{Value, json};

pub use super::issues::Changed;

/// What is to become of an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is resolved. If it comes back, it is a regression.
    Resolve,
    /// It is resolved by the next release: what older ones still send is no regression.
    ResolveInNextRelease,
    /// Nobody wants to hear of it for a while.
    Ignore(Until),
    /// It is someone's: a user's e-mail address or name, or `team:` with a team's id.
    Assign(String),
}

/// Until when an issue is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Until it happens more often than was foretold.
    Escalating,
    /// For so many minutes.
    Minutes(u32),
    /// For ever.
    Never,
}

impl Change {
    fn body(&self) -> Value {
        match self {
            Self::Resolve => json!({"status": "resolved"}),
            Self::ResolveInNextRelease => {
                json!({"status": "resolved", "statusDetails": {"inNextRelease": true}})
            }
            Self::Ignore(Until::Escalating) => {
                json!({"status": "ignored", "substatus": "archived_until_escalating"})
            }
            Self::Ignore(Until::Minutes(minutes)) => json!({
                "status": "ignored", "substatus": "archived_until_condition_met",
                "statusDetails": {"ignoreDuration": minutes}
            }),
            Self::Ignore(Until::Never) => {
                json!({"status": "ignored", "substatus": "archived_forever"})
            }
            Self::Assign(to) => json!({"assignedTo": to}),
        }
    }
}

impl Sentry {
    /// The request that changes an issue, by the tracker's own id of it
    /// ([`crate::signals::Issue::id`]). Its answer is read by [`Sentry::changed`].
    #[must_use]
    pub fn change(&self, issue: &str, change: &Change) -> Request {
        let path = self.path(&format!("issues/{}", encoded(issue)));
        Request {
            method: Method::Put,
            body: Body::Json(change.body().to_string()),
            ..Request::get(path, "change issue")
        }
    }

    /// What became of the issue.
    ///
    /// # Errors
    /// It was not changed; after [`AnswerError::Failing`] it may have been.
    pub fn changed(&self, answer: &Response) -> Result<Changed, AnswerError> {
        let issue = errors::json(answer, self, Need::Update)?;
        if !issue.is_object() {
            let why = "its answer to the change is no issue; look at the issue there";
            return Err(AnswerError::Nonsense(why.to_owned()));
        }
        Ok(Changed {
            state: state(&issue),
            assigned_to: assigned_to(&issue["assignedTo"]),
            ignored_until: moment(&issue["statusDetails"]["ignoreUntil"]),
        })
    }
}
