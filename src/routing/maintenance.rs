//! Times in which alerts open no incidents.

use super::Matcher;
use crate::incident::Timestamp;
use chrono::{Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono::{TimeZone, Weekday};
use chrono_tz::Tz;
use std::sync::Arc;

/// Work that is known of: while it goes on, what fits opens no incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maintenance {
    /// What it is called.
    pub name: Arc<str>,
    /// Which alerts it is about.
    pub matcher: Matcher,
    /// When.
    pub when: When,
}

/// When maintenance is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// Once.
    Once(Held),
    /// Each week.
    Weekly(Weekly),
}

/// A time that is held: its beginning is in it, its end is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// Hours on the wall clock of a zone, on some days of each week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weekly {
    /// The days on which it begins; empty: each day.
    pub days: Vec<Weekday>,
    /// When it begins.
    pub from: NaiveTime,
    /// When it ends: on the next day, where that is not later than `from`.
    pub to: NaiveTime,
    /// Whose wall clock.
    pub zone: Tz,
}

impl When {
    /// The time that is held now, if one is.
    #[must_use]
    pub fn held(&self, now: Timestamp) -> Option<Held> {
        match self {
            Self::Once(held) => Some(*held).filter(|held| held.holds(now)),
            Self::Weekly(weekly) => weekly.held(now),
        }
    }
}

impl Held {
    fn holds(self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }
}

impl Weekly {
    fn held(&self, now: Timestamp) -> Option<Held> {
        let today = now.with_timezone(&self.zone).date_naive();
        // It began today, or yesterday and goes over midnight.
        let days = [Some(today), today.checked_sub_days(Days::new(1))];
        let mut held = days.into_iter().flatten().filter_map(|day| self.on(day));
        held.find(|held| held.holds(now))
    }

    /// The time that begins on that day, if one does.
    fn on(&self, day: NaiveDate) -> Option<Held> {
        if !self.days.is_empty() && !self.days.contains(&day.weekday()) {
            return None;
        }
        let last = if self.to > self.from {
            day
        } else {
            day.checked_add_days(Days::new(1))?
        };
        Some(Held {
            from: self.moment(day.and_time(self.from), Side::Earlier)?,
            until: self.moment(last.and_time(self.to), Side::Later)?,
        })
    }

    /// When a wall clock showed that. Where the clocks went back over it, the one that makes the
    /// time longer; where they were put forward past it, when that was done.
    fn moment(&self, wall: NaiveDateTime, side: Side) -> Option<Timestamp> {
        match (self.zone.from_local_datetime(&wall), side) {
            (LocalResult::Single(at), _) => Some(at.to_utc()),
            (LocalResult::Ambiguous(early, _), Side::Earlier) => Some(early.to_utc()),
            (LocalResult::Ambiguous(_, late), Side::Later) => Some(late.to_utc()),
            (LocalResult::None, _) => self.put_forward(wall),
        }
    }

    /// When the clocks were put forward past `wall`.
    fn put_forward(&self, wall: NaiveDateTime) -> Option<Timestamp> {
        // No clock was ever put forward by more than a day; each minute of it is tried.
        let later = (1..=24 * 60).map(TimeDelta::minutes);
        let mut shown = later.filter_map(|more| wall.checked_add_signed(more));
        shown
            .find_map(|wall| self.zone.from_local_datetime(&wall).earliest())
            .map(|at| at.to_utc())
    }
}

#[derive(Debug, Clone, Copy)]
enum Side {
    Earlier,
    Later,
}
