//! One incident's room: its single writer, and everyone who follows it.
//!
//! **Invariant**: only this task decides and appends for its incident, and only it sends the
//! incident's events, so everyone gets them in one order.

mod close;
mod desk;
mod leads;
mod load;
mod mailbox;
mod presence;
mod tail;
mod windows;

pub(super) use load::{Folded, fold};
pub(super) use mailbox::Mailbox;
pub(super) use tail::{raw_for, text_for};

use super::audience::{Audience, Member, SessionId};
use super::moment::at;
use super::reply::{Carried, Reply, Submission};
use super::shared::Shared;
use super::wall::{Card, card};
use super::wire;
use crate::incident::{
    Actor, Command, CommandId, FOLD_VERSION, IncidentId, OutsideAsk, Refusal, Seq, What,
    no_such_incident,
};
use crate::journal::Record;
use crate::protocol::{Away, Checkpoint, Pane, ServerFrame, Sight, encode, event_frame};
use bytes::Bytes;
use desk::{Desk, TurnedBack};
use leads::Leads;
use presence::Presence;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;
use windows::Windows;

/// A checkpoint is kept every so many events: a room starts from there.
pub(super) const CHECKPOINT_EVENTS: u64 = 1_000;
/// A room that nobody follows or writes to is closed after this long, and opens again on demand.
const EMPTY_FOR: Duration = Duration::from_secs(600);

/// What a room is asked.
pub(super) enum ToRoom {
    /// Carry out a command.
    Submit(Box<Submission>),
    /// Say whether a command could be carried out now.
    Check {
        command: Box<Command>,
        actor: Actor,
        reply: oneshot::Sender<Result<(), Refusal>>,
    },
    /// Follow from `have` on. The answer is a `joined` frame.
    Join { member: Member, have: Seq },
    /// Follow from `have` on without a `joined`, if the newest events reach back that far; the
    /// reply says whether they did.
    Continue {
        member: Member,
        have: Seq,
        reply: oneshot::Sender<bool>,
    },
    /// Follow no more, having gone that way.
    Leave(SessionId, Away),
    /// Someone looks elsewhere, or types.
    Presence {
        session: SessionId,
        pane: Pane,
        typing: bool,
    },
    /// Someone looks at something else, for those who follow them.
    Sight { session: SessionId, sight: Sight },
    /// Someone follows whoever is in command, or no more.
    Follow { session: SessionId, on: bool },
    /// A source says something new about the incident. The room reads it when it takes this, so
    /// that what it sends is never older than what it sent before.
    Live(Arc<str>),
    /// Read the incident from the journal: something in it falls due.
    Wake,
    /// What the wall page is told.
    Card(oneshot::Sender<Card>),
    /// What is still to be asked of outside systems.
    OutsideDue(oneshot::Sender<Vec<OutsideAsk>>),
    /// Finish what is on its way, keep a checkpoint, and end.
    Finish(oneshot::Sender<()>),
}

/// Runs the incident's room.
pub(super) async fn run(shared: Arc<Shared>, id: IncidentId, mut mailbox: Mailbox) {
    let mut room = Room {
        desk: Desk::new(shared.clone(), id),
        audience: Audience::new(shared.pace.crowd_slice),
        presence: Presence::default(),
        leads: Leads::default(),
        joined: [None, None],
        windows: Windows::default(),
        shared,
        id,
    };
    let mut empty_at = Instant::now() + EMPTY_FOR;
    loop {
        let crowd_due = room.serve_crowd().await;
        let presence_due = room.presence.due();
        let leads_due = room.leads.due();
        let window_due = room.windows.due(&room.desk, &room.shared);
        let window_due = window_due.filter(|_| room.desk.has_room());
        tokio::select! {
            biased;
            answer = room.desk.landed() => room.landed(answer).await,
            () = at(presence_due), if presence_due.is_some() => room.send_presence(),
            () = at(leads_due), if leads_due.is_some() => room.send_leads(),
            () = at(window_due), if window_due.is_some() => {
                room.windows.close(&mut room.desk, &room.shared).await;
            }
            message = mailbox.next(), if room.desk.has_room() => match message {
                Some(ToRoom::Finish(done)) => {
                    room.finish().await;
                    // Nobody waits any more when the shutdown's time has run out.
                    let _ = done.send(());
                    return;
                }
                Some(message) => room.take(message).await,
                None => return room.finish().await,
            },
            () = at(crowd_due), if crowd_due.is_some() => {}
            () = tokio::time::sleep_until(empty_at) => {
                let waits = !room.desk.is_idle() || window_due.is_some();
                if room.audience.is_empty() && !waits && mailbox.is_empty() {
                    return room.close(mailbox).await;
                }
            }
        }
        empty_at = Instant::now() + EMPTY_FOR;
    }
}

