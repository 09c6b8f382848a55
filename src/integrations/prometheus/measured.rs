//! The answer to a query, as a signal.

use super::Query;
use super::answer::{Envelope, Refused};
use super::ask::Window;
use super::series::{self, Chosen, Kept, Now, Present};
use crate::incident::{Number, Series, Timestamp};
use crate::integrations::exchange::{Ask, Response};
use crate::integrations::reading::{LINE_BYTES, cut, one_line};
use crate::integrations::stream::not_understood;
use crate::signals::Signal;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;

/// How long a value counts as now when its step is finer: a scrape may be late, and VictoriaMetrics
/// holds the newest half minute back.
const PRESENT_MS: i64 = 60_000;
/// How far ahead a sample's time may be of ours.
const AHEAD_MS: i64 = 1_000;
/// What stands where there is no value.
const NO_DATA: &str = "no data";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a result")]
struct Data<'a> {
    result_type: String,
    #[serde(borrow)]
    result: &'a RawValue,
}

/// Reads the answer to that query.
pub(super) fn read(
    source: &Arc<str>,
    query: &Query,
    ask: &Ask,
    answer: &Response,
) -> Result<Signal, Refused> {
    let envelope = Envelope::open(answer, "the query")?;
    let wrong = |error: serde_json::Error| Refused::Source(not_understood(&error));
    let data: Data<'_> = serde_json::from_str(envelope.data()?).map_err(wrong)?;
    let mut signal = Signal {
        source: source.clone(),
        name: query.name.clone(),
        unit: query.unit,
        bad: query.bad,
        thresholds: query.thresholds,
        at: ask.to,
        value: None,
        said: Some(NO_DATA.into()),
        series: Vec::new(),
        more_series: 0,
        warning: None,
        url: None,
    };
    let mut warnings = envelope.warnings();
    let result = data.result.get();
    match &*data.result_type {
        "vector" | "matrix" => {
            let chosen = series::choose(result, query.bad, present(ask)).map_err(wrong)?;
            warnings.extend(of_histograms(chosen.histograms));
            build(&mut signal, &chosen, ask, data.result_type == "vector").map_err(wrong)?;
        }
        "scalar" => {
            let (at, value) = series::scalar(result).map_err(wrong)?;
            (signal.value, signal.said) = shown(Now::Says(value));
            signal.series = one_point("".into(), at, value).into_iter().collect();
        }
        "string" => {
            let text = series::text(result).map_err(wrong)?;
            signal.said = Some(one_line(&text).into());
        }
        other => {
            let what = format!("a result of the kind `{}`", cut(&one_line(other), 40));
            return Err(Refused::Source(not_understood(&what)));
        }
    }
    let warning = warnings.join("; ");
    signal.warning = (!warning.is_empty()).then(|| cut(&warning, LINE_BYTES).into());
    Ok(signal)
}

fn present(ask: &Ask) -> Present {
    let step = i64::from(Window::of(ask).step_ms());
    let now = ask.to.timestamp_millis();
    Present {
        after: now.saturating_sub(PRESENT_MS.max(2 * step)),
        until: now.saturating_add(AHEAD_MS),
    }
}

/// Builds the series that were chosen, and takes the value of the first. An instant result is one
/// point a series, at its own time.
fn build(
    signal: &mut Signal,
    chosen: &Chosen<'_>,
    ask: &Ask,
    instant: bool,
) -> Result<(), serde_json::Error> {
    let window = Window::of(ask);
    for Kept { element, .. } in &chosen.kept {
        let label = chosen.differing.legend(&element.labels()?);
        let mut samples = Vec::new();
        element.each_sample(|sample| samples.push(sample))?;
        let built = match samples[..] {
            [(at, value)] if instant => one_point(label, at, value),
            _ => {
                let span = (window.from, window.to);
                Some(Series::of_samples(label, span, window.step_ms(), samples))
            }
        };
        signal.series.extend(built);
    }
    if let Some(main) = chosen.kept.first() {
        (signal.value, signal.said) = shown(main.now);
    }
    let more = chosen.total.saturating_sub(chosen.kept.len());
    signal.more_series = u32::try_from(more).unwrap_or(u32::MAX);
    Ok(())
}

/// A series of the one moment that an instant query gives.
fn one_point(label: Arc<str>, at: i64, value: f64) -> Option<Series> {
    Some(Series {
        label,
        from: Timestamp::from_timestamp_millis(at)?,
        step_ms: 1_000,
        values: vec![Number::new(value)],
    })
}

/// The value, or what stands in its place.
fn shown(now: Now) -> (Option<Number>, Option<Arc<str>>) {
    let said = match now {
        Now::Says(value) if value.is_finite() => return (Number::new(value), None),
        Now::Says(value) if value.is_nan() => "NaN",
        Now::Says(value) if value > 0.0 => "+Inf",
        Now::Says(_) => "-Inf",
        Now::Histogram => "a histogram",
        Now::Nothing => NO_DATA,
    };
    (None, Some(said.into()))
}

fn of_histograms(count: usize) -> Option<String> {
    (count > 0).then(|| {
        format!(
            "native histograms among the series: {count}; they are no one number, ask for \
             histogram_quantile(0.99, …) of them"
        )
    })
}
