//! Whether a journal is whole: every chain is walked, and everything that is stored is compared
//! with what the events say. Nothing is made or changed, whether or not a server runs.

use super::check::Tail;
use super::lock::lock_holder;
use super::sqlite::schema::{self, hash_of, place, unplace};
use super::sqlite::{journal_path, target_place};
use super::{BreakKind, OpenJournalError, Record, verify_chain};
use crate::incident::{CommandId, Hash, IncidentId, Seq};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How often a journal is read again that changed while it was read without its server.
pub(super) const TRIES: u32 = 3;

/// Where a log is broken first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// Whose log.
    pub incident: IncidentId,
    /// Where in it.
    pub seq: Seq,
    /// How.
    pub kind: BreakKind,
}

/// What was found in a journal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Logs that were walked.
    pub incidents: u64,
    /// Events that were found whole, each following the one before it.
    pub events: u64,
    /// The first break of each log that has one.
    pub breaks: Vec<Break>,
    /// What is wrong with the file beyond any one event.
    pub damage: Vec<String>,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.breaks.is_empty() && self.damage.is_empty()
    }

    /// How much was walked, as `1 incident, 20 events`.
    #[must_use]
    pub fn extent(&self) -> String {
        let s = |count| if count == 1 { "" } else { "s" };
        let (incidents, events) = (self.incidents, self.events);
        format!(
            "{incidents} incident{}, {events} event{}",
            s(incidents),
            s(events)
        )
    }
}

/// Walks every log of the journal in this directory. Works while a server writes to it (then up
/// to what was written when it began) and while none runs. Blocks for as long as reading it takes.
///
/// # Errors
/// When there is no journal, or it is of a kind that cannot be read at all.
pub fn verify_dir(dir: &Path) -> Result<Report, OpenJournalError> {
    let path = journal_path(dir);
    if !path.exists() {
        return Err(OpenJournalError::Missing { path });
    }
    let mut tries = 0;
    loop {
        tries += 1;
        let before = fingerprint(&path);
        let served = is_served(dir)?;
        let report = verify_file(&path, served);
        // Without its server nothing holds the file still. When it changed, a server came meanwhile.
        if served || tries >= TRIES || !is_served(dir)? && before == fingerprint(&path) {
            return report;
        }
    }
}

pub(super) fn is_served(dir: &Path) -> Result<bool, OpenJournalError> {
    let holder = lock_holder(dir).map_err(|source| OpenJournalError::Directory {
        path: dir.to_owned(),
        source,
    })?;
    Ok(holder.is_some())
}

pub(super) type Fingerprint = [Option<(u64, SystemTime)>; 2];

/// What would change if a server wrote to the journal.
pub(super) fn fingerprint(path: &Path) -> Fingerprint {
    [path.to_owned(), schema::wal_path(path)].map(|path| {
        let file = fs::metadata(path).ok()?;
        Some((file.len(), file.modified().ok()?))
    })
}

pub(super) fn verify_file(path: &Path, served: bool) -> Result<Report, OpenJournalError> {
    // A server has checked its own file. (Closing it once more in the server's own process would
    // take SQLite's locks on it away.)
    let cut = if served { None } else { cut_short(path)? };
    let explain = |error| match &cut {
        // Too little of it is left to be walked.
        Some(why) => damaged(path, why),
        None => schema::explain(path, error),
    };
    let connection = connect(path, served).map_err(explain)?;
    let mut report = Report::default();
    if let Some(why) = &cut {
        // Else SQLite reads nothing at all of a file whose end is missing.
        let readable = connection.pragma_update(None, "writable_schema", "ON");
        readable.map_err(explain)?;
        report.damage.push(format!("{}: {why}", path.display()));
    }
    schema::check_version(&connection, path)?;
    // One transaction: all that follows sees the journal at one moment.
    let journal = connection.unchecked_transaction().map_err(explain)?;
    let mut found = BTreeSet::new();
    let listed = incidents(&journal, &mut found).map_err(explain);
    // Of a file that is cut short, those that can be read are walked.
    if found.is_empty() || cut.is_none() {
        listed?;
    }
    for incident in found {
        report.incidents += 1;
        let mut walk = Walk::new(&journal, incident);
        let broken = walk.run();
        report.events += walk.tail.seq.0;
        report.breaks.extend(broken.map(|(seq, kind)| Break {
            incident,
            seq,
            kind,
        }));
    }
    check_rest(&journal, &mut report);
    Ok(report)
}

/// What is missing of a file that still has something to be walked.
pub(super) fn cut_short(path: &Path) -> Result<Option<String>, OpenJournalError> {
    match schema::check_file(path) {
        Ok(()) => Ok(None),
        Err(OpenJournalError::Damaged { why, .. })
            if fs::metadata(path).is_ok_and(|file| file.len() >= schema::PAGE_BYTES) =>
        {
            Ok(Some(why))
        }
        Err(error) => Err(error),
    }
}

