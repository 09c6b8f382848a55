//! The words for who may see an incident.

use crate::incident::{EntryKind, What, names};
use std::sync::Arc;

/// The kind and the words; nothing for any other event.
pub(super) fn describe_private(what: &What) -> Option<(EntryKind, Arc<str>)> {
    let line = match what {
        What::MadePrivate(to) => format!("made private: seen by {}", names(&to.people)),
        What::MadePublic(_) => "made public: seen by everyone".to_owned(),
        What::Admitted(who) => format!("admitted {}", who.person),
        What::Dismissed(who) => format!("dismissed {}", who.person),
        _ => return None,
    };
    Some((EntryKind::Incident, line.into()))
}
