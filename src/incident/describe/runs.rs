//! The words for commands that were run, and for consent to dangerous ones.

use super::with_reason;
use crate::incident::{EntryKind, What};
use std::sync::Arc;

/// The kind and the words; nothing for any other event.
pub(super) fn describe_run(what: &What) -> Option<(EntryKind, Arc<str>)> {
    Some(match what {
        What::CommandRan(run) => (EntryKind::CommandRun, run.line().into()),
        What::ConsentAsked(asked) => (
            EntryKind::RunbookStep,
            format!(
                "asks for consent to a dangerous command: $ {}",
                asked.command
            )
            .into(),
        ),
        What::ConsentAnswered(answered) => {
            let word = if answered.given {
                "consents"
            } else {
                "refuses consent"
            };
            let line = format!(
                "{word} to {}'s command: $ {}",
                answered.to, answered.command
            );
            (
                EntryKind::RunbookStep,
                with_reason(line, answered.reason.as_deref()),
            )
        }
        _ => return None,
    })
}
