//! Webhooks in: what monitors send of themselves, all of it turned into reports of alerts.
//!
//! A kind of webhook is one file here and one line in [`KINDS`]. Its reader gets a body that was
//! found to come from who has the secret, and is lenient: what it does not know is ignored, and
//! what is no alert is passed over; only a body that cannot be what it should be is refused.

mod alertmanager;
mod generic;
mod grafana;
mod pagerduty;
mod reading;
mod sentry;

pub use generic::Fields;

use super::alertmanager::WebhookError;
use super::signature::Scheme;
use crate::incident::{AlertReport, Timestamp};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Every kind of webhook, by name.
pub const KINDS: &[Kind] = &[
    alertmanager::KIND,
    generic::KIND,
    grafana::KIND,
    pagerduty::KIND,
    sentry::KIND,
];

/// How long a sender that waits half a minute is kept waiting: Alertmanager and Grafana give up at
/// about this.
const PATIENCE: Duration = Duration::from_secs(25);

/// A kind of webhook.
pub struct Kind {
    /// Its name in the configuration.
    pub name: &'static str,
    /// As people call it.
    pub title: &'static str,
    /// How it shows that it has the secret, unless its signature is configured.
    pub scheme: fn() -> Scheme,
    /// The names of its signature's headers are the sender's to choose.
    pub chooses_headers: bool,
    /// It can send a token instead of having a secret.
    pub sends_token: bool,
    /// The headers that name a delivery, the same for each time it is sent.
    pub delivery: &'static [&'static str],
    /// How long it waits for the answer, less some room for the way: what is not durable by then
    /// is answered with "send it again".
    pub patience: Duration,
    /// Reads a body.
    pub read: fn(&Hook, &[u8], Timestamp) -> Result<Delivery, HookError>,
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Kind {}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A hook that is open: who it is for, and what is taken from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// Its name, which is the last part of its address and what its alerts come through.
    pub name: Arc<str>,
    /// What sends to it.
    pub kind: &'static Kind,
    /// How the sender shows that it has the secret, where there is one.
    pub scheme: Scheme,
    /// Where a generic body has what (only that kind looks at it).
    pub fields: Fields,
    /// Sentry: every new issue is an alert, not only those of its alert rules.
    pub new_issues: bool,
}

impl Hook {
    /// A hook of that kind, with everything as is usual.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>, kind: &'static Kind) -> Self {
        Self {
            name: name.into(),
            kind,
            scheme: (kind.scheme)(),
            fields: Fields::default(),
            new_issues: true,
        }
    }

    /// Reads a body.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn read(&self, body: &[u8], now: Timestamp) -> Result<Delivery, HookError> {
        (self.kind.read)(self, body, now)
    }
}

/// What a delivery says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delivery {
    /// What it says of alerts, in the order in which it came.
    pub alerts: Vec<Said>,
    /// How many more alerts there are that the sender left out.
    pub truncated: u64,
    /// Names the group that the alerts are, where the sender groups.
    pub group_key: String,
    /// Names the delivery, where the body does.
    pub id: Option<String>,
    /// What was passed over, for the answer and the log: an event that is no alert.
    pub passed_over: Option<String>,
}

impl Delivery {
    /// A delivery without anything for warroom.
    #[must_use]
    pub fn nothing(what: impl Into<String>) -> Self {
        Self {
            passed_over: Some(what.into()),
            ..Self::default()
        }
    }

    /// A delivery about these alerts.
    #[must_use]
    pub fn of(alerts: Vec<Said>) -> Self {
        Self {
            alerts,
            ..Self::default()
        }
    }
}

/// A report, and how it is told from others about the same alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The report.
    pub alert: AlertReport,
    /// How it stands to those before it.
    pub order: Order,
}

/// How a report stands to others about the same alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Its own times tell: the same times are the same report.
    Timed,
    /// The sender keeps no order, but says when each thing happened: one older than what is known
    /// says nothing new.
    At(Timestamp),
    /// It has no times; they were made up where it came in. Saying the same state again says
    /// nothing new.
    Untimed,
}

/// Why a body cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// It is no JSON, or not whole.
    #[error("The body is not JSON, or was cut short ({0}). Send it again, whole.")]
    NotJson(#[source] serde_json::Error),
    /// It is JSON of another form.
    #[error(
        "The body is not one that {title} sends: {missing}. Check that this hook's kind is that \
         of the sender, and that the sender's payload is its usual one."
    )]
    Shape {
        /// Who should have sent it.
        title: &'static str,
        /// What is missing or odd, in a few words.
        missing: String,
    },
    /// It is of a version that is not understood.
    #[error("The body is of version {version} of {title}'s webhook; {understood} is understood.")]
    Version {
        /// Who should have sent it.
        title: &'static str,
        /// Its version.
        version: String,
        /// The one that is read.
        understood: &'static str,
    },
    /// What Alertmanager's reader says.
    #[error(transparent)]
    Alertmanager(#[from] WebhookError),
}

#[cfg(test)]
mod tests;
