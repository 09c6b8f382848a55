//! Writing an update: the editor, what it becomes, and where its words are kept.

use super::super::submit;
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::keymap::{Action, Context};
use crate::console::overlays::{Editor, Kept, Overlay};
use crate::console::panes::Say;
use crate::console::text::visible_block;
use crate::incident::{Audience, CommandId, IncidentId, Intent, Refusal, Role, Stage, Update};
use crate::updates::{Facts, fill};

/// What is being written, as it would go out: its facts filled in, safe to draw.
#[must_use]
pub fn becomes(app: &App, editor: &Editor) -> String {
    let Some((_, room)) = app.open() else {
        return editor.text().to_owned();
    };
    let facts = Facts::of(room.shown(), editor.next_at(app.now), app.now);
    let filled = fill(editor.text(), &facts);
    visible_block(filled.text.trim_end()).into_owned()
}

/// Opens the editor: on what was left in it, else on a new one from its template.
pub(super) fn begin(app: &mut App) -> Vec<Effect> {
    let Some((screen, room)) = app.open() else {
        return Vec::new();
    };
    if screen.editor.is_none() {
        let shown = room.shown();
        let none_outside = |update: &Update| update.audience != Audience::External;
        // Who is outside hears first that we know: the guide's first five minutes.
        let lead = app.client.me().is_some_and(|me| {
            let lead = shown.holder(&Role::CommunicationsLead);
            lead == Some(&me.person)
        });
        let audience = if lead && shown.updates.iter().all(none_outside) {
            Audience::External
        } else {
            Audience::Internal
        };
        let stage = Stage::of(shown.status);
        let template = app
            .prefs
            .update_templates
            .find(audience, stage, shown.severity);
        let kept = Kept {
            update: None,
            seen: 0,
            audience,
            stage,
            minutes: shown.cadence_minutes(audience),
            text: template.to_string(),
            template,
        };
        let editor = Editor::new(screen.id, kept);
        put(app, editor);
    }
    app.overlays.push(Overlay::Update);
    Vec::new()
}

pub(super) fn edit(app: &mut App, update: &Update) -> Vec<Effect> {
    let Some((screen, room)) = app.open() else {
        return Vec::new();
    };
    let left = screen.editor.as_ref().and_then(|editor| editor.kept());
    if let Some(left) = left.filter(|left| left.update != Some(update.id)) {
        let said = match left.update {
            Some(id) => format!("Update {id} is still being changed here."),
            None => "A new update is still being written here.".to_owned(),
        };
        let said = format!("{said} Keep it, or take its words away, then change this one.");
        app.notices.say(app.now, Say::Info(said));
        app.overlays.push(Overlay::Update);
        return Vec::new();
    }
    if left.is_none() {
        let stage = Stage::of(room.shown().status);
        let editor = Editor::of(screen.id, update, stage, app.now);
        put(app, editor);
    }
    app.overlays.push(Overlay::Update);
    Vec::new()
}

fn put(app: &mut App, editor: Editor) {
    if let Screen::Incident(screen) = &mut app.screen {
        screen.editor = Some(Box::new(editor));
    }
}

fn editor(app: &mut App) -> Option<&mut Editor> {
    match &mut app.screen {
        Screen::Incident(screen) => screen.editor.as_deref_mut(),
        Screen::Board(_) => None,
    }
}

/// The editor, where it is on top and takes what is typed.
pub(in crate::console::update) fn on_top(app: &mut App) -> Option<&mut Editor> {
    if !matches!(app.overlays.last(), Some(Overlay::Update)) {
        return None;
    }
    editor(app)
}

/// Does what a key asked for in the editor; nothing when it is not on top.
pub(in crate::console::update) fn in_editor(app: &mut App, action: Action) -> Option<Vec<Effect>> {
    let (severity, rules) = {
        let (_, room) = app.open()?;
        let shown = room.shown();
        (shown.severity, shown.update_rules().clone())
    };
    let templates = app.prefs.update_templates.clone();
    let editor = on_top(app)?;
    let untouched = editor.is_untouched();
    let all = editor.all().clone();
    match action {
        Action::UpdateAudience => {
            let next = next_of(&Audience::ALL, all.audience);
            let minutes = severity.and_then(|severity| rules.cadence.minutes(severity, next));
            editor.set_audience(next, minutes);
        }
        Action::UpdateStage => editor.set_stage(next_of(&Stage::ALL, all.stage)),
        Action::UpdateSooner => editor.shift_next(false),
        Action::UpdateLater => editor.shift_next(true),
        Action::PageDown | Action::HalfPageDown => editor.page(true),
        Action::PageUp | Action::HalfPageUp => editor.page(false),
        Action::UpdateTemplate => {}
        Action::ComposerEditor => return Some(vec![Effect::Edit(all.text)]),
        Action::UpdateSave => return Some(keep(app, false)),
        Action::UpdateSubmit => return Some(keep(app, true)),
        Action::Cancel => {
            put_aside(app);
            return Some(Vec::new());
        }
        _ => return None,
    }
    // Words that nobody has touched follow what is chosen; others stay until they are told to go.
    let chosen = matches!(action, Action::UpdateAudience | Action::UpdateStage);
    if action == Action::UpdateTemplate || (chosen && untouched) {
        let all = editor.all();
        let template = templates.find(all.audience, all.stage, severity);
        editor.fill(&template);
    }
    Some(Vec::new())
}

