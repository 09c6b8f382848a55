//! The zone that times are shown in, and its name beside them.
//!
//! A war room spans zones. Every time is stored in UTC; a screen shows it in the viewer's zone and
//! says which one that is, so that "at 14:02" is never a guess.

use chrono::{DateTime, Local, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::{OffsetName, Tz};
use std::path::Path;
use std::str::FromStr;

/// A zone to show times in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zone {
    /// The machine's zone, known by its offset only.
    #[default]
    Local,
    Utc,
    /// A zone by its IANA name, `Europe/Berlin`.
    Named(Tz),
}

/// Why a text names no zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time zone; use `local`, `utc` or a name such as Europe/Berlin")]
pub struct ParseZoneError(pub String);

impl FromStr for Zone {
    type Err = ParseZoneError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            _ if text.eq_ignore_ascii_case("local") => Ok(Self::Local),
            _ if text.eq_ignore_ascii_case("utc") => Ok(Self::Utc),
            _ => Tz::from_str(text)
                .map(Self::Named)
                .map_err(|_| ParseZoneError(text.to_owned())),
        }
    }
}

impl Zone {
    /// The machine's zone with its IANA name, where that can be told: from the `TZ` variable or
    /// from what `/etc/localtime` links to. [`Zone::Local`] otherwise, which is the same zone
    /// but shows its offset instead of its name.
    #[must_use]
    pub fn machine(tz: Option<&str>, localtime: Option<&Path>) -> Self {
        if let Some(tz) = tz.filter(|tz| !tz.is_empty()) {
            return tz.trim_start_matches(':').parse().unwrap_or(Self::Local);
        }
        let Some(link) = localtime.and_then(Path::to_str) else {
            return Self::Local;
        };
        link.split_once("zoneinfo/")
            .and_then(|(_, name)| Tz::from_str(name).ok())
            .map_or(Self::Local, Self::Named)
    }

    /// `14:02:11` in this zone.
    #[must_use]
    pub fn hms(self, at: DateTime<Utc>) -> String {
        self.wall(at).format("%H:%M:%S").to_string()
    }

    /// `14:02` in this zone.
    #[must_use]
    pub fn hm(self, at: DateTime<Utc>) -> String {
        self.wall(at).format("%H:%M").to_string()
    }

    /// `2026-03-29` in this zone.
    #[must_use]
    pub fn date(self, at: DateTime<Utc>) -> String {
        self.wall(at).format("%Y-%m-%d").to_string()
    }

    /// What the zone is called at that time: `UTC`, `CET` or `CEST`, or the offset as `+02:00`
    /// where there is no such name.
    #[must_use]
    pub fn name(self, at: DateTime<Utc>) -> String {
        match self {
            Self::Utc => "UTC".to_owned(),
            Self::Local => at.with_timezone(&Local).format("%:z").to_string(),
            Self::Named(tz) => {
                let there = at.with_timezone(&tz);
                match there.offset().abbreviation() {
                    Some(name) if name.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                        name.to_owned()
                    }
                    _ => there.format("%:z").to_string(),
                }
            }
        }
    }

    /// The date and time on a wall clock in this zone.
    #[must_use]
    pub fn wall(self, at: DateTime<Utc>) -> NaiveDateTime {
        let offset = match self {
            Self::Utc => return at.naive_utc(),
            Self::Local => Local.offset_from_utc_datetime(&at.naive_utc()).fix(),
            Self::Named(tz) => tz.offset_from_utc_datetime(&at.naive_utc()).fix(),
        };
        // out of range only at the very ends of the calendar
        at.naive_utc()
            .checked_add_offset(offset)
            .unwrap_or(at.naive_utc())
    }

    /// The moment when a wall clock in this zone showed `wall`. The earlier one when the clocks
    /// went back over it; `None` when they were put forward past it.
    #[must_use]
    pub fn moment(self, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
        match self {
            Self::Utc => Some(wall.and_utc()),
            Self::Local => Local
                .from_local_datetime(&wall)
                .earliest()
                .map(|at| at.to_utc()),
            Self::Named(tz) => tz
                .from_local_datetime(&wall)
                .earliest()
                .map(|at| at.to_utc()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn shows_and_names() {
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        let winter = at("2026-03-29T00:59:59Z");
        assert_eq!(berlin.hms(winter), "01:59:59");
        assert_eq!(berlin.name(winter), "CET");
        let summer = winter + TimeDelta::seconds(1);
        assert_eq!(berlin.hm(summer), "03:00");
        assert_eq!(berlin.name(summer), "CEST");
        assert_eq!(berlin.date(at("2026-03-29T23:30:00Z")), "2026-03-30");
        assert_eq!(Zone::Utc.name(winter), "UTC");
        assert_eq!(Zone::Utc.hms(winter), "00:59:59");
        let paulo: Zone = "America/Sao_Paulo".parse().unwrap();
        assert_eq!(paulo.name(winter), "-03:00");
    }

    #[test]
    fn reads_names() {
        assert_eq!("UTC".parse(), Ok(Zone::Utc));
        assert_eq!("Local".parse(), Ok(Zone::Local));
        assert!("Europe/Berln".parse::<Zone>().is_err());
        let berlin = Zone::Named(chrono_tz::Europe::Berlin);
        let link = Path::new("/usr/share/zoneinfo/Europe/Berlin");
        assert_eq!(Zone::machine(None, Some(link)), berlin);
        assert_eq!(Zone::machine(Some(":Europe/Berlin"), None), berlin);
        assert_eq!(
            Zone::machine(Some("EST5EDT,M3.2.0"), Some(link)),
            Zone::Local
        );
        assert_eq!(Zone::machine(None, None), Zone::Local);
    }

    #[test]
    fn a_wall_clock_is_a_moment_unless_it_was_skipped() {
        let berlin = Zone::Named(chrono_tz::Europe::Berlin);
        let wall = |text: &str| text.parse::<NaiveDateTime>().unwrap();
        assert_eq!(berlin.moment(wall("2026-03-29T02:30:00")), None);
        let twice = berlin.moment(wall("2026-10-25T02:30:00"));
        assert_eq!(twice, Some(at("2026-10-25T00:30:00Z")));
    }

    #[test]
    fn every_end_of_the_calendar_is_shown() {
        for zone in [Zone::Local, Zone::Utc, Zone::Named(chrono_tz::Asia::Tokyo)] {
            for end in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
                assert!(!zone.hms(end).is_empty());
                assert!(!zone.name(end).is_empty());
            }
        }
    }
}
