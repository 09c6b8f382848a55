//! The incident's screen: the header, the panes in their frames, the composer.

use super::paint::{self, Piece};
use super::{header, past, wall};
use crate::client::{Link, Room};
use crate::console::app::{App, IncidentScreen};
use crate::console::layout::{self, Layout};
use crate::console::panes::{Focus, Title};
use crate::console::theme::Meaning;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

/// Draws the screen; answers where the cursor stands, if the composer has it.
pub fn draw(app: &App, screen: &IncidentScreen, buf: &mut Buffer) -> Option<Position> {
    let places = app.places();
    let Some((_, room)) = app.open() else {
        waiting(app, screen, buf);
        return None;
    };
    if app.prefs.layout == Layout::Wall {
        wall::draw(app, room, app.size, buf);
        return None;
    }
    header::incident(app, room, places.header, buf);
    if let Some(tabs) = places.tabs {
        draw_tabs(app, screen, tabs, buf);
    }
    for (pane, frame) in &places.panes {
        draw_pane(app, screen, room, *pane, *frame, buf);
    }
    if let Some(frame) = places.other_runbook {
        other_runbook(app, screen, room, frame, buf);
    }
    let area = places.composer?;
    let focused = screen.focus == Focus::Composer;
    let cx = app.cx_in(room, Focus::Composer, area);
    let inside = layout::composer_inside(area);
    let mut look = app.look(focused);
    look.now = app.now;
    let at = screen.composer.draw(&cx, &look, inside, buf);
    past::at_composer(app, inside, buf);
    at.filter(|_| focused)
}

/// Before the state has come: which incident it is, and what is waited for.
fn waiting(app: &App, screen: &IncidentScreen, buf: &mut Buffer) {
    let look = app.look(false);
    let first = paint::row(app.size, 0);
    paint::right(&header::link(app, None, &look), first, buf);
    let name = Piece::new(
        format!(" {} ", screen.id),
        look.theme.style(Meaning::Accent),
    );
    paint::left(&[name], first, buf);
    let mut said = vec![match app.client.link() {
        Link::Live => format!("{} is on its way.", screen.id),
        _ => format!("{} is shown as soon as the server answers.", screen.id),
    }];
    match app.client.link() {
        Link::Connecting { why: Some(why), .. } | Link::Stale { why, .. } => {
            said.push(why.clone());
        }
        _ => {}
    }
    let top = app.size.height / 3;
    for (line, at) in said.into_iter().zip(top..) {
        let piece = Piece::new(line, look.theme.style(Meaning::Text));
        let indent = app
            .size
            .width
            .saturating_sub(u16::try_from(piece.cells()).unwrap_or(u16::MAX))
            / 2;
        let mut place = paint::row(app.size, at);
        place.x += indent;
        place.width = place.width.saturating_sub(indent);
        paint::left(&[piece], place, buf);
    }
}

fn draw_pane(
    app: &App,
    screen: &IncidentScreen,
    room: &Room,
    pane: Focus,
    frame: Rect,
    buf: &mut Buffer,
) {
    let look = app.look(screen.focus == pane);
    let cx = app.cx_in(room, pane, frame);
    let title = title(screen, pane, &cx);
    paint::frame(&title, &look, frame, buf);
    let inside = layout::inside(frame);
    if inside.is_empty() {
        return;
    }
    if app.past().is_some() && matches!(pane, Focus::Signals | Focus::Errors | Focus::Alerts) {
        return past::not_kept(&look, inside, buf);
    }
    match pane {
        Focus::Timeline => screen.timeline.draw(&cx, &look, inside, buf),
        Focus::Command => screen.command.draw(&cx, &look, inside, buf),
        Focus::Runbook => screen.runbook.draw(&cx, &look, inside, buf),
        Focus::Situation => screen.situation.draw(&cx, &look, inside, buf),
        Focus::Signals => screen.signals.draw(&cx, &look, inside, buf),
        Focus::Errors => screen.errors.draw(&cx, &look, inside, buf),
        Focus::Alerts => screen.alerts.draw(&cx, &look, inside, buf),
        Focus::Updates => screen.updates.draw(&cx, &look, inside, buf),
        Focus::Composer => {}
    }
}

/// A second runbook beside the one that has the cursor.
fn other_runbook(app: &App, screen: &IncidentScreen, room: &Room, frame: Rect, buf: &mut Buffer) {
    let look = app.look(false);
    let cx = app.cx_in(room, Focus::Runbook, frame);
    if let Some(other) = screen.runbook.other(&cx) {
        paint::frame(&other.title(&cx), &look, frame, buf);
        other.draw(&cx, &look, layout::inside(frame), buf);
    }
}

fn title(screen: &IncidentScreen, pane: Focus, cx: &crate::console::panes::Cx<'_>) -> Title {
    match pane {
        Focus::Timeline => screen.timeline.title(cx),
        Focus::Command => screen.command.title(cx),
        Focus::Runbook => screen.runbook.title(cx),
        Focus::Situation => screen.situation.title(cx),
        Focus::Signals => screen.signals.title(cx),
        Focus::Errors => screen.errors.title(cx),
        Focus::Alerts => screen.alerts.title(cx),
        Focus::Updates => screen.updates.title(cx),
        Focus::Composer => Title::default(),
    }
}

/// The number of the key that leads there as the keys come: the same whatever else is watched.
fn tab_key(pane: Focus) -> u8 {
    match pane {
        Focus::Timeline => 1,
        Focus::Command => 2,
        Focus::Runbook => 3,
        Focus::Situation => 4,
        Focus::Signals => 5,
        Focus::Errors => 6,
        Focus::Alerts => 7,
        Focus::Updates => 8,
        Focus::Composer => 0,
    }
}

fn tab_name(pane: Focus) -> &'static str {
    match pane {
        Focus::Timeline => "Timeline",
        Focus::Command => "Command",
        Focus::Runbook => "Runbook",
        Focus::Situation => "Situation",
        Focus::Signals => "Signals",
        Focus::Errors => "Errors",
        Focus::Alerts => "Alerts",
        Focus::Updates => "Updates",
        Focus::Composer => "Composer",
    }
}

/// The tabs with the cells that each takes.
fn tabs(app: &App) -> Vec<(Focus, String)> {
    app.reachable()
        .into_iter()
        .map(|pane| (pane, format!(" {} {} ", tab_key(pane), tab_name(pane))))
        .collect()
}

/// The tab that was drawn at that column.
#[must_use]
pub fn tab_at(app: &App, x: u16) -> Option<Focus> {
    let mut end = 0_usize;
    for (pane, text) in tabs(app) {
        end += text.len();
        if usize::from(x) < end {
            return Some(pane);
        }
    }
    None
}

fn draw_tabs(app: &App, screen: &IncidentScreen, area: Rect, buf: &mut Buffer) {
    let look = app.look(false);
    let pieces: Vec<Piece> = tabs(app)
        .into_iter()
        .map(|(pane, text)| {
            let style: Style = if pane == screen.pane {
                look.theme.style(Meaning::Selection)
            } else {
                look.theme.style(Meaning::Muted)
            };
            Piece::new(text, style)
        })
        .collect();
    paint::left(&pieces, area, buf);
}
