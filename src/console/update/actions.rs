//! What an action does. Moving about and the program are here; what belongs to a pane goes there.

use super::{
    answers, follow, handovers, incident, keep, overlay, past, pickers, reading, requests, run,
    updates, why_not,
};
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::keymap::{Action, Group};
use crate::console::layout::Layout;
use crate::console::overlays::{
    Choice, Form, Move, Overlay, Page, Picker, Prompt, Reader, Results, Search,
};
use crate::console::panes::{self, Focus, Say, Then, command};
use crate::console::view::board;
use crate::incident::{Kind, Status};

/// Does an action, or says why it is not possible now.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    if !app.overlays.is_empty() {
        return overlay::action(app, action);
    }
    if let Some(why) = why_not::why_not(app, action) {
        app.notices.say(app.now, Say::Info(why));
        return Vec::new();
    }
    let let_go = follow::before(app, action);
    let mut effects = grouped(app, action);
    effects.splice(0..0, let_go);
    effects
}

fn grouped(app: &mut App, action: Action) -> Vec<Effect> {
    match action.group() {
        Group::Past if action == Action::Follow => follow::toggle(app),
        Group::Past => past::act(app, action),
        Group::Program => program(app, action),
        Group::View => look(app, action),
        Group::Incident => about_incident(app, action),
        Group::Compose => compose(app, action),
        Group::Timeline => in_timeline(app, action),
        Group::Command => in_command(app, action),
        Group::Updates => updates::act(app, action),
        Group::Runbook => in_runbook(app, action),
        Group::Live => {
            let focus = match &app.screen {
                Screen::Incident(screen) => why_not::live_pane(action, screen.focus),
                Screen::Board(_) => return Vec::new(),
            };
            pane(app, focus, action)
        }
    }
}

fn in_runbook(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::AttachRunbook => pickers::runbooks(app),
        Action::RunCommand => run::begin(app),
        Action::Consent => run::consent(app),
        Action::RefuseConsent => run::refuse(app),
        _ => pane(app, Focus::Runbook, action),
    }
}

fn push(app: &mut App, overlay: Overlay) -> Vec<Effect> {
    app.overlays.push(overlay);
    Vec::new()
}

fn pick(app: &mut App, picker: Picker) -> Vec<Effect> {
    push(app, Overlay::Picker(picker))
}

pub(super) fn prompt(app: &mut App, title: &str, text: &str, then: Then) -> Vec<Effect> {
    let asked = panes::Prompt {
        title: title.to_owned(),
        text: text.to_owned(),
        then,
    };
    push(app, Overlay::Prompt(Prompt::from(asked)))
}

fn pane(app: &mut App, focus: Focus, action: Action) -> Vec<Effect> {
    let asked = incident::pane_action(app, focus, action);
    requests::requests(app, asked)
}

fn program(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Palette => {
            let palette = pickers::palette(app);
            return pick(app, palette);
        }
        Action::Help => return push(app, Overlay::Reader(Reader::new(Page::Help))),
        Action::Notices => return push(app, Overlay::Reader(Reader::new(Page::Notices))),
        Action::NextTheme => {
            app.prefs.automatic = None;
            app.prefs.theme = (app.prefs.theme + 1) % app.prefs.themes.len().max(1);
            let said = format!("Theme: {}.", app.prefs.theme().name());
            app.notices.say(app.now, Say::Info(said));
        }
        Action::RefreshScreen => return vec![Effect::Redraw],
        Action::Reconnect if app.client.link().is_live() => {
            let said = "The connection stands already.".to_owned();
            app.notices.say(app.now, Say::Info(said));
        }
        Action::Reconnect => return vec![Effect::RetryLink],
        Action::Accept => return accept(app),
        Action::Cancel => return cancel(app),
        Action::Quit if app.run.now.as_ref().is_some_and(|now| now.is_on()) => {
            app.overlays.push(Overlay::Running);
            let said = "A command runs: stop it first, or let it end.";
            app.notices.say(app.now, Say::Info(said.to_owned()));
        }
        Action::Quit => return vec![Effect::Quit],
        _ => {}
    }
    Vec::new()
}

