//! A pinned piece of evidence in lines of text, from the numbers that are in the log.

use crate::console::chart::{self, Signs};
use crate::console::text::{Zone, visible_line};
use crate::incident::{Evidence, Number, Seen, Series, Timestamp, Unit};
use chrono::TimeDelta;

/// Cells of a line of values.
const LINE: usize = 48;
/// Names of alerts that are told; in `export` all are.
const NAMES: usize = 5;

/// One series: its label, its values as a line, and from what to what it went.
#[derive(Debug, PartialEq, Eq)]
pub struct Drawn {
    /// Which series.
    pub label: String,
    /// Its values, a sign a step.
    pub line: String,
    /// Its first value and its last.
    pub went: String,
}

/// The series of a signal, drawn.
#[must_use]
pub fn series(all: &[Series], unit: Unit, signs: Signs) -> Vec<Drawn> {
    let drawn = all.iter().map(|series| {
        let values = || series.values.iter().flatten();
        let figure = |value: Option<&Number>| {
            value.map_or_else(|| "no data".to_owned(), |value| unit.figure(*value))
        };
        // To the end of the last step, so that each value has a place of its own.
        let (from, to) = series.window();
        let step = TimeDelta::milliseconds(i64::from(series.step_ms));
        let window = (from, to.checked_add_signed(step).unwrap_or(to));
        Drawn {
            label: visible_line(&series.label).into_owned(),
            line: chart::spark(series, window, LINE.min(series.values.len()), signs),
            went: format!("{} → {}", figure(values().next()), figure(values().last())),
        }
    });
    drawn.collect()
}

/// What goes below the evidence's own line.
#[must_use]
pub fn lines(evidence: &Evidence, zone: Zone, signs: Signs) -> Vec<String> {
    let span = |(from, to): (Timestamp, Timestamp)| {
        format!("{} → {} {}", zone.hms(from), zone.hms(to), zone.name(to))
    };
    match &evidence.seen {
        Seen::Signal {
            unit, series: all, ..
        } => {
            let drawn = series(all, *unit, signs).into_iter().map(|drawn| {
                let label = format!("  {}", drawn.label);
                format!("{}  {}{}", drawn.line, drawn.went, label.trim_end())
            });
            drawn
                .chain(all.first().map(Series::window).map(span))
                .collect()
        }
        Seen::Issue {
            trend,
            first_seen,
            last_seen,
            ..
        } => {
            let seen = format!("seen {}", span((*first_seen, *last_seen)));
            let trend = chart::counts(trend, trend.len(), signs);
            vec![trend.trim_end().to_owned(), seen]
        }
        Seen::Alerts {
            first_at,
            last_at,
            names,
            rate,
            ..
        } => {
            let rate = chart::counts(rate, rate.len(), signs);
            let mut named: Vec<_> = names.iter().take(NAMES).map(|n| visible_line(n)).collect();
            if names.len() > NAMES {
                named.push(format!("and {} more", names.len() - NAMES).into());
            }
            let began = format!("began {}", span((*first_at, *last_at)));
            vec![rate.trim_end().to_owned(), began, named.join(", ")]
        }
    }
    .into_iter()
    .filter(|line| !line.trim().is_empty())
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(seen: &str) -> Evidence {
        let text = format!(
            r#"{{"source":"prom","title":"5xx","at":"2026-11-24T14:10:00Z","seen":{{{seen}}}}}"#
        );
        serde_json::from_str(&text).expect("a piece of evidence")
    }

    #[test]
    fn each_kind_is_drawn_from_its_numbers() {
        let table = [
            (
                r#""what":"signal","unit":"ratio","series":[{"from":"2026-11-24T14:00:00Z",
                "step_ms":300000,"values":[0.002,null,0.124]},{"label":"b\u001b[31m","from":
                "2026-11-24T14:00:00Z","step_ms":300000,"values":[null,null,null]}]"#,
                vec![
                    "▁ █  0.2 % → 12.4 %",
                    "     no data → no data  b␛[31m",
                    "14:00:00 → 14:10:00 UTC",
                ],
            ),
            (
                r#""what":"issue","id":"A-1","events":9,"users":2,"trend":[0,1,4],"first_seen":
                "2026-11-24T14:00:00Z","last_seen":"2026-11-24T14:09:00Z""#,
                vec![" ▃█", "seen 14:00:00 → 14:09:00 UTC"],
            ),
            (
                r#""what":"alerts","firing":9,"silenced":0,"rate":[1,2],"first_at":
                "2026-11-24T14:00:00Z","last_at":"2026-11-24T14:09:00Z","names":
                ["a","b","c","d","e","f"]"#,
                vec![
                    "▅█",
                    "began 14:00:00 → 14:09:00 UTC",
                    "a, b, c, d, e, and 1 more",
                ],
            ),
            (
                r#""what":"alerts","firing":9,"silenced":0,"first_at":"2026-11-24T14:00:00Z",
                "last_at":"2026-11-24T14:09:00Z""#,
                vec!["began 14:00:00 → 14:09:00 UTC"],
            ),
        ];
        let odd = r#""what":"signal","series":[{"from":"+262142-12-31T23:59:59Z","step_ms":4294967295,
            "values":[1,2]}]"#;
        assert_eq!(lines(&evidence(odd), Zone::Utc, Signs::Ascii).len(), 2);
        for (seen, wanted) in table {
            assert_eq!(lines(&evidence(seen), Zone::Utc, Signs::Braille), wanted);
        }
    }
}
