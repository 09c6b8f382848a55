//! How many errors a project has, as a signal: errors a minute.
//!
//! `events-timeseries` is the documented call; `events-stats` is what servers have that do not know
//! it yet.

use super::Naming;
use super::issues::seconds;
use crate::incident::{Bad, Number, Series, Thresholds, Unit};
use crate::integrations::exchange::{AnswerError, Ask};
use crate::integrations::reading::{LINE_BYTES, cut, number};
use crate::signals::Signal;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// Buckets up to this long, in seconds, are read when they are whole: a part of one, short of the
/// events that are still on their way, would look as if it got better. Of longer ones, for which
/// nobody waits, a part is taken for the time that has passed of it.
const WAITED_FOR: i64 = 300;
/// If that is at least this share of it.
const LEAST_SHARE: f64 = 0.25;
/// How old a rate may be and still be the current one.
const CURRENT: TimeDelta = TimeDelta::minutes(5);
/// Buckets that are read.
const BUCKETS: usize = 20_000;
/// The lengths of buckets that can be asked for, in minutes.
const MINUTES: [i64; 8] = [1, 2, 5, 10, 15, 30, 60, 120];

/// Which call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Call {
    Timeseries(Naming),
    Stats,
}

/// Events from a moment on, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bucket {
    at: i64,
    events: f64,
    /// Sentry says itself that some are missing yet.
    incomplete: bool,
}

/// The buckets of an answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Buckets {
    /// Sorted by time, one for each.
    rows: Vec<Bucket>,
    /// Their length in seconds; at least 1.
    length: i64,
}

impl Call {
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Timeseries(_) => "events-timeseries",
            Self::Stats => "events-stats",
        }
    }

    /// What to ask instead, where a server does not take this.
    pub(super) fn instead(self, status: u16) -> Option<Self> {
        match (self, status) {
            (Self::Timeseries(_), 404) => Some(Self::Stats),
            (Self::Timeseries(Naming::Slug), 400) => Some(Self::Timeseries(Naming::Search)),
            _ => None,
        }
    }

    /// The buckets in an answer.
    ///
    /// # Errors
    /// It holds none in a form that is known.
    pub(super) fn buckets(self, answer: &Value) -> Result<Buckets, AnswerError> {
        let read = match self {
            Self::Timeseries(_) => timeseries(answer),
            Self::Stats => stats(answer),
        };
        let none = || {
            let why = "its answer about errors over time is not in a form that is known";
            AnswerError::Nonsense(why.to_owned())
        };
        read.ok_or_else(none)
    }
}

/// The name of a project's rate.
pub(super) fn name(project: Option<&str>) -> Arc<str> {
    match project {
        Some(project) => format!("errors {}", cut(project, LINE_BYTES)).into(),
        None => "errors".into(),
    }
}

/// The length of buckets that gives a chart of the window about as many as it can show.
pub(super) fn interval(ask: &Ask) -> String {
    let wanted = (ask.to - ask.from).num_minutes() / i64::from(ask.points.max(1));
    let fits = MINUTES.into_iter().find(|minutes| *minutes >= wanted);
    match fits {
        Some(minutes) => format!("{minutes}m"),
        None => "1d".to_owned(),
    }
}

fn timeseries(answer: &Value) -> Option<Buckets> {
    let series = answer["timeSeries"].as_array()?;
    let Some(first) = series.first() else {
        return Some(Buckets::default());
    };
    let rows = first["values"].as_array()?.iter();
    let rows = rows.filter_map(|row| {
        let at = seconds(&row["timestamp"])?;
        let events = number(&row["value"])?;
        let incomplete = row["incomplete"] == true;
        Some(Bucket {
            at,
            events,
            incomplete,
        })
    });
    // The description leaves the unit open; it is milliseconds. The rows themselves say more.
    let said = number(&first["meta"]["interval"]).unwrap_or_default();
    Some(Buckets::of(rows, (said / 1_000.0) as i64))
}

