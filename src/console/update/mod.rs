//! What comes of a message. One file for each area; this one routes.

mod actions;
mod answers;
mod calls;
mod client;
mod consents;
mod follow;
mod handovers;
mod history;
mod incident;
mod keep;
mod keys;
mod live;
mod looked;
mod members;
mod mouse;
mod overlay;
mod past;
#[cfg(test)]
mod past_tests;
mod pickers;
#[cfg(test)]
mod private_tests;
mod reading;
mod requests;
mod run;
mod runs_kept;
#[cfg(test)]
mod server_tests;
mod submit;
#[cfg(test)]
mod tests;
pub mod updates;
#[cfg(test)]
mod updates_seen_tests;
#[cfg(test)]
mod updates_tests;
mod upkeep;
mod wall;
mod why_not;
mod written;

pub use calls::Calls;
pub use keys::contexts;
pub use looked::Visits;
pub use runs_kept::leave_run;
pub use upkeep::{leave, next_wake};

use super::app::{App, Screen};
use super::effect::Effect;
use super::msg::Msg;
use super::panes::{Focus, Say};
use crate::incident::{IncidentId, Timestamp};
use ratatui::layout::Rect;

/// Takes a message in, at its time; answers what is to be done.
pub fn update(app: &mut App, now: Timestamp, msg: Msg) -> Vec<Effect> {
    app.set_now(now);
    let mut effects = match msg {
        Msg::Key(event) => keys::press(app, event),
        Msg::Paste(text) => keys::paste(app, &text),
        Msg::Mouse(event) => mouse::mouse(app, event),
        Msg::Resized(width, height) => {
            app.size = Rect::new(0, 0, width, height);
            Vec::new()
        }
        Msg::Watched(watched) => {
            looked::watched(app, watched);
            Vec::new()
        }
        Msg::Woke => Vec::new(),
        Msg::Memory { person, memory } => {
            looked::remembered(app, &person, memory);
            Vec::new()
        }
        Msg::Background(background) => {
            app.prefs.follow(background);
            Vec::new()
        }
        Msg::Client(input) => client::input(app, input),
        Msg::Draft { incident, text } => {
            draft_found(app, incident, &text);
            Vec::new()
        }
        Msg::History { person, lines } => {
            history::found(app, &person, lines);
            Vec::new()
        }
        Msg::UpdateDraft { incident, text } => {
            updates::found(app, incident, &text);
            Vec::new()
        }
        Msg::RunPrinted { shown, bytes } => {
            run::printed(app, &shown, bytes);
            Vec::new()
        }
        Msg::RunSoFar(run) => runs_kept::so_far(app, *run),
        Msg::RunEnded(ended) => run::ended(app, ended),
        Msg::RunFound { incident, text } => {
            runs_kept::found(app, incident, &text);
            Vec::new()
        }
        Msg::Edited(Ok(text)) => {
            if let Some(editor) = updates::on_top(app) {
                editor.set_text(&text);
            } else if let Screen::Incident(screen) = &mut app.screen {
                screen.composer.set_text(&text);
                screen.focus = Focus::Composer;
            }
            Vec::new()
        }
        Msg::Edited(Err(why)) | Msg::Trouble(why) => {
            app.notices.say(now, Say::Warning(why));
            Vec::new()
        }
    };
    effects.extend(looked::upkeep(app));
    effects.extend(wall::follow(app));
    effects.extend(calls::calls(app));
    effects.extend(upkeep::upkeep(app));
    effects
}

/// What is done first: an incident that was asked for by name is opened.
pub fn start(app: &mut App, wanted: Option<IncidentId>) -> Vec<Effect> {
    match wanted {
        Some(id) => incident::open(app, id),
        None => Vec::new(),
    }
}

/// Begins to play a recording.
pub fn playback(app: &mut App, playback: &super::start::Playback) -> Vec<Effect> {
    if let Some(wrong) = &playback.wrong {
        app.notices.say(app.now, Say::Warning(wrong.clone()));
    }
    past::begin(app, playback.from, playback.speed)
}

/// Shows the moment of the past, as far as it is here.
pub fn show_moment(app: &mut App, at: Timestamp) -> Vec<Effect> {
    past::go(app, crate::client::Goal::Moment(at))
}

/// A draft that an earlier console left; what is typed already goes before it.
fn draft_found(app: &mut App, incident: IncidentId, text: &str) {
    let Screen::Incident(screen) = &mut app.screen else {
        return;
    };
    if screen.id != incident {
        return;
    }
    screen.draft.kept = text.to_owned();
    if screen.composer.draft().is_empty() {
        screen.composer.set_text(text);
        let said = "What you had typed here before is in the composer again.";
        app.notices.say(app.now, Say::Info(said.to_owned()));
    }
}
