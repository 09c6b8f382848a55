//! The durable log.
//!
//! **Invariant**: an append that was answered is on disk. Nothing above this folder knows which
//! engine runs; each passes the same contract test-suite.
//! **Invariant**: what was written is never written again: there is no update and no delete of a
//! record. Checkpoints and the search index are derived and may be thrown away.

mod backup;
mod check;
mod error;
mod lock;
mod memory;
mod record;
mod repair;
pub mod sqlite;
mod stats;
mod verify;
mod words;

pub use backup::{BackupError, backup, restore};
pub use error::OpenJournalError;
pub use lock::{LockHolder, lock_holder};
pub use memory::MemoryJournal;
pub use record::{BreakKind, Record, SealError, VerifyRecordError, seal, verify_chain};
pub use repair::{Repaired, SetAside, repair};
pub use stats::{LATENCY_BOUNDS_MICROS, Stats};
pub use verify::{Break, Report, verify_dir};

use crate::incident::{CommandId, Hash, Incident, IncidentId, Person, Seq, Timestamp};
use futures_util::future::BoxFuture;
use std::sync::Arc;

/// The last record of one incident's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Whose log.
    pub incident: IncidentId,
    /// Its last place.
    pub seq: Seq,
    /// The hash there; the next record's `prev`.
    pub hash: Hash,
}

/// Which records of one log to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadFrom {
    /// Those after this place, oldest first.
    After(Seq),
    /// Those before this place, newest first (a page backwards).
    Before(Seq),
    /// Those from the first one recorded at or after this moment, oldest first.
    At(Timestamp),
}

/// A search over the timelines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Whose; absent: every incident.
    pub incident: Option<IncidentId>,
    /// Words; all must be found, the last one may be a beginning. Never read as a query language.
    pub words: String,
    /// Whether private entries may be found.
    pub private: bool,
    /// Incidents in which nothing is found.
    pub hidden: Vec<IncidentId>,
    /// How many at the most.
    pub limit: u32,
}

/// An entry that a search found, with its words as they stand now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundEntry {
    /// Whose.
    pub incident: IncidentId,
    /// Where in its log.
    pub seq: Seq,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Who wrote it.
    pub by: Person,
    /// Its words.
    pub text: Arc<str>,
}

/// Why records were not appended. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The log has another head than the first record follows.
    #[error("the log of {incident} is at {head}, not at {expected}")]
    Conflict {
        /// Whose log.
        incident: IncidentId,
        /// What the writer took for its head.
        expected: Seq,
        /// Its head.
        head: Seq,
    },
    /// A record of this command stands in some log already.
    #[error("the command {0} was carried out before")]
    Duplicate(CommandId),
    /// The disk is full. Reads go on.
    #[error("the disk that holds the journal is full")]
    DiskFull,
    /// The writer has too much to do.
    #[error("the journal has too much to write")]
    Busy,
    /// Anything else that the engine says.
    #[error("the journal cannot be written: {0}")]
    Engine(String),
}

/// Why records could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the journal cannot be read: {0}")]
pub struct ReadError(pub String);

/// Why a state that is ahead of its log is not kept: it would be believed after the log had gone on
/// in another way.
fn ahead_of_log(incident: &Incident) -> AppendError {
    AppendError::Engine(format!(
        "the state of {} is at {}, and its log is not there yet",
        incident.id, incident.seq
    ))
}

/// What an engine must do. Its meaning is written down as tests in `tests/it/journal_contract.rs`.
///
/// An append holds all the records of one command of one incident, and is taken whole or not at
/// all. Records come sealed: the writer computes hashes, the engine checks that they link up.
pub trait Journal: Send + Sync + 'static {
    /// What was done since it was opened, and what waits.
    fn stats(&self) -> Stats;

    /// Tries whether appends are taken: a real write to where they go, of the size of a usual one,
    /// of which nothing stays.
    fn probe(&self) -> BoxFuture<'static, Result<(), AppendError>>;

    /// Appends the records after `expected` and answers when they are durable.
    ///
    /// The records are of one incident and one command, follow each other, and the first one's
    /// `prev` is the hash at `expected`. Appends of one incident are carried out in the order in
    /// which this function is called, also when the answers of earlier ones are still awaited;
    /// when one fails, those already waiting behind it fail too (they name another head).
    fn append(
        &self,
        incident: IncidentId,
        expected: Seq,
        records: Vec<Record>,
    ) -> BoxFuture<'static, Result<(), AppendError>>;

    /// Reads at most `limit` records. `Before` gives the newest first.
    fn read(
        &self,
        incident: IncidentId,
        from: ReadFrom,
        limit: u32,
    ) -> BoxFuture<'static, Result<Vec<Record>, ReadError>>;

    /// Reads the corrections (amended, retracted, pinned) whose target lies in `first..=last`,
    /// wherever they stand themselves, in order.
    fn corrections(
        &self,
        incident: IncidentId,
        first: Seq,
        last: Seq,
    ) -> BoxFuture<'static, Result<Vec<Record>, ReadError>>;

    /// The heads of all logs, by incident.
    fn heads(&self) -> BoxFuture<'static, Result<Vec<Head>, ReadError>>;

    /// The records that a command made, in whichever log; empty when it was never carried out.
    fn find_command(
        &self,
        command: CommandId,
    ) -> BoxFuture<'static, Result<Vec<Record>, ReadError>>;

    /// Records of all logs in the order in which they became durable, from now on. The receiver
    /// that falls behind by [`FOLLOW_QUEUE`] gets `Lagged` and reads on from the logs.
    fn follow(&self) -> tokio::sync::broadcast::Receiver<Record>;

    /// Full-text search over the entries as they stand now (amended words, not the old ones;
    /// nothing retracted), newest first.
    fn search(&self, search: Search) -> BoxFuture<'static, Result<Vec<FoundEntry>, ReadError>>;

    /// Keeps a folded state, to start from. A newer one takes the place of the older.
    fn save_checkpoint(
        &self,
        fold: u32,
        incident: Box<Incident>,
    ) -> BoxFuture<'static, Result<(), AppendError>>;

    /// The newest kept state of this fold version.
    fn load_checkpoint(
        &self,
        fold: u32,
        incident: IncidentId,
    ) -> BoxFuture<'static, Result<Option<Box<Incident>>, ReadError>>;
}

/// Records that wait for one follower. Beyond it the follower is told that it lagged.
pub const FOLLOW_QUEUE: usize = 1_024;
/// Appends that wait for the writer. Beyond it the answer is [`AppendError::Busy`].
pub const APPEND_QUEUE: usize = 1_024;
/// Appends in one group commit: one fsync for all of them.
pub const GROUP_COMMIT: usize = 256;
