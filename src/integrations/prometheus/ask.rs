//! The requests for a query: which window, and how fine.

use super::Query;
use crate::incident::{Timestamp, limits};
use crate::integrations::exchange::{Ask, Body, Method, Request};
use chrono::TimeDelta;

/// Points that a server gives at most for one series; with more it refuses the query.
const SERVER_POINTS: usize = 11_000;
/// Points that are asked for at most: what a series here can hold.
const POINTS_MOST: usize = limits::SERIES_POINTS;
const _: () = assert!(POINTS_MOST <= SERVER_POINTS);
/// When the server gives a query up, in seconds: before the request itself is given up, so that it
/// says why, and does not go on with what nobody waits for.
const TIMEOUT_S: u32 = 10;

/// What a range query asks for: so many steps back from now, which is its last point, so that the
/// newest value is as new as can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// The first point.
    pub(super) from: Timestamp,
    /// The last point: now.
    pub(super) to: Timestamp,
    /// The distance of two points, in seconds; at least 1.
    pub(super) step_s: u32,
}

impl Window {
    pub(super) fn of(ask: &Ask) -> Self {
        let seconds = u64::try_from((ask.to - ask.from).num_seconds()).unwrap_or(0);
        let most = (POINTS_MOST - 1) as u64;
        let steps_most = u64::from(ask.points).clamp(1, most);
        let longest = u64::from(u32::MAX / 1_000);
        let step = seconds.div_ceil(steps_most).clamp(1, longest);
        let steps = seconds.div_ceil(step).min(most);
        let back = i64::try_from(steps.saturating_mul(step)).ok();
        let back = back.and_then(TimeDelta::try_seconds);
        let from = back.and_then(|back| ask.to.checked_sub_signed(back));
        Self {
            from: from.unwrap_or(ask.from),
            to: ask.to,
            step_s: u32::try_from(step).unwrap_or(1),
        }
    }

    pub(super) fn step_ms(self) -> u32 {
        self.step_s.saturating_mul(1_000)
    }
}

/// The request for that query, as a form, since a query may be longer than an address can be.
pub(super) fn request(query: &Query, place: usize, expr: String, ask: &Ask) -> Request {
    let window = Window::of(ask);
    let mut form = vec![("query".to_owned(), expr)];
    let mut add = |name: &str, value: String| form.push((name.to_owned(), value));
    let path = if query.instant {
        add("time", seconds(window.to));
        "/api/v1/query"
    } else {
        add("start", seconds(window.from));
        add("end", seconds(window.to));
        add("step", window.step_s.to_string());
        "/api/v1/query_range"
    };
    add("timeout", format!("{TIMEOUT_S}s"));
    Request {
        method: Method::Post,
        path: path.to_owned(),
        query: Vec::new(),
        body: Body::Form(form),
        about: place.to_string().into(),
    }
}

/// Seconds since 1970, to the millisecond.
fn seconds(at: Timestamp) -> String {
    let ms = at.timestamp_millis();
    let sign = if ms < 0 { "-" } else { "" };
    let ms = ms.unsigned_abs();
    format!("{sign}{}.{:03}", ms / 1_000, ms % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn window(seconds: i64, points: u32) -> Window {
        let to = Timestamp::from_timestamp(1_800_000_000, 0).expect("a time");
        Window::of(&Ask {
            incident: None,
            variables: BTreeMap::new(),
            from: to - TimeDelta::seconds(seconds),
            to,
            points,
        })
    }

    #[test]
    fn a_window_is_covered_in_no_more_points_than_can_be_shown() {
        for (seconds, points, step) in [
            (3_600, 240, 15),
            (3_601, 240, 16),
            (30, 240, 1),
            (0, 240, 1),
            (-5, 240, 1),
            (86_400, 240, 360),
            (3_600, 0, 3_600),
            (3_600, u32::MAX, 11),
        ] {
            let window = window(seconds, points);
            assert_eq!(window.step_s, step, "{seconds} s in {points}");
            let span = (window.to - window.from).num_seconds();
            assert!(span >= seconds.max(0) && span < seconds.max(0) + i64::from(step));
            let count = span / i64::from(step) + 1;
            assert!(
                count <= i64::try_from(POINTS_MOST).expect("fits"),
                "{count}"
            );
        }
    }

    #[test]
    fn a_window_of_all_time_is_one_too() {
        let ask = Ask {
            incident: None,
            variables: BTreeMap::new(),
            from: Timestamp::MIN_UTC,
            to: Timestamp::MAX_UTC,
            points: 240,
        };
        let window = Window::of(&ask);
        assert!(window.from < window.to);
        let span = (window.to - window.from).num_seconds();
        assert!(span / i64::from(window.step_s) < 11_000);
        let narrow = Ask {
            to: Timestamp::MIN_UTC,
            ..ask
        };
        assert_eq!(Window::of(&narrow).to, Timestamp::MIN_UTC);
    }

    #[test]
    fn moments_are_written_to_the_millisecond() {
        let at = |ms| Timestamp::from_timestamp_millis(ms).expect("a time");
        assert_eq!(seconds(at(1_795_439_463_021)), "1795439463.021");
        assert_eq!(seconds(at(-1_500)), "-1.500");
        assert_eq!(seconds(at(0)), "0.000");
    }
}
