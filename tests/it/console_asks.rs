//! Asks between consoles in pseudo-terminals: put, heard, acknowledged, given time, done, overdue.

use crate::support::server::Wire;
use crate::support::terminal::{Served, Terminal, verb};
use chrono::TimeDelta;
use std::net::SocketAddr;
use std::path::Path;
use warroom::clock::{Clock as _, SystemClock};
use warroom::incident::{Command, CommandId, Intent};

/// What the header says once the incident is here.
const JOINED: &str = "● live ·";
/// A bell, and then a notification of the desktop.
const RING: &[u8] = b"\x07\x1b]777;notify;warroom INC-1;";

fn any_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

fn count(console: &Terminal, bytes: &[u8]) -> usize {
    let all = console.written();
    all.windows(bytes.len())
        .filter(|found| *found == bytes)
        .count()
}

/// A console in a terminal that shows notifications.
fn start(server: SocketAddr, name: &str, home: &Path, size: (u16, u16)) -> Terminal {
    let url = format!("ws://{server}");
    let join = ["--name", name, "join", &url, "--incident", "INC-1"];
    let program = [("TERM_PROGRAM", Path::new("WezTerm"))];
    Terminal::run(&join, &home.join(name), &program, size)
}

#[test]
fn an_ask_goes_from_one_console_to_another_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let (data, home) = (folder.path().join("data"), folder.path().join("home"));
    let server = Served::start(&data, any_port());
    verb(server.address, &home, &["declare", "Checkout 500s"]);
    let mut maya = start(server.address, "maya", &home, (200, 50));
    let mut bo = start(server.address, "bo", &home, (80, 24));
    maya.shows(JOINED);
    bo.shows(JOINED);
    maya.shows("2 here");
    maya.press("i/claim ic\r");
    maya.shows("IC     maya");
    maya.press("/ask @bo 10m check web latency");
    maya.shows("ask bo, due ");
    maya.press("\r");
    maya.shows("1 bo     → check web latency");
    bo.shows("→ maya asks you");
    assert_eq!(count(&bo, RING), 1);
    assert_eq!(count(&bo, b"\x1b[22;2t\x1b]2;"), 1, "the title says so");
    assert_eq!(count(&maya, RING), 0, "it is not she who is called");

    // He comes back to a server that was killed, and is not called again.
    let server = server.kill_and_restart();
    bo.press("Y");
    maya.shows("1 bo     ✓ check web latency");
    bo.until("acknowledged", |screen| !screen.contains("asks you"));
    bo.press("2");
    bo.press("m");
    bo.shows("How much more ask 1 needs");
    bo.press("15m the graph is slow\r");
    maya.shows("+15m?");
    bo.shows("+15m?");
    maya.press("/answer 1 extend\r");
    maya.shows("gave bo 15 min more: check web latency");
    bo.until("the time is given", |screen| !screen.contains("+15m?"));
    bo.press("d");
    bo.shows("What came of ask 1");
    bo.press("latency is normal\r");
    maya.shows("done: check web latency (latency is normal)");
    assert_eq!(count(&bo, RING), 1);
    assert_eq!(
        count(&bo, b"\x1b]2;\x07\x1b[23;2t"),
        1,
        "the title is given back"
    );

    // What a script asks may hold anything: it does nothing to his terminal.
    let hostile = "look \u{1b}]0;owned\u{7}at \u{9d}0;owned\u{9c} this";
    verb(server.address, &home, &["ask", "INC-1", "@bo", hostile]);
    bo.shows("→ lee asks you");
    assert_eq!(count(&bo, RING), 2);
    for owned in ["\u{1b}]0;owned", "\u{9d}0;owned"] {
        assert_eq!(count(&bo, owned.as_bytes()), 0, "{owned:?}");
    }
}

/// `ask` would be overdue in a minute at the earliest: it is noted as said two minutes ago.
async fn overdue(server: SocketAddr) {
    let mut wire = Wire::connect(server, None).await;
    wire.hello("maya", false).await;
    let intent = serde_json::json!({"do": "note_ask", "to": "zoe", "minutes": 1,
        "text": "call the bank"});
    let command = Command {
        id: CommandId(uuid::Uuid::now_v7()),
        written_at: SystemClock.now() - TimeDelta::minutes(2),
        intent: serde_json::from_value::<Intent>(intent).unwrap(),
    };
    wire.submit(Some(1), &command).await.unwrap();
}

#[tokio::test]
async fn an_overdue_ask_is_on_every_screen_and_is_closed_for_someone_who_is_not_here() {
    let folder = tempfile::tempdir().unwrap();
    let (data, home) = (folder.path().join("data"), folder.path().join("home"));
    let server = Served::start(&data, any_port());
    verb(server.address, &home, &["declare", "Checkout 500s"]);
    let mut lee = start(server.address, "lee", &home, (120, 40));
    let mut ana = start(server.address, "ana", &home, (80, 24));
    lee.shows(JOINED);
    ana.shows(JOINED);
    lee.press("i/claim scribe\r");
    lee.shows("Scribe lee");
    overdue(server.address).await;
    for screen in [&mut lee, &mut ana] {
        screen.shows("zoe OVERDUE 01:0");
    }
    lee.press("/answer 1 done the bank sees nothing\r");
    for screen in [&mut lee, &mut ana] {
        screen.until("no longer overdue", |shown| !shown.contains("OVERDUE"));
        screen.shows("done for zoe: call the bank (the bank sees nothing)");
    }
}
