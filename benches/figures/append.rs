//! A durable append, from the socket and back, against the disk's own fsync.

use crate::raw;
use crate::report::{Report, ms, percentile};
use std::io::Write;
use std::time::Instant;

const ROUNDS: usize = 400;

/// One write of 4 KiB and its fdatasync: what the disk itself takes.
pub fn bare_fsync(folder: &std::path::Path, rounds: usize) -> Vec<f64> {
    let mut file = std::fs::File::create(folder.join("yardstick")).expect("a file");
    let page = [7u8; 4096];
    let mut once = || {
        let started = Instant::now();
        file.write_all(&page).expect("write");
        file.sync_data().expect("fdatasync");
        ms(started.elapsed())
    };
    (0..rounds).map(|_| once()).collect()
}

pub fn measure(report: &mut Report) {
    let folder = tempfile::tempdir_in(".").expect("a folder");
    let server = crate::memory::Running::start(&folder.path().join("data"));
    let mut stream = raw::connect(server.address, "maya");
    let incident = raw::declare(&mut stream, 1);
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    let mut number = 10;
    for _ in 0..ROUNDS / 20 {
        bare.extend(bare_fsync(folder.path(), 20));
        for _ in 0..20 {
            number += 1;
            let frame = raw::note(incident, number, "pods in eu-west-1b restarting");
            let started = Instant::now();
            raw::send(&mut stream, &frame);
            raw::wait_for(&mut stream, "done");
            ours.push(ms(started.elapsed()));
        }
    }
    let (a, b) = (percentile(&mut ours, 0.5), percentile(&mut bare, 0.5));
    report.ratio(
        "durable append, socket round trip, p50 / bare fsync",
        (a, "ms"),
        (b, "ms"),
        2.0,
        "under 2×",
    );
    let (a, b) = (percentile(&mut ours, 0.99), percentile(&mut bare, 0.99));
    report.ratio("durable append, p99 / bare fsync p99", (a, "ms"), (b, "ms"), 2.0, "under 2×");
}
