//! What an event does to what is nagged about: since when each thing is owed, and what is put off.

use crate::incident::{Event, EventBody, Incident, NagKind, NagSnooze, Person, Snooze, What};

/// Worked in after everything else that the event does.
pub(super) fn apply_nags(incident: &mut Incident, event: &Event) {
    if !incident.status.is_live() {
        incident.nagging = crate::incident::Nagging::default();
        return;
    }
    let at = event.recorded_at;
    let what = event.body.known();
    for kind in NagKind::ALL {
        let owed = match kind {
            NagKind::Severity => incident.severity.is_none(),
            NagKind::Update => incident.next_update_at.is_none(),
            NagKind::Asks => continue,
            NagKind::Quiet => true,
            NagKind::Commander | NagKind::Scribe => kind
                .role()
                .is_some_and(|role| incident.holder(&role).is_none()),
        };
        let nagging = &mut incident.nagging;
        if owed {
            nagging.since.entry(kind).or_insert(at);
        } else {
            nagging.since.remove(&kind);
        }
        // What is put off is one omission: the next one is nagged about anew.
        if !owed && kind != NagKind::Update {
            nagging.snoozed.remove(&kind);
        }
    }
    if is_of_someone(&event.body, &event.by) {
        incident.nagging.since.insert(NagKind::Quiet, at);
    }
    match what {
        Some(What::UpdatePosted { .. }) => {
            incident.nagging.snoozed.remove(&NagKind::Update);
        }
        Some(What::NagSnoozed(NagSnooze {
            nag, again: true, ..
        })) => {
            incident.nagging.snoozed.remove(nag);
        }
        Some(What::NagSnoozed(NagSnooze { nag, until, .. })) => {
            let by = event.by.clone();
            let until = *until;
            incident.nagging.snoozed.insert(*nag, Snooze { by, until });
        }
        _ => {}
    }
}

/// Whether someone wrote or did something: not what a monitor or the program says by itself. What
/// is private counts, and so what stands in its place for a spectator: both fold to the same.
fn is_of_someone(body: &EventBody, by: &Person) -> bool {
    match body {
        EventBody::Unknown { .. } | EventBody::Known(What::Hidden {}) => true,
        EventBody::Known(what) if what.is_private() => true,
        EventBody::Known(
            What::AlertRecorded { .. }
            | What::AlertFlapping { .. }
            | What::AlertHeld { .. }
            | What::AlertSettled { .. }
            | What::NagSnoozed(_),
        ) => false,
        EventBody::Known(_) => *by != Person::warroom(),
    }
}
