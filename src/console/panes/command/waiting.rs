//! What waits for this person's word and has no row of its own elsewhere in the pane: an update to
//! approve, a dangerous command that takes a second person. It stands above everything but roles.

use super::{Cx, Item, Look, Row, hint, piece};
use crate::console::keymap::Action;
use crate::console::text::{countdown, visible_line};
use crate::console::theme::Meaning;
use crate::console::view::paint::glyph;
use crate::incident::{Person, UpdateState};

/// The rows of what waits, with their head; none where nothing does.
pub(super) fn rows(cx: &Cx<'_>, look: Option<&Look<'_>>) -> Vec<Row<Item>> {
    let writer = cx.me.filter(|me| me.level.writes());
    let Some(me) = writer.map(|me| &me.person) else {
        return Vec::new();
    };
    let mut rows = consents(cx, look, me);
    rows.extend(updates(cx, look, me));
    if !rows.is_empty() {
        rows.insert(0, Row::section("Waits for you", rows.len()));
    }
    rows
}

fn consents(cx: &Cx<'_>, look: Option<&Look<'_>>, me: &Person) -> Vec<Row<Item>> {
    let open = cx.room.shown().consents_for(me, cx.now);
    open.map(|consent| {
        let left = countdown(consent.expires_at - cx.now).text;
        let said = format!("{} runs: {}", consent.by, consent.command);
        row(cx, look, (&said, &left), Action::Consent)
    })
    .collect()
}

fn updates(cx: &Cx<'_>, look: Option<&Look<'_>>, me: &Person) -> Vec<Row<Item>> {
    let shown = cx.room.shown();
    if !shown.is_in_command(me) {
        return Vec::new();
    }
    let submitted = |state| state == UpdateState::Submitted;
    let waiting = (shown.open_updates()).filter(|update| submitted(update.state));
    waiting
        .map(|update| {
            let said = format!("{} update {}: {}", update.audience, update.id, update.text);
            row(cx, look, (&said, "approve"), Action::ApproveUpdate)
        })
        .collect()
}

/// What it is, how long there is or what to do, and the key.
fn row(
    cx: &Cx<'_>,
    look: Option<&Look<'_>>,
    (said, right): (&str, &str),
    action: Action,
) -> Row<Item> {
    // Only what is drawn has keys and signs; rows are also made to be counted.
    let sign = look.map_or(" ", |look| glyph(look, Meaning::Warning));
    let key = look.filter(|_| !cx.read_only);
    let key = key.map_or_else(String::new, |look| format!("{} ", hint(look, action)));
    let left = vec![
        piece(format!("{sign} "), Meaning::Warning),
        piece(visible_line(said), Meaning::Text),
    ];
    let right = vec![piece(key, Meaning::Key), piece(right, Meaning::Muted)];
    Row::new(left, right, None)
}
