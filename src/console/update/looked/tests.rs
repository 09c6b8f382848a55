//! Whoever comes back is told that there is news, and one key says what; nothing rings twice, also
//! not in a console that is started anew.

use crate::client::Input;
use crate::console::effect::Effect;
use crate::console::memory::{Looked, Memory};
use crate::console::msg::Msg;
use crate::console::testing::{Bench, Log, start, usual};
use crate::incident::*;
use chrono::TimeDelta;
use serde_json::json;

fn said(bench: &Bench) -> String {
    let said = bench.app.notices.current(bench.now);
    said.map(|notice| notice.text.clone()).unwrap_or_default()
}

/// A bench that has never been at this server.
fn never_here(bench: &mut Bench, log: &Log) {
    bench.client(Input::Connecting);
    bench.client(Input::Connected);
    bench.frame(
        &json!({"type": "welcome", "protocol": crate::protocol::VERSION,
        "server": "warroom 0.1.0", "now": bench.now, "you": "lee", "level": "responder",
        "access": "tokens", "board": [log.summary()]}),
    );
}

/// The server answers the page that was asked for.
fn answers(bench: &mut Bench, log: &Log, effects: &[Effect]) {
    let asked = format!("{effects:?}");
    let number = asked.split("request: ").nth(1).unwrap();
    let number: u64 = number.split(',').next().unwrap().parse().unwrap();
    let after = asked.split("after: Some(Seq(").nth(1).unwrap();
    let after: usize = after.split(')').next().unwrap().parse().unwrap();
    bench.frame(
        &json!({"type": "page", "request": number, "incident": log.state.id,
        "events": log.events[after..], "corrections": [], "more": false}),
    );
}

#[test]
fn who_joins_late_is_told_once_what_happened_so_far() {
    let log = usual();
    let mut bench = Bench::silent(120, 40);
    never_here(&mut bench, &log);
    bench.keys("enter");
    bench.frame(&log.joined());
    assert_eq!(
        said(&bench),
        "23 events since it was opened · C says what changed"
    );
    let effects = bench.keys("C");
    assert!(
        bench.screen().contains("The server is asked"),
        "{}",
        bench.screen()
    );
    answers(&mut bench, &log, &effects);
    insta::with_settings!({snapshot_path => "../snapshots"}, {
        insta::assert_snapshot!("catch_up_120x40", bench.screen());
    });
    bench.keys("esc");
    // What was told can be read again; nothing is asked for it.
    assert!(bench.keys("C").is_empty());
    assert!(bench.screen().contains("What changed since it was opened"));
    bench.keys("esc b");
    assert_eq!(
        bench.memory.looked(log.state.id).map(|looked| looked.seq),
        Some(log.state.seq)
    );
}

#[test]
fn who_comes_back_after_a_cut_is_told_what_is_new() {
    let mut log = usual();
    let mut bench = Bench::on(80, 24, &log);
    assert_eq!(said(&bench), "");
    let looked = bench.app.visits.since(log.state.id);
    assert_eq!(looked.map(|looked| looked.seq), Some(log.state.seq));
    bench.now = start() + TimeDelta::minutes(1);
    bench.client(Input::Disconnected {
        why: "The network is gone.".to_owned(),
        fatal: false,
        retry_at: None,
    });
    // Kept when the connection is lost: this console may not live to see it again.
    assert!(bench.memory.looked(log.state.id).is_some());
    bench.now = start() + TimeDelta::minutes(5);
    log.did("maya", -120, Intent::Note(NewNote::plain("a plain note")));
    log.did(
        "maya",
        -130,
        Intent::Ask {
            to: "lee".parse().unwrap(),
            minutes: 10,
            text: "write the summary".into(),
        },
    );
    never_here(&mut bench, &log);
    let new: Vec<&Event> = log.events.iter().rev().take(2).rev().collect();
    bench.frame(
        &json!({"type": "joined", "incident": log.state.id, "events": new,
        "head": log.state.seq}),
    );
    let all: Vec<String> = bench
        .app
        .notices
        .newest_first()
        .map(|n| n.text.clone())
        .collect();
    let offer = "2 events since 14:44:28 · C says what changed";
    assert!(all.iter().any(|said| said == offer), "{all:?}");
    let effects = bench.keys("C");
    answers(&mut bench, &log, &effects);
    let screen = bench.screen();
    assert!(
        screen.contains("For you") && screen.contains("write the summary"),
        "{screen}"
    );
    assert!(screen.contains("And in the timeline: 1× note."), "{screen}");
    bench.keys("esc");
    assert_eq!(bench.keys("C").len(), 0);
}

