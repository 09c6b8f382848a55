//! Every window of a command, as it is drawn; and what a configuration lets run.

use super::fixture;
use crate::console::app::Allowed;
use crate::console::effect::Effect;
use crate::console::msg::Msg;
use crate::console::overlays::{Overlay, Place};
use crate::console::testing::{Bench, Log, usual};
use crate::incident::*;
use crate::run::Patterns;
use chrono::TimeDelta;
use serde_json::json;

const SIZES: [(u16, u16); 3] = [(200, 50), (120, 40), (80, 24)];

fn allowed(any: bool, trusted: Vec<RunbookText>) -> Allowed {
    Allowed {
        any,
        trusted,
        patterns: Patterns::new(&[]).unwrap(),
        place: Place {
            host: "bastion-1".into(),
            user: "lee".into(),
            directory: "/home/lee".into(),
        },
        limit: TimeDelta::minutes(10),
    }
}

fn block(script: &str, danger: bool) -> ShellBlock {
    ShellBlock {
        script: script.into(),
        danger,
    }
}

/// The server's runbook: two steps, the second of which is dangerous.
fn runbook(first: &str) -> RunbookText {
    let step = |title: &str, block: ShellBlock| StepText {
        section: "Act".into(),
        title: title.into(),
        detail: "".into(),
        commands: vec![block.script.clone()],
        depth: 0,
        plan: StepPlan::default(),
        blocks: vec![block],
    };
    RunbookText {
        name: "cache".into(),
        title: "The cache is stale".into(),
        preface: "".into(),
        steps: vec![
            step("Count the keys", block(first, false)),
            step(
                "Empty the cache",
                block("redis-cli -h \"$HOST\" FLUSHALL", true),
            ),
        ],
    }
}

/// At a runbook whose commands may run; the cursor on its first step.
fn at_the_runbook(width: u16, height: u16, allowed: Allowed) -> (Bench, Log) {
    let mut log = Log::declared(42, "Checkout 500s in eu-west", Severity::Sev1);
    log.attached(runbook("redis-cli DBSIZE"));
    let mut bench = Bench::on(width, height, &log);
    bench.app.run.allowed = Some(allowed);
    bench.keys("3");
    (bench, log)
}

fn happens(bench: &mut Bench, log: &mut Log, who: &str, intent: Intent) {
    let from = log.events.len();
    log.did(who, 0, intent);
    for event in &log.events[from..] {
        bench.frame(&json!({"type": "event", "event": event}));
    }
}

#[test]
fn windows_of_a_command() {
    for (width, height) in SIZES {
        let at = |what: &str| format!("run_{what}_{width}x{height}");
        let (mut bench, mut log) = at_the_runbook(width, height, allowed(true, Vec::new()));
        bench.keys("!");
        insta::assert_snapshot!(at("form"), bench.screen());
        bench.keys("esc j !");
        bench.typed("cache-1.example; rm");
        bench.keys("enter");
        bench.typed("run");
        insta::assert_snapshot!(at("dangerous_form"), bench.screen());
        bench.keys("enter");
        insta::assert_snapshot!(at("waits_for_consent"), bench.screen());
        bench.keys("esc");
        let consent = Intent::AskConsent(ConsentWanted {
            command: "HOST=cache-2.example\nredis-cli -h \"$HOST\" FLUSHALL".into(),
            step: None,
        });
        happens(&mut bench, &mut log, "bo", consent);
        bench.keys("g y");
        insta::assert_snapshot!(at("consent"), bench.screen());
        bench.keys("esc");

        fixture::runs(&mut bench.app);
        bench.tell(Msg::RunPrinted {
            shown: "NAME           STATUS\ncheckout-7d9   \u{1b}[31mCrashLoopBackOff\n".to_owned(),
            bytes: 1_234_567,
        });
        insta::assert_snapshot!(at("running"), bench.screen());
        bench.tell(Msg::RunEnded(Ok(Box::new(fixture::ran()))));
        bench.keys("j [ j ] n");
        bench.typed("as expected");
        bench.keys("enter");
        insta::assert_snapshot!(at("review"), bench.screen());
    }
}

#[test]
fn only_what_reads_the_same_in_a_trusted_folder_runs_where_the_servers_are_not() {
    let starts = |allowed: Allowed| {
        let (mut bench, _) = at_the_runbook(120, 40, allowed);
        bench.keys("!");
        let form = matches!(bench.app.overlays.last(), Some(Overlay::RunForm(_)));
        let effects = if form {
            bench.keys("enter")
        } else {
            Vec::new()
        };
        let started = effects.iter().any(|e| matches!(e, Effect::StartRun(_)));
        (started, bench.screen())
    };
    assert!(starts(allowed(true, Vec::new())).0, "all may");
    assert!(starts(allowed(false, vec![runbook("redis-cli DBSIZE")])).0);
    // One letter more, another name, or the block of another step: not what is trusted.
    let other = RunbookText {
        name: "cash".into(),
        ..runbook("redis-cli DBSIZE")
    };
    for trusted in [vec![], vec![runbook("redis-cli  DBSIZE")], vec![other]] {
        let (started, screen) = starts(allowed(false, trusted));
        assert!(!started, "{screen}");
        assert!(
            screen.contains("Commands of runbooks do not run here"),
            "{screen}"
        );
    }
}

#[test]
fn two_runbooks_are_seen_at_once_where_there_is_room() {
    for (width, height) in SIZES {
        let mut log = usual();
        log.attached(runbook("redis-cli DBSIZE"));
        let mut bench = Bench::on(width, height, &log);
        bench.keys("3");
        let before = bench.screen();
        assert!(before.contains("Runbook: cache (2 of 2)"), "{before}");
        let both = before.contains("Runbook: checkout-5xx (1 of 2)");
        assert_eq!(both, width == 200, "{before}");
        insta::assert_snapshot!(format!("two_runbooks_{width}x{height}"), before);
        bench.keys("n");
        let after = bench.screen();
        assert!(after.contains("Runbook: checkout-5xx (1 of 2)"), "{after}");
        // Each keeps its place; the steps of the one with the cursor are what keys act on.
        let done = Bench::intents(&bench.keys("space"));
        let [Intent::SetStep { runbook, .. }] = &done[..] else {
            panic!("{done:?}");
        };
        assert_eq!(&**runbook, "checkout-5xx");
        let at = |screen: &str, name: &str| {
            screen
                .find(name)
                .map(|at| screen[..at].lines().last().unwrap().chars().count())
        };
        if both {
            assert_eq!(at(&before, "Runbook: cache"), at(&after, "Runbook: cache"));
        }
    }
}
