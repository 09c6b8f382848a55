//! The memory on disk: one small file a person, in the folder of one server.
//!
//! It is written beside the loop, the newest of it only. What cannot be read counts as nothing: the
//! worst that comes of it is that something is told again.

use super::Memory;
use crate::files::{make_private_dir, tighten};
use crate::incident::Person;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use tokio::task::JoinHandle;

/// A longer file is not read, in bytes: what is kept is bounded to far less.
const FILE_BYTES: u64 = 256 * 1024;

/// The memories of one machine at one server.
#[derive(Debug, Default)]
pub struct Memories {
    dir: Option<PathBuf>,
    waiting: Option<(Person, Memory)>,
    saving: Option<JoinHandle<io::Result<()>>>,
}

impl Memories {
    /// Kept in that folder; without one, nowhere.
    #[must_use]
    pub fn new(dir: Option<PathBuf>) -> Self {
        Self {
            dir,
            ..Self::default()
        }
    }

    /// What was kept for that person; nothing where nothing is kept.
    #[must_use]
    pub fn load(&self, person: &Person) -> Memory {
        let kept = self.dir.as_deref().and_then(|dir| read(dir, person));
        kept.unwrap_or_default()
    }

    /// Wants this kept, in the place of any that still waits.
    pub fn save(&mut self, person: Person, memory: Memory) {
        if self.dir.is_some() {
            self.waiting = Some((person, memory));
            self.start();
        }
    }

    /// Whether something is being saved.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.saving.is_some()
    }

    /// Waits until what is being saved is saved. Cancel-safe. That it could not be is logged, and
    /// no more: nobody loses a word by it.
    pub async fn saved(&mut self) {
        let Some(saving) = &mut self.saving else {
            return;
        };
        if let Ok(Err(error)) = saving.await {
            tracing::warn!(%error, "what was looked at is not remembered");
        }
        self.saving = None;
        self.start();
    }

    fn start(&mut self) {
        if self.saving.is_some() {
            return;
        }
        if let (Some(dir), Some((person, memory))) = (self.dir.clone(), self.waiting.take()) {
            self.saving = Some(tokio::task::spawn_blocking(move || {
                write(&dir, &person, memory)
            }));
        }
    }
}

fn path(dir: &Path, person: &Person) -> PathBuf {
    dir.join(format!("{person}.looked"))
}

/// What is kept there for that person.
#[must_use]
pub fn read(dir: &Path, person: &Person) -> Option<Memory> {
    let path = path(dir, person);
    tighten(&path);
    let small = std::fs::metadata(&path).is_ok_and(|file| file.len() <= FILE_BYTES);
    let text = small.then(|| std::fs::read_to_string(&path).ok())??;
    serde_json::from_str(&text).ok()
}

/// Puts it in the place of the old in one step, with what another console has kept meanwhile.
fn write(dir: &Path, person: &Person, mut memory: Memory) -> io::Result<()> {
    if let Some(kept) = read(dir, person) {
        memory.join(&kept);
    }
    make_private_dir(dir)?;
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(&serde_json::to_vec(&memory)?)?;
    file.persist(path(dir, person))
        .map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Looked;
    use super::*;
    use crate::incident::{IncidentId, Seq, Timestamp};

    fn memory(incident: u64, seq: u64) -> Memory {
        let mut memory = Memory::default();
        let looked = Looked {
            seq: Seq(seq),
            at: Timestamp::UNIX_EPOCH,
        };
        memory.look(IncidentId(incident), looked);
        memory
    }

    #[tokio::test]
    async fn the_newest_is_kept_with_what_another_console_kept() {
        let dir = tempfile::tempdir().unwrap();
        let (lee, maya): (Person, Person) = ("lee".parse().unwrap(), "maya".parse().unwrap());
        let mut memories = Memories::new(Some(dir.path().join("at-server")));
        for seq in [3, 5, 9] {
            memories.save(lee.clone(), memory(1, seq));
        }
        while memories.is_busy() {
            memories.saved().await;
        }
        let mut another = Memories::new(Some(dir.path().join("at-server")));
        another.save(lee.clone(), memory(2, 4));
        another.saved().await;
        let kept = memories.load(&lee);
        let seq = |incident| kept.looked(IncidentId(incident)).map(|looked| looked.seq);
        assert_eq!((seq(1), seq(2)), (Some(Seq(9)), Some(Seq(4))));
        assert_eq!(memories.load(&maya), Memory::default());
    }

    #[tokio::test]
    async fn what_cannot_be_read_or_written_is_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let lee: Person = "lee".parse().unwrap();
        std::fs::write(dir.path().join("lee.looked"), "{").unwrap();
        let memories = Memories::new(Some(dir.path().to_owned()));
        assert_eq!(memories.load(&lee), Memory::default());
        let mut nowhere = Memories::new(Some(dir.path().join("lee.looked/below")));
        nowhere.save(lee.clone(), memory(1, 1));
        nowhere.saved().await;
        assert_eq!(nowhere.load(&lee), Memory::default());
        assert!(!nowhere.is_busy());
    }
}
