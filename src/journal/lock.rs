//! One process at a time: the lock on the data directory.

use super::OpenJournalError;
use crate::files;
use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The lock's file in the data directory. What it says is for people and for the error of the
/// one who comes second; the lock itself is the system's, and goes when the process goes.
const LOCK_FILE: &str = "warroom.lock";
/// How much of a lock's file is read: it is a few short lines.
const LOCK_BYTES: u64 = 1_024;

/// Holds the data directory for this process until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    file: Mutex<File>,
}

/// Who holds a data directory, as far as its lock's file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LockHolder {
    /// The process.
    pub pid: Option<u32>,
    /// Where it listens, as it was given to [`super::sqlite::SqliteJournal::announce`].
    pub address: Option<String>,
}

impl Lock {
    /// Takes the directory.
    pub(super) fn take(dir: &Path) -> Result<Self, OpenJournalError> {
        let unusable = |source| OpenJournalError::Directory {
            path: dir.to_owned(),
            source,
        };
        let mut options = files::private();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(lock_path(dir)).map_err(unusable)?;
        files::tighten(&lock_path(dir));
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                // The holder may be just about to write its lines: then it stays unnamed.
                let LockHolder { pid, address } = read(&mut file).unwrap_or_default();
                return Err(OpenJournalError::Locked {
                    path: dir.to_owned(),
                    pid,
                    address,
                });
            }
            Err(TryLockError::Error(source)) => return Err(unusable(source)),
        }
        write(&mut file, None).map_err(unusable)?;
        Ok(Self {
            file: Mutex::new(file),
        })
    }

    /// Writes down where this process listens.
    pub(super) fn announce(&self, address: &str) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        write(&mut file, Some(address))
    }
}

/// Who holds the directory now; `None` when nobody does. Changes nothing.
///
/// # Errors
/// When the lock's file is there and cannot be read.
pub fn lock_holder(dir: &Path) -> io::Result<Option<LockHolder>> {
    let mut file = match File::open(lock_path(dir)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    // A shared lock, let go at once: it is got only while nobody holds the other kind.
    match file.try_lock_shared() {
        Ok(()) => file.unlock().map(|()| None),
        Err(TryLockError::WouldBlock) => Ok(Some(read(&mut file).unwrap_or_default())),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn lock_path(dir: &Path) -> PathBuf {
    dir.join(LOCK_FILE)
}

fn write(file: &mut File, address: Option<&str>) -> io::Result<()> {
    let mut text = format!("pid={}\n", std::process::id());
    if let Some(address) = address {
        text.push_str("address=");
        text.extend(address.chars().filter(|c| !c.is_control()));
        text.push('\n');
    }
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(text.as_bytes())
}

fn read(file: &mut File) -> io::Result<LockHolder> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(LOCK_BYTES).read_to_string(&mut text)?;
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key));
    Ok(LockHolder {
        pid: value("pid=").and_then(|pid| pid.parse().ok()),
        address: value("address=").map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_the_first_is_and_gets_in_once_it_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(lock_holder(dir.path()).unwrap(), None);
        let lock = Lock::take(dir.path()).unwrap();
        lock.announce("127.0.0.1:7911").unwrap();
        let holder = lock_holder(dir.path()).unwrap().unwrap();
        assert_eq!(holder.pid, Some(std::process::id()));
        let refused = Lock::take(dir.path()).unwrap_err();
        let text = refused.to_string();
        assert!(text.contains(&std::process::id().to_string()), "{text}");
        assert!(text.contains("listens on 127.0.0.1:7911"), "{text}");
        drop(lock);
        assert_eq!(lock_holder(dir.path()).unwrap(), None);
        Lock::take(dir.path()).unwrap();
    }
}
