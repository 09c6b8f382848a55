//! The words for what is watched beside the incident, and for what is asked of systems outside.

use super::with_reason;
use crate::incident::{
    EntryKind, Evidence, Matching, Number, OutsideAsk, OutsideCall, OutsideOutcome, Seen, Series,
    Thresholds, Timestamp, What,
};
use chrono::TimeDelta;
use std::fmt::Write as _;
use std::sync::Arc;

/// Evidence older than this when it is pinned says from when it is.
const OLD: TimeDelta = TimeDelta::minutes(2);
/// A number this much older than the evidence is not its value any more; a monitor looks as far
/// back itself.
const REACH: TimeDelta = TimeDelta::minutes(5);
/// A silence's id is long; its beginning tells it from the others.
const ID_CHARS: usize = 8;

/// The kind and the words, with `at` the time of the event; nothing for any other event.
pub(super) fn describe_beside(what: &What, at: Timestamp) -> Option<(EntryKind, Arc<str>)> {
    Some(match what {
        What::EvidencePinned { evidence, text, .. } => {
            let mut line = evidence.line();
            if at - evidence.at >= OLD {
                let _always = write!(line, " · as of {}", moment(evidence.at, at));
            }
            (EntryKind::Evidence, with_reason(line, Some(&**text)))
        }
        What::AlertsAcknowledged {
            title,
            until,
            reason,
            ..
        } => {
            let until = until.map(|until| format!(" until {}", moment(until, at)));
            let line = format!("acknowledged {title}{}", until.unwrap_or_default());
            (EntryKind::Alert, with_reason(line, Some(&**reason)))
        }
        What::AlertsUnacknowledged { title, reason, .. } => (
            EntryKind::Alert,
            with_reason(
                format!("no longer acknowledged: {title}"),
                reason.as_deref(),
            ),
        ),
        What::OutsideAsked { call } => (EntryKind::Outside, call.line(at).into()),
        What::OutsideAnswered {
            call,
            outcome,
            said,
            reference,
            ..
        } => (
            EntryKind::Outside,
            answered(call, *outcome, said, reference.as_deref()),
        ),
        _ => return None,
    })
}

impl Evidence {
    /// The value of a signal at the moment that the evidence is of, if it had one that recent.
    #[must_use]
    pub fn value(&self) -> Option<Number> {
        let Seen::Signal { series, .. } = &self.seen else {
            return None;
        };
        let main = series.first()?;
        let steps = TimeDelta::milliseconds(i64::from(main.step_ms) * 3);
        main.at(self.at, REACH.max(steps))
    }

    /// The values in one line: `5xx 12.4 % (critical) · was 0.2 % at 14:02 UTC · prom`.
    #[must_use]
    pub fn line(&self) -> String {
        let (title, source, near) = (&self.title, &self.source, self.at);
        match &self.seen {
            Seen::Signal {
                unit,
                bad,
                thresholds,
                series,
            } => {
                let figure = |number| unit.figure(number);
                let standing = |thresholds: &Thresholds, number| {
                    let word = thresholds.standing(number, *bad).word();
                    word.map(|word| format!(" ({word})")).unwrap_or_default()
                };
                let main = series.first();
                let first = main.and_then(Series::first);
                let mut line = match self.value() {
                    Some(now) => format!("{title} {}{}", figure(now), standing(thresholds, now)),
                    None => format!("{title}: no data"),
                };
                if let Some((then, was)) = first {
                    let _always = write!(line, " · was {} at {}", figure(was), moment(then, near));
                }
                if series.len() > 1 {
                    let _always = write!(line, " · {} series", series.len());
                }
                format!("{line} · {source}")
            }
            Seen::Issue {
                id,
                events,
                users,
                first_seen,
                ..
            } => format!(
                "{id} {title}: {} from {} · since {} · {source}",
                counted(*events, "event"),
                counted(*users, "user"),
                moment(*first_seen, near)
            ),
            Seen::Alerts {
                firing,
                silenced,
                first_at,
                ..
            } => {
                let quiet = match silenced {
                    0 => String::new(),
                    quiet => format!(", {quiet} silenced"),
                };
                let since = moment(*first_at, near);
                format!("{title}: {firing} firing{quiet} · since {since} · {source}")
            }
        }
    }
}

fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// `14:02 UTC`, and with its date where that is not the one of `near`.
fn moment(at: Timestamp, near: Timestamp) -> String {
    if at.date_naive() == near.date_naive() {
        super::utc(at)
    } else {
        at.format("%Y-%m-%d %H:%M UTC").to_string()
    }
}

