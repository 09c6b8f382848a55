//! The time that a chart shows.

use crate::incident::Timestamp;
use crate::signals::Signal;
use chrono::TimeDelta;

/// Around a moment that is looked at at least this is shown: what came before it and after it.
const AROUND: TimeDelta = TimeDelta::minutes(30);

/// The window of a signal's chart: all that was measured, and where an entry of the timeline is
/// looked at, the time around that.
pub(super) fn window(
    signal: &Signal,
    looked_at: Option<Timestamp>,
) -> Option<(Timestamp, Timestamp)> {
    let whole = signal.series.first()?.window();
    let around = looked_at.and_then(|at| around(at, whole));
    Some(around.unwrap_or(whole))
}

/// A quarter of the whole with the moment in its middle; nothing where it was not measured then.
fn around(at: Timestamp, (from, to): (Timestamp, Timestamp)) -> Option<(Timestamp, Timestamp)> {
    let whole = to - from;
    let span = (whole / 4).max(AROUND).min(whole);
    let begins = (at - span / 2).max(from).min(to - span);
    (from..=to).contains(&at).then_some((begins, begins + span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_in_the_middle_unless_it_is_near_an_end() {
        let at = |minute| Timestamp::UNIX_EPOCH + TimeDelta::minutes(minute);
        for (moment, whole, wanted) in [
            (60, 120, Some((45, 75))),
            (5, 120, Some((0, 30))),
            (118, 120, Some((90, 120))),
            (300, 600, Some((225, 375))),
            (10, 20, Some((0, 20))),
            (-1, 120, None),
            (121, 120, None),
        ] {
            let shown = around(at(moment), (at(0), at(whole)));
            assert_eq!(shown, wanted.map(|(a, b)| (at(a), at(b))), "{moment}");
        }
    }
}
