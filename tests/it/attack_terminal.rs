//! Hostile words in an incident, shown by the real program on a real terminal: of what it writes
//! there, nothing is theirs but text. (Every string that there is: `src/console/hostile_tests.rs`.)

use crate::support::server::http;
use crate::support::terminal::{Served, Terminal, verb};
use serde_json::json;

/// Sequences of every kind, each with a word by which it would be known again.
const EVIL: &str = "a\u{1b}]0;evil\u{7}b\u{1b}]52;c;ZXZpbA==\u{1b}\\c\u{1b}]8;;http://evil/\u{1b}\\d\
    \u{1b}]777;notify;evil;x\u{7}e\u{1b}Pevil\u{1b}\\f\u{1b}_evil\u{1b}\\g\u{1b}^evil\u{1b}\\h\u{1b}Xevil\u{1b}\\\
    i\u{1b}[7777;1Hj\u{1b}[7777mk\u{9b}7777ml\u{9d}0;evil\u{9c}m\u{202e}n\u{2066}o\u{200b}p\u{7}q\u{8}r\u{feff}s\u{1b}";

/// Nothing of the evil's is written as a control.
fn harmless(written: &[u8], about: &str) {
    let text = String::from_utf8_lossy(written);
    let odd = |c: char| matches!(c, '\u{80}'..='\u{9f}' | '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    assert!(
        !text.contains(odd),
        "{about}: {:?}",
        text.chars().find(|c| odd(*c))
    );
    for (at, _) in text.match_indices('\u{1b}') {
        let sequence: String = text[at + 1..].chars().take(60).collect();
        let end = sequence
            .find(['\u{7}', '\u{1b}', '\n'])
            .unwrap_or(sequence.len());
        let own = &sequence[..end];
        let string = own.starts_with([']', 'P', '_', '^', 'X']);
        assert!(
            !string || !(own.contains("evil") || own.contains("ZXZpbA")),
            "{about}: {own:?}"
        );
        assert!(!own.starts_with("[7777"), "{about}: {own:?}");
    }
}

#[test]
fn hostile_words_are_text_on_the_console_and_on_the_command_line() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let server = Served::start(&home.join("data"), "127.0.0.1:0".parse().unwrap());
    let address = server.address;
    let say = |arguments: &[&str]| verb(address, home, arguments);
    say(&["declare", &format!("title {EVIL}")]);
    say(&["note", "INC-1", "--plain", &format!("note {EVIL}")]);
    say(&["note", "INC-1", &format!("/decision decide {EVIL}")]);
    say(&["note", "INC-1", &format!("/ask @lee 10m ask {EVIL}")]);
    say(&["note", "INC-1", &format!("TODO: item {EVIL}")]);
    say(&["note", "INC-1", &format!("/impact impact {EVIL}")]);
    let alert = json!({"version": "4", "groupKey": EVIL, "alerts": [{
        "status": "firing", "labels": {"alertname": format!("High {EVIL}"), "service": EVIL, "evil": EVIL},
        "annotations": {"summary": EVIL, "runbook_url": EVIL}, "startsAt": "2026-11-24T14:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z", "generatorURL": EVIL, "fingerprint": EVIL}]});
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let head = "POST /hooks/alertmanager HTTP/1.1\r\nHost: localhost";
    let sent = runtime.block_on(http(address, head, alert.to_string().as_bytes()));
    assert_eq!(sent.0, 200, "{}", sent.1);

    let mut console = Terminal::start(address, "lee", home, (120, 40));
    console.shows("title a");
    console.press("\t\r:search");
    console.shows("Search the timeline");
    harmless(console.written(), "the console");
    console.kill();
    let url = format!("ws://{address}");
    let board = ["--name", "lee", "join", &url];
    let mut console = Terminal::run(&board, home, &[], (120, 40));
    console.shows("INC-2");
    harmless(console.written(), "the console");
    console.kill();

    for arguments in [
        vec!["list"],
        vec!["show", "INC-1"],
        vec!["show", "INC-2"],
        vec!["note", "INC-99", EVIL],
        vec!["join", EVIL],
        vec!["config", "explain", EVIL],
    ] {
        let all = [&["--server", &url, "--name", "lee"], &arguments[..]].concat();
        let (_, written) = Terminal::run(&all, home, &[], (120, 40)).ended();
        assert!(!written.is_empty(), "{arguments:?} says something");
        harmless(&written, arguments[0]);
    }
}
