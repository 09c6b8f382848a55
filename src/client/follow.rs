//! Following an incident: joining, catching up, folding, and what the own commands came to.

use super::machine::Request;
use super::room::Following;
use super::sync::{Out, tell};
use super::timeline::Want;
use super::{Client, Effect, Happening, Outbound, Room};
use crate::incident::{CommandId, Event, FOLD_VERSION, IncidentId, Seq};
use crate::protocol::limits::PAGE_EVENTS;
use crate::protocol::{Checkpoint, ClientFrame};

impl Client {
    /// Asks to follow the incident from where its state is.
    pub(super) fn ask_to_join(&mut self, incident: IncidentId, out: Out<'_>) {
        let live = self.link.is_live();
        let Some(room) = self.rooms.get_mut(&incident) else {
            return;
        };
        if !live || room.following != Following::No {
            return;
        }
        room.following = Following::Asked;
        out.push(Effect::Send(Outbound(ClientFrame::Join {
            incident,
            have: room.confirmed.seq,
            fold: FOLD_VERSION,
        })));
    }

    /// Asks to follow, also where the server was asked and has not answered.
    pub(super) fn rejoin_unanswered(&mut self, incident: IncidentId, out: Out<'_>) {
        if let Some(room) = self.rooms.get_mut(&incident)
            && room.following == Following::Asked
        {
            room.following = Following::No;
        }
        self.ask_to_join(incident, out);
    }

    pub(super) fn rejoin(&mut self, incident: IncidentId, out: Out<'_>) {
        if let Some(room) = self.rooms.get_mut(&incident)
            && room.following != Following::Asked
        {
            room.following = Following::No;
            self.ask_to_join(incident, out);
        }
    }

    /// Frames were left out: answers may be among them, so all that waits for one goes again.
    pub(super) fn resync(&mut self, out: Out<'_>) {
        self.fail_requests(out);
        let rooms = &self.rooms;
        self.outbox.answers_lost(|id| rooms.contains_key(&id));
        let ids: Vec<IncidentId> = self.rooms.keys().copied().collect();
        for id in ids {
            // Also one that was asked for already: that answer may be among what was left out.
            if let Some(room) = self.rooms.get_mut(&id) {
                room.following = Following::No;
                self.ask_to_join(id, out);
            }
        }
    }

    pub(super) fn joined(
        &mut self,
        incident: IncidentId,
        checkpoint: Option<Box<Checkpoint>>,
        events: &[Event],
        head: Seq,
        out: Out<'_>,
    ) {
        let actor = self.actor();
        let Some(room) = self.rooms.get_mut(&incident) else {
            return;
        };
        room.following = Following::Behind;
        self.outbox.joined(incident);
        let fitting = checkpoint.filter(|c| c.fold == FOLD_VERSION && c.incident.id == incident);
        if head < room.confirmed.seq {
            let had = room.confirmed.seq;
            *room = Room::new(incident);
            room.act_as(actor, self.skew);
            self.lost_tail(incident, had, head, out);
            if fitting.is_none() {
                self.rejoin(incident, out);
                return;
            }
        }
        let Some(room) = self.rooms.get_mut(&incident) else {
            return;
        };
        let mut partial = None;
        if let Some(checkpoint) = fitting
            && checkpoint.incident.seq > room.confirmed.seq
        {
            partial = room.restart(checkpoint.incident);
        }
        for event in events {
            self.fold_next(event, out);
        }
        let completing = self.complete(incident, partial);
        out.extend(completing);
        self.caught_up(incident, head, out);
    }

    /// The server's log ends before what this client has seen of it.
    pub(super) fn lost_tail(&mut self, incident: IncidentId, had: Seq, head: Seq, out: Out<'_>) {
        if let Some(room) = self.rooms.get_mut(&incident) {
            room.announced = true;
            room.following = Following::Behind;
            room.set_pending(self.outbox.of(incident));
        }
        tell(
            out,
            true,
            format!(
                "The server's log of {incident} ends at {head}, but this console had seen it up to \
             {had}: the server runs on another or an older journal. What is shown is the server's \
             from now on. Tell whoever runs the server."
            ),
        );
    }

