//! A time as people write it at the head of a line: `14:02`, `~13:30-13:45`, `Sep 27 2017 13:06`,
//! `2018-01-17 17:14pm`, `7:30 AM PST`, `???`.

use super::zones::{self, Named};
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

/// What is left of a line.
#[derive(Clone, Copy)]
struct Cursor<'a>(&'a str);

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

impl<'a> Cursor<'a> {
    fn eat(&mut self, text: &str) -> bool {
        match self.0.strip_prefix(text) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn skip<const N: usize>(&mut self, what: [char; N]) {
        self.0 = self.0.trim_start_matches(what);
    }

    /// Brackets and markup around the stamp; answers what must close it.
    fn opening(&mut self) -> Vec<&'static str> {
        let mut closing = Vec::new();
        loop {
            let pairs = [
                ("**", "**"),
                ("__", "__"),
                ("[", "]"),
                ("(", ")"),
                ("`", "`"),
                ("*", "*"),
                ("_", "_"),
            ];
            match pairs.iter().find(|(open, _)| self.eat(open)) {
                Some((_, close)) => closing.push(*close),
                None => return closing,
            }
        }
    }

    fn about(&mut self) -> bool {
        if self.eat("~") || self.eat("≈") {
            self.skip([' ']);
            return true;
        }
        let words = [
            "approximately",
            "approx.",
            "approx",
            "around",
            "about",
            "circa",
            "ca.",
            "ca",
            "c.",
        ];
        let here = self.0;
        let found = words.iter().any(|word| self.word(word));
        if found {
            self.skip([' ']);
        } else {
            self.0 = here;
        }
        found
    }

    /// A word in any case, with a gap behind it.
    fn word(&mut self, word: &str) -> bool {
        let head = self.0.get(..word.len());
        if head.is_some_and(|head| head.eq_ignore_ascii_case(word)) {
            let rest = &self.0[word.len()..];
            if !rest.starts_with(|c: char| c.is_alphabetic()) {
                self.0 = rest;
                return true;
            }
        }
        false
    }

