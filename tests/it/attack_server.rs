//! What someone who means harm does to a server over its sockets, beside what `server_doors`,
//! `server_edges`, `server_hooks`, `server_limits`, `wall_page` and `redaction` try already.

use crate::support::every::{filled, kinds};
use crate::support::server::{House, PATIENCE, Wire, command, note};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use warroom::incident::*;
use warroom::protocol::*;
use warroom::server::TokenStore;
use warroom::server::control::Ask;

fn person(name: &str) -> Person {
    name.parse().unwrap()
}

fn token(house: &House, name: &str, level: Level) -> String {
    let store = TokenStore::new(house.data.path());
    store
        .create(&person(name), level, Timestamp::UNIX_EPOCH)
        .unwrap()
}

const UPGRADE: &str = "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// A connection that was upgraded by hand, and the head of the answer.
async fn upgraded(house: &House, more: &str) -> (TcpStream, String) {
    let mut socket = TcpStream::connect(house.address).await.unwrap();
    socket
        .write_all(format!("{UPGRADE}{more}\r\n").as_bytes())
        .await
        .unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let byte = tokio::time::timeout(PATIENCE, socket.read_u8()).await;
        head.push(byte.expect("an answer in time").unwrap());
    }
    (socket, String::from_utf8(head).unwrap().to_lowercase())
}

/// Reads to the end, which must come.
async fn end(mut socket: TcpStream) {
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "the connection goes on");
}

#[tokio::test]
async fn frames_are_never_compressed_and_one_that_claims_to_be_ends_its_connection() {
    let house = House::open().await;
    let asks = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    let (mut socket, head) = upgraded(&house, asks).await;
    assert!(head.starts_with("http/1.1 101"), "{head}");
    assert!(
        !head.contains("extensions"),
        "a bomb cannot be unpacked: {head}"
    );
    // A masked text frame of two bytes with the bit of a compressed one.
    socket
        .write_all(&[0xc1, 0x82, 0, 0, 0, 0, b'{', b'}'])
        .await
        .unwrap();
    end(socket).await;
}

#[tokio::test]
async fn a_frame_that_claims_to_be_giant_is_not_waited_for() {
    let house = House::open().await;
    let (mut socket, _) = upgraded(&house, "").await;
    let mut frame = vec![0x81, 0xff];
    frame.extend(u64::MAX.wrapping_shr(1).to_be_bytes());
    frame.extend([0; 4]);
    socket.write_all(&frame).await.unwrap();
    end(socket).await;
    let mut maya = house.client("maya").await;
    maya.declare("still here").await;
}

#[tokio::test]
async fn connections_that_say_nothing_hold_up_nobody_who_is_in_and_newcomers_not_for_long() {
    const OPEN: usize = 2_000;
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    let incident = maya.declare("under attack").await;
    let mut idle = Vec::new();
    for _ in 0..OPEN {
        // Beyond what the system keeps waiting, connecting itself waits.
        let socket = tokio::time::timeout(
            Duration::from_millis(200),
            TcpStream::connect(house.address),
        );
        let Ok(Ok(mut socket)) = socket.await else {
            break;
        };
        socket
            .write_all(b"GET /ws HTTP/1.1\r\nHost: local")
            .await
            .unwrap();
        idle.push(socket);
    }
    assert!(
        idle.len() > 1_024,
        "more than are greeted at once: {}",
        idle.len()
    );
    let began = Instant::now();
    maya.submit(Some(incident), &note("who is in goes on"))
        .await
        .unwrap();
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "{:?}",
        began.elapsed()
    );
    // The heads that never come are given up, and whoever waited behind them gets in.
    let began = Instant::now();
    let newcomer = async {
        loop {
            if let Some(mut wire) = Wire::try_connect(house.address, None).await {
                wire.hello("bo", false).await;
                return;
            }
        }
    };
    let came = tokio::time::timeout(Duration::from_secs(45), newcomer).await;
    assert!(came.is_ok(), "after {:?}", began.elapsed());
}

#[tokio::test]
async fn wrong_tokens_are_counted_by_address_and_the_right_one_gets_in_all_the_same() {
    let house = House::open().await;
    let right = token(&house, "maya", Level::Responder);
    for round in 0..12 {
        let head = format!("{UPGRADE}Authorization: Bearer wr_guess{round}");
        let mut socket = TcpStream::connect(house.address).await.unwrap();
        socket
            .write_all(format!("{head}\r\n\r\n").as_bytes())
            .await
            .unwrap();
        let mut first = [0; 12];
        socket.read_exact(&mut first).await.unwrap();
        let wanted: &[u8] = if round < 10 {
            b"HTTP/1.1 101"
        } else {
            b"HTTP/1.1 429"
        };
        assert_eq!(&first, wanted, "round {round}");
    }
    let hook =
        "POST /hooks/alertmanager HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer wr_no";
    let (status, answer) = house.http(hook, b"{}").await;
    assert!(
        status == 429 && answer.contains("retry-after: 60"),
        "{answer}"
    );
    let mut maya = Wire::connect(house.address, Some(&right)).await;
    assert!(matches!(
        maya.hello("maya", false).await,
        ServerFrame::Welcome { .. }
    ));
}

