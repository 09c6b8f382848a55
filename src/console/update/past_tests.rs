use crate::client::{self, Travel};
use crate::console::effect::Effect;
use crate::console::keymap::{Action, Group};
use crate::console::testing::{Bench, Log, usual};
use crate::incident::*;
use chrono::TimeDelta;
use serde_json::{Value, json};

/// On the incident's screen, before a server that answers from this log.
struct There {
    bench: Bench,
    log: Log,
}

impl There {
    fn on(width: u16, height: u16) -> Self {
        let log = usual();
        let bench = Bench::on(width, height, &log);
        Self { bench, log }
    }

    /// Presses keys; what is asked of the server is answered at once.
    fn keys(&mut self, keys: &str) -> Vec<Effect> {
        let mut all = Vec::new();
        for key in keys.split_whitespace() {
            let effects = self.bench.keys(key);
            all.extend(self.answered(effects));
        }
        all
    }

    fn answered(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        let mut rest = Vec::new();
        let mut asked: Vec<Effect> = effects;
        while let Some(effect) = asked.pop() {
            let Effect::Client(client::Effect::Send(frame)) = &effect else {
                rest.push(effect);
                continue;
            };
            let frame: Value = serde_json::from_str(&frame.encode()).unwrap();
            match self.answer(&frame) {
                Some(answer) => asked.extend(self.bench.frame(&answer)),
                None => rest.push(effect),
            }
        }
        rest
    }

    fn answer(&self, frame: &Value) -> Option<Value> {
        if frame["type"] != "page" {
            return None;
        }
        let from = match frame["at"].as_str() {
            Some(at) => {
                let at: Timestamp = at.parse().unwrap();
                let found = self.log.events.iter().position(|e| e.recorded_at >= at);
                found.unwrap_or(self.log.events.len())
            }
            None => usize::try_from(frame["after"].as_u64().unwrap()).unwrap(),
        };
        let limit = usize::try_from(frame["limit"].as_u64().unwrap()).unwrap();
        let events: Vec<_> = self.log.events.iter().skip(from).take(limit).collect();
        Some(
            json!({"type": "page", "request": frame["request"], "incident": frame["incident"],
            "events": events, "corrections": [], "more": false}),
        )
    }

    fn past(&self) -> &Travel {
        self.bench.app.past().expect("the past is shown")
    }

    fn screen(&self) -> String {
        self.bench.screen()
    }

    fn someone_writes(&mut self, text: &str) {
        self.log.note("bo", 0, text);
        let event = self.log.events.last().unwrap();
        self.bench.frame(&json!({"type": "event", "event": event}));
    }
}

#[test]
fn the_screen_shows_what_was_known_then_and_says_so() {
    let mut there = There::on(120, 40);
    assert!(there.screen().contains("roll back 4f2a"));
    // Before the decision, the asks and the update.
    there.keys("{ [");
    let screen = there.screen();
    assert!(screen.contains("◀ PAST 14:"), "{screen}");
    assert!(screen.contains("n now"), "{screen}");
    for later in [
        "roll back 4f2a",
        "check the database latency",
        "We roll back.",
    ] {
        assert!(!screen.contains(later), "{later} was not known: {screen}");
    }
    let seq = there.past().seq().0;
    let known = &there.log.events[..usize::try_from(seq).unwrap()];
    assert_eq!(there.past().room().shown(), &replay(IncidentId(42), known));
    there.keys("n");
    assert!(there.bench.app.past().is_none());
    assert!(!there.screen().contains("PAST"));
    insta::assert_snapshot!({
        let mut t = There::on(120, 40);
        t.keys("{");
        t.screen()
    });
}

#[test]
fn the_past_at_the_smallest_size_and_while_it_plays() {
    let mut there = There::on(80, 24);
    there.keys("{ > space");
    there.bench.wait(TimeDelta::seconds(1));
    insta::assert_snapshot!(there.screen());
}

#[test]
fn nothing_is_changed_by_mistake_while_the_past_is_shown() {
    let mut there = There::on(120, 40);
    there.keys("[");
    for keys in [
        "2 y",
        "2 c",
        "2 j enter",
        "3 d",
        "3 x",
        "S",
        "g r",
        "A",
        "1 e",
        "1 !",
        "u",
        "D",
    ] {
        let effects = there.keys(keys);
        assert_eq!(Bench::intents(&effects), [], "{keys}");
        assert!(there.bench.app.overlays.is_empty(), "{keys}");
        assert!(there.bench.app.past().is_some(), "{keys}");
    }
    let said = there.bench.app.notices.current(there.bench.now).unwrap();
    assert!(said.text.contains("looking at the past"), "{}", said.text);
    assert!(said.text.contains("n returns to now"), "{}", said.text);
}

