//! The default engine: one SQLite file in WAL mode, one thread that writes, a few that read, and
//! a housekeeper.
//!
//! **Invariant**: only the writer's thread writes to the journal's file, and an append is answered
//! when its commit has returned with `synchronous=FULL`.

mod derive;
mod reader;
mod ready;
pub(super) mod schema;
mod search;
mod writer;

use super::lock::Lock;
use super::stats::Counters;
use super::{
    APPEND_QUEUE, AppendError, FOLLOW_QUEUE, FoundEntry, Head, Journal, OpenJournalError,
    ReadError, ReadFrom, Record, Search, Stats,
};
use crate::files;
use crate::incident::{CommandId, Incident, IncidentId, Seq};
use derive::{DERIVE_QUEUE, Housekeeper, Nudge, Progress};
use futures_util::future::BoxFuture;
use reader::{READERS, Readers};
use ready::Ready;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, oneshot, watch};
use writer::{Append, Job, Writer};

pub(super) use writer::{put_command, put_head, put_records, target_place};

/// How long a search waits for the index to have all that was acknowledged before it.
const SEARCH_PATIENCE: Duration = Duration::from_secs(5);

/// How a journal is opened.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The most bytes that the journal's file may take (its write-ahead log, of some megabytes,
    /// and the search index come on top). Beyond it an append is refused as on a full disk.
    /// Absent: as many as the disk has.
    pub max_bytes: Option<u64>,
    /// The write-ahead log's file is made some 12 MiB long while nothing is to be written, so that
    /// an append costs the disk less from the first one on: for who appends for long.
    pub ready_log: bool,
}

/// The journal in one SQLite file. It is closed when it is dropped; both wait for what is queued.
pub struct SqliteJournal {
    jobs: SyncSender<Job>,
    readers: Option<Readers>,
    nudge: Nudge,
    counters: Arc<Counters>,
    follow: broadcast::Sender<Record>,
    progress: watch::Receiver<Progress>,
    lock: Lock,
    threads: Mutex<Option<Threads>>,
    reader_threads: Vec<JoinHandle<()>>,
    /// The writer's connection once the writer has ended. Closed last, for only the last
    /// connection to close takes the write-ahead log away, and only if it may write.
    last: Mutex<Option<Connection>>,
}

impl std::fmt::Debug for SqliteJournal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteJournal")
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

/// What must come to an end before the lock is let go.
struct Threads {
    jobs: SyncSender<Job>,
    nudge: Nudge,
    writer: JoinHandle<Option<Connection>>,
    housekeeper: JoinHandle<()>,
}

impl Threads {
    /// Ends the writer once it has written what waits, then the housekeeper, and gives the
    /// writer's connection.
    fn end(self) -> Option<Connection> {
        // Each may be gone already; then there is nothing to end.
        let _ = self.jobs.send(Job::Close);
        let connection = self.writer.join().ok().flatten();
        self.nudge.close();
        let _ = self.housekeeper.join();
        connection
    }
}

/// Opens the journal in this directory, and makes directory and journal when they are not there.
/// Blocks for as long as the disk takes.
///
/// # Errors
/// Says what is in the way and what to do; nothing that was there is changed then.
pub fn open(dir: &Path, options: &Options) -> Result<SqliteJournal, OpenJournalError> {
    files::make_private_dir(dir).map_err(|source| OpenJournalError::Directory {
        path: dir.to_owned(),
        source,
    })?;
    let lock = Lock::take(dir)?;
    let path = dir.join(schema::JOURNAL_FILE);
    close_to_others(dir);
    let explain = |error| schema::explain(&path, error);
    let connection = schema::open_journal(dir, options)?;
    let tails = writer::load_tails(&connection).map_err(explain)?;
    check_ends(&connection, &path)?;

    let derived_path = dir.join(search::DERIVED_FILE);
    let derived =
        search::open_derived(dir).map_err(|error| schema::explain(&derived_path, error))?;
    let counters = Arc::new(Counters::default());
    let follow = broadcast::Sender::new(FOLLOW_QUEUE);
    let (tasks, tasks_in) = sync_channel(DERIVE_QUEUE);
    let nudge = Nudge::new(tasks);
    let (progress, progress_out) = watch::channel(Progress::default());
    let housekeeper = Housekeeper {
        // Not a reader's connection: it moves the write-ahead log into the file.
        journal: schema::writer(&path, &Options::default()).map_err(explain)?,
        derived,
        tasks: tasks_in,
        nudge: nudge.clone(),
        counters: Arc::clone(&counters),
        progress,
        indexed: None,
    };
    let (readers, reader_threads) = start_readers(&path, &derived_path)?;
    let housekeeper = spawn(&path, "journal-keep", move || housekeeper.run())?;
    let (jobs, jobs_in) = sync_channel(APPEND_QUEUE);
    let writer = Writer {
        path: path.clone(),
        options: options.clone(),
        connection: Some(connection),
        tails,
        jobs: jobs_in,
        counters: Arc::clone(&counters),
        follow: follow.clone(),
        nudge: nudge.clone(),
        ready: if options.ready_log {
            Ready::of(&path)
        } else {
            Ready::as_it_is()
        },
        looks: 0,
    };
    let writer = spawn(&path, "journal-write", move || writer.run())?;
    let threads = Threads {
        jobs: jobs.clone(),
        nudge: nudge.clone(),
        writer,
        housekeeper,
    };
    Ok(SqliteJournal {
        jobs,
        readers: Some(readers),
        nudge,
        counters,
        follow,
        progress: progress_out,
        lock,
        threads: Mutex::new(Some(threads)),
        reader_threads,
        last: Mutex::default(),
    })
}

