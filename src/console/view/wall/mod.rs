//! The wall: what a room full of people reads from afar. Calm, large, and it takes no keys but
//! those of the program.

mod beside;
mod due;
mod duty;
mod foot;
mod head;
mod large;
mod letters;

use super::paint::{self, Piece, glyph};
use crate::client::{Link, Room};
use crate::console::app::App;
use crate::console::layout::TWO_COLUMNS;
use crate::console::panes::Look;
use crate::console::text::{age, countdown, pad_left, pad_right, visible_line, wrap};
use crate::console::theme::Meaning;
use crate::incident::{AlertState, Ask, Entry, EntryKind, Incident};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// Draws the wall on duty: the whole screen, a little further on every few minutes.
pub(super) fn on_duty(app: &App, buf: &mut Buffer) {
    let look = app.look(false);
    let size = duty::place(app.size, app.now);
    match app.open() {
        Some((_, room)) => draw(app, room, size, buf),
        None => {
            let large = head::is_large(size, &look);
            duty::stale(app, &look, size, large, buf);
            duty::empty(app, &look, size, buf);
        }
    }
    let last = paint::row(size, size.height.saturating_sub(1));
    foot::draw(app, &look, last, buf);
}

/// Draws the wall above the footer. What nothing is heard of is a picture of the moment at which that
/// began: it is dim, and no clock on it runs on.
pub(super) fn draw(app: &App, room: &Room, size: Rect, buf: &mut Buffer) {
    let mut look = app.look(false);
    if room.shown().private.is_some() {
        return duty::private(&look, size, buf);
    }
    let large = head::is_large(size, &look);
    let old = duty::stale(app, &look, size, large, buf);
    let still = match app.client.link() {
        Link::Stale { since, .. } => Some(*since),
        _ => None,
    };
    look.now = still.unwrap_or(look.now);
    let under = paint_from(size, old);
    let head = head::draw(app, room, &look, (under, large, still.is_some()), buf);
    rule(&look, paint::row(under, head), buf);
    let body = Rect {
        x: under.x + 1,
        y: under.y + head + 1,
        width: under.width.saturating_sub(2),
        height: under.height.saturating_sub(head + 2),
    };
    draw_body(app, room.shown(), &look, (body, still.is_some()), buf);
    if still.is_some() {
        let dim = look.theme.style(Meaning::Muted);
        buf.set_style(under, dim.remove_modifier(Modifier::BOLD));
    }
}

/// Draws what happened last and what stands beside it.
fn draw_body(
    app: &App,
    shown: &Incident,
    look: &Look<'_>,
    (body, still): (Rect, bool),
    buf: &mut Buffer,
) {
    if body.width >= TWO_COLUMNS {
        let side = Rect {
            x: body.right() - body.width * 2 / 5,
            width: body.width * 2 / 5,
            ..body
        };
        let body = Rect {
            width: body.width - side.width - 2,
            ..body
        };
        let lines = right(app, shown, look, (usize::from(side.width), still));
        column(&lines, side, buf);
        column(&entries(shown, look, body), body, buf);
    } else {
        let mut lines = urgent(shown, look, (usize::from(body.width), still));
        let taken = u16::try_from(lines.len()).unwrap_or(0).min(body.height / 2);
        lines.truncate(usize::from(taken));
        column(&lines, body, buf);
        let rest = Rect {
            y: body.y + taken,
            height: body.height - taken,
            ..body
        };
        column(&entries(shown, look, rest), rest, buf);
    }
}

fn paint_from(area: Rect, at: u16) -> Rect {
    Rect {
        y: area.y.saturating_add(at).min(area.bottom()),
        height: area.height.saturating_sub(at),
        ..area
    }
}

fn column(lines: &[Vec<Piece>], area: Rect, buf: &mut Buffer) {
    for (line, at) in lines.iter().zip(0..area.height) {
        paint::left(line, paint::row(area, at), buf);
    }
}

fn rule(look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let line = if look.ascii { "-" } else { "─" };
    let piece = Piece::new(
        line.repeat(usize::from(area.width)),
        look.theme.style(Meaning::Border),
    );
    paint::left(&[piece], area, buf);
}

