//! The head of the wall: how bad, where it stands, how long already, what falls due, who.

use super::{letters, paint_from};
use crate::client::Room;
use crate::console::app::App;
use crate::console::panes::Look;
use crate::console::text::{clock_hms, countdown};
use crate::console::theme::Meaning;
use crate::console::view::header;
use crate::console::view::paint::{self, Piece, glyph};
use crate::incident::{Audience, Incident, Role, Status};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

/// From this size on everything that counts is in large letters. A smaller screen that fills a wall
/// has large cells by itself.
const LARGE_FROM: (u16, u16) = (100, 32);

/// A line of large letters: what stands at its left, and at its right.
struct Line {
    left: Vec<(String, Style)>,
    right: Option<(String, Style)>,
}

/// Draws the head; answers how many rows it took.
pub(super) fn draw(app: &App, room: &Room, look: &Look<'_>, size: Rect, buf: &mut Buffer) -> u16 {
    let shown = room.shown();
    let area = Rect {
        x: size.x + 1,
        width: size.width.saturating_sub(2),
        ..size
    };
    // On a screen that also has to say how old its picture is, there is less room.
    let large = is_large(size, look);
    let mut at = 0;
    if large {
        for line in lines(shown, look, usize::from(area.width)) {
            let row = Rect {
                y: area.y + at,
                height: letters::ROWS.min(area.height.saturating_sub(at)),
                ..area
            };
            let mut place = row;
            for (text, style) in &line.left {
                letters::draw(text, *style, false, place, buf);
                let taken = letters::width(text).map_or(0, |cells| cells + 4);
                let taken = u16::try_from(taken).unwrap_or(u16::MAX).min(place.width);
                place.x += taken;
                place.width -= taken;
            }
            if let Some((text, style)) = &line.right {
                letters::draw(text, *style, true, row, buf);
            }
            at += letters::ROWS + 1;
        }
    } else {
        at += small(shown, look, area, buf);
    }
    at + facts(app, room, look, large, paint_from(area, at), buf)
}

/// Whether what counts is drawn in large letters on a screen of this size.
pub(super) fn is_large(size: Rect, look: &Look<'_>) -> bool {
    size.width >= LARGE_FROM.0 && size.height >= LARGE_FROM.1 && !look.ascii
}

/// How long it has lasted, and how that is drawn.
fn clock(shown: &Incident, look: &Look<'_>) -> (String, Style) {
    let (since, until) = header::span(shown, look.now);
    let meaning = if shown.status.is_open() {
        Meaning::Strong
    } else {
        Meaning::Muted
    };
    (clock_hms(until - since), look.theme.style(meaning))
}

/// What must be seen from afar, in as few lines as the width allows.
fn lines(shown: &Incident, look: &Look<'_>, width: usize) -> Vec<Line> {
    let style = |meaning| look.theme.style(meaning);
    let severity = (
        header::severity_word(shown.severity),
        style(header::severity_meaning(shown.severity)),
    );
    let status = (shown.status.name().to_uppercase(), style(Meaning::Strong));
    let clock = clock(shown, look);
    let needs = |text: &str| letters::width(text).unwrap_or(usize::MAX / 8) + 4;
    let together = needs(&severity.0) + needs(&status.0) + needs(&clock.0) <= width;
    let mut lines = if together {
        vec![Line {
            left: vec![severity, status],
            right: Some(clock),
        }]
    } else {
        vec![
            Line {
                left: vec![severity],
                right: Some(clock),
            },
            Line {
                left: vec![status],
                right: None,
            },
        ]
    };
    if title_fits(shown, width) {
        lines.push(Line {
            left: vec![(shown.title.to_string(), style(Meaning::Text))],
            right: None,
        });
    }
    lines.extend(alarms(shown, look, width));
    lines
}

/// Whether the title can be in large letters.
fn title_fits(shown: &Incident, width: usize) -> bool {
    letters::width(&shown.title).is_some_and(|cells| cells <= width)
}

/// What someone in the room has to do something about, now or next.
fn alarms(shown: &Incident, look: &Look<'_>, width: usize) -> Option<Line> {
    let style = |meaning| look.theme.style(meaning);
    let mut said: Vec<(String, Style)> = Vec::new();
    if shown.is_drill() {
        said.push(("DRILL".to_owned(), style(Meaning::Drill)));
    }
    if shown
        .vacancies()
        .any(|role| *role == Role::IncidentCommander)
        && shown.status.is_live()
    {
        said.push(("IC VACANT".to_owned(), style(Meaning::Vacant)));
    }
    if let Some((late, left)) = update(shown, look) {
        let whose = whose(shown).to_uppercase();
        said.push(match (late, &*whose) {
            (true, "") => (format!("UPDATE OVERDUE {left}"), style(Meaning::Overdue)),
            (true, _) => (
                format!("{whose} UPDATE OVERDUE {left}"),
                style(Meaning::Overdue),
            ),
            (false, "") => (format!("NEXT UPDATE {left}"), style(Meaning::Muted)),
            (false, _) => (format!("{whose} UPDATE {left}"), style(Meaning::Muted)),
        });
    }
    if let Some(overdue) = overdue(shown, look) {
        said.push((overdue.to_uppercase(), style(Meaning::Overdue)));
    }
    let cells = |said: &[(String, Style)]| -> usize {
        let each = said
            .iter()
            .map(|(text, _)| letters::width(text).unwrap_or(0) + 4);
        each.sum()
    };
    while said.len() > 1 && cells(&said) > width {
        said.pop();
    }
    (!said.is_empty()).then_some(Line {
        left: said,
        right: None,
    })
}

