//! What a frame of the commander's screen costs, against the library's own floor: a frame of plain
//! text that has not changed.
//!
//! Both go through the library's terminal and its backend for real terminals, into a writer that
//! forgets; they are taken in turns, so that a busy machine slows both.

use crate::console::{Console, Screen, plain_text};
use crate::log;
use crate::report::{Report, ms, percentile};
use serde_json::json;
use std::time::Instant;
use warroom::incident::*;

const ENTRIES: u64 = 10_000;
/// Frames of each kind, taken in turns of [`TURN`].
const FRAMES: usize = 2_000;
const TURN: usize = 50;

/// On the incident's screen, with its whole log here.
pub fn console_on(log: &[Event], now: Timestamp) -> Console {
    let mut console = Console::silent(now, Some(IncidentId(1)));
    let state = replay(IncidentId(1), log);
    console.hear(&json!({
        "type": "welcome", "protocol": warroom::protocol::VERSION, "server": "figures", "now": now, "you": "maya",
        "level": "responder", "access": "tokens", "board": [Summary::from(&state)],
    }));
    console.hear(&json!({
        "type": "joined", "incident": 1, "events": log, "head": state.seq,
    }));
    let here = |name: &str, pane: &str| json!({"person": name, "pane": pane, "typing": false});
    console.hear(&json!({
        "type": "presence", "incident": 1,
        "here": [here("bo", "runbook"), here("lee", "composer"), here("maya", "command")],
    }));
    console
}

/// The timeline's next event, from somebody else.
fn hear_note(console: &mut Console, seq: u64) {
    let event = Event {
        incident: IncidentId(1),
        seq: Seq(seq),
        recorded_at: console.now,
        occurred_at: console.now,
        by: "lee".parse().unwrap(),
        via: Via::Console,
        command: CommandId(uuid::Uuid::from_u128(u128::from(seq) | (7 << 76))),
        prev: Hash::GENESIS,
        body: log::note(&format!("{seq}: pods in eu-west-1b restarting")).into(),
    };
    console.hear(&json!({"type": "event", "event": event}));
}

pub fn measure(report: &mut Report) {
    let start: Timestamp = "2026-01-01T14:00:00Z".parse().unwrap();
    let now = start + chrono::TimeDelta::minutes(42);
    let mut log = log::events(ENTRIES, start);
    log::room_at_work(&mut log, now - chrono::TimeDelta::minutes(5));
    let mut seq = log.len() as u64;
    let mut console = console_on(&log, now);
    let (_, room) = console.app.open().unwrap();
    assert!(room.timeline().len() > 9_000, "the whole log is here");

    let text = plain_text();
    let (mut floor_screen, mut screen) = (Screen::new(), Screen::new());
    let (mut floor, mut still, mut moved) = (Vec::new(), Vec::new(), Vec::new());
    while still.len() < FRAMES {
        floor.extend((0..TURN).map(|_| floor_screen.draw(|f| f.render_widget(&text, f.area()))));
        still.extend((0..TURN).map(|_| screen.draw_console(&console)));
        for _ in 0..TURN {
            seq += 1;
            let started = Instant::now();
            hear_note(&mut console, seq);
            screen.draw_console(&console);
            moved.push(ms(started.elapsed()));
        }
    }
    let floor = percentile(&mut floor, 0.5);
    let bare = (floor, "ms, unchanged text");
    let still = (percentile(&mut still, 0.5), "ms");
    report.ratio(
        "commander's frame, 200×50, 10,000 entries",
        still,
        bare,
        2.0,
    );
    let moved = (percentile(&mut moved, 0.5), "ms");
    report.beside("  the same, with a new line come in", moved, bare);
}
