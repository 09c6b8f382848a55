//! What is asked of systems outside: written down first, then carried out by the server, then
//! answered.

use super::{Person, Seq, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt::{self, Write as _};
use std::sync::Arc;

/// One condition of a silence: a label, and what its value must or must not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matching {
    /// The label.
    pub name: Arc<str>,
    /// The value, or the regular expression (anchored).
    pub value: Arc<str>,
    /// `value` is a regular expression.
    #[serde(default)]
    pub regex: bool,
    /// It must match; else it must not.
    #[serde(default = "yes")]
    pub equal: bool,
}

fn yes() -> bool {
    true
}

impl fmt::Display for Matching {
    /// As Prometheus writes it: `service="checkout"`, `pod=~"web-.*"`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match (self.equal, self.regex) {
            (true, false) => "=",
            (false, false) => "!=",
            (true, true) => "=~",
            (false, true) => "!~",
        };
        write!(f, "{}{sign}\"", self.name)?;
        for c in self.value.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                '\n' => f.write_str("\\n")?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

/// What is asked of a system outside. `source` is the system's name in the server's
/// configuration. A kind that this version does not know is carried whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum OutsideCall {
    /// Keep alerts quiet for a time.
    CreateSilence {
        /// The alert manager.
        source: Arc<str>,
        /// All must hold for an alert to be quiet; 1 to [`super::limits::MATCHERS`].
        matchers: Vec<Matching>,
        /// Until when.
        ends_at: Timestamp,
        /// Why.
        reason: Arc<str>,
    },
    /// End a silence before its time.
    ExpireSilence {
        /// The alert manager.
        source: Arc<str>,
        /// The silence, by the alert manager's id.
        silence: Arc<str>,
        /// Why.
        reason: Arc<str>,
    },
    /// Mark an issue of an error tracker as resolved.
    ResolveIssue {
        /// The tracker.
        source: Arc<str>,
        /// The tracker's own id of the issue.
        issue: Arc<str>,
        /// Its name for people: `CHECKOUT-1A2`.
        short: Arc<str>,
        /// It counts as resolved from the next release on.
        #[serde(default)]
        in_next_release: bool,
    },
    /// Hear no more of an issue of an error tracker.
    IgnoreIssue {
        /// The tracker.
        source: Arc<str>,
        /// The tracker's own id of the issue.
        issue: Arc<str>,
        /// Its name for people.
        short: Arc<str>,
        /// For how many minutes; absent: until it happens more often than was foretold.
        #[serde(default)]
        minutes: Option<u32>,
    },
    /// Give an issue of an error tracker to someone.
    AssignIssue {
        /// The tracker.
        source: Arc<str>,
        /// The tracker's own id of the issue.
        issue: Arc<str>,
        /// Its name for people.
        short: Arc<str>,
        /// Who, as the tracker names them: an address, or `team:` and an id.
        to: Arc<str>,
    },
    /// Write a mark into a system's graphs.
    Annotate {
        /// The system.
        source: Arc<str>,
        /// The moment that it marks.
        at: Timestamp,
        /// The words.
        text: Arc<str>,
    },
    /// A kind that this version does not know, with all its fields. Never carried out.
    #[serde(untagged)]
    Unknown(Map<String, Value>),
}

impl OutsideCall {
    /// The system that is asked; nothing where that is not known.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        match self {
            Self::CreateSilence { source, .. }
            | Self::ExpireSilence { source, .. }
            | Self::ResolveIssue { source, .. }
            | Self::IgnoreIssue { source, .. }
            | Self::AssignIssue { source, .. }
            | Self::Annotate { source, .. } => Some(source),
            Self::Unknown(fields) => fields.get("source").and_then(Value::as_str),
        }
    }

    /// The kind's stable name, as in JSON.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::CreateSilence { .. } => "create_silence",
            Self::ExpireSilence { .. } => "expire_silence",
            Self::ResolveIssue { .. } => "resolve_issue",
            Self::IgnoreIssue { .. } => "ignore_issue",
            Self::AssignIssue { .. } => "assign_issue",
            Self::Annotate { .. } => "annotate",
            Self::Unknown(fields) => fields.get("do").and_then(Value::as_str).unwrap_or("?"),
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutsideOutcome {
    /// The system did it.
    Done,
    /// It did not, or did not answer for so long that it was given up.
    Failed,
    /// It was never asked: this is a drill.
    NotSent,
    /// A later version's word. It is answered all the same, and must not be asked again.
    #[serde(other)]
    Unknown,
}

impl OutsideOutcome {
    /// The stable name, as in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::NotSent => "not_sent",
            Self::Unknown => "unknown",
        }
    }
}

/// The answer to something asked outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutsideAnswer {
    /// What came of it.
    pub outcome: OutsideOutcome,
    /// In the system's words or ours; may be empty when it is done.
    #[serde(default)]
    pub said: Arc<str>,
    /// The system's name for what was made: a silence's id.
    #[serde(default)]
    pub reference: Option<Arc<str>>,
    /// When it was answered, by the server's clock.
    pub at: Timestamp,
}

/// Something that was asked outside, as the incident remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutsideAsk {
    /// The event that asked; the answer names it.
    pub seq: Seq,
    /// What was asked.
    pub call: OutsideCall,
    /// Who asked.
    pub by: Person,
    /// When it was written down, by the server's clock.
    pub asked_at: Timestamp,
    /// Absent: it is still to be carried out.
    #[serde(default)]
    pub answer: Option<OutsideAnswer>,
}
