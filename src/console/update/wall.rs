//! The wall on duty: a screen that nobody operates. It shows the incident that matters most, goes from
//! one to the next where it is told to, and comes back by itself whatever ended the connection.

use super::incident;
use crate::client::Link;
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::keymap::Action;
use crate::incident::{IncidentId, Summary, Timestamp};
use chrono::TimeDelta;

/// A server that turned this screen away for good is asked again after this long: its token may have
/// been renewed, or the server be of this version again.
const AGAIN_AFTER: TimeDelta = TimeDelta::minutes(1);

/// What does something on a wall: leaving it, and choosing how it looks.
pub(super) fn may(action: Action) -> bool {
    matches!(
        action,
        Action::Quit
            | Action::Help
            | Action::NextLayout
            | Action::LayoutCommander
            | Action::LayoutScribe
            | Action::LayoutWall
    )
}

/// The open incidents, the one that matters most first.
fn open(app: &App) -> Vec<IncidentId> {
    let mut open: Vec<&Summary> = app.client.board().collect();
    open.retain(|line| line.status.is_open());
    open.sort_by_key(|line| line.urgency());
    open.into_iter().map(|line| line.id).collect()
}

/// Which incident is shown now, and until when, where that changes by itself.
fn turn(app: &App) -> (Option<IncidentId>, Option<Timestamp>) {
    let open = open(app);
    let rotate = app.prefs.duty.and_then(|duty| duty.rotate);
    let millis = rotate.map_or(0, |every| every.num_milliseconds());
    if millis <= 0 || open.len() < 2 {
        return (open.first().copied(), None);
    }
    // By the clock and not by what was shown last: two walls show the same.
    let turns = app.now.timestamp_millis().div_euclid(millis);
    let place = usize::try_from(turns).unwrap_or(0) % open.len();
    let next = Timestamp::from_timestamp_millis((turns + 1) * millis);
    (open.get(place).copied(), next)
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
    let shown = match &app.screen {
        Screen::Incident(screen) => Some(screen.id),
        Screen::Board(_) => None,
    };
    let (wanted, _) = turn(app);
    if wanted != shown {
        effects.extend(match wanted {
            Some(id) => incident::open(app, id),
            None => incident::to_board(app),
        });
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
    let (_, turn) = turn(app);
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
