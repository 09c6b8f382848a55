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

pub mod alerts;
pub mod command;
pub mod composer;
pub mod errors;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod live_tests;
pub(in crate::console) mod marks;
mod request;
mod rows;
pub mod runbook;
pub mod signals;
pub mod situation;
mod table;
#[cfg(test)]
mod tests;
pub mod timeline;
pub mod updates;
mod watched;

pub use request::{Confirm, Focus, OverlayRequest, Prompt, Request, Say, Then};

use super::chart::Signs;
use super::keymap::Keymap;
use super::text::Zone;
use super::theme::{Meaning, Theme};
use super::view::paint::{self, Piece};
use crate::client::{Live, Me, Room};
use crate::incident::Timestamp;
use crate::signals::{Issue, Signal, SourceKind, SourceState};
use chrono::TimeDelta;
use ratatui::buffer::Buffer;
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
    /// What charts are drawn with.
    pub charts: Signs,
}

/// What a pane may read when something is done to it.
#[derive(Clone, Copy)]
pub struct Cx<'a> {
    /// The incident.
    pub room: &'a Room,
    /// What is watched beside the incidents.
    pub live: &'a Live,
    /// The moment of the entry that is looked at in the timeline; absent while it follows.
    pub looked_at: Option<Timestamp>,
    /// Who sits here; absent before the server has said so for the first time.
    pub me: Option<&'a Me>,
    /// The time now.
    pub now: Timestamp,
    /// The zone that typed times are read in.
    pub zone: Zone,
    /// The inside of the pane on the screen, as it is drawn at the current size.
    pub area: Rect,
    /// Nothing can be changed from this pane: the console only reads (a wall, a spectator), or the
    /// past is shown.
    pub read_only: bool,
    /// How long somebody may have a role before a handover is suggested; zero: for ever.
    pub handover_after: TimeDelta,
}

/// What stands in a pane's frame.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Title {
    /// On the left: the pane's name, and what it is about.
    pub left: String,
    /// On the right: a span of time, a count, how many are below. May be empty.
    pub right: String,
}

impl<'a> Cx<'a> {
    /// The incident's signals.
    pub fn signals(&self) -> impl Iterator<Item = &'a Signal> {
        self.live.signals(self.room.shown().id)
    }

    /// The errors in the incident's window.
    pub fn issues(&self) -> impl Iterator<Item = &'a Issue> {
        self.live.issues(self.room.shown().id)
    }

    /// What is wrong with sources of these kinds, a sentence each, with the age of what is shown.
    #[must_use]
    pub fn troubles(&self, kinds: &[SourceKind]) -> Vec<String> {
        let sources = self.live.sources().iter();
        let troubled = sources.filter(|source| {
            let well = matches!(source.state, SourceState::Answering | SourceState::Waiting);
            !well && kinds.contains(&source.kind)
        });
        troubled
            .map(|source| {
                let why = source.why.as_deref().unwrap_or("it does not answer");
                let since = source.answered_at.map_or_else(
                    || "no answer yet".to_owned(),
                    |at| format!("as of {}", self.zone.hms(at)),
                );
                format!("{}: {why} · {since}", source.name)
            })
            .collect()
    }
}

/// Draws what is wrong with a pane's sources, a row each, and answers the place below.
fn draw_troubles(troubles: &[String], look: &Look<'_>, area: Rect, buf: &mut Buffer) -> Rect {
    let rows = u16::try_from(troubles.len())
        .unwrap_or(u16::MAX)
        .min(area.height);
    for (text, at) in troubles.iter().zip(0..rows) {
        let style = look.theme.style(Meaning::Stale);
        let sign = paint::glyph(look, Meaning::Stale);
        let piece = Piece::new(format!("{sign} {text}"), style);
        paint::left(&[piece], paint::row(area, at), buf);
    }
    Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    }
}