/// The files of an earlier program, or of a copy, may be open to others; those that the engine makes
/// later get the mode of the one that they belong to.
fn close_to_others(dir: &Path) {
    for file in [schema::JOURNAL_FILE, search::DERIVED_FILE] {
        for part in ["", "-wal", "-shm"] {
            files::tighten(&dir.join(format!("{file}{part}")));
        }
    }
}

fn start_readers(
    path: &Path,
    derived: &Path,
) -> Result<(Readers, Vec<JoinHandle<()>>), OpenJournalError> {
    let (readers, work) = Readers::new();
    let mut threads = Vec::with_capacity(READERS);
    for _ in 0..READERS {
        let connections =
            reader::connect(path, derived).map_err(|error| schema::explain(path, error))?;
        let work = Arc::clone(&work);
        let serve = move || reader::serve(&connections, &work);
        threads.push(spawn(path, "journal-read", serve)?);
    }
    Ok((readers, threads))
}

fn spawn<T: Send + 'static>(
    path: &Path,
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, OpenJournalError> {
    let thread = thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.map_err(|source| OpenJournalError::Engine {
        path: path.to_owned(),
        source: Box::new(source),
    })
}

/// Checks that each log ends where its head says, so that nothing is ever appended behind a hole.
fn check_ends(connection: &Connection, path: &Path) -> Result<(), OpenJournalError> {
    let damaged = |why: String| OpenJournalError::Damaged {
        path: path.to_owned(),
        why,
    };
    for head in reader::heads(connection).map_err(|ReadError(why)| damaged(why))? {
        let last = reader::record_at(connection, head.incident, head.seq)
            .map_err(|ReadError(why)| damaged(why))?;
        if last.is_none_or(|record| record.hash() != head.hash) {
            let why = format!("the log of {} does not end at {}", head.incident, head.seq);
            return Err(damaged(why));
        }
    }
    Ok(())
}

/// The error of everything that comes after the end.
fn closed() -> AppendError {
    AppendError::Engine("it is closed".to_owned())
}

impl SqliteJournal {
    /// Writes down beside the journal where this process listens, for the next one that wants it.
    ///
    /// # Errors
    /// When the lock's file cannot be written.
    pub fn announce(&self, address: &str) -> std::io::Result<()> {
        self.lock.announce(address)
    }

    /// Writes what waits, ends the writing, and gives the write-ahead log back to the file.
    /// Appends that come later are refused; reads go on until the journal is dropped, and the
    /// directory stays locked until then.
    pub async fn close(&self) {
        if let Some(threads) = self.take_threads() {
            // Fails only when the runtime is ending, and what waits for an answer with it.
            if let Ok(last) = tokio::task::spawn_blocking(|| threads.end()).await {
                *self.last.lock().unwrap_or_else(PoisonError::into_inner) = last;
            }
        }
    }

    fn take_threads(&self) -> Option<Threads> {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        threads.take()
    }

    /// Has a reader thread carry this out.
    fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&reader::Connections) -> Result<T, ReadError> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, ReadError>> {
        let asked = self.readers.as_ref().map(|readers| readers.ask(work));
        Box::pin(async move {
            match asked {
                Some(asked) => asked.await,
                None => Err(ReadError("it is closed".to_owned())),
            }
        })
    }
}

