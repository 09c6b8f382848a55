//! Numbers as people read them: three significant digits, with their unit.

use super::{Number, Unit};

/// Steps of a thousand.
const THOUSANDS: [&str; 5] = ["", "k", "M", "G", "T"];
/// Steps of 1,024 of a byte.
const BINARY: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

impl Unit {
    /// The number with its unit: `12.4 %`, `340 ms`, `1.2k/s`, `3.4 GiB`. Three significant
    /// digits, without zeros at the end; what stands before the point is never rounded away.
    #[must_use]
    pub fn figure(self, value: Number) -> String {
        let value = value.get();
        match self {
            Self::None => in_thousands(value),
            Self::Ratio => format!(
                "{} %",
                in_thousands((value * 100.0).clamp(f64::MIN, f64::MAX))
            ),
            Self::Percent => format!("{} %", in_thousands(value)),
            Self::Seconds => seconds(value),
            Self::Milliseconds => seconds(value / 1_000.0),
            Self::Bytes => {
                let (scaled, step) = stepped(value, 1_024.0, &BINARY);
                format!("{} {step}", digits(scaled))
            }
            Self::PerSecond => format!("{}/s", in_thousands(value)),
            Self::PerMinute => format!("{}/min", in_thousands(value)),
        }
    }
}

fn in_thousands(value: f64) -> String {
    let (scaled, step) = stepped(value, 1_000.0, &THOUSANDS);
    format!("{}{step}", digits(scaled))
}

/// The number in the first step in which it is below `base` as it will be shown, or in the last.
fn stepped<'a>(value: f64, base: f64, steps: &[&'a str]) -> (f64, &'a str) {
    let mut scaled = value;
    let mut shown = "";
    for (place, step) in steps.iter().enumerate() {
        if place > 0 {
            scaled /= base;
        }
        shown = step;
        // From half a step below on it would be shown as `1000k`.
        if scaled.abs() < base - 0.5 {
            break;
        }
    }
    (scaled, shown)
}

/// A length of time, in the unit in which it is easiest to say.
fn seconds(value: f64) -> String {
    // Each unit, in seconds, with the length from which on the next one is taken. Below a second
    // that is where three digits would say `1000`.
    const UNITS: [(f64, f64, &str); 7] = [
        (1e-9, 0.999_5e-6, "ns"),
        (1e-6, 0.999_5e-3, "µs"),
        (1e-3, 0.999_5, "ms"),
        (1.0, 120.0, "s"),
        (60.0, 7_200.0, "min"),
        (3_600.0, 172_800.0, "h"),
        (86_400.0, f64::INFINITY, "d"),
    ];
    let length = value.abs();
    if length == 0.0 {
        return "0 s".to_owned();
    }
    let fitting = UNITS.iter().find(|(_, below, _)| length < *below);
    let (unit, _, name) = fitting.unwrap_or(&UNITS[3]);
    format!("{} {name}", digits(value / unit))
}

/// Three significant digits, without zeros at the end.
fn digits(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(0.001..1e6).contains(&size) {
        let text = format!("{value:.2e}");
        return match text.split_once('e') {
            Some((number, power)) => format!("{}e{power}", without_zeros(number)),
            None => text,
        };
    }
    let decimals = match size {
        s if s >= 99.95 || s == 0.0 => 0,
        s if s >= 9.995 => 1,
        s if s >= 0.999_5 => 2,
        s if s >= 0.099_95 => 3,
        s if s >= 0.009_995 => 4,
        _ => 5,
    };
    without_zeros(&format!("{value:.decimals$}")).to_owned()
}

/// `2.10` is `2.1`, and `12.0` is `12`.
fn without_zeros(number: &str) -> &str {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_with_three_digits_and_their_unit() {
        let table = [
            (Unit::None, 0.0, "0"),
            (Unit::None, -0.0, "0"),
            (Unit::None, 1.0, "1"),
            (Unit::None, -12.34, "-12.3"),
            (Unit::None, 0.5, "0.5"),
            (Unit::None, 0.001_234, "0.00123"),
            (Unit::None, 0.000_123_4, "1.23e-4"),
            (Unit::None, 9.999, "10"),
            (Unit::None, 99.96, "100"),
            (Unit::None, 999.4, "999"),
            (Unit::None, 999.5, "1k"),
            (Unit::None, 1_234.0, "1.23k"),
            (Unit::None, 999_500.0, "1M"),
            (Unit::None, 1.5e6, "1.5M"),
            (Unit::None, 2e9, "2G"),
            (Unit::None, 7.25e12, "7.25T"),
            (Unit::None, 7e20, "7e8T"),
            (Unit::Ratio, 0.124, "12.4 %"),
            (Unit::Ratio, 0.002, "0.2 %"),
            (Unit::Ratio, 1.0, "100 %"),
            (Unit::Ratio, 0.0, "0 %"),
            (Unit::Percent, 12.4, "12.4 %"),
            (Unit::Percent, 0.2, "0.2 %"),
            (Unit::Percent, 12_400.0, "12.4k %"),
            (Unit::Seconds, 0.0, "0 s"),
            (Unit::Seconds, 2.1, "2.1 s"),
            (Unit::Seconds, 0.34, "340 ms"),
            (Unit::Seconds, 0.999_6, "1 s"),
            (Unit::Seconds, 0.000_25, "250 µs"),
            (Unit::Seconds, 3e-8, "30 ns"),
            (Unit::Seconds, 90.0, "90 s"),
            (Unit::Seconds, 119.7, "120 s"),
            (Unit::Seconds, 150.0, "2.5 min"),
            (Unit::Seconds, 9_000.0, "2.5 h"),
            (Unit::Seconds, 200_000.0, "2.31 d"),
            (Unit::Seconds, -0.34, "-340 ms"),
            (Unit::Milliseconds, 340.0, "340 ms"),
            (Unit::Milliseconds, 2_100.0, "2.1 s"),
            (Unit::Milliseconds, 0.25, "250 µs"),
            (Unit::Bytes, 0.0, "0 B"),
            (Unit::Bytes, 1_023.0, "1023 B"),
            (Unit::Bytes, 1_024.0, "1 KiB"),
            (Unit::Bytes, 3.4 * 1_073_741_824.0, "3.4 GiB"),
            (Unit::Bytes, 1_073_741_823.0, "1 GiB"),
            (Unit::PerSecond, 1_200.0, "1.2k/s"),
            (Unit::PerSecond, 0.25, "0.25/s"),
            (Unit::PerMinute, 31.0, "31/min"),
        ];
        for (unit, value, wanted) in table {
            let number = Number::new(value).unwrap();
            assert_eq!(unit.figure(number), wanted, "{unit:?} {value:?}");
        }
    }

    #[test]
    fn the_largest_and_the_smallest_stay_short() {
        let edges = [
            f64::MAX,
            f64::MIN,
            f64::MIN_POSITIVE,
            5e-324,
            1e6,
            999_999.5,
        ];
        for (_, unit) in Unit::ALL {
            for value in edges {
                let said = unit.figure(Number::new(value).unwrap());
                assert!(said.chars().count() <= 16, "{unit:?} {value:?}: {said}");
                assert!(!said.contains("inf") && !said.contains("NaN"), "{said}");
            }
        }
    }
}
