//! The threads that read, each with connections of its own: a read never waits for the writer,
//! nor the writer for a read.

use super::schema::{self, hash_of, place, unplace};
use super::search;
use crate::incident::{CommandId, Incident, IncidentId, Seq};
use crate::journal::check::millis_from;
use crate::journal::{FoundEntry, Head, ReadError, ReadFrom, Record, Search};
use rusqlite::{Connection, OptionalExtension, Params, params};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, mpsc, oneshot};

/// Reads that wait for a thread. Beyond it the one who asks waits before the queue.
const READ_QUEUE: usize = 256;
/// Threads that read: enough that a long search does not stand in the way of a join.
pub(super) const READERS: usize = 3;

/// What a reader thread works with.
pub(super) struct Connections {
    pub(super) journal: Connection,
    pub(super) derived: Connection,
}

type Job = Box<dyn FnOnce(&Connections) + Send>;

/// The way to the reader threads, which end when it is gone.
pub(super) struct Readers {
    jobs: mpsc::Sender<Job>,
    room: Arc<Semaphore>,
}

impl Readers {
    /// The way in, and for each thread the end that it works from.
    pub(super) fn new() -> (Self, Arc<Mutex<mpsc::Receiver<Job>>>) {
        let (jobs, receiver) = mpsc::channel(READ_QUEUE);
        let room = Arc::new(Semaphore::new(READ_QUEUE));
        (Self { jobs, room }, Arc::new(Mutex::new(receiver)))
    }

    /// Has one of the threads carry this out, once there is room in the queue.
    pub(super) fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connections) -> Result<T, ReadError> + Send + 'static,
    ) -> impl Future<Output = Result<T, ReadError>> + Send + 'static {
        let closed = || ReadError("it is closed".to_owned());
        // Weak, so that a future that nobody polls does not keep the threads alive.
        let jobs = self.jobs.downgrade();
        let room = Arc::clone(&self.room);
        async move {
            let permit = room.acquire_owned().await.map_err(|_| closed())?;
            let (answer, answered) = oneshot::channel();
            let job: Job = Box::new(move |connections| {
                // The one who asked may be gone.
                let _ = answer.send(work(connections));
                drop(permit);
            });
            // Who has a permit has a place in the queue.
            let sent = jobs.upgrade().ok_or_else(closed)?.try_send(job);
            sent.map_err(|_| closed())?;
            answered.await.map_err(|_| closed())?
        }
    }
}

/// The work of one reader thread.
pub(super) fn serve(connections: &Connections, jobs: &Mutex<mpsc::Receiver<Job>>) {
    loop {
        // The lock is held while waiting for a job, never while one is carried out.
        let job = {
            let mut jobs = jobs.lock().unwrap_or_else(PoisonError::into_inner);
            jobs.blocking_recv()
        };
        match job {
            Some(job) => job(connections),
            None => return,
        }
    }
}

/// Opens what a reader thread works with.
pub(super) fn connect(journal: &Path, derived: &Path) -> rusqlite::Result<Connections> {
    let connections = Connections {
        journal: schema::reader(journal)?,
        derived: schema::reader(derived)?,
    };
    for connection in [&connections.journal, &connections.derived] {
        // The first read opens the files: now, and not when connections have taken the last
        // descriptors that the process may have.
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    }
    Ok(connections)
}

fn failed(error: &rusqlite::Error) -> ReadError {
    ReadError(error.to_string())
}

/// The records that a query finds; its columns are `place, body`.
pub(super) fn records(
    journal: &Connection,
    sql: &str,
    values: impl Params,
) -> Result<Vec<Record>, ReadError> {
    let mut statement = journal.prepare_cached(sql).map_err(|e| failed(&e))?;
    let mut rows = statement.query(values).map_err(|e| failed(&e))?;
    let mut records = Vec::new();
    while let Some(row) = rows.next().map_err(|e| failed(&e))? {
        let (incident, seq) = unplace(row.get(0).map_err(|e| failed(&e))?);
        let damaged = |why: String| {
            ReadError(format!(
                "event {seq} of {incident} is damaged ({why}); `warroom verify` tells what is \
                 whole"
            ))
        };
        let text = row.get_ref(1).map_err(|e| failed(&e))?;
        let text = text.as_str().map_err(|error| damaged(error.to_string()))?;
        let record = Record::trust(text).map_err(|error| damaged(error.to_string()))?;
        if (record.event().incident, record.seq()) != (incident, seq) {
            return Err(damaged("another one stands in its place".to_owned()));
        }
        records.push(record);
    }
    Ok(records)
}

/// The places of a log, for a range that holds exactly it.
fn bounds(incident: IncidentId) -> Option<(i64, i64)> {
    Some((
        place(incident, Seq::ZERO)?,
        place(incident, Seq(u64::from(u32::MAX)))?,
    ))
}

/// The place of an event, or of the log's very end for a number beyond any.
fn place_within(incident: IncidentId, seq: Seq, end: i64) -> i64 {
    place(incident, seq).unwrap_or(end)
}

