//! The layers hold: who may know whom. This walks `src/` and names the rule and the line that
//! breaks it.
//!
//! ```text
//! incident ← protocol, journal, integrations, runbooks ← server, client ← console ← cli ← main
//! ```

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read the tree should fail aloud"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// A line of a source file, without what stands behind `//`.
struct Line {
    file: String,
    number: usize,
    text: String,
}

/// One rule: which files it is about, what they must not say, and why.
struct Rule {
    applies: fn(&str) -> bool,
    forbidden: &'static [&'static str],
    why: &'static str,
}

fn within(file: &str, folders: &[&str]) -> bool {
    folders.iter().any(|folder| file.starts_with(folder))
}

const RULES: &[Rule] = &[
    Rule {
        applies: |file| within(file, &["incident/"]),
        forbidden: &[
            "crate::protocol",
            "crate::journal",
            "crate::integrations",
            "crate::runbooks",
            "crate::server",
            "crate::client",
            "crate::console",
            "crate::cli",
            "crate::drill",
            "crate::clock",
            "crate::config",
            "crate::paths",
            "crate::log",
            "crate::error",
            "tokio::",
            "reqwest::",
            "std::fs",
            "std::net",
            "std::io",
            "std::env",
            "std::thread",
            "std::process",
            "async fn",
            ".await",
            "rand::",
            "now_v7",
            "new_v4",
            "Instant::now",
            "ring::",
        ],
        why: "the core is pure: no I/O, no clock, no async, no randomness, nothing above it",
    },
    Rule {
        applies: |file| {
            within(
                file,
                &["protocol/", "journal/", "integrations/", "runbooks/"],
            )
        },
        forbidden: &[
            "crate::server",
            "crate::client",
            "crate::console",
            "crate::cli",
            "crate::drill",
            "crate::config",
            "crate::paths",
        ],
        why: "what lies beside the core knows nothing of the programs that use it",
    },
    Rule {
        applies: |file| within(file, &["integrations/"]),
        forbidden: &["tokio::", "reqwest::", "std::fs", "std::net", ".await"],
        why: "integrations do no I/O: requests and responses are data",
    },
    Rule {
        applies: |file| within(file, &["server/"]),
        forbidden: &[
            "crate::client",
            "crate::console",
            "crate::cli",
            "crate::drill",
        ],
        why: "the server knows nothing of consoles or of the command line",
    },
    Rule {
        applies: |file| within(file, &["client/"]),
        forbidden: &[
            "crate::server",
            "crate::journal",
            "crate::console",
            "crate::cli",
        ],
        why: "the client knows the wire and the core, and nothing else",
    },
    Rule {
        applies: |file| within(file, &["console/"]),
        forbidden: &[
            "crate::server",
            "crate::protocol",
            "crate::journal",
            "crate::integrations",
            "crate::cli",
            "crate::drill",
            "tungstenite",
            "std::net",
            "tokio::net",
        ],
        why: "the console talks to the client, never to a socket, the wire or the journal",
    },
    Rule {
        applies: |file| within(file, &["console/update", "console/view", "console/panes"]),
        forbidden: &[
            "std::fs",
            "tokio::",
            "std::env",
            "std::process",
            ".await",
            "Instant::now",
        ],
        why: "update and view do no I/O; effects are values",
    },
    Rule {
        applies: |file| !within(file, &["console/"]),
        forbidden: &["ratatui::", "ratatui_textarea::"],
        why: "ratatui only under console/",
    },
    Rule {
        applies: |file| !within(file, &["console/", "cli/"]),
        forbidden: &["crossterm::"],
        why: "the terminal is the console's (and the doctor's, which asks for its size)",
    },
    Rule {
        applies: |file| !within(file, &["journal/"]),
        forbidden: &["rusqlite::"],
        why: "SQL only in journal/",
    },
    Rule {
        applies: |file| file != "clock.rs",
        forbidden: &["Utc::now", "Local::now", "SystemTime::now"],
        why: "time enters in clock.rs alone, so that tests can hold it still",
    },
    Rule {
        applies: |_| true,
        forbidden: &[
            "unbounded_channel",
            "mpsc::channel()",
            "thread::sleep",
            "block_in_place",
        ],
        why: "every queue has a bound, and nothing waits for time to pass where it could wait for \
              the thing itself",
    },
];

