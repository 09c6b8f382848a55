//! Lists to choose from: pickers, the palette, what a search found.

use super::super::paint::{self, Piece, glyph};
use super::first_shown;
use crate::console::app::App;
use crate::console::layout::inside;
use crate::console::overlays::{Item, Picker, Results, Wait};
use crate::console::panes::{Look, Title};
use crate::console::text::{cells, truncate, visible_line};
use crate::console::theme::Meaning;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The list of a picker and its first line.
pub(super) fn picker_place(picker: &Picker, window: Rect) -> (Rect, usize) {
    let inner = inside(window);
    let list = Rect {
        y: inner.y + 1,
        height: inner.height.saturating_sub(2),
        ..inner
    };
    let rows = usize::from(list.height);
    let count = picker.shown().len();
    (list, first_shown(picker.cursor(), count, rows))
}

/// Draws a picker: the line, the list, and a line that says more about the item under the cursor.
pub(super) fn picker(
    app: &App,
    picker: &Picker,
    window: Rect,
    buf: &mut Buffer,
) -> Option<Position> {
    let look = app.look(true);
    let fitting = picker.shown().len();
    let title = Title {
        left: picker.title.clone(),
        right: format!("{fitting}/{}", picker.total()),
    };
    let inner = paint::window(&title, &look, window, buf);
    let line = paint::row(inner, 0);
    let (typed, at) = picker
        .line()
        .window(usize::from(line.width).saturating_sub(4));
    let pieces = [
        Piece::new(
            if look.ascii { " > " } else { " ▸ " },
            look.theme.style(Meaning::Accent),
        ),
        if picker.line().text().is_empty() {
            Piece::new(
                "type a part of the name",
                look.theme.style(Meaning::Placeholder),
            )
        } else {
            Piece::new(typed, look.theme.style(Meaning::Text))
        },
    ];
    paint::left(&pieces, line, buf);
    let (list, top) = picker_place(picker, window);
    if fitting == 0 {
        let said = match picker.wait {
            Wait::Answer(_) => "The server is asked …",
            Wait::Nothing if picker.total() > 0 => "Nothing here has such a name.",
            Wait::Nothing => &picker.empty,
        };
        let piece = Piece::new(format!("   {said}"), look.theme.style(Meaning::Placeholder));
        paint::left(&[piece], list, buf);
    }
    let widest = picker.shown().map(|(item, _)| cells(&item.label)).max();
    let labels = widest.unwrap_or(0).min(usize::from(list.width) / 2);
    for ((item, matched), at) in picker.shown().skip(top).zip(0..list.height) {
        let chosen = top + usize::from(at) == picker.cursor();
        draw_item(
            item,
            matched,
            chosen,
            labels,
            &look,
            paint::row(list, at),
            buf,
        );
    }
    let last = paint::row(inner, inner.height.saturating_sub(1));
    let blocked = picker.current().and_then(|item| item.blocked.as_deref());
    if let Some(why) = picker.refused().or(blocked) {
        let meaning = if picker.refused().is_some() {
            Meaning::Warning
        } else {
            Meaning::Muted
        };
        let sign = glyph(&look, Meaning::Warning);
        let piece = Piece::new(format!(" {sign} {why}"), look.theme.style(meaning));
        paint::left(&[piece], last, buf);
    }
    let column = u16::try_from(3 + at).unwrap_or(u16::MAX);
    Some(Position::new(line.x.saturating_add(column), line.y))
}

fn draw_item(
    item: &Item,
    matched: &[u32],
    chosen: bool,
    labels: usize,
    look: &Look<'_>,
    area: Rect,
    buf: &mut Buffer,
) {
    let style = |meaning| look.theme.style(meaning);
    let sign = if chosen {
        glyph(look, Meaning::Selection)
    } else {
        " "
    };
    let (label_meaning, detail_meaning) = match (&item.blocked, chosen) {
        (Some(_), _) => (Meaning::Muted, Meaning::Muted),
        (None, true) => (Meaning::Strong, Meaning::Text),
        (None, false) => (Meaning::Text, Meaning::Muted),
    };
    let mut pieces = vec![Piece::new(format!(" {sign} "), style(label_meaning))];
    let label = truncate(&item.label, labels).into_owned();
    for (character, at) in label.chars().zip(0..) {
        let meaning = if matched.contains(&at) {
            Meaning::Match
        } else {
            label_meaning
        };
        pieces.push(Piece::new(character.to_string(), style(meaning)));
    }
    let gap = labels.saturating_sub(cells(&label)) + 2;
    pieces.push(Piece::new(" ".repeat(gap), style(detail_meaning)));
    let key = Piece::new(format!(" {} ", item.key), style(Meaning::Key));
    let taken = paint::width(&pieces) + key.cells();
    let room = usize::from(area.width).saturating_sub(taken);
    pieces.push(Piece::new(&item.detail, style(detail_meaning)).cut(room));
    paint::left(&pieces, area, buf);
    paint::right(&[key], area, buf);
    if chosen {
        buf.set_style(area.intersection(buf.area), style(Meaning::Selection));
    }
}

/// The list of results and its first line; each takes two rows.
pub(super) fn results_place(results: &Results, window: Rect) -> (Rect, usize) {
    let list = inside(window);
    let rows = usize::from(list.height / 2);
    let top = first_shown(results.cursor, results.hits.len(), rows);
    (list, top * 2)
}

/// Draws what a search found.
pub(super) fn results(app: &App, results: &Results, window: Rect, buf: &mut Buffer) {
    let look = app.look(true);
    let style = |meaning| look.theme.style(meaning);
    let found = results.hits.len();
    let title = Title {
        left: format!("Entries with \"{}\"", visible_line(&results.query)),
        right: match (results.request, results.more) {
            (Some(_), _) => "asking the server …".to_owned(),
            (None, true) => format!("the newest {found}"),
            (None, false) => format!("{found} found"),
        },
    };
    let inner = paint::window(&title, &look, window, buf);
    if found == 0 {
        let said = if results.request.is_some() {
            "The server looks through every entry."
        } else {
            "No entry has these words. All of them must be in one entry."
        };
        let piece = Piece::new(format!(" {said}"), style(Meaning::Placeholder));
        paint::left(&[piece], inner, buf);
        return;
    }
    let (list, top) = results_place(results, window);
    for (at, hit) in results.hits.iter().enumerate().skip(top / 2) {
        let Ok(row) = u16::try_from((at - top / 2) * 2) else {
            break;
        };
        if row >= list.height {
            break;
        }
        let chosen = at == results.cursor;
        let sign = if chosen {
            glyph(&look, Meaning::Selection)
        } else {
            " "
        };
        let head = [
            Piece::new(format!(" {sign} "), style(Meaning::Accent)),
            Piece::new(
                format!(
                    "{} {}  ",
                    look.zone.date(hit.occurred_at),
                    look.zone.hms(hit.occurred_at)
                ),
                style(Meaning::Time),
            ),
            Piece::new(format!("{}  ", hit.incident), style(Meaning::Accent)),
            Piece::new(hit.by.as_str(), style(Meaning::Person)),
        ];
        let words = [
            Piece::new("     ", style(Meaning::Text)),
            Piece::new(&*hit.text, style(Meaning::Text)),
        ];
        let first = paint::row(list, row);
        let second = paint::row(list, row + 1);
        paint::left(&head, first, buf);
        paint::left(&words, second, buf);
        if chosen {
            buf.set_style(first.intersection(buf.area), style(Meaning::Selection));
            buf.set_style(second.intersection(buf.area), style(Meaning::Selection));
        }
    }
}
