//! The rules, one table a rule: given this incident, this command is carried out or refused.

use crate::support::story::Story;
use warroom::incident::*;

fn refused(story: &mut Story, who: &str, intent: Intent) -> RefusalCode {
    match story.try_as(who, intent) {
        Err(refusal) => {
            assert!(refusal.why.ends_with('.'), "{refusal:?}");
            assert!(refusal.instead.ends_with('.'), "{refusal:?}");
            refusal.code
        }
        Ok(events) => panic!("carried out: {events:?}"),
    }
}

fn person(name: &str) -> Person {
    name.parse().unwrap()
}

fn claim(role: Role) -> Intent {
    Intent::ClaimRole { role }
}

#[test]
fn a_declared_incident_has_its_milestones_and_promises_an_update() {
    let story = Story::declared("Checkout 500s", Some(Severity::Sev1));
    let incident = story.incident();
    assert_eq!(incident.status, Status::Investigating);
    assert!(incident.milestones.at(Milestone::Declared).is_some());
    let due = incident.next_update_at.unwrap() - incident.opened_at;
    assert_eq!(due.num_minutes(), 15);
    assert_eq!(
        deadlines(incident).first().map(|d| d.due),
        Some(Due::Update(Audience::Internal))
    );
}

#[test]
fn only_command_changes_the_severity_and_resolves() {
    let mut story = Story::declared("Checkout 500s", None);
    let to_sev2 = || Intent::SetSeverity {
        severity: Some(Severity::Sev2),
        reason: None,
    };
    let resolve = || Intent::SetStatus {
        status: Status::Resolved,
        at: None,
        reason: None,
    };
    assert_eq!(
        refused(&mut story, "bo", to_sev2()),
        RefusalCode::NeedsCommand
    );
    assert_eq!(
        refused(&mut story, "bo", resolve()),
        RefusalCode::NeedsCommand
    );
    story.act("maya", claim(Role::IncidentCommander));
    assert_eq!(
        refused(&mut story, "bo", to_sev2()),
        RefusalCode::NeedsCommand
    );
    story.act("maya", to_sev2());
    let deputy = Intent::AssignRole {
        role: Role::Deputy,
        to: person("ana"),
        expected_holder: None,
    };
    assert_eq!(
        refused(&mut story, "bo", deputy.clone()),
        RefusalCode::NeedsCommand
    );
    story.act("maya", deputy);
    story.act("ana", resolve());
    assert_eq!(story.incident().status, Status::Resolved);
    assert_eq!(story.incident().next_update_at, None);
}

#[test]
fn anyone_who_may_write_moves_a_live_incident_and_nobody_sets_an_ending_by_status() {
    let mut story = Story::declared("Checkout 500s", None);
    for status in [
        Status::Identified,
        Status::Mitigating,
        Status::Investigating,
    ] {
        story.act(
            "lee",
            Intent::SetStatus {
                status,
                at: None,
                reason: None,
            },
        );
        assert_eq!(story.incident().status, status);
    }
    for status in [
        Status::Triage,
        Status::Declined,
        Status::Merged,
        Status::Cancelled,
    ] {
        let set = Intent::SetStatus {
            status,
            at: None,
            reason: None,
        };
        assert_eq!(refused(&mut story, "lee", set), RefusalCode::WrongStatus);
    }
    let close = Intent::SetStatus {
        status: Status::Closed,
        at: None,
        reason: None,
    };
    assert_eq!(refused(&mut story, "lee", close), RefusalCode::WrongStatus);
}