/// Every action there is, with each pane in front, and whatever a window that it opens is answered.
#[test]
fn no_action_of_the_table_writes_while_the_past_is_shown() {
    let mut there = There::on(120, 40);
    let in_the_past = |there: &mut There, focus: &str| {
        *there = There::on(120, 40);
        there.keys("[ [ [");
        there.keys(focus);
        assert!(there.bench.app.past().is_some());
    };
    for focus in ["1", "2", "3", "8"] {
        in_the_past(&mut there, focus);
        for action in Action::ALL.iter().copied() {
            // What the composer sends goes to now, and that is said.
            if action.group() == Group::Compose {
                continue;
            }
            let mut effects = super::actions::act(&mut there.bench.app, action);
            let opened = !there.bench.app.overlays.is_empty();
            if opened {
                effects.extend(there.bench.keys("enter y enter"));
            }
            assert_eq!(Bench::intents(&effects), [], "{action:?} in {focus}");
            if opened || there.bench.app.past().is_none() {
                in_the_past(&mut there, focus);
            }
        }
    }
}

#[test]
fn keys_that_act_are_not_named_over_the_past() {
    let mut log = Log::declared(42, "Checkout 500s", Severity::Sev1);
    log.note("lee", 60, "pods restart");
    for (width, height) in [(200, 50), (120, 40)] {
        let bench = Bench::on(width, height, &log);
        let mut there = There {
            bench,
            log: Log::declared(42, "Checkout 500s", Severity::Sev1),
        };
        there.log.note("lee", 60, "pods restart");
        let acts = ["c claim", "A asks someone", "chooses one", "· Z"];
        let now = there.screen();
        assert!(acts.iter().all(|hint| now.contains(hint)), "{now}");
        there.keys("[");
        let past = there.screen();
        assert!(past.contains("PAST"), "{past}");
        for hint in acts {
            assert!(!past.contains(hint), "{hint}: {past}");
        }
    }
}

#[test]
fn the_composer_writes_to_now_and_says_so() {
    let mut there = There::on(120, 40);
    there.keys("[ [ i");
    assert!(
        there.screen().contains("→ writes to now"),
        "{}",
        there.screen()
    );
    there.bench.typed("errors are gone");
    let effects = there.keys("enter");
    let [Intent::Note(note)] = &Bench::intents(&effects)[..] else {
        panic!("a note");
    };
    assert_eq!(&*note.text, "errors are gone");
    assert!(there.bench.app.past().is_some(), "what is shown stays");
}

#[test]
fn what_comes_meanwhile_is_counted_and_nothing_jumps() {
    let mut there = There::on(120, 40);
    there.keys("[ [ [");
    let (seq, at) = (there.past().seq(), there.past().at());
    for text in ["one", "two", "three"] {
        there.someone_writes(text);
    }
    assert_eq!((there.past().seq(), there.past().at()), (seq, at));
    let screen = there.screen();
    assert!(screen.contains("3 new since"), "{screen}");
    assert!(!screen.contains("three"));
    there.keys("n");
    assert!(there.screen().contains("three"));
}

#[test]
fn it_steps_by_entries_decisions_minutes_and_to_a_time_and_back() {
    let mut there = There::on(120, 40);
    let head = there.log.state.seq;
    there.keys("[");
    assert_eq!(there.past().seq(), Seq(head.0 - 1));
    there.keys("[ ]");
    assert_eq!(there.past().seq(), Seq(head.0 - 1));
    there.keys("{");
    let decided = there.past().seq();
    let event = &there.log.events[usize::try_from(decided.0).unwrap() - 1];
    assert!(Entry::from_event(event).unwrap().kind == EntryKind::Decision);
    let at = there.past().at();
    there.keys("(");
    assert_eq!(there.past().at(), at - TimeDelta::minutes(1));
    there.keys(")");
    assert_eq!((there.past().at(), there.past().seq()), (at, decided));
    there.keys("{");
    assert_eq!(there.past().seq(), decided, "there is none before");
    there.keys("@");
    there.bench.typed("14:10");
    there.keys("enter");
    let want: Timestamp = "2026-11-24T14:10:00Z".parse().unwrap();
    assert_eq!(there.past().at(), want);
    let known = |event: &&Event| event.recorded_at <= want;
    let known = there.log.events.iter().filter(known).count();
    assert_eq!(there.past().seq().0, known as u64);
    there.keys("@");
    there.bench.typed("14:44:28");
    there.keys("enter");
    assert!(there.bench.app.past().is_none(), "that is now");
    there.keys("(");
    let back = crate::console::testing::start() - TimeDelta::minutes(1);
    assert_eq!(there.past().at(), back, "a minute before now");
    there.keys(")");
    assert!(there.bench.app.past().is_none(), "and on again to now");
}

