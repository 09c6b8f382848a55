//! Asks: given a state, when someone says something about one, then this. Every refusal, and every
//! order in which two people may act at once.

use crate::support::story::{Story, actor};
use chrono::TimeDelta;
use proptest::prelude::*;
use warroom::incident::*;

fn person(name: &str) -> Person {
    name.parse().unwrap()
}

/// Maya commands, lee is the scribe, ana asked bo for something: ask 1, due in ten minutes.
fn asked() -> Story {
    let mut story = Story::declared("Checkout 500s", None);
    let role = Role::IncidentCommander;
    story.act("maya", Intent::ClaimRole { role });
    story.act("lee", Intent::ClaimRole { role: Role::Scribe });
    story.act("ana", put("bo", 10));
    story
}

fn put(to: &str, minutes: u32) -> Intent {
    Intent::Ask {
        to: person(to),
        minutes,
        text: "check web latency".into(),
    }
}

fn told(to: &str, by: Option<&str>) -> Intent {
    Intent::NoteAsk {
        to: person(to),
        minutes: 10,
        text: "check web latency".into(),
        by: by.map(person),
    }
}

fn answer(state: AskState, words: Option<&str>) -> Intent {
    Intent::AnswerAsk {
        ask: AskId(1),
        state,
        reason: words.map(Into::into),
    }
}

fn more(minutes: u32) -> Intent {
    Intent::AskMoreTime {
        ask: AskId(1),
        minutes,
        reason: Some("the graph is slow".into()),
    }
}

fn extend(minutes: Option<u32>) -> Intent {
    Intent::ExtendAsk {
        ask: AskId(1),
        minutes,
        reason: None,
    }
}

fn refuse() -> Intent {
    Intent::RefuseMoreTime {
        ask: AskId(1),
        reason: None,
    }
}

fn withdraw() -> Intent {
    Intent::WithdrawAsk {
        ask: AskId(1),
        reason: None,
    }
}

fn ack() -> Intent {
    answer(AskState::Acknowledged, None)
}

fn done() -> Intent {
    answer(AskState::Done, Some("latency is normal"))
}

fn decline() -> Intent {
    answer(AskState::Declined, Some("no access"))
}

/// The first ask, as it stands.
fn ask(story: &Story) -> Ask {
    story.incident().asks[0].clone()
}

fn line(events: &[Event]) -> String {
    Entry::from_event(&events[0]).unwrap().text.to_string()
}

