//! Who is asking, and how far their access goes.

use super::id::{ParseIdError, Person};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// How far a token's access goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Reads, and nothing private.
    Spectator,
    /// Reads all.
    Observer,
    /// Reads and writes.
    Responder,
    /// May only hand in alerts through the hooks.
    Ingest,
    /// Opens the wall page, and nothing else: what hangs in a hall is anyone's to take.
    Wall,
    /// Everything, and the tokens.
    Admin,
}

impl Level {
    /// Every level, least first (ingest and wall stand beside the order: they open no session).
    pub const ALL: [Self; 6] = [
        Self::Spectator,
        Self::Observer,
        Self::Responder,
        Self::Ingest,
        Self::Wall,
        Self::Admin,
    ];

    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Spectator => "spectator",
            Self::Observer => "observer",
            Self::Responder => "responder",
            Self::Ingest => "ingest",
            Self::Wall => "wall",
            Self::Admin => "admin",
        }
    }

    /// May open a session and read.
    #[must_use]
    pub fn reads(self) -> bool {
        !matches!(self, Self::Ingest | Self::Wall)
    }

    /// May see what is marked private.
    #[must_use]
    pub fn reads_private(self) -> bool {
        matches!(self, Self::Observer | Self::Responder | Self::Admin)
    }

    /// May change an incident.
    #[must_use]
    pub fn writes(self) -> bool {
        matches!(self, Self::Responder | Self::Admin)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Level {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|level| level.name() == text)
            .ok_or_else(|| {
                ParseIdError::new(
                    text,
                    "a level: spectator, observer, responder, ingest, wall or admin",
                )
            })
    }
}

/// Through what a command came.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Via {
    /// A person at a console.
    Console,
    /// A person or a script on the command line.
    Cli,
    /// Alertmanager's webhook.
    Alertmanager,
    /// A rule of warroom's own.
    Warroom,
    /// Anything else, by name.
    Other(Arc<str>),
}

impl Via {
    /// The stable name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Console => "console",
            Self::Cli => "cli",
            Self::Alertmanager => "alertmanager",
            Self::Warroom => "warroom",
            Self::Other(name) => name,
        }
    }
}

impl From<String> for Via {
    fn from(name: String) -> Self {
        match &*name {
            "console" => Self::Console,
            "cli" => Self::Cli,
            "alertmanager" => Self::Alertmanager,
            "warroom" => Self::Warroom,
            _ => Self::Other(Arc::from(name)),
        }
    }
}

impl From<Via> for String {
    fn from(via: Via) -> Self {
        via.name().to_owned()
    }
}

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The name that goes into the log.
    pub person: Person,
    /// How far their access goes.
    pub level: Level,
    /// Through what they ask.
    pub via: Via,
}

impl Actor {
    /// The server itself, doing what no person asked it for. No session comes in as this: the
    /// server never takes [`Via::Warroom`] from a greeting.
    #[must_use]
    pub fn server() -> Self {
        Self {
            person: Person::warroom(),
            level: Level::Responder,
            via: Via::Warroom,
        }
    }

    /// Whether it is the server itself.
    #[must_use]
    pub fn is_server(&self) -> bool {
        self.via == Via::Warroom && self.person == Person::warroom()
    }
}