struct Room {
    shared: Arc<Shared>,
    id: IncidentId,
    desk: Desk,
    audience: Audience,
    presence: Presence,
    leads: Leads,
    /// The newest `joined` frames with a checkpoint, for all and for spectators: a hundred
    /// sessions that come back at once are answered from one encoding.
    joined: [Option<(Seq, Bytes)>; 2],
    windows: Windows,
}

impl Room {
    async fn take(&mut self, message: ToRoom) {
        match message {
            ToRoom::Submit(submission) => self.desk.submit(*submission).await,
            ToRoom::Check {
                command,
                actor,
                reply,
            } => {
                // Whoever asked may have gone away.
                let _ = reply.send(self.desk.check(&command, &actor).await);
            }
            ToRoom::Join { member, have } => self.join(member, have).await,
            ToRoom::Continue {
                member,
                have,
                reply,
            } => {
                let reaches = self.carry_on(member, have).await;
                // The session may have ended while it waited.
                let _ = reply.send(reaches);
            }
            ToRoom::Leave(session, away) => {
                self.audience.leave(session);
                self.presence.leave(session, self.audience.len());
                self.leads.leave(session, away);
            }
            ToRoom::Sight { session, sight } => {
                let mut members = self.audience.members();
                if let Some(member) = members.find(|member| member.session == session) {
                    self.leads.look(member, sight);
                }
            }
            ToRoom::Follow { session, on } => {
                if self.audience.members().any(|m| m.session == session) {
                    self.leads.follow(session, on);
                }
            }
            ToRoom::Presence {
                session,
                pane,
                typing,
            } => {
                let audience = self.audience.len();
                self.presence.set(session, pane, typing, audience);
            }
            ToRoom::Wake => {
                if let Err(error) = self.desk.ensure_loaded().await {
                    tracing::error!(incident = %self.id, %error, "nothing falls due in it");
                }
            }
            ToRoom::Live(source) => self.send_live(&source),
            ToRoom::Card(reply) => self.card(reply).await,
            ToRoom::OutsideDue(reply) => {
                // What cannot be read now is asked for again with the next call, or start.
                let due = match self.desk.ensure_loaded().await {
                    Ok(()) => self.desk.durable.outside_due().cloned().collect(),
                    Err(_) => Vec::new(),
                };
                // Whoever asked may have ended.
                let _ = reply.send(due);
            }
            // Taken by the loop.
            ToRoom::Finish(_) => {}
        }
    }

    /// Answers a join: nothing new, the newest events, or a checkpoint.
    async fn join(&mut self, member: Member, have: Seq) {
        if let Err(error) = self.desk.ensure_loaded().await {
            let text = format!("{} cannot be opened: {error}.", self.id);
            return member.outbox.answer(&super::requests::warning(text));
        }
        // It may have become private since the session's door was looked at.
        if !member.sees_it(&self.desk.durable) {
            let text = no_such_incident(self.id).to_string();
            member.outbox.answer(&super::requests::warning(text));
            let incident = self.id;
            return (member.outbox).answer(&ServerFrame::ClosedToYou { incident });
        }
        let head = self.desk.durable.seq;
        let newer = (have > Seq::ZERO && have <= head)
            .then(|| self.desk.tail.after(have))
            .flatten()
            .map(|records| raw_for(records, self.shared.taken_from(member.spectator)));
        if let Some(events) = newer {
            member.outbox.answer(&ServerFrame::Joined {
                incident: self.id,
                checkpoint: None,
                events,
                head,
            });
        } else {
            let frame = self.checkpoint_frame(member.spectator);
            member.outbox.answer_bytes(frame);
        }
        self.enter(member);
    }

