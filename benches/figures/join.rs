//! Joining a long incident against joining a short one.

use crate::raw;
use crate::report::{Report, ms, percentile};
use std::time::Instant;

fn fill(stream: &mut std::net::TcpStream, incident: u64, notes: u128, from: u128) {
    let mut open = 0;
    for n in 0..notes {
        let text = format!("{n}: pods in eu-west-1b restarting, memory at the limit");
        raw::send(stream, &raw::note(incident, from + n, &text));
        open += 1;
        // A window, as a console with a full outbox keeps it; it also keeps under the rate.
        if open >= 100 {
            raw::wait_for(stream, "done");
            open -= 1;
        }
    }
    for _ in 0..open {
        raw::wait_for(stream, "done");
    }
}

pub fn measure(report: &mut Report) {
    let folder = tempfile::tempdir_in(".").expect("a folder");
    let data = folder.path().join("data");
    let long: u64 = std::env::var("WARROOM_FIGURES_LONG").map_or(100_000, |n| n.parse().expect("n"));
    crate::memory::fill_journal(&data, &[100, long]);
    let server = crate::memory::Running::start(&data);
    let mut once = |incident: u64| {
        let mut stream = raw::connect(server.address, "maya");
        let started = Instant::now();
        raw::join(&mut stream, incident);
        ms(started.elapsed())
    };
    let first = (once(1), once(2));
    report.ratio(
        "first join after a start, 100,000 entries / 100",
        (first.1, "ms"),
        (first.0, "ms"),
        f64::MAX,
        "reported",
    );
    let (mut short, mut long): (Vec<_>, Vec<_>) = (0..50).map(|_| (once(1), once(2))).unzip();
    let (a, b) = (percentile(&mut long, 0.5), percentile(&mut short, 0.5));
    report.ratio("join, 100,000 entries / 100 entries", (a, "ms"), (b, "ms"), 2.0, "under 2×");
    let mut stream = raw::connect(server.address, "maya");
    fill(&mut stream, 1, 10, 1_000_000);
}
