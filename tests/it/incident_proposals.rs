//! Proposals: given a state, when someone says something to one or its window is over, then this.
//! Every refusal, and what comes together at the moment at which the window closes.

use crate::support::story::{Story, actor};
use chrono::TimeDelta;
use proptest::prelude::*;
use warroom::incident::*;

/// Maya commands; ana has proposed to roll back, which bo would do: proposal 1.
fn proposed() -> Story {
    let mut story = Story::declared("Checkout 500s", None);
    let role = Role::IncidentCommander;
    story.act("maya", Intent::ClaimRole { role });
    story.act("ana", propose(Some("bo"), None));
    story
}

fn propose(executor: Option<&str>, verify_minutes: Option<u32>) -> Intent {
    Intent::Propose {
        text: "roll back 4f2a".into(),
        executor: executor.map(|who| who.parse().unwrap()),
        verify_minutes,
    }
}

const ID: ProposalId = ProposalId(1);

fn agree() -> Intent {
    Intent::TakeStance {
        proposal: ID,
        stance: Stance::NoObjection,
    }
}

fn object(reason: &str) -> Intent {
    Intent::TakeStance {
        proposal: ID,
        stance: Stance::Objects {
            reason: reason.into(),
        },
    }
}

fn close() -> Intent {
    Intent::CloseProposal { proposal: ID }
}

fn decide_it(reason: Option<&str>) -> Intent {
    Intent::DecideProposal {
        proposal: ID,
        reason: reason.map(Into::into),
    }
}

fn withdraw() -> Intent {
    Intent::WithdrawProposal {
        proposal: ID,
        reason: None,
    }
}

fn proposal(story: &Story) -> Proposal {
    story.incident().proposals[0].clone()
}

fn lines(events: &[Event]) -> Vec<String> {
    let entries = events.iter().filter_map(Entry::from_event);
    entries.map(|entry| entry.text.to_string()).collect()
}

/// Who does it: `server` is the program, after the window.
fn act(story: &mut Story, who: &str, intent: Intent) -> Result<Vec<Event>, Refusal> {
    match who {
        "server" => story.try_as_server_later(20, intent),
        who => story.try_as(who, intent),
    }
}

