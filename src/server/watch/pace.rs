//! How long to wait before a system is asked again. Pure: chance comes in.

use std::time::Duration;

/// The longest wait after failures: a system that comes back is seen within this.
const LONGEST: Duration = Duration::from_secs(5 * 60);
/// The shortest wait, whatever the configuration says.
const SHORTEST: Duration = Duration::from_secs(1);

/// How often a system is asked, and how often it failed since it last answered.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    every: Duration,
    failures: u32,
}

/// How a poll went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Went {
    /// The system answered something that could be used.
    pub(super) well: bool,
    /// How long it asked to be left alone.
    pub(super) wait: Option<Duration>,
}

impl Pace {
    pub(super) fn new(every: Duration) -> Self {
        Self {
            every: every.max(SHORTEST),
            failures: 0,
        }
    }

    /// The wait after a poll. `chance` is from 0 to 1.
    ///
    /// While all is well it is the interval, a tenth more or less, so that many sources do not
    /// fall into step. After failures it doubles each time, with half of it by chance. A wait that
    /// the system asks for is kept whatever else holds.
    pub(super) fn after(&mut self, went: Went, chance: f64) -> Duration {
        let chance = chance.clamp(0.0, 1.0);
        let own = if went.well {
            self.failures = 0;
            self.every.mul_f64(0.9 + 0.2 * chance)
        } else {
            self.failures = self.failures.saturating_add(1);
            let doubled = self.every.saturating_mul(1 << self.failures.min(16));
            let most = LONGEST.max(self.every);
            doubled.min(most).mul_f64(0.5 + 0.5 * chance)
        };
        own.max(went.wait.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WELL: Went = Went {
        well: true,
        wait: None,
    };
    const BADLY: Went = Went {
        well: false,
        wait: None,
    };

    #[test]
    fn it_doubles_while_it_fails_up_to_a_bound_and_begins_anew_when_it_does_not() {
        let mut pace = Pace::new(Duration::from_secs(15));
        assert_eq!(pace.after(WELL, 0.5), Duration::from_secs(15));
        let waits: Vec<u64> = (0..8).map(|_| pace.after(BADLY, 1.0).as_secs()).collect();
        assert_eq!(waits, [30, 60, 120, 240, 300, 300, 300, 300]);
        assert_eq!(pace.after(BADLY, 0.0), Duration::from_secs(150));
        assert_eq!(pace.after(WELL, 0.0), Duration::from_millis(13_500));
        assert_eq!(pace.after(BADLY, 1.0), Duration::from_secs(30));
    }

    #[test]
    fn a_wait_that_was_asked_for_is_kept() {
        let mut pace = Pace::new(Duration::from_secs(15));
        let wait = Some(Duration::from_secs(900));
        let asked = |well| Went { well, wait };
        assert_eq!(pace.after(asked(true), 0.5).as_secs(), 900);
        assert_eq!(pace.after(asked(false), 1.0).as_secs(), 900);
    }

    #[test]
    fn no_interval_is_a_hammer() {
        let mut pace = Pace::new(Duration::ZERO);
        assert!(pace.after(WELL, 0.0) >= Duration::from_millis(900));
        let mut slow = Pace::new(Duration::from_secs(3_600));
        assert!(slow.after(BADLY, 0.0) >= Duration::from_secs(1_800));
    }
}
