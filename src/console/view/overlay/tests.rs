//! Pinned evidence drawn again, and the alerts of a group, at the three sizes of screen.

use super::draw;
use crate::console::effect::Effect;
use crate::console::testing::{Bench, Log, start, usual};
use crate::incident::*;
use crate::signals::{AlertGroup, AlertsPage, LiveAlert, LiveState};
use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use serde_json::{Value, json};
use std::sync::Arc;

const SIZES: [(u16, u16); 3] = [(200, 50), (120, 40), (80, 24)];

fn ago(minutes: i64) -> Timestamp {
    start() - TimeDelta::minutes(minutes)
}

fn series(label: &str, value: impl Fn(i64) -> f64) -> Series {
    let samples = (0..=60).map(|n| (ago(60 - n).timestamp_millis(), value(n)));
    Series::of_samples(label, (ago(60), start()), 60_000, samples)
}

fn evidence(title: &str, seen: Seen) -> Evidence {
    Evidence {
        source: "prom".into(),
        title: title.into(),
        at: ago(1),
        url: Some("https://graf.example/d/abc".into()),
        seen,
    }
}

fn signal(title: &str) -> Evidence {
    let rise = |n: i64| if n < 30 { 0.2 } else { 12.4 - (n % 5) as f64 };
    evidence(
        title,
        Seen::Signal {
            unit: Unit::Percent,
            bad: Bad::Above,
            thresholds: Thresholds {
                warning: Number::new(1.0),
                critical: Number::new(5.0),
            },
            series: vec![
                series("eu-west", rise),
                series("eu-north", |n| {
                    if (20..25).contains(&n) { f64::NAN } else { 2.0 }
                }),
            ],
        },
    )
}

fn pieces() -> Vec<(&'static str, Evidence)> {
    let issue = Seen::Issue {
        id: "CHECKOUT-1A2".into(),
        events: 12_000,
        users: 900,
        first_seen: ago(40),
        last_seen: ago(1),
        trend: (0..24).map(|n| n * n).collect(),
    };
    let alerts = Seen::Alerts {
        firing: 120,
        silenced: 3,
        pending: 1,
        first_at: ago(25),
        last_at: ago(2),
        names: (1..=20)
            .map(|n| format!("checkout-{n}/eu-west-1b").into())
            .collect(),
        rate: (0..30_u32).map(|m| m.saturating_sub(20)).collect(),
    };
    vec![
        ("signal", signal("5xx")),
        ("issue", evidence("TypeError: pay is undefined", issue)),
        ("alerts", evidence("HighErrorRate", alerts)),
    ]
}

fn pin(evidence: Evidence) -> Intent {
    Intent::PinEvidence {
        evidence: Arc::new(evidence),
        text: "as the rollback began".into(),
        private: false,
    }
}

/// A snapshot of what is laid over the screen, by itself; it sends nothing odd.
fn snapshot(name: &str, bench: &Bench) {
    let size = bench.app.size;
    let mut buf = Buffer::empty(size);
    let top = bench.app.overlays.last().expect("something is laid over");
    draw(&bench.app, top, &mut buf);
    let row = |y| -> String { (0..size.width).map(|x| buf[(x, y)].symbol()).collect() };
    let rows: Vec<String> = (0..size.height).map(row).collect();
    let rows: Vec<&str> = rows.iter().map(|row| row.trim()).collect();
    let text = rows.join("\n").trim().to_owned();
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
    insta::assert_snapshot!(format!("{name}_{}x{}", size.width, size.height), text);
}

#[test]
fn evidence_is_drawn_again_from_its_numbers() {
    for (name, piece) in pieces() {
        let mut log = usual();
        log.did("lee", 30, pin(piece));
        for (width, height) in SIZES {
            let mut bench = Bench::on(width, height, &log);
            bench.keys("1 G enter");
            snapshot(&format!("evidence_{name}"), &bench);
        }
    }
}

