//! Numbers that were measured, and series of them.

use super::Timestamp;
use chrono::TimeDelta;
use serde::{Deserialize, Deserializer, Serialize};
use std::cmp::Ordering;
use std::sync::Arc;

/// A finite number that was measured. Not a number and the infinities are no values of this type:
/// where a monitor says them, nothing was measured.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(transparent)]
pub struct Number(f64);

impl Number {
    /// The number, if it is finite.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        // Adding zero turns -0 into 0, so that equal numbers have equal bytes.
        value.is_finite().then_some(Self(value + 0.0))
    }

    /// As a float; finite.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(deserializer)?;
        Self::new(value).ok_or_else(|| serde::de::Error::custom("a number that is not finite"))
    }
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Nothing in particular.
    #[default]
    None,
    /// A share of one: 0.124 is 12.4 %.
    Ratio,
    /// Hundredths: 12.4 is 12.4 %.
    Percent,
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Bytes.
    Bytes,
    /// Happenings a second.
    PerSecond,
    /// Happenings a minute.
    PerMinute,
}

impl Unit {
    /// Every unit, by its name in the configuration.
    pub const ALL: [(&'static str, Self); 8] = [
        ("none", Self::None),
        ("ratio", Self::Ratio),
        ("percent", Self::Percent),
        ("seconds", Self::Seconds),
        ("milliseconds", Self::Milliseconds),
        ("bytes", Self::Bytes),
        ("per_second", Self::PerSecond),
        ("per_minute", Self::PerMinute),
    ];
}

/// In which direction it gets worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bad {
    /// More is worse: errors, latency.
    #[default]
    Above,
    /// Less is worse: orders, free memory.
    Below,
    /// Neither.
    Neither,
}

/// From where on a number is a warning, and critical; on the bad side of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Thresholds {
    /// A warning from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<Number>,
    /// Critical from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub critical: Option<Number>,
}

/// How a number stands to its thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Standing {
    /// On the good side of both, or there are none.
    #[default]
    Good,
    /// Past the warning.
    Warning,
    /// Past what is critical.
    Critical,
}

impl Standing {
    /// The word for it; none where all is well.
    #[must_use]
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::Good => None,
            Self::Warning => Some("warning"),
            Self::Critical => Some("critical"),
        }
    }
}

impl Thresholds {
    /// How this number stands to them.
    #[must_use]
    pub fn standing(&self, value: Number, bad: Bad) -> Standing {
        let past = |line: Option<Number>| {
            line.is_some_and(|line| match bad {
                Bad::Above => value >= line,
                Bad::Below => value <= line,
                Bad::Neither => false,
            })
        };
        match (past(self.critical), past(self.warning)) {
            (true, _) => Standing::Critical,
            (_, true) => Standing::Warning,
            _ => Standing::Good,
        }
    }
}

/// Numbers at even distances in time. A place without a number is a gap: nothing was measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// What tells it from others of the same signal; empty where there is one only.
    #[serde(default)]
    pub label: Arc<str>,
    /// The time of the first place.
    pub from: Timestamp,
    /// The distance between two places, in milliseconds; at least 1.
    pub step_ms: u32,
    /// Oldest first; at most [`super::limits::SERIES_POINTS`].
    pub values: Vec<Option<Number>>,
}

impl Series {
    /// A series on an even grid of `step_ms` from `from` to `to`, of samples (milliseconds since
    /// 1970, value) in any order. Of several samples in one step the last by time holds; of two at
    /// one time the later in the iterator. Samples outside the window and values that are not
    /// finite are left out. The grid is made coarser where it would be longer than
    /// [`super::limits::SERIES_POINTS`].
    #[must_use]
    pub fn of_samples(
        label: impl Into<Arc<str>>,
        (from, to): (Timestamp, Timestamp),
        step_ms: u32,
        samples: impl IntoIterator<Item = (i64, f64)>,
    ) -> Self {
        let most = i64::try_from(super::limits::SERIES_POINTS).unwrap_or(i64::MAX);
        let span = (to - from).num_milliseconds().max(0);
        let least_step = span / most + 1;
        let step = i64::from(step_ms.max(1)).max(least_step);
        let count = usize::try_from(span / step + 1).unwrap_or(1);
        let mut places: Vec<Option<(i64, f64)>> = vec![None; count];
        let start = from.timestamp_millis();
        for (at, value) in samples {
            let inside = |after: &i64| (0..=span).contains(after);
            let Some(after) = at.checked_sub(start).filter(inside) else {
                continue;
            };
            let place = usize::try_from(after / step).ok();
            let Some(place) = place.and_then(|place| places.get_mut(place)) else {
                continue;
            };
            if place.is_none_or(|(held, _)| at >= held) {
                *place = Some((at, value));
            }
        }
        let values = places.into_iter().map(|place| Number::new(place?.1));
        Self {
            label: label.into(),
            from,
            step_ms: u32::try_from(step).unwrap_or(u32::MAX),
            values: values.collect(),
        }
    }

