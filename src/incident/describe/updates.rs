//! The lines about updates.

use super::{utc, with_reason};
use crate::incident::{EntryKind, What};
use std::sync::Arc;

pub(super) fn describe_update(what: &What) -> Option<(EntryKind, Arc<str>)> {
    let line: Arc<str> = match what {
        What::UpdateDrafted {
            update,
            audience,
            text,
            ..
        } if text.is_empty() => format!("drafted {audience} update {update}").into(),
        What::UpdateDrafted {
            update,
            audience,
            text,
            ..
        } => format!("drafted {audience} update {update}: {text}").into(),
        What::UpdateSubmitted(of) => format!(
            "{} update {} waits for approval",
            of.audience, of.named.update
        )
        .into(),
        What::UpdateApproved(of) => {
            format!("approved {} update {}", of.audience, of.named.update).into()
        }
        What::UpdateRejected(of) => with_reason(
            format!("rejected {} update {}", of.audience, of.named.update),
            Some(&of.reason),
        ),
        What::UpdateWithdrawn(of) => with_reason(
            format!("withdrew {} update {}", of.audience, of.update),
            of.reason.as_deref(),
        ),
        What::UpdatePosted {
            audience,
            text,
            next_at,
            ..
        } => {
            let next = next_at
                .map(|at| format!(" (next by {})", utc(at)))
                .unwrap_or_default();
            format!("{audience} update: {text}{next}").into()
        }
        _ => return None,
    };
    Some((EntryKind::StatusUpdate, line))
}
