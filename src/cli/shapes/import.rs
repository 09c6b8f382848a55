//! What a text gave that was brought in, and where a timeline says nothing.

use super::{maybe, utc};
use crate::import::{Certainty, Line, Unread};
use crate::incident::{EntryKind, Gap, IncidentId, Seq};
use serde_json::{Value, json};

/// An entry of a text that was brought in; `seq` once it is written.
#[must_use]
pub fn imported(incident: IncidentId, line: &Line, kind: EntryKind, seq: Option<Seq>) -> Value {
    let (certainty, until) = match &line.certainty {
        Certainty::Exact => ("exact", None),
        Certainty::About => ("about", None),
        Certainty::Until(until) => ("range", Some(*until)),
        Certainty::Day => ("day", None),
        Certainty::Unknown => ("unknown", None),
    };
    json!({
        "incident": incident.to_string(),
        "line": line.line,
        "read": true,
        "kind": kind.name(),
        "occurred_at": utc(line.at),
        "certainty": certainty,
        "until": maybe(until),
        "by": line.by,
        "text": line.text,
        "notes": line.notes,
        "seq": seq.map(|seq| seq.0),
    })
}

/// What could not be brought in.
#[must_use]
pub fn not_imported(incident: IncidentId, unread: &Unread) -> Value {
    json!({
        "incident": incident.to_string(),
        "line": unread.line,
        "read": false,
        "text": unread.text,
        "why": unread.why,
    })
}

/// A stretch in which things changed and nobody wrote.
#[must_use]
pub fn gap(incident: IncidentId, gap: &Gap) -> Value {
    json!({
        "incident": incident.to_string(),
        "from": utc(gap.from),
        "to": utc(gap.to),
        "seconds": (gap.to - gap.from).num_seconds(),
        "changes": gap.changes.iter().map(|seq| seq.0).collect::<Vec<_>>(),
    })
}
