//! Lengths of time as people read them, in forms that keep their width while they change.

use chrono::TimeDelta;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

/// The longest duration that is accepted from a person, in seconds: ten years of 365 days.
const LONGEST: i64 = 3_650 * DAY;

/// The most cells that [`age`] takes.
pub const AGE_CELLS: usize = 5;

/// How long ago, or how long already: `42s`, `38m`, `2h05`, `3d`. At most [`AGE_CELLS`] cells;
/// rounded down, so that it never claims more than has passed. What lies ahead is `0s`.
#[must_use]
pub fn age(since: TimeDelta) -> String {
    let seconds = since.num_seconds().max(0);
    if seconds < MINUTE {
        format!("{seconds}s")
    } else if seconds < HOUR {
        format!("{}m", seconds / MINUTE)
    } else if seconds < DAY {
        format!("{}h{:02}", seconds / HOUR, seconds % HOUR / MINUTE)
    } else {
        format!("{}d", (seconds / DAY).min(9_999))
    }
}

/// A running clock, `00:42:17`, rounded down. Hours go on past 99; less than nothing is zero.
#[must_use]
pub fn clock_hms(elapsed: TimeDelta) -> String {
    let seconds = elapsed.num_seconds().max(0);
    format!(
        "{:02}:{:02}:{:02}",
        seconds / HOUR,
        seconds % HOUR / MINUTE,
        seconds % MINUTE
    )
}

/// The time until something is due, or since it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Countdown {
    /// `04:12`, or `1:04:12` from an hour on, or `3d 02h` from two days on; without a sign.
    pub text: String,
    /// True from the moment it is due.
    pub late: bool,
}

/// Counts down to a deadline that is `left` away. Rounded up while time is left, so that `00:00`
/// is shown when it is due and not a second before; rounded down once it is late.
#[must_use]
pub fn countdown(left: TimeDelta) -> Countdown {
    let late = left <= TimeDelta::zero();
    let whole = left.num_seconds();
    let part_left = !late && left > TimeDelta::seconds(whole);
    let seconds = whole.abs() + i64::from(part_left);
    let text = if seconds >= 2 * DAY {
        format!("{}d {:02}h", seconds / DAY, seconds % DAY / HOUR)
    } else if seconds >= HOUR {
        format!(
            "{}:{:02}:{:02}",
            seconds / HOUR,
            seconds % HOUR / MINUTE,
            seconds % MINUTE
        )
    } else {
        format!("{:02}:{:02}", seconds / MINUTE, seconds % MINUTE)
    };
    Countdown { text, late }
}

/// Why a text is not a duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseDurationError {
    #[error("a duration is a number and a unit, as in 90s, 10m, 1h30m or 2d")]
    Empty,
    #[error("`{0}` has no unit; write {0}s, {0}m, {0}h or {0}d")]
    NoUnit(String),
    #[error("`{0}` is not a unit of time; use s, m, h, d or w")]
    UnknownUnit(char),
    #[error("the units of a duration go from large to small, each once, as in 1h30m")]
    Order,
    #[error("a duration is ten years at most")]
    TooLong,
}

/// Reads `90s`, `10m`, `1h30m`, `2d` or `1w`: whole numbers, units from large to small, no spaces
/// and no sign.
///
/// # Errors
/// When it is none of these, or longer than ten years.
pub fn parse_duration(text: &str) -> Result<TimeDelta, ParseDurationError> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(ParseDurationError::Empty);
    }
    let mut total = 0_i64;
    let mut smallest = i64::MAX;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(digits);
        let Some(unit) = after.chars().next() else {
            return Err(ParseDurationError::NoUnit(number.to_owned()));
        };
        if number.is_empty() {
            return Err(ParseDurationError::Empty);
        }
        let seconds = match unit {
            's' => 1,
            'm' => MINUTE,
            'h' => HOUR,
            'd' => DAY,
            'w' => WEEK,
            other => return Err(ParseDurationError::UnknownUnit(other)),
        };
        if seconds >= smallest {
            return Err(ParseDurationError::Order);
        }
        smallest = seconds;
        let number: i64 = number.parse().map_err(|_| ParseDurationError::TooLong)?;
        total = number
            .checked_mul(seconds)
            .and_then(|part| total.checked_add(part))
            .filter(|&total| total <= LONGEST)
            .ok_or(ParseDurationError::TooLong)?;
        rest = &after[unit.len_utf8()..];
    }
    Ok(TimeDelta::seconds(total))
}

