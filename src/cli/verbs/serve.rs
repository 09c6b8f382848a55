//! `warroom serve`: the server, in the foreground; and what steers the one that runs.

use crate::cli::args::duration;
use crate::cli::context::Context;
use crate::cli::house::{self, Opened};
use crate::cli::{hooks, local, shapes, sources};
use crate::config::Config;
use crate::error::Failure;
use crate::incident::{Level, Redaction};
use crate::runbooks::Library;
use crate::server::control::{Ask, ServerFile, Status};
use crate::server::{Options, Server, TlsFiles, start};
use clap::Args;
use serde_json::json;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A local server that nobody uses, with nothing open, ends after this long.
const LOCAL_IDLE: Duration = Duration::from_secs(60 * 60);
/// How long `--stop` waits for the server to finish what is under way: its own patience, twice.
const STOP_WITHIN: Duration = Duration::from_secs(20);
/// The pause between two looks whether it has ended.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// What `serve` takes.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:7911]
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = crate::config::listen)]
    listen: Option<SocketAddr>,
    /// The certificate chain (PEM), the server's own certificate first
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Allow plain text beyond this machine, on a network that is trusted
    #[arg(long)]
    insecure: bool,
    /// Say how the server on the data directory is doing, instead of starting one
    #[arg(long, conflicts_with_all = ["listen", "tls_cert", "insecure", "stop"])]
    status: bool,
    /// End the server on the data directory in order, instead of starting one
    #[arg(long, conflicts_with_all = ["listen", "tls_cert", "insecure"])]
    stop: bool,
    /// Started by a console: loopback, a free port, a log file, an end when idle
    #[arg(long, hide = true)]
    local: bool,
    /// How long a local server stays that nobody uses; absent: an hour
    #[arg(long, hide = true, requires = "local", value_name = "TIME", value_parser = duration)]
    idle: Option<Duration>,
}

/// Serves until it is told to end; or asks the one that runs.
///
/// # Errors
/// Why it cannot start, or that none runs.
pub fn run(args: &ServeArgs, cx: &Context) -> Result<(), Failure> {
    let data = cx.data();
    if args.status {
        return status(&data, cx);
    }
    if args.stop {
        return stop(&data, cx);
    }
    // All its mistakes are said before anything is opened.
    let config = cx.config()?.config;
    log(args, cx, &config)?;
    let served = serve(args, &config, &data);
    if args.local
        && let Err(failure) = &served
    {
        tracing::error!(%failure, "not started");
    }
    served
}

fn log(args: &ServeArgs, cx: &Context, config: &Config) -> Result<(), Failure> {
    let filter = config.log.filter.as_deref();
    let begun = if args.local {
        crate::log::to_file(&cx.paths.server_log(), filter)
    } else {
        crate::log::to_stderr(config.log.format, filter)
    };
    begun.map_err(|error| {
        Failure::usage("There is no place for the server's log.")
            .instead("Check WARROOM_LOG and [log] in the configuration.")
            .because(error)
    })
}

fn serve(args: &ServeArgs, config: &Config, data: &Path) -> Result<(), Failure> {
    // A local server is for this machine: no vendor reaches it.
    let hooks = if args.local {
        Vec::new()
    } else {
        hooks::open(config)?
    };
    let opened = house::open(data)?;
    let mut options = options(args, config, &opened, data);
    options.hooks = hooks;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::internal("The server cannot be started.").because(error))?;
    let served = runtime.block_on(until_the_end(options, &opened, args.local));
    // What a reader still does on a thread of its own must not hold the end.
    runtime.shutdown_timeout(Duration::from_secs(1));
    served
}

/// The flags before the configuration. A local server is for this machine whatever that says.
fn options(args: &ServeArgs, config: &Config, opened: &Opened, data: &Path) -> Options {
    let mut options = Options::new(data.to_owned(), opened.clock(), opened.journal());
    options.alerts.clone_from(&config.alerts);
    options.redaction = Redaction {
        asks: config.spectators.asks,
    };
    options.sources = sources::all(&config.sources, &config.alerts.match_labels);
    if let Some(window) = config.decisions.window {
        options.pace.window = window;
    }
    if let Some(offer) = config.handover.offer {
        options.pace.offer = offer;
    }
    options.updates = Arc::new(config.updates.rules.clone());
    options.pace.nags = config.nags;
    let library = Library::new(config.runbooks.dirs.clone());
    options.runbooks = Arc::new(house::Shelf(library));
    if args.local {
        options.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        options.idle_exit = Some(args.idle.unwrap_or(LOCAL_IDLE));
        return options;
    }
    let listen = args.listen.or(config.server.listen);
    options.listen = listen.unwrap_or(options.listen);
    let configured = config.server.tls.as_ref();
    options.tls = match (&args.tls_cert, &args.tls_key) {
        (Some(cert), Some(key)) => Some((cert, key)),
        _ => configured.map(|tls| (&tls.cert, &tls.key)),
    }
    .map(|(cert, key)| TlsFiles {
        cert: cert.clone(),
        key: key.clone(),
    });
    options.insecure = args.insecure || config.server.insecure;
    options.names.clone_from(&config.server.hosts);
    options
}

async fn until_the_end(options: Options, opened: &Opened, quiet: bool) -> Result<(), Failure> {
    let shutdown = CancellationToken::new();
    // Before it listens: a signal that comes early must not kill it half started.
    let signals = Signals::listen()?;
    let data = options.data.clone();
    let server = start(options, shutdown.clone())
        .await
        .map_err(|error| house::not_started(&error))?;
    if let Err(error) = opened.announce(&local::url(&server.file)) {
        tracing::warn!(%error, "the lock's file does not say where this server listens");
    }
    if !quiet {
        greet(&server, &data)?;
    }
    let file = server.file.clone();
    let steering = tokio::spawn(signals.steer(file, shutdown));
    server.ended().await;
    steering.abort();
    opened.close().await;
    Ok(())
}

