//! The real console in a pseudo-terminal: start, keys, and quiet.

use crate::memory::{Running, cpu_seconds, fill_journal};
use crate::report::{Report, ms, percentile};
use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

/// A console in a pseudo-terminal of 200×50.
struct Console {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    bytes: usize,
}

impl Console {
    fn start(server: &Running, home: &Path) -> Self {
        let size = PtySize { rows: 50, cols: 200, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_warroom"));
        command.args(["join", &format!("ws://{}", server.address), "--incident", "INC-1"]);
        command.env("HOME", home);
        command.env("TERM", "xterm-256color");
        command.env("WARROOM_STATE", home.join("state"));
        command.env("WARROOM_DATA", home.join("client"));
        let child = pair.slave.spawn_command(command).expect("the console");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("its output");
        let (send, output) = sync_channel(4_096);
        let keys = pair.master.take_writer().expect("its keys");
        std::thread::spawn(move || {
            let _master = pair.master;
            let mut buffer = vec![0; 256 * 1024];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { child, keys, output, screen: vt100::Parser::new(nz(50), nz(200), 0), bytes: 0 }
    }

    /// Reads until the screen shows this, or fails.
    fn until(&mut self, wanted: impl Fn(&str) -> bool) {
        let limit = Instant::now() + Duration::from_secs(30);
        while !wanted(&self.screen.screen().contents()) {
            let left = limit.saturating_duration_since(Instant::now());
            let chunk = self.output.recv_timeout(left).unwrap_or_else(|_| {
                panic!("not shown:\n{}", self.screen.screen().contents());
            });
            self.bytes += chunk.len();
            self.screen.process(&chunk);
        }
    }

    /// Reads for a while and returns how many bytes came.
    fn quiet(&mut self, time: Duration) -> usize {
        let before = self.bytes;
        let limit = Instant::now() + time;
        loop {
            match self.output.recv_timeout(limit.saturating_duration_since(Instant::now())) {
                Ok(chunk) => {
                    self.bytes += chunk.len();
                    self.screen.process(&chunk);
                }
                Err(RecvTimeoutError::Timeout) => return self.bytes - before,
                Err(RecvTimeoutError::Disconnected) => panic!("the console ended"),
            }
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("keys");
        self.keys.flush().expect("keys");
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn long_incident(folder: &Path) -> Running {
    let data = folder.join("data");
    fill_journal(&data, &[100_000]);
    Running::start(&data)
}

/// The newest note of the filled log is on the screen.
fn shows_newest(screen: &str) -> bool {
    screen.contains("INC-1") && screen.contains("pods in eu-west-1b")
}

/// Start to the first frame that shows the incident.
pub fn measure_start(report: &mut Report) {
    let folder = tempfile::tempdir_in(".").expect("a folder");
    let server = long_incident(folder.path());
    let mut samples: Vec<f64> = (0..20)
        .map(|_| {
            let started = Instant::now();
            let mut console = Console::start(&server, folder.path());
            console.until(shows_newest);
            ms(started.elapsed())
        })
        .collect();
    let middle = percentile(&mut samples, 0.5);
    report.single("start to the first full frame, p50", (middle, "ms"), "under 30 ms", middle < 30.0);
}

/// Keys to the screen, and an idle console.
pub fn measure(report: &mut Report) {
    let folder = tempfile::tempdir_in(".").expect("a folder");
    let server = long_incident(folder.path());
    let mut console = Console::start(&server, folder.path());
    console.until(shows_newest);
    console.press("i");
    console.quiet(Duration::from_millis(500));
    let mut samples = Vec::new();
    let mut typed = String::new();
    for n in 0..300 {
        let key = char::from(b'a' + (n % 26) as u8);
        typed.push(key);
        let tail = typed[typed.len().saturating_sub(12)..].to_owned();
        let started = Instant::now();
        console.press(&key.to_string());
        console.until(|screen| screen.contains(&tail));
        samples.push(ms(started.elapsed()));
    }
    let worst = percentile(&mut samples, 0.99);
    report.single("key to screen, 100,000 entries, p99", (worst, "ms"), "under 5 ms", worst < 5.0);
    let middle = percentile(&mut samples, 0.5);
    report.single("key to screen, p50", (middle, "ms"), "reported", true);

    console.press("\u{1b}");
    console.quiet(Duration::from_secs(2));
    let pid = console.child.process_id().expect("a process");
    let before = cpu_seconds(pid);
    let bytes = console.quiet(Duration::from_secs(30));
    let used = cpu_seconds(pid) - before;
    report.single("idle console, CPU in 30 s", (used, "s"), "0 but for the clock", used < 0.1);
    let each = bytes as f64 / 30.0;
    report.single("idle console, bytes a second (its clock)", (each, "B/s"), "the clock's cells", each < 200.0);
}

fn nz(n: u16) -> std::num::NonZero<u16> {
    std::num::NonZero::new(n).expect("not zero")
}
