//! Too few file descriptors, and too little memory.

use super::process::Process;
use crate::support::server::{Wire, note};
use crate::support::terminal::Terminal;
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};
use warroom::journal::verify_dir;

/// Processor time that a process has used.
fn used(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // Its name, in brackets, may hold anything.
    let (_, numbers) = stat.rsplit_once(") ").unwrap();
    let numbers: Vec<&str> = numbers.split(' ').collect();
    let ticks: u64 = numbers[11..13]
        .iter()
        .map(|n| n.parse::<u64>().unwrap())
        .sum();
    Duration::from_millis(ticks * 10)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_descriptors_serves_those_it_has_and_takes_others_in_later() {
    let folder = tempfile::tempdir().unwrap();
    let server = Process::under(folder.path(), "ulimit -n 64; exec \"$@\"");
    let mut maya = Wire::connect(server.address(), None).await;
    maya.hello("maya", false).await;
    maya.declare("Checkout 500s").await;
    let many: Vec<TcpStream> = (0..100)
        .map(|_| TcpStream::connect(server.address()).unwrap())
        .collect();
    let limit = Instant::now() + super::process::PATIENCE;
    while !server.said().contains("cannot accept") {
        assert!(Instant::now() < limit, "they are not exhausted");
        std::thread::yield_now();
    }
    let before = used(server.pid());
    let mut written = 0;
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(1) {
        maya.submit(Some(1), &note("while there are none"))
            .await
            .unwrap();
        written += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let busy = used(server.pid()) - before;
    assert!(busy < began.elapsed() / 2, "a busy loop: {busy:?}");
    drop(many);
    let text = "taken in later".to_owned();
    server.ok(&["note", "INC-1", &text]);
    assert_eq!(server.counts(&[text]), [1]);
    let log = server.ok(&["export", "INC-1", "--format", "jsonl"]);
    assert_eq!(log.matches("while there are none").count(), written);
    println!("{written} notes without descriptors, {busy:?} of processor time in a second");
    server.stop();
}

/// Memory that a process may address, in KiB beyond the program itself, which the system could not
/// even load with less: from far too little to some.
const LADDER: [u64; 6] = [4_000, 30_000, 80_000, 160_000, 400_000, 1_000_000];

fn ladder() -> impl Iterator<Item = u64> {
    let program = std::fs::metadata(super::process::PROGRAM).unwrap().len() / 1_024;
    LADDER.into_iter().map(move |memory| program + memory)
}

#[test]
fn a_server_with_too_little_memory_ends_with_a_word_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut taken = Vec::new();
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let mut served = 0;
    for memory in ladder() {
        let script = format!("ulimit -v {memory}; exec \"$@\"");
        let mut server = match Process::try_under(folder.path(), &script, any) {
            Ok(server) => server,
            Err((status, said)) => {
                clear(memory, status, &said);
                continue;
            }
        };
        served += 1;
        if taken.is_empty() {
            server.ok(&["declare", "Checkout 500s"]);
        }
        let big = "x".repeat(15_000);
        for n in 0..20 {
            let text = format!("{memory} {n} {big}");
            let output = server.verb_within("5s", &["note", "INC-1", "--plain", &text]);
            match output.status.success() {
                true => taken.push(text),
                false => {
                    let status = server.ended();
                    clear(memory, status, &server.said());
                    break;
                }
            }
        }
    }
    assert!(served > 0, "a GB is enough");
    let server = Process::start(folder.path());
    assert_eq!(server.counts(&taken), vec![1; taken.len()]);
    println!("{served} of {} served; {} notes", LADDER.len(), taken.len());
    server.stop();
    assert!(verify_dir(&folder.path().join("data")).unwrap().is_whole());
}

/// It ended by itself, and said why.
fn clear(memory: u64, status: std::process::ExitStatus, said: &str) {
    println!(
        "{memory} KiB: {status}: {}",
        said.lines().last().unwrap_or_default()
    );
    assert!(!status.success());
    assert!(
        !said.trim().is_empty() && status.signal() != Some(11),
        "{memory} KiB: {status}: {said}"
    );
}

#[test]
fn a_console_with_too_little_memory_ends_with_a_word_and_keeps_what_it_took() {
    let folder = tempfile::tempdir().unwrap();
    let server = Process::start(folder.path());
    server.ok(&["declare", "Checkout 500s"]);
    let url = format!("ws://{}", server.address());
    let mut taken = Vec::new();
    for memory in ladder() {
        let home = folder.path().join("lee");
        let script =
            format!("ulimit -v {memory}; exec \"$0\" --name lee join {url} --incident INC-1");
        let mut lee = Terminal::script(&script, &home, (120, 40));
        if !lee.shows_or_ends("● live ·") {
            let said = String::from_utf8_lossy(lee.written()).into_owned();
            println!(
                "{memory} KiB: {}",
                said.trim().lines().last().unwrap_or_default()
            );
            assert!(!said.trim().is_empty(), "{memory} KiB: without a word");
            continue;
        }
        let line = format!("with {memory} KiB");
        lee.press("i");
        lee.press(&format!("{line}\r"));
        lee.shows(&format!("lee: {line}"));
        taken.push(line);
        lee.kill();
    }
    assert!(!taken.is_empty(), "a GB is enough");
    let mut lee = Terminal::start(
        server.address(),
        "lee",
        &folder.path().join("lee"),
        (120, 40),
    );
    lee.until("nothing waits", |screen| {
        screen.contains("● live ·") && screen.contains("queued 0")
    });
    assert_eq!(server.counts(&taken), vec![1; taken.len()]);
}
