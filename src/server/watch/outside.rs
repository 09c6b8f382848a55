//! Calls to outside systems: each was written down first, is carried out here, and its answer is
//! written down too.
//!
//! **Invariant**: what is still to be done is what the incidents' logs say is not answered; nothing
//! is kept here that a restart would lose.
//! **Invariant**: where the other side can tell, a call that was carried out before is not carried
//! out again: it is looked for first.

use super::mileposts::Milepost;
use super::{SourceOptions, apart};
use crate::http::{Http, Marks};
use crate::incident::{
    Actor, Command, Event, Incident, IncidentId, Intent, OutsideAsk, OutsideOutcome, Person, Seq,
};
use crate::integrations::exchange::{AnswerError, Call, Changed};
use crate::server::derive;
use crate::server::reply::{Outcome, Reply, Submission};
use crate::server::room::ToRoom;
use crate::server::shared::Shared;
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};

/// How long a call that fails is tried again before it is given up: as long as someone waits for
/// it in an incident.
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::minutes(15);
/// The pause before what failed is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// Marks that wait to be asked for. Beyond it the oldest is let go, until the server's next start.
const MARKS: usize = 256;

/// Incidents of which something is still to be done outside.
#[derive(Default)]
pub(in crate::server) struct Outside {
    incidents: Mutex<BTreeSet<IncidentId>>,
    marks: Mutex<VecDeque<Milepost>>,
    wake: Notify,
}

impl Outside {
    /// Something is to be done for this incident.
    pub(in crate::server) fn put(&self, incident: IncidentId) {
        let mut incidents = self
            .incidents
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        incidents.insert(incident);
        drop(incidents);
        self.wake.notify_one();
    }

    /// Takes note of durable events that charts elsewhere should show.
    pub(in crate::server) fn mark<'a>(
        &self,
        incident: &Incident,
        events: impl Iterator<Item = &'a Event>,
    ) {
        let mileposts = events.filter_map(|event| Milepost::of(incident, event));
        for milepost in mileposts {
            let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
            if marks.len() >= MARKS {
                marks.pop_front();
            }
            marks.push_back(milepost);
            drop(marks);
            self.wake.notify_one();
        }
    }

    fn next_mark(&self) -> Option<Milepost> {
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        marks.pop_front()
    }

    fn take(&self) -> BTreeSet<IncidentId> {
        let mut incidents = self
            .incidents
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *incidents)
    }
}

/// How a call went.
enum Went {
    /// It is to be written down.
    Answered(OutsideOutcome, String, Option<String>),
    /// It may go better later.
    Again(String),
}

