//! The journal's file: how it is laid out, made, checked and brought up to date.
//!
//! **Decision**: one table of events by their *place*, a number made of the incident's and the
//! event's. A log is then one run of rows in one tree whose inner pages hold numbers only; with a
//! key of two columns SQLite keeps whole rows in the inner pages. Cost: an incident's number is
//! bounded by 2³¹ and a log by 2³² events.
//! **Decision**: a command's id stands once, beside the places of its events, not once an event.
//! Ids are ordered by time, so that rows are added at the end of that tree.
//! **Decision**: an append writes three pages (event, command, head) and one fsync. What is derived
//! (search, checkpoints) is in a file of its own and never waits for a disk.

use super::Options;
use crate::incident::{Hash, IncidentId, Seq};
use crate::journal::OpenJournalError;
use crate::journal::backup::private;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The journal's file in the data directory.
pub(crate) const JOURNAL_FILE: &str = "journal.db";
/// A new journal is made under this name and takes its own when it is whole: a `journal.db` of no
/// bytes is then always damage and never a beginning.
const NEW_FILE: &str = "journal.db.new";
/// Marks the file as a journal of warroom ("WARM"), for `file` and against mistakes.
const APPLICATION_ID: i64 = 0x5741_524d;
/// The schema that this program writes.
pub(crate) const SCHEMA_VERSION: i64 = MIGRATIONS.len() as i64;
/// Bytes of a page: SQLite's default and that of most disks.
pub(crate) const PAGE_BYTES: u64 = 4_096;
/// How long a connection waits for another one of this process. Only the writer writes, so this
/// is met at a checkpoint's end at the most.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// What every SQLite file begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Each brings the schema from one version to the next. Never change one that was released.
const MIGRATIONS: [&str; 1] = [
    // `place` = incident << 32 | seq. `latest` = the latest recorded_at up to here, in
    // milliseconds since 1970. `target` = the place of the entry that this event corrects.
    "CREATE TABLE events (
         place INTEGER PRIMARY KEY,
         latest INTEGER NOT NULL,
         target INTEGER,
         body TEXT NOT NULL
     ) STRICT;
     CREATE INDEX corrections ON events (target) WHERE target IS NOT NULL;
     CREATE TABLE commands (
         command BLOB PRIMARY KEY,
         first INTEGER NOT NULL,
         last INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE heads (
         incident INTEGER PRIMARY KEY,
         seq INTEGER NOT NULL,
         hash BLOB NOT NULL,
         latest INTEGER NOT NULL
     ) STRICT;
     -- For people with the sqlite3 shell.
     CREATE VIEW log AS
         SELECT place >> 32 AS incident, place & 4294967295 AS seq, body FROM events;",
];

/// Where an event stands in the table of events; nothing for numbers that are beyond it.
pub(crate) fn place(incident: IncidentId, seq: Seq) -> Option<i64> {
    let incident = i64::from(i32::try_from(incident.0).ok()?);
    let seq = i64::from(u32::try_from(seq.0).ok()?);
    Some(incident << 32 | seq)
}

/// The incident and the event of a place.
pub(crate) fn unplace(place: i64) -> (IncidentId, Seq) {
    let incident = u64::try_from(place >> 32).unwrap_or_default();
    let seq = u64::try_from(place & 0xffff_ffff).unwrap_or_default();
    (IncidentId(incident), Seq(seq))
}

/// A hash as it stands in a column.
pub(crate) fn hash_of(bytes: &[u8]) -> Option<Hash> {
    bytes.try_into().ok().map(Hash)
}

/// Makes the journal if there is none, checks it, brings its schema up to date, and gives the
/// connection that writes.
pub(crate) fn open_journal(dir: &Path, options: &Options) -> Result<Connection, OpenJournalError> {
    let path = dir.join(JOURNAL_FILE);
    if path.exists() {
        check_file(&path)?;
    } else {
        check_no_orphan(dir, &path)?;
        create(dir, &path)?;
    }
    let mut connection = writer(&path, options).map_err(|error| explain(&path, error))?;
    migrate(&mut connection, &path)?;
    Ok(connection)
}

/// The connection that writes: each commit is on disk when it returns. Nothing is checked.
pub(crate) fn writer(path: &Path, options: &Options) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Checkpoints are the housekeeper's: here they would stand in the way of an append.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    if let Some(bytes) = options.max_bytes {
        let pages = i64::try_from(bytes / PAGE_BYTES).unwrap_or(i64::MAX).max(1);
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    Ok(connection)
}

/// A connection that only reads, beside the writer.
pub(crate) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// Says of an error of the engine what it means for the file.
pub(crate) fn explain(path: &Path, error: rusqlite::Error) -> OpenJournalError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenJournalError::NotAJournal { path },
        Some(ErrorCode::DatabaseCorrupt) => OpenJournalError::Damaged {
            path,
            why: error.to_string(),
        },
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            let dir = path.parent().map_or_else(PathBuf::new, Path::to_owned);
            OpenJournalError::Directory {
                path: dir,
                source: io::Error::other(error),
            }
        }
        _ => OpenJournalError::Engine {
            path,
            source: Box::new(error),
        },
    }
}

