//! Where warroom keeps its files on this machine.
//!
//! The platform's own folders are used (XDG on Linux). Each may be moved by an environment
//! variable, so that a test, a second instance or a container has a place of its own.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Moves the data folder: the journal, the access tokens, the local server's address.
pub const DATA_VARIABLE: &str = "WARROOM_DATA";
/// Names the configuration file.
pub const CONFIG_VARIABLE: &str = "WARROOM_CONFIG";
/// Moves the state folder: the outbox, drafts, history and logs of consoles.
pub const STATE_VARIABLE: &str = "WARROOM_STATE";

/// The folders and files of one user on one machine. Nothing is created by looking it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    data: PathBuf,
    config: PathBuf,
    state: PathBuf,
}

/// Why no folders could be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "no home folder is known, so there is no place for warroom's files. Set HOME, or WARROOM_DATA, \
     WARROOM_CONFIG and WARROOM_STATE."
)]
pub struct NoHome;

impl Paths {
    /// Looks the folders up for the user who runs this.
    ///
    /// # Errors
    /// [`NoHome`] when the user has no home folder and the variables do not name all three places.
    pub fn find() -> Result<Self, NoHome> {
        Self::from_variables(|name| std::env::var_os(name))
    }

    /// As [`Paths::find`], with the environment given by `variable`. An empty value counts as
    /// not set.
    ///
    /// # Errors
    /// As [`Paths::find`].
    pub fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, NoHome> {
        let named = |name| {
            variable(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let home = directories::ProjectDirs::from("", "", "warroom");
        let home = home.as_ref();
        let data = named(DATA_VARIABLE).or_else(|| home.map(|dirs| dirs.data_dir().to_path_buf()));
        let config = named(CONFIG_VARIABLE)
            .or_else(|| home.map(|dirs| dirs.config_dir().join("config.toml")));
        let state = named(STATE_VARIABLE).or_else(|| {
            // Only Linux has a folder for state; elsewhere it lives beside the local data.
            home.map(|dirs| {
                dirs.state_dir()
                    .map_or_else(|| dirs.data_local_dir().join("state"), Path::to_path_buf)
            })
        });
        match (data, config, state) {
            (Some(data), Some(config), Some(state)) => Ok(Self {
                data,
                config,
                state,
            }),
            _ => Err(NoHome),
        }
    }

    /// All three below one folder: for a demo or a test that must not touch the user's own.
    #[must_use]
    pub fn under(root: &Path) -> Self {
        Self {
            data: root.join("data"),
            config: root.join("config.toml"),
            state: root.join("state"),
        }
    }

    /// The folder of the journal, the access tokens and the local server's address.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The configuration file; it need not exist.
    #[must_use]
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// The folder of the configuration file: the user's own `themes/` and keymap are beside it.
    #[must_use]
    pub fn config_dir(&self) -> &Path {
        self.config.parent().unwrap_or(Path::new("."))
    }

    /// The folder of what consoles keep: outbox, drafts, history, logs.
    #[must_use]
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// The folder of commands that no server has confirmed yet.
    #[must_use]
    pub fn outbox(&self) -> PathBuf {
        self.state.join("outbox")
    }

    /// The folder of drafts: what was typed and not yet entered.
    #[must_use]
    pub fn drafts(&self) -> PathBuf {
        self.state.join("drafts")
    }

    /// The folder of the lines that were sent, by person.
    #[must_use]
    pub fn history(&self) -> PathBuf {
        self.state.join("history")
    }

    /// The console's log file.
    #[must_use]
    pub fn console_log(&self) -> PathBuf {
        self.state.join("console.log")
    }

    /// The log file of the local server that a console started.
    #[must_use]
    pub fn server_log(&self) -> PathBuf {
        self.state.join("server.log")
    }
}

/// The path with a leading `~` replaced by the home folder. Another user's (`~kim/…`) is left as
/// it is; so is everything when no home folder is known.
#[must_use]
pub fn expand_home(path: &str) -> PathBuf {
    let home = directories::BaseDirs::new();
    expand_home_in(path, home.as_ref().map(directories::BaseDirs::home_dir))
}

fn expand_home_in(path: &str, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix('~'), home) {
        (Some(""), Some(home)) => home.to_path_buf(),
        (Some(rest), Some(home)) if rest.starts_with('/') => {
            home.join(rest.trim_start_matches('/'))
        }
        _ => PathBuf::from(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(values: &'static [(&'static str, &'static str)]) -> Paths {
        Paths::from_variables(|name| {
            let found = values.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| OsString::from(value))
        })
        .unwrap()
    }

    #[test]
    fn each_place_may_be_moved_by_its_variable() {
        let paths = with(&[
            (DATA_VARIABLE, "/srv/journal"),
            (CONFIG_VARIABLE, "/etc/warroom.toml"),
            (STATE_VARIABLE, "/var/tmp/state"),
        ]);
        assert_eq!(paths.data(), Path::new("/srv/journal"));
        assert_eq!(paths.config(), Path::new("/etc/warroom.toml"));
        assert_eq!(paths.config_dir(), Path::new("/etc"));
        assert_eq!(paths.outbox(), Path::new("/var/tmp/state/outbox"));
        assert_eq!(paths.console_log(), Path::new("/var/tmp/state/console.log"));
    }

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        let named = with(&[
            (DATA_VARIABLE, "/a"),
            (CONFIG_VARIABLE, "/b"),
            (STATE_VARIABLE, "/c"),
        ]);
        let paths = Paths::from_variables(|name| match name {
            DATA_VARIABLE => Some(OsString::new()),
            CONFIG_VARIABLE => Some("/b".into()),
            STATE_VARIABLE => Some("/c".into()),
            _ => None,
        });
        // Without a home folder there is no default to fall back to, and that is said.
        match paths {
            Ok(paths) => assert!(paths.data().ends_with("warroom") && paths != named),
            Err(NoHome) => assert!(directories::BaseDirs::new().is_none()),
        }
    }

    #[test]
    fn only_ones_own_home_is_expanded() {
        let home = Some(Path::new("/home/kim"));
        assert_eq!(expand_home_in("~", home), Path::new("/home/kim"));
        assert_eq!(expand_home_in("~/a b", home), Path::new("/home/kim/a b"));
        assert_eq!(expand_home_in("~//etc", home), Path::new("/home/kim/etc"));
        assert_eq!(expand_home_in("~bo/x", home), Path::new("~bo/x"));
        assert_eq!(expand_home_in("/x/~", home), Path::new("/x/~"));
        assert_eq!(expand_home_in("~/x", None), Path::new("~/x"));
    }
}