fn stats(answer: &Value) -> Option<Buckets> {
    let rows = answer["data"].as_array()?.iter();
    let rows = rows.filter_map(|row| {
        let counts = row[1].as_array()?;
        // An empty bucket may hold no count at all.
        let counts = counts.iter().filter_map(|one| number(&one["count"]));
        let events = counts.sum();
        let at = seconds(&row[0])?;
        let incomplete = false;
        Some(Bucket {
            at,
            events,
            incomplete,
        })
    });
    Some(Buckets::of(rows, 0))
}

impl Buckets {
    fn of(rows: impl Iterator<Item = Bucket>, said: i64) -> Self {
        let mut rows: Vec<Bucket> = rows.take(BUCKETS).collect();
        rows.sort_by_key(|bucket| bucket.at);
        rows.dedup_by_key(|bucket| bucket.at);
        let pairs = rows.iter().zip(rows.iter().skip(1));
        let distances = pairs.map(|(a, b)| b.at.saturating_sub(a.at));
        let length = distances.min().unwrap_or(said).max(1);
        Self { rows, length }
    }

    /// Milliseconds since 1970, and events a minute.
    fn rates(&self, to: i64) -> impl Iterator<Item = (i64, f64)> + use<'_> {
        let length = self.length as f64;
        self.rows.iter().filter_map(move |bucket| {
            let passed = to.saturating_sub(bucket.at).clamp(0, self.length) as f64;
            let whole = passed >= length && !bucket.incomplete;
            let enough = self.length > WAITED_FOR && passed >= length * LEAST_SHARE;
            let rate = bucket.events.max(0.0) * 60.0 / passed;
            (whole || enough).then(|| (bucket.at.saturating_mul(1_000), rate))
        })
    }
}

