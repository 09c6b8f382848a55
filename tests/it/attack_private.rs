//! A private incident, and everyone who may not see it: over a real server, by every frame there is.

use crate::support::every::{filled, kinds};
use crate::support::server::{House, Wire, command, note};
use serde_json::{Value, json};
use std::time::Duration;
use warroom::incident::*;
use warroom::protocol::*;
use warroom::server::TokenStore;

const SECRET: &str = "zqsecret";

fn person(name: &str) -> Person {
    name.parse().unwrap()
}

fn token(house: &House, name: &str, level: Level) -> String {
    let store = TokenStore::new(house.data.path());
    let made = store.create(&person(name), level, Timestamp::UNIX_EPOCH);
    made.unwrap()
}

async fn enter(house: &House, name: &str, token: &str) -> Wire {
    let mut wire = Wire::connect(house.address, Some(token)).await;
    wire.hello(name, false).await;
    wire
}

/// A house with a token for everyone here.
struct Cast {
    house: House,
    maya: String,
    bo: String,
    kim: String,
    eye: String,
    hall: String,
    root: String,
    wall: String,
}

impl Cast {
    async fn new() -> Self {
        let house = House::open().await;
        Self {
            maya: token(&house, "maya", Level::Responder),
            bo: token(&house, "bo", Level::Responder),
            kim: token(&house, "kim", Level::Responder),
            eye: token(&house, "eye", Level::Observer),
            hall: token(&house, "hall", Level::Spectator),
            root: token(&house, "root", Level::Admin),
            wall: token(&house, "screen", Level::Wall),
            house,
        }
    }

    async fn of(&self, name: &str) -> Wire {
        let words = match name {
            "maya" => &self.maya,
            "bo" => &self.bo,
            "kim" => &self.kim,
            "eye" => &self.eye,
            "hall" => &self.hall,
            _ => &self.root,
        };
        enter(&self.house, name, words).await
    }

    /// What the wall page shows now.
    async fn page(&self) -> String {
        let cookie = format!("warroom_wall={}", self.wall);
        let head = format!("GET /wall/now HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}");
        let (code, answer) = self.house.http(&head, b"").await;
        assert_eq!(code, 200, "{answer}");
        answer
    }
}

fn declare_private(title: &str, people: &[&str]) -> Command {
    command(Intent::DeclarePrivate(Box::new(DeclarePrivate {
        title: Some(title.into()),
        severity: None,
        service: Some(SECRET.into()),
        started_at: None,
        kind: Kind::Real,
        people: people.iter().map(|name| person(name)).collect(),
    })))
}

fn private(people: &[&str]) -> Command {
    let people = people.iter().map(|name| person(name)).collect();
    command(Intent::MakePrivate(PrivateTo { people }))
}

fn dismiss(name: &str) -> Command {
    let person = person(name);
    command(Intent::Dismiss(Dismissal { person }))
}

fn admit(name: &str) -> Command {
    let person = person(name);
    command(Intent::Admit(Admission { person }))
}

/// Everything that was asked before has been answered once this is.
async fn settled(wire: &mut Wire) {
    wire.send(&ClientFrame::Runbooks { request: 999 }).await;
    wire.until(|frame| matches!(frame, ServerFrame::Runbooks { request: 999, .. }))
        .await;
}

async fn closed(wire: &mut Wire, incident: u64) {
    let wanted = IncidentId(incident);
    let is = |frame: &ServerFrame| matches!(frame, ServerFrame::ClosedToYou { incident } if *incident == wanted);
    wire.until(is).await;
}

async fn on_board(wire: &mut Wire, incident: u64) -> Summary {
    let wanted = IncidentId(incident);
    let is = |frame: &ServerFrame| matches!(frame, ServerFrame::Board { summary } if summary.id == wanted);
    match wire.until(is).await {
        ServerFrame::Board { summary } => summary,
        _ => unreachable!(),
    }
}

