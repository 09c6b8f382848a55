//! The lists to choose from.

use super::{keys, why_not};
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::keymap::Action;
use crate::console::overlays::{Choice, Item, Overlay, Picker};
use crate::console::text::pad_right;
use crate::incident::{Milestone, Person, Role, Severity, Status, Summary};

/// The palette: every action by name, with its key and, where it is not possible now, the reason.
pub(super) fn palette(app: &App) -> Picker {
    let contexts = keys::contexts(app);
    let items = Action::ALL.iter().filter_map(|action| {
        if !is_a_thing_to_do(*action) {
            return None;
        }
        let key = app.prefs.keymap.hint(*action, &contexts);
        let key = if key.starts_with(':') {
            String::new()
        } else {
            key
        };
        let item = Item::new(action.name(), Choice::Do(*action))
            .detail(action.doc())
            .key(key)
            .blocked(why_not::why_not(app, *action));
        Some(item)
    });
    let mut items: Vec<Item> = items.collect();
    // What can be done now comes first.
    items.sort_by_key(|item| item.blocked.is_some());
    Picker::new("Run an action", "No action has such a name.", items)
}

/// Moving the cursor and answering an overlay are nothing to choose from a list.
fn is_a_thing_to_do(action: Action) -> bool {
    !matches!(
        action,
        Action::CursorUp
            | Action::CursorDown
            | Action::HalfPageUp
            | Action::HalfPageDown
            | Action::PageUp
            | Action::PageDown
            | Action::Accept
            | Action::Cancel
            | Action::Palette
            | Action::UpdateSave
            | Action::UpdateSubmit
            | Action::UpdateAudience
            | Action::UpdateStage
            | Action::UpdateTemplate
            | Action::UpdateSooner
            | Action::UpdateLater
            | Action::ComposerSend
            | Action::ComposerNewline
            | Action::ComposerComplete
            | Action::ComposerHistoryPrevious
            | Action::ComposerHistoryNext
    )
}

fn incident_item(summary: &Summary, choice: Choice) -> Item {
    let severity = summary
        .severity
        .map_or_else(|| "SEV?".to_owned(), |severity| severity.to_string());
    Item::new(summary.id.to_string(), choice).detail(format!(
        "{severity} {} {}",
        pad_right(summary.status.name(), 13),
        summary.title
    ))
}

/// Every incident on the board.
pub(super) fn incidents(app: &App) -> Picker {
    let items = app
        .client
        .board()
        .map(|summary| incident_item(summary, Choice::Incident(summary.id)));
    Picker::new(
        "Open an incident",
        "No incident has such a name.",
        items.collect(),
    )
}

/// The incidents that the one on the screen may become part of.
pub(super) fn merge(app: &App) -> Picker {
    let here = match &app.screen {
        Screen::Incident(screen) => Some(screen.id),
        Screen::Board(_) => None,
    };
    let items = app
        .client
        .board()
        .filter(|summary| Some(summary.id) != here && summary.status.is_open())
        .map(|summary| incident_item(summary, Choice::MergeInto(summary.id)));
    Picker::new(
        "Merge it into",
        "There is no other open incident to merge it into.",
        items.collect(),
    )
}

/// How bad it is.
pub(super) fn severities(app: &App) -> Picker {
    let now = app.open().and_then(|(_, room)| room.shown().severity);
    let items = Severity::ALL
        .into_iter()
        .map(|severity| {
            Item::new(severity.to_string(), Choice::Severity(Some(severity)))
                .detail(severity.meaning())
        })
        .chain([Item::new("unset", Choice::Severity(None)).detail("nobody has judged it yet")]);
    Picker::new("How bad it is", "", items.collect()).starting_at(&Choice::Severity(now))
}

/// Where it stands.
pub(super) fn statuses(app: &App) -> Picker {
    let now = app.open().map(|(_, room)| room.shown().status);
    let items = Status::ALL
        .into_iter()
        .filter(|status| status.is_live() || matches!(status, Status::Resolved | Status::Closed))
        .map(|status| Item::new(status.name(), Choice::Status(status)).detail(about(status)));
    let picker = Picker::new("Where it stands", "", items.collect());
    match now {
        Some(now) => picker.starting_at(&Choice::Status(now)),
        None => picker,
    }
}

