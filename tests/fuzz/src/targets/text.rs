//! What people write, or paste.

use super::{acts, shown, words};
use std::sync::LazyLock;
use warroom::client::Here;
use warroom::console::grammar::{GrammarContext, parse};
use warroom::console::text::{Zone, visible_line};
use warroom::import::{ENTRIES_MAX, Settings, read};
use warroom::incident::Timestamp;
use warroom::routing::Pattern;
use warroom::run::{Patterns, Redactor};
use warroom::updates::{Facts, fill, problems};

fn now() -> Timestamp {
    "2026-11-24T14:00:00Z".parse().unwrap()
}

/// A line of the composer: its marks lie in the line, in order, none over another, each between
/// whole characters; what is said of it can be shown.
pub(super) fn grammar(data: &[u8]) {
    let Some(text) = words(data) else { return };
    let here: &[Here] = &[];
    for here in [None, Some(here)] {
        let parsed = parse(
            text,
            &GrammarContext {
                now: now(),
                zone: Zone::Utc,
                incident: None,
                runbook: None,
                here,
            },
        );
        let mut end = 0;
        for span in &parsed.spans {
            assert!(span.range.start >= end && span.range.end >= span.range.start);
            assert!(text.get(span.range.clone()).is_some(), "{:?}", span.range);
            end = span.range.end;
        }
        shown(&parsed.preview);
        if let Err(problem) = &parsed.intent {
            assert!(!problem.why.is_empty(), "a reason");
        }
    }
}

/// A runbook: any text is one, the same one twice, and survives being sent.
pub(super) fn runbook(data: &[u8]) {
    let Some(text) = words(data) else { return };
    let read = warroom::runbooks::parse("x", text);
    let sent = serde_json::to_string(&read).expect("it can be sent");
    let got = serde_json::from_str(&sent).expect("and taken");
    assert_eq!(read, got);
    for step in &read.steps {
        shown(&format!("{step:?}"));
    }
}

/// A timeline from elsewhere: no more entries than its bound, each with a line that the text has,
/// and nothing of the writer's that cannot be shown.
pub(super) fn import(data: &[u8]) {
    let Some(text) = words(data) else { return };
    let day = now().date_naive();
    let settings = Settings {
        zone: "UTC".parse().expect("a zone"),
        zone_is_certain: data.len().is_multiple_of(2),
        day,
        day_is_certain: data.len().is_multiple_of(3),
        today: day,
    };
    let read = read(text, &settings);
    let lines = text.lines().count().max(1);
    assert!(read.entries.len() <= ENTRIES_MAX);
    for entry in &read.entries {
        assert!(
            (1..=lines).contains(&entry.line),
            "{} of {lines}",
            entry.line
        );
        shown(&entry.words());
    }
    for unread in &read.unread {
        assert!(
            (1..=lines).contains(&unread.line),
            "{} of {lines}",
            unread.line
        );
        shown(&unread.why);
    }
}

/// A pattern of the alert routes (the first line) against a value: it is written as it was read,
/// and matches what a plain table of all beginnings says.
pub(super) fn patterns(data: &[u8]) {
    let Some(text) = words(data) else { return };
    let (pattern, value) = text.split_once('\n').unwrap_or((text, ""));
    let Ok(read) = pattern.parse::<Pattern>() else {
        return;
    };
    assert_eq!(read.to_string(), pattern);
    if value.len() <= 1_000 {
        assert_eq!(
            read.matches(value),
            by_table(pattern, value),
            "{pattern:?} {value:?}"
        );
    }
}

/// Whether the pattern matches, by dynamic programming over both.
fn by_table(pattern: &str, value: &str) -> bool {
    if value.is_empty() {
        return pattern.is_empty();
    }
    let value: Vec<char> = value.chars().collect();
    let mut row = vec![false; value.len() + 1];
    row[0] = true;
    let mut signs = pattern.chars();
    while let Some(sign) = signs.next() {
        let literal = (sign == '\\').then(|| signs.next()).flatten();
        let mut next = vec![false; row.len()];
        for at in 0..row.len() {
            next[at] = match (literal, sign) {
                (None, '*') => row[at] || at > 0 && next[at - 1],
                (None, '?') => at > 0 && row[at - 1],
                (wanted, sign) => at > 0 && row[at - 1] && value[at - 1] == wanted.unwrap_or(sign),
            };
        }
        row = next;
    }
    row[value.len()]
}

/// A template of an update: what is wrong with it has a place in it; what cannot be filled stays.
pub(super) fn template(data: &[u8]) {
    let Some(text) = words(data) else { return };
    for problem in problems(text) {
        assert!(
            text.get(problem.span.clone()).is_some(),
            "{:?}",
            problem.span
        );
    }
    let _ = fill(text, &Facts::default());
}

/// A command's output comes out the same however it was cut into pieces, harmless, and without a
/// secret that it held. The first byte says where it is cut.
pub(super) fn redactor(data: &[u8]) {
    const SECRET: &str = "planted-secret-of-a-variable";
    static OWN: LazyLock<Patterns> = LazyLock::new(|| {
        let usual = Patterns::new(&[]).expect("the usual ones");
        usual.and_literally([SECRET.to_owned()])
    });
    let Some((cut, output)) = data.split_first() else {
        return;
    };
    let pieces = |pieces: &[&[u8]]| {
        let mut redactor = Redactor::new(OWN.clone());
        let mut out: String = pieces.iter().map(|piece| redactor.push(piece)).collect();
        out.push_str(&redactor.finish());
        out
    };
    let whole = pieces(&[output]);
    let (one, two) = output.split_at(usize::from(*cut).min(output.len()));
    assert_eq!(whole, pieces(&[one, two]), "cut at {cut}");
    assert!(!whole.contains(SECRET), "{whole:?}");
    assert!(!visible_line(&whole).chars().any(acts));
}
