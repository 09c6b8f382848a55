//! The head of the wall: how bad, where it stands, how long already, what falls due, who.

use super::due::{self, Promised};
use super::{large, letters, paint_from};
use crate::client::Room;
use crate::console::app::App;
use crate::console::panes::Look;
use crate::console::theme::Meaning;
use crate::console::view::header;
use crate::console::view::paint::{self, Piece, glyph};
use crate::incident::{Incident, Role, Status};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// From this size on everything that counts is in large letters. A smaller screen that fills a wall
/// has large cells by itself.
const LARGE_FROM: (u16, u16) = (100, 32);
/// The rows that those who have a role may take.
const PEOPLE_ROWS: usize = 2;

/// Draws the head; answers how many rows it took. `large`: the screen has room for large letters.
/// `still`: what is shown stands still.
pub(super) fn draw(
    app: &App,
    room: &Room,
    look: &Look<'_>,
    (size, large, still): (Rect, bool, bool),
    buf: &mut Buffer,
) -> u16 {
    let shown = room.shown();
    let promised = Promised::of(shown, look, still);
    let area = Rect {
        x: size.x + 1,
        width: size.width.saturating_sub(2),
        ..size
    };
    if !large {
        let at = small(shown, look, area, buf);
        let at = at + title(app, room, look, &[], paint_from(area, at), buf);
        let due = due::row(shown, promised.as_ref(), look, false);
        return at + people(shown, &due, look, paint_from(area, at), buf);
    }
    let room_for = (usize::from(area.width), area.height);
    let lines = large::lines(shown, promised.as_ref(), look, room_for);
    let mut at = 0;
    for line in &lines {
        line.draw(paint_from(area, at), buf);
        at += letters::ROWS + 1;
    }
    let at = at + title(app, room, look, &lines, paint_from(area, at), buf);
    let due = due::row(shown, promised.as_ref(), look, true);
    at + people(shown, &due, look, paint_from(area, at), buf)
}

/// Whether what counts is drawn in large letters on a screen of this size.
pub(super) fn is_large(size: Rect, look: &Look<'_>) -> bool {
    size.width >= LARGE_FROM.0 && size.height >= LARGE_FROM.1 && !look.ascii
}

/// Where large letters have no room for everything: the severity and the clock.
fn small(shown: &Incident, look: &Look<'_>, area: Rect, buf: &mut Buffer) -> u16 {
    let meaning = header::severity_meaning(shown.severity);
    let word = header::severity_word(shown.severity);
    let style = look.theme.style(meaning);
    let (clock, clock_style) = large::clock(shown, look);
    if look.ascii {
        let sign = meaning.ascii_glyph();
        paint::left(&[Piece::new(format!("{sign} {word}"), style)], area, buf);
        paint::right(&[Piece::new(clock, clock_style)], area, buf);
        return 1;
    }
    letters::draw(&word, style, false, area, buf);
    letters::draw(&clock, clock_style, true, area, buf);
    letters::ROWS
}

/// What it is, as far as the large letters above do not say it, and whether all of this is so now.
fn title(
    app: &App,
    room: &Room,
    look: &Look<'_>,
    above: &[large::Line],
    area: Rect,
    buf: &mut Buffer,
) -> u16 {
    let shown = room.shown();
    let style = |meaning| look.theme.style(meaning);
    let link = header::link(app, Some(room), look);
    let said = |words: &str| above.iter().any(|line| line.says(words));
    let mut pieces = Vec::new();
    let status = shown.status.name().to_uppercase();
    if !said(&status) {
        pieces.push(Piece::new(format!("{status}  "), style(Meaning::Strong)));
    }
    pieces.push(Piece::new(format!("{} ", shown.id), style(Meaning::Accent)));
    if shown.is_drill() {
        pieces.push(Piece::new(
            format!("{} DRILL ", glyph(look, Meaning::Drill)),
            style(Meaning::Drill).add_modifier(Modifier::BOLD),
        ));
    }
    let left = usize::from(area.width).saturating_sub(paint::width(&pieces) + paint::width(&link));
    if !said(&shown.title) {
        pieces.push(Piece::new(&shown.title, style(Meaning::Strong)).cut(left));
    }
    paint::left(&pieces, paint::row(area, 0), buf);
    paint::right(&link, paint::row(area, 0), buf);
    1
}

/// Who has which role, and beside them what falls due: in a row, or two. What falls due gives way to
/// nobody.
fn people(shown: &Incident, due: &[Piece], look: &Look<'_>, area: Rect, buf: &mut Buffer) -> u16 {
    let width = usize::from(area.width);
    let due_cells = paint::width(due);
    let mut rows: Vec<Vec<Piece>> = vec![Vec::new()];
    for each in who(shown, look) {
        let Some(last) = rows.last_mut() else { break };
        // The last row that there may be has what falls due in it.
        if paint::width(last) + paint::width(&each) <= width {
            last.extend(each);
        } else {
            rows.push(each);
        }
    }
    rows.truncate(PEOPLE_ROWS);
    let crowded = |row: &Vec<Piece>| due_cells > 0 && paint::width(row) + due_cells > width;
    if rows.last().is_some_and(crowded) && rows.len() < PEOPLE_ROWS {
        rows.push(Vec::new());
    }
    let last = rows.len().saturating_sub(1);
    for (at, row) in rows.iter().enumerate() {
        let place = paint::row(area, u16::try_from(at).unwrap_or(u16::MAX));
        let room = if at == last {
            width.saturating_sub(due_cells)
        } else {
            width
        };
        let room = u16::try_from(room).unwrap_or(place.width).min(place.width);
        paint::left(
            row,
            Rect {
                width: room,
                ..place
            },
            buf,
        );
        if at == last {
            paint::right(due, place, buf);
        }
    }
    u16::try_from(rows.len()).unwrap_or(u16::MAX)
}

/// Each role with who has it and whom it is offered to, vacancies first: they are what is cut last.
fn who(shown: &Incident, look: &Look<'_>) -> Vec<Vec<Piece>> {
    let style = |meaning| look.theme.style(meaning);
    if shown.status == Status::Triage {
        let said = "waits to be declared";
        return vec![vec![Piece::new(said, style(Meaning::Warning))]];
    }
    let others = shown.roles.keys();
    let others = others.filter(|role| !Role::STANDARD.contains(role));
    let mut roles: Vec<&Role> = Role::STANDARD.iter().chain(others).collect();
    roles.sort_by_key(|role| shown.holder(role).is_some());
    let arrow = if look.ascii { "->" } else { "→" };
    let mut all = Vec::new();
    for role in roles {
        let (name, meaning) = match shown.holder(role) {
            Some(person) => (person.as_str(), Meaning::Person),
            None if shown.status.is_live() => ("VACANT", Meaning::Vacant),
            None => continue,
        };
        let mut one = vec![
            Piece::new(format!("{} ", role.short()), style(Meaning::Muted)),
            Piece::new(name, style(meaning)),
        ];
        let offer = shown.offer_of(role);
        if let Some(offer) = offer.filter(|offer| offer.stands(look.now)) {
            let said = format!(" {arrow} {} offered", offer.to);
            one.push(Piece::new(said, style(Meaning::Muted)));
        }
        one.push(Piece::new("   ", style(Meaning::Muted)));
        all.push(one);
    }
    all
}
