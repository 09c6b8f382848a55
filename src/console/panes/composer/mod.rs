//! The composer: one line that becomes an entry, a status, an ask, a role …
//!
//! What was typed is never dropped: a line that cannot be understood stays, one that was refused
//! comes back, and where another is being typed it waits until it is taken back. Even a paste that
//! is too long leaves what is there alone.

mod complete;
mod draw;
mod edit;
mod history;
mod ink;
mod stops;
#[cfg(test)]
mod tests;

use super::{Cx, Request, Say};
use crate::console::grammar::{GrammarContext, Parsed, parse};
use crate::console::keymap::Action;
use crate::console::templates::Template;
use crate::console::text::visible_block;
use crate::incident::{Refusal, limits};
use complete::Cycle;
pub use history::History;
use ratatui_textarea::{CursorMove, TextArea};
use std::collections::VecDeque;
use std::sync::Arc;
use stops::Stops;

/// Edits that can be undone.
const UNDO_STEPS: usize = 200;
/// Refused lines that wait, each by itself. Beyond it they are joined to the last one: a line is
/// never thrown away.
pub(super) const RETURNED_MAX: usize = 50;

/// A line that was refused and waits to be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Returned {
    text: String,
    /// Why it was refused; empty for what was being typed when another was taken back.
    why: String,
}

/// What the composer keeps between frames.
#[derive(Debug, Clone)]
pub struct State {
    area: TextArea<'static>,
    /// The lines of `area` as one text.
    text: String,
    /// What is to be kept over a crash: the text, and after it the lines that wait.
    kept: String,
    history: History,
    returned: VecDeque<Returned>,
    /// What is to be known about the line in hand: why it was refused, why it cannot be sent.
    said: Option<String>,
    cycle: Option<Cycle>,
    /// The places of a template that are still to be gone to.
    stops: Stops,
    /// Texts for frequent entries.
    templates: Arc<[Template]>,
    /// How many cells the prompt takes, as of the last key.
    prompt_cells: usize,
}

impl Default for State {
    fn default() -> Self {
        let mut state = Self {
            area: TextArea::default(),
            text: String::new(),
            kept: String::new(),
            history: History::default(),
            returned: VecDeque::new(),
            said: None,
            cycle: None,
            stops: Stops::default(),
            templates: Arc::from([]),
            prompt_cells: 8,
        };
        state.replace("");
        state
    }
}

impl State {
    /// Does what a key asked for (send, history, completion).
    pub fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Request> {
        self.prompt_cells = draw::prompt_cells(cx);
        if action != Action::ComposerComplete {
            self.cycle = None;
        }
        match action {
            Action::ComposerSend => return self.send(cx),
            Action::ComposerNewline => {
                if let Some(refused) = self.too_long(1) {
                    return vec![refused];
                }
                self.area.insert_newline();
                self.edited();
            }
            Action::ComposerComplete => return self.complete(cx),
            Action::ComposerEditor => return vec![Request::EditElsewhere(self.text.clone())],
            Action::ComposerHistoryPrevious => self.previous(),
            Action::ComposerHistoryNext => self.next(),
            Action::ComposerTakeBack => self.take_back(),
            _ => {}
        }
        Vec::new()
    }

    /// Text was pasted, in one piece: it is one piece of the entry, whatever is in it.
    pub fn input(&mut self, text: &str, cx: &Cx<'_>) -> Vec<Request> {
        self.prompt_cells = draw::prompt_cells(cx);
        self.cycle = None;
        let text = visible_block(text.trim_end_matches(['\r', '\n']));
        if let Some(refused) = self.too_long(text.len()) {
            return vec![refused];
        }
        self.area.insert_str(&text);
        self.edited();
        Vec::new()
    }

    /// Refuses what would make the entry longer than an entry may be.
    fn too_long(&self, more: usize) -> Option<Request> {
        let most = limits::NOTE_BYTES;
        (self.text.len() + more > most).then(|| {
            Request::Say(Say::Warning(format!(
                "That would make an entry of {} bytes, and {most} is the most. Nothing was added; \
                 put the whole elsewhere and link to it.",
                self.text.len() + more
            )))
        })
    }

    /// Why the action is not possible now.
    #[must_use]
    pub fn why_not(&self, action: Action, _cx: &Cx<'_>) -> Option<String> {
        let says = match action {
            Action::ComposerTakeBack if self.returned.is_empty() => "No refused line waits.",
            Action::ComposerSend if self.text.trim().is_empty() => "There is nothing to send.",
            _ => return None,
        };
        Some(says.to_owned())
    }

