//! The console without a terminal, and the library's own terminal on a screen that forgets.

use crate::report::ms;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::widgets::Paragraph;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};
use serde_json::Value;
use std::io::{Sink, sink};
use std::time::Instant;
use warroom::client::{self, Client, Inbound, Input};
use warroom::console::app::{App, Prefs};
use warroom::console::chart::Signs;
use warroom::console::effect::Effect;
use warroom::console::keymap::{Key, Keymap};
use warroom::console::layout::Layout;
use warroom::console::msg::Msg;
use warroom::console::text::Zone;
use warroom::console::theme::Theme;
use warroom::console::{update, view};
use warroom::incident::{CommandId, IncidentId, Timestamp, Via};

pub const WIDTH: u16 = 200;
pub const HEIGHT: u16 = 50;

/// The library's terminal, on a screen that is never asked for its size.
pub struct Screen(Terminal<CrosstermBackend<Sink>>);

impl Screen {
    pub fn new() -> Self {
        let viewport = Viewport::Fixed(Rect::new(0, 0, WIDTH, HEIGHT));
        let options = TerminalOptions { viewport };
        Self(Terminal::with_options(CrosstermBackend::new(sink()), options).unwrap())
    }

    /// Draws, and says how many milliseconds that took.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> f64 {
        let started = Instant::now();
        self.0.draw(view).unwrap();
        ms(started.elapsed())
    }

    /// The same, for the console's own screen.
    pub fn draw_console(&mut self, console: &Console) -> f64 {
        self.draw(|frame| view::view(&console.app, frame))
    }
}

/// The console without a terminal and without a server.
pub struct Console {
    pub app: App,
    pub now: Timestamp,
}

impl Console {
    /// Connected, and not greeted yet; on its way to this incident's screen, or to the board.
    pub fn silent(now: Timestamp, open: Option<IncidentId>) -> Self {
        let client = Client::new(client::Options {
            watch: false,
            name: None,
            via: Via::Console,
            program: "figures".to_owned(),
            waits_for_the_journal: true,
        });
        let prefs = Prefs {
            templates: std::sync::Arc::from([]),
            themes: vec![Theme::default()],
            theme: 0,
            automatic: None,
            keymap: Keymap::default(),
            home: Zone::Utc,
            utc: true,
            layout: Layout::Commander,
            zoomed: false,
            read_only: None,
            duty: None,
            ascii: false,
            charts: Signs::Braille,
            extra_roles: Vec::new(),
            update_templates: warroom::updates::Templates::default(),
            clipboard: warroom::console::clipboard::Clipboard::Unknown,
            handover_after: chrono::TimeDelta::hours(3),
        };
        let mut ids = 0_u128;
        let ids = move |_| {
            ids += 1;
            CommandId(uuid::Uuid::from_u128((0xabc << 100) | (7 << 76) | ids))
        };
        let app = App::new(client, prefs, now, Box::new(ids));
        let mut console = Self { app, now };
        update::start(&mut console.app, open);
        let first = [
            Msg::Resized(WIDTH, HEIGHT),
            Msg::Client(Input::Connecting),
            Msg::Client(Input::Connected),
        ];
        for msg in first {
            drop(console.tell(msg));
        }
        console
    }

    fn tell(&mut self, msg: Msg) -> Vec<Effect> {
        update::update(&mut self.app, self.now, msg)
    }

    /// Takes a frame of the server in.
    pub fn hear(&mut self, frame: &Value) {
        drop(self.hear_text(&frame.to_string()));
    }

    /// The same, as it comes from the socket: read and taken in.
    pub fn hear_text(&mut self, frame: &str) -> Vec<Effect> {
        let frame = Inbound::decode(frame).unwrap();
        frame.map_or_else(Vec::new, |frame| {
            self.tell(Msg::Client(Input::Frame(Box::new(frame))))
        })
    }

    /// Goes to a moment of the past, as a typed time does.
    pub fn go_to(&mut self, at: Timestamp) -> Vec<Effect> {
        update::show_moment(&mut self.app, at)
    }

    /// Presses a key, by its name.
    pub fn press(&mut self, key: &str) -> Vec<Effect> {
        let key: Key = key.parse().unwrap();
        self.tell(Msg::Key(key.event()))
    }
}

/// A screen full of text.
pub fn plain_text() -> Paragraph<'static> {
    let line: String = ('!'..='~').cycle().take(usize::from(WIDTH)).collect();
    let lines = vec![line; usize::from(HEIGHT)];
    Paragraph::new(lines.join("\n"))
}
