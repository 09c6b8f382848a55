//! Names for things: each id is a type of its own, so that one cannot be passed for another.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use uuid::Uuid;

/// An incident's number, shown as `INC-42`. Numbers start at 1 and have no gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IncidentId(pub u64);

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "INC-{}", self.0)
    }
}

/// Text that should have been an id, or a name, and is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{given}' is not {wanted}")]
pub struct ParseIdError {
    /// What was given, as it was given.
    pub given: String,
    /// What it should look like, with an example.
    pub wanted: &'static str,
}

impl ParseIdError {
    /// Pairs what was given with what it should have looked like.
    pub fn new(given: impl Into<String>, wanted: &'static str) -> Self {
        Self {
            given: given.into(),
            wanted,
        }
    }
}

impl FromStr for IncidentId {
    type Err = ParseIdError;

    /// Accepts `INC-42`, `inc-42` and `42`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text
            .get(..4)
            .filter(|head| head.eq_ignore_ascii_case("inc-"))
            .map_or(text, |head| &text[head.len()..]);
        match digits.parse::<u64>() {
            Ok(number) if number > 0 => Ok(Self(number)),
            _ => Err(ParseIdError::new(
                text,
                "an incident's name, such as INC-42",
            )),
        }
    }
}

/// A place in one incident's log: 1, 2, 3 … without gaps. 0 means "before the first event".
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// Before the first event.
    pub const ZERO: Self = Self(0);

    /// The place after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The id that a command gets where it is typed (UUID version 7, so it sorts by time). A command
/// sent twice under one id happens once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommandId(pub Uuid);

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Declares a number that counts things of one kind within one incident.
macro_rules! counted_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

counted_id!(
    /// An ask within its incident: 1, 2, 3 …
    AskId
);
counted_id!(
    /// A proposal within its incident: 1, 2, 3 …
    ProposalId
);
counted_id!(
    /// A handover within its incident: 1, 2, 3 …
    HandoverId
);
counted_id!(
    /// A hypothesis within its incident: 1, 2, 3 …, said as H1, H2, H3.
    HypothesisId
);
counted_id!(
    /// An update within its incident: 1, 2, 3 …
    UpdateId
);
counted_id!(
    /// A step within its runbook, counted from 1 as people read it.
    StepNo
);

/// A person's name as everyone in the incident sees it. Bounded, one line, no control characters,
/// so it can be put on any screen. Names are equal without regard to ASCII case.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Person(Arc<str>);

impl Person {
    /// Longest name, in characters: fits a column of a wall screen, and any real name we know of.
    pub const MAX_CHARS: usize = 64;

    /// The name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name under which warroom itself acts (a rule that fired, an integration's reading).
    #[must_use]
    pub fn warroom() -> Self {
        Self(Arc::from("warroom"))
    }
}

impl FromStr for Person {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim().trim_start_matches('@');
        let wanted = "a person's name: 1 to 64 letters, digits, '.', '-' or '_', no spaces";
        let fits = !name.is_empty()
            && name.chars().count() <= Self::MAX_CHARS
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
        if fits {
            Ok(Self(Arc::from(name)))
        } else {
            Err(ParseIdError::new(text, wanted))
        }
    }
}

impl TryFrom<String> for Person {
    type Error = ParseIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Person> for String {
    fn from(person: Person) -> Self {
        person.0.to_string()
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl PartialEq for Person {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Person {}

impl PartialOrd for Person {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Person {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let fold = |p: &Self| {
            p.0.bytes()
                .map(|b| b.to_ascii_lowercase())
                .collect::<Vec<_>>()
        };
        if self.0 == other.0 {
            std::cmp::Ordering::Equal
        } else {
            fold(self).cmp(&fold(other))
        }
    }
}

impl std::hash::Hash for Person {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        for byte in self.0.bytes() {
            state.write_u8(byte.to_ascii_lowercase());
        }
    }
}
