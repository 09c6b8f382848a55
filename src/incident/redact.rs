//! What a spectator may see: the same log with everything private taken out.

use super::{Entry, EntryKind, Event, EventBody, Incident, OutsideCall, What};
use std::sync::Arc;

/// The event as a spectator may see it: `None` when it may be sent as it is.
#[must_use]
pub fn redacted_event(event: &Event) -> Option<Event> {
    let private = match &event.body {
        EventBody::Known(what) => what.is_private(),
        // What this version cannot read it cannot judge: a spectator does not see it.
        EventBody::Unknown { .. } => true,
    };
    private.then(|| Event {
        by: super::Person::warroom(),
        occurred_at: event.recorded_at,
        body: EventBody::Known(What::Hidden {}),
        ..event.clone()
    })
}

/// The state as a spectator may see it: what folding the redacted events would keep.
#[must_use]
pub fn redacted_state(incident: &Incident) -> Incident {
    let mut shown = incident.clone();
    shown.pinned.retain(|_, entry| !hides(entry));
    shown.evidence.retain(|piece| !piece.private);
    shown.hypotheses.retain(|held| !held.private);
    shown.decisions.retain(|entry| !hides(entry));
    shown
        .outside
        .retain(|ask| !matches!(ask.call, OutsideCall::Unknown(_)));
    for entry in shown.recent.iter_mut().filter(|entry| hides(entry)) {
        *entry = Entry {
            kind: EntryKind::Hidden,
            text: Arc::from("private"),
            by: super::Person::warroom(),
            occurred_at: entry.recorded_at,
            tags: Vec::new(),
            mentions: Vec::new(),
            marks: super::Marks::default(),
            ..entry.clone()
        };
    }
    shown
}

fn hides(entry: &Entry) -> bool {
    entry.marks.private || entry.kind == EntryKind::Unknown
}
