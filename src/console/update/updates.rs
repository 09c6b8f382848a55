//! Updates: writing one, and bringing it from hand to hand until it is out.

use super::{actions, submit};
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::keymap::Action;
use crate::console::overlays::{Editor, Kept, Overlay, Review, ReviewThen};
use crate::console::panes::{Focus, Say, Then};
use crate::console::text::visible_block;
use crate::incident::update::Named;
use crate::incident::{
    Audience, CommandId, Incident, Intent, Person, Refusal, Stage, Update, UpdateId, UpdateState,
};
use crate::updates::language::{Advice, Around, check};
use crate::updates::{Facts, fill};
use std::sync::Arc;

/// Labels of alerts that name a machine.
const HOST_LABELS: [&str; 6] = ["instance", "host", "hostname", "node", "pod", "server"];
/// What a place of the update that is decided about stands for while it is not known.
const SOME: &str = "…";

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

/// What there is to say about these words before they go out to them.
#[must_use]
pub fn advice(app: &App, text: &str, audience: Audience) -> Vec<Advice> {
    let Some((_, room)) = app.open() else {
        return Vec::new();
    };
    let shown = room.shown();
    let people: Vec<Person> = shown.people.keys().cloned().collect();
    let groups = app.client.live().groups();
    let hosts = groups.flat_map(|group| {
        let named = HOST_LABELS.iter();
        named.filter_map(|label| group.labels.get(*label).cloned())
    });
    let hosts: Vec<Arc<str>> = hosts.collect();
    let around = Around {
        audience,
        severity: shown.severity,
        people: &people,
        hosts: &hosts,
    };
    check(text, &around)
}

/// The update that an action is about: the one under the cursor where its pane has the focus, else
/// the one changed last for which it makes sense.
fn meant(app: &App, action: Action) -> Option<&Update> {
    let (screen, room) = app.open()?;
    let shown = room.shown();
    if screen.focus == Focus::Updates {
        return screen
            .updates
            .current(shown)
            .and_then(|id| shown.update(id));
    }
    let rules = shown.update_rules();
    let waits = |update: &&Update| update.state == UpdateState::Submitted;
    let ready = |update: &&Update| {
        update.state == UpdateState::Approved || !rules.needs_approval(update.audience)
    };
    let newest = || shown.open_updates().rev();
    let found = match action {
        Action::ApproveUpdate | Action::RejectUpdate => newest().find(waits),
        Action::PostUpdate => newest().find(ready),
        Action::SendUpdate => {
            let mut posted = shown.updates.iter().rev();
            return posted.find(|update| update.state == UpdateState::Posted);
        }
        _ => None,
    };
    found.or_else(|| newest().next())
}

fn intent(update: &Update, action: Action) -> Option<Intent> {
    let named = Named {
        update: update.id,
        version: update.version,
    };
    Some(match action {
        Action::SubmitUpdate => Intent::SubmitUpdate(named),
        Action::ApproveUpdate => Intent::ApproveUpdate(named),
        Action::RejectUpdate => Intent::RejectUpdate {
            update: update.id,
            reason: SOME.into(),
        },
        Action::WithdrawUpdate => Intent::WithdrawUpdate {
            update: update.id,
            reason: None,
        },
        Action::PostUpdate => Intent::PostUpdate {
            update: Some(update.id),
            text: None,
            next_in_minutes: None,
            audience: None,
        },
        _ => return None,
    })
}

/// Why nothing can be done to an update now: what the rules say.
pub(super) fn why_not(app: &App, action: Action) -> Option<String> {
    let needs_one = matches!(
        action,
        Action::EditUpdate
            | Action::SubmitUpdate
            | Action::ApproveUpdate
            | Action::RejectUpdate
            | Action::WithdrawUpdate
            | Action::PostUpdate
            | Action::SendUpdate
    );
    if !needs_one {
        return None;
    }
    let Some(update) = meant(app, action) else {
        return Some("No update is drafted. Write one first.".to_owned());
    };
    if action == Action::SendUpdate && update.state != UpdateState::Posted {
        return Some(format!("Update {} is not out yet.", update.id));
    }
    if action == Action::EditUpdate && !update.state.is_open() {
        let (id, state) = (update.id, update.state.name());
        return Some(format!("Update {id} is {state}. Write a new one."));
    }
    let refusal = submit::would_refuse(app, intent(update, action)?);
    refusal.map(|refusal| refusal.to_string())
}

/// Does what a key asked for, outside of the editor.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::DraftUpdate => return begin(app),
        Action::SendUpdate => {
            if let Some(update) = meant(app, action).cloned() {
                return by_hand(app, update.id, update.audience, &update.text);
            }
            return Vec::new();
        }
        _ => {}
    }
    let Some(update) = meant(app, action).cloned() else {
        return Vec::new();
    };
    let id = update.id;
    match action {
        Action::EditUpdate => edit(app, &update),
        Action::SubmitUpdate => {
            intent(&update, action).map_or_else(Vec::new, |it| submit::submit_here(app, it, None))
        }
        Action::RejectUpdate => {
            let title = format!("Why update {id} should not go out as it is");
            actions::prompt(app, &title, "", Then::RejectUpdate(id))
        }
        Action::WithdrawUpdate => {
            let title = format!("Why update {id} is given up");
            actions::prompt(app, &title, "", Then::WithdrawUpdate(id))
        }
        Action::ApproveUpdate => {
            let note = "These words and no others may then be posted; an edit ends the approval.";
            let title = format!("Approve {} update {id}", update.audience);
            review(
                app,
                &update,
                action,
                (title, "approve"),
                vec![note.to_owned()],
            )
        }
        Action::PostUpdate => {
            let title = format!("Post {} update {id}", update.audience);
            let notes = before_posting(app, &update);
            review(app, &update, action, (title, "post"), notes)
        }
        _ => Vec::new(),
    }
}

