//! Requests and answers as data: what an integration wants asked, and how it reads what came.
//! Who sends them (with time-outs, bounds, credentials and back-off) is the server's runner.

use crate::incident::{IncidentId, OutsideCall, Timestamp};
use crate::signals::{AlertGroup, Issue, LiveAlert, Signal, Silence};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How a request is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes, or asks with a long question.
    Post,
    /// Changes.
    Put,
    /// Ends.
    Delete,
}

/// What a request carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    None,
    /// `application/json`.
    Json(String),
    /// `application/x-www-form-urlencoded`: names and values, not encoded yet.
    Form(Vec<(String, String)>),
}

/// A request, without the system's address and without credentials: the runner adds both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// How.
    pub method: Method,
    /// The path below the configured address, from its `/` on; each part encoded already.
    pub path: String,
    /// The query: names and values, not encoded yet.
    pub query: Vec<(String, String)>,
    /// What it carries.
    pub body: Body,
    /// The integration's own note of what it asked, for reading the answer. Never sent.
    pub about: Arc<str>,
}

impl Request {
    /// A `GET` of that path.
    #[must_use]
    pub fn get(path: impl Into<String>, about: impl Into<Arc<str>>) -> Self {
        Self {
            method: Method::Get,
            path: path.into(),
            query: Vec::new(),
            body: Body::None,
            about: about.into(),
        }
    }

    /// With one more part of the query.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }
}

/// An answer, whole and within the runner's bound. A redirect is never followed and comes here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The media type in lower case, without parameters; empty where none was said.
    pub media_type: String,
    /// The `Link` header (RFC 8288), for paging.
    pub link: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// An answer of JSON, for tests.
#[cfg(test)]
pub(super) fn answer(status: u16, body: impl Into<Vec<u8>>) -> Response {
    Response {
        status,
        media_type: "application/json".to_owned(),
        link: None,
        body: body.into(),
    }
}

/// Why an answer cannot be used. What it holds is shown to people: it never quotes credentials,
/// and quotes what the source said only cut short.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The credentials are refused, or not enough.
    #[error("{0}")]
    Denied(String),
    /// The source says that it was asked too often.
    #[error("{0}")]
    Limited(String),
    /// The source has an error of its own (5xx).
    #[error("{0}")]
    Failing(String),
    /// It cannot be understood, or the question was wrong.
    #[error("{0}")]
    Nonsense(String),
}

/// What a poll is about: one incident, or (with none) what is watched beside all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Whose; absent for what is no incident's.
    pub incident: Option<IncidentId>,
    /// What stands for `$name` in queries: `service`, `incident`, `severity`, and whatever labels
    /// the incident's alerts share.
    pub variables: BTreeMap<Arc<str>, Arc<str>>,
    /// The window that is asked for.
    pub from: Timestamp,
    /// Its end: now.
    pub to: Timestamp,
    /// How many points a chart of the window can show.
    pub points: u32,
}

/// What an answer held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A signal.
    Signal(Signal),
    /// One signal could not be had, though the source answers: its name, and why.
    NoSignal(Arc<str>, AnswerError),
    /// All issues of the poll that match (replaces those known).
    Issues(Vec<Issue>),
    /// All alerts that the source has (replaces those known).
    Alerts(Vec<LiveAlert>),
    /// Alerts that the source has grouped itself.
    Groups(Vec<AlertGroup>),
    /// All silences that are not long over (replaces those known).
    Silences(Vec<Silence>),
}

/// What follows from an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Step {
    /// What is asked next: a further page, a panel's data after its definition.
    pub requests: Vec<Request>,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// A system that is watched. No I/O: [`Watched::first`] says what to ask, [`Watched::next`] reads
/// each answer.
pub trait Watched: Send + Sync {
    /// The requests that a poll begins with; none when there is nothing to ask about this.
    fn first(&self, ask: &Ask) -> Vec<Request>;

    /// What is known without asking: a signal whose query names what the incident does not have.
    fn unasked(&self, _ask: &Ask) -> Vec<Finding> {
        Vec::new()
    }

    /// Reads the answer to a request.
    ///
    /// # Errors
    /// Why it cannot be used. Findings of other requests of the same poll are used all the same.
    fn next(&self, ask: &Ask, request: &Request, answer: &Response) -> Result<Step, AnswerError>;
}

/// Requests of one poll, further ones included. Beyond it the poll ends with what it has.
pub const REQUESTS_PER_POLL: usize = 64;

/// A call that is to be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What was asked.
    pub call: OutsideCall,
    /// Who asked, as the other side should name them.
    pub by: Arc<str>,
    /// What this call alone carries, `warroom INC-1 #17`: by it a call that was carried out before
    /// is found again.
    pub mark: Arc<str>,
    /// Now.
    pub now: Timestamp,
}

/// A system that can be asked to change something. No I/O, as with [`Watched`].
pub trait Changed: Send + Sync {
    /// The request that finds whether the call was carried out already; nothing where carrying it
    /// out twice is the same as once.
    fn find(&self, call: &Call) -> Option<Request>;

    /// Reads the answer to [`Changed::find`]: the system's name for what was made, if it was.
    ///
    /// # Errors
    /// Why that cannot be known.
    fn found(&self, call: &Call, answer: &Response) -> Result<Option<String>, AnswerError>;

    /// The request that carries it out; nothing for a call that this system has no such thing for.
    fn carry_out(&self, call: &Call) -> Option<Request>;

    /// Reads the answer to [`Changed::carry_out`]: the system's name for what was made, if it has
    /// one.
    ///
    /// # Errors
    /// Why it was not carried out.
    fn carried_out(&self, call: &Call, answer: &Response) -> Result<Option<String>, AnswerError>;
}
