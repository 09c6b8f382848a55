//! Who may see an incident that is not for everyone.
//!
//! **Invariant**: closed by default. Who is not named does not see it, and for them it is as if there
//! were no such incident. Whoever keeps the door asks [`may_see`], and nobody decides it by themselves.

use super::{Incident, IncidentId, Kind, Level, Person, Refusal, RefusalCode, Severity, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// It is for these people from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivateTo {
    /// Who may see it. Asked for: who else, beside those who have a role and whoever asks. In the
    /// log: all of them.
    #[serde(default)]
    pub people: Vec<Person>,
}

/// It is for everyone again, with all that was written meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicAgain {}

/// One more person may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admission {
    /// Who.
    pub person: Person,
}

/// A person may see it no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dismissal {
    /// Who.
    pub person: Person,
}

/// Declare an incident that is private from its first event on: a new one, or the one in triage that
/// the command is sent to. An intent of its own: a server that does not know it declares nothing,
/// where a mark that it passed over would have shown it to everyone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclarePrivate {
    /// One line; absent keeps the title of the incident in triage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Arc<str>>,
    /// How bad; absent is allowed and nagged about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The service that is hurt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Arc<str>>,
    /// When the harm began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// Real or drill.
    #[serde(default)]
    pub kind: Kind,
    /// Who may see it, beside whoever declares it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Person>,
}

/// Whether somebody may see an incident that `admitted` are let in to; with none named it is for
/// everyone. An admin sees all. A spectator, a wall and a monitor see none that is private, whoever
/// they say they are: what hangs in a hall is anyone's to read.
#[must_use]
pub fn may_see(level: Level, person: &Person, admitted: Option<&BTreeSet<Person>>) -> bool {
    match (admitted, level) {
        (None, _) | (_, Level::Admin) => true,
        (Some(admitted), level) => level.reads_private() && admitted.contains(person),
    }
}

/// Their names in a row: `ana, bo`.
#[must_use]
pub fn names<'a>(people: impl IntoIterator<Item = &'a Person>) -> String {
    let names: Vec<&str> = people.into_iter().map(Person::as_str).collect();
    names.join(", ")
}

/// There is no such incident: also what somebody is told who may not see it, to the letter.
#[must_use]
pub fn no_such_incident(incident: IncidentId) -> Refusal {
    Refusal::new(
        RefusalCode::NotFound,
        format!("There is no {incident}."),
        "List the incidents, or declare a new one.",
    )
}

impl Incident {
    /// Whether this person, with access of this level, may see it.
    #[must_use]
    pub fn is_shown_to(&self, level: Level, person: &Person) -> bool {
        may_see(level, person, self.private.as_ref())
    }

    /// Whether this person may be given something to do in it: everyone, while it is for everyone.
    #[must_use]
    pub fn admits(&self, person: &Person) -> bool {
        (self.private.as_ref()).is_none_or(|admitted| admitted.contains(person))
    }
}
