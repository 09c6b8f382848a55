//! Real faults: the real program, and what befalls its process, its disk, its line and its clock.
//! `docs/reliability.md` says what each promises.
//!
//! What this machine does not permit is named on standard output as SKIPPED, and passes. How long
//! the faults last is set by variables: the suite takes the short ones.

#![expect(
    clippy::print_stdout,
    reason = "what a test measured is read in its output"
)]

mod clocks;
mod disk;
mod kill;
mod limits;
mod lines;
mod process;
mod proxy;
mod standby;
mod stop;
mod upgrade;

/// A number from the environment: how long, or how often.
fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

/// A runtime beside a test that waits for a terminal.
fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().build().unwrap()
}

/// Lets a fault last. It is the fault itself that takes its time: nothing is waited for.
#[expect(clippy::disallowed_methods, reason = "see above")]
fn lasts(long: std::time::Duration) {
    std::thread::sleep(long);
}

/// Says loudly that something was not tested here: past what the test runner keeps to itself.
fn skipped(what: &str, why: &str) {
    use std::io::Write;
    let said = writeln!(std::io::stderr(), "SKIPPED: {what} was NOT tested: {why}");
    said.unwrap();
}
