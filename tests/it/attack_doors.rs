//! Who gets through which door: every route that there is with a token of every level, paths that
//! are none, and senders who never come to an end.

use crate::support::server::{House, PATIENCE};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use warroom::incident::*;
use warroom::server::TokenStore;

/// The routes, as they stand in the program.
fn routes() -> Vec<String> {
    let sources = [
        include_str!("../../src/server/http.rs"),
        include_str!("../../src/server/http/wall.rs"),
    ];
    let text = sources.concat();
    let rest = text.split(".route(").skip(1);
    rest.map(|rest| rest.split('"').nth(1).unwrap().to_owned())
        .collect()
}

/// Sends these bytes as they are; the status of the answer, 0 where there is none.
async fn status(house: &House, bytes: &str) -> u16 {
    let mut socket = TcpStream::connect(house.address).await.unwrap();
    socket.write_all(bytes.as_bytes()).await.unwrap();
    let mut first = [0; 12];
    let read = tokio::time::timeout(PATIENCE, socket.read_exact(&mut first)).await;
    match read.expect("an answer, or an end, in time") {
        Ok(_) => String::from_utf8_lossy(&first[9..]).parse().unwrap(),
        Err(_) => 0,
    }
}

/// What whoever has a token of this level gets there; `None` is who has none.
fn wanted(route: &str, level: Option<Level>) -> u16 {
    let writes = matches!(level, Some(Level::Responder | Level::Admin | Level::Ingest));
    match route {
        // The handshake is answered; the session says who may not come in.
        "/ws" => 101,
        // What was sent is no webhook.
        "/hooks/alertmanager" if writes => 400,
        "/hooks/alertmanager" if level.is_none() => 401,
        "/hooks/alertmanager" => 403,
        "/hooks/{name}" => 404,
        "/healthz" | "/readyz" | "/metrics" | "/wall" | "/wall/wall.css" | "/wall/wall.js" => 200,
        // No token opens these: only the secret in the data directory.
        "/control/status" | "/control/reload" | "/control/stop" => 401,
        "/wall/enter" if level == Some(Level::Wall) => 204,
        "/wall/events" | "/wall/now" if level == Some(Level::Wall) => 200,
        "/wall/enter" | "/wall/events" | "/wall/now" if level.is_none() => 401,
        "/wall/enter" | "/wall/events" | "/wall/now" => 403,
        new => panic!("who may open {new}?"),
    }
}

#[tokio::test]
async fn every_route_there_is_opens_to_those_it_is_for_and_to_nobody_else() {
    let house = House::open().await;
    let store = TokenStore::new(house.data.path());
    let create = |level: Level| {
        let name: Person = format!("one-{level}").parse().unwrap();
        store.create(&name, level, Timestamp::UNIX_EPOCH).unwrap()
    };
    let levels = [
        Level::Admin,
        Level::Spectator,
        Level::Observer,
        Level::Responder,
        Level::Ingest,
        Level::Wall,
    ];
    let tokens = levels.map(|level| (Some(level), create(level)));
    let routes = routes();
    assert!(routes.len() > 10, "{routes:?}");
    for route in &routes {
        for (level, words) in std::iter::once(&(None, String::new())).chain(&tokens) {
            let post = matches!(
                &**route,
                "/wall/enter" | "/control/reload" | "/control/stop"
            ) || route.starts_with("/hooks/");
            let method = if post { "POST" } else { "GET" };
            let path = route.replace("{name}", "none");
            let shown = match level {
                None => String::new(),
                Some(_) => {
                    format!("Authorization: Bearer {words}\r\nCookie: warroom_wall={words}\r\n")
                }
            };
            let upgrade = match &**route {
                "/ws" => {
                    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                }
                _ => "",
            };
            let body = match &**route {
                "/wall/enter" => words,
                _ => "{}",
            };
            let request = format!(
                "{method} {path} HTTP/1.1\r\nHost: localhost\r\n{shown}{upgrade}Content-Length: {}\r\n\r\n{body}",
                if upgrade.is_empty() { body.len() } else { 0 }
            );
            let got = status(&house, &request).await;
            assert_eq!(got, wanted(route, *level), "{method} {route} as {level:?}");
        }
    }
}

