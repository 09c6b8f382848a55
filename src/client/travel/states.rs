//! States of the past that are kept, so that no step folds far: bounded, the ones of least use let
//! go first.

use crate::incident::{Incident, Seq};
use std::collections::BTreeMap;

/// Some states of one incident, by their last event.
#[derive(Debug)]
pub(super) struct States {
    most: usize,
    kept: BTreeMap<Seq, (Box<Incident>, u64)>,
    uses: u64,
}

impl States {
    /// So many at the most.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            kept: BTreeMap::new(),
            uses: 0,
        }
    }

    /// The nearest one at or before that event.
    pub(super) fn nearest(&mut self, seq: Seq) -> Option<&Incident> {
        self.uses += 1;
        let (_, (state, used)) = self.kept.range_mut(..=seq).next_back()?;
        *used = self.uses;
        Some(state)
    }

    /// Where the nearest one at or before that event stands; zero where there is none.
    pub(super) fn nearest_seq(&self, seq: Seq) -> Seq {
        let before = self.kept.range(..=seq).next_back();
        before.map_or(Seq::ZERO, |(seq, _)| *seq)
    }

    /// Whether one of just that event is kept.
    pub(super) fn has(&self, seq: Seq) -> bool {
        seq == Seq::ZERO || self.kept.contains_key(&seq)
    }

    /// Keeps a state.
    pub(super) fn keep(&mut self, state: Incident) {
        self.uses += 1;
        let seq = state.seq;
        self.kept.insert(seq, (Box::new(state), self.uses));
        if self.kept.len() > self.most {
            let oldest = self.kept.iter().min_by_key(|(_, (_, used))| *used);
            if let Some(seq) = oldest.map(|(seq, _)| *seq) {
                self.kept.remove(&seq);
            }
        }
    }

    /// How many are kept.
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }
}
