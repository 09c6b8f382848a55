//! A decision put to the room by one console, objected to by another, over the server's death.

use crate::support::terminal::{Served, Terminal, verb};
use std::net::SocketAddr;

const JOINED: &str = "● live ·";

#[test]
fn a_proposal_is_decided_unless_someone_objects_also_over_a_restart() {
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
    maya.press("/propose roll back 4f2a by @bo");
    maya.shows("proposal, bo would do it");
    maya.press("\r");
    ana.shows("◆ maya proposes 00:");
    ana.press("O");
    ana.shows("Why proposal 1 should not go ahead");
    ana.press("it drops the index\r");
    maya.shows("objects: roll back 4f2a (it drops the index)");
    // The window ends while no server runs, or after; the next one closes it.
    let server = server.kill_and_restart();
    maya.shows("not decided: roll back 4f2a · an objection of ana (it drops the index)");
    maya.press("/proposal 1 decide it is rebuilt\r");
    ana.shows("roll back 4f2a · proposed by maya");
    let log = verb(server.address, &home, &["timeline", "INC-1", "--json"]);
    assert_eq!(log.matches("not decided: ").count(), 1, "{log}");
    assert_eq!(log.matches("roll back 4f2a · proposed by maya").count(), 1);
    assert_eq!(log.matches("verify: roll back 4f2a").count(), 1);
}
