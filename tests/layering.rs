//! The layers hold: who may know whom. This walks `src/` and names the rule and the line that
//! breaks it.
//!
//! ```text
//! incident ← signals, routing, import, updates ← protocol, journal, integrations, runbooks ← server, client ← console ← cli ← main
//! incident ← signals, routing, import ← protocol, journal, integrations, runbooks, run ← server, client ← console ← cli ← main
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
        applies: |file| {
            within(
                file,
                &["incident/", "signals/", "routing/", "import/", "updates/"],
            )
        },
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
            "crate::turns",
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
        applies: |file| within(file, &["incident/", "routing/"]),
        forbidden: &["crate::signals"],
        why: "the core knows nothing of what is watched beside it, but for what was pinned",
    },
    Rule {
        applies: |file| within(file, &["incident/", "signals/"]),
        forbidden: &["crate::routing", "crate::updates"],
        why: "where an alert goes is decided above the core, and beside what is watched",
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
        applies: |file| within(file, &["run/"]),
        forbidden: &[
            "crate::server",
            "crate::client",
            "crate::console",
            "crate::cli",
            "crate::drill",
            "crate::protocol",
            "crate::journal",
            "crate::integrations",
            "crate::config",
            "crate::paths",
            "std::net",
            "tokio::net::Tcp",
        ],
        why: "what runs a command knows the core alone, and has no way out of the machine",
    },
    Rule {
        applies: |file| !within(file, &["run/"]),
        forbidden: &["rustix::", "regex::"],
        why: "processes are started, watched and killed, and secrets taken out, in run/ alone",
    },
    Rule {
        applies: |file| {
            let base = [
                "config/",
                "clock.rs",
                "error.rs",
                "files.rs",
                "http.rs",
                "log.rs",
                "paths.rs",
                "problem.rs",
                "suggest.rs",
                "unseen.rs",
            ];
            within(file, &base)
        },
        forbidden: &[
            "crate::server",
            "crate::client",
            "crate::console",
            "crate::cli",
            "crate::drill",
            "crate::protocol",
            "crate::journal",
        ],
        why: "what every part stands on knows none of them",
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
            // not all of it: the state of the terminal is watched like that of a pipe
            "tokio::net::TcpListener",
            "tokio::net::TcpSocket",
            "tokio::net::TcpStream",
            "tokio::net::UdpSocket",
            "tokio::net::UnixDatagram",
            "tokio::net::UnixListener",
            "tokio::net::UnixSocket",
            "tokio::net::UnixStream",
            "tokio::net::lookup_host",
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
        forbidden: &["unbounded_channel"],
        why: "every queue has a bound",
    },
];

/// Crates that one file alone may name, and what is in the folder of its name.
const ONE_FILE: &[&str] = &["reqwest::", "axum::"];

/// Whether these are one file, and files in the folder of its name.
fn are_one(files: &[&str]) -> bool {
    let Some(first) = files.iter().min_by_key(|file| file.len()) else {
        return true;
    };
    let folder = format!("{}/", first.trim_end_matches(".rs"));
    files
        .iter()
        .all(|file| file == first || file.starts_with(&folder))
}

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

/// The lines of a file that are program: without its unit tests, and with `crate::{a, b}` written
/// out, so that no import hides in a group.
fn program(file: &str, text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut groups = Groups::default();
    let mut rest = text.lines().enumerate().peekable();
    while let Some((at, line)) = rest.next() {
        let body = rest
            .peek()
            .is_some_and(|(_, next)| next.trim_end().ends_with('{'));
        if line.trim() == "#[cfg(test)]" && body {
            break;
        }
        let text = line.split("//").next().unwrap_or_default();
        lines.push(Line {
            file: file.to_owned(),
            number: at + 1,
            text: format!("{text}{}", groups.written_out(text)),
        });
    }
    lines
}

/// Follows `crate::{ … }` over lines.
#[derive(Default)]
struct Groups {
    depth: usize,
}

impl Groups {
    /// What this line of a group imports from the root, each as `crate::name`.
    fn written_out(&mut self, line: &str) -> String {
        let mut out = String::new();
        let mut rest = line;
        if self.depth == 0 {
            let Some((_, group)) = line.split_once("crate::{") else {
                return out;
            };
            self.depth = 1;
            rest = group;
        }
        let mut word = String::new();
        for c in rest.chars().chain(" ".chars()) {
            if c.is_alphanumeric() || c == '_' || c == ':' {
                word.push(c);
                continue;
            }
            if self.depth == 1 && !word.is_empty() {
                out.push_str(&format!(" crate::{word}"));
            }
            word.clear();
            match c {
                '{' => self.depth += 1,
                '}' => self.depth -= 1,
                _ => {}
            }
            if self.depth == 0 {
                break;
            }
        }
        out
    }
}

