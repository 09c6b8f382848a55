use crate::console::layout::Layout;
use crate::console::msg::Msg;
use crate::console::testing::{Bench, Log, declare, overfull, start, usual};
use crate::console::text::cells;
use crate::incident::*;
use chrono::TimeDelta;

const SIZES: [(u16, u16); 3] = [(200, 50), (120, 40), (80, 24)];

fn logs() -> Vec<Log> {
    let mut triage = Log::new(45);
    triage.did(
        "alertmanager",
        200,
        Intent::Triage {
            title: "KubePodCrashLooping on search".into(),
            alert: crate::console::testing::alert(
                "KubePodCrashLooping",
                "search-5 restarts",
                AlertState::Firing,
                220,
            ),
            match_key: "x".into(),
            severity: None,
            kind: Kind::Real,
        },
    );
    let mut drill = Log::new(43);
    drill.did(
        "ana",
        4_000,
        Intent::Declare {
            title: Some("Failover of the order database".into()),
            severity: Some(Severity::Sev3),
            service: Some("orders".into()),
            started_at: None,
            kind: Kind::Drill,
        },
    );
    let mut unset = Log::new(44);
    unset.did("bo", 40, declare("Mails are late", None));
    let mut over = Log::declared(40, "Certificates expired", Severity::Sev2);
    over.did(
        "maya",
        2_400,
        Intent::ClaimRole {
            role: Role::IncidentCommander,
        },
    );
    over.did(
        "maya",
        1_000,
        Intent::SetStatus {
            status: Status::Resolved,
            at: None,
            reason: None,
        },
    );
    vec![triage, usual(), drill, unset, over]
}

/// Snapshots of one screen at every size.
fn at_every_size(name: &str, screen: impl Fn(u16, u16) -> Bench) {
    for (width, height) in SIZES {
        let text = screen(width, height).screen();
        assert!(text.lines().count() <= usize::from(height));
        for line in text.lines() {
            assert!(cells(line) <= usize::from(width), "{name} {width}: {line}");
        }
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), text);
    }
}

fn in_layout(width: u16, height: u16, log: &Log, layout: Layout) -> Bench {
    let mut bench = Bench::on(width, height, log);
    bench.app.prefs.layout = layout;
    bench
}

#[test]
fn the_board() {
    at_every_size("board_empty", |w, h| Bench::new(w, h, &[]));
    at_every_size("board_usual", |w, h| {
        Bench::new(w, h, &logs().iter().collect::<Vec<_>>())
    });
    at_every_size("board_overfull", |w, h| {
        let mut all: Vec<Log> = (100..170)
            .map(|id| {
                Log::declared(
                    id,
                    "A title of some length that says what is wrong",
                    Severity::Sev3,
                )
            })
            .collect();
        all.push(overfull());
        Bench::new(w, h, &all.iter().collect::<Vec<_>>())
    });
    at_every_size("board_no_answer_yet", Bench::silent);
}

#[test]
fn the_commanders_layout() {
    let empty = || {
        let mut log = Log::new(7);
        log.did("maya", 5, declare("Mails are late", None));
        log
    };
    at_every_size("commander_empty", |w, h| Bench::on(w, h, &empty()));
    at_every_size("commander_usual", |w, h| Bench::on(w, h, &usual()));
    at_every_size("commander_overfull", |w, h| Bench::on(w, h, &overfull()));
}

#[test]
fn the_scribes_layout() {
    for (state, log) in [("usual", usual()), ("overfull", overfull())] {
        at_every_size(&format!("scribe_{state}"), |w, h| {
            in_layout(w, h, &log, Layout::Scribe)
        });
    }
}

