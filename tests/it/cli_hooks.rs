//! Hooks of a configuration file, as `warroom serve` opens them: their secrets are read, and never
//! said again.

use crate::support::cli::{text, warroom};
use ring::hmac;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Output, Stdio};

const SECRET: &str = "hunter2-of-pagerduty";
const IN_ENV: &str = "hunter3-of-sentry";

const CONFIG: &str = r#"
[hooks.pager]
kind = "pagerduty"
secret_file = "pager.secret"

[hooks.errors]
kind = "sentry"
secret_env = "SENTRY_SECRET"
"#;

fn home(config: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("config.toml"), config).unwrap();
    home
}

fn serve(home: &Path) -> std::process::Command {
    let mut command = warroom(home);
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    command
}

fn refused(output: &Output, wanted: &[&str]) {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for wanted in wanted {
        assert!(said.contains(wanted), "{wanted:?} is not in: {said}");
    }
}

#[test]
fn a_server_does_not_start_without_the_secrets_of_its_hooks() {
    let house = home(CONFIG);
    let started = || {
        let mut command = serve(house.path());
        command.env("SENTRY_SECRET", IN_ENV).output().unwrap()
    };
    refused(
        &started(),
        &[
            "pager.secret cannot be read",
            "[hooks.pager]",
            "hint: Check that the file",
        ],
    );
    std::fs::write(house.path().join("pager.secret"), "\n").unwrap();
    refused(&started(), &["is empty"]);
    std::fs::write(house.path().join("pager.secret"), SECRET).unwrap();
    refused(
        &serve(house.path()).output().unwrap(),
        &[
            "SENTRY_SECRET does not hold a secret",
            "[hooks.errors]",
            "hint: Set it",
        ],
    );
    assert!(!house.path().join("data").exists(), "nothing was opened");

    let standard = home(
        "[hooks.io]\nkind = \"generic\"\nsecret_env = \"IO\"\nfields = { name = \"/n\" }\n\
         signature = { scheme = \"standard-webhooks\" }\n",
    );
    let output = serve(standard.path())
        .env("IO", "whsec_???")
        .output()
        .unwrap();
    refused(
        &output,
        &[
            "the environment variable IO",
            "no secret for this hook",
            "base64",
        ],
    );
    assert!(!text(&output.stderr).contains("whsec_???"));
}

/// Posts a body and gives the status of the answer.
fn post(address: &str, hook: &str, header: &str, body: &str) -> String {
    let mut socket = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        socket,
        "POST /hooks/{hook} HTTP/1.1\r\nHost: localhost\r\n{header}\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_secret_is_used_and_shown_nowhere() {
    let house = home(CONFIG);
    std::fs::write(house.path().join("pager.secret"), format!("{SECRET}\n")).unwrap();
    let mut serving = serve(house.path())
        .env("SENTRY_SECRET", IN_ENV)
        .env("WARROOM_LOG", "trace")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(serving.stderr.take().unwrap()).lines();
    let mut said = String::new();
    let url = loop {
        let line = lines.next().expect("where it listens").unwrap();
        said.push_str(&line);
        if let Some((_, url)) = line.split_once(" listens on ") {
            break url.to_owned();
        }
    };
    let rest = std::thread::spawn(move || lines.map(Result::unwrap_or_default).collect::<String>());

    let address = url.trim_start_matches("ws://");
    let body = r#"{"event": {"id": "1", "event_type": "pagey.ping", "data": {"type": "ping"}}}"#;
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let tag = hmac::sign(&key, body.as_bytes());
    let hex: String = tag
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let right = format!("X-PagerDuty-Signature: v1={hex}");
    let mut answers = post(address, "pager", &right, body);
    assert!(answers.starts_with("HTTP/1.1 200"), "{answers}");
    for header in [
        "X-PagerDuty-Signature: v1=00",
        "X: y",
        &format!("X-PagerDuty-Signature: {SECRET}"),
    ] {
        answers += &post(address, "pager", header, body);
    }
    answers += &post(address, "errors", "Sentry-Hook-Signature: 00", "{}");
    assert_eq!(answers.matches("HTTP/1.1 4").count(), 4, "{answers}");

    let run = |arguments: &[&str]| {
        let mut command = warroom(house.path());
        let command = command.args(arguments).env("SENTRY_SECRET", IN_ENV);
        let output = command.output().unwrap();
        text(&output.stdout) + &text(&output.stderr)
    };
    let shown = run(&["config", "show"]);
    assert!(
        shown.contains("[hooks.pager]") && shown.contains("pager.secret"),
        "{shown}"
    );
    assert!(shown.contains("secret_env = \"SENTRY_SECRET\""), "{shown}");
    let others = [
        run(&["config", "show", "--json"]),
        run(&["config", "check"]),
        run(&["doctor"]),
        run(&["serve", "--status"]),
        run(&["serve", "--stop"]),
    ];
    assert!(serving.wait().unwrap().success());
    said += &rest.join().unwrap();
    assert!(
        said.contains("webhook refused") && said.contains("pager"),
        "{said}"
    );
    for printed in [said, answers, shown].iter().chain(&others) {
        assert!(!printed.contains("hunter"), "{printed}");
    }
    for entry in std::fs::read_dir(house.path().join("data")).unwrap() {
        let kept = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        assert!(!kept.windows(7).any(|bytes| bytes == b"hunter2"));
    }
}
