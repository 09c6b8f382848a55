//! Evidence, acknowledgements of alerts and calls outside: their rules, their words and their
//! bounds.

use crate::support::story::{Story, a_signal, a_silence, declare};
use chrono::TimeDelta;
use std::sync::Arc;
use warroom::incident::*;

fn refused(result: Result<Vec<Event>, Refusal>) -> RefusalCode {
    let refusal = result.expect_err("carried out");
    assert!(refusal.why.ends_with('.'), "{refusal:?}");
    assert!(refusal.instead.ends_with('.'), "{refusal:?}");
    refusal.code
}

fn line(event: &Event) -> String {
    Entry::from_event(event).unwrap().text.to_string()
}

fn pin(evidence: Evidence) -> Intent {
    Intent::PinEvidence {
        evidence: evidence.into(),
        text: "".into(),
        private: false,
    }
}

fn acknowledge(group: &str, until: Option<Timestamp>, reason: &str) -> Intent {
    Intent::AcknowledgeAlerts {
        group: group.into(),
        title: "HighErrorRate checkout".into(),
        until,
        reason: reason.into(),
    }
}

fn ask(call: OutsideCall) -> Intent {
    Intent::AskOutside { call }
}

fn answer(asked: Seq, outcome: OutsideOutcome, said: &str, reference: Option<&str>) -> Intent {
    Intent::AnswerOutside {
        asked,
        outcome,
        said: said.into(),
        reference: reference.map(Into::into),
    }
}

fn drill() -> Story {
    let mut story = Story::new();
    let Intent::Declare { title, .. } = declare("Checkout 500s", None) else {
        panic!("not a declaration")
    };
    let intent = Intent::Declare {
        title,
        severity: None,
        service: None,
        started_at: None,
        kind: Kind::Drill,
    };
    story.act("maya", intent);
    story
}

/// The evidence with other values.
fn with(evidence: &Evidence, change: impl FnOnce(&mut Vec<Series>)) -> Evidence {
    let mut evidence = evidence.clone();
    if let Seen::Signal { series, .. } = &mut evidence.seen {
        change(series);
    }
    evidence
}

#[test]
fn a_pinned_signal_says_its_number_and_what_it_was() {
    let mut story = Story::declared("Checkout 500s", None);
    let signal = a_signal(story.now());
    let words = |story: &mut Story, evidence: Evidence| line(&story.act("maya", pin(evidence))[0]);
    assert_eq!(
        words(&mut story, signal.clone()),
        "5xx 12.4 % (critical) · was 0.2 % at 13:57 UTC · prom"
    );
    let quiet = with(&signal, |series| series[0].values = vec![None; 4]);
    assert_eq!(words(&mut story, quiet), "5xx: no data · prom");
    // A number from long ago is not what it is now.
    let stopped = with(&signal, |series| {
        series[0].from -= TimeDelta::hours(20);
    });
    assert_eq!(
        words(&mut story, stopped),
        "5xx: no data · was 0.2 % at 2026-11-23 17:57 UTC · prom"
    );
    let several = with(&signal, |series| series.push(series[0].clone()));
    assert_eq!(
        words(&mut story, several),
        "5xx 12.4 % (critical) · was 0.2 % at 13:57 UTC · 2 series · prom"
    );
    let old = Evidence {
        at: story.now() - TimeDelta::minutes(10),
        ..signal.clone()
    };
    assert!(words(&mut story, old).ends_with("prom · as of 13:50 UTC"));
    let said = Intent::PinEvidence {
        evidence: signal.into(),
        text: " since the deploy\n".into(),
        private: false,
    };
    assert!(line(&story.act("maya", said)[0]).ends_with("· prom (since the deploy)"));
}

