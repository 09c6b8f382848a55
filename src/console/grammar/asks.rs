//! What is typed about asks.

use super::arguments::Build;
use super::lex::Cursor;
use super::{GrammarContext, Meaning, Problem, mark};
use crate::incident::{AskId, AskState, Intent, Person, limits};
use std::sync::Arc;

/// How long an ask is given when the line does not say, in minutes.
const ASK_MINUTES: u32 = 10;

/// What may be said about an ask, as it is typed; completion offers them in this order.
pub const ANSWERS: [&str; 7] = [
    "ack", "done", "decline", "more", "extend", "refuse", "withdraw",
];

impl Build<'_, '_> {
    pub(super) fn ask(&mut self) -> Result<Intent, Problem> {
        let to = self.person()?;
        let (minutes, text) = self.task()?;
        Ok(Intent::Ask { to, minutes, text })
    }

    /// `/told @bo from @ana 10m …`: who asked is the commander where the line does not say.
    pub(super) fn told(&mut self) -> Result<Intent, Problem> {
        let to = self.person()?;
        let by = self.teller();
        let (minutes, text) = self.task()?;
        Ok(Intent::NoteAsk {
            to,
            minutes,
            text,
            by,
        })
    }

    fn task(&mut self) -> Result<(u32, Arc<str>), Problem> {
        let minutes = self.minutes(limits::ASK_MINUTES_MAX)?;
        let text = self.rest("words that say what is asked", limits::ASK_BYTES)?;
        Ok((minutes.unwrap_or(ASK_MINUTES), text))
    }

    /// `from @ana`; the words may as well begin with `from`, and nobody after it.
    fn teller(&mut self) -> Option<Person> {
        let mut ahead: Cursor<'_> = self.cursor.clone();
        let (from, word) = ahead.word()?;
        let (whose, name) = ahead.word()?;
        let named = word.eq_ignore_ascii_case("from") && name.starts_with('@');
        let by = named.then(|| name.parse::<Person>().ok())??;
        mark(self.spans, &from, Meaning::Argument);
        mark(self.spans, &whose, Meaning::Argument);
        self.cursor.skip_to(whose.end);
        Some(by)
    }

    pub(super) fn answer(&mut self) -> Result<Intent, Problem> {
        let ask = AskId(self.argument("the number of an ask", |word| {
            let number = word.trim_start_matches('#');
            number
                .parse()
                .map_err(|_| format!("'{word}' is not the number of an ask"))
        })?);
        let what = self.argument("ack, done, decline or more", answer)?;
        match what {
            Answer::State(state) => {
                let reason = self.reason()?;
                if state == AskState::Declined && reason.is_none() {
                    return Err(self.missing("a reason"));
                }
                Ok(Intent::AnswerAsk { ask, state, reason })
            }
            Answer::More => {
                let minutes = self.minutes(limits::ASK_MINUTES_MAX)?;
                let minutes = minutes.ok_or_else(|| self.missing("a time, as in 10m"))?;
                let reason = self.reason()?;
                Ok(Intent::AskMoreTime {
                    ask,
                    minutes,
                    reason,
                })
            }
            Answer::Extend => Ok(Intent::ExtendAsk {
                ask,
                minutes: self.minutes(limits::ASK_MINUTES_MAX)?,
                reason: self.reason()?,
            }),
            Answer::Refuse => Ok(Intent::RefuseMoreTime {
                ask,
                reason: self.reason()?,
            }),
            Answer::Withdraw => Ok(Intent::WithdrawAsk {
                ask,
                reason: self.reason()?,
            }),
        }
    }
}

/// What is said about an ask.
enum Answer {
    State(AskState),
    More,
    Extend,
    Refuse,
    Withdraw,
}

fn answer(word: &str) -> Result<Answer, String> {
    Ok(match &*word.to_ascii_lowercase() {
        "ack" | "acknowledged" => Answer::State(AskState::Acknowledged),
        "done" => Answer::State(AskState::Done),
        "decline" | "declined" => Answer::State(AskState::Declined),
        "more" => Answer::More,
        "extend" => Answer::Extend,
        "refuse" => Answer::Refuse,
        "withdraw" => Answer::Withdraw,
        _ => {
            let known = ANSWERS.join(", ");
            return Err(format!("'{word}' is not an answer: {known}"));
        }
    })
}

/// What a line about an ask becomes; nothing for any other.
pub(super) fn preview(intent: &Intent, context: &GrammarContext<'_>) -> Option<String> {
    use super::preview::{because, due, short};
    Some(match intent {
        Intent::Ask { to, minutes, text } => {
            let due = due(*minutes, context);
            let absent = absent(to, context);
            format!("ask {to}, due {due} ({minutes}m){absent}: {}", short(text))
        }
        Intent::NoteAsk {
            to,
            minutes,
            text,
            by,
        } => {
            use crate::incident::Role;
            let commander =
                |i: &crate::incident::Incident| i.holder(&Role::IncidentCommander).cloned();
            let by = by.clone().or_else(|| context.incident.and_then(commander));
            let teller = by.map_or_else(|| "you".to_owned(), |by| by.to_string());
            let due = due(*minutes, context);
            format!(
                "{teller} told {to} by voice, due {due} ({minutes}m): {}",
                short(text)
            )
        }
        Intent::AnswerAsk { ask, state, reason } => {
            let word = state.name();
            format!("ask {ask} {word}{}", because(reason.as_deref()))
        }
        Intent::AskMoreTime {
            ask,
            minutes,
            reason,
        } => format!(
            "ask {ask} needs {minutes}m more{}",
            because(reason.as_deref())
        ),
        Intent::ExtendAsk {
            ask,
            minutes,
            reason,
        } => {
            let held = context.incident.and_then(|incident| incident.ask(*ask));
            let wanted = held.and_then(|ask| ask.more_time.as_ref().map(|more| more.minutes));
            let much = minutes.or(wanted).map(|minutes| format!("{minutes}m"));
            let much =
                much.map_or_else(|| "the time asked for".to_owned(), |m| format!("{m} more"));
            format!("give ask {ask} {much}{}", because(reason.as_deref()))
        }
        Intent::RefuseMoreTime { ask, reason } => {
            format!("give ask {ask} no more time{}", because(reason.as_deref()))
        }
        Intent::WithdrawAsk { ask, reason } => {
            format!("withdraw ask {ask}{}", because(reason.as_deref()))
        }
        _ => return None,
    })
}

/// Says that someone will not see the ask, where that is known.
fn absent(to: &Person, context: &GrammarContext<'_>) -> &'static str {
    match context.here {
        Some(here) if !here.iter().any(|someone| someone.person == *to) => {
            " · not here: say it aloud, and write /told"
        }
        _ => "",
    }
}
