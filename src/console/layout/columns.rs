//! Where panes stand beside each other, from two columns on.

use super::{Layout, THREE_COLUMNS, Wish, foot, right, top};
use crate::console::panes::Focus;
use ratatui::layout::Rect;

/// Where the panes stand beside each other.
pub(super) fn columns(mut body: Rect, wish: Wish) -> Vec<(Focus, Rect)> {
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
    match wish.layout {
        Layout::Communications => return communications(body, wish),
        Layout::Operations => return operations(body, wish),
        Layout::Commander | Layout::Scribe | Layout::Wall => {}
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

/// The runbook above what happened; asks, and what is measured, at the side.
fn operations(mut body: Rect, wish: Wish) -> Vec<(Focus, Rect)> {
    let three = body.width >= THREE_COLUMNS;
    let mut side = Vec::new();
    if three {
        // Two runbooks beside each other get what they need before anything at the side does.
        let width = (body.width / 4).min(50);
        side.extend(shared(right(&mut body, width), wish));
        side.insert(0, (Focus::Command, right(&mut body, 44)));
    } else {
        let columns = if body.width >= 130 { 46 } else { 40 };
        let column = right(&mut body, columns);
        let (command, beside) = stacked(column, column.height / 2);
        side.push((Focus::Command, command));
        side.extend(beside.map(|area| (beside_pane(wish), area)));
    }
    // Without a runbook there is one line to read.
    let rows = match wish.runbooks {
        0 => 3,
        _ => body.height * 3 / 5,
    };
    let mut rest = body;
    let runbook = top(&mut rest, rows);
    let mut panes = vec![(Focus::Runbook, runbook), (Focus::Timeline, rest)];
    panes.extend(side);
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
