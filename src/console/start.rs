//! Starting the console: everything that is read from disk is read here, once.

use super::app::{Allowed, App, Automatic, Duty, Prefs};
use super::background;
use super::chart::Signs;
use super::clipboard::Clipboard;
use super::drafts::Drafts;
use super::history::Kept;
use super::keymap::Keymap;
use super::layout::Layout;
use super::memory::Memories;
use super::ring::{Environment, Ring};
use super::runner::{Machine, Runner};
use super::runtime::{Ask, Exit, Runtime};
use super::templates;
use super::text::Zone;
use super::theme::{ColorDepth, Theme};
use super::update;
use crate::client::Client;
use crate::client::link::LinkHandle;
use crate::clock::Clock;
use crate::config::read_text;
use crate::incident::{CommandId, IncidentId, Role, Timestamp};
use crate::problem::Wrong;
use crate::updates::Templates;
use chrono::TimeDelta;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use uuid::{ContextV7, Uuid};

/// What the console starts with.
pub struct Options {
    /// The client's machine.
    pub client: Client,
    /// The client's driver, started.
    pub link: LinkHandle,
    /// The theme to begin with, by name; absent or [`AUTO`]: the one for the terminal's background.
    pub theme: Option<String>,
    /// What charts are drawn with; absent: what the terminal can show.
    pub charts: Option<Signs>,
    /// Where themes of the user's own are.
    pub theme_dir: Option<PathBuf>,
    /// The user's keymap; a file that is not there counts as none.
    pub keymap_file: Option<PathBuf>,
    /// The incident to open; absent: the board.
    pub incident: Option<IncidentId>,
    /// What a person needs in front of them.
    pub layout: Layout,
    /// How the person is called, by name: one of [`Ring::NAMES`]. Absent: `auto`.
    pub ring: Option<String>,
    /// Nothing is written here: a wall, a manager's screen.
    pub read_only: bool,
    /// On the wall's layout: how long each open incident is shown; absent: the one that matters most
    /// stays. Only for a console that only reads.
    pub rotate: Option<std::time::Duration>,
    /// The zone that times are shown in.
    pub zone: Zone,
    /// Roles that are offered beyond those that are always there.
    pub extra_roles: Vec<Role>,
    /// Templates of updates.
    pub update_templates: Templates,
    /// How long somebody may have a role before a handover is suggested; zero: for ever.
    pub handover_after: chrono::TimeDelta,
    /// Where drafts are kept over a crash; absent: nowhere.
    pub draft_dir: Option<PathBuf>,
    /// Where it is kept what was seen; absent: nowhere.
    pub memory_dir: Option<PathBuf>,
    /// Texts of one's own for frequent entries, by name.
    pub templates: Vec<(String, String)>,
    /// Where the lines that were sent are kept for the next start; absent: nowhere.
    pub history_dir: Option<PathBuf>,
    /// A recording is played: from this moment on, so many times as fast, with something to be said
    /// first.
    pub playback: Option<Playback>,
    /// How commands are run on this machine; absent: none are.
    pub machine: Option<Machine>,
    /// What of runbooks may be run.
    pub allowed: Option<Allowed>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// How a recording begins to play.
#[derive(Debug, Clone)]
pub struct Playback {
    /// From when on.
    pub from: Timestamp,
    /// So many times as fast as it was.
    pub speed: u32,
    /// Something that is wrong with it: a sentence or two.
    pub wrong: Option<String>,
}

/// Why the console could not start, or ended with an error.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A theme has mistakes, or is not there.
    #[error(transparent)]
    Theme(Wrong),
    /// The user's keymap cannot be read.
    #[error("the keymap {} cannot be read", path.display())]
    ReadKeymap {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The user's keymap has mistakes.
    #[error(transparent)]
    Keymap(Wrong),
    /// The terminal cannot be used.
    #[error("the terminal cannot be used; warroom needs one for its console")]
    Terminal(#[source] std::io::Error),
}

/// Runs the console until it ends. The terminal is given back whole whatever happens.
///
/// # Errors
/// When a theme or the keymap has a mistake, or the terminal cannot be used.
pub async fn run(options: Options) -> Result<Exit, RunError> {
    let themes = Themes::load(options.theme.as_deref(), options.theme_dir.as_deref())?;
    let background = background::from_environment(variable("COLORFGBG").as_deref());
    let mut prefs = Prefs {
        themes: themes.all,
        theme: 0,
        automatic: themes.automatic,
        keymap: keymap(options.keymap_file.as_deref())?,
        home: options.zone,
        utc: options.zone == Zone::Utc,
        layout: options.layout,
        zoomed: false,
        read_only: options.read_only.then(|| {
            match &options.playback {
                Some(_) => "This is a recording: nothing in it can be changed.",
                None => "This console only reads. Start it with `warroom join` to take part.",
            }
            .to_owned()
        }),
        duty: (options.read_only && options.playback.is_none()).then(|| Duty {
            picks: options.incident.is_none(),
            rotate: options
                .rotate
                .and_then(|every| TimeDelta::from_std(every).ok()),
            again_at: None,
            ahead: None,
        }),
        ascii: wants_ascii(),
        charts: options.charts.unwrap_or_else(signs),
        templates: templates::all(options.templates).into(),
        extra_roles: options.extra_roles,
        update_templates: options.update_templates,
        clipboard: Clipboard::of(&environment()),
        handover_after: options.handover_after,
    };
    if let Some(background) = background {
        prefs.follow(background);
    }
    let ask_background = prefs.automatic.map(|_| Ask {
        awaited: background.is_none(),
    });
    let environment = environment();
    let ring = options.ring.as_deref().unwrap_or(AUTO);
    let ring = Ring::by_name(ring, &environment).unwrap_or(Ring::Bell);
    let now = options.clock.now();
    let mut app = App::new(options.client, prefs, now, Box::new(ids()));
    app.run.allowed = options.allowed;
    let mut first = update::start(&mut app, options.incident);
    if let Some(playback) = &options.playback {
        first.extend(update::playback(&mut app, playback));
    }
    let runtime = Runtime {
        app,
        link: options.link,
        updates: Drafts::new(options.draft_dir.as_ref().map(|dir| dir.join("updates"))),
        runs: Drafts::new(options.draft_dir.as_ref().map(|dir| dir.join("runs"))),
        drafts: Drafts::new(options.draft_dir),
        memories: Memories::new(options.memory_dir),
        history: Kept::new(options.history_dir),
        clock: options.clock,
        ask_background,
        ring,
        titled: ring != Ring::Never && environment.has_title(),
        runner: Runner::new(options.machine),
    };
    runtime.run(first).await.map_err(RunError::Terminal)
}

/// Ids that sort by the time of writing, also within a millisecond.
fn ids() -> impl FnMut(Timestamp) -> CommandId + Send {
    let context = std::sync::Mutex::new(ContextV7::new());
    move |now| {
        let context = context
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        let at = uuid::Timestamp::from_unix(&*context, seconds, now.timestamp_subsec_nanos());
        CommandId(Uuid::new_v7(at))
    }
}

/// The themes of a dark and of a light background; a user's own of these names go before ours.
const DARK: &str = "dark";
const LIGHT: &str = "light";

/// The name that stands for no theme: the terminal's background decides.
pub const AUTO: &str = "auto";

/// Looks for mistakes in the theme and the keymap that the console would start with.
///
/// # Errors
/// With everything that is wrong in the first of them that has a mistake.
pub fn check(
    theme: Option<&str>,
    theme_dir: Option<&Path>,
    keymap_file: Option<&Path>,
) -> Result<(), RunError> {
    Themes::load(theme, theme_dir)?;
    keymap(keymap_file).map(|_| ())
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What the environment says about the terminal.
fn environment() -> Environment {
    let program = variable("LC_TERMINAL").or_else(|| variable("TERM_PROGRAM"));
    let multiplexed = ["TMUX", "STY"].into_iter().find_map(variable);
    Environment {
        term: variable("TERM").unwrap_or_default(),
        program: program.unwrap_or_default(),
        vte_version: variable("VTE_VERSION").and_then(|version| version.parse().ok()),
        multiplexed: multiplexed.is_some_and(|name| !name.is_empty()),
    }
}

/// Every theme that can be used here; the first is the one to begin with. Only that one must be
/// without mistakes.
struct Themes {
    all: Vec<Theme>,
    automatic: Option<Automatic>,
}

impl Themes {
    fn load(wanted: Option<&str>, dir: Option<&Path>) -> Result<Self, RunError> {
        let depth = ColorDepth::detect(
            variable("NO_COLOR").as_deref(),
            variable("COLORTERM").as_deref(),
            variable("TERM").as_deref(),
        );
        let named = wanted.filter(|name| *name != AUTO);
        let first = named.unwrap_or(depth.default_theme());
        let chosen = Theme::load(first, dir).map_err(RunError::Theme)?;
        let mut all = vec![chosen.for_depth(depth)];
        let mut light = None;
        for name in Theme::names(dir).iter().filter(|name| *name != first) {
            match Theme::load(name, dir) {
                Ok(theme) => {
                    if name == LIGHT {
                        light = Some(all.len());
                    }
                    all.push(theme.for_depth(depth));
                }
                Err(error) => tracing::warn!(name, %error, "a theme cannot be used"),
            }
        }
        // Where there are 16 colours or none, the theme for them fits any background.
        let automatic = light
            .filter(|_| named.is_none() && first == DARK)
            .map(|light| Automatic { dark: 0, light });
        Ok(Self { all, automatic })
    }
}

fn keymap(file: Option<&Path>) -> Result<Keymap, RunError> {
    let Some(path) = file.filter(|path| path.exists()) else {
        return Ok(Keymap::default());
    };
    let text = read_text(path).map_err(|source| RunError::ReadKeymap {
        path: path.to_owned(),
        source,
    })?;
    Keymap::with_user_file(path, &text).map_err(RunError::Keymap)
}

/// What charts are drawn with where the configuration does not say.
#[must_use]
pub fn signs() -> Signs {
    Signs::of_terminal(variable("TERM").as_deref(), wants_ascii())
}

/// A locale that is not UTF-8 cannot draw glyphs beyond ASCII. No locale at all is taken for UTF-8,
/// as in most containers.
fn wants_ascii() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        !locale.contains("utf-8") && !locale.contains("utf8") && locale != "c" && locale != "posix"
    })
}
