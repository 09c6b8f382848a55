//! Two releases meet: what the one before wrote is opened by this one, and consoles and servers of
//! different ages get a clear word, and do no harm.
//!
//! `tests/fixtures/releases` holds a small journal of each earlier release, with the outbox and the
//! draft of a console that was killed after its server.
//!
//! `WARROOM_OLDER` names the program of an earlier release, built: it meets this one in both
//! directions.

use super::process::{PROGRAM, Process};
use super::skipped;
use crate::support::server::{Wire, note};
use crate::support::terminal::Terminal;
use futures_util::{SinkExt, StreamExt};
use std::path::{Path, PathBuf};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;
use warroom::incident::RefusalCode;
use warroom::journal::verify_dir;
use warroom::protocol::*;

/// The server that the consoles of the fixtures knew.
const KNEW: &str = "ws://127.0.0.1:7999";

fn releases() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/releases");
    let mut all: Vec<PathBuf> = std::fs::read_dir(all)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    all.sort();
    all
}

/// Puts what a release left into a home, as if its console had known this server.
fn put_console(release: &Path, home: &Path, url: &str) {
    let state = home.join(".local/state/warroom");
    std::fs::create_dir_all(state.join("outbox")).unwrap();
    for entry in std::fs::read_dir(release.join("outbox")).unwrap() {
        let entry = entry.unwrap();
        let text = std::fs::read_to_string(entry.path()).unwrap();
        assert!(text.contains(KNEW));
        let to = state.join("outbox").join(entry.file_name());
        std::fs::write(to, text.replace(KNEW, url)).unwrap();
    }
    let place = url.trim_start_matches("ws://").replace(':', "_");
    let drafts = state.join("drafts").join(format!("at-{place}"));
    std::fs::create_dir_all(&drafts).unwrap();
    std::fs::copy(
        release.join("INC-1.lee.draft"),
        drafts.join("INC-1.lee.draft"),
    )
    .unwrap();
}

#[test]
fn what_an_earlier_release_wrote_is_opened_and_sent_by_this_one() {
    let releases = releases();
    assert!(releases.len() >= 2, "{releases:?}");
    for release in releases {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir_all(&data).unwrap();
        for name in ["journal.db", "derived.db"] {
            std::fs::copy(release.join(name), data.join(name)).unwrap();
        }
        let before = verify_dir(&data).unwrap();
        assert!(before.is_whole(), "{before:?}");
        let server = Process::start(folder.path());
        let shown = server.ok(&["show", "INC-1"]);
        for part in ["Checkout 500s in eu-west", "SEV1", "maya", "bo"] {
            assert!(shown.contains(part), "{release:?}: {part}: {shown}");
        }
        let found = server.ok(&["search", "OOM"]);
        assert!(found.contains("eu-west-1b"), "{found}");
        let home = folder.path().join("lee");
        put_console(&release, &home, &format!("ws://{}", server.address()));
        let mut lee = Terminal::start(server.address(), "lee", &home, (120, 40));
        lee.shows("lee: queued by the release before");
        lee.shows("half a draft");
        lee.until("nothing waits", |screen| {
            screen.contains("● live ·") && screen.contains("queued 0")
        });
        let sent = ["queued by the release before", "keep eu-west-1b drained"];
        assert_eq!(server.counts(&sent.map(str::to_owned)), [1, 1]);
        server.stop();
        let after = verify_dir(&data).unwrap();
        assert!(
            after.is_whole() && after.events >= before.events + 2,
            "{after:?}"
        );
    }
}

/// A hello of another version of the protocol, with what it may say besides.
fn hello(protocol: u32) -> String {
    format!(
        r#"{{"type":"hello","protocol":{protocol},"client":"warroom 9.9.9","name":"lee","watch":false,"mood":"fine"}}"#
    )
}

#[tokio::test]
async fn a_console_of_another_protocol_is_told_so_and_its_lines_stay_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Process::start(folder.path());
    let mut maya = Wire::connect(server.address(), None).await;
    maya.hello("maya", false).await;
    maya.declare("Checkout 500s").await;
    for protocol in [0, VERSION + 1] {
        let mut other = Wire::connect(server.address(), None).await;
        other.say(&hello(protocol)).await;
        let (refusal, retry) = other.bye().await;
        assert_eq!((refusal.code, retry), (RefusalCode::Invalid, false));
        let said = refusal.to_string();
        assert!(
            said.contains("version") && said.contains("pgrade"),
            "{said}"
        );
    }
    // The same protocol with more to say is understood.
    let mut newer = Wire::connect(server.address(), None).await;
    newer.say(&hello(VERSION)).await;
    newer.say(r#"{"type":"weather","fine":true}"#).await;
    newer
        .until(|f| matches!(f, ServerFrame::Welcome { .. }))
        .await;
    newer.submit(Some(1), &note("still heard")).await.unwrap();
    maya.submit(Some(1), &note("no harm")).await.unwrap();
}

