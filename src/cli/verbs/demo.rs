//! `warroom demo`: a drill with teammates, on a server of its own that is gone afterwards.

use super::console::{OpenArgs, Part};
use super::{console, timeline};
use crate::cli::context::Context;
use crate::cli::house::{self, Shelf};
use crate::cli::session::{Part as Pages, Session, Target};
use crate::cli::troupe::{Progress, Troupe};
use crate::cli::{history, local};
use crate::drill::player::{Speed, play};
use crate::drill::scenario::{BUILT_IN, Scenario, built_in, parse};
use crate::error::Failure;
use crate::incident::{IncidentId, Kind, Seq, Via};
use crate::paths::Paths;
use crate::protocol::limits::PAGE_EVENTS;
use crate::runbooks::Library;
use crate::server::{Options, start};
use clap::Args;
use serde_json::json;
use std::io::{IsTerminal as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What `demo` takes.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// A scenario by name, or the path of a scenario file
    #[arg(default_value = "checkout-5xx")]
    scenario: String,
    /// How fast it is played: 1 is as written, 10 ten times as fast
    #[arg(long, value_name = "X", default_value = "1")]
    speed: Speed,
    /// List the scenarios that are built in
    #[arg(long)]
    list: bool,
}

/// Plays a scenario: in a terminal as one who takes part, else line by line.
///
/// # Errors
/// When there is no such scenario, or the server of the drill cannot be started.
pub fn run(args: &DemoArgs, cx: &Context) -> Result<(), Failure> {
    if args.list {
        return list(cx);
    }
    let scenario = load(&args.scenario)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::internal("The drill cannot be started.").because(error))?;
    runtime.block_on(drill(&scenario, args.speed, cx))
}

fn list(cx: &Context) -> Result<(), Failure> {
    let mut out = cx.out();
    for (name, text) in BUILT_IN {
        let scenario = checked(name, text)?;
        if cx.global.json {
            let (title, about) = (&scenario.title, &scenario.about);
            out.json(&json!({"name": name, "title": title, "about": about}))?;
        } else {
            out.line(format_args!("{name}  {}", scenario.title))?;
            out.line(format_args!("    {}", scenario.about))?;
        }
    }
    out.flush()
}

fn load(name: &str) -> Result<Scenario, Failure> {
    if let Some(text) = built_in(name) {
        return checked(name, text);
    }
    let text = std::fs::read_to_string(name).map_err(|error| {
        Failure::usage(format!("There is no scenario '{name}', and no such file."))
            .instead("`warroom demo --list` names those that are built in.")
            .because(error)
    })?;
    checked(name, &text)
}

fn checked(name: &str, text: &str) -> Result<Scenario, Failure> {
    parse(text).map_err(|wrong| {
        let lines: Vec<String> = wrong.iter().map(ToString::to_string).collect();
        Failure::usage(format!("{name} is not a scenario:\n{}", lines.join("\n")))
            .instead("Correct these lines and start it again.")
    })
}

/// Starts the server, plays, and clears everything away.
async fn drill(scenario: &Scenario, speed: Speed, cx: &Context) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::internal("There is no place for the drill's files.").because(error)
    };
    let home = tempfile::tempdir().map_err(failed)?;
    let paths = Paths::under(home.path());
    let shelf = home.path().join("runbooks");
    shelve(scenario, &shelf).map_err(failed)?;
    let opened = house::open(paths.data())?;
    let mut options = Options::new(paths.data().to_owned(), opened.clock(), opened.journal());
    options.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    options.kind = Kind::Drill;
    options.runbooks = Arc::new(Shelf(Library::new(vec![shelf])));
    let shutdown = CancellationToken::new();
    let server = start(options, shutdown.clone())
        .await
        .map_err(|error| house::not_started(&error))?;
    let url = local::url(&server.file);
    let taking_part = std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
    let (mut troupe, progress) = Troupe::new(server.local_addr, taking_part)?;
    let cut_short = CutShort::listen()?;
    let played = play(scenario, speed, &mut troupe);
    let played = if taking_part {
        take_part(played, progress, cut_short, url, paths, cx).await
    } else {
        tokio::select! {
            printed = print_along(played, progress, &url, scenario, cx) => printed,
            // Ended early, in order: the files are cleared away.
            () = cut_short.comes() => Ok(()),
        }
    };
    troupe.leave().await;
    shutdown.cancel();
    server.ended().await;
    opened.close().await;
    played
}

