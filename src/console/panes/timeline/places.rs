//! Where the lines stand: which are seen, and on which row each begins.

use super::State;
use super::line::{compose, number};
use crate::client::{Line, LineState, Timeline};
use crate::console::text::Zone;
use crate::incident::{CommandId, Seq};
use ratatui::layout::Rect;

/// A line, by what does not change when others come in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Seq(Seq),
    Pending(CommandId),
}

/// The line under the cursor, and the row of the pane that it begins on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) on: Key,
    pub(super) row: u16,
}

/// A line that is seen: its index, the row that it begins on (it may begin above the pane), and
/// how many rows it takes.
pub(super) struct Place {
    pub(super) index: usize,
    pub(super) y: i32,
    pub(super) rows: u16,
}

impl State {
    /// The place of the line under the cursor.
    pub(super) fn place(&self, timeline: &Timeline) -> Option<usize> {
        let last = timeline.lines().len().checked_sub(1)?;
        Some(
            self.anchor
                .and_then(|anchor| find(timeline, anchor.on))
                .unwrap_or(last),
        )
    }

    /// The lines that are seen, with where each begins: the anchored one on its row, or the last
    /// one at the foot.
    pub(super) fn visible(&self, timeline: &Timeline, zone: Zone, area: Rect) -> Vec<Place> {
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
}

pub(super) fn key(line: &Line) -> Key {
    match (number(line), line.state) {
        (None, LineState::Pending(command)) => Key::Pending(command),
        _ => Key::Seq(line.entry.seq),
    }
}

pub(super) fn find(timeline: &Timeline, on: Key) -> Option<usize> {
    match on {
        Key::Seq(seq) => timeline.position(seq),
        // Pending lines stand among the last.
        Key::Pending(_) => timeline.lines().iter().rposition(|line| key(line) == on),
    }
}

pub(super) fn begins_a_day(above: Option<&Line>, line: &Line, zone: Zone) -> bool {
    above.is_some_and(|above| {
        zone.date(above.entry.occurred_at) != zone.date(line.entry.occurred_at)
    })
}

pub(super) fn rows_of(lines: &[Line], index: usize, zone: Zone, width: u16) -> u16 {
    let Some(line) = lines.get(index) else {
        return 0;
    };
    let above = index.checked_sub(1).and_then(|before| lines.get(before));
    let (rows, _) = compose(line, zone, usize::from(width)).rows(usize::from(width));
    let day = u16::from(begins_a_day(above, line, zone));
    u16::try_from(rows.len()).unwrap_or(u16::MAX).max(1) + day
}
