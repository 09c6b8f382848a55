//! The clock of the real server, set back an hour and on by a day under it, and of a console beside
//! it. `libfaketime` stands between the program and the system's clock; where it is not, the test
//! says SKIPPED.

use super::lines::Load;
use super::process::Process;
use super::skipped;
use crate::support::terminal::Terminal;
use chrono::{DateTime, TimeDelta, Utc};
use std::path::Path;
use std::time::Instant;
use warroom::clock::{Clock as _, SystemClock};

/// Where distributions put it.
const LIBRARIES: [&str; 3] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib64/faketime/libfaketime.so.1",
];

/// Puts the program that a script runs under the clock of this file: the wall's clock alone, as an
/// administrator moves it; the one that only counts runs on.
fn under(library: &str, clock: &Path) -> String {
    format!(
        "export LD_PRELOAD={library} FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 \
         FAKETIME_TIMESTAMP_FILE={}; exec",
        clock.display()
    )
}

/// When each event of INC-1 was recorded.
fn times(server: &Process) -> Vec<DateTime<Utc>> {
    let log = server.ok(&["export", "INC-1", "--format", "jsonl"]);
    log.lines()
        .map(|line| {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            event["recorded_at"].as_str().unwrap().parse().unwrap()
        })
        .collect()
}

#[test]
fn the_clocks_of_server_and_console_are_set_back_and_on_and_nothing_is_lost_or_out_of_order() {
    let Some(library) = LIBRARIES.into_iter().find(|path| Path::new(path).exists()) else {
        return skipped(
            "the real program's clock set back and on",
            "libfaketime is not there",
        );
    };
    let folder = tempfile::tempdir().unwrap();
    let [servers, consoles] = ["servers", "consoles"].map(|name| folder.path().join(name));
    let set = |clock: &Path, to: &str| {
        // In one step: it is read again and again.
        let new = clock.with_extension("new");
        std::fs::write(&new, to).unwrap();
        std::fs::rename(&new, clock).unwrap();
    };
    set(&servers, "+0");
    set(&consoles, "+0");
    let server = Process::under(
        folder.path(),
        &format!("{} \"$@\"", under(library, &servers)),
    );
    server.ok(&["declare", "Checkout 500s"]);
    let script = format!(
        "{} \"$0\" --name lee join ws://{} --incident INC-1",
        under(library, &consoles),
        server.address()
    );
    let mut lee = Terminal::script(&script, &folder.path().join("lee"), (120, 40));
    lee.shows("● live ·");
    lee.press("i");
    lee.shows("enter send");
    let load = Load::on(server.address(), 2);
    let before = SystemClock.now();
    let mut typed = Vec::new();
    // One after the other, and both at once.
    let steps = [
        ("-3600", "+0"),
        ("+0", "-3600"),
        ("+86400", "+0"),
        ("+0", "+86400"),
        ("-3600", "+86400"),
        ("+86400", "-3600"),
        ("+0", "+0"),
    ];
    for (no, (of_server, of_console)) in steps.into_iter().enumerate() {
        set(&servers, of_server);
        set(&consoles, of_console);
        let line = format!("line {no} of lee");
        // The others' lines push it off the screen at once: whether it is there the log says.
        lee.press(&format!("{line}\r"));
        let limit = Instant::now() + super::process::PATIENCE;
        while server.counts(std::slice::from_ref(&line)) == [0] {
            assert!(Instant::now() < limit, "{line} never came");
        }
        let other = format!("line {no} of maya");
        server.ok(&["note", "INC-1", &other]);
        typed.extend([line, other]);
    }
    lee.until("nothing waits", |screen| {
        screen.contains("● live ·") && screen.contains("queued 0")
    });
    let (acknowledged, sent) = load.stop();
    assert_eq!(server.counts(&typed), vec![1; typed.len()]);
    assert_eq!(server.counts(&acknowledged), vec![1; acknowledged.len()]);
    assert!(server.counts(&sent).iter().all(|n| *n <= 1), "none twice");
    let times = times(&server);
    assert!(times.is_sorted(), "the log runs backwards");
    let latest = times.last().unwrap();
    assert!(
        *latest > before + TimeDelta::hours(23),
        "the clock was not moved: {latest}"
    );
    println!(
        "{} settings, {} lines typed and {} of the load, each once",
        steps.len(),
        typed.len(),
        acknowledged.len()
    );
    server.stop();
    assert!(
        warroom::journal::verify_dir(&folder.path().join("data"))
            .unwrap()
            .is_whole()
    );
}
