//! The lines that a person sent, kept on disk: they survive a restart and a crash.
//!
//! Reading and adding are done beside the loop, so a slow disk never makes a key wait.

mod file;

use crate::incident::Person;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use tokio::task::JoinHandle;

/// Lines that wait while the disk is slow; beyond it the oldest of them are not kept on disk.
/// Someone writes one in some seconds.
const WAITING_MAX: usize = 200;

/// The lines of the people who write on this machine.
#[derive(Debug, Default)]
pub struct Kept {
    dir: Option<PathBuf>,
    waiting: VecDeque<(Person, String)>,
    wanted: Option<Person>,
    working: Option<JoinHandle<Done>>,
    /// It was said that lines are not kept: once is enough until it works again.
    said: bool,
}

/// What came of a piece of work.
#[derive(Debug, PartialEq, Eq)]
pub enum Done {
    /// These lines were found.
    Read {
        /// Whose.
        person: Person,
        /// Oldest first.
        lines: Vec<String>,
        /// What is to be known about them.
        notice: Option<String>,
    },
    /// Lines were added.
    Added,
    /// It did not work: one sentence or two for the user.
    Trouble(String),
}

impl Kept {
    /// Kept in that folder; without one, nowhere.
    #[must_use]
    pub fn new(dir: Option<PathBuf>) -> Self {
        Self {
            dir,
            ..Self::default()
        }
    }

    /// Wants what this person wrote before.
    pub fn load(&mut self, person: Person) {
        self.wanted = Some(person);
        self.start();
    }

    /// Wants this line kept.
    pub fn keep(&mut self, person: Person, line: String) {
        if self.waiting.len() >= WAITING_MAX {
            self.waiting.pop_front();
        }
        self.waiting.push_back((person, line));
        self.start();
    }

    /// Whether something is being read or added.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.working.is_some()
    }

    /// Waits for what is under way. Cancel-safe.
    pub async fn done(&mut self) -> Done {
        let Some(working) = &mut self.working else {
            return std::future::pending().await;
        };
        let done = working.await;
        self.working = None;
        self.start();
        match done.unwrap_or_else(|error| Done::Trouble(format!("{NOT_KEPT}: {error}."))) {
            Done::Trouble(_) if self.said => Done::Added,
            done => {
                self.said = matches!(done, Done::Trouble(_));
                done
            }
        }
    }

    fn start(&mut self) {
        let Some(dir) = self.dir.clone() else {
            self.waiting.clear();
            self.wanted = None;
            return;
        };
        if self.working.is_some() {
            return;
        }
        if let Some(person) = self.wanted.take() {
            self.working = Some(tokio::task::spawn_blocking(move || {
                match file::read(&dir, &person) {
                    Ok(found) => Done::Read {
                        notice: found.aside.map(|(path, rows)| set_aside(&path, rows)),
                        lines: found.lines,
                        person,
                    },
                    Err(error) => failed(&dir, &person, &error),
                }
            }));
            return;
        }
        let Some((person, _)) = self.waiting.front().cloned() else {
            return;
        };
        // Another person's lines wait for the next turn.
        let theirs = self
            .waiting
            .iter()
            .take_while(|(whose, _)| *whose == person);
        let count = theirs.count();
        let lines: Vec<String> = self.waiting.drain(..count).map(|(_, line)| line).collect();
        self.working = Some(tokio::task::spawn_blocking(move || {
            match file::append(&dir, &person, &lines) {
                Ok(()) => Done::Added,
                Err(error) => failed(&dir, &person, &error),
            }
        }));
    }
}

fn failed(dir: &Path, person: &Person, error: &std::io::Error) -> Done {
    let path = file::path(dir, person);
    Done::Trouble(format!(
        "{NOT_KEPT}: {} cannot be used ({error}). The lines themselves are sent as always.",
        path.display()
    ))
}

const NOT_KEPT: &str = "The lines you send are not kept for the next start";

fn set_aside(path: &Path, rows: usize) -> String {
    let rows = match rows {
        1 => "1 of the lines you sent earlier".to_owned(),
        rows => format!("{rows} of the lines you sent earlier"),
    };
    format!(
        "{rows} cannot be read any more; they are in {} as they were. The others are here, and \
         nothing of the incident is touched.",
        path.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_kept_is_there_at_the_next_start() {
        let dir = tempfile::tempdir().unwrap();
        let maya: Person = "maya".parse().unwrap();
        let mut kept = Kept::new(Some(dir.path().to_owned()));
        for at in 0..3 {
            kept.keep(maya.clone(), format!("line {at}"));
        }
        kept.keep("bo".parse().unwrap(), "bo's".to_owned());
        while kept.is_busy() {
            assert_eq!(kept.done().await, Done::Added);
        }
        let mut next = Kept::new(Some(dir.path().to_owned()));
        next.load(maya.clone());
        let lines = (0..3).map(|at| format!("line {at}")).collect();
        let read = Done::Read {
            person: maya,
            lines,
            notice: None,
        };
        assert_eq!(next.done().await, read);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_used_is_said_once() {
        let below = tempfile::NamedTempFile::new().unwrap();
        let mut kept = Kept::new(Some(below.path().join("x")));
        let maya: Person = "maya".parse().unwrap();
        kept.keep(maya.clone(), "one".to_owned());
        let Done::Trouble(said) = kept.done().await else {
            panic!("it was kept")
        };
        assert!(said.contains("maya.jsonl"), "{said}");
        kept.keep(maya, "two".to_owned());
        assert_eq!(kept.done().await, Done::Added);
    }

    #[tokio::test]
    async fn a_disk_that_is_slow_leaves_a_bounded_queue() {
        let dir = tempfile::tempdir().unwrap();
        let mut kept = Kept::new(Some(dir.path().to_owned()));
        for at in 0..WAITING_MAX * 3 {
            kept.keep("maya".parse().unwrap(), format!("{at}"));
        }
        assert!(kept.waiting.len() <= WAITING_MAX);
        while kept.is_busy() {
            kept.done().await;
        }
        kept.load("maya".parse().unwrap());
        let Done::Read { lines, .. } = kept.done().await else {
            panic!("not read")
        };
        assert_eq!(lines.last().map(String::as_str), Some("599"));
    }
}