#[test]
fn a_pinned_issue_and_pinned_alerts_say_their_counts() {
    let mut story = Story::declared("Checkout 500s", None);
    let issue = Seen::Issue {
        id: "CHECKOUT-1A2".into(),
        events: 1_204,
        users: 1,
        first_seen: story.now() - TimeDelta::days(2),
        last_seen: story.now(),
        trend: vec![0, 3, 9],
    };
    let alerts = |silenced| Seen::Alerts {
        firing: 12,
        silenced,
        first_at: story.now() - TimeDelta::minutes(8),
        last_at: story.now(),
        names: vec!["eu-west-1b/checkout-7".into()],
        pending: 0,
        rate: vec![0, 3, 12],
    };
    let table = [
        (
            issue,
            "CHECKOUT-1A2 5xx: 1204 events from 1 user · since 2026-11-22 14:00 UTC · prom",
        ),
        (alerts(0), "5xx: 12 firing · since 13:52 UTC · prom"),
        (
            alerts(3),
            "5xx: 12 firing, 3 silenced · since 13:52 UTC · prom",
        ),
    ];
    for (seen, wanted) in table {
        let evidence = Evidence {
            seen,
            ..a_signal(story.now())
        };
        let events = story.act("maya", pin(evidence.clone()));
        assert_eq!(line(&events[0]), wanted);
        let held = story.incident().evidence.back().unwrap();
        assert_eq!(*held.evidence, evidence);
        assert_eq!(PinnedEvidence::from_event(&events[0]).as_ref(), Some(held));
    }
}

#[test]
fn evidence_is_bounded_and_of_the_past() {
    let mut story = Story::declared("Checkout 500s", None);
    let signal = a_signal(story.now());
    let long = || Arc::<str>::from("x".repeat(limits::TITLE_BYTES + 1));
    let seen = |seen| Evidence {
        seen,
        ..signal.clone()
    };
    let issue = |id: Arc<str>, places| Seen::Issue {
        id,
        events: 1,
        users: 1,
        first_seen: signal.at,
        last_seen: signal.at,
        trend: vec![0; places],
    };
    let alerts = |names, places| Seen::Alerts {
        firing: 1,
        silenced: 0,
        first_at: signal.at,
        last_at: signal.at,
        names,
        pending: 2,
        rate: vec![1; places],
    };
    let bad = [
        with(&signal, |s| {
            s.resize(limits::SERIES_PER_SIGNAL + 1, s[0].clone());
        }),
        with(&signal, |s| {
            s[0].values = vec![None; limits::SERIES_POINTS + 1];
        }),
        with(&signal, |s| s[0].step_ms = 0),
        with(&signal, |s| s[0].label = long()),
        seen(issue("a".into(), limits::TREND_POINTS + 1)),
        seen(issue(long(), 1)),
        seen(alerts(vec!["a".into(); limits::EVIDENCE_NAMES + 1], 30)),
        seen(alerts(vec![long()], 30)),
        seen(alerts(Vec::new(), limits::TREND_POINTS + 1)),
        Evidence {
            title: " ".into(),
            ..signal.clone()
        },
        Evidence {
            source: long(),
            ..signal.clone()
        },
        Evidence {
            at: story.now() + TimeDelta::hours(1),
            ..signal.clone()
        },
    ];
    for evidence in bad {
        let shown = format!("{evidence:.300?}");
        let result = story.try_as("maya", pin(evidence));
        assert_eq!(refused(result), RefusalCode::Invalid, "{shown}");
    }
    let too_much = Intent::PinEvidence {
        evidence: signal.clone().into(),
        text: "x".repeat(limits::REASON_BYTES + 1).into(),
        private: false,
    };
    assert_eq!(
        refused(story.try_as("maya", too_much)),
        RefusalCode::Invalid
    );
    let full = with(&signal, |s| {
        s[0].values = vec![None; limits::SERIES_POINTS];
        s.resize(limits::SERIES_PER_SIGNAL, s[0].clone());
    });
    story.act("maya", pin(full));
    // An address that is none is left out; the numbers are what counts.
    let url = Some("javascript:alert(1)".into());
    story.act("maya", pin(Evidence { url, ..signal }));
    assert_eq!(story.incident().evidence.back().unwrap().evidence.url, None);
}

