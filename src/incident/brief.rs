//! The state of an incident in one page, for whoever takes over: worked out from the incident, the
//! time and who is here, so that every console and the command line say the same.

use super::{
    Alert, AlertState, Ask, Audience, Deadline, Due, Entry, HandoverId, Holder, Hypothesis,
    Incident, Milestone, Person, Proposal, Role, Runbook, Severity, Status, Timestamp, Update,
    UpdateState, deadlines,
};
use chrono::TimeDelta;

/// Decisions of the time before now that are in a brief: what one does not yet see the effect of.
const DECIDED_WITHIN: TimeDelta = TimeDelta::hours(1);

/// What somebody who takes over must know, in the order in which they read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brief<'a> {
    /// As of when.
    pub now: Timestamp,
    /// One line.
    pub title: &'a str,
    /// How bad it is, where that is set.
    pub severity: Option<Severity>,
    /// Where it stands.
    pub status: Status,
    /// Since when it lasts.
    pub since: Timestamp,
    /// Who does what.
    pub roles: Vec<(&'a Role, &'a Holder)>,
    /// The standard roles that nobody has.
    pub vacant: Vec<&'static Role>,
    /// The milestones that have been.
    pub milestones: Vec<(Milestone, Timestamp)>,
    /// The newest update to each audience that is out.
    pub updates: Vec<&'a Update>,
    /// To whom the next update was promised, and for when; the next one first.
    pub promised: Vec<(Audience, Timestamp)>,
    /// Updates that are written and not out, oldest first.
    pub drafts: Vec<&'a Update>,
    /// Open asks, the one that is due next first.
    pub asks: Vec<&'a Ask>,
    /// Proposals that wait for an end.
    pub proposals: Vec<&'a Proposal>,
    /// Clocks that run beside those of asks, proposals and the next update, the next one first.
    pub timers: Vec<Deadline>,
    /// Alerts that fire, the newest first.
    pub firing: Vec<&'a Alert>,
    /// Decisions of the last hour, the newest first.
    pub decisions: Vec<&'a Entry>,
    /// Hypotheses that are not ruled out, oldest first.
    pub hypotheses: Vec<&'a Hypothesis>,
    /// Attached runbooks, the newest first.
    pub runbooks: Vec<&'a Runbook>,
    /// Who is connected, as far as is known.
    pub present: Vec<Person>,
}

/// The brief of an incident as it is now. `present` is who is connected; `of` is the offer that it is
/// read for, whose own time is not among the timers.
#[must_use]
pub fn brief<'a>(
    incident: &'a Incident,
    now: Timestamp,
    present: impl IntoIterator<Item = &'a Person>,
    of: Option<HandoverId>,
) -> Brief<'a> {
    let mut asks: Vec<&Ask> = incident.asks.iter().filter(|a| a.state.is_open()).collect();
    asks.sort_by_key(|ask| (ask.due_at, ask.id));
    let alerts = incident.alerts.values();
    let mut firing: Vec<&Alert> = alerts.filter(|a| a.state == AlertState::Firing).collect();
    firing.sort_by_key(|alert| std::cmp::Reverse((alert.starts_at, alert.seq)));
    let lately = |entry: &&Entry| {
        entry.marks.retracted.is_none() && now - entry.occurred_at <= DECIDED_WITHIN
    };
    let mut decisions: Vec<&Entry> = incident.decisions.iter().filter(lately).collect();
    decisions.sort_by_key(|entry| std::cmp::Reverse((entry.occurred_at, entry.seq)));
    let mut present: Vec<Person> = present.into_iter().cloned().collect();
    present.sort();
    present.dedup();
    Brief {
        now,
        title: &incident.title,
        severity: incident.severity,
        status: incident.status,
        since: incident.lasts_since(),
        roles: incident.roles.iter().collect(),
        vacant: incident.vacancies().collect(),
        milestones: incident.milestones.iter().map(|(m, s)| (m, s.at)).collect(),
        updates: newest_of_each(incident),
        promised: (deadlines(incident).into_iter())
            .filter_map(|deadline| match deadline.due {
                Due::Update(audience) => Some((audience, deadline.at)),
                _ => None,
            })
            .collect(),
        drafts: (incident.updates.iter())
            .filter(|update| update.state.is_open())
            .collect(),
        asks,
        proposals: (incident.proposals.iter())
            .filter(|proposal| proposal.state.is_open())
            .collect(),
        timers: (deadlines(incident).into_iter())
            .filter(|deadline| beside(deadline.due, of))
            .collect(),
        firing,
        decisions,
        hypotheses: (incident.hypotheses.iter())
            .filter(|held| held.state().is_open())
            .collect(),
        runbooks: incident.runbooks.iter().rev().collect(),
        present,
    }
}

/// The newest update that is out, of each audience; the newest first.
fn newest_of_each(incident: &Incident) -> Vec<&Update> {
    let mut newest: Vec<&Update> = Vec::new();
    let posted = incident.updates.iter().rev();
    for update in posted.filter(|update| update.state == UpdateState::Posted) {
        if newest.iter().all(|held| held.audience != update.audience) {
            newest.push(update);
        }
    }
    newest
}

/// Whether a clock is none of those that the brief shows elsewhere.
fn beside(due: Due, of: Option<HandoverId>) -> bool {
    match due {
        Due::Ask(_) | Due::Window(_) | Due::Update(_) => false,
        Due::Handover(id) => Some(id) != of,
        _ => true,
    }
}