fn damaged(path: &Path, why: &str) -> OpenJournalError {
    OpenJournalError::Damaged {
        path: path.to_owned(),
        why: why.to_owned(),
    }
}

/// Opens the file so that nothing is made or changed beside it.
pub(super) fn connect(path: &Path, served: bool) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    if served {
        return schema::reader(path);
    }
    if !schema::has_wal(path) {
        return Connection::open_with_flags(uri(path, "immutable=1"), flags);
    }
    // The last server was killed. With an index of the write-ahead log in this process's memory
    // (exclusive mode, without locks on the read-only file) no file is made for it.
    if !cfg!(unix) {
        return schema::reader(path);
    }
    let connection = Connection::open_with_flags(uri(path, "mode=ro&vfs=unix-none"), flags)?;
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    Ok(connection)
}

/// The path as a URI for SQLite. What is not plain is written in hexadecimal.
fn uri(path: &Path, query: &str) -> PathBuf {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                uri.push(char::from(*byte));
            }
            other => uri.push_str(&format!("%{other:02x}")),
        }
    }
    uri.push('?');
    uri.push_str(query);
    uri.into()
}

/// Finds every incident of which anything is stored.
pub(super) fn incidents(
    journal: &Connection,
    found: &mut BTreeSet<IncidentId>,
) -> rusqlite::Result<()> {
    let mut statement = journal.prepare("SELECT incident FROM heads")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        found.insert(IncidentId(row.get::<_, i64>(0)?.cast_unsigned()));
    }
    // One step a log: from the first place behind one log to the first event of the next.
    let mut next = journal.prepare("SELECT min(place) FROM events WHERE place >= ?1")?;
    let mut from = i64::MIN;
    while let Some(at) = next.query_row([from], |row| row.get::<_, Option<i64>>(0))? {
        found.insert(IncidentId((at >> 32).cast_unsigned()));
        if at < from {
            // In a damaged file places stand out of order: steps would go round in it for ever.
            let mut statement = journal.prepare("SELECT place FROM events")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                found.insert(IncidentId((row.get::<_, i64>(0)? >> 32).cast_unsigned()));
            }
            return Ok(());
        }
        match ((at >> 32) + 1).checked_mul(1 << 32) {
            Some(behind) => from = behind,
            None => break,
        }
    }
    Ok(())
}

/// The walk along one log.
struct Walk<'a> {
    journal: &'a Connection,
    incident: IncidentId,
    tail: Tail,
}

type Found = Option<(Seq, BreakKind)>;

impl<'a> Walk<'a> {
    fn new(journal: &'a Connection, incident: IncidentId) -> Self {
        Self {
            journal,
            incident,
            tail: Tail::START,
        }
    }

    /// The first break, if there is one.
    fn run(&mut self) -> Found {
        match self.events().transpose().or_else(|| self.end().transpose()) {
            None => None,
            Some(Ok(found)) => Some(found),
            Some(Err(error)) => {
                let why = format!("the file cannot be read here: {error}");
                Some((self.tail.seq.next(), BreakKind::Record(why)))
            }
        }
    }

    fn events(&mut self) -> rusqlite::Result<Found> {
        let start = self.incident.0.cast_signed().checked_mul(1 << 32);
        let Some(start) = start.filter(|start| *start > 0) else {
            let kind = BreakKind::Stored("the incident's number is none".to_owned());
            return Ok(Some((Seq(1), kind)));
        };
        let mut statement = self.journal.prepare_cached(
            "SELECT place, latest, target, body FROM events
             WHERE place >= ?1 AND place <= ?1 + 4294967295 ORDER BY place",
        )?;
        let mut commands = self
            .journal
            .prepare_cached("SELECT first, last FROM commands WHERE command = ?1")?;
        let mut rows = statement.query([start])?;
        let mut command = None;
        while let Some(row) = rows.next()? {
            let at: i64 = row.get(0)?;
            let record = match self.check_row(at, row)? {
                Ok(record) => record,
                Err(kind) => return Ok(Some((self.tail.seq.next(), kind))),
            };
            let event = record.event();
            if command.is_none_or(|(id, _, last)| id != event.command || last < at) {
                let range = commands
                    .query_row([event.command.0.as_bytes()], |row| {
                        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
                    })
                    .optional()?;
                let fits = range.filter(|(first, last)| *first == at && *last >= at);
                let Some((first, last)) = fits else {
                    let kind = BreakKind::Stored(format!(
                        "its command {} is not known to have made it",
                        event.command
                    ));
                    return Ok(Some((record.seq(), kind)));
                };
                if let Some(broken) = self.check_command_end(&command, at) {
                    return Ok(Some(broken));
                }
                command = Some((event.command, first, last));
            }
            self.tail = self.tail.after(&record);
        }
        Ok(self.check_command_end(&command, i64::MAX))
    }

