//! The wall page over real sockets: who may look, what is sent, and when a screen is cut off.

use crate::support::screen::Screen;
use crate::support::server::{House, Wire, command, note};
use std::time::Duration;
use tokio::time::Instant;
use warroom::incident::*;
use warroom::server::TokenStore;
use warroom::server::control::Ask;

const SOON: Duration = Duration::from_secs(1);

fn person(name: &str) -> Person {
    name.parse().unwrap()
}

/// A token of this level, as a cookie of the wall.
fn link(house: &House, name: &str, level: Level) -> String {
    let store = TokenStore::new(house.data.path());
    let words = store.create(&person(name), level, Timestamp::UNIX_EPOCH);
    format!("warroom_wall={}", words.unwrap())
}

async fn get(house: &House, path: &str, more: &str) -> (u16, String) {
    let head = format!("GET {path} HTTP/1.1\r\nHost: localhost{more}");
    house.http(&head, b"").await
}

async fn enter(house: &House, words: &str, more: &str) -> (u16, String) {
    let head = format!("POST /wall/enter HTTP/1.1\r\nHost: localhost{more}");
    house.http(&head, words.as_bytes()).await
}

async fn reload(house: &House) {
    let file = house.server.file.clone();
    let asked = tokio::task::spawn_blocking(move || file.ask(Ask::Reload));
    asked.await.unwrap().unwrap();
}

#[tokio::test]
async fn every_answer_has_its_guards_and_the_page_needs_nothing_from_elsewhere() {
    let house = House::open().await;
    link(&house, "hall", Level::Wall);
    link(&house, "maya", Level::Responder);
    for (path, status, kind) in [
        ("/wall", 200, "text/html"),
        ("/wall/wall.css", 200, "text/css"),
        ("/wall/wall.js", 200, "text/javascript"),
        ("/wall/now", 401, "text/plain"),
        ("/wall/events", 401, "text/plain"),
        ("/wall/enter", 405, ""),
    ] {
        let (code, answer) = get(&house, path, "").await;
        assert_eq!(code, status, "{path}");
        let answer = answer.to_ascii_lowercase();
        for guard in [
            "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; \
             connect-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; \
             form-action 'none'\r\n",
            "x-content-type-options: nosniff\r\n",
            "referrer-policy: no-referrer\r\n",
            "cache-control: no-store\r\n",
            "x-frame-options: deny\r\n",
            kind,
        ] {
            assert!(answer.contains(guard), "{path} has no {guard}: {answer}");
        }
    }
}

#[test]
fn the_files_are_for_old_browsers_and_make_no_markup() {
    let page = include_str!("../../src/server/wall/files/wall.html");
    let style = include_str!("../../src/server/wall/files/wall.css");
    let script = include_str!("../../src/server/wall/files/wall.js");
    for text in [page, style, script] {
        let elsewhere = text.replace("http://www.w3.org/2000/svg", "");
        assert!(!elsewhere.contains("//www") && !elsewhere.contains("http"));
    }
    assert!(!page.contains("style=") && !page.contains(" on") && !page.contains("<style"));
    for markup in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
    ] {
        assert!(!script.contains(markup), "{markup}");
    }
    let newer = ["=>", "?.", "??", "`", "async ", "await ", "fetch(", "..."];
    for begins in ["let ", "const ", "class ", "import "] {
        assert!(!script.lines().any(|line| line.trim().starts_with(begins)));
    }
    let code: String = script
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect();
    for word in newer {
        assert!(
            !code.contains(word),
            "{word} is not known to an old television"
        );
    }
}

