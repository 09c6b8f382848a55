//! The outbox on disk: one append-only file of JSON lines for each running console.
//!
//! A console holds a lock on its file as long as it lives. A file that can be locked was left by a
//! console that is dead: the next one of the same server and person takes over what is in it.
//! A command is flushed to the disk before it counts as stored. That it is done with is not: lost,
//! it is sent once more, and the server knows it by its id.

use super::Pending;
use crate::incident::{CommandId, Person};
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

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Entry {
    /// Whose it is; the first line, and again when the person becomes known.
    Owner(Owner),
    /// A command that waits.
    Put(Pending),
    /// It waits no more.
    Gone(CommandId),
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

/// What stands in a file.
#[derive(Debug, Default)]
struct Found {
    owner: Option<Owner>,
    waiting: BTreeMap<CommandId, Pending>,
    /// Lines that cannot be read, as they are.
    bad: Vec<Vec<u8>>,
}

fn read(bytes: &[u8]) -> Found {
    let mut found = Found::default();
    let mut lines = bytes.split(|byte| *byte == b'\n').peekable();
    while let Some(text) = lines.next() {
        let last = lines.peek().is_none();
        match serde_json::from_slice(text) {
            Ok(Entry::Owner(owner)) => found.owner = Some(owner),
            Ok(Entry::Put(pending)) => {
                found.waiting.insert(pending.command.id, pending);
            }
            Ok(Entry::Gone(command)) => {
                found.waiting.remove(&command);
            }
            // The console died while it wrote: that line was never said to be kept.
            Err(_) if last => {}
            Err(_) => found.bad.push(text.to_owned()),
        }
    }
    found
}

/// Makes a locked file with these lines, on the disk, and puts it at `path`. It is locked before
/// it has its name, so that nobody takes it for a dead one's.
fn create(path: &Path, owner: &Owner, waiting: &BTreeMap<CommandId, Pending>) -> io::Result<File> {
    let new = path.with_extension("new");
    let mut file = private().create(true).append(true).read(true).open(&new)?;
    file.set_len(0)?;
    file.lock()?;
    let mut text = String::new();
    line(&Entry::Owner(owner.clone()), &mut text)?;
    for pending in waiting.values() {
        line(&Entry::Put(pending.clone()), &mut text)?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    if let Some(dir) = path.parent() {
        // The name must be on the disk too.
        File::open(dir)?.sync_all()?;
    }
    Ok(file)
}

fn line(entry: &Entry, text: &mut String) -> io::Result<()> {
    text.push_str(&serde_json::to_string(entry)?);
    text.push('\n');
    Ok(())
}

/// A file that only its owner reads: drafts of private notes are in it.
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

fn make_private_dir(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
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
mod tests {
    use super::*;
    use crate::incident::{Command, Intent, NewNote, Timestamp};

    fn owner(name: &str) -> Owner {
        Owner::new("ws://localhost:1", name.parse().ok(), None)
    }

    fn note(n: u128) -> Pending {
        Pending {
            command: Command {
                id: CommandId(Uuid::from_u128(n)),
                written_at: Timestamp::UNIX_EPOCH,
                intent: Intent::Note(NewNote::plain(format!("line {n}"))),
            },
            incident: Some(crate::incident::IncidentId(1)),
            sent: false,
        }
    }

    /// Lets a console die: the lock goes, the file stays.
    fn die(store: Store) -> PathBuf {
        let path = store.path.clone();
        let copy = fs::read(&path).unwrap();
        drop(store);
        fs::write(&path, copy).unwrap();
        path
    }

    #[test]
    fn what_a_dead_console_left_is_taken_over_once_and_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let mut dead = Store::open(dir.path(), owner("lee")).unwrap();
        let lines: Vec<Pending> = (1..=20).map(note).collect();
        dead.put(&lines).unwrap();
        dead.forget(&[lines[3].command.id]).unwrap();
        let path = die(dead);

        let mut one = Store::open(dir.path(), owner("lee")).unwrap();
        let mut two = Store::open(dir.path(), owner("lee")).unwrap();
        let adopted = one.adopt();
        let ids: Vec<u128> = adopted
            .pending
            .iter()
            .map(|p| p.command.id.0.as_u128())
            .collect();
        assert_eq!(ids, (1..=20).filter(|n| *n != 4).collect::<Vec<_>>());
        assert!(adopted.notices.is_empty(), "{:?}", adopted.notices);
        assert!(!path.exists());
        assert!(
            two.adopt().pending.is_empty(),
            "the one that lives keeps its own"
        );

        // The one that took over dies too: they are in its file.
        die(one);
        assert_eq!(two.adopt().pending.len(), 19);
    }

    #[test]
    fn another_persons_lines_stay() {
        let dir = tempfile::tempdir().unwrap();
        let mut dead = Store::open(dir.path(), owner("lee")).unwrap();
        dead.put(&[note(1)]).unwrap();
        let path = die(dead);
        let mut other = Store::open(dir.path(), owner("bo")).unwrap();
        assert!(other.adopt().pending.is_empty());
        assert!(path.exists());
        // A token that turns out to be lee's.
        let mut token = Store::open(
            dir.path(),
            Owner::new("ws://localhost:1/", None, Some("secret")),
        )
        .unwrap();
        assert!(token.adopt().pending.is_empty());
        token.is_of(&"lee".parse().unwrap()).unwrap();
        assert_eq!(token.adopt().pending.len(), 1);
        assert!(!fs::read_to_string(&token.path).unwrap().contains("secret"));
    }

    #[test]
    fn a_torn_last_line_is_passed_over_and_a_damaged_one_is_kept_aside() {
        let dir = tempfile::tempdir().unwrap();
        let mut dead = Store::open(dir.path(), owner("lee")).unwrap();
        dead.put(&[note(1), note(2), note(3)]).unwrap();
        let path = die(dead);
        let text = fs::read_to_string(&path).unwrap();
        let torn = text.trim_end().strip_suffix('}').unwrap().to_owned();
        fs::write(&path, torn.replacen("\"line 1\"", "\"line 1", 1)).unwrap();

        let mut store = Store::open(dir.path(), owner("lee")).unwrap();
        let adopted = store.adopt();
        assert_eq!(adopted.pending, vec![note(2)]);
        assert_eq!(adopted.notices.len(), 1);
        let bad = fs::read_to_string(path.with_extension("bad")).unwrap();
        assert!(bad.contains("line 1"), "{bad}");
    }

    #[test]
    fn a_file_that_is_no_outbox_is_set_aside_and_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.outbox");
        fs::write(&path, "\u{0}\u{1}garbage\nmore").unwrap();
        let mut store = Store::open(dir.path(), owner("lee")).unwrap();
        let adopted = store.adopt();
        assert_eq!(adopted.notices.len(), 1);
        assert!(path.with_extension("bad").exists());
        assert!(store.adopt().notices.is_empty());
    }

    #[test]
    fn an_emptied_outbox_is_short_again_and_leaves_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path(), owner("lee")).unwrap();
        let empty = store.bytes;
        for n in 1..=50 {
            store.put(&[note(n)]).unwrap();
        }
        let ids: Vec<CommandId> = (1..=50).map(|n| note(n).command.id).collect();
        store.forget(&ids).unwrap();
        assert_eq!(fs::metadata(&store.path).unwrap().len(), empty);
        let mut other = Store::open(dir.path(), owner("lee")).unwrap();
        assert!(
            other.adopt().pending.is_empty(),
            "still locked after it was written anew"
        );
        assert!(store.path.exists());
        let path = store.path.clone();
        drop(store);
        assert!(!path.exists());
    }
}
