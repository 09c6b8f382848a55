//! An incident that this client may see no more.

use super::machine::Request;
use super::sync::Out;
use super::{Client, Effect, Happening};
use crate::incident::IncidentId;

impl Client {
    /// The incident is closed to whoever this is: its state, its line and what was asked about it go.
    /// What was written there and is not answered for stays in the outbox until the server has
    /// answered it: then it is in the log, or handed back.
    pub(super) fn closed(&mut self, incident: IncidentId, out: Out<'_>) {
        let lines = self.board.len();
        self.board.retain(|line| line.id != incident);
        self.requests.retain(|_, request| {
            !matches!(
                request,
                Request::Page(whose, _) | Request::Evidence(whose, _) | Request::Past(whose)
                    if *whose == incident
            )
        });
        // It will not be joined again, which would have said this.
        self.outbox.joined(incident);
        self.live.forget(incident);
        let followed = self.rooms.remove(&incident).is_some();
        if followed || lines != self.board.len() {
            out.push(Effect::Tell(Happening::Closed(incident)));
        }
    }
}
