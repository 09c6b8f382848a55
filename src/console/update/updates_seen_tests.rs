//! What the screen says of updates beside their pane, and what a spectator sees of them.

use super::updates_tests::{draft, waiting, waiting_with};
use crate::console::testing::{Bench, Log};
use crate::incident::update::Named;
use crate::incident::*;
use chrono::TimeDelta;

#[test]
fn while_a_line_is_written_the_footer_says_how_much_is_owed() {
    let mut log = Log::declared(7, "Checkout 500s", Severity::Sev2);
    let owed = |width, log: &Log| {
        let mut bench = Bench::on(width, 40, log);
        bench.keys("i");
        bench.typed("x");
        let seen = bench.screen();
        let foot = seen.lines().last().unwrap().to_owned();
        let (before, _) = foot.split_once(" owed")?;
        Some(before.rsplit("  ").next().unwrap().to_owned())
    };
    assert_eq!(owed(120, &log).as_deref(), Some("! 4"));
    assert_eq!(owed(119, &log), None, "there is no room");
    for nag in [NagKind::Commander, NagKind::Scribe, NagKind::Quiet] {
        log.did("kim", 0, Intent::SnoozeNag(SnoozeNag { nag, minutes: 60 }));
    }
    assert_eq!(owed(120, &log).as_deref(), Some("! 1"));
    // The update that is overdue is the last.
    let post = Intent::PostUpdate {
        update: None,
        text: Some("We look.".into()),
        next_in_minutes: Some(15),
        audience: None,
    };
    log.did("kim", 0, post);
    assert_eq!(owed(120, &log), None);
}

#[test]
fn the_board_says_for_whom_the_next_update_is() {
    let mut log = waiting();
    let named = Named {
        update: UpdateId(2),
        version: 1,
    };
    log.did("maya", 30, Intent::ApproveUpdate(named));
    let post = Intent::PostUpdate {
        update: Some(UpdateId(2)),
        text: None,
        next_in_minutes: Some(4),
        audience: None,
    };
    log.did("ana", 10, post);
    let other = Log::declared(7, "Search is slow", Severity::Sev3);
    for (width, height) in [(200, 50), (120, 40)] {
        let mut bench = Bench::new(width, height, &[&log, &other]);
        insta::assert_snapshot!(format!("board_{width}x{height}"), bench.screen());
        assert!(bench.screen().contains("external in 3m"));
        bench.wait(TimeDelta::minutes(5));
        assert!(bench.screen().contains("external OVERDUE 1m"));
    }
}

#[test]
fn a_spectator_sees_that_one_waits_and_not_its_words() {
    let mut log = waiting_with("SECRET words");
    let reject = Intent::RejectUpdate {
        update: UpdateId(2),
        reason: "SECRET reason".into(),
    };
    log.did("maya", 30, reject);
    log.did("ana", 20, draft(Audience::Executive, "SECRET too"));
    let redaction = Redaction::default();
    for event in &mut log.events {
        *event = redaction.event(event).unwrap_or_else(|| event.clone());
    }
    let mut bench = Bench::on(120, 40, &log);
    bench.keys("f5 8 enter");
    let read = bench.screen();
    assert!(
        read.contains("To be read here once it is posted."),
        "{read}"
    );
    bench.keys("esc");
    insta::assert_snapshot!("pane_of_a_spectator_120x40", bench.screen());
    bench.keys("g b");
    let brief = bench.screen();
    assert!(!(read + &brief + &bench.screen()).contains("SECRET"));
}