#[tokio::test]
async fn a_revoked_token_is_cut_off_within_a_second_and_hears_nothing_more() {
    let house = House::open().await;
    let (maya, bo) = (
        token(&house, "maya", Level::Admin),
        token(&house, "bo", Level::Responder),
    );
    let mut maya = Wire::connect(house.address, Some(&maya)).await;
    maya.hello("maya", false).await;
    let mut bo = Wire::connect(house.address, Some(&bo)).await;
    bo.hello("bo", false).await;
    let incident = maya.declare("leak").await;
    bo.join(incident, 0).await;
    let store = TokenStore::new(house.data.path());
    store.revoke(&person("bo"), Timestamp::UNIX_EPOCH).unwrap();
    let (file, began) = (house.server.file.clone(), Instant::now());
    tokio::task::spawn_blocking(move || file.ask(Ask::Reload))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(bo.bye().await.0.code, RefusalCode::Access);
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
    maya.submit(Some(incident), &note("not for bo"))
        .await
        .unwrap();
    while bo.next().await.is_some() {}
    assert!(!bo.heard.join("").contains("not for bo"));
}

#[tokio::test]
async fn a_spectator_and_an_observer_are_refused_every_command_there_is() {
    let house = House::open().await;
    let admin = token(&house, "maya", Level::Admin);
    let mut maya = Wire::connect(house.address, Some(&admin)).await;
    maya.hello("maya", false).await;
    let incident = maya.declare("read only").await;
    let (_, _, head) = maya.join(incident, 0).await;
    let kinds = kinds::<Intent>("do");
    assert!(kinds.len() > 40, "{kinds:?}");
    let filled: Vec<(&str, Result<Intent, String>)> = kinds
        .iter()
        .map(|kind| (&**kind, filled("do", kind)))
        .collect();
    let not_made: Vec<_> = filled.iter().filter(|(_, made)| made.is_err()).collect();
    assert!(
        not_made.is_empty(),
        "give `every::values` what these take: {not_made:?}"
    );
    for level in [Level::Spectator, Level::Observer] {
        let words = token(&house, &format!("reader-{level}"), level);
        let mut reader = Wire::connect(house.address, Some(&words)).await;
        reader.hello("reader", false).await;
        for (kind, intent) in &filled {
            let command = command(intent.clone().unwrap());
            let refused = reader
                .submit(Some(incident), &command)
                .await
                .expect_err(kind);
            // Nobody at all may say that one over a socket.
            let wanted = match *kind {
                "absorb" => RefusalCode::Invalid,
                _ => RefusalCode::Access,
            };
            assert_eq!(refused.code, wanted, "{kind}: {refused:?}");
        }
    }
    assert_eq!(maya.join(incident, 0).await.2, head, "nothing was written");
}

#[tokio::test]
async fn a_spectator_that_says_every_frame_there_is_hears_nothing_private_and_changes_nothing() {
    const PRIVATE: &str = "zqcustomer";
    let house = House::open().await;
    let admin = token(&house, "maya", Level::Admin);
    let mut maya = Wire::connect(house.address, Some(&admin)).await;
    maya.hello("maya", false).await;
    let incident = maya.declare("read only").await;
    let mut private = NewNote::plain(format!("{PRIVATE} maya"));
    private.private = true;
    let private = command(Intent::Note(private));
    maya.submit(Some(incident), &private).await.unwrap();
    let before = house.ledger.log(incident).len();
    let words = token(&house, "wall", Level::Spectator);
    let kinds = kinds::<ClientFrame>("type");
    assert!(kinds.len() > 10, "{kinds:?}");
    for kind in kinds {
        let frame: Result<ClientFrame, String> = filled("type", &kind);
        let frame = frame.unwrap_or_else(|why| panic!("{kind}: give `every::values` {why}"));
        let mut reader = Wire::connect(house.address, Some(&words)).await;
        reader.hello("wall", false).await;
        reader.join(incident, 0).await;
        reader.send(&frame).await;
        // Its answer comes before that of a question that is asked after it, or it ends the session.
        let after = ClientFrame::Search {
            request: 999,
            incident: None,
            query: PRIVATE.to_owned(),
            limit: 50,
        };
        let _ended = reader.try_send(&after).await;
        loop {
            match reader.next().await {
                Some(ServerFrame::Found { request: 999, .. } | ServerFrame::Bye { .. }) | None => {
                    break;
                }
                Some(_) => {}
            }
        }
        let heard = reader.heard.join("");
        assert!(!heard.contains(PRIVATE), "{kind}: {heard}");
    }
    assert_eq!(
        house.ledger.log(incident).len(),
        before,
        "nothing was written"
    );
}
