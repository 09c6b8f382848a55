//! Following: what this person looks at, told for those who follow, and who leads.

use super::sync::Out;
use super::{Client, Effect, Happening, Outbound};
use crate::incident::{IncidentId, Person};
use crate::protocol::{ClientFrame, Sight};

/// Who leads those who follow, as last heard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Leads {
    /// Who; absent while nobody in command is here.
    pub leader: Option<Person>,
    /// What they look at; absent while this person does not follow.
    pub sight: Option<Sight>,
    /// How many follow.
    pub followers: u32,
}

/// What was said of this person last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Said {
    sight: Option<Sight>,
    follows: bool,
}

impl Said {
    /// The same once more, over a new connection.
    pub(super) fn again(&self, incident: IncidentId) -> Vec<Effect> {
        let sight = self
            .sight
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
        if room.said.sight.replace(sight) == Some(sight) || !live {
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

    pub(super) fn leads(
        &mut self,
        incident: IncidentId,
        leader: Option<Person>,
        sight: Option<Sight>,
        followers: u32,
        out: Out<'_>,
    ) {
        let Some(room) = self.rooms.get_mut(&incident) else {
            return;
        };
        let leads = Leads {
            leader,
            sight: sight.filter(|_| room.said.follows),
            followers,
        };
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
