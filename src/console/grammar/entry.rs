//! A line without a slash word: a note of some kind, or an action item.

use super::check::{few, plain, within};
use super::lex::{Cursor, Named};
use super::{Head, Meaning, Problem, Span, lex, mark};
use crate::incident::{EntryKind, Intent, NewNote, Person, limits};
use std::sync::Arc;

/// A note of some kind, or an action item.
pub(super) fn entry(
    text: &str,
    head: &Head,
    cursor: &mut Cursor<'_>,
    spans: &mut Vec<Span>,
) -> Result<Intent, Problem> {
    let Some(words) = cursor.rest() else {
        return Err(Problem::new(
            "The entry has no words yet.",
            "Write what happened.",
        ));
    };
    let offset = text.trim_end().len() - words.len();
    let first_line = words.split('\n').next().unwrap_or(words);
    let mut tags: Vec<Arc<str>> = Vec::new();
    let mut mentions: Vec<Person> = Vec::new();
    for (range, named) in lex::named(first_line, offset) {
        match named {
            Named::Tag(tag) => {
                mark(spans, &range, Meaning::Tag);
                if !tags.iter().any(|had| **had == *tag) {
                    tags.push(tag.into());
                }
            }
            Named::Person(person) => {
                mark(spans, &range, Meaning::Person);
                if !mentions.contains(&person) {
                    mentions.push(person);
                }
            }
        }
    }
    if head.kind.is_none()
        && let Some(item) = words.get(..5).filter(|w| w.eq_ignore_ascii_case("todo:"))
    {
        let range = offset..offset + item.len();
        mark(spans, &range, Meaning::Command);
        return action_item(
            words[item.len()..].trim(),
            head,
            mentions.into_iter().next(),
        );
    }
    // asked for anywhere in the first line, so that a word in the wrong place never publishes
    let private = first_line
        .split_whitespace()
        .any(|word| word.eq_ignore_ascii_case("!private"));
    within(words, limits::NOTE_BYTES, "The entry")?;
    few(tags.len(), "tags")?;
    few(mentions.len(), "people")?;
    Ok(Intent::Note(NewNote {
        kind: head.kind.unwrap_or(EntryKind::Note),
        text: words.into(),
        occurred_at: head.at,
        pin: head.pin,
        private: head.private || private,
        tags,
        mentions,
    }))
}

fn action_item(words: &str, head: &Head, owner: Option<Person>) -> Result<Intent, Problem> {
    plain(head, "An action item", false)?;
    if words.is_empty() {
        return Err(Problem::new(
            "The action item has no words yet.",
            "Write it as TODO: alert on pool exhaustion @ana.",
        ));
    }
    within(words, limits::REASON_BYTES, "The action item")?;
    Ok(Intent::AddActionItem {
        text: words.into(),
        owner,
    })
}
