//! A time as people write it at the head of a line: `14:02`, `~13:30-13:45`, `Sep 27 2017 13:06`,
//! `2018-01-17 17:14pm`, `7:30 AM PST`, `???`.

use super::cursor::Cursor;
use super::zones::Named;
use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta, Timelike};

/// A time as it was written, before its day and its zone are known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Stamp {
    pub(super) day: Option<Day>,
    pub(super) time: Time,
    /// It says which half of the day it is, as `2:02 PM` does.
    pub(super) halved: bool,
    /// The end of a range.
    pub(super) until: Option<NaiveTime>,
    /// It says itself that it is not exact.
    pub(super) about: bool,
    pub(super) zone: Option<Named>,
    /// What stands in the place of a time that nobody knew: `2X:XX`.
    pub(super) vague: Option<String>,
}

/// A day as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    Date(NaiveDate),
    /// Without its year.
    Of {
        month: u32,
        day: u32,
    },
}

/// A time of day as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Time {
    /// Only the day is said.
    #[default]
    Absent,
    /// It says that nobody knows.
    Unknown,
    At(NaiveTime),
}

/// How sure a line's head must look before it is taken for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// A heading or a table's cell: a day alone is enough.
    DayIsEnough,
    /// A line of text: a time of day is needed.
    TimeIsNeeded,
}

/// Reads a stamp off the head of a text; the second part is what stands behind it.
pub(super) fn read(text: &str, strictness: Strictness) -> Option<(Stamp, &str)> {
    let mut rest = Cursor(text);
    let closing = rest.opening();
    let mut stamp = Stamp {
        about: rest.about(),
        ..Stamp::default()
    };
    rest.weekday();
    stamp.day = rest.day();
    if stamp.day.is_some() {
        let here = rest;
        rest.between_day_and_time();
        stamp.about |= rest.about();
        if !rest.time(&mut stamp) {
            rest = here;
        }
    } else if !rest.time(&mut stamp) {
        return None;
    }
    let known = stamp.time != Time::Absent;
    if known {
        stamp.zone = rest.zone();
    }
    if stamp.day.is_none() {
        // `13:06 Sep 27 2017`, as some chats have it.
        let here = rest;
        rest.skip([' ', ',']);
        stamp.day = rest.day();
        if stamp.day.is_none() {
            rest = here;
        }
    }
    if !known && strictness == Strictness::TimeIsNeeded {
        return None;
    }
    for sign in closing.into_iter().rev() {
        if !rest.eat(sign) {
            return None;
        }
    }
    // `14:0212` or `2018-01-15th`: what goes on without a gap is no time.
    if rest.0.starts_with(|c: char| c.is_alphanumeric()) {
        return None;
    }
    Some((stamp, behind(rest.0)))
}

/// A stamp at the end of a line, as chats write it behind the name; the first part is what stands
/// before it. Only a time of day counts.
pub(super) fn read_at_end(line: &str) -> Option<(&str, Stamp)> {
    let line = line.trim_end();
    // From the left, so that the longest end that is a stamp is taken.
    let starts = line.char_indices().filter(|(at, c)| {
        let gap = line[..*at].ends_with([' ', '\u{a0}', '\t', '[', '(']);
        gap && (c.is_ascii_alphanumeric() || *c == '[' || *c == '(')
    });
    for (at, _) in starts {
        if let Some((stamp, rest)) = read(&line[at..], Strictness::TimeIsNeeded)
            && rest.trim_matches([']', ')', ' ']).is_empty()
            && !line.ends_with(['.', ',', ':', ';', '-'])
            && !stamp.about
        {
            let name = line[..at].trim_end_matches(['[', '(', ' ', '\u{a0}', '\t', ',', '-']);
            return Some((name, stamp));
        }
    }
    None
}

/// A stamp that is the whole of a text.
pub(super) fn read_all(text: &str) -> Option<Stamp> {
    let (stamp, rest) = read(text.trim(), Strictness::DayIsEnough)?;
    rest.trim().is_empty().then_some(stamp)
}

/// What stands behind a stamp, without what sets it off.
fn behind(rest: &str) -> &str {
    let rest = rest.trim_start();
    let rest = rest.trim_start_matches(['-', '–', '—', ':', '|', ',', '•', '→', '>', '.']);
    rest.trim_start()
}

impl Stamp {
    /// As a person would say it, for what cannot be kept as a moment.
    pub(super) fn said(&self) -> String {
        let hm = |time: NaiveTime| {
            if time.second() == 0 {
                time.format("%H:%M").to_string()
            } else {
                time.format("%H:%M:%S").to_string()
            }
        };
        let mut words = Vec::new();
        match self.day {
            Some(Day::Date(day)) => words.push(day.to_string()),
            Some(Day::Of { month, day }) => words.push(format!("--{month:02}-{day:02}")),
            None => {}
        }
        match (self.time, self.until) {
            (Time::At(from), Some(until)) => words.push(format!("{} to {}", hm(from), hm(until))),
            (Time::At(from), None) => words.push(hm(from)),
            (Time::Unknown, _) => words.push("???".to_owned()),
            (Time::Absent, _) => {}
        }
        words.join(" ")
    }
}

impl Day {
    /// The date. Where its year was not written it is the first one from `after` on, if a day
    /// before it is known, else the newest one up to `today`.
    pub(super) fn date(self, after: Option<NaiveDate>, today: NaiveDate) -> Option<NaiveDate> {
        let (month, day) = match self {
            Self::Date(date) => return Some(date),
            Self::Of { month, day } => (month, day),
        };
        let of = |year| NaiveDate::from_ymd_opt(year, month, day);
        if let Some(after) = after {
            // A day or two earlier was written out of order, and not a year later.
            let from = after - TimeDelta::days(60);
            return (from.year()..=from.year() + 8)
                .filter_map(of)
                .find(|date| *date >= from);
        }
        (today.year() - 8..=today.year())
            .rev()
            .filter_map(of)
            .find(|date| *date <= today)
    }
}
