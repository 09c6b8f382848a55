//! One incident as this client has it: confirmed, and with the own commands decided on top.

use super::{Here, Pane, Pending, Timeline};
use crate::incident::{
    Actor, Command, CommandId, Context, Decided, Event, Hash, Incident, IncidentId, Nag, NagPolicy,
    PinnedEvidence, Refusal, Seq, Timestamp, apply, decide, nags, next_nag,
};
use chrono::TimeDelta;
use std::sync::OnceLock;

/// An own command on top of the confirmed state.
#[derive(Debug)]
struct Waiting {
    pending: Pending,
    /// It is in the log up to here; it falls away when the confirmed state gets there.
    until: Option<Seq>,
}

/// How far a room has come in following its incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Following {
    /// The server was not asked, or the connection was lost since.
    No,
    /// The server was asked.
    Asked,
    /// The state is behind the log's head by events that are being fetched.
    Behind,
    /// The state is what the server has.
    Current,
}

/// One joined incident.
#[derive(Debug)]
pub struct Room {
    pub(super) confirmed: Incident,
    pub(super) timeline: Timeline,
    pub(super) here: Vec<Here>,
    pub(super) following: Following,
    /// Whether the caller was told that it is here.
    pub(super) announced: bool,
    /// Where this person is looking, as last said.
    pub(super) presence: Option<(Pane, bool)>,
    /// The moment of the past that is shown; absent: now.
    pub(super) past: Option<Box<super::Travel>>,
    /// Whether this is a moment of the past itself.
    pub(super) of_the_past: bool,
    /// Who leads those who follow, as last heard.
    pub(super) leads: super::Leads,
    /// What this person looks at and whether they follow, as last said.
    pub(super) said: super::leads::Said,
    waiting: Vec<Waiting>,
    actor: Option<Actor>,
    skew: TimeDelta,
    policy: NagPolicy,
    /// Folded when it is looked at, and only when something changed since.
    shown: OnceLock<Box<Incident>>,
}

impl Room {
    pub(super) fn new(id: IncidentId) -> Self {
        Self {
            confirmed: Incident::new(id),
            timeline: Timeline::default(),
            here: Vec::new(),
            following: Following::No,
            announced: false,
            presence: None,
            past: None,
            of_the_past: false,
            leads: super::Leads::default(),
            said: super::leads::Said::default(),
            waiting: Vec::new(),
            actor: None,
            skew: TimeDelta::zero(),
            policy: NagPolicy::default(),
            shown: OnceLock::new(),
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
        if self.waiting.is_empty() {
            return &self.confirmed;
        }
        self.shown.get_or_init(|| {
            let mut shown = Box::new(self.confirmed.clone());
            for waiting in &self.waiting {
                self.fold(&mut shown, &waiting.pending.command);
            }
            shown
        })
    }

    /// What is owed to the incident now, as the server wants its consoles to nag.
    #[must_use]
    pub fn nags(&self, now: Timestamp) -> Vec<Nag> {
        nags(self.shown(), &self.policy, now)
    }

    /// The next moment at which that changes by itself.
    #[must_use]
    pub fn next_nag(&self, now: Timestamp) -> Option<Timestamp> {
        next_nag(self.shown(), &self.policy, now)
    }

    pub(super) fn nag_as(&mut self, policy: NagPolicy) {
        self.policy = policy;
    }

    /// The timeline.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Who is here now, by name. Empty while it is not known.
    #[must_use]
    pub fn here(&self) -> &[Here] {
        &self.here
    }

    /// A piece of evidence with its numbers, by the event that pinned it: one of the newest, one
    /// whose event came, or one that was fetched ([`super::Client::fetch_evidence`]).
    #[must_use]
    pub fn evidence(&self, seq: Seq) -> Option<&PinnedEvidence> {
        let held = self.shown().evidence.iter().find(|piece| piece.seq == seq);
        held.or_else(|| self.timeline.evidence(seq))
    }

    /// The own commands that are not confirmed yet, in the order in which they were written.
    pub fn pending(&self) -> impl Iterator<Item = &Pending> {
        self.waiting
            .iter()
            .filter(|waiting| waiting.until.is_none())
            .map(|waiting| &waiting.pending)
    }

    /// Whether the confirmed state is what the server has now.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.following == Following::Current
    }

    /// Whether this is the incident as it was once, and not as it is.
    #[must_use]
    pub fn is_of_the_past(&self) -> bool {
        self.of_the_past
    }

    /// Starts anew from a state that the server gave. Answers as [`Timeline::reset`].
    pub(super) fn restart(&mut self, incident: Incident) -> Option<u32> {
        let whole = self.timeline.reset(&incident);
        self.past_learns_of(&incident);
        self.confirmed = incident;
        self.drop_reached();
        self.show_pending();
        whole
    }

    /// Folds the next event in; the caller has checked that it is the next.
    pub(super) fn take(&mut self, event: &Event) {
        apply(&mut self.confirmed, event);
        self.timeline.push(event);
        self.past_learns(event);
        self.shown.take();
        self.drop_reached();
    }

    /// An own command was carried out: it goes when the confirmed state holds what it made.
    pub(super) fn settle(&mut self, command: CommandId, first: Seq, last: Seq) {
        self.timeline.remember_own(command, first);
        let found = self
            .waiting
            .iter_mut()
            .find(|w| w.pending.command.id == command);
        if let Some(waiting) = found {
            waiting.until = Some(last);
        }
        self.drop_reached();
    }

