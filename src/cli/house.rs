//! What a server is made of here: the journal on disk, the clock, the runbooks, and what is said
//! when one of them cannot be had.

use crate::clock::{Clock, SystemClock};
use crate::error::{Failure, sentence, what_and_instead};
use crate::incident::RunbookText;
use crate::journal::sqlite::{self, SqliteJournal};
use crate::journal::{Journal, OpenJournalError};
use crate::protocol::RunbookName;
use crate::runbooks::Library;
use crate::server::{RunbookSource, StartError};
use std::path::Path;
use std::sync::Arc;

/// A journal that is open, and held by this process.
#[derive(Debug)]
pub struct Opened {
    journal: Arc<SqliteJournal>,
}

/// Opens the journal in the data directory; makes both for this user alone.
///
/// # Errors
/// What is in the way, and what to do.
pub fn open(data: &Path) -> Result<Opened, Failure> {
    crate::files::make_private_dir(data).map_err(|source| {
        not_opened(&OpenJournalError::Directory {
            path: data.to_owned(),
            source,
        })
    })?;
    let options = sqlite::Options {
        ready_log: true,
        ..sqlite::Options::default()
    };
    let journal = sqlite::open(data, &options).map_err(|error| not_opened(&error))?;
    Ok(Opened {
        journal: Arc::new(journal),
    })
}

impl Opened {
    /// The journal as the server takes it.
    #[must_use]
    pub fn journal(&self) -> Arc<dyn Journal> {
        self.journal.clone()
    }

    /// The clock of a server.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(SystemClock)
    }

    /// Tells the next one that wants the journal where this one listens.
    ///
    /// # Errors
    /// When the lock's file cannot be written.
    pub fn announce(&self, url: &str) -> std::io::Result<()> {
        self.journal.announce(url)
    }

    /// Writes what waits and gives the write-ahead log back to the file.
    pub async fn close(&self) {
        self.journal.close().await;
    }
}

/// Why there is no journal, as a person is told it.
#[must_use]
pub fn not_opened(error: &OpenJournalError) -> Failure {
    let (what, instead) = parts(&error.to_string());
    let failure = match error {
        // Someone has it: that is an answer, not a fault.
        OpenJournalError::Locked { .. } => Failure::refused(what),
        OpenJournalError::Missing { .. } | OpenJournalError::NotAJournal { .. } => {
            Failure::usage(what)
        }
        OpenJournalError::Directory { .. }
        | OpenJournalError::Newer { .. }
        | OpenJournalError::Damaged { .. }
        | OpenJournalError::Engine { .. } => Failure::internal(what),
    };
    because(failure.instead(instead), error)
}

/// Why the server did not start, as a person is told it.
#[must_use]
pub fn not_started(error: &StartError) -> Failure {
    let text = error.to_string();
    let (what, instead) = what_and_instead(&text);
    let what = sentence(what);
    let failure = match error {
        StartError::PlainText(_) | StartError::NoTokens(_) | StartError::Tls { .. } => {
            Failure::usage(what)
        }
        _ => Failure::internal(what),
    };
    because(failure.instead(instead), error)
}

fn because(failure: Failure, error: &dyn std::error::Error) -> Failure {
    match error.source() {
        Some(source) => failure.because(source.to_string()),
        None => failure,
    }
}

/// `what happened: what to do.` as two sentences. The last colon with a space parts them: a path
/// may hold others.
#[must_use]
pub fn parts(text: &str) -> (String, String) {
    match text.rsplit_once(": ") {
        Some((what, instead)) => (sentence(&format!("{what}.")), sentence(instead)),
        None => (sentence(text), String::new()),
    }
}

/// The runbooks of the configured folders, as the server asks for them.
#[derive(Debug, Clone)]
pub struct Shelf(pub Library);

impl RunbookSource for Shelf {
    fn find(&self, name: &str) -> Option<RunbookText> {
        self.0.find(name).unwrap_or_else(|problem| {
            tracing::warn!(%problem, "a runbook cannot be read");
            None
        })
    }

    fn names(&self) -> Vec<RunbookName> {
        let (runbooks, problems) = self.0.all();
        for problem in problems {
            tracing::warn!(%problem, "a runbook cannot be read");
        }
        runbooks.iter().map(name_of).collect()
    }
}

/// What a picker shows of a runbook.
#[must_use]
pub fn name_of(runbook: &RunbookText) -> RunbookName {
    RunbookName {
        name: runbook.name.clone(),
        title: runbook.title.clone(),
        steps: u32::try_from(runbook.steps.len()).unwrap_or(u32::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_way_and_what_to_do_are_two_sentences() {
        let error = OpenJournalError::Locked {
            path: "/srv/war: room".into(),
            pid: Some(42),
            address: None,
        };
        let failure = not_opened(&error);
        assert_eq!(failure.kind.code(), 1);
        assert!(
            failure
                .what
                .starts_with("The journal in /srv/war: room is in use by ")
        );
        assert!(failure.what.contains("42") && failure.what.ends_with('.'));
        assert!(failure.instead.starts_with("Join that one"), "{failure}");
    }

    #[test]
    fn a_directory_that_is_a_file_is_said_with_its_cause() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "x").unwrap();
        let failure = open(&file).unwrap_err();
        assert_eq!(failure.kind.code(), 70);
        assert!(failure.report().contains("cause: "), "{failure}");
        assert!(failure.report().contains("--data"), "{failure}");
    }
}
