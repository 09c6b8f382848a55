//! Where everything stands: from the size, the layout and what is focused. Pure, so that a click
//! can be led to what was drawn there.

use super::panes::Focus;
use ratatui::layout::Rect;
use std::fmt;
use std::str::FromStr;

/// The smallest screen that the console is drawn on, in cells.
pub const SMALLEST: (u16, u16) = (60, 16);
/// From this width on there are two columns.
pub const TWO_COLUMNS: u16 = 100;
/// From this width on there are three columns.
pub const THREE_COLUMNS: u16 = 160;
/// From this width on the header needs one row only.
const ONE_ROW_HEADER: u16 = 120;

/// What a person needs in front of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Layout {
    /// The whole incident on one screen.
    #[default]
    Commander,
    /// The timeline and the composer, large.
    Scribe,
    /// The updates, large, beside what happened.
    Communications,
    /// A screen on a wall: calm, large, read-only.
    Wall,
}

impl Layout {
    /// Every layout.
    pub const ALL: [Self; 4] = [
        Self::Commander,
        Self::Scribe,
        Self::Communications,
        Self::Wall,
    ];

    /// The stable name, as on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Commander => "commander",
            Self::Scribe => "scribe",
            Self::Communications => "communications",
            Self::Wall => "wall",
        }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why a text names no layout.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a layout; use commander, scribe, communications or wall")]
pub struct ParseLayoutError(pub String);

impl FromStr for Layout {
    type Err = ParseLayoutError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|layout| layout.name().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| ParseLayoutError(text.to_owned()))
    }
}

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

fn columns(mut body: Rect, wish: Wish) -> Vec<(Focus, Rect)> {
    let three = body.width >= THREE_COLUMNS;
    if wish.layout == Layout::Scribe {
        let side = right(&mut body, if three { 48 } else { 36 });
        let (command, beside) = stacked(side, side.height * 3 / 5);
        return [
            Some((Focus::Timeline, body)),
            Some((Focus::Command, command)),
            beside.map(|area| (beside_pane(wish), area)),
        ]
        .into_iter()
        .flatten()
        .collect();
    }
    if wish.layout == Layout::Communications {
        return communications(body, wish);
    }
    let runbook_rows = match (wish.runbooks > 0, wish.pane) {
        (true, Focus::Runbook) => body.height * 2 / 5,
        (true, _) => body.height * 3 / 10,
        (false, _) => 3,
    };
    if three {
        let runbook = foot(&mut body, runbook_rows.max(3));
        // What is not the timeline's grows with the screen, up to what it can use.
        let side = body.width / 4;
        let situation = right(&mut body, side.clamp(40, 60));
        let command = right(&mut body, side.clamp(38, 46));
        let mut panes = vec![(Focus::Timeline, body), (Focus::Command, command)];
        panes.extend(shared(situation, wish));
        panes.push((Focus::Runbook, runbook));
        return panes;
    }
    let columns = if body.width >= 130 { 46 } else { 40 };
    let side = right(&mut body, columns);
    let runbook = foot(&mut body, runbook_rows.max(3));
    let upper = if wish.watched.any() { 2 } else { 3 };
    let (command, beside) = stacked(side, side.height * upper / 5);
    let mut panes = vec![(Focus::Timeline, body), (Focus::Command, command)];
    panes.extend(beside.map(|area| (beside_pane(wish), area)));
    panes.push((Focus::Runbook, runbook));
    panes
}

/// The updates above what happened; roles and what is so at the side.
fn communications(mut body: Rect, wish: Wish) -> Vec<(Focus, Rect)> {
    let columns = if body.width >= THREE_COLUMNS { 60 } else { 40 };
    let side = right(&mut body, columns);
    let (command, beside) = stacked(side, side.height / 2);
    let (updates, timeline) = stacked(body, body.height / 2);
    let timeline = timeline.map(|area| match wish.pane {
        Focus::Runbook => (Focus::Runbook, area),
        _ => (Focus::Timeline, area),
    });
    let mut panes = vec![(Focus::Updates, updates)];
    panes.extend(timeline);
    panes.push((Focus::Command, command));
    panes.extend(beside.map(|area| (beside_pane(wish), area)));
    panes
}

/// What stands in the one place that the panes beside the incident share: the one that has, or last
/// had, the focus.
fn beside_pane(wish: Wish) -> Focus {
    // Updates have a place of their own in their layout; elsewhere they share this one.
    if wish.beside == Focus::Updates && wish.layout != Layout::Communications {
        return Focus::Updates;
    }
    let mut panes = wish.watched.panes().chain([Focus::Situation]);
    let first = panes.next().unwrap_or(Focus::Situation);
    match wish.beside {
        pane if pane == first || panes.any(|other| other == pane) => pane,
        _ => first,
    }
}

/// Rows of one of the panes beside the incident, its frame included, below which it is no use.
const BESIDE_ROWS: u16 = 7;

