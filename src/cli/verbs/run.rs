//! `warroom run`: a command run here, and what it printed as one entry of the timeline.

mod send;
mod trim;

use crate::cli::args::{Again, duration};
use crate::cli::context::Context;
use crate::clock::{Clock as _, SystemClock};
use crate::error::Failure;
use crate::incident::{CommandRun, IncidentId, StepNo, StepRef};
use crate::run::process::{self, Ran, TOLD_QUEUE};
use crate::run::{Patterns, Spec, Told};
use clap::Args;
use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};

/// How long a command may take where nothing is said.
pub const LIMIT: Duration = Duration::from_secs(5 * 60);

/// What `run` takes.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// The command and its arguments, behind --
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
    /// Hand the words to a shell as one line: --shell -- 'kubectl get pods | grep web'
    #[arg(long)]
    shell: bool,
    /// How long it may take before its whole process group is killed; absent: as configured, or 5m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    limit: Option<Duration>,
    /// Let it read standard input; else it finds it empty
    #[arg(long)]
    stdin: bool,
    /// Keep only these lines of what it printed, as 10-40,55 or -20 for the last twenty; without
    /// a value: ask which when it has ended
    #[arg(long, value_name = "LINES", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    trim: Option<String>,
    /// Never show it to spectators, not even that it ran
    #[arg(long)]
    private: bool,
    /// What there is to say about it
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    /// Show what would be sent, and send nothing
    #[arg(long)]
    no_send: bool,
    /// The step of a runbook that it is run for
    #[arg(long, value_name = "NUMBER", requires = "runbook")]
    step: Option<u32>,
    /// The runbook of that step
    #[arg(long, value_name = "NAME", requires = "step")]
    runbook: Option<String>,
    #[command(flatten)]
    again: Again,
}

/// Runs it, shows what it prints as it comes, and sends the evidence. The exit code is the
/// command's.
///
/// # Errors
/// When it cannot be started, or what it printed is neither recorded nor kept to be sent later.
pub async fn run(args: RunArgs, cx: &Context) -> Result<ExitCode, Failure> {
    let keep = args.trim.as_deref().filter(|lines| !lines.is_empty());
    let keep = keep.map(trim::lines).transpose()?;
    let spec = spec(&args, cx)?;
    let started_at = SystemClock.now();
    let ran = shown(&spec, cx.global.json).await?;
    let code = ExitCode::from(process::exit_code(&ran.end));
    let mut evidence = evidence(&args, &spec, started_at, ran);
    if let Some(keep) = keep {
        evidence.printed = keep.of(&evidence.printed);
    } else if args.trim.is_some() {
        evidence.printed = trim::asked(&evidence)?;
    }
    tell(&evidence.line());
    let remarks = evidence.remarks();
    if !remarks.is_empty() {
        tell(&remarks.join(", "));
    }
    if args.no_send {
        send::show(&evidence, cx)?;
        return Ok(code);
    }
    send::send(&args, evidence, cx).await?;
    Ok(code)
}

/// A line for the person, beside the output.
pub(super) fn tell(line: &str) {
    let line = crate::console::text::visible_line(line);
    // Nobody reads it: the evidence counts.
    let _heard = writeln!(std::io::stderr().lock(), "warroom: {line}");
}

fn spec(args: &RunArgs, cx: &Context) -> Result<Spec, Failure> {
    let config = cx.config()?.config.run;
    let patterns = Patterns::new(&config.redact)
        .map_err(|bad| Failure::usage(format!("A pattern of [run] cannot be used: {bad}.")))?;
    // A token that cannot be read is no reason not to run the command; it is told when it is sent.
    let token = cx.token().ok().flatten();
    let words = args.command.join(OsStr::new(" "));
    let directory = std::env::current_dir().map_err(|error| {
        Failure::usage("The folder that this was started in cannot be found, so nothing was run.")
            .instead("Go to another one.")
            .because(error)
    })?;
    let launcher = std::env::current_exe().map_err(|error| {
        Failure::internal("warroom cannot find its own program, so nothing was run.").because(error)
    })?;
    Ok(Spec {
        command: if args.shell {
            Spec::shell(&words.to_string_lossy())
        } else {
            args.command.clone()
        },
        variables: Vec::new(),
        directory,
        limit: args.limit.or(config.limit).unwrap_or(LIMIT),
        stdin: args.stdin,
        patterns: patterns.and_literally(token),
        launcher,
    })
}

/// Runs it, with its output on standard output as it comes (on standard error with --json).
async fn shown(spec: &Spec, json: bool) -> Result<Ran, Failure> {
    let (told, heard) = mpsc::channel(TOLD_QUEUE);
    let (stop, stopped) = watch::channel(0);
    // A terminal that was halted makes the command wait, and not what stops it.
    let printer = tokio::task::spawn_blocking(move || print(heard, json));
    let signals = [
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
        signal(SignalKind::hangup()),
    ];
    let [interrupt, terminate, hangup] = signals;
    let mut running = std::pin::pin!(process::run(spec, stopped, told));
    let mut signals = [interrupt.ok(), terminate.ok(), hangup.ok()];
    let ran = loop {
        let [a, b, c] = &mut signals;
        tokio::select! {
            ran = &mut running => break ran,
            () = came(a) => {}
            () = came(b) => {}
            () = came(c) => {}
        }
        stop.send_modify(|times| *times += 1);
    };
    let ran = ran.map_err(|error| {
        Failure::internal("The command could not be started, so there is nothing to record.")
            .because(error)
    })?;
    // What was printed is out before anything is said about it.
    let _printed = printer.await;
    Ok(ran)
}

async fn came(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

fn print(mut heard: mpsc::Receiver<Told>, json: bool) {
    while let Some(told) = heard.blocking_recv() {
        let Told::Printed { raw, .. } = told else {
            continue;
        };
        let written = if json {
            std::io::stderr().lock().write_all(&raw)
        } else {
            let mut out = std::io::stdout().lock();
            out.write_all(&raw).and_then(|()| out.flush())
        };
        // Whoever read it has gone; the command goes on, and so does the record of it.
        if written.is_err() {
            return;
        }
    }
}

fn evidence(
    args: &RunArgs,
    spec: &Spec,
    started_at: crate::incident::Timestamp,
    ran: Ran,
) -> CommandRun {
    let words: Vec<_> = args
        .command
        .iter()
        .map(|word| word.to_string_lossy())
        .collect();
    let line = if args.shell {
        words.join(" ")
    } else {
        let quoted = words.iter().map(|word| crate::run::quoted(word));
        quoted.collect::<Vec<_>>().join(" ")
    };
    let step = args.runbook.as_deref().zip(args.step);
    CommandRun {
        step: step.map(|(runbook, step)| StepRef {
            runbook: runbook.into(),
            step: StepNo(step),
        }),
        note: args.note.as_str().into(),
        private: args.private,
        ..crate::run::evidence(spec, &line, started_at, ran)
    }
}
