//! The thread that writes: it takes what waits, puts it into one transaction, and answers when
//! that is on disk.

use super::Options;
use super::derive::Nudge;
use super::ready::Ready;
use super::schema::{self, place};
use crate::incident::{CommandId, IncidentId, Seq, What};
use crate::journal::check::{Tail, check_batch};
use crate::journal::stats::Counters;
use crate::journal::{AppendError, GROUP_COMMIT, Record};
use rusqlite::{Connection, ErrorCode, params};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvError, TryRecvError};
use std::time::Instant;
use tokio::sync::{broadcast, oneshot};

/// Commits between two looks at how long the write-ahead log is.
const COMMITS_PER_LOOK: u32 = 64;
/// Pages of write-ahead log (8 MiB) from which the housekeeper moves them into the file, beside
/// the appends.
const CHECKPOINT_PAGES: i64 = 2_000;
/// Pages (64 MiB) from which the writer does so itself: while appends never pause, only it can
/// bring the log to its end and have it begin anew.
const CHECKPOINT_PAGES_NOW: i64 = 16_000;

/// How much a probe takes of the file for a moment.
const PROBE_BYTES: usize = 16 * 1024;

/// What is put to the writer.
pub(super) enum Job {
    /// Records to append.
    Append(Append),
    /// Whether appends are taken now.
    Probe(oneshot::Sender<Verdict>),
    /// No more will come.
    Close,
}

/// An append that waits.
pub(super) struct Append {
    pub(super) incident: IncidentId,
    pub(super) expected: Seq,
    pub(super) records: Vec<Record>,
    pub(super) asked: Instant,
    pub(super) answer: oneshot::Sender<Result<(), AppendError>>,
}

type Verdict = Result<(), AppendError>;

/// The writer's state, on its own thread.
pub(super) struct Writer {
    pub(super) path: PathBuf,
    pub(super) options: Options,
    pub(super) connection: Option<Connection>,
    pub(super) tails: HashMap<IncidentId, Tail>,
    pub(super) jobs: Receiver<Job>,
    pub(super) counters: Arc<Counters>,
    pub(super) follow: broadcast::Sender<Record>,
    pub(super) nudge: Nudge,
    pub(super) ready: Ready,
    pub(super) looks: u32,
}

impl Writer {
    /// Writes until the journal is closed, with all that waited then, and gives the connection.
    pub(super) fn run(mut self) -> Option<Connection> {
        let mut open = true;
        while open {
            let Ok(job) = self.next_job() else { break };
            let (mut group, mut probes) = (Vec::new(), Vec::new());
            open = take(job, &mut group, &mut probes);
            while open && group.len() + probes.len() < GROUP_COMMIT {
                match self.jobs.try_recv() {
                    Ok(job) => open = take(job, &mut group, &mut probes),
                    Err(_) => break,
                }
            }
            group.iter().for_each(|_| self.counters.unqueued());
            if !group.is_empty() {
                self.write(group);
                self.nudge.appended();
                self.look_after_wal();
            }
            if !probes.is_empty() {
                let verdict = self.try_write(probe);
                for answer in probes {
                    // The one who asked may be gone.
                    let _ = answer.send(verdict.clone());
                }
            }
        }
        if let Some(connection) = &self.connection {
            // Should it fail: all of it is on disk in the write-ahead log too.
            warn_of(checkpoint(connection, "TRUNCATE"));
        }
        self.connection
    }

    /// Waits for the next job; makes the write-ahead log ready as long as there is none.
    fn next_job(&mut self) -> Result<Job, RecvError> {
        loop {
            match self.jobs.try_recv() {
                Ok(job) => return Ok(job),
                Err(TryRecvError::Empty) if self.ready.add() => {}
                Err(TryRecvError::Empty) => return self.jobs.recv(),
                Err(TryRecvError::Disconnected) => return Err(RecvError),
            }
        }
    }

    fn write(&mut self, group: Vec<Append>) {
        let verdicts = match self.commit(&group) {
            Ok(verdicts) => verdicts,
            // One of them may be too large for what is left of the disk: each gets its own try.
            Err(AppendError::DiskFull) if group.len() > 1 => {
                for append in group {
                    let alone = std::slice::from_ref(&append);
                    let verdict = self.commit(alone).map(|mut verdicts| verdicts.pop());
                    self.answer(
                        append,
                        verdict.and_then(|verdict| verdict.unwrap_or(Ok(()))),
                    );
                }
                return;
            }
            Err(error) => vec![Err(error); group.len()],
        };
        for (append, verdict) in group.into_iter().zip(verdicts) {
            self.answer(append, verdict);
        }
    }

