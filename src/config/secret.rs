//! Secrets: where one lies, and what was found there.
//!
//! The configuration names places, never secrets: it is shown, checked, copied and kept in
//! repositories. What is found there is held in a type that nothing prints.

use super::Problem;
use super::section::Section;
use crate::paths::expand_home;
use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml::Spanned;

/// The largest secret that is read, in bytes: every vendor's are under a hundred, and no wrong
/// path (a log, a device) is read to its end.
pub const SECRET_BYTES_MAX: u64 = 8 * 1024;

/// A secret. It is not shown by `Debug`, has no `Display`, and cannot be serialised: whoever uses
/// it says [`Secret::expose`].
#[derive(Clone)]
pub struct Secret(Arc<str>);

impl Secret {
    /// The secret of these words.
    #[must_use]
    pub fn new(words: &str) -> Self {
        Self(words.into())
    }

    /// The words themselves, for a signature or a header alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where a secret lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretPlace {
    /// In a file of its own.
    File(PathBuf),
    /// In an environment variable of the server.
    Env(String),
}

impl fmt::Display for SecretPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "the file {}", path.display()),
            Self::Env(name) => write!(f, "the environment variable {name}"),
        }
    }
}

/// Why there is no secret. It names the place, never what was found there.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read.
    #[error(
        "The secret in {} cannot be read. Check that the file is there, that it is text, and that \
         the server may read it.", path.display()
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The variable is not set, or holds no text.
    #[error(
        "The environment variable {0} does not hold a secret. Set it where the server is started."
    )]
    Unset(String),
    /// There is nothing in it.
    #[error("The secret in {0} is empty. Put the secret there, alone.")]
    Empty(SecretPlace),
    /// It cannot be a secret.
    #[error(
        "What lies in {0} is larger than {SECRET_BYTES_MAX} bytes, so it is no secret. Name the \
         file that holds the secret alone."
    )]
    TooLong(SecretPlace),
}

impl SecretPlace {
    /// Reads the secret, without blanks and line ends around it.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn read(&self) -> Result<Secret, SecretError> {
        let text = match self {
            Self::File(path) => read_text(path).map_err(|source| SecretError::Unreadable {
                path: path.clone(),
                source,
            })?,
            Self::Env(name) => std::env::var(name).map_err(|_| SecretError::Unset(name.clone()))?,
        };
        if text.len() as u64 > SECRET_BYTES_MAX {
            return Err(SecretError::TooLong(self.clone()));
        }
        match text.trim() {
            "" => Err(SecretError::Empty(self.clone())),
            words => Ok(Secret::new(words)),
        }
    }
}

fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let mut file = fs::File::open(path)?.take(SECRET_BYTES_MAX + 1);
    file.read_to_string(&mut text)?;
    Ok(text)
}

/// The keys that name a secret's place in a section: `in_file` and `in_env`, one of which is
/// given; and `bare`, where people write the secret itself, which is refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keys {
    pub(super) bare: &'static str,
    pub(super) in_file: &'static str,
    pub(super) in_env: &'static str,
}

/// The keys of a secret that is called just that.
pub(super) const SECRET: Keys = Keys {
    bare: "secret",
    in_file: "secret_file",
    in_env: "secret_env",
};

/// Reads where a secret lies, if the section says it. Relative paths start at `folder`.
pub(super) fn place(
    section: &mut Section<'_, '_>,
    keys: Keys,
    folder: &Path,
) -> Option<SecretPlace> {
    let Keys {
        bare,
        in_file,
        in_env,
    } = keys;
    if let Some((key, value)) = section.forbidden(bare) {
        let what = format!("`{bare}` does not belong in this file, which is shown and copied");
        let problem = Problem::error(key, what).concealing(value);
        section.problem(problem.help(format!(
            "put it in a file and name that as `{in_file}`, or name a variable as `{in_env}`"
        )));
    }
    let file = section.text(in_file);
    let env = section.read(in_env, variable);
    if let (Some(_), Some(env)) = (&file, &env) {
        let problem = Problem::error(env.span(), format!("`{in_env}` beside `{in_file}`"));
        section.problem(problem.help("a secret lies in one place: leave one of them out"));
    }
    match (file, env) {
        (Some(file), _) => {
            let path = folder.join(expand_home(file.get_ref()));
            if !path.is_file() {
                // It may come later: a mount, a secret that is handed out at the start.
                let what = format!("`{}` is not there", file.get_ref());
                section.problem(Problem::warning(file.span(), what));
            }
            Some(SecretPlace::File(path))
        }
        (None, env) => Some(SecretPlace::Env(env.map(Spanned::into_inner)?)),
    }
}

/// The name of an environment variable.
fn variable(text: &str) -> Result<String, String> {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Ok(text.to_owned());
    }
    Err("write the variable's name alone, as PAGERDUTY_SECRET".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_from_its_file_and_shown_nowhere() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        fs::write(&path, "hunter2 \r\n").expect("written");
        let place = SecretPlace::File(path.clone());
        let secret = place.read().expect("read");
        assert_eq!(secret.expose(), "hunter2");
        assert!(!format!("{secret:?} {:#?}", Some(&secret)).contains("hunter2"));
        fs::write(&path, " \n").expect("written");
        assert!(matches!(place.read(), Err(SecretError::Empty(_))));
        fs::write(&path, "x".repeat(9_000)).expect("written");
        assert!(matches!(place.read(), Err(SecretError::TooLong(_))));
        fs::write(&path, [0xff, 0xfe]).expect("written");
        let error = place.read().expect_err("no text").to_string();
        assert!(error.contains(&*path.display().to_string()), "{error}");
        fs::remove_file(&path).expect("removed");
        assert!(matches!(place.read(), Err(SecretError::Unreadable { .. })));
    }

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let place = SecretPlace::Env("WARROOM_NOWHERE_SET_7f3a".to_owned());
        let error = place.read().expect_err("unset").to_string();
        assert!(error.contains("WARROOM_NOWHERE_SET_7f3a"), "{error}");
        let here = SecretPlace::Env("PATH".to_owned());
        assert_ne!(here.read().expect("set").expose(), "");
        assert!(variable("A_1").is_ok() && variable("1A").is_err() && variable("$A").is_err());
    }
}