/// Checks what can be told from the file's first bytes and its size.
pub(crate) fn check_file(path: &Path) -> Result<(), OpenJournalError> {
    let engine = |source: io::Error| OpenJournalError::Engine {
        path: path.to_owned(),
        source: Box::new(source),
    };
    let damaged = |why: &str| OpenJournalError::Damaged {
        path: path.to_owned(),
        why: why.to_owned(),
    };
    let mut header = Vec::with_capacity(100);
    let mut file = File::open(path).map_err(engine)?;
    let size = file.metadata().map_err(engine)?.len();
    if size == 0 {
        return Err(damaged("it is empty"));
    }
    (&mut file)
        .take(100)
        .read_to_end(&mut header)
        .map_err(engine)?;
    if !header.starts_with(MAGIC) {
        return Err(OpenJournalError::NotAJournal {
            path: path.to_owned(),
        });
    }
    let pages = header
        .get(28..32)
        .and_then(|bytes| bytes.try_into().ok())
        .map(u32::from_be_bytes);
    // After a kill in the midst of a checkpoint the rest may still be in the write-ahead log.
    if !has_wal(path) && pages.is_none_or(|pages| u64::from(pages) * PAGE_BYTES > size) {
        return Err(damaged("its end is missing"));
    }
    Ok(())
}

/// Whether a write-ahead log with something in it lies beside the journal.
pub(crate) fn has_wal(path: &Path) -> bool {
    fs::metadata(wal_path(path)).is_ok_and(|file| file.len() > 0)
}

/// The write-ahead log of a database.
pub(crate) fn wal_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

fn check_no_orphan(dir: &Path, path: &Path) -> Result<(), OpenJournalError> {
    if has_wal(path) {
        return Err(OpenJournalError::Damaged {
            path: dir.join(JOURNAL_FILE),
            why: "the file is gone, and journal.db-wal with the newest events of it is still there"
                .to_owned(),
        });
    }
    Ok(())
}

/// Makes an empty journal under another name and gives it its own once it is on disk.
pub(crate) fn create(dir: &Path, path: &Path) -> Result<(), OpenJournalError> {
    let new = dir.join(NEW_FILE);
    let unusable = |source| OpenJournalError::Directory {
        path: dir.to_owned(),
        source,
    };
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unusable(error)),
        _ => {}
    }
    // The engine gives its other files the mode of this one: private entries are for this user alone.
    private(&new).map_err(unusable)?;
    let mut connection = Connection::open(&new).map_err(|error| explain(&new, error))?;
    let made = (|| {
        connection.pragma_update(None, "page_size", PAGE_BYTES as i64)?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        migrate_from(&mut connection, 0)
    })();
    made.map_err(|error| explain(&new, error))?;
    connection
        .close()
        .map_err(|(_, error)| explain(&new, error))?;
    File::open(&new)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(&new, path))
        .and_then(|()| sync_dir(dir))
        .map_err(unusable)
}

/// Makes sure that the directory's list of names is on disk.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(dir)?.sync_all()?;
    }
    Ok(())
}

/// The schema's version, once it is known that the file is a journal that this program can read.
pub(crate) fn check_version(connection: &Connection, path: &Path) -> Result<i64, OpenJournalError> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let application = pragma("application_id").map_err(|error| explain(path, error))?;
    let version = pragma("user_version").map_err(|error| explain(path, error))?;
    if application != APPLICATION_ID || version < 1 {
        return Err(OpenJournalError::NotAJournal {
            path: path.to_owned(),
        });
    }
    if version > SCHEMA_VERSION {
        return Err(OpenJournalError::Newer {
            path: path.to_owned(),
            found: version,
            known: SCHEMA_VERSION,
        });
    }
    Ok(version)
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), OpenJournalError> {
    let version = check_version(connection, path)?;
    migrate_from(connection, version).map_err(|error| explain(path, error))
}

/// Carries out the migrations from this version on, all or none.
fn migrate_from(connection: &mut Connection, version: i64) -> rusqlite::Result<()> {
    let done = usize::try_from(version).unwrap_or_default();
    if done >= MIGRATIONS.len() {
        return Ok(());
    }
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    for migration in MIGRATIONS.iter().skip(done) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_given_back_as_it_was_and_keeps_the_order() {
        let at = |incident, seq| place(IncidentId(incident), Seq(seq));
        assert_eq!(unplace(at(42, 7).unwrap()), (IncidentId(42), Seq(7)));
        assert!(at(1, u64::from(u32::MAX)) < at(2, 0));
        assert_eq!(at(1, 1 << 32), None);
        assert_eq!(at(1 << 31, 1), None);
    }

    #[test]
    fn migrations_run_in_one_transaction() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE heads (x)").unwrap();
        // The last table stands in the way: nothing of the first ones may stay.
        migrate_from(&mut connection, 0).unwrap_err();
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .unwrap();
        assert_eq!(tables, 1);
    }
}