#[test]
fn what_comes_of_an_ask_and_how_it_reads() {
    use AskState as S;
    type Row<'a> = (&'a [(&'a str, Intent)], &'a str, S);
    let table: [Row<'_>; 12] = [
        (
            &[("bo", ack())],
            "acknowledged: check web latency",
            S::Acknowledged,
        ),
        (
            &[("bo", ack()), ("bo", done())],
            "done: check web latency (latency is normal)",
            S::Done,
        ),
        (
            &[("bo", answer(S::Done, None))],
            "done: check web latency",
            S::Done,
        ),
        (
            &[("bo", decline())],
            "declined: check web latency (no access)",
            S::Declined,
        ),
        // He said so to the scribe.
        (
            &[("lee", done())],
            "done for bo: check web latency (latency is normal)",
            S::Done,
        ),
        (
            &[("maya", ack())],
            "acknowledged for bo: check web latency",
            S::Acknowledged,
        ),
        (
            &[("ana", ack())],
            "acknowledged for bo: check web latency",
            S::Acknowledged,
        ),
        (
            &[("bo", more(5))],
            "needs 5 min more: check web latency (the graph is slow)",
            S::Asked,
        ),
        (
            &[("lee", more(5))],
            "bo needs 5 min more: check web latency (the graph is slow)",
            S::Asked,
        ),
        (
            &[("bo", more(5)), ("ana", extend(None))],
            "gave bo 5 min more: check web latency",
            S::Asked,
        ),
        (
            &[("bo", more(5)), ("maya", refuse())],
            "gave bo no more time: check web latency",
            S::Asked,
        ),
        (
            &[("ana", withdraw())],
            "withdrew what bo was asked: check web latency",
            S::Withdrawn,
        ),
    ];
    for (steps, words, state) in table {
        let mut story = asked();
        let mut last = Vec::new();
        for (who, intent) in steps {
            last = story.act(who, intent.clone());
        }
        assert_eq!(line(&last), words);
        assert_eq!(ask(&story).state, state, "{words}");
        assert_eq!(last.len(), 1);
        let entry = Entry::from_event(&last[0]).unwrap();
        assert_eq!(entry.kind, EntryKind::Ask);
    }
}

#[test]
fn an_ask_remembers_how_it_went() {
    let mut story = asked();
    story.act("bo", ack());
    let acknowledged_at = story.now();
    story.act("bo", more(5));
    let asked_at = story.now();
    let more_time = ask(&story).more_time.unwrap();
    assert_eq!((more_time.minutes, more_time.at), (5, asked_at));
    assert_eq!(more_time.reason.as_deref(), Some("the graph is slow"));
    let due_at = ask(&story).due_at;
    story.act("maya", extend(None));
    assert_eq!(ask(&story).due_at, due_at + TimeDelta::minutes(5));
    assert_eq!(ask(&story).more_time, None);
    story.act("lee", done());
    let ended = ask(&story);
    assert_eq!(ended.acknowledged_at, Some(acknowledged_at));
    let end = ended.end.unwrap();
    assert_eq!((end.by, end.at), (person("lee"), story.now()));
    assert_eq!(end.words.as_deref(), Some("latency is normal"));
}

#[test]
fn what_may_not_be_done_to_an_ask_is_refused_and_changes_nothing() {
    use RefusalCode as R;
    let long = "x".repeat(limits::REASON_BYTES + 1);
    let day = u32::try_from(limits::ASK_MINUTES_MAX).unwrap();
    let ended: &[(&str, Intent)] = &[("bo", done())];
    let pending: &[(&str, Intent)] = &[("bo", more(5))];
    let over: &[(&str, Intent)] = &[(
        "maya",
        Intent::Cancel {
            reason: "a test".into(),
        },
    )];
    type Row<'a> = (&'a [(&'a str, Intent)], &'a str, Intent, R);
    let table: &[Row<'_>] = &[
        // Putting one.
        (&[], "ana", put("bo", 0), R::Invalid),
        (&[], "ana", put("bo", day + 1), R::Invalid),
        (&[], "ana", put("warroom", 5), R::Invalid),
        (over, "ana", put("bo", 5), R::WrongStatus),
        (&[], "lee", told("warroom", None), R::Invalid),
        (&[], "lee", told("bo", Some("warroom")), R::Invalid),
        (over, "lee", told("bo", None), R::WrongStatus),
        // Answering one.
        (&[], "kim", ack(), R::NotYours),
        (&[], "kim", done(), R::NotYours),
        (&[], "bo", answer(AskState::Declined, None), R::Invalid),
        (&[], "bo", answer(AskState::Declined, Some(" ")), R::Invalid),
        (&[], "bo", answer(AskState::Done, Some(&long)), R::Invalid),
        (&[], "bo", answer(AskState::Asked, None), R::NoChange),
        (&[], "bo", answer(AskState::Withdrawn, None), R::Invalid),
        (&[("bo", ack())], "bo", ack(), R::NoChange),
        (
            &[("bo", ack())],
            "bo",
            answer(AskState::Asked, None),
            R::Invalid,
        ),
        (ended, "bo", done(), R::NoChange),
        (ended, "bo", decline(), R::WrongStatus),
        (ended, "bo", ack(), R::WrongStatus),
        // More time.
        (&[], "kim", more(5), R::NotYours),
        (&[], "bo", more(0), R::Invalid),
        (&[], "bo", more(day + 1), R::Invalid),
        (pending, "bo", more(5), R::NoChange),
        (ended, "bo", more(5), R::WrongStatus),
        (over, "bo", more(5), R::WrongStatus),
        (pending, "bo", extend(None), R::NotYours),
        (pending, "lee", extend(None), R::NotYours),
        (&[], "maya", extend(None), R::Invalid),
        (&[], "maya", extend(Some(0)), R::Invalid),
        (&[], "maya", extend(Some(day)), R::Invalid),
        (ended, "maya", extend(Some(5)), R::WrongStatus),
        (over, "maya", extend(Some(5)), R::WrongStatus),
        (pending, "bo", refuse(), R::NotYours),
        (&[], "maya", refuse(), R::NoChange),
        (ended, "maya", refuse(), R::WrongStatus),
        // Taking it back.
        (&[], "bo", withdraw(), R::NotYours),
        (&[], "lee", withdraw(), R::NotYours),
        (&[("ana", withdraw())], "maya", withdraw(), R::NoChange),
        (ended, "ana", withdraw(), R::WrongStatus),
    ];
    for (steps, who, intent, code) in table {
        let mut story = asked();
        for (who, intent) in *steps {
            story.act(who, intent.clone());
        }
        let before = story.incident().clone();
        let refusal = story.try_as(who, intent.clone()).expect_err(who);
        assert_eq!(refusal.code, *code, "{who} {intent:?}: {refusal}");
        assert!(refusal.why.ends_with('.') && refusal.instead.ends_with('.'));
        assert_eq!(story.incident(), &before);
    }
    for intent in [ack(), more(5), extend(Some(5)), refuse(), withdraw()] {
        let mut story = Story::declared("Checkout 500s", None);
        let refusal = story.try_as("bo", intent).unwrap_err();
        assert_eq!(refusal.code, R::NotFound, "{refusal}");
    }
    // What is over may still be closed: nobody is left waiting.
    let mut story = asked();
    story.act(over[0].0, over[0].1.clone());
    story.act("bo", done());
}

#[test]
fn what_was_asked_by_voice_is_noted_and_closed_for_someone_who_is_not_here() {
    let mut story = asked();
    let noted = story.act("lee", told("zoe", None));
    assert_eq!(
        line(&noted),
        "noted that maya told zoe: check web latency (by voice, 10 min)"
    );
    let ask = story.incident().ask(AskId(2)).unwrap().clone();
    assert_eq!((&ask.by, &ask.to), (&person("maya"), &person("zoe")));
    assert_eq!(ask.noted_by, Some(person("lee")));
    assert_eq!(ask.state, AskState::Acknowledged, "zoe has heard it");
    assert!(!ask.waits_for(&person("zoe")));
    let done = Intent::AnswerAsk {
        ask: AskId(2),
        state: AskState::Done,
        reason: None,
    };
    assert_eq!(
        line(&story.act("lee", done.clone())),
        "done for zoe: check web latency"
    );
    // Whoever noted it may close it without being the scribe, and who asked has the asker's say.
    story.act("kim", told("zoe", Some("ana")));
    let withdraw = Intent::WithdrawAsk {
        ask: AskId(3),
        reason: None,
    };
    let refusal = story.try_as("kim", withdraw.clone()).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NotYours);
    let done = Intent::AnswerAsk {
        ask: AskId(3),
        state: AskState::Done,
        reason: None,
    };
    story.act("kim", done);
    let refusal = story.try_as("ana", withdraw).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::WrongStatus);
    // While nobody commands, it is the writer who asked.
    let mut vacant = Story::declared("Checkout 500s", None);
    vacant.act("kim", told("zoe", None));
    assert_eq!(vacant.incident().asks[0].by, person("kim"));
}

