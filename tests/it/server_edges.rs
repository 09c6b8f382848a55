//! TLS, bounds, dead connections, and bodies that are not what they should be.

use crate::support::server::{House, PATIENCE, Wire, http, note};
use futures_util::SinkExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::CertificateDer;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::protocol::Message;
use tokio_tungstenite::{WebSocketStream, client_async};
use warroom::incident::*;
use warroom::protocol::{ServerFrame, VERSION, limits};
use warroom::server::control::{Ask, Status};
use warroom::server::{StartError, TlsFiles, TokenStore};

const HOOK: &str = "POST /hooks/alertmanager HTTP/1.1\r\nHost: localhost";

/// Writes a chain and a key for `localhost`, and gives the CA behind them.
fn certificate(dir: &Path) -> (TlsFiles, CertificateDer<'static>) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_key = KeyPair::generate().unwrap();
    let ca = authority.self_signed(&ca_key).unwrap();
    let issuer = Issuer::new(authority, ca_key);
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &issuer).unwrap();
    let files = TlsFiles {
        cert: dir.join("cert.pem"),
        key: dir.join("key.pem"),
    };
    std::fs::write(&files.cert, leaf.pem()).unwrap();
    std::fs::write(&files.key, key.serialize_pem()).unwrap();
    (files, ca.der().clone())
}

async fn secure(address: SocketAddr, ca: Option<&CertificateDer<'static>>) -> Option<Wire> {
    let mut roots = rustls::RootCertStore::empty();
    if let Some(ca) = ca {
        roots.add(ca.clone()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_tungstenite::Connector::Rustls(Arc::new(config));
    let url = format!("wss://localhost:{}/ws", address.port());
    let socket = TcpStream::connect(address).await.unwrap();
    let connected =
        tokio_tungstenite::client_async_tls_with_config(url, socket, None, Some(connector));
    connected.await.ok().map(|(socket, _)| Wire::of(socket))
}

/// How many there are, as the server tells.
async fn sessions(house: &House) -> usize {
    let file = house.server.file.clone();
    let status = tokio::task::spawn_blocking(move || file.ask(Ask::Status));
    let status: Status = serde_json::from_str(&status.await.unwrap().unwrap()).unwrap();
    status.sessions
}

#[tokio::test]
async fn tls_is_spoken_and_a_slow_handshake_holds_nobody_up() {
    let keys = tempfile::tempdir().unwrap();
    let (files, ca) = certificate(keys.path());
    let house = House::with(|o| {
        o.tls = Some(files);
        // Whoever waited for the slow ones would wait too long.
        o.pace.handshake = 100 * PATIENCE;
    })
    .await;
    // They connect and say nothing, or half a handshake.
    let mut slow = Vec::new();
    for n in 0..20 {
        let mut socket = TcpStream::connect(house.address).await.unwrap();
        if n % 2 == 0 {
            socket.write_all(&[22, 3, 1, 2, 0, 1]).await.unwrap();
        }
        slow.push(socket);
    }
    let mut maya = secure(house.address, Some(&ca)).await.expect("a session");
    maya.hello("maya", false).await;
    maya.declare("over TLS").await;
    let mut bo = secure(house.address, Some(&ca)).await.expect("a session");
    bo.hello("bo", false).await;
    bo.join(1, 0).await;
    // Larger than one TLS record, and many at once.
    let long = "x".repeat(60_000);
    for _ in 0..20 {
        maya.submit(Some(1), &note(&long)).await.unwrap();
    }
    for record in &house.ledger.log(1)[1..] {
        assert_eq!(bo.event().await, **record.json());
    }
    assert!(secure(house.address, None).await.is_none(), "unknown CA");
    let (status, _) = http(
        house.address,
        "GET /healthz HTTP/1.1\r\nHost: localhost",
        b"",
    )
    .await;
    assert_eq!(status, 0, "plain text is not answered there");
    assert_eq!(sessions(&house).await, 2);
    drop(slow);
}

#[tokio::test]
async fn a_certificate_that_is_none_is_named() {
    let keys = tempfile::tempdir().unwrap();
    let (files, _) = certificate(keys.path());
    for (path, other) in [(&files.cert, &files.key), (&files.key, &files.cert)] {
        let was = std::fs::read(path).unwrap();
        for words in [
            Vec::new(),
            b"nothing".to_vec(),
            std::fs::read(other).unwrap(),
        ] {
            std::fs::write(path, &words).unwrap();
            let refused = House::try_with(|o| o.tls = Some(files.clone())).await;
            let Err(StartError::Tls { path: named, .. }) = refused else {
                panic!("refused")
            };
            assert_eq!(&named, path);
        }
        std::fs::write(path, was).unwrap();
    }
}

#[tokio::test]
async fn one_session_too_many_is_asked_to_come_back() {
    let house = House::with(|o| o.sessions = 2).await;
    let (mut maya, bo) = (house.client("maya").await, house.client("bo").await);
    let upgrade = "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    let head = upgrade.replace("Upgrade:", "Connection: upgrade\r\nUpgrade:");
    let (status, answer) = house.http(&head, b"").await;
    assert_eq!(status, 503, "{answer}");
    assert!(answer.to_lowercase().contains("retry-after: "), "{answer}");
    assert!(answer.contains("as many sessions as it may"), "{answer}");
    maya.declare("the others go on").await;
    drop(bo);
    // The place is free once the server noticed.
    let deadline = Instant::now() + PATIENCE;
    while Wire::try_connect(house.address, None).await.is_none() {
        assert!(Instant::now() < deadline, "a free place");
        tokio::task::yield_now().await;
    }
}

fn alert(print: usize) -> String {
    format!(
        r#"{{"version":"4","groupKey":"g","alerts":[{{"status":"firing",
        "labels":{{"alertname":"High"}},"annotations":{{}},"startsAt":"2026-11-23T13:04:29Z",
        "endsAt":"0001-01-01T00:00:00Z","fingerprint":"{print}"}}]}}"#
    )
}

