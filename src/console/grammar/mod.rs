//! The one-line grammar: what a line typed into the composer, or given on the command line, means.
//!
//! ```text
//! -2m !! pods restart because of OOM #db     a note, two minutes ago, pinned, tagged
//! @14:32 /decision roll back 4f2a            a decision, at 14:32 in the viewer's zone
//! /ask @bo 10m check web latency             a task for bo, due in ten minutes
//! TODO: alert on pool exhaustion @ana        an action item of ana's
//! //etc/hosts was edited                     a note that begins with a slash
//! ```
//!
//! Markers (the time, `!!`, `!private`, the slash word) stand at the beginning and are taken out of
//! the words; `#tags` and `@people` stay in them and are looked for in the first line only, as a
//! paste has `#` and `@` of its own. A slash word that is none is a problem that names the nearest
//! one. Nothing is ever left out silently: a line either means all that stands in it, or it is
//! a [`Problem`].
//!
//! **Invariant**: pure, and total: any text gives an intent or a problem.

mod arguments;
mod asks;
mod build;
mod check;
mod entry;
mod handovers;
mod hypotheses;
mod lex;
mod nags;
mod preview;
mod private;
mod proposals;
mod words;

pub use asks::ANSWERS;
pub use handovers::OFFER_WORDS;
pub use hypotheses::entry as entry_number;
pub use proposals::SAYINGS;
pub use words::{Verb, WORDS, Word, find};

use super::text::{Zone, closest};
use crate::client::Here;
use crate::incident::{EntryKind, Incident, Intent, Timestamp};
use lex::Cursor;
use std::fmt;
use std::ops::Range;

/// What a line may refer to without saying it.
#[derive(Debug, Clone, Copy)]
pub struct GrammarContext<'a> {
    /// The time now: `-5m` counts from it.
    pub now: Timestamp,
    /// The zone that times are typed in.
    pub zone: Zone,
    /// The incident as the writer sees it: who holds a role, which steps there are.
    pub incident: Option<&'a Incident>,
    /// The runbook that a step without a name belongs to; absent: the one attached last.
    pub runbook: Option<&'a str>,
    /// Who is connected; absent: not known.
    pub here: Option<&'a [Here]>,
}

/// What a part of a line is, so that it can be shown while it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// When it happened.
    Time,
    /// `!!`.
    Pin,
    /// `!private` or `/private`.
    Private,
    /// A slash word, or `TODO:`.
    Command,
    /// What a slash word needs: a role, a status, a number.
    Argument,
    /// `#tag`.
    Tag,
    /// `@person`.
    Person,
    /// This cannot be understood.
    Wrong,
}

/// A part of a line and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Where, in bytes of the text as given.
    pub range: Range<usize>,
    /// What it is.
    pub meaning: Meaning,
}

/// Why a line cannot be sent as it is, and what to write instead. The line stays with the writer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problem {
    /// What is wrong, one sentence.
    pub why: String,
    /// What to write instead, one sentence; may be empty.
    pub instead: String,
    /// Nothing is wrong so far; something is still missing.
    pub unfinished: bool,
}

impl Problem {
    pub(super) fn new(why: impl Into<String>, instead: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            instead: instead.into(),
            unfinished: false,
        }
    }

    /// What stands there is right, and more is needed.
    pub(super) fn unfinished(self) -> Self {
        Self {
            unfinished: true,
            ..self
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)?;
        if !self.instead.is_empty() {
            write!(f, " {}", self.instead)?;
        }
        Ok(())
    }
}

/// What a line means.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// What is asked for, or why that cannot be told.
    pub intent: Result<Intent, Problem>,
    /// The parts of the line that mean something, in order, none overlapping.
    pub spans: Vec<Span>,
    /// One line that says what it becomes, or what is wrong. It holds text as it was typed:
    /// show it through [`super::text::visible_line`].
    pub preview: String,
}

