//! Going back in time on the incident's screen: steps, playing, and coming back to now.

use super::actions::prompt;
use super::client::effects;
use crate::client::{Arrived, Goal, Travel, Way};
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::keymap::{Action, Context};
use crate::console::panes::{Focus, Say, Then, timeline};
use crate::console::past::Past;
use crate::incident::{IncidentId, Timestamp};
use chrono::TimeDelta;

/// Does an action of this kind; following is apart.
pub(super) fn act(app: &mut App, action: Action) -> Vec<Effect> {
    let goal = match action {
        Action::StepBack => Goal::Entry(Way::Back),
        Action::StepOn => Goal::Entry(Way::On),
        Action::DecisionBack => Goal::Decision(Way::Back),
        Action::DecisionOn => Goal::Decision(Way::On),
        Action::MinuteBack => Goal::Minutes(-1),
        Action::MinuteOn => Goal::Minutes(1),
        Action::GoToMoment => {
            let title = "Show what was known at (14:32, -20m or 2026-11-24 14:32)";
            return prompt(app, title, "", Then::GoToMoment);
        }
        Action::Play => return play(app),
        Action::Faster | Action::Slower => return shift(app, action == Action::Faster),
        Action::ReturnToNow => return to_now(app),
        _ => return Vec::new(),
    };
    // Whoever steps looks closely: it plays no more.
    stop(app);
    go(app, goal)
}

/// Goes to another moment; from now, the screen begins to show the past.
pub(super) fn go(app: &mut App, goal: Goal) -> Vec<Effect> {
    let Screen::Incident(screen) = &app.screen else {
        return Vec::new();
    };
    let id = screen.id;
    // A minute back from now is a minute before now, not before the last event.
    let goal = match goal {
        Goal::Minutes(minutes) if app.past().is_none() => {
            let at = app.server_now() + TimeDelta::minutes(minutes);
            Goal::Moment(at)
        }
        other => other,
    };
    let asked = app.client.travel(id, goal);
    let mut all = effects(app, asked);
    all.extend(arrived(app));
    all
}

/// The moment of a prompt. What lies ahead is now.
pub(super) fn go_to(app: &mut App, at: Timestamp) -> Vec<Effect> {
    stop(app);
    if at >= app.server_now() && app.client.recording().is_none() {
        return match app.past() {
            Some(_) => to_now(app),
            None => say(app, "That is not before now."),
        };
    }
    go(app, Goal::Moment(at))
}

/// What becomes of the panes once the machine has come somewhere.
pub(super) fn arrived(app: &mut App) -> Vec<Effect> {
    let Some(id) = here(app) else {
        return Vec::new();
    };
    match app.client.take_arrived(id) {
        Some(Arrived::NoFurther) => {
            if app.past().is_none() {
                app.client.return_to_now(id);
            }
            return say(app, "There is none further that way.");
        }
        Some(Arrived::NotYet) => {
            let _ = say(
                app,
                "None among the 10,000 events up to here; the same key looks further.",
            );
        }
        Some(Arrived::There) | None => {}
    }
    let Some((seq, moves)) = app.past().map(|past| (past.seq(), past.moves())) else {
        return Vec::new();
    };
    let server_now = app.server_now();
    let ends = app.client.recording().is_none()
        && app
            .past()
            .is_some_and(|past| past.is_at_head() && past.at() >= server_now);
    if ends {
        return to_now(app);
    }
    if let Some((screen, cx)) = app.split(Focus::Timeline)
        && screen.past.as_ref().is_none_or(|past| past.seen != moves)
    {
        let left = &mut screen.timeline;
        let past = screen
            .past
            .get_or_insert_with(|| Past::beside(std::mem::take(left)));
        past.seen = moves;
        let entry = screen.led_to.take();
        screen.timeline = timeline::State::default();
        // A late entry, or one that is pinned, may stand far from the end: there the eye goes.
        let wanted = entry
            .or(Some(seq))
            .filter(|seq| cx.room.timeline().get(*seq).is_some());
        if let Some(seq) = wanted {
            screen.timeline.go_to(seq, &cx);
        }
    }
    hold_the_clock(app);
    Vec::new()
}

/// Comes back to now; of a recording, to its end.
pub(super) fn to_now(app: &mut App) -> Vec<Effect> {
    let Some(id) = here(app) else {
        return Vec::new();
    };
    if let Some((_, end)) = app.client.recording().map(crate::client::Recording::span) {
        stop(app);
        return go(app, Goal::Moment(end));
    }
    app.client.return_to_now(id);
    if let Screen::Incident(screen) = &mut app.screen
        && let Some(past) = screen.past.take()
    {
        screen.timeline = past.timeline;
    }
    super::incident::room_changed(app)
}

