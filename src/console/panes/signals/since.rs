//! What became better or worse since the last thing that was done to the system, in words.

use super::super::{Cx, Look};
use crate::console::theme::Meaning;
use crate::console::view::paint::{self, Piece};
use crate::incident::{EntryKind, Milestone, Timestamp};
use crate::signals::{Signal, Turn};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The last action taken, and what became of the signals since.
pub(super) struct Since {
    /// `since 14:05 `.
    when: String,
    /// What became of them, the worst first; those that are the same are counted.
    turns: Vec<(Turn, String)>,
}

/// What became of the signals since the last thing that was done and not taken back; nothing
/// where nothing was done or nothing is watched.
pub(super) fn since_last_action(cx: &Cx<'_>) -> Option<Since> {
    let lines = cx.room.timeline().lines().iter();
    let acted = lines.rev().find(|line| {
        line.entry.kind == EntryKind::ActionTaken && line.entry.marks.retracted.is_none()
    })?;
    let at = acted.entry.occurred_at;
    let mut all = cx.signals().peekable();
    all.peek()?;
    let turned = all.filter_map(|signal| {
        let change = signal.since(at)?;
        let words = format!(
            "{} {} {} → {}",
            signal.name,
            change.turn.word(),
            signal.unit.figure(change.before),
            signal.unit.figure(change.now)
        );
        Some((change.turn, words))
    });
    let (same, mut turns): (Vec<_>, Vec<_>) = turned.partition(|(turn, _)| *turn == Turn::Same);
    // Of a line that is cut, what is worse is read.
    turns.sort_by_key(|(turn, _)| match turn {
        Turn::Worse => 0,
        Turn::Better => 1,
        Turn::Changed | Turn::Same => 2,
    });
    let rest = match (same.len(), turns.len()) {
        (0, 0) => Some("nothing was measured then and now".to_owned()),
        (0, _) => None,
        (1, _) => same.first().map(|_| "1 the same".to_owned()),
        (same, 0) => Some(format!("all {same} the same")),
        (same, _) => Some(format!("{same} the same")),
    };
    turns.extend(rest.map(|rest| (Turn::Same, rest)));
    Some(Since {
        when: format!("since {} ", cx.zone.hm(at)),
        turns,
    })
}

/// Draws it on one row.
pub(super) fn draw(since: &Since, look: &Look<'_>, place: Rect, buf: &mut Buffer) {
    let style = |meaning| look.theme.style(meaning);
    let mut pieces = vec![Piece::new(&since.when, style(Meaning::Muted))];
    for (place, (turn, words)) in since.turns.iter().enumerate() {
        let meaning = match turn {
            Turn::Better => Meaning::Good,
            Turn::Worse => Meaning::Danger,
            Turn::Same | Turn::Changed => Meaning::Muted,
        };
        let comma = if place > 0 { ", " } else { "" };
        pieces.push(Piece::new(comma, style(Meaning::Muted)));
        pieces.push(Piece::new(words, style(meaning)));
    }
    paint::left(&pieces, place, buf);
}

/// What a signal was when the harm began.
pub(super) fn change(signal: &Signal, cx: &Cx<'_>) -> String {
    was(signal, cx).map_or_else(String::new, |was| {
        format!("{was} at {}", cx.zone.hm(began(cx)))
    })
}

/// The same without the time: `was 0.2 %`.
pub(super) fn was(signal: &Signal, cx: &Cx<'_>) -> Option<String> {
    let before = signal.value_at(began(cx))?;
    Some(format!("was {}", signal.unit.figure(before)))
}

fn began(cx: &Cx<'_>) -> Timestamp {
    let shown = cx.room.shown();
    let began = shown.milestones.at(Milestone::Started);
    began.unwrap_or(shown.opened_at)
}
