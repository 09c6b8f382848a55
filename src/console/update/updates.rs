//! Updates: bringing one from hand to hand until it is out.

mod writing;

pub use writing::becomes;
pub(super) use writing::{found, give_back, in_editor, on_disk, on_top};

use super::{actions, submit};
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::keymap::Action;
use crate::console::overlays::{Overlay, Review, ReviewThen};
use crate::console::panes::{Focus, Then};
use crate::console::text::visible_block;
use crate::incident::update::Named;
use crate::incident::{
    Audience, CommandId, Incident, Intent, Person, Update, UpdateId, UpdateState,
};
use crate::updates::language::{Advice, Around, check};
use std::sync::Arc;
use writing::{begin, edit};

/// Labels of alerts that name a machine.
const HOST_LABELS: [&str; 6] = ["instance", "host", "hostname", "node", "pod", "server"];

/// What a place of the update that is decided about stands for while it is not known.
const SOME: &str = "…";

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
    let then = intent(update, action).map(|intent| ReviewThen {
        yes,
        intent,
        read_first: action == Action::ApproveUpdate,
    });
    app.overlays.push(Overlay::Review(Box::new(Review {
        title,
        update: update.id,
        audience: update.audience,
        text: update.text.clone(),
        notes,
        then,
        top: 0,
        seen: 0,
        read: false,
        unread: None,
    })));
    Vec::new()
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

/// An update goes out by one line: its words are handed on once it is in the log.
pub(super) fn posted(app: &mut App, command: CommandId, text: &Arc<str>) {
    let shown = app.live().map(|(_, room)| room.shown());
    let mut newest_first = shown
        .into_iter()
        .flat_map(|shown| shown.updates.iter().rev());
    let posted = newest_first.find(|update| update.text.trim() == text.trim());
    if let Some(update) = posted {
        let posted = (update.id, update.audience, update.text.clone());
        app.writing.posting = Some((command, posted));
    }
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
        seen: 0,
        read: false,
        unread: None,
    })));
    effects
}
