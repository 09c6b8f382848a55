//! A task for one person, with a clock.

use super::{AskId, Incident, Person, Role, Seq, Timestamp, limits};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How far an ask has come. Overdue is not a state: it follows from the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskState {
    /// Put to the person; no answer yet.
    Asked,
    /// The person has it.
    Acknowledged,
    /// It is done.
    Done,
    /// The person will not or cannot.
    Declined,
    /// It is not wanted any more.
    Withdrawn,
}

impl AskState {
    /// Still waiting for an end.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Acknowledged)
    }

    /// The stable name, as in JSON, which is also the word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Acknowledged => "acknowledged",
            Self::Done => "done",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// More time that the one who is asked needs, while nobody has given or refused it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoreTime {
    /// How much more, in minutes; 1 to [`limits::ASK_MINUTES_MAX`].
    pub minutes: u32,
    /// Why.
    #[serde(default)]
    pub reason: Option<Arc<str>>,
    /// When it was asked for.
    pub at: Timestamp,
}

/// How an ask ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskEnd {
    /// When.
    pub at: Timestamp,
    /// Who said so: the one who was asked, or somebody for them.
    pub by: Person,
    /// What came of it, or why not.
    #[serde(default)]
    pub words: Option<Arc<str>>,
}

/// A task for one person, with a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// Its number in this incident.
    pub id: AskId,
    /// The event that made it.
    pub seq: Seq,
    /// Who is asked.
    pub to: Person,
    /// Who asks.
    pub by: Person,
    /// Who wrote it down, where it was given by voice. The one who is asked has heard it then.
    #[serde(default)]
    pub noted_by: Option<Person>,
    /// What is asked.
    pub text: Arc<str>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When an answer is due.
    pub due_at: Timestamp,
    /// How far it has come.
    pub state: AskState,
    /// When the one who is asked said that they have it, if they have.
    #[serde(default)]
    pub acknowledged_at: Option<Timestamp>,
    /// More time that they need, until it is given or refused.
    #[serde(default)]
    pub more_time: Option<MoreTime>,
    /// How it ended.
    #[serde(default)]
    pub end: Option<AskEnd>,
}

impl Ask {
    /// Open, and its time has run out.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state.is_open() && now >= self.due_at
    }

    /// Open, and in the last minute of its time.
    #[must_use]
    pub fn is_pressing(&self, now: Timestamp) -> bool {
        let pressing = TimeDelta::seconds(limits::ASK_PRESSING_SECONDS);
        self.state.is_open() && !self.is_overdue(now) && self.due_at - now <= pressing
    }

    /// Whether this person has still to say that they have it.
    #[must_use]
    pub fn waits_for(&self, person: &Person) -> bool {
        self.state == AskState::Asked && self.to == *person
    }
}

impl Incident {
    /// The open asks whose time has run out, the longest overdue first. None once it is over: no
    /// clock runs then.
    #[must_use]
    pub fn overdue_asks(&self, now: Timestamp) -> Vec<&Ask> {
        if self.status.is_over() {
            return Vec::new();
        }
        let mut overdue: Vec<&Ask> = self.asks.iter().filter(|ask| ask.is_overdue(now)).collect();
        overdue.sort_by_key(|ask| (ask.due_at, ask.id));
        overdue
    }

    /// Whether this person may answer the ask: the one who is asked, and for them whoever asked or
    /// noted it, the commander, the deputy and the scribe. The one who is asked may not be
    /// connected, and has told one of these.
    #[must_use]
    pub fn may_answer_ask(&self, ask: &Ask, person: &Person) -> bool {
        ask.to == *person
            || ask.noted_by.as_ref() == Some(person)
            || self.holder(&Role::Scribe) == Some(person)
            || self.may_steer_ask(ask, person)
    }

    /// Whether this person may give the ask more time or withdraw it: whoever asked, the commander
    /// and the deputy.
    #[must_use]
    pub fn may_steer_ask(&self, ask: &Ask, person: &Person) -> bool {
        ask.by == *person || self.is_in_command(person)
    }
}
