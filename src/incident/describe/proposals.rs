//! The words for proposals and what becomes of them.

use super::with_reason;
use crate::incident::{EntryKind, Event, Objection, Stance, What};
use std::fmt::Write as _;
use std::sync::Arc;

/// The kind and the words; nothing for any other event.
pub(super) fn describe_proposal(what: &What, event: &Event) -> Option<(EntryKind, Arc<str>)> {
    let line: Arc<str> = match what {
        What::Proposed {
            proposal,
            text,
            executor,
            closes_at,
            ..
        } => {
            let by = executor.as_ref();
            let by = by.map_or_else(String::new, |who| format!(", by {who}"));
            let seconds = (*closes_at - event.recorded_at).num_seconds().max(0);
            format!("proposed ({proposal}): {text}{by} · {seconds} s for objections").into()
        }
        What::StanceTaken {
            stance: Stance::Objects { reason },
            text,
            ..
        } => with_reason(format!("objects: {text}"), Some(&**reason)),
        What::ProposalContested {
            objections, text, ..
        } => format!("not decided: {text} · {}", objectors(objections)).into(),
        What::ProposalDecided {
            proposer,
            executor,
            objections,
            consents,
            reason,
            text,
            ..
        } => {
            let mut line = format!("{text} · proposed by {proposer}");
            if let Some(executor) = executor {
                let _always = write!(line, ", {executor} executes");
            }
            if !objections.is_empty() {
                let _always = write!(line, " · over {}", objectors(objections));
            } else if *consents > 0 {
                let _always = write!(line, " · no objection, {consents} agreed");
            } else {
                line.push_str(" · no objection");
            }
            with_reason(line, reason.as_deref())
        }
        What::ProposalWithdrawn { reason, text, .. } => {
            with_reason(format!("withdrew: {text}"), reason.as_deref())
        }
        _ => return None,
    };
    let kind = match what {
        What::ProposalDecided { .. } => EntryKind::Decision,
        _ => EntryKind::Incident,
    };
    Some((kind, line))
}

/// `objections of ana (it drops the index), lee (no backup)`.
fn objectors(objections: &[Objection]) -> String {
    let each = objections.iter();
    let each: Vec<String> = each
        .map(|objection| format!("{} ({})", objection.by, objection.reason))
        .collect();
    let word = if each.len() == 1 {
        "an objection of"
    } else {
        "objections of"
    };
    format!("{word} {}", each.join(", "))
}