    async fn carry_on(&mut self, member: Member, have: Seq) -> bool {
        if self.desk.ensure_loaded().await.is_err() || !member.sees_it(&self.desk.durable) {
            return false;
        }
        let Some(records) = self.desk.tail.after(have) else {
            return false;
        };
        let taken = self.shared.taken_from(member.spectator);
        let texts: Vec<String> = records
            .filter_map(|record| text_for(record, taken))
            .collect();
        for text in texts {
            member.outbox.answer_bytes(wire::text(&event_frame(&text)));
        }
        self.enter(member);
        true
    }

    fn enter(&mut self, member: Member) {
        for frame in self.shared.watch.of(self.id, None) {
            member.outbox.answer_bytes(frame);
        }
        self.shared.watch.wanted.notify_waiters();
        self.presence.enter(&member, self.audience.len());
        self.audience.enter(member);
        self.leads.entered();
    }

    /// What cannot be read is left out: the wall goes on showing what it has.
    async fn card(&mut self, reply: oneshot::Sender<Card>) {
        if let Err(error) = self.desk.ensure_loaded().await {
            tracing::warn!(incident = %self.id, %error, "not on the wall");
            return;
        }
        // Whoever asked takes no answer for one that is not on the wall.
        if self.desk.durable.private.is_some() {
            return;
        }
        let signals = self.shared.watch.signals(self.id);
        let redaction = self.shared.redaction();
        // Whoever asked may have given up.
        let _ = reply.send(card(&self.desk.durable, redaction, &signals));
    }

    fn send_live(&mut self, source: &Arc<str>) {
        self.shared.wall.changed(self.id);
        let metrics = &self.shared.metrics;
        let mut fell_away = false;
        for frame in self.shared.watch.of(self.id, Some(source)) {
            fell_away |= self.audience.send(&frame, None, None, metrics);
        }
        if fell_away {
            let audience = self.audience.len();
            self.presence.keep(self.audience.members(), audience);
        }
    }

    fn checkpoint_frame(&mut self, spectator: bool) -> Bytes {
        let durable = &self.desk.durable;
        let head = durable.seq;
        let slot = &mut self.joined[usize::from(spectator)];
        if let Some((seq, frame)) = slot
            && *seq == head
        {
            return frame.clone();
        }
        let incident = match self.shared.taken_from(spectator) {
            Some(redaction) => redaction.state(durable),
            None => durable.clone(),
        };
        let frame = wire::text(&encode(&ServerFrame::Joined {
            incident: self.id,
            checkpoint: Some(Box::new(Checkpoint {
                fold: FOLD_VERSION,
                incident,
            })),
            events: Vec::new(),
            head,
        }));
        *slot = Some((head, frame.clone()));
        frame
    }

    /// The journal answered: show what is durable, tell those who asked for it, and only then
    /// look at what failed, so that answers come in the order of the commands.
    async fn landed(&mut self, answer: Result<(), crate::journal::AppendError>) {
        let landed = self.desk.settle(answer);
        if !landed.records.is_empty() {
            self.show(&landed.records, landed.told);
        }
        if let Some(error) = landed.failed {
            let TurnedBack { flights, moved } = self.desk.turn_back(error).await;
            if moved {
                self.send_resync();
            }
            self.desk.again(flights).await;
        }
    }

