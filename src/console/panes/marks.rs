//! What happened to the incident that a chart shows as marks.

use crate::client::Room;
use crate::console::chart::Mark;
use crate::console::theme::Meaning;
use crate::incident::{EntryKind, Milestone, Timestamp};

/// When it was declared, every decision and every action taken, and the entry that is looked at.
pub(in crate::console) fn of(room: &Room, looked_at: Option<Timestamp>) -> Vec<Mark> {
    let declared = room.shown().milestones.at(Milestone::Declared);
    let declared = declared.map(|at| Mark {
        at,
        meaning: Meaning::Status,
    });
    let entries = room.timeline().lines().iter().filter_map(|line| {
        let meaning = match line.entry.kind {
            EntryKind::Decision => Meaning::Decision,
            EntryKind::ActionTaken => Meaning::ActionTaken,
            _ => return None,
        };
        let at = line.entry.occurred_at;
        line.entry
            .marks
            .retracted
            .is_none()
            .then_some(Mark { at, meaning })
    });
    let looked_at = looked_at.map(|at| Mark {
        at,
        meaning: Meaning::Selection,
    });
    declared
        .into_iter()
        .chain(entries)
        .chain(looked_at)
        .collect()
}

/// What a mark of this meaning is called.
#[must_use]
pub(in crate::console) fn name(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Status => "declared",
        Meaning::Decision => "decision",
        Meaning::ActionTaken => "action taken",
        _ => "looked at",
    }
}
