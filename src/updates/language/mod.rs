//! Advice on the words of an update, before somebody approves it: each piece with its place and its
//! reason. It is advice: a person decides.

mod blame;
mod hosts;
mod promise;
#[cfg(test)]
mod tests;
mod words;

use crate::incident::{Audience, Person, Severity};
use std::cmp::Reverse;
use std::ops::Range;
use std::sync::Arc;
use words::{Word, words};

/// What an advice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum About {
    /// A fact that is not known stands in the text as a gap.
    Gap,
    /// Someone is blamed.
    Blame,
    /// Something is guessed.
    Speculation,
    /// A time is promised by which it will be over.
    Promise,
    /// A machine is named by its internal name or address.
    Host,
    /// It is called worse than it is.
    Outage,
}

impl About {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Blame => "blame",
            Self::Speculation => "speculation",
            Self::Promise => "promised time",
            Self::Host => "internal name",
            Self::Outage => "outage",
        }
    }

    /// Why it is better left out.
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            Self::Gap => "this is not known yet: write it in, or take the line out",
            Self::Blame => "say what happened, not who did it: a system let it happen",
            Self::Speculation => {
                "say what is known; a guess is read as a fact, and taken back later"
            }
            Self::Promise => "say when you tell more, not when it is over: that is not known",
            Self::Host => "readers outside cannot use it, and it says how the inside is built",
            Self::Outage => "only a SEV1 is a complete outage: say what does not work",
        }
    }
}

/// One piece of advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// Where, in bytes of the text.
    pub span: Range<usize>,
    /// What about.
    pub about: About,
}

/// What the check needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// Who reads it.
    pub audience: Audience,
    /// How bad it is.
    pub severity: Option<Severity>,
    /// People who took part.
    pub people: &'a [Person],
    /// Machines that alerts name.
    pub hosts: &'a [Arc<str>],
}

const GUESSES: &[&[&str]] = &[
    &["probably"],
    &["presumably"],
    &["possibly"],
    &["perhaps"],
    &["maybe"],
    &["apparently"],
    &["supposedly"],
    &["likely"],
    &["we", "think"],
    &["we", "believe"],
    &["we", "suspect"],
    &["we", "assume"],
    &["we", "guess"],
    &["i", "think"],
    &["i", "believe"],
    &["i", "suspect"],
    &["i", "guess"],
    &["it", "seems"],
    &["seems", "to"],
    &["appears", "to", "be"],
    &["might", "be"],
    &["might", "have"],
    &["may", "be", "caused"],
    &["could", "be", "caused"],
    &["could", "have"],
    &["should", "have"],
    &["should", "be", "fixed"],
    &["should", "be", "resolved"],
];

/// Advice on the text, in its order. Nothing in it keeps the update from going out.
#[must_use]
pub fn check(text: &str, around: &Around<'_>) -> Vec<Advice> {
    let words = words(text);
    let beyond = around.audience != Audience::Internal;
    let mut found = gaps(text);
    let mut add = |about, spans: Vec<Range<usize>>| {
        found.extend(spans.into_iter().map(|span| Advice { span, about }));
    };
    add(About::Blame, blame::blames(&words, around.people));
    if beyond {
        add(About::Speculation, phrases(&words, GUESSES));
        if around.severity != Some(Severity::Sev1) {
            add(About::Outage, phrases(&words, &[&["outage"], &["outages"]]));
        }
    }
    // Those who answer for it ask for the expected time, and know the names.
    if around.audience == Audience::External {
        add(About::Promise, promise::promises(&words));
        add(About::Host, hosts::hosts(text, around.hosts));
    }
    found.sort_by_key(|advice| (advice.span.start, Reverse(advice.span.end), advice.about));
    let mut kept: Vec<Advice> = Vec::with_capacity(found.len());
    for advice in found {
        let said = |one: &Advice| one.about == advice.about && one.span.end >= advice.span.end;
        if !kept.iter().any(said) {
            kept.push(advice);
        }
    }
    kept
}

/// The marked gaps: `‹impact?›`.
fn gaps(text: &str) -> Vec<Advice> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices('‹') {
        let rest = text.get(start..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        if let Some(end) = line.find("?›") {
            found.push(Advice {
                span: start..start + end + "?›".len(),
                about: About::Gap,
            });
        }
    }
    found
}

/// Where one of the phrases stands, within one sentence.
fn phrases(words: &[Word<'_>], phrases: &[&[&str]]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for at in 0..words.len() {
        let fits = |phrase: &&&[&str]| words::reads(words, at, phrase);
        let longest = phrases.iter().filter(fits).map(|phrase| phrase.len()).max();
        if let Some(span) = longest.and_then(|len| words::span(words, at, len)) {
            found.push(span);
        }
    }
    found
}
