//! What ends a command whose warroom was killed.
//!
//! A program that is killed tells nobody, and a command leads a session of its own, so that it would
//! go on with nobody to see what it does. A small process watches for that: a pipe ends for it when
//! the program does, however it does. It is warroom once more, as with [`super::sessions`].

use super::group::Group;
use rustix::process::{Pid, Signal};
use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// The first argument by which warroom knows that it is this process. No verb begins so.
pub const GUARD: &str = "--end-with-warroom";

/// How long the command may take to end by itself once nobody is there.
const GRACE: Duration = Duration::from_secs(3);
/// How often it is looked whether it has. It is nobody's child any more, so nothing tells.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The process that stands by, seen from the program that runs the command. Where it is dropped
/// without a word the command is ended.
#[derive(Debug)]
pub(super) struct Guard {
    child: Child,
    line: Option<ChildStdin>,
}

impl Guard {
    pub(super) fn over(launcher: &Path, group: Group) -> io::Result<Self> {
        let mut child = Command::new(launcher)
            .arg(GUARD)
            .arg(group.0.as_raw_nonzero().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let line = child.stdin.take();
        Ok(Self { child, line })
    }

    /// The command has ended, and what it left behind was left on purpose.
    pub(super) fn release(mut self) {
        if let Some(mut line) = self.line.take() {
            // One that has gone already needs no word.
            let _gone = line.write_all(b".");
        }
        let _status = self.child.wait();
    }
}

/// Waits for the word that the command has ended. Where the pipe ends without one, the program that
/// ran it is gone: its group is asked to end, and then killed.
#[must_use]
pub fn stand_by(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    // Whatever ends the console's own session or group must not end this.
    let _led = rustix::process::setsid();
    let number = arguments
        .next()
        .and_then(|text| text.to_str()?.parse().ok());
    let Some(group) = number.and_then(Pid::from_raw).map(Group) else {
        return ExitCode::FAILURE;
    };
    if heard() {
        return ExitCode::SUCCESS;
    }
    group.signal(Signal::TERM);
    group.signal(Signal::CONT);
    let began = Instant::now();
    while group.is_there() && began.elapsed() < GRACE {
        std::thread::park_timeout(LOOK_EVERY);
    }
    if group.is_there() {
        group.signal(Signal::KILL);
    }
    ExitCode::SUCCESS
}

fn heard() -> bool {
    let mut word = [0];
    loop {
        match io::stdin().lock().read(&mut word) {
            Ok(length) => return length > 0,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
}
