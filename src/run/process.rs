//! A command as a process group: started, read, stopped, killed, waited for.

use super::group::Group;
use super::guard::Guard;
use super::keep::Keeper;
use super::redact::Redactor;
use super::sessions::ARGUMENT;
use super::spec::{Spec, Told};
use crate::incident::{Printed, RunEnd};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, waitid};
use std::io;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe::Receiver;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

/// Pieces that wait to be taken. Beyond it the pipe is not read, and the command waits.
pub const TOLD_QUEUE: usize = 16;
/// How much is read at once, in bytes: what a pipe holds.
const PIECE_BYTES: usize = 64 * 1024;
/// How long a command may take to end after it was asked to, before it is killed.
const GRACE: Duration = Duration::from_secs(3);
/// How long the output of a command that has ended is still read, when something that it started
/// holds it.
const DRAIN: Duration = Duration::from_millis(500);
/// How long is waited for a killed command: one that hangs in the kernel may never go.
const GONE: Duration = Duration::from_secs(5);

/// How long what was printed may be kept nowhere but in memory: it is what is lost when this program
/// is killed.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// How a command ended, and what it printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// How it ended.
    pub end: RunEnd,
    /// What it printed.
    pub printed: Printed,
    /// How long it took.
    pub took: Duration,
}

/// What the waiting thread saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Exited(i32),
    Killed(i32),
    Stopped(i32),
}

/// Runs it to its end. Counting `stop` up once asks it to end, twice kills it; dropping the sender
/// changes nothing. `told` hears of the output; when nobody listens any more it is read on.
///
/// # Errors
/// When it cannot be started.
pub async fn run(
    spec: &Spec,
    mut stop: watch::Receiver<u32>,
    told: mpsc::Sender<Told>,
) -> io::Result<Ran> {
    let began = Instant::now();
    let (child, output) = start(spec)?;
    let (seen, watched) = mpsc::channel(SEEN_QUEUE);
    let group = Group::of(&child)?;
    let guard = Guard::over(&spec.launcher, group).inspect_err(|error| {
        // Without one it goes on if this program is killed: that is no reason not to run it.
        tracing::warn!(%error, "nobody ends the command if this program is killed");
    });
    let watch = tokio::task::spawn_blocking(move || wait(group.0, &seen));
    let mut running = Running {
        group,
        keeper: Keeper::new(Redactor::new(spec.patterns.clone())),
        asked: None,
        kill_at: began + spec.limit,
        drain_until: None,
        seen: None,
        suspended: None,
        limit: spec.limit,
        tell_at: Some(began),
    };
    let pipe = running.follow(output, &mut stop, watched, &told).await;
    if let Ok(guard) = guard {
        // Before its end is taken away: until then its number is nobody else's.
        guard.release();
    }
    let goes_on = running.reap(child, pipe.is_some());
    drop(pipe);
    // The thread ends with the command; one that cannot be killed is left behind.
    watch.abort();
    let end = running.end();
    let (printed, rest) = running.keeper.finish(goes_on);
    if !rest.is_empty() {
        let bytes = printed.bytes;
        let last = Told::Printed {
            raw: Vec::new(),
            shown: rest,
            bytes,
        };
        // Nobody listens: it is kept all the same.
        let _heard = told.send(last).await;
    }
    Ok(Ran {
        end,
        printed,
        took: began.elapsed(),
    })
}

/// A stop and an end: a command is seen to do no more.
const SEEN_QUEUE: usize = 4;

fn start(spec: &Spec) -> io::Result<(Child, Receiver)> {
    let (read, write) = io::pipe()?;
    let mut command = Command::new(&spec.launcher);
    let stdin = if spec.stdin {
        Stdio::inherit()
    } else {
        Stdio::null()
    };
    command
        .arg(ARGUMENT)
        .args(&spec.command)
        .envs(spec.variables.iter().map(|(name, value)| (name, value)))
        .current_dir(&spec.directory)
        .stdin(stdin)
        .stdout(write.try_clone()?)
        .stderr(write);
    let child = command.spawn()?;
    // With it go our ends of the pipe: it ends when the command's do.
    drop(command);
    let output = Receiver::from_owned_fd(OwnedFd::from(read))?;
    Ok((child, output))
}