fn before_posting(app: &App, update: &Update) -> Vec<String> {
    let readers = match update.audience {
        Audience::Internal => "Everyone in the organisation who waits reads it.",
        Audience::Executive => "Those who answer for it read it.",
        Audience::External => "Everyone outside reads it.",
    };
    let mut notes = vec![readers.to_owned()];
    match update.next_at {
        Some(at) if at > app.now => {
            notes.push(format!(
                "The next one is promised by {} UTC.",
                at.format("%H:%M")
            ));
        }
        Some(at) => notes.push(format!(
            "The time that it may give for the next one, {} UTC, is past: edit it first.",
            at.format("%H:%M")
        )),
        None => {}
    }
    notes
}

fn review(
    app: &mut App,
    update: &Update,
    action: Action,
    (title, yes): (String, &'static str),
    notes: Vec<String>,
) -> Vec<Effect> {
    let then = intent(update, action).map(|intent| ReviewThen { yes, intent });
    app.overlays.push(Overlay::Review(Box::new(Review {
        title,
        update: update.id,
        audience: update.audience,
        text: update.text.clone(),
        notes,
        then,
        top: 0,
    })));
    Vec::new()
}

/// Opens the editor: on what was left in it, else on a new one from its template.
fn begin(app: &mut App) -> Vec<Effect> {
    let Some((screen, room)) = app.open() else {
        return Vec::new();
    };
    if screen.editor.is_none() {
        let shown = room.shown();
        let none_outside = |update: &Update| update.audience != Audience::External;
        // Who is outside hears first that we know: the guide's first five minutes.
        let lead = app.client.me().is_some_and(|me| {
            let lead = shown.holder(&crate::incident::Role::CommunicationsLead);
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

fn edit(app: &mut App, update: &Update) -> Vec<Effect> {
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
pub(super) fn on_top(app: &mut App) -> Option<&mut Editor> {
    if !matches!(app.overlays.last(), Some(Overlay::Update)) {
        return None;
    }
    editor(app)
}

/// Does what a key asked for in the editor; nothing when it is not on top.
pub(super) fn in_editor(app: &mut App, action: Action) -> Option<Vec<Effect>> {
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
        let key = app.prefs.keymap.hint(
            Action::DraftUpdate,
            &[crate::console::keymap::Context::Incident],
        );
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
pub(super) fn give_back(app: &mut App, command: CommandId, refusal: &Refusal) -> bool {
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

/// Posts what was read: when the server has it, it is shown to be sent by hand.
pub(super) fn post(app: &mut App, review: &Review, intent: Intent) -> Vec<Effect> {
    let here = match &app.screen {
        Screen::Incident(screen) => screen.id,
        Screen::Board(_) => return Vec::new(),
    };
    let (command, effects) = submit::submit_named(app, Some(here), intent);
    if let Some(command) = command {
        let posted = (review.update, review.audience, review.text.clone());
        app.writing.posting = Some((command, posted));
    }
    effects
}

/// The server has taken a command: a draft is its own to keep now, and what is out is to be sent.
pub(super) fn carried_out(app: &mut App, command: CommandId) -> Vec<Effect> {
    app.writing.updates.remove(&command);
    match app.writing.posting.take() {
        Some((posting, (id, audience, text))) if posting == command => {
            by_hand(app, id, audience, &text)
        }
        other => {
            app.writing.posting = other;
            Vec::new()
        }
    }
}

/// Nothing is configured that would carry an update on: a person does, from the clipboard or from the
/// screen. In a drill nobody does.
fn by_hand(app: &mut App, id: UpdateId, audience: Audience, text: &Arc<str>) -> Vec<Effect> {
    let drill = app
        .open()
        .is_some_and(|(_, room)| Incident::is_drill(room.shown()));
    let mut notes = vec![format!(
        "Update {id} is in the log. Nothing is configured that passes {audience} updates on."
    )];
    let mut effects = Vec::new();
    if drill {
        notes
            .push("This is a drill: it is sent to nobody, and is not on the clipboard.".to_owned());
    } else {
        notes.push(app.prefs.clipboard.note().to_owned());
        effects.push(Effect::Copy(visible_block(text).into_owned()));
    }
    let title = if drill {
        format!("Update {id}, as it would be sent by hand")
    } else {
        format!("Send by hand: update {id}, {audience}")
    };
    app.overlays.push(Overlay::Review(Box::new(Review {
        title,
        update: id,
        audience,
        text: text.clone(),
        notes,
        then: None,
        top: 0,
    })));
    effects
}

/// What is written and not with the server yet, as it is kept on disk; empty: nothing.
pub(super) fn on_disk(app: &App) -> String {
    let Screen::Incident(screen) = &app.screen else {
        return String::new();
    };
    let kept = screen.editor.as_deref().and_then(Editor::kept);
    let text = kept.and_then(|kept| serde_json::to_string(kept).ok());
    text.unwrap_or_default()
}

/// An update that an earlier console left.
pub(super) fn found(app: &mut App, incident: crate::incident::IncidentId, text: &str) {
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
    let key = app.prefs.keymap.hint(
        Action::DraftUpdate,
        &[crate::console::keymap::Context::Incident],
    );
    let said = format!("An update that you were writing here is kept; {key} goes on with it.");
    app.notices.say(app.now, Say::Info(said));
}