fn accept(app: &mut App) -> Vec<Effect> {
    match &app.screen {
        Screen::Board(at) => match board::current(app, *at).map(|summary| summary.id) {
            Some(id) => incident::open(app, id),
            None => Vec::new(),
        },
        Screen::Incident(screen) => {
            let focus = screen.focus;
            pane(app, focus, Action::Accept)
        }
    }
}

/// Leaves the innermost thing: the composer, a notice, a search, a zoomed pane.
fn cancel(app: &mut App) -> Vec<Effect> {
    if app.notices.dismiss(app.now) {
        return Vec::new();
    }
    let Screen::Incident(screen) = &mut app.screen else {
        return Vec::new();
    };
    if screen.focus == Focus::Composer {
        screen.focus = screen.pane;
        return Vec::new();
    }
    if !screen.looking.is_empty() {
        screen.looking.clear();
        if let Some((screen, cx)) = app.split(Focus::Timeline) {
            screen.timeline.search(None, &cx);
        }
    } else if app.prefs.zoomed {
        app.prefs.zoomed = false;
    } else {
        let focus = screen.focus;
        return pane(app, focus, Action::Cancel);
    }
    Vec::new()
}

fn look(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::FocusTimeline => incident::focus(app, Focus::Timeline),
        Action::FocusCommand => incident::focus(app, Focus::Command),
        Action::FocusRunbook => incident::focus(app, Focus::Runbook),
        Action::FocusSituation => incident::focus(app, Focus::Situation),
        Action::FocusSignals => incident::focus(app, Focus::Signals),
        Action::FocusErrors => incident::focus(app, Focus::Errors),
        Action::FocusAlerts => incident::focus(app, Focus::Alerts),
        Action::FocusUpdates => incident::focus(app, Focus::Updates),
        Action::NextPane => incident::turn(app, false),
        Action::PreviousPane => incident::turn(app, true),
        Action::ZoomPane => {
            app.prefs.zoomed = !app.prefs.zoomed;
            Vec::new()
        }
        Action::LayoutCommander => layout(app, Layout::Commander),
        Action::LayoutScribe => layout(app, Layout::Scribe),
        Action::LayoutOperations => layout(app, Layout::Operations),
        Action::LayoutCommunications => layout(app, Layout::Communications),
        Action::LayoutWall => layout(app, Layout::Wall),
        Action::NextLayout => {
            let at = Layout::ALL.iter().position(|l| *l == app.prefs.layout);
            let next = (at.unwrap_or(0) + 1) % Layout::ALL.len();
            let wall = Layout::ALL.get(next) == Some(&Layout::Wall);
            // A wall shows now, which a recording has not.
            let skip = usize::from(wall && app.client.recording().is_some());
            let next = (next + skip) % Layout::ALL.len();
            // Whoever goes through the layouts presses the key again: it must not be typed.
            let effects = layout(app, Layout::ALL.get(next).copied().unwrap_or_default());
            if let Screen::Incident(screen) = &mut app.screen {
                screen.focus = screen.pane;
            }
            effects
        }
        Action::ToggleZone => {
            app.prefs.utc = !app.prefs.utc;
            let said = format!("Times are in {} now.", app.prefs.zone().name(app.now));
            app.notices.say(app.now, Say::Info(said));
            Vec::new()
        }
        other => step(app, other),
    }
}

pub(super) fn layout(app: &mut App, layout: Layout) -> Vec<Effect> {
    app.prefs.layout = layout;
    app.prefs.zoomed = false;
    let mut effects = Vec::new();
    if layout == Layout::Wall {
        // A wall must show now, and is nobody's to lead.
        effects.extend(follow::elsewhere(app));
        if app.past().is_some() {
            effects.extend(past::to_now(app));
        }
    }
    // The keys go there at once, as they do where an incident is opened.
    if let Some(first) = layout.first(app.why_read_only().is_none()) {
        incident::focus(app, first);
    }
    if let Screen::Incident(screen) = &mut app.screen
        && layout == Layout::Wall
    {
        screen.focus = Focus::Timeline;
        screen.pane = Focus::Timeline;
    }
    app.notices
        .say(app.now, Say::Info(format!("Layout: {layout}.")));
    effects
}

