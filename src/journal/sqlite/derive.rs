//! The housekeeper's thread: it follows the journal with the search index, keeps states, and moves
//! the write-ahead log into the journal's file. Nothing that is acknowledged waits for it.

use super::schema::hash_of;
use super::writer::{checkpoint, warn_of};
use super::{reader, search};
use crate::incident::{Incident, IncidentId, Seq};
use crate::journal::stats::Counters;
use crate::journal::{AppendError, ReadError, ReadFrom, ahead_of_log};
use rusqlite::{Connection, ErrorCode};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::time::{Duration, Instant};
use tokio::sync::{oneshot, watch};

/// What waits for the housekeeper. Beyond it a state is refused as busy; a wake-up is dropped,
/// for one is there already.
pub(super) const DERIVE_QUEUE: usize = 64;
/// Records that go into the index in one transaction.
const INDEX_BATCH: u32 = 256;
/// How long the housekeeper gathers appends before it works them into the index, unless someone
/// searches. In a storm one batch is many times cheaper than a batch for each append.
const GATHER: Duration = Duration::from_millis(50);

/// What is put to the housekeeper.
pub(super) enum Task {
    /// There may be new events, or the write-ahead log has become long.
    Wake,
    /// Someone searches: bring the index up to date now.
    Hurry,
    /// A state to keep.
    Keep {
        fold: u32,
        incident: Box<Incident>,
        answer: oneshot::Sender<Result<(), AppendError>>,
    },
    /// No more will come.
    Close,
}

/// Wakes the housekeeper.
#[derive(Clone)]
pub(super) struct Nudge {
    tasks: SyncSender<Task>,
    checkpoint: Arc<AtomicBool>,
    /// The housekeeper was woken, and has not looked for new events since.
    woken: Arc<AtomicBool>,
}

impl Nudge {
    pub(super) fn new(tasks: SyncSender<Task>) -> Self {
        Self {
            tasks,
            checkpoint: Arc::default(),
            woken: Arc::default(),
        }
    }

    /// There are new events.
    pub(super) fn appended(&self) {
        // To wake a thread takes as long as a part of an append.
        if !self.woken.swap(true, Ordering::AcqRel) {
            // A full queue: the housekeeper looks for new events after each task anyway.
            let _ = self.tasks.try_send(Task::Wake);
        }
    }

    /// The housekeeper looks for new events now: those that come later wake it again.
    fn looking(&self) {
        self.woken.swap(false, Ordering::AcqRel);
    }

    /// Someone waits for the index.
    pub(super) fn hurry(&self) {
        let _ = self.tasks.try_send(Task::Hurry);
    }

    /// The write-ahead log is long.
    pub(super) fn checkpoint(&self) {
        self.checkpoint.store(true, Ordering::Release);
        self.appended();
    }

    /// Has a state kept.
    pub(super) fn keep(
        &self,
        fold: u32,
        incident: Box<Incident>,
    ) -> Result<oneshot::Receiver<Result<(), AppendError>>, AppendError> {
        let (answer, answered) = oneshot::channel();
        let task = Task::Keep {
            fold,
            incident,
            answer,
        };
        self.tasks.try_send(task).map_err(|error| match error {
            TrySendError::Full(_) => AppendError::Busy,
            TrySendError::Disconnected(_) => super::closed(),
        })?;
        Ok(answered)
    }

    /// No more will come. Waits for room in the queue.
    pub(super) fn close(&self) {
        // The housekeeper may be gone already.
        let _ = self.tasks.send(Task::Close);
    }
}

/// How far the index is.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress {
    /// Commits that were there when the index was last brought up to date, or could not be.
    /// Absent: what the last run left behind is still being caught up with.
    pub(super) tried: Option<u64>,
    /// Why the last try failed.
    pub(super) trouble: Option<String>,
}

/// The housekeeper's state, on its own thread.
pub(super) struct Housekeeper {
    pub(super) journal: Connection,
    pub(super) derived: Connection,
    pub(super) tasks: Receiver<Task>,
    pub(super) nudge: Nudge,
    pub(super) counters: Arc<Counters>,
    pub(super) progress: watch::Sender<Progress>,
    /// How far each log is in the index. Absent until it was compared with the journal.
    pub(super) indexed: Option<HashMap<IncidentId, Seq>>,
}

impl Housekeeper {
    /// Catches up with what the last run left behind, then follows until the journal is closed.
    pub(super) fn run(mut self) {
        let mut open = self.follow();
        while open {
            let Ok(task) = self.tasks.recv() else { return };
            open = self.gather(task) && self.follow();
            if self.nudge.checkpoint.swap(false, Ordering::AcqRel) {
                warn_of(checkpoint(&self.journal, "PASSIVE"));
            }
        }
    }

