//! What this person's console has shown them: up to where of each incident, and what is new when they
//! come back. Kept on disk when an incident is left, when the connection is lost, and at the end;
//! not with each event.

use super::keys;
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::keymap::Action;
use crate::console::layout::Layout;
use crate::console::memory::{Looked, Memory};
use crate::console::panes::Say;
use crate::console::text::Zone;
use crate::incident::{IncidentId, Person, Seq, Timestamp};
use chrono::TimeDelta;

/// Someone who looked at another window for less than this has missed nothing.
const AWAY: TimeDelta = TimeDelta::minutes(2);
/// An incident that was never looked at and has fewer events than this is read at a glance.
const GLANCE: u64 = 10;

/// What is remembered, and the incident that is looked at.
#[derive(Debug, Default)]
pub struct Visits {
    /// What is remembered of this person.
    pub(super) memory: Memory,
    /// Whose memory was asked for.
    of: Option<Person>,
    /// Whether it is here.
    loaded: bool,
    visit: Option<Visit>,
    /// Since when the terminal does not have the focus.
    away: Option<Timestamp>,
}

/// An incident that is looked at.
#[derive(Debug, Clone, Copy)]
struct Visit {
    incident: IncidentId,
    /// Up to where it was shown before.
    since: Option<Looked>,
    /// Whether the connection stands.
    live: bool,
}

impl Visits {
    /// Whether it is known what was told before.
    pub(super) fn is_loaded(&self) -> bool {
        self.loaded
    }

    /// Up to where the incident on the screen was shown before this visit, or this look.
    pub(super) fn since(&self, incident: IncidentId) -> Option<Looked> {
        let visit = self.visit.filter(|visit| visit.incident == incident);
        visit.map_or_else(|| self.memory.looked(incident), |visit| visit.since)
    }

    /// All up to there was told: what changes from here on is news.
    pub(super) fn told(&mut self, incident: IncidentId, looked: Looked) {
        if let Some(visit) = self.visit.as_mut().filter(|v| v.incident == incident) {
            visit.since = Some(looked);
        }
    }

    /// To be kept on disk.
    pub(super) fn kept(&self) -> Option<Effect> {
        let person = self.of.clone().filter(|_| self.loaded)?;
        Some(Effect::SaveMemory {
            person,
            memory: self.memory.clone(),
        })
    }
}

/// The memory was read from disk.
pub(super) fn remembered(app: &mut App, person: &Person, memory: Memory) {
    let visits = &mut app.visits;
    if visits.of.as_ref() == Some(person) && !visits.loaded {
        visits.memory = memory;
        visits.loaded = true;
    }
}

/// The terminal got the focus, or lost it.
pub(super) fn watched(app: &mut App, watched: bool) {
    if !watched {
        app.visits.away.get_or_insert(app.now);
        return;
    }
    let Some(since) = app.visits.away.take() else {
        return;
    };
    if app.now - since < AWAY {
        return;
    }
    if let Some((incident, head)) = shown(app) {
        let looked = app.visits.memory.looked(incident);
        if let (Some(visit), Some(_)) = (&mut app.visits.visit, looked) {
            visit.since = looked;
        }
        offer(app, looked, head);
    }
}

/// After every message: what is shown counts as seen; one who comes back is told that there is news.
pub(super) fn upkeep(app: &mut App) -> Vec<Effect> {
    let Some(me) = app.client.me().map(|me| me.person.clone()) else {
        return Vec::new();
    };
    if app.visits.of.as_ref() != Some(&me) {
        app.visits = Visits {
            of: Some(me.clone()),
            ..Visits::default()
        };
        return vec![Effect::LoadMemory(me)];
    }
    if !app.visits.loaded {
        return Vec::new();
    }
    let mut keep = false;
    let on_screen = match &app.screen {
        Screen::Incident(screen) => Some(screen.id),
        Screen::Board(_) => None,
    };
    if app
        .visits
        .visit
        .is_some_and(|visit| Some(visit.incident) != on_screen)
    {
        app.visits.visit = None;
        keep = true;
    }
    let shown = shown(app);
    let connected = app.client.link().is_live();
    match (&mut app.visits.visit, shown) {
        (visit, Some((incident, head))) if visit.is_none_or(|visit| !visit.live) => {
            let since = app.visits.memory.looked(incident);
            *visit = Some(Visit {
                incident,
                since,
                live: true,
            });
            offer(app, since, head);
        }
        (Some(visit), None) if visit.live && !connected => {
            visit.live = false;
            keep = true;
        }
        _ => {}
    }
    if let (Some((incident, seq)), None) = (shown, app.visits.away) {
        let at = app.now;
        app.visits.memory.look(incident, Looked { seq, at });
    }
    let kept = app.visits.kept().filter(|_| keep);
    kept.into_iter().collect()
}

/// The incident on the screen and its last event, while that is what the server has.
fn shown(app: &App) -> Option<(IncidentId, Seq)> {
    let (screen, room) = app.open()?;
    let current = app.client.link().is_live() && room.is_current();
    current.then(|| (screen.id, room.confirmed().seq))
}

/// Says quietly that there is news, and which key tells it. A wall and a screen that only shows
/// have nobody to press it.
fn offer(app: &mut App, since: Option<Looked>, head: Seq) {
    let new = head
        .0
        .saturating_sub(since.map_or(0, |looked| looked.seq.0));
    let least = if since.is_some() { 1 } else { GLANCE };
    if new < least || app.prefs.layout == Layout::Wall || app.prefs.read_only.is_some() {
        return;
    }
    let key = app.prefs.keymap.hint(Action::CatchUp, &keys::contexts(app));
    let changes = match new {
        1 => "1 event".to_owned(),
        new => format!("{new} events"),
    };
    let place = place(since, app.now, app.prefs.zone());
    let said = format!("{changes} since {place} · {key} says what changed");
    app.notices.say(app.now, Say::Info(said));
}

/// Since when, in words.
pub(super) fn place(since: Option<Looked>, now: Timestamp, zone: Zone) -> String {
    match since {
        None => "it was opened".to_owned(),
        Some(looked) if zone.date(looked.at) == zone.date(now) => zone.hms(looked.at),
        Some(looked) => format!("{} {}", zone.date(looked.at), zone.hms(looked.at)),
    }
}

#[cfg(test)]
mod tests;
