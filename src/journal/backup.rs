//! A copy of the journal, of one moment, while a server writes to it or while none does; and back.
//!
//! **Invariant**: a copy has its name only once it was verified and is on disk.

use super::lock::Lock;
use super::sqlite::{journal_path, schema};
use super::verify::{TRIES, connect, fingerprint, is_served, verify_file};
use super::{OpenJournalError, Report};
use crate::files;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Why there is no copy, or nothing was restored. What was there is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The journal, or the copy, cannot be read or written.
    #[error(transparent)]
    Journal(#[from] OpenJournalError),
    /// Something has that name already.
    #[error("{} is there already and was left alone: name a file that is not there yet.", .0.display())]
    Exists(PathBuf),
    /// The copy cannot be written.
    #[error("{} cannot be written: check that its folder is there and has room.", path.display())]
    File {
        /// The copy.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// What was copied is broken.
    #[error(
        "{} is broken, so that a copy of it would be: `warroom verify` names the places, and \
         `warroom repair` keeps what is whole.",
        .0.display()
    )]
    Broken(PathBuf, Box<Report>),
}

/// Copies the journal in this directory to a new file, as it stands at one moment, and walks every
/// chain of the copy. Works while a server writes to it and while none runs. Blocks for as long as
/// that takes.
///
/// # Errors
/// When something has that name already, the journal cannot be read, the copy cannot be written,
/// or what was copied is not whole.
pub fn backup(dir: &Path, to: &Path) -> Result<Report, BackupError> {
    let path = journal_path(dir);
    if !path.exists() {
        return Err(OpenJournalError::Missing { path }.into());
    }
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let part = beside(to, ".part");
    let written = copy_whole(dir, &path, &part).and_then(|report| {
        publish(&part, to).map_err(|source| BackupError::File {
            path: to.to_owned(),
            source,
        })?;
        Ok(report)
    });
    if written.is_err() {
        // It may never have been made.
        let _ = fs::remove_file(&part);
    }
    written
}

/// Puts a copy in the place of the journal in this directory. A journal that is there already is
/// moved aside, where `replace` says so; the answer names where.
///
/// # Errors
/// When a server has the directory, the copy is not whole, or a journal is there and may not be
/// replaced.
pub fn restore(
    from: &Path,
    dir: &Path,
    replace: Option<&str>,
) -> Result<(Report, Option<PathBuf>), BackupError> {
    if !from.exists() {
        let path = from.to_owned();
        return Err(OpenJournalError::Missing { path }.into());
    }
    let _lock = Lock::take(dir)?;
    let path = journal_path(dir);
    let file_error = |source| BackupError::File {
        path: path.clone(),
        source,
    };
    let occupied = path.exists() || schema::has_wal(&path);
    if occupied && replace.is_none() {
        return Err(BackupError::Exists(path));
    }
    let part = beside(&path, ".part");
    let report = copy_file(from, &part).map_err(file_error).and_then(|()| {
        let report = verify_file(&part, false)?;
        whole(from, report)
    });
    let report = match report {
        Ok(report) => report,
        Err(error) => {
            // It may never have been made.
            let _ = fs::remove_file(&part);
            return Err(error);
        }
    };
    let mark = replace.filter(|_| occupied);
    let aside = mark.map(|mark| beside(&path, &format!(".replaced-{mark}")));
    set_aside(&path, aside.as_deref(), &part).map_err(file_error)?;
    Ok((report, aside))
}

/// Gives the new file the journal's name; what had it is kept under another one.
pub(super) fn set_aside(path: &Path, aside: Option<&Path>, new: &Path) -> io::Result<()> {
    if let Some(aside) = aside {
        if path.exists() {
            keep(path, aside)?;
        }
        // Never beside the new file: the engine would take what is in it for newer.
        let (wal, index) = (schema::wal_path(path), shm_path(path));
        if wal.exists() {
            fs::rename(&wal, schema::wal_path(aside))?;
        }
        if index.exists() {
            fs::remove_file(&index)?;
        }
    }
    fs::rename(new, path)?;
    path.parent().map_or(Ok(()), schema::sync_dir)
}

/// A second name for a file, or a copy where there are none.
fn keep(path: &Path, aside: &Path) -> io::Result<()> {
    match fs::hard_link(path, aside) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => copy_file(path, aside),
        other => other,
    }
}

fn shm_path(path: &Path) -> PathBuf {
    beside(path, "-shm")
}

/// The path with something behind its name.
pub(super) fn beside(path: &Path, behind: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(behind);
    name.into()
}

fn copy_whole(dir: &Path, path: &Path, part: &Path) -> Result<Report, BackupError> {
    let mut tries = 0;
    loop {
        tries += 1;
        let before = fingerprint(path);
        let served = is_served(dir)?;
        let copied = copy(path, served, part);
        // Without its server nothing holds the file still. When it changed, a server came meanwhile.
        if served || tries >= TRIES || !is_served(dir)? && before == fingerprint(path) {
            copied?;
            break;
        }
    }
    whole(path, verify_file(part, false)?)
}

fn whole(what: &Path, report: Report) -> Result<Report, BackupError> {
    if report.is_whole() {
        return Ok(report);
    }
    Err(BackupError::Broken(what.to_owned(), Box::new(report)))
}

fn copy(path: &Path, served: bool, part: &Path) -> Result<(), BackupError> {
    let file_error = |source: io::Error| BackupError::File {
        path: part.to_owned(),
        source,
    };
    match fs::remove_file(part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(file_error(error)),
        _ => {}
    }
    private(part).map_err(file_error)?;
    let engine = |error| BackupError::Journal(schema::explain(path, error));
    let source = connect(path, served).map_err(engine)?;
    let written = |error: rusqlite::Error| file_error(io::Error::other(error));
    let mut target = Connection::open(part).map_err(written)?;
    {
        let backup = Backup::new(&source, &mut target).map_err(engine)?;
        // In one step: the copy is then of one moment, whatever is appended meanwhile.
        if backup.step(-1).map_err(written)? != StepResult::Done {
            return Err(file_error(io::ErrorKind::ResourceBusy.into()));
        }
    }
    // One file that is whole by itself; a server that opens it turns this back.
    target
        .pragma_update(None, "journal_mode", "DELETE")
        .map_err(written)?;
    target.close().map_err(|(_, error)| written(error))
}

fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    match fs::remove_file(to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut new = private(to)?;
    io::copy(&mut File::open(from)?, &mut new)?;
    new.sync_all()
}

/// A new file that only this user may read.
pub(super) fn private(path: &Path) -> io::Result<File> {
    files::private().write(true).create_new(true).open(path)
}

fn publish(part: &Path, to: &Path) -> io::Result<()> {
    File::open(part)?.sync_all()?;
    fs::rename(part, to)?;
    let dir = to.parent().filter(|dir| !dir.as_os_str().is_empty());
    schema::sync_dir(dir.unwrap_or(Path::new(".")))
}
