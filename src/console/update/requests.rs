//! What panes ask of the shell.

use super::{actions, history, incident, members, pickers, submit};
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::overlays::{Members, Overlay, Page, Prompt, Reader};
use crate::console::panes::{OverlayRequest, Request, Say};
use crate::incident::{EntryKind, Seq};

/// Does what a pane asks for, in order.
pub(super) fn requests(app: &mut App, asked: Vec<Request>) -> Vec<Effect> {
    asked
        .into_iter()
        .flat_map(|request| do_request(app, request))
        .collect()
}

fn do_request(app: &mut App, request: Request) -> Vec<Effect> {
    let here = match &app.screen {
        Screen::Incident(screen) => screen.id,
        Screen::Board(_) => return Vec::new(),
    };
    if app.past().is_some() && changes(&request) {
        let why = super::why_not::only_looking(app);
        app.notices.say(app.now, Say::Info(why.unwrap_or_default()));
        return Vec::new();
    }
    let asked = match request {
        Request::Older if app.past().is_some() => return super::past::widen(app, here),
        // The timeline of the past ends at the moment that is shown.
        Request::Newer | Request::Newest | Request::Around(_) | Request::JumpTo(_)
            if app.past().is_some() =>
        {
            return Vec::new();
        }
        Request::Submit(intent) => return submit::submit_here(app, intent, None),
        Request::Write { intent, line } => {
            let mut effects: Vec<Effect> = history::keep(app, &line).into_iter().collect();
            effects.extend(submit::submit_here(app, intent, Some(line)));
            return effects;
        }
        Request::Open(wanted) => return open(app, wanted),
        Request::Copy { text, what } => return copy(app, text, what),
        Request::Focus(pane) => return incident::focus(app, pane),
        Request::Zoom(zoomed) => {
            app.prefs.zoomed = zoomed;
            return Vec::new();
        }
        Request::Begin(line) => return actions::begin(app, &line),
        Request::EditElsewhere(text) => return vec![Effect::Edit(text)],
        Request::Say(said) => {
            app.notices.say(app.now, said);
            return Vec::new();
        }
        Request::Older => app.client.older(here),
        Request::Newer => app.client.newer(here),
        Request::Newest => app.client.newest(here),
        Request::Around(seq) => app.client.around(here, seq),
        Request::JumpTo(at) => app.client.jump(here, at),
    };
    super::client::effects(app, asked)
}

/// Whether a pane asks for something that changes the incident, or is about to. What the composer
/// writes goes to now.
fn changes(request: &Request) -> bool {
    match request {
        Request::Submit(_) => true,
        Request::Open(wanted) => match wanted {
            OverlayRequest::Prompt(prompt) => !prompt.then.only_looks(),
            OverlayRequest::Confirm(_)
            | OverlayRequest::PickPerson(_)
            | OverlayRequest::PickRunbook => true,
            OverlayRequest::Details(_)
            | OverlayRequest::Alerts { .. }
            | OverlayRequest::Text { .. } => false,
        },
        _ => false,
    }
}

/// Puts text on the clipboard and says so.
pub(super) fn copy(app: &mut App, text: String, what: &str) -> Vec<Effect> {
    let most = crate::console::terminal::COPY_BYTES;
    let said = if text.len() > most {
        Say::Warning(format!(
            "Only the first {most} bytes of {what} were copied: terminals take no more."
        ))
    } else {
        Say::Info(format!("Copied {what}."))
    };
    app.notices.say(app.now, said);
    vec![Effect::Copy(text)]
}

/// Lays something over the screen.
fn open(app: &mut App, wanted: OverlayRequest) -> Vec<Effect> {
    let overlay = match wanted {
        OverlayRequest::Details(seq) => return details(app, seq),
        OverlayRequest::Alerts {
            source,
            group,
            title,
        } => return members::open(app, Members::new(source, group, title)),
        OverlayRequest::Text { title, body } => {
            Overlay::Reader(Reader::new(Page::Text { title, body }))
        }
        OverlayRequest::Prompt(prompt) => Overlay::Prompt(Prompt::from(prompt)),
        OverlayRequest::Confirm(confirm) => Overlay::Confirm(confirm),
        OverlayRequest::PickPerson(role) => Overlay::Picker(pickers::people(app, &role)),
        OverlayRequest::PickRunbook => return pickers::runbooks(app),
    };
    app.overlays.push(overlay);
    Vec::new()
}

/// Shows an entry in full. A piece of evidence that is not among the newest is asked for: it is
/// drawn from its numbers.
fn details(app: &mut App, seq: Seq) -> Vec<Effect> {
    app.overlays
        .push(Overlay::Reader(Reader::new(Page::Entry(seq))));
    let Some((screen, room)) = app.open() else {
        return Vec::new();
    };
    let id = screen.id;
    let line = room.timeline().get(seq).map(|line| line.entry.kind);
    let kind = line.or_else(|| room.shown().entry(seq).map(|entry| entry.kind));
    if kind != Some(EntryKind::Evidence) {
        return Vec::new();
    }
    let asked = app.client.fetch_evidence(id, seq);
    super::client::effects(app, asked)
}
