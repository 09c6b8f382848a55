//! Where incidents begin, and where more than one of them is concerned: one task.
//!
//! **Invariant**: numbers are given without gaps. The next number is given only once the incident
//! before it is durable; one that could not be written gives its number back.
//! **Invariant**: everything here may be done again after a crash: ids of what follows from a
//! command or a report are derived from it, so it happens once.

use super::alerts;
use super::derive;
use super::known::Known;
use super::memory::{DeliveryKey, Memory};
use super::reply::{Carried, Outcome, Reply, Submission, busy, not_written, seal_drafts};
use super::room::ToRoom;
use super::shared::Shared;
use crate::incident::{
    Actor, Command, Context, Decided, Hash, Incident, IncidentId, Intent, Kind, NewNote, Refusal,
    RefusalCode, Seq, Via, apply, decide, no_such_incident,
};
use crate::integrations::hooks::Delivery;
use crate::journal::AppendError;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// What the hall is asked.
pub(super) enum ToHall {
    /// Open an incident.
    Open(Submission),
    /// Make one incident part of another.
    Merge {
        incident: IncidentId,
        into: IncidentId,
        submission: Submission,
    },
}

/// A delivery to be taken in; the reply comes when everything in it is durable.
pub(super) struct HookJob {
    pub(super) delivery: Delivery,
    /// Names it, where the sender does.
    pub(super) key: Option<DeliveryKey>,
    /// The hook that it came through.
    pub(super) via: Via,
    pub(super) reply: oneshot::Sender<Result<Handed, Refusal>>,
}

/// What came of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handed {
    /// Everything in it is durable now.
    In,
    /// It was handed in before, and changed nothing.
    Again,
}

/// The hall's task.
pub(super) struct Hall {
    pub(super) shared: Arc<Shared>,
    /// What the incidents are that alerts open.
    pub(super) kind: Kind,
    /// What was handed in lately.
    pub(super) memory: Memory,
    /// Where each alert fires, and how often it changed lately.
    pub(super) known: Known,
}

impl Hall {
    /// Runs until the server stops, then finishes what is in its queues.
    pub(super) async fn run(
        mut self,
        mut asked: mpsc::Receiver<ToHall>,
        mut hooks: mpsc::Receiver<HookJob>,
    ) {
        let stopping = self.shared.stopping.clone();
        // Those that did before the server was started anew.
        self.show_flapping();
        loop {
            let settles_in = self.settles_in();
            tokio::select! {
                biased;
                // People first: a storm of alerts must not hold up a declaration.
                Some(ask) = asked.recv() => self.take(ask).await,
                Some(job) = hooks.recv() => self.take_hook(job).await,
                () = alerts::until(settles_in) => self.settle().await,
                () = stopping.cancelled() => break,
            }
        }
        asked.close();
        hooks.close();
        while let Some(ask) = asked.recv().await {
            self.take(ask).await;
        }
        while let Some(job) = hooks.recv().await {
            self.take_hook(job).await;
        }
    }

    async fn take(&mut self, ask: ToHall) {
        let (merge, submission) = match ask {
            ToHall::Open(submission) => (None, submission),
            ToHall::Merge {
                incident,
                into,
                submission,
            } => (Some((incident, into)), submission),
        };
        let Submission { command, actor, .. } = &submission;
        let before = self.shared.refused().before(&submission);
        let outcome = match (before, merge) {
            (Some(refusal), _) => self.shared.carried_or(command.id, refusal).await,
            (None, None) => self.open(command, actor).await,
            (None, Some((incident, into))) => self.merge(incident, into, command, actor).await,
        };
        if let Err(refusal) = &outcome {
            self.shared.refused().remember(&submission, refusal);
        }
        submission.answer(outcome, &self.shared.metrics);
    }

    async fn take_hook(&mut self, job: HookJob) {
        let outcome = if job.key.is_some_and(|key| self.memory.knows(key)) {
            Ok(Handed::Again)
        } else {
            // What is due goes before what comes after it.
            self.settle().await;
            let delivered = self.deliver(&job.delivery, &job.via).await;
            delivered.map(|delivered| {
                let done = job.key.filter(|_| !delivered.open);
                done.into_iter().for_each(|key| self.memory.keep(key));
                Handed::In
            })
        };
        // The monitor may have given up waiting; it will send the same again.
        let _ = job.reply.send(outcome);
    }

