//! `warroom`, `warroom join` and `warroom watch`: the full-screen console.

use crate::cli::context::Context;
use crate::client::link::{self, LinkOptions};
use crate::client::{Client, Options as ClientOptions};
use crate::clock::SystemClock;
use crate::config::Loaded;
use crate::console::app::Allowed;
use crate::console::layout::Layout;
use crate::console::overlays::Place;
use crate::console::theme::Theme;
use crate::console::{self, Machine, RunError};
use crate::error::{Failure, sentence};
use crate::incident::{IncidentId, Via};
use crate::run::Patterns;
use crate::runbooks::Library;
use clap::Args;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What a mistake in a theme or a keymap means.
const NOT_OPENED: &str = "The console does not open with it; the verbs work all the same.";

/// What the console opens with.
#[derive(Debug, Clone, Default, Args)]
pub struct OpenArgs {
    /// The incident to open, such as INC-42; absent: the board
    #[arg(long, value_name = "INCIDENT")]
    pub incident: Option<IncidentId>,
    /// commander, scribe, operations, communications or wall
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

/// What `watch` takes.
#[derive(Debug, Args)]
pub struct WatchArgs {
    /// What to watch.
    #[command(flatten)]
    pub join: JoinArgs,
    /// On the wall's layout: show each open incident for this long, such as 20s; absent: the one that
    /// matters most stays
    #[arg(long, value_name = "TIME", value_parser = rotation)]
    pub rotate: Option<Duration>,
}

/// How long one incident is shown: long enough to be read.
fn rotation(text: &str) -> Result<Duration, String> {
    let every = crate::cli::args::duration(text)?;
    if every < Duration::from_secs(5) || every > Duration::from_secs(3_600) {
        return Err("write 5s to 1h".to_owned());
    }
    Ok(every)
}

/// Whether the console writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It takes part.
    Takes,
    /// It reads only, as a spectator; on a wall it shows each open incident for so long.
    Watches {
        /// How long, where it does not stay at one.
        rotate: Option<Duration>,
    },
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
    let loaded = cx.config()?;
    check_looks(&loaded, cx)?;
    let config = loaded.config;
    let target = cx.target().await?;
    let server = Context::folder_of(&target.url);
    let log = crate::log::to_file(&cx.paths.console_log(), config.log.filter.as_deref());
    log.map_err(|error| Failure::internal("The log cannot be written.").because(error))?;
    let watch = part != Part::Takes;
    let token = target.token.clone();
    let link = link::start(LinkOptions {
        token: target.token,
        name: target.name.clone(),
        outbox_dir: (!watch).then(|| cx.paths.outbox()),
        ca_file: target.ca_file,
        ..LinkOptions::new(target.url)
    });
    let update_templates = match &config.updates.templates {
        Some(dir) => crate::config::templates(dir)?,
        None => crate::updates::Templates::default(),
    };
    let client = Client::new(ClientOptions {
        watch,
        name: target.name,
        via: Via::Console,
        program: concat!("warroom/", env!("CARGO_PKG_VERSION")).to_owned(),
        waits_for_the_journal: true,
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
    let machine = (!watch)
        .then(|| runs(&config.run, token.as_deref()))
        .flatten();
    let options = console::Options {
        client,
        link,
        theme: config.client.theme.map(serde_spanned::Spanned::into_inner),
        // `auto` is no kind of signs: then the terminal decides.
        charts: (config.client.charts).and_then(|charts| charts.get_ref().parse().ok()),
        theme_dir: Some(theme_dir(cx)),
        keymap_file: config.client.keymap.or_else(|| Some(usual_keymap(cx))),
        incident: open.incident,
        layout: open.layout.or(configured).unwrap_or(usual),
        ring: config.client.ring.map(serde_spanned::Spanned::into_inner),
        read_only: watch,
        rotate: match part {
            Part::Watches { rotate } => rotate,
            Part::Takes => None,
        },
        zone: cx.zone(),
        extra_roles: config.roles.extra,
        update_templates,
        handover_after: handover_after(config.handover.suggest_after),
        history_dir: (!watch).then(|| cx.paths.history()),
        memory_dir: (!watch).then(|| cx.paths.drafts().join(&server)),
        templates: config.templates,
        draft_dir: (!watch).then(|| cx.paths.drafts().join(&server)),
        playback: None,
        machine: machine.as_ref().map(|(machine, _)| machine.clone()),
        allowed: machine.map(|(_, allowed)| allowed),
        clock: Arc::new(SystemClock),
    };
    console::run(options).await.map(|_| ()).map_err(explain)
}

/// Where themes of the user's own are.
pub(super) fn theme_dir(cx: &Context) -> PathBuf {
    cx.paths.config_dir().join("themes")
}

/// The keymap where the configuration names none; it need not be there.
pub(super) fn usual_keymap(cx: &Context) -> PathBuf {
    cx.paths.config_dir().join("keymap.toml")
}

/// Whether the theme and the keymap that a console would take are there and without mistakes.
///
/// # Errors
/// With what is wrong in them, each in its place.
pub(super) fn check_looks(loaded: &Loaded, cx: &Context) -> Result<(), Failure> {
    let client = &loaded.config.client;
    if let Some(theme) = &client.theme {
        let dir = theme_dir(cx);
        let names = Theme::names(Some(&dir));
        let names: Vec<&str> = std::iter::once(console::AUTO)
            .chain(names.iter().map(String::as_str))
            .collect();
        loaded.check_name("theme", theme, &names)?;
    }
    if let Some(dir) = &loaded.config.updates.templates {
        crate::config::templates(dir)?;
    }
    if let Some(keymap) = client.keymap.as_ref().filter(|keymap| !keymap.exists()) {
        return Err(
            Failure::usage(format!("There is no keymap {}.", keymap.display()))
                .means(NOT_OPENED)
                .instead("Correct `keymap` in [client], or leave it out to have the usual keys."),
        );
    }
    let theme = client.theme.as_ref().map(|theme| theme.get_ref().as_str());
    let keymap = client.keymap.clone().unwrap_or_else(|| usual_keymap(cx));
    console::check(theme, Some(&theme_dir(cx)), Some(&keymap)).map_err(explain)
}

pub(super) fn explain(error: RunError) -> Failure {
    let what = sentence(&format!("{error}."));
    match error {
        RunError::Terminal(source) => Failure::internal(what)
            .instead("Use the verbs instead: `warroom list`, `warroom timeline INC-1`.")
            .because(source),
        RunError::Theme(wrong) => Failure::from(wrong).means(NOT_OPENED).instead(
            "Correct the theme's file, or name another `theme` in [client]; `warroom config check` \
             looks at it again.",
        ),
        RunError::ReadKeymap { source, .. } => Failure::usage(what)
            .means(NOT_OPENED)
            .instead(
                "Make it a text file that you may read, or move it away to have the usual keys.",
            )
            .because(source),
        RunError::Keymap(wrong) => Failure::from(wrong).means(NOT_OPENED).instead(
            "Correct the file, or move it away to have the usual keys; `warroom config check` looks \
             at it again.",
        ),
    }
}

/// After how long in a role a handover is suggested, where the configuration does not say: an hour
/// short of what people are fit to command for.
const HANDOVER_AFTER: std::time::Duration = std::time::Duration::from_secs(3 * 60 * 60);

fn handover_after(configured: Option<std::time::Duration>) -> chrono::TimeDelta {
    let after = configured.unwrap_or(HANDOVER_AFTER);
    chrono::TimeDelta::from_std(after).unwrap_or(chrono::TimeDelta::MAX)
}

/// How commands of runbooks are run on this machine, and which may be.
fn runs(config: &crate::config::Run, token: Option<&str>) -> Option<(Machine, Allowed)> {
    let patterns = Patterns::new(&config.redact).ok()?;
    let patterns = patterns.and_literally(token.map(str::to_owned));
    let directory = std::env::current_dir().ok()?;
    let limit = config.limit.unwrap_or(super::run::LIMIT);
    // What cannot be read is not trusted.
    let (trusted, _problems) = Library::new(config.trusted.clone()).all();
    let allowed = Allowed {
        any: config.runbooks,
        trusted,
        patterns: patterns.clone(),
        place: Place {
            host: crate::run::host(),
            user: crate::run::user(),
            directory: directory.to_string_lossy().into(),
        },
        limit: chrono::TimeDelta::from_std(limit).unwrap_or_default(),
    };
    let machine = Machine {
        directory,
        limit,
        patterns,
        launcher: std::env::current_exe().ok()?,
    };
    Some((machine, allowed))
}
