//! Steps of runbooks: whose they are, until when, how often, under which condition; and every
//! refusal.

use crate::support::story::{Story, runbook};
use chrono::TimeDelta;
use warroom::incident::*;

/// A runbook of four steps: the second has a time-box, the third is repeated, the fourth depends on
/// the first.
fn story() -> Story {
    let mut story = Story::declared("Checkout 500s", None);
    let mut text = runbook("checkout", 4);
    text.steps[1].plan.minutes = Some(5);
    text.steps[2].plan.every = Some(10);
    text.steps[3].plan.after = Some(Condition {
        step: StepNo(1),
        is: StepState::Failed,
    });
    let actor = crate::support::story::actor("bo", Level::Responder, Via::Console);
    let mut context = story.context(&actor);
    context.runbook = Some(text);
    let command = story.command(Intent::AttachRunbook {
        name: "checkout".into(),
    });
    context.now = story.now();
    story.carry_out(&command, &context).unwrap();
    story
}

fn set(step: u32, state: StepState) -> Intent {
    Intent::SetStep {
        runbook: "checkout".into(),
        step: StepNo(step),
        state,
        reason: state.needs_reason().then(|| "so".into()),
    }
}

fn assign(step: u32, to: Option<&str>) -> Intent {
    Intent::AssignStep(AssignStep {
        runbook: "checkout".into(),
        step: StepNo(step),
        to: to.map(|who| who.parse().unwrap()),
    })
}

fn time(step: u32, minutes: Option<u32>) -> Intent {
    Intent::TimeStep(TimeStep {
        runbook: "checkout".into(),
        step: StepNo(step),
        minutes,
    })
}

fn remark(step: u32, text: &str) -> Intent {
    Intent::RemarkStep(RemarkStep {
        runbook: "checkout".into(),
        step: StepNo(step),
        text: text.into(),
    })
}

fn step(story: &Story, no: u32) -> Step {
    story.incident().runbooks[0]
        .step(StepNo(no))
        .unwrap()
        .clone()
}

#[test]
fn who_starts_a_step_has_it_and_its_clock_runs() {
    let mut story = story();
    story.act("bo", set(2, StepState::InProgress));
    let started = step(&story, 2);
    assert_eq!(started.owner.as_ref().unwrap().as_str(), "bo");
    assert_eq!(started.due_at, Some(story.now() + TimeDelta::minutes(5)));
    let later = |minutes| story.now() + TimeDelta::minutes(minutes);
    assert!(!started.is_overdue(later(4)) && started.is_overdue(later(5)));
    let due = deadlines(story.incident());
    assert!(due.iter().any(|d| d.due == Due::Step(0, StepNo(2))));
    story.act("ana", set(2, StepState::Done));
    let done = step(&story, 2);
    assert_eq!(
        (
            done.due_at,
            done.is_overdue(story.now() + TimeDelta::hours(1))
        ),
        (None, false)
    );
    assert_eq!(done.owner.unwrap().as_str(), "bo", "it stays theirs");
}

#[test]
fn a_step_that_repeats_is_due_again_and_may_then_be_done_again() {
    let mut story = story();
    story.act("bo", set(3, StepState::Done));
    let done = step(&story, 3);
    let again = story.now() + TimeDelta::minutes(10);
    assert_eq!(done.again_at, Some(again));
    assert!(!done.is_again_due(again - TimeDelta::seconds(1)) && done.is_again_due(again));
    let early = story.try_as("bo", set(3, StepState::Done)).unwrap_err();
    assert_eq!(early.code, RefusalCode::NoChange);
    story
        .try_as_server_later(600, set(3, StepState::Done))
        .unwrap();
    assert_eq!(
        step(&story, 3).again_at.unwrap() - again,
        TimeDelta::seconds(2)
    );
}

#[test]
fn a_condition_waits_until_the_other_step_is_settled() {
    let condition = Condition {
        step: StepNo(1),
        is: StepState::Failed,
    };
    for (state, applies) in [
        (StepState::InProgress, Applies::Waits(condition)),
        (StepState::Done, Applies::No(condition)),
        (StepState::Skipped, Applies::No(condition)),
        (StepState::Failed, Applies::Yes),
    ] {
        let mut story = story();
        story.act("bo", set(1, state));
        let runbook = &story.incident().runbooks[0];
        assert_eq!(runbook.applies(&step(&story, 4)), applies, "{state:?}");
        // It is advice: whoever knows better takes the step.
        story.act("bo", set(4, StepState::InProgress));
    }
}

#[test]
fn every_refusal_and_what_is_kept() {
    let mut story = story();
    story.act("bo", assign(1, Some("ana")));
    story.act("bo", set(2, StepState::Done));
    let cases = [
        (assign(9, Some("ana")), RefusalCode::NotFound),
        (assign(1, Some("ana")), RefusalCode::NoChange),
        (assign(2, None), RefusalCode::NoChange),
        (time(1, Some(0)), RefusalCode::Invalid),
        (
            time(1, Some(limits::STEP_MINUTES_MAX + 1)),
            RefusalCode::Invalid,
        ),
        (time(1, None), RefusalCode::NoChange),
        (time(2, Some(5)), RefusalCode::WrongStatus),
        (remark(1, "  "), RefusalCode::Invalid),
        (remark(9, "x"), RefusalCode::NotFound),
    ];
    for (intent, code) in cases {
        let said = format!("{intent:?}");
        let refusal = story.try_as("bo", intent).unwrap_err();
        assert_eq!(refusal.code, code, "{said}: {refusal}");
    }
    story.act("bo", time(1, Some(7)));
    story.act("bo", set(1, StepState::InProgress));
    // A time-box that was set by hand stands, and so does the owner.
    let started = step(&story, 1);
    assert_eq!(
        started.due_at,
        Some(story.now() - TimeDelta::seconds(1) + TimeDelta::minutes(7))
    );
    assert_eq!(started.owner.unwrap().as_str(), "ana");
    for n in 0..limits::STEP_REMARKS + 3 {
        story.act("bo", remark(1, &n.to_string()));
    }
    let remarks = step(&story, 1).remarks;
    assert_eq!(remarks.len(), limits::STEP_REMARKS);
    assert_eq!(&*remarks.last().unwrap().text, "12");
}
