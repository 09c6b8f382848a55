//! An update to be read word for word. No frame stands beside the words: they are selected with the
//! mouse, line by line.

use super::super::paint::{self, Piece, glyph};
use super::advised;
use crate::console::app::App;
use crate::console::keymap::{Action, Context};
use crate::console::overlays::Review;
use crate::console::panes::Look;
use crate::console::text::{visible_block, wrap};
use crate::console::theme::Meaning;
use crate::console::update::updates;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::widgets::{Clear, Widget as _};

/// Rows above and below the words.
const HEAD: u16 = 1;
const FOOT: u16 = 2;

/// The rows of the words, with what else is to be known below them.
pub(super) fn lines(app: &App, shown: &Review, width: u16) -> Vec<Vec<Piece>> {
    let look = app.look(true);
    let text = visible_block(&shown.text);
    // What is out is not advised on any more.
    let advice = match shown.then {
        Some(_) => updates::advice(app, &text, shown.audience),
        None => Vec::new(),
    };
    let mut rows = advised::lines(&text, &advice, &look, width);
    if !advice.is_empty() || !shown.notes.is_empty() {
        rows.push(rule(&look, width));
    }
    rows.extend(advised::reasons(&text, &advice, &look, width));
    for note in &shown.notes {
        for row in wrap(note, usize::from(width).max(1)) {
            rows.push(vec![Piece::new(row, look.theme.style(Meaning::Muted))]);
        }
    }
    rows
}

fn rule(look: &Look<'_>, width: u16) -> Vec<Piece> {
    let line = if look.ascii { "-" } else { "─" };
    let line = line.repeat(usize::from(width.min(40)));
    vec![Piece::new(line, look.theme.style(Meaning::Border))]
}

/// The place of the words in the window.
pub(super) fn place(window: Rect) -> Rect {
    Rect {
        y: window.y + HEAD,
        height: window.height.saturating_sub(HEAD + FOOT),
        ..window
    }
}

/// Draws it.
pub(super) fn draw(app: &App, shown: &Review, window: Rect, buf: &mut Buffer) {
    let look = app.look(true);
    let window = window.intersection(buf.area);
    Clear.render(window, buf);
    let area = place(window);
    let rows = lines(app, shown, area.width);
    let fit = usize::from(area.height);
    let top = shown.top.min(rows.len().saturating_sub(fit));
    let below = rows.len().saturating_sub(top + fit);
    let head = paint::row(window, 0);
    let title = look
        .theme
        .style(Meaning::Title)
        .add_modifier(Modifier::REVERSED);
    paint::left(
        &[Piece::new(format!(" {} ", shown.title), title)],
        head,
        buf,
    );
    if below > 0 {
        let more = format!("{below} more below ");
        paint::right(
            &[Piece::new(more, look.theme.style(Meaning::Warning))],
            head,
            buf,
        );
    }
    advised::draw(&rows, top, area, buf);
    if let Some(unread) = shown.unread {
        let said = paint::row(window, window.height.saturating_sub(FOOT));
        paint::left(&[too_early(app, unread, &look)], said, buf);
    }
    let last = paint::row(window, window.height.saturating_sub(1));
    paint::left(&keys(app, shown, &look), last, buf);
}

/// A yes before the end of it.
fn too_early(app: &App, unread: usize, look: &Look<'_>) -> Piece {
    let rows = if unread == 1 { "row" } else { "rows" };
    let contexts = [Context::Review, Context::List];
    let key = app.prefs.keymap.hint(Action::PageDown, &contexts);
    let sign = glyph(look, Meaning::Warning);
    let said = format!(" {sign} {unread} more {rows}: read to the end first ({key}).");
    Piece::new(said, look.theme.style(Meaning::Warning))
}

fn keys(app: &App, shown: &Review, look: &Look<'_>) -> Vec<Piece> {
    let yes = shown.then.as_ref().map(|then| (Action::Accept, then.yes));
    let leave = match shown.then {
        Some(_) => "leave it as it is",
        None => "done",
    };
    let mut pieces = vec![Piece::new(" ", look.theme.style(Meaning::Muted))];
    let copy = (Action::CopyAddress, "copy");
    for (action, word) in
        yes.into_iter()
            .chain([copy, (Action::Cancel, leave), (Action::PageDown, "page")])
    {
        let key = app
            .prefs
            .keymap
            .hint(action, &[Context::Review, Context::Confirm, Context::List]);
        let style = match action {
            Action::Accept => look
                .theme
                .style(Meaning::Danger)
                .add_modifier(Modifier::BOLD),
            _ => look.theme.style(Meaning::Muted),
        };
        pieces.push(Piece::new(key, look.theme.style(Meaning::Key)));
        pieces.push(Piece::new(format!(" {word}   "), style));
    }
    pieces
}
