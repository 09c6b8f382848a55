//! Deciding and writing down: the state of one incident, what is on its way to the disk, and
//! what is durable.
//!
//! **Invariant**: `ahead` is `durable` with everything in `flying` folded in, in order.
//! **Invariant**: nothing is acknowledged or shown before the journal answered for it.
//! **Invariant**: every copy of a command is answered, and none is carried out once another one
//! was refused for good.

use super::super::refused::Refused;
use super::super::reply::{
    Carried, Outcome, Reply, Submission, not_read, not_written, seal_drafts,
};
use super::super::shared::Shared;
use super::load::{Loaded, load};
use super::tail::Tail;
use super::windows::Ending;
use crate::incident::{
    Actor, Command, Context, Decided, Entry, Hash, Incident, IncidentId, Intent, ProposalState,
    Refusal, RefusalCode, Seq, Timestamp, apply, decide, limits as incident_limits,
};
use crate::journal::{AppendError, ReadError, ReadFrom, Record};
use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesOrdered, StreamExt};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::time::Instant;

/// Commands of one room on their way to the disk. Beyond it the mailbox waits (and fills).
pub(super) const FLYING: usize = 256;
/// How often a command is decided anew because the log moved under it.
const ATTEMPTS: u8 = 3;

/// The state of one incident, and what is on its way.
pub(super) struct Desk {
    shared: Arc<Shared>,
    id: IncidentId,
    loaded: bool,
    /// As of the last durable event.
    pub(super) durable: Incident,
    durable_hash: Hash,
    ahead: Incident,
    ahead_hash: Hash,
    flying: VecDeque<Flight>,
    refused: Refused,
    appends: FuturesOrdered<BoxFuture<'static, Result<(), AppendError>>>,
    /// The newest durable records.
    pub(super) tail: Tail,
    checkpoint_at: Seq,
}

/// A command on its way to the disk.
pub(super) struct Flight {
    command: Command,
    actor: Actor,
    replies: Vec<Reply>,
    records: Vec<Record>,
    since: Instant,
    attempts: u8,
}

impl Desk {
    pub(super) fn new(shared: Arc<Shared>, id: IncidentId) -> Self {
        Self {
            shared,
            id,
            loaded: false,
            durable: Incident::new(id),
            durable_hash: Hash::GENESIS,
            ahead: Incident::new(id),
            ahead_hash: Hash::GENESIS,
            flying: VecDeque::new(),
            refused: Refused::default(),
            appends: FuturesOrdered::new(),
            tail: Tail::default(),
            checkpoint_at: Seq::ZERO,
        }
    }

    /// Reads the incident from the journal, unless that was done.
    pub(super) async fn ensure_loaded(&mut self) -> Result<(), ReadError> {
        if self.loaded {
            return Ok(());
        }
        let Loaded {
            incident,
            hash,
            tail,
        } = load(&*self.shared.journal, self.id).await?;
        self.checkpoint_at = incident.seq;
        self.ahead = incident.clone();
        self.durable = incident;
        self.ahead_hash = hash;
        self.durable_hash = hash;
        self.tail = Tail::default();
        tail.into_iter().for_each(|record| self.tail.push(record));
        self.loaded = true;
        Ok(())
    }

    pub(super) fn incident(&self) -> IncidentId {
        self.id
    }

    /// The time of this log. It does not run backwards, whatever the machine's clock does.
    pub(super) fn now(&self) -> Timestamp {
        self.shared.clock.now().max(self.ahead.changed_at)
    }

    /// What the server ends once its time is over, with all that is on its way, and when: the windows of
    /// proposals, and the offers of roles.
    pub(super) fn endings(&self) -> impl Iterator<Item = (Ending, Timestamp)> {
        let open = self.ahead.proposals.iter();
        let open = open.filter(|proposal| proposal.state == ProposalState::Open);
        let windows = open.map(|proposal| (Ending::Window(proposal.id), proposal.closes_at));
        let offers = self.ahead.open_handovers();
        windows.chain(offers.map(|offer| (Ending::Offer(offer.id), offer.expires_at)))
    }

    /// Whether another command may set off.
    pub(super) fn has_room(&self) -> bool {
        self.flying.len() < FLYING
    }

    pub(super) fn is_idle(&self) -> bool {
        self.flying.is_empty()
    }

    /// Takes a command: answers it, or sends its events off to the journal.
    pub(super) async fn submit(&mut self, submission: Submission) {
        self.attempt(submission, 1).await;
    }

