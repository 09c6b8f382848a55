//! A person is called once for each ask, wherever they are; who asked hears what came of it.

use crate::client::Input;
use crate::console::effect::Effect;
use crate::console::msg::Msg;
use crate::console::testing::{Bench, Log, start, usual};
use crate::incident::*;
use chrono::TimeDelta;
use serde_json::json;

/// The viewer is lee, the scribe.
fn ask(to: &str, minutes: u32, text: &str) -> Intent {
    Intent::Ask {
        to: to.parse().unwrap(),
        minutes,
        text: text.into(),
    }
}

fn answer(ask: u32, state: AskState, words: &str) -> Intent {
    Intent::AnswerAsk {
        ask: AskId(ask),
        state,
        reason: Some(words.into()),
    }
}

/// The events that `who` makes now, as the server sends them.
fn happens(bench: &mut Bench, log: &mut Log, who: &str, intent: Intent) -> Vec<Effect> {
    let before = log.events.len();
    log.did(who, (start() - bench.now).num_seconds(), intent);
    let new = log.events[before..].to_vec();
    let frames = new
        .iter()
        .map(|event| json!({"type": "event", "event": event}));
    let frames: Vec<_> = frames.collect();
    frames.iter().flat_map(|frame| bench.frame(frame)).collect()
}

fn rings(effects: &[Effect]) -> Vec<String> {
    let rings = effects.iter().filter_map(|effect| match effect {
        Effect::Ring(call) => Some(format!("{}: {}", call.title, call.text)),
        _ => None,
    });
    rings.collect()
}

fn titles(effects: &[Effect]) -> Vec<Option<String>> {
    let titles = effects.iter().filter_map(|effect| match effect {
        Effect::Title(title) => Some(title.clone()),
        _ => None,
    });
    titles.collect()
}

fn said(bench: &Bench) -> String {
    let said = bench.app.notices.current(bench.now);
    said.map(|notice| notice.text.clone()).unwrap_or_default()
}

#[test]
fn the_asked_persons_console_rings_once_and_not_again_after_a_reconnect() {
    let mut log = usual();
    let mut bench = Bench::on(120, 40, &log);
    let asked = happens(&mut bench, &mut log, "maya", ask("lee", 10, "web latency"));
    assert_eq!(rings(&asked), ["INC-42: maya asks you: web latency"]);
    let title = "→ maya asks you: web latency · INC-42";
    assert_eq!(titles(&asked), [Some(title.to_owned())]);
    assert_eq!(
        said(&bench),
        "maya asks you: web latency · Y acknowledges it."
    );
    assert!(
        bench.screen().contains("→ maya asks you"),
        "{}",
        bench.screen()
    );
    assert!(
        bench.screen().contains("Y acknowledge your ask"),
        "{}",
        bench.screen()
    );
    // What happens after, and a lost connection, call nobody again.
    let mut later = happens(&mut bench, &mut log, "bo", ask("ana", 5, "logs"));
    later.extend(bench.client(Input::Disconnected {
        why: "the server is gone".to_owned(),
        fatal: false,
        retry_at: None,
    }));
    later.extend(bench.client(Input::Connecting));
    later.extend(bench.client(Input::Connected));
    later.extend(bench.frame(
        &json!({"type": "welcome", "protocol": crate::protocol::VERSION, "server": "warroom 0.1.0",
        "now": start(), "you": "lee", "level": "responder", "access": "tokens",
        "board": [log.summary()]}),
    ));
    later.extend(bench.frame(&log.joined()));
    bench.now += TimeDelta::seconds(5);
    later.extend(bench.tell(Msg::Woke));
    assert_eq!(rings(&later), [""; 0]);
    // Y says that it is heard; the title goes with the answer's event.
    let pressed = bench.keys("Y");
    let acknowledge = Intent::AnswerAsk {
        ask: AskId(3),
        state: AskState::Acknowledged,
        reason: None,
    };
    assert_eq!(Bench::intents(&pressed), std::slice::from_ref(&acknowledge));
    let done = happens(&mut bench, &mut log, "lee", acknowledge);
    assert_eq!(titles(&done), [None]);
    // Another ask is another call.
    let again = happens(
        &mut bench,
        &mut log,
        "bo",
        ask("lee", 10, "and the gateway"),
    );
    assert_eq!(rings(&again), ["INC-42: bo asks you: and the gateway"]);
}

