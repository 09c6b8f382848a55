//! Alerts that fire and stop again and again: from when on their changes are held back, and when
//! they have settled.

use crate::incident::{AlertReport, AlertState, Timestamp};
use chrono::TimeDelta;
use std::collections::VecDeque;

/// The most changes that may be asked for: each alert's newest are remembered, so many of each.
pub const CHANGES_MAX: u32 = 100;

/// When an alert flaps, and when it has settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flapping {
    /// An alert flaps when it changes more often than this within [`Flapping::within`]; 0: none
    /// ever does. At most [`CHANGES_MAX`].
    pub changes: u32,
    /// The time in which changes are counted. A change that is exactly this old counts no more.
    pub within: TimeDelta,
    /// It has settled when it has not changed for this long.
    pub quiet: TimeDelta,
}

impl Default for Flapping {
    fn default() -> Self {
        Self {
            changes: 4,
            within: TimeDelta::minutes(10),
            quiet: TimeDelta::minutes(10),
        }
    }
}

/// What the reports of one alert were, as far as flapping is concerned. Bounded by
/// [`Flapping::changes`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// The newest report: what began when, and whether it has stopped.
    newest: Option<(Timestamp, bool)>,
    /// When the newest changes came in, by the server's clock.
    changes: VecDeque<Timestamp>,
    flaps: bool,
}

/// What a report is to one who looks for flapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observed {
    /// One to be written down as any other.
    Usual,
    /// One of an alert that flaps: it is held back.
    Flaps {
        /// How many changes there were within the time that they are counted in.
        changes: u32,
    },
}

impl History {
    /// Goes on with an alert that flapped before the server was started anew: what it said last, and
    /// when.
    #[must_use]
    pub fn resumed(state: AlertState, starts_at: Timestamp, last_at: Timestamp) -> Self {
        Self {
            newest: Some((starts_at, state == AlertState::Resolved)),
            changes: VecDeque::from([last_at]),
            flaps: true,
        }
    }

    /// Takes a report in that is on its way into an incident. The same report again, or an older
    /// one, is no change.
    pub fn observe(
        &mut self,
        settings: &Flapping,
        alert: &AlertReport,
        now: Timestamp,
    ) -> Observed {
        let this = (alert.starts_at, alert.state == AlertState::Resolved);
        if self.newest.is_none_or(|newest| this > newest) {
            self.newest = Some(this);
            self.changes.push_back(now);
            let most = settings.changes.min(CHANGES_MAX) as usize + 1;
            while self.changes.len() > most {
                self.changes.pop_front();
            }
        }
        let recent = |at: &&Timestamp| now - **at < settings.within;
        let count = self.changes.iter().filter(recent).count();
        let changes = u32::try_from(count).unwrap_or(u32::MAX);
        self.flaps |= settings.changes > 0 && changes > settings.changes;
        if self.flaps {
            Observed::Flaps { changes }
        } else {
            Observed::Usual
        }
    }

    /// What its newest report said; absent before the first.
    #[must_use]
    pub fn state(&self) -> Option<AlertState> {
        let (_, stopped) = self.newest?;
        Some(match stopped {
            true => AlertState::Resolved,
            false => AlertState::Firing,
        })
    }

    /// When it will have settled, if nothing changes until then; absent while it does not flap.
    /// Where flapping was switched off meanwhile, at once.
    #[must_use]
    pub fn settles_at(&self, settings: &Flapping) -> Option<Timestamp> {
        let last = self.changes.back().filter(|_| self.flaps)?;
        let quiet = match settings.changes {
            0 => TimeDelta::zero(),
            _ => settings.quiet,
        };
        Some(*last + quiet)
    }

    /// It has settled: what it changes from now on is counted anew.
    pub fn settle(&mut self) {
        self.flaps = false;
        self.changes.clear();
    }
}
