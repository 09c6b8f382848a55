//! Following whoever is in command, and telling those who follow what this person looks at.

use super::{client, incident, past};
use crate::client::{Goal, Laid, Leads, Moment, Pane, Sight, Spot, Travel};
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::follow::{Follow, Outcome};
use crate::console::keymap::{Action, Context, Group};
use crate::console::layout::Layout;
use crate::console::overlays::Overlay;
use crate::console::panes::{Focus, Say};
use crate::incident::{Level, Person, Timestamp};
use chrono::TimeDelta;

/// Those who follow hear of a change at most five times a second.
const SIGHT_EVERY: TimeDelta = TimeDelta::milliseconds(200);

/// The key was pressed.
pub(super) fn toggle(app: &mut App) -> Vec<Effect> {
    let done = change(app, Follow::toggle);
    let more = heard(app);
    done.into_iter().chain(more).collect()
}

/// The incident's state is here: a spectator follows from the start. Not a wall: it must show now.
pub(super) fn joined(app: &mut App) -> Vec<Effect> {
    let spectator = (app.client.me()).is_some_and(|me| me.level == Level::Spectator);
    if !spectator || app.prefs.layout == Layout::Wall {
        return Vec::new();
    }
    change(app, |follow, _, _, _| follow.begin())
}

/// Who leads, or what they look at, is another one. What is laid over the screen is finished first.
pub(super) fn heard(app: &mut App) -> Vec<Effect> {
    if !app.overlays.is_empty() {
        return Vec::new();
    }
    change(app, Follow::heard)
}

/// An action lets go where it goes elsewhere by itself.
pub(super) fn before(app: &mut App, action: Action) -> Vec<Effect> {
    let goes = match action {
        Action::Follow | Action::ToggleZone | Action::ReturnToNow => action == Action::ReturnToNow,
        Action::Search | Action::SearchNext | Action::SearchPrevious | Action::JumpToTime => true,
        other => matches!(other.group(), Group::View | Group::Past),
    };
    if !goes {
        return Vec::new();
    }
    elsewhere(app)
}

/// This person goes elsewhere by themselves.
pub(super) fn elsewhere(app: &mut App) -> Vec<Effect> {
    change(app, |follow, _, _, key| follow.gone_elsewhere(key))
}

type Change = fn(&mut Follow, &Leads, Option<&Person>, &str) -> Outcome;

fn change(app: &mut App, with: Change) -> Vec<Effect> {
    let key = app.prefs.keymap.hint(Action::Follow, &[Context::Incident]);
    let Some((leads, id)) = app.live().map(|(s, room)| (room.leads().clone(), s.id)) else {
        return Vec::new();
    };
    let me = app.client.me().map(|me| me.person.clone());
    let Screen::Incident(screen) = &mut app.screen else {
        return Vec::new();
    };
    let outcome = with(&mut screen.follow, &leads, me.as_ref(), &key);
    let mut all = Vec::new();
    if let Some(on) = outcome.tell {
        let told = app.client.follow(id, on);
        all.extend(client::effects(app, told));
    }
    if outcome.to_now && app.past().is_some() {
        all.extend(past::to_now(app));
    }
    if let Some(sight) = outcome.show {
        all.extend(show(app, &sight));
    }
    if let Some(said) = outcome.say {
        app.notices.say(app.now, Say::Info(said));
    }
    all
}

/// Shows what the leader looks at: the pane, the moment, the entry.
fn show(app: &mut App, sight: &Sight) -> Vec<Effect> {
    let mut all = Vec::new();
    let writes = matches!(&app.screen, Screen::Incident(s) if s.focus == Focus::Composer);
    if let Some(pane) = focus_of(sight.pane) {
        all.extend(incident::focus(app, pane));
        // Whoever writes goes on writing.
        if let (true, Screen::Incident(screen)) = (writes, &mut app.screen) {
            screen.focus = Focus::Composer;
        }
    }
    match sight.past {
        Some(Moment { seq, at }) => {
            let there = app
                .past()
                .is_some_and(|past| (past.seq(), past.at()) == (seq, at));
            if !there {
                all.extend(past::go(app, Goal::Place(seq, Some(at))));
            }
        }
        None if app.past().is_some() => all.extend(past::to_now(app)),
        None => {}
    }
    if let Some(spot) = &sight.on {
        pick(app, sight.pane, spot);
    }
    all.extend(point(app, sight));
    all
}

/// Puts the cursor of a pane on what the leader's is on, where it is there for this person.
fn pick(app: &mut App, pane: Pane, spot: &Spot) {
    let Some((screen, cx)) = focus_of(pane).and_then(|focus| app.split(focus)) else {
        return;
    };
    match pane {
        Pane::Command => screen.command.pick(spot),
        Pane::Runbook => screen.runbook.pick(spot, &cx),
        Pane::Situation => screen.situation.pick(spot, &cx),
        Pane::Updates => screen.updates.pick(spot),
        _ => {}
    }
}

