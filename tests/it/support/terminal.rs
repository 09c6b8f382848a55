//! The real console in a pseudo-terminal, and the real server as a process.

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};
use warroom::server::control::ServerFile;

/// How long a test waits for what must come: long, for a busy machine; nothing waits it out.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server process on a data directory of its own.
pub(crate) struct Served {
    child: std::process::Child,
    data: PathBuf,
    pub(crate) address: SocketAddr,
}

impl Served {
    /// Starts it; port 0 takes a free one.
    pub(crate) fn start(data: &Path, listen: SocketAddr) -> Self {
        std::fs::create_dir_all(data).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_warroom"))
            .args(["serve", "--listen", &listen.to_string(), "--data"])
            .arg(data)
            .env_clear()
            .env("HOME", data)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let limit = Instant::now() + PATIENCE;
        loop {
            match ServerFile::read(data) {
                Ok(Some(file)) if file.pid == child.id() => {
                    return Self {
                        child,
                        data: data.to_owned(),
                        address: file.address,
                    };
                }
                _ => assert!(Instant::now() < limit, "the server did not start"),
            }
            std::thread::yield_now();
        }
    }

    /// Ends it as a power cut would, and starts it again on the same address.
    pub(crate) fn kill_and_restart(self) -> Self {
        let (data, address) = (self.data.clone(), self.address);
        drop(self);
        Self::start(&data, address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A console in a pseudo-terminal.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    raw: Vec<u8>,
}

impl Terminal {
    /// Starts a console of `name` whose files lie in `home`.
    pub(crate) fn start(server: SocketAddr, name: &str, home: &Path, size: (u16, u16)) -> Self {
        let url = format!("ws://{server}");
        let join = ["--name", name, "join", &url, "--incident", "INC-1"];
        Self::run(&join, home, &[], size)
    }

    /// Starts a console that gets no signal when its terminal is gone, as one that a script runs.
    pub(crate) fn start_unsignalled(server: SocketAddr, name: &str, home: &Path) -> Self {
        let url = format!("ws://{server}");
        let join = ["--name", name, "join", &url, "--incident", "INC-1"];
        let mut command = command(&join, home, &[]);
        command.set_controlling_tty(false);
        Self::spawn(command, (120, 40))
    }

    /// Starts the program with these arguments and variables; its files lie in `home`.
    pub(crate) fn run(
        arguments: &[&str],
        home: &Path,
        variables: &[(&str, &Path)],
        size: (u16, u16),
    ) -> Self {
        Self::spawn(command(arguments, home, variables), size)
    }

    /// Starts a script of the shell, in which `$0` is the program.
    pub(crate) fn script(script: &str, home: &Path, size: (u16, u16)) -> Self {
        let mut shell = CommandBuilder::new("/bin/sh");
        shell.env_clear();
        shell.cwd(env!("CARGO_MANIFEST_DIR"));
        shell.args(["-c", script, env!("CARGO_BIN_EXE_warroom")]);
        shell.env("HOME", home);
        shell.env("TERM", "xterm-256color");
        shell.env("TZ", "UTC");
        Self::spawn(shell, size)
    }

    fn spawn(command: CommandBuilder, (columns, rows): (u16, u16)) -> Self {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let (send, output) = sync_channel(4_096);
        std::thread::spawn(move || {
            let _master = pair.master;
            let mut buffer = [0; 16 * 1024];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        let size = |n| std::num::NonZero::new(n).unwrap();
        let screen = vt100::Parser::new(size(rows), size(columns), 0);
        Self {
            child,
            keys,
            output,
            screen,
            raw: Vec::new(),
        }
    }

    /// Waits until the screen shows this. A screen may be half drawn: that something is not there
    /// any more tells nothing before it was waited for.
    pub(crate) fn until(&mut self, what: &str, shows: impl Fn(&str) -> bool) {
        let limit = Instant::now() + PATIENCE;
        while !shows(&self.screen.screen().contents()) {
            let left = limit.saturating_duration_since(Instant::now());
            let Ok(chunk) = self.output.recv_timeout(left) else {
                panic!("never shown: {what}\n{}", self.screen.screen().contents());
            };
            self.take(&chunk);
        }
    }

    /// Draws what came, and answers as a terminal does when it is asked where its cursor is.
    fn take(&mut self, chunk: &[u8]) {
        // A question may come in two pieces.
        let tail = self.raw.len().saturating_sub(3);
        self.raw.extend_from_slice(chunk);
        self.screen.process(chunk);
        let asked = self.raw[tail..].windows(4).any(|bytes| bytes == b"\x1b[6n");
        if asked {
            let (row, column) = self.screen.screen().cursor_position();
            let answer = format!("\x1b[{};{}R", row + 1, column + 1);
            // Who asked may have ended meanwhile.
            let _ = self.keys.write_all(answer.as_bytes());
        }
    }

    /// Waits until the screen shows this text.
    pub(crate) fn shows(&mut self, text: &str) {
        self.until(text, |screen| screen.contains(text));
    }

    /// Waits until the screen shows this text, for so long at the most: whether it does.
    pub(crate) fn shows_within(&mut self, text: &str, patience: Duration) -> bool {
        let limit = Instant::now() + patience;
        while !self.screen.screen().contents().contains(text) {
            let Some(left) = limit.checked_duration_since(Instant::now()) else {
                return false;
            };
            match self.output.recv_timeout(left) {
                Ok(chunk) => self.take(&chunk),
                Err(RecvTimeoutError::Timeout) => return false,
                Err(RecvTimeoutError::Disconnected) => panic!("it has ended: {text}"),
            }
        }
        true
    }

    /// Waits until the screen shows this text, or the program has ended: whether it is shown.
    pub(crate) fn shows_or_ends(&mut self, text: &str) -> bool {
        let limit = Instant::now() + PATIENCE;
        while !self.screen.screen().contents().contains(text) {
            let left = limit.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(chunk) => self.take(&chunk),
                Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("never shown: {text}\n{}", self.screen.screen().contents())
                }
            }
        }
        true
    }

    /// Waits until the row that holds this text is drawn as the one under the cursor: its words have
    /// another background than the row above.
    pub(crate) fn selects(&mut self, text: &str) {
        let limit = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen.screen();
            let rows: Vec<String> = screen.rows(0, screen.size().1.get()).collect();
            let found = rows.iter().position(|row| row.contains(text));
            let background = |row: usize, column: usize| {
                let at = |n| u16::try_from(n).unwrap();
                screen.cell(at(row), at(column)).map(vt100::Cell::bgcolor)
            };
            let selected = found.filter(|row| *row > 0).is_some_and(|row| {
                let (before, _) = rows[row].split_once(text).unwrap();
                let column = before.chars().count();
                background(row, column) != background(row - 1, column)
            });
            if selected {
                return;
            }
            let left = limit.saturating_duration_since(Instant::now());
            let Ok(chunk) = self.output.recv_timeout(left) else {
                panic!("never under the cursor: {text}\n{}", rows.join("\n"));
            };
            self.take(&chunk);
        }
    }

    /// Waits until some cell of the screen has this colour of the 256.
    pub(crate) fn paints(&mut self, colour: u8) {
        let limit = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen.screen();
            let (rows, columns) = screen.size();
            let (rows, columns) = (rows.get(), columns.get());
            let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
            let wanted = vt100::Color::Idx(colour);
            if cells
                .filter_map(|(row, column)| screen.cell(row, column))
                .any(|cell| cell.fgcolor() == wanted || cell.bgcolor() == wanted)
            {
                return;
            }
            let left = limit.saturating_duration_since(Instant::now());
            let Ok(chunk) = self.output.recv_timeout(left) else {
                panic!("no cell has colour {colour}");
            };
            self.take(&chunk);
        }
    }

