//! The lines that this person sent: the composer on the screen has them, and the app between two
//! screens.

use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::panes::composer::History;
use crate::incident::Person;

/// The history, wherever it is now.
fn history(app: &mut App) -> &mut History {
    match &mut app.screen {
        Screen::Incident(screen) => screen.composer.history(),
        Screen::Board(_) => &mut app.writing.history,
    }
}

/// Before the screen of an incident goes.
pub(super) fn take(app: &mut App) {
    if let Screen::Incident(screen) = &mut app.screen {
        app.writing.history = std::mem::take(screen.composer.history());
    }
}

/// Once the screen of an incident is there.
pub(super) fn give(app: &mut App) {
    if let Screen::Incident(screen) = &mut app.screen {
        *screen.composer.history() = std::mem::take(&mut app.writing.history);
    }
}

/// Asks for what was sent in earlier sessions, once it is known who this is. Someone else's lines
/// go: two people may use one machine.
pub(super) fn want(app: &mut App) -> Option<Effect> {
    if app.prefs.read_only.is_some() {
        return None;
    }
    let person = &app.client.me()?.person;
    if app.writing.history_of.as_ref() == Some(person) {
        return None;
    }
    let person = person.clone();
    if app.writing.history_of.is_some() {
        *history(app) = History::default();
    }
    app.writing.history_of = Some(person.clone());
    Some(Effect::LoadHistory(person))
}

/// They are here.
pub(super) fn found(app: &mut App, person: &Person, lines: Vec<String>) {
    if app.writing.history_of.as_ref() == Some(person) {
        history(app).put_before(lines);
    }
}

/// A line was sent: it is kept for the next session.
pub(super) fn keep(app: &App, line: &str) -> Option<Effect> {
    let person = app.writing.history_of.clone()?;
    History::takes(line).then(|| Effect::KeepLine {
        person,
        line: line.to_owned(),
    })
}
