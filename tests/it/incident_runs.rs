//! Commands that were run, and consent to dangerous ones: given a state, when someone says or
//! hands in something, then this. Every refusal, and what a spectator is shown.

use crate::support::story::{Story, a_run};
use chrono::TimeDelta;
use proptest::prelude::*;
use warroom::incident::*;

const COMMAND: &str = "kubectl delete pod checkout-0";

fn record(run: CommandRun) -> Intent {
    Intent::RecordRun(Box::new(run))
}

fn ask() -> Intent {
    Intent::AskConsent(ConsentWanted {
        command: COMMAND.into(),
        step: None,
    })
}

fn answer(asked: Seq, given: bool, reason: Option<&str>) -> Intent {
    Intent::AnswerConsent(ConsentGiving {
        asked,
        given,
        reason: reason.map(Into::into),
    })
}

/// Bo has asked for consent.
fn asked() -> (Story, Seq) {
    let mut story = Story::declared("Checkout 500s", None);
    let asked = story.act("bo", ask())[0].seq;
    (story, asked)
}

fn leave(story: &Story, who: &str, command: &str, later: i64) -> Leave {
    let now = story.now() + TimeDelta::seconds(later);
    story
        .incident()
        .leave_to_run(&who.parse().unwrap(), command, now)
}

#[test]
fn a_run_is_one_entry_with_what_it_printed() {
    let mut story = Story::declared("Checkout 500s", None);
    let run = a_run(story.now(), "one\ntwo\n");
    let at = story.act("bo", record(run.clone()))[0].seq;
    let entry = story.incident().entry(at).unwrap();
    assert_eq!(entry.kind, EntryKind::CommandRun);
    assert_eq!(
        &*entry.text,
        "$ kubectl delete pod checkout-0 · exit 0 · 1.2 s · 2 lines"
    );
    assert_eq!(entry.run.as_deref(), Some(&run));
    assert_eq!(entry.occurred_at, run.started_at);
    // What was printed is evidence: it is not rewritten, though it may be taken back.
    let amend = Intent::Amend {
        target: at,
        text: "other".into(),
    };
    assert_eq!(
        story.try_as("bo", amend).unwrap_err().code,
        RefusalCode::Invalid
    );
    let retract = Intent::Retract {
        target: at,
        reason: "the wrong cluster".into(),
    };
    story.act("bo", retract);
}

#[test]
fn a_run_is_kept_whatever_has_become_of_the_incident() {
    let mut story = Story::declared("Checkout 500s", None);
    let cancel = Intent::Cancel {
        reason: "it was a test".into(),
    };
    let role = Role::IncidentCommander;
    story.act("maya", Intent::ClaimRole { role });
    story.act("maya", cancel);
    let run = CommandRun {
        started_at: story.now() + TimeDelta::hours(3),
        step: Some(StepRef {
            runbook: "gone".into(),
            step: StepNo(1),
        }),
        consent: Some(Seq(1)),
        withheld: true,
        ..a_run(story.now(), "x")
    };
    let event = story.act("bo", record(run)).remove(0);
    let Some(What::CommandRan(kept)) = event.body.known() else {
        panic!("{event:?}");
    };
    assert!(kept.step.is_none() && kept.consent.is_none() && !kept.withheld);
    assert_eq!(kept.started_at, event.recorded_at);
}

#[test]
fn what_is_too_long_is_refused_and_the_state_keeps_little() {
    let mut story = Story::declared("Checkout 500s", None);
    let too_long = a_run(story.now(), &"x".repeat(limits::RUN_OUTPUT_BYTES + 1));
    let mut pieces = a_run(story.now(), "x");
    pieces.printed.parts = vec![Part::Cut { bytes: 1 }; limits::RUN_PARTS + 1];
    let command = CommandRun {
        command: "x".repeat(limits::RUN_COMMAND_BYTES + 1).into(),
        ..a_run(story.now(), "x")
    };
    let unnamed = CommandRun {
        command: " ".into(),
        ..a_run(story.now(), "x")
    };
    for run in [too_long, pieces, command, unnamed] {
        let refusal = story.try_as("bo", record(run)).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::Invalid, "{refusal}");
    }
    let long = a_run(story.now(), &"字".repeat(limits::RUN_OUTPUT_BYTES / 3));
    let at = story.act("bo", record(long))[0].seq;
    let printed = &story
        .incident()
        .entry(at)
        .unwrap()
        .run
        .as_ref()
        .unwrap()
        .printed;
    assert!(printed.kept() <= limits::RECENT_TEXT_BYTES);
    assert!(matches!(printed.parts.last(), Some(Part::Cut { bytes }) if *bytes > 60_000));
}

