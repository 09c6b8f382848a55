//! Rules about proposals. The window closes by the server's clock: at that moment nothing more is
//! heard, and what then holds is written down once, by the server, however late it comes to it.

use super::check::{no_change, reason, refuse, text};
use super::{Case, Draft};
use crate::incident::limits;
use crate::incident::{
    AskId, Intent, Person, Proposal, ProposalId, ProposalState, Refusal, RefusalCode, Stance, What,
};
use chrono::TimeDelta;
use std::sync::Arc;

impl Case<'_> {
    pub(super) fn about_proposal(self) -> Result<Vec<Draft>, Refusal> {
        match &self.command.intent {
            Intent::Propose {
                text,
                executor,
                verify_minutes,
            } => self.propose(text, executor.as_ref(), *verify_minutes),
            Intent::TakeStance { proposal, stance } => self.take_stance(*proposal, stance),
            Intent::CloseProposal { proposal } => self.close_proposal(*proposal),
            Intent::DecideProposal { proposal, reason } => {
                self.decide_proposal(*proposal, reason.as_ref())
            }
            Intent::WithdrawProposal { proposal, reason } => {
                self.withdraw_proposal(*proposal, reason.as_ref())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// The window opens when the room has it: before, nobody could have objected.
    fn propose(
        self,
        words: &str,
        executor: Option<&Person>,
        verify_minutes: Option<u32>,
    ) -> Result<Vec<Draft>, Refusal> {
        self.needs_open()?;
        if executor == Some(&Person::warroom()) {
            return Err(refuse(
                RefusalCode::Invalid,
                "warroom is the program itself, and carries nothing out.",
                "Name a person.",
            ));
        }
        let verify_minutes = verify_minutes.unwrap_or(limits::VERIFY_MINUTES);
        let fits = limits::ASK_MINUTES_MIN..=limits::ASK_MINUTES_MAX;
        if !fits.contains(&i64::from(verify_minutes)) {
            return Err(refuse(
                RefusalCode::Invalid,
                format!("{verify_minutes} minutes is no time to verify a decision."),
                "Give it 1 minute to 24 hours.",
            ));
        }
        if self.incident.open_proposals() >= limits::OPEN_PROPOSALS {
            return Err(refuse(
                RefusalCode::Full,
                format!(
                    "{} proposals wait for an end; that is the most.",
                    limits::OPEN_PROPOSALS
                ),
                "Decide or withdraw some first.",
            ));
        }
        let next = self.incident.counts.proposals.saturating_add(1);
        Ok(self.one(What::Proposed {
            proposal: ProposalId(next),
            text: text(words, "The proposal", limits::PROPOSAL_BYTES)?,
            executor: executor.cloned(),
            closes_at: self.context.now + self.context.window,
            verify_minutes,
        }))
    }

    fn take_stance(self, id: ProposalId, stance: &Stance) -> Result<Vec<Draft>, Refusal> {
        let proposal = self.held_proposal(id)?;
        if !proposal.hears(self.context.now) {
            return Err(self.no_longer_heard(proposal));
        }
        let me = &self.context.actor.person;
        if proposal.by == *me {
            return Err(refuse(
                RefusalCode::Invalid,
                format!("Proposal {id} is your own."),
                "Withdraw it, if it should not go ahead.",
            ));
        }
        let stance = match stance {
            Stance::NoObjection => Stance::NoObjection,
            Stance::Objects { reason } => Stance::Objects {
                reason: text(reason, "The objection", limits::REASON_BYTES)?,
            },
        };
        let said = proposal.stances.get(me);
        if said == Some(&stance) {
            return Err(no_change(format!("You said so to proposal {id} already.")));
        }
        if said.is_none() && proposal.stances.len() >= limits::STANCES {
            return Err(refuse(
                RefusalCode::Full,
                format!(
                    "{} people spoke to proposal {id}; that is the most.",
                    limits::STANCES
                ),
                "Say it aloud.",
            ));
        }
        Ok(self.one(What::StanceTaken {
            proposal: id,
            stance,
            text: proposal.text.clone(),
        }))
    }

    fn no_longer_heard(self, proposal: &Proposal) -> Refusal {
        let (id, by) = (proposal.id, &proposal.by);
        match proposal.state {
            ProposalState::Open | ProposalState::Contested => refuse(
                RefusalCode::WrongStatus,
                format!("The window of proposal {id} has closed."),
                format!("Say it aloud: {by} and the commander may still act on it."),
            ),
            ended => refuse(
                RefusalCode::WrongStatus,
                format!("Proposal {id} is {} already.", ended.name()),
                "Write a note, and make another proposal.",
            ),
        }
    }

    fn close_proposal(self, id: ProposalId) -> Result<Vec<Draft>, Refusal> {
        if !self.context.actor.is_server() {
            return Err(refuse(
                RefusalCode::Access,
                "That a window is over is the server's own to say.",
                "Wait for it.",
            ));
        }
        let proposal = self.held_proposal(id)?;
        if proposal.state != ProposalState::Open {
            return Err(no_change(format!("The window of proposal {id} is closed.")));
        }
        if !proposal.is_due(self.context.now) {
            return Err(refuse(
                RefusalCode::WrongStatus,
                format!("The window of proposal {id} is still open."),
                "Wait for its end.",
            ));
        }
        let objections = proposal.objections();
        if objections.is_empty() {
            return Ok(self.decided(proposal, None));
        }
        Ok(self.one(What::ProposalContested {
            proposal: id,
            objections,
            text: proposal.text.clone(),
        }))
    }

    fn decide_proposal(
        self,
        id: ProposalId,
        why: Option<&Arc<str>>,
    ) -> Result<Vec<Draft>, Refusal> {
        let proposal = self.held_proposal(id)?;
        match proposal.state {
            ProposalState::Contested => {}
            ProposalState::Decided => {
                return Err(no_change(format!("Proposal {id} is decided already.")));
            }
            ProposalState::Withdrawn => return Err(self.no_longer_heard(proposal)),
            ProposalState::Open => {
                return Err(refuse(
                    RefusalCode::WrongStatus,
                    format!("The window of proposal {id} is still open."),
                    "Wait for its end: it is decided then, unless someone objects.",
                ));
            }
        }
        self.needs_command("decide over an objection")?;
        Ok(self.decided(proposal, reason(why)?))
    }

    fn withdraw_proposal(
        self,
        id: ProposalId,
        why: Option<&Arc<str>>,
    ) -> Result<Vec<Draft>, Refusal> {
        let proposal = self.held_proposal(id)?;
        if proposal.state == ProposalState::Withdrawn {
            return Err(no_change(format!("Proposal {id} is withdrawn already.")));
        }
        if proposal.state == ProposalState::Decided {
            return Err(self.no_longer_heard(proposal));
        }
        let me = &self.context.actor.person;
        if !self.incident.may_withdraw(proposal, me) {
            return Err(refuse(
                RefusalCode::NotYours,
                format!(
                    "Only {}, who proposed it, the Incident Commander or the deputy may withdraw \
                     it.",
                    proposal.by
                ),
                "Object to it, and say why.",
            ));
        }
        Ok(self.one(What::ProposalWithdrawn {
            proposal: id,
            reason: reason(why)?,
            text: proposal.text.clone(),
        }))
    }

    /// It is decided; and, while there is someone to ask, someone is asked to verify it.
    fn decided(self, proposal: &Proposal, reason: Option<Arc<str>>) -> Vec<Draft> {
        let decided = self.draft(What::ProposalDecided {
            proposal: proposal.id,
            proposer: proposal.by.clone(),
            executor: proposal.executor.clone(),
            objections: proposal.objections(),
            consents: u32::try_from(proposal.consents()).unwrap_or(u32::MAX),
            reason,
            text: proposal.text.clone(),
        });
        let asks = self.incident.status.is_open() && self.incident.open_asks() < limits::OPEN_ASKS;
        let verify = asks.then(|| self.draft(self.verify(proposal)));
        std::iter::once(decided).chain(verify).collect()
    }

    fn verify(self, proposal: &Proposal) -> What {
        let words = format!("verify: {}", proposal.text);
        let end = words.floor_char_boundary(limits::ASK_BYTES);
        let minutes = TimeDelta::minutes(i64::from(proposal.verify_minutes));
        What::Asked {
            ask: AskId(self.incident.counts.asks.saturating_add(1)),
            to: proposal.executor.as_ref().unwrap_or(&proposal.by).clone(),
            due_at: self.context.now + minutes,
            text: words.get(..end).unwrap_or(&words).into(),
            told_by: None,
            verifies: Some(proposal.id),
        }
    }

    fn held_proposal(&self, id: ProposalId) -> Result<&Proposal, Refusal> {
        self.incident.proposal(id).ok_or_else(|| {
            refuse(
                RefusalCode::NotFound,
                format!("There is no proposal {id}, or it ended long ago."),
                "Look at the proposals for its number.",
            )
        })
    }
}
