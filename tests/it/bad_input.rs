//! Bad input, as someone meets it who runs the program: each says what happened, what it means where
//! that is not plain, and what to do; and nothing is lost. (The wire's own is in `server_doors` and
//! `server_edges`, each mistake of a configuration in `config`.)

use crate::support::cli::{House, text, warroom};
use crate::support::terminal::Terminal;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::atomic::Ordering;

/// A report as it must be: the code, what happened, and what to do.
fn says(output: &Output, code: i32, happened: &str, to_do: &str) {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    // A server may have written to its log before.
    let (_, report) = said.split_once("error: ").expect(&said);
    let (what, instead) = report.split_once("hint: ").expect(&said);
    assert!(what.contains(happened), "{said}");
    assert!(instead.contains(to_do), "{said}");
}

fn run(home: &Path, arguments: &[&str]) -> Output {
    warroom(home).args(arguments).output().unwrap()
}

/// A home with a journal of 40 notes, and the journal's file.
fn journal() -> (PathBuf, PathBuf) {
    let house = House::open();
    house.ok(&["declare", "Checkout 500s"]);
    let long = "x".repeat(2_000);
    for _ in 0..20 {
        house.ok(&["note", "INC-1", "--plain", &long]);
    }
    let home = house.close();
    let file = home.join("data/journal.db");
    (home, file)
}

#[test]
fn a_journal_that_is_none_cut_short_or_of_a_later_version_is_named_and_left_alone() {
    let (home, file) = journal();
    let whole = std::fs::read(&file).unwrap();
    let mut newer = whole.clone();
    // SQLite's user_version, in which the schema's version stands.
    newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
    let cut = whole[..whole.len() - 5_000].to_vec();
    let cases = [
        (
            b"a letter to the editor, of some length".to_vec(),
            2,
            "is not a journal",
            "move the file away",
        ),
        (Vec::new(), 70, "it is empty", "backup"),
        (cut.clone(), 70, "its end is missing", "backup"),
        (newer, 70, "a later version", "newer warroom"),
    ];
    for (bytes, code, happened, to_do) in &cases {
        std::fs::write(&file, bytes).unwrap();
        says(
            &run(&home, &["serve", "--listen", "127.0.0.1:0"]),
            *code,
            happened,
            to_do,
        );
        // A verb that would start a server is told at once what that one said.
        let list = run(&home, &["list", "--timeout", "60s"]);
        says(&list, *code, happened, "server.log");
        assert!(text(&list.stderr).contains("Nothing was sent."), "{list:?}");
        assert_eq!(&std::fs::read(&file).unwrap(), bytes, "it is left alone");
    }
    std::fs::write(&file, &cut).unwrap();
    let verified = run(&home, &["verify"]);
    says(&verified, 1, "is broken in", "backup");
    let places = text(&verified.stdout);
    assert!(places.contains("INC-1 breaks at seq "), "{places}");
    assert!(places.contains("its end is missing"), "{places}");
    std::fs::write(&file, &whole).unwrap();
    assert!(text(&run(&home, &["verify"]).stdout).contains("21 events, all whole"));
    std::fs::remove_dir_all(home).unwrap();
}

#[test]
fn a_data_directory_that_cannot_be_used_is_named() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    let below = file.join("data");
    let data = below.to_str().unwrap();
    let serve = run(
        home.path(),
        &["serve", "--listen", "127.0.0.1:0", "--data", data],
    );
    says(
        &serve,
        70,
        "cannot be used, so nothing could be recorded",
        "--data",
    );
    let create = ["token", "create", "x", "--level", "admin", "--data", data];
    says(&run(home.path(), &create), 70, "cannot be made", "--data");
    says(
        &run(home.path(), &["verify", "--data", data]),
        2,
        "There is no journal",
        "--data",
    );
}

/// Only who is not root is kept out by a directory's mode.
#[cfg(unix)]
#[test]
fn a_data_directory_that_may_not_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o500)).unwrap();
    if tempfile::tempfile_in(&data).is_ok() {
        eprintln!("SKIPPED: this user may write everywhere");
        return;
    }
    let serve = run(home.path(), &["serve", "--listen", "127.0.0.1:0"]);
    says(
        &serve,
        70,
        "cannot be used, so nothing could be recorded",
        "may write there",
    );
}

