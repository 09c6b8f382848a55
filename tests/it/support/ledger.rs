//! A journal in memory whose disk can be made full, and which outlives the server that uses it.

use futures_util::future::{BoxFuture, FutureExt, ready};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::broadcast;
use warroom::incident::*;
use warroom::journal::*;

pub(crate) struct Ledger {
    logs: Mutex<BTreeMap<IncidentId, Vec<Record>>>,
    checkpoints: Mutex<BTreeMap<IncidentId, Incident>>,
    pub(crate) full: AtomicBool,
    follow: broadcast::Sender<Record>,
}

impl Ledger {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            logs: Mutex::default(),
            checkpoints: Mutex::default(),
            full: AtomicBool::new(false),
            follow: broadcast::channel(16).0,
        })
    }

    pub(crate) fn log(&self, id: u64) -> Vec<Record> {
        let logs = self.logs.lock().unwrap();
        logs.get(&IncidentId(id)).cloned().unwrap_or_default()
    }

    pub(crate) fn checkpoints(&self) -> usize {
        self.checkpoints.lock().unwrap().len()
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
        if head != expected {
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
    fn append(
        &self,
        incident: IncidentId,
        expected: Seq,
        records: Vec<Record>,
    ) -> BoxFuture<'static, Result<(), AppendError>> {
        done(self.take(incident, expected, &records))
    }

    fn read(
        &self,
        incident: IncidentId,
        from: ReadFrom,
        limit: u32,
    ) -> BoxFuture<'static, Result<Vec<Record>, ReadError>> {
        let log = self.log(incident.0);
        let limit = limit as usize;
        done(Ok(match from {
            ReadFrom::After(seq) => log
                .into_iter()
                .filter(|r| r.seq() > seq)
                .take(limit)
                .collect(),
            ReadFrom::Before(seq) => {
                let before = log.into_iter().rev().filter(|r| r.seq() < seq);
                before.take(limit).collect()
            }
            ReadFrom::At(at) => {
                let after = log.into_iter().skip_while(|r| r.event().recorded_at < at);
                after.take(limit).collect()
            }
        }))
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
        self.checkpoints
            .lock()
            .unwrap()
            .insert(incident.id, *incident);
        done(Ok(()))
    }

    fn load_checkpoint(
        &self,
        _: u32,
        incident: IncidentId,
    ) -> BoxFuture<'static, Result<Option<Box<Incident>>, ReadError>> {
        let kept = self.checkpoints.lock().unwrap().get(&incident).cloned();
        done(Ok(kept.map(Box::new)))
    }
}
