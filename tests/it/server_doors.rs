//! Who gets in, what is refused, and how a server ends.

use crate::support::ledger::Ledger;
use crate::support::server::{House, Wire, command, http, note, options};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio_tungstenite::tungstenite::protocol::Message;
use tokio_util::sync::CancellationToken;
use warroom::incident::*;
use warroom::protocol::*;
use warroom::server::control::{Ask, ServerFile, Status as Doing};
use warroom::server::{StartError, TokenStore, start};

fn person(name: &str) -> Person {
    name.parse().unwrap()
}

#[tokio::test]
async fn a_token_says_who_it_is_and_ends_when_revoked() {
    let house = House::open().await;
    let mut early = house.client("anyone").await;
    let store = TokenStore::new(house.data.path());
    let words = store
        .create(&person("maya"), Level::Responder, Timestamp::UNIX_EPOCH)
        .unwrap();
    let ingest = store
        .create(&person("am"), Level::Ingest, Timestamp::UNIX_EPOCH)
        .unwrap();

    let mut maya = Wire::connect(house.address, Some(&words)).await;
    let welcome = maya.hello("someone-else", false).await;
    let ServerFrame::Welcome {
        you, level, access, ..
    } = welcome
    else {
        panic!("welcome")
    };
    assert_eq!(
        (you, level, access),
        (person("maya"), Level::Responder, Access::Tokens)
    );
    assert_eq!(early.bye().await.0.code, RefusalCode::Access);

    for token in [None, Some("wr_wrong"), Some(ingest.as_str())] {
        let mut wire = Wire::connect(house.address, token).await;
        wire.hello("x", false).await;
        let told = wire.heard.join("");
        assert!(
            told.contains(r#""type":"bye""#) && told.contains("access"),
            "{told}"
        );
    }
    let hook = |token: &str| {
        format!(
            "POST /hooks/alertmanager HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}"
        )
    };
    let empty = br#"{"version":"4","alerts":[]}"#;
    assert_eq!(house.http(&hook(&ingest), empty).await.0, 200);
    assert_eq!(house.http(&hook("wr_no"), empty).await.0, 401);

    store
        .revoke(&person("maya"), Timestamp::UNIX_EPOCH)
        .unwrap();
    let file = house.server.file.clone();
    tokio::task::spawn_blocking(move || file.ask(Ask::Reload))
        .await
        .unwrap()
        .unwrap();
    let (refusal, retry) = maya.bye().await;
    assert_eq!((refusal.code, retry), (RefusalCode::Access, false));
}

#[tokio::test]
async fn a_server_open_to_others_wants_protection() {
    let ledger = Ledger::new();
    let data = tempfile::tempdir().unwrap();
    let mut open = options(data.path(), &ledger);
    open.listen = "0.0.0.0:0".parse().unwrap();
    let refused = start(open.clone(), CancellationToken::new()).await;
    assert!(matches!(refused, Err(StartError::PlainText(_))));
    open.insecure = true;
    let refused = start(open.clone(), CancellationToken::new()).await;
    assert!(matches!(refused, Err(StartError::NoTokens(_))));
    let store = TokenStore::new(data.path());
    store
        .create(&person("maya"), Level::Admin, Timestamp::UNIX_EPOCH)
        .unwrap();
    assert!(start(open, CancellationToken::new()).await.is_ok());
}

#[tokio::test]
async fn pages_of_other_sites_and_other_names_are_refused() {
    let house = House::open().await;
    for head in [
        "GET /healthz HTTP/1.1\r\nHost: evil.example",
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example",
        "POST /hooks/alertmanager HTTP/1.1\r\nHost: localhost\r\nOrigin: null",
    ] {
        assert_eq!(house.http(head, b"").await.0, 403, "{head}");
    }
    let head = format!("GET /healthz HTTP/1.1\r\nHost: {}", house.address);
    assert_eq!(house.http(&head, b"").await.0, 200);
    let stop = "POST /control/stop HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer no";
    assert_eq!(house.http(stop, b"").await.0, 401);
}

#[tokio::test]
async fn what_is_no_frame_ends_only_its_own_connection() {
    let house = House::open().await;
    let mut bo = house.client("bo").await;
    bo.declare("a").await;
    let nested = "[".repeat(100_000);
    let within = format!(r#"{{"type":"runbooks","request":1,"later":{nested}"#);
    let huge = "x".repeat(warroom::protocol::limits::CLIENT_FRAME_BYTES + 1);
    let bad = [
        Message::text("{"),
        Message::text(r#"{"type":"submit"}"#),
        Message::text(nested),
        Message::text(within),
        Message::text(huge),
        Message::binary(vec![1, 2, 3]),
    ];
    for message in bad {
        let mut maya = house.client("maya").await;
        let _ = maya.try_say(message).await;
        let (refusal, retry) = maya.bye().await;
        assert_eq!((refusal.code, retry), (RefusalCode::Invalid, false));
        let sentence = refusal.why.starts_with(char::is_uppercase) && refusal.why.ends_with('.');
        assert!(sentence && refusal.instead.ends_with('.'), "{refusal:?}");
    }
    let mut maya = house.client("maya").await;
    maya.say(r#"{"type":"from_the_future","x":1}"#).await;
    maya.submit(Some(1), &note("goes on")).await.unwrap();
    bo.submit(Some(1), &note("undisturbed")).await.unwrap();
}

#[tokio::test]
async fn a_hello_must_come_first_in_time_and_in_version() {
    let hurried = House::with(|o| o.pace.hello = Duration::from_millis(50)).await;
    let mut silent = Wire::connect(hurried.address, None).await;
    assert!(silent.bye().await.0.why.contains("said nothing"));
    let house = House::open().await;
    for (protocol, side) in [
        (0, "Upgrade the console"),
        (VERSION + 1, "Upgrade the server"),
    ] {
        let mut other = Wire::connect(house.address, None).await;
        other
            .say(&format!(
                r#"{{"type":"hello","protocol":{protocol},"client":"c"}}"#
            ))
            .await;
        let (refusal, retry) = other.bye().await;
        assert!(refusal.instead.contains(side) && !retry);
    }
    let mut nameless = Wire::connect(house.address, None).await;
    nameless
        .say(r#"{"type":"hello","protocol":1,"client":"c"}"#)
        .await;
    assert!(nameless.bye().await.0.instead.contains("--name"));
}

#[tokio::test]
async fn a_flood_is_cut_off() {
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    for request in 0..u64::from(warroom::protocol::limits::FRAMES_BURST) * 3 {
        let frame = encode(&ClientFrame::Runbooks { request });
        if maya.try_say(Message::text(frame)).await.is_err() {
            break;
        }
    }
    let (refusal, retry) = maya.bye().await;
    assert_eq!((refusal.code, retry), (RefusalCode::Busy, true));
}

#[tokio::test]
async fn a_slow_reader_resyncs_and_everyone_else_gets_all() {
    let house = House::open().await;
    let (mut maya, mut slow) = (house.client("maya").await, house.client("slow").await);
    maya.declare("a").await;
    maya.join(1, 0).await;
    slow.join(1, 0).await;
    // More than the sockets' own buffers and the queue take together.
    let long = "y".repeat(60_000);
    for _ in 0..warroom::protocol::limits::SESSION_QUEUE + 200 {
        maya.submit(Some(1), &note(&long)).await.unwrap();
    }
    let sent = maya
        .heard
        .iter()
        .filter(|t| t.starts_with(r#"{"type":"event""#))
        .count();
    assert_eq!(sent, warroom::protocol::limits::SESSION_QUEUE + 200);
    slow.until(|f| matches!(f, ServerFrame::Resync { .. }))
        .await;
    assert_eq!(slow.join(1, 0).await.2 as usize, sent + 1);
    maya.submit(Some(1), &note("after")).await.unwrap();
    assert!(slow.event().await.contains("after"));
}

#[tokio::test]
async fn a_server_that_ends_says_so_and_finishes() {
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    maya.declare("a").await;
    let status = house.server.file.clone();
    let status = tokio::task::spawn_blocking(move || status.ask(Ask::Status))
        .await
        .unwrap();
    let status: Doing = serde_json::from_str(&status.unwrap()).unwrap();
    assert_eq!((status.sessions, status.incidents, status.open), (1, 1, 1));
    maya.submit(Some(1), &note("last")).await.unwrap();
    assert!(ServerFile::read(house.data.path()).unwrap().is_some());
    house.shutdown.cancel();
    let (_, retry) = maya.bye().await;
    assert!(retry);
    drop(maya);
    house.server.ended().await;
    assert_eq!(house.ledger.checkpoints(), 1);
    assert!(ServerFile::read(house.data.path()).unwrap().is_none());
    // Everything is there again, also without a proper end.
    let again = House::on(house.ledger.clone(), |_| {}).await;
    let mut maya = again.client("maya").await;
    let (state, _, head) = maya.join(1, 0).await;
    assert_eq!((head, state.unwrap().counts.notes), (2, 1));
    assert_eq!(maya.declare("b").await, 2);
}

#[test]
fn what_was_acknowledged_outlives_a_server_that_is_killed() {
    let ledger = Ledger::new();
    let runtime = || tokio::runtime::Runtime::new().unwrap();
    let killed = runtime();
    let done = killed.block_on(async {
        let house = House::on(ledger.clone(), |_| {}).await;
        let mut maya = house.client("maya").await;
        maya.declare("a").await;
        let note = note("acknowledged");
        (note.clone(), maya.submit(Some(1), &note).await.unwrap())
    });
    killed.shutdown_background();
    runtime().block_on(async {
        let house = House::on(ledger.clone(), |_| {}).await;
        let mut maya = house.client("maya").await;
        assert_eq!(maya.submit(Some(1), &done.0).await.unwrap(), done.1);
        assert_eq!(maya.join(1, 0).await.2, 2);
    });
}

#[tokio::test]
async fn a_server_that_nobody_needs_ends_by_itself() {
    let house = House::with(|o| o.idle_exit = Some(Duration::from_millis(20))).await;
    house.server.ended().await;
    assert!(house.shutdown.is_cancelled());
}

/// An incident that is open holds its end off, whoever is there; and so does a session.
#[tokio::test]
async fn a_server_with_something_open_or_someone_there_goes_on() {
    let before = House::open().await;
    before.client("maya").await.declare("a").await;
    before.shutdown.cancel();
    before.server.ended().await;
    let idle = Duration::from_millis(20);
    let house = House::on(before.ledger, |o| o.idle_exit = Some(idle)).await;
    let ended = house.shutdown.clone();
    let goes_on = async || {
        let ended = tokio::time::timeout(idle * 10, ended.cancelled());
        assert!(ended.await.is_err(), "it ended");
    };
    goes_on().await;
    let mut maya = house.client("maya").await;
    let role = Role::IncidentCommander;
    let claim = command(Intent::ClaimRole { role });
    maya.submit(Some(1), &claim).await.unwrap();
    let resolve = command(Intent::SetStatus {
        status: Status::Resolved,
        at: None,
        reason: None,
    });
    maya.submit(Some(1), &resolve).await.unwrap();
    goes_on().await;
    drop(maya);
    house.server.ended().await;
    assert!(ended.is_cancelled());
}

#[tokio::test]
async fn figures_are_served() {
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    maya.declare("a").await;
    maya.submit(Some(7), &note("nowhere")).await.unwrap_err();
    let (_, text) = http(
        house.address,
        "GET /metrics HTTP/1.1\r\nHost: localhost",
        b"",
    )
    .await;
    for line in [
        "warroom_connections{level=\"responder\"} 1",
        "warroom_events_total 1",
        "warroom_refusals_total{reason=\"not_found\"} 1",
        "warroom_append_latency_seconds_count 1",
        "warroom_queue_depth{queue=\"rooms\"} 0",
        "# EOF",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

/// The names in the operator's guide: what is served is there, and what is there is served.
#[tokio::test]
async fn every_figure_is_in_the_operators_guide() {
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    maya.submit(Some(7), &note("nowhere")).await.unwrap_err();
    let alert = serde_json::json!({
        "status": "firing", "labels": {"alertname": "High"}, "annotations": {},
        "startsAt": "2026-11-23T13:04:29Z", "fingerprint": "f1a9"
    });
    let group = serde_json::json!({"version": "4", "groupKey": "g", "alerts": [alert]});
    let handed_in = house.hook(group.to_string().as_bytes()).await;
    assert_eq!(handed_in.0, 200, "{}", handed_in.1);
    let (_, text) = house
        .http("GET /metrics HTTP/1.1\r\nHost: localhost", b"")
        .await;
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let served: BTreeSet<String> = types
        .map(|line| match line.split_once(' ').unwrap() {
            (name, "counter") => format!("`{name}_total` | counter"),
            (name, kind) => format!("`{name}` | {kind}"),
        })
        .collect();
    let guide = include_str!("../../docs/operators-guide.md");
    let rows = guide.lines().filter(|line| line.starts_with("| `warroom_"));
    let told: BTreeSet<String> = rows
        .map(|row| {
            row[2..]
                .splitn(3, " | ")
                .take(2)
                .collect::<Vec<_>>()
                .join(" | ")
        })
        .collect();
    assert_eq!(served, told);
    let queues = text.lines().filter(|line| line.contains("queue=\""));
    for line in queues {
        let queue = line.split('"').nth(1).unwrap();
        assert!(guide.contains(&format!("`{queue}` (")), "{line}");
    }
    for code in RefusalCode::ALL {
        assert!(guide.contains(&format!("`{}`", code.name())), "{code:?}");
    }
}
