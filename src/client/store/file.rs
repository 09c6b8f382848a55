//! The file: its lines, how they are read, and how a whole one is made.

use super::{Owner, Pending};
use crate::files::private;
use crate::incident::CommandId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Entry {
    /// Whose it is; the first line, and again when the person becomes known.
    Owner(Owner),
    /// A command that waits.
    Put(Pending),
    /// It waits no more.
    Gone(CommandId),
}

/// What stands in a file.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) owner: Option<Owner>,
    pub(super) waiting: BTreeMap<CommandId, Pending>,
    /// Lines that cannot be read, as they are.
    pub(super) bad: Vec<Vec<u8>>,
}

pub(super) fn read(bytes: &[u8]) -> Found {
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
pub(super) fn create(
    path: &Path,
    owner: &Owner,
    waiting: &BTreeMap<CommandId, Pending>,
) -> io::Result<File> {
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

pub(super) fn line(entry: &Entry, text: &mut String) -> io::Result<()> {
    text.push_str(&serde_json::to_string(entry)?);
    text.push('\n');
    Ok(())
}