    fn answer(&self, append: Append, verdict: Verdict) {
        let Append {
            records,
            asked,
            answer,
            ..
        } = append;
        if verdict.is_ok() {
            self.counters.appended(records.len(), asked.elapsed());
            for record in records {
                // Nobody follows: that is no error.
                let _ = self.follow.send(record);
            }
        } else {
            self.counters.refused();
        }
        // The one who asked may be gone.
        let _ = answer.send(verdict);
    }

    /// Puts the group into one transaction. An error is the whole group's, and nothing of it was
    /// written; a refusal is one append's.
    fn commit(&mut self, group: &[Append]) -> Result<Vec<Verdict>, AppendError> {
        let (verdicts, changed) =
            self.try_write(|connection, tails| write_group(connection, tails, group))?;
        if !changed.is_empty() {
            self.counters.committed();
        }
        self.tails.extend(changed);
        Ok(verdicts)
    }

    /// Carries out one transaction; what fails leaves nothing behind.
    fn try_write<T>(
        &mut self,
        transaction: impl FnOnce(&Connection, &HashMap<IncidentId, Tail>) -> rusqlite::Result<T>,
    ) -> Result<T, AppendError> {
        if self.connection.is_none() {
            self.reopen()?;
        }
        let Some(connection) = &self.connection else {
            return Err(AppendError::Engine("the journal is closed".to_owned()));
        };
        let error = match transaction(connection, &self.tails) {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        let back = connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok();
        let full = is_full(&error);
        if !full || !back {
            // What this connection holds is no longer to be trusted.
            self.connection = None;
        }
        tracing::error!(%error, "the journal could not be written");
        Err(if full {
            AppendError::DiskFull
        } else {
            AppendError::Engine(error.to_string())
        })
    }

    /// Opens the file again after an error, and reads the ends of the logs from it anew.
    fn reopen(&mut self) -> Result<(), AppendError> {
        let failed = |error: rusqlite::Error| AppendError::Engine(error.to_string());
        let connection = schema::writer(&self.path, &self.options).map_err(failed)?;
        self.tails = load_tails(&connection).map_err(failed)?;
        self.connection = Some(connection);
        Ok(())
    }

    /// Keeps the write-ahead log short.
    fn look_after_wal(&mut self) {
        self.looks += 1;
        if self.looks < COMMITS_PER_LOOK {
            return;
        }
        self.looks = 0;
        let Some(connection) = &self.connection else {
            return;
        };
        let Some((pages, moved)) = warn_of(checkpoint(connection, "NOOP")) else {
            return;
        };
        if pages >= CHECKPOINT_PAGES_NOW && pages > moved {
            // Most of it was moved already, so that this is short.
            warn_of(checkpoint(connection, "PASSIVE"));
        } else if pages - moved >= CHECKPOINT_PAGES {
            self.nudge.checkpoint();
        }
    }
}

/// Logs an error of a checkpoint: nothing is lost by it, and the next one may succeed.
pub(super) fn warn_of<T>(done: rusqlite::Result<T>) -> Option<T> {
    done.inspect_err(
        |error| tracing::warn!(%error, "the write-ahead log could not be moved into the journal"),
    )
    .ok()
}

/// The pages in the write-ahead log and how many of them are in the file too, after a checkpoint
/// of this mode.
pub(super) fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<(i64, i64)> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
        Ok((row.get(1)?, row.get(2)?))
    })
}

fn take(job: Job, group: &mut Vec<Append>, probes: &mut Vec<oneshot::Sender<Verdict>>) -> bool {
    match job {
        Job::Append(append) => group.push(append),
        Job::Probe(answer) => probes.push(answer),
        Job::Close => return false,
    }
    true
}

/// A row as long as a long note's, and a page that is written: as an append takes, and gone in the
/// same transaction.
fn probe(connection: &Connection, _: &HashMap<IncidentId, Tail>) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let row = "x".repeat(PROBE_BYTES);
    let nowhere = -1;
    connection.execute(
        "INSERT INTO events (place, latest, target, body) VALUES (?1, 0, NULL, ?2)",
        params![nowhere, row],
    )?;
    connection.execute("DELETE FROM events WHERE place = ?1", [nowhere])?;
    // Its own value again: the first page is written all the same.
    connection.pragma_update(None, "user_version", schema::SCHEMA_VERSION)?;
    connection.execute_batch("COMMIT")
}

fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
}

type Written = (Vec<Verdict>, HashMap<IncidentId, Tail>);