#[test]
fn what_one_asks_of_oneself_needs_no_acknowledgement() {
    let mut story = Story::declared("Checkout 500s", None);
    story.act("ana", put("ana", 10));
    assert_eq!(ask(&story).state, AskState::Acknowledged);
}

/// The clock of an ask begins when the room has it; one that was given by voice began with the
/// words.
#[test]
fn the_clock_begins_when_it_can_be_seen() {
    let mut story = asked();
    let queued = story.command(put("bo", 10));
    let spoken = story.command(told("zoe", None));
    let now = spoken.written_at + TimeDelta::minutes(5);
    let context = Context::new(now, actor("ana", Level::Responder, Via::Console));
    story.carry_out(&queued, &context).unwrap();
    story.carry_out(&spoken, &context).unwrap();
    let due = |id| story.incident().ask(AskId(id)).unwrap().due_at;
    assert_eq!(due(2), now + TimeDelta::minutes(10));
    assert_eq!(due(3), spoken.written_at + TimeDelta::minutes(10));
}

#[test]
fn the_clock_goes_from_time_left_to_pressing_to_overdue() {
    let mut story = asked();
    let due = ask(&story).due_at;
    let at = |seconds: i64| due + TimeDelta::seconds(seconds);
    for (seconds, pressing, overdue) in [
        (-61, false, false),
        (-60, true, false),
        (-1, true, false),
        (0, false, true),
        (9_999, false, true),
    ] {
        let ask = ask(&story);
        assert_eq!(ask.is_pressing(at(seconds)), pressing, "{seconds}");
        assert_eq!(ask.is_overdue(at(seconds)), overdue, "{seconds}");
        let told = story.incident().overdue_asks(at(seconds)).len();
        assert_eq!(told, usize::from(overdue), "{seconds}");
    }
    assert!(deadlines(story.incident()).contains(&Deadline {
        at: due,
        due: Due::Ask(AskId(1))
    }));
    // No clock runs for what has ended, nor in an incident that is over.
    let mut ended = asked();
    ended.act("bo", done());
    assert!(ended.incident().overdue_asks(at(1)).is_empty());
    assert!(deadlines(ended.incident()).is_empty());
    story.act(
        "maya",
        Intent::Cancel {
            reason: "a test".into(),
        },
    );
    assert!(story.incident().overdue_asks(at(1)).is_empty());
}

