//! A chart with its numbers beside it and its times below it.

use super::{Plot, draw, moment_of, scale_of};
use crate::console::panes::Look;
use crate::console::text::{cells, pad_left, visible_line};
use crate::console::theme::Meaning;
use crate::console::view::paint::{self, Piece};
use crate::incident::{Number, Series, Timestamp, Unit};
use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells between two times on the axis, at the least.
const TIME_EVERY: u16 = 14;

/// Draws a chart with its axes; the last row of the area has the times. Answers where the chart
/// itself stands.
pub fn draw_with_axes(
    plot: &Plot<'_>,
    unit: Unit,
    look: &Look<'_>,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    let body = Rect {
        height: area.height.saturating_sub(1),
        ..area
    };
    let scale = scale_of(plot, body.width);
    let steps = labels(unit, (scale.low, scale.high), body.height);
    let gutter = steps.iter().map(|(_, text)| cells(text)).max().unwrap_or(0);
    let gutter = u16::try_from(gutter).unwrap_or(0).min(body.width / 3) + 1;
    let inner = Rect {
        x: body.x + gutter,
        width: body.width.saturating_sub(gutter),
        ..body
    };
    let muted = look.theme.style(Meaning::Muted);
    for (row, text) in steps {
        let text = pad_left(&text, usize::from(gutter) - 1);
        paint::left(&[Piece::new(text, muted)], paint::row(body, row), buf);
    }
    draw(plot, look, inner, buf);
    let below = Rect {
        y: body.bottom(),
        height: area.height - body.height,
        ..inner
    };
    draw_times(plot.window, look, below, buf);
    inner
}

/// Numbers beside the chart, with the row of each from its head.
fn labels(unit: Unit, (low, high): (f64, f64), height: u16) -> Vec<(u16, String)> {
    let Some(last) = height.checked_sub(1).filter(|last| *last > 0) else {
        return Vec::new();
    };
    let every = (last / 4).max(2);
    let mut rows: Vec<u16> = (0..=last).step_by(usize::from(every)).collect();
    // The foot is always named; what would stand right above it is left out.
    rows.retain(|row| row + 2 <= last);
    rows.push(last);
    let number = |row: u16| {
        let share = 1.0 - f64::from(row) / f64::from(last);
        Number::new(low + (high - low) * share)
    };
    let labelled = rows
        .into_iter()
        .filter_map(|row| Some((row, unit.figure(number(row)?))));
    labelled.collect()
}

/// Times below the chart, evenly spaced, the last of them at its right edge.
fn draw_times(window: (Timestamp, Timestamp), look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let long = window.1 - window.0 > TimeDelta::hours(2);
    let say = |at| {
        if long {
            look.zone.hm(at)
        } else {
            look.zone.hms(at)
        }
    };
    let columns = usize::from(area.width);
    let style = look.theme.style(Meaning::Time);
    let end = format!(" {} {}", say(window.1), look.zone.name(window.1));
    let last = area
        .width
        .saturating_sub(u16::try_from(cells(&end)).unwrap_or(0));
    let mut x = 0;
    while x + TIME_EVERY <= last {
        let at = moment_of(usize::from(x), window, columns);
        let place = Rect {
            x: area.x + x,
            width: TIME_EVERY,
            ..area
        };
        paint::left(&[Piece::new(say(at), style)], place, buf);
        x += TIME_EVERY;
    }
    paint::right(&[Piece::new(end, style)], area, buf);
}

/// Each series with its value at a moment (absent: its last), as many as there are rows; nothing
/// for one series alone.
pub fn draw_legend(
    series: &[Series],
    unit: Unit,
    reading: Option<Timestamp>,
    look: &Look<'_>,
    area: Rect,
    buf: &mut Buffer,
) {
    if series.len() < 2 {
        return;
    }
    for (series, at) in series.iter().zip(0..area.height) {
        let step = TimeDelta::milliseconds(i64::from(series.step_ms));
        let value = match reading {
            Some(moment) => series.at(moment, step),
            None => series.last().map(|(_, value)| value),
        };
        let value = value.map_or_else(|| "no data".to_owned(), |v| unit.figure(v));
        let meaning = if at == 0 {
            Meaning::Graph
        } else {
            Meaning::Muted
        };
        let style = look.theme.style(meaning);
        let pieces = [
            Piece::new(pad_left(&value, 10), style),
            Piece::new(format!("  {}", visible_line(&series.label)), style),
        ];
        paint::left(&pieces, paint::row(area, at), buf);
    }
}