/// The newest entries, newest first, as many as fit: each with its words in up to three rows.
fn entries(shown: &Incident, look: &Look<'_>, area: Rect) -> Vec<Vec<Piece>> {
    const BEFORE: usize = 12;
    let style = |meaning| look.theme.style(meaning);
    let mut lines = vec![vec![Piece::new("Latest", style(Meaning::Title))]];
    if shown.recent.is_empty() {
        let said = "What happens is shown here as it is written down.";
        lines.push(vec![Piece::new(said, style(Meaning::Placeholder))]);
    }
    let width = usize::from(area.width).saturating_sub(BEFORE);
    // Anyone who passes by reads a wall, whoever's console it is.
    let told = |entry: &&Entry| !entry.marks.private && entry.kind != EntryKind::Hidden;
    for entry in shown.recent.iter().rev().filter(told) {
        let words = entry_lines(entry, width, look);
        // One that is cut off by the edge would read as if that were all.
        if lines.len() + words.len() > usize::from(area.height) {
            break;
        }
        lines.extend(words);
    }
    lines
}

fn entry_lines(entry: &Entry, width: usize, look: &Look<'_>) -> Vec<Vec<Piece>> {
    const ROWS: usize = 3;
    let style = |meaning| look.theme.style(meaning);
    let meaning = entry_meaning(entry.kind);
    // What was done to the incident mostly says by itself who did it.
    let said = entry.told();
    let said = if said.starts_with(entry.by.as_str()) {
        said.to_string()
    } else {
        format!("{}: {said}", entry.by)
    };
    let said = visible_line(&said);
    let words = if entry.marks.retracted.is_some() {
        Meaning::Retracted
    } else {
        Meaning::Text
    };
    let rows = wrap(&said, width);
    let more = rows.len() > ROWS;
    rows.into_iter()
        .take(ROWS)
        .enumerate()
        .map(|(at, line)| {
            let head = if at == 0 {
                format!("{} ", look.zone.hms(entry.occurred_at))
            } else {
                " ".repeat(9)
            };
            let sign = if at == 0 { glyph(look, meaning) } else { " " };
            vec![
                Piece::new(head, style(Meaning::Time)),
                Piece::new(format!("{sign} "), style(meaning)),
                if more && at == ROWS - 1 {
                    Piece::new(format!("{line} …"), style(words)).cut(width)
                } else {
                    Piece::new(line, style(words))
                },
            ]
        })
        .collect()
}

/// How an entry's kind is drawn.
fn entry_meaning(kind: EntryKind) -> Meaning {
    match kind {
        EntryKind::Note => Meaning::Note,
        EntryKind::Decision => Meaning::Decision,
        EntryKind::Finding => Meaning::Finding,
        EntryKind::Hypothesis => Meaning::Hypothesis,
        EntryKind::Impact => Meaning::Impact,
        EntryKind::ActionTaken => Meaning::ActionTaken,
        EntryKind::CommandRun => Meaning::CommandRun,
        EntryKind::StatusUpdate | EntryKind::Report => Meaning::Update,
        EntryKind::Alert => Meaning::Alert,
        EntryKind::RoleChange => Meaning::Role,
        EntryKind::StatusChange | EntryKind::Incident => Meaning::Status,
        EntryKind::SeverityChange => Meaning::Severity,
        EntryKind::Ask | EntryKind::ActionItem => Meaning::Ask,
        EntryKind::RunbookStep => Meaning::Runbook,
        EntryKind::Link => Meaning::Link,
        EntryKind::ImportedChat => Meaning::Chat,
        EntryKind::Evidence => Meaning::Evidence,
        EntryKind::Outside => Meaning::Outside,
        EntryKind::Hidden => Meaning::Private,
        EntryKind::Unknown => Meaning::Unknown,
    }
}

/// What needs a hand now: how many alerts fire, overdue asks, and what was pinned last.
fn urgent(shown: &Incident, look: &Look<'_>, (width, still): (usize, bool)) -> Vec<Vec<Piece>> {
    const ASKS: usize = 4;
    const PINNED: usize = 3;
    let mut lines = Vec::new();
    if shown.firing() > 0 {
        let said = format!("{} of {} alerts fire", shown.firing(), shown.alerts.len());
        let sign = glyph(look, Meaning::Firing);
        let style = look.theme.style(Meaning::Firing);
        lines.push(vec![Piece::new(format!("{sign} {said}"), style)]);
    }
    let overdue = asks(shown, look, (width, still), true);
    let more = overdue.len().saturating_sub(ASKS);
    lines.extend(overdue.into_iter().take(ASKS));
    if more > 0 {
        let said = format!("  and {more} more asks are overdue");
        lines.push(vec![Piece::new(said, look.theme.style(Meaning::Overdue))]);
    }
    lines.extend(pinned(shown, None, look, width).into_iter().take(PINNED));
    if !lines.is_empty() {
        lines.push(Vec::new());
    }
    lines
}

