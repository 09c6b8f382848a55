//! Webhooks of the configuration, over a real socket: who is let in, and what follows.

use crate::support::server::{House, PATIENCE};
use ring::hmac;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use warroom::clock::{Clock, ManualClock};
use warroom::incident::*;
use warroom::integrations::hooks::{Fields, Hook, KINDS};
use warroom::integrations::signature::{Scheme, Verifier};
use warroom::protocol::limits;
use warroom::server::{OpenHook, Options, TokenStore};

const SECRET: &str = "hunter2-the-secret";
/// 2026-11-23 13:04:29 UTC.
const NOW: i64 = 1_795_439_069;

fn mac(pieces: &[&[u8]]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let mut context = hmac::Context::with_key(&key);
    pieces.iter().for_each(|piece| context.update(piece));
    let tag = context.sign();
    tag.as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn open(name: &str, kind: &str, change: impl FnOnce(&mut Hook)) -> OpenHook {
    let kind = KINDS.iter().find(|known| known.name == kind).unwrap();
    let mut hook = Hook::new(name, kind);
    change(&mut hook);
    let verifier = Some(Verifier::new(hook.scheme.clone(), SECRET).unwrap());
    OpenHook { hook, verifier }
}

fn homegrown(hook: &mut Hook) {
    let some = |at: &str| Some(at.to_owned());
    hook.fields = Fields {
        name: "/title".to_owned(),
        state: some("/status"),
        service: some("/service"),
        delivery: some("/id"),
        firing: vec!["open".to_owned()],
        resolved: vec!["closed".to_owned()],
        ..Fields::default()
    };
}

/// A server with a hook of every kind, all of one secret, at a time that stands still.
fn hooks(options: &mut Options) {
    let now = chrono::DateTime::from_timestamp(NOW, 0).unwrap();
    options.clock = Arc::new(ManualClock::new(now));
    options.hooks = vec![
        open("am-eu", "alertmanager", |_| {}),
        open("graf", "grafana", |_| {}),
        open("graf-timed", "grafana", |hook| {
            hook.scheme = Scheme::Hmac {
                header: "X-Grafana-Alerting-Signature".into(),
                prefix: "".into(),
                timestamp: Some("X-Grafana-Alerting-Timestamp".into()),
            };
        }),
        open("errors", "sentry", |_| {}),
        open("pager", "pagerduty", |_| {}),
        open("nagios", "generic", homegrown),
    ];
}

async fn house() -> House {
    House::with(hooks).await
}

/// The headers with which a hook's sender shows that it has the secret.
fn signed(hook: &str, body: &[u8]) -> String {
    match hook {
        "am-eu" | "nagios" => format!("Authorization: Bearer {SECRET}"),
        "graf" => format!("X-Grafana-Alerting-Signature: {}", mac(&[body])),
        "graf-timed" => timed(NOW, body),
        "errors" => format!("Sentry-Hook-Signature: {}", mac(&[body])),
        _ => format!("X-PagerDuty-Signature: v1={}", mac(&[body])),
    }
}

fn timed(at: i64, body: &[u8]) -> String {
    let at = at.to_string();
    let signature = mac(&[at.as_bytes(), b":", body]);
    format!("X-Grafana-Alerting-Timestamp: {at}\r\nX-Grafana-Alerting-Signature: {signature}")
}

async fn post(house: &House, hook: &str, headers: &str, body: &[u8]) -> (u16, String) {
    let head = format!("POST /hooks/{hook} HTTP/1.1\r\nHost: localhost\r\n{headers}");
    house.http(head.trim_end(), body).await
}

/// Posts a body that is signed as it should be; it must be answered with 200.
async fn send(house: &House, hook: &str, body: &Value) -> String {
    let body = body.to_string().into_bytes();
    let (status, answer) = post(house, hook, &signed(hook, &body), &body).await;
    assert_eq!(status, 200, "{hook}: {answer}");
    answer
}

/// What an alert of that hook's sender looks like while it fires, or after it stopped.
fn body(hook: &str, firing: bool) -> Value {
    let status = if firing { "firing" } else { "resolved" };
    let alert = json!({
        "status": status, "labels": {"alertname": "High", "service": "shop"},
        "annotations": {"summary": "too slow"}, "startsAt": "2026-11-23T13:00:00Z",
        "endsAt": if firing { "0001-01-01T00:00:00Z" } else { "2026-11-23T13:02:00Z" },
        "generatorURL": "http://p/", "fingerprint": hook
    });
    match hook {
        "am-eu" => json!({"version": "4", "alerts": [alert]}),
        "graf" | "graf-timed" => json!({"version": "1", "orgId": 1, "alerts": [alert]}),
        "errors" => json!({
            "action": if firing { "created" } else { "resolved" },
            "data": {"issue": {
                "id": "1", "title": "High", "culprit": "too slow", "project": {"slug": "shop"},
                "firstSeen": "2026-11-23T13:00:00Z", "lastSeen": "2026-11-23T13:01:00Z"
            }}
        }),
        "pager" => pager(firing, "2026-11-23T13:02:00Z"),
        _ => {
            json!({"title": "High", "service": "shop", "status": if firing { "open" } else { "closed" }})
        }
    }
}

fn pager(firing: bool, occurred_at: &str) -> Value {
    let status = if firing { "triggered" } else { "resolved" };
    json!({"event": {
        "id": format!("{status}-{occurred_at}"), "event_type": format!("incident.{status}"),
        "occurred_at": occurred_at, "data": {
            "type": "incident", "id": "P1", "status": status, "title": "High", "number": 7,
            "urgency": "high", "created_at": "2026-11-23T13:00:00Z",
            "service": {"summary": "shop"}
        }
    }})
}

const ALL: [&str; 6] = ["am-eu", "graf", "graf-timed", "errors", "pager", "nagios"];

fn events(house: &House, id: u64) -> Vec<Value> {
    let log = house.ledger.log(id);
    log.iter()
        .map(|record| serde_json::from_str(record.json()).unwrap())
        .collect()
}

fn kinds(house: &House, id: u64) -> Vec<String> {
    let log = events(house, id);
    log.iter()
        .map(|event| event["kind"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn each_kind_opens_triage_and_ends_it_and_the_same_again_changes_nothing() {
    for hook in ALL {
        let house = house().await;
        for _ in 0..2 {
            send(&house, hook, &body(hook, true)).await;
            assert_eq!(kinds(&house, 1), ["opened", "alert_recorded"], "{hook}");
        }
        let via = events(&house, 1)[0]["via"].clone();
        assert_eq!(via, hook, "what it came through");
        let mut maya = house.client("maya").await;
        let state = maya.join(1, 0).await.0.unwrap();
        assert_eq!(
            (state.status, state.firing()),
            (Status::Triage, 1),
            "{hook}"
        );
        assert!(
            state.title.starts_with("High on shop"),
            "{hook}: {}",
            state.title
        );
        for _ in 0..2 {
            send(&house, hook, &body(hook, false)).await;
            let wanted = ["opened", "alert_recorded", "alert_recorded", "status_set"];
            assert_eq!(kinds(&house, 1), wanted, "{hook}");
        }
        let over = house.client("bo").await.join(1, 0).await.0.unwrap();
        assert_eq!(
            (over.status, over.firing()),
            (Status::Resolved, 0),
            "{hook}"
        );
        assert!(house.ledger.log(2).is_empty(), "{hook}");
    }
}

#[tokio::test]
async fn who_cannot_sign_is_turned_away_with_a_sentence_and_without_the_secret() {
    let house = house().await;
    for hook in ALL {
        let whole = body(hook, true).to_string().into_bytes();
        let (status, answer) = post(&house, hook, "", &whole).await;
        assert!(
            status == 401 && answer.contains("has no header"),
            "{hook}: {answer}"
        );
        let wrong = signed(hook, &whole).replace(SECRET, "hunter3");
        let wrong = match hook {
            "am-eu" | "nagios" => wrong,
            // Right for another body.
            _ => signed(hook, b"{}"),
        };
        let (status, answer) = post(&house, hook, &wrong, &whole).await;
        assert!(
            status == 403 && !answer.contains(SECRET),
            "{hook}: {answer}"
        );
        assert!(
            answer.contains("does not fit") || answer.contains("not the one"),
            "{answer}"
        );
        for at in [0, whole.len() / 2, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            if !matches!(hook, "am-eu" | "nagios") {
                let (status, _) = post(&house, hook, &signed(hook, &whole), &changed).await;
                assert_eq!(status, 403, "{hook}: byte {at}");
            }
        }
    }
    let whole = body("graf-timed", true).to_string().into_bytes();
    for (off, wanted) in [(301, 403), (-301, 403), (300, 200), (-300, 200)] {
        let headers = timed(NOW + off, &whole);
        let (status, answer) = post(&house, "graf-timed", &headers, &whole).await;
        assert_eq!(status, wanted, "{off} s: {answer}");
        assert_eq!(answer.contains("301 s away"), wanted == 403, "{answer}");
    }
    let (status, metrics) = house
        .http("GET /metrics HTTP/1.1\r\nHost: localhost", b"")
        .await;
    assert!(
        status == 200 && metrics.contains("reason=\"signature\""),
        "{metrics}"
    );
    assert!(!metrics.contains(SECRET));
}

#[tokio::test]
async fn a_body_that_is_cut_or_too_large_or_of_another_version_is_refused() {
    let house = house().await;
    for hook in ALL {
        let whole = body(hook, true).to_string().into_bytes();
        let cut = &whole[..whole.len() / 2];
        let (status, answer) = post(&house, hook, &signed(hook, cut), cut).await;
        assert!(
            status == 400 && answer.contains("cut short"),
            "{hook}: {answer}"
        );
        let large = vec![b' '; 10 * 1024 * 1024];
        let (status, answer) = post(&house, hook, &signed(hook, b""), &large).await;
        assert!(
            status == 413 && answer.contains("4 MiB"),
            "{hook}: {answer}"
        );
    }
    for (hook, other) in [
        ("am-eu", json!({"version": "3", "alerts": []})),
        ("graf", json!({"version": "4", "alerts": []})),
        (
            "pager",
            json!({"messages": [{"event": "incident.trigger"}]}),
        ),
        ("nagios", json!({"status": "open"})),
        ("errors", json!({"data": {}})),
    ] {
        let body = other.to_string().into_bytes();
        let (status, answer) = post(&house, hook, &signed(hook, &body), &body).await;
        assert_eq!(status, 400, "{hook}: {answer}");
        assert!(
            answer.contains("version") || answer.contains("is not one that"),
            "{answer}"
        );
    }
    // One that goes away in the middle of its body, and one that never says how long it is.
    let mut gone = TcpStream::connect(house.address).await.unwrap();
    let head = format!(
        "POST /hooks/pager HTTP/1.1\r\nHost: localhost\r\n{}\r\nContent-Length: 9999\r\n\r\n{{",
        signed("pager", b"{")
    );
    gone.write_all(head.as_bytes()).await.unwrap();
    drop(gone);
    let mut endless = TcpStream::connect(house.address).await.unwrap();
    let head = format!(
        "POST /hooks/pager HTTP/1.1\r\nHost: localhost\r\n{}\r\nTransfer-Encoding: chunked\r\n\r\n",
        signed("pager", b"")
    );
    endless.write_all(head.as_bytes()).await.unwrap();
    let chunk = [&b"100000\r\n"[..], &vec![b' '; 0x10_0000], b"\r\n"].concat();
    // The server stops reading behind its bound, and may close before all is sent.
    for _ in 0..8 {
        if endless.write_all(&chunk).await.is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    let read = endless.read_to_end(&mut answer);
    let _ended = tokio::time::timeout(PATIENCE, read)
        .await
        .expect("an end in time");
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.contains(" 413 "), "{answer}");
    assert!(house.ledger.log(1).is_empty());
}

#[tokio::test]
async fn what_comes_late_or_again_is_told_from_what_is_new() {
    let clock = Arc::new(ManualClock::new(
        chrono::DateTime::from_timestamp(NOW, 0).unwrap(),
    ));
    let house = House::with(|options| {
        hooks(options);
        options.clock = clock.clone();
    })
    .await;
    // PagerDuty keeps no order: the end first, then what began it.
    send(&house, "pager", &pager(false, "2026-11-23T13:03:00Z")).await;
    send(&house, "pager", &pager(true, "2026-11-23T13:01:00Z")).await;
    assert!(
        house.ledger.log(1).is_empty(),
        "it was over before it was heard of"
    );

    // A delivery is known by its id; the next one may say the same words.
    let mut open = body("nagios", true);
    open["id"] = json!("a");
    assert!(send(&house, "nagios", &open).await.contains("Taken down"));
    assert!(send(&house, "nagios", &open).await.contains("before"));
    let mut closed = body("nagios", false);
    closed["id"] = json!("b");
    clock.advance(chrono::TimeDelta::seconds(30));
    send(&house, "nagios", &closed).await;
    assert_eq!(kinds(&house, 1).len(), 4);
    // The first of them once more, as somebody who wrote it down would send it.
    assert!(send(&house, "nagios", &open).await.contains("before"));
    assert!(house.ledger.log(2).is_empty());
    open["id"] = json!("c");
    clock.advance(chrono::TimeDelta::seconds(30));
    send(&house, "nagios", &open).await;
    assert_eq!(kinds(&house, 2), ["opened", "alert_recorded"]);
}

#[tokio::test]
async fn what_is_no_alert_is_passed_over_and_says_so() {
    let house = house().await;
    for (hook, body, what) in [
        (
            "pager",
            json!({"event": {"id": "1", "event_type": "pagey.ping", "data": {"type": "ping"}}}),
            "pagey.ping",
        ),
        (
            "errors",
            json!({"action": "created", "data": {"comment": "x"}}),
            "comment created",
        ),
        (
            "graf",
            json!({"version": "1", "alerts": []}),
            "without alerts",
        ),
        (
            "nagios",
            json!({"title": "a", "status": "muted"}),
            "'muted'",
        ),
    ] {
        let answer = send(&house, hook, &body).await;
        assert!(answer.contains(what), "{hook}: {answer}");
    }
    assert!(house.ledger.log(1).is_empty());
}

#[tokio::test]
async fn a_hook_without_a_secret_takes_a_token_and_other_addresses_are_none() {
    let house = House::with(|options| {
        hooks(options);
        options
            .hooks
            .iter_mut()
            .for_each(|hook| hook.verifier = None);
    })
    .await;
    let whole = body("graf", true).to_string().into_bytes();
    // No token was made yet: this machine may.
    assert_eq!(post(&house, "graf", "", &whole).await.0, 200);
    let store = TokenStore::new(house.data.path());
    let make =
        |name: &str, level| store.create(&name.parse().unwrap(), level, Timestamp::UNIX_EPOCH);
    let ingest = make("grafana", Level::Ingest).unwrap();
    let observer = make("kim", Level::Observer).unwrap();
    let bearer = |token: &str| format!("Authorization: Bearer {token}");
    assert_eq!(post(&house, "graf", &bearer(&ingest), &whole).await.0, 200);
    let (status, answer) = post(&house, "graf", &bearer(&observer), &whole).await;
    assert!(status == 403 && answer.contains("ingest"), "{answer}");
    for headers in ["", &bearer("wr_no"), &signed("graf", &whole)] {
        assert_eq!(
            post(&house, "graf", headers, &whole).await.0,
            401,
            "{headers}"
        );
    }
    let (status, answer) = post(&house, "nowhere", &bearer(&ingest), &whole).await;
    assert!(status == 404 && answer.contains("[hooks.NAME]"), "{answer}");
    assert_eq!(post(&house, "graf/", &bearer(&ingest), &whole).await.0, 404);
    let get = "GET /hooks/graf HTTP/1.1\r\nHost: localhost";
    assert_eq!(house.http(get, b"").await.0, 405);
    let foreign = "POST /hooks/graf HTTP/1.1\r\nHost: evil.example";
    assert_eq!(house.http(foreign, &whole).await.0, 403);
}

#[tokio::test]
async fn nothing_is_acknowledged_before_it_is_durable_nor_after_the_senders_patience() {
    let house = house().await;
    let whole = body("errors", true).to_string().into_bytes();
    house.ledger.full.store(true, Ordering::SeqCst);
    let (status, answer) = post(&house, "errors", &signed("errors", &whole), &whole).await;
    assert!(
        status == 503 && answer.to_lowercase().contains("retry-after"),
        "{answer}"
    );
    house.ledger.full.store(false, Ordering::SeqCst);
    house.ledger.hold();
    // Sentry waits a second: it is told in time that this is not certain yet.
    let (status, answer) = post(&house, "errors", &signed("errors", &whole), &whole).await;
    assert!(status == 503 && answer.contains("not certain"), "{answer}");
    house.ledger.go_on();
    send(&house, "errors", &body("errors", true)).await;
    assert_eq!(kinds(&house, 1), ["opened", "alert_recorded"]);
}

#[tokio::test]
async fn strangers_cannot_fill_the_memory_with_bodies() {
    let house = house().await;
    let head = format!(
        "POST /hooks/pager HTTP/1.1\r\nHost: localhost\r\nX-PagerDuty-Signature: v1=00\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        limits::HOOK_BYTES
    );
    let mut waiting = Vec::new();
    for _ in 0..32 {
        let mut socket = TcpStream::connect(house.address).await.unwrap();
        socket.write_all(head.as_bytes()).await.unwrap();
        // The server asks for the body: this one has its place.
        let mut go_on = [0; 25];
        socket.read_exact(&mut go_on).await.unwrap();
        assert!(go_on.starts_with(b"HTTP/1.1 100 "));
        waiting.push(socket);
    }
    let whole = body("graf", true).to_string().into_bytes();
    let (status, answer) = post(&house, "graf", &signed("graf", &whole), &whole).await;
    assert!(
        status == 503 && answer.to_lowercase().contains("retry-after"),
        "{answer}"
    );
    // Alertmanager's own door needs no place: its sender is known before its body.
    assert_eq!(house.hook(br#"{"version":"4","alerts":[]}"#).await.0, 200);
    drop(waiting);
    // The places come back as the server notices; each try asks it anew.
    let taken = async {
        while post(&house, "graf", &signed("graf", &whole), &whole)
            .await
            .0
            != 200
        {}
    };
    tokio::time::timeout(PATIENCE, taken)
        .await
        .expect("places again in time");
}

#[tokio::test]
async fn the_vendors_recorded_deliveries_are_believed_and_their_negatives_refused() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/payloads");
    let Ok(table) = std::fs::read_to_string(format!("{folder}/vectors.json")) else {
        println!("SKIPPED: the vendors' signature vectors are not in {folder}");
        return;
    };
    let cases: Vec<Value> = serde_json::from_str(&table).unwrap();
    let mut sent = 0;
    for case in cases {
        let vendor = case["vendor"].as_str().unwrap();
        let Some(kind) = KINDS.iter().find(|kind| kind.name == vendor) else {
            continue;
        };
        let mut hook = Hook::new(vendor, kind);
        let headers = case["headers"].as_object().unwrap();
        if headers.contains_key("X-Grafana-Alerting-Timestamp") {
            hook.scheme = Scheme::Hmac {
                header: "X-Grafana-Alerting-Signature".into(),
                prefix: "".into(),
                timestamp: Some("X-Grafana-Alerting-Timestamp".into()),
            };
        }
        let secret = case["secret"].as_str().unwrap();
        let verifier = Some(Verifier::new(hook.scheme.clone(), secret).unwrap());
        let now = case["now"].as_i64().unwrap_or(NOW);
        let clock = Arc::new(ManualClock::new(
            chrono::DateTime::from_timestamp(now, 0).unwrap(),
        ));
        assert_eq!(clock.now().timestamp(), now);
        // Alertmanager's own hook is at its usual address; this one is beside it.
        hook.name = "here".into();
        let house = House::with(|options| {
            options.clock = clock;
            options.hooks = vec![OpenHook { hook, verifier }];
        })
        .await;
        let body = std::fs::read(format!("{folder}/{}", case["body_file"].as_str().unwrap()));
        let headers: Vec<String> = headers
            .iter()
            .map(|(k, v)| format!("{k}: {}", v.as_str().unwrap()))
            .collect();
        let (status, answer) = post(&house, "here", &headers.join("\r\n"), &body.unwrap()).await;
        let valid = case["valid"].as_bool().unwrap();
        assert_eq!(
            status,
            if valid { 200 } else { 403 },
            "{}: {answer}",
            case["name"]
        );
        assert!(!answer.contains(secret), "{answer}");
        sent += 1;
    }
    assert_eq!(sent, 17, "of PagerDuty, Alertmanager, Grafana and Sentry");
}