/// Waits for the command without taking its end away, so that its number stays its own until the
/// whole group was dealt with.
fn wait(pid: Pid, seen: &mpsc::Sender<Seen>) {
    let mut wanted = WaitIdOptions::EXITED | WaitIdOptions::STOPPED;
    loop {
        let status = match waitid(WaitId::Pid(pid), wanted | WaitIdOptions::NOWAIT) {
            Ok(Some(status)) => status,
            Err(rustix::io::Errno::INTR) => continue,
            Ok(None) | Err(_) => return,
        };
        let what = if status.stopped() {
            wanted = WaitIdOptions::EXITED;
            Seen::Stopped(status.stopping_signal().unwrap_or_default())
        } else if let Some(code) = status.exit_status() {
            Seen::Exited(code)
        } else {
            Seen::Killed(status.terminating_signal().unwrap_or_default())
        };
        let last = !matches!(what, Seen::Stopped(_));
        if seen.blocking_send(what).is_err() || last {
            return;
        }
    }
}

/// Why it is being ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// Someone stopped it.
    Stop,
    /// Its time is over.
    Limit,
    /// It waits for what it will not get.
    Suspended,
}

struct Running {
    group: Group,
    keeper: Keeper,
    /// Why it is being ended, and whether it was killed for it.
    asked: Option<(Asked, bool)>,
    /// When the next step is taken to end it.
    kill_at: Instant,
    /// Until when its output is read after it has ended.
    drain_until: Option<Instant>,
    seen: Option<Seen>,
    suspended: Option<i32>,
    limit: Duration,
    /// When it is told what is kept so far; absent: nothing came since.
    tell_at: Option<Instant>,
}

impl Running {
    /// Reads the output and watches the command until both have ended, or it has and its output is
    /// held by others. Answers with the output when it has not ended.
    async fn follow(
        &mut self,
        output: Receiver,
        stop: &mut watch::Receiver<u32>,
        mut watched: mpsc::Receiver<Seen>,
        told: &mpsc::Sender<Told>,
    ) -> Option<Receiver> {
        let mut output = Some(output);
        let mut waiting: Option<Told> = None;
        let mut may_stop = true;
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let over = self
                .drain_until
                .is_some_and(|until| Instant::now() >= until);
            if over || (self.seen.is_some() && output.is_none() && waiting.is_none()) {
                return output;
            }
            let next = self.drain_until.unwrap_or(self.kill_at);
            let tell_at = self.tell_at.filter(|_| waiting.is_none());
            tokio::select! {
                biased;
                () = sleep_until(next) => if self.drain_until.is_none() {
                    self.end_it(Asked::Limit);
                },
                stopped = stop.changed(), if may_stop => match stopped {
                    Ok(()) => self.end_it(Asked::Stop),
                    Err(_) => may_stop = false,
                },
                seen = watched.recv(), if self.seen.is_none() => self.saw(seen),
                permit = told.reserve(), if waiting.is_some() => {
                    // Where nobody listens any more it is not told.
                    if let (Ok(permit), Some(ready)) = (permit, waiting.take()) {
                        permit.send(ready);
                    }
                },
                () = sleep_until(tell_at.unwrap_or(next)), if tell_at.is_some() => {
                    self.tell_at = None;
                    let so_far = || Told::SoFar(Box::new(self.keeper.so_far()));
                    waiting = (!told.is_closed()).then(so_far);
                }
                read = read(&mut output, &mut piece), if waiting.is_none() && output.is_some() => {
                    let got = read.ok().and_then(|length| piece.get(..length));
                    match got.filter(|got| !got.is_empty()) {
                        None => output = None,
                        Some(got) => waiting = self.take(got, told),
                    }
                }
            }
        }
    }

    fn take(&mut self, got: &[u8], told: &mpsc::Sender<Told>) -> Option<Told> {
        let shown = self.keeper.push(got);
        self.tell_at
            .get_or_insert_with(|| Instant::now() + TELL_EVERY);
        (!told.is_closed()).then(|| Told::Printed {
            raw: got.to_vec(),
            shown,
            bytes: self.keeper.bytes(),
        })
    }

    fn saw(&mut self, seen: Option<Seen>) {
        match seen {
            Some(Seen::Stopped(signal)) => {
                // A stop is what it asks for when it reads a terminal in the background.
                self.suspended = Some(signal);
                if self.asked.is_none() {
                    self.end_it(Asked::Suspended);
                }
            }
            Some(end) => {
                self.seen = Some(end);
                self.drain_until = Some(Instant::now() + DRAIN);
                if self.asked.is_some() {
                    // What it started goes with it.
                    self.group.signal(Signal::KILL);
                }
            }
            // It could not be watched: its output is read until its time is over.
            None => self.seen = Some(Seen::Exited(-1)),
        }
    }

    /// Takes the next step to end it: asks once, then kills, then gives up.
    fn end_it(&mut self, why: Asked) {
        let now = Instant::now();
        match self.asked {
            None => {
                let ask = if why == Asked::Stop && self.group.hears_interrupts() {
                    Signal::INT
                } else {
                    Signal::TERM
                };
                self.group.signal(ask);
                // One that stands still hears nothing before it goes on.
                self.group.signal(Signal::CONT);
                self.asked = Some((why, false));
                self.kill_at = now + GRACE;
            }
            Some((why, false)) => {
                self.group.signal(Signal::KILL);
                self.asked = Some((why, true));
                self.kill_at = now + GONE;
            }
            Some((_, true)) => self.drain_until = Some(now),
        }
    }

    /// Takes its end away, and says whether something that it started is still there and holds its
    /// output.
    fn reap(&self, mut child: Child, open: bool) -> bool {
        // One that was killed and has not gone is not waited for.
        let _status = match self.seen {
            Some(_) => child.wait().ok(),
            None => child.try_wait().ok().flatten(),
        };
        open && self.group.is_there()
    }

    fn end(&self) -> RunEnd {
        match (self.asked, self.seen) {
            (Some((Asked::Limit, _)), _) => RunEnd::TimedOut {
                seconds: self.limit.as_secs(),
            },
            // One that was done by itself, or tidied up and went well, was not stopped.
            (Some((Asked::Stop, false)), Some(Seen::Exited(0))) => RunEnd::Exited { code: 0 },
            (Some((Asked::Stop, _)), _) => RunEnd::Stopped,
            (Some((Asked::Suspended, _)), _) => RunEnd::Suspended {
                signal: name(self.suspended.unwrap_or_default()).into(),
            },
            (None, Some(Seen::Exited(code))) => RunEnd::Exited { code },
            (None, Some(Seen::Killed(signal) | Seen::Stopped(signal))) => RunEnd::Killed {
                signal: name(signal).into(),
            },
            (None, None) => RunEnd::Unknown,
        }
    }
}