/// See [`crate::journal::Journal::read`].
pub(super) fn read(
    journal: &Connection,
    incident: IncidentId,
    from: ReadFrom,
    limit: u32,
) -> Result<Vec<Record>, ReadError> {
    let Some((start, end)) = bounds(incident) else {
        return Ok(Vec::new());
    };
    let after = match from {
        ReadFrom::Before(seq) => {
            let before = place(incident, seq).unwrap_or(i64::MAX);
            return records(
                journal,
                "SELECT place, body FROM events
                 WHERE place > ?1 AND place < ?2 AND place <= ?3 ORDER BY place DESC LIMIT ?4",
                params![start, before, end, limit],
            );
        }
        ReadFrom::After(seq) => place_within(incident, seq, end),
        ReadFrom::At(at) => {
            before_moment(journal, (start, end), millis_from(at)).map_err(|e| failed(&e))?
        }
    };
    let found = records(
        journal,
        "SELECT place, body FROM events WHERE place > ?1 AND place <= ?2 ORDER BY place LIMIT ?3",
        params![after, end, limit],
    )?;
    // Whoever reads on after the last one would go round for ever in a file whose places stand out of
    // order.
    let (_, mut last) = unplace(after);
    for record in &found {
        if record.seq() <= last {
            return Err(ReadError(format!(
                "event {} of {incident} stands after {last}; `warroom verify` tells what is whole",
                record.seq()
            )));
        }
        last = record.seq();
    }
    Ok(found)
}

/// The last place of a log before the first event recorded at or after the moment. Halves the log
/// along `latest`, which never falls.
fn before_moment(
    journal: &Connection,
    (start, end): (i64, i64),
    millis: i64,
) -> rusqlite::Result<i64> {
    let last: Option<i64> = journal
        .prepare_cached("SELECT max(place) FROM events WHERE place > ?1 AND place <= ?2")?
        .query_row([start, end], |row| row.get(0))?;
    let mut latest = journal.prepare_cached("SELECT latest FROM events WHERE place = ?1")?;
    let (mut before, mut from) = (start, last.map_or(start, |last| last + 1));
    while before + 1 < from {
        let middle = before + (from - before) / 2;
        let at: Option<i64> = latest.query_row([middle], |row| row.get(0)).optional()?;
        if at.is_some_and(|at| at < millis) {
            before = middle;
        } else {
            from = middle;
        }
    }
    Ok(before)
}

/// See [`crate::journal::Journal::corrections`].
pub(super) fn corrections(
    journal: &Connection,
    incident: IncidentId,
    first: Seq,
    last: Seq,
) -> Result<Vec<Record>, ReadError> {
    let Some((_, end)) = bounds(incident) else {
        return Ok(Vec::new());
    };
    let range = [
        place_within(incident, first, end),
        place_within(incident, last, end),
    ];
    records(
        journal,
        "SELECT place, body FROM events WHERE target BETWEEN ?1 AND ?2 ORDER BY place",
        range,
    )
}

/// See [`crate::journal::Journal::find_command`].
pub(super) fn find_command(
    journal: &Connection,
    command: CommandId,
) -> Result<Vec<Record>, ReadError> {
    records(
        journal,
        "SELECT e.place, e.body FROM commands AS c
         JOIN events AS e ON e.place BETWEEN c.first AND c.last
         WHERE c.command = ?1 ORDER BY e.place",
        [command.0.as_bytes()],
    )
}

/// See [`crate::journal::Journal::heads`].
pub(super) fn heads(journal: &Connection) -> Result<Vec<Head>, ReadError> {
    let query = || -> rusqlite::Result<Vec<Head>> {
        let mut statement =
            journal.prepare_cached("SELECT incident, seq, hash FROM heads ORDER BY incident")?;
        let heads = statement.query_map([], |row| {
            let hash: [u8; 32] = row.get(2)?;
            Ok(Head {
                incident: IncidentId(row.get::<_, i64>(0)?.cast_unsigned()),
                seq: Seq(row.get::<_, i64>(1)?.cast_unsigned()),
                hash: crate::incident::Hash(hash),
            })
        })?;
        heads.collect()
    };
    query().map_err(|e| failed(&e))
}

/// The record at one place, if it is there.
pub(super) fn record_at(
    journal: &Connection,
    incident: IncidentId,
    seq: Seq,
) -> Result<Option<Record>, ReadError> {
    let found = records(
        journal,
        "SELECT place, body FROM events WHERE place = ?1",
        [place(incident, seq)],
    )?;
    Ok(found.into_iter().next())
}

/// See [`crate::journal::Journal::search`].
pub(super) fn search(derived: &Connection, search: &Search) -> Result<Vec<FoundEntry>, ReadError> {
    let range = match search.incident {
        Some(incident) => bounds(incident),
        None => Some((0, i64::MAX)),
    };
    match range {
        Some(range) => search::find(derived, search, range).map_err(|e| failed(&e)),
        None => Ok(Vec::new()),
    }
}

/// See [`crate::journal::Journal::load_checkpoint`]. One that cannot be read, or that is of
/// another history than this log's, is as good as none: the log has it all.
pub(super) fn load_checkpoint(
    connections: &Connections,
    fold: u32,
    incident: IncidentId,
) -> Result<Option<Box<Incident>>, ReadError> {
    let kept = search::kept_checkpoint(&connections.derived, fold, incident);
    let (hash, state) = match kept {
        Ok(Some(kept)) => kept,
        Ok(None) => return Ok(None),
        Err(error) => {
            tracing::warn!(%incident, %error, "the kept state cannot be read; the log is folded");
            return Ok(None);
        }
    };
    let state: Box<Incident> = match serde_json::from_str(&state) {
        Ok(state) => state,
        Err(error) => {
            tracing::warn!(%incident, %error, "the kept state is damaged; the log is folded");
            return Ok(None);
        }
    };
    let record = record_at(&connections.journal, incident, state.seq)?;
    let fits =
        state.id == incident && record.is_some_and(|record| hash_of(&hash) == Some(record.hash()));
    Ok(fits.then_some(state))
}
