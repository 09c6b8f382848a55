//! What became better or worse, in words.

use super::Signal;
use crate::incident::{Bad, Number, Timestamp};
use chrono::TimeDelta;

/// How far back a value still counts for a moment: a signal that is measured rarely has no other.
const REACH: TimeDelta = TimeDelta::minutes(5);
/// A change smaller than this share of the larger value is no change: noise.
const NOISE: f64 = 0.05;

/// What became of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Turn {
    /// It went to the good side.
    Better,
    /// It went to the bad side.
    Worse,
    /// It is as it was, but for noise.
    Same,
    /// It changed, and neither side is bad.
    Changed,
}

impl Turn {
    /// As people read it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Same => "the same",
            Self::Changed => "changed",
        }
    }
}

/// A signal then and now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// At the moment that is compared with.
    pub before: Number,
    /// Now.
    pub now: Number,
    /// What became of it.
    pub turn: Turn,
}

impl Signal {
    /// Its value at a moment, if it was measured near it.
    #[must_use]
    pub fn value_at(&self, moment: Timestamp) -> Option<Number> {
        let main = self.series.first()?;
        let step = TimeDelta::milliseconds(i64::from(main.step_ms));
        main.at(moment, REACH.max(step))
    }

    /// What became of it since a moment; nothing where it was not measured then, or is not now.
    #[must_use]
    pub fn since(&self, moment: Timestamp) -> Option<Change> {
        let (before, now) = (self.value_at(moment)?, self.value?);
        let (b, n) = (before.get(), now.get());
        let turn = if (n - b).abs() <= NOISE * b.abs().max(n.abs()) {
            Turn::Same
        } else {
            match self.bad {
                Bad::Above if n > b => Turn::Worse,
                Bad::Below if n < b => Turn::Worse,
                Bad::Neither => Turn::Changed,
                _ => Turn::Better,
            }
        };
        Some(Change { before, now, turn })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{Series, Thresholds, Unit};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + seconds, 0).expect("a time")
    }

    fn signal(values: &[f64], bad: Bad) -> Signal {
        let samples = values.iter().zip(0..);
        let samples = samples.map(|(v, n)| (at(60 * n).timestamp_millis(), *v));
        let to = at(60 * (i64::try_from(values.len()).expect("few") - 1));
        Signal {
            source: "prom".into(),
            name: "5xx".into(),
            unit: Unit::Percent,
            bad,
            thresholds: Thresholds::default(),
            at: to,
            value: values.last().and_then(|v| Number::new(*v)),
            said: None,
            series: vec![Series::of_samples("", (at(0), to), 60_000, samples)],
            more_series: 0,
            warning: None,
            url: None,
        }
    }

    #[test]
    fn better_and_worse_follow_the_bad_side_and_noise_is_none() {
        let turn = |values: &[f64], bad| signal(values, bad).since(at(0)).map(|c| c.turn);
        assert_eq!(turn(&[12.0, 3.0], Bad::Above), Some(Turn::Better));
        assert_eq!(turn(&[12.0, 3.0], Bad::Below), Some(Turn::Worse));
        assert_eq!(turn(&[3.0, 12.0], Bad::Above), Some(Turn::Worse));
        assert_eq!(turn(&[100.0, 104.0], Bad::Above), Some(Turn::Same));
        assert_eq!(turn(&[0.0, 0.0], Bad::Above), Some(Turn::Same));
        assert_eq!(turn(&[1.0, 2.0], Bad::Neither), Some(Turn::Changed));
        assert_eq!(turn(&[f64::NAN, 2.0], Bad::Above), None);
        assert_eq!(turn(&[1.0, f64::NAN], Bad::Above), None);
    }

    #[test]
    fn a_value_long_before_is_none() {
        let one = signal(&[5.0], Bad::Above);
        assert!(one.value_at(at(290)).is_some());
        assert!(one.value_at(at(310)).is_none() && one.value_at(at(-1)).is_none());
    }
}