/// Says what a line means. Never fails as a whole: see [`Parsed::intent`].
#[must_use]
pub fn parse(text: &str, context: &GrammarContext<'_>) -> Parsed {
    let mut spans = Vec::new();
    let intent = read(text, context, &mut spans);
    spans.sort_by_key(|span| span.range.start);
    spans.dedup_by(|later, earlier| later.range.start < earlier.range.end);
    let preview = match &intent {
        Ok(intent) => preview::preview(intent, context),
        Err(problem) => problem.to_string(),
    };
    Parsed {
        intent,
        spans,
        preview,
    }
}

/// The markers at the beginning of a line.
#[derive(Debug, Clone, Default)]
struct Head {
    at: Option<Timestamp>,
    pin: bool,
    private: bool,
    kind: Option<EntryKind>,
    /// The slash word that is not a kind of entry; what follows it is its own.
    verb: Option<&'static Word>,
}

fn read(
    text: &str,
    context: &GrammarContext<'_>,
    spans: &mut Vec<Span>,
) -> Result<Intent, Problem> {
    let start = text.len() - text.trim_start().len();
    let mut cursor = Cursor::new(text, start);
    if cursor.rest().is_none() {
        return Err(Problem::new("There is nothing to send.", ""));
    }
    let head = read_head(&mut cursor, context, spans)?;
    match head.verb {
        Some(word) => build::command(word, &head, &mut cursor, context, spans),
        None => entry::entry(text, &head, &mut cursor, spans),
    }
}

/// Reads the markers, in any order, up to the first word that is none.
fn read_head(
    cursor: &mut Cursor<'_>,
    context: &GrammarContext<'_>,
    spans: &mut Vec<Span>,
) -> Result<Head, Problem> {
    let mut head = Head::default();
    while let Some((range, word)) = cursor.peek() {
        let meaning = if let Some(at) = lex::time(word, context) {
            let at = at.inspect_err(|_| mark(spans, &range, Meaning::Wrong))?;
            if head.at.replace(at).is_some() {
                mark(spans, &range, Meaning::Wrong);
                return Err(Problem::new(
                    format!("{word} is a second time."),
                    "Leave one of the two out.",
                ));
            }
            Meaning::Time
        } else if word == "!!" {
            head.pin = true;
            Meaning::Pin
        } else if word.eq_ignore_ascii_case("!private") {
            head.private = true;
            Meaning::Private
        } else if word.starts_with("//") {
            cursor.skip_to(range.start + 1);
            break;
        } else if let Some(name) = word.strip_prefix('/').filter(|_| head.kind.is_none()) {
            let found = find(name).ok_or_else(|| {
                mark(spans, &range, Meaning::Wrong);
                unknown(word, name)
            })?;
            mark(spans, &range, Meaning::Command);
            cursor.skip_to(range.end);
            match found.verb {
                Verb::Kind(kind) => head.kind = Some(kind),
                Verb::Private if private::is_for_people(cursor.rest()) => {
                    head.verb = Some(found);
                    break;
                }
                Verb::Private => head.private = true,
                _ => {
                    head.verb = Some(found);
                    break;
                }
            }
            continue;
        } else {
            break;
        };
        mark(spans, &range, meaning);
        cursor.skip_to(range.end);
    }
    Ok(head)
}

fn mark(spans: &mut Vec<Span>, range: &Range<usize>, meaning: Meaning) {
    spans.push(Span {
        range: range.clone(),
        meaning,
    });
}

/// A slash word that is none: names the nearest, and how to write it as text.
fn unknown(word: &str, name: &str) -> Problem {
    let why = format!("{word} is not a command.");
    let as_text = format!("/{word} writes it as a note");
    Problem::new(
        why,
        match closest(name, words::names()) {
            Some(near) => format!("Did you mean /{near}? {as_text}."),
            None => format!("{as_text}; Tab lists the commands."),
        },
    )
}

#[cfg(test)]
mod tests;
