//! Moments as people write them on the command line.

use crate::console::text::{Zone, parse_duration};
use crate::incident::Timestamp;
use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta};

/// How far a time of day may lie ahead and still mean today: clocks differ a little.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// A moment as it was written, before anyone knows the time and the zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// `14:02`: the newest such time that is not ahead.
    Clock(NaiveTime),
    /// `-20m`: that long ago.
    Ago(TimeDelta),
    /// `2026-11-24 14:02`, on the wall clock of the viewer's zone.
    Wall(NaiveDateTime),
    /// RFC 3339, `2026-11-24T14:02:00Z`.
    Exact(Timestamp),
}

/// Why a text is not a moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is not a time: write 14:02, -20m, '2026-11-24 14:02' or 2026-11-24T14:02:00Z")]
pub struct ParseWhenError;

/// A wall clock that was put forward never showed that time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the clocks were put forward past {0}, so that time did not exist; write another")]
pub struct NoSuchTime(pub NaiveDateTime);

impl std::str::FromStr for When {
    type Err = ParseWhenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if let Some(ago) = text.strip_prefix('-') {
            return parse_duration(ago)
                .map(Self::Ago)
                .map_err(|_| ParseWhenError);
        }
        if let Ok(exact) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::Exact(exact.to_utc()));
        }
        for form in ["%H:%M", "%H:%M:%S"] {
            if let Ok(time) = NaiveTime::parse_from_str(text, form) {
                return Ok(Self::Clock(time));
            }
        }
        for form in [
            "%Y-%m-%d %H:%M",
            "%Y-%m-%d %H:%M:%S",
            "%Y-%m-%dT%H:%M",
            "%Y-%m-%dT%H:%M:%S",
        ] {
            if let Ok(wall) = NaiveDateTime::parse_from_str(text, form) {
                return Ok(Self::Wall(wall));
            }
        }
        Err(ParseWhenError)
    }
}

impl When {
    /// The moment that is meant, by the time now and the viewer's zone.
    ///
    /// # Errors
    /// When the zone's clocks were put forward past it.
    pub fn resolve(&self, now: Timestamp, zone: Zone) -> Result<Timestamp, NoSuchTime> {
        match self {
            Self::Exact(at) => Ok(*at),
            Self::Ago(ago) => Ok(now - *ago),
            Self::Wall(wall) => zone.moment(*wall).ok_or(NoSuchTime(*wall)),
            Self::Clock(time) => {
                let today = zone.wall(now).date();
                let at = zone.moment(today.and_time(*time));
                if let Some(at) = at.filter(|at| *at <= now + AHEAD) {
                    return Ok(at);
                }
                let yesterday = today.pred_opt().unwrap_or(today).and_time(*time);
                zone.moment(yesterday).ok_or(NoSuchTime(yesterday))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn read(text: &str, now: &str, zone: &str) -> Timestamp {
        let when: When = text.parse().unwrap();
        when.resolve(at(now), zone.parse().unwrap()).unwrap()
    }

    #[test]
    fn reads_every_form() {
        let now = "2026-11-24T14:30:00Z";
        let cases = [
            ("14:02", "2026-11-24T14:02:00Z"),
            ("14:02:11", "2026-11-24T14:02:11Z"),
            ("-20m", "2026-11-24T14:10:00Z"),
            ("-1h30m", "2026-11-24T13:00:00Z"),
            ("2026-11-23 09:00", "2026-11-23T09:00:00Z"),
            ("2026-11-24T13:00:00+01:00", "2026-11-24T12:00:00Z"),
        ];
        for (text, meant) in cases {
            assert_eq!(read(text, now, "utc"), at(meant), "{text}");
        }
    }

    #[test]
    fn a_time_of_day_is_never_ahead() {
        assert_eq!(
            read("23:50", "2026-11-24T00:10:00Z", "utc"),
            at("2026-11-23T23:50:00Z")
        );
        assert_eq!(
            read("00:12", "2026-11-24T00:10:00Z", "utc"),
            at("2026-11-24T00:12:00Z")
        );
    }

    #[test]
    fn a_time_of_day_is_of_the_viewers_zone() {
        let now = "2026-11-24T14:30:00Z";
        assert_eq!(
            read("15:02", now, "Europe/Berlin"),
            at("2026-11-24T14:02:00Z")
        );
        assert_eq!(
            read("2026-11-24 15:02", now, "Europe/Berlin"),
            at("2026-11-24T14:02:00Z")
        );
    }

    #[test]
    fn a_skipped_hour_is_refused() {
        let when: When = "2026-03-29 02:30".parse().unwrap();
        let zone: Zone = "Europe/Berlin".parse().unwrap();
        assert!(when.resolve(at("2026-03-29T12:00:00Z"), zone).is_err());
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "-", "25:00", "yesterday", "20m", "2026-13-01 10:00"] {
            assert_eq!(text.parse::<When>(), Err(ParseWhenError), "{text}");
        }
    }
}