#[test]
fn a_window_that_was_left_for_a_moment_has_missed_nothing() {
    let mut log = usual();
    let mut bench = Bench::on(120, 40, &log);
    for (minutes, told) in [(1, false), (3, true)] {
        bench.tell(Msg::Watched(false));
        bench.now += TimeDelta::minutes(minutes);
        let before = log.events.len();
        log.did(
            "maya",
            (start() - bench.now).num_seconds(),
            Intent::Note(NewNote::plain("x")),
        );
        bench.frame(&json!({"type": "event", "event": log.events[before]}));
        bench.app.notices = crate::console::notices::Notices::default();
        bench.tell(Msg::Watched(true));
        assert_eq!(
            said(&bench).contains("says what changed"),
            told,
            "{minutes}: {}",
            said(&bench)
        );
    }
}

#[test]
fn an_ask_that_rang_does_not_ring_in_the_next_console() {
    let mut log = Log::declared(7, "Checkout 500s", Severity::Sev2);
    log.did(
        "maya",
        60,
        Intent::Ask {
            to: "lee".parse().unwrap(),
            minutes: 10,
            text: "check the gateway".into(),
        },
    );
    let rings = |effects: &[Effect]| {
        effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Ring(_)))
            .count()
    };
    let mut first = Bench::silent(120, 40);
    never_here(&mut first, &log);
    assert!(
        first.memory.has_rung((log.state.id, AskId(1))),
        "kept at once"
    );
    let mut next = Bench::silent(120, 40);
    next.memory = first.memory.clone();
    never_here(&mut next, &log);
    assert_eq!(rings(&next.keys("enter")), 0);
    assert_eq!(
        rings(&[next.frame(&log.joined()), next.keys("2")].concat_effects()),
        0
    );
}

/// Joins lists of effects, which are not cloned.
trait Concat {
    fn concat_effects(self) -> Vec<Effect>;
}

impl<const N: usize> Concat for [Vec<Effect>; N] {
    fn concat_effects(self) -> Vec<Effect> {
        self.into_iter().flatten().collect()
    }
}

#[test]
fn a_gap_is_gone_to_and_written_about() {
    let mut log = Log::declared(7, "Checkout 500s", Severity::Sev2);
    log.note("lee", 2_400, "pods restart");
    log.did(
        "maya",
        2_000,
        Intent::ClaimRole {
            role: Role::IncidentCommander,
        },
    );
    log.did(
        "bo",
        1_900,
        Intent::ClaimRole {
            role: Role::OperationsLead,
        },
    );
    log.note("lee", 1_000, "they still do");
    let mut bench = Bench::on(120, 40, &log);
    let effects = bench.keys("g f");
    answers(&mut bench, &log, &effects);
    insta::with_settings!({snapshot_path => "../snapshots"}, {
        insta::assert_snapshot!("gaps_120x40", bench.screen());
    });
    bench.keys("i");
    let screen = bench.screen();
    assert!(screen.contains("lee ▸ @14:11:08"), "{screen}");
    bench.keys("esc");
    let effects = bench.keys("g f");
    // Nothing was sent: the draft stays in the composer.
    answers(&mut bench, &log, &effects);
    bench.keys("enter");
    assert!(bench.app.overlays.is_empty());
}

