//! The part of the fold about updates: how far each has come, and who is promised the next when.

use crate::incident::update::{Agreed, Rules};
use crate::incident::{
    Audience, Entry, EntryKind, Event, Incident, Stage, Timestamp, Update, UpdateId, UpdateState,
    What, limits,
};
use chrono::TimeDelta;
use std::sync::Arc;

pub(super) fn apply_updates(incident: &mut Incident, event: &Event, what: &What) {
    match what {
        What::UpdateDrafted {
            update,
            audience,
            text,
            stage,
            next_at,
        } => draft(
            incident,
            event,
            *update,
            (*audience, *stage, *next_at),
            text,
        ),
        What::UpdatePosted {
            update,
            audience,
            text,
            next_at,
        } => post(incident, event, *update, (*audience, *next_at), text),
        What::UpdateSubmitted(of) => stand(incident, of.named.update, UpdateState::Submitted, None),
        What::UpdateRejected(of) => {
            let why = Some(&of.reason).filter(|why| !why.is_empty());
            stand(incident, of.named.update, UpdateState::Rejected, why);
        }
        What::UpdateWithdrawn(of) => {
            let why = of.reason.as_ref();
            stand(incident, of.update, UpdateState::Withdrawn, why);
        }
        What::UpdateApproved(of) => {
            stand(incident, of.named.update, UpdateState::Approved, None);
            if let Some(update) = incident.update_mut(of.named.update) {
                update.agreed = Some(Agreed {
                    by: event.by.clone(),
                    at: event.occurred_at,
                });
            }
        }
        What::UpdateRulesSet(rules) => {
            incident.update_rules = Some(rules.clone()).filter(|rules| rules != Rules::usual());
            promise_by_cadence(incident, event.occurred_at);
        }
        _ => {}
    }
}

/// It stands so from here on; what was agreed to before counts no more.
fn stand(incident: &mut Incident, id: UpdateId, state: UpdateState, reason: Option<&Arc<str>>) {
    if let Some(update) = incident.update_mut(id) {
        update.state = state;
        update.agreed = None;
        update.reason = reason.cloned();
    }
}

fn draft(
    incident: &mut Incident,
    event: &Event,
    id: UpdateId,
    (audience, stage, next_at): (Audience, Option<Stage>, Option<Timestamp>),
    text: &Arc<str>,
) {
    let before = incident.update(id).map_or(0, |update| update.version);
    put(
        incident,
        Update {
            id,
            audience,
            text: text.clone(),
            state: UpdateState::Drafted,
            by: event.by.clone(),
            at: event.occurred_at,
            next_at,
            stage,
            version: before.saturating_add(1),
            written_by: Some(event.by.clone()),
            agreed: None,
            reason: None,
        },
    );
}

fn post(
    incident: &mut Incident,
    event: &Event,
    id: UpdateId,
    (audience, next_at): (Audience, Option<Timestamp>),
    text: &Arc<str>,
) {
    let before = incident.update(id);
    let update = Update {
        id,
        audience,
        text: text.clone(),
        state: UpdateState::Posted,
        by: event.by.clone(),
        at: event.occurred_at,
        next_at,
        stage: before.and_then(|update| update.stage),
        version: before.map_or(1, |update| update.version),
        written_by: before
            .and_then(|update| update.written_by.clone())
            .or_else(|| Some(event.by.clone())),
        agreed: before.and_then(|update| update.agreed.clone()),
        reason: None,
    };
    put(incident, update);
    match next_at {
        Some(at) => promise(incident, audience, Some(at)),
        // Everyone outside keeps the promise that they have until they are given another.
        None if audience == Audience::External => {}
        None => promise(incident, audience, None),
    }
}

fn put(incident: &mut Incident, update: Update) {
    incident.counts.updates = incident.counts.updates.max(update.id.0);
    incident.updates.retain(|other| other.id != update.id);
    incident.updates.push_back(update);
    incident.trim_updates();
}

fn promise(incident: &mut Incident, audience: Audience, at: Option<Timestamp>) {
    match at {
        Some(at) => incident.promises.insert(audience, at),
        None => incident.promises.remove(&audience),
    };
    incident.next_update_at = incident.next_promise().map(|(_, at)| at);
}

/// It is over: nobody waits for more.
pub(super) fn promise_nothing(incident: &mut Incident) {
    incident.promises.clear();
    incident.next_update_at = None;
}

/// Sets when the organisation's own people are told next where nobody has promised them anything:
/// by severity, from now.
pub(super) fn promise_by_cadence(incident: &mut Incident, from: Timestamp) {
    let internal = Audience::Internal;
    let posted = incident.updates.iter().rev();
    let last = posted
        .into_iter()
        .find(|one| one.state == UpdateState::Posted && one.audience == internal);
    let promised =
        last.is_some_and(|one| one.next_at.is_some()) && incident.promises.contains_key(&internal);
    if incident.status.is_live() && !promised {
        let minutes = incident.cadence_minutes(internal).map(i64::from);
        let at = minutes.and_then(|m| from.checked_add_signed(TimeDelta::minutes(m)));
        promise(incident, internal, at);
    }
}

/// Keeps what an update says of the harm and of what helps, as long as everyone may read it.
pub(super) fn remember(incident: &mut Incident, entry: &Entry) {
    if entry.marks.private {
        return;
    }
    if entry.kind == EntryKind::Impact {
        incident.impact = Some(entry.clone());
    }
    let helps = |tag: &Arc<str>| **tag == *limits::WORKAROUND_TAG;
    if entry.tags.iter().any(helps) {
        incident.workaround = Some(entry.clone());
    }
}
