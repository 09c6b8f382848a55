//! Rules about handovers. A role that is offered stays with its holder until the one who is offered
//! it has read the brief and accepts; two answers that race are decided by the order in which
//! the server takes them, and none counts at or after the offer's end.

use super::check::{no_change, reason, refuse, text};
use super::{Case, Draft};
use crate::incident::limits;
use crate::incident::{
    AnswerOffer, Handover, HandoverBrief, HandoverId, HandoverOffer, HandoverOutcome,
    HandoverState, OfferAnswer, OfferRole, Person, Refusal, RefusalCode, Role, What,
};
use chrono::TimeDelta;
use std::sync::Arc;

impl Case<'_> {
    /// The time of an offer runs from when the room has it: before, nobody could accept it.
    pub(super) fn offer_role(self, offer: &OfferRole) -> Result<Vec<Draft>, Refusal> {
        self.needs_open()?;
        let holder = self.may_offer(&offer.role)?;
        if offer.to == Person::warroom() {
            return Err(refuse(
                RefusalCode::Invalid,
                "warroom is the program itself, and takes no role.",
                "Name a person.",
            ));
        }
        if offer.to == *holder {
            return Err(no_change(format!("{holder} has {} already.", offer.role)));
        }
        self.nothing_offered(&offer.role)?;
        let stands_for = match offer.minutes {
            None => self.context.offer,
            Some(minutes) => offer_time(minutes)?,
        };
        let words = offer
            .words
            .as_ref()
            .filter(|words| !words.trim().is_empty());
        let words = words.map(|words| text(words, "What you say with it", limits::OFFER_BYTES));
        let next = self.incident.counts.handovers.saturating_add(1);
        Ok(self.one(What::HandoverOffered(HandoverOffer {
            handover: HandoverId(next),
            role: offer.role.clone(),
            from: holder.clone(),
            to: offer.to.clone(),
            expires_at: self.context.now + stands_for,
            words: words.transpose()?,
        })))
    }

    /// The actor may offer the role; answers who has it.
    fn may_offer(&self, role: &Role) -> Result<&Person, Refusal> {
        let Some(holder) = self.incident.holder(role) else {
            return Err(refuse(
                RefusalCode::WrongStatus,
                format!("{role} is vacant: there is nobody to hand it over."),
                "Claim it, or assign it.",
            ));
        };
        if self.incident.may_offer(role, &self.context.actor.person) {
            return Ok(holder);
        }
        Err(refuse(
            RefusalCode::NotYours,
            format!(
                "Only {holder}, who has {role}, the Incident Commander or the deputy may offer it."
            ),
            format!("Ask {holder} to offer it."),
        ))
    }

    fn nothing_offered(self, role: &Role) -> Result<(), Refusal> {
        match self.incident.offer_of(role) {
            None => Ok(()),
            Some(open) if open.is_due(self.context.now) => Err(refuse(
                RefusalCode::Busy,
                format!("The offer of {role} to {} has just expired.", open.to),
                "Offer it again in a moment.",
            )),
            Some(open) => Err(refuse(
                RefusalCode::RoleHeld,
                format!("{} is offered {role} already.", open.to),
                format!("Withdraw that offer (handover {}) first.", open.id),
            )),
        }
    }

    pub(super) fn answer_offer(self, said: &AnswerOffer) -> Result<Vec<Draft>, Refusal> {
        let handover = self.held_handover(said.handover)?;
        if said.answer == OfferAnswer::Expire {
            return self.expire(handover);
        }
        self.still_stands(handover, said.answer)?;
        match said.answer {
            OfferAnswer::Briefed => self.brief(handover),
            OfferAnswer::Accept => self.accept(handover),
            OfferAnswer::Decline => self.decline_offer(handover, said.reason.as_ref()),
            OfferAnswer::Withdraw | OfferAnswer::Expire => {
                self.withdraw_offer(handover, said.reason.as_ref())
            }
        }
    }

    /// It is open, and not past its end.
    fn still_stands(self, of: &Handover, answer: OfferAnswer) -> Result<(), Refusal> {
        let Handover { id, role, to, .. } = of;
        let so_already = matches!(
            (answer, of.state),
            (OfferAnswer::Accept, HandoverState::Accepted)
                | (OfferAnswer::Decline, HandoverState::Declined)
                | (OfferAnswer::Withdraw, HandoverState::Withdrawn)
        );
        if so_already {
            let state = of.state.name();
            return Err(no_change(format!("Handover {id} is {state} already.")));
        }
        if of.stands(self.context.now) {
            return Ok(());
        }
        let over = match of.state {
            HandoverState::Offered | HandoverState::Briefed => HandoverState::Expired.name(),
            ended => ended.name(),
        };
        let now = self.incident.holder(role);
        let now = now.map_or_else(|| "nobody has it".to_owned(), |who| format!("{who} has it"));
        Err(refuse(
            RefusalCode::WrongStatus,
            format!("The offer of {role} to {to} is {over}, and {now}."),
            "Speak with who has it; it can be offered again.",
        ))
    }

    fn is_mine(self, of: &Handover) -> Result<(), Refusal> {
        if of.to == self.context.actor.person {
            return Ok(());
        }
        Err(refuse(
            RefusalCode::NotYours,
            format!("{} is offered {}, and nobody else answers.", of.to, of.role),
            format!("Ask {} to answer it.", of.to),
        ))
    }

    fn brief(self, of: &Handover) -> Result<Vec<Draft>, Refusal> {
        self.is_mine(of)?;
        if of.state == HandoverState::Briefed {
            return Err(no_change(format!(
                "You have read the brief of handover {}.",
                of.id
            )));
        }
        Ok(self.one(What::HandoverBriefed(HandoverBrief {
            handover: of.id,
            role: of.role.clone(),
            from: of.from.clone(),
        })))
    }

    /// The end of the offer comes first: nobody has two offers of a role and the role.
    fn accept(self, of: &Handover) -> Result<Vec<Draft>, Refusal> {
        self.is_mine(of)?;
        self.needs_open()?;
        if of.state != HandoverState::Briefed {
            return Err(refuse(
                RefusalCode::WrongStatus,
                format!("You have not read the whole brief of {} yet.", of.role),
                "Read it to its end, then accept.",
            ));
        }
        Ok(vec![
            self.draft(ended(of, HandoverState::Accepted, None)),
            self.draft(What::RoleAssigned {
                role: of.role.clone(),
                to: of.to.clone(),
                from: Some(of.from.clone()),
            }),
        ])
    }

    fn decline_offer(self, of: &Handover, why: Option<&Arc<str>>) -> Result<Vec<Draft>, Refusal> {
        self.is_mine(of)?;
        let why = why.map_or("", |why| why);
        let why = text(why, "The reason", limits::REASON_BYTES)?;
        Ok(self.one(ended(of, HandoverState::Declined, Some(why))))
    }

    fn withdraw_offer(self, of: &Handover, why: Option<&Arc<str>>) -> Result<Vec<Draft>, Refusal> {
        let me = &self.context.actor.person;
        if !self.incident.may_withdraw_offer(of, me) {
            return Err(refuse(
                RefusalCode::NotYours,
                format!(
                    "Only {}, who offers it, {}, who has it, the Incident Commander or the \
                     deputy may withdraw the offer.",
                    of.by, of.from
                ),
                "Ask one of them.",
            ));
        }
        Ok(self.one(ended(of, HandoverState::Withdrawn, reason(why)?)))
    }

    fn expire(self, of: &Handover) -> Result<Vec<Draft>, Refusal> {
        if !self.context.actor.is_server() {
            return Err(refuse(
                RefusalCode::Access,
                "That an offer's time is over is the server's own to say.",
                "Wait for it, or withdraw the offer.",
            ));
        }
        if !of.state.is_open() {
            return Err(no_change(format!("Handover {} has ended.", of.id)));
        }
        if !of.is_due(self.context.now) {
            return Err(refuse(
                RefusalCode::WrongStatus,
                format!("Handover {} still stands.", of.id),
                "Wait for its end.",
            ));
        }
        Ok(self.one(ended(of, HandoverState::Expired, None)))
    }

    fn held_handover(&self, id: HandoverId) -> Result<&Handover, Refusal> {
        self.incident.handover(id).ok_or_else(|| {
            refuse(
                RefusalCode::NotFound,
                format!("There is no handover {id}, or it ended long ago."),
                "Look at the roles for what is offered.",
            )
        })
    }
}

fn ended(of: &Handover, state: HandoverState, reason: Option<Arc<str>>) -> What {
    What::HandoverEnded(HandoverOutcome {
        handover: of.id,
        role: of.role.clone(),
        from: of.from.clone(),
        to: of.to.clone(),
        state,
        reason,
    })
}

fn offer_time(minutes: u32) -> Result<TimeDelta, Refusal> {
    let fits = limits::OFFER_MINUTES_MIN..=limits::OFFER_MINUTES_MAX;
    if !fits.contains(&i64::from(minutes)) {
        return Err(refuse(
            RefusalCode::Invalid,
            format!("{minutes} minutes is no time for an offer."),
            "Let it stand for 1 minute to 2 hours.",
        ));
    }
    Ok(TimeDelta::minutes(i64::from(minutes)))
}