#[tokio::test]
async fn a_link_is_handed_in_once_for_a_cookie_that_no_script_reads() {
    let house = House::open().await;
    link(&house, "maya", Level::Admin);
    let cookie = link(&house, "hall", Level::Wall);
    let words = cookie.split_once('=').unwrap().1;
    let (code, answer) = enter(&house, words, "").await;
    assert_eq!(code, 204);
    let set = answer
        .lines()
        .find(|line| line.starts_with("set-cookie: "))
        .unwrap();
    for part in [
        &*cookie,
        "; Path=/wall;",
        "; HttpOnly",
        "; SameSite=Strict",
        "; Max-Age=",
    ] {
        assert!(set.contains(part), "{part}: {set}");
    }
    assert!(
        !set.contains("Secure"),
        "over plain text it would never come back"
    );
    let hosts = "\r\nOrigin: https://localhost:443";
    // Behind a proxy that speaks TLS; its port is the proxy's.
    let proxied = format!("POST /wall/enter HTTP/1.1\r\nHost: localhost:443{hosts}");
    let (code, answer) = house.http(&proxied, words.as_bytes()).await;
    assert!(code == 204 && answer.contains("; Secure"), "{answer}");

    for (words, more, status) in [
        ("wr_wrong", "", 401),
        ("", "", 401),
        (&"x".repeat(300), "", 400),
        (words, "\r\nOrigin: https://evil.example", 403),
        (words, "\r\nOrigin: null", 403),
        (words, "\r\nSec-Fetch-Site: cross-site", 403),
        (words, "\r\nSec-Fetch-Site: same-site", 403),
    ] {
        let (code, answer) = enter(&house, words, more).await;
        assert_eq!(code, status, "{more} {answer}");
        assert!(!answer.contains("set-cookie"));
    }
    let with = format!("\r\nCookie: other=1; {cookie}");
    assert_eq!(get(&house, "/wall/now", &with).await.0, 200);
    let elsewhere = format!("{with}\r\nSec-Fetch-Site: cross-site");
    assert_eq!(get(&house, "/wall/now", &elsewhere).await.0, 403);
}

#[tokio::test]
async fn wrong_links_are_counted_and_right_ones_are_not() {
    let house = House::open().await;
    link(&house, "maya", Level::Admin);
    let cookie = link(&house, "hall", Level::Wall);
    let right = format!("\r\nCookie: {cookie}");
    for _ in 0..30 {
        assert_eq!(get(&house, "/wall/now", &right).await.0, 200);
        assert_eq!(get(&house, "/wall/now", "").await.0, 401, "no guess at all");
    }
    for _ in 0..5 {
        let wrong = "\r\nCookie: warroom_wall=wr_guess";
        assert_eq!(get(&house, "/wall/now", wrong).await.0, 401);
        assert_eq!(enter(&house, "wr_guess", "").await.0, 401);
    }
    let (code, answer) = enter(&house, "wr_guess", "").await;
    assert!(
        code == 429 && answer.contains("retry-after: 60"),
        "{answer}"
    );
    let (code, _) = get(&house, "/wall/events", "\r\nCookie: warroom_wall=wr_guess").await;
    assert_eq!(code, 429);
}

#[tokio::test]
async fn a_wall_opens_nothing_else_and_nothing_else_opens_a_wall() {
    let house = House::open().await;
    let cookie = link(&house, "hall", Level::Wall);
    let words = cookie.split_once('=').unwrap().1;
    // It locks nobody out of a house without tokens.
    house.client("anyone").await.declare("a").await;
    link(&house, "maya", Level::Admin);
    let mut wire = Wire::connect(house.address, Some(words)).await;
    wire.hello("hall", true).await;
    let told = wire.heard.join("");
    assert!(
        told.contains("bye") && told.contains("wall page only"),
        "{told}"
    );
    let bearer = format!("\r\nAuthorization: Bearer {words}");
    let hook = format!("POST /hooks/alertmanager HTTP/1.1\r\nHost: localhost{bearer}");
    assert_eq!(house.http(&hook, b"{}").await.0, 403);
    assert_eq!(get(&house, "/control/status", &bearer).await.0, 401);
    assert_eq!(
        get(&house, "/wall/now", &bearer).await.0,
        401,
        "only the cookie counts"
    );
    for (name, level) in [
        ("sue", Level::Spectator),
        ("obi", Level::Observer),
        ("bo", Level::Responder),
        ("am", Level::Ingest),
        ("ada", Level::Admin),
    ] {
        let other = format!("\r\nCookie: {}", link(&house, name, level));
        for path in ["/wall/now", "/wall/events"] {
            assert_eq!(get(&house, path, &other).await.0, 403, "{level}");
        }
    }
}

#[tokio::test]
async fn what_is_no_path_of_the_wall_is_not_there() {
    let house = House::open().await;
    for path in [
        "/wall/",
        "/wall//events",
        "/wall/../control/status",
        "/wall/%2e%2e/control/status",
        "/wall/events/",
        "/wall/wall.js/..",
        "/wall/files/wall.html",
        "/wall/..%2fwall.js",
        "/WALL",
        "/wall/now%00",
        "/wall/wall.html",
    ] {
        let (code, answer) = get(&house, path, "").await;
        assert!(matches!(code, 404 | 400), "{path}: {answer}");
    }
    assert_eq!(
        house
            .http("PUT /wall HTTP/1.1\r\nHost: localhost", b"x")
            .await
            .0,
        405
    );
    assert_eq!(get(&house, "/wall/now?rotate=20&x=%00", "").await.0, 200);
}

