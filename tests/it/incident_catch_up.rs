//! What changed since someone last looked, and the report of conditions, actions and needs.

use crate::support::story::{Story, declare};
use chrono::TimeDelta;
use warroom::incident::*;

fn note(kind: EntryKind, text: &str) -> Intent {
    Intent::Note(NewNote {
        kind,
        ..NewNote::plain(text)
    })
}

fn ask(to: &str, text: &str) -> Intent {
    Intent::Ask {
        to: to.parse().unwrap(),
        minutes: 10,
        text: text.into(),
    }
}

/// An incident in which much happens, and its events.
fn told() -> Story {
    let mut story = Story::new();
    story.act("maya", declare("Checkout 500s", Some(Severity::Sev2)));
    let claim = |role| Intent::ClaimRole { role };
    story.act("maya", claim(Role::IncidentCommander));
    story.act("lee", note(EntryKind::Note, "pods restart"));
    story.act("lee", note(EntryKind::Impact, "checkout fails for 12%"));
    story.act("bo", note(EntryKind::Hypothesis, "pool too small"));
    story.act("bo", note(EntryKind::Finding, "OOM in eu-west-1b"));
    story.act("maya", ask("bo", "check web latency"));
    story.act("maya", ask("kim", "call the bank"));
    story.act("kim", note(EntryKind::Decision, "roll back 4f2a"));
    story.hook("a", AlertState::Firing);
    story
}

fn read(changes: &Changes) -> Vec<String> {
    let of = |(group, changes): (ChangeGroup, &[Change])| {
        let lines: Vec<&str> = changes.iter().map(|change| &*change.text).collect();
        format!("{}: {}", group.title(), lines.join(" | "))
    };
    changes.groups().map(of).collect()
}

#[test]
fn it_is_told_by_what_it_is_about_what_is_for_you_first() {
    let story = told();
    let bo = "bo".parse().unwrap();
    let changes = catch_up(&story.events, Some(&bo));
    assert_eq!(
        read(&changes),
        [
            "For you: asked bo: check web latency (10 min)",
            "Severity and status: declared SEV2: Checkout 500s",
            "Roles: claimed Incident Commander",
            "Decisions: roll back 4f2a",
            "Findings: OOM in eu-west-1b",
            "Hypotheses: pool too small",
            "Impact: checkout fails for 12%",
            "Asks: asked kim: call the bank (10 min)",
        ]
    );
    assert_eq!(changes.others[&EntryKind::Note], 1);
    assert_eq!(changes.others[&EntryKind::Alert], 1);
    assert_eq!(changes.count(), 10);
    assert_eq!(changes.events, story.events.len());
    // For anybody else, bo's ask is one of the others'.
    let eve = "eve".parse().unwrap();
    let asks = read(&catch_up(&story.events, Some(&eve)));
    assert!(asks.last().unwrap().contains("asked bo") && !asks[0].starts_with("For you"));
}

#[test]
fn corrections_are_worked_in_and_told_of_their_own() {
    let mut story = told();
    let at = |text: &str| {
        let lines = story.events.iter().filter_map(Entry::from_event);
        lines
            .filter(|entry| &*entry.text == text)
            .map(|e| e.seq)
            .next()
            .unwrap()
    };
    let (finding, impact) = (at("OOM in eu-west-1b"), at("checkout fails for 12%"));
    story.act(
        "bo",
        Intent::Amend {
            target: finding,
            text: "OOM in eu-west-1a".into(),
        },
    );
    story.act(
        "lee",
        Intent::Retract {
            target: impact,
            reason: "wrong incident".into(),
        },
    );
    story.act(
        "lee",
        Intent::Pin {
            target: finding,
            pinned: true,
        },
    );
    let said = read(&catch_up(&story.events, None)).join("\n");
    assert!(said.contains("Findings: OOM in eu-west-1a"), "{said}");
    assert!(!said.contains("Impact:"), "{said}");
    let corrected = format!(
        "Corrected: entry {finding} reads now: OOM in eu-west-1a | entry {impact} was taken back: \
         wrong incident"
    );
    assert!(
        said.contains("Pinned: OOM in eu-west-1a") && said.contains(&corrected),
        "{said}"
    );
    // Whoever had seen the entries is told of the corrections alone.
    let seen = story.events.len() - 3;
    assert_eq!(read(&catch_up(&story.events[seen..], None)).len(), 2);
}

