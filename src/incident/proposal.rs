//! A decision put to the room, with a window for strong objections.

use super::{AskId, Entry, Incident, Person, ProposalId, Seq, Timestamp, limits};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What someone says to a proposal. Who says nothing has no objection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stance", rename_all = "snake_case")]
pub enum Stance {
    /// It may go ahead.
    NoObjection,
    /// It must not go ahead as it is.
    Objects {
        /// Why.
        reason: Arc<str>,
    },
}

/// A strong objection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// Who objects.
    pub by: Person,
    /// Why.
    pub reason: Arc<str>,
}

/// How far a proposal has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    /// Its window is open.
    Open,
    /// Its window has closed over an objection: who commands decides.
    Contested,
    /// It is decided.
    Decided,
    /// It was taken back.
    Withdrawn,
}

impl ProposalState {
    /// Still waiting for an end.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Contested)
    }

    /// The stable name, as in JSON, which is also the word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Contested => "contested",
            Self::Decided => "decided",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// How a proposal ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalEnd {
    /// When.
    pub at: Timestamp,
    /// Who ended it: the program where nobody objected.
    pub by: Person,
    /// Why, where that was said.
    #[serde(default)]
    pub reason: Option<Arc<str>>,
}

/// A decision put to the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Its number in this incident.
    pub id: ProposalId,
    /// The event that made it.
    pub seq: Seq,
    /// Who proposes.
    pub by: Person,
    /// Who would carry it out, if that was said.
    #[serde(default)]
    pub executor: Option<Person>,
    /// What is proposed.
    pub text: Arc<str>,
    /// When it was proposed.
    pub proposed_at: Timestamp,
    /// When its window closes.
    pub closes_at: Timestamp,
    /// How long after the decision it is to be verified, in minutes.
    pub verify_minutes: u32,
    /// What people said, the last word of each.
    pub stances: BTreeMap<Person, Stance>,
    /// How far it has come.
    pub state: ProposalState,
    /// How it ended.
    #[serde(default)]
    pub end: Option<ProposalEnd>,
    /// The ask that verifies it, once it is decided.
    #[serde(default)]
    pub verify: Option<AskId>,
}

impl Proposal {
    /// Whether somebody may still say something to it.
    #[must_use]
    pub fn hears(&self, now: Timestamp) -> bool {
        self.state == ProposalState::Open && now < self.closes_at
    }

    /// Its window is over, and that is not written down yet.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.state == ProposalState::Open && now >= self.closes_at
    }

    /// The objections to it, by name.
    #[must_use]
    pub fn objections(&self) -> Vec<Objection> {
        let objections = self.stances.iter().filter_map(|(by, stance)| match stance {
            Stance::Objects { reason } => Some(Objection {
                by: by.clone(),
                reason: reason.clone(),
            }),
            Stance::NoObjection => None,
        });
        objections.collect()
    }

    /// How many said that they have no objection.
    #[must_use]
    pub fn consents(&self) -> usize {
        let consents = self.stances.values();
        consents
            .filter(|stance| **stance == Stance::NoObjection)
            .count()
    }
}

impl Incident {
    /// What was decided, without how: the words of the proposal that became this decision; all
    /// words of any other entry.
    #[must_use]
    pub fn decided_words<'a>(&'a self, entry: &'a Entry) -> &'a str {
        let how = |text: &str| {
            let rest = entry.text.strip_prefix(text);
            rest.is_some_and(|rest| rest.starts_with(" · proposed by "))
        };
        let decided = |state| state == ProposalState::Decided;
        let mut ended = (self.proposals.iter()).filter(|proposal| decided(proposal.state));
        let from = ended.find(|proposal| how(&proposal.text));
        from.map_or(&*entry.text, |proposal| &*proposal.text)
    }

    /// The proposal of that number, if it is still held.
    #[must_use]
    pub fn proposal(&self, id: ProposalId) -> Option<&Proposal> {
        self.proposals.iter().find(|proposal| proposal.id == id)
    }

    /// When the next window closes, or should have: whatever the incident's status, as what was put
    /// to the room has an end.
    #[must_use]
    pub fn next_window(&self) -> Option<Timestamp> {
        let open = self.proposals.iter();
        let open = open.filter(|proposal| proposal.state == ProposalState::Open);
        open.map(|proposal| proposal.closes_at).min()
    }

    /// Whether this person may take the proposal back: whoever made it, the commander and the deputy.
    #[must_use]
    pub fn may_withdraw(&self, proposal: &Proposal, person: &Person) -> bool {
        proposal.by == *person || self.is_in_command(person)
    }

    pub(super) fn open_proposals(&self) -> usize {
        let proposals = self.proposals.iter();
        proposals
            .filter(|proposal| proposal.state.is_open())
            .count()
    }

    /// Lets the oldest ended proposals go beyond the bound.
    pub(super) fn trim_proposals(&mut self) {
        let ended = |proposal: &Proposal| !proposal.state.is_open();
        while self.proposals.iter().filter(|p| ended(p)).count() > limits::ENDED_PROPOSALS
            || self.proposals.len() > limits::OPEN_PROPOSALS + limits::ENDED_PROPOSALS
        {
            let oldest = self.proposals.iter().position(ended).unwrap_or(0);
            self.proposals.remove(oldest);
        }
    }
}
