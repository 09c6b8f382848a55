//! Zones as people name them, and the abbreviations that lie.
//!
//! `PST` in July is what someone wrote who looked at a clock in California: the clock showed
//! daylight time. Where an abbreviation does not fit the season, the place's own clock is believed
//! and that is said; an offset that is written out (`UTC-7`) is believed as it is.

use chrono::{FixedOffset, MappedLocalTime, NaiveDateTime, Offset as _, TimeZone as _, Utc};
use chrono_tz::{OffsetName as _, Tz};
use std::str::FromStr as _;

/// A zone as it was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// By its offset from UTC.
    Offset(FixedOffset),
    /// By its name in the time zone database.
    Place(Tz),
    /// By an abbreviation that some place uses for a part of the year.
    Abbreviation(&'static str, Tz),
}

/// Abbreviations, with the place whose clock they are read off.
const ABBREVIATIONS: [(&str, Tz); 30] = [
    ("PST", Tz::America__Los_Angeles),
    ("PDT", Tz::America__Los_Angeles),
    ("MST", Tz::America__Denver),
    ("MDT", Tz::America__Denver),
    ("CST", Tz::America__Chicago),
    ("CDT", Tz::America__Chicago),
    ("EST", Tz::America__New_York),
    ("EDT", Tz::America__New_York),
    ("AKST", Tz::America__Anchorage),
    ("AKDT", Tz::America__Anchorage),
    ("HST", Tz::Pacific__Honolulu),
    ("WET", Tz::Europe__Lisbon),
    ("WEST", Tz::Europe__Lisbon),
    ("BST", Tz::Europe__London),
    ("CET", Tz::Europe__Berlin),
    ("CEST", Tz::Europe__Berlin),
    ("MET", Tz::Europe__Berlin),
    ("MEZ", Tz::Europe__Berlin),
    ("MESZ", Tz::Europe__Berlin),
    ("EET", Tz::Europe__Helsinki),
    ("EEST", Tz::Europe__Helsinki),
    ("MSK", Tz::Europe__Moscow),
    ("JST", Tz::Asia__Tokyo),
    ("KST", Tz::Asia__Seoul),
    ("SGT", Tz::Asia__Singapore),
    ("HKT", Tz::Asia__Hong_Kong),
    ("AEST", Tz::Australia__Sydney),
    ("AEDT", Tz::Australia__Sydney),
    ("NZST", Tz::Pacific__Auckland),
    ("NZDT", Tz::Pacific__Auckland),
];

/// Words for whole zones, as prose has them.
const WORDS: [(&str, Tz); 8] = [
    ("central european time", Tz::Europe__Berlin),
    ("pacific time", Tz::America__Los_Angeles),
    ("mountain time", Tz::America__Denver),
    ("central time", Tz::America__Chicago),
    ("eastern time", Tz::America__New_York),
    ("zurich time", Tz::Europe__Zurich),
    ("london time", Tz::Europe__London),
    ("berlin time", Tz::Europe__Berlin),
];

/// Reads a zone off the head of a text; the second part is what stands behind it.
pub(super) fn read(text: &str) -> Option<(Named, &str)> {
    let utc = FixedOffset::east_opt(0).map(Named::Offset)?;
    if let Some(rest) = text.strip_prefix('Z').filter(|rest| ends(rest)) {
        return Some((utc, rest));
    }
    for name in ["UTC", "GMT", "utc", "gmt"] {
        if let Some(rest) = text.strip_prefix(name) {
            if let Some((offset, rest)) = offset(rest) {
                return Some((Named::Offset(offset), rest));
            }
            if ends(rest) {
                return Some((utc, rest));
            }
        }
    }
    if let Some((offset, rest)) = offset(text) {
        return Some((Named::Offset(offset), rest));
    }
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (word, rest) = text.split_at(letters);
    let place = ABBREVIATIONS.iter().find(|(name, _)| *name == word);
    if let Some((name, place)) = place.filter(|_| ends(rest)) {
        return Some((Named::Abbreviation(name, *place), rest));
    }
    let name = text
        .split([' ', ')', ',', ']', ';'])
        .next()
        .unwrap_or_default();
    let name = name.trim_end_matches(['.', ':']);
    if name.contains('/') {
        let place = Tz::from_str(name).ok()?;
        return Some((Named::Place(place), &text[name.len()..]));
    }
    None
}

fn ends(rest: &str) -> bool {
    !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '/')
}

/// `+2`, `-07:00`, `+0530`.
fn offset(text: &str) -> Option<(FixedOffset, &str)> {
    let (sign, rest) = match text.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, text.strip_prefix(['-', '−'])?),
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = rest.split_at(digits);
    let (hours, minutes, rest) = match digits {
        1 | 2 => match rest.strip_prefix(':') {
            Some(more) if more.bytes().take(2).filter(u8::is_ascii_digit).count() == 2 => (
                number.parse::<i32>().ok()?,
                more[..2].parse::<i32>().ok()?,
                &more[2..],
            ),
            _ => (number.parse().ok()?, 0, rest),
        },
        4 => (number[..2].parse().ok()?, number[2..].parse().ok()?, rest),
        _ => return None,
    };
    if hours > 14 || minutes > 59 || !ends(rest) {
        return None;
    }
    let offset = FixedOffset::east_opt(sign * (hours * 3_600 + minutes * 60))?;
    Some((offset, rest))
}