#[test]
fn evidence_of_the_end_of_time_is_drawn() {
    let mut extreme = signal("5xx");
    if let Seen::Signal { series, .. } = &mut extreme.seen {
        series[0].from = Timestamp::MAX_UTC - TimeDelta::seconds(1);
        series[0].step_ms = u32::MAX;
        series[1].from = Timestamp::MIN_UTC;
    }
    let mut log = usual();
    log.did("lee", 30, pin(extreme));
    for zone in ["utc", "Pacific/Auckland", "America/Los_Angeles"] {
        let mut bench = Bench::on(80, 24, &log);
        bench.app.prefs.utc = false;
        bench.app.prefs.home = zone.parse().expect("a zone");
        bench.keys("1 G enter");
        assert!(bench.screen().contains("5xx"), "{}", bench.screen());
    }
}

/// What was asked of the server for pages: the number of the question, and after which event.
fn pages(effects: &[Effect]) -> Vec<(u64, u64)> {
    let number = |text: &str, name: &str| -> Option<u64> {
        let (_, rest) = text.split_once(name)?;
        let digits = rest.trim_start_matches(|c: char| !c.is_ascii_digit());
        let end = digits.find(|c: char| !c.is_ascii_digit())?;
        digits[..end].parse().ok()
    };
    let asked = effects.iter().map(|effect| format!("{effect:?}"));
    let pages = asked.filter(|text| text.contains("Page {") && text.contains("limit: 1 "));
    pages
        .filter_map(|text| Some((number(&text, "request: ")?, number(&text, "after: ")?)))
        .collect()
}

#[test]
fn evidence_that_the_state_holds_no_more_is_read_from_the_log() {
    let mut log = Log::declared(42, "Checkout 500s", Severity::Sev1);
    for n in 0..=limits::EVIDENCE {
        log.did("lee", 60, pin(signal(&format!("signal {n}"))));
    }
    let first = log
        .events
        .iter()
        .position(|event| PinnedEvidence::from_event(event).is_some());
    let event = &log.events[first.expect("pinned")];
    let joined = json!({"type": "joined", "incident": log.state.id, "events": [],
        "checkpoint": {"fold": FOLD_VERSION, "incident": log.state}, "head": log.state.seq});
    let mut bench = Bench::new(80, 24, &[&log]);
    bench.keys("enter");
    bench.frame(&joined);
    bench.keys("1 g g j");
    let asked = pages(&bench.keys("enter"));
    assert!(
        bench.screen().contains("read from the server's log"),
        "{}",
        bench.screen()
    );
    let [(request, after)] = asked[..] else {
        panic!("one question: {asked:?}");
    };
    assert_eq!(after + 1, event.seq.0);
    // It is not asked for twice while it is on its way.
    bench.keys("esc");
    assert_eq!(pages(&bench.keys("enter")), []);
    let page = |events: Value| {
        json!({"type": "page", "request": request, "incident": log.state.id,
            "events": events, "corrections": [], "more": true})
    };
    bench.frame(&page(json!([event])));
    let drawn = bench.screen();
    assert!(
        drawn.contains("critical above 5 %") && drawn.contains("⣀"),
        "{drawn}"
    );
    // The newest is in the state: nobody is asked.
    bench.keys("esc G");
    assert_eq!(pages(&bench.keys("enter")), []);
    assert!(bench.screen().contains("critical above 5 %"));
}

#[test]
fn evidence_whose_answer_does_not_come_says_so() {
    let mut log = Log::declared(42, "Checkout 500s", Severity::Sev1);
    for n in 0..=limits::EVIDENCE {
        log.did("lee", 60, pin(signal(&format!("signal {n}"))));
    }
    let mut bench = Bench::new(80, 24, &[&log]);
    bench.keys("enter");
    bench.frame(
        &json!({"type": "joined", "incident": log.state.id, "events": [],
        "checkpoint": {"fold": FOLD_VERSION, "incident": log.state}, "head": log.state.seq}),
    );
    bench.keys("1 g g j");
    let asked = pages(&bench.keys("enter"));
    let refusal = Refusal::new(RefusalCode::Journal, "The disk is gone.", "Tell someone.");
    bench.frame(&json!({"type": "failed", "request": asked[0].0, "refusal": refusal}));
    assert!(
        bench.screen().contains("did not give them"),
        "{}",
        bench.screen()
    );
    bench.keys("esc");
    assert_eq!(pages(&bench.keys("enter")).len(), 1, "asked again");
}