#[tokio::test]
async fn more_webhooks_than_may_wait_are_asked_for_again() {
    let house = House::open().await;
    house.ledger.hold();
    let hook = |n: usize| {
        let address = house.address;
        async move { http(address, HOOK, alert(n).as_bytes()).await }
    };
    // One is worked on, as many as may wait do, and ten more.
    let all = limits::HOOK_QUEUE + 11;
    let mut answers: FuturesUnordered<_> = (0..all).map(hook).collect();
    for _ in 0..10 {
        let (status, answer) = answers.next().await.unwrap();
        assert_eq!(status, 503, "{answer}");
        assert!(answer.to_lowercase().contains("retry-after: "), "{answer}");
    }
    house.ledger.go_on();
    let mut taken = 0;
    while let Some((status, answer)) = answers.next().await {
        assert!(status == 200 || status == 503, "{answer}");
        taken += usize::from(status == 200);
    }
    assert!(taken >= limits::HOOK_QUEUE, "{taken}");
    // The first opened it: one event more than reports.
    assert_eq!(house.ledger.log(1).len(), 1 + taken);
}

#[tokio::test]
async fn a_connection_that_answers_pings_lives_and_a_silent_one_ends() {
    let house = House::with(|o| {
        o.pace.ping_every = Duration::from_millis(40);
        // A busy machine answers a ping in that time.
        o.pace.dead_after = Duration::from_secs(3);
    })
    .await;
    let mut silent = house.client("silent").await;
    let mut maya = house.client("maya").await;
    let deadline = Instant::now() + PATIENCE;
    while sessions(&house).await == 2 {
        assert!(Instant::now() < deadline, "the silent one lives");
        for _ in 0..5 {
            let message = maya.message().await.expect("still connected");
            assert!(matches!(message, Message::Ping(_)), "{message:?}");
        }
    }
    maya.declare("alive").await;
    // It never read, so it never answered, and was given up meanwhile.
    let mut last = None;
    while let Some(message) = silent.message().await {
        last = Some(message);
    }
    assert!(matches!(last, Some(Message::Ping(_))), "{last:?}");
}

/// An answer to a ping, masked with zeros.
const PONG: [u8; 6] = [0x8a, 0x80, 0, 0, 0, 0];

/// A connection whose socket takes little.
async fn thin(address: SocketAddr) -> WebSocketStream<TcpStream> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(16 * 1024).unwrap();
    let stream = socket.connect(address).await.unwrap();
    let opened = client_async(format!("ws://{address}/ws"), stream).await;
    opened.unwrap().0
}

/// Pages that are asked for at once, of most of a MiB each.
const PAGES: usize = 24;

