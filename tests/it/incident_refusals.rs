//! Refusals that the tables of each protocol name by their code alone, here by their words: each is
//! said where it should be, says what to do instead, and changes nothing.

mod others;

use crate::support::story::{Story, a_run, actor};
use chrono::TimeDelta;
use serde_json::{Value, json};
use warroom::incident::*;

/// Who, and what they ask for, as it stands on the wire.
type Step = (&'static str, Value);

fn intent(value: &Value) -> Intent {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

/// Maya commands, bo has operations; the last entries are a hypothesis and a note.
fn staffed() -> Story {
    let mut story = Story::declared("Checkout 500s", Some(Severity::Sev2));
    let prelude = [
        (
            "maya",
            json!({"do": "claim_role", "role": "incident-commander"}),
        ),
        ("bo", json!({"do": "claim_role", "role": "operations-lead"})),
        (
            "lee",
            json!({"do": "note", "kind": "hypothesis", "text": "the pool is too small"}),
        ),
        (
            "lee",
            json!({"do": "note", "kind": "note", "text": "it began at noon"}),
        ),
    ];
    for (who, step) in prelude {
        story.act(who, intent(&step));
    }
    story
}

fn refused(story: &mut Story, who: &str, asked: &Intent) -> Refusal {
    let before = story.incident().clone();
    let answer = match who {
        "server" => story.try_as_server(asked.clone()),
        who => story.try_as(who, asked.clone()),
    };
    let refusal = answer.expect_err(&format!("{who}: {asked:?}"));
    assert_eq!(story.incident(), &before, "{refusal}");
    assert!(
        refusal.why.ends_with('.') && refusal.instead.ends_with('.'),
        "{refusal}"
    );
    refusal
}

/// Each row: what happened before, who asks for what then, and what they are told.
fn check(rows: &[(&[Step], Step, &str)]) {
    for (before, (who, asked), told) in rows {
        let mut story = staffed();
        for (who, step) in *before {
            story.act(who, intent(step));
        }
        let refusal = refused(&mut story, who, &intent(asked));
        assert!(refusal.why.contains(told), "{asked}: {refusal}");
    }
}

#[test]
fn of_asks_and_decisions() {
    let ask = || {
        (
            "ana",
            json!({"do": "ask", "to": "bo", "minutes": 10, "text": "look at the pool"}),
        )
    };
    let answer = |state: &str| json!({"do": "answer_ask", "ask": 1, "state": state});
    let propose = || ("ana", json!({"do": "propose", "text": "roll back 4f2a"}));
    let stance = json!({"do": "take_stance", "proposal": 1, "stance": "no_objection"});
    let withdraw = json!({"do": "withdraw_proposal", "proposal": 1});
    check(&[
        (&[ask()], ("bo", answer("withdrawn")), "is no answer to it"),
        (
            &[ask()],
            ("bo", answer("declined")),
            "cannot be declined without a reason",
        ),
        (
            &[ask()],
            ("ana", json!({"do": "extend_ask", "ask": 1})),
            "Nobody has said how much more time",
        ),
        (
            &[ask()],
            (
                "ana",
                json!({"do": "extend_ask", "ask": 1, "minutes": 1440}),
            ),
            "would be due more than 24 hours from now",
        ),
        (
            &[ask(), ("bo", answer("done"))],
            (
                "bo",
                json!({"do": "answer_ask", "ask": 1, "state": "acknowledged"}),
            ),
            "Ask 1 to bo has ended: it is done",
        ),
        (
            &[propose()],
            ("ana", stance.clone()),
            "Proposal 1 is your own",
        ),
        (
            &[propose(), ("ana", withdraw.clone())],
            ("bo", stance),
            "Proposal 1 is withdrawn already",
        ),
    ]);
}

#[test]
fn of_handovers_and_roles() {
    let offer = |role: &str, to: &str| json!({"do": "offer_role", "role": role, "to": to});
    let answer = |answer: &str| json!({"do": "answer_offer", "handover": 1, "answer": answer});
    let ic = || ("maya", offer("incident-commander", "lee"));
    check(&[
        (
            &[],
            ("maya", offer("scribe", "lee")),
            "Scribe is vacant: there is nobody to hand it over",
        ),
        (
            &[ic()],
            ("maya", offer("incident-commander", "ana")),
            "lee is offered Incident Commander already",
        ),
        (
            &[ic()],
            ("lee", answer("accept")),
            "You have not read the whole brief of Incident Commander yet",
        ),
        (
            &[ic()],
            ("server", answer("expire")),
            "Handover 1 still stands",
        ),
        (
            &[],
            (
                "maya",
                json!({"do": "assign_role", "role": "incident-commander", "to": "lee",
                "expected_holder": "maya"}),
            ),
            "Only someone who accepts it becomes Incident Commander",
        ),
        (
            &[],
            (
                "lee",
                json!({"do": "claim_role", "role": "incident-commander"}),
            ),
            "maya has Incident Commander",
        ),
    ]);
}

#[test]
fn of_hypotheses_nags_and_entries() {
    let judge = |seq: u64| {
        json!({"do": "judge_hypothesis", "hypothesis": "H1",
        "verdict": "supported", "evidence": seq})
    };
    let story = staffed();
    let raised = story.incident().hypotheses[0].seq.0;
    let noted = story.incident().seq.0;
    let retract = || {
        (
            "lee",
            json!({"do": "retract", "target": noted, "reason": "wrong"}),
        )
    };
    check(&[
        (&[], ("bo", judge(raised)), "is H1 itself"),
        (&[retract()], ("bo", judge(noted)), "was retracted"),
        (
            &[retract()],
            ("lee", json!({"do": "amend", "target": noted, "text": "so"})),
            "was retracted",
        ),
        (
            &[],
            (
                "bo",
                json!({"do": "snooze_nag", "nag": "scribe", "minutes": 1}),
            ),
            "1 min is not between",
        ),
        (
            &[],
            ("bo", json!({"do": "note", "kind": "note", "text": " "})),
            "is empty",
        ),
        (
            &[],
            (
                "bo",
                json!({"do": "note", "kind": "note", "text": "later", "occurred_at": "2031-01-01T00:00:00Z"}),
            ),
            "lies in the future",
        ),
        (
            &[],
            (
                "bo",
                json!({"do": "add_link", "title": "x", "url": "ftp://example.org"}),
            ),
            "does not begin with https:// or http://",
        ),
    ]);
}

#[test]
fn of_updates() {
    let draft = || {
        (
            "lee",
            json!({"do": "draft_update", "text": "We look into it."}),
        )
    };
    let edit = json!({"do": "draft_update", "update": 1, "text": "We know more."});
    let post = || ("lee", json!({"do": "post_update", "update": 1}));
    let withdraw = || ("lee", json!({"do": "withdraw_update", "update": 1}));
    check(&[
        (
            &[draft(), post()],
            ("lee", edit.clone()),
            "Update 1 is out already",
        ),
        (
            &[draft(), withdraw()],
            ("lee", edit),
            "Update 1 is withdrawn",
        ),
    ]);
}

#[test]
fn of_runbooks_and_what_was_run() {
    let set = |state: &str| {
        intent(&json!({"do": "set_step", "runbook": "checkout", "step": 1, "state": state}))
    };
    let mut story = staffed();
    story.attach_runbook("checkout", 3);
    for state in ["skipped", "failed"] {
        let told = refused(&mut story, "bo", &set(state)).why;
        assert!(told.contains("without a reason"), "{told}");
    }
    story.act("bo", set("done"));
    let time = json!({"do": "time_step", "runbook": "checkout", "step": 1, "minutes": 5});
    let told = refused(&mut story, "bo", &intent(&time)).why;
    assert!(told.contains("Step 1 is done already"), "{told}");

    let started_at = story.now();
    story.act(
        "bo",
        Intent::RecordRun(Box::new(a_run(started_at, "gone\n"))),
    );
    let seq = story.incident().seq;
    let told = refused(
        &mut story,
        "bo",
        &Intent::Amend {
            target: seq,
            text: "so".into(),
        },
    )
    .why;
    assert!(told.contains("is what a command printed"), "{told}");

    // Consent that comes when its time is over.
    story.act(
        "bo",
        intent(&json!({"do": "ask_consent", "command": "rm -rf /data"})),
    );
    let asked = story.incident().seq;
    let answer = story.command(intent(
        &json!({"do": "answer_consent", "asked": asked, "given": true}),
    ));
    let late = story.now() + TimeDelta::hours(2);
    let context = Context::new(late, actor("ana", Level::Responder, Via::Console));
    let refusal = story.carry_out(&answer, &context).unwrap_err();
    assert!(
        refusal.why.contains("The time to answer is over"),
        "{refusal}"
    );

    let steps = limits::STEPS_PER_RUNBOOK + 1;
    let name: std::sync::Arc<str> = "endless".into();
    let mut context = Context::new(story.now(), actor("bo", Level::Responder, Via::Console));
    context.runbook = Some(crate::support::story::runbook("endless", steps));
    let attach = story.command(Intent::AttachRunbook { name });
    let refusal = story.carry_out(&attach, &context).unwrap_err();
    assert!(
        refusal.why.contains(&format!("has {steps} steps")),
        "{refusal}"
    );
}
