//! An exported log, played in the console and written as a terminal recording.

use crate::support::story::{Story, declare};
use crate::support::terminal::Terminal;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use warroom::incident::*;
use warroom::journal::seal;

/// A log with a chain, a minute between its commands, some of it hostile to terminals.
fn exported(folder: &Path) -> (PathBuf, Vec<Event>) {
    let mut story = Story::new();
    story.act(
        "maya",
        declare("Checkout \u{1b}]0;owned\u{7}500s", Some(Severity::Sev1)),
    );
    for text in [
        "pods restart \u{1b}[2J\u{1b}[31m",
        "支払い 🔥 fails",
        "\u{202e}reversed",
        "rolled back",
    ] {
        story.act("lee", Intent::Note(NewNote::plain(text)));
    }
    let (mut prev, mut lines, mut events) = (Hash::GENESIS, String::new(), Vec::new());
    for (n, event) in story.events.iter().enumerate() {
        let mut event = event.clone();
        event.prev = prev;
        event.recorded_at += chrono::TimeDelta::minutes(i64::try_from(n).unwrap());
        event.occurred_at = event.recorded_at;
        let record = seal(event.clone()).unwrap();
        prev = record.hash();
        lines.push_str(record.json());
        lines.push('\n');
        events.push(event);
    }
    let path = folder.join("inc.jsonl");
    std::fs::write(&path, lines).unwrap();
    (path, events)
}

fn replay(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_warroom"))
        .arg("replay")
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .output()
        .unwrap()
}

/// The lines of a cast: when, and what is written.
fn frames(cast: &str) -> (serde_json::Value, Vec<(f64, String)>) {
    let mut lines = cast.lines();
    let head = serde_json::from_str(lines.next().unwrap()).unwrap();
    let frames = lines.map(|line| {
        let (when, kind, data): (f64, String, String) = serde_json::from_str(line).unwrap();
        assert_eq!(kind, "o");
        (when, data)
    });
    (head, frames.collect())
}

#[test]
fn a_cast_plays_back_to_what_the_console_shows_and_is_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let (log, _) = exported(folder.path());
    let (log, out) = (log.to_str().unwrap(), folder.path().join("out.cast"));
    let out_name = out.to_str().unwrap();
    let cast = [
        log,
        "--asciicast",
        out_name,
        "--width",
        "100",
        "--height",
        "30",
        "--speed",
        "10",
    ];
    let written = replay(folder.path(), &cast);
    assert!(written.status.success(), "{written:?}");
    let first = std::fs::read_to_string(&out).unwrap();
    assert!(replay(folder.path(), &cast).status.success());
    assert_eq!(
        first,
        std::fs::read_to_string(&out).unwrap(),
        "byte for byte"
    );

    let (head, frames) = frames(&first);
    assert_eq!(
        (&head["version"], &head["width"], &head["height"]),
        (&2.into(), &100.into(), &30.into())
    );
    assert!(!head["title"].as_str().unwrap().contains('\u{1b}'));
    assert!(
        frames.windows(2).all(|two| two[0].0 <= two[1].0),
        "in order"
    );
    let gap = frames.windows(2).map(|two| two[1].0 - two[0].0);
    assert!(
        gap.fold(0.0, f64::max) <= 2.0,
        "nothing lasts longer than the limit"
    );
    let size = |n| std::num::NonZero::new(n).unwrap();
    let mut screen = vt100::Parser::new(size(30), size(100), 0);
    let mut seen = Vec::new();
    for (_, data) in &frames {
        assert!(!data.contains("\u{1b}]0;"), "no title is set from outside");
        screen.process(data.as_bytes());
        seen.push(screen.screen().contents());
    }
    assert!(seen[1].contains("RECORDING") && !seen[1].contains("pods restart"));
    let last = seen.last().unwrap();
    for text in [
        "pods restart",
        "支払い 🔥 fails",
        "rolled back",
        "RECORDING",
    ] {
        assert!(last.contains(text), "{text}\n{last}");
    }
    assert!(!last.contains("\u{202e}"));
    insta::assert_snapshot!(last);
}

#[test]
fn a_cast_begins_where_it_is_told_to_and_is_as_long_as_its_speed_says() {
    let folder = tempfile::tempdir().unwrap();
    let (log, events) = exported(folder.path());
    let log = log.to_str().unwrap();
    let out = folder.path().join("out.cast");
    let out_name = out.to_str().unwrap();
    let lasts = |more: &[&str]| {
        let written = replay(
            folder.path(),
            &[&[log, "--asciicast", out_name], more].concat(),
        );
        assert!(written.status.success(), "{written:?}");
        let (_, frames) = frames(&std::fs::read_to_string(&out).unwrap());
        frames.last().unwrap().0
    };
    let span = (events.last().unwrap().recorded_at - events[0].recorded_at).num_seconds();
    let span = i32::try_from(span).map(f64::from).unwrap();
    assert!((lasts(&["--idle-limit", "10m"]) - span).abs() < 1.0);
    assert!((lasts(&["--idle-limit", "10m", "--speed", "60"]) - span / 60.0).abs() < 1.0);
    let later = events[events.len() - 2]
        .recorded_at
        .format("%H:%M")
        .to_string();
    assert!(lasts(&["--idle-limit", "10m", "--from", &later]) < span / 2.0);
}

#[test]
fn a_broken_log_is_played_up_to_the_break_which_is_said_and_other_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (log, events) = exported(folder.path());
    let text = std::fs::read_to_string(&log).unwrap();
    std::fs::write(&log, text.replace("rolled back", "did nothing")).unwrap();
    let log = log.to_str().unwrap();
    let out = folder.path().join("out.cast");
    let written = replay(folder.path(), &[log, "--asciicast", out.to_str().unwrap()]);
    assert!(written.status.success());
    let said = String::from_utf8_lossy(&written.stdout).into_owned();
    assert!(said.contains("broken at seq"), "{said}");
    let cast = std::fs::read_to_string(&out).unwrap();
    assert!(!cast.contains("did nothing") && cast.contains("reversed"));
    assert!(events.len() > 2);
    let other = folder.path().join("other");
    for bytes in [&b""[..], b"{}\n", b"\xff\xfe\x00", b"[1,2]"] {
        std::fs::write(&other, bytes).unwrap();
        let refused = replay(
            folder.path(),
            &[other.to_str().unwrap(), "--asciicast", "x.cast"],
        );
        assert!(!refused.status.success(), "{bytes:?}");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("warroom export --format jsonl"), "{said}");
    }
}

#[test]
fn a_recording_is_played_in_the_console_without_a_server_and_nothing_can_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let (log, _) = exported(folder.path());
    let log = log.to_str().unwrap();
    let play = ["replay", log, "--speed", "60"];
    let mut console = Terminal::run(&play, folder.path(), &[], (120, 40));
    console.shows("RECORDING");
    console.shows("rolled back");
    console.shows("This is the end of the log");
    console.press("[");
    console.until("a step back", |screen| {
        screen.contains("◀ RECORDING") && !screen.contains("rolled back")
    });
    console.press("i");
    console.shows("This is a recording");
    console.press("n");
    console.shows("rolled back");
    console.press("q");
    assert!(console.ended().0, "it ends well");
}
