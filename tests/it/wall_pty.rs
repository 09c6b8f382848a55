//! The wall in a real terminal: nothing typed on it writes, it comes back by itself from whatever ends
//! its server, and between two incidents it is never blank.

use crate::support::terminal::{Served, Terminal, verb};
use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::Path;

const SIZE: (u16, u16) = (120, 34);
/// What the foot of a wall on duty says.
const ON_DUTY: &str = "ctrl+c leaves";
/// The word in large letters, row by row.
const STALE: [&str; 3] = [
    "▄▀▀▀▀ ▀▀█▀▀ ▄▀▀▀▄ █     █▀▀▀▀",
    "▀▀▀▄   █   █▄▄▄█ █     █▀▀▀",
    "▄▄▄▄▀   █   █   █ █▄▄▄▄ █▄▄▄▄",
];
/// A row of `SEV1` in large letters.
const SEV1: &str = "▄▀▀▀▀ █▀▀▀▀ █   █  ▄█";

fn any_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

fn hang(server: SocketAddr, home: &Path, more: &[&str]) -> Terminal {
    let url = format!("ws://{server}");
    let watch = [&["watch", &url, "--layout", "wall", "--zone", "utc"], more].concat();
    Terminal::run(&watch, &home.join("wall"), &[], SIZE)
}

/// Every key that a terminal sends, but for those that leave and the layouts.
fn keys() -> String {
    let typed = (' '..='~').filter(|key| !"qL?".contains(*key));
    let control = ('\u{1}'..='\u{1a}').filter(|key| *key != '\u{3}');
    let escapes = [
        "[A",
        "[B",
        "[C",
        "[D",
        "[H",
        "[F",
        "[2~",
        "[3~",
        "[5~",
        "[6~",
        "[Z",
        "OS",
        "[18~",
        "[19~",
        "[20~",
        "[21~",
        "[23~",
        "[24~",
        "[1;5A",
        "[1;5C",
        "[200~a paste\r[201~",
        "[<0;10;10M",
        "[<0;10;10m",
    ];
    let escapes = escapes.iter().map(|rest| format!("\u{1b}{rest}"));
    let alt = ('a'..='z').map(|key| format!("\u{1b}{key}"));
    let each = typed.chain(control).map(String::from);
    each.chain(escapes).chain(alt).collect()
}

/// All that was typed is worked on: help, which comes last, is there.
fn settle(wall: &mut Terminal) {
    let help = "What keys do";
    wall.press("\u{1b}OP");
    wall.shows(help);
    wall.press("\u{1b}");
    wall.until("no help", |screen| !screen.contains(help));
}

#[test]
fn nothing_that_is_typed_on_a_wall_writes() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let server = Served::start(&folder.path().join("data"), any_port());
    let say = |words: &[&str]| verb(server.address, &home, words);
    say(&["declare", "Checkout 500s", "--severity", "1"]);
    say(&["ask", "INC-1", "@lee 10m look"]);
    let log = || {
        let logs = say(&["export", "INC-1", "--format", "jsonl"]);
        (logs, say(&["list", "--json"]))
    };
    let before = log();
    // The house has no tokens: it is the program that does not write, not the server that refuses.
    let mut wall = hang(server.address, &home, &["--name", "lee"]);
    wall.until("the incident", |screen| {
        screen.contains(SEV1) && screen.contains(ON_DUTY)
    });
    wall.press(&keys());
    wall.press("idrop everything\r");
    wall.press("\u{1b}[200~/sev 4\r\u{1b}[201~\r");
    settle(&mut wall);
    wall.until("the wall", |screen| {
        screen.contains(SEV1) && screen.contains(ON_DUTY)
    });
    assert_eq!(log(), before);
    // Nor in a layout with a composer, in which its keys go through it.
    wall.press("\u{1b}OR");
    wall.until("another layout", |screen| !screen.contains(ON_DUTY));
    wall.press("i/note drop everything\r");
    wall.press(":resolve\r\r\u{1b}\u{1b}");
    wall.press("\u{1b}OS");
    wall.until("the wall", |screen| {
        screen.contains(SEV1) && screen.contains(ON_DUTY)
    });
    assert_eq!(log(), before);
    say(&["note", "INC-1", "it still looks"]);
    wall.shows("it still looks");
}

#[test]
fn a_wall_says_large_that_it_is_stale_and_comes_back_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let (data, home) = (folder.path().join("data"), folder.path().join("home"));
    let server = Served::start(&data, any_port());
    let address = server.address;
    verb(
        address,
        &home,
        &["declare", "Checkout 500s", "--severity", "1"],
    );
    verb(
        address,
        &home,
        &["update", "INC-1", "We look.", "--next", "15m"],
    );
    let mut wall = hang(address, &home, &[]);
    let mut server = server;
    for round in 0..2 {
        wall.until("live", |screen| {
            screen.contains("● live") && !screen.contains("this screen shows")
        });
        drop(server);
        wall.until("STALE, large", |screen| {
            STALE.iter().all(|row| screen.contains(row))
        });
        wall.until("of when it is", |screen| {
            let what = ["this screen shows", "as of", "stale since", "(internal)"];
            what.iter().all(|what| screen.contains(what)) && screen.contains(SEV1)
        });
        server = Served::start(&data, address);
        wall.until("live again", |screen| {
            screen.contains("● live") && !screen.contains("this screen shows")
        });
        let words = format!("written after the restart {round}");
        verb(address, &home, &["note", "INC-1", &words]);
        wall.shows(&words);
    }
}

#[test]
fn between_two_incidents_a_wall_is_never_blank() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let server = Served::start(&folder.path().join("data"), any_port());
    for title in ["Checkout 500s", "Mails are late"] {
        verb(
            server.address,
            &home,
            &["declare", title, "--severity", "1"],
        );
    }
    let mut wall = hang(server.address, &home, &["--rotate", "5s"]);
    wall.until("the first", |screen| screen.contains("● live"));
    let shown = RefCell::new(Vec::new());
    wall.until("each in turn", |screen| {
        assert!(
            !screen.contains("on its way") && !screen.contains("ALL QUIET"),
            "{screen}"
        );
        // The incident that is shown stands where the connection is told.
        let head = screen.lines().find(|line| line.contains("● live"));
        let names = head.map(|line| ["INC-1", "INC-2"].map(|name| line.contains(name)));
        let mut shown = shown.borrow_mut();
        match names {
            Some([true, false]) if shown.last() != Some(&1) => shown.push(1),
            Some([false, true]) if shown.last() != Some(&2) => shown.push(2),
            _ => {}
        }
        shown.len() >= 3
    });
}
