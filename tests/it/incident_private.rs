//! Private incidents: who sees one, who says so, and every refusal.

use crate::support::story::{Story, declare, declare_private};
use warroom::incident::*;

fn person(name: &str) -> Person {
    name.parse().unwrap()
}

fn private(people: &[&str]) -> Intent {
    let people = people.iter().map(|name| person(name)).collect();
    Intent::MakePrivate(PrivateTo { people })
}

fn public() -> Intent {
    Intent::MakePublic(PublicAgain {})
}

fn admit(name: &str) -> Intent {
    Intent::Admit(Admission {
        person: person(name),
    })
}

fn dismiss(name: &str) -> Intent {
    Intent::Dismiss(Dismissal {
        person: person(name),
    })
}

fn claim(role: Role) -> Intent {
    Intent::ClaimRole { role }
}

fn note(text: &str) -> Intent {
    Intent::Note(NewNote::plain(text))
}

/// Maya declared it and commands, bo has operations.
fn staffed() -> Story {
    let mut story = Story::declared("Customer data in the logs", None);
    story.act("maya", claim(Role::IncidentCommander));
    story.act("bo", claim(Role::OperationsLead));
    story
}

/// The same, private, with ana let in.
fn closed() -> Story {
    let mut story = staffed();
    story.act("maya", private(&["ana"]));
    story
}

fn admitted(story: &Story) -> Vec<&str> {
    let people = story.incident().private.iter().flatten();
    people.map(Person::as_str).collect()
}

#[test]
fn whoever_does_it_has_a_role_or_is_named_is_let_in() {
    let mut story = staffed();
    let made = story.act("maya", private(&["ana", "ana", "maya"]));
    assert_eq!(admitted(&story), ["ana", "bo", "maya"]);
    let entry = Entry::from_event(&made[0]).unwrap();
    assert_eq!(&*entry.text, "made private: seen by ana, bo, maya");
    story.act("ana", admit("lee"));
    story.act("maya", dismiss("ana"));
    assert_eq!(admitted(&story), ["bo", "lee", "maya"]);
    story.act("maya", public());
    assert_eq!(story.incident().private, None);
    story.act("kim", note("everyone is back"));
}

#[test]
fn who_sees_it_by_level_and_by_name() {
    let story = closed();
    let sees = |level, name: &str| story.incident().is_shown_to(level, &person(name));
    for level in Level::ALL {
        let reads = matches!(level, Level::Observer | Level::Responder | Level::Admin);
        assert_eq!(sees(level, "ana"), reads, "{level}");
        assert_eq!(sees(level, "kim"), level == Level::Admin, "{level}");
    }
    let open = staffed();
    assert!(
        Level::ALL
            .into_iter()
            .all(|level| open.incident().is_shown_to(level, &person("kim")))
    );
}

#[test]
fn for_everyone_else_there_is_no_such_incident() {
    let mut story = closed();
    let none = Story::new().try_as("kim", note("x")).unwrap_err();
    for intent in [
        note("x"),
        public(),
        private(&[]),
        admit("kim"),
        dismiss("ana"),
        claim(Role::Scribe),
        Intent::Absorb {
            from: IncidentId(3),
        },
        declare("mine", None),
        declare_private(None, &[]),
    ] {
        let before = story.incident().clone();
        let refusal = story.try_as("kim", intent).unwrap_err();
        assert_eq!(refusal, none);
        assert_eq!(*story.incident(), before);
    }
    // Monitors and the server itself go on, and are told nothing back.
    story.hook("b", AlertState::Firing);
    // An admin sees it, and lets themselves in where they are needed.
    let act = |story: &mut Story, intent| story.try_at_level("root", Level::Admin, intent);
    act(&mut story, admit("root")).unwrap();
    act(&mut story, claim(Role::Scribe)).unwrap();
}

