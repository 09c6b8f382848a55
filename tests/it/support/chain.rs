//! Sealed records of one incident's log, one command after the other.

use std::sync::atomic::{AtomicU64, Ordering};
use warroom::incident::*;
use warroom::journal::sqlite::{self, SqliteJournal};
use warroom::journal::{AppendError, Journal, Record, Search, seal};

/// Every command of every chain has an id of its own, ordered by time as real ones are.
static COMMANDS: AtomicU64 = AtomicU64::new(1);

/// The end of a log that is being written.
#[derive(Clone)]
pub(crate) struct Chain {
    pub(crate) incident: IncidentId,
    pub(crate) seq: Seq,
    prev: Hash,
    now: Timestamp,
}

impl Chain {
    /// A log that has not begun. Its clock stands at 2026-11-24 14:00 UTC, plus its number of
    /// minutes, and goes on a second an event.
    pub(crate) fn new(incident: u64) -> Self {
        let start: Timestamp = "2026-11-24T14:00:00Z".parse().unwrap();
        Self {
            incident: IncidentId(incident),
            seq: Seq::ZERO,
            prev: Hash::GENESIS,
            now: start + chrono::TimeDelta::minutes(incident.cast_signed()),
        }
    }

    /// Moves the clock, also backwards.
    pub(crate) fn set_clock(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// The records of one command.
    pub(crate) fn command(&mut self, bodies: Vec<EventBody>) -> Vec<Record> {
        let number = COMMANDS.fetch_add(1, Ordering::Relaxed);
        let id = (1_764_000_000_000_u128 << 80) + u128::from(number);
        self.command_as(CommandId(uuid::Uuid::from_u128(id)), bodies)
    }

    /// The records of a command with this id.
    pub(crate) fn command_as(&mut self, command: CommandId, bodies: Vec<EventBody>) -> Vec<Record> {
        let mut records = Vec::new();
        for body in bodies {
            self.seq = self.seq.next();
            self.now += chrono::TimeDelta::seconds(1);
            let record = seal(Event {
                incident: self.incident,
                seq: self.seq,
                recorded_at: self.now,
                occurred_at: self.now,
                by: "lee".parse().unwrap(),
                via: Via::Console,
                command,
                prev: self.prev,
                body,
            })
            .unwrap();
            self.prev = record.hash();
            records.push(record);
        }
        records
    }

    /// The record of one note.
    pub(crate) fn note(&mut self, text: &str) -> Vec<Record> {
        self.command(vec![note(text)])
    }

    /// Appends one command's events and expects that to succeed.
    pub(crate) async fn append(&mut self, journal: &dyn Journal, bodies: Vec<EventBody>) {
        let expected = self.seq;
        let records = self.command(bodies);
        let done = journal.append(self.incident, expected, records).await;
        assert_eq!(done, Ok(()));
    }

    /// Appends one note and expects that to succeed.
    pub(crate) async fn write(&mut self, journal: &dyn Journal, text: &str) {
        self.append(journal, vec![note(text)]).await;
    }

    /// Appends one note, or stays where it is.
    pub(crate) async fn try_write(
        &mut self,
        journal: &dyn Journal,
        text: &str,
    ) -> Result<(), AppendError> {
        let before = self.clone();
        let records = self.note(text);
        let done = journal.append(self.incident, before.seq, records).await;
        if done.is_err() {
            *self = before;
        }
        done
    }
}

/// Sealed records of `n` notes, each of a command of its own.
pub(crate) fn chain(incident: u64, n: usize) -> Vec<Record> {
    let mut chain = Chain::new(incident);
    (0..n)
        .flat_map(|i| chain.note(&format!("note {i}")))
        .collect()
}

pub(crate) fn note(text: &str) -> EventBody {
    noted(text, false)
}

pub(crate) fn noted(text: &str, private: bool) -> EventBody {
    EventBody::Known(What::Noted {
        kind: EntryKind::Note,
        text: text.into(),
        pinned: false,
        private,
        tags: Vec::new(),
        mentions: Vec::new(),
        hypothesis: None,
    })
}

pub(crate) fn amended(target: u64, text: &str) -> EventBody {
    EventBody::Known(What::Amended {
        target: Seq(target),
        text: text.into(),
        private: false,
    })
}

pub(crate) fn retracted(target: u64) -> EventBody {
    EventBody::Known(What::Retracted {
        target: Seq(target),
        reason: "wrong".into(),
        private: false,
    })
}

/// The places of records, for comparing.
pub(crate) fn seqs(records: &[Record]) -> Vec<u64> {
    records.iter().map(|record| record.seq().0).collect()
}

/// The texts that a search over all incidents finds.
pub(crate) async fn search(journal: &dyn Journal, words: &str) -> Vec<String> {
    let search = Search {
        incident: None,
        words: words.to_owned(),
        private: false,
        hidden: Vec::new(),
        limit: 100,
    };
    let found = journal.search(search).await.unwrap();
    found
        .into_iter()
        .map(|entry| entry.text.to_string())
        .collect()
}

/// The bytes of a journal that was written and closed.
pub(crate) fn closed_journal(write: impl AsyncFnOnce(&SqliteJournal)) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let journal = sqlite::open(dir.path(), &sqlite::Options::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(write(&journal));
    drop(journal);
    std::fs::read(dir.path().join("journal.db")).unwrap()
}
