//! The past of an incident that is joined: where one goes in it, and what is asked of the server
//! (or of a recording) on the way.

use super::machine::{REQUESTS_MAX, Request};
use super::sync::Out;
use super::travel::{Arrived, Ask, Goal, Travel};
use super::{Client, Effect, Happening, Outbound};
use crate::incident::{Event, FOLD_VERSION, Incident, IncidentId, Seq, Timestamp, replay};
use crate::protocol::{Checkpoint, ClientFrame};
use chrono::TimeDelta;
use std::sync::Arc;

/// A whole log that is played without a server.
#[derive(Debug, Clone)]
pub struct Recording {
    id: IncidentId,
    events: Arc<[Event]>,
}

impl Recording {
    /// Of these events, which follow each other from the first one on; nothing where there is none.
    #[must_use]
    pub fn new(events: Vec<Event>) -> Option<Self> {
        let id = events.first()?.incident;
        Some(Self {
            id,
            events: events.into(),
        })
    }

    /// Whose it is.
    #[must_use]
    pub fn incident(&self) -> IncidentId {
        self.id
    }

    /// When its first and its last event were recorded.
    #[must_use]
    pub fn span(&self) -> (Timestamp, Timestamp) {
        let at = |event: Option<&Event>| event.map_or(Timestamp::UNIX_EPOCH, |e| e.recorded_at);
        (at(self.events.first()), at(self.events.last()))
    }

    /// When each event was recorded, oldest first.
    pub fn times(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.events.iter().map(|event| event.recorded_at)
    }

    fn answer(&self, travel: &mut Travel, ask: Ask) {
        match ask {
            Ask::Page { after, limit } => {
                let from = usize::try_from(after.0).unwrap_or(usize::MAX);
                let limit = usize::try_from(limit).unwrap_or(usize::MAX);
                let rest = self.events.get(from..).unwrap_or_default();
                travel.page(rest.get(..limit.min(rest.len())).unwrap_or_default());
            }
            Ask::Moment(at) => {
                let after = self.events.partition_point(|event| event.recorded_at <= at);
                travel.page(self.events.get(after..=after).unwrap_or_default());
            }
            // A recording is folded forward; back, from the nearest state that is kept.
            Ask::State(_) => travel.has_no_states(),
        }
    }
}

impl Client {
    /// A client that shows a recording, at its end, and has no server.
    #[must_use]
    pub fn of_recording(options: super::Options, recording: Recording) -> Self {
        let mut client = Self::new(options);
        let id = recording.id;
        let mut room = super::Room::new(id);
        room.confirmed = replay(id, recording.events.iter());
        room.timeline.reset(&room.confirmed);
        room.following = super::room::Following::Current;
        room.announced = true;
        client.rooms.insert(id, room);
        client.recording = Some(recording);
        client
    }

    /// What is played without a server, if that is so.
    #[must_use]
    pub fn recording(&self) -> Option<&Recording> {
        self.recording.as_ref()
    }

    /// Goes to another moment of the incident, from now or from a moment of the past.
    pub fn travel(&mut self, incident: IncidentId, goal: Goal) -> Vec<Effect> {
        let has_states = self.offers_states && self.recording.is_none();
        let Some(room) = self.rooms.get_mut(&incident) else {
            return Vec::new();
        };
        if !room.confirmed.exists() {
            return Vec::new();
        }
        let now = &room.confirmed;
        let past = room
            .past
            .get_or_insert_with(|| Box::new(Travel::new(now, has_states)));
        past.go(goal);
        self.journey(incident)
    }

    /// More of the past timeline before the moment that is shown.
    pub fn widen_past(&mut self, incident: IncidentId) -> Vec<Effect> {
        if let Some(past) = self.past_mut(incident) {
            past.widen();
        }
        self.journey(incident)
    }

    /// Comes back to now.
    pub fn return_to_now(&mut self, incident: IncidentId) {
        if let Some(room) = self.rooms.get_mut(&incident) {
            room.past = None;
        }
    }

    /// How far the past was gone to, once.
    pub fn take_arrived(&mut self, incident: IncidentId) -> Option<Arrived> {
        self.past_mut(incident)?.take_arrived()
    }

    fn past_mut(&mut self, incident: IncidentId) -> Option<&mut Travel> {
        self.rooms.get_mut(&incident)?.past.as_deref_mut()
    }

