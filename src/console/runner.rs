//! The one command that a console runs at a time, on a task of its own.

use super::effect::Start;
use crate::incident::{CommandRun, Printed, RunEnd, Timestamp};
use crate::run::process::{self, Ran, TOLD_QUEUE};
use crate::run::{Patterns, Spec, Told, evidence};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// How long a command may take to be gone when the console ends.
const GONE_WITHIN: Duration = Duration::from_secs(10);

/// How commands are run here.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Where they run.
    pub directory: PathBuf,
    /// How long one may take.
    pub limit: Duration,
    /// What is taken out of what they print.
    pub patterns: Patterns,
    /// The program that makes sessions of their own: warroom itself.
    pub launcher: PathBuf,
}

/// What happened to the command.
#[derive(Debug)]
pub(super) enum Happened {
    /// It printed something.
    Printed { shown: String, bytes: u64 },
    /// What is known of it so far, to be put away.
    SoFar(Box<CommandRun>),
    /// It has ended.
    Ended(Result<Box<CommandRun>, String>),
}

/// The command that runs, if one does.
#[derive(Debug, Default)]
pub(super) struct Runner {
    machine: Option<Machine>,
    now: Option<Now>,
}

#[derive(Debug)]
struct Now {
    spec: Arc<Spec>,
    line: String,
    started_at: Timestamp,
    began: Instant,
    told: mpsc::Receiver<Told>,
    stop: watch::Sender<u32>,
    ended: JoinHandle<Result<Box<CommandRun>, String>>,
}

impl Now {
    fn so_far(&self, printed: Printed) -> Box<CommandRun> {
        let ran = Ran {
            end: RunEnd::Unknown,
            printed,
            took: self.began.elapsed(),
        };
        Box::new(evidence(&self.spec, &self.line, self.started_at, ran))
    }
}

impl Runner {
    pub(super) fn new(machine: Option<Machine>) -> Self {
        Self { machine, now: None }
    }

    pub(super) fn is_busy(&self) -> bool {
        self.now.is_some()
    }

    /// Starts it; one at a time.
    pub(super) fn start(&mut self, start: Start) {
        let Some(machine) = self.machine.clone().filter(|_| self.now.is_none()) else {
            return;
        };
        let (tell, told) = mpsc::channel(TOLD_QUEUE);
        let (stop, stopped) = watch::channel(0);
        let spec = Arc::new(Spec {
            command: Spec::shell(&start.script),
            variables: start.variables,
            directory: machine.directory,
            limit: machine.limit,
            stdin: false,
            patterns: machine.patterns,
            launcher: machine.launcher,
        });
        let (own, line, started_at) = (spec.clone(), start.line.clone(), start.started_at);
        let ended = tokio::spawn(async move {
            let ran = process::run(&own, stopped, tell).await;
            ran.map(|ran| Box::new(evidence(&own, &line, started_at, ran)))
                .map_err(|error| format!("The command could not be started: {error}."))
        });
        self.now = Some(Now {
            spec,
            line: start.line,
            started_at,
            began: Instant::now(),
            told,
            stop,
            ended,
        });
    }

    pub(super) fn stop(&self) {
        if let Some(now) = &self.now {
            now.stop.send_modify(|times| *times += 1);
        }
    }

    /// What happens next; never, when nothing runs. May be dropped and called again.
    pub(super) async fn happens(&mut self) -> Happened {
        let Some(now) = &mut self.now else {
            return std::future::pending().await;
        };
        match now.told.recv().await {
            Some(Told::Printed { shown, bytes, .. }) => return Happened::Printed { shown, bytes },
            Some(Told::SoFar(printed)) => return Happened::SoFar(now.so_far(*printed)),
            None => {}
        }
        let ended = (&mut now.ended).await;
        self.now = None;
        Happened::Ended(
            ended.unwrap_or_else(|error| {
                Err(format!("The command could not be waited for: {error}."))
            }),
        )
    }

    /// Ends it with its whole group: the console is left. Answers with what came of it.
    pub(super) async fn end(mut self) -> Option<Result<Box<CommandRun>, String>> {
        let now = self.now.take()?;
        drop(now.told);
        for _ in 0..2 {
            now.stop.send_modify(|times| *times += 1);
            tokio::task::yield_now().await;
        }
        match tokio::time::timeout(GONE_WITHIN, now.ended).await {
            Ok(ended) => ended.ok(),
            Err(_) => {
                tracing::warn!("a command did not end with the console");
                None
            }
        }
    }
}
