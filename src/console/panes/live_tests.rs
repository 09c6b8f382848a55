//! Signals, errors and alerts at the three sizes of screen, with nothing, the usual and too much,
//! and with a source in trouble.

mod words;

use super::fixture::{drawn, empty, me, now, usual};
use super::{Cx, Focus, Title, alerts, errors, signals};
use crate::client::{Live, Room};
use crate::console::keymap::Action;
use crate::console::layout::{self, Layout, Watched, Wish};
use crate::console::text::Zone;
use crate::incident::*;
use crate::protocol::{Live as Part, Missing};
use crate::signals::*;
use chrono::TimeDelta;
use ratatui::layout::Rect;
use std::sync::Arc;

/// What a sender of nonsense puts into names.
const ODD: &str =
    "請求エラー 🚨 \u{1b}[31mred\u{1b}[0m \u{202e}desrever\u{202c} very long indeed, and then some";

fn ago(minutes: i64) -> Timestamp {
    now() - TimeDelta::minutes(minutes)
}

fn series(label: &str, value: impl Fn(i64) -> f64) -> Series {
    let samples = (0..=60).map(|n| (ago(60 - n).timestamp_millis(), value(n)));
    Series::of_samples(label, (ago(60), now()), 60_000, samples)
}

fn signal(name: &str, unit: Unit, critical: Option<f64>, series: Vec<Series>) -> Signal {
    let value = series.first().and_then(|main| Some(main.last()?.1));
    Signal {
        source: "prom".into(),
        name: name.into(),
        unit,
        bad: Bad::Above,
        thresholds: Thresholds {
            warning: None,
            critical: critical.and_then(Number::new),
        },
        at: now(),
        said: value.is_none().then(|| "NaN".into()),
        value,
        series,
        more_series: 0,
        warning: None,
        url: Some("https://grafana.example/d/abc".into()),
    }
}

fn issue(n: u64, title: &str, state: IssueState) -> Issue {
    Issue {
        source: "errors".into(),
        id: format!("{n}").into(),
        short: format!("CHECKOUT-{n}").into(),
        title: title.into(),
        culprit: "pay.charge".into(),
        project: "checkout".into(),
        level: "error".into(),
        state,
        events: 12_000 / n,
        users: 900 / n,
        first_seen: ago(40),
        last_seen: ago(i64::try_from(n % 9).expect("small")),
        first_release: None,
        new_in_release: false,
        assigned_to: (n == 2).then(|| "kim".into()),
        trend: (0..20).map(|m| if m < 10 { 0 } else { m * 3 }).collect(),
        url: None,
    }
}

fn group(n: u32, name: &str, firing: u32) -> AlertGroup {
    let labels = [("service", "checkout"), ("cluster", "eu-west")];
    AlertGroup {
        key: format!("alertname={name:?},n={n}").into(),
        source: "am".into(),
        name: name.into(),
        labels: labels.map(|(k, v)| (Arc::from(k), Arc::from(v))).into(),
        summary: "error ratio over 5 %".into(),
        firing,
        pending: 0,
        silenced: u32::from(firing == 0) * 3,
        resolved: 0,
        first_at: ago(25),
        last_at: ago(2),
        rate: (0..30_u32).map(|m| m.saturating_sub(20)).collect(),
        flapping: n == 3,
        maintenance: (n == 4).then(|| "patches".into()),
        names: vec!["checkout-7".into()],
        silences: Vec::new(),
        url: None,
    }
}

