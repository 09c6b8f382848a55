//! The board: what waits in triage, what is live, what was over lately.

use super::header::badge;
use super::paint::{self, Piece, glyph};
use crate::console::app::{App, Board};
use crate::console::keymap::{Action, Context};
use crate::console::layout;
use crate::console::panes::{Look, Title};
use crate::console::text::{age, cells, countdown, pad_left, pad_right, visible_line};
use crate::console::theme::Meaning;
use crate::incident::{IncidentId, Status, Summary, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// From this width on a row has the service, the commander in full and the next update.
const WIDE: u16 = 110;

/// A line of the board.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BoardLine<'a> {
    /// What the incidents below it have in common.
    Section(&'static str),
    /// An incident.
    Incident(&'a Summary),
    /// Nothing.
    Blank,
}

/// The lines, in the client's order: triage newest first, live by severity, over lately.
#[must_use]
pub fn lines(app: &App) -> Vec<BoardLine<'_>> {
    let mut lines = Vec::new();
    let mut section = "";
    for summary in app.client.board() {
        let own = match summary.status {
            Status::Triage => "Triage: declare it, or decline it",
            status if status.is_live() => "Live",
            _ => "Over",
        };
        if own != section {
            if !lines.is_empty() {
                lines.push(BoardLine::Blank);
            }
            lines.push(BoardLine::Section(own));
            section = own;
        }
        lines.push(BoardLine::Incident(summary));
    }
    lines
}

/// The incident that the cursor is on: the first when it is on none that is there.
#[must_use]
pub fn current(app: &App, board: Board) -> Option<&Summary> {
    let at = |id| app.client.board().find(|summary| summary.id == id);
    board
        .cursor
        .and_then(at)
        .or_else(|| app.client.board().next())
}

/// Where the rows stand, and the first line that is shown.
#[must_use]
pub fn window(app: &App, board: Board) -> (Rect, usize) {
    let header = 1;
    let frame = Rect {
        y: app.size.y + header,
        height: app.size.height.saturating_sub(header + 1),
        ..app.size
    };
    let mut rows = layout::inside(frame);
    rows.y += 1;
    rows.height = rows.height.saturating_sub(1);
    let lines = lines(app);
    let fit = usize::from(rows.height);
    let cursor = current(app, board).map(|summary| summary.id);
    let at = lines
        .iter()
        .position(|line| matches!(line, BoardLine::Incident(s) if Some(s.id) == cursor))
        .unwrap_or(0);
    let most = lines.len().saturating_sub(fit);
    (rows, at.saturating_sub(fit / 2).min(most))
}

/// The incident that was drawn at this row of the screen.
#[must_use]
pub fn at_row(app: &App, board: Board, y: u16) -> Option<IncidentId> {
    let (rows, top) = window(app, board);
    let row = y.checked_sub(rows.y).filter(|row| *row < rows.height)?;
    match lines(app).get(top + usize::from(row))? {
        BoardLine::Incident(summary) => Some(summary.id),
        _ => None,
    }
}

/// Draws the board.
pub fn draw(app: &App, board: Board, buf: &mut Buffer) {
    let look = app.look(false);
    super::header::board(app, paint::row(app.size, 0), buf);
    let (rows, top) = window(app, board);
    let frame = Rect {
        y: app.size.y + 1,
        height: app.size.height.saturating_sub(2),
        ..app.size
    };
    let title = Title {
        left: "Incidents".to_owned(),
        right: format!("times in {}", look.zone.name(look.now)),
    };
    paint::frame(&title, &look, frame, buf);
    let lines = lines(app);
    if lines.is_empty() {
        empty(app, &look, layout::inside(frame), buf);
        return;
    }
    let columns = Columns::of(rows.width, &lines);
    paint::left(
        &columns.heading(&look),
        paint::row(layout::inside(frame), 0),
        buf,
    );
    let cursor = current(app, board).map(|summary| summary.id);
    for (line, at) in lines.iter().skip(top).zip(0..rows.height) {
        let place = paint::row(rows, at);
        match line {
            BoardLine::Blank => {}
            BoardLine::Section(name) => {
                let piece = Piece::new(format!(" {name}"), look.theme.style(Meaning::Muted));
                paint::left(&[piece], place, buf);
            }
            BoardLine::Incident(summary) => {
                let chosen = cursor == Some(summary.id);
                paint::left(&columns.row(summary, chosen, &look), place, buf);
                if chosen {
                    buf.set_style(
                        place.intersection(buf.area),
                        Style::new().patch(look.theme.style(Meaning::Selection)),
                    );
                    paint::left(&columns.row(summary, chosen, &look)[..2], place, buf);
                }
            }
        }
    }
}

/// An empty board says what it is for.
fn empty(app: &App, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let declare = look.keymap.hint(Action::Declare, &[Context::Board]);
    let said = if app.client.link().is_live() {
        vec![
            Piece::new("Nothing is on fire. ", look.theme.style(Meaning::Good)),
            Piece::new(
                "Alerts that nobody has declared and incidents that are open stand here. ",
                look.theme.style(Meaning::Text),
            ),
        ]
    } else {
        vec![Piece::new(
            "The incidents come as soon as the server answers. ",
            look.theme.style(Meaning::Text),
        )]
    };
    let middle = area.height / 3;
    let mut at = middle;
    for piece in said {
        let indent = area
            .width
            .saturating_sub(u16::try_from(piece.cells()).unwrap_or(u16::MAX))
            / 2;
        let mut place = paint::row(area, at);
        place.x += indent;
        place.width = place.width.saturating_sub(indent);
        paint::left(&[piece], place, buf);
        at += 1;
    }
    let hint = [
        Piece::new(declare, look.theme.style(Meaning::Key)),
        Piece::new(" declares one", look.theme.style(Meaning::Muted)),
    ];
    let cells = u16::try_from(paint::width(&hint)).unwrap_or(u16::MAX);
    let mut place = paint::row(area, at + 1);
    let indent = area.width.saturating_sub(cells) / 2;
    place.x += indent;
    place.width = place.width.saturating_sub(indent);
    paint::left(&hint, place, buf);
}

/// How many cells each column takes: as many as what stands in it, within bounds, so that the title
/// gets the rest.
struct Columns {
    wide: bool,
    id: usize,
    status: usize,
    title: usize,
    service: usize,
    commander: usize,
    next: usize,
}

const BADGE: usize = 8;
const AGE: usize = 5;
const FIRING: usize = 6;
/// When the next update is promised; for whom is beside that.
const NEXT: usize = 12;

impl Columns {
    fn of(width: u16, lines: &[BoardLine<'_>]) -> Self {
        let wide = width >= WIDE;
        let widest = |(least, most): (usize, usize), of: fn(&Summary) -> String| {
            let summaries = lines.iter().filter_map(|line| match line {
                BoardLine::Incident(summary) => Some(summary),
                _ => None,
            });
            let cells = summaries.map(|summary| cells(&visible_line(&of(summary))));
            cells.max().unwrap_or(0).clamp(least, most)
        };
        let name = |summary: &Summary| {
            let person = summary.commander.as_ref().map(ToString::to_string);
            person.unwrap_or_default()
        };
        let mut columns = Self {
            wide,
            id: widest((5, 9), |summary| summary.id.to_string()),
            status: widest((6, 13), |summary| summary.status.name().to_owned()),
            title: 0,
            service: 0,
            commander: widest((6, if wide { 16 } else { 9 }), name),
            next: 0,
        };
        if wide {
            let service = |summary: &Summary| summary.service.as_deref().unwrap_or("-").to_owned();
            columns.service = widest((7, 16), service);
            // By the names alone, so that no column jumps as time passes.
            columns.next = NEXT + widest((0, 10), whose);
        }
        let around = 2 + columns.id + 1 + BADGE + 1 + columns.status + 2;
        let after = columns.commander + 1 + AGE + 1 + FIRING;
        let more = if wide {
            columns.service + 1 + columns.next + 1
        } else {
            0
        };
        columns.title = usize::from(width).saturating_sub(around + after + more + 1);
        columns
    }

    fn heading(&self, look: &Look<'_>) -> Vec<Piece> {
        let mut text = format!(
            "  {} {} {} {} ",
            pad_right("ID", self.id),
            pad_right("Severity", BADGE),
            pad_right("Status", self.status),
            pad_right("Title", self.title),
        );
        if self.wide {
            text.push_str(&pad_right("Service", self.service));
            text.push(' ');
        }
        text.push_str(&format!(
            "{} {} {}",
            pad_right("IC", self.commander),
            pad_left("Age", AGE),
            pad_left("Firing", FIRING),
        ));
        if self.wide {
            text.push_str(&pad_left("Next update", self.next + 1));
        }
        vec![Piece::new(text, look.theme.style(Meaning::Muted))]
    }

    fn row(&self, summary: &Summary, chosen: bool, look: &Look<'_>) -> Vec<Piece> {
        let style = |meaning| look.theme.style(meaning);
        let over = summary.status.is_over();
        let text = style(if over { Meaning::Muted } else { Meaning::Text });
        let mark = if chosen {
            glyph(look, Meaning::Selection)
        } else {
            " "
        };
        let mut pieces = vec![
            Piece::new(
                format!("{mark} {} ", pad_right(&summary.id.to_string(), self.id)),
                text,
            ),
            if over {
                Piece::new(
                    pad_right(
                        &format!("   {}", super::header::severity_word(summary.severity)),
                        BADGE,
                    ),
                    text,
                )
            } else {
                badge(summary.severity, look)
            },
            Piece::new(" ", text),
            Piece::new(pad_right(summary.status.name(), self.status), text),
            Piece::new(" ", text),
        ];
        let drill = if summary.kind == crate::incident::Kind::Drill {
            "DRILL "
        } else {
            ""
        };
        pieces.push(Piece::new(drill, style(Meaning::Drill)));
        let private = if summary.private { "PRIVATE " } else { "" };
        pieces.push(Piece::new(private, style(Meaning::Strong)));
        let title = visible_line(&summary.title);
        pieces.push(Piece::new(
            pad_right(
                &title,
                self.title.saturating_sub(drill.len() + private.len()),
            ),
            style(if over {
                Meaning::Muted
            } else {
                Meaning::Strong
            }),
        ));
        pieces.push(Piece::new(" ", text));
        if self.wide {
            let service = summary.service.as_deref().unwrap_or("-");
            let service = visible_line(service);
            pieces.push(Piece::new(pad_right(&service, self.service), text));
            pieces.push(Piece::new(" ", text));
        }
        pieces.push(self.commander(summary, look));
        pieces.push(Piece::new(" ", text));
        pieces.push(Piece::new(
            pad_left(&self::age_of(summary, look), AGE),
            text,
        ));
        pieces.push(Piece::new(" ", text));
        pieces.push(firing(summary, look));
        if self.wide {
            let (text, meaning) = promised(summary, look.now);
            pieces.push(Piece::new(pad_left(&text, self.next + 1), style(meaning)));
        }
        pieces
    }

    fn commander(&self, summary: &Summary, look: &Look<'_>) -> Piece {
        let (name, meaning) = match &summary.commander {
            Some(person) => (person.as_str(), Meaning::Person),
            None if summary.status.is_live() => ("VACANT", Meaning::Vacant),
            None => ("-", Meaning::Muted),
        };
        let name = visible_line(name);
        Piece::new(pad_right(&name, self.commander), look.theme.style(meaning))
    }
}

/// How long it has been going on; once it is over, how long it lasted.
fn age_of(summary: &Summary, look: &Look<'_>) -> String {
    let since = summary.lasts_since();
    let until = if summary.status.is_over() {
        summary.resolved_at.unwrap_or(summary.changed_at)
    } else {
        look.now
    };
    age(until - since)
}

fn firing(summary: &Summary, look: &Look<'_>) -> Piece {
    let (text, meaning) = match (summary.firing, summary.alerts) {
        (_, 0) => ("-".to_owned(), Meaning::Muted),
        (0, all) => (format!("0/{all}"), Meaning::Muted),
        (firing, all) => (format!("{firing}/{all}"), Meaning::Firing),
    };
    Piece::new(pad_left(&text, FIRING), look.theme.style(meaning))
}

/// For whom the next update is, where that is not the organisation's own people.
fn whose(summary: &Summary) -> String {
    let live = summary.status.is_live();
    let audience = summary.next_update_for.filter(|_| live);
    audience.map_or_else(String::new, |audience| format!("{audience} "))
}

/// When the next update is promised, and to whom where that is not the organisation's own people; to
/// the minute, so that the board does not flicker.
fn promised(summary: &Summary, now: Timestamp) -> (String, Meaning) {
    let Some(at) = summary.next_update_at.filter(|_| summary.status.is_live()) else {
        return ("-".to_owned(), Meaning::Muted);
    };
    let whose = whose(summary);
    if countdown(at - now).late {
        let late = age(now - at);
        (format!("{whose}OVERDUE {late}"), Meaning::Overdue)
    } else {
        (format!("{whose}in {}", age(at - now)), Meaning::Text)
    }
}
