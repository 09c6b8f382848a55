//! The words for what is said of a hypothesis.

use super::with_reason;
use crate::incident::{EntryKind, Verdict, What};
use std::sync::Arc;

/// The kind and the words; nothing for any other event.
pub(super) fn describe_hypothesis(what: &What) -> Option<(EntryKind, Arc<str>)> {
    let What::HypothesisJudged(said) = what else {
        return None;
    };
    let verdict = match said.verdict {
        Verdict::Supported => "supported",
        Verdict::RuledOut => "ruled out",
        Verdict::Reopened => "open again",
    };
    let evidence = said.evidence;
    let evidence = evidence.map_or_else(String::new, |seq| format!(" · by entry {seq}"));
    let line = format!("{} {verdict}: {}{evidence}", said.hypothesis, said.text);
    Some((
        EntryKind::Incident,
        with_reason(line, said.reason.as_deref()),
    ))
}
