//! The command line as a script sees it: the real binary, a cleared environment, a home of its
//! own. Here: what needs no server.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn warroom(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_warroom"));
    command
        .env_clear()
        .env("HOME", home)
        .env("USER", "kim")
        .env("TZ", "UTC")
        .env("COLUMNS", "80")
        .stdin(Stdio::null());
    command
}

fn run(home: &Path, args: &[&str]) -> Output {
    warroom(home).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn usage_is_exit_code_2_and_says_what_to_write() {
    let home = tempfile::tempdir().unwrap();
    for (args, says) in [
        (&["status", "INC-1", "fine"][..], "a status: investigating"),
        (&["severity", "INC-1", "9"], "a severity: 1, 2, 3 or 4"),
        (&["show", "42x"], "such as INC-42"),
        (&["timeline", "INC-1", "--since", "soon"], "write 14:02"),
        (&["declare"], "<TITLE>"),
        (&["list", "--server", "ftp://x"], "ws://HOST:PORT"),
        (
            &[
                "list",
                "--server",
                "ws://127.0.0.1:1",
                "--token-file",
                "/nowhere",
            ],
            "cannot be read",
        ),
    ] {
        let output = run(home.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {output:?}");
        assert!(text(&output.stderr).contains(says), "{args:?}: {output:?}");
        assert_eq!(text(&output.stdout), "", "{args:?}");
    }
}

#[test]
fn every_verb_explains_itself() {
    let home = tempfile::tempdir().unwrap();
    let all = text(&run(home.path(), &["--help"]).stdout);
    for verb in ["declare", "timeline", "export", "token", "runbook"] {
        assert!(all.contains(verb), "{all}");
        let help = run(home.path(), &[verb, "--help"]);
        assert!(help.status.success());
        assert!(text(&help.stdout).contains("Usage: warroom"), "{help:?}");
    }
}

#[test]
fn completions_and_the_manual_name_the_verbs() {
    let home = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let output = run(home.path(), &["completions", shell]);
        assert!(output.status.success() && text(&output.stdout).contains("timeline"));
    }
    assert!(text(&run(home.path(), &["man"]).stdout).contains(".TH warroom"));
    let dir = home.path().join("man");
    assert!(
        run(home.path(), &["man", "--dir", dir.to_str().unwrap()])
            .status
            .success()
    );
    assert!(dir.join("warroom-timeline.1").is_file());
}

#[test]
fn a_closed_pipe_is_no_error() {
    let home = tempfile::tempdir().unwrap();
    let mut child = warroom(home.path())
        .args(["completions", "zsh"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn a_token_is_made_listed_and_revoked() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let token = |args: &[&str]| {
        let all = [&["token", "--json", "--data", data.to_str().unwrap()], args].concat();
        let output = run(home.path(), &all);
        let lines = text(&output.stdout);
        let objects: Vec<Value> = lines
            .lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect();
        (output.status.code(), objects)
    };
    let (code, made) = token(&["create", "maya", "--level", "responder"]);
    assert_eq!(code, Some(0));
    assert!(made[0]["token"].as_str().unwrap().starts_with("wr_"));
    assert_eq!(token(&["create", "maya", "--level", "admin"]).0, Some(1));
    let (_, listed) = token(&["list"]);
    assert_eq!(listed[0]["level"], "responder");
    assert!(listed[0]["revoked_at"].is_null() && listed[0].get("token").is_none());
    assert_eq!(token(&["revoke", "maya"]).0, Some(0));
    assert!(token(&["list"]).1[0]["revoked_at"].is_string());
    assert_eq!(token(&["revoke", "bo"]).0, Some(1));
}
