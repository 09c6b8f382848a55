//! Following: what this person looks at, told for those who follow, and who leads.

use super::sync::Out;
use super::{Client, Effect, Happening, Outbound};
use crate::incident::{IncidentId, Person};
use crate::protocol::{Away, ClientFrame, Sight};

/// Who leads those who follow, as last heard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Leads {
    /// Who; absent while nobody in command is here.
    pub leader: Option<Person>,
    /// What they look at; absent while this person does not follow.
    pub sight: Option<Sight>,
    /// How many follow.
    pub followers: u32,
    /// Where nobody leads though someone who led is still in command: what became of them.
    pub away: Option<Away>,
}

/// What was said of this person last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Said {
    sight: Option<Sight>,
    follows: bool,
}

impl Said {
    /// The same once more, over a new connection.
    pub(super) fn again(&self, incident: IncidentId) -> Vec<Effect> {
        let sight = self
            .sight
            .clone()
            .map(|sight| ClientFrame::Sight { incident, sight });
        let follows = self
            .follows
            .then_some(ClientFrame::Follow { incident, on: true });
        let frames = sight.into_iter().chain(follows);
        frames.map(|frame| Effect::Send(Outbound(frame))).collect()
    }
}

impl Client {
    /// Says what this person has on the screen. Sent only when it changed; the caller sees to it
    /// that this is not too often.
    pub fn say_sight(&mut self, incident: IncidentId, sight: Sight) -> Vec<Effect> {
        let live = self.link.is_live();
        let Some(room) = self.rooms.get_mut(&incident) else {
            return Vec::new();
        };
        if room.said.sight.as_ref() == Some(&sight) {
            return Vec::new();
        }
        room.said.sight = Some(sight.clone());
        if !live {
            return Vec::new();
        }
        vec![Effect::Send(Outbound(ClientFrame::Sight {
            incident,
            sight,
        }))]
    }

    /// Follows whoever is in command from now on, or no more.
    pub fn follow(&mut self, incident: IncidentId, on: bool) -> Vec<Effect> {
        let live = self.link.is_live();
        let Some(room) = self.rooms.get_mut(&incident) else {
            return Vec::new();
        };
        if !on {
            room.leads.sight = None;
        }
        if std::mem::replace(&mut room.said.follows, on) == on || !live {
            return Vec::new();
        }
        vec![Effect::Send(Outbound(ClientFrame::Follow { incident, on }))]
    }

    pub(super) fn leads(&mut self, incident: IncidentId, mut leads: Leads, out: Out<'_>) {
        let Some(room) = self.rooms.get_mut(&incident) else {
            return;
        };
        leads.sight = leads.sight.filter(|_| room.said.follows);
        if room.leads != leads {
            room.leads = leads;
            out.push(Effect::Tell(Happening::Leads(incident)));
        }
    }
}

impl super::Room {
    /// Who leads those who follow.
    #[must_use]
    pub fn leads(&self) -> &Leads {
        &self.leads
    }
}
