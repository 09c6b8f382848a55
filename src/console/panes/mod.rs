//! The panes of the incident screen, and what they and the shell say to each other.
//!
//! A pane keeps its own state (cursor, scroll, what is folded away), reads the room, and asks the
//! shell for everything else by [`Request`]. The shell draws the frame around it and its title;
//! the pane draws the inside.
//!
//! Every pane is one file with a `State` that has:
//!
//! ```text
//! fn title(&self, cx: &Cx) -> Title                       what stands in the frame
//! fn handle(&mut self, action: Action, cx: &Cx) -> Vec<Request>
//! fn why_not(&self, action: Action, cx: &Cx) -> Option<String>   why an action is not possible now
//! fn click(&mut self, at: Position, cx: &Cx) -> Vec<Request>     a place on the screen, inside cx.area
//! fn wheel(&mut self, lines: i32, cx: &Cx) -> Vec<Request>       positive: down
//! fn draw(&self, cx: &Cx, look: &Look, area: Rect, buf: &mut Buffer)
//! ```
//!
//! **Invariant**: no I/O, and nothing from outside drawn but through [`super::text`].

pub mod command;
pub mod composer;
#[cfg(test)]
mod fixture;
mod request;
mod rows;
pub mod runbook;
pub mod situation;
#[cfg(test)]
mod tests;
pub mod timeline;

pub use request::{Confirm, Focus, OverlayRequest, Prompt, Request, Say, Then};

use super::keymap::Keymap;
use super::text::Zone;
use super::theme::Theme;
use crate::client::{Me, Room};
use crate::incident::Timestamp;
use ratatui::layout::Rect;

/// How things are drawn.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// Styles and glyphs by meaning.
    pub theme: &'a Theme,
    /// To name the key that does something, as the user has it.
    pub keymap: &'a Keymap,
    /// The zone that times are shown in.
    pub zone: Zone,
    /// The time now: ages and countdowns follow from it.
    pub now: Timestamp,
    /// Keys go to this pane.
    pub focused: bool,
    /// Draw with ASCII only.
    pub ascii: bool,
}

/// What a pane may read when something is done to it.
#[derive(Clone, Copy)]
pub struct Cx<'a> {
    /// The incident.
    pub room: &'a Room,
    /// Who sits here; absent before the server has said so for the first time.
    pub me: Option<&'a Me>,
    /// The time now.
    pub now: Timestamp,
    /// The zone that typed times are read in.
    pub zone: Zone,
    /// The inside of the pane on the screen, as it is drawn at the current size.
    pub area: Rect,
    /// This console only reads (a wall, a spectator): why, when it does.
    pub read_only: bool,
}

/// What stands in a pane's frame.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Title {
    /// On the left: the pane's name, and what it is about.
    pub left: String,
    /// On the right: a span of time, a count, how many are below. May be empty.
    pub right: String,
}