fn next_of<T: Copy + PartialEq>(all: &[T], now: T) -> T {
    let at = all.iter().position(|one| *one == now).unwrap_or(0);
    all.get((at + 1) % all.len().max(1)).copied().unwrap_or(now)
}

/// Closes the editor; what is in it stays.
fn put_aside(app: &mut App) {
    app.overlays.pop();
    let left = editor(app).is_some_and(|editor| editor.kept().is_some());
    if left {
        let key = app
            .prefs
            .keymap
            .hint(Action::DraftUpdate, &[Context::Incident]);
        let said = format!("The update is put aside as it is; {key} goes on with it.");
        app.notices.say(app.now, Say::Info(said));
    } else if let Screen::Incident(screen) = &mut app.screen {
        screen.editor = None;
    }
}

/// Hands the draft to the incident, and asks for approval if that is wanted. What the incident does
/// not take stays in the editor.
fn keep(app: &mut App, submit: bool) -> Vec<Effect> {
    let Some((screen, _)) = app.open() else {
        return Vec::new();
    };
    let Some(editor) = screen.editor.as_deref() else {
        return Vec::new();
    };
    let all = editor.all().clone();
    let incident = editor.incident;
    let intent = Intent::DraftUpdate {
        update: all.update,
        audience: all.audience,
        text: becomes(app, editor).into(),
        stage: Some(all.stage),
        next_at: editor.next_at(app.now),
        expected: all.update.map(|_| all.seen),
        submit,
    };
    if let Some(refusal) = submit::would_refuse(app, intent.clone()) {
        if let Some(editor) = on_top(app) {
            editor.wrong = Some(refusal.to_string());
        }
        return Vec::new();
    }
    let (command, effects) = submit::submit_named(app, Some(incident), intent);
    if let Some(command) = command {
        app.writing.updates.insert(command, all);
        app.overlays.pop();
        if let Screen::Incident(screen) = &mut app.screen {
            screen.editor = None;
        }
    }
    effects
}

/// The incident did not take a draft: it is in the editor again, unless another is being written.
/// Answers whether it is.
pub(in crate::console::update) fn give_back(
    app: &mut App,
    command: CommandId,
    refusal: &Refusal,
) -> bool {
    let Some(kept) = app.writing.updates.remove(&command) else {
        return false;
    };
    let Screen::Incident(screen) = &mut app.screen else {
        return false;
    };
    if screen
        .editor
        .as_ref()
        .is_some_and(|editor| editor.kept().is_some())
    {
        return false;
    }
    let mut editor = Editor::new(screen.id, kept);
    editor.wrong = Some(refusal.to_string());
    screen.editor = Some(Box::new(editor));
    true
}

/// What is written and not with the server yet, as it is kept on disk; empty: nothing.
pub(in crate::console::update) fn on_disk(app: &App) -> String {
    let Screen::Incident(screen) = &app.screen else {
        return String::new();
    };
    let kept = screen.editor.as_deref().and_then(Editor::kept);
    let text = kept.and_then(|kept| serde_json::to_string(kept).ok());
    text.unwrap_or_default()
}

/// An update that an earlier console left.
pub(in crate::console::update) fn found(app: &mut App, incident: IncidentId, text: &str) {
    let Screen::Incident(screen) = &mut app.screen else {
        return;
    };
    if screen.id != incident {
        return;
    }
    text.clone_into(&mut screen.update_draft.kept);
    let written = screen
        .editor
        .as_ref()
        .is_some_and(|editor| editor.kept().is_some());
    let Some(kept) = serde_json::from_str::<Kept>(text).ok().filter(|_| !written) else {
        return;
    };
    screen.editor = Some(Box::new(Editor::new(incident, kept)));
    let key = app
        .prefs
        .keymap
        .hint(Action::DraftUpdate, &[Context::Incident]);
    let said = format!("An update that you were writing here is kept; {key} goes on with it.");
    app.notices.say(app.now, Say::Info(said));
}