#[test]
fn a_spectator_sees_that_it_ran_and_nothing_that_it_printed() {
    let mut story = Story::declared("Checkout 500s", None);
    let run = CommandRun {
        note: "SECRET-note".into(),
        ..a_run(story.now(), "SECRET-output")
    };
    let mut events = story.act("bo", record(run.clone()));
    let target = events[0].seq;
    let pin = Intent::Pin {
        target,
        pinned: true,
    };
    events.extend(story.act("bo", pin));
    let hidden = CommandRun {
        private: true,
        command: "SECRET-command".into(),
        ..run
    };
    events.extend(story.act("bo", record(hidden)));
    let shown: Vec<Event> = events
        .iter()
        .map(|event| Redaction::default().event(event).unwrap())
        .collect();
    let text = serde_json::to_string(&shown).unwrap();
    let state = serde_json::to_string(&Redaction::default().state(story.incident())).unwrap();
    for text in [&text, &state] {
        assert!(!text.contains("SECRET"), "{text}");
        assert!(text.contains(COMMAND), "{text}");
    }
    let entry = Entry::from_event(&shown[0]).unwrap();
    let kept = Redaction::default().state(story.incident());
    assert_eq!(kept.entry(target).unwrap().run, entry.run);
    assert_eq!(
        entry.run.unwrap().remarks(),
        ["what it printed is not shown to spectators"]
    );
}

#[test]
fn the_operations_lead_or_a_second_person_lets_a_dangerous_command_run() {
    let (mut story, asked) = asked();
    assert_eq!(leave(&story, "bo", COMMAND, 0), Leave::No);
    story.act("ana", answer(asked, true, None));
    let minutes = limits::CONSENT_MINUTES * 60;
    for (who, command, later, leave_is) in [
        ("bo", COMMAND, 0, Leave::Consent(asked)),
        ("bo", COMMAND, minutes - 2, Leave::Consent(asked)),
        // Not another person, not another command, not later.
        ("ana", COMMAND, 0, Leave::No),
        ("bo", "kubectl delete pod checkout-00", 0, Leave::No),
        ("bo", COMMAND, minutes, Leave::No),
    ] {
        assert_eq!(
            leave(&story, who, command, later),
            leave_is,
            "{who} {command} {later}"
        );
    }
    // One consent is for one run.
    let run = CommandRun {
        consent: Some(asked),
        ..a_run(story.now(), "")
    };
    story.act("bo", record(run));
    assert_eq!(leave(&story, "bo", COMMAND, 0), Leave::No);
    let role = Role::OperationsLead;
    story.act("bo", Intent::ClaimRole { role });
    assert_eq!(leave(&story, "bo", "rm -rf /", 0), Leave::Lead);
}

/// The consoles hold to the rule; one that does not is not refused its evidence, and everyone sees it.
#[test]
fn a_dangerous_command_that_nobody_agreed_to_is_kept_and_says_so() {
    let mut text = crate::support::story::runbook("cache", 2);
    text.steps[0].blocks = vec![ShellBlock {
        script: "kubectl delete pod \"$POD\"\n".into(),
        danger: true,
    }];
    let step = |no| StepRef {
        runbook: "cache".into(),
        step: StepNo(no),
    };
    let shown = "POD=checkout-0\nkubectl delete pod \"$POD\"";
    let ask = Intent::AskConsent(ConsentWanted {
        command: shown.into(),
        step: Some(step(1)),
    });
    let run = |story: &mut Story, who: &str, command: &str, no, consent| {
        let run = CommandRun {
            command: command.into(),
            step: Some(step(no)),
            consent,
            // What the console says of it is not asked for.
            unagreed: false,
            ..a_run(story.now(), "")
        };
        let event = story.act(who, record(run)).remove(0);
        let Some(What::CommandRan(run)) = event.body.known() else {
            panic!("{event:?}");
        };
        assert_eq!(
            run.unagreed,
            run.line().contains("DANGEROUS"),
            "{}",
            run.line()
        );
        run.unagreed
    };
    let mut story = Story::declared("Checkout 500s", None);
    story.attach(text);
    assert!(run(&mut story, "bo", shown, 1, None));
    assert!(
        !run(&mut story, "bo", "kubectl get pods", 1, None),
        "not that block"
    );
    assert!(!run(&mut story, "bo", shown, 2, None), "another step");
    let asked = story.act("bo", ask)[0].seq;
    assert!(
        run(&mut story, "bo", shown, 1, Some(asked)),
        "asked is not agreed"
    );
    story.act("ana", answer(asked, true, None));
    assert!(
        run(&mut story, "ana", shown, 1, Some(asked)),
        "somebody else's"
    );
    let other = shown.replace("-0", "-1");
    assert!(run(&mut story, "bo", &other, 1, Some(asked)), "another pod");
    assert!(!run(&mut story, "bo", shown, 1, Some(asked)));
    assert!(run(&mut story, "bo", shown, 1, Some(asked)), "once");
    let role = Role::OperationsLead;
    story.act("bo", Intent::ClaimRole { role });
    assert!(!run(&mut story, "bo", shown, 1, None));
}

