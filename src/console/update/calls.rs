//! What a person is called for: an ask of theirs rings once; an asker hears what came of theirs;
//! those whom it concerns hear that an ask is overdue.
//!
//! Read from the confirmed state alone, so that nothing is said of what the server may refuse.

use super::{consents, handovers, keys};
use crate::client::Room;
use crate::console::app::{App, Screen};
use crate::console::effect::Effect;
use crate::console::keymap::Action;
use crate::console::panes::Say;
use crate::console::ring::Call;
use crate::incident::{
    Ask, AskId, AskState, Incident, IncidentId, MoreTime, Person, ProposalId, ProposalState,
    Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// What this console has called its person for.
#[derive(Debug, Default)]
pub struct Calls {
    /// The window's title, where it is ours.
    title: Option<String>,
    /// How the asks of the incident on the screen stood when they were last looked at.
    known: Option<(IncidentId, BTreeMap<AskId, Known>)>,
    /// The proposals of other incidents that wait for objections, as last looked at.
    elsewhere: Option<BTreeSet<(IncidentId, ProposalId)>>,
    /// The same of its proposals.
    proposals: Option<(IncidentId, BTreeMap<ProposalId, ProposalState>)>,
    /// What it has said about handovers.
    pub(super) handovers: super::handovers::Said,
    /// What it has said about consent to dangerous commands.
    pub(super) consents: consents::Said,
}

/// How an ask stood.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    state: AskState,
    more: Option<MoreTime>,
    due_at: Timestamp,
    overdue: bool,
}

impl Known {
    fn of(ask: &Ask, incident: &Incident, now: Timestamp) -> Self {
        Self {
            state: ask.state,
            more: ask.more_time.clone(),
            due_at: ask.due_at,
            overdue: ask.is_overdue(now) && !incident.status.is_over(),
        }
    }
}

/// After every message: calls the person, and says what came of asks.
pub(super) fn calls(app: &mut App) -> Vec<Effect> {
    let Some(me) = app.client.me().map(|me| me.person.clone()) else {
        return Vec::new();
    };
    handovers::announce(app, &me);
    // Before it is known what has rung here before, nothing does: it would ring once more.
    if app.why_read_only().is_some() || !app.visits.is_loaded() {
        return Vec::new();
    }
    let here = waiting(app, &me);
    let elsewhere = elsewhere(app, &me);
    let all: Vec<(IncidentId, AskId)> = (here.iter().map(|(id, ask)| (*id, ask.id)))
        .chain(elsewhere)
        .collect();
    let rung = ring(app, &here, &all);
    let titled = entitle(app, &here, &all);
    said(app, &me);
    proposed(app, &me);
    proposed_elsewhere(app);
    handovers::suggest(app, &me);
    consents::answered(app, &me);
    let offered = handovers::call(app, &me);
    let consent = consents::call(app);
    let more = titled.into_iter().chain(offered).chain(consent);
    rung.into_iter().chain(more).collect()
}

/// Calls for what has not rung yet: one call, however much it is.
fn ring(app: &mut App, here: &[(IncidentId, Ask)], all: &[(IncidentId, AskId)]) -> Vec<Effect> {
    let new = all.iter().copied();
    let new: Vec<_> = new
        .filter(|call| !app.visits.memory.has_rung(*call))
        .collect();
    let Some((id, first)) = new.first().copied() else {
        return Vec::new();
    };
    let shown = here.iter().find(|(at, ask)| *at == id && ask.id == first);
    let (text, action, does) = match shown {
        Some((_, ask)) => (
            format!("{} asks you: {}", ask.by, ask.text),
            Action::AskAcknowledge,
            "acknowledges it",
        ),
        None => (
            format!("You are asked for something in {id}"),
            Action::OpenIncident,
            "opens an incident",
        ),
    };
    let text = match new.len() - 1 {
        0 => text,
        more => format!("{text} (and {more} more)"),
    };
    let key = app.prefs.keymap.hint(action, &keys::contexts(app));
    let said = format!("{text} · {key} {does}.");
    app.notices.say(app.now, Say::Warning(said));
    app.visits.memory.ring(new);
    let call = Effect::Ring(Call {
        title: id.to_string(),
        text,
    });
    // Kept at once: a console that is started anew does not ring again.
    std::iter::once(call).chain(app.visits.kept()).collect()
}