    /// The time of that place.
    #[must_use]
    pub fn time_of(&self, place: usize) -> Timestamp {
        let places = i64::try_from(place).unwrap_or(i64::MAX);
        let after = places.saturating_mul(i64::from(self.step_ms));
        TimeDelta::try_milliseconds(after)
            .and_then(|after| self.from.checked_add_signed(after))
            .unwrap_or(self.from)
    }

    /// The time that it is of: of its first place, and of its last.
    #[must_use]
    pub fn window(&self) -> (Timestamp, Timestamp) {
        let last = self.time_of(self.values.len().saturating_sub(1));
        (self.from, last.max(self.from))
    }

    /// The oldest number there is, with its time.
    #[must_use]
    pub fn first(&self) -> Option<(Timestamp, Number)> {
        let mut held = self.values.iter().enumerate();
        held.find_map(|(place, value)| Some((self.time_of(place), (*value)?)))
    }

    /// The newest number there is, with its time.
    #[must_use]
    pub fn last(&self) -> Option<(Timestamp, Number)> {
        let numbered = self.values.iter().enumerate().rev();
        let mut held = numbered.filter_map(|(place, value)| Some((place, (*value)?)));
        held.next()
            .map(|(place, value)| (self.time_of(place), value))
    }

    /// The newest number at or before this moment, but none older than `reach`.
    #[must_use]
    pub fn at(&self, moment: Timestamp, reach: TimeDelta) -> Option<Number> {
        let numbered = self.values.iter().enumerate().rev();
        let mut before = numbered
            .filter_map(|(place, value)| Some((self.time_of(place), (*value)?)))
            .skip_while(|(at, _)| *at > moment);
        before
            .next()
            .filter(|(at, _)| moment - *at <= reach)
            .map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + seconds, 0).expect("a time")
    }

    fn ms(seconds: i64) -> i64 {
        at(seconds).timestamp_millis()
    }

    fn numbers(series: &Series) -> Vec<Option<f64>> {
        series.values.iter().map(|v| v.map(Number::get)).collect()
    }

    #[test]
    fn samples_in_any_order_come_onto_the_grid_and_gaps_stay_gaps() {
        let samples = [(ms(20), 3.0), (ms(0), 1.0), (ms(21), 4.0), (ms(0), 1.5)];
        let outside = [
            (ms(-1), 9.0),
            (ms(41), 9.0),
            (i64::MIN, 9.0),
            (i64::MAX, 9.0),
        ];
        let unfit = [(ms(30), f64::NAN), (ms(40), f64::INFINITY)];
        let all = samples.into_iter().chain(outside).chain(unfit);
        let series = Series::of_samples("a", (at(0), at(40)), 10_000, all);
        assert_eq!(numbers(&series), [Some(1.5), None, Some(4.0), None, None]);
        assert_eq!(
            series.last().map(|(when, v)| (when, v.get())),
            Some((at(20), 4.0))
        );
        let reach = TimeDelta::seconds(15);
        assert_eq!(series.at(at(35), reach).map(Number::get), Some(4.0));
        assert_eq!(series.at(at(36), reach), None);
        assert_eq!(series.at(at(-1), reach), None);
    }

    #[test]
    fn a_grid_is_never_longer_than_its_bound() {
        let series = Series::of_samples("", (at(0), at(1_000_000)), 1, [(ms(5), 1.0)]);
        assert!(series.values.len() <= super::super::limits::SERIES_POINTS);
        let backwards = Series::of_samples("", (at(10), at(0)), 0, [(ms(10), 1.0)]);
        assert_eq!(numbers(&backwards), [Some(1.0)]);
    }

    #[test]
    fn thresholds_count_on_the_bad_side() {
        let number = |v| Number::new(v);
        let lines = |warning, critical| Thresholds {
            warning: number(warning),
            critical: number(critical),
        };
        let stands = |lines: Thresholds, v: f64, bad| lines.standing(Number(v), bad);
        assert_eq!(stands(lines(1.0, 5.0), 5.0, Bad::Above), Standing::Critical);
        assert_eq!(stands(lines(1.0, 5.0), 1.0, Bad::Above), Standing::Warning);
        assert_eq!(stands(lines(1.0, 5.0), 0.9, Bad::Above), Standing::Good);
        assert_eq!(stands(lines(9.0, 5.0), 4.0, Bad::Below), Standing::Critical);
        assert_eq!(stands(lines(9.0, 5.0), 9.0, Bad::Neither), Standing::Good);
    }
}