#[tokio::test]
async fn every_screen_gets_the_same_picture_within_a_second_of_a_change() {
    let house = House::open().await;
    let mut one = Screen::open(&house, None).await;
    one.until("\"incidents\":[]").await;
    assert_eq!(one.status().await, 200);
    assert!(one.heard.contains("retry: 2000\n\n"), "{}", one.heard);
    assert!(one.heard.contains("content-type: text/event-stream"));
    let mut maya = house.client("maya").await;
    let began = Instant::now();
    let id = maya.declare("checkout <b>fails</b>\u{202e}").await;
    one.until("checkout <b>fails</b>").await;
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    let mut two = Screen::open(&house, None).await;
    two.until("checkout").await;
    maya.submit(Some(id), &note("pods restart")).await.unwrap();
    for screen in [&mut one, &mut two] {
        screen.until("pods restart").await;
        screen.until("event: beat\ndata: {\"now\":").await;
    }
    let last = |screen: &Screen| screen.pictures().pop().unwrap();
    assert_eq!(last(&one), last(&two));
    let card = &last(&one)["incidents"][0];
    assert_eq!(card["id"], format!("INC-{id}"));
    assert_eq!(card["roles"][0]["role"], "IC");

    // Who comes back with what it had last is told only that the server is there.
    let at = two.heard.rfind("\nid: ").unwrap() + 5;
    let had = two.heard[at..].lines().next().unwrap();
    let had = format!("Last-Event-ID: {had}\r\n");
    let mut back = Screen::with(house.address, None, &had).await;
    back.until("event: beat").await;
    assert!(!back.heard.contains("event: board"), "{}", back.heard);
    maya.submit(Some(id), &note("and again")).await.unwrap();
    back.until("and again").await;
}

#[tokio::test]
async fn the_most_urgent_comes_first_and_the_last_one_is_named_when_all_is_quiet() {
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    let mut ids = Vec::new();
    for (title, severity) in [
        ("low", Some(Severity::Sev3)),
        ("bad", Some(Severity::Sev1)),
        ("unrated", None),
    ] {
        let declare = Intent::Declare {
            title: Some(title.into()),
            severity,
            service: None,
            started_at: None,
            kind: Kind::Real,
        };
        ids.push(maya.submit(None, &command(declare)).await.unwrap().0);
    }
    let (code, answer) = get(&house, "/wall/now", "").await;
    assert_eq!(code, 200);
    let at = |title: &str| answer.find(&format!("\"title\":\"{title}\"")).unwrap();
    assert!(
        at("bad") < at("unrated") && at("unrated") < at("low"),
        "{answer}"
    );
    let mut screen = Screen::open(&house, None).await;
    for id in ids {
        let claim = Intent::AssignRole {
            role: Role::IncidentCommander,
            to: person("maya"),
            expected_holder: None,
        };
        maya.submit(Some(id), &command(claim)).await.unwrap();
        let resolve = Intent::SetStatus {
            status: Status::Resolved,
            at: None,
            reason: None,
        };
        maya.submit(Some(id), &command(resolve)).await.unwrap();
    }
    screen.until("\"last\":{\"id\":\"INC-").await;
}

#[tokio::test]
async fn whom_the_next_update_is_for_and_whom_a_role_is_offered_to_is_told() {
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    let id = maya.declare("checkout fails").await;
    let claim = Intent::ClaimRole {
        role: Role::IncidentCommander,
    };
    let offer = Intent::OfferRole(OfferRole {
        role: Role::IncidentCommander,
        to: person("cy"),
        minutes: None,
        words: Some("not for those who pass by".into()),
    });
    let update = Intent::PostUpdate {
        update: None,
        text: Some("We look.".into()),
        next_in_minutes: Some(15),
        audience: None,
    };
    for intent in [claim, offer, update] {
        maya.submit(Some(id), &command(intent)).await.unwrap();
    }
    let mut screen = Screen::open(&house, None).await;
    screen.until("\"next_update_for\":\"internal\"").await;
    let card = &screen.pictures().pop().unwrap()["incidents"][0];
    assert_eq!(card["roles"][0]["name"], "maya", "who has it keeps it");
    assert_eq!(card["roles"][0]["offered"], "cy");
    assert!(card["roles"][1]["offered"].is_null());
    assert!(!card["roles"].to_string().contains("pass by"));
}

