//! The file of what is derived from the journal: the search index and the kept states. It may be
//! deleted while no server runs, and is then made again from the journal.
//!
//! **Decision**: a file of its own, and not tables in the journal: its writes never wait for a
//! disk nor delay an append, it cannot grow the journal past its cap, and when it is damaged it is
//! thrown away. Cost: a second file. A backup needs the journal only.

use crate::incident::{Entry, EntryKind, Hash, IncidentId, Person, Seq, Timestamp, What};
use crate::journal::backup::private;
use crate::journal::words::fts_query;
use crate::journal::{FoundEntry, Record, Search};
use crate::turns::Turns;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::schema::{place, unplace};

/// The file's name in the data directory.
pub(crate) const DERIVED_FILE: &str = "derived.db";
/// The file's layout. Another one is thrown away and made again, never migrated.
const DERIVED_VERSION: i64 = 2;
/// How long one connection waits for another of this process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

const SCHEMA: &str = "
    CREATE TABLE states (
        incident INTEGER NOT NULL,
        fold INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        hash BLOB NOT NULL,
        state TEXT NOT NULL,
        PRIMARY KEY (incident, fold)
    ) STRICT, WITHOUT ROWID;
    -- How far each log is in the index.
    CREATE TABLE indexed (
        incident INTEGER PRIMARY KEY,
        seq INTEGER NOT NULL,
        hash BLOB NOT NULL
    ) STRICT;
    -- The rowid is the entry's place in the journal.
    CREATE VIRTUAL TABLE entries USING fts5 (
        text, occurred_at UNINDEXED, writer UNINDEXED, private UNINDEXED,
        tokenize = 'unicode61', prefix = '2 3'
    );";

/// Opens the file for writing; one that is of another layout or damaged is made again.
pub(super) fn open_derived(dir: &Path) -> rusqlite::Result<Connection> {
    let path = dir.join(DERIVED_FILE);
    match open_as_is(&path) {
        Ok(Some(connection)) => return Ok(connection),
        Ok(None) => tracing::info!("the search index is made anew"),
        Err(error) => tracing::warn!(%error, "the search index is damaged and is made anew"),
    }
    for name in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(name);
        match fs::remove_file(PathBuf::from(file)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(rusqlite::Error::ToSqlConversionFailure(Box::new(error)));
            }
            _ => {}
        }
    }
    private(&path).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    let connection = connect(&path, OpenFlags::empty())?;
    let made = connection.unchecked_transaction()?;
    made.execute_batch(SCHEMA)?;
    made.pragma_update(None, "user_version", DERIVED_VERSION)?;
    made.commit()?;
    Ok(connection)
}

/// Opens the file if it is there and of the layout that this program knows.
fn open_as_is(path: &Path) -> rusqlite::Result<Option<Connection>> {
    if !path.exists() {
        return Ok(None);
    }
    let connection = connect(path, OpenFlags::empty())?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version != DERIVED_VERSION {
        return Ok(None);
    }
    // Touches each table once, so that a file that was cut short is noticed now.
    connection.query_row("SELECT count(*) FROM indexed", [], |_| Ok(()))?;
    connection.query_row("SELECT count(*) FROM states", [], |_| Ok(()))?;
    connection
        .query_row(
            "SELECT 1 FROM entries WHERE entries MATCH '\"a\"' LIMIT 1",
            [],
            |_| Ok(()),
        )
        .optional()?;
    Ok(Some(connection))
}

fn connect(path: &Path, more: OpenFlags) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A power cut may take back the newest transactions, whole: they are made again.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    Ok(connection)
}

/// How far each log is in the index, and the hash there.
pub(super) fn indexed(derived: &Connection) -> rusqlite::Result<Vec<(IncidentId, Seq, Vec<u8>)>> {
    let mut statement = derived.prepare_cached("SELECT incident, seq, hash FROM indexed")?;
    let rows = statement.query_map([], |row| {
        Ok((
            IncidentId(row.get::<_, i64>(0)?.cast_unsigned()),
            Seq(row.get::<_, i64>(1)?.cast_unsigned()),
            row.get(2)?,
        ))
    })?;
    rows.collect()
}

/// Takes a log out of the index and drops its kept states: they are of another history.
pub(super) fn forget(derived: &Connection, incident: IncidentId) -> rusqlite::Result<()> {
    let first = place(incident, Seq::ZERO).unwrap_or(i64::MAX);
    let last = place(incident, Seq(u64::from(u32::MAX))).unwrap_or(i64::MAX);
    let transaction = derived.unchecked_transaction()?;
    let number = incident.0.cast_signed();
    transaction.execute(
        "DELETE FROM entries WHERE rowid BETWEEN ?1 AND ?2",
        [first, last],
    )?;
    transaction.execute("DELETE FROM indexed WHERE incident = ?1", [number])?;
    transaction.execute("DELETE FROM states WHERE incident = ?1", [number])?;
    transaction.commit()
}