    fn show(&mut self, records: &[Record], told: Vec<(Reply, CommandId, Carried)>) {
        let began = Instant::now();
        self.joined = [None, None];
        // Before anyone is told anything: what is private from here on is behind the door.
        self.shared.stands(&self.desk.durable);
        let (before, since) = records.split_at(self.closed_from(records));
        let mut fell_away = self.send_events(before);
        if !since.is_empty() {
            fell_away |= self.let_go();
            fell_away |= self.send_events(since);
        }
        let metrics = &self.shared.metrics;
        for (reply, command, carried) in told {
            reply.send(command, Ok(carried), metrics);
        }
        metrics.fanned_out(began.elapsed());
        metrics.events.inc_by(records.len() as u64);
        self.shared.journal_works();
        self.leads.changed();
        let asked = |record: &Record| {
            matches!(record.event().body.known(), Some(What::OutsideAsked { .. }))
        };
        if records.iter().any(asked) {
            self.shared.outside.put(self.id);
        }
        let events = records.iter().map(Record::event);
        self.shared.outside.mark(&self.desk.durable, events);
        if fell_away {
            let audience = self.audience.len();
            self.presence.keep(self.audience.members(), audience);
        }
        if self.desk.checkpoint_due(CHECKPOINT_EVENTS) {
            self.shared.room_tasks.spawn(self.save_checkpoint());
        }
    }

    /// Serves a slice of the spectators, if that is due, and lets others have their turn; says when
    /// the next one is.
    async fn serve_crowd(&mut self) -> Option<Instant> {
        let due = self.audience.due()?;
        if due <= Instant::now() {
            if self.audience.serve(&self.shared.metrics) {
                let audience = self.audience.len();
                self.presence.keep(self.audience.members(), audience);
            }
            tokio::task::yield_now().await;
        }
        self.audience.due()
    }

    /// Someone else wrote into this log, so everyone here misses events: each joins again from the
    /// last one it has.
    fn send_resync(&mut self) {
        self.joined = [None, None];
        let frame = wire::text(&encode(&ServerFrame::Resync {
            incident: Some(self.id),
        }));
        let metrics = &self.shared.metrics;
        metrics.resyncs.inc_by(self.audience.len() as u64);
        self.audience.dismiss(&frame, metrics);
        self.presence.keep(std::iter::empty(), 0);
        self.shared.stands(&self.desk.durable);
    }

    fn save_checkpoint(&self) -> impl Future<Output = ()> + Send + 'static {
        let state = Box::new(self.desk.durable.clone());
        let id = self.id;
        let saved = self.shared.journal.save_checkpoint(FOLD_VERSION, state);
        async move {
            if let Err(error) = saved.await {
                // A checkpoint only saves time; the log has everything.
                tracing::warn!(incident = %id, %error, "checkpoint not kept");
            }
        }
    }

    fn send_presence(&mut self) {
        let audience = self.audience.len();
        self.presence.keep(self.audience.members(), audience);
        let (here, except) = self.presence.take();
        let frame = wire::text(&encode(&ServerFrame::Presence {
            incident: self.id,
            here,
        }));
        let metrics = &self.shared.metrics;
        if self.audience.send(&frame, None, except, metrics) {
            let audience = self.audience.len();
            self.presence.keep(self.audience.members(), audience);
        }
    }

    /// Waits for what is on its way and keeps a checkpoint.
    async fn finish(&mut self) {
        while !self.desk.is_idle() {
            let answer = self.desk.landed().await;
            self.landed(answer).await;
        }
        self.audience.serve_all(&self.shared.metrics);
        if self.desk.checkpoint_due(1) {
            self.save_checkpoint().await;
        }
    }

    /// Closes a room that nobody uses. What came in at the last moment goes to its successor.
    async fn close(mut self, mut mailbox: Mailbox) {
        mailbox.close();
        self.finish().await;
        while let Some(message) = mailbox.left() {
            if let Some(room) = self.shared.rooms.get(&self.shared, self.id) {
                // Fails only while the server ends.
                let _ = room.send(message).await;
            }
        }
        self.shared.rooms.forget_closed();
    }
}
