//! What a person in front of the console notices: how soon it is there, how soon a key shows, and
//! that it costs nothing while nothing happens.

use crate::console::Console;
use crate::raw::Raw;
use crate::report::{Report, ms, percentile};
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

fn open(folder: &TempDir, server: &Server) -> Console {
    let mut console = Console::start(server, folder.path(), &["--incident", "INC-1"]);
    console.until(0, NEWEST);
    console
}

/// From the start of the process to the first frame with the incident on it.
pub fn measure_start(report: &mut Report) {
    let (folder, server) = long_incident();
    let once = |_| {
        let started = Instant::now();
        let console = open(&folder, &server);
        let took = ms(started.elapsed());
        drop(console);
        took
    };
    let mut samples: Vec<f64> = (0..STARTS).map(once).collect();
    let middle = percentile(&mut samples, 0.5);
    let what = "start of the console to the first full frame, p50";
    report.single(what, (middle, "ms"), "under 30 ms", middle < 30.0);
}

/// From a key to the screen: typed as by hand, 20 to 45 ms apart, so that keys meet every phase of
/// the clock and of other people's events.
pub fn measure_keys(report: &mut Report) {
    let (folder, server) = long_incident();
    let mut console = open(&folder, &server);
    console.press("i");
    console.during(Duration::from_millis(500));
    let mut keys = typed(&mut console);
    let quick = percentile(&mut keys, 0.99);
    let what = "key to screen, 100,000 entries, p99";
    report.single(what, (quick, "ms"), "under 5 ms", quick < 5.0);
    report.known("  the same, p50", (percentile(&mut keys, 0.5), "ms"));

    let ended = AtomicBool::new(false);
    let mut keys = std::thread::scope(|scope| {
        scope.spawn(|| others_write(&server, &ended));
        let keys = typed(&mut console);
        ended.store(true, Ordering::Relaxed);
        keys
    });
    let quick = (percentile(&mut keys, 0.99), "ms");
    report.known("  while others write 50 notes a second, p99", quick);
}

fn typed(console: &mut Console) -> Vec<f64> {
    let mut samples = Vec::new();
    let mut line = String::new();
    for n in 0..KEYS {
        if line.len() == LINE {
            // Ctrl-u
            console.press("\u{15}");
            line.clear();
        }
        console.during(Duration::from_millis(20 + (n as u64 * 7) % 26));
        line.push(char::from(b'a' + (n * 11 % 26) as u8));
        let started = Instant::now();
        console.press(&line[line.len() - 1..]);
        console.until(FOOT, &line);
        samples.push(ms(started.elapsed()));
    }
    samples
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

    let mut console = Console::start(&server, folder.path(), &[]);
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
