//! The words for handovers and what becomes of them.

use super::with_reason;
use crate::incident::{EntryKind, Event, HandoverState, What};
use std::sync::Arc;

/// The kind and the words; nothing for any other event.
pub(super) fn describe_handover(what: &What, event: &Event) -> Option<(EntryKind, Arc<str>)> {
    let line = match what {
        What::HandoverOffered(offer) => {
            let minutes = (offer.expires_at - event.recorded_at).num_seconds();
            let minutes = (minutes.max(0) + 59) / 60;
            let whose = if offer.from == event.by {
                String::new()
            } else {
                format!(" of {}", offer.from)
            };
            let words = offer.words.as_ref();
            let words = words.map_or_else(String::new, |words| format!(" · {words}"));
            format!(
                "offered {}{whose} to {} ({minutes} min){words}",
                offer.role, offer.to
            )
            .into()
        }
        What::HandoverBriefed(brief) => format!("read the brief of {}", brief.role).into(),
        What::HandoverEnded(end) => {
            let (role, from, to) = (&end.role, &end.from, &end.to);
            let line = match end.state {
                HandoverState::Accepted => format!("accepted {role} from {from}"),
                HandoverState::Declined => format!("declined {role}; {from} keeps it"),
                HandoverState::Withdrawn => format!("withdrew the offer of {role} to {to}"),
                HandoverState::Expired => {
                    format!("the offer of {role} to {to} expired; {from} keeps it")
                }
                other => format!("the offer of {role} to {to}: {}", other.name()),
            };
            with_reason(line, end.reason.as_deref())
        }
        _ => return None,
    };
    Some((EntryKind::RoleChange, line))
}