fn group(firing: u32) -> AlertGroup {
    let labels = [("alertname", "HighErrorRate"), ("service", "checkout")];
    AlertGroup {
        key: r#"alertname="HighErrorRate",service="checkout""#.into(),
        source: "am".into(),
        name: "HighErrorRate".into(),
        labels: labels.map(|(k, v)| (k.into(), v.into())).into(),
        summary: "error ratio over 5 %".into(),
        firing,
        pending: 0,
        silenced: 2,
        resolved: 0,
        first_at: ago(25),
        last_at: ago(2),
        rate: (0..30_u32).map(|m| m.saturating_sub(20)).collect(),
        flapping: false,
        maintenance: None,
        names: vec!["checkout-7".into(), "\u{1b}[31mcheckout-8".into()],
        silences: vec!["4f2a91c0".into()],
        url: None,
    }
}

fn watching(bench: &mut Bench, firing: u32) {
    bench.frame(&json!({"type": "live", "what": "sources", "sources":
        [{"name": "am", "kind": "alertmanager", "state": "answering"}]}));
    bench.frame(
        &json!({"type": "live", "what": "silences", "source": "am", "silences": [{
        "source": "am", "id": "4f2a91c0", "matchers": [], "starts_at": ago(10),
        "ends_at": ago(-50), "created_by": "kim", "comment": "deploying the fix"}]}),
    );
    bench.frame(&json!({"type": "live", "what": "alerts", "source": "am",
        "groups": [group(firing)]}));
}

fn member(n: u32) -> LiveAlert {
    let silenced = n % 5 == 3;
    let labels = [
        ("alertname", "HighErrorRate".to_owned()),
        ("service", "checkout".to_owned()),
        ("pod", format!("checkout-{n}")),
        ("zone", "eu-west-1\u{202e}b".to_owned()),
    ];
    LiveAlert {
        source: "am".into(),
        fingerprint: n.to_string().into(),
        name: "HighErrorRate".into(),
        state: if silenced {
            LiveState::Silenced
        } else {
            LiveState::Firing
        },
        summary: format!("error ratio over 5 % on checkout-{n}").into(),
        labels: labels.map(|(k, v)| (k.into(), v.into())).into(),
        starts_at: ago(i64::from(n) + 2),
        updated_at: None,
        silenced_by: if silenced {
            vec!["4f2a91c0-5d1e".into()]
        } else {
            Vec::new()
        },
        url: Some("https://prom.example/graph".into()),
    }
}

/// Answers the question of this number with the first of so many alerts.
fn answer(bench: &mut Bench, request: u64, count: u32) {
    let page = AlertsPage {
        at: ago(0),
        total: count,
        matching: count,
        skip: 0,
        alerts: (0..count.min(200)).map(member).collect(),
    };
    bench.frame(&json!({"type": "alerts", "request": request, "page": page}));
}

/// The questions for alerts: number, and how they were put.
fn asked(effects: &[Effect]) -> Vec<(u64, String)> {
    let texts = effects.iter().map(|effect| format!("{effect:?}"));
    let asked = texts.filter_map(|text| {
        let (_, rest) = text.split_once("Alerts { request: ")?;
        let (number, query) = rest.split_once(',')?;
        Some((number.parse().ok()?, query.to_owned()))
    });
    asked.collect()
}

#[test]
fn each_alert_of_a_group_is_on_a_line() {
    for (width, height) in SIZES {
        let mut bench = Bench::on(width, height, &usual());
        watching(&mut bench, 10_000);
        let questions = asked(&bench.keys("7 enter"));
        let [(request, query)] = &questions[..] else {
            panic!("one question: {questions:?}");
        };
        assert!(query.contains("skip: 0, limit: 200"), "{query}");
        answer(&mut bench, *request, 10_000);
        bench.keys("j j");
        snapshot("members", &bench);
        bench.keys("j enter");
        snapshot("members_one", &bench);
    }
}

