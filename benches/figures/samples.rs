//! Times that were taken one after another, and what the disk alone took meanwhile.

use crate::append::BareDisk;
use crate::report::percentile;
use std::ops::Range;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Milliseconds that each thing took, by when it began.
pub type Samples = Vec<(Instant, f64)>;

/// Those that began within one of these spans: below what lie half of them, and 99 of 100.
pub fn p50_p99(samples: &Samples, spans: &[Range<Instant>]) -> (f64, f64) {
    let inside = |at: &Instant| spans.iter().any(|span| span.contains(at));
    let samples = samples.iter().filter(|(at, _)| inside(at));
    let mut inside: Vec<f64> = samples.map(|(_, took)| *took).collect();
    (percentile(&mut inside, 0.5), percentile(&mut inside, 0.99))
}

/// Waits for a moment.
pub fn until(moment: Instant) {
    while let Some(left) = moment.checked_duration_since(Instant::now()) {
        std::thread::park_timeout(left);
    }
}

/// This thread runs when nothing else wants to: it plays other machines, which take no time of the
/// server's. A low priority is not enough: Linux lets such a thread have its processor until the next
/// tick, up to 4 ms, whoever else becomes ready there.
pub fn yields() {
    let thread = std::fs::read_link("/proc/thread-self").unwrap();
    let number = thread.file_name().unwrap();
    let mut chrt = Command::new("chrt");
    let done = chrt.args(["--idle", "--pid", "0"]).arg(number).output();
    assert!(done.unwrap().status.success(), "chrt");
}

/// The bare disk, timed beside something else until that is over.
pub struct DiskBeside {
    ended: Arc<AtomicBool>,
    thread: JoinHandle<Samples>,
}

impl DiskBeside {
    /// Writes and flushes a page so often, in a file of its own in this folder.
    pub fn start(folder: &Path, every: Duration) -> Self {
        let mut disk = BareDisk::new(folder);
        let ended = Arc::new(AtomicBool::new(false));
        let over = ended.clone();
        let thread = std::thread::spawn(move || {
            let (mut pages, mut next) = (Samples::new(), Instant::now());
            while !over.load(Relaxed) {
                pages.push((Instant::now(), disk.page()));
                next += every;
                until(next);
            }
            pages
        });
        Self { ended, thread }
    }

    pub fn end(self) -> Samples {
        self.ended.store(true, Relaxed);
        self.thread.join().unwrap()
    }
}
