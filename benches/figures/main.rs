//! The figures of the README and of `docs/figures.md`, each as a ratio to a yardstick that is
//! measured in the same run, since machines differ and are shared.
//!
//! `cargo bench --bench figures` takes all, `cargo bench --bench figures -- fanout join` some.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints, and stops at the first error"
)]

mod append;
mod apply;
mod console;
mod fanout;
mod frame;
mod join;
mod journal;
mod load;
mod log;
mod memory;
mod raw;
mod receivers;
mod report;
mod samples;
mod screen;
mod scrub;
mod server;
mod storm;
mod terminal;

use report::Report;
use std::process::ExitCode;

/// Takes a figure, or some that go together.
type Measure = fn(&mut Report);

/// The figures by name, in the order in which they are taken.
const ALL: [(&str, Measure); 12] = [
    ("apply", apply::measure),
    ("frame", frame::measure),
    ("scrub", scrub::measure),
    ("append", append::measure),
    ("journal", journal::measure),
    ("join", join::measure),
    ("fanout", fanout::measure),
    ("memory", memory::measure),
    ("storm", storm::measure),
    ("start", terminal::measure_start),
    ("keys", terminal::measure_keys),
    ("idle", terminal::measure_idle),
];

/// The figures that take long: by name only.
const LONG: [(&str, Measure); 1] = [("load", load::measure)];

fn main() -> ExitCode {
    if receivers::received() || screen::echoed() {
        return ExitCode::SUCCESS;
    }
    // Cargo itself adds `--bench`.
    let words = std::env::args().skip(1);
    let wanted: Vec<String> = words.filter(|word| !word.starts_with('-')).collect();
    let is_known = |word: &&String| ALL.iter().chain(&LONG).any(|(name, _)| name == word);
    if let Some(strange) = wanted.iter().find(|word| !is_known(word)) {
        let names: Vec<&str> = ALL.iter().chain(&LONG).map(|(name, _)| *name).collect();
        let names = names.join(", ");
        eprintln!("There is no figure `{strange}`. There are: {names}.");
        return ExitCode::FAILURE;
    }
    let mut report = Report::default();
    for (name, measure) in ALL {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            measure(&mut report);
        }
    }
    for (name, measure) in LONG {
        if wanted.iter().any(|word| word == name) {
            measure(&mut report);
        }
    }
    report.print();
    ExitCode::SUCCESS
}
