//! Folding up to a moment and showing it; and what the next steps will need.

use super::{Ask, Travel};
use crate::client::Timeline;
use crate::incident::{Incident, Seq, apply};

impl Travel {
    /// Shows what was known once that event was recorded; answers what is missing for it, and then
    /// nothing has changed.
    pub(super) fn show(&mut self, seq: Seq) -> Option<Ask> {
        let here = self.room.confirmed.seq;
        let walks = here < seq && seq.0 - here.0 <= self.bounds.walk;
        // The state first: it may come from afar, and the pages in between are then not needed.
        let state = if here == seq || walks {
            None
        } else {
            match self.fold(seq) {
                Ok(state) => Some(state),
                Err(ask) => return Some(ask),
            }
        };
        let first = Seq(seq.0.saturating_sub(self.window) + 1);
        if let Some(ask) = self.missing(first, seq) {
            if let Some(state) = state {
                self.states.keep(state);
            }
            return Some(ask);
        }
        match state {
            Some(state) => self.room.confirmed = state,
            None => self.walk(seq),
        }
        // The first one came from a state, which has only a part of long and of corrected entries.
        if self.moves == 0 || !self.room.timeline.shows(first, seq) {
            let events = (first.0..=seq.0).filter_map(|seq| self.log.get(Seq(seq)));
            self.room.timeline = Timeline::of_part(first, seq, events);
        }
        self.log.trim(first..=seq);
        None
    }

    /// What is to be asked for, for every event from the first to the last to be here.
    fn missing(&self, first: Seq, last: Seq) -> Option<Ask> {
        (self.log.block_of(first)..=self.log.block_of(last))
            .map(|block| Seq(self.log.before(block + 1).0.min(last.0)))
            .find(|end| self.log.missing(*end).is_some())
            .map(|end| self.page_for(&self.log, end))
    }

    /// The state once that event is folded in, from the nearest that is kept; or what is missing.
    fn fold(&mut self, seq: Seq) -> Result<Incident, Ask> {
        let from = self.states.nearest_seq(seq);
        let begin = self.log.before(self.log.block_of(seq));
        if self.has_states && from < begin && begin.0 - from.0 > self.bounds.block {
            return Err(Ask::State(begin));
        }
        let id = self.room.confirmed.id;
        let known = self.states.nearest(seq).cloned();
        let mut state = known.unwrap_or_else(|| Incident::new(id));
        while state.seq < seq {
            let next = state.seq.next();
            let Some(event) = self.log.get(next) else {
                // What was folded so far is not folded again.
                self.states.keep(state);
                return Err(self.page_for(&self.log, next));
            };
            apply(&mut state, event);
            self.keep_some(&state);
            if state.seq.0.is_multiple_of(self.bounds.block) && state.seq < seq {
                // On a long way the pages that were folded are let go.
                self.log.trim(state.seq..=state.seq.next());
            }
        }
        Ok(state)
    }

    fn keep_some(&mut self, state: &Incident) {
        if state.seq.0.is_multiple_of(self.bounds.keep_every) && !self.states.has(state.seq) {
            self.states.keep(state.clone());
        }
    }

    /// Goes on from what is shown, event by event; all are here.
    fn walk(&mut self, seq: Seq) {
        while self.room.confirmed.seq < seq
            && let Some(event) = self.log.get(self.room.confirmed.seq.next())
        {
            self.room.take(event);
            let state = &self.room.confirmed;
            if state.seq.0.is_multiple_of(self.bounds.keep_every) && !self.states.has(state.seq) {
                self.states.keep(state.clone());
            }
        }
    }

    /// What the next steps will need: the block before with the state that it begins with, and the
    /// block after.
    pub(super) fn ahead(&self) -> Option<Ask> {
        if self.stalled || self.moves == 0 {
            return None;
        }
        let block = self.log.block_of(self.seq());
        let after = Seq(self.log.before(block + 1).0 + 1).min(self.head);
        let rest = Seq(self.log.before(block + 1).0).min(self.head);
        if block > 0 && self.log.missing(self.log.before(block)).is_some() {
            return Some(self.page_for(&self.log, self.log.before(block)));
        }
        let first = self.log.before(block.saturating_sub(1));
        if self.has_states && block > 0 && !self.states.has(first) {
            return Some(Ask::State(first));
        }
        let next = [rest, after]
            .into_iter()
            .find(|seq| self.log.missing(*seq).is_some());
        next.map(|seq| self.page_for(&self.log, seq))
    }
}
