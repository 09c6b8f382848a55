//! A journal in memory whose disk can be made full, whose answers can be held back, and which
//! outlives the server that uses it.

use futures_util::future::{BoxFuture, FutureExt, ready};
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::{broadcast, oneshot, watch};
use warroom::incident::*;
use warroom::journal::*;

pub(crate) struct Ledger {
    logs: Mutex<BTreeMap<IncidentId, Vec<Record>>>,
    checkpoints: watch::Sender<BTreeMap<IncidentId, Incident>>,
    pub(crate) full: AtomicBool,
    /// Records read since the ledger was made.
    pub(crate) read: AtomicUsize,
    waiting: watch::Sender<Waiting>,
    follow: broadcast::Sender<Record>,
}

/// Appends that wait for the disk, in the order in which they came.
#[derive(Default)]
struct Waiting {
    holds: bool,
    appends: VecDeque<Append>,
}

struct Append {
    incident: IncidentId,
    expected: Seq,
    records: Vec<Record>,
    answer: oneshot::Sender<Result<(), AppendError>>,
}

impl Ledger {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            logs: Mutex::default(),
            checkpoints: watch::Sender::default(),
            full: AtomicBool::new(false),
            read: AtomicUsize::new(0),
            waiting: watch::Sender::default(),
            follow: broadcast::channel(16).0,
        })
    }

    pub(crate) fn log(&self, id: u64) -> Vec<Record> {
        let logs = self.logs.lock().unwrap();
        logs.get(&IncidentId(id)).cloned().unwrap_or_default()
    }

    pub(crate) fn checkpoints(&self) -> usize {
        self.checkpoints.borrow().len()
    }

    /// Waits until a checkpoint of the incident is kept, and says as of which event.
    pub(crate) async fn checkpointed(&self, id: u64) -> u64 {
        let id = IncidentId(id);
        let mut kept = self.checkpoints.subscribe();
        let kept = kept.wait_for(|kept| kept.contains_key(&id)).await.unwrap();
        kept[&id].seq.0
    }

    /// Holds back what comes from now on.
    pub(crate) fn hold(&self) {
        self.waiting.send_modify(|waiting| waiting.holds = true);
    }

    /// Waits until so many appends are held back.
    pub(crate) async fn held(&self, count: usize) {
        let mut waiting = self.waiting.subscribe();
        let enough = waiting.wait_for(|waiting| waiting.appends.len() >= count);
        let _ = tokio::time::timeout(super::server::PATIENCE, enough)
            .await
            .expect("the appends in time");
    }

    /// Carries out the oldest of those held back, as the disk is now.
    pub(crate) fn release(&self, count: usize) {
        self.waiting.send_modify(|waiting| {
            for append in waiting.appends.drain(..count) {
                let taken = self.take(append.incident, append.expected, &append.records);
                let _ = append.answer.send(taken);
            }
        });
    }

    /// Carries out all that were held back, and holds nothing back any more.
    pub(crate) fn go_on(&self) {
        self.waiting.send_modify(|waiting| {
            waiting.holds = false;
            for append in std::mem::take(&mut waiting.appends) {
                let taken = self.take(append.incident, append.expected, &append.records);
                let _ = append.answer.send(taken);
            }
        });
    }

    /// Drops what was held back, as a crash does, and holds nothing back any more.
    pub(crate) fn lose(&self) {
        self.waiting.send_replace(Waiting::default());
    }

    /// Writes behind the server's back, as a second writer on the same log would.
    pub(crate) fn foreign(&self, id: u64, command: CommandId, by: &str, what: What) {
        let last = self.log(id).pop().unwrap();
        let mut event = last.event().clone();
        event.seq = last.seq().next();
        event.prev = last.hash();
        event.command = command;
        event.by = by.parse().unwrap();
        event.body = what.into();
        let record = seal(event).unwrap();
        self.take(IncidentId(id), last.seq(), &[record]).unwrap();
    }

    fn take(&self, id: IncidentId, expected: Seq, records: &[Record]) -> Result<(), AppendError> {
        if self.full.load(Ordering::SeqCst) {
            return Err(AppendError::DiskFull);
        }
        let mut logs = self.logs.lock().unwrap();
        let command = records[0].event().command;
        if logs
            .values()
            .flatten()
            .any(|r| r.event().command == command)
        {
            return Err(AppendError::Duplicate(command));
        }
        let log = logs.entry(id).or_default();
        let (head, mut hash) = log
            .last()
            .map_or((Seq::ZERO, Hash::GENESIS), |r| (r.seq(), r.hash()));
        // Another log of that length is another log.
        if head != expected || records[0].event().prev != hash {
            return Err(AppendError::Conflict {
                incident: id,
                expected,
                head,
            });
        }
        let mut seq = head;
        for record in records {
            let whole = verify_chain(seq, hash, record.json()).expect("a whole chain");
            (seq, hash) = (whole.seq(), whole.hash());
            log.push(record.clone());
        }
        Ok(())
    }
}

