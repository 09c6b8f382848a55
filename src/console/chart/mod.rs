//! Numbers over time, drawn in cells: dots of braille, blocks, or ASCII, as the terminal has them.
//!
//! **Invariant**: a gap stays a gap. Nothing is drawn where nothing was measured.

mod axes;
mod canvas;
mod scale;
mod signs;

pub use axes::{draw_legend, draw_with_axes};
pub use scale::Scale;
pub use signs::{ParseSignsError, Signs};

use super::panes::Look;
use super::theme::Meaning;
use super::view::paint::glyph;
use crate::incident::{Bad, Number, Series, Thresholds, Timestamp};
use canvas::Canvas;
use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Something that happened while the numbers were measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// What it was: its glyph stands on top of its line.
    pub meaning: Meaning,
}

/// What a chart shows.
#[derive(Debug, Clone, Copy)]
pub struct Plot<'a> {
    /// The main series first.
    pub series: &'a [Series],
    /// The window.
    pub window: (Timestamp, Timestamp),
    /// In which direction it gets worse.
    pub bad: Bad,
    /// From where on it is bad.
    pub thresholds: Thresholds,
    /// What happened meanwhile.
    pub marks: &'a [Mark],
}

/// The column of `columns` in which a moment of the window lies.
fn column_of(at: Timestamp, (from, to): (Timestamp, Timestamp), columns: usize) -> Option<usize> {
    let span = (to - from).num_milliseconds().max(1);
    let after = (at - from).num_milliseconds();
    let place = (0..=span).contains(&after).then_some(after)?;
    let columns = i64::try_from(columns).ok()?;
    let column = (place.saturating_mul(columns) / span).min(columns - 1);
    usize::try_from(column).ok()
}

/// The moment in the middle of that column.
#[must_use]
pub fn moment_of(column: usize, (from, to): (Timestamp, Timestamp), columns: usize) -> Timestamp {
    let span = (to - from).num_milliseconds().max(1);
    let columns = i64::try_from(columns.max(1)).unwrap_or(1);
    let column = i64::try_from(column).unwrap_or(0);
    let after = span.saturating_mul(2 * column + 1) / (2 * columns);
    TimeDelta::try_milliseconds(after).map_or(from, |after| from + after)
}

/// The number of each of `columns` columns: the last one measured in it, or, where the columns are
/// finer than the measuring, the one before, as long as it is not older than a step.
#[must_use]
pub fn columns(
    series: &Series,
    window: (Timestamp, Timestamp),
    columns: usize,
) -> Vec<Option<Number>> {
    let mut out = vec![None; columns];
    for (place, value) in series.values.iter().enumerate() {
        let column = column_of(series.time_of(place), window, columns);
        if let (Some(value), Some(column)) = (value, column)
            && let Some(out) = out.get_mut(column)
        {
            *out = Some(*value);
        }
    }
    let step = TimeDelta::milliseconds(i64::from(series.step_ms));
    let width = (window.1 - window.0) / i32::try_from(columns.max(1)).unwrap_or(i32::MAX);
    if width < step {
        for (column, out) in out.iter_mut().enumerate() {
            if out.is_none() {
                *out = series.at(moment_of(column, window, columns), step);
            }
        }
    }
    out
}

/// One row of eighths: a series as small as it can be read. A gap is a blank.
#[must_use]
pub fn spark(
    series: &Series,
    window: (Timestamp, Timestamp),
    width: usize,
    signs: Signs,
) -> String {
    let values = columns(series, window, width);
    let scale = Scale::of(values.iter().flatten().copied(), Thresholds::default());
    bars(
        values.iter().map(|value| value.map(|v| scale.share(v))),
        signs,
    )
}

/// One row of eighths, of counts. Nothing is a blank, so that what is rare is seen.
#[must_use]
pub fn counts(counts: &[u32], width: usize, signs: Signs) -> String {
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let skip = counts.len().saturating_sub(width);
    let pad = width.saturating_sub(counts.len());
    let shares = counts
        .iter()
        .skip(skip)
        .map(|count| (*count > 0).then(|| f64::from(*count) / f64::from(most)));
    bars(std::iter::repeat_n(None, pad).chain(shares), signs)
}

/// Counts as columns of `cells` cells each, in `rows` rows from the head down. Nothing is a blank,
/// and the least that is more is seen.
#[must_use]
pub fn bar_rows(counts: &[u32], (cells, rows): (usize, usize), signs: Signs) -> Vec<String> {
    let most = f64::from(counts.iter().copied().max().unwrap_or(0).max(1));
    let sign = |count: u32, row: usize| {
        let height = f64::from(count) / most * rows as f64;
        // How much of this row's cell is below the column's head.
        let below = (rows - 1 - row) as f64;
        match height - below {
            _ if count == 0 => " ",
            share if share <= 0.0 && row + 1 == rows => signs.bar(0.0),
            share if share <= 0.0 => " ",
            share => signs.bar(share * 8.0 / 7.0 - 1.0 / 7.0),
        }
    };
    (0..rows)
        .map(|row| {
            let signs = counts.iter().map(|count| sign(*count, row).repeat(cells));
            signs.collect()
        })
        .collect()
}

fn bars(shares: impl Iterator<Item = Option<f64>>, signs: Signs) -> String {
    shares
        .map(|share| share.map_or(" ", |share| signs.bar(share)))
        .collect()
}

