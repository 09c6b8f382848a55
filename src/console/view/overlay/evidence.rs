//! A pinned piece of evidence, drawn again from the numbers that are in the log.

use super::super::paint::{Piece, glyph};
use crate::client::Room;
use crate::console::chart::{self, Mark, Plot};
use crate::console::panes::{Look, marks};
use crate::console::text::{format_duration, pad_left, pad_right, visible_line, wrap};
use crate::console::theme::Meaning;
use crate::incident::{
    Bad, Evidence, Number, PinnedEvidence, Seen, Series, Standing, Thresholds, Timestamp, Unit,
};
use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells of what a fact is about.
const NAME: usize = 13;
/// Rows of a trend.
const TREND_ROWS: usize = 4;
/// The widest that one place of a trend is drawn, in cells.
const TREND_CELLS: usize = 3;
/// Rows of the screen that are not the chart's: the window's frame, what was said, the facts.
const AROUND_CHART: u16 = 18;
/// Rows of a chart with its times.
const CHART_ROWS: std::ops::RangeInclusive<u16> = 7..=16;

type Lines = Vec<Vec<Piece>>;

/// Draws it on lines of this width; `screen` is how high the screen is.
pub(super) fn lines(
    piece: &PinnedEvidence,
    room: &Room,
    look: &Look<'_>,
    (width, screen): (usize, u16),
) -> Lines {
    let evidence = &*piece.evidence;
    let rows = screen.saturating_sub(AROUND_CHART);
    let rows = rows.clamp(*CHART_ROWS.start(), *CHART_ROWS.end());
    let mut lines = match &evidence.seen {
        Seen::Signal {
            unit,
            bad,
            thresholds,
            series,
        } => {
            let signal = Signal {
                value: evidence.value(),
                unit: *unit,
                bad: *bad,
                thresholds: *thresholds,
                series,
                at: evidence.at,
            };
            signal.lines(room, look, (width, rows))
        }
        Seen::Issue { .. } => issue(evidence, look, width),
        Seen::Alerts { .. } => alerts(evidence, look, width),
    };
    let mut source = format!("{} as of {}", evidence.source, moment(evidence.at, look));
    source.push_str(&format!(" {}", look.zone.name(evidence.at)));
    lines.push(fact("from", &source, Meaning::Text, look, width));
    if let Some(url) = &evidence.url {
        lines.push(fact("look at it", url, Meaning::Text, look, width));
    }
    lines
}

fn moment(at: Timestamp, look: &Look<'_>) -> String {
    format!("{} {}", look.zone.date(at), look.zone.hms(at))
}

fn fact(name: &str, value: &str, meaning: Meaning, look: &Look<'_>, width: usize) -> Vec<Piece> {
    vec![
        Piece::new(pad_right(name, NAME), look.theme.style(Meaning::Muted)),
        Piece::new(value, look.theme.style(meaning)).cut(width.saturating_sub(NAME)),
    ]
}

/// The numbers of a signal.
struct Signal<'a> {
    value: Option<Number>,
    unit: Unit,
    bad: Bad,
    thresholds: Thresholds,
    series: &'a [Series],
    at: Timestamp,
}