/// All that is said to a frame about this incident, with the incident's own number taken out.
async fn answers(wire: &mut Wire, mut frame: Value, incident: u64) -> String {
    wire.heard.clear();
    frame["incident"] = json!(incident);
    let id = uuid::Uuid::now_v7();
    if frame["type"] == "submit" {
        frame["command"]["id"] = json!(id);
    }
    wire.say(&frame.to_string()).await;
    if frame["type"] == "submit" {
        wire.until(|frame| {
            matches!(frame, ServerFrame::Done { command, .. } | ServerFrame::Refused { command, .. }
                if command.0 == id)
        })
        .await;
    }
    settled(wire).await;
    let heard = wire.heard.join("\n");
    heard
        .replace(&format!("INC-{incident}."), "INC-N.")
        .replace(&format!("INC-{incident} "), "INC-N ")
        .replace(&format!("\"incident\":{incident},"), "\"incident\":N,")
        .replace(&format!("\"incident\":{incident}}}"), "\"incident\":N}")
        .replace(&id.to_string(), "ID")
}

/// Every frame that names an incident, and every command there is.
fn every_frame() -> Vec<(String, Value)> {
    let mut frames = Vec::new();
    for kind in kinds::<ClientFrame>("type") {
        let frame: Result<ClientFrame, String> = filled("type", &kind);
        let frame = frame.unwrap_or_else(|why| panic!("{kind}: give `every::values` {why}"));
        frames.push((kind, serde_json::to_value(&frame).unwrap()));
    }
    let at: Timestamp = "2026-11-24T14:00:00Z".parse().unwrap();
    for kind in kinds::<Intent>("do") {
        let intent: Result<Intent, String> = filled("do", &kind);
        let intent = intent.unwrap_or_else(|why| panic!("{kind}: give `every::values` {why}"));
        let command = json!({"id": uuid::Uuid::nil(), "written_at": at, "intent": intent});
        let frame = json!({"type": "submit", "command": command});
        frames.push((format!("submit {kind}"), frame));
    }
    frames
}

#[tokio::test]
async fn whatever_is_asked_about_it_the_answer_is_that_there_is_no_such_incident() {
    const NEVER: u64 = 9_999;
    let cast = Cast::new().await;
    let mut maya = cast.of("maya").await;
    maya.declare("for everyone").await;
    let hidden = declare_private(&format!("leak {SECRET}"), &["bo"]);
    let hidden = maya.submit(None, &hidden).await.unwrap().0;
    let words = note(&format!("{SECRET} is in the logs"));
    maya.submit(Some(hidden), &words).await.unwrap();
    // Who is let in to one is not let in to another.
    let own = declare_private("another", &["kim"]);
    maya.submit(None, &own).await.unwrap();
    let before = cast.house.ledger.log(hidden).len();
    let frames = every_frame();
    assert!(frames.len() > 60, "{}", frames.len());
    for name in ["kim", "eye", "hall"] {
        let mut wire = cast.of(name).await;
        for (kind, frame) in &frames {
            let there = answers(&mut wire, frame.clone(), hidden).await;
            let nowhere = answers(&mut wire, frame.clone(), NEVER).await;
            assert_eq!(there, nowhere, "{name}: {kind}");
            assert!(!there.contains(SECRET), "{name}: {kind}: {there}");
        }
        // As the one that goes on, too.
        let merge = |into: u64| {
            let intent = json!({"do": "merge", "into": into});
            let at: Timestamp = "2026-11-24T14:00:00Z".parse().unwrap();
            json!({"type": "submit", "command": {"id": uuid::Uuid::nil(), "written_at": at, "intent": intent}})
        };
        let there = answers(&mut wire, merge(hidden), 1).await;
        let nowhere = answers(&mut wire, merge(NEVER), 1).await;
        let there = there.replace(&format!("INC-{hidden}."), "INC-N.");
        let nowhere = nowhere.replace(&format!("INC-{NEVER}."), "INC-N.");
        assert_eq!(there, nowhere, "{name}");
    }
    let after = cast.house.ledger.log(hidden).len();
    assert_eq!(after, before, "nothing was written");
    // Those who may are answered.
    for name in ["bo", "root"] {
        let mut wire = cast.of(name).await;
        let (state, ..) = wire.join(hidden, 0).await;
        assert!(state.unwrap().title.contains(SECRET), "{name}");
    }
}

