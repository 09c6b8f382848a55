//! The signals pane: numbers that are watched live, each with its chart over the incident's time.

mod row;
mod since;
mod whole;
mod window;

use super::{Cx, Look, Request, Title, marks, watched};
use crate::console::chart;
use crate::console::keymap::Action;
use crate::console::overlays::Move;
use crate::console::text::visible_line;
use crate::console::theme::Meaning;
use crate::console::view::paint::{self, Piece};
use crate::incident::{Standing, Timestamp};
use crate::signals::{Signal, SourceKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use row::{CHART_ROWS, standing};
use since::{Since, Words};
use std::sync::Arc;
use window::window;

/// The kinds of source that signals come from.
pub(in crate::console) const KINDS: [SourceKind; 3] = [
    SourceKind::Prometheus,
    SourceKind::Grafana,
    SourceKind::Sentry,
];
/// A chart of more rows than this takes the place of other signals.
const CHART_ROWS_MAX: u16 = 8;
/// From this width on the frame says in full what its time is.
const ROOMY: u16 = 60;

/// What the pane keeps between frames.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The signal that the cursor is on: source and name, so that it stays when others come.
    on: Option<(Arc<str>, Arc<str>)>,
    /// That signal alone is shown, with axes.
    whole: bool,
    /// The moment whose values are read, in the whole chart; absent: now.
    reading: Option<Timestamp>,
}

impl State {
    /// What stands in the pane's frame.
    #[must_use]
    pub fn title(&self, cx: &Cx<'_>) -> Title {
        let signals: Vec<&Signal> = cx.signals().collect();
        let alone = self.shown(&signals).filter(|_| self.whole);
        let mut left = match alone {
            Some(signal) => format!("Signal: {}", visible_line(&signal.name)),
            None => "Signals".to_owned(),
        };
        let shown = alone.or(signals.first().copied());
        if let Some((signal, at)) = shown.zip(cx.looked_at) {
            let right = match window(signal, Some(at)) {
                Some((from, to)) if (from..=to).contains(&at) => {
                    format!("{} → {}", cx.zone.hm(from), cx.zone.hm(to))
                }
                _ => "not measured then".to_owned(),
            };
            left.push_str(&format!(" at {}", cx.zone.hm(at)));
            if cx.area.width >= ROOMY {
                left.push_str(", where the timeline is");
            }
            return Title { left, right };
        }
        let bad = signals.iter().filter(|s| standing(s) != Standing::Good);
        let seen = self.slots(&signals, parts(cx, cx.area).1).len();
        let more = match signals.len().saturating_sub(seen) {
            hidden if hidden > 0 && alone.is_none() => format!(" · {hidden} more"),
            _ => String::new(),
        };
        let right = match (alone, bad.count()) {
            (Some(signal), _) => signal.source.to_string(),
            (None, _) if signals.is_empty() => String::new(),
            (None, 0) => format!("{} watched{more}", signals.len()),
            (None, bad) => format!("{bad}/{} past a threshold{more}", signals.len()),
        };
        Title { left, right }
    }