/// What the core may be made of.
const CORE_CRATES: &[&str] = &[
    "std",
    "serde",
    "serde_json",
    "chrono",
    "thiserror",
    "uuid",
    "super",
    "self",
    "crate",
];

/// The crate that a line of the core imports and may not; `text` is its whole file, whose own
/// modules may be named bare.
fn foreign_to_core<'a>(line: &'a str, text: &str) -> Option<&'a str> {
    let path = line.trim().strip_prefix("pub ").unwrap_or(line.trim());
    let path = path.strip_prefix("use ")?.trim_start_matches("::");
    let root = path.split([':', ';', ' ', '{']).next()?;
    let own = || text.contains(&format!("mod {root};"));
    (!CORE_CRATES.contains(&root) && !own()).then_some(root)
}

/// Whether a line makes a queue whose bound has no name (and so no reason beside it).
fn nameless_queue(line: &str) -> bool {
    let makers = ["mpsc::channel", "sync_channel", "broadcast::channel"];
    let made = makers.iter().find_map(|maker| line.split_once(maker));
    let Some((_, made)) = made.filter(|(before, _)| !before.trim_start().starts_with("use "))
    else {
        return false;
    };
    let Some((_, bound)) = made.split_once('(') else {
        return false;
    };
    let bound = bound.split([')', ',']).next().unwrap_or_default().trim();
    let name = bound.rsplit("::").next().unwrap_or_default();
    // A line that ends here goes on with its bound on the next; rustfmt does that to none of ours.
    let named = name
        .chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    !(named && name.starts_with(|c: char| c.is_ascii_uppercase()))
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

/// Paths, without `.rs`, of the modules that are there for unit tests alone: those declared as
/// `#[cfg(test)] mod name;`.
fn only_for_tests(files: &[(String, String)]) -> Vec<String> {
    let mut found = Vec::new();
    for (file, text) in files {
        let folder = match file.strip_suffix("mod.rs") {
            Some(folder) => folder.to_owned(),
            None if matches!(&**file, "lib.rs" | "main.rs") => String::new(),
            None => format!("{}/", file.trim_end_matches(".rs")),
        };
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for pair in lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]") {
            let words: Vec<&str> = pair[1].trim_end_matches(';').split(' ').collect();
            if let [.., "mod", name] = words[..] {
                found.push(format!("{folder}{name}"));
            }
        }
    }
    found
}