/// A server that calls a session dead soon, and a thin connection to it that has asked for a lot.
async fn with_much_to_read(dead_after: Duration) -> (House, TcpStream) {
    const NOTES: usize = 60;
    let house = House::with(|o| {
        o.pace.ping_every = Duration::from_millis(100);
        o.pace.dead_after = dead_after;
    })
    .await;
    let mut maya = house.client("maya").await;
    maya.declare("long").await;
    for _ in 0..NOTES {
        let long = note(&"pods restart, memory at its limit. ".repeat(400));
        maya.submit(Some(1), &long).await.unwrap();
    }
    let mut slow = thin(house.address).await;
    let hello = format!(r#"{{"type":"hello","protocol":{VERSION},"client":"thin","name":"bo"}}"#);
    slow.send(Message::text(hello)).await.unwrap();
    // More than a socket takes at once, and than a session may have waiting before it is read no more.
    for request in 0..PAGES {
        let page =
            format!(r#"{{"type":"page","request":{request},"incident":1,"after":0,"limit":500}}"#);
        slow.send(Message::text(page)).await.unwrap();
    }
    (house, slow.into_inner())
}

#[tokio::test]
async fn a_session_that_says_it_lives_and_never_reads_ends() {
    let dead_after = Duration::from_millis(200);
    let (house, mut stuck) = with_much_to_read(dead_after).await;
    let began = Instant::now();
    // Maya is silent, and was given up before.
    while sessions(&house).await > 0 {
        assert!(began.elapsed() < PATIENCE, "it lives");
        // It may have been ended just now.
        let _ = stuck.write_all(&PONG).await;
        tokio::time::sleep(dead_after / 10).await;
    }
    assert!(began.elapsed() > dead_after * 2, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_session_that_takes_a_long_answer_slowly_lives() {
    let dead_after = Duration::from_millis(800);
    let (_house, mut slow) = with_much_to_read(dead_after).await;
    let (began, mut read) = (Instant::now(), Vec::new());
    let mut piece = vec![0; 64 * 1024];
    // It says that it lives, and nothing else is looked at until it has read its answers.
    while began.elapsed() < dead_after * 4 {
        tokio::time::sleep(dead_after / 40).await;
        let count = slow.read(&mut piece).await.unwrap();
        assert_ne!(count, 0, "given up after {} bytes", read.len());
        read.extend_from_slice(&piece[..count]);
        slow.write_all(&PONG).await.unwrap();
    }
    // All the rest comes: it was not given up.
    let last = format!(r#""request":{},"#, PAGES - 1);
    let has = |bytes: &[u8]| {
        bytes
            .windows(last.len())
            .any(|part| part == last.as_bytes())
    };
    let rest = async {
        while !has(&read[read.len().saturating_sub(2 * piece.len())..]) {
            let count = slow.read(&mut piece).await.unwrap();
            assert_ne!(count, 0, "given up after {} bytes", read.len());
            read.extend_from_slice(&piece[..count]);
            slow.write_all(&PONG).await.unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, rest)
        .await
        .expect("all pages");
}

#[tokio::test]
async fn bodies_that_are_not_webhooks_are_refused_and_open_nothing() {
    let house = House::open().await;
    let whole = alert(1);
    let without = |field: &str| {
        let mut value: serde_json::Value = serde_json::from_str(&whole).unwrap();
        if value.as_object_mut().unwrap().remove(field).is_none() {
            value["alerts"][0].as_object_mut().unwrap().remove(field);
        }
        value.to_string()
    };
    let bad = [
        String::new(),
        "[]".to_owned(),
        "null".to_owned(),
        "\u{0}".to_owned(),
        whole[..whole.len() - 1].to_owned(),
        whole.replace(r#""4""#, r#""5""#),
        without("version"),
        without("alerts"),
        whole
            .replace(r#"{"alertname":"High"}"#, "{}")
            .replace(r#""fingerprint":"1""#, r#""fingerprint":"""#),
        without("startsAt"),
        without("status"),
        whole.replace("firing", "smouldering"),
        whole.replace("2026-11-23T13:04:29Z", "yesterday"),
        format!(r#"{{"version":"4","alerts":{}"#, "[".repeat(200_000)),
    ];
    for body in &bad {
        let (status, answer) = house.hook(body.as_bytes()).await;
        let shown: String = body.chars().take(300).collect();
        assert_eq!(status, 400, "{shown}: {answer}");
        let words = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
        assert!(
            words.trim_end().ends_with('.') && words.contains("nothing of"),
            "{words}"
        );
        // What happened, and what to do.
        assert!(words.contains(". "), "{words}");
    }
    let (status, answer) = house.hook(&vec![b' '; 10 * 1024 * 1024]).await;
    assert_eq!(status, 413, "{answer}");
    assert!(
        answer.contains("4 MiB") && answer.contains("max_alerts"),
        "{answer}"
    );
    assert!(house.ledger.log(1).is_empty());
    assert_eq!(house.hook(whole.as_bytes()).await.0, 200);
    assert_eq!(house.ledger.log(1).len(), 2);
}

#[tokio::test]
async fn a_body_of_ten_megabytes_in_chunks_or_cut_off_by_the_wire_is_refused() {
    let house = House::open().await;
    let mut socket = TcpStream::connect(house.address).await.unwrap();
    let head = format!("{HOOK}\r\nTransfer-Encoding: chunked\r\n\r\n");
    socket.write_all(head.as_bytes()).await.unwrap();
    let (mut read, mut write) = socket.into_split();
    let writing = tokio::spawn(async move {
        let mut chunk = b"100000\r\n".to_vec();
        chunk.extend(std::iter::repeat_n(b' ', 0x10_0000));
        chunk.extend(b"\r\n");
        for _ in 0..10 {
            // The server stops reading at its bound.
            if write.write_all(&chunk).await.is_err() {
                return;
            }
        }
    });
    let mut answer = vec![0; 64];
    let count = tokio::time::timeout(PATIENCE, read.read(&mut answer)).await;
    let answer = String::from_utf8_lossy(&answer[..count.unwrap().unwrap()]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    drop(read);
    writing.abort();

    let mut socket = TcpStream::connect(house.address).await.unwrap();
    let cut = format!("{HOOK}\r\nContent-Length: 5000\r\n\r\n{}", alert(1));
    socket.write_all(cut.as_bytes()).await.unwrap();
    socket.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let read = socket.read_to_end(&mut answer);
    let _ = tokio::time::timeout(PATIENCE, read).await.expect("an end");
    let answer = String::from_utf8_lossy(&answer);
    assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(house.ledger.log(1).is_empty());
}

#[tokio::test]
async fn every_wrong_token_is_refused_in_its_own_words() {
    let house = House::open().await;
    let store = TokenStore::new(house.data.path());
    let now = Timestamp::UNIX_EPOCH;
    let make = |name: &str, level| {
        let name: Person = name.parse().unwrap();
        store.create(&name, level, now).unwrap()
    };
    let (gone, watcher) = (
        make("gone", Level::Responder),
        make("wall", Level::Spectator),
    );
    store.revoke(&"gone".parse().unwrap(), now).unwrap();
    let mut words = Vec::new();
    let long = "w".repeat(4_000);
    for token in [None, Some("wr_wrong"), Some(gone.as_str()), Some(&long)] {
        let mut wire = Wire::connect(house.address, token).await;
        wire.hello("x", false).await;
        let text = wire.heard.last().unwrap();
        assert!(text.contains(r#""code":"access""#), "{text}");
        assert!(text.contains(r#""retry":false"#), "{text}");
        words.push(text.clone());
        let head = match token {
            Some(token) => format!("{HOOK}\r\nAuthorization: Bearer {token}"),
            None => HOOK.to_owned(),
        };
        assert_eq!(house.http(&head, alert(1).as_bytes()).await.0, 401);
    }
    assert_eq!(words[1], words[3]);
    words.dedup();
    words.truncate(3);
    assert_eq!(words.len(), 3, "missing, wrong and revoked are told apart");
    assert!(words[2].contains("revoked"), "{words:?}");
    let head = format!("{HOOK}\r\nAuthorization: Bearer {watcher}");
    assert_eq!(house.http(&head, alert(1).as_bytes()).await.0, 403);
    assert!(house.ledger.log(1).is_empty());
    let mut wall = Wire::connect(house.address, Some(&watcher)).await;
    let welcome = wall.hello("wall", false).await;
    assert!(matches!(welcome, ServerFrame::Welcome { level, .. } if level == Level::Spectator));
}
