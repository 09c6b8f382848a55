//! Why an action is not possible now. What the incident's rules say is asked of the rules
//! themselves, so there is no second copy of them here.

use super::run;
use super::submit::would_refuse;
use crate::console::app::{App, Screen};
use crate::console::keymap::{Action, Context, Group};
use crate::console::layout::Layout;
use crate::console::panes::{Focus, command};
use crate::incident::{Intent, PrivateTo, PublicAgain, Severity, Status};
use std::sync::Arc;

/// Stands for the words that are asked for once the action is chosen.
fn some_words() -> Arc<str> {
    Arc::from("…")
}

/// Why the action is not possible now, one or two sentences; nothing when it is.
#[must_use]
pub(super) fn why_not(app: &App, action: Action) -> Option<String> {
    let elsewhere = matches!(
        action,
        Action::OpenBoard
            | Action::OpenIncident
            | Action::SearchServer
            | Action::Follow
            | Action::Reconnect
            | Action::LayoutWall
    );
    if elsewhere && app.client.recording().is_some() {
        return Some("This is a recording of one incident: there is no server.".to_owned());
    }
    if writes(action)
        && let Some(why) = app.why_read_only()
    {
        return Some(why);
    }
    let on_board = matches!(app.screen, Screen::Board(_));
    if on_board {
        return (needs_incident(action)).then(|| {
            "There is no incident on the screen. Open one first with enter on the board.".to_owned()
        });
    }
    if app.open().is_none() {
        return needs_incident(action)
            .then(|| "The incident has not come yet. Wait for the server.".to_owned());
    }
    if let Some(why) = in_the_past(app, action) {
        return Some(why);
    }
    if app.prefs.layout == Layout::Wall && (needs_pane(action) || of_a_pane(action)) {
        return Some(
            "The wall's layout only shows. Choose the commander's or the scribe's layout."
                .to_owned(),
        );
    }
    let of_updates = || super::updates::why_not(app, action);
    rules(app, action)
        .or_else(of_updates)
        .or_else(|| in_pane(app, action))
        .or_else(|| about_run(app, action))
}

/// Why an action is not possible while the past is shown, or because it is not.
fn in_the_past(app: &App, action: Action) -> Option<String> {
    if app.past().is_none() {
        let only_there = match action {
            Action::StepOn | Action::DecisionOn | Action::MinuteOn => "nothing is later",
            Action::Play | Action::Faster | Action::Slower => "there is nothing to be played",
            Action::ReturnToNow => "there is nowhere to come back from",
            _ => return None,
        };
        let key = app
            .prefs
            .keymap
            .hint(Action::StepBack, &[Context::Incident]);
        return Some(format!(
            "This is now: {only_there}. {key} goes back by an entry."
        ));
    }
    if !writes(action) || action.group() == Group::Compose {
        return None;
    }
    only_looking(app)
}

/// Why nothing can be changed while the past is shown.
pub(super) fn only_looking(app: &App) -> Option<String> {
    let past = app.past()?;
    let key = app.prefs.keymap.hint(Action::ReturnToNow, &[Context::Past]);
    let zone = app.prefs.zone();
    let at = format!("{} {}", zone.hms(past.at()), zone.name(past.at()));
    Some(format!(
        "You are looking at the past ({at}), where nothing can be changed. {key} returns to now."
    ))
}

fn rules(app: &App, action: Action) -> Option<String> {
    let intent = match action {
        Action::Resolve => Intent::SetStatus {
            status: Status::Resolved,
            at: None,
            reason: None,
        },
        Action::Reopen => Intent::Reopen {
            reason: some_words(),
        },
        Action::CancelIncident => Intent::Cancel {
            reason: some_words(),
        },
        Action::DeclineIncident => Intent::Decline {
            reason: some_words(),
        },
        Action::Rename => Intent::Rename {
            title: some_words(),
        },
        Action::SetSeverity => {
            let shown = app.open()?.1.shown();
            let other = Severity::ALL
                .into_iter()
                .find(|s| Some(*s) != shown.severity);
            Intent::SetSeverity {
                severity: other,
                reason: None,
            }
        }
        Action::MakePrivate => Intent::MakePrivate(PrivateTo { people: Vec::new() }),
        Action::MakePublic => Intent::MakePublic(PublicAgain {}),
        Action::Admit | Action::Dismiss => {
            let none = app.open()?.1.shown().private.is_none();
            return none.then(|| "It is not private: everyone sees it.".to_owned());
        }
        Action::SnoozeNag => {
            let (_, room) = app.open()?;
            return room
                .nags(app.now)
                .is_empty()
                .then(|| "Nothing is owed, so there is nothing to put off.".to_owned());
        }
        Action::ShowReport => {
            let (_, room) = app.open()?;
            let none = room.shown().last_report().is_none();
            return none.then(|| "No report was kept yet. Draft one with g k.".to_owned());
        }
        _ => return None,
    };
    would_refuse(app, intent).map(|refusal| refusal.to_string())
}