    /// A refused line comes back with the reason. What is being typed is kept too.
    pub fn give_back(&mut self, text: &str, refusal: &Refusal) {
        let why = refusal.to_string();
        if self.text.trim().is_empty() {
            self.replace(text);
            self.said = Some(why);
            return;
        }
        let text = text.to_owned();
        self.wait(Returned { text, why });
        self.keep();
    }

    fn wait(&mut self, line: Returned) {
        let full = self.returned.len() >= RETURNED_MAX;
        match self.returned.back_mut() {
            Some(last) if full => {
                last.text.push('\n');
                last.text.push_str(&line.text);
                last.why = line.why;
            }
            _ => self.returned.push_back(line),
        }
    }

    /// The refused line that waits longest comes into the composer; what is being typed waits.
    fn take_back(&mut self) {
        let Some(line) = self.returned.pop_front() else {
            return;
        };
        if !self.text.trim().is_empty() {
            let text = self.text.clone();
            self.wait(Returned {
                text,
                why: String::new(),
            });
        }
        self.replace(&line.text);
        self.said = Some(line.why).filter(|why| !why.is_empty());
    }

    /// What is typed and not sent, and the lines that wait after it: kept on disk by the shell
    /// over a crash. Empty: nothing.
    #[must_use]
    pub fn draft(&self) -> &str {
        &self.kept
    }

    /// Replaces what is typed: a draft found on disk, the text that `$EDITOR` left.
    pub fn set_text(&mut self, text: &str) {
        self.replace(visible_block(text).trim_end_matches('\n'));
    }

    /// The lines that were sent here and before.
    pub fn history(&mut self) -> &mut History {
        &mut self.history
    }

    /// Puts this text in the place of what is typed, the cursor at its end.
    fn replace(&mut self, text: &str) {
        let lines = text.split('\n').map(str::to_owned).collect();
        self.stops = Stops::default();
        // what was yanked stays: it may be all that is left of a line
        let yanked = self.area.yank_text();
        self.area = TextArea::new(lines);
        self.area.set_max_histories(UNDO_STEPS);
        self.area.set_yank_text(yanked);
        self.area.move_cursor(CursorMove::Bottom);
        self.area.move_cursor(CursorMove::End);
        self.edited();
    }

    /// The text changed.
    fn edited(&mut self) {
        let before = self.text.len();
        self.text = self.area.lines().join("\n");
        let cursor = self.cursor_byte();
        self.stops.edited(before, self.text.len(), cursor);
        self.said = None;
        self.keep();
    }

    fn keep(&mut self) {
        self.kept.clear();
        self.kept.push_str(&self.text);
        for line in &self.returned {
            if !self.kept.is_empty() {
                self.kept.push('\n');
            }
            self.kept.push_str(&line.text);
        }
    }

    fn parsed(&self, cx: &Cx<'_>) -> Parsed {
        let context = GrammarContext {
            now: cx.now,
            zone: cx.zone,
            incident: Some(cx.room.shown()),
            runbook: None,
            here: Some(cx.room.here()).filter(|here| !here.is_empty()),
        };
        parse(&self.text, &context)
    }

    fn send(&mut self, cx: &Cx<'_>) -> Vec<Request> {
        if self.text.trim().is_empty() {
            return Vec::new();
        }
        if let Some(name) = stops::named(&self.text) {
            let name = name.to_owned();
            self.expand(&name, cx);
            return Vec::new();
        }
        match self.parsed(cx).intent {
            Ok(intent) => {
                let line = self.text.clone();
                self.history.push(&line);
                self.replace("");
                vec![Request::Write { intent, line }]
            }
            Err(problem) => {
                self.said = Some(problem.to_string());
                Vec::new()
            }
        }
    }

    /// Up: within the text first, from its first line to the line sent before.
    fn previous(&mut self) {
        if self.area.cursor().0 > 0 {
            self.area.move_cursor(CursorMove::Up);
            return;
        }
        if let Some(line) = self.history.previous(&self.text) {
            self.replace(&line);
        }
    }

    fn next(&mut self) {
        if self.area.cursor().0 + 1 < self.area.lines().len() {
            self.area.move_cursor(CursorMove::Down);
            return;
        }
        if let Some(line) = self.history.next() {
            self.replace(&line);
        }
    }
}
