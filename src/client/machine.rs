//! The client's machine: pure, time comes in with every input.

use super::wire::Said;
use super::{Effect, Happening, Input, Link, Me, Options, Outbound, Pane, Pending, Room};
use crate::incident::{Command, CommandId, IncidentId, Intent, Refusal, Seq, Summary, Timestamp};
use crate::protocol::{Access, ClientFrame, ServerFrame, VERSION};
use chrono::TimeDelta;
use std::collections::BTreeMap;

/// The console's side of the sync, without I/O.
#[derive(Debug)]
pub struct Client {
    options: Options,
    link: Link,
    me: Option<Me>,
    skew: TimeDelta,
    board: Vec<Summary>,
    rooms: BTreeMap<IncidentId, Room>,
    pending: Vec<Pending>,
    requests: u64,
}

impl Client {
    /// A client that has not connected yet.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            options,
            link: Link::Connecting {
                since: None,
                why: None,
                retry_at: None,
            },
            me: None,
            skew: TimeDelta::zero(),
            board: Vec::new(),
            rooms: BTreeMap::new(),
            pending: Vec::new(),
            requests: 0,
        }
    }

    /// Takes in what happened; answers what is to be done, in order.
    pub fn handle(&mut self, _now: Timestamp, input: Input) -> Vec<Effect> {
        match input {
            Input::Connected => vec![Effect::Send(Outbound(ClientFrame::Hello {
                protocol: VERSION,
                client: self.options.program.clone(),
                name: self.options.name.clone(),
                watch: self.options.watch,
                via: Some(self.options.via.name().to_owned()),
            }))],
            Input::Frame(frame) => match frame.0 {
                Said::Other(ServerFrame::Welcome {
                    you, level, access, ..
                }) => {
                    self.me = Some(Me {
                        person: you,
                        level,
                        loopback: access == Access::Loopback,
                    });
                    self.link = Link::Live;
                    Vec::new()
                }
                _ => Vec::new(),
            },
            Input::Notice { warning, text } => {
                vec![Effect::Tell(Happening::Notice { warning, text })]
            }
            _ => Vec::new(),
        }
    }

    /// Asks an incident (or, with none, the server) for something. It is shown at once as
    /// pending, put on disk, then sent.
    ///
    /// # Errors
    /// When it is decided against at once, here: nothing was taken, the words stay with the
    /// writer.
    pub fn submit(
        &mut self,
        id: CommandId,
        now: Timestamp,
        incident: Option<IncidentId>,
        intent: Intent,
    ) -> Result<Vec<Effect>, Refusal> {
        let pending = Pending {
            command: Command {
                id,
                written_at: now,
                intent,
            },
            incident,
            sent: false,
        };
        self.pending.push(pending.clone());
        Ok(vec![Effect::Store(pending)])
    }

    /// Follows an incident, also after a reconnect, until [`Self::leave`].
    pub fn join(&mut self, incident: IncidentId) -> Vec<Effect> {
        self.rooms
            .entry(incident)
            .or_insert_with(|| Room::new(incident));
        Vec::new()
    }

    /// Follows it no more, and lets its state go.
    pub fn leave(&mut self, incident: IncidentId) -> Vec<Effect> {
        self.rooms.remove(&incident);
        Vec::new()
    }

    /// Asks for the timeline's page before the oldest line. Nothing while one is under way, or
    /// when there is no more.
    pub fn older(&mut self, _incident: IncidentId) -> Vec<Effect> {
        Vec::new()
    }

    /// Asks for the page after the newest line, in a window that is not at the newest.
    pub fn newer(&mut self, _incident: IncidentId) -> Vec<Effect> {
        Vec::new()
    }

    /// Leads the timeline to what was recorded at that moment.
    pub fn jump(&mut self, _incident: IncidentId, _at: Timestamp) -> Vec<Effect> {
        Vec::new()
    }

    /// Leads the timeline to the entry of that seq.
    pub fn around(&mut self, _incident: IncidentId, _seq: Seq) -> Vec<Effect> {
        Vec::new()
    }

    /// Leads the timeline back to the newest lines.
    pub fn newest(&mut self, _incident: IncidentId) -> Vec<Effect> {
        Vec::new()
    }

    /// Searches the timelines; the answer is [`Happening::Found`] or [`Happening::Failed`] with
    /// this number.
    pub fn search(&mut self, _incident: Option<IncidentId>, _query: &str) -> (u64, Vec<Effect>) {
        self.requests += 1;
        (self.requests, Vec::new())
    }

    /// Asks for the runbooks that can be attached; the answer is [`Happening::Runbooks`] or
    /// [`Happening::Failed`] with this number.
    pub fn runbooks(&mut self) -> (u64, Vec<Effect>) {
        self.requests += 1;
        (self.requests, Vec::new())
    }

    /// Says where this person is looking. Sent only when it changed.
    pub fn presence(&mut self, _incident: IncidentId, _pane: Pane, _typing: bool) -> Vec<Effect> {
        Vec::new()
    }

    /// The connection.
    #[must_use]
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// Who this is to the server, once it has greeted.
    #[must_use]
    pub fn me(&self) -> Option<&Me> {
        self.me.as_ref()
    }

    /// How far the server's clock is ahead of this machine's (negative: behind).
    #[must_use]
    pub fn skew(&self) -> TimeDelta {
        self.skew
    }

    /// How many own commands are not confirmed yet.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.pending.len()
    }

    /// The incidents: in triage newest first, then live by severity, then those that are over.
    pub fn board(&self) -> impl Iterator<Item = &Summary> {
        self.board.iter()
    }

    /// An incident that was joined.
    #[must_use]
    pub fn room(&self, incident: IncidentId) -> Option<&Room> {
        self.rooms.get(&incident)
    }
}
