//! What follows a slash word, read piece by piece.

use super::check::within;
use super::lex::Cursor;
use super::{GrammarContext, Head, Meaning, Problem, Span, Word, mark};
use crate::console::text::parse_duration;
use crate::incident::{Person, limits};
use std::ops::Range;
use std::sync::Arc;

/// One slash word and what follows it.
pub(super) struct Build<'a, 'c> {
    pub(super) word: &'static Word,
    pub(super) head: &'a Head,
    pub(super) cursor: &'a mut Cursor<'c>,
    pub(super) context: &'a GrammarContext<'a>,
    pub(super) spans: &'a mut Vec<Span>,
}

impl<'c> Build<'_, 'c> {
    pub(super) fn usage(&self, why: impl Into<String>) -> Problem {
        Problem::new(why, format!("Write it as {}", self.word.example))
    }

    pub(super) fn missing(&self, what: &str) -> Problem {
        self.usage(format!("/{} needs {what}.", self.word.name))
            .unfinished()
    }

    /// A template is no entry: the composer puts its text in the line's place.
    pub(super) fn template(&self) -> Problem {
        let why = "A template is a beginning, and nothing is sent yet.";
        let instead = "In the composer enter puts it into the line, as in /t poll; tab lists them.";
        Problem::new(why, instead).unfinished()
    }

    /// The next word, which must be there.
    pub(super) fn next(&mut self, what: &str) -> Result<(Range<usize>, &'c str), Problem> {
        self.cursor.word().ok_or_else(|| self.missing(what))
    }

    /// The next word, read as something; where it is not that, it is marked and refused.
    pub(super) fn argument<T, E: std::fmt::Display>(
        &mut self,
        what: &str,
        read: impl FnOnce(&'c str) -> Result<T, E>,
    ) -> Result<T, Problem> {
        let (range, word) = self.next(what)?;
        match read(word) {
            Ok(value) => {
                mark(self.spans, &range, Meaning::Argument);
                Ok(value)
            }
            Err(why) => {
                mark(self.spans, &range, Meaning::Wrong);
                Err(self.usage(format!("{why}.")))
            }
        }
    }

    /// The next word, when it can be read as something.
    pub(super) fn perhaps<T>(&mut self, read: impl FnOnce(&'c str) -> Option<T>) -> Option<T> {
        let (range, word) = self.cursor.peek()?;
        let value = read(word)?;
        mark(self.spans, &range, Meaning::Argument);
        self.cursor.skip_to(range.end);
        Some(value)
    }

    /// All that is left, which must be there.
    pub(super) fn rest(&mut self, what: &str, bytes_max: usize) -> Result<Arc<str>, Problem> {
        let words = self.cursor.rest().ok_or_else(|| self.missing(what))?;
        within(words, bytes_max, "The line")?;
        Ok(words.into())
    }

    /// All that is left, which may be nothing.
    pub(super) fn reason(&mut self) -> Result<Option<Arc<str>>, Problem> {
        self.cursor
            .rest()
            .map(|words| within(words, limits::REASON_BYTES, "The reason").map(|()| words.into()))
            .transpose()
    }

    /// Nothing may follow.
    pub(super) fn end(&self) -> Result<(), Problem> {
        match self.cursor.rest() {
            None => Ok(()),
            Some(rest) => Err(self.usage(format!("'{rest}' is more than it needs."))),
        }
    }

    pub(super) fn person(&mut self) -> Result<Person, Problem> {
        self.argument("a person", str::parse)
    }

    /// A duration as whole minutes, rounded up.
    pub(super) fn minutes(&mut self, most: i64) -> Result<Option<u32>, Problem> {
        let Some(time) = self.perhaps(|word| {
            word.starts_with(|c: char| c.is_ascii_digit())
                .then(|| parse_duration(word).ok())?
        }) else {
            return Ok(None);
        };
        let minutes = (time.num_seconds() + 59) / 60;
        u32::try_from(minutes)
            .ok()
            .filter(|_| (1..=most).contains(&minutes))
            .map(Some)
            .ok_or_else(|| self.usage(format!("The time must be between 1m and {most}m.")))
    }
}
