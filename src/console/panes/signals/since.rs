//! What became better or worse since the last thing that was done to the system, in words.

use super::super::{Cx, Look};
use crate::console::text::{cells, truncate, visible_line};
use crate::console::theme::Meaning;
use crate::console::view::paint::{self, Piece};
use crate::incident::{EntryKind, Milestone, Timestamp};
use crate::signals::{Signal, Turn};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::borrow::Cow;

/// The last action taken, and what became of the signals since.
pub(super) struct Since {
    /// `since 14:05 `.
    when: String,
    /// What became of them, the worst first; those that are the same are counted.
    turns: Vec<Turned>,
}

/// What became of one signal, or of those that are the same.
struct Turned {
    turn: Turn,
    /// `5xx better 12.4 % → 3.1 %`.
    words: String,
    /// `5xx better`.
    short: String,
}

/// What rows after the first begin with.
const INDENT: &str = "  ";

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
        let short = format!("{} {}", visible_line(&signal.name), change.turn.word());
        let figure = |value| signal.unit.figure(value);
        let words = format!("{short} {} → {}", figure(change.before), figure(change.now));
        Some(Turned {
            turn: change.turn,
            words,
            short,
        })
    });
    let (same, mut turns): (Vec<_>, Vec<_>) = turned.partition(|t| t.turn == Turn::Same);
    // Where there is no room for all, what is worse is read.
    turns.sort_by_key(|turned| match turned.turn {
        Turn::Worse => 0,
        Turn::Better => 1,
        Turn::Changed | Turn::Same => 2,
    });
    let rest = match (same.len(), turns.len()) {
        (0, 0) => Some("not measured then and now".to_owned()),
        (0, _) => None,
        (1, 0) => Some("the same".to_owned()),
        (same, 0) => Some(format!("all {same} the same")),
        (same, _) => Some(format!("{same} the same")),
    };
    turns.extend(rest.map(|rest| Turned {
        turn: Turn::Same,
        words: rest.clone(),
        short: rest,
    }));
    Some(Since {
        when: format!("since {} ", cx.zone.hm(at)),
        turns,
    })
}

/// A row of it: texts, and what each means.
pub(super) type Words = Vec<(Meaning, String)>;

/// Room to say how many more there are: ` … 12 more`.
const MORE: usize = 10;

impl Since {
    /// Its words in at most `most` rows of this width: as many turns as fit, and how many do not.
    pub(super) fn rows(&self, width: usize, most: usize) -> Vec<Words> {
        let mut rows = Vec::new();
        let mut used = cells(&self.when);
        let mut row = vec![(Meaning::Muted, self.when.clone())];
        for (at, turned) in self.turns.iter().enumerate() {
            let left = self.turns.len() - at;
            let is_last = rows.len() + 1 >= most;
            let kept = if is_last && left > 1 { MORE } else { 0 };
            let comma = if at > 0 { ", " } else { "" };
            let fits = |words: &str| used + cells(comma) + cells(words) + kept <= width;
            let mut words = Cow::Borrowed(&*turned.words);
            if !fits(&words) && at == 0 {
                // One is said in any case, though without its figures.
                words = truncate(&turned.short, width.saturating_sub(used + kept));
            } else if !fits(&words) && is_last {
                row.push((Meaning::Muted, format!(" … {left} more")));
                break;
            } else if !fits(&words) {
                row.push((Meaning::Muted, ",".to_owned()));
                rows.push(std::mem::replace(
                    &mut row,
                    vec![(Meaning::Muted, INDENT.to_owned())],
                ));
                used = cells(INDENT);
            } else {
                row.push((Meaning::Muted, comma.to_owned()));
                used += cells(comma);
            }
            let meaning = match turned.turn {
                Turn::Better => Meaning::Good,
                Turn::Worse => Meaning::Danger,
                Turn::Same | Turn::Changed => Meaning::Muted,
            };
            used += cells(&words);
            row.push((meaning, words.into_owned()));
        }
        rows.push(row);
        rows
    }
}

/// Draws its rows.
pub(super) fn draw(rows: &[Words], look: &Look<'_>, place: Rect, buf: &mut Buffer) {
    for (row, at) in rows.iter().zip(0..) {
        let pieces: Vec<Piece> = row
            .iter()
            .map(|(meaning, text)| Piece::new(text, look.theme.style(*meaning)))
            .collect();
        paint::left(&pieces, paint::row(place, at), buf);
    }
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
