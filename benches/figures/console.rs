//! The real console in a pseudo-terminal of 200×50, and the screen that it draws there.

use crate::server::{self, Server};
use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

const COLUMNS: u16 = 200;
const ROWS: u16 = 50;
/// A figure fails rather than hang.
const SHOWN_WITHIN: Duration = Duration::from_secs(30);

/// The console, ended when dropped.
pub struct Console {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
}

impl Console {
    /// Starts it; with these words it opens an incident, with none the board.
    pub fn start(server: &Server, home: &Path, words: &[&str]) -> Self {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_warroom"));
        command.env_clear();
        for (name, place) in server::places(home) {
            command.env(name, place);
        }
        command.env("TERM", "xterm-256color");
        command.args([
            "join",
            &format!("ws://{}", server.address),
            "--name",
            "maya",
        ]);
        command.args(words);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let (send, output) = sync_channel(4_096);
        std::thread::spawn(move || {
            // Held until the console is gone, so that it never sees its terminal go.
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
            self.screen.process(&chunk);
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
                    self.screen.process(&chunk);
                    written.extend(chunk);
                }
                Err(RecvTimeoutError::Timeout) => return written,
                Err(RecvTimeoutError::Disconnected) => panic!("the console ended"),
            }
        }
    }

    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
