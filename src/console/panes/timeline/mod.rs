//! The live timeline: what happened, in order, from the newest back to the beginning.
//!
//! It follows the newest line until the cursor is moved; then the line under the cursor keeps its
//! row on the screen whatever comes in, and the frame says how many lines are below. Only what is
//! seen is wrapped and drawn, so a long log costs no more than a short one.

mod line;
#[cfg(test)]
mod tests;
mod title;

use super::{Cx, Look, OverlayRequest, Prompt, Request, Say, Then};
use crate::client::{Line, LineState, Timeline};
use crate::console::keymap::{Action, Context};
use crate::console::text::{Zone, wrap};
use crate::console::theme::Meaning;
use crate::incident::{CommandId, Intent, Seq, Timestamp};
use line::{Marked, compose, holds, number};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Lines from the beginning of what is loaded at which the page before is asked for.
const NEAR: usize = 40;

/// A line, by what does not change when others come in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Seq(Seq),
    Pending(CommandId),
}

/// Where the cursor is to go once the page is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Jump {
    Seq(Seq),
    Time(Timestamp),
    Start,
}

/// The line under the cursor, and the row of the pane that it begins on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Anchor {
    on: Key,
    row: u16,
}

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

    /// Puts the cursor on an entry, at once or when the page that was asked for has come.
    pub fn go_to(&mut self, seq: Seq, cx: &Cx<'_>) {
        self.jump = Some(Jump::Seq(seq));
        self.settle(cx);
    }

    /// Puts the cursor at a moment, at once or when the page that was asked for has come.
    pub fn go_to_time(&mut self, at: Timestamp, cx: &Cx<'_>) {
        self.jump = Some(Jump::Time(at));
        self.settle(cx);
    }

    /// When the entry was that is looked at; nothing while it follows the newest.
    #[must_use]
    pub fn looked_at(&self, timeline: &Timeline) -> Option<Timestamp> {
        self.anchor?;
        let line = timeline.lines().get(self.place(timeline)?)?;
        Some(line.entry.occurred_at)
    }

    /// The room changed (events, a page): keeps the cursor on its entry and settles jumps.
    pub fn room_changed(&mut self, cx: &Cx<'_>) -> Vec<Request> {
        let timeline = cx.room.timeline();
        if let Some(Anchor {
            on: Key::Pending(command),
            row,
        }) = self.anchor
        {
            // The line under the cursor was confirmed: it has a number now.
            self.anchor = match timeline.seq_of(command) {
                Some(seq) => Some(Anchor {
                    on: Key::Seq(seq),
                    row,
                }),
                None if find(timeline, Key::Pending(command)).is_none() => None,
                None => self.anchor,
            };
        }
        if self.jump == Some(Jump::Start) && !timeline.reaches_start() {
            return if timeline.loading() {
                Vec::new()
            } else {
                vec![Request::Older]
            };
        }
        self.settle(cx);
        Vec::new()
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

    /// The place of the line under the cursor.
    fn place(&self, timeline: &Timeline) -> Option<usize> {
        let last = timeline.lines().len().checked_sub(1)?;
        Some(
            self.anchor
                .and_then(|anchor| find(timeline, anchor.on))
                .unwrap_or(last),
        )
    }

    /// The lines that are seen, with where each begins: the anchored one on its row, or the last
    /// one at the foot.
    fn visible(&self, timeline: &Timeline, zone: Zone, area: Rect) -> Vec<Place> {
        let lines = timeline.lines();
        let height = i32::from(area.height);
        let rows = |index: usize| rows_of(lines, index, zone, area.width);
        let Some(at) = self.place(timeline) else {
            return Vec::new();
        };
        let own = rows(at);
        let anchored = self
            .anchor
            .filter(|anchor| find(timeline, anchor.on) == Some(at));
        let y = anchored.map_or(height - i32::from(own), |anchor| {
            i32::from(anchor.row).min(height - i32::from(own)).max(0)
        });
        let mut places = vec![Place {
            index: at,
            y,
            rows: own,
        }];
        let mut top = y;
        for index in (0..at).rev() {
            if top <= 0 {
                break;
            }
            let own = rows(index);
            top -= i32::from(own);
            places.insert(
                0,
                Place {
                    index,
                    y: top,
                    rows: own,
                },
            );
        }
        // Fewer lines than rows: they stand at the head, not in mid-air.
        let shift = top.max(0);
        let mut foot = y + i32::from(own) - shift;
        for place in &mut places {
            place.y -= shift;
        }
        for index in at + 1..lines.len() {
            if foot >= height {
                break;
            }
            let own = rows(index);
            places.push(Place {
                index,
                y: foot,
                rows: own,
            });
            foot += i32::from(own);
        }
        places
    }

    /// Puts the cursor on a line, which then begins on row `y`. On the last one it follows.
    fn put(&mut self, index: usize, y: i32, cx: &Cx<'_>) {
        let timeline = cx.room.timeline();
        let last = index + 1 == timeline.lines().len();
        self.anchor = timeline
            .lines()
            .get(index)
            .filter(|_| !last || !timeline.is_at_newest())
            .map(|line| Anchor {
                on: key(line),
                row: u16::try_from(y).unwrap_or(0),
            });
    }

    /// Moves the cursor by lines.
    fn go(&mut self, by: isize, cx: &Cx<'_>) {
        let timeline = cx.room.timeline();
        let lines = timeline.lines();
        let Some(at) = self.place(timeline) else {
            return;
        };
        let to = at
            .saturating_add_signed(by)
            .min(lines.len().saturating_sub(1));
        let places = self.visible(timeline, cx.zone, cx.area);
        let height = i32::from(cx.area.height);
        let rows = i32::from(rows_of(lines, to, cx.zone, cx.area.width));
        let seen = places
            .iter()
            .find(|place| place.index == to)
            .map(|place| place.y);
        let y = seen.unwrap_or(if by < 0 { 0 } else { height - rows });
        self.put(to, y.clamp(0, (height - rows).max(0)), cx);
    }

    /// Moves by rows: the cursor goes to the line that then stands where it stood.
    fn scroll(&mut self, by: i32, cx: &Cx<'_>) {
        let timeline = cx.room.timeline();
        let lines = timeline.lines();
        let Some(mut at) = self.place(timeline) else {
            return;
        };
        let mut left = by.abs();
        while left > 0 {
            let next = if by < 0 {
                at.checked_sub(1)
            } else {
                Some(at + 1)
            };
            let Some(next) = next.filter(|next| *next < lines.len()) else {
                break;
            };
            left -= i32::from(rows_of(lines, next, cx.zone, cx.area.width));
            at = next;
        }
        let rows = i32::from(rows_of(lines, at, cx.zone, cx.area.width));
        let row = self.anchor.map_or(i32::from(cx.area.height) / 2, |anchor| {
            i32::from(anchor.row)
        });
        self.put(
            at,
            row.clamp(0, (i32::from(cx.area.height) - rows).max(0)),
            cx,
        );
    }

    fn top(&mut self, cx: &Cx<'_>) -> Vec<Request> {
        self.put(0, 0, cx);
        if cx.room.timeline().reaches_start() {
            return Vec::new();
        }
        self.jump = Some(Jump::Start);
        vec![Request::Older]
    }

    fn bottom(&mut self, cx: &Cx<'_>) -> Vec<Request> {
        self.anchor = None;
        self.jump = None;
        if cx.room.timeline().is_at_newest() {
            Vec::new()
        } else {
            vec![Request::JumpTo(cx.now)]
        }
    }

    /// Asks for the next page when the cursor comes near the end of what is loaded.
    fn near_an_end(&self, cx: &Cx<'_>) -> Vec<Request> {
        let timeline = cx.room.timeline();
        let Some(at) = self.place(timeline).filter(|_| !timeline.loading()) else {
            return Vec::new();
        };
        if at < NEAR && !timeline.reaches_start() && self.anchor.is_some() {
            vec![Request::Older]
        } else if at + NEAR > timeline.len() && !timeline.is_at_newest() {
            vec![Request::Newer]
        } else {
            Vec::new()
        }
    }

    fn next_hit(&mut self, step: isize, cx: &Cx<'_>) -> Vec<Request> {
        let timeline = cx.room.timeline();
        let lines = timeline.lines();
        let Some(at) = self.place(timeline).filter(|_| !self.wanted.is_empty()) else {
            return Vec::new();
        };
        let mut next = at.checked_add_signed(step);
        while let Some(line) = next.and_then(|next| lines.get(next)) {
            if holds(line, &self.wanted) {
                self.put(next.unwrap_or(at), i32::from(cx.area.height) / 2, cx);
                return Vec::new();
            }
            next = next.and_then(|next| next.checked_add_signed(step));
        }
        let way = if step < 0 { "above" } else { "below" };
        let text = format!("No more matches {way} in what is loaded; older pages: search all.");
        vec![Request::Say(Say::Info(text))]
    }

    /// Carries a jump out when its place is loaded.
    fn settle(&mut self, cx: &Cx<'_>) {
        let timeline = cx.room.timeline();
        let lines = timeline.lines();
        let place = match self.jump {
            Some(Jump::Seq(seq)) => timeline.position(seq),
            Some(Jump::Time(at)) => {
                let place = lines.partition_point(|line| line.entry.occurred_at < at);
                let inside = place > 0 || timeline.reaches_start();
                let ends = place < lines.len() || timeline.is_at_newest();
                (inside && ends && !lines.is_empty()).then(|| place.min(lines.len() - 1))
            }
            Some(Jump::Start) if timeline.reaches_start() => Some(0),
            _ => None,
        };
        if let Some(place) = place {
            self.jump = None;
            let row = i32::from(cx.area.height) / 3;
            self.put(place, if place == 0 { 0 } else { row }, cx);
        }
    }
}

