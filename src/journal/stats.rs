//! Figures about the writing, for the metrics page.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the latency buckets, in microseconds; one more bucket holds all that is above.
pub const LATENCY_BOUNDS_MICROS: [u64; 14] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 5_000_000,
];

/// What the journal has done since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Commits: each is one fsync, whatever the number of appends in it.
    pub commits: u64,
    /// Appends that were answered with success.
    pub appends: u64,
    /// Appends that were refused, for whatever reason but a full queue.
    pub refused: u64,
    /// Appends that were refused because the queue was full.
    pub busy: u64,
    /// Events that were written.
    pub events: u64,
    /// Appends that wait for the writer now.
    pub queued: u64,
    /// How long successful appends took, from the call to being durable, in microseconds, summed.
    pub latency_sum_micros: u64,
    /// How many took at most [`LATENCY_BOUNDS_MICROS`] at the same place (and not the bound
    /// before); the last: how many took longer.
    pub latency_buckets: [u64; LATENCY_BOUNDS_MICROS.len() + 1],
}

/// The same figures while they are counted.
#[derive(Debug, Default)]
pub(super) struct Counters {
    commits: AtomicU64,
    appends: AtomicU64,
    refused: AtomicU64,
    busy: AtomicU64,
    events: AtomicU64,
    queued: AtomicU64,
    latency_sum_micros: AtomicU64,
    latency_buckets: [AtomicU64; LATENCY_BOUNDS_MICROS.len() + 1],
}

impl Counters {
    /// A commit is durable.
    pub(super) fn committed(&self) {
        self.commits.fetch_add(1, Ordering::Release);
    }

    /// How many commits there were.
    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Acquire)
    }

    /// An append waits.
    pub(super) fn queued(&self) {
        self.queued.fetch_add(1, Ordering::Relaxed);
    }

    /// An append waits no longer.
    pub(super) fn unqueued(&self) {
        self.queued.fetch_sub(1, Ordering::Relaxed);
    }

    /// An append was turned away at the queue.
    pub(super) fn busy(&self) {
        self.busy.fetch_add(1, Ordering::Relaxed);
    }

    /// An append was refused.
    pub(super) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// An append of so many events is durable after so long.
    pub(super) fn appended(&self, events: usize, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.appends.fetch_add(1, Ordering::Relaxed);
        self.events.fetch_add(events as u64, Ordering::Relaxed);
        self.latency_sum_micros.fetch_add(micros, Ordering::Relaxed);
        let at = LATENCY_BOUNDS_MICROS.partition_point(|bound| *bound < micros);
        if let Some(bucket) = self.latency_buckets.get(at) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The figures now.
    pub(super) fn read(&self) -> Stats {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            commits: self.commits(),
            appends: get(&self.appends),
            refused: get(&self.refused),
            busy: get(&self.busy),
            events: get(&self.events),
            queued: get(&self.queued),
            latency_sum_micros: get(&self.latency_sum_micros),
            latency_buckets: std::array::from_fn(|i| {
                self.latency_buckets.get(i).map(get).unwrap_or_default()
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latency_falls_into_the_bucket_whose_bound_it_does_not_pass() {
        let counters = Counters::default();
        counters.appended(2, Duration::from_micros(100));
        counters.appended(1, Duration::from_micros(101));
        counters.appended(1, Duration::from_secs(9));
        let stats = counters.read();
        assert_eq!(stats.latency_buckets.first(), Some(&1));
        assert_eq!(stats.latency_buckets.get(1), Some(&1));
        assert_eq!(stats.latency_buckets.last(), Some(&1));
        assert_eq!((stats.appends, stats.events), (3, 4));
    }
}