    async fn attempt(&mut self, submission: Submission, attempts: u8) {
        let id = submission.command.id;
        if let Some(flight) = self.flying.iter_mut().find(|f| f.command.id == id) {
            flight.replies.push(submission.reply);
            return;
        }
        if let Some(refusal) = self.refused.before(&submission) {
            let outcome = self.shared.carried_or(id, refusal).await;
            return submission.answer(outcome, &self.shared.metrics);
        }
        match self.decide(&submission.command, &submission.actor).await {
            Ok(Way::Before(carried)) => submission.answer(Ok(carried), &self.shared.metrics),
            Err(refusal) => {
                tracing::info!(
                    incident = %self.id, person = %submission.actor.person,
                    code = refusal.code.name(), "refused"
                );
                self.refused.remember(&submission, &refusal);
                submission.answer(Err(refusal), &self.shared.metrics);
            }
            Ok(Way::Off(records)) => self.set_off(submission, records, attempts),
        }
    }

    fn set_off(&mut self, submission: Submission, records: Vec<Record>, attempts: u8) {
        let expected = self.ahead.seq;
        for record in &records {
            apply(&mut self.ahead, record.event());
            self.ahead_hash = record.hash();
        }
        let append = self
            .shared
            .journal
            .append(self.id, expected, records.clone());
        self.appends.push_back(append);
        self.flying.push_back(Flight {
            command: submission.command,
            actor: submission.actor,
            replies: vec![submission.reply],
            records,
            since: Instant::now(),
            attempts,
        });
    }

    /// Whether this could happen now; nothing is changed.
    pub(super) async fn check(&mut self, command: &Command, actor: &Actor) -> Result<(), Refusal> {
        self.decide(command, actor).await.map(|_| ())
    }

    async fn decide(&mut self, command: &Command, actor: &Actor) -> Result<Way, Refusal> {
        self.ensure_loaded().await.map_err(|e| not_read(&e))?;
        if (self.ahead.has_seen(command.id) || self.ahead.may_have_forgotten(command.id))
            && let Some(carried) = self.shared.carried(command.id).await?
        {
            return Ok(Way::Before(carried));
        }
        let now = match actor.is_server() {
            // What the server ends is over, although the machine's clock may have been set back.
            true => self.now().max(command.written_at),
            false => self.now(),
        };
        let context = Context {
            now,
            actor: actor.clone(),
            entry: self.entry(&command.intent).await?,
            runbook: match &command.intent {
                Intent::AttachRunbook { name } => self.shared.runbooks.find(name),
                _ => None,
            },
            window: TimeDelta::from_std(self.shared.pace.window).unwrap_or(TimeDelta::MAX),
            offer: TimeDelta::from_std(self.shared.pace.offer).unwrap_or(TimeDelta::MAX),
            update_rules: Some(self.shared.updates.clone()),
        };
        match decide(&self.ahead, command, &context)? {
            Decided::Events(drafts) => {
                let head = (self.ahead.seq, self.ahead_hash);
                seal_drafts(self.id, head, drafts, command.id, &context).map(Way::Off)
            }
            Decided::Already => Err(Refusal::new(
                RefusalCode::NoChange,
                "This was carried out before.",
                "Nothing needs to be done.",
            )),
        }
    }

    /// The entry that the intent speaks about, whole, where the folded state does not hold it.
    // By `&mut`, for what flies cannot be shared between threads.
    async fn entry(&mut self, intent: &Intent) -> Result<Option<Entry>, Refusal> {
        let Some(target) = intent.target() else {
            return Ok(None);
        };
        let whole = |entry: &Entry| entry.text.len() < incident_limits::RECENT_TEXT_BYTES;
        if target > self.ahead.seq || self.ahead.entry(target).is_some_and(whole) {
            return Ok(None);
        }
        let journal = &self.shared.journal;
        let before = Seq(target.0.saturating_sub(1));
        let read = journal.read(self.id, ReadFrom::After(before), 1).await;
        let read = read.map_err(|e| not_read(&e))?;
        let corrections = journal.corrections(self.id, target, target).await;
        let corrections = corrections.map_err(|e| not_read(&e))?;
        let flying = || self.flying.iter().flat_map(|flight| &flight.records);
        let found = read.iter().chain(flying()).find(|r| r.seq() == target);
        let mut entry = found.and_then(|record| Entry::from_event(record.event()));
        if let Some(entry) = &mut entry {
            for record in corrections.iter().chain(flying()) {
                let what = record.event().body.known();
                if let Some(what) = what.filter(|what| what.target() == Some(target)) {
                    entry.correct(record.seq(), what);
                }
            }
        }
        Ok(entry)
    }

