//! What to do with a broken journal: keep all that verifies, and move the rest aside.
//!
//! **Invariant**: nothing is thrown away. The journal as it was is kept under another name, and what
//! could still be read of what does not verify is in a file of its own.

use super::backup::{beside, private, set_aside};
use super::check::Tail;
use super::lock::Lock;
use super::sqlite::{self, journal_path, schema};
use super::verify::{connect, cut_short, incidents, verify_file};
use super::{BackupError, OpenJournalError, Record, Report, verify_chain};
use crate::incident::{CommandId, IncidentId, Seq};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// What a repair did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// The journal as it is now.
    pub now: Report,
    /// What of each log could not be kept.
    pub set_aside: Vec<SetAside>,
    /// The journal as it was.
    pub before: PathBuf,
    /// What could be read of what was not kept, one JSON object a line.
    pub aside: PathBuf,
}

/// What of one log could not be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Whose log.
    pub incident: IncidentId,
    /// Its last event that was kept; 0 for none.
    pub kept: Seq,
    /// Events behind it that could be read, and are set aside.
    pub events: u64,
    /// How far the log went, as far as that is known.
    pub head: Option<Seq>,
    /// What is wrong with the first one that was not kept.
    pub why: String,
}

/// Repairs the journal in this directory, or says that it is whole. Of each log everything up to
/// its first break is kept; `mark` stands in the names of what is moved aside. Blocks for as long
/// as reading and writing all of it takes.
///
/// # Errors
/// When a server has the directory, there is no journal, or nothing of it can be read. It is then
/// as it was.
pub fn repair(dir: &Path, mark: &str) -> Result<Option<Repaired>, BackupError> {
    let path = journal_path(dir);
    if !path.exists() {
        return Err(OpenJournalError::Missing { path }.into());
    }
    let _lock = Lock::take(dir)?;
    if verify_file(&path, false).is_ok_and(|report| report.is_whole()) {
        return Ok(None);
    }
    let new = beside(&path, ".repaired");
    let aside = beside(&path, &format!(".aside-{mark}.jsonl"));
    let file_error = |path: &Path| {
        let path = path.to_owned();
        move |source| BackupError::File { path, source }
    };
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(file_error(&new)(error));
        }
        _ => {}
    }
    schema::create(dir, &new)?;
    let mut kept = Kept {
        source: open_damaged(&path)?,
        target: schema::writer(&new, &sqlite::Options::default())
            .map_err(|error| schema::explain(&new, error))?,
        aside: BufWriter::new(private(&aside).map_err(file_error(&aside))?),
        set_aside: Vec::new(),
    };
    kept.all().map_err(|error| match error {
        Stopped::Source(error) => BackupError::Journal(schema::explain(&path, error)),
        Stopped::Target(error) => file_error(&new)(io::Error::other(error)),
        Stopped::Aside(error) => file_error(&aside)(error),
    })?;
    let (target, rest, set_aside_of) = (kept.target, kept.aside, kept.set_aside);
    rest.into_inner()
        .map_err(io::IntoInnerError::into_error)
        .and_then(|file| file.sync_all())
        .map_err(file_error(&aside))?;
    target
        .pragma_update(None, "journal_mode", "DELETE")
        .and_then(|()| target.close().map_err(|(_, error)| error))
        .map_err(|error| file_error(&new)(io::Error::other(error)))?;
    let now = verify_file(&new, false)?;
    let before = beside(&path, &format!(".damaged-{mark}"));
    File::open(&new)
        .and_then(|file| file.sync_all())
        .and_then(|()| set_aside(&path, Some(&before), &new))
        .map_err(file_error(&path))?;
    Ok(Some(Repaired {
        now,
        set_aside: set_aside_of,
        before,
        aside,
    }))
}

/// Opens what may be cut short.
fn open_damaged(path: &Path) -> Result<Connection, BackupError> {
    let cut = cut_short(path)?;
    let explain = |error| BackupError::Journal(schema::explain(path, error));
    let connection = connect(path, false).map_err(explain)?;
    if cut.is_some() {
        // Else SQLite reads nothing at all of a file whose end is missing.
        let readable = connection.pragma_update(None, "writable_schema", "ON");
        readable.map_err(explain)?;
    }
    schema::check_version(&connection, path)?;
    Ok(connection)
}

enum Stopped {
    Source(rusqlite::Error),
    Target(rusqlite::Error),
    Aside(io::Error),
}

struct Kept {
    source: Connection,
    target: Connection,
    aside: BufWriter<File>,
    set_aside: Vec<SetAside>,
}

impl Kept {
    fn all(&mut self) -> Result<(), Stopped> {
        let mut found = BTreeSet::new();
        let listed = incidents(&self.source, &mut found);
        // Of those that can be listed, what can be read is kept.
        if found.is_empty() {
            listed.map_err(Stopped::Source)?;
        }
        for incident in found {
            self.log(incident)?;
        }
        Ok(())
    }

