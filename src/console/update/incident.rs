//! The incident's screen: opening and leaving it, its focus, and what goes to its panes.

use super::requests::requests;
use super::submit::driver;
use super::{history, updates};
use crate::console::app::{App, Board, IncidentScreen, Screen};
use crate::console::effect::Effect;
use crate::console::keymap::Action;
use crate::console::layout::Layout;
use crate::console::panes::{Focus, Request};
use crate::incident::IncidentId;
use crossterm::event::KeyEvent;

/// Puts an incident on the screen, whatever was there.
pub(super) fn open(app: &mut App, id: IncidentId) -> Vec<Effect> {
    if matches!(&app.screen, Screen::Incident(screen) if screen.id == id) {
        app.overlays.clear();
        return Vec::new();
    }
    let mut effects = leave(app);
    app.overlays.clear();
    let mut screen = IncidentScreen::new(id);
    screen.composer.know(app.prefs.templates.clone());
    if let Some(first) = app.prefs.layout.first(app.why_read_only().is_none()) {
        screen.focus = first;
        if first != Focus::Composer {
            screen.pane = first;
        }
    }
    app.screen = Screen::Incident(Box::new(screen));
    history::give(app);
    let joined = app.client.join(id);
    effects.extend(super::client::effects(app, joined));
    effects
}

/// Looks for what this person had typed here before, once it is known who this is.
pub(super) fn want_draft(app: &mut App) -> Vec<Effect> {
    let Some(me) = app.client.me().filter(|_| app.prefs.read_only.is_none()) else {
        return Vec::new();
    };
    let person = me.person.clone();
    let Screen::Incident(screen) = &mut app.screen else {
        return Vec::new();
    };
    if screen.draft.of.is_some() {
        return Vec::new();
    }
    screen.draft.of = Some(person.clone());
    let of = (person, screen.id);
    vec![
        Effect::LoadDraft(of.clone()),
        Effect::LoadUpdate(of.clone()),
        Effect::LoadRun(of),
    ]
}

/// Puts the board on the screen, the cursor where the incident stands.
pub(super) fn to_board(app: &mut App) -> Vec<Effect> {
    let cursor = match &app.screen {
        Screen::Incident(screen) => Some(screen.id),
        Screen::Board(board) => board.cursor,
    };
    let effects = leave(app);
    app.screen = Screen::Board(Board { cursor });
    effects
}

/// What is to be done before the screen of an incident goes: the draft is kept, and it is followed
/// no more.
fn leave(app: &mut App) -> Vec<Effect> {
    let mut effects = keep_draft(app);
    effects.extend(keep_update(app));
    history::take(app);
    if let Screen::Incident(screen) = &app.screen {
        let id = screen.id;
        let left = app.client.leave(id);
        effects.extend(driver(left));
    }
    effects
}

/// Hands the composer's text over to be kept, when it is not kept already.
pub(super) fn keep_draft(app: &mut App) -> Vec<Effect> {
    let Screen::Incident(screen) = &mut app.screen else {
        return Vec::new();
    };
    screen.draft.since = None;
    if screen.composer.draft() == screen.draft.kept {
        return Vec::new();
    }
    // Nothing can be typed before the server has said who this is.
    let Some(person) = screen.draft.of.clone() else {
        return Vec::new();
    };
    screen.composer.draft().clone_into(&mut screen.draft.kept);
    vec![Effect::SaveDraft {
        of: (person, screen.id),
        text: screen.draft.kept.clone(),
    }]
}

/// Hands the update that is being written over to be kept, when it is not kept already.
pub(super) fn keep_update(app: &mut App) -> Vec<Effect> {
    let text = updates::on_disk(app);
    let Screen::Incident(screen) = &mut app.screen else {
        return Vec::new();
    };
    screen.update_draft.since = None;
    let Some(person) = screen
        .draft
        .of
        .clone()
        .filter(|_| text != screen.update_draft.kept)
    else {
        return Vec::new();
    };
    text.clone_into(&mut screen.update_draft.kept);
    vec![Effect::SaveUpdate {
        of: (person, screen.id),
        text,
    }]
}

/// Lets keys go there.
pub(super) fn focus(app: &mut App, focus: Focus) -> Vec<Effect> {
    if focus == Focus::Composer
        && let Some(why) = app.why_read_only()
    {
        app.notices
            .say(app.now, crate::console::panes::Say::Info(why));
        return Vec::new();
    }
    let reachable = app.reachable();
    if let Screen::Incident(screen) = &mut app.screen {
        if focus == Focus::Composer {
            screen.focus = focus;
        } else if reachable.contains(&focus) {
            screen.focus = focus;
            screen.pane = focus;
            if matches!(
                focus,
                Focus::Signals | Focus::Errors | Focus::Alerts | Focus::Situation | Focus::Updates
            ) {
                screen.beside = focus;
            }
        }
    }
    Vec::new()
}