#[test]
fn private_evidence_is_not_for_spectators() {
    let mut story = Story::declared("Checkout 500s", None);
    let evidence = Arc::new(Evidence {
        title: "orders of customer X".into(),
        ..a_signal(story.now())
    });
    let private = Intent::PinEvidence {
        evidence,
        text: "".into(),
        private: true,
    };
    let event = story.act("maya", private)[0].clone();
    story.act("maya", pin(a_signal(story.now())));
    let shown = Redaction::default().event(&event).expect("private");
    let state = Redaction::default().state(story.incident());
    for text in [
        serde_json::to_string(&shown).unwrap(),
        serde_json::to_string(&state).unwrap(),
    ] {
        assert!(!text.contains("customer"), "{text}");
    }
    assert_eq!(
        (story.incident().evidence.len(), state.evidence.len()),
        (2, 1)
    );
}

#[test]
fn an_acknowledgement_keeps_who_why_and_until_when() {
    let mut story = Story::declared("Checkout 500s", None);
    let until = story.now() + TimeDelta::minutes(90);
    let events = story.act("maya", acknowledge("a", Some(until), "deploying the fix"));
    assert_eq!(
        line(&events[0]),
        "acknowledged HighErrorRate checkout until 15:30 UTC (deploying the fix)"
    );
    let incident = story.incident();
    let held = incident.acknowledgement("a", story.now()).unwrap();
    assert_eq!(
        (held.by.as_str(), &*held.reason),
        ("maya", "deploying the fix")
    );
    assert_eq!((held.since, held.until), (story.now(), Some(until)));
    assert_eq!(incident.acknowledgement("b", story.now()), None);

    // Its time runs out: that is reported, and it counts as none. Nothing happens by itself.
    let due = Deadline {
        at: until,
        due: Due::Acknowledgement(held.seq),
    };
    assert!(deadlines(incident).contains(&due));
    let just_before = until - TimeDelta::milliseconds(1);
    assert!(incident.acknowledgement("a", just_before).is_some());
    assert_eq!(incident.acknowledgement("a", until), None);
    assert!(incident.acknowledged.contains_key("a"));

    let taken_back = Intent::UnacknowledgeAlerts {
        group: "a".into(),
        reason: None,
    };
    let events = story.act("bo", taken_back.clone());
    assert_eq!(
        line(&events[0]),
        "no longer acknowledged: HighErrorRate checkout"
    );
    assert!(!deadlines(story.incident()).contains(&due));
    assert_eq!(
        refused(story.try_as("bo", taken_back)),
        RefusalCode::NoChange
    );
}

#[test]
fn an_acknowledgement_needs_a_reason_and_an_end_that_is_near() {
    let mut story = Story::declared("Checkout 500s", None);
    let now = story.now();
    let table = [
        acknowledge("", None, "why"),
        acknowledge("a\u{1b}", None, "why"),
        acknowledge(&"a".repeat(limits::GROUP_BYTES + 1), None, "why"),
        acknowledge("a", None, " "),
        acknowledge("a", Some(now), "why"),
        acknowledge("a", Some(now - TimeDelta::days(30_000)), "why"),
        acknowledge("a", Some(now + TimeDelta::days(8)), "why"),
        acknowledge("a", Some(Timestamp::MAX_UTC), "why"),
    ];
    for intent in table {
        assert_eq!(refused(story.try_as("maya", intent)), RefusalCode::Invalid);
    }
    story.act("maya", acknowledge("a", None, "why"));
    let again = story.try_as("maya", acknowledge("a", None, "why"));
    assert_eq!(refused(again), RefusalCode::NoChange);
    // To prolong it, or to take it on, is a change.
    let later = Some(now + TimeDelta::hours(1));
    story.act("maya", acknowledge("a", later, "why"));
    story.act("bo", acknowledge("a", later, "why"));
    let held = story.incident().acknowledgement("a", now);
    assert_eq!(held.map(|held| held.by.as_str()), Some("bo"));
}