/// For whom the next update is, where that is not the organisation's own people.
fn whose(shown: &Incident) -> String {
    match shown.next_promise() {
        Some((audience, _)) if audience != Audience::Internal => audience.to_string(),
        _ => String::new(),
    }
}

/// Whether the update that was promised is late, and by how much or how long it has.
fn update(shown: &Incident, look: &Look<'_>) -> Option<(bool, String)> {
    let at = shown.next_update_at.filter(|_| shown.status.is_live())?;
    let left = countdown(at - look.now);
    Some((left.late, left.text))
}

/// Where large letters have no room for everything: the severity and the clock.
fn small(shown: &Incident, look: &Look<'_>, area: Rect, buf: &mut Buffer) -> u16 {
    let meaning = header::severity_meaning(shown.severity);
    let word = header::severity_word(shown.severity);
    let style = look.theme.style(meaning);
    let (clock, clock_style) = clock(shown, look);
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

/// What it is, what falls due, who has which role, and whether all of this is so now.
fn facts(
    app: &App,
    room: &Room,
    look: &Look<'_>,
    large: bool,
    area: Rect,
    buf: &mut Buffer,
) -> u16 {
    let shown = room.shown();
    let style = |meaning| look.theme.style(meaning);
    let link = header::link(app, Some(room), look);
    let mut first = Vec::new();
    if !large {
        let status = shown.status.name().to_uppercase();
        first.push(Piece::new(format!("{status}  "), style(Meaning::Strong)));
    }
    first.push(Piece::new(format!("{} ", shown.id), style(Meaning::Accent)));
    if shown.is_drill() {
        first.push(Piece::new(
            format!("{} DRILL ", glyph(look, Meaning::Drill)),
            style(Meaning::Drill).add_modifier(Modifier::BOLD),
        ));
    }
    let left = usize::from(area.width).saturating_sub(paint::width(&first) + paint::width(&link));
    if !(large && title_fits(shown, usize::from(area.width))) {
        first.push(Piece::new(&shown.title, style(Meaning::Strong)).cut(left));
    }
    paint::left(&first, paint::row(area, 0), buf);
    paint::right(&link, paint::row(area, 0), buf);
    let second = paint::row(area, 1);
    let due = if large { Vec::new() } else { due(shown, look) };
    let room_left = usize::from(second.width).saturating_sub(paint::width(&due));
    let mut people = who(shown, look);
    // A role is left out whole, its name and its holder.
    while paint::width(&people) > room_left && people.len() >= 2 {
        people.truncate(people.len() - 2);
    }
    paint::left(&people, second, buf);
    paint::right(&due, second, buf);
    2
}

/// How many asks are overdue.
fn overdue(shown: &Incident, look: &Look<'_>) -> Option<String> {
    match shown.overdue_asks(look.now).len() {
        0 => None,
        1 => Some("1 ask overdue".to_owned()),
        many => Some(format!("{many} asks overdue")),
    }
}

fn due(shown: &Incident, look: &Look<'_>) -> Vec<Piece> {
    let overdue = overdue(shown, look).map(|said| {
        let sign = glyph(look, Meaning::Overdue);
        Piece::new(
            format!("{sign} {said}  "),
            look.theme.style(Meaning::Overdue),
        )
    });
    let mut pieces: Vec<Piece> = overdue.into_iter().collect();
    let Some((late, left)) = update(shown, look) else {
        return pieces;
    };
    let whose = match whose(shown) {
        whose if whose.is_empty() => whose,
        whose => format!("{whose} "),
    };
    let (text, meaning) = if late {
        (format!("{whose}update OVERDUE {left}"), Meaning::Overdue)
    } else {
        (format!("next {whose}update in {left}"), Meaning::Text)
    };
    pieces.push(Piece::new(text, look.theme.style(meaning)));
    pieces
}

/// Pairs of a role and who has it, vacancies first: they are what is cut last.
fn who(shown: &Incident, look: &Look<'_>) -> Vec<Piece> {
    let style = |meaning| look.theme.style(meaning);
    if shown.status == Status::Triage {
        let said = "waits to be declared";
        return vec![Piece::new(said, style(Meaning::Warning))];
    }
    let mut roles: Vec<&Role> = Role::STANDARD.iter().collect();
    roles.sort_by_key(|role| shown.holder(role).is_some());
    let mut pieces = Vec::new();
    for role in roles {
        let (name, meaning) = match shown.holder(role) {
            Some(person) => (person.as_str().to_owned(), Meaning::Person),
            None if shown.status.is_live() => ("VACANT".to_owned(), Meaning::Vacant),
            None => continue,
        };
        pieces.push(Piece::new(
            format!("{} ", role.short()),
            style(Meaning::Muted),
        ));
        pieces.push(Piece::new(format!("{name}   "), style(meaning)));
    }
    pieces
}