    /// Carries out the task and what comes after it within a moment. False when closed.
    fn gather(&mut self, mut task: Task) -> bool {
        let until = Instant::now() + GATHER;
        loop {
            match task {
                Task::Wake => {}
                Task::Hurry => return true,
                Task::Close => return false,
                Task::Keep {
                    fold,
                    incident,
                    answer,
                } => {
                    // The one who asked may be gone.
                    let _ = answer.send(self.keep(fold, &incident));
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            task = match self.tasks.recv_timeout(left) {
                Ok(next) => next,
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            };
        }
    }

    /// Compares what the index was made from with the journal: when another journal was put in
    /// its place, a log's entries are taken out and indexed again.
    fn check_history(&self) -> Result<HashMap<IncidentId, Seq>, ReadError> {
        let failed = |error: rusqlite::Error| trouble(&error);
        let mut fits = HashMap::new();
        for (incident, seq, hash) in search::indexed(&self.derived).map_err(failed)? {
            let record = reader::record_at(&self.journal, incident, seq)?;
            if record.is_some_and(|record| hash_of(&hash) == Some(record.hash())) {
                fits.insert(incident, seq);
            } else {
                search::forget(&self.derived, incident).map_err(failed)?;
            }
        }
        Ok(fits)
    }

    /// Brings the index up to date. False when the journal was closed meanwhile.
    fn follow(&mut self) -> bool {
        self.nudge.looking();
        let commits = self.counters.commits();
        let trouble = loop {
            match self.index_some() {
                Ok(true) => {}
                Ok(false) => break None,
                Err(ReadError(why)) => {
                    tracing::warn!(%why, "the search index is behind");
                    break Some(why);
                }
            }
            // A long catching-up must not hold up states, nor the end.
            while let Ok(task) = self.tasks.try_recv() {
                match task {
                    Task::Close => return false,
                    Task::Keep {
                        fold,
                        incident,
                        answer,
                    } => {
                        let _ = answer.send(self.keep(fold, &incident));
                    }
                    Task::Wake | Task::Hurry => self.nudge.looking(),
                }
            }
        };
        self.report(commits, trouble);
        // What came in while it was caught up with has woken nobody if its wake-up was taken
        // above: look again until nothing came in between.
        if self.progress.borrow().trouble.is_none() && self.counters.commits() > commits {
            self.nudge.hurry();
        }
        true
    }

    fn report(&self, commits: u64, trouble: Option<String>) {
        self.progress.send_modify(|progress| {
            progress.tried = Some(commits);
            progress.trouble = trouble;
        });
    }

    /// Indexes a batch of each log that has more. False when none has.
    fn index_some(&mut self) -> Result<bool, ReadError> {
        let mut indexed = match self.indexed.take() {
            Some(indexed) => indexed,
            None => self.check_history()?,
        };
        let done = self.index_batches(&mut indexed);
        if done.is_ok() {
            self.indexed = Some(indexed);
        }
        // After an error it is read again from the file what is in it.
        done
    }

    fn index_batches(&self, indexed: &mut HashMap<IncidentId, Seq>) -> Result<bool, ReadError> {
        let mut more = false;
        for head in reader::heads(&self.journal)? {
            let from = indexed.get(&head.incident).copied().unwrap_or(Seq::ZERO);
            if from >= head.seq {
                continue;
            }
            let after = ReadFrom::After(from);
            let records = reader::read(&self.journal, head.incident, after, INDEX_BATCH)?;
            let Some(last) = records.last() else {
                let why = format!("the log of {} ends before {}", head.incident, head.seq);
                return Err(ReadError(why));
            };
            search::index(&self.derived, &records).map_err(|error| trouble(&error))?;
            indexed.insert(head.incident, last.seq());
            more = true;
        }
        Ok(more)
    }

    fn keep(&self, fold: u32, incident: &Incident) -> Result<(), AppendError> {
        let record = reader::record_at(&self.journal, incident.id, incident.seq)
            .map_err(|ReadError(why)| AppendError::Engine(why))?;
        let Some(record) = record else {
            return Err(ahead_of_log(incident));
        };
        let state = serde_json::to_string(incident)
            .map_err(|error| AppendError::Engine(error.to_string()))?;
        let stamp = (incident.id, incident.seq, record.hash());
        search::keep_checkpoint(&self.derived, fold, stamp, &state).map_err(|error| {
            match error.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => AppendError::DiskFull,
                _ => AppendError::Engine(error.to_string()),
            }
        })
    }
}

/// What an error of the index means.
fn trouble(error: &rusqlite::Error) -> ReadError {
    ReadError(match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => format!(
            "the search index is damaged ({error}); stop the server and delete {}, it is made \
             again from the journal",
            search::DERIVED_FILE
        ),
        _ => format!("the search index cannot be brought up to date: {error}"),
    })
}
