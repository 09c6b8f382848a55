//! Timelines that were written elsewhere: markdown reports and pasted chat, read into entries.
//!
//! Nothing is guessed silently. What is decided for the writer (a day that rolled over, a zone's
//! abbreviation that does not fit the season) is said beside the entry, and what cannot be read is
//! listed with its line.
//!
//! **Invariant**: pure: the same text and settings give the same entries, on any machine.
//! **Invariant**: each line of the part that is read is in an entry, or is listed.

mod cursor;
mod forms;
mod place;
mod source;
mod stamp;
mod words;
mod zones;

use crate::incident::Timestamp;
use chrono::NaiveDate;
pub use zones::{Named, ParseZoneError};

/// The largest text that is read, in bytes: a day of a busy channel.
pub const SOURCE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The most entries that one text gives.
pub const ENTRIES_MAX: usize = 10_000;

/// What the text does not say itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The zone of times whose zone is not said.
    pub zone: Named,
    /// Whether that goes before what the text says of all its times.
    pub zone_is_certain: bool,
    /// The day of the first time without one.
    pub day: NaiveDate,
    /// Whether that goes before the day that the text's title names.
    pub day_is_certain: bool,
    /// The day on which it is read: a date without its year is the newest one up to here.
    pub today: NaiveDate,
}

/// What a text gave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// In the order of the text.
    pub entries: Vec<Line>,
    /// What was decided about all of it: its zone, its day.
    pub notes: Vec<String>,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When it happened: the beginning of a range, or where it is only known to lie.
    pub at: Timestamp,
    /// How much of that was said.
    pub certainty: Certainty,
    /// Who said or did it, as the text names them.
    pub by: Option<String>,
    /// Its words, without the time.
    pub text: String,
    /// It is follow-up work.
    pub follow_up: bool,
    /// The line of the text where it begins, from 1.
    pub line: usize,
    /// What was decided about it.
    pub notes: Vec<String>,
}

/// How much of its time was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certainty {
    /// To the minute or the second.
    Exact,
    /// `~13:30`, `ca. 18:30`.
    About,
    /// It went on until then.
    Until(Timestamp),
    /// Only the day.
    Day,
    /// Nothing: it stands where it stood in the text.
    Unknown,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Its line in the text, from 1.
    pub line: usize,
    /// Its words.
    pub text: String,
    /// Why.
    pub why: String,
}

/// Reads a text. What is not a timeline gives no entries, and a list of what was not read.
#[must_use]
pub fn read(text: &str, settings: &Settings) -> Imported {
    let read = source::pieces(text);
    place::place(read, settings)
}

impl Line {
    /// The words for the timeline: with who said it, and with what of the time a moment cannot say.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words = String::new();
        match &self.certainty {
            Certainty::Exact => {}
            Certainty::About => words.push_str("(about that time) "),
            Certainty::Until(until) => {
                words.push_str(&format!("(until {}) ", until.format("%H:%M UTC")));
            }
            Certainty::Day => words.push_str("(some time that day) "),
            Certainty::Unknown => words.push_str("(time not known) "),
        }
        if let Some(by) = &self.by {
            words.push_str(by);
            words.push_str(": ");
        }
        words.push_str(&self.text);
        words
    }
}
