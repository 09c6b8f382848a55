//! What is typed and not sent, kept on disk over a crash: one small file an incident and person.
//!
//! The folder is that of one server: two servers have an `INC-1` each.
//!
//! Saving is done beside the loop, the newest text of each incident only, so a slow disk never
//! makes a key wait and nothing queues up.

use crate::files::{make_private_dir, tighten};
use crate::incident::{IncidentId, Person};
use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Drafts longer than this are not read back, in bytes: no note is longer, nor is what is kept of a
/// command's output as JSON.
const DRAFT_BYTES: u64 = 1024 * 1024;

/// Whose draft it is, and of which incident.
pub type Of = (Person, IncidentId);

/// The drafts of one machine.
#[derive(Debug, Default)]
pub struct Drafts {
    dir: Option<PathBuf>,
    waiting: BTreeMap<Of, String>,
    /// Those that this console has, by a lock that ends with it however it ends.
    held: BTreeMap<Of, File>,
    saving: Option<tokio::task::JoinHandle<Result<(), String>>>,
}

impl Drafts {
    /// Kept in that folder; without one, nowhere.
    #[must_use]
    pub fn new(dir: Option<PathBuf>) -> Self {
        Self {
            dir,
            ..Self::default()
        }
    }

    /// Wants this text saved, instead of any that still waits in its place.
    pub fn save(&mut self, of: Of, text: String) {
        if self.dir.is_some() {
            self.waiting.insert(of, text);
            self.start();
        }
    }

    /// Has what is kept there for itself, until it lets it go or is killed; whether it does. Where
    /// the folder cannot be written nobody else can have it.
    pub fn hold(&mut self, of: &Of) -> bool {
        let Some(dir) = self.dir.as_deref().filter(|_| !self.held.contains_key(of)) else {
            return true;
        };
        let lock = std::fs::create_dir_all(dir).and_then(|()| File::create(path_of_lock(dir, of)));
        let Ok(lock) = lock else {
            return true;
        };
        let mine = !matches!(lock.try_lock(), Err(TryLockError::WouldBlock));
        if mine {
            self.held.insert(of.clone(), lock);
        }
        mine
    }

    /// Lets it go again.
    pub fn let_go(&mut self, of: &Of) {
        if self.held.remove(of).is_some()
            && let Some(dir) = self.dir.as_deref()
        {
            // One that stays is empty, and locked by nobody.
            let _stays = std::fs::remove_file(path_of_lock(dir, of));
        }
    }

    /// Adds a line to what is kept.
    pub fn add(&mut self, of: Of, line: &str) {
        let kept = match self.waiting.get(&of) {
            Some(text) => Some(text.clone()),
            None => self.load(&of),
        };
        let text = match kept.filter(|text| !text.is_empty()) {
            Some(text) => format!("{text}\n{line}"),
            None => line.to_owned(),
        };
        self.save(of, text);
    }

    /// The text that was left there, if any.
    #[must_use]
    pub fn load(&self, of: &Of) -> Option<String> {
        let path = path(self.dir.as_deref()?, of);
        tighten(&path);
        let small = std::fs::metadata(&path).is_ok_and(|file| file.len() <= DRAFT_BYTES);
        let text = small.then(|| std::fs::read_to_string(&path).ok())??;
        (!text.is_empty()).then_some(text)
    }

    /// Whether something is being saved.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.saving.is_some()
    }

    /// Waits until what is being saved is saved. Cancel-safe.
    ///
    /// # Errors
    /// When it could not be saved: one sentence or two for the user.
    pub async fn saved(&mut self) -> Result<(), String> {
        let Some(saving) = &mut self.saving else {
            return Ok(());
        };
        let outcome = saving.await;
        self.saving = None;
        self.start();
        outcome.unwrap_or_else(|error| Err(format!("Your draft was not kept: {error}.")))
    }

    fn start(&mut self) {
        if self.saving.is_some() || self.waiting.is_empty() {
            return;
        }
        let Some(dir) = self.dir.clone() else {
            return;
        };
        let waiting = std::mem::take(&mut self.waiting);
        self.saving = Some(tokio::task::spawn_blocking(move || {
            waiting.into_iter().try_for_each(|(of, text)| {
                write(&dir, &of, &text).map_err(|error| {
                    format!(
                        "What you are typing is not kept over a crash: {} cannot be written \
                         ({error}). Send it soon, or make room there.",
                        path(&dir, &of).display()
                    )
                })
            })
        }));
    }
}

fn path(dir: &Path, (person, incident): &Of) -> PathBuf {
    dir.join(format!("{incident}.{person}.draft"))
}

fn path_of_lock(dir: &Path, (person, incident): &Of) -> PathBuf {
    dir.join(format!("{incident}.{person}.lock"))
}

/// Puts the new text in place of the old in one step, so that a crash leaves one of them whole.
fn write(dir: &Path, of: &Of, text: &str) -> io::Result<()> {
    let path = path(dir, of);
    if text.is_empty() {
        return match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    }
    make_private_dir(dir)?;
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_data()?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(person: &str, incident: u64) -> Of {
        (person.parse().unwrap(), IncidentId(incident))
    }

    #[tokio::test]
    async fn the_newest_text_of_each_incident_and_person_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let mut drafts = Drafts::new(Some(dir.path().to_owned()));
        for text in ["p", "po", "pods"] {
            drafts.save(of("lee", 1), text.to_owned());
        }
        drafts.save(of("lee", 2), "other".to_owned());
        drafts.save(of("maya", 1), "hers".to_owned());
        while drafts.is_busy() {
            drafts.saved().await.unwrap();
        }
        assert_eq!(drafts.load(&of("lee", 1)).as_deref(), Some("pods"));
        assert_eq!(drafts.load(&of("lee", 2)).as_deref(), Some("other"));
        assert_eq!(drafts.load(&of("maya", 1)).as_deref(), Some("hers"));
        assert_eq!(drafts.load(&of("bo", 1)), None);
        drafts.save(of("lee", 1), String::new());
        drafts.saved().await.unwrap();
        assert_eq!(drafts.load(&of("lee", 1)), None);
    }

    #[test]
    fn what_one_console_has_no_other_one_takes_until_it_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let mut one = Drafts::new(Some(dir.path().to_owned()));
        let mut other = Drafts::new(Some(dir.path().to_owned()));
        assert!(one.hold(&of("lee", 1)) && one.hold(&of("lee", 1)));
        assert!(!other.hold(&of("lee", 1)));
        assert!(other.hold(&of("lee", 2)) && other.hold(&of("maya", 1)));
        one.let_go(&of("lee", 1));
        assert!(other.hold(&of("lee", 1)));
        // Killed: its lock went with it.
        drop(other);
        assert!(one.hold(&of("lee", 1)) && one.hold(&of("maya", 1)));
        assert!(Drafts::new(None).hold(&of("lee", 1)), "nothing is kept");
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_said() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut drafts = Drafts::new(Some(file.path().join("below a file")));
        drafts.save(of("lee", 1), "x".to_owned());
        let said = drafts.saved().await.unwrap_err();
        assert!(said.contains("INC-1.lee.draft"), "{said}");
    }
}