fn asks(
    shown: &Incident,
    look: &Look<'_>,
    (width, still): (usize, bool),
    overdue: bool,
) -> Vec<Vec<Piece>> {
    let mut asks: Vec<&Ask> = shown
        .asks
        .iter()
        .filter(|ask| ask.state.is_open() && (!overdue || ask.is_overdue(look.now)))
        .collect();
    asks.sort_by_key(|ask| ask.due_at);
    asks.into_iter()
        .map(|ask| {
            let left = countdown(ask.due_at - look.now);
            // On a picture that stands still no countdown tells the truth.
            let (clock, meaning) = match (still, left.late) {
                (true, true) => ("OVERDUE".to_owned(), Meaning::Overdue),
                (true, false) => (format!("by {}", look.zone.hm(ask.due_at)), Meaning::Muted),
                (false, true) => (format!("OVERDUE {}", left.text), Meaning::Overdue),
                (false, false) => (left.text, Meaning::Muted),
            };
            let clock = pad_left(&clock, 16);
            let said = visible_line(&format!("{}: {}", ask.to, ask.text)).into_owned();
            vec![
                Piece::new(
                    format!("{} ", glyph(look, Meaning::Ask)),
                    look.theme.style(Meaning::Ask),
                ),
                Piece::new(
                    pad_right(&said, width.saturating_sub(18)),
                    look.theme.style(Meaning::Text),
                ),
                Piece::new(clock, look.theme.style(meaning)),
            ]
        })
        .collect()
}

/// What is pinned, but for the kind that is shown elsewhere.
fn pinned(
    shown: &Incident,
    but: Option<EntryKind>,
    look: &Look<'_>,
    width: usize,
) -> Vec<Vec<Piece>> {
    shown
        .pinned
        .values()
        .rev()
        .filter(|entry| !entry.marks.private && Some(entry.kind) != but)
        .map(|entry| {
            vec![
                Piece::new(
                    format!("{} ", glyph(look, Meaning::Pinned)),
                    look.theme.style(Meaning::Pinned),
                ),
                Piece::new(
                    format!("{} ", look.zone.hm(entry.occurred_at)),
                    look.theme.style(Meaning::Time),
                ),
                Piece::new(entry.told(), look.theme.style(Meaning::Text))
                    .cut(width.saturating_sub(8)),
            ]
        })
        .collect()
}

/// The right column: decisions and updates, signals, pinned, asks, alerts.
fn right(
    app: &App,
    shown: &Incident,
    look: &Look<'_>,
    (width, still): (usize, bool),
) -> Vec<Vec<Piece>> {
    let title = |text: &str| vec![Piece::new(text, look.theme.style(Meaning::Title))];
    let nothing = |text: &str| vec![Piece::new(text, look.theme.style(Meaning::Placeholder))];
    let mut lines = Vec::new();
    let parts = [
        ("Decisions and updates", beside::said(shown, look, width)),
        (
            "Signals",
            beside::signals(app.client.live(), shown, look, width),
        ),
    ];
    for (name, part) in parts {
        if !part.is_empty() {
            lines.push(title(name));
            lines.extend(part);
            lines.push(Vec::new());
        }
    }
    let kept = pinned(shown, Some(EntryKind::Decision), look, width);
    if !kept.is_empty() {
        lines.push(title("Pinned"));
        lines.extend(kept);
        lines.push(Vec::new());
    }
    lines.push(title("Asks"));
    let open = asks(shown, look, (width, still), false);
    let line = app.client.board().find(|line| line.id == shown.id);
    match beside::counted(line, look).filter(|_| open.is_empty()) {
        Some(counted) => lines.push(counted),
        None if open.is_empty() => lines.push(nothing("nobody is asked for anything")),
        None => lines.extend(open),
    }
    lines.push(Vec::new());
    lines.push(title(&format!("Alerts · {} firing", shown.firing())));
    let firing = shown
        .alerts
        .values()
        .filter(|alert| alert.state == AlertState::Firing);
    if shown.firing() == 0 {
        lines.push(nothing("no alert fires"));
    }
    lines.extend(firing.map(|alert| {
        let said = format!("{} {}", alert.name, alert.summary);
        vec![
            Piece::new(
                format!("{} ", glyph(look, Meaning::Firing)),
                look.theme.style(Meaning::Firing),
            ),
            Piece::new(
                pad_right(&visible_line(&said), width.saturating_sub(8)),
                look.theme.style(Meaning::Text),
            ),
            Piece::new(
                pad_left(&age(look.now - alert.starts_at), 6),
                look.theme.style(Meaning::Muted),
            ),
        ]
    }));
    lines
}

#[cfg(test)]
mod tests;