#[test]
fn what_waits_when_one_comes_is_one_call_and_what_was_told_by_voice_none() {
    let mut log = usual();
    let told = Intent::NoteAsk {
        to: "lee".parse().unwrap(),
        minutes: 5,
        text: "said aloud".into(),
        by: None,
    };
    log.did("bo", 20, told);
    log.did("lee", 15, ask("lee", 5, "my own"));
    let mut quiet = Bench::new(120, 40, &[&log]);
    let mut effects = quiet.keys("enter");
    effects.extend(quiet.frame(&log.joined()));
    assert_eq!(rings(&effects), [""; 0]);
    log.did("maya", 10, ask("lee", 5, "one"));
    log.did("bo", 9, ask("lee", 5, "two"));
    let mut bench = Bench::new(120, 40, &[]);
    let mut effects = bench.frame(&json!({"type": "board", "summary": log.summary()}));
    effects.extend(bench.keys("enter"));
    effects.extend(bench.frame(&log.joined()));
    let call = "INC-42: You are asked for something in INC-42 (and 1 more)";
    assert_eq!(rings(&effects), [call], "also on the board, and not twice");
    let title = "→ maya asks you: one · INC-42".to_owned();
    assert_eq!(titles(&effects).last(), Some(&Some(title)));
}

#[test]
fn a_console_that_only_reads_is_never_called() {
    let mut log = usual();
    let mut bench = Bench::on(120, 40, &log);
    bench.app.prefs.read_only = Some("It only reads.".to_owned());
    let asked = happens(&mut bench, &mut log, "maya", ask("lee", 10, "web latency"));
    assert_eq!((rings(&asked).len(), titles(&asked).len()), (0, 0));
}

#[test]
fn who_asked_hears_what_came_of_it() {
    let mut log = usual();
    log.did("lee", 30, ask("bo", 10, "web latency"));
    let mut bench = Bench::on(120, 40, &log);
    let happened = |bench: &mut Bench, log: &mut Log, who: &str, intent| {
        bench.now += TimeDelta::seconds(20);
        happens(bench, log, who, intent);
        said(bench)
    };
    let more = Intent::AskMoreTime {
        ask: AskId(3),
        minutes: 5,
        reason: Some("slow".into()),
    };
    let words = [
        (
            "bo",
            answer(3, AskState::Acknowledged, ""),
            "bo has ask 3: web latency",
        ),
        ("bo", more, "bo needs 5 min more for ask 3 (slow)."),
        (
            "bo",
            answer(3, AskState::Done, "it is normal"),
            "Ask 3 of bo is done: web latency (it is normal)",
        ),
        // No matter of lee's.
        ("ana", answer(2, AskState::Done, "here"), ""),
    ];
    for (who, intent, says) in words {
        assert_eq!(happened(&mut bench, &mut log, who, intent), says);
    }
    // One's own doing is known.
    happened(&mut bench, &mut log, "lee", ask("ana", 10, "logs"));
    let done = answer(4, AskState::Done, "she said so");
    assert_eq!(happened(&mut bench, &mut log, "lee", done), "");
}

#[test]
fn those_whom_it_concerns_hear_that_it_is_overdue_and_everyone_sees_it() {
    let mut log = usual();
    log.did("lee", 0, ask("zoe", 1, "call the bank"));
    log.did("maya", 0, ask("kim", 2, "web latency"));
    let mut bench = Bench::on(120, 40, &log);
    bench.wait(TimeDelta::seconds(59));
    assert_eq!(said(&bench), "");
    bench.wait(TimeDelta::seconds(1));
    assert_eq!(said(&bench), "Ask 3 is overdue. zoe: call the bank");
    bench.wait(TimeDelta::seconds(60));
    assert_eq!(said(&bench), "", "another's, whom lee did not ask");
    assert!(
        bench.screen().contains("asks OVERDUE"),
        "{}",
        bench.screen()
    );
}

fn propose(text: &str) -> Intent {
    Intent::Propose {
        text: text.into(),
        executor: Some("bo".parse().unwrap()),
        verify_minutes: None,
    }
}