#[test]
fn relative_places_are_those_of_the_caller_also_for_a_server_that_is_started() {
    let home = tempfile::tempdir().unwrap();
    let here = |arguments: &[&str]| {
        let mut command = warroom(home.path());
        command
            .env("WARROOM_DATA", "some/data")
            .env("WARROOM_STATE", "some/state");
        command
            .current_dir(home.path())
            .args(arguments)
            .output()
            .unwrap()
    };
    let listed = here(&["list", "--timeout", "60s"]);
    assert!(listed.status.success(), "{listed:?}");
    assert!(home.path().join("some/data/journal.db").is_file());
    assert!(home.path().join("some/state/server.log").is_file());
    assert!(here(&["serve", "--stop"]).status.success());
}

#[test]
fn wrong_missing_and_revoked_tokens_are_told_apart_with_what_to_do() {
    let house = House::open();
    house.ok(&["token", "create", "maya", "--level", "responder"]);
    let revoked = house.ok(&["token", "create", "bo", "--level", "responder"]);
    house.ok(&["token", "revoke", "bo"]);
    let ingest = house.ok(&["token", "create", "am", "--level", "ingest"]);
    for (token, happened, to_do) in [
        (
            "",
            "wants a token, and none was sent",
            "--token-file or WARROOM_TOKEN",
        ),
        ("wr_wrong", "not one that this server knows", "copied whole"),
        (revoked.trim(), "was revoked", "Ask an admin"),
        (ingest.trim(), "may only hand in alerts", "level responder"),
        (
            "two\nlines",
            "characters that no token has",
            "Copy it again",
        ),
    ] {
        let mut command = house.command(&["list"]);
        let refused = command.env("WARROOM_TOKEN", token).output().unwrap();
        says(&refused, 1, happened, to_do);
        assert!(
            text(&refused.stderr).contains("means: Nothing was sent."),
            "{refused:?}"
        );
    }
}

#[test]
fn a_list_of_tokens_that_is_none_lets_nobody_in() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("data")).unwrap();
    std::fs::write(home.path().join("data/tokens.json"), "{").unwrap();
    for verb in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["token", "list"],
    ] {
        says(
            &run(home.path(), verb),
            70,
            "is not a list of tokens",
            "backup",
        );
    }
}

#[test]
fn what_a_server_may_not_do_is_said_with_the_way_that_it_may() {
    let home = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (arguments, code, happened, to_do) in [
        (
            &["--listen", "0.0.0.0:0"][..],
            2,
            "not a loopback address, and without TLS",
            "--insecure",
        ),
        (
            &["--listen", "0.0.0.0:0", "--insecure"],
            2,
            "there is no token yet",
            "token create",
        ),
        (&["--listen", &taken], 70, "Cannot listen on", "--listen"),
        (
            &[
                "--listen",
                "127.0.0.1:0",
                "--tls-cert",
                "none.pem",
                "--tls-key",
                "none.pem",
            ],
            2,
            "none.pem",
            "PEM files",
        ),
    ] {
        let arguments = [&["serve"], arguments].concat();
        says(&run(home.path(), &arguments), code, happened, to_do);
    }
    let portless = run(home.path(), &["serve", "--listen", "127.0.0.1"]);
    assert_eq!(portless.status.code(), Some(2));
    assert!(
        text(&portless.stderr).contains("write 127.0.0.1:7911"),
        "{portless:?}"
    );
}

#[test]
fn names_that_a_configuration_has_wrong_are_shown_in_their_line() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    for (key, name, meant) in [
        ("theme", "drak", "did you mean `dark`?"),
        ("layout", "scrib", "did you mean `scribe`?"),
        ("zone", "Europe/Berln", "did you mean `Europe/Berlin`?"),
    ] {
        std::fs::write(&config, format!("[client]\n{key} = \"{name}\"\n")).unwrap();
        let checked = run(home.path(), &["config", "check"]);
        says(&checked, 2, meant, "warroom config check");
        let said = text(&checked.stderr);
        assert!(
            said.contains("config.toml:2:") && said.contains(name),
            "{said}"
        );
    }
    // A theme does not matter to a script.
    std::fs::write(&config, "[client]\ntheme = \"drak\"\n").unwrap();
    let nobody = ["list", "--server", "ws://127.0.0.1:1"];
    assert_eq!(run(home.path(), &nobody).status.code(), Some(3));
}