#[test]
fn a_memory_of_somebody_else_is_not_taken() {
    let log = usual();
    let mut bench = Bench::on(120, 40, &log);
    let mut memory = Memory::default();
    let at = start();
    memory.look(log.state.id, Looked { seq: Seq(1), at });
    bench.tell(Msg::Memory {
        person: "ana".parse().unwrap(),
        memory,
    });
    assert_eq!(
        bench
            .app
            .visits
            .since(log.state.id)
            .map(|looked| looked.seq),
        Some(log.state.seq)
    );
}

#[test]
fn what_is_owed_is_one_calm_line_and_goes_when_it_is_put_off() {
    let mut log = Log::declared(7, "Checkout 500s", Severity::Sev2);
    let mut bench = Bench::on(80, 24, &log);
    let screen = bench.screen();
    assert!(
        screen.contains("! no commander · update overdue · no scribe · 1 more  Z puts off"),
        "{screen}"
    );
    bench.keys("Z");
    assert!(
        bench.screen().contains("no commander · 15 min"),
        "{}",
        bench.screen()
    );
    let effects = bench.keys("enter");
    let snooze = SnoozeNag {
        nag: NagKind::Commander,
        minutes: 15,
    };
    assert_eq!(Bench::intents(&effects), [Intent::SnoozeNag(snooze)]);
    for nag in [NagKind::Update, NagKind::Scribe, NagKind::Quiet] {
        let before = log.events.len();
        log.did("kim", 0, Intent::SnoozeNag(SnoozeNag { nag, minutes: 60 }));
        bench.frame(&json!({"type": "event", "event": log.events[before]}));
    }
    bench.app.notices = crate::console::notices::Notices::default();
    let screen = bench.screen();
    assert!(
        screen.contains("no commander: put off by lee until 14:59"),
        "{screen}"
    );
    assert!(!screen.contains("puts off"), "{screen}");
    // It comes back by itself, at the moment that was named.
    bench.wait(TimeDelta::minutes(60));
    assert!(
        bench.screen().contains("! no commander · update overdue"),
        "{}",
        bench.screen()
    );
}

#[test]
fn a_report_is_drafted_sent_and_shown() {
    let mut log = usual();
    let mut bench = Bench::on(120, 40, &log);
    bench.keys("g k");
    insta::with_settings!({snapshot_path => "../snapshots"}, {
        insta::assert_snapshot!("report_120x40", bench.screen());
    });
    let effects = bench.keys("enter");
    let [Intent::Note(note)] = &Bench::intents(&effects)[..] else {
        panic!("no note")
    };
    assert!(note.kind == EntryKind::Report && note.text.starts_with("Conditions\n- Checkout"));
    let before = log.events.len();
    log.did("lee", 0, Intent::Note(note.clone()));
    bench.frame(&json!({"type": "event", "event": log.events[before]}));
    bench.keys("esc esc K");
    assert!(
        bench.screen().contains("Report of lee at 14:44:28"),
        "{}",
        bench.screen()
    );
}

#[test]
fn a_template_is_begun_and_gone_through() {
    let log = usual();
    let mut bench = Bench::on(120, 40, &log);
    bench.keys("i");
    bench.typed("/t po");
    bench.keys("tab");
    assert!(
        bench.screen().contains("lee ▸ /t poll"),
        "{}",
        bench.screen()
    );
    bench.keys("enter");
    bench.typed("the rollback");
    bench.keys("tab");
    bench.typed("@bo");
    bench.keys("tab");
    let effects = bench.keys("enter");
    let [Intent::Note(note)] = &Bench::intents(&effects)[..] else {
        panic!("no note: {}", bench.screen())
    };
    assert_eq!(
        &*note.text,
        "Polled for the rollback. Proceeding. @bo to execute"
    );
    assert_eq!(note.kind, EntryKind::Decision);
    bench.typed("/t nothing");
    bench.keys("enter");
    assert!(
        bench.screen().contains("There is no template of that name"),
        "{}",
        bench.screen()
    );
}
