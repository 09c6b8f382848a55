//! Asks as the commander, the one who is asked and everyone else see them, and what their keys do.

use super::super::fixture::{Story, cx, drawn, insides, now};
use super::super::{Focus, OverlayRequest, Request, Then};
use super::State;
use crate::client::{Me, Pane, Room};
use crate::console::keymap::Action;
use crate::incident::{AskId, AskState, Intent, Level, Role};
use chrono::TimeDelta;

/// Asks of every kind: one that is overdue, one in its last minute, one that needs more time, one
/// that was given by voice, and one that has time.
fn room() -> Room {
    let mut story = Story::new();
    story.declare("Checkout 500s");
    story
        .claim("maya", Role::IncidentCommander)
        .claim("lee", Role::Scribe);
    let passed = (now() - story.now()).num_seconds();
    story.then(
        passed - 900,
        "maya",
        ask("ana", 10, "read the logs of the payment workers"),
    );
    story.then(300, "bo", ask("kim", 11, "DB latency in eu-west"));
    let told = Intent::NoteAsk {
        to: "zoe".parse().unwrap(),
        minutes: 30,
        text: "ask the bank whether they see it".into(),
        by: None,
    };
    story.then(30, "lee", told);
    story.then(30, "maya", ask("bo", 12, "web latency"));
    let more = Intent::AskMoreTime {
        ask: AskId(4),
        minutes: 15,
        reason: Some("the graph is slow".into()),
    };
    story.then(30, "bo", more);
    story.then(30, "maya", ask("bo", 45, "compare regions"));
    story.room(&[("maya", Pane::Command, false)])
}

fn ask(to: &str, minutes: u32, text: &str) -> Intent {
    Intent::Ask {
        to: to.parse().unwrap(),
        minutes,
        text: text.into(),
    }
}

fn me(name: &str) -> Me {
    Me {
        person: name.parse().unwrap(),
        level: Level::Responder,
        loopback: false,
    }
}

/// The rows of asks as this person sees them.
fn seen(room: &Room, name: &str, seconds: i64) -> String {
    let (me, area) = (me(name), insides(Focus::Command)[0]);
    let mut cx = cx(room, &me, area);
    cx.now += TimeDelta::seconds(seconds);
    let all = drawn(area, |look, area, buf| {
        State::default().draw(&cx, look, area, buf);
    });
    let rows = all.lines().skip_while(|row| !row.contains("Asks"));
    let rows: Vec<&str> = rows.take_while(|row| !row.contains("Here")).collect();
    rows.join("\n")
}

#[test]
fn everyone_sees_what_concerns_them_and_what_is_overdue() {
    let room = room();
    let screens = ["maya", "bo", "ana", "kim", "lee", "eve"]
        .map(|name| format!("{name}\n{}\n", seen(&room, name, 0)));
    insta::assert_snapshot!(screens.join("\n"));
}

#[test]
fn the_last_minute_warns_and_then_it_is_overdue() {
    let room = room();
    let kim = |seconds| {
        let all = seen(&room, "maya", seconds);
        let row = all.lines().find(|row| row.contains("kim")).unwrap();
        row.rsplit("  ")
            .next()
            .unwrap()
            .trim_matches(['│', ' '])
            .to_owned()
    };
    let due = room.shown().ask(AskId(2)).unwrap().due_at - now();
    let due = due.num_seconds();
    assert_eq!(kim(due - 61), "01:01");
    assert!(kim(due - 60).ends_with("! 01:00"), "{}", kim(due - 60));
    assert!(kim(due - 1).ends_with("! 00:01"), "{}", kim(due - 1));
    assert!(kim(due).ends_with("OVERDUE 00:00"), "{}", kim(due));
    assert!(
        kim(due + 130).ends_with("OVERDUE 02:10"),
        "{}",
        kim(due + 130)
    );
}

/// The pane of this person, the cursor on the ask of that number; or where it stands at first.
fn at(room: &Room, me: &Me, id: Option<u32>) -> State {
    let cx = cx(room, me, insides(Focus::Command)[0]);
    let mut state = State::default();
    if let Some(id) = id {
        for _ in 0..20 {
            if super::ask_of(state.item(&super::lines(&cx, None)).as_ref()) == Some(AskId(id)) {
                return state;
            }
            state.handle(Action::CursorDown, &cx);
        }
        panic!("no ask {id}");
    }
    state
}

