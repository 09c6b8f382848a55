//! The words for a nag that was put off.

use super::utc;
use crate::incident::{EntryKind, NagSnooze, What};
use std::sync::Arc;

/// The kind and the words; nothing for any other event.
pub(super) fn describe_nag(what: &What) -> Option<(EntryKind, Arc<str>)> {
    let What::NagSnoozed(NagSnooze { nag, until, again }) = what else {
        return None;
    };
    let line = if *again {
        format!("put off no longer: {}", nag.title())
    } else {
        format!("put off: {} · until {}", nag.title(), utc(*until))
    };
    Some((EntryKind::Incident, line.into()))
}
