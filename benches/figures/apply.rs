//! How many events a second the fold takes.

use crate::log;
use crate::report::Report;
use std::hint::black_box;
use std::time::Instant;
use warroom::incident::*;

const EVENTS: u32 = 200_000;
const ROUNDS: usize = 7;

pub fn measure(report: &mut Report) {
    let start = "2026-01-01T14:00:00Z".parse().unwrap();
    let events = log::events(EVENTS.into(), start);
    let mut seconds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            let incident = replay(IncidentId(1), &events);
            assert_eq!(black_box(incident).seq, Seq(EVENTS.into()));
            started.elapsed().as_secs_f64()
        })
        .collect();
    let middle = crate::report::percentile(&mut seconds, 0.5);
    let rate = f64::from(EVENTS) / middle / 1e6;
    report.single("apply rate", (rate, "M events/s"), "over 1 M/s", rate > 1.0);
}
