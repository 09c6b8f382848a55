//! The state of an incident as it once was: folded anew from the journal, from the nearest state
//! that is kept.
//!
//! The first question about a long log folds it from its beginning and keeps a state every
//! [`KEEP_EVERY`] events on the way; the next ones begin at the nearest of them. One fold at a time
//! goes on, so that a hundred consoles that are led to one moment cost one fold.

use super::greeting::Me;
use super::hall::no_such;
use super::reply::not_read;
use super::shared::Shared;
use crate::incident::{FOLD_VERSION, Incident, IncidentId, Refusal, RefusalCode, Seq, apply};
use crate::journal::ReadFrom;
use crate::protocol::Checkpoint;
use std::collections::BTreeMap;
use tokio::sync::Mutex;

/// Events between two states that are kept: so many are folded within a few hundredths of a second.
const KEEP_EVERY: u64 = 2_000;
/// States kept over all incidents: two logs of 100,000 events, some hundred KiB each.
const KEPT: usize = 128;
/// Records read at once while folding.
const PAGE: u32 = 1_000;

/// States of the past that were folded lately, whole: what is private is taken out of the answer.
#[derive(Default)]
pub(super) struct Past(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// With when each was last of use.
    states: BTreeMap<(IncidentId, Seq), (Incident, u64)>,
    uses: u64,
}

impl Kept {
    /// The nearest state at or before that event.
    fn nearest(&mut self, id: IncidentId, seq: Seq) -> Incident {
        self.uses += 1;
        let mut before = self.states.range_mut((id, Seq::ZERO)..=(id, seq));
        match before.next_back() {
            Some((_, (state, used))) => {
                *used = self.uses;
                state.clone()
            }
            None => Incident::new(id),
        }
    }

    fn keep(&mut self, state: &Incident) {
        self.uses += 1;
        let at = (state.id, state.seq);
        self.states.insert(at, (state.clone(), self.uses));
        if self.states.len() > KEPT {
            let oldest = self.states.iter().min_by_key(|(_, (_, used))| *used);
            if let Some(at) = oldest.map(|(at, _)| *at) {
                self.states.remove(&at);
            }
        }
    }
}

/// The state once that event was folded in, as this reader may see it: by the same redaction as the
/// state that a spectator joins with.
///
/// # Errors
/// When there is no such incident or event, or the journal cannot be read.
pub(super) async fn state_at(
    shared: &Shared,
    id: IncidentId,
    seq: Seq,
    me: &Me,
) -> Result<Checkpoint, Refusal> {
    let shown = shared.shown_to(&me.actor, id);
    let shown = shown.ok_or_else(|| no_such(id))?;
    if seq > shown {
        return Err(beyond(id, shown, seq));
    }
    let mut kept = shared.past.0.lock().await;
    let mut state = kept.nearest(id, seq);
    while state.seq < seq {
        let limit = u32::try_from(seq.0 - state.seq.0).unwrap_or(PAGE).min(PAGE);
        let read = shared.journal.read(id, ReadFrom::After(state.seq), limit);
        let page = read.await.map_err(|e| not_read(&e))?;
        if page.is_empty() {
            return Err(beyond(id, state.seq, seq));
        }
        for record in &page {
            apply(&mut state, record.event());
            if state.seq.0.is_multiple_of(KEEP_EVERY) {
                kept.keep(&state);
            }
        }
    }
    drop(kept);
    let incident = match shared.taken_from(me.is_spectator()) {
        Some(redaction) => redaction.state(&state),
        None => state,
    };
    Ok(Checkpoint {
        fold: FOLD_VERSION,
        incident,
    })
}

fn beyond(id: IncidentId, end: Seq, asked: Seq) -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        format!("The log of {id} ends at {end}, before {asked}."),
        "Ask for an earlier event.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_state_before_is_found_and_those_of_least_use_go() {
        let mut kept = Kept::default();
        let state = |id: u64, seq: u64| {
            let mut state = Incident::new(IncidentId(id));
            state.seq = Seq(seq);
            state
        };
        for n in 1..=KEPT as u64 {
            kept.keep(&state(1, n * KEEP_EVERY));
        }
        assert_eq!(kept.nearest(IncidentId(1), Seq(1)).seq, Seq::ZERO);
        assert_eq!(kept.nearest(IncidentId(2), Seq(9_999)).seq, Seq::ZERO);
        let first = kept.nearest(IncidentId(1), Seq(KEEP_EVERY + 1));
        assert_eq!(first.seq, Seq(KEEP_EVERY), "used once more");
        kept.keep(&state(2, KEEP_EVERY));
        assert_eq!(kept.states.len(), KEPT);
        let again = kept.nearest(IncidentId(1), Seq(KEEP_EVERY));
        assert_eq!(again.seq, Seq(KEEP_EVERY));
        let gone = kept.nearest(IncidentId(1), Seq(3 * KEEP_EVERY - 1));
        assert_eq!(gone.seq, Seq(KEEP_EVERY), "the second was of least use");
    }
}