fn act(room: &Room, who: &str, id: Option<u32>, action: Action) -> Vec<Request> {
    let me = me(who);
    let mut state = at(room, &me, id);
    let cx = cx(room, &me, insides(Focus::Command)[0]);
    state.handle(action, &cx)
}

fn why(room: &Room, who: &str, id: Option<u32>, action: Action) -> Option<String> {
    let me = me(who);
    let cx = cx(room, &me, insides(Focus::Command)[0]);
    at(room, &me, id).why_not(action, &cx)
}

#[test]
fn a_key_acts_on_the_ask_under_the_cursor_or_on_ones_own() {
    let room = room();
    let acknowledged = |ask: u32| {
        vec![Request::Submit(Intent::AnswerAsk {
            ask: AskId(ask),
            state: AskState::Acknowledged,
            reason: None,
        })]
    };
    assert_eq!(act(&room, "bo", Some(5), Action::Accept), acknowledged(5));
    let key = Action::AskAcknowledge;
    assert_eq!(act(&room, "bo", Some(5), key), acknowledged(5));
    // The cursor is on a role: the first of one's own.
    assert_eq!(act(&room, "bo", None, key), acknowledged(4));
    assert_eq!(act(&room, "kim", None, key), acknowledged(2));
    assert_eq!(act(&room, "eve", None, key), []);
    for (action, then) in [
        (
            Action::AskDone,
            Then::AnswerAsk {
                ask: AskId(4),
                state: AskState::Done,
            },
        ),
        (
            Action::AskDecline,
            Then::AnswerAsk {
                ask: AskId(4),
                state: AskState::Declined,
            },
        ),
        (Action::AskMoreTime, Then::AskMoreTime(AskId(4))),
        (Action::AskExtend, Then::ExtendAsk(AskId(4))),
        (Action::AskRefuseTime, Then::RefuseMoreTime(AskId(4))),
        (Action::AskWithdraw, Then::WithdrawAsk(AskId(4))),
    ] {
        let asked = act(&room, "maya", Some(4), action);
        let [Request::Open(OverlayRequest::Prompt(prompt))] = &asked[..] else {
            panic!("{asked:?}");
        };
        assert_eq!(prompt.then, then);
        // What was asked for is given with enter.
        let text = if action == Action::AskExtend {
            "15m"
        } else {
            ""
        };
        assert_eq!(prompt.text, text, "{action:?}");
    }
    let shown = act(&room, "maya", Some(4), Action::Accept);
    let [Request::Open(OverlayRequest::Text { title, body })] = &shown[..] else {
        panic!("{shown:?}");
    };
    assert_eq!(title, "Ask 4");
    assert!(
        body.contains("Needs     15 min more: the graph is slow"),
        "{body}"
    );
    let shown = act(&room, "maya", Some(3), Action::Accept);
    assert!(
        format!("{shown:?}").contains("by voice; noted by lee"),
        "{shown:?}"
    );
}

#[test]
fn what_is_not_possible_is_told_before_any_words_are_written() {
    let room = room();
    for (who, id, action, says) in [
        (
            "eve",
            Some(4),
            Action::AskDone,
            Some("Ask 4 is bo's to answer."),
        ),
        (
            "bo",
            Some(4),
            Action::AskExtend,
            Some("Only maya, who asked"),
        ),
        (
            "bo",
            Some(4),
            Action::AskWithdraw,
            Some("Only maya, who asked"),
        ),
        (
            "maya",
            Some(5),
            Action::AskRefuseTime,
            Some("No more time is asked for"),
        ),
        (
            "maya",
            Some(3),
            Action::AskAcknowledge,
            Some("acknowledged already"),
        ),
        (
            "eve",
            None,
            Action::AskDone,
            Some("The cursor is on no ask."),
        ),
        (
            "maya",
            None,
            Action::AskWithdraw,
            Some("The cursor is on no ask."),
        ),
        ("bo", None, Action::AskDone, None),
        ("lee", Some(4), Action::AskDone, None),
        ("maya", Some(4), Action::AskExtend, None),
    ] {
        let why = why(&room, who, id, action);
        match says {
            Some(says) => assert!(why.as_ref().is_some_and(|w| w.contains(says)), "{why:?}"),
            None => assert_eq!(why, None, "{who} {action:?}"),
        }
    }
}
