//! One signal's chart in full: axes, thresholds, what happened meanwhile, and a moment whose
//! values are read.

use super::signals::{change, figure, marks, meaning_of, stale, window};
use super::{Cx, Look};
use crate::console::chart::{self, Plot};
use crate::console::text::{cells, pad_left, visible_line};
use crate::console::theme::Meaning;
use crate::console::view::paint::{self, Piece};
use crate::incident::{Number, Standing, Timestamp, Unit};
use crate::signals::Signal;
use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells between two times on the axis, at the least.
const TIME_EVERY: u16 = 14;

/// Draws it. `reading` is the moment whose values are said; absent: now.
pub(super) fn draw(
    signal: &Signal,
    reading: Option<Timestamp>,
    cx: &Cx<'_>,
    look: &Look<'_>,
    area: Rect,
    buf: &mut Buffer,
) {
    let legend = u16::try_from(signal.series.len()).unwrap_or(0);
    let legend = if legend > 1 {
        legend.min(area.height / 4)
    } else {
        0
    };
    let (head, rest) = split(area, 2);
    let (body, foot) = split(rest, rest.height.saturating_sub(2 + legend));
    draw_head(signal, reading, cx, look, head, buf);
    let Some(window) = window(signal) else {
        return;
    };
    let marks = marks(cx);
    let plot = Plot {
        series: &signal.series,
        window,
        bad: signal.bad,
        thresholds: signal.thresholds,
        marks: &marks,
    };
    let scale = chart::scale_of(&plot, body.width);
    let steps = labels(signal.unit, (scale.low, scale.high), body.height);
    let gutter = steps.iter().map(|(_, text)| cells(text)).max().unwrap_or(0);
    let gutter = u16::try_from(gutter).unwrap_or(0).min(body.width / 3) + 1;
    let inner = Rect {
        x: body.x + gutter,
        width: body.width - gutter,
        ..body
    };
    let muted = look.theme.style(Meaning::Muted);
    for (row, text) in steps {
        let text = pad_left(&text, usize::from(gutter) - 1);
        paint::left(&[Piece::new(text, muted)], paint::row(body, row), buf);
    }
    chart::draw(&plot, look, inner, buf);
    draw_reading(reading, window, look, inner, buf);
    draw_times(
        window,
        cx,
        look,
        Rect {
            height: 1,
            y: foot.y,
            ..inner
        },
        buf,
    );
    draw_legend(signal, reading, look, foot, buf);
}

fn split(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    let above = Rect {
        height: rows,
        ..area
    };
    let below = Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    };
    (above, below)
}

fn draw_head(
    signal: &Signal,
    reading: Option<Timestamp>,
    cx: &Cx<'_>,
    look: &Look<'_>,
    area: Rect,
    buf: &mut Buffer,
) {
    let style = |meaning| look.theme.style(meaning);
    let at = reading.or(cx.looked_at);
    let value = match at {
        Some(at) => signal.value_at(at),
        None => signal.value,
    };
    let stands = value.map_or(Standing::Good, |v| {
        signal.thresholds.standing(v, signal.bad)
    });
    let when = match at {
        Some(at) => format!("  at {}", cx.zone.hms(at)),
        None => "  now".to_owned(),
    };
    let word = match stands {
        Standing::Good => "",
        Standing::Warning => "  past the warning",
        Standing::Critical => "  critical",
    };
    let mut pieces = vec![
        Piece::new(figure(signal, value), style(meaning_of(stands))),
        Piece::new(word, style(meaning_of(stands))),
        Piece::new(when, style(Meaning::Muted)),
        Piece::new(format!("  {}", change(signal, cx)), style(Meaning::Muted)),
    ];
    if let Some(stale) = stale(signal, cx) {
        pieces.push(Piece::new(format!("  {stale}"), style(Meaning::Stale)));
    }
    paint::left(&pieces, paint::row(area, 0), buf);
    if let Some(warning) = &signal.warning {
        let said = Piece::new(visible_line(warning), style(Meaning::Warning));
        paint::left(&[said], paint::row(area, 1), buf);
    }
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

fn draw_reading(
    reading: Option<Timestamp>,
    window: (Timestamp, Timestamp),
    look: &Look<'_>,
    area: Rect,
    buf: &mut Buffer,
) {
    let Some(at) = reading else {
        return;
    };
    let columns = usize::from(area.width);
    let column = (0..columns).find(|column| chart::moment_of(*column, window, columns) >= at);
    let column = u16::try_from(column.unwrap_or(columns.saturating_sub(1))).unwrap_or(0);
    let line = Rect {
        x: area.x + column,
        width: 1,
        ..area
    };
    let style = look.theme.style(Meaning::Selection);
    buf.set_style(line.intersection(buf.area), style);
}

/// Times below the chart, evenly spaced, the last of them at its right edge.
fn draw_times(
    window: (Timestamp, Timestamp),
    cx: &Cx<'_>,
    look: &Look<'_>,
    area: Rect,
    buf: &mut Buffer,
) {
    let long = window.1 - window.0 > TimeDelta::hours(2);
    let say = |at| {
        if long {
            cx.zone.hm(at)
        } else {
            cx.zone.hms(at)
        }
    };
    let columns = usize::from(area.width);
    let style = look.theme.style(Meaning::Time);
    let end = format!(" {} {}", say(window.1), cx.zone.name(window.1));
    let last = area
        .width
        .saturating_sub(u16::try_from(cells(&end)).unwrap_or(0));
    let mut x = 0;
    while x + TIME_EVERY <= last {
        let at = chart::moment_of(usize::from(x), window, columns);
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

fn draw_legend(
    signal: &Signal,
    reading: Option<Timestamp>,
    look: &Look<'_>,
    area: Rect,
    buf: &mut Buffer,
) {
    if signal.series.len() < 2 {
        return;
    }
    let rows = area.height.saturating_sub(2);
    for (series, at) in signal.series.iter().zip(0..rows) {
        let step = TimeDelta::milliseconds(i64::from(series.step_ms));
        let value = match reading {
            Some(moment) => series.at(moment, step),
            None => series.last().map(|(_, value)| value),
        };
        let value = value.map_or_else(|| "no data".to_owned(), |v| signal.unit.figure(v));
        let meaning = if at == 0 {
            Meaning::Graph
        } else {
            Meaning::Muted
        };
        let pieces = [
            Piece::new(pad_left(&value, 10), look.theme.style(meaning)),
            Piece::new(
                format!("  {}", visible_line(&series.label)),
                look.theme.style(meaning),
            ),
        ];
        paint::left(&pieces, paint::row(area, at + 2), buf);
    }
    if signal.more_series > 0 {
        let text = format!("{} series more", signal.more_series);
        let piece = Piece::new(text, look.theme.style(Meaning::Muted));
        paint::right(&[piece], paint::row(area, 1), buf);
    }
}
