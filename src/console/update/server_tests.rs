//! What goes to the server and to disk, what comes back, and when the console wakes by itself.

use super::next_wake;
use super::tests::{sent, triage};
use crate::client::{self, Input};
use crate::console::app::Screen;
use crate::console::effect::Effect;
use crate::console::msg::Msg;
use crate::console::testing::{Bench, Log, usual};
use crate::incident::*;
use chrono::TimeDelta;
use serde_json::json;

#[test]
fn an_idle_incident_wakes_once_a_second_and_an_ended_one_never() {
    let mut bench = Bench::on(120, 40, &usual());
    bench.wait(TimeDelta::seconds(5));
    assert_eq!(bench.wait(TimeDelta::seconds(30)), 30);
    let mut over = Log::declared(40, "Certificates expired", Severity::Sev2);
    over.did(
        "maya",
        1_000,
        Intent::ClaimRole {
            role: Role::IncidentCommander,
        },
    );
    over.did(
        "maya",
        900,
        Intent::SetStatus {
            status: Status::Resolved,
            at: None,
            reason: None,
        },
    );
    let mut bench = Bench::on(120, 40, &over);
    bench.wait(TimeDelta::seconds(5));
    assert_eq!(next_wake(&bench.app), None);
}

#[test]
fn the_board_wakes_when_an_age_changes_and_an_empty_one_never() {
    let log = usual();
    let mut bench = Bench::new(120, 40, &[&log]);
    bench.wait(TimeDelta::seconds(5));
    assert!((1..=4).contains(&bench.wait(TimeDelta::seconds(60))));
    let bench = Bench::new(120, 40, &[]);
    assert_eq!(next_wake(&bench.app), None);
}

#[test]
fn the_others_hear_of_a_move_at_most_twice_a_second() {
    let mut bench = Bench::on(120, 40, &usual());
    bench.wait(TimeDelta::seconds(2));
    let presence = |effects: &[Effect]| {
        sent(effects)
            .iter()
            .filter(|frame| frame.contains("presence"))
            .count()
    };
    let mut said = 0;
    for _ in 0..10 {
        said += presence(&bench.keys("tab"));
        bench.now += TimeDelta::milliseconds(50);
    }
    assert_eq!(said, 1, "the first at once, the rest later");
    bench.now = next_wake(&bench.app).unwrap();
    said += presence(&bench.tell(Msg::Woke));
    assert_eq!(said, 2);
}

#[test]
fn a_refusal_from_the_server_is_said_and_the_state_goes_back() {
    let mut bench = Bench::on(120, 40, &usual());
    let effects = bench.keys("c");
    let effects = if Bench::intents(&effects).is_empty() {
        bench.keys("enter")
    } else {
        effects
    };
    let id = effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Client(client::Effect::Store(pending)) => Some(pending.command.id),
            _ => None,
        })
        .unwrap();
    assert_eq!(bench.app.client.queued(), 1);
    bench.client(Input::Stored(id));
    bench.frame(&json!({"type": "refused", "command": id, "refusal": {
        "code": "role_held", "why": "ana has Communications Lead.", "instead": "Ask ana."}}));
    assert_eq!(bench.app.client.queued(), 0);
    let said = bench.app.notices.current(bench.now).unwrap();
    assert_eq!(said.text, "ana has Communications Lead. Ask ana.");
}

#[test]
fn words_refused_later_for_another_incident_go_to_its_draft() {
    let mut bench = Bench::on(120, 40, &usual());
    let restored: client::Pending = serde_json::from_value(json!({
        "command": {"id": uuid::Uuid::from_u128(77), "written_at": bench.now,
                    "intent": {"do": "note", "kind": "note", "text": "said before the crash"}},
        "incident": IncidentId(7)}))
    .unwrap();
    bench.client(Input::Restored(vec![restored]));
    let effects = bench.frame(
        &json!({"type": "refused", "command": uuid::Uuid::from_u128(77),
        "refusal": {"code": "wrong_status", "why": "INC-7 is merged.", "instead": "Go on."}}),
    );
    assert!(
        effects.iter().any(|effect| matches!(effect,
            Effect::AddToDraft { of: (lee, IncidentId(7)), text }
                if lee.as_str() == "lee" && text == "said before the crash")),
        "{effects:?}"
    );
}

#[test]
fn a_search_that_finds_nothing_here_asks_the_server() {
    let mut bench = Bench::on(120, 40, &usual());
    bench.keys("/");
    bench.typed("nowhere");
    let effects = bench.keys("enter");
    assert!(sent(&effects).iter().any(|frame| frame.contains("nowhere")));
    let request = sent(&effects)
        .iter()
        .find_map(|frame| {
            let frame: serde_json::Value = serde_json::from_str(frame).unwrap();
            (frame["type"] == "search").then(|| frame["request"].clone())
        })
        .unwrap();
    bench.frame(
        &json!({"type": "found", "request": request, "more": false, "hits": [
        {"incident": IncidentId(42), "seq": 3, "occurred_at": bench.now, "by": "bo",
         "text": "nowhere \u{1b}[31mto be seen"}]}),
    );
    assert!(bench.screen().contains("nowhere ␛[31mto be seen"));
    bench.keys("enter");
    assert!(bench.app.overlays.is_empty());
}

#[test]
fn what_was_sent_is_kept_and_comes_back_on_any_incident() {
    let (one, other) = (usual(), triage());
    let mut bench = Bench::new(120, 40, &[&one, &other]);
    let welcomed = Bench::silent(120, 40).tell(Msg::Woke);
    assert!(
        welcomed.is_empty(),
        "nobody's lines are asked for before it is known who this is"
    );
    let lee: Person = "lee".parse().unwrap();
    bench.tell(Msg::History {
        person: lee.clone(),
        lines: vec!["earlier".to_owned()],
    });
    let someone: Person = "bo".parse().unwrap();
    bench.tell(Msg::History {
        person: someone,
        lines: vec!["bo's".to_owned()],
    });
    bench.keys("enter");
    let Screen::Incident(screen) = &bench.app.screen else {
        panic!("on the board")
    };
    let log = if screen.id == one.state.id {
        &one
    } else {
        &other
    };
    bench.frame(&log.joined());
    bench.keys("i");
    bench.typed("now");
    let kept = bench.keys("enter");
    assert!(
        kept.iter()
            .any(|effect| matches!(effect, Effect::KeepLine { person, line }
            if *person == lee && line == "now")),
        "{kept:?}"
    );
    bench.keys("esc b j enter");
    let Screen::Incident(screen) = &mut bench.app.screen else {
        panic!("on the board")
    };
    let lines: Vec<_> = screen.composer.history().lines().collect();
    assert_eq!(lines, ["earlier", "now"]);
}

#[test]
fn a_draft_is_looked_for_once_it_is_known_who_this_is() {
    let log = usual();
    let mut bench = Bench::silent(120, 40);
    let early = super::start(&mut bench.app, Some(log.state.id));
    let looks = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::LoadDraft((person, incident)) => Some((person.to_string(), *incident)),
            _ => None,
        })
    };
    assert_eq!(looks(&early), None);
    bench.client(Input::Connecting);
    bench.client(Input::Connected);
    let welcome = json!({"type": "welcome", "protocol": crate::protocol::VERSION,
        "server": "warroom 0.1.0", "now": bench.now, "you": "lee", "level": "responder",
        "access": "tokens", "board": [log.summary()]});
    let welcomed = bench.frame(&welcome);
    assert_eq!(looks(&welcomed), Some(("lee".to_owned(), log.state.id)));
    assert_eq!(looks(&bench.frame(&log.joined())), None, "once");
}