fn shelve(scenario: &Scenario, shelf: &Path) -> std::io::Result<()> {
    std::fs::create_dir(shelf)?;
    for (name, text) in &scenario.runbooks {
        std::fs::write(shelf.join(format!("{name}.md")), text)?;
    }
    Ok(())
}

/// The signals that end a drill before its scenario does.
struct CutShort([Signal; 3]);

impl CutShort {
    fn listen() -> Result<Self, Failure> {
        let on = |kind| {
            signal(kind).map_err(|error| {
                Failure::internal("The drill cannot listen for signals.").because(error)
            })
        };
        Ok(Self([
            on(SignalKind::interrupt())?,
            on(SignalKind::terminate())?,
            on(SignalKind::hangup())?,
        ]))
    }

    async fn comes(self) {
        let Self([mut interrupt, mut terminate, mut hang_up]) = self;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    }
}

type Played = Result<(), (usize, Failure)>;

fn stopped((line, failure): (usize, Failure)) -> Failure {
    let mut failure = failure;
    failure.what = format!("The scenario stops at its line {line}: {}", failure.what);
    failure
}

/// The console, opened once the incident is there; the teammates go on beside it.
async fn take_part(
    played: impl Future<Output = Played>,
    mut progress: watch::Receiver<Progress>,
    cut_short: CutShort,
    url: String,
    paths: Paths,
    cx: &Context,
) -> Result<(), Failure> {
    tokio::pin!(played);
    let mut playing = true;
    tokio::select! {
        _ = progress.wait_for(|progress| progress.incident.is_some()) => {}
        // A scenario without an incident: there is nothing to take part in, or only the board.
        played = &mut played => {
            played.map_err(stopped)?;
            playing = false;
        }
        () = cut_short.comes() => return Ok(()),
    }
    let mut global = cx.global.clone();
    global.server = Some(url);
    global.token_file = None;
    let cx = Context { global, paths };
    let open = OpenArgs {
        incident: progress.borrow().incident,
        ..OpenArgs::default()
    };
    let console = console::run(open, Part::Takes, &cx);
    tokio::pin!(console);
    if playing {
        tokio::select! {
            left = &mut console => return left,
            played = &mut played => if let Err(failed) = played {
                // Whoever takes part goes on; the log says why nothing more comes.
                tracing::error!(failure = %stopped(failed), "the drill's teammates have stopped");
            },
        }
    }
    console.await
}

/// Prints each line of the timeline as it becomes durable.
async fn print_along(
    played: impl Future<Output = Played>,
    mut progress: watch::Receiver<Progress>,
    url: &str,
    scenario: &Scenario,
    cx: &Context,
) -> Result<(), Failure> {
    let _unheard = writeln!(
        std::io::stderr().lock(),
        "Drill: {}. It reaches nobody outside, and leaves nothing behind.",
        scenario.title
    );
    let mut session = Session::connect(&Target {
        url: url.to_owned(),
        token: None,
        name: cx.name(),
        ca_file: None,
        via: Via::Cli,
        timeout: cx.global.timeout,
    })
    .await?;
    let mut had = Seq::ZERO;
    tokio::pin!(played);
    let ended = loop {
        tokio::select! {
            ended = &mut played => break ended,
            _ = progress.changed() => {
                let incident = progress.borrow_and_update().incident;
                had = print_new(&mut session, incident, had, cx).await?;
            }
        }
    };
    let incident = progress.borrow().incident;
    print_new(&mut session, incident, had, cx).await?;
    session.close().await;
    ended.map_err(stopped)
}

async fn print_new(
    session: &mut Session,
    incident: Option<IncidentId>,
    mut had: Seq,
    cx: &Context,
) -> Result<Seq, Failure> {
    let Some(incident) = incident else {
        return Ok(had);
    };
    let page = session
        .page(incident, Pages::After(had), PAGE_EVENTS)
        .await?;
    let events = history::read_all(&page.records)?;
    had = events.last().map_or(had, |event| event.seq);
    let mut out = cx.out();
    for line in &history::entries(&events, &[]) {
        timeline::print(&mut out, incident, line)?;
    }
    out.flush()?;
    Ok(had)
}
