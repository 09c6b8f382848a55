//! What falls due, and when. Nothing ticks: the server sleeps until the next one, and screens
//! count down to it.

use super::{
    AskId, Audience, HandoverId, Incident, ProposalId, ProposalState, Seq, StepNo, Timestamp,
};

/// What falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    /// An ask's time runs out.
    Ask(AskId),
    /// The window of a proposal closes.
    Window(ProposalId),
    /// The offer of a role expires.
    Handover(HandoverId),
    /// The time-box of a step runs out, or its next turn comes: of the runbook at this place.
    Step(u8, StepNo),
    /// The next update was promised to them for then.
    Update(Audience),
    /// The time of an acknowledgement of alerts runs out: of the one that this event made.
    Acknowledgement(Seq),
}

/// A moment at which something falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline {
    /// When.
    pub at: Timestamp,
    /// What.
    pub due: Due,
}

impl Deadline {
    /// Its time has run out.
    #[must_use]
    pub fn is_past(&self, now: Timestamp) -> bool {
        now >= self.at
    }
}

/// Everything that is due or will be, earliest first. An incident that is over has none.
#[must_use]
pub fn deadlines(incident: &Incident) -> Vec<Deadline> {
    if incident.status.is_over() || !incident.exists() {
        return Vec::new();
    }
    let asks = incident
        .asks
        .iter()
        .filter(|ask| ask.state.is_open())
        .map(|ask| Deadline {
            at: ask.due_at,
            due: Due::Ask(ask.id),
        });
    let windows = incident.proposals.iter();
    let windows = windows
        .filter(|proposal| proposal.state == ProposalState::Open)
        .map(|proposal| Deadline {
            at: proposal.closes_at,
            due: Due::Window(proposal.id),
        });
    let steps = incident.runbooks.iter().zip(0u8..);
    let steps = steps.flat_map(|(runbook, place)| {
        runbook.steps.iter().filter_map(move |step| {
            let at = step.next_at()?;
            let due = Due::Step(place, step.no);
            Some(Deadline { at, due })
        })
    });
    let offers = incident.open_handovers().map(|handover| Deadline {
        at: handover.expires_at,
        due: Due::Handover(handover.id),
    });
    let promises = incident.promises.iter();
    let updates = promises.map(|(audience, at)| Deadline {
        at: *at,
        due: Due::Update(*audience),
    });
    let acknowledged = incident.acknowledged.values().filter_map(|acknowledged| {
        acknowledged.until.map(|at| Deadline {
            at,
            due: Due::Acknowledgement(acknowledged.seq),
        })
    });
    let mut all: Vec<_> = asks
        .chain(windows)
        .chain(steps)
        .chain(offers)
        .chain(updates)
        .chain(acknowledged)
        .collect();
    all.sort_unstable();
    all
}

/// The next one that is still to come.
#[must_use]
pub fn next_deadline(incident: &Incident, now: Timestamp) -> Option<Deadline> {
    deadlines(incident)
        .into_iter()
        .find(|deadline| !deadline.is_past(now))
}