#[test]
fn those_whose_time_is_over_make_room_and_none_that_stands_does() {
    let mut story = Story::declared("Checkout 500s", None);
    let soon = Some(story.now() + TimeDelta::seconds(4));
    story.act("maya", acknowledge("soon", soon, "why"));
    for n in 1..limits::ACKNOWLEDGED {
        story.act("maya", acknowledge(&format!("g{n}"), None, "why"));
    }
    assert_eq!(story.incident().acknowledged.len(), limits::ACKNOWLEDGED);
    story.act("maya", acknowledge("new", None, "why"));
    let held = &story.incident().acknowledged;
    assert!(held.contains_key("new") && !held.contains_key("soon"));
    let more = story.try_as("maya", acknowledge("more", None, "why"));
    assert_eq!(refused(more), RefusalCode::Full);
    story.act("bo", acknowledge("new", None, "I look"));
}

#[test]
fn what_is_asked_outside_is_written_down_and_answered_by_the_server_alone() {
    let mut story = Story::declared("Checkout 500s", None);
    let until = story.now() + TimeDelta::minutes(90);
    let call = a_silence("HighErrorRate", until);
    let asked = story.act("maya", ask(call.clone()))[0].clone();
    assert_eq!(
        line(&asked),
        "asked alertmanager to silence HighErrorRate{service=\"checkout\"} until 15:30 UTC \
         (deploying the fix)"
    );
    let due: Vec<_> = story.incident().outside_due().cloned().collect();
    assert_eq!(due.len(), 1);
    assert_eq!((due[0].seq, &due[0].call), (asked.seq, &call));
    assert_eq!(due[0].asked_at, asked.recorded_at);

    // Two who ask for the same at once get one silence.
    let twice = story.try_as("bo", ask(call.clone()));
    assert_eq!(refused(twice), RefusalCode::NoChange);

    let id = Some("4f2a91c0-5d1e-4a0b");
    let done = || answer(asked.seq, OutsideOutcome::Done, "", id);
    for level in [Level::Responder, Level::Admin] {
        // Neither the name nor the level makes a session the server.
        let forged = story.try_at_level("warroom", level, done());
        assert_eq!(refused(forged), RefusalCode::Access);
    }
    let nowhere = story.try_as_server(answer(Seq(1), OutsideOutcome::Done, "", id));
    assert_eq!(refused(nowhere), RefusalCode::NotFound);
    let unknown = story.try_as_server(answer(asked.seq, OutsideOutcome::Unknown, "", id));
    assert_eq!(refused(unknown), RefusalCode::Invalid);
    let events = story.try_as_server(done()).unwrap();
    assert_eq!(line(&events[0]), "alertmanager: silence 4f2a91c0… made");
    assert_eq!(story.incident().outside_due().count(), 0);
    let held = story.incident().outside_ask(asked.seq).unwrap();
    assert_eq!(held.answer.as_ref().unwrap().reference.as_deref(), id);
    assert_eq!(held.answer_line().as_deref(), Some(&*line(&events[0])));
    assert_eq!(refused(story.try_as_server(done())), RefusalCode::NoChange);
}

#[test]
fn an_answer_comes_in_whatever_became_of_the_incident() {
    let mut story = Story::declared("Checkout 500s", None);
    story.act(
        "maya",
        Intent::ClaimRole {
            role: Role::IncidentCommander,
        },
    );
    let call = a_silence("A", story.now() + TimeDelta::hours(1));
    let asked = story.act("maya", ask(call.clone()))[0].seq;
    story.act(
        "maya",
        Intent::Cancel {
            reason: "a test".into(),
        },
    );
    let late = story.try_as("maya", ask(call));
    assert_eq!(refused(late), RefusalCode::WrongStatus);
    let expire = OutsideCall::ExpireSilence {
        source: "alertmanager".into(),
        silence: "4f2a".into(),
        reason: "it is over".into(),
    };
    story.act("maya", ask(expire));
    let long = "line\n".repeat(1_000);
    let failed = answer(asked, OutsideOutcome::Failed, &long, Some(&"x".repeat(999)));
    story.try_as_server(failed).unwrap();
    let answer = story
        .incident()
        .outside_ask(asked)
        .unwrap()
        .answer
        .clone()
        .unwrap();
    assert!(answer.said.len() <= limits::REASON_BYTES && !answer.said.contains('\n'));
    assert_eq!(answer.reference, None, "half an id is no id");
}