/// Writes the group and says how the logs end then.
///
/// No savepoints: what an append can be refused for is known before its first row, so that only
/// an error of the engine, which ends the whole group, comes after it.
fn write_group(
    connection: &Connection,
    tails: &HashMap<IncidentId, Tail>,
    group: &[Append],
) -> rusqlite::Result<Written> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let mut changed = HashMap::new();
    let mut verdicts = Vec::with_capacity(group.len());
    for append in group {
        let tail = changed
            .get(&append.incident)
            .or(tails.get(&append.incident));
        let tail = tail.copied().unwrap_or(Tail::START);
        verdicts.push(match write_append(connection, tail, append)? {
            Ok(tail) => {
                changed.insert(append.incident, tail);
                Ok(())
            }
            Err(refusal) => Err(refusal),
        });
    }
    for (incident, tail) in &changed {
        put_head(connection, *incident, tail)?;
    }
    let end = if changed.is_empty() {
        "ROLLBACK"
    } else {
        "COMMIT"
    };
    connection.prepare_cached(end)?.execute([])?;
    Ok((verdicts, changed))
}

/// Writes one append, or says why not before anything of it is written.
fn write_append(
    connection: &Connection,
    tail: Tail,
    append: &Append,
) -> rusqlite::Result<Result<Tail, AppendError>> {
    let Append {
        incident,
        expected,
        records,
        ..
    } = append;
    let checked = check_batch(*incident, *expected, records);
    let command = match checked {
        Ok(command) => command,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let last = Seq(expected.0.saturating_add(records.len() as u64));
    let places = (place(*incident, expected.next()), place(*incident, last));
    let (Some(first), Some(last)) = places else {
        let why = format!("{incident} at {last} is beyond what a journal can number");
        return Ok(Err(AppendError::Engine(why)));
    };
    if let Err(conflict) = tail.check(*incident, *expected, records) {
        let known = is_known(connection, command)?;
        return Ok(Err(if known {
            AppendError::Duplicate(command)
        } else {
            conflict
        }));
    }
    if !put_command(connection, command, first, last)? {
        return Ok(Err(AppendError::Duplicate(command)));
    }
    put_records(connection, tail, records).map(Ok)
}

/// Writes down how far a log goes.
pub(crate) fn put_head(
    connection: &Connection,
    incident: IncidentId,
    tail: &Tail,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO heads (incident, seq, hash, latest) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (incident) DO UPDATE
         SET seq = excluded.seq, hash = excluded.hash, latest = excluded.latest",
    )?;
    let (incident, seq) = (incident.0.cast_signed(), tail.seq.0.cast_signed());
    statement.execute(params![incident, seq, tail.hash.0, tail.latest])?;
    Ok(())
}

/// Writes down which events a command made; false when it is known already.
pub(crate) fn put_command(
    connection: &Connection,
    command: CommandId,
    first: i64,
    last: i64,
) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO commands (command, first, last) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    )?;
    Ok(statement.execute(params![command.0.as_bytes(), first, last])? > 0)
}

/// Writes records of one log behind its end, and gives the new end.
pub(crate) fn put_records(
    connection: &Connection,
    mut tail: Tail,
    records: &[Record],
) -> rusqlite::Result<Tail> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO events (place, latest, target, body) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for record in records {
        tail = tail.after(record);
        let at = place(record.event().incident, tail.seq);
        statement.execute(params![
            at,
            tail.latest,
            target_place(record),
            &**record.json()
        ])?;
    }
    Ok(tail)
}

/// The place of the entry that a record corrects.
pub(crate) fn target_place(record: &Record) -> Option<i64> {
    let event = record.event();
    let target = event.body.known().and_then(What::target)?;
    place(event.incident, target)
}

fn is_known(connection: &Connection, command: CommandId) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM commands WHERE command = ?1")?
        .exists([command.0.as_bytes()])
}

/// How every log ends.
pub(super) fn load_tails(connection: &Connection) -> rusqlite::Result<HashMap<IncidentId, Tail>> {
    let mut statement = connection.prepare("SELECT incident, seq, hash, latest FROM heads")?;
    let tails = statement.query_map([], |row| {
        let hash: [u8; 32] = row.get(2)?;
        let tail = Tail {
            seq: Seq(row.get::<_, i64>(1)?.cast_unsigned()),
            hash: crate::incident::Hash(hash),
            latest: row.get(3)?,
        };
        Ok((IncidentId(row.get::<_, i64>(0)?.cast_unsigned()), tail))
    })?;
    tails.collect()
}