#[tokio::test]
async fn a_revoked_link_ends_its_screens_at_once_and_no_others() {
    let house = House::open().await;
    link(&house, "maya", Level::Admin);
    let (hall, lobby) = (
        link(&house, "hall", Level::Wall),
        link(&house, "lobby", Level::Wall),
    );
    let (mut gone, mut stays) = (
        Screen::open(&house, Some(&hall)).await,
        Screen::open(&house, Some(&lobby)).await,
    );
    gone.until("event: beat").await;
    stays.until("event: beat").await;
    let store = TokenStore::new(house.data.path());
    store
        .revoke(&person("hall"), Timestamp::UNIX_EPOCH)
        .unwrap();
    reload(&house).await;
    assert!(gone.end().await < SOON);
    assert_eq!(Screen::open(&house, Some(&hall)).await.status().await, 401);
    stays.until("event: beat").await;
}

async fn sessions(house: &House) -> usize {
    let file = house.server.file.clone();
    let asked = tokio::task::spawn_blocking(move || file.ask(Ask::Status));
    let doing = asked.await.unwrap().unwrap();
    let doing: warroom::server::control::Status = serde_json::from_str(&doing).unwrap();
    doing.sessions
}

#[tokio::test]
async fn a_screen_that_does_not_read_is_cut_off_and_slows_nobody() {
    let house = House::with(|options| {
        options.pace.wall_every = Duration::from_millis(1);
        options.pace.wall_beat = Duration::from_millis(1);
        options.pace.wall_patience = Duration::from_millis(200);
    })
    .await;
    let long = "x".repeat(300);
    // Pictures that are large, so that few of them fill what the system keeps for a connection.
    let mut writers = Vec::new();
    for who in 0..8 {
        let mut wire = house.client(&format!("writer{who}")).await;
        let id = wire.declare("a").await;
        for _ in 0..12 {
            wire.submit(Some(id), &note(&long)).await.unwrap();
        }
        writers.push((wire, id));
    }
    let mut slow = Screen::narrow(&house, None).await;
    slow.until("event: beat").await;
    let mut quick = Screen::open(&house, None).await;
    quick.until("event: beat").await;
    // The writers, the quick one, and the slow one until it is let go.
    let mut said = 0;
    while sessions(&house).await > 9 {
        for (wire, id) in &mut writers {
            said += 1;
            let words = format!("{said} {long}");
            wire.submit(Some(*id), &note(&words)).await.unwrap();
            quick.until(&format!("\"text\":\"{said} xx")).await;
        }
        assert!(said < 2_000, "it is never cut off");
    }
    quick.until("event: beat").await;
    slow.end().await;
}

#[tokio::test]
async fn a_server_that_ends_lets_its_screens_go() {
    let house = House::open().await;
    let mut screen = Screen::open(&house, None).await;
    screen.until("event: beat").await;
    house.shutdown.cancel();
    screen.end().await;
    house.server.ended().await;
}

#[tokio::test]
async fn there_are_only_so_many_screens() {
    let house = House::with(|options| options.sessions = 2).await;
    let mut first = Screen::open(&house, None).await;
    let mut second = Screen::open(&house, None).await;
    first.until("event: beat").await;
    second.until("event: beat").await;
    let mut third = Screen::open(&house, None).await;
    assert_eq!(third.status().await, 503);
    assert!(third.heard.contains("retry-after"));
}

#[tokio::test]
async fn what_a_wall_says_of_asks_is_the_configurations() {
    for (asks, words, due) in [
        (AsksShown::Show, true, 1),
        (AsksShown::Count, false, 1),
        (AsksShown::Hide, false, 0),
    ] {
        let house = House::with(|options| options.redaction = Redaction { asks }).await;
        let mut maya = house.client("maya").await;
        let id = maya.declare("a").await;
        let ask = Intent::Ask {
            to: person("bo"),
            minutes: 10,
            text: "check the pool".into(),
        };
        maya.submit(Some(id), &command(ask)).await.unwrap();
        let (_, answer) = get(&house, "/wall/now", "").await;
        assert_eq!(answer.contains("check the pool"), words, "{answer}");
        assert_eq!(answer.contains("\"bo\""), words, "{answer}");
        let found = answer.split_once("\"asks_due\":[").unwrap().1;
        let found = found.split_once(']').unwrap().0;
        assert_eq!(found.split(',').filter(|at| !at.is_empty()).count(), due);
    }
}

#[tokio::test]
async fn nothing_private_is_on_it() {
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    let id = maya.declare("a").await;
    let mut screen = Screen::open(&house, None).await;
    let secret = Intent::Note(NewNote {
        private: true,
        pin: true,
        ..NewNote::plain("the customer is ACME")
    });
    maya.submit(Some(id), &command(secret)).await.unwrap();
    maya.submit(Some(id), &note("in the open")).await.unwrap();
    screen.until("in the open").await;
    assert!(!screen.heard.contains("ACME"));
}