/// Works records of one log into the index, in their order, and notes how far it is then.
pub(super) fn index(derived: &Connection, records: &[Record]) -> rusqlite::Result<()> {
    let Some(last) = records.last() else {
        return Ok(());
    };
    let transaction = derived.unchecked_transaction()?;
    let mut turns = Turns::default();
    for record in records {
        index_one(&transaction, record)?;
        turns.piece();
    }
    transaction
        .prepare_cached("INSERT OR REPLACE INTO indexed (incident, seq, hash) VALUES (?1, ?2, ?3)")?
        .execute(params![
            last.event().incident.0.cast_signed(),
            last.seq().0.cast_signed(),
            last.hash().0
        ])?;
    transaction.commit()
}

fn index_one(derived: &Connection, record: &Record) -> rusqlite::Result<()> {
    let event = record.event();
    if let Some(entry) = Entry::from_event(event) {
        // What this version cannot read it cannot judge: it is private. So are words that are not out.
        let private =
            entry.marks.private || entry.kind == EntryKind::Unknown || entry.outline.is_some();
        derived
            .prepare_cached(
                "INSERT INTO entries (rowid, text, occurred_at, writer, private)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                place(event.incident, event.seq),
                &*entry.text,
                entry.occurred_at.timestamp_millis(),
                entry.by.as_str(),
                private
            ])?;
        return Ok(());
    }
    let Some(what) = event.body.known() else {
        return Ok(());
    };
    let at = what
        .target()
        .and_then(|target| place(event.incident, target));
    match what {
        What::Amended { text, private, .. } => derived
            .prepare_cached(
                "UPDATE entries SET text = ?2, private = max(private, ?3) WHERE rowid = ?1",
            )?
            .execute(params![at, &**text, private])?,
        What::Retracted { .. } => derived
            .prepare_cached("DELETE FROM entries WHERE rowid = ?1")?
            .execute([at])?,
        _ => 0,
    };
    Ok(())
}

/// The entries in the range of places that hold the words, newest first.
pub(super) fn find(
    derived: &Connection,
    search: &Search,
    (first, last): (i64, i64),
) -> rusqlite::Result<Vec<FoundEntry>> {
    let Some(query) = fts_query(&search.words) else {
        return Ok(Vec::new());
    };
    let mut statement = derived.prepare_cached(
        "SELECT rowid, occurred_at, writer, text FROM entries
         WHERE entries MATCH ?1 AND rowid BETWEEN ?2 AND ?3 AND private <= ?4
         ORDER BY occurred_at DESC, rowid DESC LIMIT ?5",
    )?;
    // Of what is hidden nobody knows how much there is: it does not count.
    let limit = match search.hidden.is_empty() {
        true => i64::from(search.limit),
        false => -1,
    };
    let values = params![query, first, last, search.private, limit];
    let found = statement.query_map(values, |row| {
        let (incident, seq) = unplace(row.get(0)?);
        let writer: String = row.get(2)?;
        let text: String = row.get(3)?;
        Ok(FoundEntry {
            incident,
            seq,
            occurred_at: Timestamp::from_timestamp_millis(row.get(1)?).unwrap_or_default(),
            by: writer.parse().unwrap_or_else(|_| Person::warroom()),
            text: text.into(),
        })
    })?;
    let seen = found.filter(|entry| {
        let hidden = |entry: &FoundEntry| search.hidden.contains(&entry.incident);
        !entry.as_ref().is_ok_and(hidden)
    });
    seen.take(search.limit as usize).collect()
}

/// Keeps a state, unless a newer one of the same fold is kept.
pub(super) fn keep_checkpoint(
    derived: &Connection,
    fold: u32,
    (incident, seq, hash): (IncidentId, Seq, Hash),
    state: &str,
) -> rusqlite::Result<()> {
    derived
        .prepare_cached(
            "INSERT INTO states (incident, fold, seq, hash, state) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (incident, fold) DO UPDATE
             SET seq = excluded.seq, hash = excluded.hash, state = excluded.state
             WHERE seq <= excluded.seq",
        )?
        .execute(params![
            incident.0.cast_signed(),
            fold,
            seq.0.cast_signed(),
            hash.0,
            state
        ])?;
    Ok(())
}

/// The kept state of this fold, with the hash of the event that it ends at.
pub(super) fn kept_checkpoint(
    derived: &Connection,
    fold: u32,
    incident: IncidentId,
) -> rusqlite::Result<Option<(Vec<u8>, String)>> {
    derived
        .prepare_cached("SELECT hash, state FROM states WHERE incident = ?1 AND fold = ?2")?
        .query_row(params![incident.0.cast_signed(), fold], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()
}
