//! Going back and forth in an incident of 100,000 events: what each step costs, its frame drawn,
//! with the answers of the server that it needs taken in on the way.
//!
//! What is measured is the console's own work, piece by piece as its loop does it: a key and its
//! frame, then each answer and its frame. Between two pieces the console takes keys, so it is the
//! longest piece that a person may feel; the sum is how long the processor is busy for one step.

use crate::console::{Console, Screen};
use crate::frame::console_on;
use crate::log;
use crate::report::{Report, ms, percentile};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Instant;
use warroom::client;
use warroom::console::effect::Effect;
use warroom::incident::*;

const EVENTS: u64 = 100_000;
/// Steps by entry each way.
const STEPS: usize = 2_000;
const JUMPS: usize = 200;
/// States that the server is taken to have at hand.
const KEPT_EVERY: u64 = 500;
/// A frame at 60 a second.
const AIM: f64 = 16.0;

/// A server that answers from memory, in no time of its own.
struct Server {
    texts: Vec<String>,
    times: Vec<Timestamp>,
    states: BTreeMap<u64, String>,
}

impl Server {
    fn of(log: &[Event]) -> Self {
        let mut state = Incident::new(IncidentId(1));
        let mut states = BTreeMap::new();
        for event in log {
            apply(&mut state, event);
            if event.seq.0.is_multiple_of(KEPT_EVERY) {
                states.insert(event.seq.0, serde_json::to_string(&state).unwrap());
            }
        }
        Self {
            texts: log
                .iter()
                .map(|e| serde_json::to_string(e).unwrap())
                .collect(),
            times: log.iter().map(|event| event.recorded_at).collect(),
            states,
        }
    }

    fn answer(&self, asked: &Value) -> Option<String> {
        let request = &asked["request"];
        match asked["type"].as_str()? {
            "state_at" => {
                let state = self.states.get(&asked["seq"].as_u64()?).unwrap();
                Some(format!(
                    r#"{{"type":"state_at","request":{request},"checkpoint":{{"fold":{FOLD_VERSION},"incident":{state}}}}}"#
                ))
            }
            "page" => {
                let from = match asked["at"].as_str() {
                    Some(at) => {
                        let at: Timestamp = at.parse().unwrap();
                        self.times.partition_point(|time| *time < at)
                    }
                    None => usize::try_from(asked["after"].as_u64()?).unwrap(),
                };
                let limit = usize::try_from(asked["limit"].as_u64()?).unwrap();
                let to = (from + limit).min(self.texts.len());
                let events = self.texts[from.min(to)..to].join(",");
                Some(format!(
                    r#"{{"type":"page","request":{request},"incident":1,"events":[{events}],"corrections":[],"more":false}}"#
                ))
            }
            _ => None,
        }
    }
}

/// What steps cost: each as a whole, and every piece of them.
#[derive(Default)]
struct Costs {
    whole: Vec<f64>,
    pieces: Vec<f64>,
}

/// One step: from the key until what it asked for has come and is drawn.
fn step(
    console: &mut Console,
    screen: &mut Screen,
    server: &Server,
    costs: &mut Costs,
    first: impl FnOnce(&mut Console) -> Vec<Effect>,
) {
    let mut whole = 0.0;
    let mut piece = |started: Instant, console: &Console, screen: &mut Screen| {
        screen.draw_console(console);
        let took = ms(started.elapsed());
        whole += took;
        costs.pieces.push(took);
    };
    let started = Instant::now();
    let mut effects = first(console);
    piece(started, console, screen);
    while let Some(effect) = effects.pop() {
        let Effect::Client(client::Effect::Send(frame)) = effect else {
            continue;
        };
        let asked: Value = serde_json::from_str(&frame.encode()).unwrap();
        if let Some(answer) = server.answer(&asked) {
            let started = Instant::now();
            effects.extend(console.hear_text(&answer));
            piece(started, console, screen);
        }
    }
    costs.whole.push(whole);
}

fn tell(report: &mut Report, what: &str, mut costs: Costs) {
    let longest = percentile(&mut costs.pieces, 1.0);
    let whole = &mut costs.whole;
    report.known(
        &format!("{what}, half are under"),
        (percentile(whole, 0.5), "ms"),
    );
    report.known("  99 of 100 are under", (percentile(whole, 0.99), "ms"));
    report.known(
        "  the longest, all its answers taken in",
        (percentile(whole, 1.0), "ms"),
    );
    report.single(
        "  the longest time without an ear for keys",
        (longest, "ms"),
        &format!("under {AIM} ms"),
        longest < AIM,
    );
}

pub fn measure(report: &mut Report) {
    let start: Timestamp = "2026-01-01T14:00:00Z".parse().unwrap();
    let log = log::events(EVENTS, start);
    let now = log.last().unwrap().recorded_at + chrono::TimeDelta::minutes(1);
    let server = Server::of(&log);
    let mut console = console_on(&log, now);
    console.hear(&json!({
        "type": "welcome", "protocol": warroom::protocol::VERSION, "server": "figures",
        "now": now, "you": "maya", "level": "responder", "access": "tokens",
        "offers": [warroom::protocol::STATE_AT],
    "board": [Summary::from(&replay(IncidentId(1), &log))],
    }));
    console.hear(&json!({"type": "joined", "incident": 1, "events": [], "head": EVENTS}));
    let mut screen = Screen::new();
    let mut by_entry = |console: &mut Console, key: &str| {
        let mut costs = Costs::default();
        for _ in 0..STEPS {
            step(console, &mut screen, &server, &mut costs, |c| c.press(key));
        }
        costs
    };
    let back = by_entry(&mut console, "[");
    let past = console.app.past().unwrap();
    assert!(past.seq().0 + (STEPS as u64) <= EVENTS, "it went back");
    let on = by_entry(&mut console, "]");
    tell(report, "a step back in 100,000 events, 200×50", back);
    tell(report, "a step on", on);
    let mut jumps = Costs::default();
    let mut random = 0x9E37_79B9_u64;
    for _ in 0..JUMPS {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let to = start + chrono::TimeDelta::milliseconds((random % EVENTS).cast_signed());
        step(&mut console, &mut screen, &server, &mut jumps, |c| {
            c.go_to(to)
        });
    }
    tell(report, "a jump to any moment of it", jumps);
}
