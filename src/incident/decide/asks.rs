//! Rules about asks. That one is overdue is nothing that happens: it follows from the clock, and an
//! ask that is overdue may be answered as any other.

use super::check::{no_change, reason, refuse, text};
use super::{Case, Draft};
use crate::incident::limits;
use crate::incident::{
    Ask, AskId, AskState, Intent, Person, Refusal, RefusalCode, Role, Timestamp, What,
};
use chrono::TimeDelta;
use std::sync::Arc;

impl Case<'_> {
    /// The clock runs from when the room has it: before, nobody could have seen it.
    pub(super) fn ask(self, to: &Person, minutes: u32, words: &str) -> Result<Vec<Draft>, Refusal> {
        self.put_ask(to, minutes, words, self.context.now, None)
    }

    /// What is done to an ask, and one that was given by voice.
    pub(super) fn about_ask(self) -> Result<Vec<Draft>, Refusal> {
        match &self.command.intent {
            Intent::NoteAsk {
                to,
                minutes,
                text,
                by,
            } => self.note_ask(to, *minutes, text, by.as_ref()),
            Intent::AnswerAsk { ask, state, reason } => {
                self.answer_ask(*ask, *state, reason.as_ref())
            }
            Intent::AskMoreTime {
                ask,
                minutes,
                reason,
            } => self.ask_more_time(*ask, *minutes, reason.as_ref()),
            Intent::ExtendAsk {
                ask,
                minutes,
                reason,
            } => self.extend_ask(*ask, *minutes, reason.as_ref()),
            Intent::RefuseMoreTime { ask, reason } => self.refuse_more_time(*ask, reason.as_ref()),
            Intent::WithdrawAsk { ask, reason } => self.withdraw_ask(*ask, reason.as_ref()),
            _ => Ok(Vec::new()),
        }
    }

    /// Who asked by voice has the asker's say over it; who notes it may answer for whoever heard it.
    fn note_ask(
        self,
        to: &Person,
        minutes: u32,
        words: &str,
        by: Option<&Person>,
    ) -> Result<Vec<Draft>, Refusal> {
        let commander = self.incident.holder(&Role::IncidentCommander);
        let by = by.or(commander).unwrap_or(&self.context.actor.person);
        if *by == Person::warroom() {
            return Err(is_the_program());
        }
        self.put_ask(to, minutes, words, self.written_at(), Some(by))
    }

    fn put_ask(
        self,
        to: &Person,
        minutes: u32,
        words: &str,
        from: Timestamp,
        told_by: Option<&Person>,
    ) -> Result<Vec<Draft>, Refusal> {
        self.needs_open()?;
        let length = length(minutes)?;
        if *to == Person::warroom() {
            return Err(is_the_program());
        }
        if self.incident.open_asks() >= limits::OPEN_ASKS {
            return Err(refuse(
                RefusalCode::Full,
                format!("{} asks are open; that is the most.", limits::OPEN_ASKS),
                "End some first.",
            ));
        }
        let text = text(words, "The ask", limits::ASK_BYTES)?;
        let ask = AskId(self.incident.counts.asks.saturating_add(1));
        Ok(self.one(What::Asked {
            ask,
            to: to.clone(),
            due_at: from + length,
            text,
            told_by: told_by.cloned(),
            verifies: None,
        }))
    }

    fn answer_ask(
        self,
        id: AskId,
        state: AskState,
        why: Option<&Arc<str>>,
    ) -> Result<Vec<Draft>, Refusal> {
        let ask = self.held_ask(id)?;
        if ask.state == state {
            return Err(no_change(format!("Ask {id} is {} already.", state.name())));
        }
        let ask = open(ask)?;
        let is_answer = matches!(
            state,
            AskState::Acknowledged | AskState::Done | AskState::Declined
        );
        if !is_answer {
            return Err(refuse(
                RefusalCode::Invalid,
                format!("That ask {id} is {} is no answer to it.", state.name()),
                "Acknowledge it, say that it is done, or decline it.",
            ));
        }
        self.needs_answerer(ask)?;
        let reason = reason(why)?;
        if state == AskState::Declined && reason.is_none() {
            return Err(refuse(
                RefusalCode::Invalid,
                format!("Ask {id} cannot be declined without a reason."),
                "Say why in a few words, so that it can be asked of someone else.",
            ));
        }
        Ok(self.one(What::AskAnswered {
            ask: id,
            state,
            reason,
            text: Some(ask.text.clone()),
            to: Some(ask.to.clone()),
        }))
    }

    fn ask_more_time(
        self,
        id: AskId,
        minutes: u32,
        why: Option<&Arc<str>>,
    ) -> Result<Vec<Draft>, Refusal> {
        self.needs_open()?;
        let ask = open(self.held_ask(id)?)?;
        self.needs_answerer(ask)?;
        length(minutes)?;
        let reason = reason(why)?;
        let pending = ask.more_time.as_ref();
        if pending.is_some_and(|more| more.minutes == minutes && more.reason == reason) {
            return Err(no_change(format!(
                "{minutes} minutes more are asked for already."
            )));
        }
        Ok(self.one(What::MoreTimeAsked {
            ask: id,
            to: ask.to.clone(),
            minutes,
            reason,
            text: ask.text.clone(),
        }))
    }

    fn extend_ask(
        self,
        id: AskId,
        minutes: Option<u32>,
        why: Option<&Arc<str>>,
    ) -> Result<Vec<Draft>, Refusal> {
        self.needs_open()?;
        let ask = open(self.held_ask(id)?)?;
        self.needs_steerer(ask, "give it more time")?;
        let wanted = ask.more_time.as_ref().map(|more| more.minutes);
        let Some(minutes) = minutes.or(wanted) else {
            return Err(refuse(
                RefusalCode::Invalid,
                format!("Nobody has said how much more time ask {id} needs."),
                "Say how much more it gets, as in 10m.",
            ));
        };
        // Time that is given is never past already.
        let due_at = ask.due_at.max(self.context.now) + length(minutes)?;
        let most = TimeDelta::minutes(limits::ASK_MINUTES_MAX);
        if due_at - self.context.now > most {
            return Err(refuse(
                RefusalCode::Invalid,
                format!("Ask {id} would be due more than 24 hours from now."),
                "Give it less, or make it follow-up work with TODO:.",
            ));
        }
        Ok(self.one(What::AskExtended {
            ask: id,
            to: ask.to.clone(),
            minutes,
            due_at,
            reason: reason(why)?,
            text: ask.text.clone(),
        }))
    }

    fn refuse_more_time(self, id: AskId, why: Option<&Arc<str>>) -> Result<Vec<Draft>, Refusal> {
        let ask = open(self.held_ask(id)?)?;
        self.needs_steerer(ask, "refuse it more time")?;
        if ask.more_time.is_none() {
            return Err(no_change(format!("No more time is asked for ask {id}.")));
        }
        Ok(self.one(What::MoreTimeRefused {
            ask: id,
            to: ask.to.clone(),
            reason: reason(why)?,
            text: ask.text.clone(),
        }))
    }

    fn withdraw_ask(self, id: AskId, why: Option<&Arc<str>>) -> Result<Vec<Draft>, Refusal> {
        let ask = self.held_ask(id)?;
        if ask.state == AskState::Withdrawn {
            return Err(no_change(format!("Ask {id} is withdrawn already.")));
        }
        let ask = open(ask)?;
        self.needs_steerer(ask, "withdraw it")?;
        Ok(self.one(What::AskWithdrawn {
            ask: id,
            to: ask.to.clone(),
            reason: reason(why)?,
            text: ask.text.clone(),
        }))
    }

    fn held_ask(&self, id: AskId) -> Result<&Ask, Refusal> {
        self.incident.ask(id).ok_or_else(|| {
            refuse(
                RefusalCode::NotFound,
                format!("There is no ask {id}, or it ended long ago."),
                "Look at the asks for its number.",
            )
        })
    }

    fn needs_answerer(&self, ask: &Ask) -> Result<(), Refusal> {
        if self
            .incident
            .may_answer_ask(ask, &self.context.actor.person)
        {
            return Ok(());
        }
        Err(refuse(
            RefusalCode::NotYours,
            format!("Ask {} is {}'s to answer.", ask.id, ask.to),
            format!(
                "Tell {}, who asked, or the scribe: they may answer for {}.",
                ask.by, ask.to
            ),
        ))
    }

    fn needs_steerer(&self, ask: &Ask, to_do: &str) -> Result<(), Refusal> {
        if self.incident.may_steer_ask(ask, &self.context.actor.person) {
            return Ok(());
        }
        Err(refuse(
            RefusalCode::NotYours,
            format!(
                "Only {}, who asked, the Incident Commander or the deputy may {to_do}.",
                ask.by
            ),
            format!("Say to {} what ask {} needs.", ask.by, ask.id),
        ))
    }
}

/// An ask that has ended stays as it ended: of two who end it at once the second is told.
fn open(ask: &Ask) -> Result<&Ask, Refusal> {
    if ask.state.is_open() {
        return Ok(ask);
    }
    Err(refuse(
        RefusalCode::WrongStatus,
        format!(
            "Ask {} to {} has ended: it is {}.",
            ask.id,
            ask.to,
            ask.state.name()
        ),
        "Ask again.",
    ))
}

fn length(minutes: u32) -> Result<TimeDelta, Refusal> {
    let fits = limits::ASK_MINUTES_MIN..=limits::ASK_MINUTES_MAX;
    if fits.contains(&i64::from(minutes)) {
        return Ok(TimeDelta::minutes(i64::from(minutes)));
    }
    Err(refuse(
        RefusalCode::Invalid,
        format!("{minutes} minutes is no time for an ask."),
        "Give it 1 minute to 24 hours.",
    ))
}

fn is_the_program() -> Refusal {
    refuse(
        RefusalCode::Invalid,
        "warroom is the program itself, and does no tasks.",
        "Name a person.",
    )
}