/// One call of each kind.
fn every_call(now: Timestamp) -> Vec<OutsideCall> {
    let named = |name: &str| Arc::<str>::from(name);
    let (source, issue, short) = (named("sentry"), named("4711"), named("CHECKOUT-1A2"));
    vec![
        a_silence("HighErrorRate", now + TimeDelta::days(1)),
        OutsideCall::ExpireSilence {
            source: "alertmanager".into(),
            silence: "4f2a91c0-5d1e".into(),
            reason: "the fix is out".into(),
        },
        OutsideCall::ResolveIssue {
            source: source.clone(),
            issue: issue.clone(),
            short: short.clone(),
            in_next_release: true,
        },
        OutsideCall::IgnoreIssue {
            source: source.clone(),
            issue: issue.clone(),
            short: short.clone(),
            minutes: Some(60),
        },
        OutsideCall::AssignIssue {
            source,
            issue,
            short,
            to: "maya@example.com".into(),
        },
        OutsideCall::Annotate {
            source: "grafana".into(),
            at: now,
            text: "INC-1 mitigated".into(),
        },
    ]
}

#[test]
fn each_call_and_each_answer_reads_well() {
    let mut story = Story::declared("Checkout 500s", None);
    let table = [
        (
            "asked alertmanager to silence HighErrorRate{service=\"checkout\"} until 2026-11-25 \
             14:00 UTC (deploying the fix)",
            "alertmanager: silence not made: 503 no",
        ),
        (
            "asked alertmanager to end silence 4f2a91c0… (the fix is out)",
            "alertmanager: silence 4f2a91c0… not ended: 503 no",
        ),
        (
            "asked sentry to resolve CHECKOUT-1A2 in the next release",
            "sentry: CHECKOUT-1A2 not resolved: 503 no",
        ),
        (
            "asked sentry to ignore CHECKOUT-1A2 for 60 minutes",
            "sentry: CHECKOUT-1A2 not ignored: 503 no",
        ),
        (
            "asked sentry to assign CHECKOUT-1A2 to maya@example.com",
            "sentry: CHECKOUT-1A2 to maya@example.com not assigned: 503 no",
        ),
        (
            "asked grafana to mark 14:00 UTC: INC-1 mitigated",
            "grafana: annotation not made: 503 no",
        ),
    ];
    let calls = every_call(story.now());
    assert_eq!(calls.len(), table.len());
    for (call, (asked, failed)) in calls.into_iter().zip(table) {
        let events = story.act("maya", ask(call));
        assert_eq!(line(&events[0]), asked);
        let no = answer(events[0].seq, OutsideOutcome::Failed, "503 no", None);
        let events = story.try_as_server(no).unwrap();
        assert_eq!(line(&events[0]), failed);
    }
}