    /// An own command will not happen.
    pub(super) fn drop_command(&mut self, command: CommandId) {
        self.waiting.retain(|w| w.pending.command.id != command);
        self.shown.take();
        self.timeline.drop_pending(command);
    }

    fn drop_reached(&mut self) {
        let seq = self.confirmed.seq;
        let reached = |w: &Waiting| w.until.is_some_and(|until| until <= seq);
        let gone: Vec<CommandId> = (self.waiting.iter())
            .filter(|w| reached(w))
            .map(|w| w.pending.command.id)
            .collect();
        for command in gone {
            self.drop_command(command);
        }
    }

    /// Puts another command on top.
    pub(super) fn push(&mut self, pending: Pending) {
        let mut shown = (self.shown.take()).unwrap_or_else(|| Box::new(self.shown().clone()));
        let events = self.fold(&mut shown, &pending.command);
        self.timeline.add_pending(pending.command.id, &events);
        self.waiting.push(Waiting {
            pending,
            until: None,
        });
        self.shown = OnceLock::from(shown);
    }

    /// Puts these commands on top in the place of all that were, but for those that are in the
    /// log already.
    pub(super) fn set_pending(&mut self, pending: impl Iterator<Item = Pending>) {
        self.waiting.retain(|waiting| waiting.until.is_some());
        self.waiting.extend(pending.map(|pending| Waiting {
            pending,
            until: None,
        }));
        self.show_pending();
    }

    /// As whom the commands are decided here, and how far the server's clock is ahead.
    pub(super) fn act_as(&mut self, actor: Option<Actor>, skew: TimeDelta) {
        self.actor = actor;
        self.skew = skew;
        self.show_pending();
    }

    pub(super) fn mark_sent(&mut self, command: CommandId, sent: bool) {
        let found = self
            .waiting
            .iter_mut()
            .find(|w| w.pending.command.id == command);
        if let Some(waiting) = found {
            waiting.pending.sent = sent;
        }
    }

    pub(super) fn mark_all_unsent(&mut self) {
        for waiting in &mut self.waiting {
            waiting.pending.sent = false;
        }
    }

    /// Decides on everything that is pending anew, for the state and for the timeline.
    fn show_pending(&mut self) {
        self.shown.take();
        self.timeline.clear_pending();
        if self.waiting.is_empty() {
            return;
        }
        let mut shown = Box::new(self.confirmed.clone());
        for waiting in &self.waiting {
            let command = &waiting.pending.command;
            let events = self.fold(&mut shown, command);
            self.timeline.add_pending(command.id, &events);
        }
        self.shown = OnceLock::from(shown);
    }

    /// Decides a command on a state and folds what it makes. One that the server must work out,
    /// or that is refused here, makes nothing: it stays pending and is not shown as done.
    fn fold(&self, state: &mut Incident, command: &Command) -> Vec<Event> {
        let Ok(drafts) = self.decide(state, command) else {
            return Vec::new();
        };
        let Some(context) = self.context(command) else {
            return Vec::new();
        };
        let mut events = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let seq = state.seq.next();
            let event = draft.into_event(state.id, seq, Hash::GENESIS, command.id, &context);
            apply(state, &event);
            events.push(event);
        }
        events
    }

    /// Decides a command as far as that can be done here: empty where only the server can.
    fn decide(
        &self,
        state: &Incident,
        command: &Command,
    ) -> Result<Vec<crate::incident::Draft>, Refusal> {
        let Some(context) = self.context(command) else {
            return Ok(Vec::new());
        };
        // An entry that is neither here nor in the state can only be looked up by the server.
        let unknown = command.intent.target().is_some_and(|target| {
            context.entry.is_none() && state.entry(target).is_none() && target <= state.seq
        });
        if command.intent.needs_server() || unknown {
            return Ok(Vec::new());
        }
        match decide(state, command, &context)? {
            Decided::Events(drafts) => Ok(drafts),
            Decided::Already => Ok(Vec::new()),
        }
    }

    /// Whether the command could happen on what is shown.
    ///
    /// # Errors
    /// As `decide` says.
    pub(super) fn check(&self, command: &Command) -> Result<(), Refusal> {
        self.decide(self.shown(), command).map(drop)
    }

    /// The time is the one of writing, by the server's clock, so that deciding again gives the
    /// same lines.
    fn context(&self, command: &Command) -> Option<Context> {
        let actor = self.actor.clone()?;
        let now = command.written_at.checked_add_signed(self.skew);
        let mut context = Context::new(now.unwrap_or(command.written_at), actor);
        let target = command.intent.target();
        context.entry = target
            .and_then(|seq| self.timeline.get(seq))
            .map(|line| line.entry.clone());
        Some(context)
    }
}

#[cfg(test)]
impl Room {
    /// For tests: a room that has followed this log from its first event, with these people here.
    pub(crate) fn of_log(id: IncidentId, events: &[Event], here: Vec<Here>) -> Self {
        let mut room = Self::new(id);
        room.following = Following::Current;
        room.here = here;
        for event in events {
            room.take(event);
        }
        room
    }

    /// For tests: the same, with own commands on top.
    pub(crate) fn with_own(mut self, actor: Actor, commands: Vec<Command>) -> Self {
        self.actor = Some(actor);
        for command in commands {
            self.push(Pending {
                command,
                incident: Some(self.confirmed.id),
                sent: false,
            });
        }
        self
    }
}
