//! Words of a line with their places, and the times that may stand at its beginning.

use super::{GrammarContext, Problem};
use crate::console::text::{format_duration, parse_duration};
use crate::incident::{Person, Timestamp, limits};
use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta};
use std::ops::Range;

/// Walks over the words of a line, and knows where each one stands.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    /// The next word on this line, without moving on.
    pub(super) fn peek(&self) -> Option<(Range<usize>, &'a str)> {
        let rest = &self.text[self.at..];
        let line = rest.split('\n').next().unwrap_or(rest);
        let start = self.at + (line.len() - line.trim_start().len());
        let word = line.split_whitespace().next()?;
        Some((start..start + word.len(), word))
    }

    /// The next word on this line.
    pub(super) fn word(&mut self) -> Option<(Range<usize>, &'a str)> {
        let (range, word) = self.peek()?;
        self.at = range.end;
        Some((range, word))
    }

    /// Moves to a place further on.
    pub(super) fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    /// All that is left, over all lines, without the space around it; nothing when there is none.
    pub(super) fn rest(&self) -> Option<&'a str> {
        Some(self.text[self.at..].trim()).filter(|rest| !rest.is_empty())
    }
}

/// The time that a word names, if it looks like one: `@14:32`, `@14:32:10`, `@2026-11-24T14:32Z`
/// or, as time gone by, `-5m`. A word that looks like none is nothing; one that looks like one and
/// is none is a problem.
pub(super) fn time(word: &str, context: &GrammarContext<'_>) -> Option<Result<Timestamp, Problem>> {
    if let Some(ago) = word.strip_prefix('-') {
        let ago = ago
            .starts_with(|c: char| c.is_ascii_digit())
            .then(|| parse_duration(ago).ok())??;
        return Some(context.now.checked_sub_signed(ago).ok_or_else(|| {
            Problem::new(
                format!("{} ago is before all time.", format_duration(ago)),
                "Name a shorter time.",
            )
        }));
    }
    let named = word.strip_prefix('@')?;
    if looks_like_clock(named) {
        return Some(clock(named, context));
    }
    looks_like_date(named).then(|| date_and_time(named, context))
}

/// Digits and colons only, beginning with a digit, with a colon after one or two of them.
fn looks_like_clock(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=2).contains(&digits) && text.as_bytes().get(digits) == Some(&b':')
}

/// `2026-11-24T…`.
fn looks_like_date(text: &str) -> bool {
    let shape = b"dddd-dd-ddT";
    let bytes = text.as_bytes();
    bytes.len() >= shape.len()
        && shape.iter().zip(bytes).all(|(want, got)| match want {
            b'd' => got.is_ascii_digit(),
            b'T' => matches!(got, b'T' | b't'),
            other => got == other,
        })
}

fn not_a_time(text: &str) -> Problem {
    Problem::new(
        format!("@{text} is not a time."),
        "Write @14:32, @14:32:10, @2026-11-24T14:32Z, or -5m for five minutes ago.",
    )
}

/// A time of day in the viewer's zone: today's, or yesterday's when today's is still to come.
fn clock(text: &str, context: &GrammarContext<'_>) -> Result<Timestamp, Problem> {
    let time = ["%H:%M", "%H:%M:%S"]
        .iter()
        .find_map(|form| NaiveTime::parse_from_str(text, form).ok())
        .ok_or_else(|| not_a_time(text))?;
    let today = context.zone.wall(context.now).date();
    let latest = context.now + TimeDelta::seconds(limits::FUTURE_SECONDS_MAX);
    let skipped = || {
        Problem::new(
            format!("The clocks were put forward past {text} on that day."),
            "Name the time with its date in UTC, as in @2026-11-24T14:32Z.",
        )
    };
    let first = context.zone.moment(today.and_time(time));
    match first {
        Some(at) if at <= latest => Ok(at),
        Some(_) => today
            .pred_opt()
            .and_then(|yesterday| context.zone.moment(yesterday.and_time(time)))
            .ok_or_else(skipped),
        None => Err(skipped()),
    }
}

/// A time with its date: in UTC with a `Z`, at an offset with one, in the viewer's zone without.
fn date_and_time(text: &str, context: &GrammarContext<'_>) -> Result<Timestamp, Problem> {
    let upper = text.to_ascii_uppercase();
    let with_seconds = |form: &str| NaiveDateTime::parse_from_str(&upper, form).ok();
    let at = DateTime::parse_from_rfc3339(&upper)
        .ok()
        .map(|at| at.to_utc())
        .or_else(|| with_seconds("%Y-%m-%dT%H:%MZ").map(|wall| wall.and_utc()))
        .or_else(|| {
            let wall =
                with_seconds("%Y-%m-%dT%H:%M:%S").or_else(|| with_seconds("%Y-%m-%dT%H:%M"))?;
            context.zone.moment(wall)
        })
        .ok_or_else(|| not_a_time(text))?;
    if at > context.now + TimeDelta::seconds(limits::FUTURE_SECONDS_MAX) {
        return Err(Problem::new(
            format!("@{text} lies in the future."),
            "Name a time that has been.",
        ));
    }
    Ok(at)
}

/// A `#tag` or `@person` in running text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// A tag, lower case, without `#`.
    Tag(String),
    /// A person.
    Person(Person),
}

/// Finds the tags and people in one line, each with its place. A tag begins with a letter, so
/// that `#42` stays a number; a name ends before a full stop that ends the sentence.
pub(super) fn named(line: &str, offset: usize) -> Vec<(Range<usize>, Named)> {
    let mut found = Vec::new();
    let mut before: Option<char> = None;
    let mut skip_to = 0;
    for (at, c) in line.char_indices() {
        let opens = before.is_none_or(|b| b.is_whitespace() || matches!(b, '(' | '[' | ',' | '"'));
        before = Some(c);
        if at < skip_to || !opens || !matches!(c, '#' | '@') {
            continue;
        }
        let after = &line[at + 1..];
        let end = after
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.')))
            .unwrap_or(after.len());
        let name = after[..end].trim_end_matches(['.', '-']);
        let range = offset + at..offset + at + 1 + name.len();
        let what = if c == '#' {
            name.starts_with(char::is_alphabetic)
                .then(|| Named::Tag(name.to_lowercase()))
                .filter(|_| name.len() <= limits::TAG_BYTES)
        } else {
            name.parse().ok().map(Named::Person)
        };
        if let Some(what) = what {
            skip_to = at + 1 + name.len();
            found.push((range, what));
        }
    }
    found
}
