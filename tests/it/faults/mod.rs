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
mod real_clock;
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
pub(crate) fn skipped(what: &str, why: &str) {
    use std::io::Write;
    let said = writeln!(std::io::stderr(), "SKIPPED: {what} was NOT tested: {why}");
    said.unwrap();
}

/// What the table says that a row is tested with is what the one command runs.
#[test]
fn everything_in_the_table_is_run_by_its_one_command() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(folder.join("docs/reliability.md")).unwrap();
    let script = std::fs::read_to_string(folder.join("tests/real/reliability")).unwrap();
    let run: Vec<&str> = script
        .lines()
        .filter(|line| {
            ["part \"", "cargo test", "cargo bench"]
                .iter()
                .any(|said| line.contains(said))
        })
        .flat_map(|line| line.rsplit('"').next().unwrap_or_default().split(' '))
        .filter(|word| word.len() > 3 && !["cargo", "test", "bench", "python3"].contains(word))
        .collect();
    let mut rows = 0;
    for row in table.lines().filter(|line| line.starts_with("| ")) {
        let Some(command) = row.split(" | ").nth(3) else {
            continue;
        };
        let named = command.split('`').skip(1).step_by(2);
        for name in named.filter(|name| !name.starts_with("WARROOM_")) {
            let word = name.split(' ').next_back().unwrap_or_default();
            let known =
                name.contains("partition.py") || run.iter().any(|run| word.starts_with(run));
            assert!(
                known,
                "`{name}` is not run by tests/real/reliability: {run:?}"
            );
            rows += 1;
        }
    }
    assert!(rows > 20, "{rows}");
}
