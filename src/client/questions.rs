//! What the client asks beside the incidents that it follows.

use super::machine::{REQUESTS_MAX, Request};
use super::sync::Out;
use super::{Client, Effect, Happening, Outbound};
use crate::incident::{Event, IncidentId, Refusal, RefusalCode, Seq};
use crate::protocol::ClientFrame;
use crate::protocol::limits::{PAGE_EVENTS, SEARCH_BYTES, SEARCH_HITS};
use crate::signals::AlertsQuery;
use std::sync::Arc;

impl Client {
    /// Searches the timelines; the answer is [`Happening::Found`] or [`Happening::Failed`] with
    /// this number.
    pub fn search(&mut self, incident: Option<IncidentId>, query: &str) -> (u64, Vec<Effect>) {
        let end = query.floor_char_boundary(SEARCH_BYTES);
        let query = query.get(..end).unwrap_or_default().to_owned();
        self.ask(|request| ClientFrame::Search {
            request,
            incident,
            query,
            limit: SEARCH_HITS,
        })
    }

    /// Asks for the runbooks that can be attached; the answer is [`Happening::Runbooks`] or
    /// [`Happening::Failed`] with this number.
    pub fn runbooks(&mut self) -> (u64, Vec<Effect>) {
        self.ask(|request| ClientFrame::Runbooks { request })
    }

    /// Asks for the events of an incident after this place of its log, oldest first; the answer is
    /// [`Happening::Log`] or [`Happening::Failed`] with this number.
    pub fn log(&mut self, incident: IncidentId, after: Seq) -> (u64, Vec<Effect>) {
        let (request, effects) = self.ask(|request| ClientFrame::Page {
            request,
            incident,
            before: None,
            after: Some(after),
            at: None,
            limit: PAGE_EVENTS,
        });
        if let Some(asked) = self.requests.get_mut(&request) {
            *asked = Request::Log;
        }
        (request, effects)
    }

    fn ask(&mut self, frame: impl FnOnce(u64) -> ClientFrame) -> (u64, Vec<Effect>) {
        self.asked += 1;
        let request = self.asked;
        let why = if !self.link.is_live() {
            "There is no connection to the server."
        } else if self.requests.len() >= REQUESTS_MAX {
            "The server has not answered the questions before."
        } else {
            self.requests.insert(request, Request::Plain);
            return (request, vec![Effect::Send(Outbound(frame(request)))]);
        };
        let refusal = Refusal::new(RefusalCode::Busy, why, "Try again in a moment.");
        let failed = Happening::Failed { request, refusal };
        (request, vec![Effect::Tell(failed)])
    }

    /// Asks for single alerts of a group of this source; the answer is [`Happening::Alerts`] or
    /// [`Happening::Failed`] with this number. A server of an older version does not answer.
    pub fn alerts(&mut self, source: Arc<str>, query: AlertsQuery) -> (u64, Vec<Effect>) {
        self.ask(|request| ClientFrame::Alerts {
            request,
            source,
            query,
        })
    }

    /// Asks for the numbers of a piece of evidence that is not here: the state keeps the newest
    /// pieces only. They come into the room ([`super::Room::evidence`]). Nothing where they are
    /// here, are asked for already, or cannot be asked for now.
    pub fn fetch_evidence(&mut self, incident: IncidentId, seq: Seq) -> Vec<Effect> {
        let here = self
            .room(incident)
            .is_some_and(|r| r.evidence(seq).is_some());
        let full = self.requests.len() >= REQUESTS_MAX;
        let asked = self.fetches_evidence(incident, seq);
        if here || asked || full || !self.link.is_live() || seq == Seq::ZERO {
            return Vec::new();
        }
        self.asked += 1;
        let request = self.asked;
        self.requests
            .insert(request, Request::Evidence(incident, seq));
        vec![Effect::Send(Outbound(ClientFrame::Page {
            request,
            incident,
            before: None,
            after: Some(Seq(seq.0 - 1)),
            at: None,
            limit: 1,
        }))]
    }

    /// Whether that piece of evidence is on its way.
    #[must_use]
    pub fn fetches_evidence(&self, incident: IncidentId, seq: Seq) -> bool {
        let mut asked = self.requests.values();
        asked.any(|r| matches!(r, Request::Evidence(id, s) if (*id, *s) == (incident, seq)))
    }

    /// The event that pinned a piece of evidence has come.
    pub(super) fn take_evidence(&mut self, incident: IncidentId, events: &[Event]) {
        if let Some(room) = self.rooms.get_mut(&incident) {
            for event in events {
                room.timeline.keep_evidence(event);
            }
        }
    }

    /// No answer comes to a question.
    pub(super) fn fail(request: u64, asked: Request, out: Out<'_>) {
        if let Request::Plain | Request::Log = asked {
            let why = "The answer was lost on the way.";
            let refusal = Refusal::new(RefusalCode::Busy, why, "Ask again.");
            out.push(Effect::Tell(Happening::Failed { request, refusal }));
        }
    }
}