fn done<T: Send + 'static>(value: T) -> BoxFuture<'static, T> {
    ready(value).boxed()
}

impl Journal for Ledger {
    fn probe(&self) -> BoxFuture<'static, Result<(), AppendError>> {
        let full = self.full.load(Ordering::SeqCst);
        done(if full {
            Err(AppendError::DiskFull)
        } else {
            Ok(())
        })
    }

    fn stats(&self) -> Stats {
        Stats {
            queued: self.waiting.borrow().appends.len() as u64,
            ..Stats::default()
        }
    }

    fn append(
        &self,
        incident: IncidentId,
        expected: Seq,
        records: Vec<Record>,
    ) -> BoxFuture<'static, Result<(), AppendError>> {
        let (answer, answered) = oneshot::channel();
        let append = Append {
            incident,
            expected,
            records,
            answer,
        };
        self.waiting.send_modify(|waiting| {
            if waiting.holds {
                waiting.appends.push_back(append);
            } else {
                let taken = self.take(append.incident, append.expected, &append.records);
                let _ = append.answer.send(taken);
            }
        });
        async { answered.await.unwrap() }.boxed()
    }

    fn read(
        &self,
        incident: IncidentId,
        from: ReadFrom,
        limit: u32,
    ) -> BoxFuture<'static, Result<Vec<Record>, ReadError>> {
        let logs = self.logs.lock().unwrap();
        let log = logs.get(&incident).map_or(&[][..], Vec::as_slice);
        let limit = limit as usize;
        let page: Vec<Record> = match from {
            ReadFrom::After(seq) => {
                let from = log.partition_point(|r| r.seq() <= seq);
                log[from..].iter().take(limit).cloned().collect()
            }
            ReadFrom::Before(seq) => {
                let to = log.partition_point(|r| r.seq() < seq);
                log[..to].iter().rev().take(limit).cloned().collect()
            }
            ReadFrom::At(at) => {
                let after = log.iter().skip_while(|r| r.event().recorded_at < at);
                after.take(limit).cloned().collect()
            }
        };
        self.read.fetch_add(page.len(), Ordering::SeqCst);
        done(Ok(page))
    }

    fn corrections(
        &self,
        incident: IncidentId,
        first: Seq,
        last: Seq,
    ) -> BoxFuture<'static, Result<Vec<Record>, ReadError>> {
        let about = |r: &Record| {
            let target = r.event().body.known().and_then(What::target);
            target.is_some_and(|target| (first..=last).contains(&target))
        };
        done(Ok(self.log(incident.0).into_iter().filter(about).collect()))
    }

    fn heads(&self) -> BoxFuture<'static, Result<Vec<Head>, ReadError>> {
        let logs = self.logs.lock().unwrap();
        let heads = logs.iter().filter_map(|(incident, log)| {
            log.last().map(|last| Head {
                incident: *incident,
                seq: last.seq(),
                hash: last.hash(),
            })
        });
        done(Ok(heads.collect()))
    }

    fn find_command(
        &self,
        command: CommandId,
    ) -> BoxFuture<'static, Result<Vec<Record>, ReadError>> {
        let logs = self.logs.lock().unwrap();
        let all = logs.values().flatten();
        done(Ok(all
            .filter(|r| r.event().command == command)
            .cloned()
            .collect()))
    }

    fn follow(&self) -> broadcast::Receiver<Record> {
        self.follow.subscribe()
    }

    fn search(&self, search: Search) -> BoxFuture<'static, Result<Vec<FoundEntry>, ReadError>> {
        let logs = self.logs.lock().unwrap();
        let mut found = Vec::new();
        for record in logs.values().flatten() {
            let entry = Entry::from_event(record.event());
            let fits = |entry: &Entry| {
                entry.text.contains(&search.words) && (search.private || !entry.marks.private)
            };
            if let Some(entry) = entry.filter(fits) {
                found.push(FoundEntry {
                    incident: record.event().incident,
                    seq: entry.seq,
                    occurred_at: entry.occurred_at,
                    by: entry.by,
                    text: entry.text,
                });
            }
        }
        found.reverse();
        found.truncate(search.limit as usize);
        done(Ok(found))
    }

    fn save_checkpoint(
        &self,
        _: u32,
        incident: Box<Incident>,
    ) -> BoxFuture<'static, Result<(), AppendError>> {
        if self.full.load(Ordering::SeqCst) {
            return done(Err(AppendError::DiskFull));
        }
        let (id, incident) = (incident.id, *incident);
        self.checkpoints.send_modify(|kept| {
            kept.insert(id, incident);
        });
        done(Ok(()))
    }

    fn load_checkpoint(
        &self,
        _: u32,
        incident: IncidentId,
    ) -> BoxFuture<'static, Result<Option<Box<Incident>>, ReadError>> {
        let kept = self.checkpoints.borrow().get(&incident).cloned();
        done(Ok(kept.map(Box::new)))
    }
}
