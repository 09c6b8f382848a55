//! One signal's chart in full: axes, thresholds, what happened meanwhile, and a moment whose
//! values are read.

use super::super::{Cx, Look, marks};
use super::row::{figure, meaning_of, stale};
use super::since::change;
use super::window::window;
use crate::console::chart::{self, Plot};
use crate::console::text::visible_line;
use crate::console::theme::Meaning;
use crate::console::view::paint::{self, Piece};
use crate::incident::{Standing, Timestamp};
use crate::signals::Signal;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws it. `reading` is the moment whose values are said; absent: the entry that is looked at,
/// or now.
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
    let (body, foot) = split(rest, rest.height.saturating_sub(legend));
    let at = reading.or(cx.looked_at);
    draw_head(signal, at, cx, look, head, buf);
    let Some(window) = window(signal, cx.looked_at) else {
        return;
    };
    let plot = Plot {
        series: &signal.series,
        window,
        bad: signal.bad,
        thresholds: signal.thresholds,
        marks: &marks::of(cx.room, cx.looked_at),
    };
    // A row between the times and the names of the series.
    let body = Rect {
        height: body.height.saturating_sub(u16::from(legend > 0)),
        ..body
    };
    let inner = chart::draw_with_axes(&plot, signal.unit, look, body, buf);
    draw_reading(reading, window, look, inner, buf);
    chart::draw_legend(&signal.series, signal.unit, at, look, foot, buf);
    if signal.more_series > 0 {
        let text = format!("{} series more", signal.more_series);
        let piece = Piece::new(text, look.theme.style(Meaning::Muted));
        let last = paint::row(area, area.height.saturating_sub(1));
        paint::right(&[piece], last, buf);
    }
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
    at: Option<Timestamp>,
    cx: &Cx<'_>,
    look: &Look<'_>,
    area: Rect,
    buf: &mut Buffer,
) {
    let style = |meaning| look.theme.style(meaning);
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
    ];
    // What a moment's value was before says nothing of that moment.
    if at.is_none() {
        let change = format!("  {}", change(signal, cx));
        pieces.push(Piece::new(change, style(Meaning::Muted)));
    }
    if let Some(stale) = stale(signal, cx) {
        pieces.push(Piece::new(format!("  {stale}"), style(Meaning::Stale)));
    }
    paint::left(&pieces, paint::row(area, 0), buf);
    if let Some(warning) = &signal.warning {
        let said = Piece::new(visible_line(warning), style(Meaning::Warning));
        paint::left(&[said], paint::row(area, 1), buf);
    }
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
