//! What is owed to the incident: one calm line in the row that the composer does not use now.

use super::paint::{self, Piece, glyph};
use crate::client::Room;
use crate::console::app::App;
use crate::console::keymap::Action;
use crate::console::layout;
use crate::console::theme::Meaning;
use crate::console::update::contexts;
use crate::incident::Nag;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget as _};

/// The nags that the line names; the pane of roles and asks has all.
const NAMED: usize = 3;

/// Draws what is owed, the most pressing first, and after it who has put off what.
pub(super) fn draw(app: &App, room: &Room, row: u16, buf: &mut Buffer) {
    let owed = room.nags(app.now);
    let area = layout::composer_inside(Rect {
        y: row,
        height: 1,
        ..app.size
    })
    .intersection(buf.area);
    let room_left = usize::from(area.width);
    let pieces = pieces(app, &owed, room_left);
    if !pieces.is_empty() {
        Clear.render(area, buf);
        paint::left(&pieces, area, buf);
    }
}

fn pieces(app: &App, owed: &[Nag], width: usize) -> Vec<Piece> {
    let look = app.look(false);
    let muted = look.theme.style(Meaning::Muted);
    let loud = owed.iter().filter(|nag| nag.snoozed.is_none()).count();
    let mut pieces = Vec::new();
    for (nag, at) in owed.iter().take(loud).zip(0..NAMED) {
        let before = if at == 0 {
            format!("{} ", glyph(&look, Meaning::Warning))
        } else {
            " · ".to_owned()
        };
        let style = look.theme.style(Meaning::Warning);
        pieces.push(Piece::new(before, if at == 0 { style } else { muted }));
        pieces.push(Piece::new(&nag.text, look.theme.style(Meaning::Text)));
    }
    if loud > NAMED {
        pieces.push(Piece::new(format!(" · {} more", loud - NAMED), muted));
    }
    if loud > 0 && app.why_read_only().is_none() {
        let key = app.prefs.keymap.hint(Action::SnoozeNag, &contexts(app));
        pieces.push(Piece::new(format!("  {key} puts off"), muted));
    }
    for nag in owed.iter().skip(loud) {
        let Some(snooze) = &nag.snoozed else {
            continue;
        };
        let until = look.zone.hm(snooze.until);
        let before = if pieces.is_empty() { "" } else { " · " };
        let said = format!(
            "{before}{}: put off by {} until {until}",
            nag.text, snooze.by
        );
        let piece = Piece::new(said, muted);
        if paint::width(&pieces) + piece.cells() > width {
            break;
        }
        pieces.push(piece);
    }
    pieces
}
