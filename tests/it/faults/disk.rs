//! A disk that is full, read-only, slow, or broken, under the real server. Each command is refused
//! with the reason, nothing acknowledged is lost, reading goes on, and the server works again by
//! itself once the disk does.
//!
//! The small disk needs root (a mount in a namespace of its own), the slow and the broken one
//! `strace`; where those are not, the test says SKIPPED.

use super::process::{Process, signal};
use super::skipped;
use crate::support::terminal::Terminal;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use warroom::journal::verify_dir;

/// Whether this command runs and succeeds here.
fn works(program: &str, arguments: &[&str]) -> bool {
    let ran = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    ran.is_ok_and(|status| status.success())
}

/// Reading goes on.
fn reads(server: &Process, texts: &[&str]) {
    let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
    assert_eq!(server.counts(&texts), vec![1; texts.len()]);
    assert!(server.ok(&["timeline", "INC-1"]).contains(&*texts[0]));
}

/// Writes until it is refused, and gives why.
fn refused_at_last(server: &Process, text: &str) -> String {
    let refused = (0..100).find_map(|_| {
        let output = server.verb(&["note", "INC-1", text]);
        let said = format!(
            "{}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        (!output.status.success()).then_some(said)
    });
    refused.expect("there is not room for ever")
}

/// Writes until it is taken.
fn written_at_last(server: &Process, text: &str) {
    let limit = Instant::now() + super::process::PATIENCE;
    while !server.verb(&["note", "INC-1", text]).status.success() {
        assert!(Instant::now() < limit, "it never takes writes again");
    }
}

/// A whole journal in which each of these stands once.
fn in_the_end(server: Process, home: &Path, texts: &[&str]) {
    reads(&server, texts);
    server.stop();
    assert!(verify_dir(&home.join("data")).unwrap().is_whole());
}

#[test]
fn a_full_disk_is_told_and_written_on_once_there_is_room() {
    if !works("unshare", &["-m", "true"]) {
        return skipped(
            "a full disk",
            "no namespace for a mount of its own (needs root)",
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let small = "mount -t tmpfs -o size=1m,mode=700 tmpfs \"$HOME/data\" && exec \"$@\"";
    let wrapped = format!(
        "exec unshare -m sh -c '{}' sh \"$@\"",
        small.replace('\'', "'\\''")
    );
    let server = Process::under(folder.path(), &wrapped);
    server.ok(&["declare", "Checkout 500s"]);
    server.ok(&["note", "INC-1", "before it was full"]);
    let mut lee = Terminal::start(
        server.address(),
        "lee",
        &folder.path().join("lee"),
        (120, 40),
    );
    lee.shows("● live ·");
    // The same disk, as the server's process sees it.
    let data = PathBuf::from(format!("/proc/{}/root", server.pid()));
    let data = data.join(folder.path().join("data").strip_prefix("/").unwrap());
    let filler = data.join("filler");
    fill(&filler);
    let note = "x".repeat(12_000);
    let refused = refused_at_last(&server, &note);
    assert!(refused.contains("journal is full"), "{refused}");
    reads(&server, &["before it was full"]);
    lee.press("i");
    lee.press(&format!("{}\r", "typed while it was full"));
    lee.until("it waits, and why", |screen| {
        screen.contains("queued 1") && screen.contains("full")
    });
    std::fs::remove_file(filler).unwrap();
    lee.shows("queued 0");
    written_at_last(&server, "after it");
    reads(
        &server,
        &["before it was full", "typed while it was full", "after it"],
    );
    // That disk is seen by the server alone.
    let log = folder.path().join("log.jsonl");
    std::fs::write(&log, server.ok(&["export", "INC-1", "--format", "jsonl"])).unwrap();
    let whole = server.ok(&["verify", "--file", log.to_str().unwrap()]);
    assert!(whole.contains("whole"), "{whole}");
    server.stop();
}

fn fill(filler: &Path) {
    use std::io::Write;
    let mut file = std::fs::File::create(filler).unwrap();
    for piece in [64 * 1024, 512] {
        while file.write_all(&vec![7; piece]).is_ok() {}
    }
}

#[test]
fn a_file_that_may_not_grow_is_told_and_written_on_once_it_may() {
    if !works("prlimit", &["--version"]) {
        return skipped("a file that may not grow", "there is no prlimit");
    }
    let folder = tempfile::tempdir().unwrap();
    // Of 512 bytes each; the log's file is made 12 MiB long where it can be.
    let script = "trap '' XFSZ; ulimit -S -f 400; exec \"$@\"";
    let server = Process::under(folder.path(), script);
    server.ok(&["declare", "Checkout 500s"]);
    server.ok(&["note", "INC-1", "before"]);
    let note = "x".repeat(12_000);
    let refused = refused_at_last(&server, &note);
    assert!(
        refused.contains("journal") || refused.contains("disk"),
        "{refused}"
    );
    reads(&server, &["before"]);
    let pid = server.pid().to_string();
    assert!(works("prlimit", &["--pid", &pid, "--fsize=unlimited:"]));
    written_at_last(&server, "after");
    in_the_end(server, folder.path(), &["before", "after"]);
}

#[test]
fn a_disk_that_is_read_only_is_told_at_the_start() {
    if !works("unshare", &["-m", "true"]) {
        return skipped(
            "a read-only disk",
            "no namespace for a mount of its own (needs root)",
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let server = Process::start(folder.path());
    server.ok(&["declare", "Checkout 500s"]);
    server.stop();
    let inside = "mount --bind \"$HOME/data\" \"$HOME/data\" && \
                  mount -o remount,bind,ro \"$HOME/data\" && exec \"$@\"";
    let wrapped = format!("exec unshare -m sh -c '{inside}' sh \"$@\"");
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let Err((status, said)) = Process::try_under(folder.path(), &wrapped, any) else {
        panic!("it serves what it cannot write");
    };
    assert_eq!(status.code(), Some(70), "{said}");
    assert!(
        said.contains("data directory") && said.contains("--data"),
        "{said}"
    );
    let verify = "exec unshare -m sh -c 'mount --bind \"$HOME/data\" \"$HOME/data\" && \
                  mount -o remount,bind,ro \"$HOME/data\" && \
                  exec \"$0\" verify --data \"$HOME/data\"'";
    let verify = format!("{verify} \"$0\"");
    let output = Command::new("sh")
        .args(["-c", &verify, super::process::PROGRAM])
        .env("HOME", folder.path())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "what is there can be read: {output:?}"
    );
}

/// The system's calls of a process are tampered with while this lives.
struct Tampered(Child);

impl Tampered {
    /// By these words of `strace -e inject=`; nothing where that is not permitted.
    fn with(server: &Process, folder: &Path, inject: &str) -> Option<Self> {
        let said = folder.join("strace.log");
        let log = std::fs::File::create(&said).unwrap();
        let child = Command::new("strace")
            .args([
                "-f",
                "-p",
                &server.pid().to_string(),
                "-e",
                &format!("inject={inject}"),
            ])
            .args(["-o", "/dev/null"])
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .ok()?;
        let mut tampered = Self(child);
        loop {
            if std::fs::read_to_string(&said).unwrap().contains("attached") {
                return Some(tampered);
            }
            if tampered.0.try_wait().unwrap().is_some() {
                return None;
            }
            std::thread::yield_now();
        }
    }
}

impl Drop for Tampered {
    fn drop(&mut self) {
        // In order: it lets the process go.
        if self.0.try_wait().is_ok_and(|ended| ended.is_none()) {
            signal(self.0.id(), "INT");
        }
        let _ = self.0.wait();
    }
}

#[test]
fn an_error_of_the_disk_is_told_and_nothing_is_lost_or_doubled() {
    let folder = tempfile::tempdir().unwrap();
    let server = Process::start(folder.path());
    server.ok(&["declare", "Checkout 500s"]);
    server.ok(&["note", "INC-1", "before"]);
    for (round, inject) in [
        "fdatasync,fsync:error=EIO",
        "pwrite64:error=EIO",
        "pwrite64:error=EROFS",
    ]
    .iter()
    .enumerate()
    {
        let id = format!("01980000-0000-7000-8000-00000000000{round}");
        let text = format!("under {inject}");
        let again = ["note", "INC-1", &*text, "--id", &*id];
        let Some(tampered) = Tampered::with(&server, folder.path(), inject) else {
            return skipped("a broken disk", "strace is not there, or may not attach");
        };
        let refused = server.refused(&again);
        assert!(
            refused.contains("journal") || refused.contains("disk"),
            "{refused}"
        );
        reads(&server, &["before"]);
        drop(tampered);
        // What failed may be there all the same: under its id it is there once.
        written_at_last(&server, &format!("after round {round}"));
        server.ok(&again);
        reads(&server, &["before", &format!("after round {round}"), &text]);
    }
    in_the_end(server, folder.path(), &["before"]);
}

#[test]
fn a_slow_disk_makes_writes_slow_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let server = Process::start(folder.path());
    server.ok(&["declare", "Checkout 500s"]);
    let slow = "fdatasync,fsync:delay_enter=200000";
    let Some(tampered) = Tampered::with(&server, folder.path(), slow) else {
        return skipped("a slow disk", "strace is not there, or may not attach");
    };
    let began = Instant::now();
    server.ok(&["note", "INC-1", "on a slow disk"]);
    let took = began.elapsed();
    assert!(
        took >= Duration::from_millis(200),
        "it was not durable: {took:?}"
    );
    // Many at once share the wait.
    let load = super::lines::Load::on(server.address(), 20);
    let began = Instant::now();
    reads(&server, &["on a slow disk"]);
    println!(
        "one note {took:?}, reading beside 20 writers {:?}",
        began.elapsed()
    );
    let (acknowledged, _) = load.stop();
    drop(tampered);
    assert_eq!(server.counts(&acknowledged), vec![1; acknowledged.len()]);
    in_the_end(server, folder.path(), &["on a slow disk"]);
}

/// A journal that writes over what is there has nothing to put on disk but its data: the file's time,
/// which `fsync` writes too, costs as much again.
#[test]
fn a_line_is_durable_by_its_data_alone() {
    let folder = tempfile::tempdir().unwrap();
    let server = Process::start(folder.path());
    server.ok(&["declare", "Checkout 500s"]);
    let Some(tampered) = Tampered::with(&server, folder.path(), "fsync:error=EIO") else {
        return skipped(
            "a disk without fsync",
            "strace is not there, or may not attach",
        );
    };
    server.ok(&["note", "INC-1", "by fdatasync"]);
    drop(tampered);
    in_the_end(server, folder.path(), &["by fdatasync"]);
}