/// A server of a later protocol: it greets, in its way, and turns this console away.
async fn later_server(listener: TcpListener) {
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        let Ok(mut socket) = tokio_tungstenite::accept_async(socket).await else {
            continue;
        };
        let _hello = socket.next().await;
        let said = r#"{"type":"bye","refusal":{"code":"outdated","why":"This server speaks version 2.","instead":"Upgrade the console."},"retry":false}"#;
        for said in [r#"{"type":"greetings","of":"a later kind"}"#, said] {
            // It may be gone.
            let _gone = socket.send(Message::text(said)).await;
        }
        while let Some(Ok(_)) = socket.next().await {}
    }
}

#[test]
fn an_older_console_says_what_a_newer_server_said_and_keeps_its_lines() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = super::runtime();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(later_server(listener));
    let release = releases().pop().unwrap();
    let home = folder.path().join("lee");
    put_console(&release, &home, &format!("ws://{address}"));
    let mut lee = Terminal::start(address, "lee", &home, (160, 40));
    lee.shows("Upgrade the console");
    lee.press("q");
    assert!(lee.ended().0);
    let outbox = home.join(".local/state/warroom/outbox");
    let kept: String = std::fs::read_dir(outbox)
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert!(kept.contains("queued by the release before"), "{kept}");
    assert!(kept.contains("keep eu-west-1b drained"), "{kept}");
}

/// A server that one program serves, and a console that is the other; lines that are typed while
/// both are there, while the server is gone, and once it is back, as a third program.
fn meet(served_by: &str, console_of: &str, later_by: &str) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let by = |program: &str| format!("shift; exec {program} \"$@\"");
    let server = Process::under(folder.path(), &by(served_by));
    server.ok(&["declare", "Checkout 500s"]);
    let address = server.address();
    let join = format!("exec {console_of} --name lee join ws://{address} --incident INC-1");
    let mut lee = Terminal::script(&join, &folder.path().join("lee"), (120, 40));
    lee.until("it is live, or says which side to upgrade", |screen| {
        screen.contains("● live ·") || screen.contains("pgrade")
    });
    lee.press("i");
    lee.shows("enter send");
    lee.press("typed before\r");
    lee.shows("lee: typed before");
    server.ok(&["note", "INC-1", "written by this release"]);
    lee.shows("written by this release");
    drop(server);
    lee.shows("stale since");
    lee.press("typed between\r");
    lee.shows("1 queued");
    let later = Process::try_under(folder.path(), &by(later_by), address);
    let server = later.unwrap_or_else(|(_, said)| panic!("{said}"));
    lee.until("nothing waits", |screen| {
        screen.contains("● live ·") && screen.contains("queued 0")
    });
    // What the older one may never have heard of.
    server.ok(&["hypothesis", "INC-1", "the pool is exhausted"]);
    server.ok(&["propose", "INC-1", "roll back 4f2a"]);
    lee.press("typed after\r");
    lee.shows("lee: typed after");
    lee.until("nothing waits", |screen| screen.contains("queued 0"));
    let lines = [
        "typed before",
        "written by this release",
        "typed between",
        "typed after",
    ];
    assert_eq!(server.counts(&lines.map(str::to_owned)), [1, 1, 1, 1]);
    server.stop();
    assert!(verify_dir(&folder.path().join("data")).unwrap().is_whole());
    lines.len()
}

#[test]
fn the_program_of_an_earlier_release_and_this_one_do_each_other_no_harm() {
    let Ok(older) = std::env::var("WARROOM_OLDER") else {
        return skipped(
            "the program of an earlier release",
            "WARROOM_OLDER names none",
        );
    };
    let newer = meet(&older, PROGRAM, PROGRAM);
    let other = meet(PROGRAM, &older, PROGRAM);
    println!("{} lines, each once", newer + other);
}
