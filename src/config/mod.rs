//! The configuration file: what it may say, and what is wrong with it.
//!
//! It is read by hand over the spanned tree rather than into derived types: those stop at the
//! first mistake, and someone who edits a file at night wants to be told all of them at once, each
//! with its place. What is written here only gives defaults; the command line goes before it.

mod alerts;
pub mod hooks;
mod keep;
mod read;
mod secret;
mod section;
pub mod sources;
mod templates;
mod updates;
mod values;

pub use crate::problem::{Problem, Source, Weight, Wrong};
pub use secret::{SECRET_BYTES_MAX, Secret, SecretError, SecretPlace};
pub use templates::templates;
pub use values::listen;

use crate::error::Failure;
use crate::incident::{AsksShown, NagPolicy, Person, Role, update};
use crate::log::Form;
use crate::routing::Rules;
use std::fs;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::Spanned;

/// The largest file that is read, in bytes: a thousand times what anyone writes, and no wrong
/// path (a log, a device) is read to its end.
pub const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// What the file is called in reports.
const SUBJECT: &str = "configuration";

/// What a configuration file says. What it does not say is `None`, or the default where one is
/// named. Paths are whole: `~` is the home folder, and a relative one starts at the file's folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    /// `[client]`: the console and the verbs.
    pub client: Client,
    /// `[server]`: `warroom serve`.
    pub server: Server,
    /// `[runbooks]`.
    pub runbooks: Runbooks,
    /// `[alerts]`: how alerts find their incident.
    pub alerts: Rules,
    /// `[hooks.NAME]`, by name.
    pub hooks: Vec<hooks::Configured>,
    /// `[sources.NAME]`, with the `[[signals]]` of each; by name.
    pub sources: Vec<sources::Watched>,
    /// `[updates]`.
    pub updates: Updates,
    /// `[roles]`.
    pub roles: Roles,
    /// `[run]`: commands that are run with evidence, on this machine.
    pub run: Run,
    /// `[decisions]`.
    pub decisions: Decisions,
    /// `[handover]`.
    pub handover: Handover,
    /// `[spectators]`.
    pub spectators: Spectators,
    /// `[nags]`: what is nagged about, and when.
    pub nags: NagPolicy,
    /// `[templates]`: texts of one's own for frequent entries, by name.
    pub templates: Vec<(String, String)>,
    /// `[log]`.
    pub log: Log,
}

/// The console and the verbs. What is checked by those who know the names keeps its place in the
/// file, for [`Loaded::check_name`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Client {
    /// The server to talk to, `ws://HOST:PORT` or `wss://HOST:PORT`.
    pub server: Option<String>,
    /// The file of the access token.
    pub token_file: Option<PathBuf>,
    /// Who writes, where the server has no tokens.
    pub name: Option<Person>,
    /// The theme, by name.
    pub theme: Option<Spanned<String>>,
    /// The keymap file.
    pub keymap: Option<PathBuf>,
    /// The zone in which times are shown: `local`, `utc` or a name of the time zone database.
    pub zone: Option<Spanned<String>>,
    /// The layout with which an incident opens, by name.
    pub layout: Option<Spanned<String>>,
    /// What charts are drawn with, by name; `auto`: what the terminal can show.
    pub charts: Option<Spanned<String>>,
    /// How the console calls its person, by name.
    pub ring: Option<Spanned<String>>,
}

/// What `warroom serve` starts with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Server {
    /// Where to listen.
    pub listen: Option<SocketAddr>,
    /// The data folder.
    pub data: Option<PathBuf>,
    /// The certificate and the key; a file names both or neither.
    pub tls: Option<Tls>,
    /// Allow plain text beyond loopback.
    pub insecure: bool,
    /// Names, beyond addresses, under which the server may be called.
    pub hosts: Vec<String>,
}

/// The PEM files of TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The chain, the server's own certificate first.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Where runbooks lie.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Runbooks {
    /// The folders; of two runbooks of one name the first folder's is taken.
    pub dirs: Vec<PathBuf>,
}

/// How decisions are put to the room.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decisions {
    /// How long a proposal waits for objections.
    pub window: Option<Duration>,
}

/// How a role goes from one person to another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Handover {
    /// How long an offer of a role stands.
    pub offer: Option<Duration>,
    /// How long somebody may have a role before their console suggests a handover; zero: for ever.
    pub suggest_after: Option<Duration>,
}

