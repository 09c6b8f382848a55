//! Blame: words for it, and names beside what was done wrong.

use super::words::{Word, after, span};
use crate::incident::Person;
use std::ops::Range;

const PHRASES: &[&[&str]] = &[
    &["human", "error"],
    &["operator", "error"],
    &["user", "error"],
    &["to", "blame"],
    &["blame"],
    &["blamed"],
    &["fault", "of"],
    &["careless"],
    &["carelessness"],
    &["negligence"],
    &["negligent"],
    &["incompetence"],
    &["someone", "forgot"],
    &["somebody", "forgot"],
    &["someone", "broke"],
    &["somebody", "broke"],
    &["should", "have", "known"],
    &["should", "have", "checked"],
    &["should", "have", "noticed"],
    &["should", "have", "tested"],
];

/// What is said of somebody who is blamed.
const DEEDS: &[&str] = &[
    "broke",
    "caused",
    "crashed",
    "failed",
    "forgot",
    "misconfigured",
    "missed",
    "mistyped",
    "neglected",
    "overlooked",
    "botched",
    "ignored",
];
/// What is said to have been done `by` somebody who is blamed.
const DONE: &[&str] = &[
    "broken",
    "caused",
    "crashed",
    "forgotten",
    "misconfigured",
    "missed",
    "mistyped",
    "neglected",
    "overlooked",
    "botched",
    "ignored",
    "mistake",
    "error",
    "fault",
];
/// How far a deed may stand from the name, in words.
const REACH: usize = 3;

pub(super) fn blames(words: &[Word<'_>], people: &[Person]) -> Vec<Range<usize>> {
    let mut found = super::phrases(words, PHRASES);
    let named = |word: &Word<'_>| {
        let bare = word.lower.strip_suffix("'s").unwrap_or(&word.lower);
        people.iter().any(|who| who.as_str().to_lowercase() == bare)
    };
    for (at, word) in words.iter().enumerate() {
        if named(word) {
            let fault = |other: &Word<'_>| matches!(&*other.lower, "fault" | "mistake" | "error");
            let owns = word.lower.ends_with("'s");
            let deed = after(words, at, REACH)
                .find(|(_, other)| DEEDS.contains(&&*other.lower) || (owns && fault(other)));
            found.extend(deed.and_then(|(end, _)| span(words, at, end - at + 1)));
        } else if DONE.contains(&&*word.lower) {
            let mut next = after(words, at, 2);
            let by = next.next().is_some_and(|(_, word)| word.lower == "by");
            if let Some((end, _)) = next.next().filter(|(_, word)| by && named(word)) {
                found.extend(span(words, at, end - at + 1));
            }
        }
    }
    found
}