impl Signal<'_> {
    fn lines(&self, room: &Room, look: &Look<'_>, (width, rows): (usize, u16)) -> Lines {
        let value = self.value;
        let stands = value.map_or(Standing::Good, |v| self.thresholds.standing(v, self.bad));
        let meaning = match stands {
            Standing::Good => Meaning::Strong,
            Standing::Warning => Meaning::Warning,
            Standing::Critical => Meaning::Danger,
        };
        let mut said = value.map_or("no data".to_owned(), |value| self.unit.figure(value));
        if let Some(word) = stands.word() {
            said.push_str(&format!(" ({word})"));
        }
        let mut lines = vec![fact("value", &said, meaning, look, width)];
        let Some(window) = self.series.first().map(Series::window) else {
            return lines;
        };
        lines.extend(self.range(look, width));
        let all = marks::of(room, None);
        let inside = |mark: &Mark| (window.0..=window.1).contains(&mark.at);
        let shown: Vec<Mark> = all.into_iter().filter(inside).collect();
        lines.push(self.time(window, look, width));
        lines.push(Vec::new());
        let plot = Plot {
            series: self.series,
            window,
            bad: self.bad,
            thresholds: self.thresholds,
            marks: &shown,
        };
        let legend = u16::try_from(self.series.len()).unwrap_or(0);
        let legend = if legend > 1 { legend } else { 0 };
        lines.extend(picture((width, rows + legend), |area, buf| {
            let chart = Rect {
                height: rows,
                ..area
            };
            let below = Rect {
                y: area.y + rows,
                height: legend,
                ..area
            };
            chart::draw_with_axes(&plot, self.unit, look, chart, buf);
            chart::draw_legend(self.series, self.unit, Some(self.at), look, below, buf);
        }));
        lines.extend(key(&shown, look));
        lines.push(Vec::new());
        lines
    }

    /// The least and the most of the main series, and where it is bad.
    fn range(&self, look: &Look<'_>, width: usize) -> Lines {
        let mut lines = Vec::new();
        let values = self
            .series
            .first()
            .into_iter()
            .flat_map(|main| &main.values);
        let values: Vec<Number> = values.flatten().copied().collect();
        let by = |a: &&Number, b: &&Number| a.get().total_cmp(&b.get());
        if let (Some(least), Some(most)) = (values.iter().min_by(by), values.iter().max_by(by)) {
            let (least, most) = (self.unit.figure(*least), self.unit.figure(*most));
            let said = format!("from {least} to {most}");
            lines.push(fact("went", &said, Meaning::Text, look, width));
        }
        let side = match self.bad {
            Bad::Above => "above",
            Bad::Below => "below",
            Bad::Neither => "past",
        };
        let limits = [
            ("warning", self.thresholds.warning),
            ("critical", self.thresholds.critical),
        ];
        let limits = limits.into_iter().filter_map(|(word, limit)| {
            Some(format!("{word} {side} {}", self.unit.figure(limit?)))
        });
        let limits: Vec<String> = limits.collect();
        if !limits.is_empty() {
            let said = limits.join(", ");
            lines.push(fact("thresholds", &said, Meaning::Text, look, width));
        }
        lines
    }

    fn time(&self, window: (Timestamp, Timestamp), look: &Look<'_>, width: usize) -> Vec<Piece> {
        let step = self.series.first().map_or(0, |main| main.step_ms);
        let step = TimeDelta::milliseconds(i64::from(step));
        let said = format!(
            "{} → {} {}, a value every {}",
            moment(window.0, look),
            look.zone.hms(window.1),
            look.zone.name(window.1),
            format_duration(step)
        );
        fact("time", &said, Meaning::Text, look, width)
    }
}

/// What the marks of a chart mean, those that are on it.
fn key(shown: &[Mark], look: &Look<'_>) -> Lines {
    let mut pieces = Vec::new();
    for meaning in [Meaning::Status, Meaning::Decision, Meaning::ActionTaken] {
        if shown.iter().any(|mark| mark.meaning == meaning) {
            let sign = format!("{} ", glyph(look, meaning));
            pieces.push(Piece::new(sign, look.theme.style(meaning)));
            let name = format!("{}   ", marks::name(meaning));
            pieces.push(Piece::new(name, look.theme.style(Meaning::Muted)));
        }
    }
    if pieces.is_empty() {
        Vec::new()
    } else {
        vec![pieces]
    }
}

fn issue(evidence: &Evidence, look: &Look<'_>, width: usize) -> Lines {
    let Seen::Issue {
        id,
        events,
        users,
        first_seen,
        last_seen,
        trend,
    } = &evidence.seen
    else {
        return Vec::new();
    };
    let text = |name, value: &str| fact(name, value, Meaning::Text, look, width);
    let mut lines = vec![
        text(
            "error",
            &format!("{} {}", visible_line(id), visible_line(&evidence.title)),
        ),
        fact("events", &events.to_string(), Meaning::Strong, look, width),
        text("users", &users.to_string()),
        text("first seen", &moment(*first_seen, look)),
        text("last seen", &moment(*last_seen, look)),
    ];
    lines.extend(bars(
        "events over its time, the newest at the right",
        trend,
        look,
        width,
    ));
    lines.push(Vec::new());
    lines
}

