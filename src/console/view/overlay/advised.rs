//! A text with the places underlined that there is advice on, and the advice below.

use super::super::paint::{self, Piece, glyph};
use crate::console::panes::Look;
use crate::console::text::{rows, truncate, visible_line, wrap};
use crate::console::theme::Meaning;
use crate::updates::language::{About, Advice};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use std::ops::Range;

/// The rows of a text that is safe to draw, at this width; what there is advice on is underlined.
pub(super) fn lines(text: &str, advice: &[Advice], look: &Look<'_>, width: u16) -> Vec<Vec<Piece>> {
    let rows = rows::rows(text, usize::from(width).max(1));
    rows.into_iter()
        .map(|row| line(text, row, advice, look))
        .collect()
}

fn line(text: &str, row: Range<usize>, advice: &[Advice], look: &Look<'_>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut from = row.start;
    let mut put = |from: usize, to: usize, about: Option<About>| {
        let Some(part) = text.get(from..to).filter(|part| !part.is_empty()) else {
            return;
        };
        let style = match about {
            None => look.theme.style(Meaning::Text),
            Some(about) => look
                .theme
                .style(meaning(about))
                .add_modifier(Modifier::UNDERLINED),
        };
        pieces.push(Piece::new(part, style));
    };
    for one in advice {
        let start = one.span.start.clamp(from, row.end);
        let end = one.span.end.clamp(start, row.end);
        if start < end {
            put(from, start, None);
            put(start, end, Some(one.about));
            from = end;
        }
    }
    put(from, row.end, None);
    pieces
}

fn meaning(about: About) -> Meaning {
    match about {
        About::Gap => Meaning::Danger,
        _ => Meaning::Warning,
    }
}

/// The advice in words, as rows of this width: each with its place and its reason.
pub(super) fn reasons(
    text: &str,
    advice: &[Advice],
    look: &Look<'_>,
    width: u16,
) -> Vec<Vec<Piece>> {
    const QUOTE_CELLS: usize = 24;
    let mut rows = Vec::new();
    for one in advice {
        let style = look.theme.style(meaning(one.about));
        let sign = glyph(look, meaning(one.about));
        let quoted = visible_line(text.get(one.span.clone()).unwrap_or_default());
        let quoted = truncate(&quoted, QUOTE_CELLS);
        let said = format!(
            "{sign} {}: {quoted} · {}",
            one.about.name(),
            one.about.why()
        );
        let said = wrap(&said, usize::from(width).max(1))
            .into_iter()
            .map(str::to_owned);
        let said: Vec<String> = said.collect();
        rows.extend(said.into_iter().map(|row| vec![Piece::new(row, style)]));
    }
    rows
}

/// Draws rows from `top` on, never past their end.
pub(super) fn draw(rows: &[Vec<Piece>], top: usize, area: Rect, buf: &mut Buffer) {
    let top = top.min(rows.len().saturating_sub(usize::from(area.height)));
    for (row, at) in rows.iter().skip(top).zip(0..area.height) {
        paint::left(row, paint::row(area, at), buf);
    }
}
