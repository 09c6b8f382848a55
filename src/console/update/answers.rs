//! What comes of a choice. What cannot be undone is confirmed first.

use super::{actions, incident, keep, pickers, run, submit};
use crate::console::app::App;
use crate::console::effect::Effect;
use crate::console::overlays::{Choice, Overlay};
use crate::console::panes::{Confirm, Then};
use crate::console::text::clock_hms;
use crate::incident::{Incident, Intent, Milestone, Person, Role, Status, Timestamp};

/// Something was chosen from a list.
pub(super) fn chosen(app: &mut App, choice: Choice) -> Vec<Effect> {
    match choice {
        Choice::Do(action) => actions::act(app, action),
        Choice::Incident(id) => incident::open(app, id),
        Choice::Runbook(name) => submit::submit_here(app, Intent::AttachRunbook { name }, None),
        Choice::Block(of, block) => run::form(app, of, &block),
        Choice::Claim(role) => submit::submit_here(app, Intent::ClaimRole { role }, None),
        Choice::Role(role) => {
            let picker = pickers::people(app, &role);
            app.overlays.push(Overlay::Picker(picker));
            Vec::new()
        }
        Choice::Assign(role, to) => assign(app, &role, &to),
        Choice::AssignOther(role) => {
            let expected_holder = holder(app, &role);
            let title = format!("Who has {role} from now on");
            let then = Then::AssignRole {
                role,
                expected_holder,
            };
            actions::prompt(app, &title, "", then)
        }
        Choice::Release(role) => release(app, &role),
        Choice::Severity(severity) => {
            let intent = Intent::SetSeverity {
                severity,
                reason: None,
            };
            submit::submit_here(app, intent, None)
        }
        Choice::Status(Status::Resolved) => confirm(app, resolve),
        Choice::Status(status) => {
            let intent = Intent::SetStatus {
                status,
                at: None,
                reason: None,
            };
            submit::submit_here(app, intent, None)
        }
        Choice::Milestone(milestone) => ask_milestone(app, milestone),
        Choice::MergeInto(into) => confirm(app, |shown, _| Confirm {
            title: format!("Merge {} into {into}", shown.id),
            lines: vec![
                format!("{} ends, and work goes on in {into}.", name(shown)),
                "Its log stays as it is; its alerts join there from now on.".to_owned(),
            ],
            yes: "merge".to_owned(),
            intent: Intent::Merge { into },
        }),
        Choice::Theme(name) => {
            let at = app.prefs.themes.iter().position(|t| t.name() == name);
            app.prefs.theme = at.unwrap_or(app.prefs.theme);
            Vec::new()
        }
        Choice::Layout(layout) => actions::layout(app, layout),
        Choice::Snooze(snooze) => submit::submit_here(app, Intent::SnoozeNag(snooze), None),
        Choice::Template(name) => keep::begin_from(app, &name),
    }
}

pub(super) fn name(shown: &Incident) -> String {
    format!("{} \"{}\"", shown.id, shown.title)
}

fn holder(app: &App, role: &Role) -> Option<Person> {
    let (_, room) = app.open()?;
    room.shown().holder(role).cloned()
}

pub(super) fn confirm(
    app: &mut App,
    asked: impl Fn(&Incident, Timestamp) -> Confirm,
) -> Vec<Effect> {
    let now = app.now;
    if let Some(confirm) = app.open().map(|(_, room)| asked(room.shown(), now)) {
        app.overlays.push(Overlay::Confirm(confirm));
    }
    Vec::new()
}

fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 {
        format!("1 {one}")
    } else {
        format!("{n} {many}")
    }
}

fn resolve(shown: &Incident, now: Timestamp) -> Confirm {
    let since = shown.lasts_since();
    let mut lines = vec![format!(
        "{} is over after {}, for everyone.",
        name(shown),
        clock_hms(now - since)
    )];
    let asks = shown.asks.iter().filter(|ask| ask.state.is_open()).count();
    let firing = shown.firing();
    if firing > 0 {
        let alerts = count(firing, "alert still fires", "alerts still fire");
        lines.push(format!("{alerts}."));
    }
    if asks > 0 {
        let asks = count(asks, "ask is open", "asks are open");
        lines.push(format!("{asks}; no clock runs for them any more."));
    }
    if shown.next_update_at.is_some() {
        lines.push("The update that was promised next is no longer due.".to_owned());
    }
    Confirm {
        title: format!("Resolve {}", shown.id),
        lines,
        yes: "resolve".to_owned(),
        intent: Intent::SetStatus {
            status: Status::Resolved,
            at: None,
            reason: None,
        },
    }
}

/// A role is taken over from its holder only by naming them.
fn assign(app: &mut App, role: &Role, to: &Person) -> Vec<Effect> {
    let expected_holder = holder(app, role);
    let intent = Intent::AssignRole {
        role: role.clone(),
        to: to.clone(),
        expected_holder: expected_holder.clone(),
    };
    let me = app.client.me().map(|me| me.person.clone());
    match expected_holder {
        Some(holder) if holder != *to && Some(&holder) != me.as_ref() => {
            confirm(app, |shown, _| Confirm {
                title: format!("Take {role} from {holder}"),
                lines: vec![
                    format!("{holder} no longer has {role} in {}.", shown.id),
                    format!("{to} has it from now on, and everyone sees that."),
                ],
                yes: "take over".to_owned(),
                intent: intent.clone(),
            })
        }
        _ => submit::submit_here(app, intent, None),
    }
}

fn release(app: &mut App, role: &Role) -> Vec<Effect> {
    let expected_holder = holder(app, role);
    let intent = Intent::ReleaseRole {
        role: role.clone(),
        expected_holder: expected_holder.clone(),
    };
    let me = app.client.me().map(|me| me.person.clone());
    match expected_holder {
        Some(holder) if Some(&holder) != me.as_ref() => confirm(app, |shown, _| Confirm {
            title: format!("Take {role} from {holder}"),
            lines: vec![
                format!("{holder} no longer has {role} in {}.", shown.id),
                "Nobody has it then, and every screen says so.".to_owned(),
            ],
            yes: "release".to_owned(),
            intent: intent.clone(),
        }),
        _ => submit::submit_here(app, intent, None),
    }
}

fn ask_milestone(app: &mut App, milestone: Milestone) -> Vec<Effect> {
    let zone = app.prefs.zone();
    let at = app
        .open()
        .and_then(|(_, room)| room.shown().milestones.at(milestone))
        .map(|at| format!("{} {}", zone.date(at), zone.hms(at)))
        .unwrap_or_default();
    let title = format!(
        "When it was {} (14:32, -20m or a date and time)",
        milestone.name()
    );
    actions::prompt(app, &title, &at, Then::SetMilestone(milestone))
}
