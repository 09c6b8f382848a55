//! How much is kept of the past, and how far is gone at once.

use crate::protocol::limits::PAGE_EVENTS;

/// What is kept, and how far is gone at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Events of one block of the log: what the server gives in one page.
    pub block: u64,
    /// Blocks kept: 20,000 events, some hours of a busy incident in both directions.
    pub blocks: usize,
    /// Bytes of the events kept, as they stand in the journal. The blocks around the moment that is
    /// shown stay whatever they take.
    pub bytes: usize,
    /// A state is kept at every so many events that are folded: a step back folds so many at the
    /// most.
    pub keep_every: u64,
    /// States kept: two blocks' worth around the moment that is shown, and the beginnings of some
    /// blocks elsewhere.
    pub states: usize,
    /// Events whose lines are shown before a moment, at first: some screens. Scrolling up widens
    /// it.
    pub window: u64,
    /// The widest: what is scrolled back through in one moment.
    pub widest: u64,
    /// Steps forward that go on from the state that is shown, instead of from a kept one.
    pub walk: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            block: u64::from(PAGE_EVENTS),
            blocks: 40,
            bytes: 32 * 1024 * 1024,
            keep_every: 100,
            states: 32,
            window: 500,
            widest: 5_000,
            walk: 64,
        }
    }
}
