//! Lines as a signal.

use super::frames::{Drawn, Line};
use super::query::Plan;
use super::{Grafana, Panel};
use crate::incident::{Number, Series};
use crate::integrations::exchange::Ask;
use crate::integrations::reading::{LINE_BYTES, cut};
use crate::signals::Signal;
use chrono::TimeDelta;
use std::sync::Arc;

/// How old a number may be and still be the current one: some sources measure or deliver late.
const CURRENT: TimeDelta = TimeDelta::minutes(5);
/// Or so many distances between points, where that is longer.
const CURRENT_STEPS: i64 = 3;

/// The signal that a panel's lines are.
pub(super) fn signal(
    grafana: &Grafana,
    ask: &Ask,
    panel: &Panel,
    plan: &Plan,
    drawn: Drawn,
) -> Signal {
    let labels = labels(&drawn);
    let said = drawn.lines.first().map(|line| line.said);
    let lines = drawn.lines.into_iter().zip(labels);
    let series: Vec<Series> = lines
        .map(|(line, label)| series(ask, plan, label, line))
        .collect();
    let (value, said) = match said {
        Some(Some(said)) => (None, Some(said)),
        _ => match series.first().and_then(|main| current(ask, main)) {
            Some(value) => (Some(value), None),
            None => (None, Some("no data")),
        },
    };
    Signal {
        source: grafana.name.clone(),
        name: plan.name.clone(),
        unit: plan.unit,
        bad: panel.bad,
        thresholds: panel.thresholds,
        at: ask.to,
        value,
        said: said.map(Into::into),
        series,
        more_series: drawn.more,
        warning: drawn.warning,
        url: plan.url.clone(),
    }
}

fn current(ask: &Ask, main: &Series) -> Option<Number> {
    let steps = CURRENT_STEPS.saturating_mul(i64::from(main.step_ms));
    let steps = TimeDelta::try_milliseconds(steps).unwrap_or(TimeDelta::MAX);
    main.at(ask.to, CURRENT.max(steps))
}

fn series(ask: &Ask, plan: &Plan, label: Arc<str>, line: Line) -> Series {
    let now = ask.to.timestamp_millis();
    let step = i64::from(plan.step_ms).max(distance(&line));
    let samples = line.samples.into_iter();
    // A place that is empty on purpose must not hide a number that shares its step.
    let numbers = samples.filter_map(|(at, value)| Some((at.unwrap_or(now), value?)));
    let step = u32::try_from(step).unwrap_or(u32::MAX);
    Series::of_samples(label, (ask.from, ask.to), step, numbers)
}

/// The distance of samples that three of four keep: one that most keep exactly is theirs, and one
/// that they only keep about does not leave every second place empty.
fn distance(line: &Line) -> i64 {
    let mut times: Vec<i64> = line.samples.iter().filter_map(|(at, _)| *at).collect();
    times.sort_unstable();
    times.dedup();
    let pairs = times.iter().zip(times.iter().skip(1));
    let mut distances: Vec<i64> = pairs.map(|(a, b)| b.saturating_sub(*a)).collect();
    distances.sort_unstable();
    let fitting = (distances.len() * 3).div_ceil(4);
    let widest = distances.get(..fitting).and_then(<[i64]>::last);
    widest.copied().unwrap_or(0)
}

