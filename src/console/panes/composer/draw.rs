//! Drawing what is typed, and what it becomes.

use super::{State, complete, ink};
use crate::console::grammar::Meaning as Part;
use crate::console::keymap::{Action, Context};
use crate::console::panes::{Cx, Look};
use crate::console::text::{cells, rows, truncate, visible_line};
use crate::console::theme::Meaning;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui_textarea::CursorMove;
use std::ops::Range;

const CONTEXTS: [Context; 3] = [Context::Composer, Context::Incident, Context::Global];
/// A long name does not take the room of the words, in cells.
const NAME_CELLS: usize = 16;

fn name(cx: &Cx<'_>) -> String {
    let name = cx.me.map_or("you", |me| me.person.as_str());
    truncate(&visible_line(name), NAME_CELLS).into_owned()
}

/// The cells of `lee ▸ `.
pub(super) fn prompt_cells(cx: &Cx<'_>) -> usize {
    cells(&name(cx)) + 3
}

fn part_style(part: Part, look: &Look<'_>) -> Style {
    look.theme.style(match part {
        Part::Time => Meaning::Time,
        Part::Pin => Meaning::Pinned,
        Part::Private => Meaning::Private,
        Part::Command => Meaning::Accent,
        Part::Argument => Meaning::Strong,
        Part::Tag => Meaning::Tag,
        Part::Person => Meaning::Person,
        Part::Wrong => Meaning::Warning,
    })
}

impl State {
    /// How many rows it wants at this width, the preview included: 1 to `most`.
    #[must_use]
    pub fn height(&self, width: u16, most: u16) -> u16 {
        let room = usize::from(width).saturating_sub(self.prompt_cells).max(1);
        let rows = rows::rows(&self.text, room).len() + 1;
        u16::try_from(rows)
            .unwrap_or(u16::MAX)
            .clamp(1, most.max(1))
    }

    /// The first row of text in sight, so that the cursor's is.
    fn first_row(cursor: usize, height: usize) -> usize {
        (cursor + 1).saturating_sub(height)
    }

    /// The text's part of the area, and the preview's row, when there is room for it.
    fn places(area: Rect) -> (Rect, Option<Rect>) {
        if area.height < 2 {
            return (area, None);
        }
        let text = Rect {
            height: area.height - 1,
            ..area
        };
        let preview = Rect {
            y: area.y + area.height - 1,
            height: 1,
            ..area
        };
        (text, Some(preview))
    }

    /// A click at a place on the screen, inside `cx.area`.
    pub fn click(&mut self, at: Position, cx: &Cx<'_>) {
        let (area, _) = Self::places(cx.area);
        let indent = prompt_cells(cx);
        let width = usize::from(area.width).saturating_sub(indent).max(1);
        let rows = rows::rows(&self.text, width);
        let cursor = rows::place(&self.text, &rows, self.cursor_byte(), width);
        let first = Self::first_row(cursor.0, usize::from(area.height));
        let row = first + usize::from(at.y.saturating_sub(area.y));
        let cell = usize::from(at.x.saturating_sub(area.x)).saturating_sub(indent);
        let byte = rows::byte_at(&self.text, &rows, row, cell);
        let before = &self.text[..byte];
        let line = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap_or("").chars().count();
        let small = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.cycle = None;
        self.area
            .move_cursor(CursorMove::Jump(small(line), small(column)));
    }

    /// Draws it; the answer is where the cursor stands when it has the focus.
    pub fn draw(
        &self,
        cx: &Cx<'_>,
        look: &Look<'_>,
        area: Rect,
        buf: &mut Buffer,
    ) -> Option<Position> {
        let (text, preview) = Self::places(area);
        if area.is_empty() {
            return None;
        }
        let parsed = self.parsed(cx);
        let at = self.draw_text(cx, look, text, &parsed.spans, buf);
        if let Some(preview) = preview {
            let says = self.below(cx, look, &parsed);
            let indent = Span::raw(" ".repeat(prompt_cells(cx)));
            let spans = std::iter::once(indent).chain(says).collect();
            ink::left(ink::cut(spans, usize::from(area.width)), preview, 0, buf);
        }
        at
    }

