//! Handovers: given a state, when someone offers a role, answers an offer, or its time is over, then
//! this. Every refusal, and what comes together at one moment.

use crate::support::story::{Story, actor};
use chrono::TimeDelta;
use proptest::prelude::*;
use warroom::incident::*;

/// Maya commands, ana is the deputy, bo has operations.
fn staffed() -> Story {
    let mut story = Story::declared("Checkout 500s", None);
    let claim = |role| Intent::ClaimRole { role };
    story.act("maya", claim(Role::IncidentCommander));
    story.act("bo", claim(Role::OperationsLead));
    let deputy = Intent::AssignRole {
        role: Role::Deputy,
        to: "ana".parse().unwrap(),
        expected_holder: None,
    };
    story.act("maya", deputy);
    story
}

fn offer(role: &str, to: &str, minutes: Option<u32>) -> Intent {
    Intent::OfferRole(OfferRole {
        role: role.parse().unwrap(),
        to: to.parse().unwrap(),
        minutes,
        words: None,
    })
}

fn say(answer: OfferAnswer) -> Intent {
    say_why(answer, None)
}

fn say_why(answer: OfferAnswer, reason: Option<&str>) -> Intent {
    Intent::AnswerOffer(AnswerOffer {
        handover: HandoverId(1),
        answer,
        reason: reason.map(Into::into),
    })
}

fn briefed() -> Intent {
    say(OfferAnswer::Briefed)
}

fn accept() -> Intent {
    say(OfferAnswer::Accept)
}

fn decline() -> Intent {
    say_why(OfferAnswer::Decline, Some("I am on another one"))
}

fn withdraw() -> Intent {
    say(OfferAnswer::Withdraw)
}

fn expire() -> Intent {
    say(OfferAnswer::Expire)
}

fn take(role: &str, to: &str, from: &str) -> Intent {
    Intent::AssignRole {
        role: role.parse().unwrap(),
        to: to.parse().unwrap(),
        expected_holder: Some(from.parse().unwrap()),
    }
}

fn release(role: &str) -> Intent {
    Intent::ReleaseRole {
        role: role.parse().unwrap(),
        expected_holder: None,
    }
}

/// Who does it: `server` is the program, after the offer's time.
fn act(story: &mut Story, who: &str, intent: Intent) -> Result<Vec<Event>, Refusal> {
    match who {
        "server" => story.try_as_server_later(limits::OFFER_MINUTES * 60, intent),
        who => story.try_as(who, intent),
    }
}

fn lines(events: &[Event]) -> Vec<String> {
    let entries = events.iter().filter_map(Entry::from_event);
    entries.map(|entry| entry.text.to_string()).collect()
}

fn has(story: &Story, role: &str) -> Option<String> {
    let holder = story.incident().holder(&role.parse().unwrap());
    holder.map(ToString::to_string)
}

type Step<'a> = (&'a str, Intent);

