//! Secrets and private words where nobody looks at first: the report of a bug, what a console keeps
//! on disk, and files that an earlier program or a copy left open.

use crate::attack_secrets::{create, files, holds, serve};
use crate::support::cli::{House, text, warroom};
use crate::support::terminal::Terminal;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Words that nobody but the room may read.
const PRIVATE: &str = "zqcustomer";

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

/// Everything below these that is a file.
fn all(folders: &[PathBuf]) -> Vec<PathBuf> {
    let below = folders.iter().flat_map(|folder| files(folder));
    below.filter(|path| path.is_file()).collect()
}

/// Runs the program where the system gives it no more threads: what cannot do without one panics.
/// Nothing where calls cannot be tampered with here.
fn without_threads(program: &Command) -> Option<Output> {
    let inject = [
        "-f",
        "-o",
        "/dev/null",
        "-e",
        "inject=clone,clone3:error=EAGAIN",
    ];
    let mut traced = Command::new("strace");
    traced.args(inject).arg(program.get_program());
    traced.args(program.get_args()).env_clear();
    for (name, value) in program.get_envs() {
        if let Some(value) = value {
            traced.env(name, value);
        }
    }
    traced.env("PATH", std::env::var_os("PATH")?);
    let output = traced.stdin(Stdio::null()).output().ok()?;
    let refused = text(&output.stderr).starts_with("strace:");
    (!refused).then_some(output)
}

#[test]
fn the_report_of_a_bug_holds_no_token_and_nothing_that_was_written() {
    let house = House::open();
    let home = house.home.path();
    let token = create(home, "maya", "admin");
    let port = house.url.rsplit_once(':').unwrap().1;
    // By a name that must be looked up, on a thread of its own.
    let url = format!("ws://localhost:{port}");
    let declared = house
        .command(&["declare", "Checkout 500s"])
        .env("WARROOM_TOKEN", &token)
        .output();
    assert!(declared.unwrap().status.success());
    let note = format!("/private {PRIVATE}");
    // The server ends with a word where it gets no threads; the verb has nobody to ask.
    let note = ["note", "INC-1", &*note];
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    for (arguments, panics) in [(note, true), (serve, false)] {
        let mut program = warroom(home);
        program
            .args(arguments)
            .env("WARROOM_SERVER", &url)
            .env("WARROOM_TOKEN", &token)
            .env("WARROOM_DATA", home.join("another"))
            .env("WARROOM_LOG", "trace")
            .env("RUST_BACKTRACE", "full")
            .env("COLORBT_SHOW_HIDDEN", "1");
        let Some(output) = without_threads(&program) else {
            return crate::faults::skipped(
                "the report of a bug",
                "strace is not there, or may not trace",
            );
        };
        let said = text(&output.stderr);
        assert!(!output.status.success(), "{arguments:?}: {said}");
        assert_eq!(said.contains("This is a bug in warroom"), panics, "{said}");
        let hex = token.trim_start_matches("wr_");
        for secret in [hex, PRIVATE, "WARROOM_TOKEN"] {
            assert!(!said.contains(secret), "{arguments:?}: {said}");
            assert!(!text(&output.stdout).contains(secret), "{arguments:?}");
        }
    }
}

/// A console that types a private line, kills its server, types another and half of a third, and
/// is killed.
fn console(home: &Path, url: &str, token: &str, serving: impl FnOnce()) {
    let variables = [
        ("WARROOM_TOKEN", Path::new(token)),
        ("WARROOM_LOG", Path::new("trace")),
        ("WARROOM_STATE", &*home.join("state")),
        ("WARROOM_CONFIG", &*home.join("config.toml")),
        ("WARROOM_DATA", &*home.join("data")),
    ];
    let join = ["join", url, "--incident", "INC-1"];
    let mut console = Terminal::run(&join, home, &variables, (120, 40));
    console.shows("● live ·");
    console.press("i");
    console.shows("enter send");
    console.press(&format!("/private {PRIVATE} one\r"));
    console.shows(&format!("{PRIVATE} one"));
    console.until("it was sent", |screen| screen.contains("queued 0"));
    serving();
    console.shows("stale since");
    console.press(&format!("/private {PRIVATE} two\r"));
    console.shows("1 queued");
    console.press(&format!("/private {PRIVATE} three"));
    let kept = || {
        let drafts = all(&[home.join("state/drafts")]);
        drafts.iter().any(|path| holds(path, "three"))
    };
    while !kept() {
        std::thread::yield_now();
    }
    console.kill();
}

#[test]
fn what_a_console_keeps_is_its_owners_alone_without_a_token_and_is_closed_where_it_was_open() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let token = create(home, "maya", "admin");
    let (serving, file) = serve(home, "127.0.0.1:0");
    let url = format!("ws://{}", file.address);
    let declared = warroom(home)
        .args(["declare", "Checkout 500s"])
        .env("WARROOM_SERVER", &url)
        .env("WARROOM_TOKEN", &token)
        .output();
    assert!(declared.unwrap().status.success());
    console(home, &url, &token, || drop(serving));

    let folders = [home.join("state"), home.join("data")];
    let kept = all(&folders);
    let hex = token.trim_start_matches("wr_");
    for part in ["outbox", "drafts", "history", "console.log"] {
        let beside = |path: &&PathBuf| path.display().to_string().contains(&format!("/{part}"));
        let there = kept.iter().find(beside);
        assert!(there.is_some(), "{part}: {kept:?}");
        if part != "console.log" {
            let words = kept.iter().filter(beside).any(|path| holds(path, PRIVATE));
            assert!(
                words,
                "{part} holds what was typed: the search below is one"
            );
        }
    }
    for path in &kept {
        let shown = path.display();
        assert_eq!(mode(path) & 0o077, 0, "{shown} is open to others");
        assert!(!holds(path, hex), "{shown} holds the token");
        let log = path.extension().is_some_and(|end| end == "log");
        assert!(
            !log || !holds(path, PRIVATE),
            "{shown} tells what was written"
        );
    }
    for folder in files(&home.join("state")) {
        assert!(
            !folder.is_dir() || mode(&folder) & 0o077 == 0,
            "{}",
            folder.display()
        );
    }

    // As a copy, or a program of long ago, may have left them.
    for path in &kept {
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    }
    // Under the address that it had, so that the console finds what is its own.
    let (serving, _) = serve(home, &file.address.to_string());
    let variables = [
        ("WARROOM_TOKEN", Path::new(&token)),
        ("WARROOM_STATE", &*home.join("state")),
        ("WARROOM_CONFIG", &*home.join("config.toml")),
        ("WARROOM_DATA", &*home.join("data")),
    ];
    let join = ["join", &url, "--incident", "INC-1"];
    let mut again = Terminal::run(&join, home, &variables, (120, 40));
    again.shows("● live ·");
    again.until("nothing waits", |screen| screen.contains("queued 0"));
    again.press("i");
    again.shows(&format!("{PRIVATE} three"));
    again.press(" back again\r");
    again.shows("three back again");
    again.kill();
    drop(serving);
    let mut open: Vec<PathBuf> = all(&folders);
    open.retain(|path| mode(path) & 0o077 != 0);
    assert!(open.is_empty(), "{open:?}");
    assert!(holds(&home.join("stderr"), "others could read this file"));
}
