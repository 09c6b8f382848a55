//! Nags and catching up between consoles in pseudo-terminals: one puts a nag off and the other sees by
//! whom; one that was cut off is told what changed.

use crate::support::terminal::{Served, Terminal, verb};
use std::net::SocketAddr;
use std::path::Path;

/// What the header says once the incident is here.
const JOINED: &str = "● live ·";

fn start(server: SocketAddr, name: &str, home: &Path, size: (u16, u16)) -> Terminal {
    let url = format!("ws://{server}");
    let join = ["--name", name, "join", &url, "--incident", "INC-1"];
    Terminal::run(&join, &home.join(name), &[], size)
}

#[test]
fn a_nag_is_put_off_for_everyone_and_who_was_away_catches_up() {
    let folder = tempfile::tempdir().unwrap();
    let (data, home) = (folder.path().join("data"), folder.path().join("home"));
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = Served::start(&data, any_port);
    verb(server.address, &home, &["declare", "Checkout 500s"]);
    // Eight asks on one person are one too many at once: no clock has to be waited for.
    for n in 1..=8 {
        let what = format!("look at pod {n}");
        verb(server.address, &home, &["ask", "INC-1", "@bo", &what]);
    }
    let mut maya = start(server.address, "maya", &home, (200, 50));
    let mut kim = start(server.address, "kim", &home, (80, 24));
    for console in [&mut maya, &mut kim] {
        console.shows(JOINED);
        console.until("the nag", |screen| screen.contains("bo has 8 open asks"));
    }
    kim.press("i/snooze asks 30m");
    kim.shows("put off until");
    kim.press("\r");
    maya.shows("put off by kim until");
    kim.shows("put off: too many asks on one person");

    // Whoever leaves and comes back is told how much is new, and one key says what.
    kim.press("\u{1b}\u{1b}q");
    assert!(kim.ended().0);
    maya.press("i/claim ic\r");
    maya.shows("IC     maya");
    maya.press("/decision roll back 4f2a\r");
    maya.shows("decision: roll back 4f2a");
    let mut kim = start(server.address, "kim", &home, (80, 24));
    // Their own snooze may count too: they left as soon as it was on the screen.
    kim.shows("events since");
    kim.press("C");
    kim.shows("What changed since");
    kim.shows("roll back 4f2a");
    kim.shows("claimed Incident Commander");
    kim.press("\u{1b}");
    kim.until("closed", |screen| !screen.contains("What changed since"));

    // The same after a cut, of a console that stayed: meanwhile others wrote, at another address.
    let address = server.address;
    drop(server);
    kim.shows("stale since");
    let elsewhere = Served::start(&data, any_port);
    let note = ["note", "INC-1", "/finding the pool is full"];
    verb(elsewhere.address, &home, &note);
    drop(elsewhere);
    let _server = Served::start(&data, address);
    kim.shows("1 event since");
    kim.press("C");
    kim.shows("Findings");
}
