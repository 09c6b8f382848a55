//! The editor of an update, with what it becomes beside it, or below where there is no room.

use super::super::paint::{self, Piece, glyph};
use super::advised;
use crate::console::app::App;
use crate::console::keymap::{Action, Context};
use crate::console::layout::TWO_COLUMNS;
use crate::console::overlays::Editor;
use crate::console::panes::{Look, Title};
use crate::console::text::rows;
use crate::console::theme::Meaning;
use crate::console::update::updates;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Draws it; answers where the cursor stands.
pub(super) fn draw(app: &App, window: Rect, buf: &mut Buffer) -> Option<Position> {
    let look = app.look(true);
    let (screen, room) = app.open()?;
    let editor = screen.editor.as_deref()?;
    let all = editor.all();
    let left = match all.update {
        Some(id) => format!("Update {id} of {}", editor.incident),
        None => format!("A new update of {}", editor.incident),
    };
    let right = match all.update {
        Some(id) => match room.shown().update(id) {
            Some(held) if held.version != all.seen => format!(
                "changed meanwhile: version {}, you have {}",
                held.version, all.seen
            ),
            _ => format!("changes version {}", all.seen),
        },
        None => String::new(),
    };
    let inner = paint::window(&Title { left, right }, &look, window, buf);
    if inner.height < 6 {
        return None;
    }
    let narrow = inner.width < TWO_COLUMNS - 4;
    paint::left(
        &fields(app, editor, narrow, &look),
        paint::row(inner, 0),
        buf,
    );
    let last = paint::row(inner, inner.height - 1);
    match &editor.wrong {
        Some(why) => {
            let sign = glyph(&look, Meaning::Danger);
            let piece = Piece::new(format!(" {sign} {why}"), look.theme.style(Meaning::Danger));
            paint::left(&[piece], last, buf);
        }
        None => {
            paint::left(&keys(app, &look), last, buf);
        }
    }
    let (words, preview) = places(body(inner));
    let (cursor, hidden) = draw_words(editor, &look, below(words), buf);
    let hidden = match hidden {
        0 => String::new(),
        rows => format!("{rows} below"),
    };
    paint::section("words", &hidden, &look, paint::row(words, 0), buf);
    draw_preview(app, editor, &look, preview, buf);
    Some(cursor)
}

/// What is between the fields and the keys.
fn body(inner: Rect) -> Rect {
    Rect {
        y: inner.y + 1,
        height: inner.height.saturating_sub(2),
        ..inner
    }
}

/// The rows of the words in the inside of the window.
pub(super) fn words(inner: Rect) -> Rect {
    below(places(body(inner)).0)
}

/// The place of the words and that of the preview, each with its heading's row.
fn places(body: Rect) -> (Rect, Rect) {
    if body.width >= TWO_COLUMNS - 4 {
        let half = body.width / 2;
        let words = Rect {
            width: half,
            ..body
        };
        let preview = Rect {
            x: body.x + half + 1,
            width: body.width - half - 1,
            ..body
        };
        return (words, preview);
    }
    let upper = body.height * 2 / 5;
    let words = Rect {
        height: upper,
        ..body
    };
    let preview = Rect {
        y: body.y + upper,
        height: body.height - upper,
        ..body
    };
    (words, preview)
}

/// What is below a heading, a cell from the frame.
fn below(place: Rect) -> Rect {
    Rect {
        x: place.x + 1,
        y: place.y + 1,
        width: place.width.saturating_sub(2),
        height: place.height.saturating_sub(1),
    }
}

fn fields(app: &App, editor: &Editor, narrow: bool, look: &Look<'_>) -> Vec<Piece> {
    let all = editor.all();
    let style = |meaning| look.theme.style(meaning);
    let key = |action| app.prefs.keymap.hint(action, &[Context::Update]);
    let next = match editor.next_at(app.now) {
        // The preview has the time.
        Some(_) if narrow => format!("{} min", all.minutes.unwrap_or_default()),
        Some(at) => format!(
            "{} min ({} UTC)",
            all.minutes.unwrap_or_default(),
            at.format("%H:%M")
        ),
        None => "not promised".to_owned(),
    };
    let mut pieces = Vec::new();
    for (label, value, action) in [
        ("to", all.audience.to_string(), Action::UpdateAudience),
        ("stage", all.stage.to_string(), Action::UpdateStage),
        ("next in", next, Action::UpdateLater),
    ] {
        pieces.push(Piece::new(format!(" {label} "), style(Meaning::Muted)));
        pieces.push(Piece::new(value, style(Meaning::Strong)));
        pieces.push(Piece::new(
            format!(" {} ", key(action)),
            style(Meaning::Key),
        ));
    }
    pieces
}

fn keys(app: &App, look: &Look<'_>) -> Vec<Piece> {
    let mut pieces = vec![Piece::new(" ", look.theme.style(Meaning::Muted))];
    for (action, word) in [
        (Action::UpdateSave, "keep for all"),
        (Action::UpdateSubmit, "ask for approval"),
        (Action::UpdateTemplate, "template"),
        (Action::ComposerEditor, "$EDITOR"),
        (Action::Cancel, "put aside"),
    ] {
        let key = app.prefs.keymap.hint(action, &[Context::Update]);
        pieces.push(Piece::new(key, look.theme.style(Meaning::Key)));
        let word = format!(" {word}  ");
        pieces.push(Piece::new(word, look.theme.style(Meaning::Muted)));
    }
    pieces
}

/// Draws the words; answers where the cursor stands, and how many rows are below what is shown.
fn draw_words(editor: &Editor, look: &Look<'_>, area: Rect, buf: &mut Buffer) -> (Position, usize) {
    let width = usize::from(area.width).max(1);
    let text = editor.text();
    let rows = rows::rows(text, width);
    let (row, cell) = rows::place(text, &rows, editor.cursor_byte(), width);
    let height = usize::from(area.height);
    let first = editor.first_row(row, height);
    let style = look.theme.style(Meaning::Text);
    for (range, at) in rows.iter().skip(first).zip(0..area.height) {
        let part = text.get(range.clone()).unwrap_or_default();
        paint::left(&[Piece::new(part, style)], paint::row(area, at), buf);
    }
    let small = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let cursor = Position::new(
        area.x.saturating_add(small(cell)),
        area.y.saturating_add(small(row - first.min(row))),
    );
    (cursor, rows.len().saturating_sub(first + height))
}

fn draw_preview(app: &App, editor: &Editor, look: &Look<'_>, place: Rect, buf: &mut Buffer) {
    let text = updates::becomes(app, editor);
    let advice = updates::advice(app, &text, editor.all().audience);
    let count = match advice.len() {
        0 => String::new(),
        1 => "1 piece of advice".to_owned(),
        many => format!("{many} pieces of advice"),
    };
    paint::section("as it goes out", &count, look, paint::row(place, 0), buf);
    let mut area = below(place);
    let reasons = advised::reasons(&text, &advice, look, area.width);
    let most = area.height / 2;
    let rows = u16::try_from(reasons.len()).unwrap_or(u16::MAX).min(most);
    area.height -= rows;
    let foot = Rect {
        y: area.bottom(),
        height: rows,
        ..area
    };
    let lines = advised::lines(&text, &advice, look, area.width);
    advised::draw(&lines, editor.preview_top, area, buf);
    advised::draw(&reasons, 0, foot, buf);
}