    fn shown<'a>(&self, signals: &[&'a Signal]) -> Option<&'a Signal> {
        let on = self.on.as_ref();
        let found = signals
            .iter()
            .find(|s| on.is_some_and(|(source, name)| s.source == *source && s.name == *name));
        found.or(signals.first()).copied()
    }

    /// Does what a key asked for.
    pub fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Request> {
        let signals: Vec<&Signal> = cx.signals().collect();
        let Some(shown) = self.shown(&signals) else {
            return Vec::new();
        };
        let at = signals
            .iter()
            .position(|s| std::ptr::eq(*s, shown))
            .unwrap_or(0);
        let step = match action {
            Action::Accept => {
                self.whole = true;
                self.on = Some((shown.source.clone(), shown.name.clone()));
                return vec![Request::Zoom(true)];
            }
            Action::Cancel if self.whole => {
                self.whole = false;
                self.reading = None;
                return vec![Request::Zoom(false)];
            }
            Action::PinEvidence => return vec![watched::pin(shown.evidence())],
            Action::CopyAddress => {
                return vec![watched::copy(
                    shown.url.as_ref(),
                    "the address of the same panel and time",
                    "This signal has no page of its own.",
                )];
            }
            Action::Earlier | Action::Later => {
                self.read(action == Action::Later, shown, cx);
                return Vec::new();
            }
            other => match Move::of(other) {
                Some(step) => step,
                None => return Vec::new(),
            },
        };
        let to = step.from(at, signals.len(), 4);
        self.on = signals.get(to).map(|s| (s.source.clone(), s.name.clone()));
        Vec::new()
    }

    /// Moves the moment whose values are read by one column of the chart.
    fn read(&mut self, later: bool, shown: &Signal, cx: &Cx<'_>) {
        let Some(window) = window(shown, cx.looked_at) else {
            return;
        };
        self.whole = true;
        self.on = Some((shown.source.clone(), shown.name.clone()));
        let columns = i32::from(cx.area.width.max(2));
        let step = (window.1 - window.0) / columns;
        let at = self.reading.or(cx.looked_at).unwrap_or(window.1);
        let to = if later { at + step } else { at - step };
        // At the end it is now again; where an entry is looked at, the end is no more than that.
        let to = to.max(window.0).min(window.1);
        self.reading = (to < window.1 || cx.looked_at.is_some()).then_some(to);
    }

    /// Why the action is not possible now; nothing when it is, or is none of this pane's.
    #[must_use]
    pub fn why_not(&self, action: Action, cx: &Cx<'_>) -> Option<String> {
        let of_a_signal = matches!(
            action,
            Action::PinEvidence | Action::CopyAddress | Action::Earlier | Action::Later
        );
        let none = cx.signals().next().is_none();
        (of_a_signal && none).then(|| "No signal is watched here.".to_owned())
    }

    /// A click at a place on the screen, inside `cx.area`.
    pub fn click(&mut self, at: Position, cx: &Cx<'_>) -> Vec<Request> {
        let signals: Vec<&Signal> = cx.signals().collect();
        if self.whole {
            if let Some(window) = self
                .shown(&signals)
                .and_then(|signal| window(signal, cx.looked_at))
            {
                let column = usize::from(at.x.saturating_sub(cx.area.x));
                let columns = usize::from(cx.area.width);
                self.reading = Some(chart::moment_of(column, window, columns));
            }
            return Vec::new();
        }
        let (_, body, _) = parts(cx, cx.area);
        let slots = self.slots(&signals, body);
        let clicked = slots.into_iter().find(|(_, place)| place.contains(at));
        if let Some((signal, _)) = clicked {
            self.on = Some((signal.source.clone(), signal.name.clone()));
        }
        Vec::new()
    }

    /// The wheel was turned; positive: down.
    pub fn wheel(&mut self, lines: i32, cx: &Cx<'_>) -> Vec<Request> {
        let action = if lines > 0 {
            Action::CursorDown
        } else {
            Action::CursorUp
        };
        self.handle(action, cx)
    }

    /// The signals that are seen, and where each stands.
    fn slots<'a>(&self, signals: &[&'a Signal], body: Rect) -> Vec<(&'a Signal, Rect)> {
        let count = u16::try_from(signals.len()).unwrap_or(u16::MAX).max(1);
        let rows = match body.height / count {
            rows if rows > CHART_ROWS => rows.min(CHART_ROWS_MAX + 1),
            rows => rows.clamp(1, 2),
        };
        let fit = usize::from((body.height / rows).max(1));
        let on = self.shown(signals);
        let at = signals
            .iter()
            .position(|s| on.is_some_and(|on| std::ptr::eq(*s, on)));
        let first = (at.unwrap_or(0) + 1).saturating_sub(fit);
        let seen = signals.iter().skip(first).take(fit);
        seen.zip(0..)
            .map(|(signal, place)| {
                let y = body.y + place * rows;
                let height = rows.min(body.bottom().saturating_sub(y));
                (*signal, Rect { y, height, ..body })
            })
            .collect()
    }

    /// Draws the inside.
    pub fn draw(&self, cx: &Cx<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        let signals: Vec<&Signal> = cx.signals().collect();
        let (troubles, body, foot) = parts(cx, area);
        super::draw_troubles(&troubles, look, area, buf);
        if signals.is_empty() {
            return draw_empty(cx, look, body, buf);
        }
        let below = Rect {
            y: body.bottom(),
            height: area.bottom() - body.bottom(),
            ..area
        };
        since::draw(&foot, look, below, buf);
        if let Some(shown) = self.shown(&signals).filter(|_| self.whole) {
            return whole::draw(shown, self.reading, cx, look, body, buf);
        }
        let marks = marks::of(cx.room, cx.looked_at);
        let on = self.shown(&signals);
        for (signal, place) in self.slots(&signals, body) {
            let picked = look.focused && on.is_some_and(|on| std::ptr::eq(on, signal));
            row::draw(signal, picked, (cx, look), &marks, place, buf);
        }
    }
}

/// What is wrong, the signals' place, and what stands below.
fn parts(cx: &Cx<'_>, area: Rect) -> (Vec<String>, Rect, Vec<Words>) {
    let mut troubles = cx.troubles(&KINDS);
    let missing = cx.live.missing(cx.room.shown().id);
    troubles.extend(
        missing.map(|(source, missing)| format!("{source}, {}: {}", missing.name, missing.why)),
    );
    troubles.truncate(usize::from(area.height / 3));
    let most = match area.height {
        ..6 => 0,
        6..14 => 1,
        _ => 3,
    };
    let since = since::since_last_action(cx).filter(|_| most > 0);
    let rows = |since: Since| since.rows(usize::from(area.width), most);
    let foot = since.map_or_else(Vec::new, rows);
    let count = |rows: usize| u16::try_from(rows).unwrap_or(0);
    let body = Rect {
        y: area.y + count(troubles.len()),
        height: area.height - count(troubles.len()) - count(foot.len()),
        ..area
    };
    (troubles, body, foot)
}

fn draw_empty(cx: &Cx<'_>, look: &Look<'_>, body: Rect, buf: &mut Buffer) {
    let said = if cx.live.watches(&KINDS) {
        ["Waiting for the first answer.", ""]
    } else {
        [
            "Metrics of the real systems come here.",
            "Name them in the server's configuration: [sources], [[signals]].",
        ]
    };
    for (text, at) in said.into_iter().zip(0..) {
        let piece = Piece::new(text, look.theme.style(Meaning::Placeholder));
        paint::left(&[piece], paint::row(body, at), buf);
    }
}