    /// Keeps one log up to its first break.
    fn log(&mut self, incident: IncidentId) -> Result<(), Stopped> {
        let Some(start) = incident
            .0
            .cast_signed()
            .checked_mul(1 << 32)
            .filter(|at| *at > 0)
        else {
            return self.note(
                incident,
                Seq::ZERO,
                0,
                "the incident's number is none".to_owned(),
            );
        };
        self.target
            .execute_batch("BEGIN")
            .map_err(Stopped::Target)?;
        let kept = copy_log(&self.source, &self.target, &mut self.aside, incident, start);
        let (tail, events, why) = match kept {
            Ok(kept) => kept,
            Err(stopped) => {
                // The file is left behind, and taken away by the next repair.
                let _ = self.target.execute_batch("ROLLBACK");
                return Err(stopped);
            }
        };
        if tail.seq > Seq::ZERO {
            sqlite::put_head(&self.target, incident, &tail).map_err(Stopped::Target)?;
        }
        self.target
            .execute_batch("COMMIT")
            .map_err(Stopped::Target)?;
        let head = self.head(incident);
        match (why, head) {
            (Some(why), _) => self.note(incident, tail.seq, events, why),
            (None, Some(head)) if head > tail.seq => {
                let why = format!("its log went on to {head}, and that is missing");
                self.note(incident, tail.seq, events, why)
            }
            (None, _) => Ok(()),
        }
    }

    fn note(
        &mut self,
        incident: IncidentId,
        kept: Seq,
        events: u64,
        why: String,
    ) -> Result<(), Stopped> {
        let head = self.head(incident);
        self.set_aside.push(SetAside {
            incident,
            kept,
            events,
            head,
            why,
        });
        Ok(())
    }

    /// How far the log went; what cannot be read is not known.
    fn head(&self, incident: IncidentId) -> Option<Seq> {
        let seq = self.source.query_row(
            "SELECT seq FROM heads WHERE incident = ?1",
            [incident.0.cast_signed()],
            |row| row.get::<_, i64>(0),
        );
        let seq = seq.optional().ok().flatten()?;
        Some(Seq(seq.cast_unsigned()))
    }
}

/// Copies a log; answers its end, how many events are set aside, and why.
fn copy_log(
    source: &Connection,
    target: &Connection,
    aside: &mut impl Write,
    incident: IncidentId,
    start: i64,
) -> Result<(Tail, u64, Option<String>), Stopped> {
    let mut statement = source
        .prepare_cached(
            "SELECT place, body FROM events
             WHERE place >= ?1 AND place <= ?1 + 4294967295 ORDER BY place",
        )
        .map_err(Stopped::Source)?;
    let mut rows = statement.query([start]).map_err(Stopped::Source)?;
    let mut copy = Copy {
        target,
        incident,
        tail: Tail::START,
        batch: Vec::new(),
    };
    let (mut events, mut why) = (0, None);
    loop {
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(error) => {
                why.get_or_insert_with(|| format!("the file cannot be read there: {error}"));
                break;
            }
        };
        let at: i64 = row.get(0).map_err(Stopped::Source)?;
        let body = match row.get_ref(1) {
            Ok(ValueRef::Text(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
            _ => String::new(),
        };
        if why.is_none() {
            match copy.keep(at, &body)? {
                None => continue,
                Some(broken) => why = Some(broken),
            }
        }
        events += 1;
        let (_, seq) = schema::unplace(at);
        let line = serde_json::json!({ "incident": incident.0, "seq": seq.0, "text": body });
        writeln!(aside, "{line}").map_err(Stopped::Aside)?;
    }
    let tail = copy.end()?;
    Ok((tail, events, why))
}

/// A log on its way into the new file, a command at a time.
struct Copy<'a> {
    target: &'a Connection,
    incident: IncidentId,
    tail: Tail,
    /// The newest records, of one command, that are not written yet.
    batch: Vec<Record>,
}

impl Copy<'_> {
    /// Takes the next event if it fits; else says why not.
    fn keep(&mut self, at: i64, body: &str) -> Result<Option<String>, Stopped> {
        let (_, seq) = schema::unplace(at);
        let (last, hash) = match self.batch.last() {
            Some(record) => (record.seq(), record.hash()),
            None => (self.tail.seq, self.tail.hash),
        };
        if seq != last.next() {
            return Ok(Some(format!("{} is missing before it", last.next())));
        }
        let record = match verify_chain(last, hash, body) {
            Ok(record) => record,
            Err(kind) => return Ok(Some(kind.to_string())),
        };
        if record.event().incident != self.incident {
            return Ok(Some("it is of another incident".to_owned()));
        }
        let command = |record: &Record| -> CommandId { record.event().command };
        let ends = self
            .batch
            .last()
            .is_some_and(|last| command(last) != command(&record));
        if ends && !self.write()? {
            return Ok(Some("its command stands in the journal already".to_owned()));
        }
        self.batch.push(record);
        Ok(None)
    }

    /// Writes the command that is whole; false when it stands elsewhere already.
    fn write(&mut self) -> Result<bool, Stopped> {
        let (Some(first), Some(last)) = (self.batch.first(), self.batch.last()) else {
            return Ok(true);
        };
        let places = (
            schema::place(self.incident, first.seq()),
            schema::place(self.incident, last.seq()),
        );
        let (Some(from), Some(to)) = places else {
            return Ok(false);
        };
        let command = first.event().command;
        if !sqlite::put_command(self.target, command, from, to).map_err(Stopped::Target)? {
            self.batch.clear();
            return Ok(false);
        }
        let put = sqlite::put_records(self.target, self.tail, &self.batch);
        self.tail = put.map_err(Stopped::Target)?;
        self.batch.clear();
        Ok(true)
    }

    fn end(mut self) -> Result<Tail, Stopped> {
        self.write()?;
        Ok(self.tail)
    }
}
