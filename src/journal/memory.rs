//! The journal in memory: for tests and for playing scenarios. It keeps nothing when it is gone.

use super::check::{Tail, check_batch};
use super::stats::Counters;
use super::words::text_matches;
use super::{
    APPEND_QUEUE, AppendError, FOLLOW_QUEUE, FoundEntry, Head, Journal, ReadError, ReadFrom,
    Record, Search, Stats,
};
use crate::incident::{CommandId, Entry, EntryKind, Incident, IncidentId, Seq, What};
use futures_util::future::BoxFuture;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::{broadcast, oneshot};

type Answer = oneshot::Sender<Result<(), AppendError>>;

/// A journal in memory, with faults on demand.
#[derive(Debug)]
pub struct MemoryJournal {
    state: Mutex<State>,
    follow: broadcast::Sender<Record>,
    counters: Counters,
}

#[derive(Debug, Default)]
struct State {
    logs: BTreeMap<IncidentId, Log>,
    commands: HashMap<CommandId, (IncidentId, Seq, Seq)>,
    checkpoints: BTreeMap<(IncidentId, u32), Box<Incident>>,
    faults: VecDeque<AppendError>,
    held: bool,
    waiting: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Log {
    records: Vec<Record>,
    tail: Tail,
}

#[derive(Debug)]
struct Waiting {
    incident: IncidentId,
    expected: Seq,
    records: Vec<Record>,
    asked: Instant,
    answer: Answer,
}

impl Default for MemoryJournal {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            follow: broadcast::Sender::new(FOLLOW_QUEUE),
            counters: Counters::default(),
        }
    }
}

impl MemoryJournal {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the next `times` appends that would have succeeded fail with this error instead.
    pub fn fail_next(&self, times: usize, error: &AppendError) {
        self.lock()
            .faults
            .extend(std::iter::repeat_n(error.clone(), times));
    }

    /// Lets appends wait from now on, as for a slow disk, until [`Self::release`].
    pub fn hold(&self) {
        self.lock().held = true;
    }

    /// Carries out the appends that wait, in order, and lets new ones through again.
    pub fn release(&self) {
        let mut state = self.lock();
        state.held = false;
        while let Some(waiting) = state.waiting.pop_front() {
            self.counters.unqueued();
            self.carry_out(&mut state, waiting);
        }
    }

    /// Carries out the oldest append that waits, and holds the others on; false when none waits.
    pub fn release_one(&self) -> bool {
        let mut state = self.lock();
        let Some(waiting) = state.waiting.pop_front() else {
            return false;
        };
        self.counters.unqueued();
        self.carry_out(&mut state, waiting);
        true
    }

    /// Loses the appends that wait, as a machine does that is killed. Nothing of them is durable.
    pub fn lose_waiting(&self) {
        while self.lock().waiting.pop_front().is_some() {
            self.counters.unqueued();
        }
    }

    /// Forgets which commands were carried out, as a broken index does. Their records stay.
    pub fn forget_commands(&self) {
        self.lock().commands.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn carry_out(&self, state: &mut State, waiting: Waiting) {
        let Waiting {
            incident,
            expected,
            records,
            asked,
            answer,
        } = waiting;
        let done = state.place(incident, expected, &records);
        match &done {
            Ok(()) => {
                self.counters.committed();
                self.counters.appended(records.len(), asked.elapsed());
                for record in records {
                    // Nobody follows: that is no error.
                    let _ = self.follow.send(record);
                }
            }
            Err(_) => self.counters.refused(),
        }
        // The one who asked may be gone.
        let _ = answer.send(done);
    }
}

impl State {
    fn place(
        &mut self,
        incident: IncidentId,
        expected: Seq,
        records: &[Record],
    ) -> Result<(), AppendError> {
        let command = check_batch(incident, expected, records)?;
        if self.commands.contains_key(&command) {
            return Err(AppendError::Duplicate(command));
        }
        let tail = self.logs.get(&incident).map_or(Tail::START, |log| log.tail);
        tail.check(incident, expected, records)?;
        if let Some(fault) = self.faults.pop_front() {
            return Err(fault);
        }
        let log = self.logs.entry(incident).or_insert_with(|| Log {
            records: Vec::new(),
            tail: Tail::START,
        });
        log.records.extend(records.iter().cloned());
        log.tail = records.iter().fold(log.tail, Tail::after);
        self.commands
            .insert(command, (incident, expected.next(), log.tail.seq));
        Ok(())
    }

    fn records(&self, incident: IncidentId) -> &[Record] {
        self.logs
            .get(&incident)
            .map_or(&[], |log| log.records.as_slice())
    }
}

/// The entries of one log as they stand now, with everything retracted left out.
fn entries(records: &[Record]) -> BTreeMap<Seq, Entry> {
    let mut entries = BTreeMap::new();
    for record in records {
        let event = record.event();
        if let Some(mut entry) = Entry::from_event(event) {
            // What this version cannot read it cannot judge; and words may not be out yet.
            entry.marks.private |= entry.kind == EntryKind::Unknown || entry.outline.is_some();
            entries.insert(entry.seq, entry);
        } else if let Some(what) = event.body.known()
            && let Some(entry) = what.target().and_then(|target| entries.get_mut(&target))
        {
            entry.correct(event.seq, what);
            entry.marks.private |= what.is_private();
        }
    }
    entries.retain(|_, entry| entry.marks.retracted.is_none());
    entries
}

fn ready<T: Send + 'static>(value: T) -> BoxFuture<'static, T> {
    Box::pin(std::future::ready(value))
}

impl Journal for MemoryJournal {
    fn stats(&self) -> Stats {
        self.counters.read()
    }