async fn read(output: &mut Option<Receiver>, piece: &mut [u8]) -> io::Result<usize> {
    match output {
        Some(output) => output.read(piece).await,
        None => Ok(0),
    }
}

/// The exit code by which a shell would know that a command ended so; that of `timeout` where its
/// time was over.
#[must_use]
pub fn exit_code(end: &RunEnd) -> u8 {
    match end {
        RunEnd::Exited { code } => u8::try_from(*code).unwrap_or(u8::MAX),
        RunEnd::Killed { signal } => {
            let known = SIGNALS.iter().find(|(_, name)| **name == **signal);
            let number = known.and_then(|(signal, _)| u8::try_from(signal.as_raw()).ok());
            number.map_or(u8::MAX, |number| number.saturating_add(128))
        }
        RunEnd::TimedOut { .. } | RunEnd::Suspended { .. } => 124,
        RunEnd::Stopped => 130,
        RunEnd::Unknown => u8::MAX,
    }
}

const SIGNALS: [(Signal, &str); 22] = [
    (Signal::HUP, "SIGHUP"),
    (Signal::INT, "SIGINT"),
    (Signal::QUIT, "SIGQUIT"),
    (Signal::ILL, "SIGILL"),
    (Signal::TRAP, "SIGTRAP"),
    (Signal::ABORT, "SIGABRT"),
    (Signal::BUS, "SIGBUS"),
    (Signal::FPE, "SIGFPE"),
    (Signal::KILL, "SIGKILL"),
    (Signal::USR1, "SIGUSR1"),
    (Signal::SEGV, "SIGSEGV"),
    (Signal::USR2, "SIGUSR2"),
    (Signal::PIPE, "SIGPIPE"),
    (Signal::ALARM, "SIGALRM"),
    (Signal::TERM, "SIGTERM"),
    (Signal::STOP, "SIGSTOP"),
    (Signal::TSTP, "SIGTSTP"),
    (Signal::TTIN, "SIGTTIN"),
    (Signal::TTOU, "SIGTTOU"),
    (Signal::XCPU, "SIGXCPU"),
    (Signal::XFSZ, "SIGXFSZ"),
    (Signal::SYS, "SIGSYS"),
];

/// The name of a signal, as people write it.
fn name(signal: i32) -> String {
    let found = SIGNALS.iter().find(|(known, _)| known.as_raw() == signal);
    found.map_or_else(
        || format!("signal {signal}"),
        |(_, name)| (*name).to_owned(),
    )
}
