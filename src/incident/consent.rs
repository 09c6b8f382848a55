//! A dangerous command needs a second person: who is asked, what they say, and what it lets run.
//!
//! **Invariant**: a consent is one person's, to one command to the letter, for one run.

use super::{Incident, Person, Role, Seq, StepRef, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A dangerous command that waits for a second person, or has their answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The event that asked.
    pub seq: Seq,
    /// Who wants to run it.
    pub by: Person,
    /// The command, to the letter, with secrets taken out.
    pub command: Arc<str>,
    /// The step that it belongs to.
    #[serde(default)]
    pub step: Option<StepRef>,
    /// Until when it may be answered, and be run.
    pub expires_at: Timestamp,
    /// Who answered, and whether they consent.
    #[serde(default)]
    pub answer: Option<ConsentAnswer>,
    /// It was run under this consent: one consent is for one run.
    #[serde(default)]
    pub used: bool,
}

/// What a second person says to a dangerous command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentAnswer {
    /// Who.
    pub by: Person,
    /// It may be run.
    pub given: bool,
    /// Why not.
    #[serde(default)]
    pub reason: Option<Arc<str>>,
}

impl Consent {
    /// It waits for an answer.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.answer.is_none() && now < self.expires_at
    }

    /// It lets this person run exactly this command, now.
    #[must_use]
    pub fn allows(&self, person: &Person, command: &str, now: Timestamp) -> bool {
        let given = self.answer.as_ref().is_some_and(|answer| answer.given);
        given
            && !self.used
            && now < self.expires_at
            && self.by == *person
            && *self.command == *command
    }
}

/// Whether someone may run a dangerous command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// As the Operations Lead.
    Lead,
    /// With a second person's consent, which this event asked for.
    Consent(Seq),
    /// Not yet: nobody has consented to exactly this.
    No,
}

impl Incident {
    /// Whether this person may run this dangerous command now.
    #[must_use]
    pub fn leave_to_run(&self, person: &Person, command: &str, now: Timestamp) -> Leave {
        if self.holder(&Role::OperationsLead) == Some(person) {
            return Leave::Lead;
        }
        let mut consents = self.consents.iter();
        let consent = consents.find(|consent| consent.allows(person, command, now));
        consent.map_or(Leave::No, |consent| Leave::Consent(consent.seq))
    }

    /// The dangerous commands that wait for this person's consent, the oldest first.
    pub fn consents_for(&self, person: &Person, now: Timestamp) -> impl Iterator<Item = &Consent> {
        let open = self.consents.iter().filter(move |of| of.is_open(now));
        let live = self.status.is_open();
        open.filter(move |of| live && of.by != *person)
    }
}

/// What is asked for when a dangerous command needs a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentWanted {
    /// The command, to the letter, with secrets taken out.
    pub command: Arc<str>,
    /// The step that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepRef>,
}

/// A second person is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentAsked {
    /// The command, to the letter, with secrets taken out.
    pub command: Arc<str>,
    /// The step that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepRef>,
    /// Until when it may be answered, and be run.
    pub expires_at: Timestamp,
}

/// The second person's answer, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentGiving {
    /// The event that asked.
    pub asked: Seq,
    /// It may be run.
    pub given: bool,
    /// Why not; needed to refuse.
    #[serde(default)]
    pub reason: Option<Arc<str>>,
}

/// The second person has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentAnswered {
    /// The event that asked.
    pub asked: Seq,
    /// Who wants to run it.
    pub to: Person,
    /// It may be run.
    pub given: bool,
    /// Why not.
    #[serde(default)]
    pub reason: Option<Arc<str>>,
    /// The command, so that the line can be read by itself.
    pub command: Arc<str>,
}
