//! The signals pane: numbers that are watched live, each with its chart over the incident's time.

use super::rows::column;
use super::{Cx, Look, Request, Say, Title};
use crate::console::chart::{self, Mark, Plot};
use crate::console::keymap::Action;
use crate::console::overlays::Move;
use crate::console::text::{age, pad_left, visible_line};
use crate::console::theme::Meaning;
use crate::console::view::paint::{self, Piece};
use crate::incident::{EntryKind, Intent, Milestone, Standing, Timestamp};
use crate::signals::{Signal, SourceKind, SourceState, Turn};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::sync::Arc;

/// The kinds of source that signals come from.
pub(in crate::console) const KINDS: [SourceKind; 3] = [
    SourceKind::Prometheus,
    SourceKind::Grafana,
    SourceKind::Sentry,
];
/// A chart of fewer rows than this says less than a line of eighths.
const CHART_ROWS: u16 = 3;
/// A chart of more rows than this takes the place of other signals.
const CHART_ROWS_MAX: u16 = 8;
/// Cells of a signal's name, where there is room.
const NAME: usize = 14;
/// Cells of a value with its unit: `1,024 KiB`.
const VALUE: usize = 10;

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

/// A row above the signals, or below them.
enum Line {
    Trouble(String),
    Since(String, Vec<(Turn, String)>),
}

impl State {
    /// What stands in the pane's frame.
    #[must_use]
    pub fn title(&self, cx: &Cx<'_>) -> Title {
        let signals: Vec<&Signal> = cx.signals().collect();
        let bad = signals.iter().filter(|s| standing(s) != Standing::Good);
        let right = match (self.shown(&signals).filter(|_| self.whole), bad.count()) {
            (Some(signal), _) => signal.source.to_string(),
            (None, _) if signals.is_empty() => String::new(),
            (None, 0) => format!("{} watched", signals.len()),
            (None, bad) => format!("{bad}/{} past a threshold", signals.len()),
        };
        Title {
            left: match self.shown(&signals).filter(|_| self.whole) {
                Some(signal) => format!("Signal: {}", visible_line(&signal.name)),
                None => "Signals".to_owned(),
            },
            right,
        }
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
            Action::PinEvidence => {
                return vec![Request::Submit(Intent::PinEvidence {
                    evidence: Arc::new(shown.evidence()),
                    text: "".into(),
                    private: false,
                })];
            }
            Action::CopyAddress => return copy(shown),
            Action::Earlier | Action::Later => {
                self.read(action == Action::Later, shown, cx);
                return Vec::new();
            }
            Action::CursorUp => Move::Up,
            Action::CursorDown => Move::Down,
            Action::PageUp | Action::HalfPageUp => Move::PageUp,
            Action::PageDown | Action::HalfPageDown => Move::PageDown,
            Action::Top => Move::First,
            Action::Bottom => Move::Last,
            _ => return Vec::new(),
        };
        let to = step.from(at, signals.len(), 4);
        self.on = signals.get(to).map(|s| (s.source.clone(), s.name.clone()));
        Vec::new()
    }

    /// Moves the moment whose values are read by one column of the chart.
    fn read(&mut self, later: bool, shown: &Signal, cx: &Cx<'_>) {
        let Some(window) = window(shown) else {
            return;
        };
        self.whole = true;
        self.on = Some((shown.source.clone(), shown.name.clone()));
        let columns = i32::from(cx.area.width.max(2));
        let step = (window.1 - window.0) / columns;
        let at = self.reading.unwrap_or(window.1);
        let to = if later { at + step } else { at - step };
        self.reading = (to < window.1).then(|| to.max(window.0));
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
            if let Some(window) = self.shown(&signals).and_then(window) {
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
            _ => 1,
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
        let (lines, body, foot) = parts(cx, area);
        for (line, at) in lines.iter().zip(0..) {
            draw_line(line, look, paint::row(area, at), buf);
        }
        if signals.is_empty() {
            return draw_empty(cx, look, body, buf);
        }
        if let Some(shown) = self.shown(&signals).filter(|_| self.whole) {
            return super::signal_chart::draw(shown, self.reading, cx, look, body, buf);
        }
        let marks = marks(cx);
        let on = self.shown(&signals);
        for (signal, place) in self.slots(&signals, body) {
            let picked = look.focused && on.is_some_and(|on| std::ptr::eq(on, signal));
            draw_signal(signal, picked, (cx, look), &marks, place, buf);
        }
        if let Some(line) = foot {
            let last = Rect {
                y: body.bottom(),
                height: 1,
                ..area
            };
            draw_line(&line, look, last, buf);
        }
    }
}