#[test]
fn what_is_put_to_the_room_is_said_at_once_and_one_key_answers_it() {
    let mut log = usual();
    let mut bench = Bench::on(120, 40, &log);
    assert!(bench.keys("V").is_empty(), "nothing waits");
    assert_eq!(said(&bench), "No proposal waits for objections.");
    bench.now += TimeDelta::seconds(20);
    happens(&mut bench, &mut log, "maya", propose("roll back 4f2a"));
    let words = "maya proposes: roll back 4f2a (bo) · V no objection · O object";
    assert_eq!(said(&bench), words);
    let screen = bench.screen();
    assert!(screen.contains("◆ maya proposes 00:20"), "{screen}");
    assert!(screen.contains("1 ◆ roll back 4f2a · bo"), "{screen}");
    assert!(screen.contains("V no objection  O object"), "{screen}");
    let agree = Intent::TakeStance {
        proposal: ProposalId(1),
        stance: Stance::NoObjection,
    };
    assert_eq!(Bench::intents(&bench.keys("V")), [agree]);
    assert!(!bench.screen().contains("maya proposes 00:20"), "spoken to");
    bench.keys("O");
    bench.typed("no backup");
    let object = Intent::TakeStance {
        proposal: ProposalId(1),
        stance: Stance::Objects {
            reason: "no backup".into(),
        },
    };
    assert_eq!(Bench::intents(&bench.keys("enter")), [object]);
    assert!(bench.screen().contains("✗ 1  00:20"), "{}", bench.screen());
    // Its end is the server's to say.
    bench.wait(TimeDelta::seconds(21));
    assert!(bench.screen().contains("closing"), "{}", bench.screen());
    bench.keys("O");
    assert_eq!(said(&bench), "No proposal waits for objections.");
}

#[test]
fn who_proposed_hears_of_an_objection_and_decides_or_withdraws() {
    let mut log = usual();
    log.did("lee", 10, propose("roll back 4f2a"));
    let mut bench = Bench::on(120, 40, &log);
    assert_eq!(said(&bench), "", "there to be read");
    bench.keys("O");
    assert_eq!(
        said(&bench),
        "No proposal waits for objections.",
        "it is their own"
    );
    let object = Intent::TakeStance {
        proposal: ProposalId(1),
        stance: Stance::Objects {
            reason: "no backup".into(),
        },
    };
    happens(&mut bench, &mut log, "ana", object);
    let (text, seq) = ("roll back 4f2a".into(), log.state.seq.next());
    let contested = What::ProposalContested {
        proposal: ProposalId(1),
        objections: log.state.proposals[0].objections(),
        text,
    };
    let mut event = log.events.last().unwrap().clone();
    (event.seq, event.body) = (seq, contested.into());
    bench.now += TimeDelta::seconds(15);
    bench.frame(&json!({"type": "event", "event": event}));
    assert_eq!(
        said(&bench),
        "Someone objects, so it is not decided: roll back 4f2a · g v decides it · g w withdraws it"
    );
    assert!(bench.screen().contains("OBJECTED"), "{}", bench.screen());
    // Lee does not command.
    bench.keys("g v");
    assert!(
        said(&bench).contains("Only the Incident Commander"),
        "{}",
        said(&bench)
    );
    bench.keys("g w");
    let withdraw = Intent::WithdrawProposal {
        proposal: ProposalId(1),
        reason: Some("".into()),
    };
    assert_eq!(Bench::intents(&bench.keys("enter")), [withdraw]);
}

#[test]
fn a_decision_put_to_another_room_is_said_quietly_and_once() {
    let (here, mut other) = (usual(), Log::declared(7, "Search is slow", Severity::Sev3));
    let mut bench = Bench::new(120, 40, &[&here, &other]);
    bench.keys("o");
    bench.typed("INC-42");
    bench.keys("enter");
    bench.frame(&here.joined());
    bench.app.notices = crate::console::notices::Notices::default();
    let propose = Intent::Propose {
        text: "drain eu-west".into(),
        executor: None,
        verify_minutes: None,
    };
    other.did("ana", 0, propose);
    let effects = bench.frame(&json!({"type": "board", "summary": other.summary()}));
    assert_eq!(rings(&effects), Vec::<String>::new());
    assert!(
        said(&bench).starts_with("A decision is put to the room of INC-7 (proposal 1)"),
        "{}",
        said(&bench)
    );
    bench.app.notices = crate::console::notices::Notices::default();
    bench.frame(&json!({"type": "board", "summary": other.summary()}));
    assert_eq!(said(&bench), "");
}
