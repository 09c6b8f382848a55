//! Keys: to an action by the contexts that count, or else as text to where text is typed.

use super::{actions, incident, overlay, updates, wall};
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::keymap::{Context, Key, Lookup};
use crate::console::overlays::{Overlay, Stroke, line};
use crate::console::panes::Focus;
use crate::console::view;
use crossterm::event::KeyEvent;

/// The contexts that count now, innermost first.
#[must_use]
pub fn contexts(app: &App) -> Vec<Context> {
    match app.overlays.last() {
        Some(Overlay::Picker(_) | Overlay::Brief(_)) => {
            return vec![Context::List, Context::Global];
        }
        Some(Overlay::Running) => {
            return vec![
                Context::Run,
                Context::List,
                Context::Browse,
                Context::Global,
            ];
        }
        Some(Overlay::Form(_) | Overlay::Prompt(_) | Overlay::Search(_) | Overlay::RunForm(_)) => {
            return vec![Context::Text, Context::Global];
        }
        Some(Overlay::Confirm(_)) => return vec![Context::Confirm, Context::Global],
        Some(Overlay::Reader(_) | Overlay::Results(_)) => {
            return vec![Context::List, Context::Browse, Context::Global];
        }
        Some(Overlay::Update) => return vec![Context::Update, Context::Global],
        Some(Overlay::Review(_)) => {
            return vec![
                Context::Review,
                Context::List,
                Context::Browse,
                Context::Global,
            ];
        }
        Some(Overlay::Members(_) | Overlay::Gaps(_)) => {
            return vec![
                Context::Rows,
                Context::List,
                Context::Browse,
                Context::Global,
            ];
        }
        None => {}
    }
    let inner = match &app.screen {
        Screen::Board(_) => return vec![Context::Board, Context::Browse, Context::Global],
        Screen::Incident(screen) => match screen.focus {
            Focus::Composer => return vec![Context::Composer, Context::Global],
            Focus::Timeline => Some(Context::Timeline),
            Focus::Command => Some(Context::Command),
            Focus::Runbook => Some(Context::Runbook),
            Focus::Situation => None,
            Focus::Signals => Some(Context::Signals),
            Focus::Errors => Some(Context::Errors),
            Focus::Alerts => Some(Context::Alerts),
            Focus::Updates => Some(Context::Updates),
        },
    };
    let past = app.past().map(|_| Context::Past);
    past.into_iter()
        .chain(inner)
        .chain([Context::Incident, Context::Browse, Context::Global])
        .collect()
}

/// A key was pressed.
pub(super) fn press(app: &mut App, event: KeyEvent) -> Vec<Effect> {
    let Some(key) = Key::pressed(event) else {
        return Vec::new();
    };
    let contexts = contexts(app);
    let chord_began = !app.keys.is_empty();
    let lookup = app.prefs.keymap.lookup(&contexts, &mut app.keys, key);
    let inert = app.on_duty() && app.overlays.is_empty();
    match lookup {
        // Whoever leans on the keyboard below it changes nothing.
        Lookup::Action(action) if inert && !wall::may(action) => Vec::new(),
        Lookup::None if inert => Vec::new(),
        Lookup::Action(action) => actions::act(app, action),
        Lookup::Pending(_) => Vec::new(),
        // The key that broke a chord off is not typed: it was meant for the chord.
        Lookup::None if chord_began => Vec::new(),
        Lookup::None => typed(app, event, key),
    }
}

/// A key that is no action: text, or an edit of a line.
fn typed(app: &mut App, event: KeyEvent, key: Key) -> Vec<Effect> {
    if app.overlays.is_empty() {
        return incident::composer_key(app, event);
    }
    let size = view::overlay::words_size(app);
    if let Some(editor) = updates::on_top(app) {
        editor.key(event, size);
        return Vec::new();
    }
    if !app.overlays.last().is_some_and(Overlay::takes_text) {
        return Vec::new();
    }
    if let Some(character) = key.types() {
        let mut buffer = [0; 4];
        return overlay::stroke(app, Stroke::Text(character.encode_utf8(&mut buffer)));
    }
    match line::edit_of(event) {
        Some(edit) => overlay::stroke(app, Stroke::Edit(edit)),
        None => Vec::new(),
    }
}

/// Text was pasted: one piece, to where text is typed. A paste never does what keys do.
pub(super) fn paste(app: &mut App, text: &str) -> Vec<Effect> {
    app.keys.clear();
    if let Some(editor) = updates::on_top(app) {
        editor.insert(text);
        return Vec::new();
    }
    if app.on_duty() {
        return Vec::new();
    }
    match app.overlays.last() {
        Some(overlay) if overlay.takes_text() => overlay::stroke(app, Stroke::Text(text)),
        Some(_) => Vec::new(),
        None => incident::composer_paste(app, text),
    }
}
