//! Rules about commands that were run, and about consent to dangerous ones.

use super::check::{bounded, no_change, reason, refuse, text};
use super::{Case, Draft};
use crate::incident::limits;
use crate::incident::{
    CommandRun, Consent, ConsentAnswered, ConsentAsked, ConsentGiving, ConsentWanted, Part,
    Refusal, RefusalCode, Role, StepRef, What,
};
use chrono::TimeDelta;

impl Case<'_> {
    /// A command that ran is a fact: it is taken down whatever the incident's status, and a step or
    /// a consent that is not held any more falls away rather than the evidence.
    pub(super) fn record_run(self, run: &CommandRun) -> Result<Vec<Draft>, Refusal> {
        let kept = run.printed.kept();
        if kept > limits::RUN_OUTPUT_BYTES || run.printed.parts.len() > limits::RUN_PARTS {
            return Err(refuse(
                RefusalCode::Invalid,
                format!(
                    "The output kept of the command has {kept} bytes in {} pieces; {} and {} are \
                     the most.",
                    run.printed.parts.len(),
                    limits::RUN_OUTPUT_BYTES,
                    limits::RUN_PARTS
                ),
                "Trim it, or keep fewer stretches of lines.",
            ));
        }
        // A clock that runs ahead is held back: the evidence is not lost over it.
        let at = run.started_at.min(self.context.now);
        let who = self.context.actor.person.clone();
        let command = text(&run.command, "The command", limits::RUN_COMMAND_BYTES)?;
        let consent = run.consent.filter(|asked| {
            let consent = self.incident.consent(*asked);
            consent.is_some_and(|consent| consent.allows(&who, &command, at))
        });
        let leads = self.incident.holder(&Role::OperationsLead) == Some(&who);
        let unagreed =
            !leads && consent.is_none() && self.is_dangerous(run.step.as_ref(), &command);
        let run = CommandRun {
            command,
            unagreed,
            host: bounded(&run.host, "The host's name", limits::RUN_PLACE_BYTES)?,
            directory: bounded(&run.directory, "The directory", limits::RUN_PLACE_BYTES)?,
            user: bounded(&run.user, "The user's name", limits::RUN_PLACE_BYTES)?,
            started_at: at,
            printed: crate::incident::Printed {
                parts: run
                    .printed
                    .parts
                    .iter()
                    .filter(is_something)
                    .cloned()
                    .collect(),
                ..run.printed.clone()
            },
            note: bounded(run.note.trim(), "The note", limits::REASON_BYTES)?,
            step: run.step.clone().filter(|step| self.has_step(step)),
            consent,
            withheld: false,
            ..run.clone()
        };
        Ok(vec![Draft {
            occurred_at: at,
            what: What::CommandRan(Box::new(run)),
        }])
    }

    /// Whether this is a block of that step that is marked as dangerous, its variables written before
    /// it. One that was changed by hand is not known here.
    fn is_dangerous(self, of: Option<&StepRef>, command: &str) -> bool {
        let step = of.and_then(|of| self.incident.runbook(&of.runbook)?.step(of.step));
        let mut blocks = step.iter().flat_map(|step| &step.text.blocks);
        blocks.any(|block| block.danger && command.trim_end().ends_with(block.script.trim()))
    }

    fn has_step(self, of: &StepRef) -> bool {
        let runbook = self.incident.runbook(&of.runbook);
        runbook.is_some_and(|runbook| runbook.step(of.step).is_some())
    }

    pub(super) fn ask_consent(self, wanted: &ConsentWanted) -> Result<Vec<Draft>, Refusal> {
        self.needs_open()?;
        let command = text(&wanted.command, "The command", limits::RUN_COMMAND_BYTES)?;
        let now = self.context.now;
        let who = &self.context.actor.person;
        let mut open = self.incident.consents.iter().filter(|c| c.is_open(now));
        if open.clone().any(|c| c.by == *who && c.command == command) {
            return Err(no_change("Consent to this was asked for already."));
        }
        if open.by_ref().count() >= limits::OPEN_CONSENTS {
            return Err(refuse(
                RefusalCode::Full,
                format!(
                    "{} commands wait for consent; more would not be read.",
                    limits::OPEN_CONSENTS
                ),
                "Have one of them answered first.",
            ));
        }
        Ok(self.one(What::ConsentAsked(ConsentAsked {
            command,
            step: wanted.step.clone().filter(|step| self.has_step(step)),
            expires_at: now + TimeDelta::minutes(limits::CONSENT_MINUTES),
        })))
    }

    pub(super) fn answer_consent(self, answer: &ConsentGiving) -> Result<Vec<Draft>, Refusal> {
        self.needs_open()?;
        let consent = self.incident.consent(answer.asked).ok_or_else(|| {
            refuse(
                RefusalCode::NotFound,
                format!("No consent was asked for by entry {}.", answer.asked),
                "Look at the timeline for its number.",
            )
        })?;
        self.may_answer(consent)?;
        let reason = reason(answer.reason.as_ref())?;
        if !answer.given && reason.is_none() {
            return Err(refuse(
                RefusalCode::Invalid,
                "Consent is not refused without a reason.",
                "Say why in a few words.",
            ));
        }
        Ok(self.one(What::ConsentAnswered(ConsentAnswered {
            asked: answer.asked,
            to: consent.by.clone(),
            given: answer.given,
            reason,
            command: consent.command.clone(),
        })))
    }

    fn may_answer(self, consent: &Consent) -> Result<(), Refusal> {
        let who = &self.context.actor.person;
        if consent.by == *who {
            return Err(refuse(
                RefusalCode::NotYours,
                "You asked for this consent yourself: it takes a second person.",
                "Have someone else read the command.",
            ));
        }
        if let Some(answer) = &consent.answer {
            let what = if answer.given { "given" } else { "refused" };
            return Err(no_change(format!(
                "Consent was {what} already, by {}.",
                answer.by
            )));
        }
        if !consent.is_open(self.context.now) {
            let by = &consent.by;
            return Err(refuse(
                RefusalCode::WrongStatus,
                "The time to answer is over; the command was not run under it.",
                format!("{by} asks again if it is still wanted."),
            ));
        }
        Ok(())
    }
}

fn is_something(part: &&Part) -> bool {
    match part {
        Part::Text { text } => !text.is_empty(),
        Part::Cut { bytes } => *bytes > 0,
        Part::Trimmed { lines } => *lines > 0,
    }
}
