//! The situation pane: alerts, pinned entries, milestones and links: what is so, beside what
//! happened.

use super::{Cx, Look, OverlayRequest, Request, Title};
use crate::client::Spot;
use crate::console::keymap::Action;
use crate::console::overlays::Move;
use crate::console::text::{age, pad_left, pad_right, visible_line};
use crate::console::theme::Meaning;
use crate::console::view::paint::{self, Piece, glyph};
use crate::incident::{Alert, AlertState, Entry, Incident, Link, Milestone, Seq, Timestamp};
use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::sync::Arc;

/// What the pane keeps between frames.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// What the cursor is on. By name, so that it stays when other things come.
    cursor: Option<Subject>,
}

/// Something that the cursor can be on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Subject {
    Alert(Arc<str>),
    Pinned(Seq),
    Milestone(Milestone),
    Link(Arc<str>),
}

/// A line of the pane.
enum Row<'a> {
    Heading(&'static str, String),
    Alert(&'a Alert),
    Pinned(&'a Entry),
    /// With how long after the start it was, where that is known.
    Milestone(Milestone, Timestamp, Option<TimeDelta>),
    Link(&'a Link),
    Hint(&'static str),
}

impl Row<'_> {
    fn subject(&self) -> Option<Subject> {
        match self {
            Self::Alert(alert) => Some(Subject::Alert(alert.fingerprint.clone())),
            Self::Pinned(entry) => Some(Subject::Pinned(entry.seq)),
            Self::Milestone(milestone, ..) => Some(Subject::Milestone(*milestone)),
            Self::Link(link) => Some(Subject::Link(link.url.clone())),
            Self::Heading(..) | Self::Hint(_) => None,
        }
    }
}

/// Firing alerts first, the newest on top; then those that stopped.
fn alerts(shown: &Incident) -> Vec<&Alert> {
    let mut alerts: Vec<&Alert> = shown.alerts.values().collect();
    alerts.sort_by_key(|alert| {
        (
            alert.state == AlertState::Resolved,
            std::cmp::Reverse(alert.last_at),
        )
    });
    alerts
}

fn rows(shown: &Incident) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let count = |n: usize| if n == 0 { String::new() } else { n.to_string() };
    rows.push(Row::Heading("Alerts", count(shown.alerts.len())));
    if shown.alerts.is_empty() {
        rows.push(Row::Hint("What monitors say comes by itself."));
    }
    rows.extend(alerts(shown).into_iter().map(Row::Alert));
    rows.push(Row::Heading("Pinned", count(shown.pinned.len())));
    if shown.pinned.is_empty() {
        rows.push(Row::Hint("!! before a line pins it here."));
    }
    rows.extend(shown.pinned.values().rev().map(Row::Pinned));
    rows.push(Row::Heading("Milestones", String::new()));
    let start = shown.milestones.at(Milestone::Started);
    rows.extend(Milestone::ALL.into_iter().filter_map(|milestone| {
        let at = shown.milestones.at(milestone)?;
        let start = start.filter(|_| milestone != Milestone::Started);
        // Of the seconds as they are shown, so that nobody computes another number.
        let after = start.map(|start| TimeDelta::seconds(at.timestamp() - start.timestamp()));
        Some(Row::Milestone(milestone, at, after))
    }));
    if !shown.links.is_empty() {
        rows.push(Row::Heading("Links", count(shown.links.len())));
        rows.extend(shown.links.iter().map(Row::Link));
    }
    rows
}

impl State {
    /// What stands in the pane's frame.
    #[must_use]
    pub fn title(&self, cx: &Cx<'_>) -> Title {
        let shown = cx.room.shown();
        let all = shown.alerts.len();
        Title {
            left: "Situation".to_owned(),
            right: match all {
                0 => String::new(),
                _ => format!("{}/{all} firing", shown.firing()),
            },
        }
    }

    /// Does what a key asked for.
    pub fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Request> {
        let page = usize::from(cx.area.height);
        let step = match action {
            Action::CursorUp => Move::Up,
            Action::CursorDown => Move::Down,
            Action::PageUp | Action::HalfPageUp => Move::PageUp,
            Action::PageDown | Action::HalfPageDown => Move::PageDown,
            Action::Top => Move::First,
            Action::Bottom => Move::Last,
            Action::Accept => return self.accept(cx),
            _ => return Vec::new(),
        };
        self.step(step, page, cx);
        Vec::new()
    }

    fn step(&mut self, step: Move, page: usize, cx: &Cx<'_>) {
        let subjects: Vec<Subject> = rows(cx.room.shown())
            .iter()
            .filter_map(Row::subject)
            .collect();
        let at = subjects
            .iter()
            .position(|subject| Some(subject) == self.cursor.as_ref());
        let to = at.map_or(0, |at| step.from(at, subjects.len(), page));
        self.cursor = subjects.get(to).cloned();
    }

    /// What the cursor is on, for those who follow. Not a link: it would be words.
    #[must_use]
    pub fn spot(&self, cx: &Cx<'_>) -> Option<Spot> {
        match self.cursor.as_ref()? {
            Subject::Alert(fingerprint) => {
                let seq = cx.room.shown().alerts.get(fingerprint)?.seq;
                Some(Spot::Alert { seq })
            }
            Subject::Pinned(seq) => Some(Spot::Pinned { seq: *seq }),
            Subject::Milestone(milestone) => Some(Spot::Milestone {
                milestone: *milestone,
            }),
            Subject::Link(_) => None,
        }
    }

    /// Puts the cursor there, where this person sees it.
    pub fn pick(&mut self, spot: &Spot, cx: &Cx<'_>) {
        let found = match spot {
            Spot::Alert { seq } => {
                let mut alerts = cx.room.shown().alerts.values();
                let alert = alerts.find(|alert| alert.seq == *seq);
                alert.map(|alert| Subject::Alert(alert.fingerprint.clone()))
            }
            Spot::Pinned { seq } => Some(Subject::Pinned(*seq)),
            Spot::Milestone { milestone } => Some(Subject::Milestone(*milestone)),
            _ => None,
        };
        self.cursor = found.or(self.cursor.take());
    }

    /// What the cursor is on, in full.
    fn accept(&self, cx: &Cx<'_>) -> Vec<Request> {
        let shown = cx.room.shown();
        let open =
            |title: String, body: String| vec![Request::Open(OverlayRequest::Text { title, body })];
        match &self.cursor {
            Some(Subject::Pinned(seq)) => vec![Request::Open(OverlayRequest::Details(*seq))],
            Some(Subject::Alert(fingerprint)) => {
                let Some(alert) = shown.alerts.get(fingerprint) else {
                    return Vec::new();
                };
                let title = format!("Alert {}", alert.name);
                open(title, alert_text(alert, cx))
            }
            Some(Subject::Link(url)) => vec![Request::Copy {
                text: url.to_string(),
                what: "the address",
            }],
            Some(Subject::Milestone(_)) | None => Vec::new(),
        }
    }

    /// Why the action is not possible now; nothing when it is, or is none of this pane's.
    #[must_use]
    pub fn why_not(&self, _action: Action, _cx: &Cx<'_>) -> Option<String> {
        None
    }

    /// A click at a place on the screen, inside `cx.area`.
    pub fn click(&mut self, at: Position, cx: &Cx<'_>) -> Vec<Request> {
        let rows = rows(cx.room.shown());
        let line = self.top(&rows, cx.area) + usize::from(at.y.saturating_sub(cx.area.y));
        let clicked = rows.get(line).and_then(Row::subject);
        if clicked.is_some() && clicked == self.cursor {
            return self.accept(cx);
        }
        self.cursor = clicked.or(self.cursor.take());
        Vec::new()
    }

    /// The wheel was turned; positive: down.
    pub fn wheel(&mut self, lines: i32, cx: &Cx<'_>) -> Vec<Request> {
        let step = if lines > 0 { Move::Down } else { Move::Up };
        for _ in 0..lines.unsigned_abs() {
            self.step(step, 1, cx);
        }
        Vec::new()
    }

    /// The first row that is shown: the cursor's is always among them.
    fn top(&self, rows: &[Row<'_>], area: Rect) -> usize {
        let fit = usize::from(area.height);
        let at = rows
            .iter()
            .position(|row| row.subject().is_some() && row.subject() == self.cursor)
            .unwrap_or(0);
        at.saturating_sub(fit / 2)
            .min(rows.len().saturating_sub(fit))
    }

    /// Draws the inside.
    pub fn draw(&self, cx: &Cx<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        let rows = rows(cx.room.shown());
        let top = self.top(&rows, area);
        for (row, at) in rows.iter().skip(top).zip(0..area.height) {
            let place = paint::row(area, at);
            if let Row::Heading(name, count) = row {
                paint::section(name, count, look, place, buf);
                continue;
            }
            paint::left(&pieces(row, look, place.width), place, buf);
            if row.subject().is_some() && row.subject() == self.cursor {
                let meaning = if look.focused {
                    Meaning::Selection
                } else {
                    Meaning::SelectionFaint
                };
                buf.set_style(place.intersection(buf.area), look.theme.style(meaning));
            }
        }
        let below = rows.len().saturating_sub(top + usize::from(area.height));
        if below > 0 {
            let more = Piece::new(format!(" {below} below "), look.theme.style(Meaning::Muted));
            let last = paint::row(area, area.height.saturating_sub(1));
            paint::right(&[more], last, buf);
        }
    }
}

fn since_start(after: Option<TimeDelta>) -> String {
    after.map_or(String::new(), |after| format!("+{}", age(after)))
}

fn alert_text(alert: &Alert, cx: &Cx<'_>) -> String {
    let when = |at: Timestamp| format!("{} {}", cx.zone.date(at), cx.zone.hms(at));
    let mut text = format!("{}\n\n", alert.summary);
    let state = match (alert.state, alert.ends_at) {
        (AlertState::Firing, _) => "firing".to_owned(),
        (AlertState::Resolved, Some(at)) => format!("resolved at {}", when(at)),
        (AlertState::Resolved, None) => "resolved".to_owned(),
    };
    let mut line = |name: &str, value: &str| {
        text.push_str(&format!("{}{value}\n", pad_right(name, 14)));
    };
    line("state", &state);
    line("began", &when(alert.starts_at));
    line("first seen", &when(alert.first_at));
    line("last seen", &when(alert.last_at));
    line("changed", &format!("{} times", alert.changes));
    line("service", alert.service.as_deref().unwrap_or("-"));
    line("level", alert.level.as_deref().unwrap_or("-"));
    line("fingerprint", &alert.fingerprint);
    line("look at it", alert.url.as_deref().unwrap_or("-"));
    text
}

fn pieces(row: &Row<'_>, look: &Look<'_>, width: u16) -> Vec<Piece> {
    let style = |meaning| look.theme.style(meaning);
    let width = usize::from(width);
    match row {
        // Drawn as a rule of its own.
        Row::Heading(..) => Vec::new(),
        Row::Hint(text) => vec![Piece::new(text, style(Meaning::Placeholder))],
        Row::Alert(alert) => {
            let (meaning, since) = match alert.state {
                AlertState::Firing => (Meaning::Firing, alert.starts_at),
                AlertState::Resolved => {
                    let end = alert.ends_at.unwrap_or(alert.last_at);
                    (Meaning::AlertResolved, end)
                }
            };
            let said = if alert.summary.is_empty() {
                alert.name.to_string()
            } else {
                format!("{} {}", alert.name, alert.summary)
            };
            let age = pad_left(&age(look.now - since), 5);
            vec![
                Piece::new(format!("{} ", glyph(look, meaning)), style(meaning)),
                Piece::new(
                    pad_right(&visible_line(&said), width.saturating_sub(7)),
                    style(Meaning::Text),
                ),
                Piece::new(age, style(Meaning::Muted)),
            ]
        }
        Row::Pinned(entry) => vec![
            Piece::new(
                format!("{} ", glyph(look, Meaning::Pinned)),
                style(Meaning::Pinned),
            ),
            Piece::new(
                format!("{} ", look.zone.hm(entry.occurred_at)),
                style(Meaning::Time),
            ),
            Piece::new(&entry.text, style(Meaning::Text)).cut(width.saturating_sub(8)),
        ],
        Row::Milestone(milestone, at, after) => vec![
            Piece::new(
                format!("{} ", pad_right(milestone.name(), 13)),
                style(Meaning::Muted),
            ),
            Piece::new(look.zone.hms(*at), style(Meaning::Text)),
            // Since it started: it stands still, and is what is asked for afterwards.
            Piece::new(
                pad_left(&since_start(*after), width.saturating_sub(22)),
                style(Meaning::Muted),
            ),
        ],
        Row::Link(link) => vec![
            Piece::new(
                format!("{} ", glyph(look, Meaning::Link)),
                style(Meaning::Link),
            ),
            Piece::new(&link.title, style(Meaning::Link)).cut(width.saturating_sub(2)),
        ],
    }
}