#[tokio::test]
async fn no_word_of_it_and_no_line_of_it_reach_anyone_else() {
    let cast = Cast::new().await;
    let mut maya = cast.of("maya").await;
    let open = maya.declare("for everyone").await;
    let mut wires = Vec::new();
    for name in ["kim", "eye", "hall"] {
        let mut wire = cast.of(name).await;
        wire.join(open, 0).await;
        wires.push(wire);
    }
    let hidden = declare_private(&format!("leak {SECRET}"), &["bo"]);
    let hidden = maya.submit(None, &hidden).await.unwrap().0;
    maya.join(hidden, 0).await;
    for words in ["one", "two"] {
        let words = note(&format!("{SECRET} {words}"));
        maya.submit(Some(hidden), &words).await.unwrap();
    }
    let claim = Intent::ClaimRole {
        role: Role::IncidentCommander,
    };
    maya.submit(Some(hidden), &command(claim)).await.unwrap();
    assert!(!cast.page().await.contains(SECRET));
    // What changed before is on every board by the time that this is.
    let last = maya.declare("the last").await;
    for wire in &mut wires {
        on_board(wire, last).await;
    }
    for name in ["kim", "eye", "hall"] {
        wires.push(cast.of(name).await);
    }
    for wire in &mut wires {
        wire.heard
            .retain(|text| !text.contains("\"type\":\"presence\""));
        for query in [SECRET, "leak", "two"] {
            wire.send(&ClientFrame::Search {
                request: 7,
                incident: None,
                query: query.to_owned(),
                limit: 1,
            })
            .await;
            let found = wire
                .until(|frame| matches!(frame, ServerFrame::Found { .. }))
                .await;
            let ServerFrame::Found { hits, more, .. } = found else {
                unreachable!()
            };
            assert!(hits.is_empty() && !more, "{query}: {hits:?}");
        }
        let heard = wire.heard.join("\n");
        assert!(!heard.contains(SECRET), "{heard}");
        assert!(!heard.contains(&format!("\"id\":{hidden},")), "{heard}");
        assert!(!heard.contains(&format!("INC-{hidden}")), "{heard}");
    }
    let page = cast.page().await;
    assert!(
        page.contains("the last") && !page.contains(SECRET),
        "{page}"
    );
    let mut root = Wire::connect(cast.house.address, Some(&cast.root)).await;
    root.hello("root", false).await;
    assert!(root.heard.join("").contains(SECRET));
    // Even an admin's own screen, as a wall.
    let mut watch = Wire::connect(cast.house.address, Some(&cast.root)).await;
    watch.hello("root", true).await;
    assert!(!watch.heard.join("").contains(SECRET));
}

#[tokio::test]
async fn who_follows_it_when_it_becomes_private_is_let_go_after_what_came_before() {
    let cast = Cast::new().await;
    let mut maya = cast.of("maya").await;
    let incident = maya.declare("Checkout").await;
    let claim = Intent::ClaimRole {
        role: Role::IncidentCommander,
    };
    maya.submit(Some(incident), &command(claim)).await.unwrap();
    let mut out = Vec::new();
    for name in ["kim", "eye", "hall"] {
        let mut wire = cast.of(name).await;
        wire.join(incident, 0).await;
        out.push(wire);
    }
    let mut bo = cast.of("bo").await;
    bo.join(incident, 0).await;
    maya.submit(Some(incident), &note("for all")).await.unwrap();
    assert!(cast.page().await.contains("Checkout"));
    maya.submit(Some(incident), &private(&["bo"]))
        .await
        .unwrap();
    assert!(!cast.page().await.contains("Checkout"), "on the wall");
    let secret = note(&format!("{SECRET} one"));
    maya.submit(Some(incident), &secret).await.unwrap();
    for wire in &mut out {
        closed(wire, incident).await;
        let told = |frame: &ServerFrame| matches!(frame, ServerFrame::Notice(_));
        let said = wire.heard.join("").contains("is private now");
        if !said {
            wire.until(told).await;
        }
        settled(wire).await;
        let heard = wire.heard.join("\n");
        assert!(heard.contains("for all") && heard.contains("is private now"));
        assert!(!heard.contains(SECRET) && !heard.contains("made_private"));
    }
    // Its door is shut to who stood in it.
    let refused = out[0].submit(Some(incident), &note("x")).await.unwrap_err();
    assert_eq!(refused, no_such_incident(IncidentId(incident)));
    assert!(bo.event().await.contains("for all"));
    assert!(bo.event().await.contains("made_private"));
    assert!(bo.event().await.contains(SECRET));

    // Dismissed in mid-session, and let in again.
    maya.submit(Some(incident), &dismiss("bo")).await.unwrap();
    let secret = note(&format!("{SECRET} two"));
    maya.submit(Some(incident), &secret).await.unwrap();
    closed(&mut bo, incident).await;
    settled(&mut bo).await;
    let heard = bo.heard.join("\n");
    assert!(!heard.contains(&format!("{SECRET} two")) && !heard.contains("\"dismissed\""));
    bo.heard.clear();
    maya.submit(Some(incident), &admit("bo")).await.unwrap();
    assert!(on_board(&mut bo, incident).await.private);
    bo.join(incident, 0).await;

    // For everyone again, on every board.
    let public = command(Intent::MakePublic(PublicAgain {}));
    maya.submit(Some(incident), &public).await.unwrap();
    for wire in &mut out {
        assert!(!on_board(wire, incident).await.private);
    }
    let (state, ..) = out[0].join(incident, 0).await;
    assert_eq!(state.unwrap().private, None);
}