    /// Goes on fetching until the state is at the log's head; then it is current.
    pub(super) fn caught_up(&mut self, incident: IncidentId, head: Seq, out: Out<'_>) {
        let Some(room) = self.rooms.get_mut(&incident) else {
            return;
        };
        if room.confirmed.seq < head {
            let after = Some(room.confirmed.seq);
            let asked = self.ask_page(incident, Want::CatchUp, (None, after, None), PAGE_EVENTS);
            out.extend(asked);
            return;
        }
        room.following = Following::Current;
        if let Some((pane, typing)) = room.presence {
            out.push(Effect::Send(Outbound(ClientFrame::Presence {
                incident,
                pane,
                typing,
            })));
        }
        let said = room.said.again(incident);
        out.extend(said);
        if !std::mem::replace(&mut room.announced, true) {
            out.push(Effect::Tell(Happening::Joined(incident)));
        }
    }

    pub(super) fn page(
        &mut self,
        request: u64,
        events: &[Event],
        corrections: &[Event],
        more: bool,
        out: Out<'_>,
    ) {
        let (incident, want) = match self.requests.remove(&request) {
            Some(Request::Page(incident, want)) => (incident, want),
            Some(Request::Evidence(incident, _)) => {
                return self.take_evidence(incident, events);
            }
            Some(Request::Log) => {
                let events = events.to_vec();
                return out.push(Effect::Tell(Happening::Log {
                    request,
                    events,
                    more,
                }));
            }
            Some(Request::Past(incident)) => return self.take_past_page(incident, events, out),
            Some(Request::Plain) | None => return,
        };
        if want == Want::CatchUp {
            let before = self.rooms.get(&incident).map(|room| room.confirmed.seq);
            for event in events {
                self.fold_next(event, out);
            }
            let after = self.rooms.get(&incident).map(|room| room.confirmed.seq);
            if more && before == after {
                // It brought nothing that follows: begin again rather than ask for ever.
                self.rejoin(incident, out);
            } else {
                let head = after.filter(|_| !more).unwrap_or(Seq(u64::MAX));
                self.caught_up(incident, head, out);
            }
            return;
        }
        let Some(room) = self.rooms.get_mut(&incident) else {
            return;
        };
        if !(room.timeline).take_page(request, want, events, corrections, more) {
            tell(
                out,
                true,
                format!(
                    "A page of the timeline of {incident} does not fit to what is shown and was left \
                 out. Scroll again to ask for it anew."
                ),
            );
        }
    }

    /// An event of the live stream.
    pub(super) fn event(&mut self, event: &Event, out: Out<'_>) {
        let Some(room) = self.rooms.get(&event.incident) else {
            return;
        };
        let gap = event.seq > room.confirmed.seq.next();
        if gap && room.following == Following::Current {
            // Something was left out on the way: the own state is good up to its seq.
            self.rejoin(event.incident, out);
        }
        self.fold_next(event, out);
    }

    /// Folds an event in, if it is the next.
    pub(super) fn fold_next(&mut self, event: &Event, out: Out<'_>) {
        let incident = event.incident;
        let Some(room) = self.rooms.get_mut(&incident) else {
            return;
        };
        if event.seq == room.confirmed.seq.next() {
            room.take(event);
        }
        if self.outbox.seen(event.command, incident, event.seq) {
            out.push(Effect::Forget(event.command));
            if let Some(room) = self.rooms.get_mut(&incident) {
                room.settle(event.command, event.seq, event.seq);
            }
        }
        if self.outbox.has_seen() {
            for s in self.outbox.take_seen(Some((incident, event.command))) {
                self.settle(s.command, s.incident, s.first, s.last, out);
            }
        }
    }

    /// An own command is in the log.
    pub(super) fn settle(
        &mut self,
        command: CommandId,
        incident: IncidentId,
        first: Seq,
        last: Seq,
        out: Out<'_>,
    ) {
        if let Some(room) = self.rooms.get_mut(&incident) {
            room.settle(command, first, last);
        }
        out.push(Effect::Forget(command));
        out.push(Effect::Tell(Happening::Done {
            command,
            incident,
            first,
            last,
        }));
    }
}