#[test]
fn every_refusal_of_consent() {
    let (mut story, asked) = asked();
    let cases = [
        ("bo", ask(), RefusalCode::NoChange),
        ("bo", answer(asked, true, None), RefusalCode::NotYours),
        ("ana", answer(Seq(1), true, None), RefusalCode::NotFound),
        ("ana", answer(asked, false, Some(" ")), RefusalCode::Invalid),
    ];
    for (who, intent, code) in cases {
        let refusal = story.try_as(who, intent).unwrap_err();
        assert_eq!(refusal.code, code, "{refusal}");
    }
    let mut late = Story::declared("Checkout 500s", None);
    let at = late.act("bo", ask())[0].seq;
    let after = limits::CONSENT_MINUTES * 60;
    let refusal = late
        .try_as_server_later(after, answer(at, true, None))
        .unwrap_err();
    assert_eq!(refusal.code, RefusalCode::WrongStatus, "{refusal}");

    story.act("ana", answer(asked, false, Some("it has the only copy")));
    assert_eq!(leave(&story, "bo", COMMAND, 0), Leave::No);
    let again = story.try_as("lee", answer(asked, true, None)).unwrap_err();
    assert_eq!(again.code, RefusalCode::NoChange);
    // Refused is answered: it may be asked for again, up to the bound.
    for _ in 0..limits::OPEN_CONSENTS {
        let wanted = ConsentWanted {
            command: format!("rm {}", story.now()).into(),
            step: None,
        };
        story.act("bo", Intent::AskConsent(wanted));
    }
    let full = story.try_as("bo", ask()).unwrap_err();
    assert_eq!(full.code, RefusalCode::Full, "{full}");
}

proptest! {
    /// Whatever people ask and answer: nobody runs a dangerous command on their own word, and one
    /// consent lets it run once.
    #[test]
    fn consent_is_somebody_elses_and_for_once(steps in prop::collection::vec((0..3usize, 0..4u8, any::<prop::sample::Index>()), 1..60)) {
        let people = ["ana", "bo", "lee"];
        let mut story = Story::declared("Checkout 500s", None);
        let mut seqs: Vec<Seq> = Vec::new();
        for (who, what, which) in steps {
            let who = people[who];
            let at = if seqs.is_empty() { Seq(1) } else { *which.get(&seqs) };
            let intent = match what {
                0 => ask(),
                1 => answer(at, true, None),
                2 => answer(at, false, Some("no")),
                _ => {
                    let leave = leave(&story, who, COMMAND, 0);
                    let Leave::Consent(consent) = leave else { continue };
                    let given = story.incident().consent(consent).unwrap().clone();
                    prop_assert!(given.by.as_str() == who && !given.used);
                    prop_assert!(given.answer.unwrap().by.as_str() != who);
                    let run = CommandRun { consent: Some(consent), ..a_run(story.now(), "x") };
                    record(run)
                }
            };
            if let Ok(events) = story.try_as(who, intent) {
                seqs.push(events[0].seq);
            }
        }
        let incident = story.incident();
        prop_assert!(incident.consents.len() <= limits::CONSENTS);
    }

    /// Leaving lines out keeps the rest as it is, in order, and says how many are missing.
    #[test]
    fn trimming_only_takes_away(lines in prop::collection::vec("[a-z]{0,3}", 0..30), keep in prop::collection::vec(any::<bool>(), 30)) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let printed = Printed { parts: vec![Part::Text { text: text.as_str().into() }], ..Printed::default() };
        let trimmed = printed.trimmed(|no| keep[no as usize - 1]);
        let kept: Vec<&str> = lines.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(line, _)| line.as_str()).collect();
        prop_assert_eq!(trimmed.kept_lines().collect::<Vec<_>>(), kept.clone());
        let missing: u64 = trimmed.parts.iter().map(|part| match part {
            Part::Trimmed { lines } => *lines,
            _ => 0,
        }).sum();
        prop_assert_eq!(missing as usize, lines.len() - kept.len());
    }
}
