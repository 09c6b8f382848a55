//! An update that is being written: its words over several lines, for whom, at which stage, and
//! when the next one is promised.
//!
//! **Invariant**: nothing that was typed is lost. The window may be closed and opened again; what is
//! in it is kept on disk until the server has it.

use crate::console::text::{edit, row_moves, rows};
use crate::console::text::{visible, visible_block};
use crate::incident::{Audience, IncidentId, Stage, Timestamp, Update, UpdateId, limits};
use chrono::{DurationRound as _, TimeDelta};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui_textarea::{CursorMove, TextArea};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// Edits that can be undone.
const UNDO_STEPS: usize = 500;
/// Lines that stay in sight of the cursor when a page is turned.
const PAGE_LINES: usize = 8;

/// An update as it is kept on disk while it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The draft that is changed; absent: a new one.
    #[serde(default)]
    pub update: Option<UpdateId>,
    /// The version of it that was read.
    #[serde(default)]
    pub seen: u32,
    /// Who is told.
    pub audience: Audience,
    /// How far the incident has come, as they are told.
    pub stage: Stage,
    /// Minutes until the next one; absent: none is promised.
    #[serde(default)]
    pub minutes: Option<u32>,
    /// The words, with `{{facts}}` in them.
    pub text: String,
    /// The words that a template put there last.
    #[serde(default)]
    pub template: Arc<str>,
}

/// An update that is being written.
#[derive(Debug, Clone)]
pub struct Editor {
    /// Of which incident.
    pub incident: IncidentId,
    /// All but the words, which are in the area while they are typed.
    kept: Kept,
    area: TextArea<'static>,
    /// The cell that the cursor wants to be in while it goes up and down.
    column: Option<usize>,
    /// Rows of the words that are scrolled past, unless the cursor is elsewhere.
    top: usize,
    /// Rows of the preview that are scrolled past.
    pub preview_top: usize,
    /// What was wrong with it when it was to be kept.
    pub wrong: Option<String>,
}

impl Editor {
    /// A new one, or one that was left.
    #[must_use]
    pub fn new(incident: IncidentId, kept: Kept) -> Self {
        let mut editor = Self {
            incident,
            area: TextArea::default(),
            column: None,
            kept,
            top: 0,
            preview_top: 0,
            wrong: None,
        };
        let text = std::mem::take(&mut editor.kept.text);
        editor.replace(&text);
        editor.kept.text = text;
        editor
    }

    /// A draft that is changed.
    #[must_use]
    pub fn of(incident: IncidentId, update: &Update, stage: Stage, now: Timestamp) -> Self {
        let left = update.next_at.map(|at| (at - now).num_minutes());
        let kept = Kept {
            update: Some(update.id),
            seen: update.version,
            audience: update.audience,
            stage: update.stage.unwrap_or(stage),
            minutes: left.and_then(|left| u32::try_from(left.max(1)).ok()),
            text: visible_block(&update.text).into_owned(),
            template: Arc::from(""),
        };
        Self::new(incident, kept)
    }

