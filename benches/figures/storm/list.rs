//! The live list of ten thousand alerts under a person's keys: order, filter, cursor.

use super::FRAME_MS;
use super::alerts::ALERTS;
use crate::console::{Console, Screen, plain_text};
use crate::log;
use crate::report::{Report, ms, percentile};
use serde_json::json;
use std::time::Instant;
use warroom::incident::{IncidentId, Summary, Timestamp, replay};
use warroom::protocol::{Live, ServerFrame, encode, limits};
use warroom::signals::{LiveAlert, LiveState, Source, SourceKind, group};

/// Turns of the keys.
const TURNS: usize = 20;
/// One turn: through the orders, down and up, a filter on and off.
const KEYS: &str = "v v v v j j j j j down pagedown pagedown end home k \
                    f s e r v i c e - 7 enter j j end home esc \
                    f n o t h i n g enter esc";

/// As many groups as a console is ever sent, with ten thousand alerts in them.
fn part(now: Timestamp) -> Live {
    let alert = |n: usize| {
        let pair = n % limits::ALERT_GROUPS;
        let (name, service) = (
            format!("HighErrorRate{}", pair / 10),
            format!("service-{}", pair % 10),
        );
        let pod = format!("{service}-7d9f-{n}");
        let labels = [
            ("alertname", &*name),
            ("service", &*service),
            ("severity", "critical"),
            ("cluster", "eu-west-1"),
            ("pod", &*pod),
        ];
        LiveAlert {
            source: "am".into(),
            fingerprint: format!("{n:016x}").into(),
            name: name.as_str().into(),
            state: LiveState::Firing,
            summary: format!("{pod} fails 12 % of its requests").into(),
            labels: labels.map(|(k, v)| (k.into(), v.into())).into(),
            starts_at: now - chrono::TimeDelta::milliseconds((n as i64 * 7_919) % 3_600_000),
            updated_at: None,
            silenced_by: Vec::new(),
            url: Some("http://prometheus.example/graph?g0.expr=errors".into()),
        }
    };
    let alerts: Vec<LiveAlert> = (0..ALERTS).map(alert).collect();
    let by = ["alertname".to_owned(), "service".to_owned()];
    let groups = group(&alerts, &by, now, || {});
    assert_eq!(
        groups.len(),
        limits::ALERT_GROUPS,
        "as many as are ever sent"
    );
    Live::Alerts {
        source: "am".into(),
        groups,
        beyond: 0,
    }
}

pub fn measure(report: &mut Report) {
    let start: Timestamp = "2026-01-01T14:00:00Z".parse().unwrap();
    let now = start + chrono::TimeDelta::minutes(42);
    let log = log::events(1_000, start);
    let state = replay(IncidentId(1), &log);
    let mut console = Console::silent(now, Some(IncidentId(1)));
    console.hear(&json!({
        "type": "welcome", "protocol": warroom::protocol::VERSION, "server": "figures", "now": now, "you": "maya",
        "level": "responder", "access": "tokens", "board": [Summary::from(&state)],
    }));
    console.hear(&json!({"type": "joined", "incident": 1, "events": log, "head": state.seq}));
    let sources = vec![Source::new("am", SourceKind::Alertmanager)];
    console.hear_text(&encode(&ServerFrame::Live(Live::Sources { sources })));
    let all = encode(&ServerFrame::Live(part(now)));
    console.press("7");
    console.press("z");
    let (mut screen, mut floor_screen, text) = (Screen::new(), Screen::new(), plain_text());
    let (mut keys, mut whole, mut floor) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let started = Instant::now();
        console.hear_text(&all);
        screen.draw_console(&console);
        whole.push(ms(started.elapsed()));
        for key in KEYS.split_whitespace() {
            let started = Instant::now();
            console.press(key);
            screen.draw_console(&console);
            keys.push(ms(started.elapsed()));
        }
        floor.push(floor_screen.draw(|frame| frame.render_widget(&text, frame.area())));
    }
    let bare = (percentile(&mut floor, 0.5), "ms, unchanged text");
    let what = "key to frame in a live list of 10,000 alerts in 500 groups";
    report.within(
        &format!("{what}, longest"),
        (percentile(&mut keys, 1.0), "ms"),
        bare,
        FRAME_MS,
    );
    report.beside("  the same, p50", (percentile(&mut keys, 0.5), "ms"), bare);
    report.beside("  the same, p99", (percentile(&mut keys, 0.99), "ms"), bare);
    let what = "frame in which such a list comes in, longest";
    report.within(what, (percentile(&mut whole, 1.0), "ms"), bare, FRAME_MS);
}
