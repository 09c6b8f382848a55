//! What a durable append costs beside the disk's own: one at a time, and 64 at once.
//!
//! `cargo bench --bench journal`. The yardstick is a bare write of 4 KiB with fdatasync in the
//! same directory in the same run, taken in turns with the appends, so that a busy disk slows
//! both.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first error"
)]

use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};
use warroom::incident::*;
use warroom::journal::sqlite::{Options, open};
use warroom::journal::{Journal, Record, seal};

/// Appends one at a time, and as many bare writes.
const ROUNDS: usize = 2_000;
/// Appends and bare writes are taken in turns of so many.
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
        let now: Timestamp = "2026-11-24T14:00:00Z".parse().unwrap();
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
            body: EventBody::Known(What::Noted {
                kind: EntryKind::Note,
                text: text.into(),
                pinned: false,
                private: false,
                tags: Vec::new(),
                mentions: Vec::new(),
            }),
        })
        .unwrap();
        self.prev = record.hash();
        record
    }

    async fn append(&mut self, journal: &dyn Journal) -> Duration {
        let expected = self.seq;
        let record = self.note();
        let start = Instant::now();
        let appended = journal.append(self.incident, expected, vec![record]);
        appended.await.unwrap();
        start.elapsed()
    }
}

fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

fn main() {
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let journal = Arc::new(open(&dir.path().join("data"), &Options::default()).unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut bare_file = File::create(dir.path().join("bare")).unwrap();
    let page = [7_u8; 4_096];

    let (mut bare, mut appends) = (Vec::new(), Vec::new());
    let mut log = Log::new(1);
    while appends.len() < ROUNDS {
        for _ in 0..TURN {
            let start = Instant::now();
            bare_file.write_all(&page).unwrap();
            bare_file.sync_data().unwrap();
            bare.push(start.elapsed());
        }
        runtime.block_on(async {
            for _ in 0..TURN {
                appends.push(log.append(&*journal).await);
            }
        });
    }
    for percent in [50, 99] {
        let (bare, append) = (
            percentile(&mut bare, percent),
            percentile(&mut appends, percent),
        );
        let ratio = append.as_secs_f64() / bare.as_secs_f64();
        println!(
            "p{percent}: bare 4 KiB + fdatasync {bare:.0?}, append {append:.0?}: {ratio:.2} times"
        );
    }

    let before = journal.stats();
    let start = Instant::now();
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
    let took = start.elapsed();
    let after = journal.stats();
    let appends = after.appends - before.appends;
    let commits = after.commits - before.commits;
    let rate = appends as f64 / took.as_secs_f64();
    println!(
        "{WRITERS} writers: {rate:.0} appends/s, {:.1} appends a commit",
        appends as f64 / commits as f64
    );
}
