//! Asking the incident for something, and what is told to the user about it.

use crate::client;
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::panes::Say;
use crate::incident::{
    Actor, Command, CommandId, Context, IncidentId, Intent, Refusal, Via, decide,
};
use uuid::Uuid;

/// The driver's part of what the client answers. What it tells the user is handled apart.
pub(super) fn driver(effects: Vec<client::Effect>) -> Vec<Effect> {
    effects.into_iter().map(Effect::Client).collect()
}

/// Asks the incident (or, with none, the server) for something. A refusal that is known here at
/// once is said, and the words of a composer's `line` go back to it.
pub(super) fn submit(
    app: &mut App,
    incident: Option<IncidentId>,
    intent: Intent,
    line: Option<String>,
) -> Vec<Effect> {
    let id = (app.writing.ids)(app.now);
    submit_as(app, id, incident, intent, line)
}

/// The same under an id that is known already: what was asked for under it before happens once.
pub(super) fn submit_as(
    app: &mut App,
    id: CommandId,
    incident: Option<IncidentId>,
    intent: Intent,
    line: Option<String>,
) -> Vec<Effect> {
    let refused = |app: &mut App, refusal: Refusal, line: Option<String>| {
        if let (Some(line), Screen::Incident(screen)) = (line, &mut app.screen) {
            screen.composer.give_back(&line, &refusal);
        }
        app.notices.say(app.now, Say::Refused(refusal));
        Vec::new()
    };
    if let Some(why) = app.why_read_only() {
        let refusal = Refusal::new(crate::incident::RefusalCode::Access, why, "");
        return refused(app, refusal, line);
    }
    let posts = match &intent {
        Intent::PostUpdate {
            update: None,
            text: Some(text),
            ..
        } => Some(text.clone()),
        _ => None,
    };
    let opens = incident.is_none() && intent.opens();
    match app.client.submit(id, app.now, incident, intent) {
        Ok(effects) => {
            if let Some(line) = line {
                app.writing.lines.insert(id, line);
            }
            if opens {
                app.writing.opening = Some(id);
            }
            if let Some(text) = posts {
                super::updates::posted(app, id, &text);
            }
            super::client::effects(app, effects)
        }
        Err(refusal) => refused(app, refusal, line),
    }
}

/// The same without a line, with the command's id where it was taken.
pub(super) fn submit_named(
    app: &mut App,
    incident: Option<IncidentId>,
    intent: Intent,
) -> (Option<CommandId>, Vec<Effect>) {
    if app.why_read_only().is_some() {
        return (None, submit(app, incident, intent, None));
    }
    let id = (app.writing.ids)(app.now);
    match app.client.submit(id, app.now, incident, intent) {
        Ok(effects) => (Some(id), super::client::effects(app, effects)),
        Err(refusal) => {
            app.notices.say(app.now, Say::Refused(refusal));
            (None, Vec::new())
        }
    }
}

/// The same for the incident on the screen.
pub(super) fn submit_here(app: &mut App, intent: Intent, line: Option<String>) -> Vec<Effect> {
    match &app.screen {
        Screen::Incident(screen) => {
            let id = screen.id;
            submit(app, Some(id), intent, line)
        }
        Screen::Board(_) => Vec::new(),
    }
}

/// Whether the incident's own rules would let it happen now: why not, otherwise. Nothing is sent.
pub(super) fn would_refuse(app: &App, intent: Intent) -> Option<Refusal> {
    let (_, room) = app.open()?;
    let me = app.client.me()?;
    let actor = Actor {
        person: me.person.clone(),
        level: me.level,
        via: Via::Console,
    };
    let command = Command {
        id: CommandId(Uuid::nil()),
        written_at: app.now,
        intent,
    };
    decide(room.shown(), &command, &Context::new(app.now, actor)).err()
}