/// What prose says of all times: `All times in PST (UTC-7)`. The sentence's own words where it
/// speaks of times and no zone is found in it.
pub(super) fn in_prose(line: &str) -> Option<Result<(Named, Option<String>), String>> {
    let lower = line.to_ascii_lowercase();
    let says = [
        "times in ",
        "times are in ",
        "times are ",
        "timezone",
        "time zone",
        "times (in",
    ];
    let at = says
        .iter()
        .find_map(|say| lower.find(say).map(|at| at + say.len()))?;
    let said = line.get(at..)?.trim_start_matches([' ', ':', '=']);
    let said = said.trim_end_matches(['.', ' ', '*', '_']);
    if said.is_empty() || said.len() > 80 {
        return None;
    }
    Some(name(said).ok_or_else(|| said.to_owned()))
}

/// The zone that a phrase names. An offset in it goes before a name; with it comes what was made
/// of a name that is misspelt.
fn name(said: &str) -> Option<(Named, Option<String>)> {
    let starts = said.char_indices().map(|(at, _)| at);
    let found: Vec<Named> = starts
        .filter(|at| *at == 0 || said[..*at].ends_with([' ', '(', '/', ',']))
        .filter_map(|at| read(&said[at..]).map(|(zone, _)| zone))
        .collect();
    let offset = found.iter().find(|zone| matches!(zone, Named::Offset(_)));
    if let Some(zone) = offset.or(found.first()) {
        return Some((*zone, None));
    }
    let lower = said.to_ascii_lowercase();
    if let Some((_, place)) = WORDS.iter().find(|(words, _)| lower.contains(words)) {
        return Some((Named::Place(*place), None));
    }
    let word = said.split(' ').next().filter(|word| word.contains('/'))?;
    let near = chrono_tz::TZ_VARIANTS
        .iter()
        .filter(|tz| one_letter_apart(word, tz.name()))
        .collect::<Vec<_>>();
    match near.as_slice() {
        [only] => {
            let note = format!("{word} is no zone; it is read as {}", only.name());
            Some((Named::Place(**only), Some(note)))
        }
        _ => None,
    }
}

/// Whether one letter was left out of, put into or changed in a name.
fn one_letter_apart(word: &str, name: &str) -> bool {
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    let before = word
        .bytes()
        .zip(name.bytes())
        .take_while(|(a, b)| a.eq_ignore_ascii_case(b))
        .count();
    let (Some(word), Some(name)) = (word.get(before..), name.get(before..)) else {
        return false;
    };
    let skip = |text: &str| text.get(1..).unwrap_or_default().to_owned();
    same(&skip(word), &skip(name)) || same(word, &skip(name)) || same(&skip(word), name)
}

/// A moment, and what had to be decided about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resolved {
    pub(super) at: chrono::DateTime<Utc>,
    pub(super) note: Option<String>,
}

impl Named {
    /// The moment at which a clock there showed that.
    ///
    /// # Errors
    /// When it never did: the clocks were put forward past it.
    pub(super) fn moment(self, wall: NaiveDateTime) -> Result<Resolved, String> {
        match self {
            Self::Offset(offset) => match offset.from_local_datetime(&wall) {
                MappedLocalTime::Single(at) => Ok(Resolved {
                    at: at.to_utc(),
                    note: None,
                }),
                _ => Err(format!("{wall} is no moment")),
            },
            Self::Place(place) => at_place(place, wall),
            Self::Abbreviation(said, place) => {
                let mut resolved = at_place(place, wall)?;
                let there = resolved.at.with_timezone(&place);
                let actual = there.offset().abbreviation().unwrap_or_default();
                if !same_clock(said, actual) {
                    let fixed = there.offset().fix();
                    resolved.note = Some(format!(
                        "{said} was not the time in {} then, {actual} was (UTC{fixed}): read as \
                         {actual}",
                        place.name()
                    ));
                }
                Ok(resolved)
            }
        }
    }

    /// As it is shown.
    pub(super) fn said(self) -> String {
        match self {
            Self::Offset(offset) if offset.local_minus_utc() == 0 => "UTC".to_owned(),
            Self::Offset(offset) => format!("UTC{offset}"),
            Self::Place(place) => place.name().to_owned(),
            Self::Abbreviation(said, place) => format!("{said} ({})", place.name()),
        }
    }
}

/// Two names of one clock: German ones, and `MET` beside `CET`.
fn same_clock(said: &str, actual: &str) -> bool {
    let plain = |name: &str| match name {
        "MEZ" | "MET" => "CET".to_owned(),
        "MESZ" => "CEST".to_owned(),
        other => other.to_owned(),
    };
    plain(said) == plain(actual)
}

fn at_place(place: Tz, wall: NaiveDateTime) -> Result<Resolved, String> {
    match place.from_local_datetime(&wall) {
        MappedLocalTime::Single(at) => Ok(Resolved {
            at: at.to_utc(),
            note: None,
        }),
        MappedLocalTime::Ambiguous(first, _) => Ok(Resolved {
            at: first.to_utc(),
            note: Some(format!(
                "{wall} was there twice in {}: the first is taken",
                place.name()
            )),
        }),
        MappedLocalTime::None => Err(format!(
            "the clocks in {} were put forward past {wall}",
            place.name()
        )),
    }
}

impl std::str::FromStr for Named {
    type Err = ParseZoneError;

    /// `UTC`, `UTC-7`, `PST`, `Europe/Berlin`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        match read(text) {
            Some((zone, "")) => Ok(zone),
            _ => Tz::from_str(text)
                .map(Self::Place)
                .map_err(|_| ParseZoneError(text.to_owned())),
        }
    }
}

/// Why a text names no zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a time zone; use UTC, an offset such as UTC-7, or a name such as Europe/Berlin"
)]
pub struct ParseZoneError(pub String);