/// Draws a chart without axes: the lines, the thresholds as dashes, the marks as upright lines.
pub fn draw(plot: &Plot<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return;
    }
    let scale = scale_of(plot, area.width);
    draw_uprights(plot, look, area, buf);
    draw_thresholds(plot, &scale, look, area, buf);
    // The main series last, so that it lies on top.
    for (place, series) in plot.series.iter().enumerate().rev() {
        let meaning = if place == 0 {
            Meaning::Graph
        } else {
            Meaning::Muted
        };
        let mut canvas = Canvas::new(area.width, area.height, look.charts);
        let values = columns(series, plot.window, canvas.dots_wide());
        canvas.line(values.iter().map(|value| value.map(|v| scale.share(v))));
        canvas.put(look.theme.style(meaning), area, buf);
    }
    draw_signs(plot, look, area, buf);
}

/// The scale that a chart of this width is drawn on.
#[must_use]
pub fn scale_of(plot: &Plot<'_>, width: u16) -> Scale {
    let dots = usize::from(width) * 2;
    let seen = plot
        .series
        .iter()
        .flat_map(|series| columns(series, plot.window, dots));
    Scale::of(seen.flatten(), plot.thresholds)
}

/// The marks that are in the window, each with its column on the screen.
fn marked<'a>(plot: &Plot<'a>, area: Rect) -> impl Iterator<Item = (&'a Mark, u16)> {
    let (window, width) = (plot.window, usize::from(area.width));
    plot.marks.iter().filter_map(move |mark| {
        let column = column_of(mark.at, window, width)?;
        Some((mark, area.x + u16::try_from(column).ok()?))
    })
}

fn draw_uprights(plot: &Plot<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let upright = if look.ascii { "|" } else { "│" };
    for (_, x) in marked(plot, area) {
        for y in area.top()..area.bottom() {
            buf.set_string(x, y, upright, look.theme.style(Meaning::Border));
        }
    }
}

/// What each mark is stands at its head, and is seen also where a line passes.
fn draw_signs(plot: &Plot<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    for (mark, x) in marked(plot, area) {
        let sign = glyph(look, mark.meaning);
        buf.set_string(x, area.y, sign, look.theme.style(mark.meaning));
    }
}

fn draw_thresholds(plot: &Plot<'_>, scale: &Scale, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let dash = if look.ascii { "-" } else { "╌" };
    let lines = [
        (plot.thresholds.warning, Meaning::Warning),
        (plot.thresholds.critical, Meaning::Danger),
    ];
    for (line, meaning) in lines {
        let Some(row) = line.and_then(|line| scale.row(line, area.height)) else {
            continue;
        };
        let style = look.theme.style(meaning);
        for x in (area.left()..area.right()).step_by(2) {
            buf.set_string(x, area.y + row, dash, style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + seconds, 0).expect("a time")
    }

    fn series(values: &[f64]) -> Series {
        let samples = values.iter().zip(0..).filter(|(v, _)| v.is_finite());
        let samples = samples.map(|(v, n)| (at(n * 10).timestamp_millis(), *v));
        let to = at(10 * (i64::try_from(values.len()).expect("few") - 1));
        Series::of_samples("", (at(0), to), 10_000, samples)
    }

    #[test]
    fn a_spark_keeps_gaps_and_shows_the_highest_as_a_whole_cell() {
        let line = series(&[0.0, 1.0, f64::NAN, f64::NAN, f64::NAN, 8.0]);
        let window = (at(0), at(50));
        assert_eq!(spark(&line, window, 6, Signs::Braille), "▁▂   █");
        assert_eq!(spark(&line, window, 6, Signs::Ascii), "..   #");
        assert_eq!(
            spark(&series(&[3.0, 3.0]), (at(0), at(10)), 2, Signs::Braille)
                .chars()
                .count(),
            2
        );
        assert_eq!(spark(&line, window, 6, Signs::Blocks), "__   █");
        assert_eq!(counts(&[0, 1, 0, 4], 6, Signs::Braille), "   ▃ █");
        assert_eq!(counts(&[0, 1, 0, 4], 6, Signs::Blocks), "   ▄ █");
        assert_eq!(counts(&[0, 1, 0, 4], 2, Signs::Braille), " █");
    }

    #[test]
    fn columns_of_counts_stand_on_their_foot() {
        let rows = |signs| bar_rows(&[0, 1, 8, 16], (1, 2), signs);
        assert_eq!(rows(Signs::Braille), ["   █", " ▁██"]);
        assert_eq!(rows(Signs::Ascii), ["   #", " .##"]);
        assert_eq!(bar_rows(&[2, 1], (2, 1), Signs::Blocks), ["██▄▄"]);
        assert_eq!(bar_rows(&[], (1, 2), Signs::Braille), ["", ""]);
    }

    #[test]
    fn columns_finer_than_the_measuring_are_filled_but_not_over_gaps() {
        let line = series(&[1.0, 2.0, f64::NAN, f64::NAN, 5.0]);
        let fine = columns(&line, (at(0), at(40)), 8);
        let shown: Vec<Option<f64>> = fine.iter().map(|v| v.map(Number::get)).collect();
        assert_eq!(shown[..4], [Some(1.0), Some(1.0), Some(2.0), Some(2.0)]);
        assert_eq!(shown[5..7], [None, None]);
        assert_eq!(shown[7], Some(5.0));
    }

    #[test]
    fn a_moment_comes_back_to_its_column() {
        let window = (at(0), at(3_600));
        for width in [1, 7, 40, 199] {
            for column in 0..width {
                assert_eq!(
                    column_of(moment_of(column, window, width), window, width),
                    Some(column)
                );
            }
        }
        assert_eq!(column_of(at(-1), window, 10), None);
        assert_eq!(column_of(at(3_600), window, 10), Some(9));
        assert_eq!(column_of(at(5), (at(5), at(5)), 10), Some(0));
    }
}
