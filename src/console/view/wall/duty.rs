//! What a wall has that nobody operates: where its picture stands now, how old it is, and the calm
//! screen while nothing is open.

use super::letters;
use crate::client::Link;
use crate::console::app::{App, Screen};
use crate::console::panes::Look;
use crate::console::text::{Zone, age, clock_hms};
use crate::console::theme::Meaning;
use crate::console::view::header;
use crate::console::view::paint::{self, Piece, glyph};
use crate::incident::{IncidentId, Summary, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// How long the picture stands in one place.
const STANDS_SECONDS: i64 = 180;
/// Where it stands, one after the other, in cells: never far, and no cell is bright all day.
const PLACES: [(u16, u16); 6] = [(0, 0), (1, 0), (2, 0), (2, 1), (1, 1), (0, 1)];

/// A screen of fewer rows has none to spare for a large word.
const SMALL_FROM: u16 = 20;

/// The part of the screen that the picture has now. What is around it stays dark.
pub(super) fn place(size: Rect, now: Timestamp) -> Rect {
    let turn = now.timestamp().div_euclid(STANDS_SECONDS);
    let turn = usize::try_from(turn).unwrap_or(0) % PLACES.len();
    let (right, down) = PLACES.get(turn).copied().unwrap_or_default();
    Rect {
        x: size.x + right,
        y: size.y + down,
        width: size.width.saturating_sub(2),
        height: size.height.saturating_sub(1),
    }
}

/// Says large that the picture is old, how old, and of when; answers how many rows that took.
pub(super) fn stale(app: &App, look: &Look<'_>, area: Rect, large: bool, buf: &mut Buffer) -> u16 {
    let Link::Stale { since, why, .. } = app.client.link() else {
        return 0;
    };
    let style = look
        .theme
        .style(Meaning::Stale)
        .add_modifier(Modifier::BOLD);
    let age = clock_hms(look.now - *since);
    let shows = format!("this screen shows {} UTC", Zone::Utc.hms(*since));
    let area = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        ..area
    };
    let why = Piece::new(why, look.theme.style(Meaning::Muted));
    let word = "STALE";
    let beside = letters::width(word).unwrap_or(0) + letters::GAP;
    let beside = u16::try_from(beside).unwrap_or(u16::MAX);
    if large {
        letters::draw(&format!("{word} {age}"), style, false, area, buf);
        let said = [Piece::new(format!("{shows}  "), style), why];
        paint::left(&said, paint::row(area, letters::ROWS), buf);
        return letters::ROWS + 2;
    }
    if look.ascii || area.height < SMALL_FROM {
        let sign = glyph(look, Meaning::Stale);
        let said = Piece::new(format!("{sign} {word} {age} – {shows}"), style);
        paint::left(&[said], paint::row(area, 0), buf);
        return 1;
    }
    letters::draw(word, style, false, area, buf);
    let right = Rect {
        x: area.x + beside.min(area.width),
        width: area.width.saturating_sub(beside),
        ..area
    };
    let rows = [Piece::new(age, style), Piece::new(shows, style), why];
    for (piece, at) in rows.into_iter().zip(0..letters::ROWS) {
        paint::left(&[piece], paint::row(right, at), buf);
    }
    letters::ROWS
}

fn centre(pieces: &[Piece], area: Rect, row: u16, buf: &mut Buffer) {
    let cells = u16::try_from(paint::width(pieces)).unwrap_or(u16::MAX);
    let mut place = paint::row(area, row);
    place.x += area.width.saturating_sub(cells) / 2;
    place.width = place.width.min(cells);
    paint::left(pieces, place, buf);
}

/// What is shown first, once it is here: the one that was named, or the most urgent.
fn awaited(app: &App) -> Option<IncidentId> {
    if let Screen::Incident(screen) = &app.screen {
        return Some(screen.id);
    }
    let open = app.client.board();
    let open = open.filter(|line| line.status.is_open() && !line.private);
    open.min_by_key(|line| line.urgency()).map(|line| line.id)
}