/// Writes a duration as [`parse_duration`] reads it, to the second: `1h30m`, `2d`, `0s`. Less than
/// nothing is `0s`.
#[must_use]
pub fn format_duration(duration: TimeDelta) -> String {
    let mut rest = duration.num_seconds().max(0);
    let mut text = String::new();
    for (seconds, unit) in [(DAY, 'd'), (HOUR, 'h'), (MINUTE, 'm'), (1, 's')] {
        if rest >= seconds {
            text.push_str(&format!("{}{unit}", rest / seconds));
            rest %= seconds;
        }
    }
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn s(seconds: i64) -> TimeDelta {
        TimeDelta::seconds(seconds)
    }

    #[test]
    fn ages() {
        let cases = [
            (-5, "0s"),
            (42, "42s"),
            (60, "1m"),
            (3_599, "59m"),
            (7_500, "2h05"),
            (86_399, "23h59"),
            (3 * DAY, "3d"),
            (i64::MAX / 1_000, "9999d"),
        ];
        for (seconds, text) in cases {
            assert_eq!(age(s(seconds)), text);
            assert!(text.len() <= AGE_CELLS);
        }
    }

    #[test]
    fn clocks() {
        assert_eq!(clock_hms(s(2_537)), "00:42:17");
        assert_eq!(clock_hms(s(360_000)), "100:00:00");
        assert_eq!(clock_hms(s(-1)), "00:00:00");
    }

    #[test]
    fn countdowns() {
        let cases = [
            (TimeDelta::milliseconds(252_000), "04:12", false),
            (TimeDelta::milliseconds(251_001), "04:12", false),
            (TimeDelta::milliseconds(1), "00:01", false),
            (TimeDelta::zero(), "00:00", true),
            (TimeDelta::milliseconds(-999), "00:00", true),
            (s(-130), "02:10", true),
            (s(3_852), "1:04:12", false),
            (s(3 * DAY + 2 * HOUR), "3d 02h", false),
        ];
        for (left, text, late) in cases {
            assert_eq!(
                countdown(left),
                Countdown {
                    text: text.to_owned(),
                    late
                }
            );
        }
    }

    #[test]
    fn durations_read() {
        assert_eq!(parse_duration("90s"), Ok(s(90)));
        assert_eq!(parse_duration("1h30m"), Ok(s(5_400)));
        assert_eq!(parse_duration(" 2d "), Ok(s(2 * DAY)));
        assert_eq!(parse_duration(""), Err(ParseDurationError::Empty));
        assert_eq!(parse_duration("m"), Err(ParseDurationError::Empty));
        assert_eq!(
            parse_duration("10"),
            Err(ParseDurationError::NoUnit("10".into()))
        );
        assert_eq!(
            parse_duration("10y"),
            Err(ParseDurationError::UnknownUnit('y'))
        );
        assert_eq!(
            parse_duration("10µ"),
            Err(ParseDurationError::UnknownUnit('µ'))
        );
        assert_eq!(parse_duration("30m1h"), Err(ParseDurationError::Order));
        assert_eq!(parse_duration("1m1m"), Err(ParseDurationError::Order));
        assert_eq!(
            parse_duration("99999999999999999999d"),
            Err(ParseDurationError::TooLong)
        );
        assert_eq!(parse_duration("9999w"), Err(ParseDurationError::TooLong));
    }

    proptest! {
        #[test]
        fn durations_round_trip(seconds in 0..=LONGEST) {
            prop_assert_eq!(parse_duration(&format_duration(s(seconds))), Ok(s(seconds)));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,12}") {
            let _ = parse_duration(&text);
        }
    }
}