    fn probe(&self) -> BoxFuture<'static, Result<(), AppendError>> {
        ready(self.lock().faults.pop_front().map_or(Ok(()), Err))
    }

    fn append(
        &self,
        incident: IncidentId,
        expected: Seq,
        records: Vec<Record>,
    ) -> BoxFuture<'static, Result<(), AppendError>> {
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting {
            incident,
            expected,
            records,
            asked: Instant::now(),
            answer,
        };
        let mut state = self.lock();
        if !state.held {
            self.carry_out(&mut state, waiting);
        } else if state.waiting.len() < APPEND_QUEUE {
            self.counters.queued();
            state.waiting.push_back(waiting);
        } else {
            self.counters.busy();
            return ready(Err(AppendError::Busy));
        }
        Box::pin(async move {
            answered
                .await
                .unwrap_or_else(|_| Err(AppendError::Engine("the journal is closed".to_owned())))
        })
    }

    fn read(
        &self,
        incident: IncidentId,
        from: ReadFrom,
        limit: u32,
    ) -> BoxFuture<'static, Result<Vec<Record>, ReadError>> {
        let state = self.lock();
        let records = state.records(incident);
        let limit = limit as usize;
        let page: Vec<Record> = match from {
            ReadFrom::After(seq) => {
                let start = records.partition_point(|record| record.seq() <= seq);
                records.iter().skip(start).take(limit).cloned().collect()
            }
            ReadFrom::Before(seq) => {
                let end = records.partition_point(|record| record.seq() < seq);
                let before = records.iter().take(end).rev();
                before.take(limit).cloned().collect()
            }
            ReadFrom::At(at) => records
                .iter()
                .skip_while(|record| record.event().recorded_at < at)
                .take(limit)
                .cloned()
                .collect(),
        };
        ready(Ok(page))
    }

    fn corrections(
        &self,
        incident: IncidentId,
        first: Seq,
        last: Seq,
    ) -> BoxFuture<'static, Result<Vec<Record>, ReadError>> {
        let state = self.lock();
        let found = state.records(incident).iter().filter(|record| {
            let target = record.event().body.known().and_then(What::target);
            target.is_some_and(|target| (first..=last).contains(&target))
        });
        ready(Ok(found.cloned().collect()))
    }

    fn heads(&self) -> BoxFuture<'static, Result<Vec<Head>, ReadError>> {
        let state = self.lock();
        let heads = state.logs.iter().map(|(incident, log)| Head {
            incident: *incident,
            seq: log.tail.seq,
            hash: log.tail.hash,
        });
        ready(Ok(heads.collect()))
    }

    fn find_command(
        &self,
        command: CommandId,
    ) -> BoxFuture<'static, Result<Vec<Record>, ReadError>> {
        let state = self.lock();
        let found = match state.commands.get(&command) {
            Some((incident, first, last)) => state
                .records(*incident)
                .iter()
                .filter(|record| (*first..=*last).contains(&record.seq()))
                .cloned()
                .collect(),
            None => Vec::new(),
        };
        ready(Ok(found))
    }

    fn follow(&self) -> broadcast::Receiver<Record> {
        self.follow.subscribe()
    }

    fn search(&self, search: Search) -> BoxFuture<'static, Result<Vec<FoundEntry>, ReadError>> {
        let state = self.lock();
        let logs = state
            .logs
            .iter()
            .filter(|(incident, _)| search.incident.is_none_or(|only| only == **incident))
            .filter(|(incident, _)| !search.hidden.contains(incident));
        let mut found: Vec<FoundEntry> = logs
            .flat_map(|(incident, log)| {
                entries(&log.records)
                    .into_values()
                    .map(|entry| (*incident, entry))
            })
            .filter(|(_, entry)| search.private || !entry.marks.private)
            .filter(|(_, entry)| text_matches(&search.words, &entry.text))
            .map(|(incident, entry)| FoundEntry {
                incident,
                seq: entry.seq,
                occurred_at: entry.occurred_at,
                by: entry.by,
                text: entry.text,
            })
            .collect();
        found
            .sort_by_key(|entry| std::cmp::Reverse((entry.occurred_at, entry.incident, entry.seq)));
        found.truncate(search.limit as usize);
        ready(Ok(found))
    }

    fn save_checkpoint(
        &self,
        fold: u32,
        incident: Box<Incident>,
    ) -> BoxFuture<'static, Result<(), AppendError>> {
        let mut state = self.lock();
        let last = state
            .logs
            .get(&incident.id)
            .map_or(Seq::ZERO, |log| log.tail.seq);
        if incident.seq > last {
            return ready(Err(super::ahead_of_log(&incident)));
        }
        let key = (incident.id, fold);
        if state
            .checkpoints
            .get(&key)
            .is_none_or(|kept| kept.seq < incident.seq)
        {
            state.checkpoints.insert(key, incident);
        }
        ready(Ok(()))
    }

    fn load_checkpoint(
        &self,
        fold: u32,
        incident: IncidentId,
    ) -> BoxFuture<'static, Result<Option<Box<Incident>>, ReadError>> {
        ready(Ok(self.lock().checkpoints.get(&(incident, fold)).cloned()))
    }
}
