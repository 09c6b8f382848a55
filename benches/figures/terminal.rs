//! What a person in front of the console notices: how soon it is there, how soon a key shows, and
//! that it costs nothing while nothing happens.

use crate::raw::Raw;
use crate::report::{Report, ms, percentile};
use crate::screen::{ECHO_READY, Terminal};
use crate::server::{self, Server, cpu_ms};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const LONG: u64 = 100_000;
/// What the newest line of the log says: with it the whole screen is there.
const NEWEST: &str = "the newest note of this log";
const STARTS: usize = 40;
const KEYS: usize = 1_000;
/// Keys before the line is emptied, so that it never wraps.
const LINE: usize = 50;
/// Where the composer is.
const FOOT: u16 = 44;
const IDLE: Duration = Duration::from_secs(30);

/// A server with a long incident.
fn long_incident() -> (TempDir, Server) {
    let folder = server::folder();
    server::fill(folder.path(), &[LONG]);
    let server = Server::start(folder.path());
    (folder, server)
}

fn open(folder: &TempDir, server: &Server) -> Terminal {
    let mut console = Terminal::console(server, folder.path(), &["--incident", "INC-1"]);
    console.until(0, NEWEST);
    console
}

/// From the start of the process to the first frame with the incident on it. The yardstick is the
/// start of the least program, in turns.
pub fn measure_start(report: &mut Report) {
    let (folder, server) = long_incident();
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let started = Instant::now();
        let mut echo = Terminal::echo();
        echo.until(0, ECHO_READY);
        bare.push(ms(started.elapsed()));
        drop(echo);
        let started = Instant::now();
        let console = open(&folder, &server);
        ours.push(ms(started.elapsed()));
        drop(console);
    }
    let ours = (percentile(&mut ours, 0.5), "ms");
    let bare = (percentile(&mut bare, 0.5), "ms, the least program");
    let what = "start of the console to the first full frame, p50";
    report.within(what, ours, bare, 30.0);
}

/// From a key to the screen. The yardstick is a program that only writes the key back, in turns.
pub fn measure_keys(report: &mut Report) {
    let (folder, server) = long_incident();
    let mut console = open(&folder, &server);
    console.press("i");
    let mut echo = Terminal::echo();
    echo.until(0, ECHO_READY);
    let quiet = Typed::on(&mut console, &mut echo);
    let [middle, most] = quiet.figures();
    let what = "key to screen, 100,000 entries, p99";
    report.within(what, most.0, most.1, 5.0);
    report.beside("  the same, p50", middle.0, middle.1);

    let ended = AtomicBool::new(false);
    let busy = std::thread::scope(|scope| {
        scope.spawn(|| others_write(&server, &ended));
        let typed = Typed::on(&mut console, &mut echo);
        ended.store(true, Ordering::Relaxed);
        typed
    });
    let [middle, most] = busy.figures();
    let what = "key to screen while others write 50 notes a second, p99";
    report.within(what, most.0, most.1, 5.0);
    report.beside("  the same, p50", middle.0, middle.1);
}

/// How long keys took to the screen, in milliseconds.
struct Typed {
    ours: Vec<f64>,
    bare: Vec<f64>,
}

type Compared = ((f64, &'static str), (f64, &'static str));

impl Typed {
    fn on(console: &mut Terminal, echo: &mut Terminal) -> Self {
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for turn in 0..KEYS / LINE {
            bare.extend(type_line(echo, 0, turn));
            ours.extend(type_line(console, FOOT, turn));
        }
        Self { ours, bare }
    }

    /// The middle and the 99th of a hundred.
    fn figures(mut self) -> [Compared; 2] {
        [0.5, 0.99].map(|share| {
            let ours = (percentile(&mut self.ours, share), "ms");
            let bare = (percentile(&mut self.bare, share), "ms, a bare echo");
            (ours, bare)
        })
    }
}

/// Types a line as by hand, a key each 20 to 45 ms, so that keys meet every phase of the clock and
/// of other people's events.
fn type_line(terminal: &mut Terminal, from_row: u16, turn: usize) -> Vec<f64> {
    // Ctrl-u
    terminal.press("\u{15}");
    terminal.during(Duration::from_millis(200));
    let mut line = String::new();
    let key = |n: usize| {
        let pause = 20 + (turn + n * 7) % 26;
        terminal.during(Duration::from_millis(pause as u64));
        line.push(char::from(b'a' + ((turn + n * 11) % 26) as u8));
        let started = Instant::now();
        terminal.press(&line[n..]);
        terminal.until(from_row, &line);
        ms(started.elapsed())
    };
    (0..LINE).map(key).collect()
}

/// Writes a note each 20 ms.
fn others_write(server: &Server, ended: &AtomicBool) {
    let mut raw = Raw::connect(server.address, "bo");
    while !ended.load(Ordering::Relaxed) {
        raw.note(1, "pods in eu-west-1b restarting, memory at the limit");
        raw.wait_for("done");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

/// Half a minute in which nothing happens, on the incident's screen, where a clock runs, and on
/// the board.
pub fn measure_idle(report: &mut Report) {
    let (folder, server) = long_incident();
    let mut console = open(&folder, &server);
    console.during(Duration::from_secs(4));
    let before = cpu_ms(console.pid());
    let written = console.during(IDLE);
    let used = cpu_ms(console.pid()) - before;
    let frames = IDLE.as_secs_f64();
    report.single(
        "idle console, processor time in 30 s (30 frames of its clock)",
        (used, "ms"),
        "the clock's frames alone",
        used / frames < 3.0,
    );
    let printed = printed(&written);
    let what = "  cells written a second";
    let cells = printed.len() as f64 / frames;
    let clock = printed
        .iter()
        .all(|byte| matches!(byte, b'0'..=b'9' | b':'));
    report.single(what, (cells, ""), "digits of the clock alone", clock);
    let bytes = written.len() as f64 / frames;
    report.known("  bytes written a second", (bytes, ""));
    drop(console);

    let mut console = Terminal::console(&server, folder.path(), &[]);
    console.until(0, "INC-1");
    console.during(Duration::from_secs(4));
    let before = cpu_ms(console.pid());
    let written = console.during(IDLE);
    let used = cpu_ms(console.pid()) - before;
    let what = "idle console on the board, processor time in 30 s";
    report.single(what, (used, "ms"), "0 but for a minute's step", used < 10.0);
    report.known("  bytes written in 30 s", (written.len() as f64, ""));
}

/// What is left of a terminal's input when its control sequences are taken away.
fn printed(bytes: &[u8]) -> Vec<u8> {
    let mut left = Vec::new();
    let mut bytes = bytes.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            0x1b => {
                // CSI: to its final byte.
                let _ = bytes.next();
                let _ = bytes.by_ref().find(|byte| matches!(byte, 0x40..=0x7e));
            }
            0..0x20 => {}
            byte => left.push(byte),
        }
    }
    left
}
