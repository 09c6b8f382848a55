//! The lines of a timeline, from the events that make and correct them.

use super::{Entry, Event};

/// The lines that these events make, with the corrections among them and the later ones worked
/// in, by when they happened and then by place. The events are in the order of their log.
#[must_use]
pub fn lines(events: &[Event], corrections: &[Event]) -> Vec<Entry> {
    let mut lines: Vec<Entry> = events.iter().filter_map(Entry::from_event).collect();
    for event in events.iter().chain(corrections) {
        let Some(what) = event.body.known() else {
            continue;
        };
        let Some(target) = what.target() else {
            continue;
        };
        if let Ok(at) = lines.binary_search_by_key(&target, |line| line.seq)
            && let Some(line) = lines.get_mut(at)
        {
            line.correct(event.seq, what);
        }
    }
    lines.sort_by_key(|line| (line.occurred_at, line.seq));
    lines
}
