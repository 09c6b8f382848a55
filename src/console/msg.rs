//! What goes into `update`.

use super::memory::Memory;
use super::theme::Appearance;
use crate::client;
use crate::incident::{CommandRun, IncidentId, Person, Timestamp};
use crossterm::event::{KeyEvent, MouseEvent};

/// Something that happened.
#[derive(Debug)]
pub enum Msg {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted, in one piece.
    Paste(String),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// The screen has this size now, in cells.
    Resized(u16, u16),
    /// The terminal got the focus, or lost it.
    Watched(bool),
    /// The terminal said what its background is.
    Background(Appearance),
    /// The client's driver reports something.
    Client(client::Input),
    /// The moment that [`super::update::next_wake`] named has come.
    Woke,
    /// A draft was found on disk.
    Draft {
        /// Of which incident.
        incident: IncidentId,
        /// What was typed.
        text: String,
    },
    /// An update that was being written was found on disk.
    UpdateDraft {
        /// Of which incident.
        incident: IncidentId,
        /// It, as it was kept.
        text: String,
    },
    /// The lines that were sent before were read from disk.
    History {
        /// Whose.
        person: Person,
        /// Oldest first.
        lines: Vec<String>,
    },
    /// What was remembered of earlier consoles was read from disk.
    Memory {
        /// Of whom.
        person: Person,
        /// What was remembered; nothing, where nothing was.
        memory: Memory,
    },
    /// The command that runs printed something.
    RunPrinted {
        /// What, without secrets.
        shown: String,
        /// How much there was so far, in bytes.
        bytes: u64,
    },
    /// What is known of the command that runs, to be put away in case this console is killed.
    RunSoFar(Box<CommandRun>),
    /// The command has ended, or could not be started: why, a sentence.
    RunEnded(Result<Box<CommandRun>, String>),
    /// The evidence of a command was found on disk that was not sent.
    RunFound {
        /// Of which incident.
        incident: IncidentId,
        /// It, as it was kept.
        text: String,
    },
    /// `$EDITOR` ended.
    Edited(Result<String, String>),
    /// Something that the runtime was told to do went wrong: one sentence or two.
    Trouble(String),
}

/// A message and when it came.
#[derive(Debug)]
pub struct Timed {
    /// When.
    pub at: Timestamp,
    /// What.
    pub msg: Msg,
}