    fn draw_text(
        &self,
        cx: &Cx<'_>,
        look: &Look<'_>,
        area: Rect,
        parts: &[crate::console::grammar::Span],
        buf: &mut Buffer,
    ) -> Option<Position> {
        let style = |meaning| look.theme.style(meaning);
        let indent = prompt_cells(cx);
        let width = usize::from(area.width).saturating_sub(indent).max(1);
        let rows = rows::rows(&self.text, width);
        let cursor = rows::place(&self.text, &rows, self.cursor_byte(), width);
        let height = usize::from(area.height);
        let first = Self::first_row(cursor.0, height);
        for (at, (place, row)) in (0..area.height).zip(rows.iter().enumerate().skip(first)) {
            let mut spans = if place == 0 {
                let sign = if look.ascii { ">" } else { "▸" };
                let person = if look.focused {
                    Meaning::Me
                } else {
                    Meaning::Muted
                };
                vec![
                    Span::styled(name(cx), style(person)),
                    Span::styled(format!(" {sign} "), style(Meaning::Accent)),
                ]
            } else {
                let sign = if at == 0 { "… " } else { "" };
                vec![Span::styled(
                    format!("{sign:>indent$}"),
                    style(Meaning::Muted),
                )]
            };
            if self.text.is_empty() && !look.focused {
                let key = look.keymap.hint(Action::Compose, &CONTEXTS);
                let says = if cx.read_only {
                    "reads here, and does not write".to_owned()
                } else {
                    format!("{key} writes: a note, /decision, /ask @name 10m …")
                };
                spans.push(Span::styled(says, style(Meaning::Placeholder)));
            }
            self.styled(row.clone(), parts, look, &mut spans);
            ink::left(spans, area, at, buf);
        }
        let below = rows.len().saturating_sub(first + height);
        if below > 0 && height > 1 {
            let says = Span::styled(format!(" {below} more below"), style(Meaning::Muted));
            ink::both(Vec::new(), vec![says], area, area.height - 1, buf);
        }
        let small = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        let x = area.x.saturating_add(small(indent + cursor.1));
        Some(Position {
            x: x.min(area.right().saturating_sub(1)),
            y: area.y + small(cursor.0 - first).min(area.height - 1),
        })
    }

    /// One row of the text, the parts of the grammar in their styles.
    fn styled<'s>(
        &self,
        row: Range<usize>,
        parts: &[crate::console::grammar::Span],
        look: &Look<'_>,
        spans: &mut Vec<Span<'s>>,
    ) {
        let plain = look.theme.style(Meaning::Text);
        let mut at = row.start;
        for part in parts {
            let start = part.range.start.clamp(at, row.end);
            let end = part.range.end.clamp(start, row.end);
            if start == end {
                continue;
            }
            spans.push(ink::safe(&self.text[at..start], plain));
            spans.push(ink::safe(
                &self.text[start..end],
                part_style(part.meaning, look),
            ));
            at = end;
        }
        spans.push(ink::safe(&self.text[at..row.end], plain));
    }

    /// What the word at the cursor may be completed to: while the line is not finished, and while a
    /// person or a tag is being named.
    fn offered(
        &self,
        cx: &Cx<'_>,
        look: &Look<'_>,
        parsed: &crate::console::grammar::Parsed,
    ) -> Option<String> {
        let cursor = self.cursor_byte();
        let naming = look.focused && complete::names_something(&self.text, cursor, cx);
        if parsed.intent.is_ok() && !naming {
            return None;
        }
        complete::offered(&self.text, cursor, cx, &self.templates)
    }

    /// What stands under the text: why it was refused or cannot be sent, what it becomes, or how
    /// to begin.
    fn below<'s>(
        &self,
        cx: &Cx<'_>,
        look: &Look<'_>,
        parsed: &crate::console::grammar::Parsed,
    ) -> Vec<Span<'s>> {
        let style = |meaning| look.theme.style(meaning);
        let mut spans = Vec::new();
        if let Some(said) = &self.said {
            let sign = ink::glyph(look, Meaning::Warning);
            spans.push(Span::styled(format!("{sign} "), style(Meaning::Warning)));
            spans.push(ink::safe(said, style(Meaning::Warning)));
        } else if let Some(cycle) = &self.cycle {
            for (at, candidate) in cycle.candidates.iter().enumerate() {
                let meaning = if at == cycle.at {
                    Meaning::Selection
                } else {
                    Meaning::Muted
                };
                spans.push(ink::safe(candidate, style(meaning)));
                spans.push(Span::raw("  "));
            }
        } else if !self.returned.is_empty() {
            let key = look.keymap.hint(Action::ComposerTakeBack, &CONTEXTS);
            let lines = match self.returned.len() {
                1 => "1 line waits".to_owned(),
                many => format!("{many} lines wait"),
            };
            let why = self.returned.front().map_or("", |line| &line.why);
            let says = format!("{lines}, {key} takes it back: {why}");
            spans.push(ink::safe(&says, style(Meaning::Warning)));
        } else if self.text.trim().is_empty() {
            if look.focused {
                let key = |action| look.keymap.hint(action, &CONTEXTS);
                let says = format!(
                    "{} sends · {} new line · {} completes · -5m · !! · #tag · @name",
                    key(Action::ComposerSend),
                    key(Action::ComposerNewline),
                    key(Action::ComposerComplete),
                );
                spans.push(Span::styled(says, style(Meaning::Placeholder)));
            }
        } else if let Some(begun) = complete::begun(self.text.trim()) {
            spans.push(Span::styled(begun, style(Meaning::Muted)));
        } else if let Some(offered) = self.offered(cx, look, parsed) {
            let key = look.keymap.hint(Action::ComposerComplete, &CONTEXTS);
            spans.push(ink::safe(&offered, style(Meaning::Muted)));
            let says = format!("  ({key} completes)");
            spans.push(Span::styled(says, style(Meaning::Placeholder)));
        } else {
            // What is merely not finished, or left to be gone on with, is no reason for alarm.
            let wrong = parsed.intent.as_ref().is_err_and(|why| !why.unfinished);
            let meaning = if wrong && look.focused {
                Meaning::Warning
            } else {
                Meaning::Muted
            };
            spans.push(ink::safe(&parsed.preview, style(meaning)));
        }
        spans
    }
}
