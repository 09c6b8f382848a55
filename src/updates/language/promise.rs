//! A time by which it will be over.

use super::words::{Word, after, span};
use std::ops::Range;

/// What says that something is to come.
const COMING: &[&str] = &[
    "will", "we'll", "it'll", "should", "shall", "expect", "expected", "going",
];
/// What is to come.
const OVER: &[&str] = &[
    "fix",
    "fixed",
    "resolve",
    "resolved",
    "resolution",
    "restore",
    "restored",
    "repair",
    "repaired",
    "recover",
    "recovered",
    "recovery",
    "solve",
    "solved",
    "back",
    "working",
    "online",
    "available",
    "mended",
    "over",
    "normal",
];
/// Times without a number.
const SOON: &[&str] = &[
    "soon",
    "shortly",
    "today",
    "tonight",
    "tomorrow",
    "momentarily",
    "imminently",
    "immediately",
];
/// What a time begins with.
const LEADS: &[&str] = &["by", "in", "within", "at", "before", "until"];
/// What may stand after that, where no number does.
const TIMES: &[&str] = &[
    "a",
    "an",
    "about",
    "around",
    "noon",
    "midnight",
    "tonight",
    "tomorrow",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "end",
    "few",
    "minutes",
    "hours",
    "less",
    "under",
];
/// What does not end the thought between two of these.
const UNITS: &[&str] = &[
    "minute", "minutes", "min", "mins", "hour", "hours", "few", "couple",
];

pub(super) fn promises(words: &[Word<'_>]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let ends_at = if word.lower == "eta" {
            Some(at)
        } else if COMING.contains(&&*word.lower) {
            promised(words, at)
        } else {
            None
        };
        let span = ends_at.and_then(|end| span(words, at, end - at + 1));
        // "expected … will" is one promise.
        if let Some(span) = span
            && found.last().is_none_or(|last| last.end <= span.start)
        {
            found.push(span);
        }
    }
    found
}

/// Where the promise that begins with the word `at` ends, if it is one.
fn promised(words: &[Word<'_>], at: usize) -> Option<usize> {
    let (over, _) = after(words, at, 5).find(|(_, word)| OVER.contains(&&*word.lower))?;
    after(words, over, 4).find_map(|(here, word)| {
        if SOON.contains(&&*word.lower) {
            return Some(here);
        }
        if !LEADS.contains(&&*word.lower) {
            return None;
        }
        let (next, time) = after(words, here, 1).next()?;
        let numbered = time.as_is.starts_with(|c: char| c.is_ascii_digit());
        let named = TIMES.contains(&&*time.lower) && (time.lower.len() > 2 || unit(words, next));
        (numbered || named).then_some(next)
    })
}

/// Whether a unit of time stands soon after the word: "in an hour", not "in a moment of calm".
fn unit(words: &[Word<'_>], at: usize) -> bool {
    after(words, at, 3).any(|(_, word)| UNITS.contains(&&*word.lower))
}