#[test]
fn a_keymap_with_unknown_names_is_shown_line_by_line() {
    let home = tempfile::tempdir().unwrap();
    let (config, keys) = (
        home.path().join("config.toml"),
        home.path().join("keys.toml"),
    );
    std::fs::write(&config, "[client]\nkeymap = \"keys.toml\"\n").unwrap();
    says(
        &run(home.path(), &["config", "check"]),
        2,
        "There is no keymap",
        "`keymap` in [client]",
    );
    std::fs::write(&keys, "[board]\n\"y\" = \"amnd\"\n[bord]\n").unwrap();
    let checked = run(home.path(), &["config", "check"]);
    says(&checked, 2, "there is no action `amnd`", "usual keys");
    says(&checked, 2, "there is no context `bord`", "usual keys");
    let said = text(&checked.stderr);
    for shown in [
        "keys.toml:2:7",
        "did you mean `amend`?",
        "keys.toml:3:2",
        "did you mean `board`?",
    ] {
        assert!(said.contains(shown), "{said}");
    }
    std::fs::write(&keys, "[board]\n\"y\" = \"amend\"\n").unwrap();
    assert!(run(home.path(), &["config", "check"]).status.success());
}

/// In a terminal: it ends before the screen is taken, so that what it says can be read.
#[test]
fn a_console_with_a_wrong_theme_or_keymap_says_so_and_leaves_the_screen_alone() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    std::fs::write(home.path().join("keys.toml"), "[board]\n\"y\" = \"amnd\"\n").unwrap();
    for (line, says) in [
        ("theme = \"drak\"", "did you mean `dark`?"),
        ("keymap = \"keys.toml\"", "did you mean `amend`?"),
    ] {
        std::fs::write(&config, format!("[client]\n{line}\n")).unwrap();
        let console = ["join", "ws://127.0.0.1:1"];
        let here = [("WARROOM_CONFIG", &*config)];
        let console = Terminal::run(&console, home.path(), &here, (120, 40));
        let (well, raw) = console.ended();
        let raw = String::from_utf8_lossy(&raw).into_owned();
        assert!(!well && raw.contains(says), "{raw}");
        assert!(!raw.contains("\u{1b}[?1049h"), "{raw}");
    }
}

#[test]
fn a_terminal_of_ten_by_three_says_what_is_needed_and_loses_nothing() {
    let house = House::open();
    house.ok(&["declare", "Checkout 500s"]);
    for size in [(10, 3), (1, 1), (59, 15)] {
        let join = ["join", &house.url, "--incident", "INC-1"];
        let mut console = Terminal::run(&join, house.home.path(), &[], size);
        if size == (1, 1) {
            console.until("a sign", |screen| !screen.trim().is_empty());
        } else {
            console.shows("needs 60");
        }
        console.press("q");
        let (well, _) = console.ended();
        assert!(well, "{size:?}");
    }
}

/// A verb is told at once; it does not wait for room as a console does.
#[tokio::test]
async fn a_full_disk_is_said_to_a_verb_which_may_be_run_again() {
    let house = crate::support::server::House::open().await;
    house.client("maya").await.declare("a").await;
    let home = tempfile::tempdir().unwrap();
    let url = format!("ws://{}", house.address);
    let note = async || {
        let mut command = warroom(home.path());
        let id = "01936b2e-0000-7000-8000-000000000001";
        command.args(["note", "INC-1", "seen", "--timeout", "60s", "--id", id]);
        command.env("WARROOM_SERVER", &url);
        let run = move || command.output().unwrap();
        tokio::task::spawn_blocking(run).await.unwrap()
    };
    house.ledger.full.store(true, Ordering::SeqCst);
    says(
        &note().await,
        1,
        "the disk that holds the journal is full",
        "again",
    );
    house.ledger.full.store(false, Ordering::SeqCst);
    for _ in 0..2 {
        let noted = note().await;
        assert!(noted.status.success(), "{noted:?}");
    }
    assert_eq!(house.ledger.log(1).len(), 2);
}
