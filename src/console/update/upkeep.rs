//! What follows from the clock: presence, the draft on disk, and the moment to wake up for.

use super::{client, follow, history, incident, past, updates, wall};
use crate::client::Pane;
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::panes::Focus;
use crate::incident::{Timestamp, next_deadline};
use chrono::TimeDelta;

/// The others hear of a change at most twice a second.
const PRESENCE_EVERY: TimeDelta = TimeDelta::milliseconds(500);
/// Someone who has pressed no key for this long is not typing.
const TYPING_FOR: TimeDelta = TimeDelta::seconds(3);
/// A changed draft is kept on disk this long after its first change: what a crash may cost.
const DRAFT_AFTER: TimeDelta = TimeDelta::milliseconds(300);

/// After every message: tells the others where this person is, and keeps the draft.
pub(super) fn upkeep(app: &mut App) -> Vec<Effect> {
    let mut effects = past::upkeep(app);
    effects.extend(follow::upkeep(app));
    effects.extend(presence(app));
    effects.extend(history::want(app));
    effects.extend(incident::want_draft(app));
    let now = app.now;
    let update = updates::on_disk(app);
    if let Screen::Incident(screen) = &mut app.screen {
        let draft = &mut screen.update_draft;
        let changed = update != draft.kept;
        draft.since = changed.then(|| draft.since.unwrap_or(now));
        if draft.since.is_some_and(|at| now >= at + DRAFT_AFTER) {
            effects.extend(incident::keep_update(app));
        }
    }
    if let Screen::Incident(screen) = &mut app.screen {
        let changed = screen.composer.draft() != screen.draft.kept;
        screen.draft.since = changed.then(|| screen.draft.since.unwrap_or(now));
        if screen.draft.since.is_some_and(|at| now >= at + DRAFT_AFTER) {
            effects.extend(incident::keep_draft(app));
        }
    }
    effects
}

/// Before the console ends: what is typed is kept, and what was seen.
pub fn leave(app: &mut App) -> Vec<Effect> {
    let mut effects = incident::keep_draft(app);
    effects.extend(app.visits.kept());
    effects.extend(incident::keep_update(app));
    effects
}

pub(super) fn pane_of(focus: Focus) -> Pane {
    match focus {
        Focus::Timeline => Pane::Timeline,
        Focus::Command => Pane::Command,
        Focus::Runbook => Pane::Runbook,
        Focus::Composer => Pane::Composer,
        Focus::Situation => Pane::Situation,
        Focus::Signals => Pane::Signals,
        Focus::Errors => Pane::Errors,
        Focus::Alerts => Pane::Alerts,
        Focus::Updates => Pane::Updates,
    }
}

/// What the others should be told now; nothing when they know it.
fn untold(app: &App) -> Option<(Pane, bool)> {
    let Screen::Incident(screen) = &app.screen else {
        return None;
    };
    if !app.client.link().is_live() {
        return None;
    }
    let pane = pane_of(screen.focus);
    let typing = screen.focus == Focus::Composer
        && screen
            .presence
            .typed_at
            .is_some_and(|at| app.now < at + TYPING_FOR);
    match screen.presence.said {
        Some((said_pane, said_typing, _)) if (said_pane, said_typing) == (pane, typing) => None,
        _ => Some((pane, typing)),
    }
}

fn presence(app: &mut App) -> Vec<Effect> {
    let Some((pane, typing)) = untold(app) else {
        return Vec::new();
    };
    let now = app.now;
    let Screen::Incident(screen) = &mut app.screen else {
        return Vec::new();
    };
    if let Some((_, _, at)) = screen.presence.said
        && now < at + PRESENCE_EVERY
    {
        return Vec::new();
    }
    screen.presence.said = Some((pane, typing, now));
    let id = screen.id;
    let asked = app.client.presence(id, pane, typing);
    client::effects(app, asked)
}

/// The next moment at which something changes by itself; nothing when all stands still.
#[must_use]
pub fn next_wake(app: &App) -> Option<Timestamp> {
    let notice = app.notices.current(app.now).map(|notice| notice.until);
    let running = if app.past().is_some() {
        past::next_wake(app)
    } else {
        next_second(app)
    };
    let mut all = vec![
        notice,
        running,
        next_nag(app),
        wall::next_wake(app),
        super::handovers::next_suggestion(app),
        follow::next_wake(app),
    ];
    if let Screen::Incident(screen) = &app.screen {
        all.push(screen.draft.since.map(|at| at + DRAFT_AFTER));
        all.push(screen.update_draft.since.map(|at| at + DRAFT_AFTER));
        let typing = matches!(screen.presence.said, Some((_, true, _)));
        let typed_at = screen.presence.typed_at.filter(|_| typing);
        all.push(typed_at.map(|at| at + TYPING_FOR));
        if untold(app).is_some() {
            all.push(screen.presence.said.map(|(_, _, at)| at + PRESENCE_EVERY));
        }
    }
    all.into_iter().flatten().filter(|at| *at > app.now).min()
}

/// When the next thing is nagged about, or one that was put off returns.
fn next_nag(app: &App) -> Option<Timestamp> {
    let (_, room) = app.open()?;
    room.next_nag(app.now)
}

/// When a running clock on the screen shows something else: on an incident that is open, the next
/// whole second of its age; on the board, the next whole minute of any age there.
fn next_second(app: &App) -> Option<Timestamp> {
    match &app.screen {
        Screen::Incident(_) => {
            let (_, room) = app.open()?;
            let shown = room.shown();
            if !shown.status.is_open() {
                return next_deadline(shown, app.now).map(|deadline| deadline.at);
            }
            Some(next_step(shown.lasts_since(), app.now, 1))
        }
        Screen::Board(_) => app
            .client
            .board()
            .filter(|summary| summary.status.is_open())
            .flat_map(|summary| {
                let since = summary.lasts_since();
                let young = app.now - since < TimeDelta::minutes(1);
                let age = next_step(since, app.now, if young { 1 } else { 60 });
                let update = summary.next_update_at;
                [Some(age), update.map(|at| next_step(at, app.now, 60))]
            })
            .flatten()
            .min(),
    }
}

/// The next moment after `now` that lies a whole number of `seconds` from `since`.
fn next_step(since: Timestamp, now: Timestamp, seconds: i64) -> Timestamp {
    let step = seconds * 1_000;
    let past = (now - since).num_milliseconds().rem_euclid(step);
    now + TimeDelta::milliseconds(step - past)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_step_is_always_ahead_and_in_line() {
        let since: Timestamp = "2026-11-24T14:00:00.250Z".parse().unwrap();
        for (ms, want) in [(0, 1_000), (999, 1_000), (1_000, 2_000), (-100, 0)] {
            let at = next_step(since, since + TimeDelta::milliseconds(ms), 1);
            assert_eq!(at - since, TimeDelta::milliseconds(want), "{ms}");
        }
    }
}
