//! A token is planted and looked for in everything that is written: logs at their most talkative,
//! files, what is printed, the arguments of processes, and what a server says of itself. And every
//! file that is made is for its user alone.

use crate::support::cli::{text, warroom};
use serde_json::Value;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use warroom::server::control::ServerFile;

/// How long a server may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Everything below a folder.
pub(crate) fn files(below: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![below.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path.clone());
            }
            found.push(path);
        }
    }
    found
}

pub(crate) fn holds(path: &Path, words: &str) -> bool {
    let mut bytes = Vec::new();
    fs::File::open(path)
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
        .windows(words.len())
        .any(|window| window == words.as_bytes())
}

pub(crate) struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// A server that logs everything, to a file.
pub(crate) fn serve(home: &Path, listen: &str) -> (Serving, ServerFile) {
    // What one that was killed left behind.
    let _gone = fs::remove_file(ServerFile::path(&home.join("data")));
    let log = fs::File::create(home.join("stderr")).unwrap();
    fs::set_permissions(home.join("stderr"), fs::Permissions::from_mode(0o600)).unwrap();
    let child = warroom(home)
        .args(["serve", "--listen", listen])
        .env("WARROOM_LOG", "trace")
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap();
    let serving = Serving(child);
    let limit = Instant::now() + PATIENCE;
    loop {
        if let Ok(Some(file)) = ServerFile::read(&home.join("data")) {
            return (serving, file);
        }
        assert!(Instant::now() < limit, "the server did not start");
        std::thread::yield_now();
    }
}

pub(crate) fn create(home: &Path, name: &str, level: &str) -> String {
    let made = warroom(home)
        .args(["token", "create", name, "--level", level, "--json"])
        .output()
        .unwrap();
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    made["token"].as_str().unwrap().to_owned()
}

#[test]
fn a_planted_token_is_in_nothing_that_is_written_and_every_file_is_private() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let right = create(home, "maya", "admin");
    let hex = right
        .strip_prefix("wr_")
        .expect("a prefix that scanners can know");
    assert!(
        hex.len() * 4 >= 128 && hex.bytes().all(|b| b.is_ascii_hexdigit()),
        "128 bits or more"
    );
    let wrong = format!("wr_{}", "c0ffee".repeat(10));
    let (serving, file) = serve(home, "127.0.0.1:0");
    let url = format!("ws://{}", file.address);
    let printed = std::cell::RefCell::new(String::new());
    let run = |token: &str, args: &[&str]| {
        let output = warroom(home)
            .args(args)
            .env("WARROOM_SERVER", &url)
            .env("WARROOM_TOKEN", token)
            .env("WARROOM_LOG", "trace")
            .output()
            .unwrap();
        printed.borrow_mut().push_str(&text(&output.stdout));
        printed.borrow_mut().push_str(&text(&output.stderr));
        output.status.success()
    };
    assert!(run(&right, &["declare", "Checkout 500s"]));
    assert!(run(&right, &["note", "INC-1", "--plain", "words"]));
    assert!(!run(&wrong, &["note", "INC-1", "--plain", "words"]));
    assert!(run(&right, &["show", "INC-1"]));
    assert!(run(&right, &["token", "list"]));
    let copy = home.join("copy.db");
    let copy = copy.to_str().unwrap();
    assert!(run(&right, &["backup", copy]));
    let log = home.join("export.jsonl");
    assert!(run(
        &right,
        &[
            "export",
            "INC-1",
            "--format",
            "jsonl",
            "--output",
            log.to_str().unwrap()
        ]
    ));
    // What a server's process shows of itself to every user of the machine.
    let arguments = fs::read(format!("/proc/{}/cmdline", file.pid)).unwrap_or_default();
    let said = printed.borrow().clone();
    for secret in [&*right, hex, &*wrong, &*file.secret] {
        assert!(!said.contains(secret), "{said}");
        assert!(!String::from_utf8_lossy(&arguments).contains(secret));
    }
    assert!(run(&right, &["serve", "--stop"]));
    drop(serving);
    for path in files(home) {
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        let shown = path.display();
        if path.is_file() {
            assert_eq!(mode & 0o077, 0, "{shown} is open to others: {mode:o}");
            for secret in [&*right, hex, &*wrong] {
                assert!(!holds(&path, secret), "{shown} holds a token");
            }
            let own = path.file_name().is_some_and(|name| name == "server.json");
            assert!(
                own || !holds(&path, &file.secret),
                "{shown} holds the server's secret"
            );
        }
    }
    // What was said is there, so that the search above was one.
    assert!(
        holds(&home.join("stderr"), "maya"),
        "the log says something"
    );
}
