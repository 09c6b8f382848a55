//! The words for an alert that flaps.

use crate::incident::{AlertState, EntryKind, What, length};
use chrono::TimeDelta;
use std::sync::Arc;

/// The kind and the words; nothing for what is held back.
pub(super) fn describe(what: &What) -> Option<(EntryKind, Arc<str>)> {
    let line = match what {
        What::AlertFlapping {
            name,
            service,
            changes,
            within_seconds,
            ..
        } => format!(
            "flapping {}: {changes} changes within {}; it counts as firing until it is quiet, and \
             its changes are held back",
            called(name, service.as_deref()),
            length(TimeDelta::seconds(i64::from(*within_seconds))),
        ),
        What::AlertSettled {
            name,
            service,
            state,
            since,
            fired,
            stopped,
            ..
        } => format!(
            "settled {}: {}; since {} {} changes were held back ({fired} firing, {stopped} resolved)",
            called(name, service.as_deref()),
            match state {
                AlertState::Firing => "firing",
                AlertState::Resolved => "resolved",
            },
            super::utc(*since),
            fired.saturating_add(*stopped),
        ),
        _ => return None,
    };
    Some((EntryKind::Alert, line.into()))
}

fn called(name: &str, service: Option<&str>) -> String {
    match service {
        Some(service) => format!("{name} {service}"),
        None => name.to_owned(),
    }
}