    /// Opens an incident under the next number.
    pub(super) async fn open(&mut self, command: &Command, actor: &Actor) -> Outcome {
        if let Some(carried) = self.shared.carried(command.id).await? {
            return Ok(carried);
        }
        let id = IncidentId(self.shared.rooms.last() + 1);
        let mut incident = Incident::new(id);
        let mut context = Context::new(self.shared.clock.now(), actor.clone());
        context.update_rules = Some(self.shared.updates.clone());
        let Decided::Events(drafts) = decide(&incident, command, &context)? else {
            return Err(busy());
        };
        let head = (Seq::ZERO, Hash::GENESIS);
        let records = seal_drafts(id, head, drafts, command.id, &context)?;
        let began = tokio::time::Instant::now();
        let append = self.shared.journal.append(id, Seq::ZERO, records.clone());
        match append.await {
            Ok(()) => {}
            Err(AppendError::Duplicate(_)) => {
                return self.shared.carried(command.id).await?.ok_or_else(busy);
            }
            Err(error) => {
                self.shared.journal_fails(&error);
                return Err(not_written(&error));
            }
        }
        self.shared.metrics.appended(began.elapsed());
        self.shared.metrics.events.inc_by(records.len() as u64);
        for record in &records {
            apply(&mut incident, record.event());
        }
        self.shared.rooms.set_last(id.0);
        self.shared.stands(&incident);
        self.shared.watch.wanted.notify_waiters();
        let events = records.iter().map(crate::journal::Record::event);
        self.shared.outside.mark(&incident, events);
        self.shared.journal_works();
        tracing::info!(incident = %id, person = %actor.person, "opened");
        Carried::of(&records).ok_or_else(busy)
    }

    /// Asks an incident's room, waiting for a place in its mailbox.
    pub(super) async fn in_room(
        &self,
        incident: IncidentId,
        command: Command,
        actor: Actor,
    ) -> Option<oneshot::Receiver<Outcome>> {
        let room = self.shared.rooms.get(&self.shared, incident)?;
        let (told, outcome) = oneshot::channel();
        let submission = Submission {
            command,
            actor,
            reply: Reply::Once(told),
        };
        room.send(ToRoom::Submit(Box::new(submission))).await.ok()?;
        Some(outcome)
    }

    /// Asks an incident's room and waits for the outcome.
    async fn ask(&self, incident: IncidentId, command: Command, actor: &Actor) -> Outcome {
        match self.in_room(incident, command, actor.clone()).await {
            Some(outcome) => outcome.await.unwrap_or_else(|_| Err(busy())),
            None => Err(no_such(incident)),
        }
    }

    /// Merges: first the incident that goes on takes the other in, then the other ends. After a
    /// crash between the two, the same command goes on where it stopped.
    async fn merge(
        &mut self,
        incident: IncidentId,
        into: IncidentId,
        command: &Command,
        actor: &Actor,
    ) -> Outcome {
        if let Some(carried) = self.shared.carried(command.id).await? {
            return Ok(carried);
        }
        for named in [incident, into] {
            (self.shared.shown_to(actor, named)).ok_or_else(|| no_such(named))?;
        }
        self.could(incident, command, actor).await?;
        let absorb = Command {
            id: derive::from_command(command.id, "absorb"),
            written_at: command.written_at,
            intent: Intent::Absorb { from: incident },
        };
        match self.ask(into, absorb, actor).await {
            Ok(_) => {}
            Err(refusal) if refusal.code == RefusalCode::NoChange => {}
            Err(refusal) => return Err(refusal),
        }
        let outcome = self.ask(incident, command.clone(), actor).await;
        if let Err(refusal) = &outcome
            && !refusal.is_retryable()
        {
            // Someone changed the incident in between: the log of the other must not claim it.
            // Why is not for everyone where it became private.
            let why = match self.shared.board.is_private(incident) {
                true => "it does not go on here.".to_owned(),
                false => refusal.to_string(),
            };
            let text = format!("{incident} was not merged into this one after all: {why}");
            let note = Command {
                id: derive::from_command(command.id, "not merged"),
                written_at: command.written_at,
                intent: Intent::Note(NewNote::plain(text)),
            };
            let noted = self.ask(into, note, actor).await;
            if let Err(refusal) = noted {
                tracing::warn!(%into, %refusal, "a merge that failed could not be noted");
            }
        }
        outcome
    }

    /// Whether the command could be carried out in that incident now.
    async fn could(
        &self,
        incident: IncidentId,
        command: &Command,
        actor: &Actor,
    ) -> Result<(), Refusal> {
        let room = self.shared.rooms.get(&self.shared, incident);
        let room = room.ok_or_else(|| no_such(incident))?;
        let (reply, answer) = oneshot::channel();
        let check = ToRoom::Check {
            command: Box::new(command.clone()),
            actor: actor.clone(),
            reply,
        };
        room.send(check).await.map_err(|_| busy())?;
        answer.await.unwrap_or_else(|_| Err(busy()))
    }
}

/// There is no such incident.
pub(super) fn no_such(incident: IncidentId) -> Refusal {
    no_such_incident(incident)
}

/// What comes of a command that was sent to a room; one that no room takes may be sent again.
pub(super) async fn outcome_of(sent: Option<oneshot::Receiver<Outcome>>) -> Outcome {
    match sent {
        Some(outcome) => outcome.await.unwrap_or_else(|_| Err(busy())),
        None => Err(busy()),
    }
}
