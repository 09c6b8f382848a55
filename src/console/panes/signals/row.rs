//! One signal among others: its name, its value, what it was, and its chart.

use super::super::rows::column;
use super::super::{Cx, Look};
use super::since::{change, was};
use super::window::window;
use crate::console::chart::{self, Mark, Plot};
use crate::console::text::{age, cells, pad_left, pad_right, visible_line};
use crate::console::theme::Meaning;
use crate::console::view::paint::{self, Piece};
use crate::incident::{Number, Standing};
use crate::signals::{Signal, SourceState};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A chart of fewer rows than this says less than a line of eighths.
pub(super) const CHART_ROWS: u16 = 3;
/// Cells of a signal's name, where there is room.
const NAME: usize = 14;
/// Cells of a value with its unit: `1,024 KiB`.
const VALUE: usize = 10;
/// Cells of what it was, where its line is beside it: `was 325 ms`.
const WAS: usize = 13;
/// Fewer cells than this are no line.
const SPARK: usize = 6;

/// How a signal stands to its thresholds now.
pub(super) fn standing(signal: &Signal) -> Standing {
    signal.value.map_or(Standing::Good, |value| {
        signal.thresholds.standing(value, signal.bad)
    })
}

/// How a value that stands so is drawn.
pub(super) fn meaning_of(standing: Standing) -> Meaning {
    match standing {
        Standing::Good => Meaning::Strong,
        Standing::Warning => Meaning::Warning,
        Standing::Critical => Meaning::Danger,
    }
}

/// The value with its unit, or what stands in its place.
pub(super) fn figure(signal: &Signal, value: Option<Number>) -> String {
    match (value, &signal.said) {
        (Some(value), _) => signal.unit.figure(value),
        (None, Some(said)) => visible_line(said).into_owned(),
        (None, None) => "no data".to_owned(),
    }
}

/// How old the values are, when their source does not answer.
pub(super) fn stale(signal: &Signal, cx: &Cx<'_>) -> Option<String> {
    let source = cx.live.source(&signal.source)?;
    let well = matches!(source.state, SourceState::Answering | SourceState::Waiting);
    (!well).then(|| format!("{} old", age(cx.now - signal.at)))
}

/// Draws it in as many rows as it has: one, with a line beside its value; two, with the line below;
/// or more, with a chart.
pub(super) fn draw(
    signal: &Signal,
    picked: bool,
    (cx, look): (&Cx<'_>, &Look<'_>),
    marks: &[Mark],
    place: Rect,
    buf: &mut Buffer,
) {
    let style = |meaning| look.theme.style(meaning);
    let head = Rect { height: 1, ..place };
    let width = usize::from(place.width);
    let mut pieces = name_and_value(signal, (cx, look), width);
    let room = width.saturating_sub(paint::width(&pieces) + 2);
    if let Some(stale) = stale(signal, cx) {
        pieces.push(Piece::new(format!("  {stale}"), style(Meaning::Stale)).cut(room + 2));
    } else if place.height > 1 {
        let text = match cx.looked_at {
            Some(at) => format!("at {}", cx.zone.hm(at)),
            None => change(signal, cx),
        };
        // Where the time does not fit, the value that it was does.
        let short = text.split(" at ").next().unwrap_or_default();
        let text = if cells(&text) > room { short } else { &*text };
        pieces.push(Piece::new(format!("  {text}"), style(Meaning::Muted)).cut(room + 2));
    } else {
        let mut left = room;
        let was = was(signal, cx).filter(|_| cx.looked_at.is_none());
        if room >= WAS + 2 + SPARK {
            let was = pad_right(&was.unwrap_or_default(), WAS);
            pieces.push(Piece::new(format!("  {was}"), style(Meaning::Muted)));
            left -= WAS + 2;
        }
        let line = spark(signal, cx, look, left);
        pieces.push(Piece::new(format!("  {line}"), style(Meaning::Graph)));
    }
    paint::left(&pieces, head, buf);
    if picked {
        buf.set_style(head.intersection(buf.area), style(Meaning::Selection));
    }
    let below = Rect {
        y: place.y + 1,
        height: place.height.saturating_sub(1),
        x: place.x + 2,
        width: place.width.saturating_sub(2),
    };
    if place.height > CHART_ROWS {
        draw_chart(signal, (cx, look), marks, below, buf);
    } else if below.height > 0 {
        let line = spark(signal, cx, look, usize::from(below.width));
        paint::left(&[Piece::new(line, style(Meaning::Graph))], below, buf);
    }
}

fn name_and_value(signal: &Signal, (cx, look): (&Cx<'_>, &Look<'_>), width: usize) -> Vec<Piece> {
    let style = |meaning| look.theme.style(meaning);
    let value = match cx.looked_at {
        Some(at) => signal.value_at(at),
        None => signal.value,
    };
    let stands = value.map_or(Standing::Good, |v| {
        signal.thresholds.standing(v, signal.bad)
    });
    let mark = match stands {
        Standing::Good => " ",
        Standing::Warning => paint::glyph(look, Meaning::Warning),
        Standing::Critical => paint::glyph(look, Meaning::Danger),
    };
    let name = NAME.min(width.saturating_sub(VALUE + 3));
    let value = pad_left(&figure(signal, value), VALUE);
    vec![
        Piece::new(format!("{mark} "), style(meaning_of(stands))),
        Piece::new(
            column(&visible_line(&signal.name), name),
            style(Meaning::Text),
        ),
        Piece::new(value, style(meaning_of(stands))),
    ]
}

fn spark(signal: &Signal, cx: &Cx<'_>, look: &Look<'_>, width: usize) -> String {
    let main = signal.series.first();
    match main.zip(window(signal, cx.looked_at)) {
        Some((main, window)) => chart::spark(main, window, width, look.charts),
        None => String::new(),
    }
}

fn draw_chart(
    signal: &Signal,
    (cx, look): (&Cx<'_>, &Look<'_>),
    marks: &[Mark],
    place: Rect,
    buf: &mut Buffer,
) {
    if let Some(window) = window(signal, cx.looked_at) {
        let plot = Plot {
            series: &signal.series,
            window,
            bad: signal.bad,
            thresholds: signal.thresholds,
            marks,
        };
        chart::draw(&plot, look, place, buf);
    }
}