fn is_below(file: &str, module: &str) -> bool {
    let rest = file.strip_prefix(module);
    rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
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
    let tests = only_for_tests(files);
    let files: Vec<_> = files
        .iter()
        .filter(|(file, _)| !tests.iter().any(|module| is_below(file, module)))
        .collect();
    for (file, text) in &files {
        for line in program(file, text) {
            for rule in RULES.iter().filter(|rule| (rule.applies)(file)) {
                for word in rule.forbidden.iter().filter(|word| says(&line.text, word)) {
                    found.push(format!(
                        "src/{}:{}: '{word}' breaks a rule: {}",
                        line.file, line.number, rule.why
                    ));
                }
            }
            let place = format!("src/{}:{}", line.file, line.number);
            if let Some(other) =
                foreign_to_core(&line.text, text).filter(|_| within(file, &["incident/"]))
            {
                found.push(format!("{place}: the core may not use `{other}`"));
            }
            if nameless_queue(&line.text) {
                found.push(format!("{place}: the bound of a queue is a named constant"));
            }
        }
    }
    for word in ONE_FILE {
        let users: Vec<&str> = files
            .iter()
            .filter(|(file, text)| program(file, text).iter().any(|l| says(&l.text, word)))
            .map(|(file, _)| file.as_str())
            .collect();
        if !are_one(&users) {
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
    assert!(broken(
        "console/view.rs",
        "use crate::{\n    client::Client,\n    journal::{Journal, Record},\n};"
    ));
    assert!(!broken(
        "server/room.rs",
        "use crate::{incident::{client, console}};\nuse super::x;"
    ));
    assert!(broken("incident/id.rs", "use ring::digest;"));
    assert!(broken("incident/id.rs", "pub use tracing::info;"));
    assert!(!broken("incident/id.rs", "use super::Seq;\nuse std::fmt;"));
    assert!(broken("paths.rs", "use crate::cli::Context;"));
    assert!(broken("server/hall.rs", "let (a, b) = mpsc::channel(64);"));
    assert!(broken("a.rs", "let (a, b) = mpsc::channel::<Job>(size);"));
    assert!(!broken(
        "a.rs",
        "let (a, b) = mpsc::channel(limits::HOOK_QUEUE);"
    ));
    assert!(!broken(
        "a.rs",
        "use std::sync::mpsc::{SyncSender, sync_channel};"
    ));
    // Only what stands in unit tests is let be, not what stands behind the word.
    let tests = "#[cfg(test)]\nmod tests {\n    use ratatui::Frame;\n}";
    assert!(!broken("server/room.rs", tests));
    let files = [
        (
            "server/mod.rs".into(),
            "#[cfg(test)]\npub(crate) mod fake;".into(),
        ),
        ("server/fake.rs".into(), "use ratatui::Frame;".into()),
        ("server/fakes.rs".into(), "use ratatui::Frame;".into()),
    ];
    assert_eq!(breaches(&files).len(), 1, "{:?}", breaches(&files));
    let declared = "#[cfg(test)]\nmod tests;\nuse ratatui::Frame;";
    assert!(broken("server/room.rs", declared));
    let two = [
        ("a.rs".into(), "use axum::Router;".into()),
        ("b.rs".into(), "axum::serve".into()),
    ];
    assert_eq!(breaches(&two).len(), 1);
}

/// The fields of one `struct` or `enum` at the edge of a file, each with its line; whether its type
/// is printed by a derived `Debug`.
fn printed_fields(text: &str) -> Vec<(usize, &str)> {
    let (mut printed, mut inside, mut fields) = (false, false, Vec::new());
    for (at, line) in text.lines().enumerate() {
        if line.starts_with("#[cfg(test)]") {
            break;
        }
        if line.starts_with("#[derive(") {
            printed = line.contains("Debug");
        } else if line.starts_with('}') || line.trim_end().ends_with(");") && !line.starts_with(' ')
        {
            (printed, inside) = (false, false);
        } else if !line.starts_with(' ') && (line.contains("struct ") || line.contains("enum ")) {
            inside = true;
        } else if printed && inside {
            fields.push((at + 1, line.trim()));
        }
    }
    fields
}

/// What a field's type is, where its name says that it holds a secret's own words.
fn holds_words(field: &str) -> bool {
    let Some((name, kind)) = field.split_once(": ") else {
        return false;
    };
    let name = name.rsplit(' ').next().unwrap_or_default();
    let secret = [
        "token",
        "secret",
        "password",
        "bearer",
        "credential",
        "cookie",
    ]
    .iter()
    .any(|word| {
        name.split('_')
            .any(|part| part.trim_end_matches('s') == *word)
    });
    let words = ["String", "str", "Vec<u8>", "Bytes", "HeaderValue"]
        .iter()
        .any(|text| {
            kind.split(|c: char| !(c.is_alphanumeric() || "<>".contains(c)))
                .any(|part| {
                    part.trim_start_matches("Option<")
                        .trim_start_matches("Arc<")
                        .trim_start_matches("Box<")
                        .trim_end_matches('>')
                        == text.trim_end_matches('>')
                })
        });
    secret && words
}

/// A derived `Debug` puts a value into a log or the report of a bug, sooner or later.
#[test]
fn no_type_that_holds_a_secrets_words_is_printed_by_itself() {
    assert!(holds_words("pub secret: String,") && holds_words("token: Option<String>,"));
    assert!(!holds_words("secret: Option<SecretPlace>,") && !holds_words("tokens: Vec<Token>,"));
    // A fingerprint of the token, as its comment says.
    let known = [("client/store.rs", "pub(super) token: Option<String>,")];
    let mut found = Vec::new();
    let mut files = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    sources(&root, &mut files);
    for path in files {
        let file = path.strip_prefix(&root).unwrap().display().to_string();
        let text = fs::read_to_string(&path).unwrap();
        for (line, field) in printed_fields(&text) {
            if file.ends_with("tests.rs") {
                continue;
            }
            if holds_words(field) && !known.contains(&(file.as_str(), field)) {
                found.push(format!("{file}:{line}: {field}"));
            }
        }
    }
    assert!(
        found.is_empty(),
        "write Debug by hand, or use Secret: {found:#?}"
    );
}

/// The compiler refuses `unsafe` where a manifest forbids it; this is for the manifests, and for a
/// package that is added without its lints.
#[test]
fn unsafe_is_forbidden_and_nowhere_written() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for manifest in ["Cargo.toml", "tests/fuzz/Cargo.toml"] {
        let text = fs::read_to_string(root.join(manifest)).unwrap();
        assert!(text.contains("unsafe_code = \"forbid\""), "{manifest}");
    }
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches"] {
        sources(&root.join(folder), &mut files);
    }
    assert!(files.len() > 300, "{}", files.len());
    let word = ["un", "safe"].concat();
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        for (at, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let begins = |after: &str| code.contains(&format!("{word}{after}"));
            assert!(
                !(begins(" {")
                    || begins(" fn ")
                    || begins(" impl ")
                    || begins(" extern ")
                    || begins("(")),
                "{}:{}: {line}",
                path.display(),
                at + 1
            );
        }
    }
}
