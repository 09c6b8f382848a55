//! The journal alone, without a socket: one append at a time against the disk's own fsync, and
//! many writers at once, who share one fsync.

use crate::append::BareDisk;
use crate::log;
use crate::report::{Report, ms, percentile};
use std::sync::Arc;
use std::time::Instant;
use warroom::clock::{Clock, SystemClock};
use warroom::incident::*;
use warroom::journal::{Journal, Record, seal, sqlite};

/// Appends one at a time, and as many bare writes, taken in turns of [`TURN`].
const ROUNDS: usize = 2_000;
const TURN: usize = 50;
/// Writers at once, each with a log of its own.
const WRITERS: u64 = 64;
/// Appends of each of them.
const EACH: u64 = 200;

struct Log {
    incident: IncidentId,
    seq: Seq,
    prev: Hash,
}

impl Log {
    fn new(incident: u64) -> Self {
        Self {
            incident: IncidentId(incident),
            seq: Seq::ZERO,
            prev: Hash::GENESIS,
        }
    }

    fn note(&mut self) -> Record {
        let now = SystemClock.now();
        self.seq = self.seq.next();
        let text = "pods in eu-west-1b restart because of OOM; rolling back 4f2a now";
        let record = seal(Event {
            incident: self.incident,
            seq: self.seq,
            recorded_at: now,
            occurred_at: now,
            by: "lee".parse().unwrap(),
            via: Via::Console,
            command: CommandId(uuid::Uuid::now_v7()),
            prev: self.prev,
            body: log::note(text).into(),
        })
        .unwrap();
        self.prev = record.hash();
        record
    }

    async fn append(&mut self, journal: &dyn Journal) -> f64 {
        let expected = self.seq;
        let record = self.note();
        let started = Instant::now();
        let appended = journal.append(self.incident, expected, vec![record]);
        appended.await.unwrap();
        ms(started.elapsed())
    }
}

pub fn measure(report: &mut Report) {
    let folder = crate::server::folder();
    let data = folder.path().join("data");
    let journal = Arc::new(sqlite::open(&data, &sqlite::Options::default()).unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut disk = BareDisk::new(folder.path());
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    let mut log = Log::new(1);
    while ours.len() < ROUNDS {
        bare.extend((0..TURN).map(|_| disk.page()));
        runtime.block_on(async {
            for _ in 0..TURN {
                ours.push(log.append(&*journal).await);
            }
        });
    }
    let ours = (percentile(&mut ours, 0.5), "ms");
    let bare = (percentile(&mut bare, 0.5), "ms, 4 KiB + fdatasync");
    report.beside("append to the journal alone, p50", ours, bare);

    let before = journal.stats();
    let started = Instant::now();
    runtime.block_on(async {
        let writers = (2..2 + WRITERS).map(|incident| {
            let journal = Arc::clone(&journal);
            tokio::spawn(async move {
                let mut log = Log::new(incident);
                for _ in 0..EACH {
                    log.append(&*journal).await;
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
    });
    let took = started.elapsed().as_secs_f64();
    let after = journal.stats();
    let appends = (after.appends - before.appends) as f64;
    let commits = (after.commits - before.commits) as f64;
    report.known("64 writers at once", (appends / took, "appends/s"));
    report.known("  appends that share one fsync", (appends / commits, ""));
    runtime.block_on(journal.close());
}
