//! A group of alerts in one row.

use super::super::rows::{Row, column, piece};
use super::super::{Cx, Look};
use crate::console::chart;
use crate::console::text::{age, pad_left, truncate, visible_line};
use crate::console::theme::Meaning;
use crate::console::view::paint::glyph;
use crate::incident::{Acknowledgement, Timestamp};
use crate::signals::{AlertGroup, LiveState};
use chrono::TimeDelta;

/// From this width on the rate is shown too.
const WIDE: u16 = 56;
/// From this width on also when the last of them began.
const FULL: u16 = 74;
/// From this width on the rate is of a whole half hour.
const ROOMY: u16 = 110;
/// Cells of a rate, a minute each, the newest at the right: where there is room, and else.
const RATES: (usize, usize) = (30, 10);
/// Cells of who takes care of them, or of what else is to be said: `maya ended 25m`.
const STATE: usize = 15;
/// An acknowledgement without an end that is older than this may have been forgotten.
const FORGOTTEN: TimeDelta = TimeDelta::hours(1);

/// Which columns there is room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Columns {
    /// Count, name, state, when the first began.
    Few,
    /// The rate too.
    More,
    /// When the last began too.
    All,
    /// The rate of the whole half hour.
    Roomy,
}

impl Columns {
    /// For a pane of this width.
    pub(super) fn of(width: u16) -> Self {
        match width {
            ROOMY.. => Self::Roomy,
            FULL.. => Self::All,
            WIDE.. => Self::More,
            _ => Self::Few,
        }
    }

    /// Cells of the rate.
    fn rate(self) -> usize {
        match self {
            Self::Roomy => RATES.0,
            _ => RATES.1,
        }
    }

    fn has_last(self) -> bool {
        matches!(self, Self::All | Self::Roomy)
    }
}

/// What the columns are.
pub(super) fn heading(columns: Columns) -> Row<()> {
    let mut left = format!("  {}  ", pad_left("count", 5));
    let mut right = "first".to_owned();
    if columns != Columns::Few {
        left.push_str(&format!("{}  ", column("per minute", columns.rate())));
    }
    left.push_str("name");
    if columns.has_last() {
        right = format!("{} first  last", column("who, state", STATE));
    }
    let muted = |text: String| vec![piece(text, Meaning::Muted)];
    Row::new(muted(left), muted(right), None)
}

/// The row of a group.
pub(super) fn row(group: &AlertGroup, columns: Columns, cx: &Cx<'_>, look: &Look<'_>) -> Row<()> {
    let stands = cx.room.shown().acknowledgement(&group.key, cx.now);
    let (meaning, number) = match (group.firing, group.pending, group.silenced) {
        (0, 0, 0) => (Meaning::AlertResolved, group.resolved),
        (0, 0, silenced) => (Meaning::Muted, silenced),
        (0, pending, _) => (Meaning::Warning, pending),
        (firing, ..) if stands.is_some() => (Meaning::Muted, firing),
        (firing, ..) => (Meaning::Firing, firing),
    };
    let sign = match meaning {
        Meaning::Muted => " ",
        meaning => glyph(look, meaning),
    };
    let mut left = vec![
        piece(format!("{sign} "), meaning),
        piece(pad_left(&number.to_string(), 5), meaning),
        piece("  ", Meaning::Text),
    ];
    if columns != Columns::Few {
        let cells = columns.rate();
        let rate = chart::counts(&group.rate, cells, look.charts);
        left.push(piece(format!("{}  ", column(&rate, cells)), Meaning::Graph));
    }
    left.push(piece(
        visible_line(&group.name).into_owned(),
        Meaning::Strong,
    ));
    if let Some(service) = group.labels.get("service") {
        let service = format!(" {}", visible_line(service));
        left.push(piece(service, Meaning::Text));
    }
    if !group.summary.is_empty() {
        let summary = format!("  {}", visible_line(&group.summary));
        left.push(piece(summary, Meaning::Muted));
    }
    let (word, meaning) = state(group, cx, look);
    let word = match columns {
        _ if columns.has_last() => format!("{} ", column(&word, STATE)),
        _ if word.is_empty() => word,
        _ => format!("{} ", truncate(&word, STATE)),
    };
    let mut right = vec![piece(word, meaning)];
    let mut ages = vec![group.first_at];
    if columns.has_last() {
        ages.push(group.last_at);
    }
    let ages: Vec<String> = ages.into_iter().map(|at| since(at, cx)).collect();
    right.push(piece(ages.join(" "), Meaning::Muted));
    Row::new(left, right, None)
}

fn since(at: Timestamp, cx: &Cx<'_>) -> String {
    pad_left(&age(cx.now - at), 5)
}

/// Who takes care of it, or what else is to be said about it, in a few cells.
fn state(group: &AlertGroup, cx: &Cx<'_>, look: &Look<'_>) -> (String, Meaning) {
    let held = cx.room.shown().acknowledged.get(&group.key);
    if let Some((word, meaning)) = held.and_then(|held| taken(held, group.firing, cx.now)) {
        let sign = match meaning {
            Meaning::Person => String::new(),
            meaning => format!("{} ", glyph(look, meaning)),
        };
        return (format!("{sign}{word}"), meaning);
    }
    let owner = ["owner", "team"]
        .iter()
        .find_map(|label| group.labels.get(*label));
    match (group.firing, group.pending, group.silenced) {
        _ if group.flapping => ("flaps".to_owned(), Meaning::Warning),
        _ if group.maintenance.is_some() => ("maint.".to_owned(), Meaning::Muted),
        (0, 1.., _) => ("pending".to_owned(), Meaning::Muted),
        (0, _, 1..) => ("silenced".to_owned(), Meaning::Muted),
        _ => match owner {
            Some(owner) => (visible_line(owner).into_owned(), Meaning::Person),
            None => (String::new(), Meaning::Muted),
        },
    }
}

/// Who has taken note and for how long, in a few cells; nothing where that is over and nothing
/// fires any more. One that may have been forgotten is loud, and one that is over is louder.
fn taken(held: &Acknowledgement, firing: u32, now: Timestamp) -> Option<(String, Meaning)> {
    let by = visible_line(held.by.as_str());
    let by = truncate(&by, 6);
    match held.until.filter(|until| *until <= now) {
        Some(_) if firing == 0 => None,
        Some(until) => {
            let word = format!("{by} {} over", age(now - until));
            Some((word, Meaning::Danger))
        }
        None => {
            let since = now - held.since;
            let forgotten = held.until.is_none() && since >= FORGOTTEN;
            let meaning = if forgotten {
                Meaning::Warning
            } else {
                Meaning::Person
            };
            Some((format!("{by} {}", age(since)), meaning))
        }
    }
}

/// How an alert in this state is drawn.
#[must_use]
pub(in crate::console) fn state_meaning(state: LiveState) -> Meaning {
    match state {
        LiveState::Firing => Meaning::Firing,
        LiveState::Pending => Meaning::Warning,
        LiveState::Silenced | LiveState::Inhibited => Meaning::Muted,
        LiveState::Resolved => Meaning::AlertResolved,
    }
}
