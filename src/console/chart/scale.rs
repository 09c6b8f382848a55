//! The range of numbers that a chart's height stands for.

use crate::incident::{Number, Thresholds};

/// A range of numbers, from the foot of a chart to its head.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// At the foot.
    pub low: f64,
    /// At the head; more than `low`.
    pub high: f64,
}

/// A threshold this many times above what was measured does not press the line flat.
const FAR: f64 = 3.0;

impl Scale {
    /// A range in which all of these are seen. It begins at zero unless all lie far from it, so
    /// that a small change does not look like a large one; a threshold that is near is in it.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = Number>, thresholds: Thresholds) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            low = low.min(value.get());
            high = high.max(value.get());
        }
        if low > high {
            return Self {
                low: 0.0,
                high: 1.0,
            };
        }
        if low > 0.0 && low < high * 0.9 {
            low = 0.0;
        } else if high < 0.0 && high > low * 0.9 {
            high = 0.0;
        }
        let lines = [thresholds.warning, thresholds.critical];
        for line in lines.into_iter().flatten().map(Number::get) {
            let reach = (high - low).max(high.abs()) * FAR;
            if line > high && line <= high + reach {
                high = line;
            } else if line < low && line >= low - reach {
                low = line;
            }
        }
        if high - low <= f64::EPSILON * high.abs().max(1.0) {
            // All the same: drawn in the middle.
            let half = if high == 0.0 { 1.0 } else { high.abs() * 0.5 };
            (low, high) = (low - half, high + half);
        }
        // A range beyond what floats hold is no range.
        if !(high - low).is_finite() {
            (low, high) = (low / 2.0, high / 2.0);
        }
        Self { low, high }
    }

    /// Where a number stands, from 0 at the foot to 1 at the head.
    #[must_use]
    pub fn share(&self, value: Number) -> f64 {
        ((value.get() - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// The row in which a number stands, from the head; nothing when it is outside.
    #[must_use]
    pub fn row(&self, value: Number, height: u16) -> Option<u16> {
        let inside = (self.low..=self.high).contains(&value.get()) && height > 0;
        inside.then(|| {
            let from_head = (1.0 - self.share(value)) * f64::from(height);
            (from_head as u16).min(height - 1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(values: &[f64], warning: Option<f64>) -> Scale {
        let thresholds = Thresholds {
            warning: warning.and_then(Number::new),
            critical: None,
        };
        Scale::of(values.iter().filter_map(|v| Number::new(*v)), thresholds)
    }

    #[test]
    fn everything_is_seen_and_zero_is_the_foot_unless_it_is_far() {
        assert_eq!(
            scale(&[1.0, 4.0], None),
            Scale {
                low: 0.0,
                high: 4.0
            }
        );
        assert_eq!(
            scale(&[96.0, 100.0], None),
            Scale {
                low: 96.0,
                high: 100.0
            }
        );
        assert_eq!(
            scale(&[-4.0, 1.0], None),
            Scale {
                low: -4.0,
                high: 1.0
            }
        );
        assert_eq!(scale(&[1.0, 4.0], Some(8.0)).high, 8.0);
        assert_eq!(scale(&[1.0, 4.0], Some(800.0)).high, 4.0);
        assert_eq!(
            scale(&[], None),
            Scale {
                low: 0.0,
                high: 1.0
            }
        );
        let flat = scale(&[3.0, 3.0], None);
        assert!((flat.share(Number::new(3.0).expect("finite")) - 0.5).abs() < 1e-9);
        let huge = scale(&[f64::MIN, f64::MAX], None);
        assert!((huge.high - huge.low).is_finite());
    }

    #[test]
    fn rows_count_from_the_head() {
        let scale = scale(&[0.0, 10.0], None);
        let row = |v| scale.row(Number::new(v).expect("finite"), 5);
        assert_eq!(
            (row(10.0), row(9.0), row(0.0), row(11.0)),
            (Some(0), Some(0), Some(4), None)
        );
    }
}