/// The window's title says what the person is asked until they have acknowledged it, and the role or
/// the consent that waits for their answer.
fn entitle(
    app: &mut App,
    here: &[(IncidentId, Ask)],
    all: &[(IncidentId, AskId)],
) -> Option<Effect> {
    let shown = here.first().map(|(id, ask)| {
        let (by, text) = (&ask.by, &ask.text);
        format!("→ {by} asks you: {text} · {id}")
    });
    let title = shown
        .or_else(|| handovers::title(app))
        .or_else(|| consents::title(app))
        .or_else(|| all.first().map(|(id, _)| format!("→ you are asked · {id}")));
    if title == app.calls.title {
        return None;
    }
    app.calls.title.clone_from(&title);
    Some(Effect::Title(title))
}

/// What the person is asked and has not acknowledged, the longest first.
fn waiting(app: &App, me: &Person) -> Vec<(IncidentId, Ask)> {
    let Some(room) = room(app) else {
        return Vec::new();
    };
    let incident = room.confirmed();
    if incident.status.is_over() {
        return Vec::new();
    }
    let asks = incident.asks.iter().filter(|ask| ask.waits_for(me));
    asks.map(|ask| (incident.id, ask.clone())).collect()
}

/// The same in incidents that are not on the screen, as far as the board tells.
fn elsewhere(app: &App, me: &Person) -> Vec<(IncidentId, AskId)> {
    let here = match &app.screen {
        Screen::Incident(screen) => Some(screen.id),
        Screen::Board(_) => None,
    };
    let others = app
        .client
        .board()
        .filter(|summary| Some(summary.id) != here);
    let waiting = others.flat_map(|summary| {
        let mine = summary.waiting.iter().filter(|waiting| waiting.to == *me);
        mine.map(|waiting| (summary.id, waiting.ask))
    });
    waiting.collect()
}

fn room(app: &App) -> Option<&Room> {
    match &app.screen {
        Screen::Incident(screen) => app.client.room(screen.id),
        Screen::Board(_) => None,
    }
}

/// Says what changed about asks since they were last looked at. When an incident comes onto the
/// screen nothing is said: it is all there to be read.
fn said(app: &mut App, me: &Person) {
    let now = app.now;
    let Some(incident) = room(app).map(Room::confirmed).filter(|i| i.exists()) else {
        return;
    };
    let id = incident.id;
    let seen: BTreeMap<AskId, Known> = (incident.asks.iter())
        .map(|ask| (ask.id, Known::of(ask, incident, now)))
        .collect();
    let mut says = Vec::new();
    if let Some((known_id, known)) = &app.calls.known
        && *known_id == id
        && *known != seen
    {
        for ask in &incident.asks {
            if let (Some(was), Some(is)) = (known.get(&ask.id), seen.get(&ask.id)) {
                says.extend(change(ask, was, is, me, incident));
            }
        }
    }
    app.calls.known = Some((id, seen));
    for say in says {
        app.notices.say(now, say);
    }
}

/// Says what is put to the room, for its window is short, and what came of it.
fn proposed(app: &mut App, me: &Person) {
    let Some(incident) = room(app).map(Room::confirmed).filter(|i| i.exists()) else {
        return;
    };
    let (id, contexts) = (incident.id, keys::contexts(app));
    let seen: BTreeMap<ProposalId, ProposalState> = (incident.proposals.iter())
        .map(|proposal| (proposal.id, proposal.state))
        .collect();
    let mut says = Vec::new();
    if let Some((known_id, known)) = &app.calls.proposals
        && *known_id == id
        && *known != seen
    {
        let key = |action| app.prefs.keymap.hint(action, &contexts);
        for proposal in &incident.proposals {
            let was = known.get(&proposal.id);
            if was == Some(&proposal.state) {
                continue;
            }
            let text = &proposal.text;
            says.extend(match proposal.state {
                ProposalState::Open if proposal.by != *me => {
                    let executor = proposal.executor.as_ref();
                    let executor = executor.map_or_else(String::new, |who| format!(" ({who})"));
                    Some(Say::Warning(format!(
                        "{} proposes: {text}{executor} · {} no objection · {} object",
                        proposal.by,
                        key(Action::ProposalAgree),
                        key(Action::ProposalObject)
                    )))
                }
                ProposalState::Contested if incident.may_withdraw(proposal, me) => {
                    Some(Say::Warning(format!(
                        "Someone objects, so it is not decided: {text} · {} decides it · {} \
                         withdraws it",
                        key(Action::ProposalDecide),
                        key(Action::ProposalWithdraw)
                    )))
                }
                ProposalState::Decided => Some(Say::Info(format!("Decided: {text}"))),
                _ => None,
            });
        }
    }
    app.calls.proposals = Some((id, seen));
    let now = app.now;
    for say in says {
        app.notices.say(now, say);
    }
}

