//! Answers to prompts that begin with a length of time: until when and why, for how long and why.

use super::written::Read;
use crate::console::panes::{Confirm, Then};
use crate::console::text::parse_duration;
use crate::incident::{Intent, OutsideCall, Timestamp};
use chrono::TimeDelta;
use std::sync::Arc;

/// The longest silence: one that is longer is a change of the alert's rule.
const SILENCE_MAX: TimeDelta = TimeDelta::days(7);

/// A length of time at the beginning, if there is one, and the words behind it.
fn length_first(text: &str) -> (Option<TimeDelta>, &str) {
    let text = text.trim();
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    match parse_duration(first) {
        Ok(length) if first.starts_with(|c: char| c.is_ascii_digit()) => {
            (Some(length), rest.trim())
        }
        _ => (None, text),
    }
}

/// Rounded up, so that a time in seconds is not none at all.
fn whole_minutes(length: TimeDelta) -> u32 {
    let minutes = length.num_seconds().saturating_add(59) / 60;
    u32::try_from(minutes).unwrap_or(u32::MAX)
}

fn some(words: &str) -> Option<Arc<str>> {
    (!words.is_empty()).then(|| words.into())
}

/// What an answer comes to; the other kinds of prompt are read in `answers`.
pub(super) fn read(then: Then, text: &str, now: Timestamp) -> Result<Read, String> {
    let (length, words) = length_first(text);
    let because = || match words {
        "" => Err("Say why, in a few words: others will ask.".to_owned()),
        words => Ok(words.into()),
    };
    let intent = match then {
        Then::AskMoreTime(ask) => {
            let minutes = length.map(whole_minutes);
            Intent::AskMoreTime {
                ask,
                minutes: minutes.ok_or("Say how much first, as in `10m the graph is slow`.")?,
                reason: some(words),
            }
        }
        Then::ExtendAsk(ask) => Intent::ExtendAsk {
            ask,
            minutes: length.map(whole_minutes),
            reason: some(words),
        },
        Then::AcknowledgeAlerts { group, title } => Intent::AcknowledgeAlerts {
            group,
            title,
            until: length.map(|length| now + length),
            reason: because()?,
        },
        Then::Silence {
            source,
            title,
            matchers,
        } => {
            let length = length.ok_or("Say how long first, as in `2h deploying the fix`.")?;
            if length > SILENCE_MAX {
                return Err("A silence lasts a week at the most.".to_owned());
            }
            let (reason, ends_at) = (because()?, now + length);
            let call = OutsideCall::CreateSilence {
                source: source.clone(),
                matchers: matchers.clone(),
                ends_at,
                reason,
            };
            return Ok(Read::Confirm(Box::new(move |_, _| {
                let matched: Vec<String> = matchers.iter().map(ToString::to_string).collect();
                Confirm {
                    title: format!("Silence {title} in {source}"),
                    lines: vec![
                        format!("Nobody is told of alerts with {}.", matched.join(", ")),
                        "It holds for everyone who uses that alert manager.".to_owned(),
                        "The timeline says that you asked for it, and what came of it.".to_owned(),
                    ],
                    yes: "silence".to_owned(),
                    intent: Intent::AskOutside { call: call.clone() },
                }
            })));
        }
        Then::ExpireSilence { source, silence } => Intent::AskOutside {
            call: OutsideCall::ExpireSilence {
                source,
                silence,
                reason: text.trim().into(),
            },
        },
        Then::AssignIssue {
            source,
            issue,
            short,
        } => Intent::AskOutside {
            call: OutsideCall::AssignIssue {
                source,
                issue,
                short,
                to: text.trim().into(),
            },
        },
        _ => return Err("This cannot be answered here.".to_owned()),
    };
    Ok(Read::Intent(intent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_read_only_where_it_stands_first() {
        assert_eq!(
            length_first("2h deploying"),
            (Some(TimeDelta::hours(2)), "deploying")
        );
        assert_eq!(length_first(" 30m "), (Some(TimeDelta::minutes(30)), ""));
        assert_eq!(length_first("deploying 2h"), (None, "deploying 2h"));
        assert_eq!(length_first(""), (None, ""));
    }

    #[test]
    fn a_silence_wants_a_length_and_a_reason_and_names_what_it_does() {
        let then = || Then::Silence {
            source: "am".into(),
            title: "High".into(),
            matchers: Vec::new(),
        };
        let now = Timestamp::UNIX_EPOCH;
        assert!(read(then(), "deploying", now).is_err());
        assert!(read(then(), "2h", now).is_err());
        assert!(read(then(), "9000h x", now).is_err());
        assert!(matches!(
            read(then(), "2h deploying", now),
            Ok(Read::Confirm(_))
        ));
    }
}
