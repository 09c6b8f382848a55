//! The wall on duty: a screen that nobody operates. It shows the incident that matters most, goes from
//! one to the next where it is told to, and comes back by itself whatever ended the connection.
//!
//! **Invariant**: between two incidents nothing is blank. The next one is asked for before its turn, and
//! what is shown stays until all of the next one is here.

use super::incident;
use super::submit::driver;
use crate::client::Link;
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::keymap::Action;
use crate::incident::{IncidentId, Summary, Timestamp};
use chrono::TimeDelta;

/// A server that turned this screen away for good is asked again after this long: its token may have
/// been renewed, or the server be of this version again.
const AGAIN_AFTER: TimeDelta = TimeDelta::minutes(1);
/// How long before its turn an incident is asked for, so that it is here when it is shown.
const AHEAD: TimeDelta = TimeDelta::seconds(5);
/// An incident that was asked for and has not come is asked for again after this long.
const ASK_AGAIN: TimeDelta = TimeDelta::seconds(10);

/// What does something on a wall: leaving it, and choosing how it looks.
pub(super) fn may(action: Action) -> bool {
    matches!(
        action,
        Action::Quit
            | Action::Help
            | Action::NextLayout
            | Action::LayoutCommander
            | Action::LayoutScribe
            | Action::LayoutOperations
            | Action::LayoutCommunications
            | Action::LayoutWall
    )
}

/// The open incidents that a wall may show, the one that matters most first.
fn open(app: &App) -> Vec<IncidentId> {
    let mut open: Vec<&Summary> = app.client.board().collect();
    open.retain(|line| line.status.is_open() && !line.private);
    open.sort_by_key(|line| line.urgency());
    open.into_iter().map(|line| line.id).collect()
}

/// What is shown now and, where that changes by itself, when and what comes then.
struct Turn {
    now: Option<IncidentId>,
    then: Option<(Timestamp, IncidentId)>,
}

fn turn(app: &App) -> Turn {
    let open = open(app);
    let rotate = app.prefs.duty.and_then(|duty| duty.rotate);
    let millis = rotate.map_or(0, |every| every.num_milliseconds());
    let now = open.first().copied();
    if millis <= 0 || open.len() < 2 {
        return Turn { now, then: None };
    }
    // By the clock and not by what was shown last: two walls show the same.
    let turns = app.now.timestamp_millis().div_euclid(millis);
    let of = |turns: i64| {
        let place = usize::try_from(turns).unwrap_or(0) % open.len();
        open.get(place).copied()
    };
    let at = Timestamp::from_timestamp_millis((turns + 1) * millis);
    Turn {
        now: of(turns),
        then: at.zip(of(turns + 1)),
    }
}

/// Whether the incident can be shown: all that the server has of it is here.
fn is_here(app: &App, id: IncidentId) -> bool {
    let room = app.client.room(id);
    room.is_some_and(|room| room.is_current() && room.shown().exists())
}

/// Puts on the screen what belongs there, and asks a server again that wanted no more of this one.
pub(super) fn follow(app: &mut App) -> Vec<Effect> {
    if !app.on_duty() {
        return Vec::new();
    }
    let mut effects = again(app);
    // What was shown stays while nothing is heard: it says how old it is.
    if !app.client.link().is_live() || !app.prefs.duty.is_some_and(|duty| duty.picks) {
        return effects;
    }
    let on_screen = |app: &App| match &app.screen {
        Screen::Incident(screen) => Some(screen.id),
        Screen::Board(_) => None,
    };
    let turn = turn(app);
    match turn.now {
        // It is shown when it is here; until then what was there stays.
        Some(id) if on_screen(app) != Some(id) && is_here(app, id) => {
            if let Some(duty) = &mut app.prefs.duty {
                duty.ahead = duty.ahead.filter(|(ahead, _)| *ahead != id);
            }
            effects.extend(incident::open(app, id));
        }
        None if on_screen(app).is_some() => effects.extend(incident::to_board(app)),
        _ => {}
    }
    let soon = turn.then.filter(|(at, _)| app.now + AHEAD >= *at);
    let wanted = match turn.now {
        Some(id) if on_screen(app) != Some(id) => Some(id),
        _ => soon.map(|(_, id)| id),
    };
    effects.extend(prepare(app, wanted, on_screen(app)));
    effects
}

/// Asks for what is shown next, and lets go what was asked for and is not.
fn prepare(app: &mut App, wanted: Option<IncidentId>, shown: Option<IncidentId>) -> Vec<Effect> {
    let had = app.prefs.duty.and_then(|duty| duty.ahead);
    let mut effects = Vec::new();
    let mut next = had.filter(|(id, _)| Some(*id) == wanted);
    if let Some((id, _)) = had.filter(|(id, _)| Some(*id) != wanted && Some(*id) != shown) {
        effects.extend(driver(app.client.leave(id)));
    }
    let waits = next.is_none_or(|(id, asked)| !is_here(app, id) && app.now >= asked + ASK_AGAIN);
    if let Some(id) = wanted.filter(|id| waits && Some(*id) != shown) {
        next = Some((id, app.now));
        let asked = app.client.join(id);
        effects.extend(super::client::effects(app, asked));
    }
    if let Some(duty) = &mut app.prefs.duty {
        duty.ahead = next;
    }
    effects
}

fn given_up(link: &Link) -> bool {
    match link {
        Link::Live => false,
        Link::Connecting { why, retry_at, .. } => why.is_some() && retry_at.is_none(),
        Link::Stale { retry_at, .. } => retry_at.is_none(),
    }
}

fn again(app: &mut App) -> Vec<Effect> {
    let (now, given_up) = (app.now, given_up(app.client.link()));
    let Some(duty) = &mut app.prefs.duty else {
        return Vec::new();
    };
    let at = *duty.again_at.get_or_insert(now + AGAIN_AFTER);
    if !given_up {
        duty.again_at = None;
    } else if now >= at {
        duty.again_at = Some(now + AGAIN_AFTER);
        return vec![Effect::RetryLink];
    }
    Vec::new()
}

/// When a wall changes by itself: the next incident's turn, the picture's next place, its staleness,
/// and the age of the last incident while all is quiet.
pub(super) fn next_wake(app: &App) -> Option<Timestamp> {
    let duty = app.prefs.duty.filter(|_| app.on_duty())?;
    let turn = turn(app).then.map(|(at, _)| at);
    // The clock at its foot, and how old a picture is that stands still.
    let second =
        app.now + TimeDelta::milliseconds(1_000 - app.now.timestamp_millis().rem_euclid(1_000));
    [turn, duty.again_at, Some(second)]
        .into_iter()
        .flatten()
        .min()
}

#[cfg(test)]
mod tests;