/// Says quietly that a decision was put to the room of another incident. At the first look nothing is
/// said: the board has it.
fn proposed_elsewhere(app: &mut App) {
    let here = match &app.screen {
        Screen::Incident(screen) => Some(screen.id),
        Screen::Board(_) => None,
    };
    let board = app.client.board();
    let others = board.filter(|summary| Some(summary.id) != here);
    let open: BTreeSet<_> = others
        .flat_map(|summary| summary.proposed.iter().map(|id| (summary.id, *id)))
        .collect();
    let known = app.calls.elsewhere.as_ref();
    let new = known.and_then(|known| open.difference(known).next().copied());
    // One that was open here before it was left is no news.
    if let Some((incident, proposal)) = new.filter(|(id, _)| {
        let left = app.calls.proposals.as_ref();
        left.is_none_or(|(last, _)| last != id)
    }) {
        let key = app
            .prefs
            .keymap
            .hint(Action::OpenIncident, &keys::contexts(app));
        let said = format!(
            "A decision is put to the room of {incident} (proposal {proposal}) · {key} opens an incident"
        );
        app.notices.say(app.now, Say::Info(said));
    }
    app.calls.elsewhere = Some(open);
}

/// What this person is told about an ask that has changed; nothing where it is no matter of theirs,
/// or their own doing.
fn change(ask: &Ask, was: &Known, is: &Known, me: &Person, of: &Incident) -> Option<Say> {
    let (id, to, text) = (ask.id, &ask.to, &ask.text);
    let (asked, gave) = (ask.to == *me, ask.by == *me);
    let steers = of.may_steer_ask(ask, me);
    let words = ask.end.as_ref().and_then(|end| end.words.as_deref());
    let words = words.map_or_else(String::new, |words| format!(" ({words})"));
    let by_me = ask.end.as_ref().is_some_and(|end| end.by == *me);
    if was.state != is.state {
        return match is.state {
            _ if by_me => None,
            AskState::Acknowledged if gave && !asked => {
                Some(Say::Info(format!("{to} has ask {id}: {text}")))
            }
            AskState::Done if gave => Some(Say::Info(format!(
                "Ask {id} of {to} is done: {text}{words}"
            ))),
            AskState::Declined if gave => {
                Some(Say::Warning(format!("{to} declines: {text}{words}")))
            }
            AskState::Withdrawn if asked => Some(Say::Warning(format!(
                "Ask {id} is withdrawn: {text}{words}"
            ))),
            _ => None,
        };
    }
    if let (Some(more), true) = (&is.more, was.more != is.more) {
        let why = more.reason.as_deref();
        let why = why.map_or_else(String::new, |why| format!(" ({why})"));
        let said = format!("{to} needs {} min more for ask {id}{why}.", more.minutes);
        return (steers && !asked).then_some(Say::Warning(said));
    }
    if was.due_at != is.due_at {
        return (asked && !gave).then(|| Say::Info(format!("Ask {id} has more time: {text}")));
    }
    if was.more.is_some() && is.more.is_none() {
        let said = format!("Ask {id} gets no more time: {text}");
        return (asked && !gave).then_some(Say::Warning(said));
    }
    if is.overdue && !was.overdue {
        let whose = if asked {
            "Yours".to_owned()
        } else {
            to.to_string()
        };
        let said = format!("Ask {id} is overdue. {whose}: {text}");
        return (asked || steers).then_some(Say::Warning(said));
    }
    None
}

#[cfg(test)]
mod tests;