#[test]
fn a_drill_never_reaches_the_outside_world() {
    let mut story = drill();
    for call in every_call(story.now()) {
        let events = story.act("maya", ask(call.clone()));
        let [asked, answered] = &events[..] else {
            panic!("{events:?}")
        };
        let Some(What::OutsideAnswered {
            asked: of, outcome, ..
        }) = answered.body.known()
        else {
            panic!("{answered:?}")
        };
        assert_eq!((*of, *outcome), (asked.seq, OutsideOutcome::NotSent));
        let wanted = format!("not sent to {} (this is a drill)", call.source().unwrap());
        assert_eq!(line(answered), wanted);
        assert_eq!(story.incident().outside_due().count(), 0);
        assert!(
            story
                .incident()
                .outside
                .iter()
                .all(|ask| ask.answer.is_some())
        );
    }
    // Whatever a log says: one that was torn between the two is not carried out either.
    let mut torn = Incident::new(IncidentId(1));
    let upto = story
        .events
        .iter()
        .position(|event| matches!(event.body.known(), Some(What::OutsideAsked { .. })));
    story.events[..=upto.unwrap()]
        .iter()
        .for_each(|event| apply(&mut torn, event));
    assert!(torn.outside[0].answer.is_none());
    assert_eq!(torn.outside_due().count(), 0);
}