/// The cursor moves: on the board, in a pane, or, from the composer, in the timeline above it.
fn step(app: &mut App, action: Action) -> Vec<Effect> {
    let Some(step) = Move::of(action) else {
        return Vec::new();
    };
    match &app.screen {
        Screen::Board(at) => {
            let ids: Vec<_> = app.client.board().map(|summary| summary.id).collect();
            let now = board::current(app, *at).map(|summary| summary.id);
            let from = ids.iter().position(|id| Some(*id) == now).unwrap_or(0);
            let page = usize::from(board::window(app, *at).0.height);
            let cursor = ids.get(step.from(from, ids.len(), page)).copied();
            app.screen = Screen::Board(crate::console::app::Board { cursor });
            Vec::new()
        }
        Screen::Incident(screen) => {
            let focus = match screen.focus {
                Focus::Composer => Focus::Timeline,
                other => other,
            };
            pane(app, focus, action)
        }
    }
}

fn about_incident(app: &mut App, action: Action) -> Vec<Effect> {
    let picker = match action {
        Action::OpenBoard => return incident::to_board(app),
        Action::Declare => return declare(app),
        Action::Resolve => return answers::chosen(app, Choice::Status(Status::Resolved)),
        Action::DeclineIncident => return decline(app),
        Action::CancelIncident => {
            return prompt(app, "Why it was declared by mistake", "", Then::Cancel);
        }
        Action::Reopen => return prompt(app, "Why it is not over", "", Then::Reopen),
        Action::Rename => {
            let title = app.open().map(|(_, room)| room.shown().title.to_string());
            let title = title.unwrap_or_default();
            return prompt(app, "Its title from now on", &title, Then::Rename);
        }
        Action::AddLink => {
            return prompt(
                app,
                "An address, then what it is",
                "https://",
                Then::AddLink,
            );
        }
        // What it does is read in the line before it is sent.
        Action::MakePrivate => return begin(app, "/private "),
        Action::MakePublic => return begin(app, "/public "),
        Action::Admit => return begin(app, "/admit @"),
        Action::Dismiss => return begin(app, "/dismiss @"),
        Action::OpenIncident => pickers::incidents(app),
        Action::SetSeverity => pickers::severities(app),
        Action::SetStatus => pickers::statuses(app),
        Action::SetMilestone => pickers::milestones(app),
        Action::MergeIncident => pickers::merge(app),
        _ => return Vec::new(),
    };
    pick(app, picker)
}

/// The incident in triage under the cursor or on the screen is declared; otherwise a new one is.
fn declare(app: &mut App) -> Vec<Effect> {
    let mut form = Form::new(Kind::Real, app.prefs.zone());
    let triage = match &app.screen {
        Screen::Board(at) => board::current(app, *at)
            .filter(|summary| summary.status == Status::Triage)
            .map(|s| (s.id, s.title.clone(), s.service.clone(), s.kind)),
        Screen::Incident(_) => app
            .open()
            .map(|(_, room)| room.shown())
            .filter(|shown| shown.status == Status::Triage)
            .map(|s| (s.id, s.title.clone(), s.service.clone(), s.kind)),
    };
    if let Some((id, title, service, kind)) = triage {
        form.kind = kind;
        form = form.for_triage(id, &title, service.as_deref());
    }
    push(app, Overlay::Form(Box::new(form)))
}

/// On the board the incident under the cursor is meant: it is opened first, so that everyone sees
/// what is declined.
fn decline(app: &mut App) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let Screen::Board(at) = &app.screen {
        let current = board::current(app, *at).map(|s| (s.id, s.status));
        match current {
            Some((id, Status::Triage)) => effects = incident::open(app, id),
            _ => {
                let said = "Only an incident in triage is declined. Put the cursor on one.";
                app.notices.say(app.now, Say::Info(said.to_owned()));
                return effects;
            }
        }
    }
    effects.extend(prompt(app, "Why it is not an incident", "", Then::Decline));
    effects
}

