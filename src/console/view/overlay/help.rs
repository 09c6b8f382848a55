//! The help screen: every action with its keys, drawn from the table of actions.

use super::super::paint::Piece;
use crate::console::app::App;
use crate::console::keymap::{Action, Context, Group};
use crate::console::text::pad_right;
use crate::console::theme::Meaning;
use std::collections::BTreeMap;

/// Cells of the keys' column.
const KEYS: usize = 22;

/// The lines of the help screen.
pub(super) fn lines(app: &App) -> Vec<Vec<Piece>> {
    let look = app.look(true);
    let mut keys: BTreeMap<Action, Vec<(Context, String)>> = BTreeMap::new();
    for (context, chord, action) in app.prefs.keymap.rows() {
        keys.entry(action).or_default().push((context, chord));
    }
    let mut lines = Vec::new();
    for group in Group::ALL {
        lines.push(vec![Piece::new(
            group.title(),
            look.theme.style(Meaning::Title),
        )]);
        for action in Action::ALL.iter().filter(|action| action.group() == group) {
            let mut chords: Vec<&str> = keys
                .get(action)
                .into_iter()
                .flatten()
                .map(|(_, chord)| chord.as_str())
                .collect();
            chords.sort_unstable();
            chords.dedup();
            let own = if chords.is_empty() {
                format!(":{}", action.name())
            } else {
                chords.join(", ")
            };
            lines.push(vec![
                Piece::new(
                    format!("  {} ", pad_right(&own, KEYS)),
                    look.theme.style(Meaning::Key),
                ),
                Piece::new(action.doc(), look.theme.style(Meaning::Text)),
            ]);
        }
        lines.push(Vec::new());
    }
    lines.pop();
    lines
}
