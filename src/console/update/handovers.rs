//! Handovers as this console meets them: it calls its person for what they are offered, lays the brief
//! over the screen, says to everyone what came of it, and suggests one after a time in a role.
//!
//! Read from the confirmed state alone, so that nothing is said of what the server may refuse.

use super::keys;
use crate::client::Room;
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::keymap::Action;
use crate::console::layout::Layout;
use crate::console::overlays::{Brief, Overlay};
use crate::console::panes::{Focus, Say};
use crate::console::ring::Call;
use crate::console::text::age;
use crate::incident::{
    Handover, HandoverId, HandoverState, Incident, IncidentId, Person, Role, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// What has been called for and said once, and is remembered so that it is not again. Beyond it
/// the oldest go: it is more than one person is offered in a day.
const SAID: usize = 200;

/// What this console has said about handovers.
#[derive(Debug, Default)]
pub struct Said {
    rung: BTreeSet<(IncidentId, HandoverId)>,
    /// Whose brief was laid over the screen, or might have been.
    laid: BTreeSet<(IncidentId, HandoverId)>,
    suggested: BTreeSet<(IncidentId, Role, Timestamp)>,
    /// How the offers of the incident on the screen stood when they were last looked at.
    known: Option<(IncidentId, BTreeMap<HandoverId, HandoverState>)>,
}

fn room(app: &App) -> Option<&Room> {
    match &app.screen {
        Screen::Incident(screen) => app.client.room(screen.id),
        Screen::Board(_) => None,
    }
}

fn confirmed(app: &App) -> Option<&Incident> {
    room(app).map(Room::confirmed).filter(|i| i.exists())
}

/// Says what came of offers since they were last looked at, on every screen, also on those that only
/// read. When an incident comes onto the screen nothing is said: it is all there to be read.
pub(super) fn announce(app: &mut App, me: &Person) {
    let Some(incident) = confirmed(app) else {
        return;
    };
    let id = incident.id;
    let seen: BTreeMap<HandoverId, HandoverState> = (incident.handovers.iter())
        .map(|handover| (handover.id, handover.state))
        .collect();
    let mut says = Vec::new();
    if let Some((known_id, known)) = &app.calls.handovers.known
        && *known_id == id
        && *known != seen
    {
        for handover in &incident.handovers {
            if known.get(&handover.id) != Some(&handover.state) {
                says.extend(change(handover, me));
            }
        }
    }
    app.calls.handovers.known = Some((id, seen));
    for say in says {
        app.notices.say(app.now, say);
    }
}

/// What is said of an offer that has changed. That a role has changed hands is said to everyone.
fn change(of: &Handover, me: &Person) -> Option<Say> {
    let Handover {
        role, from, to, by, ..
    } = of;
    let end = of.end.as_ref();
    let mine = end.is_some_and(|end| end.by == *me);
    let gives = *from == *me || *by == *me;
    let why = end.and_then(|end| end.reason.as_deref());
    let why = why.map_or_else(String::new, |why| format!(" ({why})"));
    match of.state {
        HandoverState::Accepted if to == me => Some(Say::Warning(format!(
            "You have {role} now, from {from}. Say so aloud."
        ))),
        HandoverState::Accepted => Some(Say::Warning(format!("{to} has {role} now, from {from}."))),
        HandoverState::Briefed if gives => {
            Some(Say::Info(format!("{to} has read the brief of {role}.")))
        }
        HandoverState::Declined if gives => Some(Say::Warning(format!(
            "{to} declines {role}{why}. {from} keeps it."
        ))),
        HandoverState::Withdrawn if to == me && !mine => Some(Say::Warning(format!(
            "The offer of {role} is withdrawn{why}."
        ))),
        HandoverState::Expired if gives || to == me => Some(Say::Warning(format!(
            "The offer of {role} to {to} has expired. {from} keeps it."
        ))),
        HandoverState::Overtaken if to == me => Some(Say::Warning(format!(
            "{role} went another way; it is not offered to you any more."
        ))),
        HandoverState::Offered if *from == *me && *by != *me => {
            Some(Say::Warning(format!("{by} offers your {role} to {to}.")))
        }
        _ => None,
    }
}

/// Calls the person for what they are offered, once; the brief of an offer in the incident on the
/// screen is laid over it, once, unless something is being written.
pub(super) fn call(app: &mut App, me: &Person) -> Option<Effect> {
    let here = confirmed(app).and_then(|incident| {
        let offer = incident.offered_to(me, app.now)?;
        let said = format!("{} offers you {}", offer.by, offer.role);
        Some((incident.id, offer.id, said))
    });
    if let Some((id, offer, _)) = &here
        && keep(&mut app.calls.handovers.laid, (*id, *offer))
        && may_lay_over(app)
    {
        let brief = Brief::new(*id, Some(*offer));
        app.overlays.push(Overlay::Brief(Box::new(brief)));
    }
    let here = here.filter(|(id, offer, _)| !app.calls.handovers.rung.contains(&(*id, *offer)));
    let (does, action) = match here {
        Some(_) => ("reads the brief", Action::ReadBrief),
        None => ("opens an incident", Action::OpenIncident),
    };
    let (id, offer, text) = here.or_else(|| elsewhere(app, me))?;
    let key = app.prefs.keymap.hint(action, &keys::contexts(app));
    let said = format!("{text} · {key} {does}.");
    app.notices.say(app.now, Say::Warning(said));
    keep(&mut app.calls.handovers.rung, (id, offer));
    Some(Effect::Ring(Call {
        title: id.to_string(),
        text,
    }))
}

/// The window's title while this person is offered a role.
pub(super) fn title(app: &App) -> Option<String> {
    let incident = confirmed(app)?;
    let offer = incident.offered_to(&app.client.me()?.person, app.now)?;
    let (by, role) = (&offer.by, &offer.role);
    Some(format!("→ {by} offers you {role} · {}", incident.id))
}

/// Remembers something; false where it was remembered already.
fn keep<T: Ord>(all: &mut BTreeSet<T>, new: T) -> bool {
    let is_new = all.insert(new);
    while all.len() > SAID {
        all.pop_first();
    }
    is_new
}

/// Nobody's words are caught by a window that comes by itself.
fn may_lay_over(app: &App) -> bool {
    let composing = matches!(&app.screen, Screen::Incident(s) if s.focus == Focus::Composer);
    app.overlays.is_empty() && app.keys.is_empty() && !composing && app.prefs.layout != Layout::Wall
}

/// The first offer in an incident that is not on the screen, as far as the board tells.
fn elsewhere(app: &App, me: &Person) -> Option<(IncidentId, HandoverId, String)> {
    let here = match &app.screen {
        Screen::Incident(screen) => Some(screen.id),
        Screen::Board(_) => None,
    };
    let others = app
        .client
        .board()
        .filter(|summary| Some(summary.id) != here);
    let mut offers = others.flat_map(|summary| {
        let mine = summary.offers.iter().filter(|offer| offer.to == *me);
        mine.map(|offer| (summary.id, offer.handover))
    });
    let (id, offer) = offers.find(|call| !app.calls.handovers.rung.contains(call))?;
    Some((id, offer, format!("You are offered a role in {id}")))
}

/// Suggests, once, to hand over a role that this person has had for long.
pub(super) fn suggest(app: &mut App, me: &Person) {
    let Some(incident) = confirmed(app) else {
        return;
    };
    let (id, after) = (incident.id, app.prefs.handover_after);
    let tired = incident.roles_of(me).find_map(|role| {
        let since = incident.tired_since(role, app.now, after)?;
        let call = (id, role.clone(), since);
        let new =
            incident.offer_of(role).is_none() && !app.calls.handovers.suggested.contains(&call);
        new.then_some(call)
    });
    let Some(call) = tired else {
        return;
    };
    let key = app
        .prefs
        .keymap
        .hint(Action::HandOver, &keys::contexts(app));
    let (role, held) = (&call.1, age(app.now - call.2));
    let said = format!("You have had {role} for {held}. Hand it over while you are fresh: {key}.");
    app.notices.say(app.now, Say::Info(said));
    keep(&mut app.calls.handovers.suggested, call);
}

/// When the next handover is suggested, so that the console wakes for it.
pub(super) fn next_suggestion(app: &App) -> Option<Timestamp> {
    let me = &app.client.me()?.person;
    let incident = confirmed(app)?;
    let after = app.prefs.handover_after;
    let live = incident.status.is_live() && after > chrono::TimeDelta::zero();
    let held = incident
        .roles
        .values()
        .filter(|holder| holder.person == *me);
    live.then(|| held.map(|holder| holder.since + after).min())?
}

/// Lays the brief over the screen: of what this person is offered, or to know how things stand.
pub(super) fn read(app: &mut App) -> Vec<Effect> {
    let me = app.client.me().map(|me| me.person.clone());
    let Some((_, room)) = app.open() else {
        return Vec::new();
    };
    let incident = room.shown();
    let offer = me.and_then(|me| incident.offered_to(&me, app.now).map(|offer| offer.id));
    let brief = Brief::new(incident.id, offer);
    app.overlays.push(Overlay::Brief(Box::new(brief)));
    Vec::new()
}

#[cfg(test)]
mod tests;
