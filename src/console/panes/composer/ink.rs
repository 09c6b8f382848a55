//! Rows of styled text, measured in cells.

use crate::console::panes::Look;
use crate::console::text::{self, cells};
use crate::console::theme::Meaning;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The sign of a meaning, one cell.
pub(super) fn glyph(look: &Look<'_>, meaning: Meaning) -> &'static str {
    if look.ascii {
        meaning.ascii_glyph()
    } else {
        meaning.glyph()
    }
}

/// Text from outside as one line that is safe to draw.
pub(super) fn safe<'a>(text: &str, style: Style) -> Span<'a> {
    Span::styled(text::visible_line(text).into_owned(), style)
}

/// Draws spans from the left of row `at` of `area`, cut at its right edge.
pub(super) fn left(spans: Vec<Span<'_>>, area: Rect, at: u16, buf: &mut Buffer) {
    if at < area.height {
        buf.set_line(area.x, area.y + at, &Line::from(spans), area.width);
    }
}

/// Draws `start` from the left of row `at` and `end` against its right edge. Where both do not
/// fit, the start is cut and ends in `…`: what counts down or is overdue is never hidden.
pub(super) fn both(
    start: Vec<Span<'_>>,
    end: Vec<Span<'_>>,
    area: Rect,
    at: u16,
    buf: &mut Buffer,
) {
    let taken: usize = end.iter().map(|span| cells(&span.content)).sum();
    let room = usize::from(area.width).saturating_sub(if taken == 0 { 0 } else { taken + 1 });
    left(cut(start, room), area, at, buf);
    let columns = u16::try_from(taken).unwrap_or(u16::MAX).min(area.width);
    let place = Rect {
        x: area.right() - columns,
        width: columns,
        ..area
    };
    left(end, place, at, buf);
}

/// Cuts a row of spans to `max` cells; the one that is cut ends in `…`.
pub(super) fn cut(spans: Vec<Span<'_>>, max: usize) -> Vec<Span<'_>> {
    let mut used = 0;
    let mut kept = Vec::with_capacity(spans.len());
    for span in spans {
        let wide = cells(&span.content);
        if used + wide <= max {
            used += wide;
            kept.push(span);
            continue;
        }
        let shorter = text::truncate(&span.content, max - used).into_owned();
        kept.push(Span::styled(shorter, span.style));
        break;
    }
    kept
}
