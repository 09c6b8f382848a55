//! `warroom`, `warroom join` and `warroom watch`: the full-screen console.

use crate::cli::context::Context;
use crate::client::link::{self, LinkOptions};
use crate::client::{Client, Options as ClientOptions};
use crate::clock::SystemClock;
use crate::console::layout::Layout;
use crate::console::{self, RunError};
use crate::error::Failure;
use crate::incident::{IncidentId, Via};
use clap::Args;
use std::io::IsTerminal;
use std::sync::Arc;

/// What the console opens with.
#[derive(Debug, Clone, Default, Args)]
pub struct OpenArgs {
    /// The incident to open, such as INC-42; absent: the board
    #[arg(long, value_name = "INCIDENT")]
    pub incident: Option<IncidentId>,
    /// commander, scribe or wall
    #[arg(long, value_name = "LAYOUT")]
    pub layout: Option<Layout>,
}

/// What `join` and `watch` take.
#[derive(Debug, Args)]
pub struct JoinArgs {
    /// The server, as ws://HOST:PORT or wss://HOST:PORT
    pub url: String,
    /// What to open.
    #[command(flatten)]
    pub open: OpenArgs,
}

/// Whether the console writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It takes part.
    Takes,
    /// It reads only, as a spectator.
    Watches,
}

/// Opens the console and stays until it is left.
///
/// # Errors
/// When there is no terminal, the server's address is none, or a theme or keymap has a mistake.
pub async fn run(open: OpenArgs, part: Part, cx: &Context) -> Result<(), Failure> {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        return Err(Failure::usage("The console needs a terminal.")
            .instead("In a script use the verbs: `warroom list`, `warroom timeline INC-1`."));
    }
    let config = cx.config()?.config;
    let target = cx.target().await?;
    let log = crate::log::to_file(&cx.paths.console_log(), config.log.filter.as_deref());
    log.map_err(|error| Failure::internal("The log cannot be written.").because(error))?;
    let watch = part == Part::Watches;
    let link = link::start(LinkOptions {
        token: target.token,
        name: target.name.clone(),
        outbox_dir: (!watch).then(|| cx.paths.outbox()),
        ca_file: target.ca_file,
        ..LinkOptions::new(target.url)
    });
    let client = Client::new(ClientOptions {
        watch,
        name: target.name,
        via: Via::Console,
        program: concat!("warroom/", env!("CARGO_PKG_VERSION")).to_owned(),
    });
    let configured = config
        .client
        .layout
        .as_ref()
        .and_then(|l| l.get_ref().parse().ok());
    let usual = if watch {
        Layout::Wall
    } else {
        Layout::default()
    };
    let options = console::Options {
        client,
        link,
        theme: config.client.theme.map(serde_spanned::Spanned::into_inner),
        theme_dir: Some(cx.paths.config_dir().join("themes")),
        keymap_file: config
            .client
            .keymap
            .or_else(|| Some(cx.paths.config_dir().join("keymap.toml"))),
        incident: open.incident,
        layout: open.layout.or(configured).unwrap_or(usual),
        read_only: watch,
        zone: cx.zone(),
        draft_dir: (!watch).then(|| cx.paths.drafts()),
        clock: Arc::new(SystemClock),
    };
    console::run(options).await.map(|_| ()).map_err(explain)
}

fn explain(error: RunError) -> Failure {
    match &error {
        RunError::Terminal(_) => Failure::internal(error.to_string()).because(error),
        RunError::Theme { source, .. } => {
            let detail = source.to_string();
            Failure::usage(error.to_string()).means(detail)
        }
        RunError::ReadKeymap { .. } | RunError::Keymap(_) => Failure::usage(error.to_string())
            .instead("Correct the keymap file, or move it away to have the usual keys."),
    }
}