    /// All that it wrote so far.
    pub(crate) fn written(&self) -> &[u8] {
        &self.raw
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it has ended, and returns all that it ever wrote.
    pub(crate) fn ended(mut self) -> (bool, Vec<u8>) {
        let limit = Instant::now() + PATIENCE;
        loop {
            let left = limit.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(chunk) => self.take(&chunk),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    let tail = self.raw.len().saturating_sub(200);
                    let last = String::from_utf8_lossy(&self.raw[tail..]);
                    panic!("it goes on: {last:?}\n{}", self.screen.screen().contents())
                }
            }
        }
        (self.child.wait().unwrap().success(), self.raw.clone())
    }

    /// Takes the terminal away, once something more is drawn on it. Says whether the program ends
    /// by itself then.
    pub(crate) fn vanish(mut self) -> bool {
        // The thread that reads lets the terminal go when nobody takes what it has read.
        self.output = sync_channel(0).1;
        self.keys = Box::new(std::io::sink());
        let limit = Instant::now() + PATIENCE;
        while Instant::now() < limit {
            if self.child.try_wait().unwrap().is_some() {
                return true;
            }
            std::thread::yield_now();
        }
        false
    }

    /// Sends a signal to the process, by name.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(arguments: &[&str], home: &Path, variables: &[(&str, &Path)]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_warroom"));
    command.env_clear();
    command.cwd(env!("CARGO_MANIFEST_DIR"));
    command.args(arguments);
    for (name, value) in variables {
        command.env(name, value);
    }
    command.env("HOME", home);
    command.env("TERM", "xterm-256color");
    command.env("TZ", "UTC");
    command
}

/// Runs a verb and returns what it printed; it must succeed.
pub(crate) fn verb(server: SocketAddr, home: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_warroom"))
        .args([
            "--server",
            &format!("ws://{server}"),
            "--name",
            "lee",
            "--timeout",
            "60s",
        ])
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("TZ", "UTC")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {told}");
    String::from_utf8(output.stdout).unwrap()
}