/// What a status says to those who hear it.
fn about(status: Status) -> &'static str {
    match status {
        Status::Investigating => "what is wrong is not known yet",
        Status::Identified => "the cause is known",
        Status::Mitigating => "what ends it is being done",
        Status::Monitoring => "it has ended; whether it holds is watched",
        Status::Resolved => "it is over (asks first)",
        Status::Closed => "it is over, and what was to be learnt is learnt",
        _ => "",
    }
}

/// When what was.
pub(super) fn milestones(app: &App) -> Picker {
    let zone = app.prefs.zone();
    let items = Milestone::ALL.into_iter().map(|milestone| {
        let at = app
            .open()
            .and_then(|(_, room)| room.shown().milestones.at(milestone));
        Item::new(milestone.name(), Choice::Milestone(milestone)).detail(at.map_or_else(
            || "not set".to_owned(),
            |at| format!("{} {}", zone.date(at), zone.hms(at)),
        ))
    });
    Picker::new("Set or correct when it was", "", items.collect())
}

/// Roles, each with who has it; `choice` says what choosing one means.
pub(super) fn roles(app: &App, title: &str, choice: fn(Role) -> Choice, vacant: bool) -> Picker {
    let Some((_, room)) = app.open() else {
        return Picker::new(title, "", Vec::new());
    };
    let shown = room.shown();
    let known = Role::STANDARD.iter().chain([&Role::Deputy]);
    let extra = &app.prefs.extra_roles;
    let others = shown
        .roles
        .keys()
        .filter(|role| matches!(role, Role::Other(_)) && !extra.contains(role));
    let items = known.chain(extra).chain(others).filter_map(|role| {
        let holder = shown.holder(role);
        if vacant && holder.is_some() {
            return None;
        }
        let who = holder.map_or("vacant", Person::as_str);
        Some(Item::new(role.title(), choice(role.clone())).detail(who))
    });
    Picker::new(title, "Every role is held.", items.collect())
}

/// The roles that somebody has, to be given up or taken.
pub(super) fn held_roles(app: &App) -> Picker {
    let Some((_, room)) = app.open() else {
        return Picker::new("Release a role", "", Vec::new());
    };
    let items = room.shown().roles.iter().map(|(role, holder)| {
        Item::new(role.title(), Choice::Release(role.clone())).detail(holder.person.as_str())
    });
    Picker::new("Release a role", "Nobody holds a role.", items.collect())
}

/// The people who may be given the role: who is here first, then who took part.
pub(super) fn people(app: &App, role: &Role) -> Picker {
    let mut items = Vec::new();
    if let Some((_, room)) = app.open() {
        let here = room.here();
        let shown = room.shown();
        let present = here
            .iter()
            .filter(|someone| !someone.spectator)
            .map(|someone| (&someone.person, "here"));
        let others = shown
            .people
            .keys()
            .filter(|person| !here.iter().any(|someone| someone.person == **person))
            .map(|person| (person, "took part"));
        for (person, what) in present.chain(others) {
            let held: Vec<&str> = shown.roles_of(person).map(Role::short).collect();
            let detail = if held.is_empty() {
                what.to_owned()
            } else {
                format!("{what} · {}", held.join(", "))
            };
            let choice = Choice::Assign(role.clone(), person.clone());
            items.push(Item::new(person.as_str(), choice).detail(detail));
        }
    }
    items.push(
        Item::new("someone else …", Choice::AssignOther(role.clone())).detail("by typing a name"),
    );
    Picker::new(
        format!("Give {role} to"),
        "Nobody of that name is here.",
        items,
    )
}

/// The runbooks that can be attached; they come from the server.
pub(super) fn runbooks(app: &mut App) -> Vec<Effect> {
    let (request, asked) = app.client.runbooks();
    let picker = Picker::new(
        "Attach a runbook",
        "The server has no runbook of that name.",
        Vec::new(),
    );
    app.overlays.push(Overlay::Picker(picker.waiting(request)));
    super::client::effects(app, asked)
}