#[test]
fn what_comes_of_an_offer_and_how_it_reads() {
    use HandoverState as S;
    type Row<'a> = (&'a [Step<'a>], &'a [&'a str], S, Option<&'a str>);
    let offered = ("maya", offer("ic", "lee", None));
    let table: &[Row<'_>] = &[
        (
            std::slice::from_ref(&offered),
            &["offered Incident Commander to lee (10 min)"],
            S::Offered,
            Some("maya"),
        ),
        (
            &[offered.clone(), ("lee", briefed())],
            &["read the brief of Incident Commander"],
            S::Briefed,
            Some("maya"),
        ),
        (
            &[offered.clone(), ("lee", briefed()), ("lee", accept())],
            &[
                "accepted Incident Commander from maya",
                "Incident Commander: maya → lee",
            ],
            S::Accepted,
            Some("lee"),
        ),
        (
            &[offered.clone(), ("lee", decline())],
            &["declined Incident Commander; maya keeps it (I am on another one)"],
            S::Declined,
            Some("maya"),
        ),
        (
            &[offered.clone(), ("lee", briefed()), ("maya", withdraw())],
            &["withdrew the offer of Incident Commander to lee"],
            S::Withdrawn,
            Some("maya"),
        ),
        (
            &[offered.clone(), ("lee", briefed()), ("server", expire())],
            &["the offer of Incident Commander to lee expired; maya keeps it"],
            S::Expired,
            Some("maya"),
        ),
        // The role goes another way: what was offered of it is not to be had any more.
        (
            &[offered.clone(), ("lee", briefed()), ("maya", release("ic"))],
            &["Incident Commander vacant: maya released"],
            S::Overtaken,
            None,
        ),
        (
            &[offered.clone(), ("ana", take("ic", "ana", "maya"))],
            &["Incident Commander: maya → ana"],
            S::Overtaken,
            Some("ana"),
        ),
        // Another role of the holder's is another matter.
        (
            &[offered.clone(), ("bo", release("ops"))],
            &["Operations Lead vacant: bo released"],
            S::Offered,
            Some("maya"),
        ),
    ];
    for (steps, says, state, holder) in table {
        let mut story = staffed();
        let mut last = Vec::new();
        for (who, intent) in *steps {
            last = act(&mut story, who, intent.clone()).unwrap();
        }
        assert_eq!(&lines(&last), says);
        assert_eq!(story.incident().handovers[0].state, *state, "{says:?}");
        assert_eq!(has(&story, "ic").as_deref(), *holder, "{says:?}");
    }
}

#[test]
fn whoever_has_a_role_or_commands_may_offer_it_and_take_that_back() {
    for (who, says) in [
        ("bo", "offered Operations Lead to lee (20 min) · at step 4"),
        (
            "maya",
            "offered Operations Lead of bo to lee (20 min) · at step 4",
        ),
        (
            "ana",
            "offered Operations Lead of bo to lee (20 min) · at step 4",
        ),
    ] {
        let mut story = staffed();
        let offered = story.act(
            who,
            Intent::OfferRole(OfferRole {
                role: Role::OperationsLead,
                to: "lee".parse().unwrap(),
                minutes: Some(20),
                words: Some(" at step 4 ".into()),
            }),
        );
        assert_eq!(lines(&offered), [says]);
        let handover = &story.incident().handovers[0];
        assert_eq!(
            handover.expires_at - handover.offered_at,
            TimeDelta::minutes(20)
        );
        assert_eq!(handover.from, "bo".parse().unwrap());
        for withdraws in ["bo", "maya", "ana"] {
            let mut story = staffed();
            story.act(who, offer("ops", "lee", None));
            story.act(withdraws, withdraw());
            assert_eq!(has(&story, "ops").as_deref(), Some("bo"));
        }
    }
    // The deputy may offer command: the commander may not be there to do it.
    let mut story = staffed();
    story.act("ana", offer("ic", "lee", None));
    story.act("lee", briefed());
    story.act("lee", accept());
    assert_eq!(has(&story, "ic").as_deref(), Some("lee"));
}

#[test]
fn what_may_not_be_is_refused_and_changes_nothing() {
    use RefusalCode as R;
    let day = u32::try_from(limits::OFFER_MINUTES_MAX).unwrap();
    let over = (
        "maya",
        Intent::Cancel {
            reason: "a test".into(),
        },
    );
    let offered = ("maya", offer("ic", "lee", None));
    let read = ("lee", briefed());
    let with = |more: &[Step<'static>]| [std::slice::from_ref(&offered), more].concat();
    let accepted = with(&[read.clone(), ("lee", accept())]);
    let table: Vec<(Vec<Step<'_>>, &str, Intent, R)> = vec![
        (vec![], "lee", offer("ic", "lee", None), R::NotYours),
        (vec![], "bo", offer("ic", "lee", None), R::NotYours),
        (vec![], "maya", offer("scribe", "lee", None), R::WrongStatus),
        (vec![], "maya", offer("ic", "warroom", None), R::Invalid),
        (vec![], "maya", offer("ic", "Maya", None), R::NoChange),
        (vec![], "maya", offer("ic", "lee", Some(0)), R::Invalid),
        (
            vec![],
            "maya",
            offer("ic", "lee", Some(day + 1)),
            R::Invalid,
        ),
        (
            vec![over.clone()],
            "maya",
            offer("ic", "lee", None),
            R::WrongStatus,
        ),
        // The newer of two offers of a role is refused, whoever makes it and to whom.
        (with(&[]), "ana", offer("ic", "bo", None), R::RoleHeld),
        (
            with(std::slice::from_ref(&read)),
            "maya",
            offer("ic", "lee", None),
            R::RoleHeld,
        ),
        (with(&[]), "bo", briefed(), R::NotYours),
        (
            with(std::slice::from_ref(&read)),
            "lee",
            briefed(),
            R::NoChange,
        ),
        (with(&[]), "lee", accept(), R::WrongStatus),
        (
            with(std::slice::from_ref(&read)),
            "bo",
            accept(),
            R::NotYours,
        ),
        (
            with(std::slice::from_ref(&read)),
            "maya",
            accept(),
            R::NotYours,
        ),
        (accepted.clone(), "lee", accept(), R::NoChange),
        (with(&[read.clone(), over]), "lee", accept(), R::WrongStatus),
        (with(&[]), "lee", say(OfferAnswer::Decline), R::Invalid),
        (
            with(&[]),
            "lee",
            say_why(OfferAnswer::Decline, Some(" ")),
            R::Invalid,
        ),
        (with(&[]), "maya", decline(), R::NotYours),
        (with(&[("lee", decline())]), "lee", decline(), R::NoChange),
        (with(&[("lee", decline())]), "lee", accept(), R::WrongStatus),
        (with(&[]), "bo", withdraw(), R::NotYours),
        (with(&[]), "lee", withdraw(), R::NotYours),
        (
            with(&[("maya", withdraw())]),
            "maya",
            withdraw(),
            R::NoChange,
        ),
        (
            with(&[("maya", withdraw())]),
            "lee",
            briefed(),
            R::WrongStatus,
        ),
        (accepted.clone(), "maya", withdraw(), R::WrongStatus),
        (
            with(&[("maya", release("ic"))]),
            "lee",
            accept(),
            R::WrongStatus,
        ),
        (with(&[]), "maya", expire(), R::Access),
        (accepted, "server", expire(), R::NoChange),
    ];
    for (steps, who, intent, code) in table {
        let mut story = staffed();
        for (who, intent) in steps {
            act(&mut story, who, intent).unwrap();
        }
        let before = story.incident().clone();
        let refusal = act(&mut story, who, intent.clone()).expect_err(who);
        assert_eq!(refusal.code, code, "{who} {intent:?}: {refusal}");
        assert!(refusal.why.ends_with('.') && refusal.instead.ends_with('.'));
        assert_eq!(story.incident(), &before);
    }
    for intent in [briefed(), accept(), decline(), withdraw(), expire()] {
        assert_eq!(
            staffed().try_as("lee", intent).unwrap_err().code,
            R::NotFound
        );
    }
    let mut story = staffed();
    story.act("maya", offer("ic", "lee", None));
    let early = story.try_as_server(expire()).unwrap_err();
    assert_eq!(early.code, R::WrongStatus, "{early}");
}

#[test]
fn only_someone_who_accepts_becomes_commander_and_the_refusal_says_how() {
    let mut story = staffed();
    let refusal = story.try_as("maya", take("ic", "lee", "maya")).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NeedsCommand);
    assert!(refusal.instead.contains("Offer it to lee"), "{refusal}");
}

#[test]
fn an_offer_is_a_deadline_and_ends_also_when_the_incident_is_over() {
    let mut story = staffed();
    story.act("maya", offer("ic", "lee", None));
    let expires_at = story.now() + TimeDelta::minutes(limits::OFFER_MINUTES);
    let due = Deadline {
        at: expires_at,
        due: Due::Handover(HandoverId(1)),
    };
    assert!(deadlines(story.incident()).contains(&due));
    assert_eq!(story.incident().next_expiry(), Some(expires_at));
    story.act(
        "maya",
        Intent::Cancel {
            reason: "a test".into(),
        },
    );
    assert_eq!(story.incident().next_expiry(), Some(expires_at));
    act(&mut story, "server", expire()).unwrap();
    assert_eq!(story.incident().next_expiry(), None);
}

#[test]
fn a_handover_is_suggested_after_a_time_in_the_role_and_not_when_it_is_over() {
    let mut story = staffed();
    let role = Role::IncidentCommander;
    let since = story.incident().roles[&role].since;
    let after = TimeDelta::hours(3);
    let tired = |story: &Story, at| story.incident().tired_since(&role, at, after);
    let just = since + after;
    assert_eq!(tired(&story, just - TimeDelta::milliseconds(1)), None);
    assert_eq!(tired(&story, just), Some(since));
    let never = story.incident().tired_since(&role, just, TimeDelta::zero());
    assert_eq!(never, None);
    story.act("maya", release("ic"));
    assert_eq!(tired(&story, just), None);
    let mut story = staffed();
    let reason = "a test".into();
    story.act("maya", Intent::Cancel { reason });
    assert_eq!(tired(&story, just), None);
}

#[test]
fn a_log_with_two_offers_of_one_role_leaves_one_open() {
    let mut story = staffed();
    let first = story.act("maya", offer("ic", "lee", None)).remove(0);
    let mut incident = story.incident().clone();
    let mut second = first.clone();
    second.seq = incident.seq.next();
    let EventBody::Known(What::HandoverOffered(offer)) = &mut second.body else {
        panic!("{second:?}")
    };
    offer.handover = HandoverId(2);
    offer.to = "bo".parse().unwrap();
    apply(&mut incident, &second);
    let open: Vec<HandoverId> = incident.open_handovers().map(|h| h.id).collect();
    assert_eq!(open, [HandoverId(2)]);
}

fn steps() -> impl Strategy<Value = Vec<(&'static str, Intent, i64)>> {
    let who = prop::sample::select(vec!["maya", "ana", "bo", "lee", "kim", "server"]);
    let id = prop_oneof![4 => Just(1_u32), 2 => Just(2), 1 => 0_u32..6];
    let answers = prop::sample::select(vec![
        OfferAnswer::Briefed,
        OfferAnswer::Briefed,
        OfferAnswer::Accept,
        OfferAnswer::Accept,
        OfferAnswer::Decline,
        OfferAnswer::Withdraw,
        OfferAnswer::Expire,
    ]);
    let answer = (id, answers).prop_map(|(id, answer)| {
        Intent::AnswerOffer(AnswerOffer {
            handover: HandoverId(id),
            answer,
            reason: Some("so".into()),
        })
    });
    let roles = || prop::sample::select(vec!["ic", "ops"]);
    let people = || prop::sample::select(vec!["lee", "kim", "bo", "maya"]);
    let what = prop_oneof![
        6 => answer,
        3 => (roles(), people()).prop_map(|(role, to)| offer(role, to, Some(1))),
        1 => roles().prop_map(release),
        1 => roles().prop_map(|role| Intent::ClaimRole { role: role.parse().unwrap() }),
        1 => (roles(), people(), people()).prop_map(|(role, to, from)| take(role, to, from)),
    ];
    // At the end of an offer of one minute, just before it and after it.
    let seconds = prop_oneof![Just(59_i64), Just(60), Just(61), 0_i64..90];
    prop::collection::vec((who, what, seconds), 1..24)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    /// Whoever does what at which moment, also someone whose console was away and whose words come
    /// late: there is never more than one open offer of a role, nothing counts at or after an offer's
    /// end, and a role that is offered changes hands by acceptance, or by the intents that
    /// say so by name.
    #[test]
    fn a_role_has_one_holder_whatever_comes_together(steps in steps()) {
        let mut story = staffed();
        story.act("maya", offer("ic", "lee", Some(1)));
        let begin = story.now();
        let mut order = steps;
        order.sort_by_key(|(_, _, seconds)| *seconds);
        for (who, intent, seconds) in order {
            let mut command = story.command(intent.clone());
            let now = begin + TimeDelta::seconds(seconds);
            // Written while the offer stood, as far as its writer knew.
            command.written_at = begin;
            let who = match who {
                "server" => Actor::server(),
                who => actor(who, Level::Responder, Via::Console),
            };
            let before = story.incident().clone();
            let answer = story.carry_out(&command, &Context::new(now, who.clone()));
            let after = story.incident();
            for role in [Role::IncidentCommander, Role::OperationsLead] {
                let open = after.open_handovers().filter(|h| h.role == role);
                let open: Vec<&Handover> = open.collect();
                prop_assert!(open.len() <= 1);
                // What is open is offered by who has it.
                prop_assert!(open.iter().all(|h| after.holder(&role) == Some(&h.from)));
                let moved = before.holder(&role) != after.holder(&role);
                let by_name = matches!(
                    intent,
                    Intent::ReleaseRole { .. } | Intent::ClaimRole { .. } | Intent::AssignRole { .. }
                );
                if moved && !by_name {
                    let said = matches!(
                        &intent,
                        Intent::AnswerOffer(said) if said.answer == OfferAnswer::Accept
                    );
                    prop_assert!(said);
                    let offer = before.offer_of(&role).unwrap();
                    prop_assert_eq!(offer.state, HandoverState::Briefed);
                    prop_assert_eq!(&offer.to, &who.person);
                    prop_assert!(now < offer.expires_at);
                    prop_assert_eq!(after.holder(&role), Some(&who.person));
                }
            }
            if let Intent::AnswerOffer(said) = &intent
                && let Some(held) = before.handover(said.handover)
            {
                if !held.state.is_open() {
                    prop_assert!(answer.is_err());
                    prop_assert_eq!(after.handover(said.handover), Some(held));
                }
                if now >= held.expires_at && said.answer != OfferAnswer::Expire {
                    prop_assert!(answer.is_err());
                }
            }
        }
    }
}
