//! What a wall has that nobody operates: where its picture stands now, how old it is, the calm screen
//! while nothing is open, and its foot.

use super::{column, letters};
use crate::client::Link;
use crate::console::app::App;
use crate::console::keymap::{Action, Context};
use crate::console::panes::Look;
use crate::console::text::{Zone, age, clock_hms};
use crate::console::theme::Meaning;
use crate::console::view::header;
use crate::console::view::paint::{self, Piece, glyph};
use crate::incident::{Summary, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

/// How long the picture stands in one place.
const STANDS_SECONDS: i64 = 180;
/// Where it stands, one after the other, in cells: never far, and no cell is bright all day.
const PLACES: [(u16, u16); 6] = [(0, 0), (1, 0), (2, 0), (2, 1), (1, 1), (0, 1)];

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
    let old = format!("STALE {}", clock_hms(look.now - *since));
    let shows = format!("this screen shows {} UTC", Zone::Utc.hms(*since));
    let area = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        ..area
    };
    if !large {
        let sign = glyph(look, Meaning::Stale);
        let said = Piece::new(format!("{sign} {old} – {shows}"), style);
        paint::left(&[said], paint::row(area, 0), buf);
        return 1;
    }
    letters::draw(&old, style, false, area, buf);
    let said = [
        Piece::new(format!("{shows}  "), style),
        Piece::new(why, look.theme.style(Meaning::Muted)),
    ];
    paint::left(&said, paint::row(area, letters::ROWS), buf);
    letters::ROWS + 2
}

/// Nothing is open: says so calmly, and what was last.
pub(super) fn quiet(app: &App, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let style = |meaning| look.theme.style(meaning);
    let centre = |pieces: Vec<Piece>, row: u16, buf: &mut Buffer| {
        let cells = u16::try_from(paint::width(&pieces)).unwrap_or(u16::MAX);
        let mut place = paint::row(area, row);
        place.x += area.width.saturating_sub(cells) / 2;
        place.width = place.width.min(cells);
        paint::left(&pieces, place, buf);
    };
    let middle = area.height / 3;
    if !app.client.link().is_live() && app.client.board().next().is_none() {
        let said = "The incidents come as soon as the server answers. It is tried for ever.";
        return centre(vec![Piece::new(said, style(Meaning::Text))], middle, buf);
    }
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
        None => centre(vec![Piece::new(said, style(Meaning::Good))], middle, buf),
    }
    let ended = |line: &&Summary| line.resolved_at.unwrap_or(line.changed_at);
    let Some(last) = app.client.board().max_by_key(ended) else {
        let none = vec![Piece::new("no incident so far", style(Meaning::Muted))];
        return centre(none, middle + letters::ROWS + 1, buf);
    };
    let since = age(look.now - ended(&last));
    let words = vec![
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
    centre(words, middle + letters::ROWS + 1, buf);
}

/// The last row: what else is open, the time, and the keys that do something.
pub(super) fn foot(app: &App, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let muted = look.theme.style(Meaning::Muted);
    let hint = |action| {
        look.keymap
            .hint(action, &[Context::Incident, Context::Global])
    };
    let utc = Zone::Utc.hms(look.now);
    let own = match look.zone {
        Zone::Utc => String::new(),
        zone => format!(" · {} {}", zone.hms(look.now), zone.name(look.now)),
    };
    let keys = format!("{} leaves", hint(Action::Quit));
    let end = [Piece::new(format!("{utc} UTC{own} · {keys} "), muted)];
    let left = usize::from(area.width).saturating_sub(paint::width(&end) + 1);
    let shown = app.open().map(|(screen, _)| screen.id);
    let mut others: Vec<&Summary> = app.client.board().collect();
    others.retain(|line| line.status.is_open() && Some(line.id) != shown);
    others.sort_by_key(|line| line.urgency());
    let mut pieces = Vec::new();
    for (at, line) in others.iter().enumerate() {
        let meaning = header::severity_meaning(line.severity);
        let word = header::severity_word(line.severity);
        // The word alone: a patch of colour would burn in.
        let style = look.theme.style(meaning);
        let mut ink = Style::new();
        ink.fg = style.bg.or(style.fg);
        let next = [
            Piece::new(format!(" {word} "), ink),
            Piece::new(format!("{} ", line.id), muted),
            Piece::new(&line.title, muted).cut(24),
        ];
        let more = format!(" and {} more", others.len() - at);
        if paint::width(&pieces) + paint::width(&next) + more.len() > left {
            pieces.push(Piece::new(more, muted));
            break;
        }
        pieces.extend(next);
    }
    column(&[pieces], area, buf);
    paint::right(&end, area, buf);
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