#[test]
fn a_group_says_who_has_taken_note_why_and_until_when() {
    let acknowledge = |until: Option<i64>| Intent::AcknowledgeAlerts {
        group: group(4).key,
        title: "HighErrorRate".into(),
        until: until.map(ago),
        reason: "deploying the fix".into(),
    };
    for (until, said) in [
        (None, "until        it is taken back"),
        (Some(-90), "until        16:14:28"),
        (Some(5), "until        14:39:28, OVER for 5m"),
    ] {
        let mut log = usual();
        log.did("maya", 600, acknowledge(until));
        let mut bench = Bench::on(80, 24, &log);
        watching(&mut bench, 4);
        bench.keys("7 enter");
        let screen = bench.screen();
        let why = "maya at 14:34:28 (10m ago): deploying the fix";
        assert!(screen.contains(why) && screen.contains(said), "{screen}");
    }
}

#[test]
fn a_group_is_sorted_filtered_and_gone_through_by_keys() {
    let mut bench = Bench::on(120, 40, &usual());
    watching(&mut bench, 10_000);
    let first = asked(&bench.keys("7 enter"));
    answer(&mut bench, first[0].0, 10_000);
    let last = asked(&bench.keys("end"));
    assert!(last[0].1.contains("skip: 9800"), "{last:?}");
    let sorted = asked(&bench.keys("v"));
    assert!(sorted[0].1.contains("order: Oldest"), "{sorted:?}");
    // The late answer for the page before changes nothing.
    answer(&mut bench, last[0].0, 3);
    assert!(
        bench.screen().contains("The server is asked"),
        "{}",
        bench.screen()
    );
    answer(&mut bench, sorted[0].0, 10_000);
    bench.keys("f");
    bench.typed("pod=checkout-1");
    let filtered = asked(&bench.keys("enter"));
    assert!(
        filtered[0].1.contains(r#"words: "pod=checkout-1""#),
        "{filtered:?}"
    );
    answer(&mut bench, filtered[0].0, 0);
    let screen = bench.screen();
    assert!(
        screen.contains("None of them holds these words"),
        "{screen}"
    );
    assert!(
        screen.contains(r#"with "pod=checkout-1" · oldest"#),
        "{screen}"
    );
    // Closing it leads back to the groups, whose own filter is none.
    bench.keys("esc");
    assert!(
        bench.screen().contains("10000 firing"),
        "{}",
        bench.screen()
    );
}

#[test]
fn a_group_that_changes_is_read_anew() {
    let mut bench = Bench::on(120, 40, &usual());
    watching(&mut bench, 4);
    let first = asked(&bench.keys("7 enter"));
    answer(&mut bench, first[0].0, 4);
    let told = |firing| json!({"type": "live", "what": "alerts", "source": "am", "groups": [group(firing)]});
    assert_eq!(asked(&bench.frame(&told(4))), [], "it is as it was");
    let again = asked(&bench.frame(&told(3)));
    assert_eq!(again.len(), 1);
    assert!(bench.screen().contains("1 of 4"), "{}", bench.screen());
    answer(&mut bench, again[0].0, 3);
    assert!(bench.screen().contains("1 of 3"), "{}", bench.screen());
    // Nobody is asked once it is closed.
    bench.keys("esc");
    assert_eq!(asked(&bench.frame(&told(2))), []);
}

#[test]
fn a_server_that_does_not_answer_or_cannot_leaves_the_names() {
    let mut bench = Bench::on(120, 40, &usual());
    watching(&mut bench, 4);
    let first = asked(&bench.keys("7 enter"));
    assert!(!bench.screen().contains("has not answered yet"));
    bench.wait(TimeDelta::seconds(6));
    let late = bench.screen();
    assert!(
        late.contains("has not answered yet") && late.contains("checkout-7"),
        "{late}"
    );
    assert!(!late.contains('\u{1b}'));
    let refusal = Refusal::new(RefusalCode::NotFound, "It names none.", "Go by the counts.");
    let request = first[0].0;
    bench.frame(&json!({"type": "failed", "request": request, "refusal": refusal}));
    let failed = bench.screen();
    assert!(
        failed.contains("It names none.") && failed.contains("checkout-7"),
        "{failed}"
    );
    // The group went away meanwhile.
    bench.frame(&json!({"type": "live", "what": "alerts", "source": "am", "groups": []}));
    assert!(
        bench
            .screen()
            .contains("does not have these alerts any more")
    );
}