/// The column of the panes beside the incident, each with its share where all of them fit. Where
/// they do not, the signals keep their place and the others share one.
fn shared(column: Rect, wish: Wish) -> Vec<(Focus, Rect)> {
    let last = match wish.beside {
        Focus::Updates => Focus::Updates,
        _ => Focus::Situation,
    };
    let panes: Vec<Focus> = wish.watched.panes().chain([last]).collect();
    let count = u16::try_from(panes.len()).unwrap_or(1);
    let mut rest = column;
    if column.height >= BESIDE_ROWS * count + 4 {
        // What can use more rows gets them: charts.
        let each = if wish.watched.signals {
            (column.height / (count + 1)).max(BESIDE_ROWS)
        } else {
            column.height / count
        };
        let mut placed = Vec::new();
        for pane in panes.iter().skip(1).rev() {
            placed.push((*pane, foot(&mut rest, each)));
        }
        placed.extend(panes.first().map(|pane| (*pane, rest)));
        placed.reverse();
        return placed;
    }
    if wish.watched.signals && column.height >= 2 * BESIDE_ROWS {
        let below = match beside_pane(wish) {
            Focus::Signals => panes.get(1).copied().unwrap_or(Focus::Situation),
            pane => pane,
        };
        let lower = foot(&mut rest, column.height / 2);
        return vec![(Focus::Signals, rest), (below, lower)];
    }
    vec![(beside_pane(wish), column)]
}

/// Two panes, one above the other, or the upper one alone where the lower would be no use.
fn stacked(area: Rect, upper: u16) -> (Rect, Option<Rect>) {
    const LEAST: u16 = 6;
    let mut rest = area;
    let above = top(&mut rest, upper);
    if rest.height < LEAST || above.height < LEAST {
        (area, None)
    } else {
        (above, Some(rest))
    }
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
mod tests {
    use super::*;

    fn wish(layout: Layout) -> Wish {
        Wish {
            layout,
            pane: Focus::Timeline,
            beside: Focus::Situation,
            zoomed: false,
            composer_rows: 2,
            runbooks: 1,
            runbook_right: false,
            watched: Watched::default(),
        }
    }

    /// Every cell belongs to one thing at most, and all of it is on the screen.
    fn check(size: Rect, places: &Places) {
        let mut all: Vec<Rect> = places.panes.iter().map(|(_, area)| *area).collect();
        all.extend([places.header, places.footer]);
        all.extend(places.tabs);
        all.extend(places.other_runbook);
        all.extend(places.composer);
        let cells: u32 = all.iter().map(|area| area.area()).sum();
        assert_eq!(cells, size.area(), "{size:?} {places:?}");
        for (at, one) in all.iter().enumerate() {
            assert_eq!(one.intersection(size), *one);
            for other in all.iter().skip(at + 1) {
                assert_eq!(one.intersection(*other).area(), 0, "{places:?}");
            }
        }
    }

    #[test]
    fn every_size_is_filled_and_nothing_overlaps() {
        for layout in Layout::ALL {
            for width in 0..220 {
                for height in [0, 1, 2, 3, 10, 16, 24, 40, 50] {
                    let size = Rect::new(0, 0, width, height);
                    check(size, &incident(size, wish(layout)));
                }
            }
        }
    }

    #[test]
    fn two_runbooks_stand_beside_each_other_where_both_can_be_read() {
        let at = |width, height, runbook_right, zoomed| {
            let size = Rect::new(0, 0, width, height);
            let wish = Wish {
                runbooks: 2,
                runbook_right,
                pane: Focus::Runbook,
                zoomed,
                ..wish(Layout::Commander)
            };
            let places = incident(size, wish);
            check(size, &places);
            let pane = places.pane(Focus::Runbook).unwrap();
            (pane.x, pane.width, places.other_runbook.map(|area| area.x))
        };
        assert_eq!(at(200, 50, false, false), (0, 100, Some(100)));
        assert_eq!(at(200, 50, true, false), (100, 100, Some(0)));
        assert_eq!(at(120, 40, false, true), (0, 60, Some(60)));
        assert_eq!(at(120, 40, false, false).2, None);
        assert_eq!(at(80, 24, false, false).2, None);
    }

    #[test]
    fn the_width_decides_on_the_columns() {
        let at = |width, height| {
            let size = Rect::new(0, 0, width, height);
            let places = incident(size, wish(Layout::Commander));
            (places.panes.len(), places.tabs.is_some())
        };
        assert_eq!(at(200, 50), (4, false));
        assert_eq!(at(120, 40), (4, false));
        assert_eq!(at(80, 24), (1, true));
    }

    #[test]
    fn a_zoomed_pane_has_the_body_alone() {
        let mut zoomed = wish(Layout::Commander);
        zoomed.zoomed = true;
        zoomed.pane = Focus::Runbook;
        let size = Rect::new(0, 0, 200, 50);
        let places = incident(size, zoomed);
        assert_eq!(places.panes, [(Focus::Runbook, Rect::new(0, 1, 200, 46))]);
        check(size, &places);
    }
}