/// What the cursor of the pane that has the focus is on, where that is not the timeline.
fn spot(app: &App, pane: Pane) -> Option<Spot> {
    let cx = app.cx(focus_of(pane)?)?;
    let (screen, _) = app.live()?;
    match pane {
        Pane::Command => screen.command.spot(&cx),
        Pane::Runbook => screen.runbook.spot(&cx),
        Pane::Situation => screen.situation.spot(&cx),
        Pane::Updates => screen.updates.spot(&cx),
        _ => None,
    }
}

/// What is laid over the screen, without a word of it.
fn laid(app: &App) -> Option<Laid> {
    let overlay = app.overlays.last()?;
    Some(match overlay {
        Overlay::Picker(_) | Overlay::Members(_) | Overlay::Gaps(_) | Overlay::Results(_) => {
            Laid::List
        }
        Overlay::Reader(_) | Overlay::Review(_) => Laid::Text,
        Overlay::Form(_) | Overlay::Prompt(_) | Overlay::Update => Laid::Writing,
        Overlay::Search(_) => Laid::Search,
        Overlay::Brief(_) => Laid::Brief,
        // That a command is run may be private.
        Overlay::Confirm(_) | Overlay::RunForm(_) | Overlay::Running => Laid::Other,
    })
}

/// Puts the cursor of the timeline where the leader has it, now or once the moment is here.
fn point(app: &mut App, sight: &Sight) -> Vec<Effect> {
    let there = app.past().map(Travel::seq) == sight.past.map(|past| past.seq);
    if let (false, Screen::Incident(screen)) = (there, &mut app.screen) {
        screen.led_to = sight.entry;
        return Vec::new();
    }
    let Some((screen, cx)) = app.split(Focus::Timeline) else {
        return Vec::new();
    };
    let id = screen.id;
    match sight.entry {
        Some(seq) => {
            screen.timeline.go_to(seq, &cx);
            if cx.room.timeline().get(seq).is_none() && sight.past.is_none() {
                let asked = app.client.around(id, seq);
                return client::effects(app, asked);
            }
        }
        None => screen.timeline = crate::console::panes::timeline::State::default(),
    }
    Vec::new()
}

fn focus_of(pane: Pane) -> Option<Focus> {
    match pane {
        Pane::Timeline => Some(Focus::Timeline),
        Pane::Command => Some(Focus::Command),
        Pane::Runbook => Some(Focus::Runbook),
        Pane::Situation => Some(Focus::Situation),
        Pane::Signals => Some(Focus::Signals),
        Pane::Errors => Some(Focus::Errors),
        Pane::Alerts => Some(Focus::Alerts),
        Pane::Updates => Some(Focus::Updates),
        Pane::Composer | Pane::Other => None,
    }
}

/// What this person looks at, where those who follow should be told: they are in command.
fn sight(app: &App) -> Option<Sight> {
    let (screen, room) = app.live()?;
    let me = app.client.me()?;
    if !room.confirmed().is_in_command(&me.person) || !app.client.link().is_live() {
        return None;
    }
    let pane = super::upkeep::pane_of(screen.pane);
    let shown = room.past().map_or(room, Travel::room);
    Some(Sight {
        pane,
        entry: screen.timeline.under_cursor(shown.timeline()),
        past: room.past().map(|past| Moment {
            seq: past.seq(),
            at: past.at(),
        }),
        on: spot(app, pane),
        laid: laid(app),
    })
}

fn untold(app: &App) -> Option<Sight> {
    let sight = sight(app)?;
    let (screen, _) = app.live()?;
    let told = screen.sight.as_ref().map(|(told, _)| told);
    (told != Some(&sight)).then_some(sight)
}

/// After every message: tells what this person looks at, and shows what waited for an overlay.
pub(super) fn upkeep(app: &mut App) -> Vec<Effect> {
    let mut all = heard(app);
    let now = app.now;
    let Some(sight) = untold(app) else {
        return all;
    };
    let Screen::Incident(screen) = &mut app.screen else {
        return all;
    };
    if (screen.sight.as_ref()).is_some_and(|(_, at)| now < *at + SIGHT_EVERY) {
        return all;
    }
    screen.sight = Some((sight.clone(), now));
    let id = screen.id;
    let told = app.client.say_sight(id, sight);
    all.extend(client::effects(app, told));
    all
}

/// When what is not told yet may be.
pub(super) fn next_wake(app: &App) -> Option<Timestamp> {
    untold(app)?;
    let (screen, _) = app.live()?;
    screen.sight.as_ref().map(|(_, at)| *at + SIGHT_EVERY)
}
