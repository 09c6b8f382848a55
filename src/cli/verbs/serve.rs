//! `warroom serve`: the server, and how to see and end the one that runs.

use crate::cli::context::Context;
use crate::cli::{local, signals};
use crate::clock::SystemClock;
use crate::config::{Config, Loaded};
use crate::error::Failure;
use crate::incident::RunbookText;
use crate::journal::sqlite;
use crate::protocol::RunbookName;
use crate::runbooks::Library;
use crate::server::control::{Ask, ServerFile, Status};
use crate::server::{self, Options, RunbookSource, TlsFiles};
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long a server that a console started stays with nobody connected and nothing open.
const IDLE_EXIT: Duration = Duration::from_secs(60 * 60);

/// What `serve` takes.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:7911]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Serve TLS with this certificate chain (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Allow plain text on an address that others can reach
    #[arg(long)]
    insecure: bool,
    /// Say how the server on this machine is doing
    #[arg(long, conflicts_with = "stop")]
    status: bool,
    /// End the server on this machine, properly
    #[arg(long)]
    stop: bool,
    /// As a console starts it: a free port, a log file, an end when it is not needed
    #[arg(long, hide = true)]
    local: bool,
}

/// Serves until it is told to end; or says how the running one is doing, or ends it.
///
/// # Errors
/// When the server cannot start, or there is none to ask.
pub fn run(args: &ServeArgs, cx: &Context) -> Result<(), Failure> {
    if args.status {
        return status(cx);
    }
    if args.stop {
        return stop(cx);
    }
    let loaded = cx.config()?;
    start_log(args, cx, &loaded.config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::internal("The server cannot start.").because(error))?;
    runtime.block_on(serve(args, cx, loaded))
}

fn start_log(args: &ServeArgs, cx: &Context, config: &Config) -> Result<(), Failure> {
    let filter = config.log.filter.as_deref();
    let started = if args.local {
        crate::log::to_file(&cx.paths.server_log(), filter)
    } else {
        crate::log::to_stderr(config.log.format, filter)
    };
    started.map_err(|error| Failure::internal("The log cannot be written.").because(error))
}

async fn serve(args: &ServeArgs, cx: &Context, loaded: Loaded) -> Result<(), Failure> {
    let config = loaded.config;
    let data = cx.server_data(&config);
    let journal = sqlite::open(&data, &sqlite::Options::default()).map_err(|error| {
        let text = error.to_string();
        Failure::internal(text).means("The server did not start; nothing was changed.")
    })?;
    let journal = Arc::new(journal);
    let mut options = Options::new(data, Arc::new(SystemClock), Arc::clone(&journal) as _);
    options.listen = match (args.listen, args.local) {
        (Some(listen), _) => listen,
        (None, true) => SocketAddr::from(([127, 0, 0, 1], 0)),
        (None, false) => config.server.listen.unwrap_or(options.listen),
    };
    if !args.local {
        let flags = args.tls_cert.clone().zip(args.tls_key.clone());
        let configured = config.server.tls.map(|tls| (tls.cert, tls.key));
        options.tls = flags
            .or(configured)
            .map(|(cert, key)| TlsFiles { cert, key });
        options.insecure = args.insecure || config.server.insecure;
    }
    options.names = config.server.hosts;
    options.match_labels = config.alerts.match_labels;
    options.idle_exit = args.local.then_some(IDLE_EXIT);
    options.runbooks = Arc::new(Runbooks(Library::new(config.runbooks.dirs)));

    let shutdown = CancellationToken::new();
    signals::cancel_on_end(shutdown.clone())?;
    let server = server::start(options, shutdown)
        .await
        .map_err(|error| Failure::internal(error.to_string()).means("The server did not start."))?;
    let address = server.local_addr;
    if let Err(error) = journal.announce(&address.to_string()) {
        tracing::warn!(%error, "the lock file does not name the address");
    }
    tracing::info!(%address, "listening");
    server.ended().await;
    journal.close().await;
    Ok(())
}

/// The library, as the server asks for it.
#[derive(Debug)]
pub struct Runbooks(pub Library);

impl RunbookSource for Runbooks {
    fn find(&self, name: &str) -> Option<RunbookText> {
        self.0.find(name).unwrap_or_else(|problem| {
            tracing::warn!(%problem, "a runbook cannot be read");
            None
        })
    }

    fn names(&self) -> Vec<RunbookName> {
        let (runbooks, problems) = self.0.all();
        for problem in problems {
            tracing::warn!(%problem, "a runbook cannot be read");
        }
        let line = |runbook: &RunbookText| RunbookName {
            name: runbook.name.clone(),
            title: runbook.title.clone(),
            steps: u32::try_from(runbook.steps.len()).unwrap_or(u32::MAX),
        };
        runbooks.iter().map(line).collect()
    }
}

fn none_runs() -> Failure {
    Failure::unreachable("No server runs on this data directory.")
        .instead("Start one with `warroom serve`, or name another directory with --data.")
}

fn running(cx: &Context) -> Result<ServerFile, Failure> {
    local::running(&cx.data())?.ok_or_else(none_runs)
}

fn status(cx: &Context) -> Result<(), Failure> {
    let file = running(cx)?;
    let answer = file
        .ask(Ask::Status)
        .map_err(|error| none_runs().because(error))?;
    let status: Status = serde_json::from_str(&answer)
        .map_err(|error| Failure::internal("The server's answer is none.").because(error))?;
    let mut out = cx.out();
    if cx.global.json {
        let line = serde_json::json!({
            "pid": file.pid,
            "address": file.address,
            "tls": file.tls,
            "started_at": file.started_at,
            "version": file.version,
            "sessions": status.sessions,
            "incidents": status.incidents,
            "open": status.open,
            "journal_writable": status.journal_writable,
        });
        return out.line(&line.to_string());
    }
    out.line(&format!(
        "warroom {} listens on {} (process {}).",
        file.version,
        local::url(&file),
        file.pid
    ))?;
    let journal = if status.journal_writable {
        "takes writes"
    } else {
        "REFUSES WRITES"
    };
    out.line(&format!(
        "{} connected, {} open of {} incidents, the journal {journal}.",
        status.sessions, status.open, status.incidents
    ))
}

fn stop(cx: &Context) -> Result<(), Failure> {
    let file = running(cx)?;
    file.ask(Ask::Stop)
        .map_err(|error| none_runs().because(error))?;
    cx.out()
        .line(&format!("The server (process {}) is ending.", file.pid))
}