    /// The words as they stand, with `{{facts}}` in them.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.kept.text
    }

    /// All of it, as it is kept on disk; nothing where nothing was written.
    #[must_use]
    pub fn kept(&self) -> Option<&Kept> {
        let blank = self.kept.text.trim().is_empty();
        let untouched = self.kept.update.is_none() && *self.kept.text == *self.kept.template;
        (!blank && !untouched).then_some(&self.kept)
    }

    /// All of it, whatever was written.
    #[must_use]
    pub fn all(&self) -> &Kept {
        &self.kept
    }

    /// Whether nobody has typed anything: the words are a template's, or there are none.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        self.kept.text.trim().is_empty() || *self.kept.text == *self.kept.template
    }

    /// When the next one would be promised, to the whole minute.
    #[must_use]
    pub fn next_at(&self, now: Timestamp) -> Option<Timestamp> {
        let minute = TimeDelta::minutes(1);
        let at = now + TimeDelta::minutes(i64::from(self.kept.minutes?));
        let whole = at.duration_trunc(minute).ok()?;
        Some(if whole < at { whole + minute } else { whole })
    }

    /// Sets for whom it is, and what is usual for them.
    pub fn set_audience(&mut self, audience: Audience, minutes: Option<u32>) {
        self.kept.audience = audience;
        self.kept.minutes = minutes;
    }

    /// Sets how far the incident has come, as the readers are told.
    pub fn set_stage(&mut self, stage: Stage) {
        self.kept.stage = stage;
    }

    /// Sooner or later the next one: by five minutes; below five there is none.
    pub fn shift_next(&mut self, later: bool) {
        const STEP: u32 = 5;
        let most = u32::try_from(limits::NEXT_UPDATE_MINUTES_MAX).unwrap_or(u32::MAX);
        let now = self.kept.minutes.unwrap_or(0);
        let to = if later {
            now / STEP * STEP + STEP
        } else {
            now.saturating_sub(1) / STEP * STEP
        };
        self.kept.minutes = Some(to.min(most)).filter(|minutes| *minutes > 0);
    }

    /// Puts a template's words in the place of all there is; undo brings them back.
    pub fn fill(&mut self, template: &Arc<str>) {
        self.kept.template = template.clone();
        self.set_text(template);
    }

    /// Puts other words in the place of all there is; undo brings them back.
    pub fn set_text(&mut self, text: &str) {
        let text = visible_block(text);
        self.area.select_all();
        self.area.insert_str(text.trim_end_matches('\n'));
        self.edited();
    }

    /// Text was typed or pasted: one piece, with its lines.
    pub fn insert(&mut self, text: &str) {
        let text = visible_block(text);
        if self.fits(text.len()) {
            self.area.insert_str(&*text);
            self.edited();
        }
    }

    /// A key that is no action. `size` is what the words are drawn in: the cells of a row, and how many
    /// rows.
    pub fn key(&mut self, event: KeyEvent, size: (usize, usize)) {
        self.follow(size);
        self.pressed(event, size.0);
        self.follow(size);
    }

    /// The first row of the words that is shown, of `height`: the cursor's is always among them.
    #[must_use]
    pub fn first_row(&self, cursor: usize, height: usize) -> usize {
        let least = (cursor + 1).saturating_sub(height);
        self.top.min(cursor).max(least)
    }

    /// The rows that are shown stay as long as the cursor is in one of them.
    fn follow(&mut self, (width, height): (usize, usize)) {
        let rows = rows::rows(&self.kept.text, width);
        let cursor = rows::row_of(&rows, self.cursor_byte());
        self.top = self.first_row(cursor, height);
    }

    fn pressed(&mut self, event: KeyEvent, width: usize) {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        let mut column = self.column.take();
        let (text, at) = (&self.kept.text, self.cursor_byte());
        match (event.code, ctrl, alt) {
            (KeyCode::Up | KeyCode::Down, ..) => {
                let down = event.code == KeyCode::Down;
                let to = row_moves::up_or_down(text, width, at, &mut column, down);
                self.go_to(to.unwrap_or(at));
                self.column = column;
            }
            (KeyCode::Home, false, false) => {
                let to = row_moves::head(text, width, at);
                self.go_to(to);
            }
            (KeyCode::End, false, false) => {
                let to = row_moves::end(text, width, at);
                self.go_to(to);
            }
            (KeyCode::Char(c), false, false) => {
                let mut bytes = [0; 4];
                let given = &*c.encode_utf8(&mut bytes);
                // An emoji of several parts is typed part by part.
                let typed = match c {
                    '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' => Cow::Borrowed(given),
                    _ => visible(given),
                };
                if self.fits(typed.len()) {
                    self.area.insert_str(&*typed);
                    self.edited();
                }
            }
            (KeyCode::Enter, _, _) | (KeyCode::Char('j'), true, false) => {
                if self.fits(1) {
                    self.area.insert_newline();
                    self.edited();
                }
            }
            (KeyCode::Tab, ..) => self.insert("  "),
            (code, ..) => {
                if let Some(to) = edit::movement(code, ctrl, alt) {
                    self.area.move_cursor(to);
                } else if edit::change(&mut self.area, code, ctrl, alt) {
                    self.edited();
                }
            }
        }
    }

    /// Turns a page of the preview.
    pub fn page(&mut self, down: bool) {
        self.preview_top = if down {
            self.preview_top.saturating_add(PAGE_LINES)
        } else {
            self.preview_top.saturating_sub(PAGE_LINES)
        };
    }

    /// Where the cursor stands, in bytes of the text.
    #[must_use]
    pub fn cursor_byte(&self) -> usize {
        let cursor = self.area.cursor();
        let (line, column) = (cursor.0, cursor.1);
        let lines = self.area.lines();
        let before: usize = lines.iter().take(line).map(|line| line.len() + 1).sum();
        let here = lines.get(line).map_or("", String::as_str);
        let within = here.char_indices().nth(column);
        before + within.map_or(here.len(), |(at, _)| at)
    }

    /// Puts the cursor at this byte of the text.
    fn go_to(&mut self, at: usize) {
        let before = self.kept.text.get(..at).unwrap_or_default();
        let line = before.rfind('\n').map_or(0, |newline| newline + 1);
        let within = before.get(line..).unwrap_or_default().chars().count();
        let lines = before.matches('\n').count();
        let small = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.area
            .move_cursor(CursorMove::Jump(small(lines), small(within)));
    }

    fn fits(&mut self, more: usize) -> bool {
        let most = limits::NOTE_BYTES;
        let fits = self.kept.text.len() + more <= most;
        if !fits {
            self.wrong = Some(format!(
                "An update has {most} bytes at the most. Nothing was added."
            ));
        }
        fits
    }

    fn replace(&mut self, text: &str) {
        self.area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        self.area.set_max_histories(UNDO_STEPS);
        self.area.move_cursor(CursorMove::Bottom);
        self.area.move_cursor(CursorMove::End);
    }

    fn edited(&mut self) {
        self.column = None;
        self.kept.text = self.area.lines().join("\n");
        self.wrong = None;
    }
}

#[cfg(test)]
mod tests;