    /// Whether the command before this place ended right before it.
    fn check_command_end(&self, command: &Option<(CommandId, i64, i64)>, next: i64) -> Found {
        let (id, _, last) = (*command)?;
        let here = place(self.incident, self.tail.seq)?;
        let (_, last_seq) = unplace(last);
        if here == last {
            return None;
        }
        Some(if next == i64::MAX {
            (self.tail.seq.next(), BreakKind::Cut { head: last_seq })
        } else {
            let why = format!("the command {id} before it should go on to {last_seq}");
            (self.tail.seq.next(), BreakKind::Stored(why))
        })
    }

    /// Checks one row against the chain, and what is stored beside the text against the text.
    fn check_row(&self, at: i64, row: &Row<'_>) -> rusqlite::Result<Result<Record, BreakKind>> {
        let (_, seq) = unplace(at);
        let expected = self.tail.seq.next();
        if seq != expected {
            let found = seq;
            return Ok(Err(BreakKind::Gap { expected, found }));
        }
        let body = match row.get_ref(3)? {
            ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        };
        let Some(body) = body else {
            return Ok(Err(BreakKind::Record("it is not text".to_owned())));
        };
        let record = match verify_chain(self.tail.seq, self.tail.hash, body) {
            Ok(record) => record,
            Err(kind) => return Ok(Err(kind)),
        };
        let stored = |what: &str| Ok(Err(BreakKind::Stored(what.to_owned())));
        if record.event().incident != self.incident {
            return stored("it is of another incident");
        }
        if row.get::<_, Option<i64>>(2)? != target_place(&record) {
            return stored("the entry that it corrects is another");
        }
        if row.get::<_, i64>(1)? != self.tail.after(&record).latest {
            return stored("when it was recorded is another moment");
        }
        Ok(Ok(record))
    }

    /// Compares the log's end with its head.
    fn end(&self) -> rusqlite::Result<Found> {
        let mut statement = self
            .journal
            .prepare_cached("SELECT seq, hash, latest FROM heads WHERE incident = ?1")?;
        let head = statement
            .query_row([self.incident.0.cast_signed()], |row| {
                let seq = Seq(row.get::<_, i64>(0)?.cast_unsigned());
                Ok((seq, row.get::<_, Vec<u8>>(1)?, row.get::<_, i64>(2)?))
            })
            .optional()?;
        let here = self.tail.seq;
        let stored = |what: &str| Ok(Some((here, BreakKind::Stored(what.to_owned()))));
        match head {
            None => stored("the log's head is missing"),
            Some((head, ..)) if head > here => Ok(Some((here.next(), BreakKind::Cut { head }))),
            Some((head, ..)) if head < here => stored("the log's head is before it"),
            Some((_, hash, _)) if hash_of(&hash) != Some(self.hash()) => {
                stored("the log's head has another hash")
            }
            Some((.., latest)) if latest != self.tail.latest => {
                stored("the log's head has another moment")
            }
            Some(_) => Ok(None),
        }
    }

    fn hash(&self) -> Hash {
        self.tail.hash
    }
}

/// What no walk along a log finds: commands whose log is gone, and the file's own structure. The
/// latter is asked for only when all else is whole, for a broken row is often a broken page.
fn check_rest(journal: &Connection, report: &mut Report) {
    if !report.breaks.is_empty() {
        return;
    }
    let lost = journal.query_row(
        "SELECT count(*) FROM commands AS c
         WHERE NOT EXISTS (SELECT 1 FROM events AS e WHERE e.place = c.last)
            OR c.last < c.first",
        [],
        |row| row.get::<_, i64>(0),
    );
    match lost {
        Ok(0) => {}
        Ok(lost) => report
            .damage
            .push(format!("the events of {lost} commands are missing")),
        Err(error) => report
            .damage
            .push(format!("the commands cannot be read: {error}")),
    }
    let structure = journal.query_row("PRAGMA integrity_check(1)", [], |row| {
        row.get::<_, String>(0)
    });
    match structure {
        Ok(said) if said == "ok" => {}
        Ok(said) => report.damage.push(said),
        Err(error) => report.damage.push(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_any_signs_is_put_into_a_uri_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a b?c#d%41ü.db");
        let made = Connection::open(&path).unwrap();
        made.execute_batch("CREATE TABLE t (x)").unwrap();
        drop(made);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let opened = Connection::open_with_flags(uri(&path, "immutable=1"), flags).unwrap();
        assert!(opened.table_exists(None, "t").unwrap());
    }
}
