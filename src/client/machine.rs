//! The client's machine: pure, time comes in with every input. What the caller asks of it is
//! here; what the server says is taken in by `sync`.

use super::outbox::Outbox;
use super::timeline::Want;
use super::{Effect, Input, Link, Me, Options, Outbound, Pane, Pending, Room};
use crate::incident::{
    Actor, Command, CommandId, Context, Incident, IncidentId, Intent, NagPolicy, Refusal,
    RefusalCode, Seq, Status, Summary, Timestamp, decide,
};
use crate::protocol::ClientFrame;
use crate::protocol::limits::PAGE_EVENTS;
use chrono::TimeDelta;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Incidents that are over and stay on the board; the server has the others.
const OVER_ON_BOARD: usize = 200;
/// Questions that wait for an answer. Beyond it the next one fails at once.
pub(super) const REQUESTS_MAX: usize = 64;
/// Events before the one that is looked for: a screen of them, and so few that however long they
/// are the page (`protocol::limits::PAGE_BYTES`) reaches it.
const LEAD: u64 = 50;

/// A question that the server was asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Request {
    /// A search, the list of runbooks, alerts of a group.
    Plain,
    /// The event that pinned a piece of evidence.
    Evidence(IncidentId, Seq),
    /// A part of an incident's log, for whoever asked.
    Log,
    /// A page of an incident's timeline.
    Page(IncidentId, Want),
    /// Something that is needed to show a moment of an incident's past.
    Past(IncidentId),
}

