//! Refusals of what is full, of what keeps alerts quiet, and of the life of an incident.

use super::{check, intent, refused, staffed};
use crate::support::story::{Story, a_silence, report};
use chrono::TimeDelta;
use serde_json::json;
use warroom::incident::*;

#[test]
fn of_what_is_full() {
    let mut story = staffed();
    for n in 0..limits::LINKS {
        let url = format!("https://example.org/{n}");
        story.act(
            "bo",
            intent(&json!({"do": "add_link", "title": "x", "url": url})),
        );
    }
    for n in 0..limits::ACTION_ITEMS {
        story.act(
            "bo",
            intent(&json!({"do": "add_action_item", "text": format!("item {n}")})),
        );
    }
    for n in 0..limits::PINNED_ENTRIES {
        story.act(
            "bo",
            intent(&json!({"do": "note", "kind": "note", "text": format!("pin {n}"), "pin": true})),
        );
    }
    for n in 0..limits::ACKNOWLEDGED {
        let group = format!("group {n}");
        story.act(
            "bo",
            intent(
                &json!({"do": "acknowledge_alerts", "group": group, "title": "x",
            "reason": "known"}),
            ),
        );
    }
    for n in 0..limits::MERGED {
        story
            .try_as_server(intent(&json!({"do": "absorb", "from": 100 + n})))
            .unwrap();
    }
    let rows = [
        (
            json!({"do": "add_link", "title": "x", "url": "https://example.org/more"}),
            "links are the most",
        ),
        (
            json!({"do": "add_action_item", "text": "more"}),
            "action items are the most",
        ),
        (
            json!({"do": "note", "kind": "note", "text": "more", "pin": true}),
            "entries are pinned",
        ),
        (
            json!({"do": "acknowledge_alerts", "group": "more", "title": "x", "reason": "known"}),
            "acknowledgements are the most",
        ),
    ];
    for (asked, told) in rows {
        let refusal = refused(&mut story, "bo", &intent(&asked));
        assert_eq!(refusal.code, RefusalCode::Full, "{refusal}");
        assert!(refusal.why.contains(told), "{refusal}");
    }
    let more = refused(
        &mut story,
        "server",
        &intent(&json!({"do": "absorb", "from": 9})),
    );
    assert!(more.why.contains("cannot take in INC-9"), "{more}");
}

#[test]
fn of_what_keeps_alerts_quiet() {
    let mut story = staffed();
    let far = story.now() + TimeDelta::minutes(limits::QUIET_MINUTES_MAX + 60);
    let call = a_silence("HighErrorRate", far);
    let refusal = refused(&mut story, "bo", &Intent::AskOutside { call });
    assert!(refusal.why.contains("days are the most"), "{refusal}");
    let call = OutsideCall::CreateSilence {
        source: "alertmanager".into(),
        matchers: Vec::new(),
        ends_at: story.now() + TimeDelta::hours(1),
        reason: "no".into(),
    };
    let refusal = refused(&mut story, "bo", &Intent::AskOutside { call });
    assert!(
        refusal.why.contains("would keep nearly every alert quiet"),
        "{refusal}"
    );
    let later = json!({"do": "ask_outside", "call": {"do": "call_the_police", "source": "x"}});
    let refusal = refused(&mut story, "bo", &intent(&later));
    assert!(
        refusal
            .why
            .contains("cannot ask outside for 'call_the_police'"),
        "{refusal}"
    );
}

#[test]
fn of_the_life_of_an_incident() {
    check(&[
        (
            &[],
            ("bo", json!({"do": "declare", "title": "Again"})),
            "is investigating already",
        ),
        (
            &[],
            ("maya", json!({"do": "merge", "into": 1})),
            "cannot be merged into itself",
        ),
        (
            &[("maya", json!({"do": "merge", "into": 7}))],
            ("maya", json!({"do": "reopen", "reason": "no"})),
            "INC-1 is part of INC-7 now",
        ),
    ]);
    let mut story = Story::triaged("HighErrorRate");
    let refusal = refused(
        &mut story,
        "bo",
        &intent(&json!({"do": "cancel", "reason": "no"})),
    );
    assert!(refusal.why.contains("was never declared"), "{refusal}");
    let again = Intent::Triage {
        title: "HighErrorRate".into(),
        alert: report("HighErrorRate", "b", AlertState::Firing, story.now()),
        match_key: "alertname=x".into(),
        severity: None,
        kind: Kind::Real,
    };
    let refusal = refused(&mut story, "server", &again);
    assert!(refusal.why.contains("exists already"), "{refusal}");
}