#[test]
fn a_role_is_never_taken_silently() {
    let mut story = Story::declared("Checkout 500s", None);
    let assign = |to: &str, expected: Option<&str>| Intent::AssignRole {
        role: Role::OperationsLead,
        to: person(to),
        expected_holder: expected.map(person),
    };
    story.act("maya", assign("bo", None));
    assert_eq!(
        refused(&mut story, "maya", assign("ana", None)),
        RefusalCode::HolderChanged
    );
    assert_eq!(
        refused(&mut story, "maya", assign("ana", Some("lee"))),
        RefusalCode::HolderChanged
    );
    assert_eq!(
        refused(&mut story, "ana", claim(Role::OperationsLead)),
        RefusalCode::RoleHeld
    );
    story.act("maya", assign("ana", Some("bo")));
    assert_eq!(
        story.incident().holder(&Role::OperationsLead),
        Some(&person("ana"))
    );
    assert_eq!(
        refused(&mut story, "maya", assign("ana", Some("ana"))),
        RefusalCode::NoChange
    );
    let release = |expected: Option<&str>| Intent::ReleaseRole {
        role: Role::OperationsLead,
        expected_holder: expected.map(person),
    };
    assert_eq!(
        refused(&mut story, "bo", release(None)),
        RefusalCode::HolderChanged
    );
    story.act("ana", release(None));
    assert!(
        story
            .incident()
            .vacancies()
            .any(|role| *role == Role::OperationsLead)
    );
}

#[test]
fn nobody_is_made_commander_by_another() {
    let mut story = Story::declared("Checkout 500s", None);
    let give = |to: &str, expected: Option<&str>| Intent::AssignRole {
        role: Role::IncidentCommander,
        to: person(to),
        expected_holder: expected.map(person),
    };
    assert_eq!(
        refused(&mut story, "bo", give("maya", None)),
        RefusalCode::NeedsCommand
    );
    story.act("maya", claim(Role::IncidentCommander));
    assert_eq!(
        refused(&mut story, "bo", give("bo", None)),
        RefusalCode::HolderChanged
    );
    story.act("bo", give("bo", Some("maya")));
    assert!(story.incident().is_in_command(&person("bo")));
    assert!(!story.incident().is_in_command(&person("maya")));
}

#[test]
fn milestones_keep_their_order() {
    let mut story = Story::declared("Checkout 500s", None);
    let declared = story.incident().milestones.at(Milestone::Declared).unwrap();
    let set = |milestone, minutes: i64| Intent::SetMilestone {
        milestone,
        at: declared + chrono::TimeDelta::minutes(minutes),
    };
    story.act("lee", set(Milestone::Started, -30));
    assert_eq!(
        refused(&mut story, "lee", set(Milestone::Detected, -31)),
        RefusalCode::OutOfOrder
    );
    story.act("lee", set(Milestone::Detected, -20));
    assert_eq!(
        refused(&mut story, "lee", set(Milestone::Started, -19)),
        RefusalCode::OutOfOrder
    );
    assert_eq!(
        refused(&mut story, "lee", set(Milestone::Acknowledged, -21)),
        RefusalCode::OutOfOrder
    );
    assert_eq!(
        refused(&mut story, "lee", set(Milestone::Resolved, 600)),
        RefusalCode::Invalid
    );
    let milestones = &story.incident().milestones;
    assert_eq!(milestones.time_to_detect().unwrap().num_minutes(), 10);
    assert_eq!(milestones.time_to_acknowledge().unwrap().num_minutes(), 20);
}

#[test]
fn an_undeclared_incident_ends_with_its_last_alert_and_a_declared_one_waits() {
    for declare in [false, true] {
        let mut story = Story::triaged("HighErrorRate");
        story.hook("b", AlertState::Firing);
        if declare {
            let intent = Intent::Declare {
                title: None,
                severity: Some(Severity::Sev2),
                service: None,
                started_at: None,
                kind: Kind::Real,
            };
            story.act("maya", intent);
        }
        story.hook("a", AlertState::Resolved);
        assert!(story.incident().status.is_open());
        story.hook("b", AlertState::Resolved);
        let wanted = if declare {
            Status::Investigating
        } else {
            Status::Resolved
        };
        assert_eq!(story.incident().status, wanted);
        assert_eq!(story.incident().firing(), 0);
    }
}

#[test]
fn the_same_report_twice_changes_nothing() {
    let mut story = Story::triaged("HighErrorRate");
    let seq = story.incident().seq;
    assert_eq!(
        story.try_hook("a", AlertState::Firing).unwrap_err().code,
        RefusalCode::NoChange
    );
    assert_eq!(story.incident().seq, seq);
}