#[test]
fn it_plays_at_its_speed_pauses_and_is_idle_otherwise() {
    let mut there = There::on(120, 40);
    there.keys("@");
    there.bench.typed("14:10");
    there.keys("enter");
    let idle = there.bench.wait(TimeDelta::minutes(5));
    assert!(idle <= 6, "paused it only counts minutes: {idle}");
    there.keys("> > space");
    let from = there.past().at();
    let woken = there.bench.wait(TimeDelta::seconds(10));
    assert!((90..=130).contains(&woken), "{woken} frames in ten seconds");
    assert_eq!(there.past().at(), from + TimeDelta::minutes(10));
    assert!(
        there.screen().contains("▶ PAST 14:20:00 UTC 60×"),
        "{}",
        there.screen()
    );
    let known = |event: &&Event| event.recorded_at <= there.past().at();
    let known = there.log.events.iter().filter(known).count();
    assert_eq!(there.past().seq().0, known as u64);
    there.keys("space");
    let at = there.past().at();
    there.bench.wait(TimeDelta::minutes(1));
    assert_eq!(there.past().at(), at);
    there.keys("space");
    there.bench.wait(TimeDelta::minutes(2));
    assert!(there.bench.app.past().is_none(), "it has come to now");
}

#[test]
fn without_a_connection_what_is_not_here_is_said_and_now_stays() {
    let mut there = There::on(120, 40);
    there.bench.client(client::Input::Disconnected {
        why: "The connection broke.".to_owned(),
        fatal: false,
        retry_at: None,
    });
    there.keys("[");
    assert!(there.bench.app.past().is_none(), "{}", there.screen());
    let said = there.bench.app.notices.current(there.bench.now).unwrap();
    assert!(
        said.text.contains("cannot be asked for now"),
        "{}",
        said.text
    );
}

#[test]
fn what_the_commander_looks_at_is_followed_and_let_go() {
    let mut there = There::on(120, 40);
    let leads = |seq: u64, entry: Option<u64>| {
        json!({"type": "leads", "incident": 42, "leader": "maya", "followers": 1, "sight":
            {"pane": "runbook", "entry": entry,
             "past": {"seq": seq, "at": "2026-11-24T14:12:00Z"}}})
    };
    let effects = there.bench.frame(&leads(5, None));
    assert!(
        there.bench.app.past().is_none(),
        "not followed: {effects:?}"
    );
    there.keys("f");
    let effects = there.bench.frame(&leads(5, None));
    there.answered(effects);
    assert_eq!(there.past().seq(), Seq(5));
    assert!(
        there.screen().contains("following maya"),
        "{}",
        there.screen()
    );
    let Some((screen, _)) = there.bench.app.open() else {
        panic!()
    };
    assert_eq!(screen.focus, crate::console::panes::Focus::Runbook);
    let effects = there.bench.frame(&leads(7, Some(6)));
    there.answered(effects);
    assert_eq!(there.past().seq(), Seq(7));
    let effects = there.keys("]");
    let told = effects.iter().any(|effect| match effect {
        Effect::Client(client::Effect::Send(frame)) => frame.encode().contains(r#""on":false"#),
        _ => false,
    });
    assert!(told, "whoever goes by themselves lets go: {effects:?}");
    assert_eq!(there.past().seq(), Seq(8));
    let effects = there.bench.frame(&leads(3, None));
    there.answered(effects);
    assert_eq!(there.past().seq(), Seq(8), "and is left alone");
    there.keys("n f");
    there.bench.frame(&leads(5, None));
    there
        .bench
        .frame(&json!({"type": "leads", "incident": 42, "followers": 0}));
    assert!(
        there.bench.app.past().is_none(),
        "nobody leads: this is now"
    );
}

#[test]
fn whoever_commands_tells_what_they_look_at_at_most_five_times_a_second() {
    let mut there = There::on(120, 40);
    // This console is lee's, who becomes deputy.
    let deputy = Intent::AssignRole {
        role: Role::Deputy,
        to: "lee".parse().unwrap(),
        expected_holder: None,
    };
    there.log.did("maya", 0, deputy);
    let event = there.log.events.last().unwrap().clone();
    let sights = |effects: &[Effect]| {
        let sent = effects.iter().filter_map(|effect| match effect {
            Effect::Client(client::Effect::Send(frame)) => Some(frame.encode()),
            _ => None,
        });
        sent.filter(|frame| frame.contains(r#""type":"sight""#))
            .collect::<Vec<_>>()
    };
    let first = there.bench.frame(&json!({"type": "event", "event": event}));
    assert_eq!(sights(&first).len(), 1);
    let more = there.keys("k k [ [ [ 2 3 1 k");
    assert_eq!(
        sights(&more),
        Vec::<String>::new(),
        "within a fifth of a second"
    );
    there.bench.now += TimeDelta::milliseconds(200);
    let then = there.bench.tell(crate::console::msg::Msg::Woke);
    let said = sights(&then);
    assert_eq!(said.len(), 1);
    assert!(said[0].contains(r#""past":{"seq":"#), "{said:?}");
    assert!(!said[0].contains("4f2a"), "no words: {said:?}");
}
