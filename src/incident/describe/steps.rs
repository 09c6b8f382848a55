//! The words for what is said of the steps of runbooks.

use crate::incident::{EntryKind, What};
use std::sync::Arc;

/// The kind and the words; nothing for any other event.
pub(super) fn describe_step(what: &What) -> Option<(EntryKind, Arc<str>)> {
    let line = match what {
        What::StepAssigned(of) => {
            let to = of.to.as_ref();
            let to = to.map_or("nobody".to_owned(), ToString::to_string);
            format!("step {} is for {to}: {}", of.step, of.title)
        }
        What::StepTimed(of) => match of.due_at {
            Some(at) => format!("step {} until {}: {}", of.step, super::utc(at), of.title),
            None => format!("step {} has no time-box any more: {}", of.step, of.title),
        },
        What::StepRemarked(of) => format!("step {} ({}): {}", of.step, of.title, of.text),
        _ => return None,
    };
    Some((EntryKind::RunbookStep, line.into()))
}