/// What those who wait are told, when, and by whose leave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Updates {
    /// What needs approval, and how often who is told.
    pub rules: update::Rules,
    /// The folder of templates of one's own.
    pub templates: Option<PathBuf>,
}

/// What spectators are not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spectators {
    /// What they see of asks.
    pub asks: AsksShown,
}

/// Commands that are run with evidence, on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Run {
    /// How long one may take.
    pub limit: Option<Duration>,
    /// What is taken out of what it printed, beside the usual: regular expressions, each of which
    /// was tried.
    pub redact: Vec<String>,
    /// Any command of a runbook that the server attached may be run, after it was confirmed.
    pub runbooks: bool,
    /// Folders of runbooks whose commands may be run all the same, where the server's read as they
    /// do here.
    pub trusted: Vec<PathBuf>,
}

/// Roles beyond the four.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roles {
    /// Offered on the screens beside the four.
    pub extra: Vec<Role>,
}

/// The program's own log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Log {
    /// What is logged, as for `WARROOM_LOG`, which goes before it.
    pub filter: Option<String>,
    /// How a server's log looks.
    pub format: Form,
}

/// A configuration, and the file that it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loaded {
    /// What it says.
    pub config: Config,
    /// The file; empty when there is none.
    pub source: Source,
    /// What can be worked with and is likely a mistake.
    pub warnings: Vec<Problem>,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("The configuration file {} cannot be read.", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It says something that cannot be meant.
    #[error(transparent)]
    Wrong(#[from] Wrong),
}

impl Loaded {
    /// Reads the file at `path`. One that is not there is an empty one, unless it was asked for by
    /// name (`named`).
    ///
    /// # Errors
    /// When it cannot be read, or with everything that is wrong in it.
    pub fn read(path: &Path, named: bool) -> Result<Self, ConfigError> {
        match read_text(path) {
            Ok(text) => Ok(Self::parse(path, &text)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !named => Ok(Self::default()),
            Err(source) => Err(ConfigError::Unreadable {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// Reads `text` as the file at `path`.
    ///
    /// # Errors
    /// With everything that is wrong in it.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Wrong> {
        let source = Source::new(path, text);
        let folder = path.parent().unwrap_or(Path::new(""));
        let (config, mut problems) = read::read(text, folder);
        problems.sort_by_key(|problem| problem.span.start);
        if problems.iter().any(|p| p.weight == Weight::Error) {
            return Err(source.wrong(SUBJECT, problems));
        }
        Ok(Self {
            config,
            source,
            warnings: problems,
        })
    }

    /// The warnings as they are shown; empty when there are none.
    #[must_use]
    pub fn warning_report(&self, color: bool) -> String {
        crate::problem::render(&self.source, &self.warnings, color)
    }

    /// Whether `name` is one of those that are `known`; what is called so is said by `what`, as in
    /// "theme".
    ///
    /// # Errors
    /// Points at the name in the file, and suggests the nearest.
    pub fn check_name(
        &self,
        what: &str,
        name: &Spanned<String>,
        known: &[&str],
    ) -> Result<(), Wrong> {
        if known.contains(&name.get_ref().as_str()) {
            return Ok(());
        }
        let what = format!("there is no {what}");
        let problem = Problem::unknown(&what, name.span(), name.get_ref(), known);
        Err(self.source.wrong(SUBJECT, vec![problem]))
    }
}

/// The text of a file of at most [`FILE_BYTES_MAX`].
///
/// # Errors
/// When it cannot be read, is larger, or is not UTF-8.
pub fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let mut file = fs::File::open(path)?.take(FILE_BYTES_MAX + 1);
    file.read_to_string(&mut text)?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it is larger than {FILE_BYTES_MAX} bytes"),
        ));
    }
    Ok(text)
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let what = error.to_string();
        match error {
            ConfigError::Wrong(wrong) => wrong.into(),
            ConfigError::Unreadable { source, .. } => {
                let instead = match source.kind() {
                    io::ErrorKind::NotFound => "Name another with --config, or leave it out.",
                    _ => "Make it a text file that you may read, or name another with --config.",
                };
                Self::usage(what).instead(instead).because(source)
            }
        }
    }
}