#[tokio::test]
async fn what_is_no_path_or_names_another_host_is_turned_away_and_stops_nothing() {
    let house = House::open().await;
    let long = format!("/{}", "a".repeat(12_000));
    let longer = format!("/{}", "a".repeat(80_000));
    for target in [
        "http://evil.example/wall",
        "http://evil.example:80/control/status",
        "http://localhost@evil.example/wall",
        "http://localhost/control/stop",
        "https://localhost/../control/status",
        "//evil.example/wall",
        "/wall/../control/stop",
        "/wall/%2e%2e/control/stop",
        "/wall/..%2f..%2fcontrol%2fstop",
        "/wall/..%252fcontrol",
        "/wall\\..\\control\\stop",
        "/hooks/../control/stop",
        "/hooks/%2e%2e%2fcontrol%2fstop",
        "/hooks/%00",
        "/hooks/",
        "/./wall",
        "/wall%00",
        "/wall\0",
        "/wall\u{b}",
        "/%77%61%6c%6c",
        "/wall;x=1",
        "/control//stop",
        "/etc/passwd",
        "file:///etc/passwd",
        "*",
        "evil.example:443",
        "",
        &long,
        &longer,
    ] {
        for method in ["GET", "POST", "CONNECT", "OPTIONS"] {
            let request = format!(
                "{method} {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
            );
            let got = status(&house, &request).await;
            let refused = [0, 400, 401, 403, 404, 405, 414, 431];
            assert!(refused.contains(&got), "{got}: {method} {target:.60}");
        }
    }
    // Of two bodies that are told of, none is believed; nor is a name told of twice.
    for head in [
        "POST /hooks/alertmanager HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 40",
        "GET /wall HTTP/1.1\r\nHost: localhost\r\nHost: evil.example",
        "GET /wall HTTP/1.1\r\nHost: evil.example\r\nHost: localhost",
        "GET /wall HTTP/1.1",
        "GET /wall HTTP/1.1\r\nHost : localhost",
        "GET /wall HTTP/1.1\r\n Host: localhost",
    ] {
        let got = status(&house, &format!("{head}\r\n\r\n{{}}")).await;
        assert!([0, 400, 403].contains(&got), "{got}: {head}");
    }
    assert_eq!(
        status(&house, "GET /wall HTTP/1.1\r\nHost: localhost\r\n\r\n").await,
        200
    );
}

/// Goes on for ever, a byte at a time, until the other side ends it; what that said.
async fn drip(house: &House, begin: &[u8], byte: &[u8]) -> String {
    let mut socket = TcpStream::connect(house.address).await.unwrap();
    socket.write_all(begin).await.unwrap();
    let (mut read, mut write) = socket.split();
    let mut said = Vec::new();
    let dripping = async {
        // It is the attack that takes its time: nothing is waited for.
        while write.write_all(byte).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        std::future::pending::<()>().await;
    };
    let ended = async {
        tokio::select! {
            // A reset is an end too.
            _ = read.read_to_end(&mut said) => {}
            () = dripping => {}
        }
    };
    let ended = tokio::time::timeout(PATIENCE, ended).await;
    assert!(
        ended.is_ok(),
        "it goes on: {}",
        String::from_utf8_lossy(begin)
    );
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test]
async fn a_head_a_body_and_a_hello_that_never_come_to_an_end_are_given_up() {
    let soon = Duration::from_millis(400);
    let house = House::with(|options| {
        options.pace.head = soon;
        options.pace.body = soon;
        options.pace.hello = soon;
    })
    .await;
    drip(&house, b"GET /ws HTTP/1.1\r\nHost: localhost\r\nX: ", b"x").await;
    drip(
        &house,
        b"GET /ws HTTP/1.1\r\nHost: localhost\r\n",
        b"X: y\r\n",
    )
    .await;
    let post = "POST /hooks/alertmanager HTTP/1.1\r\nHost: localhost\r\n";
    let plain = format!("{post}Content-Length: 100000\r\n\r\n");
    let said = drip(&house, plain.as_bytes(), b" ").await;
    assert!(said.is_empty() || said.contains(" 408 "), "{said}");
    let chunked = format!("{post}Transfer-Encoding: chunked\r\n\r\n");
    let said = drip(&house, chunked.as_bytes(), b"1\r\n \r\n").await;
    assert!(said.is_empty() || said.contains(" 408 "), "{said}");
    // The head of a frame, and then its words, one by one.
    let upgrade = "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let begun = [upgrade.as_bytes(), &[0x81, 0xfe, 0x10, 0, 0, 0, 0, 0]].concat();
    let said = drip(&house, &begun, b" ").await;
    assert!(said.starts_with("HTTP/1.1 101"), "{said}");
    let mut maya = house.client("maya").await;
    maya.declare("still here").await;
}