/// The console's side of the sync, without I/O.
#[derive(Debug)]
pub struct Client {
    pub(super) options: Options,
    pub(super) link: Link,
    pub(super) me: Option<Me>,
    pub(super) skew: TimeDelta,
    pub(super) board: Vec<Summary>,
    pub(super) nags: NagPolicy,
    pub(super) rooms: BTreeMap<IncidentId, Room>,
    pub(super) live: super::Live,
    pub(super) outbox: Outbox,
    pub(super) requests: BTreeMap<u64, Request>,
    pub(super) asked: u64,
    /// The server gives states of the past.
    pub(super) offers_states: bool,
    /// What is played without a server.
    pub(super) recording: Option<super::Recording>,
    /// The user was told that the disk does not keep what is written.
    pub(super) disk_told: bool,
    /// When something was heard last over a connection that is given up.
    pub(super) silent_since: Option<Timestamp>,
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
            nags: NagPolicy::default(),
            rooms: BTreeMap::new(),
            live: super::Live::default(),
            outbox: Outbox::default(),
            requests: BTreeMap::new(),
            asked: 0,
            offers_states: false,
            recording: None,
            disk_told: false,
            silent_since: None,
        }
    }

    /// Takes in what happened; answers what is to be done, in order.
    pub fn handle(&mut self, now: Timestamp, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.take(now, input, &mut effects);
        effects
    }

    /// Asks an incident (or, with none, the server) for something. It is shown at once as
    /// pending, put on disk, then sent.
    ///
    /// While the state is current, what cannot happen is refused here, at once. While it may be
    /// out of date only what could never happen is; the rest is kept for the server to decide.
    ///
    /// # Errors
    /// When it is decided against here, or no more can wait: nothing was taken, the words stay
    /// with the writer.
    pub fn submit(
        &mut self,
        id: CommandId,
        now: Timestamp,
        incident: Option<IncidentId>,
        intent: Intent,
    ) -> Result<Vec<Effect>, Refusal> {
        if self.outbox.contains(id) {
            return Ok(Vec::new());
        }
        self.check_writes()?;
        let command = Command {
            id,
            written_at: now,
            intent,
        };
        self.check(incident, &command)?;
        let pending = Pending {
            command,
            incident,
            sent: false,
        };
        self.outbox.push(pending.clone())?;
        if let Some(room) = incident.and_then(|id| self.rooms.get_mut(&id)) {
            room.push(pending.clone());
        }
        Ok(vec![Effect::Store(pending)])
    }

    fn check_writes(&self) -> Result<(), Refusal> {
        let level = self.me.as_ref().map(|me| me.level);
        if !self.options.watch && level.is_none_or(crate::incident::Level::writes) {
            return Ok(());
        }
        let instead = if self.options.watch {
            "Join without watching to take part."
        } else {
            "Ask an admin for a token of level responder."
        };
        Err(Refusal::new(
            RefusalCode::Access,
            "This console only reads.",
            instead,
        ))
    }

    /// Decides as far as that can be done here.
    fn check(&self, incident: Option<IncidentId>, command: &Command) -> Result<(), Refusal> {
        let Some(incident) = incident else {
            return self.check_opening(command);
        };
        let Some(room) = self.rooms.get(&incident).filter(|r| r.confirmed.exists()) else {
            return Ok(());
        };
        let current = self.link.is_live() && room.is_current();
        match room.check(command) {
            Err(refusal) if current || refusal.code == RefusalCode::Invalid => Err(refusal),
            _ => Ok(()),
        }
    }

    fn check_opening(&self, command: &Command) -> Result<(), Refusal> {
        if !command.intent.opens() {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                "This was sent to no incident.",
                "Choose the incident first.",
            ));
        }
        let Some(actor) = self.actor() else {
            return Ok(());
        };
        // Its number is the server's to give; the rules do not look at it.
        let blank = Incident::new(IncidentId(0));
        let now = command.written_at.checked_add_signed(self.skew);
        let context = Context::new(now.unwrap_or(command.written_at), actor);
        decide(&blank, command, &context).map(drop)
    }

    pub(super) fn actor(&self) -> Option<Actor> {
        let me = self.me.as_ref()?;
        Some(Actor {
            person: me.person.clone(),
            level: me.level,
            via: self.options.via.clone(),
        })
    }

    /// Follows an incident, also after a reconnect, until [`Self::leave`].
    pub fn join(&mut self, incident: IncidentId) -> Vec<Effect> {
        if !self.rooms.contains_key(&incident) {
            let mut room = Room::new(incident);
            room.act_as(self.actor(), self.skew);
            room.nag_as(self.nags);
            room.set_pending(self.outbox.of(incident));
            self.rooms.insert(incident, room);
        }
        let mut effects = Vec::new();
        // Asked for once more: the answer to the last time may have been that it cannot be.
        self.rejoin_unanswered(incident, &mut effects);
        effects
    }

    /// Follows it no more, and lets its state go. What is pending stays in the outbox.
    pub fn leave(&mut self, incident: IncidentId) -> Vec<Effect> {
        self.requests
            .retain(|_, request| !matches!(request, Request::Page(whose, _) | Request::Evidence(whose, _) | Request::Past(whose) if *whose == incident));
        self.outbox.joined(incident);
        self.live.forget(incident);
        match self.rooms.remove(&incident) {
            Some(_) if self.link.is_live() => {
                vec![Effect::Send(Outbound(ClientFrame::Leave { incident }))]
            }
            _ => Vec::new(),
        }
    }

    /// Asks for the timeline's page before the oldest line. Nothing while one is under way, or
    /// when there is no more.
    pub fn older(&mut self, incident: IncidentId) -> Vec<Effect> {
        let Some(room) = self.rooms.get(&incident) else {
            return Vec::new();
        };
        if room.timeline.reaches_start() {
            return Vec::new();
        }
        let before = Some(room.timeline.range().0);
        self.ask_page(incident, Want::Older, (before, None, None), PAGE_EVENTS)
    }

    /// Asks for the page after the newest line, in a window that is not at the newest.
    pub fn newer(&mut self, incident: IncidentId) -> Vec<Effect> {
        let Some(room) = self.rooms.get(&incident) else {
            return Vec::new();
        };
        if room.timeline.is_at_newest() {
            return Vec::new();
        }
        let after = Some(room.timeline.range().1);
        self.ask_page(incident, Want::Newer, (None, after, None), PAGE_EVENTS)
    }

    /// Leads the timeline to what was recorded at that moment. Nothing where it is here already.
    pub fn jump(&mut self, incident: IncidentId, at: Timestamp) -> Vec<Effect> {
        match self.rooms.get(&incident) {
            Some(room) if !room.timeline.covers(at) => self.ask_page(
                incident,
                Want::Elsewhere,
                (None, None, Some(at)),
                PAGE_EVENTS,
            ),
            _ => Vec::new(),
        }
    }

    /// Leads the timeline to the entry of that seq. Nothing where it is here already.
    pub fn around(&mut self, incident: IncidentId, seq: Seq) -> Vec<Effect> {
        let Some(room) = self.rooms.get(&incident) else {
            return Vec::new();
        };
        let (first, last) = room.timeline.range();
        if (first..=last).contains(&seq) || seq == Seq::ZERO || seq > room.confirmed.seq {
            return Vec::new();
        }
        let after = Some(Seq(seq.0.saturating_sub(LEAD)));
        self.ask_page(incident, Want::Elsewhere, (None, after, None), PAGE_EVENTS)
    }

    /// Leads the timeline back to the newest lines.
    pub fn newest(&mut self, incident: IncidentId) -> Vec<Effect> {
        let Some(room) = self.rooms.get_mut(&incident) else {
            return Vec::new();
        };
        if room.timeline.is_at_newest() {
            return Vec::new();
        }
        let partial = room.timeline.reset(&room.confirmed);
        self.complete(incident, partial)
    }

    /// Asks for the events of the entries that a folded state has only in part.
    pub(super) fn complete(&mut self, incident: IncidentId, partial: Option<u32>) -> Vec<Effect> {
        let (Some(limit), Some(room)) = (partial, self.rooms.get(&incident)) else {
            return Vec::new();
        };
        let before = Some(room.timeline.range().1.next());
        let limit = limit.min(PAGE_EVENTS);
        self.ask_page(incident, Want::Whole, (before, None, None), limit)
    }

    /// Asks for a page, by `(before, after, at)`.
    pub(super) fn ask_page(
        &mut self,
        incident: IncidentId,
        want: Want,
        (before, after, at): (Option<Seq>, Option<Seq>, Option<Timestamp>),
        limit: u32,
    ) -> Vec<Effect> {
        let Some(room) = self.rooms.get_mut(&incident) else {
            return Vec::new();
        };
        let catch_up = want == Want::CatchUp;
        let busy = (room.timeline.loading() && !catch_up) || self.requests.len() >= REQUESTS_MAX;
        if busy || !self.link.is_live() {
            return Vec::new();
        }
        self.asked += 1;
        let request = self.asked;
        if !catch_up {
            room.timeline.begin(request);
        }
        self.requests.insert(request, Request::Page(incident, want));
        vec![Effect::Send(Outbound(ClientFrame::Page {
            request,
            incident,
            before,
            after,
            at,
            limit,
        }))]
    }

    /// Says where this person is looking. Sent only when it changed.
    pub fn presence(&mut self, incident: IncidentId, pane: Pane, typing: bool) -> Vec<Effect> {
        let live = self.link.is_live();
        let Some(room) = self.rooms.get_mut(&incident) else {
            return Vec::new();
        };
        if room.presence.replace((pane, typing)) == Some((pane, typing)) || !live {
            return Vec::new();
        }
        // The server tells the others only: who says it knows it.
        let me = self.me.as_ref().map(|me| &me.person);
        for here in room.here.iter_mut().filter(|here| Some(&here.person) == me) {
            (here.pane, here.typing) = (pane, typing);
        }
        vec![Effect::Send(Outbound(ClientFrame::Presence {
            incident,
            pane,
            typing,
        }))]
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

    /// How far the server's clock is ahead of this machine's (negative: behind), with the time
    /// that its greeting took on the way.
    #[must_use]
    pub fn skew(&self) -> TimeDelta {
        self.skew
    }

    /// How many own commands are not confirmed yet.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.outbox.len()
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

    /// What is watched beside the incidents.
    #[must_use]
    pub fn live(&self) -> &super::Live {
        &self.live
    }

    /// Puts a line on the board; answers whether it is new there.
    pub(super) fn put_on_board(&mut self, summary: Summary) -> bool {
        let known = self.board.iter_mut().find(|line| line.id == summary.id);
        let new = known.is_none();
        match known {
            // Frames of one session come in order; what was left out comes with the next.
            Some(line) if line.seq > summary.seq => return false,
            Some(line) => *line = summary,
            None => self.board.push(summary),
        }
        self.sort_board();
        new
    }

    pub(super) fn sort_board(&mut self) {
        self.board.sort_by_key(|line| {
            let group = match line.status {
                Status::Triage => 0,
                status if status.is_live() => 1,
                _ => 2,
            };
            // In triage the newest first; live ones by severity, unset last; over: newest first.
            let severity = line.severity.filter(|_| group == 1);
            let severity = severity.map_or(u8::MAX, crate::incident::Severity::number);
            let newest = if group == 2 {
                line.changed_at
            } else {
                line.opened_at
            };
            (group, severity, Reverse(newest), Reverse(line.id))
        });
        let open = self.board.iter().filter(|line| line.status.is_open());
        let most = open.count() + OVER_ON_BOARD;
        self.board.truncate(most);
    }
}