fn copy(signal: &Signal) -> Vec<Request> {
    match &signal.url {
        Some(url) => vec![Request::Copy {
            text: url.to_string(),
            what: "the address of the same panel and time",
        }],
        None => vec![Request::Say(Say::Info(
            "This signal has no page of its own.".to_owned(),
        ))],
    }
}

/// The window of a signal's chart.
pub(super) fn window(signal: &Signal) -> Option<(Timestamp, Timestamp)> {
    let first = signal.series.first()?;
    let last = first.time_of(first.values.len().saturating_sub(1));
    Some((first.from, last.max(first.from)))
}

/// How a signal stands to its thresholds now.
fn standing(signal: &Signal) -> Standing {
    signal.value.map_or(Standing::Good, |value| {
        signal.thresholds.standing(value, signal.bad)
    })
}

/// How a value that stands so is drawn.
pub(super) fn meaning_of(standing: Standing) -> Meaning {
    match standing {
        Standing::Good => Meaning::Strong,
        Standing::Warning => Meaning::Warning,
        Standing::Critical => Meaning::Danger,
    }
}

/// The value with its unit, or what stands in its place.
pub(super) fn figure(signal: &Signal, value: Option<crate::incident::Number>) -> String {
    match (value, &signal.said) {
        (Some(value), _) => signal.unit.figure(value),
        (None, Some(said)) => visible_line(said).into_owned(),
        (None, None) => "no data".to_owned(),
    }
}

/// What happened to the incident that a chart should show: when it was declared, every decision
/// and every action taken, and the entry that is looked at.
pub(super) fn marks(cx: &Cx<'_>) -> Vec<Mark> {
    let shown = cx.room.shown();
    let declared = shown.milestones.at(Milestone::Declared);
    let declared = declared.map(|at| Mark {
        at,
        meaning: Meaning::Status,
    });
    let entries = cx.room.timeline().lines().iter().filter_map(|line| {
        let meaning = match line.entry.kind {
            EntryKind::Decision => Meaning::Decision,
            EntryKind::ActionTaken => Meaning::ActionTaken,
            _ => return None,
        };
        let at = line.entry.occurred_at;
        line.entry
            .marks
            .retracted
            .is_none()
            .then_some(Mark { at, meaning })
    });
    let looked_at = cx.looked_at.map(|at| Mark {
        at,
        meaning: Meaning::Selection,
    });
    declared
        .into_iter()
        .chain(entries)
        .chain(looked_at)
        .collect()
}

/// The rows above, the signals' place, and the row below.
fn parts(cx: &Cx<'_>, area: Rect) -> (Vec<Line>, Rect, Option<Line>) {
    let mut lines: Vec<Line> = cx.troubles(&KINDS).into_iter().map(Line::Trouble).collect();
    lines.extend(
        cx.live
            .missing(cx.room.shown().id)
            .map(|(source, missing)| {
                Line::Trouble(format!("{source}, {}: {}", missing.name, missing.why))
            }),
    );
    lines.truncate(usize::from(area.height / 3));
    let foot = (area.height >= 6).then(|| since_last_action(cx)).flatten();
    let head = u16::try_from(lines.len()).unwrap_or(0);
    let body = Rect {
        y: area.y + head,
        height: area.height - head - u16::from(foot.is_some()),
        ..area
    };
    (lines, body, foot)
}

/// What became better or worse since the last thing that was done to the system.
fn since_last_action(cx: &Cx<'_>) -> Option<Line> {
    let lines: Vec<_> = cx.room.timeline().lines().iter().collect();
    let acted = lines.iter().rev().find(|line| {
        line.entry.kind == EntryKind::ActionTaken && line.entry.marks.retracted.is_none()
    })?;
    let at = acted.entry.occurred_at;
    let turns: Vec<(Turn, String)> = cx
        .signals()
        .filter_map(|signal| {
            let change = signal.since(at)?;
            let figure = |value| signal.unit.figure(value);
            let from_to = match change.turn {
                Turn::Same => String::new(),
                _ => format!(" {} → {}", figure(change.before), figure(change.now)),
            };
            let words = format!("{} {}{from_to}", signal.name, change.turn.word());
            Some((change.turn, words))
        })
        .collect();
    let since = format!("since {} ", cx.zone.hm(at));
    (!turns.is_empty()).then_some(Line::Since(since, turns))
}

