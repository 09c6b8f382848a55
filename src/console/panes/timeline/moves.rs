//! How the cursor moves: by lines, by rows, to a match, and to a place that is not loaded yet.

use super::line::holds;
use super::places::{Anchor, Key, find, key, rows_of};
use super::{Cx, Request, Say, State};
use crate::incident::{Seq, Timestamp};

/// Lines from the beginning of what is loaded at which the page before is asked for.
const NEAR: usize = 40;

/// Where the cursor is to go once the page is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Jump {
    Seq(Seq),
    Time(Timestamp),
    Start,
}

impl State {
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

    /// Puts the cursor on a line, which then begins on row `y`. On the last one it follows.
    pub(super) fn put(&mut self, index: usize, y: i32, cx: &Cx<'_>) {
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
    pub(super) fn go(&mut self, by: isize, cx: &Cx<'_>) {
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
    pub(super) fn scroll(&mut self, by: i32, cx: &Cx<'_>) {
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

    pub(super) fn top(&mut self, cx: &Cx<'_>) -> Vec<Request> {
        self.put(0, 0, cx);
        if cx.room.timeline().reaches_start() {
            return Vec::new();
        }
        self.jump = Some(Jump::Start);
        vec![Request::Older]
    }

    pub(super) fn bottom(&mut self, cx: &Cx<'_>) -> Vec<Request> {
        self.anchor = None;
        self.jump = None;
        if cx.room.timeline().is_at_newest() {
            Vec::new()
        } else {
            vec![Request::JumpTo(cx.now)]
        }
    }

    /// Asks for the next page when the cursor comes near the end of what is loaded.
    pub(super) fn near_an_end(&self, cx: &Cx<'_>) -> Vec<Request> {
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

    pub(super) fn next_hit(&mut self, step: isize, cx: &Cx<'_>) -> Vec<Request> {
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
    pub(super) fn settle(&mut self, cx: &Cx<'_>) {
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