#[test]
fn nothing_new_is_nothing() {
    let changes = catch_up(&[], None);
    assert_eq!((changes.count(), changes.groups().count()), (0, 0));
}

#[test]
fn a_report_is_put_together_from_the_state() {
    let mut story = told();
    let answer = |ask, state| Intent::AnswerAsk {
        ask: AskId(ask),
        state,
        reason: None,
    };
    story.act("bo", answer(1, AskState::Acknowledged));
    story.attach_runbook("checkout-5xx", 3);
    let start = Intent::SetStep {
        runbook: "checkout-5xx".into(),
        step: StepNo(2),
        state: StepState::InProgress,
        reason: None,
    };
    story.act("bo", start);
    let propose = Intent::Propose {
        text: "drain eu-west".into(),
        executor: None,
        verify_minutes: None,
    };
    story.act("ana", propose);
    story.act(
        "lee",
        Intent::Note(NewNote {
            kind: EntryKind::Finding,
            private: true,
            ..NewNote::plain("a customer's name")
        }),
    );
    let report = can(story.incident(), story.now());
    assert_eq!(
        report.text(),
        "Conditions\n\
         - Checkout 500s: SEV2, investigating, for 0 min\n\
         - impact: checkout fails for 12%\n\
         - 1 alert firing: HighErrorRate\n\
         - found: OOM in eu-west-1b\n\
         - may be: pool too small\n\
         Actions\n\
         - decided: roll back 4f2a\n\
         - bo: check web latency (due in 9 min)\n\
         - checkout-5xx step 2: Look at 2 (bo)\n\
         Needs\n\
         - Operations Lead: nobody\n\
         - Communications Lead: nobody\n\
         - Scribe: nobody\n\
         - kim has not answered: call the bank\n\
         - proposal 1 put to the room: drain eu-west"
    );
    let later = story.now() + TimeDelta::minutes(65);
    let needs = can(story.incident(), later).needs.join("\n");
    assert!(
        needs.contains("kim: call the bank (overdue by 55 min)"),
        "{needs}"
    );
    assert!(needs.contains("an update is overdue by 3"), "{needs}");
    let empty = can(&Incident::new(IncidentId(1)), story.now());
    assert!(
        empty.text().contains("Actions\n- nothing known\n"),
        "{}",
        empty.text()
    );
}

#[test]
fn the_newest_report_that_stands_is_kept() {
    let mut story = told();
    let last = |story: &Story| {
        story
            .incident()
            .last_report()
            .map(|report| report.text.to_string())
    };
    assert_eq!(last(&story), None);
    story.act("maya", note(EntryKind::Report, "the first"));
    story.act("maya", note(EntryKind::Report, "the second"));
    assert_eq!(last(&story).as_deref(), Some("the second"));
    let target = story.incident().seq;
    let text = "the second, corrected".into();
    story.act("maya", Intent::Amend { target, text });
    assert_eq!(last(&story).as_deref(), Some("the second, corrected"));
    // A private one does not take the place of one that everyone may read.
    let private = Intent::Note(NewNote {
        kind: EntryKind::Report,
        private: true,
        ..NewNote::plain("for us")
    });
    story.act("maya", private);
    assert_eq!(last(&story).as_deref(), Some("for us"));
    let shown = Redaction::default().state(story.incident());
    assert_eq!(&*shown.last_report().unwrap().text, "the second, corrected");
    let reason = "wrong".into();
    story.act("maya", Intent::Retract { target, reason });
    assert!(
        Redaction::default()
            .state(story.incident())
            .last_report()
            .is_none()
    );
    // A long one is kept in part; the log has the whole.
    story.act(
        "maya",
        note(EntryKind::Report, &"x".repeat(limits::NOTE_BYTES)),
    );
    assert!(last(&story).unwrap().len() <= limits::REPORT_BYTES + "…".len());
}
