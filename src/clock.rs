//! The one place where the time of day is read.

use crate::incident::Timestamp;
use chrono::SubsecRound;

/// Where the time comes from. Code that needs the time is handed a clock, so that a test can
/// hold it still.
pub trait Clock: Send + Sync + 'static {
    /// The time now, UTC, cut to whole milliseconds (what the journal stores).
    fn now(&self) -> Timestamp;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this file is where time enters")]
    fn now(&self) -> Timestamp {
        chrono::Utc::now().trunc_subsecs(3)
    }
}

/// A clock that stands still until it is moved: for tests and for playing back.
#[derive(Debug)]
pub struct ManualClock(std::sync::Mutex<Timestamp>);

impl ManualClock {
    /// Starts at `at`.
    #[must_use]
    pub fn new(at: Timestamp) -> Self {
        Self(std::sync::Mutex::new(at))
    }

    /// Moves on by `by`.
    pub fn advance(&self, by: chrono::TimeDelta) {
        *self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
