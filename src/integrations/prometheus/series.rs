//! The series of a result: ranked while they are read, and built only when they are shown.

use super::label::Differing;
use crate::incident::{Bad, limits};
use crate::integrations::labels::Labels;
use crate::integrations::stream::each;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, Unexpected, Visitor};
use serde_json::value::RawValue;
use std::cmp::Ordering;
use std::fmt;
use std::ops::ControlFlow;

/// A sample: milliseconds since 1970, and its value, which may be no number or infinite.
pub(super) type At = (i64, f64);
type JsonError = serde_json::Error;

/// One series, its parts not read yet. An instant result has `value`, a range has `values`; native
/// histograms stand where neither is.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(expecting = "a series")]
pub(super) struct Element<'a> {
    #[serde(borrow, default)]
    metric: Option<&'a RawValue>,
    #[serde(borrow, default)]
    value: Option<&'a RawValue>,
    #[serde(borrow, default)]
    values: Option<&'a RawValue>,
    #[serde(borrow, default)]
    histogram: Option<&'a RawValue>,
    #[serde(borrow, default)]
    histograms: Option<&'a RawValue>,
}

impl<'a> Element<'a> {
    pub(super) fn labels(&self) -> Result<Labels<'a>, JsonError> {
        self.metric
            .map_or(Ok(Labels::default()), |raw| serde_json::from_str(raw.get()))
    }

    /// Gives each sample, in the order of the answer.
    pub(super) fn each_sample(&self, mut take: impl FnMut(At)) -> Result<(), JsonError> {
        if let Some(value) = self.value {
            take(serde_json::from_str::<Sample>(value.get())?.at());
        }
        let Some(values) = self.values else {
            return Ok(());
        };
        each(values.get(), |sample: Sample| {
            take(sample.at());
            ControlFlow::Continue(())
        })
    }

    fn is_histogram(&self) -> bool {
        self.histogram.or(self.histograms).is_some()
    }
}

/// `[seconds, "value"]`.
#[derive(Deserialize)]
#[serde(expecting = "a sample")]
pub(super) struct Sample(f64, Measured);

impl Sample {
    pub(super) fn at(&self) -> At {
        // A time beyond what milliseconds can say becomes the last one there is, which is in no
        // window.
        ((self.0 * 1_000.0).round() as i64, self.1.0)
    }
}

/// A value: a text with a number, which is also how NaN and the infinities come.
struct Measured(f64);

impl<'de> Deserialize<'de> for Measured {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MeasuredVisitor)
    }
}

struct MeasuredVisitor;

impl Visitor<'_> for MeasuredVisitor {
    type Value = Measured;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number as text")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Measured, E> {
        let number = text.parse().map(Measured);
        number.map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Measured, E> {
        Ok(Measured(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Measured, E> {
        Ok(Measured(number as f64))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Measured, E> {
        Ok(Measured(number as f64))
    }

    fn visit_unit<E>(self) -> Result<Measured, E> {
        Ok(Measured(f64::NAN))
    }
}

/// What a series says now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Now {
    /// This; maybe infinite, maybe not a number.
    Says(f64),
    /// It ended before now, or has no samples.
    Nothing,
    /// It is made of histograms, which are no one number.
    Histogram,
}

/// The moments that count as now, in milliseconds since 1970, both ends included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Present {
    pub(super) after: i64,
    pub(super) until: i64,
}

/// One of the series that are kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept<'a> {
    pub(super) element: Element<'a>,
    pub(super) now: Now,
}

/// The series that are shown, the main one first, and what there was beside them.
#[derive(Debug)]
pub(super) struct Chosen<'a> {
    pub(super) kept: Vec<Kept<'a>>,
    pub(super) differing: Differing<'a>,
    pub(super) total: usize,
    /// How many are histograms.
    pub(super) histograms: usize,
}

/// Reads a result once and keeps its worst series, [`limits::SERIES_PER_SIGNAL`] at most; of equal
/// ones those that come first. What it holds does not grow with the answer.
pub(super) fn choose(list: &str, bad: Bad, present: Present) -> Result<Chosen<'_>, JsonError> {
    let mut chosen = Chosen {
        kept: Vec::new(),
        differing: Differing::default(),
        total: 0,
        histograms: 0,
    };
    let mut wrong = None;
    each(list, |element: Element<'_>| {
        match chosen.see(element, bad, present) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                wrong = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    wrong.map_or(Ok(chosen), Err)
}

impl<'a> Chosen<'a> {
    fn see(&mut self, element: Element<'a>, bad: Bad, present: Present) -> Result<(), JsonError> {
        self.total += 1;
        self.differing.see(&element.labels()?);
        let now = now_of(&element, present)?;
        self.histograms += usize::from(now == Now::Histogram);
        let worse = |held: &Kept<'_>| compare(held.now, now, bad) != Ordering::Greater;
        let place = self.kept.partition_point(worse);
        if place < limits::SERIES_PER_SIGNAL {
            self.kept.truncate(limits::SERIES_PER_SIGNAL - 1);
            self.kept.insert(place, Kept { element, now });
        }
        Ok(())
    }
}

/// The newest sample that counts as now; of two at one time the later in the answer.
fn now_of(element: &Element<'_>, present: Present) -> Result<Now, JsonError> {
    let mut newest: Option<At> = None;
    element.each_sample(|sample| {
        let now = (present.after..=present.until).contains(&sample.0);
        if now && newest.is_none_or(|held| sample.0 >= held.0) {
            newest = Some(sample);
        }
    })?;
    Ok(match newest {
        Some((_, value)) => Now::Says(value),
        None if element.is_histogram() => Now::Histogram,
        None => Now::Nothing,
    })
}

/// The worse is the lesser: it comes first.
fn compare(a: Now, b: Now, bad: Bad) -> Ordering {
    // What says a number comes before what says that there is none, that before what is silent.
    let class = |now| match now {
        Now::Says(value) if !value.is_nan() => 0,
        Now::Says(_) => 1,
        Now::Histogram => 2,
        Now::Nothing => 3,
    };
    let by_value = match (a, b, bad) {
        (Now::Says(a), Now::Says(b), Bad::Above) => b.partial_cmp(&a),
        (Now::Says(a), Now::Says(b), Bad::Below) => a.partial_cmp(&b),
        _ => None,
    };
    class(a)
        .cmp(&class(b))
        .then(by_value.unwrap_or(Ordering::Equal))
}

/// A sample that stands alone: `[seconds, "value"]` of a scalar.
pub(super) fn scalar(json: &str) -> Result<At, JsonError> {
    serde_json::from_str::<Sample>(json).map(|sample| sample.at())
}

/// The text of a `string` result: `[seconds, "text"]`.
pub(super) fn text(json: &str) -> Result<String, JsonError> {
    let pair: Vec<&RawValue> = serde_json::from_str(json)?;
    let text = pair.get(1).ok_or_else(|| JsonError::custom("no text"))?;
    serde_json::from_str(text.get())
}
