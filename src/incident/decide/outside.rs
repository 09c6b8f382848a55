//! Rules about what is asked of systems outside. It is written down here and carried out by the
//! server once it is durable. **A drill never reaches the outside world**: there it is answered
//! as not sent in the same command, so that nothing is ever left to be carried out.

use super::check::{line, named, no_change, refuse, text};
use super::{Case, Draft};
use crate::incident::{
    Intent, Matching, OutsideCall, OutsideOutcome, Refusal, RefusalCode, Status, What, limits,
};
use std::sync::Arc;

impl Case<'_> {
    pub(super) fn ask_outside(self, call: &OutsideCall) -> Result<Vec<Draft>, Refusal> {
        let keeps_quiet = matches!(call, OutsideCall::CreateSilence { .. });
        if keeps_quiet || self.incident.status == Status::Merged {
            self.needs_open()?;
        }
        let call = self.checked_call(call)?;
        let mut open = self
            .incident
            .outside
            .iter()
            .filter(|ask| ask.answer.is_none());
        if let Some(same) = open.find(|ask| ask.call == call) {
            return Err(no_change(format!(
                "{} asked for this already, and it is not answered yet.",
                same.by
            )));
        }
        if self.incident.open_outside() >= limits::OPEN_OUTSIDE {
            return Err(refuse(
                RefusalCode::Full,
                format!(
                    "{} things asked outside are not answered yet; that is the most.",
                    limits::OPEN_OUTSIDE
                ),
                "Look at the source's state, and ask again when it answers.",
            ));
        }
        let asked = self.draft(What::OutsideAsked { call: call.clone() });
        let answered = self.incident.is_drill().then(|| {
            self.draft(What::OutsideAnswered {
                asked: self.incident.seq.next(),
                call,
                outcome: OutsideOutcome::NotSent,
                said: Arc::from("this is a drill"),
                reference: None,
            })
        });
        Ok(std::iter::once(asked).chain(answered).collect())
    }

    pub(super) fn answer_outside(self) -> Result<Vec<Draft>, Refusal> {
        let &Intent::AnswerOutside {
            asked,
            outcome,
            ref said,
            ref reference,
        } = &self.command.intent
        else {
            return Ok(Vec::new());
        };
        if !self.context.actor.is_server() {
            return Err(refuse(
                RefusalCode::Access,
                "What came of something that was asked outside is the server's own to say.",
                "Write a note about it.",
            ));
        }
        let Some(ask) = self.incident.outside_ask(asked) else {
            return Err(refuse(
                RefusalCode::NotFound,
                format!("Nothing that was asked outside at {asked} waits for an answer."),
                "Nothing needs to be done.",
            ));
        };
        if ask.answer.is_some() {
            return Err(no_change(format!("What was asked at {asked} is answered.")));
        }
        if outcome == OutsideOutcome::Unknown {
            return Err(refuse(
                RefusalCode::Invalid,
                "This outcome is of a later version.",
                "Update this server.",
            ));
        }
        // Too long a text is cut, never refused: the system cannot be asked to write it again.
        // Half an id is no id.
        let reference = reference.clone();
        let reference = reference.filter(|id| id.len() <= limits::TITLE_BYTES);
        Ok(self.one(What::OutsideAnswered {
            asked,
            call: ask.call.clone(),
            outcome,
            said: one_line(said).into(),
            reference,
        }))
    }

    /// The call, with what must be bounded bounded.
    fn checked_call(self, call: &OutsideCall) -> Result<OutsideCall, Refusal> {
        let source = |name: &str| named(name, "The source", limits::TITLE_BYTES);
        let id = |id: &str| named(id, "The id", limits::TITLE_BYTES);
        let short = |name: &str| line(name, "The issue's name", limits::TITLE_BYTES);
        let why = |why: &str| text(why, "The reason", limits::REASON_BYTES);
        Ok(match call {
            OutsideCall::CreateSilence {
                source: name,
                matchers,
                ends_at,
                reason,
            } => OutsideCall::CreateSilence {
                source: source(name)?,
                matchers: checked_matchers(matchers)?,
                ends_at: self.quiet_until(*ends_at)?,
                reason: why(reason)?,
            },
            OutsideCall::ExpireSilence {
                source: name,
                silence,
                reason,
            } => OutsideCall::ExpireSilence {
                source: source(name)?,
                silence: id(silence)?,
                reason: why(reason)?,
            },
            OutsideCall::ResolveIssue {
                source: name,
                issue,
                short: called,
                in_next_release,
            } => OutsideCall::ResolveIssue {
                source: source(name)?,
                issue: id(issue)?,
                short: short(called)?,
                in_next_release: *in_next_release,
            },
            OutsideCall::IgnoreIssue {
                source: name,
                issue,
                short: called,
                minutes,
            } => OutsideCall::IgnoreIssue {
                source: source(name)?,
                issue: id(issue)?,
                short: short(called)?,
                minutes: some_minutes(*minutes)?,
            },
            OutsideCall::AssignIssue {
                source: name,
                issue,
                short: called,
                to,
            } => OutsideCall::AssignIssue {
                source: source(name)?,
                issue: id(issue)?,
                short: short(called)?,
                to: line(to, "Who gets it", limits::TITLE_BYTES)?,
            },
            OutsideCall::Annotate {
                source: name,
                at,
                text: words,
            } => OutsideCall::Annotate {
                source: source(name)?,
                at: self.named_time(*at)?,
                text: text(words, "The annotation", limits::REASON_BYTES)?,
            },
            OutsideCall::Unknown(_) => return Err(later_version(call.name())),
        })
    }
}