/// Says where it listens, and who may come in. That standard error is closed changes nothing.
fn greet(server: &Server, data: &Path) -> Result<(), Failure> {
    let mut tokens = crate::server::TokenStore::new(data)
        .list()
        .map_err(|error| Failure::internal(error.to_string()))?;
    // The links of walls let nobody in.
    tokens.retain(|token| token.level != Level::Wall);
    let holding = tokens.iter().filter(|t| t.revoked_at.is_none()).count();
    let access = match (tokens.len(), holding) {
        (0, _) => "no tokens yet: anyone on this machine may write, and nobody else. Make one \
                   with `warroom token create NAME --level responder`."
            .to_owned(),
        (_, 0) => "every token is revoked: nobody is let in. Make one with `warroom token \
                   create NAME --level responder`."
            .to_owned(),
        (_, 1) => "1 token; nobody is let in without one.".to_owned(),
        (_, many) => format!("{many} tokens; nobody is let in without one."),
    };
    let _unheard = writeln!(
        std::io::stderr().lock(),
        "warroom {} listens on {}\n  data    {}\n  access  {access}\n  join    warroom join {}",
        env!("CARGO_PKG_VERSION"),
        local::url(&server.file),
        data.display(),
        local::url(&server.file),
    );
    Ok(())
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    fn listen() -> Result<Self, Failure> {
        let on = |kind| {
            signal(kind).map_err(|error| {
                Failure::internal("The server cannot listen for signals.").because(error)
            })
        };
        Ok(Self {
            terminate: on(SignalKind::terminate())?,
            interrupt: on(SignalKind::interrupt())?,
            hangup: on(SignalKind::hangup())?,
        })
    }

    /// Ends the server at the first SIGTERM or SIGINT; reads the tokens again at each SIGHUP.
    async fn steer(mut self, file: ServerFile, shutdown: CancellationToken) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => break,
                _ = self.interrupt.recv() => break,
                _ = self.hangup.recv() => {
                    let file = file.clone();
                    let reload = move || file.ask(Ask::Reload);
                    match tokio::task::spawn_blocking(reload).await {
                        Ok(Ok(said)) => tracing::info!(said, "tokens read again"),
                        Ok(Err(error)) => tracing::error!(%error, "tokens not read again"),
                        Err(error) => tracing::error!(%error, "tokens not read again"),
                    }
                }
            }
        }
        tracing::info!("told to end by a signal");
        shutdown.cancel();
    }
}

fn none_runs(data: &Path) -> Failure {
    Failure::unreachable(format!("No server runs on {}.", data.display()))
        .instead("Start one with `warroom serve`, or name its data directory with --data.")
}

fn status(data: &Path, cx: &Context) -> Result<(), Failure> {
    let file = local::running(data)?.ok_or_else(|| none_runs(data))?;
    let strange = |error: std::io::Error| {
        Failure::unreachable("The server does not say how it is doing.").because(error)
    };
    let answer = file.ask(Ask::Status).map_err(strange)?;
    let status: Status = serde_json::from_str(&answer).map_err(|e| strange(e.into()))?;
    let mut out = cx.out();
    if cx.global.json {
        out.json(&json!({
            "url": local::url(&file),
            "pid": file.pid,
            "version": file.version,
            "started_at": shapes::utc(file.started_at),
            "sessions": status.sessions,
            "incidents": status.incidents,
            "open": status.open,
            "journal_writable": status.journal_writable,
        }))?;
    } else {
        let since = out.date_time_zone(file.started_at);
        let journal = if status.journal_writable {
            "takes appends"
        } else {
            "REFUSES APPENDS: look into the server's log"
        };
        out.line(format_args!(
            "{}  pid {}  version {}",
            local::url(&file),
            file.pid,
            file.version
        ))?;
        out.line(format_args!("  since      {since}"))?;
        out.line(format_args!("  connected  {}", status.sessions))?;
        let (all, open) = (status.incidents, status.open);
        out.line(format_args!("  incidents  {all}, {open} open"))?;
        out.line(format_args!("  journal    {journal}"))?;
    }
    out.flush()
}

fn stop(data: &Path, cx: &Context) -> Result<(), Failure> {
    let file = local::running(data)?.ok_or_else(|| none_runs(data))?;
    let pid = file.pid;
    file.ask(Ask::Stop).map_err(|error| {
        Failure::unreachable("The server was not told to end.")
            .instead(format!("End its process with `kill {pid}`."))
            .because(error)
    })?;
    let until = std::time::Instant::now() + STOP_WITHIN;
    // The lock goes last: when it is free, another server can be started.
    while is_held(data) {
        if std::time::Instant::now() >= until {
            return Err(Failure::unreachable(format!(
                "The server (pid {pid}) was told to end and has not ended within {} s.",
                STOP_WITHIN.as_secs()
            ))
            .instead("Look again in a moment with `warroom serve --status`."));
        }
        // The lock of another process tells nobody when it is let go: it is looked at again.
        std::thread::park_timeout(LOOK_EVERY);
    }
    let mut out = cx.out();
    if cx.global.json {
        out.json(&json!({"pid": pid, "stopped": true}))?;
    } else {
        out.line(format_args!("The server (pid {pid}) has ended."))?;
    }
    out.flush()
}

fn is_held(data: &Path) -> bool {
    matches!(crate::journal::lock_holder(data), Ok(Some(_)))
}