fn compose(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Compose => return incident::focus(app, Focus::Composer),
        Action::InsertTemplate => return keep::pick_template(app),
        _ => {}
    }
    let mut effects = incident::focus(app, Focus::Composer);
    effects.extend(pane(app, Focus::Composer, action));
    effects
}

fn in_timeline(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Search => push(app, Overlay::Search(Search::default())),
        Action::SearchServer => search_server(app),
        Action::CatchUp => reading::catch_up(app),
        Action::FindGaps => reading::find_gaps(app),
        // The timeline of the past goes on as far as the moment that is shown.
        Action::JumpToTime if app.past().is_some() => past::act(app, Action::GoToMoment),
        Action::JumpToTime => prompt(
            app,
            "Jump to (14:32, -20m or 2026-11-24 14:32)",
            "",
            Then::JumpTo,
        ),
        other => pane(app, Focus::Timeline, other),
    }
}

fn search_server(app: &mut App) -> Vec<Effect> {
    let query = match &app.screen {
        Screen::Incident(screen) => screen.looking.clone(),
        Screen::Board(_) => String::new(),
    };
    if query.is_empty() {
        return prompt(app, "Search every entry for", "", Then::SearchAll);
    }
    ask_server(app, query)
}

/// Asks the server for every entry with these words: of the incident on the screen, or of all.
pub(super) fn ask_server(app: &mut App, query: String) -> Vec<Effect> {
    let here = match &app.screen {
        Screen::Incident(screen) => Some(screen.id),
        Screen::Board(_) => None,
    };
    let (request, asked) = app.client.search(here, &query);
    app.overlays
        .push(Overlay::Results(Results::waiting(query, request)));
    super::client::effects(app, asked)
}

/// The pane of roles and asks comes first where it has the focus: it knows what the cursor is on.
fn in_command(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::SnoozeNag => return keep::pick_snooze(app),
        Action::WriteReport => return keep::draft_report(app),
        Action::ShowReport => return keep::show_report(app),
        _ => {}
    }
    let in_pane = matches!(&app.screen, Screen::Incident(s) if s.focus == Focus::Command);
    if in_pane {
        let asked = incident::pane_action(app, Focus::Command, action);
        if !asked.is_empty() {
            return requests::requests(app, asked);
        }
    }
    match action {
        Action::ClaimRole => {
            let picker = pickers::roles(app, "Claim a vacant role", Choice::Claim, true);
            pick(app, picker)
        }
        Action::AssignRole => {
            let picker = pickers::roles(app, "Assign which role", Choice::Role, false);
            pick(app, picker)
        }
        Action::ReleaseRole => {
            let picker = pickers::held_roles(app);
            pick(app, picker)
        }
        Action::Ask => begin(app, "/ask @"),
        Action::Propose => begin(app, "/propose "),
        Action::Suppose => begin(app, "/hypothesis "),
        Action::Hypotheses => push(app, Overlay::Reader(Reader::new(Page::Hypotheses))),
        Action::ReadBrief => handovers::read(app),
        // Where the cursor of a pane without the focus stands counts for nothing.
        other if !in_pane => {
            let asked = app
                .split(Focus::Command)
                .map(|(_, cx)| command::State::default().handle(other, &cx));
            requests::requests(app, asked.unwrap_or_default())
        }
        _ => Vec::new(),
    }
}

/// Begins a line in the composer, unless one is being written.
pub(super) fn begin(app: &mut App, start: &str) -> Vec<Effect> {
    let effects = incident::focus(app, Focus::Composer);
    let Screen::Incident(screen) = &mut app.screen else {
        return effects;
    };
    let draft = screen.composer.draft();
    if draft.is_empty() {
        screen.composer.set_text(start);
    } else if !draft.starts_with(start) {
        let said = format!("A line is being written: send or clear it, then write {start}…");
        app.notices.say(app.now, Say::Info(said));
    }
    effects
}