#[test]
fn every_refusal() {
    use RefusalCode as R;
    let of = |role, to: &str| Intent::AssignRole {
        role,
        to: person(to),
        expected_holder: None,
    };
    let ask = Intent::Ask {
        to: person("kim"),
        minutes: 5,
        text: "look".into(),
    };
    let told = Intent::NoteAsk {
        to: person("kim"),
        minutes: 5,
        text: "look".into(),
        by: None,
    };
    let offer = Intent::OfferRole(OfferRole {
        role: Role::OperationsLead,
        to: person("kim"),
        minutes: None,
        words: None,
    });
    let step = Intent::AssignStep(AssignStep {
        runbook: "x".into(),
        step: StepNo(1),
        to: Some(person("kim")),
    });
    let propose = Intent::Propose {
        text: "roll back".into(),
        executor: Some(person("kim")),
        verify_minutes: None,
    };
    let item = Intent::AddActionItem {
        text: "later".into(),
        owner: Some(person("kim")),
    };
    let merge = Intent::Merge {
        into: IncidentId(7),
    };
    let absorb = Intent::Absorb {
        from: IncidentId(7),
    };
    let cannot = "kim cannot see this incident. Admit kim first: /admit @kim.";
    let most: Vec<String> = (0..=limits::ADMITTED).map(|n| format!("p{n}")).collect();
    let most: Vec<&str> = most.iter().map(String::as_str).collect();
    let table = [
        (
            closed(),
            "maya",
            of(Role::Scribe, "kim"),
            R::WrongStatus,
            cannot,
        ),
        (closed(), "bo", ask, R::WrongStatus, cannot),
        (closed(), "bo", told, R::WrongStatus, cannot),
        (closed(), "maya", offer, R::WrongStatus, cannot),
        (closed(), "maya", step, R::WrongStatus, cannot),
        (closed(), "ana", propose, R::WrongStatus, cannot),
        (closed(), "ana", item, R::WrongStatus, cannot),
        (
            closed(),
            "maya",
            private(&[]),
            R::NoChange,
            "private already",
        ),
        (
            closed(),
            "ana",
            public(),
            R::NeedsCommand,
            "Only the Incident Commander (maya)",
        ),
        (
            closed(),
            "ana",
            dismiss("bo"),
            R::NeedsCommand,
            "may dismiss someone",
        ),
        (
            closed(),
            "maya",
            dismiss("kim"),
            R::NoChange,
            "kim is not admitted",
        ),
        (
            closed(),
            "maya",
            dismiss("bo"),
            R::RoleHeld,
            "Hand the role over first",
        ),
        (
            closed(),
            "ana",
            admit("bo"),
            R::NoChange,
            "sees this incident already",
        ),
        (
            closed(),
            "ana",
            admit("warroom"),
            R::Invalid,
            "the program itself",
        ),
        (closed(), "maya", merge, R::WrongStatus, "is not merged"),
        (closed(), "maya", absorb, R::WrongStatus, "is not merged"),
        (staffed(), "maya", public(), R::NoChange, "everyone sees it"),
        (
            staffed(),
            "maya",
            admit("bo"),
            R::WrongStatus,
            "Make it private first",
        ),
        (
            staffed(),
            "maya",
            dismiss("bo"),
            R::WrongStatus,
            "Make it private first",
        ),
        (
            staffed(),
            "bo",
            private(&[]),
            R::NeedsCommand,
            "may make it private",
        ),
        (
            staffed(),
            "maya",
            private(&["warroom"]),
            R::Invalid,
            "the program itself",
        ),
        (
            staffed(),
            "maya",
            private(&most),
            R::Full,
            "200 people are the most",
        ),
        (
            staffed(),
            "maya",
            declare_private(None, &[]),
            R::WrongStatus,
            "already",
        ),
    ];
    for (mut story, who, intent, code, says) in table {
        let before = story.incident().clone();
        let refusal = story.try_as(who, intent.clone()).unwrap_err();
        assert_eq!(refusal.code, code, "{intent:?}: {refusal}");
        assert!(refusal.to_string().contains(says), "{intent:?}: {refusal}");
        assert_eq!(*story.incident(), before);
    }
}

#[test]
fn without_a_commander_whoever_declared_it_keeps_the_door_and_nobody_by_correcting_a_time() {
    let mut story = Story::declared("Leak", None);
    let at = story.now() - chrono::TimeDelta::minutes(1);
    let corrects = Intent::SetMilestone {
        milestone: Milestone::Detected,
        at,
    };
    story.act("kim", corrects);
    let refusal = story.try_as("kim", private(&[])).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NeedsCommand);
    story.act("maya", private(&["kim"]));
    assert!(story.try_as("kim", dismiss("maya")).is_err());
    story.act("maya", dismiss("kim"));
    let last = story.try_as("maya", dismiss("maya")).unwrap_err();
    assert!(last.to_string().contains("the only one"), "{last}");
    assert!(story.try_at_level("root", Level::Admin, public()).is_ok());
}

#[test]
fn it_is_declared_private_before_anything_else_of_it_is_said() {
    let kinds = |events: &[Event]| -> Vec<String> {
        let kind = |event: &Event| serde_json::to_value(event).unwrap()["kind"].clone();
        let kinds = events.iter().map(kind);
        kinds
            .map(|kind| kind.as_str().unwrap().to_owned())
            .collect()
    };
    let mut story = Story::new();
    let made = story.act("maya", declare_private(Some("Leak"), &["ana"]));
    assert_eq!(kinds(&made), ["opened", "made_private"]);
    assert_eq!(admitted(&story), ["ana", "maya"]);
    assert!(Summary::from(story.incident()).private);

    let mut story = Story::triaged("High");
    let made = story.act("maya", declare_private(Some("Leak"), &[]));
    let first = ["made_private", "renamed", "severity_set", "status_set"];
    assert_eq!(kinds(&made), first);
    // Who declared it goes on to keep the door.
    story.act("maya", public());
    story.act("maya", private(&[]));

    let mut story = Story::triaged("High");
    story.act("bo", claim(Role::IncidentCommander));
    let refusal = story
        .try_as("maya", declare_private(None, &[]))
        .unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NeedsCommand);
}

#[test]
fn no_more_are_let_in_than_is_bounded() {
    let mut story = closed();
    for n in 0..limits::ADMITTED - 3 {
        story.act("ana", admit(&format!("p{n}")));
    }
    let refusal = story.try_as("ana", admit("one-more")).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Full);
    assert_eq!(admitted(&story).len(), limits::ADMITTED);
}
