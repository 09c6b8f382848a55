//! The write-ahead log's file, made long before it is needed.
//!
//! To write over what is there costs an fsync less than to make a file longer: its length and the
//! place of its blocks need not be put on disk as well. So the writer makes the file as long as it
//! usually becomes, a piece at a time while nothing waits to be written. SQLite begins the log
//! anew at the file's start whenever all of it was moved into the journal.
//!
//! **Invariant**: only the thread that writes the log does this, and only behind the file's end.
//! What stands there is never read: a frame of the log is told by its salt and its checksum.

use super::schema::{PAGE_BYTES, wal_path};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Pages that the log comes to before it begins anew, where appends pause now and then: half as
/// many again as the housekeeper lets it have.
const PAGES: u64 = 3_000;
/// What SQLite writes before each page.
const FRAME_HEADER_BYTES: u64 = 24;
/// How long the file is made.
const BYTES: u64 = PAGES * (PAGE_BYTES + FRAME_HEADER_BYTES);
/// Made in one piece: an append that comes meanwhile waits for some milliseconds.
const PIECE: &[u8] = &[0; 1024 * 1024];

/// The file while it is made longer.
pub(super) struct Ready(Option<File>);

impl Ready {
    /// Of the log beside this journal. Where it cannot be opened it is as long as it is.
    pub(super) fn of(journal: &Path) -> Self {
        Self(OpenOptions::new().append(true).open(wal_path(journal)).ok())
    }

    /// Of none: it is as long as it is.
    pub(super) fn as_it_is() -> Self {
        Self(None)
    }

    /// Adds a piece; false when there is nothing to add.
    pub(super) fn add(&mut self) -> bool {
        let Some(file) = &self.0 else {
            return false;
        };
        match lengthen(file) {
            Ok(true) => true,
            Ok(false) => {
                self.0 = None;
                false
            }
            Err(error) => {
                // It only costs time: an append that needs the room says itself that there is none.
                tracing::warn!(%error, "the write-ahead log was not made longer");
                self.0 = None;
                false
            }
        }
    }
}

fn lengthen(mut file: &File) -> io::Result<bool> {
    let length = file.metadata()?.len();
    if length >= BYTES {
        return Ok(false);
    }
    let added = file.write_all(PIECE).and_then(|()| file.sync_data());
    if added.is_err() {
        // On a full disk: what was taken is given back.
        file.set_len(length)?;
    }
    added.map(|()| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_long_a_piece_at_a_time_and_keeps_what_is_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let journal = dir.path().join("journal.db");
        std::fs::write(wal_path(&journal), "frames").unwrap();
        let mut ready = Ready::of(&journal);
        let mut pieces = 0;
        while ready.add() {
            pieces += 1;
        }
        let log = std::fs::read(wal_path(&journal)).unwrap();
        assert!(pieces > 1 && log.len() as u64 >= BYTES);
        assert!(log.starts_with(b"frames") && log[6..].iter().all(|byte| *byte == 0));
    }

    #[test]
    fn where_there_is_no_log_none_is_made() {
        let dir = tempfile::tempdir().unwrap();
        let journal = dir.path().join("journal.db");
        assert!(!Ready::of(&journal).add());
        assert!(!wal_path(&journal).exists());
    }
}
