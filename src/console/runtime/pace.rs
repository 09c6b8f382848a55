//! How often the screen is drawn: at most 60 times in any second, and a key as soon as it comes.
//!
//! Frames come evenly spaced while much happens. Some may come sooner than that after a pause, so
//! that what follows shortly on a tick of the clock or on somebody else's line is seen at once, and
//! a console that is started is there at once. The last of these are kept for the person at the
//! keys: a flood of events delays nobody's typing.

use std::time::Duration;
use tokio::time::Instant;

/// Between frames while much happens. With the frames of [`AHEAD`] that is 60 in a second.
const EVERY: Duration = Duration::from_millis(20);
/// Frames that may come sooner.
const AHEAD: u32 = 9;
/// Of them, those that only the person at the keys is shown.
const KEPT: u32 = 3;

/// What a frame is drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    /// Something happened elsewhere, or the clock went on.
    Elsewhere,
    /// The person at the keys did something.
    ByHand,
}

/// When the next frame may be drawn.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When the frames so far would be used up, were they spaced evenly.
    used_up: Option<Instant>,
}

impl Pace {
    /// The moment from which a frame for this may be drawn.
    pub(super) fn due(&self, change: Change) -> Option<Instant> {
        let ahead = match change {
            Change::Elsewhere => AHEAD - KEPT,
            Change::ByHand => AHEAD,
        };
        self.used_up?.checked_sub(EVERY * ahead)
    }

    /// A frame was drawn.
    pub(super) fn drawn(&mut self, now: Instant) {
        let from = self.used_up.map_or(now, |at| at.max(now));
        self.used_up = Some(from + EVERY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws for `change` as soon as it may be, from `start` on, for so long; when it did.
    fn drawn(pace: &mut Pace, change: Change, start: Instant, millis: u64) -> Vec<Instant> {
        let at = |ms| start + Duration::from_millis(ms);
        let mut frames = Vec::new();
        for now in (0..millis).map(at) {
            if pace.due(change).is_none_or(|due| due <= now) {
                pace.drawn(now);
                frames.push(now);
            }
        }
        frames
    }

    #[test]
    fn no_second_has_more_than_sixty_frames() {
        let start = Instant::now();
        for change in [Change::Elsewhere, Change::ByHand] {
            let frames = drawn(&mut Pace::default(), change, start, 5_000);
            let within = |from: &Instant| {
                let second = *from..*from + Duration::from_secs(1);
                frames.iter().filter(|at| second.contains(at)).count()
            };
            let most = frames.iter().map(within).max();
            assert!((50..=60).contains(&most.unwrap()), "{change:?}: {most:?}");
        }
    }

    #[test]
    fn a_key_is_drawn_at_once_however_much_happens_elsewhere() {
        let start = Instant::now();
        let mut pace = Pace::default();
        for line in 1..100 {
            let key = start + Duration::from_millis(30 * line);
            drawn(
                &mut pace,
                Change::Elsewhere,
                key - Duration::from_millis(30),
                30,
            );
            let due = pace.due(Change::ByHand);
            assert!(due.is_none_or(|due| due <= key), "key {line}");
            pace.drawn(key);
        }
    }

    #[test]
    fn what_follows_a_tick_of_the_clock_is_drawn_at_once() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.drawn(now);
        assert!(pace.due(Change::Elsewhere).is_none_or(|due| due <= now));
    }
}
