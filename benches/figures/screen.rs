//! A program in a pseudo-terminal of 200×50, and the screen that it draws there: the real console,
//! or the least that a program can do with a key.

use crate::server::{self, Server};
use crossterm::terminal::enable_raw_mode;
use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write, stdin, stdout};
use std::num::NonZero;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

const COLUMNS: u16 = 200;
const ROWS: u16 = 50;
/// What the echoing process is told by.
const VARIABLE: &str = "WARROOM_FIGURES_ECHO";
/// What it says once it is there.
pub const ECHO_READY: &str = "ready";
/// How a terminal is asked for its background.
const QUESTION: &str = "\x1b]11;?";
/// A figure fails rather than hang.
const SHOWN_WITHIN: Duration = Duration::from_secs(30);

/// A program in a pseudo-terminal, ended when dropped.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
}

impl Terminal {
    /// The console; with these words it opens an incident, with none the board.
    pub fn console(server: &Server, home: &Path, words: &[&str]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_warroom"));
        command.env_clear();
        for (name, place) in server::places(home) {
            command.env(name, place);
        }
        let url = format!("ws://{}", server.address);
        command.args(["join", &url, "--name", "maya"]);
        command.args(words);
        Self::start(command)
    }

    /// The yardstick: [`echoed`].
    pub fn echo() -> Self {
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.env_clear();
        command.env(VARIABLE, "");
        Self::start(command)
    }

    fn start(mut command: CommandBuilder) -> Self {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let (send, output) = sync_channel(4_096);
        std::thread::spawn(move || {
            // Held until the program is gone, so that it never sees its terminal go.
            let _master = pair.master;
            let mut buffer = vec![0; 256 * 1024];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        let (rows, columns) = (NonZero::new(ROWS), NonZero::new(COLUMNS));
        Self {
            child,
            keys,
            output,
            screen: vt100::Parser::new(rows.unwrap(), columns.unwrap(), 0),
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Takes in what it writes until these rows, from that one on, say what is wanted.
    pub fn until(&mut self, from_row: u16, wanted: &str) {
        let limit = Instant::now() + SHOWN_WITHIN;
        loop {
            let screen = self.screen.screen();
            let rows = screen.contents_between(from_row, 0, ROWS - 1, COLUMNS);
            if rows.contains(wanted) {
                return;
            }
            let left = limit.saturating_duration_since(Instant::now());
            let Ok(chunk) = self.output.recv_timeout(left) else {
                panic!("`{wanted}` was not shown:\n{}", screen.contents());
            };
            self.take(&chunk);
        }
    }

    /// Draws what came, and answers as a terminal does when it is asked for its background.
    fn take(&mut self, chunk: &[u8]) {
        self.screen.process(chunk);
        if chunk
            .windows(QUESTION.len())
            .any(|bytes| bytes == QUESTION.as_bytes())
        {
            self.press("\u{1b}]11;rgb:0000/0000/0000\u{7}");
        }
    }

    /// Takes in what it writes during this time, and returns it.
    pub fn during(&mut self, time: Duration) -> Vec<u8> {
        let limit = Instant::now() + time;
        let mut written = Vec::new();
        loop {
            let left = limit.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(chunk) => {
                    self.take(&chunk);
                    written.extend(chunk);
                }
                Err(RecvTimeoutError::Timeout) => return written,
                Err(RecvTimeoutError::Disconnected) => panic!("the program ended"),
            }
        }
    }

    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes each key back as it comes, if that is what this process was started for.
pub fn echoed() -> bool {
    if std::env::var_os(VARIABLE).is_none() {
        return false;
    }
    enable_raw_mode().unwrap();
    let (mut keys, mut screen) = (stdin().lock(), stdout().lock());
    let mut say = |bytes: &[u8]| screen.write_all(bytes).and_then(|()| screen.flush());
    let mut key = [0];
    let mut said = say(ECHO_READY.as_bytes());
    while said.is_ok() && matches!(keys.read(&mut key), Ok(1)) {
        said = match key[0] {
            // Ctrl-u empties the line.
            0x15 => say(b"\r\x1b[K"),
            _ => say(&key),
        };
    }
    true
}