/// Plays a recording from that moment on.
pub(super) fn begin(app: &mut App, from: Timestamp, speed: u32) -> Vec<Effect> {
    let all = go(app, Goal::Moment(from));
    let now = app.now;
    let at = app.past().map(Travel::at);
    if let (Some(at), Some(past)) = (at, console_past(app)) {
        past.speed = speed;
        past.play(at, now);
    }
    all
}

fn play(app: &mut App) -> Vec<Effect> {
    let now = app.now;
    let Some((at, ended)) = app.past().map(|past| (past.at(), at_end(app, past))) else {
        return Vec::new();
    };
    let Some(past) = console_past(app) else {
        return Vec::new();
    };
    if past.clock.take().is_some() {
        return Vec::new();
    }
    if ended {
        return say(app, "This is the end of the log; go back to play it.");
    }
    past.play(at, now);
    Vec::new()
}

/// Whether nothing more comes: the end of a recording, or of an incident that is over.
fn at_end(app: &App, past: &Travel) -> bool {
    let over = !past.room().shown().status.is_open();
    past.is_at_head() && (over || app.client.recording().is_some())
}

fn shift(app: &mut App, faster: bool) -> Vec<Effect> {
    let now = app.now;
    let Some(at) = app.past().map(Travel::at) else {
        return Vec::new();
    };
    let Some(past) = console_past(app) else {
        return Vec::new();
    };
    past.shift(faster, at, now);
    if past.clock.is_none() {
        let speed = past.speed;
        let key = app.prefs.keymap.hint(Action::Play, &[Context::Past]);
        return say(app, &format!("{key} plays at {speed}×."));
    }
    Vec::new()
}

fn stop(app: &mut App) {
    if let Some(past) = console_past(app) {
        past.clock = None;
    }
}

fn console_past(app: &mut App) -> Option<&mut Past> {
    match &mut app.screen {
        Screen::Incident(screen) => screen.past.as_mut(),
        Screen::Board(_) => None,
    }
}

fn here(app: &App) -> Option<IncidentId> {
    app.live().map(|(screen, _)| screen.id)
}

fn say(app: &mut App, text: &str) -> Vec<Effect> {
    app.notices.say(app.now, Say::Info(text.to_owned()));
    Vec::new()
}

/// While what is needed is on its way the clock stands; then it goes on from what is shown.
fn hold_the_clock(app: &mut App) {
    let now = app.now;
    let Some((at, under_way)) = app.past().map(|past| (past.at(), past.is_under_way())) else {
        return;
    };
    if let Some(past) = console_past(app)
        && let Some(clock) = past.clock
        && (under_way || clock.at(now) < at)
    {
        past.play(at, now);
    }
}

/// After every message: while it plays, shows the moment that the clock has come to; and lets go of
/// what is kept for a past that is gone (its state came anew).
pub(super) fn upkeep(app: &mut App) -> Vec<Effect> {
    let mut all = Vec::new();
    if app.past().is_none() {
        if let Screen::Incident(screen) = &mut app.screen
            && let Some(past) = screen.past.take()
        {
            screen.timeline = past.timeline;
        }
        return all;
    }
    all.extend(arrived(app));
    let now = app.now;
    let Some(clock) = console_past(app).and_then(|past| past.clock) else {
        return all;
    };
    let Some((at, under_way)) = app.past().map(|past| (past.at(), past.is_under_way())) else {
        return all;
    };
    let comes = clock.at(now);
    if under_way || comes <= at {
        return all;
    }
    let ends = app.past().is_some_and(|past| at_end(app, past));
    if ends {
        stop(app);
        let _ = say(app, "This is the end of the log.");
        return all;
    }
    all.extend(go(app, Goal::Moment(comes)));
    all
}

/// When the next moment is due, while it plays; else when the age of the moment that is shown
/// reads otherwise.
pub(super) fn next_wake(app: &App) -> Option<Timestamp> {
    let (screen, room) = app.live()?;
    let past = room.past()?;
    let clock = screen.past.as_ref().and_then(|past| past.clock);
    if let Some(clock) = clock {
        return (!past.is_under_way()).then(|| clock.next(app.now));
    }
    if app.client.recording().is_some() {
        return None;
    }
    let age = app.server_now() - past.at();
    let step = if age < TimeDelta::minutes(1) { 1 } else { 60 };
    let left = step * 1_000 - age.num_milliseconds().rem_euclid(step * 1_000);
    Some(app.now + TimeDelta::milliseconds(left))
}

/// More of the timeline before the moment that is shown.
pub(super) fn widen(app: &mut App, id: IncidentId) -> Vec<Effect> {
    let before = app.past().map(Travel::moves);
    let asked = app.client.widen_past(id);
    let all = effects(app, asked);
    let after = app.past().map(Travel::moves);
    // It is the same moment: the cursor stays where it is.
    if before != after
        && let (Some(moves), Some(past)) = (after, console_past(app))
    {
        past.seen = moves;
    }
    all
}