    /// Goes on as far as what is here allows, and asks for what is needed next.
    pub(super) fn journey(&mut self, incident: IncidentId) -> Vec<Effect> {
        loop {
            let Some(ask) = self.past_mut(incident).and_then(Travel::advance) else {
                return Vec::new();
            };
            let Some(past) = self
                .rooms
                .get_mut(&incident)
                .and_then(|r| r.past.as_deref_mut())
            else {
                return Vec::new();
            };
            if let Some(recording) = &self.recording {
                recording.answer(past, ask);
                continue;
            }
            let wanted = past.is_under_way();
            if self.link.is_live() && self.requests.len() < REQUESTS_MAX {
                return self.ask_past(incident, ask);
            }
            if let Some(room) = self.rooms.get_mut(&incident) {
                room.past_gives_up();
            }
            if wanted {
                return vec![not_there(
                    "What is needed for that moment cannot be asked for now: there is no \
                     connection to the server, or it has not answered. What is here already can \
                     be gone to; try again in a moment.",
                )];
            }
        }
    }

    fn ask_past(&mut self, incident: IncidentId, ask: Ask) -> Vec<Effect> {
        self.asked += 1;
        let request = self.asked;
        self.requests.insert(request, Request::Past(incident));
        let page = |after, at, limit| ClientFrame::Page {
            request,
            incident,
            before: None,
            after,
            at,
            limit,
        };
        let frame = match ask {
            Ask::Page { after, limit } => page(Some(after), None, limit),
            // The server answers from the first event at or after a moment on.
            Ask::Moment(at) => {
                let after = at.checked_add_signed(TimeDelta::milliseconds(1));
                page(None, Some(after.unwrap_or(at)), 1)
            }
            Ask::State(seq) => ClientFrame::StateAt {
                request,
                incident,
                seq,
            },
        };
        vec![Effect::Send(Outbound(frame))]
    }

    /// Events that were asked for have come.
    pub(super) fn take_past_page(&mut self, incident: IncidentId, events: &[Event], out: Out<'_>) {
        if let Some(past) = self.past_mut(incident) {
            past.page(events);
        }
        self.past_changed(incident, out);
    }

    /// A state that was asked for has come. One of another fold is of no use.
    pub(super) fn take_past_state(&mut self, request: u64, kept: Checkpoint, out: Out<'_>) {
        let Some(Request::Past(incident)) = self.requests.remove(&request) else {
            return;
        };
        if let Some(past) = self.past_mut(incident) {
            if kept.fold == FOLD_VERSION {
                past.state(kept.incident);
            } else {
                past.has_no_states();
            }
        }
        self.past_changed(incident, out);
    }

    /// What was asked for does not come.
    pub(super) fn past_failed(&mut self, incident: IncidentId, why: &str, out: Out<'_>) {
        let Some(past) = self.past_mut(incident) else {
            return;
        };
        let wanted = past.is_under_way();
        if let Some(room) = self.rooms.get_mut(&incident) {
            room.past_gives_up();
        }
        if wanted {
            out.push(not_there(&format!(
                "The moment cannot be shown: {why} What was shown before is still shown."
            )));
        }
    }

    fn past_changed(&mut self, incident: IncidentId, out: Out<'_>) {
        let asked = self.journey(incident);
        out.extend(asked);
        out.push(Effect::Tell(Happening::Travelled(incident)));
    }
}

fn not_there(text: &str) -> Effect {
    Effect::Tell(Happening::Notice {
        warning: true,
        text: text.to_owned(),
    })
}

/// For the room: what its past learns of the log.
impl super::Room {
    /// The moment of the past that is shown, if one is. While the first one is still on its way it
    /// is now that is shown.
    #[must_use]
    pub fn past(&self) -> Option<&Travel> {
        self.past.as_deref().filter(|past| past.moves() > 0)
    }

    /// What was asked for does not come; where nothing was shown yet, now is shown as before.
    fn past_gives_up(&mut self) {
        if let Some(past) = &mut self.past {
            past.give_up();
            if past.moves() == 0 {
                self.past = None;
            }
        }
    }

    pub(super) fn past_learns(&mut self, event: &Event) {
        if let Some(past) = &mut self.past {
            past.recorded(event);
        }
    }

    pub(super) fn past_learns_of(&mut self, now: &Incident) {
        if let Some(past) = &mut self.past {
            past.head_is(now);
        }
    }

    /// The last event of the state that is shown.
    #[must_use]
    pub fn seq(&self) -> Seq {
        self.confirmed.seq
    }
}
