//! `warroom config explain`: what the rules say about an alert, by the configuration alone.

use crate::support::cli::{text, warroom};
use serde_json::Value;
use std::io::Write as _;
use std::process::{Output, Stdio};
use tempfile::TempDir;

const CONFIG: &str = r#"
[[alerts.rules]]
name = "noise"
match = { severity = ["info", "none"] }
action = "drop"

[[alerts.rules]]
name = "pods"
match = { alertname = "Pod*" }
action = "attach"
group_by = ["service"]

[[alerts.rules]]
name = "checkout"
match = { service = "checkout" }
group_by = ["service"]
window = { kind = "fixed", length = "30m" }
severity = "SEV2"

[[alerts.maintenance]]
name = "move"
match = { service = "check*" }
weekly = { days = ["sat"], from = "22:00", to = "02:00", zone = "Europe/Berlin" }

[hooks.pager]
kind = "generic"
secret_env = "PAGER"
fields = { name = "/title", service = "/service" }
"#;

const HIGH: &str = r#"{
  "labels": {"alertname": "High", "service": "checkout", "severity": "page"},
  "startsAt": "2026-11-28T21:10:00Z", "fingerprint": "f00d"
}"#;

fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("config.toml"), CONFIG).unwrap();
    home
}

fn explain(home: &TempDir, arguments: &[&str], body: &str) -> Output {
    let mut command = warroom(home.path());
    let mut child = command
        .args(["config", "explain", "-"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may have refused its arguments without reading.
    let _ = child.stdin.take().unwrap().write_all(body.as_bytes());
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    text(&output.stdout)
}

#[test]
fn it_says_which_rule_takes_an_alert_and_why() {
    let home = home();
    let friday = explain(&home, &["--at", "2026-11-27T21:30:00Z"], HIGH);
    insta::assert_snapshot!(said(&friday), @r#"
    High on checkout, firing since 2026-11-28 21:10:00 UTC
      asked at      2026-11-27 21:30:00 UTC
      maintenance   move: no, it does not go on now
      rules         1 noise: no, severity is "page", not "info" or "none"
                    2 pods: no, alertname is "High", not "Pod*"
                    3 checkout: takes it, service is "checkout"
      group         service="checkout"
      window        fixed 30m
      the alert     joins the newest open incident that agrees with it in its group and had its first alert less than 30m ago; without one it opens an incident in triage as SEV2
      duplicates    f00d: a report of the same fingerprint, beginning and state changes nothing
      flapping      after more than 4 changes within 10m it counts as firing, and its changes are held back until it is quiet for 10m
    "#);
    // The same question has the same answer.
    let again = explain(&home, &["--at", "2026-11-27T21:30:00Z"], HIGH);
    assert_eq!(said(&again), said(&friday));
    let saturday = explain(&home, &["--at", "2026-11-29T00:59:59Z"], HIGH);
    let saturday = said(&saturday);
    assert!(
        saturday.contains("move: holds, it goes on now, until 2026-11-29 01:00:00 UTC"),
        "{saturday}"
    );
    assert!(
        saturday.contains("held back by the maintenance"),
        "{saturday}"
    );
    assert!(!home.path().join("data").exists(), "no server was needed");
}

#[test]
fn each_outcome_has_its_word() {
    let home = home();
    let would = |labels: &str, more: &str| {
        let body = format!("{{\"labels\": {{{labels}}}{more}}}");
        let output = explain(&home, &["--json", "--at", "2026-11-27T12:00:00Z"], &body);
        let object: Value = serde_json::from_str(&said(&output)).unwrap();
        format!("{} by {}", object["would"], object["rule"])
    };
    let page = r#""alertname": "High", "severity": "page""#;
    assert_eq!(would(page, ""), r#""open" by null"#);
    assert_eq!(would(r#""severity": "none""#, ""), r#""drop" by "noise""#);
    assert_eq!(
        would(r#""alertname": "PodDown""#, ""),
        r#""attach" by "pods""#
    );
    let stopped = r#", "status": "resolved""#;
    assert_eq!(would(page, stopped), r#""end" by null"#);
    // Several alerts, and the body of a hook.
    let body = format!("[{HIGH}, {HIGH}]");
    let several = said(&explain(&home, &["--json"], &body));
    assert_eq!(several.lines().count(), 2);
    let webhook = format!(
        "{{\"version\": \"4\", \"alerts\": [{}]}}",
        HIGH.replace("\"labels\"", "\"status\": \"firing\", \"labels\"")
    );
    assert_eq!(
        said(&explain(&home, &["--json"], &webhook)).lines().count(),
        1
    );
    let hooked = explain(
        &home,
        &["--hook", "pager", "--json"],
        r#"{"title": "PodDown", "service": "a"}"#,
    );
    let hooked: Value = serde_json::from_str(&said(&hooked)).unwrap();
    assert_eq!(
        (&hooked["rule"], &hooked["group"]),
        (&"pods".into(), &"service=\"a\"".into())
    );
    assert!(
        hooked["duplicates"]
            .as_str()
            .unwrap()
            .contains("without times")
    );
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let home = home();
    let whole = "{\"labels\": {\"a\": \"b\"}}";
    for (arguments, body, says) in [
        (&[][..], "{\n  \"labels\": {,}\n}", "standard input:2:14"),
        (&[], "{\n  \"labels\": {}\n", "standard input:2"),
        (&[], "{\n  \"labels\": {\"a\": 1}\n}", "standard input:2:19"),
        (
            &[],
            "{\"labels\": {\"a\": \"b\"}, \"status\": \"on\"}",
            "firing or resolved",
        ),
        (&[], "{\"version\": \"3\", \"alerts\": []}", "version '3'"),
        (&[], "{\"labels\": {}}", "no labels"),
        (&[], "[]", "There is no alert"),
        (&["--hook", "pagre"], whole, "Did you mean pager?"),
        (&["--hook", "pager"], whole, "nothing at /title"),
        (
            &["--hook", "pager"],
            "{\n\"title\": }",
            "standard input:2:10",
        ),
        (&["--at", "soon"], whole, "it is not a time"),
    ] {
        let output = explain(&home, arguments, body);
        assert_eq!(output.status.code(), Some(2), "{body}: {output:?}");
        assert_eq!(text(&output.stdout), "", "{body}");
        let stderr = text(&output.stderr);
        assert!(stderr.contains(says), "{says} is not in: {stderr}");
    }
    let odd = explain(&home, &[], "{\"labels\": {\"service\": \"a\\u001b[31m\"}}");
    assert!(!said(&odd).contains('\u{1b}'));
    std::fs::write(home.path().join("config.toml"), "[alerts]\nrules = 1\n").unwrap();
    let output = explain(&home, &[], whole);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("config.toml:2:9"),
        "{output:?}"
    );
}
