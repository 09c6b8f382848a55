//! What whoever looks at all incidents is told of one: a line, and what calls for somebody.

use super::handover::{Offered, offers};
use super::{
    AskId, AskState, Audience, Incident, IncidentId, Kind, Milestone, Person, ProposalId,
    ProposalState, Role, Seq, Severity, Status, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What the board shows of an incident: one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Its name.
    pub id: IncidentId,
    /// The last event.
    pub seq: Seq,
    /// One line.
    pub title: Arc<str>,
    /// Real or drill.
    pub kind: Kind,
    /// How bad.
    pub severity: Option<Severity>,
    /// Where it stands.
    pub status: Status,
    /// The service that is hurt.
    pub service: Option<Arc<str>>,
    /// Who commands.
    pub commander: Option<Person>,
    /// Whether only those who are admitted see it, and so this line.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub private: bool,
    /// When the log began.
    pub opened_at: Timestamp,
    /// When it was declared.
    pub declared_at: Option<Timestamp>,
    /// When the harm began.
    pub started_at: Option<Timestamp>,
    /// When it was resolved.
    pub resolved_at: Option<Timestamp>,
    /// When the last event was recorded.
    pub changed_at: Timestamp,
    /// When the next update was promised.
    pub next_update_at: Option<Timestamp>,
    /// To whom; absent where that is the organisation's own people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_update_for: Option<Audience>,
    /// How many alerts fire now.
    pub firing: u32,
    /// How many alerts there are.
    pub alerts: u32,
    /// What further alerts must match to join.
    pub match_key: Option<Arc<str>>,
    /// Who is asked for something and has not said that they have it: they are called wherever
    /// they are. None once it is over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Waiting>,
    /// When each open ask is due, the earliest first. None once it is over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asks_due: Vec<Timestamp>,
    /// Proposals whose window is open: whoever looks elsewhere is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proposed: Vec<ProposalId>,
    /// Who is offered a role: they are called wherever they are. None once it is over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Offered>,
}

/// Someone is asked for something and has not said that they have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Which ask of the incident.
    pub ask: AskId,
    /// Who is asked.
    pub to: Person,
}

impl Summary {
    /// From when on it counts how long it lasts: since the harm began, as for the time to resolve;
    /// where that is not known, since it was declared or opened.
    #[must_use]
    pub fn lasts_since(&self) -> Timestamp {
        let known = self.started_at.or(self.declared_at);
        known.unwrap_or(self.opened_at)
    }

    /// Which of several open incidents a screen with room for one shows: the least of these.
    ///
    /// Real before drill, declared before what still waits for someone to look at it, then the worse,
    /// then the newer. One that nobody has rated stands behind SEV1 and before SEV2: it may be
    /// anything, and must not push what is known to be a complete outage off the screen.
    #[must_use]
    pub fn urgency(&self) -> impl Ord + use<> {
        let rank = match self.severity {
            Some(Severity::Sev1) => 0,
            None => 1,
            Some(severity) => severity.number(),
        };
        let drill = self.kind == Kind::Drill;
        let waits = self.status == Status::Triage;
        (drill, waits, rank, std::cmp::Reverse(self.id))
    }
}

impl From<&Incident> for Summary {
    fn from(incident: &Incident) -> Self {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            id: incident.id,
            seq: incident.seq,
            title: incident.title.clone(),
            kind: incident.kind,
            severity: incident.severity,
            status: incident.status,
            service: incident.service.clone(),
            commander: incident.holder(&Role::IncidentCommander).cloned(),
            private: incident.private.is_some(),
            opened_at: incident.opened_at,
            declared_at: incident.milestones.at(Milestone::Declared),
            started_at: incident.milestones.at(Milestone::Started),
            resolved_at: incident.milestones.at(Milestone::Resolved),
            changed_at: incident.changed_at,
            next_update_at: incident.next_update_at,
            next_update_for: (incident.next_promise())
                .map(|(audience, _)| audience)
                .filter(|audience| *audience != Audience::Internal),
            firing: count(incident.firing()),
            alerts: count(incident.alerts.len()),
            match_key: incident.match_key.clone(),
            waiting: waiting(incident),
            asks_due: asks_due(incident),
            proposed: proposed(incident),
            offers: offers(incident),
        }
    }
}

fn asks_due(incident: &Incident) -> Vec<Timestamp> {
    let open = !incident.status.is_over();
    let asks = incident.asks.iter();
    let asks = asks.filter(|ask| open && ask.state.is_open());
    let mut due: Vec<Timestamp> = asks.map(|ask| ask.due_at).collect();
    due.sort_unstable();
    due
}

fn proposed(incident: &Incident) -> Vec<ProposalId> {
    let open = incident.proposals.iter();
    let open = open.filter(|proposal| proposal.state == ProposalState::Open);
    open.map(|proposal| proposal.id).collect()
}

fn waiting(incident: &Incident) -> Vec<Waiting> {
    let open = !incident.status.is_over();
    let asks = incident
        .asks
        .iter()
        .filter(|ask| open && ask.state == AskState::Asked);
    asks.map(|ask| Waiting {
        ask: ask.id,
        to: ask.to.clone(),
    })
    .collect()
}