/// Time that is given counts from when it was due; where that is past, from now.
#[test]
fn time_that_is_given_is_never_past_already() {
    for (late, wanted) in [(-120, 5), (0, 5), (600, 15)] {
        let mut story = asked();
        let due = ask(&story).due_at;
        let command = story.command(extend(Some(5)));
        let now = due + TimeDelta::seconds(late);
        let context = Context::new(now, actor("maya", Level::Responder, Via::Console));
        story.carry_out(&command, &context).unwrap();
        assert_eq!(
            ask(&story).due_at,
            due + TimeDelta::minutes(wanted),
            "{late}"
        );
        assert!(!ask(&story).is_overdue(now));
    }
}

/// What two people and the clock may do, in any order.
fn steps() -> impl Strategy<Value = Vec<(&'static str, Intent, i64)>> {
    let who = prop::sample::select(vec!["bo", "ana", "maya", "lee", "kim"]);
    let what = prop::sample::select(vec![
        ack(),
        done(),
        decline(),
        more(5),
        more(600),
        extend(None),
        extend(Some(3)),
        refuse(),
        withdraw(),
    ]);
    // Around the moment at which it is due, and at it.
    let seconds = prop_oneof![Just(0_i64), Just(1), Just(599), Just(600), 0_i64..1_300];
    prop::collection::vec((who, what, seconds), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// An ask ends at most once, whoever ends it when; it is overdue exactly while it is open and
    /// its time has run out; and being overdue refuses nothing.
    #[test]
    fn an_ask_ends_once_whatever_comes_together(steps in steps()) {
        let mut story = asked();
        let begin = story.now();
        let mut order = steps;
        order.sort_by_key(|(_, _, seconds)| *seconds);
        let mut ended: Option<Ask> = None;
        for (who, intent, seconds) in order {
            let mut command = story.command(intent.clone());
            let now = begin + TimeDelta::seconds(seconds);
            command.written_at = now;
            let context = Context::new(now, actor(who, Level::Responder, Via::Console));
            let before = ask(&story);
            let answer = story.carry_out(&command, &context);
            let after = ask(&story);
            if let Some(ended) = &ended {
                prop_assert_eq!(&after, ended, "an end stands");
                prop_assert!(answer.is_err());
            }
            let mine = story.incident().may_answer_ask(&before, &person(who));
            let acknowledges = intent == ack();
            if before.state == AskState::Asked && mine && acknowledges {
                // Also at the very moment at which it expires, and after it.
                prop_assert!(answer.is_ok());
                prop_assert_eq!(after.state, AskState::Acknowledged);
            }
            if !after.state.is_open() {
                prop_assert!(after.end.is_some() && after.more_time.is_none());
                prop_assert!(!after.is_overdue(now + TimeDelta::days(9)));
                ended = Some(after.clone());
            } else {
                prop_assert!(after.end.is_none());
                prop_assert_eq!(after.is_overdue(now), now >= after.due_at);
                prop_assert!(after.due_at >= before.due_at, "time is never taken");
                let most = TimeDelta::minutes(limits::ASK_MINUTES_MAX);
                prop_assert!(after.due_at - now <= most);
            }
            prop_assert_eq!(after.state == AskState::Asked, after.acknowledged_at.is_none()
                && after.state.is_open());
        }
    }
}