/// The rate as a signal.
pub(super) fn signal(source: &Arc<str>, name: Arc<str>, ask: &Ask, buckets: &Buckets) -> Signal {
    let step = u32::try_from(buckets.length.saturating_mul(1_000)).unwrap_or(u32::MAX);
    let rates = buckets.rates(ask.to.timestamp());
    let window = (ask.from, ask.to);
    let series = (!buckets.rows.is_empty()).then(|| Series::of_samples("", window, step, rates));
    let reach = TimeDelta::try_milliseconds(i64::from(step).saturating_mul(3));
    let reach = reach.unwrap_or(TimeDelta::MAX).max(CURRENT);
    let value: Option<Number> = series.as_ref().and_then(|series| series.at(ask.to, reach));
    Signal {
        source: source.clone(),
        name,
        unit: Unit::PerMinute,
        bad: Bad::Above,
        thresholds: Thresholds::default(),
        at: ask.to,
        value,
        said: value.is_none().then(|| "no data".into()),
        series: series.into_iter().collect(),
        more_series: 0,
        warning: None,
        url: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{IncidentId, Timestamp};
    use serde_json::json;
    use std::collections::BTreeMap;

    const START: i64 = 1_800_000_000;

    fn ask(seconds: i64) -> Ask {
        let at = |seconds| Timestamp::from_timestamp(START + seconds, 0).expect("a time");
        Ask {
            incident: Some(IncidentId(1)),
            variables: BTreeMap::new(),
            from: at(0),
            to: at(seconds),
            points: 240,
        }
    }

    fn drawn(call: Call, answer: &Value, seconds: i64) -> (Vec<Option<f64>>, Option<f64>) {
        let buckets = call.buckets(answer).expect("read");
        let signal = signal(&"s".into(), name(Some("web")), &ask(seconds), &buckets);
        let series = signal.series.first();
        let values = series
            .map(|series| series.values.clone())
            .unwrap_or_default();
        let values = values.into_iter().map(|value| value.map(Number::get));
        (values.collect(), signal.value.map(Number::get))
    }

    fn rows(rows: &[(i64, f64)], interval: f64) -> Value {
        let rows = rows.iter().map(|(at, value)| {
            json!({"timestamp": (START + at) * 1_000, "value": value, "incomplete": false})
        });
        let rows: Vec<Value> = rows.collect();
        json!({"timeSeries": [{"values": rows, "meta": {"interval": interval}}]})
    }

    const TIMESERIES: Call = Call::Timeseries(Naming::Slug);

    #[test]
    fn buckets_are_errors_a_minute() {
        let answer = rows(&[(0, 10.0), (300, 20.0), (600, 5.0)], 300_000.0);
        let (values, value) = drawn(TIMESERIES, &answer, 900);
        assert_eq!(values, [Some(2.0), Some(4.0), Some(1.0), None]);
        assert_eq!(value, Some(1.0));
    }

    #[test]
    fn a_bucket_that_is_not_over_counts_for_what_has_passed_of_it() {
        let answer = rows(&[(0, 60.0), (3_600, 60.0)], 3_600_000.0);
        let (values, value) = drawn(TIMESERIES, &answer, 5_400);
        assert_eq!((values, value), (vec![Some(1.0), Some(2.0)], Some(2.0)));
        let (values, value) = drawn(TIMESERIES, &answer, 3_700);
        let too_little = (vec![Some(1.0), None], Some(1.0));
        assert_eq!((values, value), too_little);
        // A short one is waited for.
        let answer = rows(&[(0, 10.0), (300, 20.0)], 300_000.0);
        let (values, value) = drawn(TIMESERIES, &answer, 590);
        assert_eq!((values, value), (vec![Some(2.0), None], Some(2.0)));
    }

    #[test]
    fn a_bucket_whose_events_are_still_on_their_way_is_waited_for() {
        let mut answer = rows(&[(0, 60.0), (60, 50.0), (120, 3.0), (180, 0.0)], 60_000.0);
        for late in [2, 3] {
            answer["timeSeries"][0]["values"][late]["incomplete"] = json!(true);
        }
        let (values, value) = drawn(TIMESERIES, &answer, 240);
        assert_eq!(values, [Some(60.0), Some(50.0), None, None, None]);
        assert_eq!(value, Some(50.0), "not nothing, as if it were over");
    }

    #[test]
    fn the_rows_say_how_long_a_bucket_is() {
        // A wrong interval is replaced by the server without a word.
        let answer = rows(&[(60, 1.0), (0, 2.0), (60, 9.0), (120, 3.0)], 3_600.0);
        let (values, _) = drawn(TIMESERIES, &answer, 180);
        assert_eq!(values, [Some(2.0), Some(1.0), Some(3.0), None]);
        let alone = rows(&[(0, 10.0)], 300_000.0);
        assert_eq!(drawn(TIMESERIES, &alone, 300).1, Some(2.0));
    }

    #[test]
    fn the_older_call_is_read_too() {
        let answer = json!({"data": [
            [START, [{"count": 3}]], [START + 300, [{"count": 1}, {"count": 1}]],
            [START + 600, []], ["x"], 7, [START + 900]
        ]});
        let (values, _) = drawn(Call::Stats, &answer, 900);
        assert_eq!(values, [Some(0.6), Some(0.4), Some(0.0), None]);
        assert_eq!(interval(&ask(3_600)), "1m");
        assert_eq!(interval(&ask(6 * 86_400)), "60m");
        assert_eq!(interval(&ask(365 * 86_400)), "1d");
    }

    #[test]
    fn nothing_and_nonsense_are_told_apart() {
        let (values, value) = drawn(TIMESERIES, &json!({"timeSeries": []}), 900);
        assert_eq!((values.len(), value), (0, None));
        for answer in [json!({}), json!([]), json!({"timeSeries": [{"values": 1}]})] {
            assert!(TIMESERIES.buckets(&answer).is_err(), "{answer}");
        }
        assert!(Call::Stats.buckets(&json!({"data": {}})).is_err());
    }

    #[test]
    fn a_server_that_does_not_take_a_call_is_asked_another() {
        let search = Call::Timeseries(Naming::Search);
        assert_eq!(TIMESERIES.instead(400), Some(search));
        assert_eq!(search.instead(400), None);
        assert_eq!(search.instead(404), Some(Call::Stats));
        assert_eq!(Call::Stats.instead(404), None);
        assert_eq!(TIMESERIES.instead(500), None);
    }
}
