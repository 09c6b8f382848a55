//! Starting the console: everything that is read from disk is read here, once.

use super::app::{App, Prefs};
use super::drafts::Drafts;
use super::keymap::Keymap;
use super::layout::Layout;
use super::runtime::{Exit, Runtime};
use super::text::Zone;
use super::theme::{ColorDepth, Theme};
use super::update;
use crate::client::Client;
use crate::client::link::LinkHandle;
use crate::clock::Clock;
use crate::incident::{CommandId, IncidentId, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use uuid::{ContextV7, Uuid};

/// What the console starts with.
pub struct Options {
    /// The client's machine.
    pub client: Client,
    /// The client's driver, started.
    pub link: LinkHandle,
    /// The theme to begin with, by name; absent: `dark`.
    pub theme: Option<String>,
    /// Where themes of the user's own are.
    pub theme_dir: Option<PathBuf>,
    /// The user's keymap; a file that is not there counts as none.
    pub keymap_file: Option<PathBuf>,
    /// The incident to open; absent: the board.
    pub incident: Option<IncidentId>,
    /// What a person needs in front of them.
    pub layout: Layout,
    /// Nothing is written here: a wall, a manager's screen.
    pub read_only: bool,
    /// The zone that times are shown in.
    pub zone: Zone,
    /// Where drafts are kept over a crash; absent: nowhere.
    pub draft_dir: Option<PathBuf>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// Why the console could not start, or ended with an error.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A theme cannot be used.
    #[error("the theme `{name}` cannot be used")]
    Theme {
        /// Which.
        name: String,
        /// What is wrong, with the place in the file.
        #[source]
        source: super::text::FileError,
    },
    /// The user's keymap cannot be read.
    #[error("the keymap {} cannot be read", path.display())]
    ReadKeymap {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The user's keymap has mistakes: each with its line.
    #[error("the keymap has mistakes:\n{0}")]
    Keymap(String),
    /// The terminal cannot be used.
    #[error("the terminal cannot be used; warroom needs one for its console")]
    Terminal(#[source] std::io::Error),
}

/// Runs the console until it ends. The terminal is given back whole whatever happens.
///
/// # Errors
/// When a theme or the keymap has a mistake, or the terminal cannot be used.
pub async fn run(options: Options) -> Result<Exit, RunError> {
    let (themes, theme) = themes(options.theme.as_deref(), options.theme_dir.as_deref())?;
    let prefs = Prefs {
        themes,
        theme,
        keymap: keymap(options.keymap_file.as_deref())?,
        home: options.zone,
        utc: options.zone == Zone::Utc,
        layout: options.layout,
        zoomed: false,
        read_only: options.read_only.then(|| {
            "This console only reads. Start it with `warroom join` to take part.".to_owned()
        }),
        ascii: wants_ascii(),
    };
    let now = options.clock.now();
    let mut app = App::new(options.client, prefs, now, Box::new(ids()));
    let first = update::start(&mut app, options.incident);
    let runtime = Runtime {
        app,
        link: options.link,
        drafts: Drafts::new(options.draft_dir),
        clock: options.clock,
    };
    runtime.run(first).await.map_err(RunError::Terminal)
}

/// Whether a console would start with this theme (absent: `dark`) and this keymap (one that is not
/// there counts as none).
///
/// # Errors
/// What is wrong in them, each with its line.
pub fn check(
    theme: Option<&str>,
    theme_dir: Option<&Path>,
    keymap_file: Option<&Path>,
) -> Result<(), RunError> {
    load_theme(theme.unwrap_or("dark"), theme_dir)?;
    keymap(keymap_file).map(|_| ())
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

/// Every theme that can be used here, and the place of the one to begin with. Only that one must
/// be without mistakes.
fn themes(wanted: Option<&str>, dir: Option<&Path>) -> Result<(Vec<Theme>, usize), RunError> {
    let variable = |name: &str| std::env::var(name).ok();
    let depth = ColorDepth::detect(
        variable("NO_COLOR").as_deref(),
        variable("COLORTERM").as_deref(),
        variable("TERM").as_deref(),
    );
    let wanted = wanted.unwrap_or("dark");
    let chosen = load_theme(wanted, dir)?;
    let mut themes = vec![chosen.for_depth(depth)];
    for name in Theme::names(dir).iter().filter(|name| *name != wanted) {
        match Theme::load(name, dir) {
            Ok(theme) => themes.push(theme.for_depth(depth)),
            Err(error) => tracing::warn!(name, %error, "a theme cannot be used"),
        }
    }
    Ok((themes, 0))
}

fn load_theme(name: &str, dir: Option<&Path>) -> Result<Theme, RunError> {
    Theme::load(name, dir).map_err(|source| RunError::Theme {
        name: name.to_owned(),
        source,
    })
}

fn keymap(file: Option<&Path>) -> Result<Keymap, RunError> {
    let Some(path) = file.filter(|path| path.exists()) else {
        return Ok(Keymap::default());
    };
    let text = std::fs::read_to_string(path).map_err(|source| RunError::ReadKeymap {
        path: path.to_owned(),
        source,
    })?;
    Keymap::with_user_file(&path.display().to_string(), &text).map_err(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        RunError::Keymap(lines.join("\n"))
    })
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