fn live(signals: Vec<Signal>, issues: Vec<Issue>, groups: Vec<AlertGroup>, down: bool) -> Live {
    let incident = IncidentId(42);
    let source = |name: &str, kind| Source {
        state: if down {
            SourceState::Down
        } else {
            SourceState::Answering
        },
        answered_at: Some(ago(3)),
        why: down.then(|| "it cannot be reached (connection refused)".into()),
        ..Source::new(name, kind)
    };
    let missing = Missing {
        name: "queue".into(),
        why: "the incident has no `$region`".into(),
    };
    Live::of_parts([
        Part::Sources {
            sources: vec![
                source("am", SourceKind::Alertmanager),
                source("errors", SourceKind::Sentry),
                source("prom", SourceKind::Prometheus),
            ],
        },
        Part::Signals {
            incident,
            source: "prom".into(),
            missing: if signals.len() > 3 {
                vec![missing]
            } else {
                Vec::new()
            },
            signals,
        },
        Part::Issues {
            incident,
            source: "errors".into(),
            issues,
        },
        Part::Alerts {
            source: "am".into(),
            groups,
            beyond: 0,
        },
    ])
}

fn some(down: bool) -> Live {
    let rise = |n: i64| {
        if n < 30 {
            0.2
        } else {
            12.4 - f64::from(u8::try_from(n % 5).unwrap_or(0))
        }
    };
    live(
        vec![
            signal("5xx", Unit::Percent, Some(5.0), vec![series("", rise)]),
            signal(
                "p99",
                Unit::Seconds,
                None,
                vec![series("a", |n| 0.3 + rise(n) / 8.0), series("b", |_| 0.4)],
            ),
            signal(
                "orders",
                Unit::PerMinute,
                None,
                vec![series("", |_| f64::NAN)],
            ),
        ],
        vec![
            issue(1, "TypeError: pay is undefined", IssueState::New),
            issue(2, "Timeout in charge", IssueState::Regressed),
            issue(30, "KeyError: 'sku'", IssueState::Ongoing),
        ],
        vec![
            group(1, "HighErrorRate", 12),
            group(3, "PodFlaps", 2),
            group(2, "DiskFull", 0),
        ],
        down,
    )
}

fn much() -> Live {
    let wave = |n: i64| 1e9 * f64::from(u8::try_from(n * 7 % 60).unwrap_or(0));
    let states = [IssueState::New, IssueState::Escalating, IssueState::Ongoing];
    live(
        (0..40)
            .map(|n| {
                signal(
                    &format!("{n} {ODD}"),
                    Unit::Bytes,
                    Some(3e10),
                    vec![series(ODD, wave)],
                )
            })
            .collect(),
        (1..=100)
            .zip(states.iter().cycle())
            .map(|(n, state)| issue(n, &format!("{n} {ODD}"), *state))
            .collect(),
        (0..500)
            .map(|n| group(n, &format!("{n} {ODD}"), 10_000 - n))
            .collect(),
        false,
    )
}

fn insides(pane: Focus) -> [Rect; 3] {
    [(200, 50), (120, 40), (80, 24)].map(|(width, height)| {
        let watched = Watched {
            signals: true,
            errors: true,
            alerts: true,
        };
        let wish = Wish {
            layout: Layout::Commander,
            pane,
            beside: pane,
            zoomed: false,
            composer_rows: 2,
            runbooks: 1,
            runbook_right: false,
            watched,
        };
        let places = layout::incident(Rect::new(0, 0, width, height), wish);
        layout::inside(places.pane(pane).expect("the pane is on the screen"))
    })
}

/// Draws a pane after these actions, at three sizes.
fn shown(pane: Focus, room: &Room, live: &Live, actions: &[Action]) -> String {
    shown_at(pane, room, live, actions, None).join("\n")
}

/// The same while an entry of that moment is looked at.
fn shown_at(
    pane: Focus,
    room: &Room,
    live: &Live,
    actions: &[Action],
    looked_at: Option<Timestamp>,
) -> [String; 3] {
    let me = me();
    insides(pane).map(|area| {
        let cx = Cx {
            room,
            live,
            looked_at,
            me: Some(&me),
            now: now(),
            zone: Zone::Utc,
            area,
            read_only: false,
            handover_after: chrono::TimeDelta::hours(3),
        };
        macro_rules! draw {
            ($state:expr) => {{
                let mut state = $state;
                for action in actions {
                    state.handle(*action, &cx);
                }
                let Title { left, right } = state.title(&cx);
                let body = drawn(area, |look, area, buf| state.draw(&cx, look, area, buf));
                format!("[ {left} | {right} ]\n{body}")
            }};
        }
        match pane {
            Focus::Signals => draw!(signals::State::default()),
            Focus::Errors => draw!(errors::State::default()),
            _ => draw!(alerts::State::default()),
        }
    })
}

