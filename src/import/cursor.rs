//! What is read off a line, a word at a time: days, times of day, ranges, zones.

use super::stamp::{Day, Stamp, Time};
use super::zones::{self, Named};
use chrono::{NaiveDate, NaiveTime};

/// What is left of a line.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a>(pub(super) &'a str);

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
    pub(super) fn eat(&mut self, text: &str) -> bool {
        match self.0.strip_prefix(text) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    pub(super) fn skip<const N: usize>(&mut self, what: [char; N]) {
        self.0 = self.0.trim_start_matches(what);
    }

    /// Brackets and markup around the stamp; answers what must close it.
    pub(super) fn opening(&mut self) -> Vec<&'static str> {
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

    pub(super) fn about(&mut self) -> bool {
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

    pub(super) fn weekday(&mut self) {
        if name_of(self, &DAYS).is_some() {
            self.eat(".");
            self.skip([',', ' ']);
        }
    }

    pub(super) fn day(&mut self) -> Option<Day> {
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

    pub(super) fn between_day_and_time(&mut self) {
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
    pub(super) fn time(&mut self, stamp: &mut Stamp) -> bool {
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

    pub(super) fn zone(&mut self) -> Option<Named> {
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