/// The door closes and the secret is said in one breath, while someone asks for everything over and
/// over: whatever is answered ends before it.
#[tokio::test]
async fn who_asks_just_as_the_door_closes_hears_nothing_of_what_is_said_behind_it() {
    const ROUNDS: u64 = 12;
    let cast = Cast::new().await;
    let mut maya = cast.of("maya").await;
    for _ in 0..ROUNDS {
        let incident = maya.declare("Checkout").await;
        let mut kim = cast.of("kim").await;
        let asks = async {
            let mut request = 0;
            // Until it is told that there is none.
            while !kim
                .heard
                .iter()
                .any(|text| text.contains("There is no INC-"))
            {
                request += 1;
                if request > 150 {
                    // Within the rate of frames that a session has.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                let (whose, seq) = (IncidentId(incident), Seq(1 + request % 5));
                for frame in [
                    ClientFrame::Page {
                        request,
                        incident: whose,
                        before: None,
                        after: Some(Seq(0)),
                        at: None,
                        limit: 50,
                    },
                    ClientFrame::Join {
                        incident: whose,
                        have: Seq(0),
                        fold: FOLD_VERSION + u32::from(request % 2 == 0),
                    },
                    ClientFrame::StateAt {
                        request,
                        incident: whose,
                        seq,
                    },
                    ClientFrame::Search {
                        request,
                        incident: None,
                        query: SECRET.to_owned(),
                        limit: 5,
                    },
                ] {
                    kim.send(&frame).await;
                    tokio::task::yield_now().await;
                }
                kim.until(|f| matches!(f, ServerFrame::Found { request: r, .. } if *r == request))
                    .await;
            }
            kim
        };
        let says = async {
            // At another moment of the other's questions each time.
            for _ in 0..40 * incident {
                tokio::task::yield_now().await;
            }
            let secret = note(&format!("{SECRET} at once"));
            for command in [private(&[]), secret] {
                let incident = Some(IncidentId(incident));
                let (command, round) = (command, 0);
                maya.send(&ClientFrame::Submit {
                    incident,
                    command,
                    round,
                })
                .await;
            }
            settled(&mut maya).await;
        };
        let (kim, ()) = tokio::join!(asks, says);
        let heard = kim.heard.join("\n");
        assert!(!heard.contains(SECRET), "{heard}");
        assert!(!heard.contains("made_private"), "{heard}");
    }
}

#[tokio::test]
async fn it_is_private_from_the_first_moment_of_a_server_that_is_started_again() {
    let cast = Cast::new().await;
    let mut maya = cast.of("maya").await;
    let hidden = declare_private(&format!("leak {SECRET}"), &[]);
    let hidden = maya.submit(None, &hidden).await.unwrap().0;
    let house = House::on(cast.house.ledger.clone(), |_| {}).await;
    let mut kim = house.client("kim").await;
    assert!(!kim.heard.join("").contains(SECRET));
    let refused = kim.submit(Some(hidden), &note("x")).await.unwrap_err();
    assert_eq!(refused, no_such_incident(IncidentId(hidden)));
    let mut maya = house.client("maya").await;
    assert!(maya.heard.join("").contains(SECRET));
    maya.submit(Some(hidden), &note("x")).await.unwrap();
}
