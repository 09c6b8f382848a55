//! The live timeline: what happened, in order, from the newest back to the beginning.
//!
//! It follows the newest line until the cursor is moved; then the line under the cursor keeps its
//! row on the screen whatever comes in, and the frame says how many lines are below. Only what is
//! seen is wrapped and drawn, so a long log costs no more than a short one.

mod act;
mod line;
mod moves;
mod places;
#[cfg(test)]
mod tests;
mod title;

use super::{Cx, Look, OverlayRequest, Prompt, Request, Say, Then};
use crate::client::{Line, Timeline};
use crate::console::keymap::{Action, Context};
use crate::console::text::wrap;
use crate::console::theme::Meaning;
use crate::incident::Timestamp;
use act::act;
use line::{Marked, holds, number};
use moves::Jump;
use places::{Anchor, Place, begins_a_day};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// What the pane keeps between frames.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Absent: follows the newest line.
    anchor: Option<Anchor>,
    jump: Option<Jump>,
    wanted: String,
}

impl State {
    /// Does what a key asked for.
    pub fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Request> {
        let timeline = cx.room.timeline();
        let lines = timeline.lines();
        let Some(at) = self.place(timeline) else {
            return Vec::new();
        };
        let page = i32::from(cx.area.height.max(2));
        match action {
            Action::CursorDown => self.go(1, cx),
            Action::CursorUp => self.go(-1, cx),
            Action::HalfPageDown => self.scroll(page / 2, cx),
            Action::HalfPageUp => self.scroll(-page / 2, cx),
            Action::PageDown => self.scroll(page - 1, cx),
            Action::PageUp => self.scroll(1 - page, cx),
            Action::Top => return self.top(cx),
            Action::Bottom => return self.bottom(cx),
            Action::SearchNext => return self.next_hit(1, cx),
            Action::SearchPrevious => return self.next_hit(-1, cx),
            other => return lines.get(at).map_or_else(Vec::new, |line| act(other, line)),
        }
        self.near_an_end(cx)
    }

    /// Why the action is not possible now; nothing when it is, or is none of this pane's.
    #[must_use]
    pub fn why_not(&self, action: Action, cx: &Cx<'_>) -> Option<String> {
        let on_a_line = matches!(
            action,
            Action::Details | Action::Amend | Action::Retract | Action::Pin | Action::Copy
        );
        if matches!(action, Action::SearchNext | Action::SearchPrevious) {
            return self
                .wanted
                .is_empty()
                .then(|| "Nothing is searched for.".to_owned());
        }
        if !on_a_line {
            return None;
        }
        let timeline = cx.room.timeline();
        let Some(line) = self.place(timeline).and_then(|at| timeline.lines().get(at)) else {
            return Some("The timeline is empty.".to_owned());
        };
        let corrects = matches!(action, Action::Amend | Action::Retract);
        if action != Action::Copy && number(line).is_none() {
            Some("The line is not recorded yet.".to_owned())
        } else if corrects && !line.entry.kind.is_written() {
            Some("The line was made by what happened. Write a note about it instead.".to_owned())
        } else if corrects && line.entry.marks.retracted.is_some() {
            Some("The line was taken back already.".to_owned())
        } else {
            None
        }
    }

    /// A click at a place on the screen, inside `cx.area`.
    pub fn click(&mut self, at: Position, cx: &Cx<'_>) -> Vec<Request> {
        let row = at.y.saturating_sub(cx.area.y);
        let hit = self
            .visible(cx.room.timeline(), cx.zone, cx.area)
            .into_iter()
            .find(|place| (place.y..place.y + i32::from(place.rows)).contains(&i32::from(row)));
        if let Some(place) = hit {
            self.put(place.index, place.y, cx);
        }
        Vec::new()
    }

    /// The wheel was turned; positive: down.
    pub fn wheel(&mut self, lines: i32, cx: &Cx<'_>) -> Vec<Request> {
        self.scroll(lines, cx);
        self.near_an_end(cx)
    }

    /// The incremental search: what is looked for now; nothing ends it.
    pub fn search(&mut self, query: Option<&str>, cx: &Cx<'_>) {
        self.wanted = query.unwrap_or_default().to_ascii_lowercase();
        let timeline = cx.room.timeline();
        let here = self.place(timeline).and_then(|at| timeline.lines().get(at));
        if !self.wanted.is_empty() && !here.is_some_and(|line| holds(line, &self.wanted)) {
            let _ = self.next_hit(-1, cx);
        }
    }

    /// How many of the loaded entries match the search.
    #[must_use]
    pub fn matches(&self, cx: &Cx<'_>) -> usize {
        if self.wanted.is_empty() {
            return 0;
        }
        cx.room
            .timeline()
            .lines()
            .iter()
            .filter(|line| holds(line, &self.wanted))
            .count()
    }

    /// When the entry was that is looked at; nothing while it follows the newest.
    #[must_use]
    pub fn looked_at(&self, timeline: &Timeline) -> Option<Timestamp> {
        self.anchor?;
        let line = timeline.lines().get(self.place(timeline)?)?;
        Some(line.entry.occurred_at)
    }

    /// The entry under the cursor; nothing while it follows the newest, or on one that is not in the
    /// log yet.
    #[must_use]
    pub fn under_cursor(&self, timeline: &Timeline) -> Option<crate::incident::Seq> {
        self.anchor?;
        let line = timeline.lines().get(self.place(timeline)?)?;
        number(line)
    }

    /// Draws the inside.
    pub fn draw(&self, cx: &Cx<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        let timeline = cx.room.timeline();
        let lines = timeline.lines();
        if lines.is_empty() {
            return draw_empty(look, area, buf);
        }
        let cursor = self.place(timeline);
        for place in self.visible(timeline, look.zone, area) {
            let Some(line) = lines.get(place.index) else {
                continue;
            };
            let mut y = place.y;
            let above = place
                .index
                .checked_sub(1)
                .and_then(|before| lines.get(before));
            if begins_a_day(above, line, look.zone) {
                draw_day(line, y, look, area, buf);
                y += 1;
            }
            let skip = usize::try_from(-y).unwrap_or(0);
            let from = u16::try_from(y.max(0)).unwrap_or(u16::MAX);
            if from >= area.height {
                continue;
            }
            let room = Rect::new(area.x, area.y + from, area.width, area.height - from);
            // The cursor of a timeline that follows is not shown until it is moved.
            let picked = cursor == Some(place.index) && (self.anchor.is_some() || look.focused);
            let marked = Marked {
                picked,
                wanted: &self.wanted,
            };
            line::draw(line, &marked, skip, look, room, buf);
        }
    }
}

fn draw_day(line: &Line, y: i32, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let Ok(y) = u16::try_from(y) else { return };
    if y < area.height {
        let rule = if look.ascii { "--" } else { "──" };
        let text = format!("{rule} {} {rule}", look.zone.date(line.entry.occurred_at));
        let style = look.theme.style(Meaning::Muted);
        buf.set_stringn(area.x, area.y + y, text, usize::from(area.width), style);
    }
}

fn draw_empty(look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let key = look.keymap.hint(Action::Compose, &[Context::Incident]);
    let text = format!("What happens is written down here as it happens: {key} writes a line.");
    for (row, line) in wrap(&text, usize::from(area.width)).into_iter().enumerate() {
        let y = area
            .y
            .saturating_add(u16::try_from(row).unwrap_or(u16::MAX));
        if y < area.bottom() {
            let style = look.theme.style(Meaning::Placeholder);
            buf.set_stringn(area.x, y, line, usize::from(area.width), style);
        }
    }
}
