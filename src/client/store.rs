//! The outbox on disk: one append-only file of JSON lines for each running console.
//!
//! A console holds a lock on its file as long as it lives. A file that can be locked was left by a
//! console that is dead: the next one of the same server and person takes over what is in it.
//! A command is flushed to the disk before it counts as stored. That it is done with is not: lost,
//! it is sent once more, and the server knows it by its id.

mod file;

use super::Pending;
use crate::files::{make_private_dir, private, tighten};
use crate::incident::{CommandId, Person};
use file::{Entry, create, line, read};
use ring::digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// The name's end of an outbox.
const EXTENSION: &str = "outbox";
/// The file's length from which it is written anew without what is done with, in bytes.
const COMPACT_BYTES: u64 = 4 * 1024 * 1024;

/// Whose outbox it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Owner {
    pub(super) server: String,
    /// The person, once known.
    #[serde(default)]
    pub(super) person: Option<Person>,
    /// What the token is known by; never the token.
    #[serde(default)]
    pub(super) token: Option<String>,
}

impl Owner {
    pub(super) fn new(server: &str, person: Option<Person>, token: Option<&str>) -> Self {
        Self {
            server: server.trim_end_matches('/').to_owned(),
            person: person.filter(|_| token.is_none()),
            token: token.map(fingerprint),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let same_token = self.token.is_some() && self.token == other.token;
        let same_person = self.person.is_some() && self.person == other.person;
        self.server == other.server && (same_token || same_person)
    }
}

fn fingerprint(token: &str) -> String {
    let digest = digest::digest(&digest::SHA256, token.as_bytes());
    let bytes = digest.as_ref().iter().take(8);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

/// What was found in the files that dead consoles left.
#[derive(Debug, Default)]
pub(super) struct Adopted {
    /// The commands, oldest first.
    pub(super) pending: Vec<Pending>,
    /// What the user must be told, each a whole text; all of them warnings.
    pub(super) notices: Vec<String>,
}

/// This console's outbox on disk.
#[derive(Debug)]
pub(super) struct Store {
    dir: PathBuf,
    path: PathBuf,
    file: File,
    owner: Owner,
    waiting: BTreeMap<CommandId, Pending>,
    bytes: u64,
}

impl Store {
    /// Makes this console's file in `dir`.
    pub(super) fn open(dir: &Path, owner: Owner) -> io::Result<Self> {
        make_private_dir(dir)?;
        let path = dir.join(format!("{}.{EXTENSION}", Uuid::now_v7()));
        let file = create(&path, &owner, &BTreeMap::new())?;
        let bytes = file.metadata()?.len();
        Ok(Self {
            dir: dir.to_owned(),
            path,
            file,
            owner,
            waiting: BTreeMap::new(),
            bytes,
        })
    }

    /// Puts commands on the disk, all with one flush.
    pub(super) fn put(&mut self, pending: &[Pending]) -> io::Result<()> {
        let mut text = String::new();
        for pending in pending {
            line(&Entry::Put(pending.clone()), &mut text)?;
        }
        self.append(&text)?;
        self.file.sync_data()?;
        for pending in pending {
            self.waiting.insert(pending.command.id, pending.clone());
        }
        Ok(())
    }

    /// Takes commands off; ones that are not in it are passed over. An emptied or long file is
    /// written anew.
    pub(super) fn forget(&mut self, commands: &[CommandId]) -> io::Result<()> {
        let mut text = String::new();
        for command in commands {
            if self.waiting.remove(command).is_some() {
                line(&Entry::Gone(*command), &mut text)?;
            }
        }
        if text.is_empty() {
            return Ok(());
        }
        if self.waiting.is_empty() || self.bytes > COMPACT_BYTES {
            return self.rewrite();
        }
        self.append(&text)
    }

    /// Appends whole or not at all, as far as the disk lets it.
    fn append(&mut self, text: &str) -> io::Result<()> {
        if let Err(error) = self.file.write_all(text.as_bytes()) {
            // Half a line would spoil the next one.
            self.file.set_len(self.bytes)?;
            return Err(error);
        }
        self.bytes += text.len() as u64;
        Ok(())
    }

    /// Writes a new file in the old one's place.
    fn rewrite(&mut self) -> io::Result<()> {
        self.file = create(&self.path, &self.owner, &self.waiting)?;
        self.bytes = self.file.metadata()?.len();
        Ok(())
    }

    /// The server said who this is: it is written down, for consoles with another token.
    pub(super) fn is_of(&mut self, person: &Person) -> io::Result<()> {
        if self.owner.person.as_ref() == Some(person) {
            return Ok(());
        }
        self.owner.person = Some(person.clone());
        let mut text = String::new();
        line(&Entry::Owner(self.owner.clone()), &mut text)?;
        self.append(&text)
    }

    /// Takes over what dead consoles of the same server and person left: it is in this file, on
    /// the disk, before theirs is deleted.
    pub(super) fn adopt(&mut self) -> Adopted {
        let mut adopted = Adopted::default();
        let files = match fs::read_dir(&self.dir) {
            Ok(files) => files,
            Err(error) => {
                adopted.notices.push(cannot_read(&self.dir, &error));
                return adopted;
            }
        };
        let mut paths: Vec<PathBuf> = files.flatten().map(|entry| entry.path()).collect();
        // Names sort by age.
        paths.sort();
        for path in paths {
            let other = path.extension().is_some_and(|e| e == EXTENSION) && path != self.path;
            if other && let Err(error) = self.adopt_file(&path, &mut adopted) {
                adopted.notices.push(cannot_read(&path, &error));
            }
        }
        adopted.pending.sort_by_key(|pending| pending.command.id);
        adopted
    }

    fn adopt_file(&mut self, path: &Path, adopted: &mut Adopted) -> io::Result<()> {
        let mut file = match OpenOptions::new().read(true).write(true).open(path) {
            Ok(file) => file,
            // Another console was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        match file.try_lock() {
            Ok(()) => {}
            // Its console lives.
            Err(TryLockError::WouldBlock) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        if !path.exists() {
            return Ok(());
        }
        tighten(path);
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let found = read(&bytes);
        let Some(owner) = found.owner else {
            if bytes.is_empty() {
                return fs::remove_file(path);
            }
            let aside = path.with_extension("bad");
            fs::rename(path, &aside)?;
            adopted
                .notices
                .push(set_aside(&aside, found.bad.len().max(1)));
            return Ok(());
        };
        if !self.owner.is_same(&owner) {
            return Ok(());
        }
        if !found.bad.is_empty() {
            let aside = path.with_extension("bad");
            let mut kept = private().append(true).create(true).open(&aside)?;
            kept.write_all(&found.bad.join(&b'\n'))?;
            kept.write_all(b"\n")?;
            kept.sync_all()?;
            adopted.notices.push(set_aside(&aside, found.bad.len()));
        }
        let new: Vec<Pending> = found.waiting.into_values().collect();
        self.put(&new)?;
        adopted.pending.extend(new);
        fs::remove_file(path)
    }
}

impl Drop for Store {
    /// An outbox with nothing in it is not left behind. Where that fails the next console does it.
    fn drop(&mut self) {
        if self.waiting.is_empty() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn set_aside(path: &Path, lines: usize) -> String {
    format!(
        "{lines} lines of an earlier outbox could not be read and were not sent. They are kept in \
         {}; look there for words that are missing.",
        path.display()
    )
}

fn cannot_read(path: &Path, error: &io::Error) -> String {
    format!(
        "The outbox {} that an earlier console left cannot be read ({error}). Lines in it are not \
         sent; see that it can be read, and start again.",
        path.display()
    )
}

#[cfg(test)]
mod tests;
