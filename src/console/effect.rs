//! What comes out of `update`: things to be done by the runtime.

use super::memory::Memory;
use super::ring::Call;
use crate::client;
use crate::incident::{IncidentId, Person, Timestamp};

/// A command that was confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// What a shell reads.
    pub script: String,
    /// What is set for it.
    pub variables: Vec<(String, String)>,
    /// The whole as it was shown.
    pub line: String,
    /// When it was confirmed.
    pub started_at: Timestamp,
}

/// Something to be done.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a handful at a time; most are the client's, and are moved on at once"
)]
pub enum Effect {
    /// For the client's driver.
    Client(client::Effect),
    /// Try to connect now.
    RetryLink,
    /// Put the text on the clipboard.
    Copy(String),
    /// Open `$EDITOR` on the text.
    Edit(String),
    /// Keep what is typed on disk; empty: take it off.
    SaveDraft {
        /// Whose, and of which incident.
        of: (Person, IncidentId),
        /// What is typed.
        text: String,
    },
    /// Add a line to what is kept on disk, for an incident that is not on the screen.
    AddToDraft {
        /// Whose, and of which incident.
        of: (Person, IncidentId),
        /// The line.
        text: String,
    },
    /// Keep the update that is being written on disk; empty: take it off.
    SaveUpdate {
        /// Whose, and of which incident.
        of: (Person, IncidentId),
        /// It, as it is kept.
        text: String,
    },
    /// Look for an update on disk that was being written; the answer, if there is one, is
    /// [`super::msg::Msg::UpdateDraft`].
    LoadUpdate((Person, IncidentId)),
    /// Keep the evidence of a command that is not sent yet on disk; empty: take it off.
    SaveRun {
        /// Whose, and of which incident.
        of: (Person, IncidentId),
        /// It, as it is kept.
        text: String,
    },
    /// Look for evidence on disk that was not sent; the answer, if there is some, is
    /// [`super::msg::Msg::RunFound`].
    LoadRun((Person, IncidentId)),
    /// Look for a draft on disk; the answer, if there is one, is [`super::msg::Msg::Draft`].
    LoadDraft((Person, IncidentId)),
    /// Keep a line that was sent on disk.
    KeepLine {
        /// Who sent it.
        person: Person,
        /// The line.
        line: String,
    },
    /// Read the lines that were sent before; the answer is [`super::msg::Msg::History`].
    LoadHistory(Person),
    /// Keep what this person has seen on disk.
    SaveMemory {
        /// Who.
        person: Person,
        /// What they have seen.
        memory: Memory,
    },
    /// Read what this person has seen before; the answer is [`super::msg::Msg::Memory`].
    LoadMemory(Person),
    /// Call the person: they are asked for something.
    Ring(Call),
    /// Give the window this title; nothing: the one that it had before.
    Title(Option<String>),
    /// Run this command; its output is told as [`super::msg::Msg::RunPrinted`].
    StartRun(Start),
    /// Ask the command that runs to stop; asked again, kill it.
    StopRun,
    /// Draw everything anew.
    Redraw,
    /// End the console.
    Quit,
}