/// Carries calls out for as long as the server runs.
pub(in crate::server) async fn run(shared: Arc<Shared>, sources: Vec<SourceOptions>) {
    let caller = Caller {
        sources: sources.into_iter().map(|s| (s.name.clone(), s)).collect(),
        shared: shared.clone(),
    };
    let stopping = shared.stopping.clone();
    let work = async {
        caller.ask_for_missed_marks().await;
        loop {
            shared.outside.wake.notified().await;
            while caller.round().await {
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
    };
    tokio::select! {
        () = work => {}
        () = stopping.cancelled() => {}
    }
}

pub(super) struct Caller {
    pub(super) shared: Arc<Shared>,
    pub(super) sources: BTreeMap<Arc<str>, SourceOptions>,
}

impl Caller {
    /// Does what is to be done now; says whether something is left for later.
    async fn round(&self) -> bool {
        let mut left = false;
        while let Some(milepost) = self.shared.outside.next_mark() {
            self.ask_for_marks(&milepost).await;
        }
        for incident in self.shared.outside.take() {
            for ask in self.due(incident).await {
                let went = self.carry_out(incident, &ask).await;
                let old = self.shared.clock.now() - ask.asked_at > GIVEN_UP_AFTER;
                let (outcome, said, reference) = match went {
                    Went::Answered(outcome, said, reference) => (outcome, said, reference),
                    Went::Again(why) if old => (OutsideOutcome::Failed, why, None),
                    Went::Again(why) => {
                        tracing::warn!(%incident, seq = %ask.seq, why, "a call outside failed");
                        left = true;
                        continue;
                    }
                };
                left |= !self
                    .answer(incident, ask.seq, outcome, said, reference)
                    .await;
            }
            if left {
                self.shared.outside.put(incident);
            }
        }
        left
    }

    async fn due(&self, incident: IncidentId) -> Vec<OutsideAsk> {
        let Some(room) = self.shared.rooms.get(&self.shared, incident) else {
            return Vec::new();
        };
        let (reply, due) = oneshot::channel();
        if room.send(ToRoom::OutsideDue(reply)).await.is_err() {
            return Vec::new();
        }
        due.await.unwrap_or_default()
    }

    async fn carry_out(&self, incident: IncidentId, ask: &OutsideAsk) -> Went {
        let failed = |why: String| Went::Answered(OutsideOutcome::Failed, why, None);
        // What the server asked for by itself, before the incident was private.
        if ask.by == Person::warroom() && self.shared.board.is_private(incident) {
            let why = "the incident is private".to_owned();
            return Went::Answered(OutsideOutcome::NotSent, why, None);
        }
        let name = ask.call.source().unwrap_or_default();
        let Some(source) = self.sources.get(name) else {
            return failed(format!("no source `{name}` is configured on the server"));
        };
        let Some(changed) = &source.changed else {
            return failed(format!(
                "{name} is only watched, and cannot be asked for this"
            ));
        };
        let http = match &source.http {
            Ok(http) => http,
            Err(why) => return failed(why.to_string()),
        };
        let call = Call {
            call: ask.call.clone(),
            by: ask.by.as_str().into(),
            mark: format!("warroom {incident} #{}", ask.seq).into(),
            now: self.shared.clock.now(),
        };
        match self.ask(http, changed, Arc::new(call)).await {
            Ok(reference) => {
                tracing::info!(%incident, seq = %ask.seq, source = name, "carried out outside");
                Went::Answered(OutsideOutcome::Done, String::new(), reference)
            }
            Err(AnswerError::Failing(why) | AnswerError::Limited(why)) => Went::Again(why),
            Err(AnswerError::Denied(why) | AnswerError::Nonsense(why)) => failed(why),
        }
    }

    /// Looks for it where that can be done, and carries it out where it was not found.
    async fn ask(
        &self,
        http: &Http,
        changed: &Arc<dyn Changed>,
        call: Arc<Call>,
    ) -> Result<Option<String>, AnswerError> {
        // What was not answered may have been carried out all the same: it is looked for again.
        let send = async |request| {
            let answer = http.send(&request, &Marks::default()).await;
            let response = answer.map_err(|error| AnswerError::Failing(error.to_string()))?;
            match response.response.status {
                429 => Err(AnswerError::Limited("it was asked too often".to_owned())),
                status @ 500.. => Err(AnswerError::Failing(format!("it answers {status}"))),
                _ => Ok(response.response),
            }
        };
        if let Some(request) = changed.find(&call) {
            let answer = send(request).await?;
            let (changed, call) = (changed.clone(), call.clone());
            let found = apart::read(answer, move |answer| changed.found(&call, answer)).await?;
            if let Some(reference) = found {
                return Ok(Some(reference));
            }
        }
        let request = changed.carry_out(&call).ok_or_else(|| {
            AnswerError::Nonsense("this system cannot be asked for that".to_owned())
        })?;
        let answer = send(request).await?;
        let changed = changed.clone();
        apart::read(answer, move |answer| changed.carried_out(&call, answer)).await
    }

    /// Writes down what came of it; says whether that was done.
    async fn answer(
        &self,
        incident: IncidentId,
        asked: Seq,
        outcome: OutsideOutcome,
        said: String,
        reference: Option<String>,
    ) -> bool {
        let now = self.shared.clock.now();
        let command = Command {
            id: derive::from_outside(now, incident, asked),
            written_at: now,
            intent: Intent::AnswerOutside {
                asked,
                outcome,
                said: said.into(),
                reference: reference.map(Into::into),
            },
        };
        match self.submit(incident, command).await {
            Some(Err(refusal)) => !refusal.is_retryable(),
            // Answered already, by a server before this one: all is well.
            Some(Ok(_)) => true,
            None => false,
        }
    }

    /// Asks the incident's room as the server itself; nothing when the room went away.
    pub(super) async fn submit(&self, incident: IncidentId, command: Command) -> Option<Outcome> {
        let room = self.shared.rooms.get(&self.shared, incident)?;
        let (told, outcome) = oneshot::channel();
        let submission = Submission {
            command,
            actor: Actor::server(),
            reply: Reply::Once(told),
        };
        room.send(ToRoom::Submit(Box::new(submission))).await.ok()?;
        outcome.await.ok()
    }
}
