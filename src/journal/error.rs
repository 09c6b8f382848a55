//! Why a journal could not be opened: each says what to do.

use std::fmt;
use std::path::PathBuf;

/// Why a journal could not be opened. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenJournalError {
    /// The data directory cannot be made, read or written.
    #[error(
        "the data directory {} cannot be used, so nothing could be recorded in it: check that it \
         is a directory and that this user may write there, or name another one with --data.",
        path.display()
    )]
    Directory {
        /// The data directory.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Another process has it.
    #[error(
        "the journal in {} is in use by {}: join that one, or stop it before you start another.",
        path.display(),
        Holder { pid: *pid, address: address.as_deref() }
    )]
    Locked {
        /// The data directory.
        path: PathBuf,
        /// The process that holds it, if it said so.
        pid: Option<u32>,
        /// Where that process listens, if it said so.
        address: Option<String>,
    },
    /// There is no journal there (only when it is verified; opening makes one).
    #[error(
        "there is no journal at {}: name the data directory of the server with --data.",
        path.display()
    )]
    Missing {
        /// The file that is not there.
        path: PathBuf,
    },
    /// The file is something else.
    #[error(
        "{} is not a journal of warroom, so it was left alone: name another data directory, or \
         move the file away to begin with an empty journal.",
        path.display()
    )]
    NotAJournal {
        /// The file.
        path: PathBuf,
    },
    /// A later version of warroom wrote it.
    #[error(
        "{} was written by a later version of warroom (its schema is version {found}, this \
         program knows up to {known}), so it was left alone: start the newer warroom.",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema's version.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// It is cut short or overwritten.
    #[error(
        "the journal {} is damaged ({why}), so it was left alone: put a backup in its place, or \
         move it away to begin with an empty one; `warroom verify` tells what of it is whole.",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The database engine says something else.
    #[error(
        "the journal {} could not be opened, so nothing can be recorded: check the disk that \
         holds it, then start again.",
        path.display()
    )]
    Engine {
        /// The file.
        path: PathBuf,
        /// What the engine or the system says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A process, as far as it is known.
struct Holder<'a> {
    pid: Option<u32>,
    address: Option<&'a str>,
}

impl fmt::Display for Holder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pid {
            Some(pid) => write!(f, "process {pid}")?,
            None => f.write_str("another process")?,
        }
        match self.address {
            Some(address) => write!(f, ", which listens on {address}"),
            None => Ok(()),
        }
    }
}