/// What tells each line from the others: nothing where there is only one.
fn labels(drawn: &Drawn) -> Vec<Arc<str>> {
    let lines = &drawn.lines;
    if lines.len() == 1 && drawn.more == 0 {
        return vec!["".into()];
    }
    let differs = |name: &str| {
        let values = lines.iter().map(|line| line.labels.get(name));
        let first = lines.first().and_then(|line| line.labels.get(name));
        values.into_iter().any(|value| value != first)
    };
    let label = |line: &Line| {
        if !line.given.is_empty() {
            return line.given.clone();
        }
        // Of a single kept line nobody can say what differs; all its labels are.
        let alone = lines.len() == 1;
        let own = line.labels.iter();
        let own = own.filter(|(name, value)| !value.is_empty() && (alone || differs(name)));
        let own: Vec<&str> = own.map(|(_, value)| value.as_str()).collect();
        let joined = cut(&own.join("/"), LINE_BYTES).to_owned();
        let mut names = std::iter::once(joined).chain(line.names.iter().cloned());
        names.find(|name| !name.is_empty()).unwrap_or_default()
    };
    lines.iter().map(|line| label(line).into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{IncidentId, Timestamp, Unit};
    use std::collections::BTreeMap;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + seconds, 0).expect("a time")
    }

    fn line(samples: &[(i64, Option<f64>)]) -> Line {
        let times = samples.iter();
        let samples = times.map(|(s, value)| (Some(at(*s).timestamp_millis()), *value));
        Line {
            samples: samples.collect(),
            ..Line::default()
        }
    }

    fn labelled(labels: &[(&str, &str)]) -> Line {
        let labels = labels.iter();
        Line {
            labels: labels
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
            names: [String::new(), String::new(), "A".to_owned()],
            ..Line::default()
        }
    }

    fn drawn(lines: Vec<Line>, to: i64) -> Signal {
        let ask = Ask {
            incident: Some(IncidentId(1)),
            variables: BTreeMap::new(),
            from: at(0),
            to: at(to),
            points: 100,
        };
        let panel = Panel {
            name: None,
            dashboard: "d".to_owned(),
            panel: 1,
            unit: None,
            bad: crate::incident::Bad::Above,
            thresholds: crate::incident::Thresholds::default(),
        };
        let plan = Plan {
            at: 0,
            name: "n".into(),
            unit: Unit::None,
            url: None,
            step_ms: 10_000,
            shown: vec!["A".to_owned()],
        };
        let grafana = Grafana {
            name: "g".into(),
            panels: vec![panel.clone()],
            rules: false,
            page: None,
        };
        let drawn = Drawn {
            lines,
            more: 0,
            warning: None,
        };
        signal(&grafana, &ask, &panel, &plan, drawn)
    }

    fn values(signal: &Signal) -> Vec<Option<f64>> {
        let first = signal.series.first().expect("a series");
        first.values.iter().map(|v| v.map(Number::get)).collect()
    }

    #[test]
    fn the_grid_is_as_wide_as_the_samples_lie_apart() {
        let signal = drawn(
            vec![line(&[
                (0, Some(1.0)),
                (20, Some(2.0)),
                (41, None),
                (60, Some(4.0)),
                (80, Some(5.0)),
            ])],
            80,
        );
        // Of the distances 19, 20, 20, 21 three of four fit into 20 seconds.
        assert_eq!(signal.series[0].step_ms, 20_000);
        let expected = [Some(1.0), Some(2.0), None, Some(4.0), Some(5.0)];
        assert_eq!(values(&signal), expected);
        let dense: Vec<_> = (0..60).map(|s| (s, Some(s as f64))).collect();
        assert_eq!(drawn(vec![line(&dense)], 60).series[0].step_ms, 10_000);
    }

    #[test]
    fn the_current_value_is_the_newest_that_is_not_too_old() {
        let value = |signal: Signal| (signal.value.map(Number::get), signal.said);
        let fresh = drawn(
            vec![line(&[(0, Some(1.0)), (300, Some(2.0)), (301, None)])],
            400,
        );
        assert_eq!(value(fresh), (Some(2.0), None));
        let old = drawn(vec![line(&[(0, Some(1.0)), (10, Some(2.0))])], 400);
        assert_eq!(value(old), (None, Some("no data".into())));
        let mut nan = line(&[(390, Some(1.0)), (400, None)]);
        nan.said = Some("NaN");
        assert_eq!(value(drawn(vec![nan], 400)), (None, Some("NaN".into())));
        assert_eq!(
            value(drawn(Vec::new(), 400)),
            (None, Some("no data".into()))
        );
    }

    #[test]
    fn a_number_without_a_time_is_for_now() {
        let now = Line {
            samples: vec![(None, Some(7.0))],
            ..Line::default()
        };
        let signal = drawn(vec![now], 100);
        assert_eq!(signal.value.map(Number::get), Some(7.0));
        assert_eq!(values(&signal).last(), Some(&Some(7.0)));
    }

    #[test]
    fn lines_are_labelled_by_what_tells_them_apart() {
        let labels = |lines| {
            let signal = drawn(lines, 100);
            let labels = signal.series.iter().map(|series| series.label.to_string());
            labels.collect::<Vec<_>>()
        };
        let pair = |pod| labelled(&[("job", "web"), ("pod", pod), ("zone", "eu")]);
        assert_eq!(labels(vec![pair("a")]), [""]);
        assert_eq!(labels(vec![pair("a"), pair("b")]), ["a", "b"]);
        let two = |pod, zone| labelled(&[("pod", pod), ("zone", zone)]);
        assert_eq!(labels(vec![two("a", "x"), two("b", "y")]), ["a/x", "b/y"]);
        let mut named = pair("a");
        named.given = "p99".to_owned();
        assert_eq!(labels(vec![named, pair("b")]), ["p99", "b"]);
        let bare = || labelled(&[]);
        assert_eq!(labels(vec![bare(), bare()]), ["A", "A"]);
    }

    #[test]
    fn times_at_the_ends_of_the_world_are_no_trouble() {
        let times = [i64::MIN, -1, 0, i64::MAX];
        let wild = Line {
            samples: times.map(|at| (Some(at), Some(1.0))).to_vec(),
            ..Line::default()
        };
        let signal = drawn(vec![wild], 100);
        assert_eq!(signal.value, None);
        assert!(signal.series[0].values.len() <= crate::incident::limits::SERIES_POINTS);
    }
}