/// Why a command cannot be run, or there is none to be stopped or sent.
fn about_run(app: &App, action: Action) -> Option<String> {
    match action {
        Action::RunCommand => run::why_not(app),
        Action::RunStop
        | Action::RunTrimBefore
        | Action::RunTrimAfter
        | Action::RunPrivate
        | Action::RunNote
        | Action::RunDiscard => Some("No window of a command is open.".to_owned()),
        Action::Consent | Action::RefuseConsent => run::wanted(app)
            .is_none()
            .then(|| "Nobody waits for your consent to a dangerous command.".to_owned()),
        _ => None,
    }
}

/// What the pane that the action belongs to says.
fn in_pane(app: &App, action: Action) -> Option<String> {
    let (screen, room) = app.open()?;
    let places = app.places();
    let focus = match action.group() {
        Group::Timeline => Focus::Timeline,
        Group::Runbook => Focus::Runbook,
        Group::Command => Focus::Command,
        Group::Updates => Focus::Updates,
        Group::Compose => Focus::Composer,
        Group::Live => live_pane(action, screen.focus),
        Group::View => return unwatched(app, action),
        _ => return None,
    };
    let cx = app.cx_in(room, focus, places.pane(focus).unwrap_or_default());
    match focus {
        Focus::Timeline => screen.timeline.why_not(action, &cx),
        Focus::Runbook => screen.runbook.why_not(action, &cx),
        Focus::Command if screen.focus == Focus::Command => screen.command.why_not(action, &cx),
        Focus::Command => command::State::default().why_not(action, &cx),
        Focus::Signals => screen.signals.why_not(action, &cx),
        Focus::Errors => screen.errors.why_not(action, &cx),
        Focus::Alerts => screen.alerts.why_not(action, &cx),
        Focus::Updates => screen.updates.why_not(action, &cx),
        _ => screen.composer.why_not(action, &cx),
    }
}

/// The pane that an action on what is watched belongs to: its own where it has one, or the one that
/// has the focus.
pub(super) fn live_pane(action: Action, focus: Focus) -> Focus {
    match (action, focus) {
        (Action::ResolveIssue | Action::IgnoreIssue | Action::AssignIssue, _) => Focus::Errors,
        (Action::AcknowledgeAlerts | Action::SilenceAlerts | Action::ExpireSilence, _) => {
            Focus::Alerts
        }
        (_, Focus::Errors | Focus::Alerts) => focus,
        (Action::SortRows | Action::FilterRows, _) => Focus::Alerts,
        _ => Focus::Signals,
    }
}

/// Why a pane cannot be gone to: nothing of its kind is watched.
fn unwatched(app: &App, action: Action) -> Option<String> {
    let (focus, what) = match action {
        Action::FocusSignals => (Focus::Signals, "signals"),
        Action::FocusErrors => (Focus::Errors, "errors"),
        Action::FocusAlerts => (Focus::Alerts, "alerts"),
        _ => return None,
    };
    (!app.reachable().contains(&focus)).then(|| {
        format!(
            "The server watches nothing that has {what}. Name a system in its configuration, \
             under [sources]."
        )
    })
}

fn writes(action: Action) -> bool {
    match action {
        Action::OpenBoard
        | Action::OpenIncident
        | Action::Details
        | Action::Copy
        | Action::Search
        | Action::SearchNext
        | Action::SearchPrevious
        | Action::SearchServer
        | Action::JumpToTime
        | Action::CatchUp
        | Action::FindGaps
        | Action::ShowReport
        | Action::CopyCommand
        | Action::NextRunbook
        | Action::Earlier
        | Action::Later
        | Action::SortRows
        | Action::FilterRows
        | Action::ReadBrief
        | Action::Hypotheses
        | Action::CopyAddress
        | Action::SendUpdate => false,
        other => !matches!(other.group(), Group::View | Group::Program | Group::Past),
    }
}

fn needs_incident(action: Action) -> bool {
    match action {
        Action::OpenBoard
        | Action::OpenIncident
        | Action::Declare
        | Action::DeclineIncident
        | Action::SearchServer => false,
        other => match other.group() {
            Group::Program => false,
            Group::View => needs_pane(other),
            _ => true,
        },
    }
}

fn of_a_pane(action: Action) -> bool {
    if matches!(action, Action::ReadBrief | Action::Hypotheses) {
        return false;
    }
    matches!(
        action.group(),
        Group::Compose
            | Group::Timeline
            | Group::Command
            | Group::Updates
            | Group::Runbook
            | Group::Live
            | Group::Past
    )
}

fn needs_pane(action: Action) -> bool {
    matches!(
        action,
        Action::FocusTimeline
            | Action::FocusCommand
            | Action::FocusRunbook
            | Action::FocusSituation
            | Action::FocusSignals
            | Action::FocusErrors
            | Action::FocusAlerts
            | Action::FocusUpdates
            | Action::NextPane
            | Action::PreviousPane
            | Action::ZoomPane
            | Action::Compose
    )
}