#[test]
fn what_comes_of_a_proposal_and_how_it_reads() {
    use ProposalState as S;
    type Row<'a> = (&'a [(&'a str, Intent)], &'a [&'a str], S);
    let asked = "asked bo: verify: roll back 4f2a (15 min)";
    let table: [Row<'_>; 7] = [
        (
            &[("server", close())],
            &[
                "roll back 4f2a · proposed by ana, bo executes · no objection",
                asked,
            ],
            S::Decided,
        ),
        (
            &[("lee", agree()), ("maya", agree()), ("server", close())],
            &[
                "roll back 4f2a · proposed by ana, bo executes · no objection, 2 agreed",
                asked,
            ],
            S::Decided,
        ),
        // Who says nothing has no objection: it makes no line.
        (&[("lee", agree())], &[], S::Open),
        (
            &[("lee", object("no backup"))],
            &["objects: roll back 4f2a (no backup)"],
            S::Open,
        ),
        // The last word of each counts.
        (
            &[
                ("lee", object("no backup")),
                ("lee", agree()),
                ("server", close()),
            ],
            &[
                "roll back 4f2a · proposed by ana, bo executes · no objection, 1 agreed",
                asked,
            ],
            S::Decided,
        ),
        (
            &[("lee", object("no backup")), ("server", close())],
            &["not decided: roll back 4f2a · an objection of lee (no backup)"],
            S::Contested,
        ),
        (
            &[("ana", withdraw())],
            &["withdrew: roll back 4f2a"],
            S::Withdrawn,
        ),
    ];
    for (steps, says, state) in table {
        let mut story = proposed();
        let mut last = Vec::new();
        for (who, intent) in steps {
            last = act(&mut story, who, intent.clone()).unwrap();
        }
        assert_eq!(lines(&last), says);
        assert_eq!(proposal(&story).state, state, "{says:?}");
    }
}

#[test]
fn what_was_decided_is_told_without_how() {
    let mut story = proposed();
    act(&mut story, "server", close()).unwrap();
    let incident = story.incident();
    let mut decisions = (incident.recent.iter()).filter(|e| e.kind == EntryKind::Decision);
    let entry = decisions.next().unwrap();
    assert!(entry.text.contains("proposed by ana"), "{}", entry.text);
    assert_eq!(incident.decided_words(entry), "roll back 4f2a");
    // What somebody wrote is told as it is.
    let mut noted = entry.clone();
    noted.text = "fail over · proposed by the vendor".into();
    assert_eq!(incident.decided_words(&noted), &*noted.text);
}

#[test]
fn who_commands_may_decide_over_an_objection() {
    let mut story = proposed();
    story.act("lee", object("no backup"));
    story.act("kim", object("it drops the index"));
    act(&mut story, "server", close()).unwrap();
    let decided = story.act("maya", decide_it(Some("it is rebuilt in a minute")));
    assert_eq!(
        lines(&decided)[0],
        "roll back 4f2a · proposed by ana, bo executes · over objections of kim (it drops \
         the index), lee (no backup) (it is rebuilt in a minute)"
    );
    let end = proposal(&story).end.unwrap();
    assert_eq!(end.by, "maya".parse().unwrap());
    let verify = story
        .incident()
        .ask(proposal(&story).verify.unwrap())
        .unwrap();
    assert_eq!(&*verify.text, "verify: roll back 4f2a");
    let (to, by): (Person, Person) = ("bo".parse().unwrap(), "ana".parse().unwrap());
    assert_eq!((&verify.to, &verify.by), (&to, &by));
    assert_eq!(verify.due_at, story.now() + TimeDelta::minutes(15));
    assert!(verify.waits_for(&to), "his console rings");
}

#[test]
fn without_an_executor_the_proposer_verifies_and_when_it_is_over_nobody_does() {
    let mut story = Story::declared("Checkout 500s", None);
    story.act("ana", propose(None, Some(5)));
    act(&mut story, "server", close()).unwrap();
    let ask = &story.incident().asks[0];
    assert_eq!((&ask.to, ask.state), (&ask.by, AskState::Acknowledged));
    let mut story = proposed();
    let reason = "a test".into();
    story.act("maya", Intent::Cancel { reason });
    let closed = act(&mut story, "server", close()).unwrap();
    assert_eq!(closed.len(), 1, "its window has an end all the same");
}

#[test]
fn what_may_not_be_said_is_refused_and_changes_nothing() {
    use RefusalCode as R;
    let day = u32::try_from(limits::ASK_MINUTES_MAX).unwrap();
    let long = "x".repeat(limits::REASON_BYTES + 1);
    let cancel = Intent::Cancel {
        reason: "a test".into(),
    };
    let over: &[(&str, Intent)] = &[("maya", cancel)];
    let contested: &[(&str, Intent)] = &[("lee", object("no backup")), ("server", close())];
    let decided: &[(&str, Intent)] = &[("server", close())];
    let withdrawn: &[(&str, Intent)] = &[("ana", withdraw())];
    type Row<'a> = (&'a [(&'a str, Intent)], &'a str, Intent, R);
    let table: &[Row<'_>] = &[
        (&[], "ana", propose(Some("warroom"), None), R::Invalid),
        (&[], "ana", propose(None, Some(0)), R::Invalid),
        (&[], "ana", propose(None, Some(day + 1)), R::Invalid),
        (over, "ana", propose(None, None), R::WrongStatus),
        (&[], "ana", object("no"), R::Invalid),
        (&[], "ana", agree(), R::Invalid),
        (&[], "lee", object(" "), R::Invalid),
        (&[], "lee", object(&long), R::Invalid),
        (&[("lee", agree())], "lee", agree(), R::NoChange),
        (&[("lee", object("a"))], "lee", object("a"), R::NoChange),
        (contested, "kim", object("late"), R::WrongStatus),
        (decided, "kim", object("late"), R::WrongStatus),
        (withdrawn, "kim", agree(), R::WrongStatus),
        (&[], "maya", close(), R::Access),
        (contested, "server", close(), R::NoChange),
        (decided, "server", close(), R::NoChange),
        (withdrawn, "server", close(), R::NoChange),
        (&[], "maya", decide_it(None), R::WrongStatus),
        (contested, "ana", decide_it(None), R::NeedsCommand),
        (decided, "maya", decide_it(None), R::NoChange),
        (withdrawn, "maya", decide_it(None), R::WrongStatus),
        (&[], "lee", withdraw(), R::NotYours),
        (decided, "ana", withdraw(), R::WrongStatus),
        (withdrawn, "ana", withdraw(), R::NoChange),
    ];
    for (steps, who, intent, code) in table {
        let mut story = proposed();
        for (who, intent) in *steps {
            act(&mut story, who, intent.clone()).unwrap();
        }
        let before = story.incident().clone();
        let refusal = act(&mut story, who, intent.clone()).expect_err(who);
        assert_eq!(refusal.code, *code, "{who} {intent:?}: {refusal}");
        assert!(refusal.why.ends_with('.') && refusal.instead.ends_with('.'));
        assert_eq!(story.incident(), &before);
    }
    let early = proposed().try_as_server(close()).unwrap_err();
    assert_eq!(early.code, R::WrongStatus, "{early}");
    for intent in [agree(), decide_it(None), withdraw()] {
        let mut story = Story::declared("Checkout 500s", None);
        assert_eq!(story.try_as("lee", intent).unwrap_err().code, R::NotFound);
    }
    // The commander may take anyone's back, also when it is contested.
    let mut story = proposed();
    for (who, intent) in contested {
        act(&mut story, who, intent.clone()).unwrap();
    }
    story.act("maya", withdraw());
}

#[test]
fn a_room_listens_to_so_many_at_once_and_hears_so_many_people() {
    let mut story = Story::declared("Checkout 500s", None);
    for _ in 0..limits::OPEN_PROPOSALS {
        story.act("ana", propose(None, None));
    }
    let refusal = story.try_as("ana", propose(None, None)).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Full, "{refusal}");
    let mut story = proposed();
    for no in 0..limits::STANCES {
        let command = story.command(agree());
        let who = actor(&format!("p{no}"), Level::Responder, Via::Console);
        let context = Context::new(proposal(&story).proposed_at, who);
        story.carry_out(&command, &context).unwrap();
    }
    let command = story.command(object("no"));
    let context = Context::new(
        proposal(&story).proposed_at,
        actor("last", Level::Responder, Via::Console),
    );
    let refusal = story.carry_out(&command, &context).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Full, "{refusal}");
}

fn steps() -> impl Strategy<Value = Vec<(&'static str, Intent, i64)>> {
    let who = prop::sample::select(vec!["ana", "maya", "lee", "kim", "server"]);
    let what = prop::sample::select(vec![
        agree(),
        object("no backup"),
        close(),
        decide_it(None),
        withdraw(),
    ]);
    // At the end of the window, just before it and after it.
    let seconds = prop_oneof![Just(19_i64), Just(20), Just(21), 0_i64..40];
    prop::collection::vec((who, what, seconds), 1..16)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Nothing is heard at or after the end of the window; it is decided at most once, and never
    /// over an objection but by who commands; what ended stays as it is.
    #[test]
    fn a_window_has_one_end_whatever_comes_together(steps in steps()) {
        let mut story = proposed();
        let begin = proposal(&story).proposed_at;
        let closes_at = proposal(&story).closes_at;
        prop_assert_eq!(closes_at - begin, TimeDelta::seconds(limits::WINDOW_SECONDS));
        let mut order = steps;
        order.sort_by_key(|(_, _, seconds)| *seconds);
        let mut decisions = 0;
        for (who, intent, seconds) in order {
            let mut command = story.command(intent.clone());
            let now = begin + TimeDelta::seconds(seconds);
            command.written_at = now;
            let who = match who {
                "server" => Actor::server(),
                who => actor(who, Level::Responder, Via::Console),
            };
            let before = proposal(&story);
            let answer = story.carry_out(&command, &Context::new(now, who.clone()));
            let after = proposal(&story);
            if matches!(intent, Intent::TakeStance { .. }) && now >= closes_at {
                prop_assert!(answer.is_err());
            }
            if !before.state.is_open() {
                prop_assert!(answer.is_err());
                prop_assert_eq!(&before, &after);
            }
            if before.state != after.state && after.state == ProposalState::Decided {
                decisions += 1;
                let over = !after.objections().is_empty();
                prop_assert_eq!(over, before.state == ProposalState::Contested);
                prop_assert_eq!(over, !who.is_server());
                prop_assert!(now >= closes_at);
                prop_assert!(after.verify.is_some());
            }
        }
        prop_assert!(decisions <= 1);
        let verifying = story.incident().asks.iter().filter(|ask| ask.text.starts_with("verify"));
        prop_assert_eq!(verifying.count(), decisions);
    }
}
