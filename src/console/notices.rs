//! What is said at the foot of the screen, for a while, and kept to be read again.

use super::panes::Say;
use crate::incident::Timestamp;
use chrono::TimeDelta;
use std::collections::VecDeque;

/// How many are kept to be read again; the oldest go.
pub const KEPT: usize = 200;
/// How long good news stays, in seconds.
const INFO_SECONDS: i64 = 4;
/// How long what must be read stays, in seconds: two sentences, read twice.
const WARNING_SECONDS: i64 = 12;

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Good to know.
    Info,
    /// Something is not as it should be.
    Warning,
    /// What was asked for did not happen.
    Refused,
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// When.
    pub at: Timestamp,
    /// Until when it stays at the foot of the screen.
    pub until: Timestamp,
    /// How much it matters.
    pub weight: Weight,
    /// What was said, as it came: it is made visible where it is drawn.
    pub text: String,
    /// How often the same was said in a row.
    pub times: u32,
}

/// Everything that was said lately.
#[derive(Debug, Clone, Default)]
pub struct Notices {
    kept: VecDeque<Notice>,
}

impl Notices {
    /// Says something. The same thing again counts up instead of filling the list.
    pub fn say(&mut self, now: Timestamp, said: Say) {
        let (weight, text) = match said {
            Say::Info(text) => (Weight::Info, text),
            Say::Warning(text) => (Weight::Warning, text),
            Say::Refused(refusal) => (Weight::Refused, refusal.to_string()),
        };
        let seconds = match weight {
            Weight::Info => INFO_SECONDS,
            Weight::Warning | Weight::Refused => WARNING_SECONDS,
        };
        let until = now + TimeDelta::seconds(seconds);
        if let Some(last) = self.kept.back_mut()
            && last.text == text
        {
            last.at = now;
            last.until = until;
            last.times = last.times.saturating_add(1);
            return;
        }
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(Notice {
            at: now,
            until,
            weight,
            text,
            times: 1,
        });
    }

    /// What stands at the foot of the screen now.
    #[must_use]
    pub fn current(&self, now: Timestamp) -> Option<&Notice> {
        self.kept.back().filter(|notice| notice.until > now)
    }

    /// Takes it away before its time. False when nothing stood there.
    pub fn dismiss(&mut self, now: Timestamp) -> bool {
        match self.kept.back_mut() {
            Some(last) if last.until > now => {
                last.until = now;
                true
            }
            _ => false,
        }
    }

    /// The clock was set back by so much: what stands there stays as long as it would have.
    pub(super) fn move_back(&mut self, by: TimeDelta) {
        for notice in &mut self.kept {
            notice.until -= by;
        }
    }

    /// Newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Notice> {
        self.kept.iter().rev()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_goes_after_its_time_and_the_same_twice_is_one() {
        let now: Timestamp = "2026-11-24T14:00:00Z".parse().unwrap();
        let mut notices = Notices::default();
        notices.say(now, Say::Info("copied".to_owned()));
        notices.say(now, Say::Info("copied".to_owned()));
        assert_eq!(notices.current(now).map(|n| n.times), Some(2));
        assert_eq!(notices.current(now + TimeDelta::seconds(4)), None);
        assert!(!notices.dismiss(now + TimeDelta::seconds(4)));
        assert_eq!(notices.newest_first().count(), 1);
        for at in 0..=KEPT {
            notices.say(now, Say::Warning(at.to_string()));
        }
        assert_eq!(notices.newest_first().count(), KEPT);
    }
}
