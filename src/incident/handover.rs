//! A role on its way from one person to another: offered, briefed, accepted.
//!
//! **Invariant**: the holder keeps the role until the one who is offered it accepts. Nothing else of an
//! offer moves a role: not its end, not a lost connection, not the time.

use super::{HandoverId, Incident, Person, Role, Seq, Timestamp, limits};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How far an offer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandoverState {
    /// It waits for the one who is offered the role.
    Offered,
    /// They have read the whole brief.
    Briefed,
    /// They have the role.
    Accepted,
    /// They will not or cannot.
    Declined,
    /// It was taken back.
    Withdrawn,
    /// Its time ran out.
    Expired,
    /// The role went another way meanwhile: released, or taken over by name.
    Overtaken,
    /// A later version knows what came of it.
    #[serde(other)]
    Ended,
}

impl HandoverState {
    /// Still waiting for an end.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Offered | Self::Briefed)
    }

    /// The stable name, as in JSON, which is also the word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Briefed => "briefed",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Overtaken => "overtaken",
            Self::Ended => "ended",
        }
    }
}

/// How an offer ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverEnd {
    /// When.
    pub at: Timestamp,
    /// Who ended it: the program where its time ran out.
    pub by: Person,
    /// Why, where that was said.
    #[serde(default)]
    pub reason: Option<Arc<str>>,
}

/// An offer of a role to someone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// Its number in this incident.
    pub id: HandoverId,
    /// The event that made it.
    pub seq: Seq,
    /// The role.
    pub role: Role,
    /// Who has the role, and keeps it until it is accepted.
    pub from: Person,
    /// Who is offered it.
    pub to: Person,
    /// Who offers it: the holder, the commander or the deputy.
    pub by: Person,
    /// What the one who takes over should know beyond the brief.
    #[serde(default)]
    pub words: Option<Arc<str>>,
    /// When it was offered.
    pub offered_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
    /// How far it has come.
    pub state: HandoverState,
    /// When the whole brief was read.
    #[serde(default)]
    pub briefed_at: Option<Timestamp>,
    /// How it ended.
    #[serde(default)]
    pub end: Option<HandoverEnd>,
}

impl Handover {
    /// Whether it may still be accepted, declined or withdrawn.
    #[must_use]
    pub fn stands(&self, now: Timestamp) -> bool {
        self.state.is_open() && now < self.expires_at
    }

    /// Its time is over, and that is not written down yet.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.state.is_open() && now >= self.expires_at
    }
}

/// A role was offered to someone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverOffer {
    /// Which.
    pub handover: HandoverId,
    /// The role.
    pub role: Role,
    /// Who has it.
    pub from: Person,
    /// Who is offered it.
    pub to: Person,
    /// When the offer expires.
    pub expires_at: Timestamp,
    /// What the one who takes over should know beyond the brief.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Arc<str>>,
}

/// The one who is offered a role has read the whole brief.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverBrief {
    /// Which offer.
    pub handover: HandoverId,
    /// The role.
    pub role: Role,
    /// Who has it.
    pub from: Person,
}

/// An offer of a role has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverOutcome {
    /// Which.
    pub handover: HandoverId,
    /// The role.
    pub role: Role,
    /// Who had it when it was offered.
    pub from: Person,
    /// Who was offered it.
    pub to: Person,
    /// Accepted, declined, withdrawn or expired.
    pub state: HandoverState,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Arc<str>>,
}

/// Offer a role to someone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferRole {
    /// The role.
    pub role: Role,
    /// Who is offered it.
    pub to: Person,
    /// How long the offer stands, in minutes, 1 to [`limits::OFFER_MINUTES_MAX`]; absent: by
    /// configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// What the one who takes over should know beyond the brief.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Arc<str>>,
}

/// Say something to an offer, or end it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerOffer {
    /// Which.
    pub handover: HandoverId,
    /// What is said to it.
    pub answer: OfferAnswer,
    /// Why; needed to decline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Arc<str>>,
}

/// What is said to an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferAnswer {
    /// The whole brief was read.
    Briefed,
    /// The role is taken over.
    Accept,
    /// It is not.
    Decline,
    /// The offer is taken back.
    Withdraw,
    /// Its time ran out (the server's own to say, and nobody else's).
    Expire,
}

/// Someone is offered a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Which handover of the incident.
    pub handover: HandoverId,
    /// Who is offered it.
    pub to: Person,
}

/// Who is offered a role in it; nobody once it is over.
pub(super) fn offers(incident: &Incident) -> Vec<Offered> {
    let open = !incident.status.is_over();
    let offers = incident.open_handovers().filter(|_| open);
    offers
        .map(|handover| Offered {
            handover: handover.id,
            to: handover.to.clone(),
        })
        .collect()
}

impl Incident {
    /// The offer of that number, if it is still held.
    #[must_use]
    pub fn handover(&self, id: HandoverId) -> Option<&Handover> {
        self.handovers.iter().find(|handover| handover.id == id)
    }

    /// The offers that wait for an end, oldest first; at most one of each role.
    pub fn open_handovers(&self) -> impl Iterator<Item = &Handover> {
        self.handovers
            .iter()
            .filter(|handover| handover.state.is_open())
    }

    /// The open offer of that role.
    #[must_use]
    pub fn offer_of(&self, role: &Role) -> Option<&Handover> {
        self.open_handovers()
            .find(|handover| handover.role == *role)
    }

    /// What this person is offered and may still accept, the oldest first.
    #[must_use]
    pub fn offered_to(&self, person: &Person, now: Timestamp) -> Option<&Handover> {
        let mut open = self.open_handovers();
        open.find(|handover| handover.to == *person && handover.stands(now))
    }

    /// When the next offer expires, or should have: whatever the incident's status, as every offer
    /// has an end.
    #[must_use]
    pub fn next_expiry(&self) -> Option<Timestamp> {
        self.open_handovers()
            .map(|handover| handover.expires_at)
            .min()
    }

    /// Whether this person may offer the role: whoever has it, the commander and the deputy.
    #[must_use]
    pub fn may_offer(&self, role: &Role, person: &Person) -> bool {
        self.holder(role) == Some(person) || self.is_in_command(person)
    }

    /// Whether this person may take the offer back: whoever made it, the role's holder, the commander
    /// and the deputy.
    #[must_use]
    pub fn may_withdraw_offer(&self, handover: &Handover, person: &Person) -> bool {
        handover.by == *person || self.may_offer(&handover.role, person)
    }

    /// Since when this person has had the role, where that is so long that a handover is due.
    /// `after` is how long that is; zero or less: never.
    #[must_use]
    pub fn tired_since(&self, role: &Role, now: Timestamp, after: TimeDelta) -> Option<Timestamp> {
        let holder = self.roles.get(role)?;
        let due = self.status.is_live() && after > TimeDelta::zero();
        (due && now - holder.since >= after).then_some(holder.since)
    }

    /// Lets the oldest ended offers go beyond the bound.
    pub(super) fn trim_handovers(&mut self) {
        let ended = |handover: &Handover| !handover.state.is_open();
        while self.handovers.iter().filter(|h| ended(h)).count() > limits::ENDED_HANDOVERS
            || self.handovers.len() > limits::ROLES + limits::ENDED_HANDOVERS
        {
            let oldest = self.handovers.iter().position(ended).unwrap_or(0);
            self.handovers.remove(oldest);
        }
    }
}