/// No incident can be shown: says calmly whether that is because none is open, or why else.
pub(super) fn empty(app: &App, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let style = |meaning| look.theme.style(meaning);
    let middle = area.height / 3;
    let awaited = awaited(app);
    if !app.client.link().is_live() && (awaited.is_some() || app.client.board().next().is_none()) {
        let said = "The incidents come as soon as the server answers. It is tried for ever.";
        return centre(&[Piece::new(said, style(Meaning::Text))], area, middle, buf);
    }
    let Some(id) = awaited else {
        return quiet(app, look, area, buf);
    };
    let mut words = Vec::new();
    if let Some(line) = app.client.board().find(|line| line.id == id) {
        words = vec![
            Piece::new(
                format!("{}  ", header::severity_word(line.severity)),
                style(header::severity_meaning(line.severity)),
            ),
            Piece::new(format!("{id} "), style(Meaning::Accent)),
            Piece::new(&line.title, style(Meaning::Text)).cut(usize::from(area.width) / 2),
        ];
    }
    centre(&words, area, middle, buf);
    let said = format!("{id} is on its way from the server.");
    let said = Piece::new(said, style(Meaning::Muted));
    centre(&[said], area, middle + 2, buf);
}

/// What is private is on no wall, whoever's console it is.
pub(super) fn private(look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let said = "This incident is private, and is not shown on a wall.";
    let said = Piece::new(said, look.theme.style(Meaning::Text));
    centre(&[said], area, area.height / 3, buf);
}

/// Nothing is open: says so, and what was last.
fn quiet(app: &App, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let style = |meaning| look.theme.style(meaning);
    let middle = area.height / 3;
    let said = "ALL QUIET";
    let columns = letters::width(said).and_then(|cells| u16::try_from(cells).ok());
    match columns.filter(|columns| *columns <= area.width && !look.ascii) {
        Some(columns) => {
            let place = Rect {
                x: area.x + (area.width - columns) / 2,
                y: area.y + middle,
                width: columns,
                height: letters::ROWS.min(area.height.saturating_sub(middle)),
            };
            letters::draw(said, style(Meaning::Muted), false, place, buf);
        }
        None => centre(&[Piece::new(said, style(Meaning::Good))], area, middle, buf),
    }
    let ended = |line: &&Summary| line.resolved_at.unwrap_or(line.changed_at);
    let shown = app.client.board().filter(|line| !line.private);
    let Some(last) = shown.max_by_key(ended) else {
        let none = [Piece::new("no incident so far", style(Meaning::Muted))];
        return centre(&none, area, middle + letters::ROWS + 1, buf);
    };
    let since = age(look.now - ended(&last));
    let words = [
        Piece::new("last incident ", style(Meaning::Muted)),
        Piece::new(format!("{} ", last.id), style(Meaning::Accent)),
        Piece::new(&last.title, style(Meaning::Text)).cut(usize::from(area.width) / 2),
        Piece::new(
            format!(
                "  {} {}, {since} ago",
                header::severity_word(last.severity),
                last.status.name()
            ),
            style(Meaning::Muted),
        ),
    ];
    centre(&words, area, middle + letters::ROWS + 1, buf);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_moves_by_the_clock_and_stays_on_the_screen() {
        let size = Rect::new(0, 0, 120, 34);
        let start: Timestamp = "2026-11-24T14:00:00Z".parse().unwrap();
        let at = |minutes| place(size, start + chrono::TimeDelta::minutes(minutes));
        let all: Vec<Rect> = (0..18).map(at).collect();
        assert!(all.iter().all(|place| size.intersection(*place) == *place));
        assert_eq!(at(0), at(2));
        for turns in all.chunks(3).collect::<Vec<_>>().windows(2) {
            assert_ne!(turns[0][0], turns[1][0], "it moves every three minutes");
        }
    }
}
