//! The times of a panel's queries: the incident's window, and how far apart its points lie.

use crate::incident::Timestamp;
use crate::integrations::exchange::Ask;
use chrono::SecondsFormat;

/// Scrapes are this far apart where a data source says nothing else, in milliseconds.
const SCRAPE_MS: i64 = 15_000;

/// The times of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    /// The window.
    pub(super) from: Timestamp,
    /// Its end.
    pub(super) to: Timestamp,
    /// The distance of points, in milliseconds; at least 1.
    pub(super) interval_ms: i64,
}

impl Times {
    /// Of an ask, with points at a distance that Grafana would choose too, at least `least_ms`.
    pub(super) fn of(ask: &Ask, least_ms: i64) -> Self {
        let span = (ask.to - ask.from).num_milliseconds().max(0);
        let wanted = (span / i64::from(ask.points.max(1))).max(least_ms);
        Self {
            from: ask.from,
            to: ask.to,
            interval_ms: round_up(wanted),
        }
    }

    fn range_ms(&self) -> i64 {
        (self.to - self.from).num_milliseconds().max(0)
    }

    /// Long enough for a rate over several scrapes.
    fn rate_ms(&self) -> i64 {
        (self.interval_ms + SCRAPE_MS).max(4 * SCRAPE_MS)
    }

    /// The value of one of Grafana's own variables.
    pub(super) fn own(&self, name: &str, format: &str) -> Option<String> {
        let moment = |at: Timestamp| match format {
            "date" | "date:iso" => at.to_rfc3339_opts(SecondsFormat::Millis, true),
            "date:seconds" => at.timestamp().to_string(),
            _ => at.timestamp_millis().to_string(),
        };
        Some(match name {
            "__interval" => duration(self.interval_ms),
            "__interval_ms" => self.interval_ms.to_string(),
            "__rate_interval" => duration(self.rate_ms()),
            "__rate_interval_ms" => self.rate_ms().to_string(),
            "__range" => format!("{}s", self.range_ms() / 1_000),
            "__range_s" => (self.range_ms() / 1_000).to_string(),
            "__range_ms" => self.range_ms().to_string(),
            "__from" => moment(self.from),
            "__to" => moment(self.to),
            _ => return None,
        })
    }
}

/// The least round distance that is not less.
fn round_up(ms: i64) -> i64 {
    const SECOND: i64 = 1_000;
    const MINUTE: i64 = 60 * SECOND;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let short = [1, 2, 5, 10, 20, 50, 100, 200, 500];
    let seconds = [1, 2, 5, 10, 15, 20, 30].map(|n| n * SECOND);
    let minutes = [1, 2, 5, 10, 15, 20, 30].map(|n| n * MINUTE);
    let hours = [1, 2, 3, 6, 12].map(|n| n * HOUR);
    let mut round = short.into_iter().chain(seconds).chain(minutes).chain(hours);
    round
        .find(|round| *round >= ms)
        .unwrap_or_else(|| ms.div_euclid(DAY).saturating_add(1).saturating_mul(DAY))
}

/// As data sources read it: the largest unit that says it in a whole number.
pub(super) fn duration(ms: i64) -> String {
    let units = [
        (86_400_000, "d"),
        (3_600_000, "h"),
        (60_000, "m"),
        (1_000, "s"),
    ];
    let whole = units.into_iter().find(|(unit, _)| ms % unit == 0);
    let (unit, name) = whole.unwrap_or((1, "ms"));
    format!("{}{name}", ms / unit)
}

/// Reads what [`duration`] writes, with a number that may be prefixed by `>`, in milliseconds.
pub(super) fn milliseconds(text: &str) -> Option<i64> {
    let text = text.trim().trim_start_matches('>').trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_of_points_is_round() {
        for (wanted, round) in [
            (0, 1),
            (15_001, 20_000),
            (61_000, 120_000),
            (43_200_001, 86_400_000),
        ] {
            assert_eq!(round_up(wanted), round, "{wanted}");
        }
        assert!(round_up(i64::MAX) > 0);
        let texts = [1, 1_500, 90_000, 3_600_000, 172_800_000].map(duration);
        assert_eq!(texts, ["1ms", "1500ms", "90s", "1h", "2d"]);
        let read = [
            "30s",
            ">1m",
            "10ms",
            "2d",
            "",
            "5",
            "m",
            "9999999999999999d",
        ]
        .map(milliseconds);
        let expected = [Some(30_000), Some(60_000), Some(10), Some(172_800_000)];
        assert_eq!(read[..4], expected);
        assert_eq!(read[4..], [None; 4]);
    }
}
