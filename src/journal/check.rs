//! What every engine checks about an append before it takes it.

use super::{AppendError, Record};
use crate::incident::{CommandId, Hash, IncidentId, Seq, Timestamp};

/// What an engine knows of the end of one log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tail {
    /// The last place.
    pub(super) seq: Seq,
    /// The hash there.
    pub(super) hash: Hash,
    /// The latest `recorded_at` up to there, in milliseconds since 1970. It never falls along a
    /// log, also when the server's clock was set back, so a moment can be looked up by halving.
    pub(super) latest: i64,
}

impl Tail {
    /// The end of a log that has not begun.
    pub(super) const START: Self = Self {
        seq: Seq::ZERO,
        hash: Hash::GENESIS,
        latest: i64::MIN,
    };

    /// The end once the record is appended.
    pub(super) fn after(self, record: &Record) -> Self {
        Self {
            seq: record.seq(),
            hash: record.hash(),
            latest: self
                .latest
                .max(record.event().recorded_at.timestamp_millis()),
        }
    }

    /// Whether the checked batch follows this end.
    pub(super) fn check(
        &self,
        incident: IncidentId,
        expected: Seq,
        records: &[Record],
    ) -> Result<(), AppendError> {
        let linked = records
            .first()
            .is_some_and(|first| first.event().prev == self.hash);
        if self.seq == expected && linked {
            return Ok(());
        }
        Err(AppendError::Conflict {
            incident,
            expected,
            head: self.seq,
        })
    }
}

/// Checks that the records are of this incident and of one command, and follow each other from
/// `expected` on. A batch that fails here is a mistake of the program, not of its timing.
pub(super) fn check_batch(
    incident: IncidentId,
    expected: Seq,
    records: &[Record],
) -> Result<CommandId, AppendError> {
    let wrong = |why: &str| AppendError::Engine(format!("the records of {incident} {why}"));
    let first = records
        .first()
        .ok_or_else(|| wrong("to append are missing"))?;
    let command = first.event().command;
    let mut seq = expected;
    let mut prev = first.event().prev;
    for record in records {
        let event = record.event();
        if event.incident != incident || event.command != command {
            return Err(wrong("are of several incidents or commands"));
        }
        if record.seq() != seq.next() || event.prev != prev {
            return Err(wrong("do not follow each other"));
        }
        seq = record.seq();
        prev = record.hash();
    }
    Ok(command)
}

/// The first whole millisecond that is not before this moment.
pub(super) fn millis_from(at: Timestamp) -> i64 {
    let part = at.timestamp_subsec_nanos() % 1_000_000;
    at.timestamp_millis().saturating_add(i64::from(part > 0))
}
