//! Looking at the past: what the screen keeps of now meanwhile, and the clock that plays.

use super::panes::timeline;
use crate::incident::Timestamp;
use chrono::TimeDelta;

/// How fast it is played, from slow to fast: as it was, to skim, to see an hour in a minute.
pub const SPEEDS: [u32; 3] = [1, 10, 60];
/// The shortest time between two moments that are shown while it plays: ten a second look like
/// motion, and leave the machine idle in between.
const FRAME: TimeDelta = TimeDelta::milliseconds(100);

/// What the screen keeps while it shows the past.
#[derive(Debug, Clone)]
pub struct Past {
    /// The timeline as it was left at now.
    pub timeline: timeline::State,
    /// How fast it plays.
    pub speed: u32,
    /// The clock, while it plays.
    pub clock: Option<Clock>,
    /// The last moment of the machine that the panes have settled on.
    pub seen: u64,
}

/// Time that goes by in the past while it goes by here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// The moment of the past at which it began.
    from: Timestamp,
    /// When that was, by this machine's clock.
    since: Timestamp,
    speed: u32,
}

impl Past {
    /// Beside a timeline that was left like this.
    #[must_use]
    pub fn beside(timeline: timeline::State) -> Self {
        Self {
            timeline,
            speed: 1,
            clock: None,
            seen: 0,
        }
    }

    /// Plays on from this moment of the past.
    pub fn play(&mut self, from: Timestamp, now: Timestamp) {
        self.clock = Some(Clock {
            from,
            since: now,
            speed: self.speed,
        });
    }

    /// The next faster or slower speed; where it plays it goes on from this moment.
    pub fn shift(&mut self, faster: bool, from: Timestamp, now: Timestamp) {
        let mut next = SPEEDS.iter().copied().filter(|s| *s > self.speed);
        let mut last = SPEEDS.iter().copied().filter(|s| *s < self.speed);
        let speed = if faster {
            next.next()
        } else {
            last.next_back()
        };
        self.speed = speed.unwrap_or(self.speed);
        if self.clock.is_some() {
            self.play(from, now);
        }
    }
}

impl Clock {
    /// This machine's clock was set back by so much.
    pub(super) fn move_back(&mut self, by: TimeDelta) {
        self.since -= by;
    }

    /// The moment of the past that it has come to.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Timestamp {
        let gone = (now - self.since).max(TimeDelta::zero());
        let speed = i32::try_from(self.speed).unwrap_or(i32::MAX);
        let past = gone.checked_mul(speed);
        past.and_then(|past| self.from.checked_add_signed(past))
            .unwrap_or(self.from)
    }

    /// When the next moment is to be shown: when the seconds on the screen change, but not sooner
    /// than the eye follows.
    #[must_use]
    pub fn next(&self, now: Timestamp) -> Timestamp {
        let second = TimeDelta::milliseconds(1_000 / i64::from(self.speed.max(1)));
        let step = second.max(FRAME).num_milliseconds();
        let gone = (now - self.since).num_milliseconds().max(0);
        self.since + TimeDelta::milliseconds((gone / step + 1) * step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn it_plays_as_fast_as_it_says_and_wakes_as_seldom_as_it_can() {
        let (from, now) = (at("2026-11-24T14:00:00Z"), at("2026-11-25T09:00:00Z"));
        for (speed, frames) in [(1, 60), (10, 600), (60, 600)] {
            let mut past = Past::beside(timeline::State::default());
            past.speed = speed;
            past.play(from, now);
            let clock = past.clock.unwrap();
            let (mut woken, mut time) = (0, now);
            while clock.next(time) <= now + TimeDelta::minutes(1) {
                assert!(clock.next(time) > time);
                time = clock.next(time);
                woken += 1;
            }
            assert_eq!(woken, frames, "{speed}");
            let gone = TimeDelta::minutes(i64::from(speed));
            assert_eq!(clock.at(now + TimeDelta::minutes(1)), from + gone);
            assert_eq!(
                clock.at(now - TimeDelta::hours(1)),
                from,
                "a clock set back"
            );
        }
    }

    #[test]
    fn another_speed_goes_on_from_where_it_is() {
        let (from, now) = (at("2026-11-24T14:00:00Z"), at("2026-11-25T09:00:00Z"));
        let mut past = Past::beside(timeline::State::default());
        past.shift(false, from, now);
        assert_eq!((past.speed, past.clock), (1, None));
        past.play(from, now);
        let later = now + TimeDelta::seconds(5);
        let there = past.clock.unwrap().at(later);
        past.shift(true, there, later);
        assert_eq!(past.clock.unwrap().at(later), from + TimeDelta::seconds(5));
        past.shift(true, there, later);
        past.shift(true, there, later);
        assert_eq!(past.speed, 60);
    }
}