#[test]
fn calls_are_checked_before_they_are_written_down() {
    let mut story = Story::declared("Checkout 500s", None);
    let now = story.now();
    let silence = |change: &dyn Fn(&mut Vec<Matching>)| {
        let mut call = a_silence("A", now + TimeDelta::hours(1));
        if let OutsideCall::CreateSilence { matchers, .. } = &mut call {
            change(matchers);
        }
        call
    };
    let ignored = |minutes| OutsideCall::IgnoreIssue {
        source: "sentry".into(),
        issue: "1".into(),
        short: "A-1".into(),
        minutes: Some(minutes),
    };
    let later: OutsideCall =
        serde_json::from_str(r#"{"do":"page_everyone","source":"pager"}"#).unwrap();
    let bad = [
        silence(&|all| all.clear()),
        silence(&|all| all.resize(limits::MATCHERS + 1, all[0].clone())),
        silence(&|all| all[0].value = "x".repeat(limits::MATCHERS_BYTES + 1).into()),
        silence(&|all| all[0].name = "".into()),
        // None of these says what is to be quiet, so nearly everything would be.
        silence(&|all| all.iter_mut().for_each(|m| m.equal = false)),
        silence(&|all| all.iter_mut().for_each(|m| m.value = "".into())),
        silence(&|all| {
            all.truncate(1);
            all[0].value = ".*".into();
            all[0].regex = true;
        }),
        a_silence("A", now),
        a_silence("A", now + TimeDelta::days(8)),
        ignored(0),
        OutsideCall::Annotate {
            source: "grafana".into(),
            at: now + TimeDelta::hours(1),
            text: "x".into(),
        },
        OutsideCall::ExpireSilence {
            source: "alertmanager".into(),
            silence: "a\nb".into(),
            reason: "why".into(),
        },
        OutsideCall::ExpireSilence {
            source: "alertmanager".into(),
            silence: "a".into(),
            reason: "".into(),
        },
        later,
    ];
    for call in bad {
        let shown = format!("{call:.300?}");
        assert_eq!(
            refused(story.try_as("maya", ask(call))),
            RefusalCode::Invalid,
            "{shown}"
        );
    }
    for level in [Level::Spectator, Level::Observer, Level::Ingest] {
        let result = story.try_at_level("lee", level, ask(ignored(5)));
        assert_eq!(refused(result), RefusalCode::Access);
    }
    // Signs in a value cannot pass for the end of it.
    let call = silence(&|all| all[1].value = "a\"} \\\n".into());
    let events = story.act("maya", ask(call));
    assert!(line(&events[0]).contains(r#"A{service="a\"} \\\n"}"#));
}

#[test]
fn calls_wait_in_a_bounded_row() {
    let mut story = Story::declared("Checkout 500s", None);
    let end = |n: usize| {
        ask(OutsideCall::ExpireSilence {
            source: "alertmanager".into(),
            silence: format!("s{n}").into(),
            reason: "why".into(),
        })
    };
    let asked: Vec<Seq> = (0..limits::OPEN_OUTSIDE)
        .map(|n| story.act("maya", end(n))[0].seq)
        .collect();
    let more = story.try_as("maya", end(limits::OPEN_OUTSIDE));
    assert_eq!(refused(more), RefusalCode::Full);
    for seq in &asked {
        let done = answer(*seq, OutsideOutcome::Done, "", None);
        story.try_as_server(done).unwrap();
    }
    assert_eq!(story.incident().outside.len(), limits::ANSWERED_OUTSIDE);
    story.act("maya", end(limits::OPEN_OUTSIDE));
}

#[test]
fn later_words_are_carried_and_nothing_is_asked_twice_for_them() {
    let text = r#"{"do":"page_everyone","source":"pager","who":["a",{"b":1}]}"#;
    let call: OutsideCall = serde_json::from_str(text).unwrap();
    assert!(matches!(call, OutsideCall::Unknown(_)));
    assert_eq!(
        (call.name(), call.source()),
        ("page_everyone", Some("pager"))
    );
    assert_eq!(serde_json::to_string(&call).unwrap(), text);
    // A known kind with other fields is carried too, and so is one without a kind.
    for text in [r#"{"do":"annotate","source":7}"#, r#"{"source":"x"}"#] {
        let call: OutsideCall = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&call).unwrap(), text);
    }
    let outcome: OutsideOutcome = serde_json::from_str("\"half_done\"").unwrap();
    assert_eq!(outcome, OutsideOutcome::Unknown);

    // In a log: shown, kept as waiting until it is answered, and not shown to spectators.
    let mut story = Story::declared("Checkout 500s", None);
    let known = story.act(
        "maya",
        ask(a_silence("A", story.now() + TimeDelta::hours(1))),
    );
    let mut asked = known[0].clone();
    asked.seq = asked.seq.next();
    asked.body = What::OutsideAsked { call: call.clone() }.into();
    let mut answered = asked.clone();
    answered.seq = asked.seq.next();
    answered.body = What::OutsideAnswered {
        asked: asked.seq,
        call,
        outcome,
        said: "".into(),
        reference: None,
    }
    .into();
    let mut incident = story.incident().clone();
    apply(&mut incident, &asked);
    assert_eq!(incident.outside_due().count(), 2);
    apply(&mut incident, &answered);
    assert_eq!(incident.outside_due().count(), 1);
    assert!(line(&asked).contains("later version") && line(&answered).contains("later version"));
    assert!(
        Redaction::default().event(&asked).is_some()
            && Redaction::default().event(&answered).is_some()
    );
    let shown = Redaction::default().state(&incident);
    assert!(
        !serde_json::to_string(&shown)
            .unwrap()
            .contains("page_everyone")
    );
    assert_eq!(shown.outside.len(), 1);
}

#[test]
fn a_hundred_thousand_of_each_do_not_make_it_grow() {
    let mut story = Story::declared("Checkout 500s", None);
    let size = |story: &Story| serde_json::to_string(story.incident()).unwrap().len();
    let mut after_a_thousand = 0;
    for n in 0..100_000u32 {
        let now = story.now();
        let private = n % 3 == 0;
        story.act(
            "maya",
            Intent::PinEvidence {
                evidence: a_signal(now).into(),
                text: "".into(),
                private,
            },
        );
        // Each stands for a minute; about twelve stand at once, and each name comes once.
        let until = Some(now + TimeDelta::minutes(1));
        story.act("maya", acknowledge(&format!("g{n:06}"), until, "why"));
        let asked = story.act("maya", ask(a_silence("A", now + TimeDelta::hours(1))));
        let done = answer(asked[0].seq, OutsideOutcome::Done, "", Some("4f2a"));
        story.try_as_server(done).unwrap();
        if n == 1_000 {
            after_a_thousand = size(&story);
        }
    }
    assert_eq!(story.incident().evidence.len(), 2 * limits::EVIDENCE);
    assert_eq!(story.incident().acknowledged.len(), limits::ACKNOWLEDGED);
    assert_eq!(story.incident().outside.len(), limits::ANSWERED_OUTSIDE);
    let now = size(&story);
    assert!(now < after_a_thousand * 11 / 10, "{now} bytes");
}