fn alerts(evidence: &Evidence, look: &Look<'_>, width: usize) -> Lines {
    let Seen::Alerts {
        firing,
        silenced,
        pending,
        first_at,
        last_at,
        names,
        rate,
    } = &evidence.seen
    else {
        return Vec::new();
    };
    let text = |name, value: &str| fact(name, value, Meaning::Text, look, width);
    let count = |name, count: &u32, meaning| {
        let count = pad_left(&count.to_string(), 5);
        fact(name, &count, meaning, look, width)
    };
    let mut lines = vec![
        text("alerts", &visible_line(&evidence.title)),
        count("firing", firing, Meaning::Firing),
        count("pending", pending, Meaning::Text),
        count("silenced", silenced, Meaning::Text),
        text("first began", &moment(*first_at, look)),
        text("last changed", &moment(*last_at, look)),
    ];
    lines.extend(bars(
        "began, by minute, the newest at the right",
        rate,
        look,
        width,
    ));
    if !names.is_empty() {
        lines.push(Vec::new());
        let all =
            u32::try_from(names.len()).is_ok_and(|named| named >= firing + silenced + pending);
        let said = if all { "Each of them" } else { "Among them" };
        lines.push(vec![Piece::new(said, look.theme.style(Meaning::Muted))]);
    }
    let names: Vec<_> = names.iter().map(|name| visible_line(name)).collect();
    for line in wrap(&names.join(", "), width) {
        lines.push(vec![Piece::new(line, look.theme.style(Meaning::Text))]);
    }
    lines.push(Vec::new());
    lines
}

/// Counts over time as columns, with what they are and how many the highest stands for.
fn bars(what: &str, counts: &[u32], look: &Look<'_>, width: usize) -> Lines {
    let most = counts.iter().copied().max().unwrap_or(0);
    if most == 0 {
        return Vec::new();
    }
    let most = most.to_string();
    let gutter = most.len() + 1;
    let cells = (width.saturating_sub(gutter) / counts.len().max(1)).min(TREND_CELLS);
    let muted = look.theme.style(Meaning::Muted);
    let mut lines = vec![Vec::new()];
    for (row, at) in chart::bar_rows(counts, (cells, TREND_ROWS), look.charts)
        .into_iter()
        .zip(0..)
    {
        let label = match at {
            0 => most.clone(),
            at if at + 1 == TREND_ROWS => "0".to_owned(),
            _ => String::new(),
        };
        let label = format!("{} ", pad_left(&label, gutter - 1));
        let graph = look.theme.style(Meaning::Graph);
        lines.push(vec![Piece::new(label, muted), Piece::new(row, graph)]);
    }
    let what = format!("{}{what}", " ".repeat(gutter));
    lines.push(vec![Piece::new(what, muted).cut(width)]);
    lines
}

/// What is drawn on a place of this size, as lines.
fn picture((width, height): (usize, u16), draw: impl FnOnce(Rect, &mut Buffer)) -> Lines {
    let width = u16::try_from(width).unwrap_or(u16::MAX);
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    draw(area, &mut buf);
    (0..height)
        .map(|y| {
            let mut pieces: Vec<(String, ratatui::style::Style)> = Vec::new();
            for cell in (0..width).filter_map(|x| buf.cell((x, y))) {
                match pieces.last_mut() {
                    Some((text, style)) if *style == cell.style() => text.push_str(cell.symbol()),
                    _ => pieces.push((cell.symbol().to_owned(), cell.style())),
                }
            }
            let pieces = pieces.into_iter();
            pieces
                .map(|(text, style)| Piece::new(text, style))
                .collect()
        })
        .collect()
}
