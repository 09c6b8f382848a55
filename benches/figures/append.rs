//! A durable append, from the socket and back, against the disk's own fsync.

use crate::raw::Raw;
use crate::report::{Report, ms, percentile};
use crate::server::{self, Server};
use std::fs::File;
use std::io::Write;
use std::time::Instant;

/// Appends, and as many bare writes, taken in turns of [`TURN`].
const ROUNDS: usize = 1_000;
const TURN: usize = 20;

/// What the disk itself takes: a write of 4 KiB at a file's end, and fdatasync.
pub struct BareDisk(File);

impl BareDisk {
    pub fn new(folder: &std::path::Path) -> Self {
        Self(File::create(folder.join("bare")).unwrap())
    }

    pub fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
        self.0.sync_data().unwrap();
    }

    /// One page, timed, in milliseconds.
    pub fn page(&mut self) -> f64 {
        let started = Instant::now();
        self.write(&[7; 4_096]);
        ms(started.elapsed())
    }
}

pub fn measure(report: &mut Report) {
    let folder = server::folder();
    let server = Server::start(folder.path());
    let mut raw = Raw::connect(server.address, "maya");
    let incident = raw.declare();
    let mut disk = BareDisk::new(folder.path());
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    while ours.len() < ROUNDS {
        bare.extend((0..TURN).map(|_| disk.page()));
        for _ in 0..TURN {
            let started = Instant::now();
            raw.note(incident, "pods in eu-west-1b restarting");
            raw.wait_for("done");
            ours.push(ms(started.elapsed()));
        }
    }
    let both = |ours: &mut [f64], bare: &mut [f64], share| {
        (
            (percentile(ours, share), "ms"),
            (percentile(bare, share), "ms, 4 KiB + fdatasync"),
        )
    };
    let (a, b) = both(&mut ours, &mut bare, 0.5);
    report.ratio("durable append over the socket and back, p50", a, b, 2.0);
    let (a, b) = both(&mut ours, &mut bare, 0.99);
    report.beside("durable append, p99", a, b);
}
