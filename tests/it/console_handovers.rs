//! A role goes from one console to another, over the server's death: offered, briefed, accepted, and
//! announced on both.

use crate::support::terminal::{Served, Terminal, verb};
use std::net::SocketAddr;

const JOINED: &str = "● live ·";

#[test]
fn a_role_is_offered_briefed_and_accepted_also_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (data, home) = (folder.path().join("data"), folder.path().join("home"));
    let server = Served::start(&data, SocketAddr::from(([127, 0, 0, 1], 0)));
    verb(server.address, &home, &["declare", "Checkout 500s"]);
    let mut maya = Terminal::start(server.address, "maya", &home.join("maya"), (200, 50));
    let mut ana = Terminal::start(server.address, "ana", &home.join("ana"), (80, 24));
    maya.shows(JOINED);
    ana.shows(JOINED);
    maya.press("i/claim ic\r");
    maya.shows("IC     maya");
    maya.press("/hypothesis the pool is too small\r");
    maya.shows("H1 ◔ the pool is too small");
    maya.press("/handover ic @ana rollback is at step 4");
    maya.shows("offer Incident Commander to ana, who has it once they accept");
    maya.press("\r");
    // The brief comes by itself, and a disconnect changes nothing.
    ana.shows("Brief: Incident Commander, from maya");
    ana.shows("rollback is at step 4");
    let server = server.kill_and_restart();
    ana.press("accept");
    ana.shows("Read all of it first");
    for _ in 0..4 {
        ana.press("\r");
    }
    ana.shows("You take over?");
    maya.shows("→ ana read");
    ana.press("accept\r");
    ana.shows("You have Incident Commander now, from maya");
    maya.shows("ana has Incident Commander now, from maya");
    maya.shows("IC     ana");
    let log = verb(server.address, &home, &["timeline", "INC-1", "--json"]);
    let count = |text: &str| log.matches(text).count();
    assert_eq!(count("offered Incident Commander to ana"), 1, "{log}");
    assert_eq!(count("read the brief of Incident Commander"), 1);
    assert_eq!(count("accepted Incident Commander from maya"), 1);
    assert_eq!(count("Incident Commander: maya → ana"), 1);
}