/// Crates that one file alone may name.
const ONE_FILE: &[&str] = &["reqwest::", "axum::"];

/// No file is longer than this, in lines; at 400 look twice.
const LINES_MAX: usize = 600;

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

/// The lines of a file that are program, up to its unit tests.
fn program(file: &str, text: &str) -> Vec<Line> {
    let before_tests = text.split("#[cfg(test)]").next().unwrap_or_default();
    before_tests
        .lines()
        .enumerate()
        .map(|(at, line)| Line {
            file: file.to_owned(),
            number: at + 1,
            text: line.split("//").next().unwrap_or_default().to_owned(),
        })
        .collect()
}

fn tree() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    paths.sort();
    let name = |path: &Path| {
        let inside = path.strip_prefix(&root).unwrap();
        inside
            .to_string_lossy()
            .replace(std::path::MAIN_SEPARATOR, "/")
    };
    paths
        .iter()
        .map(|path| (name(path), fs::read_to_string(path).unwrap()))
        .collect()
}

/// `crate::log` must not be found in `crate::logic`.
fn says(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let next = text[at + word.len()..].chars().next();
        let prior = text[..at].chars().next_back();
        let ends = word.ends_with(|c: char| !c.is_alphanumeric())
            || !next.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let begins = word.starts_with(|c: char| !c.is_alphanumeric())
            || !prior.is_some_and(|c| c.is_alphanumeric() || c == '_');
        ends && begins
    })
}

fn breaches(files: &[(String, String)]) -> Vec<String> {
    let mut found = Vec::new();
    for (file, text) in files {
        for line in program(file, text) {
            for rule in RULES.iter().filter(|rule| (rule.applies)(file)) {
                for word in rule.forbidden.iter().filter(|word| says(&line.text, word)) {
                    found.push(format!(
                        "src/{}:{}: '{word}' breaks a rule: {}",
                        line.file, line.number, rule.why
                    ));
                }
            }
        }
    }
    for word in ONE_FILE {
        let users: Vec<&str> = files
            .iter()
            .filter(|(file, text)| program(file, text).iter().any(|l| says(&l.text, word)))
            .map(|(file, _)| file.as_str())
            .collect();
        if users.len() > 1 {
            found.push(format!(
                "'{word}' belongs in one file; it is named in {users:?}"
            ));
        }
    }
    found
}

#[test]
fn the_layers_hold() {
    let found = breaches(&tree());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    for (file, text) in tree() {
        let lines = text.lines().count();
        assert!(
            lines <= LINES_MAX,
            "src/{file} has {lines} lines; {LINES_MAX} is the most"
        );
    }
}

#[test]
fn main_stays_small() {
    let files = tree();
    let (_, text) = files.iter().find(|(file, _)| file == "main.rs").unwrap();
    assert!(
        text.lines().count() < 50,
        "main.rs only reads the command line and calls into cli/"
    );
}

#[test]
fn a_breach_would_be_found() {
    let broken = |file: &str, text: &str| !breaches(&[(file.into(), text.into())]).is_empty();
    assert!(broken("incident/decide.rs", "use crate::journal::Record;"));
    assert!(broken("incident/apply.rs", "let now = chrono::Utc::now();"));
    assert!(broken(
        "console/view.rs",
        "use crate::protocol::ServerFrame;"
    ));
    assert!(broken("server/room.rs", "use ratatui::Frame;"));
    assert!(broken("client/link.rs", "use rusqlite::Connection;"));
    assert!(!broken(
        "client/link.rs",
        "use crate::protocol::ServerFrame; // not crate::server"
    ));
    assert!(!broken("server/room.rs", "use crate::clientele;"));
    let two = [
        ("a.rs".into(), "use axum::Router;".into()),
        ("b.rs".into(), "axum::serve".into()),
    ];
    assert_eq!(breaches(&two).len(), 1);
}
