//! What is typed about handovers.

use super::arguments::Build;
use super::{GrammarContext, Problem};
use crate::incident::{
    AnswerOffer, HandoverId, Intent, OfferAnswer, OfferRole, Person, Role, limits,
};

/// What may be said to the offer of a role, as it is typed, besides whom it is offered to.
pub const OFFER_WORDS: [(&str, OfferAnswer); 3] = [
    ("accept", OfferAnswer::Accept),
    ("decline", OfferAnswer::Decline),
    ("withdraw", OfferAnswer::Withdraw),
];

impl Build<'_, '_> {
    /// `/handover ic @bo 15m rollback is at step 4`, or what is said to the offer of a role:
    /// `/handover ic decline I am on another one`.
    pub(super) fn handover(&mut self) -> Result<Intent, Problem> {
        let role: Role = self.argument("a role", str::parse)?;
        let said = self.perhaps(|word| {
            let known = OFFER_WORDS.iter();
            known
                .copied()
                .find(|(known, _)| word.eq_ignore_ascii_case(known))
        });
        if let Some((word, answer)) = said {
            return self.offer_answer(&role, word, answer);
        }
        let to: Person = self.person()?;
        let minutes = self.minutes(limits::OFFER_MINUTES_MAX)?;
        let words = self.reason()?;
        Ok(Intent::OfferRole(OfferRole {
            role,
            to,
            minutes,
            words,
        }))
    }

    fn offer_answer(
        &mut self,
        role: &Role,
        word: &str,
        answer: OfferAnswer,
    ) -> Result<Intent, Problem> {
        let reason = self.reason()?;
        if answer == OfferAnswer::Decline && reason.is_none() {
            return Err(self.missing("a reason to decline"));
        }
        let offer = self.context.incident.and_then(|i| i.offer_of(role));
        let handover = match (offer, self.context.incident) {
            (Some(offer), _) => offer.id,
            (None, Some(_)) => {
                return Err(Problem::new(
                    format!("{role} is offered to nobody."),
                    format!("There is nothing to {word}."),
                ));
            }
            // Without the state the server says which there are.
            (None, None) => HandoverId(1),
        };
        Ok(Intent::AnswerOffer(AnswerOffer {
            handover,
            answer,
            reason,
        }))
    }
}

/// What a line about a handover becomes; nothing for any other.
pub(super) fn preview(intent: &Intent, context: &GrammarContext<'_>) -> Option<String> {
    use super::preview::{because, short};
    Some(match intent {
        Intent::OfferRole(offer) => {
            let minutes = offer.minutes.map(|minutes| format!(" for {minutes}m"));
            let words = because(offer.words.as_deref());
            format!(
                "offer {} to {}{}, who has it once they accept{words}",
                offer.role,
                offer.to,
                minutes.unwrap_or_default()
            )
        }
        Intent::AnswerOffer(said) => {
            let held = context.incident.and_then(|i| i.handover(said.handover));
            let role = held.map_or("the role", |held| held.role.title());
            let why = because(said.reason.as_deref());
            match said.answer {
                OfferAnswer::Accept => format!("you take over {}", short(role)),
                OfferAnswer::Decline => format!("decline {}{why}", short(role)),
                OfferAnswer::Briefed => format!("the brief of {} is read", short(role)),
                _ => format!("withdraw the offer of {}{why}", short(role)),
            }
        }
        _ => return None,
    })
}