/// Incidents by how much is in them.
fn every_state() -> [(&'static str, Log); 3] {
    let mut empty = Log::new(7);
    empty.did("maya", 5, declare("Mails are late", None));
    [
        ("empty", empty),
        ("usual", usual()),
        ("overfull", overfull()),
    ]
}

#[test]
fn the_operations_leads_layout() {
    for (state, log) in every_state() {
        at_every_size(&format!("operations_{state}"), |w, h| {
            let mut bench = Bench::on(w, h, &log);
            bench.keys("f6 esc");
            bench
        });
    }
}

#[test]
fn the_wall() {
    for (state, log) in every_state() {
        at_every_size(&format!("wall_{state}"), |w, h| {
            in_layout(w, h, &log, Layout::Wall)
        });
    }
}

#[test]
fn every_pane_at_80_by_24_and_zoomed() {
    for (key, name) in [("2", "command"), ("3", "runbook"), ("4", "situation")] {
        let mut bench = Bench::on(80, 24, &usual());
        bench.keys(key);
        insta::assert_snapshot!(format!("tab_{name}"), bench.screen());
    }
    let mut bench = Bench::on(120, 40, &usual());
    bench.keys("4 z");
    insta::assert_snapshot!("zoomed_situation", bench.screen());
}

#[test]
fn a_stale_screen_says_since_when_and_how_much_is_queued() {
    at_every_size("stale", |w, h| {
        let mut bench = Bench::on(w, h, &usual());
        bench.now += TimeDelta::seconds(5);
        bench.client(crate::client::Input::Disconnected {
            why: "The connection was cut.".to_owned(),
            fatal: false,
            retry_at: Some(start() + TimeDelta::seconds(8)),
        });
        bench.keys("c");
        bench.keys("enter");
        bench.now += TimeDelta::seconds(60);
        bench.tell(Msg::Woke);
        bench
    });
}

#[test]
fn each_overlay() {
    let cases: [(&str, &str, &str); 12] = [
        ("palette", ":", ""),
        ("palette_filtered", ":", "stat"),
        ("palette_none", ":", "zzzz"),
        ("help", "?", ""),
        ("pick_severity", "S", ""),
        ("pick_status", "s", ""),
        ("pick_milestone", "M", ""),
        ("pick_role", "a", ""),
        ("declare", "D", "Checkout 500s"),
        ("prompt_jump", "t", "soon"),
        ("search", "/", "pods"),
        ("notices", "U N", ""),
    ];
    for (name, keys, text) in cases {
        for (width, height) in [(120, 40), (80, 24)] {
            let mut bench = Bench::on(width, height, &usual());
            bench.keys(keys);
            bench.typed(text);
            if name == "prompt_jump" {
                bench.keys("enter");
            }
            insta::assert_snapshot!(format!("overlay_{name}_{width}"), bench.screen());
        }
    }
}

#[test]
fn what_is_dangerous_names_what_will_happen() {
    let mut log = usual();
    log.did(
        "maya",
        50,
        Intent::ReleaseRole {
            role: Role::IncidentCommander,
            expected_holder: None,
        },
    );
    log.did(
        "lee",
        40,
        Intent::ClaimRole {
            role: Role::IncidentCommander,
        },
    );
    for (name, keys, text) in [
        ("resolve", "g r", ""),
        ("cancel", "g c", "declared twice"),
        ("release", "2 :", "release-role"),
    ] {
        let mut bench = Bench::on(120, 40, &log);
        bench.keys(keys);
        bench.typed(text);
        if !text.is_empty() {
            bench.keys("enter");
        }
        insta::assert_snapshot!(format!("confirm_{name}"), bench.screen());
    }
}

#[test]
fn an_entry_in_full_with_its_earlier_wordings() {
    let mut log = usual();
    let seq = log.state.seq;
    for (ago, text) in [
        (100, "rollback has reached 60%"),
        (60, "rollback has reached 90%"),
    ] {
        log.did(
            "lee",
            ago,
            Intent::Amend {
                target: seq,
                text: text.into(),
            },
        );
    }
    let mut bench = Bench::on(120, 40, &log);
    bench.keys("G enter");
    insta::assert_snapshot!("overlay_details", bench.screen());
}

#[test]
fn a_terminal_too_small_says_so_and_nothing_panics() {
    insta::assert_snapshot!("too_small", Bench::on(40, 10, &usual()).screen());
    let overfull = overfull();
    for (width, height) in [
        (1, 1),
        (10, 3),
        (59, 40),
        (60, 15),
        (60, 16),
        (61, 17),
        (99, 16),
        (100, 16),
        (119, 25),
        (160, 17),
    ] {
        for layout in Layout::ALL {
            let mut bench = in_layout(width, height, &overfull, layout);
            bench.screen();
            for keys in [
                "2 j j k",
                "3 j G",
                "4 j enter",
                "esc :",
                "esc ?",
                "esc D",
                "esc b",
            ] {
                bench.keys(keys);
                bench.screen();
            }
        }
    }
}

#[test]
fn ascii_terminals_get_ascii() {
    let mut bench = Bench::on(120, 40, &usual());
    bench.app.prefs.ascii = true;
    insta::assert_snapshot!("ascii", bench.screen());
}

#[test]
fn a_wall_shows_nothing_private_whoevers_console_it_is() {
    let mut log = usual();
    let note = |pin, text: &str| {
        Intent::Note(NewNote {
            private: true,
            pin,
            ..NewNote::plain(text)
        })
    };
    log.did("ana", 20, note(true, "Acme called"));
    log.did("ana", 10, note(false, "so did Initech"));
    for (width, height) in SIZES {
        let mut bench = Bench::on(width, height, &log);
        bench.app.prefs.layout = Layout::Commander;
        assert!(bench.screen().contains("so did Initech"), "she may see it");
        bench.app.prefs.layout = Layout::Wall;
        let shown = bench.screen();
        assert!(
            !shown.contains("Acme") && !shown.contains("Initech"),
            "{shown}"
        );
    }
}

#[test]
fn the_foot_names_the_keys_that_count_now() {
    let foot = |bench: &Bench| bench.screen().lines().last().unwrap_or("").to_owned();
    let mut bench = Bench::on(120, 40, &usual());
    bench.keys("/");
    bench.typed("pods");
    assert!(
        foot(&bench).contains("enter keep what is found"),
        "{}",
        foot(&bench)
    );
    bench.keys("enter");
    assert!(foot(&bench).starts_with(" n next hit  p hit before  esc end the search"));
    assert!(bench.screen().contains("hits of \"pods\""));
    bench.keys("esc g");
    assert!(
        bench.screen().contains("r  Resolve it (asks first)"),
        "{}",
        bench.screen()
    );
    bench.keys("esc ?");
    assert!(foot(&bench).contains("esc close") && !foot(&bench).contains("choose"));

    let mut triage = Log::new(45);
    triage.did(
        "alertmanager",
        200,
        Intent::Triage {
            title: "HighErrorRate on search".into(),
            alert: crate::console::testing::alert("A", "b", AlertState::Firing, 220),
            match_key: "x".into(),
            severity: None,
            kind: Kind::Real,
        },
    );
    let mut bench = Bench::on(80, 24, &triage);
    assert!(
        foot(&bench).starts_with(" D declare it  g d decline"),
        "{}",
        foot(&bench)
    );
    bench.keys("2");
    assert!(foot(&bench).starts_with(" D declare it  g d decline"));
    bench.keys("D");
    assert!(bench.screen().contains("Declare INC-45"));
}