fn later_version(name: &str) -> Refusal {
    let name = name.chars().take(40).filter(|c| !c.is_control());
    refuse(
        RefusalCode::Invalid,
        format!(
            "This version cannot ask outside for '{}', or not with these fields.",
            name.collect::<String>()
        ),
        "Do it in the system itself, and write a note about it.",
    )
}

/// Conditions of a silence, of which at least one says what is to be quiet.
fn checked_matchers(matchers: &[Matching]) -> Result<Vec<Matching>, Refusal> {
    if matchers.len() > limits::MATCHERS {
        return Err(refuse(
            RefusalCode::Invalid,
            format!(
                "The silence has {} conditions; {} is the most.",
                matchers.len(),
                limits::MATCHERS
            ),
            "Leave out those that all of its alerts meet.",
        ));
    }
    for matcher in matchers {
        named(&matcher.name, "The label of a silence", limits::TITLE_BYTES)?;
    }
    let bytes: usize = matchers.iter().map(|m| m.name.len() + m.value.len()).sum();
    if bytes > limits::MATCHERS_BYTES {
        return Err(refuse(
            RefusalCode::Invalid,
            format!(
                "The conditions of the silence have {bytes} bytes; {} is the most.",
                limits::MATCHERS_BYTES
            ),
            "Say it in fewer or shorter ones.",
        ));
    }
    let anything =
        |m: &Matching| m.value.is_empty() || (m.regex && matches!(&*m.value, ".*" | ".+"));
    if !matchers.iter().any(|m| m.equal && !anything(m)) {
        return Err(refuse(
            RefusalCode::Invalid,
            "A silence of these conditions would keep nearly every alert quiet.",
            "Name a label and the value that it must have.",
        ));
    }
    Ok(matchers.to_vec())
}

fn some_minutes(minutes: Option<u32>) -> Result<Option<u32>, Refusal> {
    if minutes == Some(0) {
        return Err(refuse(
            RefusalCode::Invalid,
            "0 minutes is no time to ignore an issue.",
            "Name at least one minute, or none at all.",
        ));
    }
    Ok(minutes)
}

/// On one line, and no longer than a reason.
fn one_line(said: &str) -> String {
    let mut joined = said.split_whitespace().collect::<Vec<_>>().join(" ");
    joined.truncate(joined.floor_char_boundary(limits::REASON_BYTES));
    joined
}
