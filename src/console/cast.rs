//! A recording as a file that terminals play: asciicast, version 2. The first line says how large
//! the screen is; each further one is `[seconds, "o", what is written to the terminal]`.
//!
//! The frames are the console's own, drawn through the same backend as on a real terminal, so what
//! comes from outside is made harmless as there. The same log gives the same file, byte for byte.

use super::app::{App, Prefs};
use super::chart::Signs;
use super::keymap::Keymap;
use super::layout::Layout;
use super::text::{Zone, visible_line};
use super::theme::Theme;
use super::{msg::Msg, update, view};
use crate::client::{Client, Options as ClientOptions, Recording};
use crate::incident::{CommandId, Timestamp, Via};
use chrono::TimeDelta;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use serde_json::json;
use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

/// The shortest time between two frames of the file: what the eye takes for motion.
const FRAME: TimeDelta = TimeDelta::milliseconds(100);
/// How often the clocks on the screen go on while nothing happens.
const TICK: TimeDelta = TimeDelta::seconds(1);
/// The most frames of one file: three hours of changes ten times a second.
const FRAMES_MAX: u64 = 108_000;

/// How a recording is written out.
#[derive(Debug, Clone)]
pub struct CastOptions {
    /// The size of the screen, in cells.
    pub size: (u16, u16),
    /// So many times as fast as it was.
    pub speed: u32,
    /// From when on.
    pub from: Timestamp,
    /// What takes longer than this in the file is cut to it.
    pub idle_limit: TimeDelta,
    /// What is on the screen.
    pub layout: Layout,
    /// How it looks.
    pub theme: Theme,
    /// The zone that times are shown in.
    pub zone: Zone,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Frames in which something changed.
    pub frames: u64,
    /// How long it plays.
    pub lasts: TimeDelta,
    /// It was cut at the most frames that a file has.
    pub cut: bool,
}

/// What the terminal's backend writes, until it is taken.
#[derive(Clone, Default)]
struct Sink(Rc<RefCell<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink {
    fn take(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.borrow_mut());
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// The console on a screen that nobody sees.
struct Stage {
    app: App,
    terminal: Terminal<CrosstermBackend<Sink>>,
    sink: Sink,
}

impl Stage {
    fn new(recording: Recording, options: &CastOptions) -> io::Result<Self> {
        let id = recording.incident();
        let (_, end) = recording.span();
        let client = Client::of_recording(
            ClientOptions {
                watch: true,
                name: None,
                via: Via::Console,
                program: String::new(),
                waits_for_the_journal: false,
            },
            recording,
        );
        let prefs = Prefs {
            themes: vec![options.theme.clone()],
            theme: 0,
            automatic: None,
            keymap: Keymap::default(),
            home: options.zone,
            utc: options.zone == Zone::Utc,
            layout: options.layout,
            zoomed: false,
            read_only: Some("This is a recording: nothing in it can be changed.".to_owned()),
            ascii: false,
            charts: Signs::Braille,
            extra_roles: Vec::new(),
            duty: None,
            handover_after: chrono::TimeDelta::zero(),
            templates: std::sync::Arc::from([]),
            update_templates: crate::updates::Templates::default(),
            clipboard: super::clipboard::Clipboard::Unknown,
        };
        // Nothing is written here, so no command is ever made.
        let ids = Box::new(|_| CommandId(uuid::Uuid::nil()));
        let mut app = App::new(client, prefs, end, ids);
        drop(update::start(&mut app, Some(id)));
        let (width, height) = options.size;
        drop(update::update(&mut app, end, Msg::Resized(width, height)));
        let sink = Sink::default();
        let viewport = Viewport::Fixed(Rect::new(0, 0, width, height));
        let terminal = Terminal::with_options(
            CrosstermBackend::new(sink.clone()),
            TerminalOptions { viewport },
        )?;
        Ok(Self {
            app,
            terminal,
            sink,
        })
    }

    /// What is written to the terminal for it to show that moment; nothing where nothing changes.
    fn frame(&mut self, at: Timestamp) -> io::Result<String> {
        drop(update::show_moment(&mut self.app, at));
        let app = &self.app;
        self.terminal.draw(|frame| view::view(app, frame))?;
        self.terminal.backend_mut().flush()?;
        Ok(self.sink.take())
    }
}

/// Writes a recording out.
///
/// # Errors
/// When it cannot be written.
pub fn write(
    recording: Recording,
    options: &CastOptions,
    out: &mut impl Write,
) -> io::Result<Written> {
    // Whoever plays it has colours, whatever the terminal has in which it is made.
    crossterm::style::force_color_output(true);
    let moments = moments(&recording, options);
    let mut stage = Stage::new(recording, options)?;
    let mut written = Written {
        frames: 0,
        lasts: TimeDelta::zero(),
        cut: false,
    };
    head(&stage, options, out)?;
    // Whatever was on the screen before.
    line(
        out,
        TimeDelta::zero(),
        "\u{1b}[0m\u{1b}[2J\u{1b}[H\u{1b}[?25l",
    )?;
    for (when, at) in moments {
        if written.frames >= FRAMES_MAX {
            written.cut = true;
            break;
        }
        let bytes = stage.frame(at)?;
        if !bytes.is_empty() {
            line(out, when, &bytes)?;
            written.frames += 1;
        }
        written.lasts = when;
    }
    line(out, written.lasts, "\u{1b}[0m\u{1b}[?25h")?;
    Ok(written)
}

fn head(stage: &Stage, options: &CastOptions, out: &mut impl Write) -> io::Result<()> {
    let (width, height) = options.size;
    let shown = stage.app.live().map(|(_, room)| room.shown());
    let title = shown.map(|shown| format!("{} {}", shown.id, shown.title));
    let title = title.unwrap_or_default();
    let began = shown.map_or(0, |shown| shown.opened_at.timestamp());
    let head = json!({
        "version": 2,
        "width": width,
        "height": height,
        "timestamp": began,
        "title": visible_line(&title),
        "env": {"TERM": "xterm-256color"},
    });
    writeln!(out, "{head}")
}

fn line(out: &mut impl Write, when: TimeDelta, bytes: &str) -> io::Result<()> {
    let millis = when.num_milliseconds();
    let (seconds, rest) = (millis / 1_000, millis % 1_000);
    let bytes = serde_json::Value::from(bytes);
    writeln!(out, "[{seconds}.{rest:03}, \"o\", {bytes}]")
}

/// Each moment that is shown, with when that is in the file: every event that is not within a frame
/// of the last one, and the seconds in between while not too long nothing happens.
fn moments(recording: &Recording, options: &CastOptions) -> Vec<(TimeDelta, Timestamp)> {
    let speed = i32::try_from(options.speed.max(1)).unwrap_or(i32::MAX);
    let limit = options.idle_limit.max(FRAME);
    let mut when = TimeDelta::zero();
    let mut last = options.from;
    let mut shown = vec![(when, last)];
    let mut shown_at = when;
    for at in recording.times().filter(|at| *at > options.from) {
        let gap = ((at - last) / speed).max(TimeDelta::zero());
        let lasts = gap.min(limit);
        let mut tick = TICK;
        while tick + FRAME <= lasts {
            let there = last.checked_add_signed(tick * speed).unwrap_or(at);
            shown.push((when + tick, there.min(at)));
            shown_at = when + tick;
            tick += TICK;
        }
        when += lasts;
        last = at;
        if when - shown_at >= FRAME {
            shown.push((when, at));
            shown_at = when;
        } else if let Some(newest) = shown.last_mut() {
            // Within one frame the last one counts.
            newest.1 = at;
        }
    }
    shown
}
