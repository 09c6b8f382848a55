//! What is owed to the incident, in the pane of roles and asks: all of it, with who has put off what.

use super::{Cx, Item, Look, Row, piece};
use crate::console::keymap::Action;
use crate::console::text::age;
use crate::console::theme::Meaning;

/// The rows of what is owed; none where nothing is.
pub(super) fn rows(cx: &Cx<'_>, look: Option<&Look<'_>>) -> Vec<Row<Item>> {
    let owed = cx.room.nags(cx.now);
    if owed.is_empty() {
        return Vec::new();
    }
    let mut rows = vec![Row::section("Owed", owed.len())];
    for nag in owed {
        let meaning = match nag.snoozed {
            Some(_) => Meaning::Muted,
            None => Meaning::Text,
        };
        let look = look.filter(|_| !cx.read_only);
        let key = look.map(|look| super::hint(look, Action::SnoozeNag));
        let right = match (&nag.snoozed, key) {
            (Some(snooze), _) => {
                let until = cx.zone.hm(snooze.until);
                format!("put off by {} until {until}", snooze.by)
            }
            (None, Some(key)) => format!("{} · {key}", age(cx.now - nag.since)),
            (None, None) => age(cx.now - nag.since),
        };
        let right = vec![piece(right, Meaning::Muted)];
        rows.push(Row::new(vec![piece(nag.text, meaning)], right, None));
    }
    rows
}