impl OutsideCall {
    /// What is asked, in one line, as of about `near`: `asked alertmanager to silence
    /// HighErrorRate until 15:30 UTC (deploying the fix)`.
    #[must_use]
    pub fn line(&self, near: Timestamp) -> String {
        let source = self.source().unwrap_or("a system outside");
        match self {
            Self::CreateSilence {
                matchers,
                ends_at,
                reason,
                ..
            } => {
                let (which, until) = (selector(matchers), moment(*ends_at, near));
                let line = format!("asked {source} to silence {which} until {until}");
                with_reason(line, Some(&**reason)).to_string()
            }
            Self::ExpireSilence {
                silence, reason, ..
            } => {
                let line = format!("asked {source} to end silence {}", short_id(silence));
                with_reason(line, Some(&**reason)).to_string()
            }
            Self::ResolveIssue {
                short,
                in_next_release,
                ..
            } => {
                let when = if *in_next_release {
                    " in the next release"
                } else {
                    ""
                };
                format!("asked {source} to resolve {short}{when}")
            }
            Self::IgnoreIssue { short, minutes, .. } => {
                let how_long = match minutes {
                    Some(minutes) => format!("for {}", counted(u64::from(*minutes), "minute")),
                    None => "until it escalates".to_owned(),
                };
                format!("asked {source} to ignore {short} {how_long}")
            }
            Self::AssignIssue { short, to, .. } => {
                format!("asked {source} to assign {short} to {to}")
            }
            Self::Annotate { at, text, .. } => {
                format!("asked {source} to mark {}: {text}", moment(*at, near))
            }
            Self::Unknown(_) => format!(
                "asked {source} for {} (written by a later version of warroom)",
                self.name()
            ),
        }
    }
}

fn answered(
    call: &OutsideCall,
    outcome: OutsideOutcome,
    said: &str,
    reference: Option<&str>,
) -> Arc<str> {
    let source = call.source().unwrap_or("a system outside");
    let (subject, done) = match call {
        OutsideCall::CreateSilence { .. } => match (outcome, reference) {
            (OutsideOutcome::Done, Some(id)) => (format!("silence {}", short_id(id)), "made"),
            _ => ("silence".to_owned(), "made"),
        },
        OutsideCall::ExpireSilence { silence, .. } => {
            (format!("silence {}", short_id(silence)), "ended")
        }
        OutsideCall::ResolveIssue { short, .. } => (short.to_string(), "resolved"),
        OutsideCall::IgnoreIssue { short, .. } => (short.to_string(), "ignored"),
        OutsideCall::AssignIssue { short, to, .. } => (format!("{short} to {to}"), "assigned"),
        OutsideCall::Annotate { .. } => ("annotation".to_owned(), "made"),
        OutsideCall::Unknown(_) => (call.name().to_owned(), "done"),
    };
    match outcome {
        OutsideOutcome::Done => with_reason(format!("{source}: {subject} {done}"), Some(said)),
        OutsideOutcome::Failed if said.is_empty() => {
            format!("{source}: {subject} not {done}").into()
        }
        OutsideOutcome::Failed => format!("{source}: {subject} not {done}: {said}").into(),
        OutsideOutcome::NotSent => with_reason(format!("not sent to {source}"), Some(said)),
        OutsideOutcome::Unknown => {
            let line = format!("{source}: {subject}: answered in words of a later version");
            with_reason(line, Some(said))
        }
    }
}

impl OutsideAsk {
    /// What came of it, in one line: `alertmanager: silence 4f2a91c0… made`.
    #[must_use]
    pub fn answer_line(&self) -> Option<String> {
        let answer = self.answer.as_ref()?;
        let line = answered(
            &self.call,
            answer.outcome,
            &answer.said,
            answer.reference.as_deref(),
        );
        Some(line.to_string())
    }
}

/// As Prometheus writes it: `HighErrorRate{service="checkout"}`.
fn selector(matchers: &[Matching]) -> String {
    let is_name = |m: &Matching| &*m.name == "alertname" && m.equal && !m.regex;
    let named = matchers.iter().position(is_name);
    let name = named.and_then(|at| matchers.get(at)).map(|m| &*m.value);
    let rest = matchers
        .iter()
        .enumerate()
        .filter(|(at, _)| Some(*at) != named);
    let rest: Vec<String> = rest.map(|(_, m)| m.to_string()).collect();
    match (name, rest.is_empty()) {
        (Some(name), true) => name.to_owned(),
        (name, _) => format!("{}{{{}}}", name.unwrap_or_default(), rest.join(", ")),
    }
}

/// `4f2a91c0…`.
fn short_id(id: &str) -> String {
    match id.char_indices().nth(ID_CHARS) {
        Some((end, _)) => format!("{}…", id.get(..end).unwrap_or(id)),
        None => id.to_owned(),
    }
}
