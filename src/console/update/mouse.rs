//! The mouse: a click goes where it points, the wheel turns what is under it.

use super::requests::requests;
use super::{actions, incident, overlay};
use crate::console::app::{App, Board, Screen};
use crate::console::effect::Effect;
use crate::console::keymap::Action;
use crate::console::overlays::{Answer, Move, Overlay, Stroke};
use crate::console::panes::{Focus, Request};
use crate::console::view;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

/// Lines that one notch of the wheel turns.
const NOTCH: i32 = 3;

/// The mouse did something.
pub(super) fn mouse(app: &mut App, event: MouseEvent) -> Vec<Effect> {
    if app.on_duty() && app.overlays.is_empty() {
        return Vec::new();
    }
    let at = Position::new(event.column, event.row);
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => click(app, at),
        MouseEventKind::ScrollDown => wheel(app, at, NOTCH),
        MouseEventKind::ScrollUp => wheel(app, at, -NOTCH),
        _ => Vec::new(),
    }
}

fn click(app: &mut App, at: Position) -> Vec<Effect> {
    if !app.overlays.is_empty() {
        return click_overlay(app, at);
    }
    match &app.screen {
        Screen::Board(board) => {
            let Some(id) = view::board::at_row(app, *board, at.y) else {
                return Vec::new();
            };
            let again = board.cursor == Some(id);
            app.screen = Screen::Board(Board { cursor: Some(id) });
            if again {
                incident::open(app, id)
            } else {
                Vec::new()
            }
        }
        Screen::Incident(_) => click_incident(app, at),
    }
}

/// A row of a list is gone to, and chosen when it is clicked again; beside the window closes it.
fn click_overlay(app: &mut App, at: Position) -> Vec<Effect> {
    let (window, list, top) = view::overlay::list_place(app);
    if !window.contains(at) {
        return overlay::answered(app, Answer::Close);
    }
    if !list.contains(at) {
        return Vec::new();
    }
    let row = top + usize::from(at.y - list.y);
    let answer = match app.overlays.last_mut() {
        Some(Overlay::Picker(picker)) => picker.click(row),
        Some(Overlay::Results(results)) if row / 2 < results.hits.len() => {
            let again = results.cursor == row / 2;
            results.cursor = row / 2;
            if again {
                results.stroke(Stroke::Accept, 1)
            } else {
                Answer::Stay
            }
        }
        Some(Overlay::Members(members)) if row < members.count() => {
            let again = members.cursor == row;
            members.cursor = row;
            if again {
                members.stroke(Stroke::Accept, 1)
            } else {
                Answer::Stay
            }
        }
        _ => Answer::Stay,
    };
    overlay::answered(app, answer)
}

fn click_incident(app: &mut App, at: Position) -> Vec<Effect> {
    let places = app.places();
    if places.tabs.is_some_and(|tabs| tabs.contains(at)) {
        return match view::incident::tab_at(app, at.x) {
            Some(pane) => incident::focus(app, pane),
            None => Vec::new(),
        };
    }
    if places.other_runbook.is_some_and(|area| area.contains(at)) {
        let effects = incident::focus(app, Focus::Runbook);
        if let Some((screen, cx)) = app.split(Focus::Runbook) {
            screen.runbook.switch(&cx);
        }
        return effects;
    }
    let Some(pane) = under(app, at) else {
        return Vec::new();
    };
    let mut effects = incident::focus(app, pane);
    let asked = app.split(pane).map_or_else(Vec::new, |(screen, cx)| {
        if !cx.area.contains(at) {
            return Vec::new();
        }
        match pane {
            Focus::Timeline => screen.timeline.click(at, &cx),
            Focus::Command => screen.command.click(at, &cx),
            Focus::Runbook => screen.runbook.click(at, &cx),
            Focus::Situation => screen.situation.click(at, &cx),
            Focus::Signals => screen.signals.click(at, &cx),
            Focus::Errors => screen.errors.click(at, &cx),
            Focus::Alerts => screen.alerts.click(at, &cx),
            Focus::Updates => screen.updates.click(at, &cx),
            Focus::Composer => {
                screen.composer.click(at, &cx);
                Vec::new()
            }
        }
    });
    effects.extend(requests(app, asked));
    effects
}

/// The pane that was drawn at that place.
fn under(app: &App, at: Position) -> Option<Focus> {
    let places = app.places();
    if places.composer.is_some_and(|area| area.contains(at)) {
        return Some(Focus::Composer);
    }
    app.reachable().first()?;
    places
        .panes
        .iter()
        .find(|(_, area)| area.contains(at))
        .map(|(pane, _)| *pane)
}

fn wheel(app: &mut App, at: Position, lines: i32) -> Vec<Effect> {
    if !app.overlays.is_empty() {
        let step = if lines > 0 { Move::Down } else { Move::Up };
        return overlay::stroke(app, Stroke::Move(step));
    }
    if matches!(app.screen, Screen::Board(_)) {
        let action = if lines > 0 {
            Action::CursorDown
        } else {
            Action::CursorUp
        };
        return actions::act(app, action);
    }
    let Some(pane) = under(app, at) else {
        return Vec::new();
    };
    let asked: Vec<Request> = app
        .split(pane)
        .map_or_else(Vec::new, |(screen, cx)| match pane {
            Focus::Timeline => screen.timeline.wheel(lines, &cx),
            Focus::Command => screen.command.wheel(lines, &cx),
            Focus::Runbook => screen.runbook.wheel(lines, &cx),
            Focus::Situation => screen.situation.wheel(lines, &cx),
            Focus::Signals => screen.signals.wheel(lines, &cx),
            Focus::Errors => screen.errors.wheel(lines, &cx),
            Focus::Alerts => screen.alerts.wheel(lines, &cx),
            Focus::Updates => screen.updates.wheel(lines, &cx),
            Focus::Composer => Vec::new(),
        });
    requests(app, asked)
}
