//! Joining a long incident against joining a short one.

use crate::raw::Raw;
use crate::report::{Report, ms, percentile};
use crate::server::{self, Server};
use std::time::Instant;

const SHORT: u64 = 100;
const LONG: u64 = 100_000;
const ROUNDS: usize = 200;

pub fn measure(report: &mut Report) {
    let folder = server::folder();
    server::fill(folder.path(), &[SHORT, LONG]);
    let server = Server::start(folder.path());
    let once = |incident| {
        let mut raw = Raw::connect(server.address, "maya");
        let started = Instant::now();
        raw.join(incident);
        ms(started.elapsed())
    };
    let first = (once(1), once(2));
    let (mut short, mut long): (Vec<_>, Vec<_>) = (0..ROUNDS).map(|_| (once(1), once(2))).unzip();
    let long = (percentile(&mut long, 0.5), "ms");
    let short = (percentile(&mut short, 0.5), "ms, 100 entries");
    report.ratio(
        "join of an incident with 100,000 entries, p50",
        long,
        short,
        2.0,
    );
    let (short, long) = first;
    report.beside(
        "  the first join after the server's start",
        (long, "ms"),
        (short, "ms, 100 entries"),
    );
}
