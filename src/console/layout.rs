//! Where everything stands: from the size, the layout and what is focused. Pure, so that a click
//! can be led to what was drawn there.

mod columns;
mod named;

use super::panes::Focus;
use columns::columns;
use ratatui::layout::Rect;

pub use named::{Layout, ParseLayoutError};

/// The smallest screen that the console is drawn on, in cells.
pub const SMALLEST: (u16, u16) = (60, 16);
/// From this width on there are two columns.
pub const TWO_COLUMNS: u16 = 100;
/// From this width on there are three columns.
pub const THREE_COLUMNS: u16 = 160;
/// From this width on the header needs one row only.
const ONE_ROW_HEADER: u16 = 120;

/// What decides where the panes of an incident stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// The layout.
    pub layout: Layout,
    /// The pane that has the focus (the last one, while the composer has it).
    pub pane: Focus,
    /// The pane beside the incident that has, or last had, the focus.
    pub beside: Focus,
    /// Only that pane is shown.
    pub zoomed: bool,
    /// Rows that the composer wants.
    pub composer_rows: u16,
    /// How many runbooks are attached.
    pub runbooks: usize,
    /// Where two are shown beside each other, the one with the cursor is the right one.
    pub runbook_right: bool,
    /// What is watched beside the incident.
    pub watched: Watched,
}

/// What is watched beside the incident: a pane for which there is nothing is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Watched {
    /// Numbers.
    pub signals: bool,
    /// Errors in the code.
    pub errors: bool,
    /// Alerts of the monitors.
    pub alerts: bool,
}

/// Where everything of an incident's screen stands. Panes stand with their frames.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places {
    /// One row or two.
    pub header: Rect,
    /// The row of tabs, when only one pane fits.
    pub tabs: Option<Rect>,
    /// The panes, in reading order.
    pub panes: Vec<(Focus, Rect)>,
    /// A second runbook, beside the pane of the one that has the cursor.
    pub other_runbook: Option<Rect>,
    /// The composer.
    pub composer: Option<Rect>,
    /// The last row.
    pub footer: Rect,
}

impl Places {
    /// The frame of that pane, if it is on the screen.
    #[must_use]
    pub fn pane(&self, focus: Focus) -> Option<Rect> {
        match focus {
            Focus::Composer => self.composer,
            _ => self
                .panes
                .iter()
                .find(|(pane, _)| *pane == focus)
                .map(|(_, area)| *area),
        }
    }
}

/// The inside of a pane's frame.
#[must_use]
pub fn inside(frame: Rect) -> Rect {
    Rect {
        x: frame.x.saturating_add(1),
        y: frame.y.saturating_add(1),
        width: frame.width.saturating_sub(2),
        height: frame.height.saturating_sub(2),
    }
}

/// Whether the console fits on a screen of this size.
#[must_use]
pub fn fits(size: Rect) -> bool {
    size.width >= SMALLEST.0 && size.height >= SMALLEST.1
}

/// The panes that can be reached, in the order of the tabs.
#[must_use]
pub fn reachable(layout: Layout, watched: Watched) -> Vec<Focus> {
    if layout == Layout::Wall {
        return Vec::new();
    }
    let always = [
        Focus::Timeline,
        Focus::Command,
        Focus::Runbook,
        Focus::Situation,
    ];
    let all = always.into_iter().chain(watched.panes());
    all.chain([Focus::Updates]).collect()
}

impl Watched {
    /// The panes for which there is something, in reading order.
    pub fn panes(self) -> impl Iterator<Item = Focus> {
        let all = [
            (self.signals, Focus::Signals),
            (self.errors, Focus::Errors),
            (self.alerts, Focus::Alerts),
        ];
        all.into_iter()
            .filter(|(there, _)| *there)
            .map(|(_, pane)| pane)
    }

    /// Whether there is anything.
    #[must_use]
    pub fn any(self) -> bool {
        self.signals || self.errors || self.alerts
    }
}

/// Cuts `rows` off the top.
fn top(area: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    let cut = Rect {
        height: rows,
        ..*area
    };
    area.y += rows;
    area.height -= rows;
    cut
}

/// Cuts `rows` off the foot.
fn foot(area: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    area.height -= rows;
    Rect {
        y: area.y + area.height,
        height: rows,
        ..*area
    }
}

/// Cuts `columns` off the right.
fn right(area: &mut Rect, columns: u16) -> Rect {
    let columns = columns.min(area.width);
    area.width -= columns;
    Rect {
        x: area.x + area.width,
        width: columns,
        ..*area
    }
}

/// Where everything of an incident's screen stands.
#[must_use]
pub fn incident(size: Rect, wish: Wish) -> Places {
    let mut body = size;
    let header = top(&mut body, header_rows(size.width));
    let footer = foot(&mut body, 1);
    let mut places = Places {
        header,
        footer,
        ..Places::default()
    };
    if wish.layout == Layout::Wall {
        places.panes = vec![(Focus::Timeline, body)];
        return places;
    }
    let most = (body.height / 3).max(1);
    places.composer = Some(foot(&mut body, wish.composer_rows.clamp(1, most)));
    if wish.zoomed {
        places.panes = vec![(wish.pane, body)];
    } else if size.width >= TWO_COLUMNS {
        places.panes = columns(body, wish);
    } else {
        places.tabs = Some(top(&mut body, 1));
        places.panes = vec![(wish.pane, body)];
    }
    two_runbooks(&mut places, wish);
    places
}

/// A runbook needs this many columns, its frame included, to stand beside another one.
const RUNBOOK_COLUMNS: u16 = 50;

/// Two runbooks share the place of one, where each can be read.
fn two_runbooks(places: &mut Places, wish: Wish) {
    let mut panes = places.panes.iter_mut();
    let pane = panes.find(|(pane, area)| {
        *pane == Focus::Runbook && area.width >= 2 * RUNBOOK_COLUMNS && wish.runbooks > 1
    });
    if let Some((_, area)) = pane {
        let half = right(area, area.width / 2);
        places.other_runbook = Some(half);
        if wish.runbook_right {
            places.other_runbook = Some(std::mem::replace(area, half));
        }
    }
}

/// Where the composer writes in its rows: in line with the header and the footer.
#[must_use]
pub fn composer_inside(rows: Rect) -> Rect {
    let margin = rows.width.min(2);
    Rect {
        x: rows.x + margin / 2,
        width: rows.width - margin,
        ..rows
    }
}

/// How many rows the composer takes at most. While nobody writes in it, a long draft leaves the panes
/// their room.
#[must_use]
pub fn composer_most(focus: Focus, height: u16) -> u16 {
    const ASIDE: u16 = 4;
    let most = (height / 3).max(1);
    match focus {
        Focus::Composer => most,
        _ => most.min(ASIDE),
    }
}

/// How many rows the header takes at this width.
#[must_use]
pub fn header_rows(width: u16) -> u16 {
    if width >= ONE_ROW_HEADER { 1 } else { 2 }
}

/// A window in the middle of the screen, as large as wished where there is room.
#[must_use]
pub fn centred(size: Rect, columns: u16, rows: u16) -> Rect {
    let width = columns.min(size.width);
    let height = rows.min(size.height);
    Rect {
        x: size.x + (size.width - width) / 2,
        y: size.y + (size.height - height) / 3,
        width,
        height,
    }
}

#[cfg(test)]
mod tests;
