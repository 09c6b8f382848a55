//! Tokens: who may connect, and how far their access goes.
//!
//! **Invariant**: a token's words are shown once, when it is made. The file holds only their
//! SHA-256 and is readable by its owner alone; comparing takes the same time wherever they differ.
//! **Invariant**: once a token was made, nobody connects without one, also after all of them were
//! revoked: a revoked token stays in the file. A wall's link alone changes nothing for the others: it
//! opens no session, so whoever hangs up a screen does not lock the room out.

mod grant;
mod secrets;

pub(super) use grant::{Denied, Grant, Standing};
pub(super) use secrets::{random_hex, same, write_private};

use crate::files::tighten;
use crate::incident::{Level, Person, Timestamp};
use secrets::hash_of;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// What a token's words begin with, so that one is recognised when it leaks into a log.
pub const TOKEN_PREFIX: &str = "wr_";
/// Tokens kept, revoked ones included.
const TOKENS: usize = 10_000;

/// The tokens in a data directory.
#[derive(Debug)]
pub struct TokenStore {
    path: PathBuf,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    stamp: Option<(SystemTime, u64)>,
    tokens: Vec<Token>,
}

impl Known {
    /// Whether nobody is let in without a token.
    fn guarded(&self) -> bool {
        self.tokens.iter().any(|token| token.level != Level::Wall)
    }
}

/// A token as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Whose it is: the name that goes into the log.
    pub name: Person,
    /// How far its access goes.
    pub level: Level,
    /// SHA-256 of its words, in hexadecimal.
    hash: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct TokenFile {
    tokens: Vec<Token>,
}

/// Why the tokens cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum TokensError {
    /// The file cannot be read or written.
    #[error(
        "cannot use the tokens in {path}. Check that you own the file and its directory, or name \
         another directory with --data."
    )]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is not a list of tokens. Nobody is let in until that is repaired.
    #[error(
        "{path} is not a list of tokens, so nobody can be let in by it. Put it back from a backup, \
         or move it away to begin without tokens."
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where it goes wrong.
        source: serde_json::Error,
    },
    /// The name has a token.
    #[error("{0} has a token already. Revoke it first, or choose another name.")]
    Exists(Person),
    /// The name has none.
    #[error("{0} has no token that could be revoked. List them with `warroom token list`.")]
    Unknown(Person),
    /// The name is kept for the server itself.
    #[error("the name {0} is warroom's own. Choose another.")]
    Reserved(Person),
    /// There are too many.
    #[error("{TOKENS} tokens are the most.")]
    Full,
    /// The system gave no random numbers.
    #[error("the system gave no random numbers, so no token was made.")]
    Random,
}

impl TokenStore {
    /// The tokens in this data directory. Nothing is read yet.
    #[must_use]
    pub fn new(data: &Path) -> Self {
        Self {
            path: data.join("tokens.json"),
            known: Mutex::default(),
        }
    }

    /// Makes a token and returns its words, which are kept nowhere.
    ///
    /// # Errors
    /// When the name has one, or the file cannot be written.
    pub fn create(
        &self,
        name: &Person,
        level: Level,
        now: Timestamp,
    ) -> Result<String, TokensError> {
        if *name == Person::warroom() {
            return Err(TokensError::Reserved(name.clone()));
        }
        let mut tokens = self.read()?;
        let active = |token: &&Token| token.name == *name && token.revoked_at.is_none();
        if tokens.iter().any(|token| active(&token)) {
            return Err(TokensError::Exists(name.clone()));
        }
        if tokens.len() >= TOKENS {
            return Err(TokensError::Full);
        }
        let words = format!("{TOKEN_PREFIX}{}", random_hex().ok_or(TokensError::Random)?);
        tokens.push(Token {
            name: name.clone(),
            level,
            hash: hash_of(&words),
            created_at: now,
            revoked_at: None,
        });
        self.write(tokens)?;
        Ok(words)
    }

    /// Every token ever made, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn list(&self) -> Result<Vec<Token>, TokensError> {
        self.read()
    }

    /// Revokes the name's token.
    ///
    /// # Errors
    /// When it has none, or the file cannot be written.
    pub fn revoke(&self, name: &Person, now: Timestamp) -> Result<(), TokensError> {
        let mut tokens = self.read()?;
        let active = tokens
            .iter_mut()
            .find(|token| token.name == *name && token.revoked_at.is_none());
        active
            .ok_or_else(|| TokensError::Unknown(name.clone()))?
            .revoked_at = Some(now);
        self.write(tokens)
    }

    /// Whether a token was ever made that is more than a wall's link.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn any(&self) -> Result<bool, TokensError> {
        self.refresh()?;
        Ok(self.lock().guarded())
    }

    /// Looks up what the words grant a peer, loopback or not.
    pub(super) fn check(&self, words: Option<&str>, loopback: bool) -> Result<Grant, Denied> {
        if let Err(error) = self.refresh() {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "tokens cannot be read"
            );
            return Err(Denied::Unreadable);
        }
        let known = self.lock();
        // All are looked at, so that the time says nothing about which one came close.
        let hash = words.map(hash_of).unwrap_or_default();
        let mut found = None;
        for token in &known.tokens {
            if same(&token.hash, &hash) {
                found = Some(token);
            }
        }
        match found {
            Some(token) if token.revoked_at.is_some() => Err(Denied::Revoked),
            Some(token) => Ok(Grant::Token {
                name: token.name.clone(),
                level: token.level,
                hash,
            }),
            None if known.guarded() => Err(words.map_or(Denied::Missing, |_| Denied::Wrong)),
            None if loopback => Ok(Grant::Loopback),
            None => Err(Denied::NotLoopback),
        }
    }

    /// Whether what was granted is granted still.
    pub(super) fn standing(&self, grant: &Grant) -> Standing {
        let known = self.lock();
        let holds = match grant {
            Grant::Loopback => !known.guarded(),
            Grant::Token { hash, .. } => known
                .tokens
                .iter()
                .any(|token| token.hash == *hash && token.revoked_at.is_none()),
        };
        if holds {
            Standing::Holds
        } else {
            Standing::Ended
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the file again if it was changed. Says whether it was.
    ///
    /// # Errors
    /// When the file cannot be read. What was known stays known.
    pub(super) fn refresh(&self) -> Result<bool, TokensError> {
        let stamp = match std::fs::metadata(&self.path) {
            Ok(meta) => meta.modified().ok().map(|at| (at, meta.len())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(source) => return Err(self.file_error(source)),
        };
        if self.lock().stamp == stamp {
            return Ok(false);
        }
        let tokens = self.read()?;
        *self.lock() = Known { stamp, tokens };
        Ok(true)
    }

    fn read(&self) -> Result<Vec<Token>, TokensError> {
        tighten(&self.path);
        match std::fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(|file: TokenFile| file.tokens)
                .map_err(|source| TokensError::Malformed {
                    path: self.path.clone(),
                    source,
                }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(source) => Err(self.file_error(source)),
        }
    }

    fn write(&self, tokens: Vec<Token>) -> Result<(), TokensError> {
        let file = TokenFile { tokens };
        let text = serde_json::to_vec_pretty(&file).map_err(|source| TokensError::Malformed {
            path: self.path.clone(),
            source,
        })?;
        write_private(&self.path, &text).map_err(|source| self.file_error(source))
    }

    fn file_error(&self, source: std::io::Error) -> TokensError {
        TokensError::File {
            path: self.path.clone(),
            source,
        }
    }
}

#[cfg(test)]
mod tests;