impl Drop for SqliteJournal {
    fn drop(&mut self) {
        self.readers = None;
        for thread in self.reader_threads.drain(..) {
            // One that panicked has said so already.
            let _ = thread.join();
        }
        // The connection that is given is closed here, as the last one.
        let last = self.take_threads().and_then(Threads::end);
        drop(last);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Waits until the index has these commits, or says why it has not.
async fn caught_up(mut progress: watch::Receiver<Progress>, commits: u64) -> Result<(), ReadError> {
    let behind = || ReadError("the search index is still being made; try again soon".to_owned());
    let tried = progress.wait_for(|progress| progress.tried.is_some_and(|at| at >= commits));
    match tokio::time::timeout(SEARCH_PATIENCE, tried).await {
        Ok(Ok(progress)) => match &progress.trouble {
            Some(why) => Err(ReadError(why.clone())),
            None => Ok(()),
        },
        Ok(Err(_)) | Err(_) => Err(behind()),
    }
}

impl Journal for SqliteJournal {
    fn stats(&self) -> Stats {
        self.counters.read()
    }

    fn probe(&self) -> BoxFuture<'static, Result<(), AppendError>> {
        let (answer, answered) = oneshot::channel();
        match self.jobs.try_send(Job::Probe(answer)) {
            Ok(()) => Box::pin(async move { answered.await.unwrap_or_else(|_| Err(closed())) }),
            Err(TrySendError::Full(_)) => Box::pin(std::future::ready(Err(AppendError::Busy))),
            Err(TrySendError::Disconnected(_)) => Box::pin(std::future::ready(Err(closed()))),
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
            asked: Instant::now(),
            answer,
        };
        // Here and not in the future: the order of the calls is the order of the appends.
        self.counters.queued();
        if let Err(error) = self.jobs.try_send(Job::Append(append)) {
            self.counters.unqueued();
            let error = match error {
                TrySendError::Full(_) => {
                    self.counters.busy();
                    AppendError::Busy
                }
                TrySendError::Disconnected(_) => closed(),
            };
            return Box::pin(std::future::ready(Err(error)));
        }
        Box::pin(async move { answered.await.unwrap_or_else(|_| Err(closed())) })
    }

    fn read(
        &self,
        incident: IncidentId,
        from: ReadFrom,
        limit: u32,
    ) -> BoxFuture<'static, Result<Vec<Record>, ReadError>> {
        self.ask(move |on| reader::read(&on.journal, incident, from, limit))
    }

    fn corrections(
        &self,
        incident: IncidentId,
        first: Seq,
        last: Seq,
    ) -> BoxFuture<'static, Result<Vec<Record>, ReadError>> {
        self.ask(move |on| reader::corrections(&on.journal, incident, first, last))
    }

    fn heads(&self) -> BoxFuture<'static, Result<Vec<Head>, ReadError>> {
        self.ask(|on| reader::heads(&on.journal))
    }

    fn find_command(
        &self,
        command: CommandId,
    ) -> BoxFuture<'static, Result<Vec<Record>, ReadError>> {
        self.ask(move |on| reader::find_command(&on.journal, command))
    }

    fn follow(&self) -> broadcast::Receiver<Record> {
        self.follow.subscribe()
    }

    fn search(&self, search: Search) -> BoxFuture<'static, Result<Vec<FoundEntry>, ReadError>> {
        let commits = self.counters.commits();
        let progress = self.progress.clone();
        self.nudge.hurry();
        let found = self.ask(move |on| reader::search(&on.derived, &search));
        Box::pin(async move {
            caught_up(progress, commits).await?;
            found.await
        })
    }

    fn save_checkpoint(
        &self,
        fold: u32,
        incident: Box<Incident>,
    ) -> BoxFuture<'static, Result<(), AppendError>> {
        let kept = self.nudge.keep(fold, incident);
        Box::pin(async move { kept?.await.unwrap_or_else(|_| Err(closed())) })
    }

    fn load_checkpoint(
        &self,
        fold: u32,
        incident: IncidentId,
    ) -> BoxFuture<'static, Result<Option<Box<Incident>>, ReadError>> {
        self.ask(move |on| reader::load_checkpoint(on, fold, incident))
    }
}

/// The journal's file in a data directory.
#[must_use]
pub fn journal_path(dir: &Path) -> PathBuf {
    dir.join(schema::JOURNAL_FILE)
}