#[test]
fn levels_go_as_far_as_they_say() {
    let note = || Intent::Note(NewNote::plain("db is slow"));
    for (level, may) in [
        (Level::Spectator, false),
        (Level::Observer, false),
        (Level::Ingest, false),
        (Level::Responder, true),
        (Level::Admin, true),
    ] {
        let mut story = Story::declared("Checkout 500s", None);
        let result = story.try_at_level("lee", level, note());
        assert_eq!(result.is_ok(), may, "{level}");
        assert!(may || result.unwrap_err().code == RefusalCode::Access);
    }
    assert!(!Level::Spectator.reads_private() && Level::Observer.reads_private());
}

#[test]
fn entries_are_corrected_by_later_events() {
    let mut story = Story::declared("Checkout 500s", None);
    let target = story
        .act("lee", Intent::Note(NewNote::plain("pods restart")))
        .last()
        .unwrap()
        .seq;
    story.act(
        "lee",
        Intent::Amend {
            target,
            text: "pods restart: OOM".into(),
        },
    );
    story.act(
        "maya",
        Intent::Pin {
            target,
            pinned: true,
        },
    );
    let entry = story.incident().entry(target).unwrap();
    assert_eq!(&*entry.text, "pods restart: OOM");
    assert!(entry.marks.amended.is_some() && entry.marks.pinned);
    assert!(story.incident().pinned.contains_key(&target));
    story.act(
        "lee",
        Intent::Retract {
            target,
            reason: "wrong cluster".into(),
        },
    );
    let again = Intent::Amend {
        target,
        text: "x".into(),
    };
    assert_eq!(refused(&mut story, "lee", again), RefusalCode::WrongStatus);
    let opened = Intent::Amend {
        target: Seq(1),
        text: "x".into(),
    };
    assert_eq!(refused(&mut story, "lee", opened), RefusalCode::Invalid);
    let nowhere = Intent::Amend {
        target: Seq(999),
        text: "x".into(),
    };
    assert_eq!(refused(&mut story, "lee", nowhere), RefusalCode::NotFound);
}

#[test]
fn a_correction_of_something_private_is_private_too() {
    let mut story = Story::declared("Checkout 500s", None);
    let secret = NewNote {
        private: true,
        ..NewNote::plain("customer X leaked it")
    };
    let target = story.act("lee", Intent::Note(secret)).last().unwrap().seq;
    for intent in [
        Intent::Amend {
            target,
            text: "customer Y".into(),
        },
        Intent::Pin {
            target,
            pinned: true,
        },
        Intent::Retract {
            target,
            reason: "it was customer Z".into(),
        },
    ] {
        let event = story.act("lee", intent).last().unwrap().clone();
        let shown = Redaction::default().event(&event).expect("private");
        assert_eq!(shown.seq, event.seq);
        assert!(!serde_json::to_string(&shown).unwrap().contains("customer"));
    }
    let state = Redaction::default().state(story.incident());
    assert!(!serde_json::to_string(&state).unwrap().contains("customer"));
}

#[test]
fn steps_need_reasons_and_asks_have_an_end() {
    let mut story = Story::declared("Checkout 500s", None);
    story.attach_runbook("checkout-5xx", 3);
    let step = |no, state, reason: Option<&str>| Intent::SetStep {
        runbook: "checkout-5xx".into(),
        step: StepNo(no),
        state,
        reason: reason.map(Into::into),
    };
    assert_eq!(
        refused(&mut story, "bo", step(1, StepState::Skipped, None)),
        RefusalCode::Invalid
    );
    assert_eq!(
        refused(&mut story, "bo", step(9, StepState::Done, None)),
        RefusalCode::NotFound
    );
    assert_eq!(
        refused(&mut story, "bo", step(0, StepState::Done, None)),
        RefusalCode::NotFound
    );
    story.act("bo", step(1, StepState::Skipped, Some("no such dashboard")));
    story.act("bo", step(2, StepState::Done, None));
    assert_eq!(
        refused(&mut story, "ana", step(2, StepState::Done, None)),
        RefusalCode::NoChange
    );
    assert_eq!(story.incident().runbooks[0].settled(), 2);

    story.act(
        "maya",
        Intent::Ask {
            to: person("bo"),
            minutes: 10,
            text: "DB latency".into(),
        },
    );
    let answer = |state| Intent::AnswerAsk {
        ask: AskId(1),
        state,
        reason: None,
    };
    story.act("bo", answer(AskState::Acknowledged));
    story.act("bo", answer(AskState::Done));
    assert_eq!(
        refused(&mut story, "bo", answer(AskState::Declined)),
        RefusalCode::WrongStatus
    );
}

