//! What a frame of the commander's screen costs, against the library's own floor: a frame of plain
//! text that has not changed.
//!
//! Both go through the library's terminal and its backend for real terminals, into a writer that
//! forgets; they are taken in turns, so that a busy machine slows both.

use crate::log;
use crate::report::{Report, ms, percentile};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::widgets::Paragraph;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};
use serde_json::{Value, json};
use std::io::{Sink, sink};
use std::time::Instant;
use warroom::client::{self, Client, Inbound, Input};
use warroom::console::app::{App, Prefs};
use warroom::console::keymap::Keymap;
use warroom::console::layout::Layout;
use warroom::console::msg::Msg;
use warroom::console::text::Zone;
use warroom::console::theme::Theme;
use warroom::console::{update, view};
use warroom::incident::*;

const WIDTH: u16 = 200;
const HEIGHT: u16 = 50;
const ENTRIES: u64 = 10_000;
/// Frames of each kind, taken in turns of [`TURN`].
const FRAMES: usize = 2_000;
const TURN: usize = 50;

/// The library's terminal, on a screen that is never asked for its size.
struct Screen(Terminal<CrosstermBackend<Sink>>);

impl Screen {
    fn new() -> Self {
        let viewport = Viewport::Fixed(Rect::new(0, 0, WIDTH, HEIGHT));
        let options = TerminalOptions { viewport };
        Self(Terminal::with_options(CrosstermBackend::new(sink()), options).unwrap())
    }

    fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> f64 {
        let started = Instant::now();
        self.0.draw(view).unwrap();
        ms(started.elapsed())
    }
}

/// The console without a terminal and without a server.
struct Console {
    app: App,
    now: Timestamp,
}

impl Console {
    /// On the incident's screen, with its whole log here.
    fn on(log: &[Event], now: Timestamp) -> Self {
        let client = Client::new(client::Options {
            watch: false,
            name: None,
            via: Via::Console,
            program: "figures".to_owned(),
            waits_for_the_journal: true,
        });
        let prefs = Prefs {
            themes: vec![Theme::default()],
            theme: 0,
            automatic: None,
            keymap: Keymap::default(),
            home: Zone::Utc,
            utc: true,
            layout: Layout::Commander,
            zoomed: false,
            read_only: None,
            ascii: false,
            charts: warroom::console::chart::Signs::Braille,
            extra_roles: Vec::new(),
        };
        let mut ids = 0_u128;
        let ids = move |_| {
            ids += 1;
            CommandId(uuid::Uuid::from_u128((0xabc << 100) | (7 << 76) | ids))
        };
        let app = App::new(client, prefs, now, Box::new(ids));
        let mut console = Self { app, now };
        update::start(&mut console.app, Some(IncidentId(1)));
        console.tell(Msg::Resized(WIDTH, HEIGHT));
        console.tell(Msg::Client(Input::Connecting));
        console.tell(Msg::Client(Input::Connected));
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

    fn tell(&mut self, msg: Msg) {
        drop(update::update(&mut self.app, self.now, msg));
    }

    fn hear(&mut self, frame: &Value) {
        let frame = Inbound::decode(&frame.to_string()).unwrap().unwrap();
        self.tell(Msg::Client(Input::Frame(Box::new(frame))));
    }

    /// The timeline's next event, from somebody else.
    fn hear_note(&mut self, seq: u64) {
        let event = Event {
            incident: IncidentId(1),
            seq: Seq(seq),
            recorded_at: self.now,
            occurred_at: self.now,
            by: "lee".parse().unwrap(),
            via: Via::Console,
            command: CommandId(uuid::Uuid::from_u128(u128::from(seq) | (7 << 76))),
            prev: Hash::GENESIS,
            body: log::note(&format!("{seq}: pods in eu-west-1b restarting")).into(),
        };
        self.hear(&json!({"type": "event", "event": event}));
    }
}

fn plain_text() -> Paragraph<'static> {
    let line: String = ('!'..='~').cycle().take(usize::from(WIDTH)).collect();
    let lines = vec![line; usize::from(HEIGHT)];
    Paragraph::new(lines.join("\n"))
}

pub fn measure(report: &mut Report) {
    let start: Timestamp = "2026-01-01T14:00:00Z".parse().unwrap();
    let now = start + chrono::TimeDelta::minutes(42);
    let mut log = log::events(ENTRIES, start);
    log::room_at_work(&mut log, now - chrono::TimeDelta::minutes(5));
    let mut seq = log.len() as u64;
    let mut console = Console::on(&log, now);
    let (_, room) = console.app.open().unwrap();
    assert!(room.timeline().len() > 9_000, "the whole log is here");

    let text = plain_text();
    let (mut floor_screen, mut screen) = (Screen::new(), Screen::new());
    let (mut floor, mut still, mut moved) = (Vec::new(), Vec::new(), Vec::new());
    while still.len() < FRAMES {
        floor.extend((0..TURN).map(|_| floor_screen.draw(|f| f.render_widget(&text, f.area()))));
        still.extend((0..TURN).map(|_| screen.draw(|frame| view::view(&console.app, frame))));
        for _ in 0..TURN {
            seq += 1;
            let started = Instant::now();
            console.hear_note(seq);
            screen.draw(|frame| view::view(&console.app, frame));
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
