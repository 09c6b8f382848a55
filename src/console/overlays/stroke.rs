//! What reaches an overlay, and what it answers. Which key means what is the keymap's to say.

use super::Overlay;
use super::gaps::Fill;
use super::line::Edit;
use super::picker::Choice;
use crate::console::keymap::Action;
use crate::console::panes::{Confirm, Then};
use crate::incident::{IncidentId, Intent, Seq};
use crate::signals::LiveAlert;

/// A step through a list or a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// One up.
    Up,
    /// One down.
    Down,
    /// A window's height up.
    PageUp,
    /// A window's height down.
    PageDown,
    /// To the first.
    First,
    /// To the last.
    Last,
}

impl Move {
    /// How an action steps through a list, if it does.
    #[must_use]
    pub fn of(action: Action) -> Option<Self> {
        Some(match action {
            Action::CursorUp => Self::Up,
            Action::CursorDown => Self::Down,
            Action::HalfPageUp | Action::PageUp => Self::PageUp,
            Action::HalfPageDown | Action::PageDown => Self::PageDown,
            Action::Top => Self::First,
            Action::Bottom => Self::Last,
            _ => return None,
        })
    }

    /// Where the step leads from `at`, in a list of `count` shown `page` at a time.
    #[must_use]
    pub fn from(self, at: usize, count: usize, page: usize) -> usize {
        let last = count.saturating_sub(1);
        match self {
            Self::Up => at.saturating_sub(1),
            Self::Down => at.saturating_add(1).min(last),
            Self::PageUp => at.saturating_sub(page.max(1)),
            Self::PageDown => at.saturating_add(page.max(1)).min(last),
            Self::First => 0,
            Self::Last => last,
        }
    }
}

/// What reaches an overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke<'a> {
    /// Text was typed or pasted.
    Text(&'a str),
    /// The line is edited.
    Edit(Edit),
    /// A step through the list or the text.
    Move(Move),
    /// To the next field.
    Next,
    /// To the field before.
    Previous,
    /// Yes, this.
    Accept,
    /// Close it.
    Cancel,
    /// Copy what is shown.
    Copy,
    /// Put it in another order.
    Sort,
    /// Show only what holds some words.
    Filter,
    /// Write about it.
    Write,
}

/// What an overlay answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It stays.
    Stay,
    /// It is done with.
    Close,
    /// This was chosen; it is done with.
    Chosen(Choice),
    /// This is to be asked of the incident; it is done with.
    Submit(Box<Intent>),
    /// This is to be asked of the incident; it stays.
    Ask(Box<Intent>),
    /// This was written in answer to a prompt; it is done with.
    Written {
        /// What becomes of it.
        then: Then,
        /// What was written.
        text: String,
    },
    /// What is looked for changed.
    Looking(String),
    /// What is looked for is settled; it is done with.
    LookedFor(String),
    /// To this entry; it is done with.
    Open(IncidentId, Seq),
    /// This is done about a gap; it is done with.
    Fill(Fill),
    /// Text for the clipboard, and what it is.
    Copy(String, &'static str),
    /// First ask whether this is meant.
    Confirm(Confirm),
    /// This is laid over it.
    Over(Box<Overlay>),
    /// All that is known of this alert is to be read.
    Alert(Box<LiveAlert>),
    /// The command that is made ready is to be run.
    Run,
    /// What the command printed is to be sent.
    SendRun,
    /// It stays, and this is to be known.
    Say(&'static str),
}