/// The next pane in the order of the tabs, or the one before.
pub(super) fn turn(app: &mut App, back: bool) -> Vec<Effect> {
    let reachable = app.reachable();
    let Screen::Incident(screen) = &app.screen else {
        return Vec::new();
    };
    if reachable.is_empty() {
        return Vec::new();
    }
    let at = reachable.iter().position(|pane| *pane == screen.pane);
    let by = if back { reachable.len() - 1 } else { 1 };
    let next = (at.unwrap_or(0) + by) % reachable.len();
    match reachable.get(next) {
        Some(pane) => focus(app, *pane),
        None => Vec::new(),
    }
}

/// Lets a pane do what a key asked for; what it asks of the shell in turn.
pub(super) fn pane_action(app: &mut App, focus: Focus, action: Action) -> Vec<Request> {
    let Some((screen, cx)) = app.split(focus) else {
        return Vec::new();
    };
    match focus {
        Focus::Timeline => screen.timeline.handle(action, &cx),
        Focus::Command => screen.command.handle(action, &cx),
        Focus::Runbook => screen.runbook.handle(action, &cx),
        Focus::Situation => screen.situation.handle(action, &cx),
        Focus::Signals => screen.signals.handle(action, &cx),
        Focus::Errors => screen.errors.handle(action, &cx),
        Focus::Alerts => screen.alerts.handle(action, &cx),
        Focus::Updates => screen.updates.handle(action, &cx),
        Focus::Composer => screen.composer.handle(action, &cx),
    }
}

/// A key that is no action reached the incident's screen: it is typed, if the composer listens.
pub(super) fn composer_key(app: &mut App, event: KeyEvent) -> Vec<Effect> {
    if !composing(app) {
        return Vec::new();
    }
    let asked = app
        .split(Focus::Composer)
        .map(|(screen, cx)| screen.composer.key(event, &cx));
    typed(app);
    requests(app, asked.unwrap_or_default())
}

/// Text was pasted on the incident's screen: it goes to the composer, whatever has the focus, as
/// there is nowhere else for it.
pub(super) fn composer_paste(app: &mut App, text: &str) -> Vec<Effect> {
    if matches!(app.screen, Screen::Board(_)) || app.prefs.layout == Layout::Wall {
        return Vec::new();
    }
    let mut effects = focus(app, Focus::Composer);
    if !composing(app) {
        return effects;
    }
    let asked = app
        .split(Focus::Composer)
        .map(|(screen, cx)| screen.composer.input(text, &cx));
    typed(app);
    effects.extend(requests(app, asked.unwrap_or_default()));
    effects
}

fn composing(app: &App) -> bool {
    matches!(&app.screen, Screen::Incident(screen) if screen.focus == Focus::Composer)
}

fn typed(app: &mut App) {
    if let Screen::Incident(screen) = &mut app.screen {
        screen.presence.typed_at = Some(app.now);
    }
}

/// The room may have changed: the timeline keeps its cursor, and settles jumps that waited.
pub(super) fn room_changed(app: &mut App) -> Vec<Effect> {
    let asked = app
        .split(Focus::Timeline)
        .map(|(screen, cx)| screen.timeline.room_changed(&cx));
    requests(app, asked.unwrap_or_default())
}

/// Leads the timeline to the entry that was wanted, once the incident's state is here.
pub(super) fn go_to_wanted(app: &mut App) -> Vec<Effect> {
    let wanted = match &app.screen {
        Screen::Incident(screen) => screen.wanted,
        Screen::Board(_) => None,
    };
    let mut effects = Vec::new();
    if let (Some(seq), true) = (wanted, app.past().is_some()) {
        if app.client.recording().is_some() {
            // To the moment at which it was written down.
            return super::past::go(app, crate::client::Goal::Place(seq, None));
        }
        // It may be later than the moment that is shown.
        effects.extend(super::past::to_now(app));
    }
    let Some((screen, cx)) = app.split(Focus::Timeline) else {
        return Vec::new();
    };
    let Some(seq) = screen.wanted.take() else {
        return Vec::new();
    };
    let id = screen.id;
    screen.timeline.go_to(seq, &cx);
    let here = cx.room.timeline().get(seq).is_some();
    effects.extend(focus(app, Focus::Timeline));
    if !here {
        let asked = app.client.around(id, seq);
        effects.extend(super::client::effects(app, asked));
    }
    effects
}