    fn number(&mut self, most: usize) -> Option<u32> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 || digits > most {
            return None;
        }
        let (number, rest) = self.0.split_at(digits);
        self.0 = rest;
        number.parse().ok()
    }

    fn weekday(&mut self) {
        if name_of(self, &DAYS).is_some() {
            self.eat(".");
            self.skip([',', ' ']);
        }
    }

    fn day(&mut self) -> Option<Day> {
        let here = *self;
        let found = self.iso_day().or_else(|| {
            *self = here;
            self.dotted_day()
        });
        let found = found.or_else(|| {
            *self = here;
            self.named_day()
        });
        if found.is_none() {
            *self = here;
        }
        found
    }

    /// `2017-09-27`, `2017/09/27`.
    fn iso_day(&mut self) -> Option<Day> {
        let year = self.number(4).filter(|year| (1970..=9999).contains(year))?;
        let sign = if self.eat("-") {
            "-"
        } else {
            self.eat("/").then_some("/")?
        };
        let month = self.number(2)?;
        let day = self.eat(sign).then(|| self.number(2)).flatten()?;
        date(year, month, day)
    }

    /// `27.09.2017`.
    fn dotted_day(&mut self) -> Option<Day> {
        let day = self.number(2)?;
        let month = self.eat(".").then(|| self.number(2)).flatten()?;
        let year = self.eat(".").then(|| self.number(4)).flatten()?;
        date(year, month, day)
    }

    /// `Sep 27 2017`, `September 27th, 2017`, `27 Sep 2017`, and all of these without the year.
    fn named_day(&mut self) -> Option<Day> {
        let (month, day) = if let Some(month) = name_of(self, &MONTHS) {
            self.eat(".");
            self.skip([' ']);
            let day = self.number(2)?;
            self.ordinal();
            (month, day)
        } else {
            let day = self.number(2)?;
            self.ordinal();
            self.eat(".");
            self.skip([' ']);
            let month = name_of(self, &MONTHS)?;
            self.eat(".");
            (month, day)
        };
        let month = u32::try_from(month).ok()? + 1;
        let here = *self;
        self.skip([' ', ',']);
        if let Some(year) = self.number(4).filter(|year| *year >= 1970) {
            return date(year, month, day);
        }
        *self = here;
        // A leap year: whether the day exists is known once the year is.
        NaiveDate::from_ymd_opt(2024, month, day).map(|_| Day::Of { month, day })
    }

    fn ordinal(&mut self) {
        let _ = ["st", "nd", "rd", "th"].iter().any(|end| self.word(end));
    }

    fn between_day_and_time(&mut self) {
        if !(self.0.starts_with(['T', 't'])
            && self.0[1..].starts_with(|c: char| c.is_ascii_digit()))
        {
            self.skip([' ', ',', '@']);
            self.word("at");
            // `2018-01-15 - 14:02`
            let here = *self;
            self.skip([' ', '-', '–', '—', ':']);
            if !self
                .0
                .starts_with(|c: char| c.is_ascii_digit() || matches!(c, '?' | '~' | 'c' | 'a'))
            {
                *self = here;
            }
            self.skip([' ']);
            return;
        }
        self.0 = &self.0[1..];
    }

    /// A time of day, or a range of two; false, and nothing is taken, when there is none.
    fn time(&mut self, stamp: &mut Stamp) -> bool {
        let here = *self;
        if self.0.starts_with("??") {
            self.skip(['?', ':']);
            stamp.time = Time::Unknown;
            return true;
        }
        let Some(first) = self.clock() else {
            *self = here;
            return self.vague(stamp);
        };
        let end = self.range_end();
        let half = first.half.or(end.as_ref().and_then(|end| end.half));
        let (Some(from), true) = (first.with(half), first.is_sure(half)) else {
            *self = here;
            return self.vague(stamp);
        };
        stamp.time = Time::At(from);
        stamp.halved = half.is_some();
        stamp.until = end.and_then(|end| end.with(end.half));
        true
    }

    /// `2X:XX`, `1?:30`.
    fn vague(&mut self, stamp: &mut Stamp) -> bool {
        let sign = |c: char| c.is_ascii_digit() || matches!(c, 'x' | 'X' | '?');
        let length = self.0.len() - self.0.trim_start_matches(|c| sign(c) || c == ':').len();
        let (said, rest) = self.0.split_at(length);
        let parts = said.split_once(':').filter(|(hours, minutes)| {
            (1..=2).contains(&hours.len()) && minutes.len() == 2 && !minutes.contains(':')
        });
        let known = said
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b':');
        if parts.is_none() || known {
            return false;
        }
        self.0 = rest;
        stamp.time = Time::Unknown;
        stamp.vague = Some(said.to_owned());
        true
    }

    fn range_end(&mut self) -> Option<Clock> {
        let here = *self;
        self.skip([' ']);
        let sign = ["-", "–", "—", "to ", "until "]
            .iter()
            .any(|sign| self.eat(sign));
        if sign {
            self.skip([' ']);
            self.eat("~");
            if let Some(end) = self.clock()
                && end.is_sure(end.half)
            {
                return Some(end);
            }
        }
        *self = here;
        None
    }

    fn clock(&mut self) -> Option<Clock> {
        let hour = self.number(2)?;
        let mut clock = Clock {
            hour,
            minute: None,
            second: 0,
            half: None,
        };
        if self.0.starts_with(':') && self.0[1..].starts_with(|c: char| c.is_ascii_digit()) {
            self.eat(":");
            let before = self.0.len();
            clock.minute = Some(self.number(2)?);
            if before - self.0.len() != 2 {
                return None;
            }
            if self.0.starts_with(':') && self.0[1..].starts_with(|c: char| c.is_ascii_digit()) {
                self.eat(":");
                clock.second = self.number(2)?;
                if self.eat(".") || self.eat(",") {
                    // A message's own milliseconds say nothing to people.
                    self.number(9)?;
                }
            }
        }
        let here = *self;
        self.skip([' ', '\u{a0}', '\u{202f}']);
        clock.half = self.half();
        if clock.half.is_none() {
            *self = here;
        }
        Some(clock)
    }

    fn half(&mut self) -> Option<Half> {
        let here = *self;
        for (words, half) in [(["am", "a.m."], Half::Am), (["pm", "p.m."], Half::Pm)] {
            if words.iter().rev().any(|word| self.word(word)) {
                return Some(half);
            }
        }
        *self = here;
        None
    }

    fn zone(&mut self) -> Option<Named> {
        let here = *self;
        self.skip([' ']);
        let closing = self.eat("(");
        match zones::read(self.0) {
            Some((zone, rest)) if !closing || rest.starts_with(')') => {
                self.0 = rest.strip_prefix(')').filter(|_| closing).unwrap_or(rest);
                Some(zone)
            }
            _ => {
                *self = here;
                None
            }
        }
    }
}

fn date(year: u32, month: u32, day: u32) -> Option<Day> {
    let year = i32::try_from(year).ok()?;
    NaiveDate::from_ymd_opt(year, month, day).map(Day::Date)
}

/// The place of the name in its list: whole, or its first three letters (four for `Sept`).
fn name_of(cursor: &mut Cursor<'_>, names: &[&str]) -> Option<usize> {
    let letters = cursor.0.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (word, rest) = cursor.0.split_at(letters);
    let word = word.to_ascii_lowercase();
    if word.len() < 3 {
        return None;
    }
    let place = names
        .iter()
        .position(|name| **name == word || (word.len() <= 4 && name.starts_with(&word)))?;
    cursor.0 = rest;
    Some(place)
}

#[derive(Debug, Clone, Copy)]
struct Clock {
    hour: u32,
    minute: Option<u32>,
    second: u32,
    half: Option<Half>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Am,
    Pm,
}

impl Clock {
    /// A bare number is no time: `5 pods restart`.
    fn is_sure(self, half: Option<Half>) -> bool {
        self.minute.is_some() || half.is_some()
    }

    /// The time, in that half of the day. `17:14pm` is what it says; `14:00 am` is nothing.
    fn with(self, half: Option<Half>) -> Option<NaiveTime> {
        let hour = match (half, self.hour) {
            (None, hour) | (Some(Half::Pm), hour @ 13..) => hour,
            (Some(Half::Am), 12) => 0,
            (Some(Half::Am), hour @ 0..12) => hour,
            (Some(Half::Am), _) => return None,
            (Some(Half::Pm), 12) => 12,
            (Some(Half::Pm), 0) => return None,
            (Some(Half::Pm), hour) => hour + 12,
        };
        NaiveTime::from_hms_opt(hour, self.minute.unwrap_or(0), self.second)
    }
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
