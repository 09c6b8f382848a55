//! Tokens: who may connect, and how far their access goes.
//!
//! **Invariant**: a token's words are shown once, when it is made. The file holds only their
//! SHA-256 and is readable by its owner alone; comparing takes the same time wherever they differ.
//! **Invariant**: once a token was made, nobody connects without one, also after all of them were
//! revoked: a revoked token stays in the file.

use crate::incident::{Level, Person, Timestamp};
use ring::digest;
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// What a token's words begin with, so that one is recognised when it leaks into a log.
pub const TOKEN_PREFIX: &str = "wr_";
/// Random bytes in a token: 256 bits cannot be guessed, so hashing once is enough.
const TOKEN_BYTES: usize = 32;
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

/// What a connection was granted, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Grant {
    /// No token was ever made, and the peer is on this machine.
    Loopback,
    /// By this token.
    Token {
        name: Person,
        level: Level,
        hash: String,
    },
}

/// Whether a grant still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Holds,
    Ended,
}

/// Why a connection was granted nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Denied {
    #[error("This server wants a token, and none was sent.")]
    Missing,
    #[error("The token is not one that this server knows.")]
    Wrong,
    #[error("The token was revoked.")]
    Revoked,
    #[error("This server has no tokens yet, so it serves only its own machine.")]
    NotLoopback,
    #[error("The server cannot read its list of tokens, so nobody is let in.")]
    Unreadable,
}

impl Denied {
    /// What to do instead.
    pub(super) fn instead(self) -> &'static str {
        match self {
            Self::Missing => {
                "Give one with --token-file or WARROOM_TOKEN; an admin makes it with `warroom \
                 token create NAME --level responder`."
            }
            Self::Wrong => "Check that it was copied whole, and that it is for this server.",
            Self::Revoked => "Ask an admin for a new one.",
            Self::NotLoopback => {
                "Connect from the server's own machine, or have a token made there with `warroom \
                 token create NAME --level responder`."
            }
            Self::Unreadable => "Ask whoever runs the server to look at its log.",
        }
    }
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

    /// Whether a token was ever made.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn any(&self) -> Result<bool, TokensError> {
        self.refresh()?;
        Ok(!self.lock().tokens.is_empty())
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
        if known.tokens.is_empty() {
            return if loopback {
                Ok(Grant::Loopback)
            } else {
                Err(Denied::NotLoopback)
            };
        }
        let hash = hash_of(words.ok_or(Denied::Missing)?);
        // All are looked at, so that the time says nothing about which one came close.
        let mut found = None;
        for token in &known.tokens {
            if same(&token.hash, &hash) {
                found = Some(token);
            }
        }
        match found {
            None => Err(Denied::Wrong),
            Some(token) if token.revoked_at.is_some() => Err(Denied::Revoked),
            Some(token) => Ok(Grant::Token {
                name: token.name.clone(),
                level: token.level,
                hash,
            }),
        }
    }

    /// Whether what was granted is granted still.
    pub(super) fn standing(&self, grant: &Grant) -> Standing {
        let known = self.lock();
        let holds = match grant {
            Grant::Loopback => known.tokens.is_empty(),
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

/// Puts a file in the place of another in one step, readable by its owner alone, and durable.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    // A temporary file is made for its owner alone.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    std::fs::File::open(folder)?.sync_all()
}

/// 256 random bits, in hexadecimal.
pub(super) fn random_hex() -> Option<String> {
    let mut bytes = [0; TOKEN_BYTES];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(hex(&bytes))
}

/// Compares two texts in a time that depends on their lengths alone.
pub(super) fn same(a: &str, b: &str) -> bool {
    // Comparing digests hides the length as well, and ring has no public comparison of its own.
    let of = |text: &str| digest::digest(&digest::SHA256, text.as_bytes());
    let (a, b) = (of(a), of(b));
    let pairs = a.as_ref().iter().zip(b.as_ref());
    pairs.fold(0, |differing, (x, y)| differing | (x ^ y)) == 0
}

fn hash_of(words: &str) -> String {
    hex(digest::digest(&digest::SHA256, words.trim().as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn person(name: &str) -> Person {
        name.parse().expect("a name")
    }

    #[test]
    fn a_token_opens_until_it_is_revoked_and_then_nothing_does() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = TokenStore::new(folder.path());
        assert_eq!(store.check(None, true), Ok(Grant::Loopback));
        assert_eq!(store.check(None, false), Err(Denied::NotLoopback));

        // Another store on the same file, as the command line has it.
        let other = TokenStore::new(folder.path());
        let words = other
            .create(&person("maya"), Level::Responder, now())
            .expect("made");
        assert!(words.starts_with(TOKEN_PREFIX) && words.len() == 67);
        let granted = store.check(Some(&words), false).expect("granted");
        assert!(matches!(
            &granted,
            Grant::Token {
                level: Level::Responder,
                ..
            }
        ));
        assert_eq!(store.check(None, true), Err(Denied::Missing));
        assert_eq!(store.check(Some("wr_00"), true), Err(Denied::Wrong));
        assert_eq!(store.standing(&Grant::Loopback), Standing::Ended);

        other.revoke(&person("Maya"), now()).expect("revoked");
        assert_eq!(store.check(Some(&words), true), Err(Denied::Revoked));
        assert_eq!(store.standing(&granted), Standing::Ended);
        assert_eq!(store.check(None, true), Err(Denied::Missing));
        assert!(matches!(
            other.revoke(&person("maya"), now()),
            Err(TokensError::Unknown(_))
        ));
    }

    #[test]
    fn the_file_is_private_and_holds_no_words() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let store = TokenStore::new(folder.path());
        let words = store
            .create(&person("bo"), Level::Admin, now())
            .expect("made");
        let path = folder.path().join("tokens.json");
        let mode = std::fs::metadata(&path)
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let text = std::fs::read_to_string(&path).expect("read");
        assert!(!text.contains(&words[TOKEN_PREFIX.len()..]));
        assert!(matches!(
            store.create(&person("bo"), Level::Admin, now()),
            Err(TokensError::Exists(_))
        ));
        assert!(matches!(
            store.create(&person("warroom"), Level::Admin, now()),
            Err(TokensError::Reserved(_))
        ));
    }

    #[test]
    fn a_broken_file_lets_nobody_in() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("tokens.json"), "{\"tokens\": [{").expect("written");
        let store = TokenStore::new(folder.path());
        assert_eq!(store.check(None, true), Err(Denied::Unreadable));
        assert!(store.any().is_err());
    }
}
