//! The header: what it is, how bad, how long, what falls due, and the truth about the connection.

mod alarms;

use super::paint::{self, Piece, glyph};
use super::past;
use crate::client::{Link, Room};
use crate::console::app::App;
use crate::console::panes::Look;
use crate::console::text::{cells, clock_hms, visible_line};
use crate::console::theme::Meaning;
use crate::incident::{Incident, Milestone, Severity, Status, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// What a severity is drawn as.
#[must_use]
pub fn severity_meaning(severity: Option<Severity>) -> Meaning {
    match severity {
        Some(Severity::Sev1) => Meaning::Sev1,
        Some(Severity::Sev2) => Meaning::Sev2,
        Some(Severity::Sev3) => Meaning::Sev3,
        Some(Severity::Sev4) => Meaning::Sev4,
        None => Meaning::SevUnset,
    }
}

/// The severity in four cells: `SEV1`, or `SEV?` while it is unset.
#[must_use]
pub fn severity_word(severity: Option<Severity>) -> String {
    severity.map_or_else(|| "SEV?".to_owned(), |severity| severity.to_string())
}

/// The severity as a badge of eight cells, the only loud thing on the screen.
#[must_use]
pub fn badge(severity: Option<Severity>, look: &Look<'_>) -> Piece {
    let meaning = severity_meaning(severity);
    let style = look.theme.style(meaning);
    // What nobody has judged yet is no badge: it must not pass for one of the four.
    let style = if style.bg.is_some() || severity.is_none() {
        style
    } else {
        style.add_modifier(Modifier::REVERSED)
    };
    Piece::new(
        format!(" {} {} ", glyph(look, meaning), severity_word(severity)),
        style,
    )
}

/// Draws the header of an incident in one row or two.
pub fn incident(app: &App, room: &Room, area: Rect, buf: &mut Buffer) {
    let look = app.look(false);
    buf.set_style(area, look.theme.style(Meaning::Header));
    let shown = room.shown();
    let link = end(app, room, &look, area);
    let name = name(shown, &look);
    let status = status(shown, &look);
    let time = time(shown, &look);
    let me = app.client.me().map(|me| &me.person);
    if area.height < 2 {
        let before = [status, time].concat();
        let width = paint::width(&name) + paint::width(&before) + paint::width(&link);
        let beside = usize::from(area.width).saturating_sub(width + 1);
        let words = cells(&visible_line(&shown.title)).clamp(LEAST_TITLE, EASY_TITLE);
        let easy = beside.saturating_sub(words);
        let room = beside.saturating_sub(LEAST_TITLE);
        let tail = [before, alarms::alarms(shown, me, &look, (easy, room))].concat();
        one_row(shown, name, tail, &link, &look, area, buf);
        return;
    }
    one_row(
        shown,
        name,
        Vec::new(),
        &time,
        &look,
        paint::row(area, 0),
        buf,
    );
    let second = paint::row(area, 1);
    let room_left = usize::from(second.width).saturating_sub(paint::width(&link));
    let mut facts = status;
    let left = room_left.saturating_sub(paint::width(&facts));
    facts.extend(alarms::alarms(shown, me, &look, (left, left)));
    let others = alarms::other_vacancies(shown, &look);
    if paint::width(&facts) + paint::width(&others) <= room_left {
        facts.extend(others);
    }
    paint::left(&facts, second, buf);
    paint::right(&link, second, buf);
}

/// What stands at the right: the truth about the connection, and before it, where the past is
/// shown, the truth about that.
fn end(app: &App, room: &Room, look: &Look<'_>, area: Rect) -> Vec<Piece> {
    let mut pieces = Vec::new();
    // The badge, the incident's name and its status keep their places.
    const KEPT: usize = 30;
    let room_left = usize::from(area.width).saturating_sub(KEPT);
    if let Some(band) = past::band(app, look, room_left) {
        pieces.extend(band);
        if app.client.link().is_live() || app.client.recording().is_some() {
            return pieces;
        }
    }
    let live = app.live().map_or(room, |(_, room)| room);
    pieces.extend(link(app, Some(live), look));
    pieces
}

/// The title keeps this many cells, whatever else there is to say.
const LEAST_TITLE: usize = 8;

/// So many cells of the title are worth more than what only another person has to do something
/// about: enough to tell one incident from the next.
const EASY_TITLE: usize = 24;

/// The title takes what the rest leaves; the tail and the link stand at the right.
fn one_row(
    shown: &Incident,
    mut head: Vec<Piece>,
    tail: Vec<Piece>,
    link: &[Piece],
    look: &Look<'_>,
    area: Rect,
    buf: &mut Buffer,
) {
    let total = usize::from(area.width);
    let mut ending = tail;
    ending.extend(link.iter().cloned());
    let rest = total.saturating_sub(paint::width(&head) + paint::width(&ending) + 1);
    let title = Piece::new(&shown.title, look.theme.style(Meaning::Strong));
    head.push(title.cut(rest.max(LEAST_TITLE)));
    paint::left(&head, area, buf);
    paint::right(&ending, area, buf);
}

/// What says that not everyone sees it. A word: colour alone says nothing.
#[must_use]
pub fn private(look: &Look<'_>) -> Piece {
    let style = look.theme.style(Meaning::Strong);
    let said = format!(" {} PRIVATE ", glyph(look, Meaning::Private));
    Piece::new(said, style.add_modifier(Modifier::REVERSED))
}

fn name(shown: &Incident, look: &Look<'_>) -> Vec<Piece> {
    let mut pieces = vec![badge(shown.severity, look)];
    if shown.is_drill() {
        pieces.push(Piece::new(
            format!(" {} DRILL ", glyph(look, Meaning::Drill)),
            look.theme
                .style(Meaning::Drill)
                .add_modifier(Modifier::BOLD),
        ));
    }
    if shown.private.is_some() {
        pieces.push(private(look));
    }
    pieces.push(Piece::new(
        format!(" {} ", shown.id),
        look.theme.style(Meaning::Accent),
    ));
    pieces
}

fn status(shown: &Incident, look: &Look<'_>) -> Vec<Piece> {
    let word = shown.status.name().to_uppercase();
    let mut pieces = vec![Piece::new(
        format!(" {word} "),
        look.theme.style(Meaning::Status),
    )];
    if let Some(into) = shown.merged_into {
        pieces.push(Piece::new(
            format!("into {into} "),
            look.theme.style(Meaning::Muted),
        ));
    }
    pieces
}

/// From when to when the clock counts: since it began, until now or until it was over.
#[must_use]
pub fn span(shown: &Incident, now: Timestamp) -> (Timestamp, Timestamp) {
    let until = if shown.status.is_open() {
        now
    } else {
        let end = shown.milestones.at(Milestone::Resolved);
        end.unwrap_or(shown.changed_at)
    };
    (shown.lasts_since(), until)
}

/// The running clock; once it is over, how long it lasted.
fn time(shown: &Incident, look: &Look<'_>) -> Vec<Piece> {
    let strong = look.theme.style(Meaning::Strong);
    let muted = look.theme.style(Meaning::Muted);
    let (since, until) = span(shown, look.now);
    let (word, style) = match shown.status {
        status if status.is_open() => ("", strong),
        _ => ("lasted ", muted),
    };
    vec![
        Piece::new(format!(" {word}"), muted),
        Piece::new(clock_hms(until - since), style),
        Piece::new(" ", muted),
    ]
}

/// The truth about the connection.
#[must_use]
pub fn link(app: &App, room: Option<&Room>, look: &Look<'_>) -> Vec<Piece> {
    let mut words = Vec::new();
    let meaning = match app.client.link() {
        Link::Live if room.is_some_and(|room| !room.is_current()) => {
            words.push("catching up".to_owned());
            Meaning::Stale
        }
        Link::Live => {
            words.push("live".to_owned());
            if let Some(room) = room {
                words.push(format!("{} here", room.here().len()));
                words.extend(past::following(app));
            }
            Meaning::Live
        }
        Link::Connecting { why, retry_at, .. } => {
            words.push(match (why, retry_at) {
                (None, _) => "connecting".to_owned(),
                (Some(_), Some(_)) => "no connection, trying again".to_owned(),
                (Some(_), None) => "no connection".to_owned(),
            });
            Meaning::Stale
        }
        Link::Stale { since, .. } => {
            words.push(format!("stale since {}", look.zone.hms(*since)));
            Meaning::Stale
        }
    };
    let skew = app.client.skew().num_seconds();
    if skew != 0 && meaning == Meaning::Live {
        words.push(format!("clock {skew:+}s"));
    }
    let queued = app.client.queued();
    if queued > 0 && meaning == Meaning::Stale {
        words.push(format!("{queued} queued"));
    }
    let mut style = look.theme.style(meaning);
    if matches!(app.client.link(), Link::Stale { .. }) {
        // What is on the screen may be out of date: nobody may overlook that.
        style = style.add_modifier(Modifier::REVERSED | Modifier::BOLD);
    }
    vec![
        Piece::new(format!(" {} ", glyph(look, meaning)), style),
        Piece::new(format!("{} ", words.join(" · ")), style),
    ]
}

/// Draws the header of the board.
pub fn board(app: &App, area: Rect, buf: &mut Buffer) {
    let look = app.look(false);
    buf.set_style(area, look.theme.style(Meaning::Header));
    let (mut triage, mut live) = (0_usize, 0_usize);
    for summary in app.client.board() {
        triage += usize::from(summary.status == Status::Triage);
        live += usize::from(summary.status.is_live());
    }
    let first = paint::row(area, 0);
    let muted = look.theme.style(Meaning::Muted);
    let strong = look.theme.style(Meaning::Strong);
    let waiting = look.theme.style(if triage > 0 {
        Meaning::Warning
    } else {
        Meaning::Muted
    });
    let head = [
        Piece::new(" warroom ", look.theme.style(Meaning::Accent)),
        Piece::new(" ", muted),
        Piece::new(
            format!("{live} live"),
            if live > 0 { strong } else { muted },
        ),
        Piece::new(" · ", muted),
        Piece::new(format!("{triage} in triage"), waiting),
    ];
    paint::left(&head, first, buf);
    paint::right(&link(app, None, &look), first, buf);
}
