//! What stands beside the latest entries: decisions and updates, and what is measured.

use crate::client::Live;
use crate::console::panes::Look;
use crate::console::text::{pad_left, pad_right, visible_line};
use crate::console::theme::Meaning;
use crate::console::view::paint::{Piece, glyph};
use crate::incident::{EntryKind, Incident, Standing, Summary, Timestamp, UpdateState};
use std::sync::Arc;

/// Decisions and updates that are shown.
const SAID: usize = 4;
/// Signals that are shown.
const SIGNALS: usize = 6;

/// The newest decisions and posted updates, newest first.
pub(super) fn said(shown: &Incident, look: &Look<'_>, width: usize) -> Vec<Vec<Piece>> {
    let entries = shown.recent.iter();
    let decisions = entries
        .filter(|entry| entry.kind == EntryKind::Decision && !entry.marks.private)
        .map(|entry| (entry.occurred_at, Meaning::Decision, entry.text.clone()));
    let updates = shown.updates.iter();
    let updates = updates
        .filter(|update| update.state == UpdateState::Posted)
        .map(|update| (update.at, Meaning::Update, update.text.clone()));
    let mut all: Vec<(Timestamp, Meaning, Arc<str>)> = decisions.chain(updates).collect();
    all.sort_by_key(|(at, _, _)| std::cmp::Reverse(*at));
    all.truncate(SAID);
    all.into_iter()
        .map(|(at, meaning, text)| {
            let style = |meaning| look.theme.style(meaning);
            vec![
                Piece::new(format!("{} ", look.zone.hm(at)), style(Meaning::Time)),
                Piece::new(format!("{} ", glyph(look, meaning)), style(meaning)),
                Piece::new(text, style(Meaning::Text)).cut(width.saturating_sub(8)),
            ]
        })
        .collect()
}

/// What is measured of the incident, each with its value and how that stands.
pub(super) fn signals(
    live: &Live,
    shown: &Incident,
    look: &Look<'_>,
    width: usize,
) -> Vec<Vec<Piece>> {
    const VALUE: usize = 18;
    let each = live.signals(shown.id).take(SIGNALS).map(|signal| {
        let value = match (signal.value, &signal.said) {
            (Some(value), _) => signal.unit.figure(value),
            (None, Some(said)) => said.to_string(),
            (None, None) => "no data".to_owned(),
        };
        let standing = signal.value.map_or(Standing::Good, |value| {
            signal.thresholds.standing(value, signal.bad)
        });
        let meaning = match standing {
            Standing::Good => Meaning::Strong,
            Standing::Warning => Meaning::Warning,
            Standing::Critical => Meaning::Overdue,
        };
        let word = standing
            .word()
            .map_or(String::new(), |word| format!(" {word}"));
        let name = visible_line(&signal.name).into_owned();
        vec![
            Piece::new(
                pad_right(&name, width.saturating_sub(VALUE)),
                look.theme.style(Meaning::Text),
            ),
            Piece::new(
                pad_left(&format!("{value}{word}"), VALUE),
                look.theme.style(meaning),
            ),
        ]
    });
    each.collect()
}

/// How many asks are open and overdue, where who is asked for what is not told.
pub(super) fn counted(line: Option<&Summary>, look: &Look<'_>) -> Option<Vec<Piece>> {
    let due = &line?.asks_due;
    let late = due.iter().filter(|at| **at <= look.now).count();
    if due.is_empty() {
        return None;
    }
    let style = |meaning| look.theme.style(meaning);
    let mut said = vec![Piece::new(
        format!("{} open", due.len()),
        style(Meaning::Text),
    )];
    if late > 0 {
        said.push(Piece::new(
            format!(", {late} overdue"),
            style(Meaning::Overdue),
        ));
    }
    Some(said)
}