    /// Waits for the journal's answer about the oldest command on its way. Pending while there
    /// is none. Cancel safe.
    pub(super) async fn landed(&mut self) -> Result<(), AppendError> {
        match self.appends.next().await {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }

    /// Takes the journal's answer about the oldest command, and all further ones that are there.
    /// Returns what became durable, with whom to tell once it is shown, and what then failed.
    pub(super) fn settle(&mut self, answer: Result<(), AppendError>) -> Landed {
        let mut landed = Landed::default();
        let mut answer = answer;
        loop {
            match answer {
                Ok(()) => self.land(&mut landed),
                Err(error) => {
                    landed.failed = Some(error);
                    return landed;
                }
            }
            match futures_util::FutureExt::now_or_never(self.appends.next()) {
                Some(Some(next)) => answer = next,
                _ => return landed,
            }
        }
    }

    fn land(&mut self, landed: &mut Landed) {
        let Some(flight) = self.flying.pop_front() else {
            return;
        };
        self.shared.metrics.appended(flight.since.elapsed());
        for record in &flight.records {
            apply(&mut self.durable, record.event());
            self.durable_hash = record.hash();
            self.tail.push(record.clone());
        }
        if let Some(carried) = Carried::of(&flight.records) {
            let id = flight.command.id;
            let told = flight.replies.into_iter();
            landed.told.extend(told.map(|reply| (reply, id, carried)));
        }
        landed.records.extend(flight.records);
    }

    /// An append failed, and with it all that were on their way behind it: back to what is
    /// durable. Where the log is not what this room took it for, it is read again and the commands
    /// are to be decided [`again`](Self::again); else they are answered.
    pub(super) async fn turn_back(&mut self, error: AppendError) -> TurnedBack {
        // Those behind it name a head that was never reached, so they failed too. Their answers
        // are waited for, so that nothing of them is still in the journal's queue.
        while self.appends.next().await.is_some() {}
        let flights = std::mem::take(&mut self.flying);
        if let AppendError::Conflict { .. } | AppendError::Duplicate(_) = error {
            tracing::warn!(incident = %self.id, %error, "the log is not as expected: read again");
            let had = (self.durable.seq, self.durable_hash);
            self.loaded = false;
            // Where it cannot be read, the commands say so when they are decided again.
            let read = self.ensure_loaded().await.is_ok();
            let moved = !read || had != (self.durable.seq, self.durable_hash);
            return TurnedBack { flights, moved };
        }
        self.ahead = self.durable.clone();
        self.ahead_hash = self.durable_hash;
        self.shared.journal_fails(&error);
        let refusal = not_written(&error);
        for flight in flights {
            flight.answer(&Err(refusal.clone()), &self.shared);
        }
        TurnedBack::default()
    }

    /// Decides anew, in the order in which they came.
    pub(super) async fn again(&mut self, flights: VecDeque<Flight>) {
        for flight in flights {
            match self.shared.carried(flight.command.id).await {
                Ok(Some(carried)) => flight.answer(&Ok(carried), &self.shared),
                Err(refusal) => flight.answer(&Err(refusal), &self.shared),
                Ok(None) if flight.attempts >= ATTEMPTS => {
                    flight.answer(&Err(super::super::reply::busy()), &self.shared);
                }
                Ok(None) => {
                    let attempts = flight.attempts.saturating_add(1);
                    for reply in flight.replies {
                        let submission = Submission {
                            command: flight.command.clone(),
                            actor: flight.actor.clone(),
                            reply,
                        };
                        self.attempt(submission, attempts).await;
                    }
                }
            }
        }
    }

    /// Whether enough has happened since the last checkpoint, or anything at all when the room
    /// closes; notes that one is made now.
    pub(super) fn checkpoint_due(&mut self, every: u64) -> bool {
        let due = self.loaded && self.durable.seq.0 >= self.checkpoint_at.0.saturating_add(every);
        if due {
            self.checkpoint_at = self.durable.seq;
        }
        due
    }
}

impl Flight {
    fn answer(self, outcome: &Outcome, shared: &Shared) {
        for reply in self.replies {
            reply.send(self.command.id, outcome.clone(), &shared.metrics);
        }
    }
}

/// Where a command goes.
enum Way {
    /// It was carried out before.
    Before(Carried),
    /// These are to be written down.
    Off(Vec<Record>),
}

/// What became durable.
#[derive(Default)]
pub(super) struct Landed {
    /// In order.
    pub(super) records: Vec<Record>,
    /// Whom to tell, once it is shown.
    pub(super) told: Vec<(Reply, crate::incident::CommandId, Carried)>,
    /// The oldest command behind them could not be written down, and so none after it.
    pub(super) failed: Option<AppendError>,
}

/// What is left when appends failed.
#[derive(Default)]
pub(super) struct TurnedBack {
    /// Commands that are to be decided again.
    pub(super) flights: VecDeque<Flight>,
    /// The log went on without this room: those who follow it miss events.
    pub(super) moved: bool,
}
