//! A process that stands still for a while, as on a machine that swaps or is moved, and goes on.
//!
//! `WARROOM_STOP_SECONDS` says how long: beyond 20 s the console has given the server up meanwhile,
//! beyond 40 s the server the console.

use super::lines::Load;
use super::process::Process;
use super::{lasts, setting};
use crate::support::terminal::Terminal;
use std::path::Path;
use std::time::Duration;
use warroom::client::link::GIVE_UP_AFTER;

const JOINED: &str = "● live ·";

fn span() -> Duration {
    Duration::from_secs(setting("WARROOM_STOP_SECONDS", 2))
}

/// A server with an incident, and a console that is on it.
fn server_and_console(folder: &Path) -> (Process, Terminal) {
    let server = Process::start(folder);
    server.ok(&["declare", "Checkout 500s"]);
    let mut lee = Terminal::start(server.address(), "lee", &folder.join("lee"), (120, 40));
    lee.shows(JOINED);
    (server, lee)
}

#[test]
fn a_server_that_stood_still_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (server, mut lee) = server_and_console(folder.path());
    lee.press("i");
    server.signal("STOP");
    let lines: Vec<String> = (0..3)
        .map(|n| format!("while it stood still {n}"))
        .collect();
    for line in &lines {
        lee.press(&format!("{line}\r"));
    }
    lee.shows("queued 3");
    lasts(span());
    if span() > GIVE_UP_AFTER {
        lee.shows("stale since");
    }
    server.signal("CONT");
    lee.until("nothing waits any more", |screen| {
        screen.contains(JOINED) && screen.contains("queued 0")
    });
    assert_eq!(server.counts(&lines), [1, 1, 1]);
}

#[test]
fn a_console_that_stood_still_catches_up_and_slows_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (server, mut lee) = server_and_console(folder.path());
    lee.signal("STOP");
    let load = Load::on(server.address(), 4);
    lasts(span());
    let (acknowledged, _) = load.stop();
    assert!(!acknowledged.is_empty(), "the others write on");
    server.ok(&["note", "INC-1", "the last of them"]);
    lee.signal("CONT");
    lee.shows("the last of them");
    lee.press("i");
    lee.press("back again\r");
    lee.shows("lee: back again");
    lee.until("nothing waits any more", |screen| {
        screen.contains(JOINED) && screen.contains("queued 0")
    });
    assert_eq!(server.counts(&["back again".to_owned()]), [1]);
    println!("{} events meanwhile", acknowledged.len());
}
