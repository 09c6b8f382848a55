//! The words for asks.

use super::with_reason;
use crate::incident::{EntryKind, Event, What};
use chrono::TimeDelta;
use std::sync::Arc;

/// The kind and the words; nothing for any other event. Lengths of time and not moments, which
/// would stand in another zone than the viewer's.
pub(super) fn describe_ask(what: &What, event: &Event) -> Option<(EntryKind, Arc<str>)> {
    let by = &event.by;
    let (line, reason) = match what {
        What::Asked {
            to,
            text,
            due_at,
            told_by,
            ..
        } => {
            let line = match told_by {
                Some(teller) => {
                    let time = minutes(*due_at - event.occurred_at);
                    format!("noted that {teller} told {to}: {text} (by voice, {time} min)")
                }
                None => {
                    let time = minutes(*due_at - event.recorded_at);
                    format!("asked {to}: {text} ({time} min)")
                }
            };
            (line, None)
        }
        What::AskAnswered {
            ask,
            state,
            reason,
            text,
            to,
        } => {
            let word = state.name();
            let whose = match to {
                Some(to) if to != by => format!(" for {to}"),
                _ => String::new(),
            };
            let line = match text {
                Some(text) => format!("{word}{whose}: {text}"),
                None => format!("ask {ask} {word}"),
            };
            (line, reason.as_deref())
        }
        What::MoreTimeAsked {
            to,
            minutes,
            reason,
            text,
            ..
        } => {
            let who = if to == by {
                String::new()
            } else {
                format!("{to} ")
            };
            let line = format!("{who}needs {minutes} min more: {text}");
            (line, reason.as_deref())
        }
        What::AskExtended {
            to,
            minutes,
            reason,
            text,
            ..
        } => (
            format!("gave {to} {minutes} min more: {text}"),
            reason.as_deref(),
        ),
        What::MoreTimeRefused {
            to, reason, text, ..
        } => (format!("gave {to} no more time: {text}"), reason.as_deref()),
        What::AskWithdrawn {
            to, reason, text, ..
        } => (
            format!("withdrew what {to} was asked: {text}"),
            reason.as_deref(),
        ),
        _ => return None,
    };
    Some((EntryKind::Ask, with_reason(line, reason)))
}

/// Whole minutes, the nearest: logs of older versions count from another moment.
fn minutes(length: TimeDelta) -> i64 {
    (length + TimeDelta::seconds(30)).num_minutes().max(0)
}