fn draw_line(line: &Line, look: &Look<'_>, place: Rect, buf: &mut Buffer) {
    let style = |meaning| look.theme.style(meaning);
    let pieces = match line {
        Line::Trouble(text) => vec![
            Piece::new(
                format!("{} ", paint::glyph(look, Meaning::Stale)),
                style(Meaning::Stale),
            ),
            Piece::new(text, style(Meaning::Stale)),
        ],
        Line::Since(since, turns) => {
            let mut pieces = vec![Piece::new(since, style(Meaning::Muted))];
            for (place, (turn, words)) in turns.iter().enumerate() {
                let meaning = match turn {
                    Turn::Better => Meaning::Good,
                    Turn::Worse => Meaning::Danger,
                    Turn::Same | Turn::Changed => Meaning::Muted,
                };
                let comma = if place > 0 { ", " } else { "" };
                pieces.push(Piece::new(comma, style(Meaning::Muted)));
                pieces.push(Piece::new(words, style(meaning)));
            }
            pieces
        }
    };
    paint::left(&pieces, place, buf);
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

fn draw_signal(
    signal: &Signal,
    picked: bool,
    (cx, look): (&Cx<'_>, &Look<'_>),
    marks: &[Mark],
    place: Rect,
    buf: &mut Buffer,
) {
    let style = |meaning| look.theme.style(meaning);
    let head = Rect { height: 1, ..place };
    let width = usize::from(place.width);
    let (value, when) = match cx.looked_at.and_then(|at| Some((at, signal.value_at(at)?))) {
        Some((at, value)) => (Some(value), Some(at)),
        None => (signal.value, None),
    };
    let stands = value.map_or(Standing::Good, |v| {
        signal.thresholds.standing(v, signal.bad)
    });
    let mark = match stands {
        Standing::Good => " ",
        Standing::Warning => paint::glyph(look, Meaning::Warning),
        Standing::Critical => paint::glyph(look, Meaning::Danger),
    };
    let name = NAME.min(width.saturating_sub(VALUE + 3));
    let mut pieces = vec![
        Piece::new(format!("{mark} "), style(meaning_of(stands))),
        Piece::new(
            column(&visible_line(&signal.name), name),
            style(Meaning::Text),
        ),
        Piece::new(
            pad_left(&figure(signal, value), VALUE),
            style(meaning_of(stands)),
        ),
    ];
    let stale = stale(signal, cx);
    let room = width.saturating_sub(paint::width(&pieces) + 2);
    if let Some(stale) = stale {
        pieces.push(Piece::new(format!("  {stale}"), style(Meaning::Stale)).cut(room));
    } else if place.height > 1 {
        let text = when.map_or_else(|| change(signal, cx), |at| format!("at {}", cx.zone.hm(at)));
        // Where the time does not fit, the value that it was does.
        let short = text.split(" at ").next().unwrap_or_default();
        let text = if text.len() > room { short } else { &*text };
        pieces.push(Piece::new(format!("  {text}"), style(Meaning::Muted)).cut(room));
    } else if let (Some(main), Some(window)) = (signal.series.first(), window(signal)) {
        let line = chart::spark(main, window, room, look.ascii);
        pieces.push(Piece::new("  ", style(Meaning::Text)));
        pieces.push(Piece::new(line, style(Meaning::Graph)));
    }
    paint::left(&pieces, head, buf);
    if picked {
        buf.set_style(head.intersection(buf.area), style(Meaning::Selection));
    }
    if let Some(window) = window(signal).filter(|_| place.height > CHART_ROWS) {
        let plot = Plot {
            series: &signal.series,
            window,
            bad: signal.bad,
            thresholds: signal.thresholds,
            marks,
        };
        let body = Rect {
            y: place.y + 1,
            height: place.height - 1,
            x: place.x + 2,
            width: place.width.saturating_sub(2),
        };
        chart::draw(&plot, look, body, buf);
    }
}

/// How old the values are, when their source does not answer.
pub(super) fn stale(signal: &Signal, cx: &Cx<'_>) -> Option<String> {
    let source = cx.live.source(&signal.source)?;
    let well = matches!(source.state, SourceState::Answering | SourceState::Waiting);
    (!well).then(|| format!("{} old", age(cx.now - signal.at)))
}

/// What became of it since the harm began.
pub(super) fn change(signal: &Signal, cx: &Cx<'_>) -> String {
    let shown = cx.room.shown();
    let began = shown.milestones.at(Milestone::Started);
    let began = began.unwrap_or(shown.opened_at);
    match signal.value_at(began) {
        Some(before) => format!(
            "was {} at {}",
            signal.unit.figure(before),
            cx.zone.hm(began)
        ),
        None => String::new(),
    }
}