#[test]
fn nothing_is_watched_or_nothing_is_said_yet() {
    let nothing = live(Vec::new(), Vec::new(), Vec::new(), false);
    for pane in [Focus::Signals, Focus::Errors, Focus::Alerts] {
        let name = format!("{pane:?}_empty").to_lowercase();
        let watched = shown(pane, &empty(), &nothing, &[]);
        let none = shown(pane, &empty(), &Live::default(), &[]);
        insta::assert_snapshot!(name, format!("{watched}\n{none}"));
    }
}

#[test]
fn the_usual() {
    for pane in [Focus::Signals, Focus::Errors, Focus::Alerts] {
        let name = format!("{pane:?}_usual").to_lowercase();
        insta::assert_snapshot!(name, shown(pane, &usual(), &some(false), &[]));
    }
}

#[test]
fn a_source_that_is_down_shows_its_age_and_the_reason() {
    for pane in [Focus::Signals, Focus::Errors, Focus::Alerts] {
        let name = format!("{pane:?}_down").to_lowercase();
        insta::assert_snapshot!(name, shown(pane, &usual(), &some(true), &[]));
    }
}

#[test]
fn too_much() {
    for pane in [Focus::Signals, Focus::Errors, Focus::Alerts] {
        let name = format!("{pane:?}_overfull").to_lowercase();
        let drawn = shown(pane, &usual(), &much(), &[]);
        assert!(
            !drawn.contains('\u{1b}') && !drawn.contains('\u{202e}'),
            "{drawn}"
        );
        insta::assert_snapshot!(name, drawn);
    }
}

#[test]
fn a_whole_chart_with_a_moment_that_is_read() {
    let read = [
        Action::Accept,
        Action::Earlier,
        Action::Earlier,
        Action::Earlier,
    ];
    insta::assert_snapshot!(shown(Focus::Signals, &usual(), &some(false), &read));
}

#[test]
fn a_table_in_another_order() {
    let sorted = shown(
        Focus::Alerts,
        &usual(),
        &some(false),
        &[Action::SortRows; 3],
    );
    let lines: Vec<&str> = sorted
        .lines()
        .filter(|line| line.contains("service") || line.contains("checkout"))
        .collect();
    let at = |name: &str| lines.iter().position(|line| line.contains(name));
    assert!(
        at("DiskFull") < at("HighErrorRate") && at("HighErrorRate") < at("PodFlaps"),
        "{sorted}"
    );
}

#[test]
fn the_cursor_stays_with_its_monitor_when_another_has_the_same_alerts() {
    let other = AlertGroup {
        source: "prom".into(),
        ..group(1, "HighErrorRate", 1)
    };
    let silenced = AlertGroup {
        silences: vec!["4f2a".into()],
        ..group(1, "HighErrorRate", 0)
    };
    let (room, me) = (usual(), me());
    let mut state = alerts::State::default();
    let before = live(
        Vec::new(),
        Vec::new(),
        vec![group(1, "HighErrorRate", 2), other.clone()],
        false,
    );
    let after = live(Vec::new(), Vec::new(), vec![other, silenced], false);
    let cx = |live| Cx {
        room: &room,
        live,
        looked_at: None,
        me: Some(&me),
        now: now(),
        zone: Zone::Utc,
        area: Rect::new(0, 0, 80, 10),
        read_only: false,
        handover_after: chrono::TimeDelta::hours(3),
    };
    // Silencing them keeps the cursor there, though they are no longer the loudest.
    state.handle(Action::SilenceAlerts, &cx(&before));
    assert_eq!(state.why_not(Action::ExpireSilence, &cx(&after)), None);
    assert!(state.why_not(Action::ExpireSilence, &cx(&before)).is_some());
}