/// A line that is seen: its index, the row that it begins on (it may begin above the pane), and
/// how many rows it takes.
struct Place {
    index: usize,
    y: i32,
    rows: u16,
}

fn key(line: &Line) -> Key {
    match (number(line), line.state) {
        (None, LineState::Pending(command)) => Key::Pending(command),
        _ => Key::Seq(line.entry.seq),
    }
}

fn find(timeline: &Timeline, on: Key) -> Option<usize> {
    match on {
        Key::Seq(seq) => timeline.position(seq),
        // Pending lines stand among the last.
        Key::Pending(_) => timeline.lines().iter().rposition(|line| key(line) == on),
    }
}

fn begins_a_day(above: Option<&Line>, line: &Line, zone: Zone) -> bool {
    above.is_some_and(|above| {
        zone.date(above.entry.occurred_at) != zone.date(line.entry.occurred_at)
    })
}

fn rows_of(lines: &[Line], index: usize, zone: Zone, width: u16) -> u16 {
    let Some(line) = lines.get(index) else {
        return 0;
    };
    let above = index.checked_sub(1).and_then(|before| lines.get(before));
    let (rows, _) = compose(line, zone, usize::from(width)).rows(usize::from(width));
    let day = u16::from(begins_a_day(above, line, zone));
    u16::try_from(rows.len()).unwrap_or(u16::MAX).max(1) + day
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

/// What an action does to the line under the cursor.
fn act(action: Action, line: &Line) -> Vec<Request> {
    if action == Action::Copy {
        return vec![Request::Copy {
            text: line.entry.text.to_string(),
            what: "the entry",
        }];
    }
    let Some(seq) = number(line) else {
        return Vec::new();
    };
    let prompt = |title: String, text: String, then| {
        vec![Request::Open(OverlayRequest::Prompt(Prompt {
            title,
            text,
            then,
        }))]
    };
    match action {
        Action::Details | Action::Accept => vec![Request::Open(OverlayRequest::Details(seq))],
        Action::Amend => prompt(
            format!("Correct entry {seq}"),
            line.entry.text.to_string(),
            Then::Amend(seq),
        ),
        Action::Retract => prompt(
            format!("Why is entry {seq} taken back"),
            String::new(),
            Then::Retract(seq),
        ),
        Action::Pin => {
            vec![Request::Submit(Intent::Pin {
                target: seq,
                pinned: !line.entry.marks.pinned,
            })]
        }
        _ => Vec::new(),
    }
}