#[test]
fn updates_promise_the_next() {
    let mut story = Story::declared("Checkout 500s", Some(Severity::Sev2));
    let draft = Intent::DraftUpdate {
        update: None,
        audience: Audience::Internal,
        text: "We look.".into(),
        stage: None,
        next_at: None,
        expected: None,
        submit: false,
    };
    story.act("ana", draft);
    let post = |minutes| Intent::PostUpdate {
        update: Some(UpdateId(1)),
        text: None,
        next_in_minutes: minutes,
        audience: None,
    };
    assert_eq!(
        refused(&mut story, "ana", post(Some(0))),
        RefusalCode::Invalid
    );
    let posted = story.act("ana", post(Some(20)));
    let due = story.incident().next_update_at.unwrap() - posted[0].recorded_at;
    assert_eq!(due.num_minutes(), 20);
    assert_eq!(
        refused(&mut story, "ana", post(Some(20))),
        RefusalCode::WrongStatus
    );
}

#[test]
fn what_is_over_is_reopened_with_a_reason() {
    let mut story = Story::declared("Checkout 500s", None);
    story.act("maya", claim(Role::IncidentCommander));
    story.act(
        "maya",
        Intent::Cancel {
            reason: "a test".into(),
        },
    );
    assert_eq!(
        refused(&mut story, "bo", claim(Role::Scribe)),
        RefusalCode::WrongStatus
    );
    assert_eq!(
        refused(
            &mut story,
            "bo",
            Intent::Reopen {
                reason: "  ".into()
            }
        ),
        RefusalCode::Invalid
    );
    story.act("bo", Intent::Note(NewNote::plain("still seeing errors")));
    story.act(
        "bo",
        Intent::Reopen {
            reason: "it was real".into(),
        },
    );
    assert_eq!(story.incident().status, Status::Investigating);
}

#[test]
fn text_is_bounded_and_a_future_time_refused() {
    let mut story = Story::declared("Checkout 500s", None);
    let huge = "x".repeat(limits::NOTE_BYTES + 1);
    let huge = Intent::Note(NewNote::plain(huge));
    assert_eq!(refused(&mut story, "lee", huge), RefusalCode::Invalid);
    assert_eq!(
        refused(&mut story, "lee", Intent::Note(NewNote::plain(" \n "))),
        RefusalCode::Invalid
    );
    let later = story.now() + chrono::TimeDelta::hours(1);
    let later = Intent::Note(NewNote {
        occurred_at: Some(later),
        ..NewNote::plain("x")
    });
    assert_eq!(refused(&mut story, "lee", later), RefusalCode::Invalid);
    let by_hand = Intent::Note(NewNote {
        kind: EntryKind::Alert,
        ..NewNote::plain("x")
    });
    assert_eq!(refused(&mut story, "lee", by_hand), RefusalCode::Invalid);
}

#[test]
fn a_hundred_thousand_notes_do_not_make_it_grow() {
    let mut story = Story::declared("Checkout 500s", None);
    let size = |story: &Story| serde_json::to_string(story.incident()).unwrap().len();
    let mut after_a_thousand = 0;
    for i in 0..100_000u32 {
        let mut note = NewNote::plain(format!("note {:06}", i % 1_000));
        note.tags = vec![format!("tag{i}").into()];
        story.act(&format!("person{i}"), Intent::Note(note));
        if i == 1_000 {
            after_a_thousand = size(&story);
        }
    }
    assert!(story.incident().counts.notes == 100_000);
    assert!(
        size(&story) < after_a_thousand * 11 / 10,
        "{} bytes",
        size(&story)
    );
}
