use crate::client::Input;
use crate::console::app::Duty;
use crate::console::layout::Layout;
use crate::console::msg::Msg;
use crate::console::testing::{Bench, Log, start, usual};
use crate::console::theme::{Appearance, color::contrast};
use crate::console::view;
use crate::incident::{Audience, Intent, Kind, Role, Severity};
use chrono::TimeDelta;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

const SIZES: [(u16, u16); 4] = [(80, 24), (120, 34), (160, 45), (200, 50)];

fn hung(width: u16, height: u16, log: &Log) -> Bench {
    let mut bench = Bench::on(width, height, log);
    bench.app.prefs.layout = Layout::Wall;
    bench.app.prefs.duty = Some(Duty::default());
    bench.tell(Msg::Woke);
    bench
}

/// Seconds after which the picture stands where it stood.
const TURN: i64 = 6 * 180;

/// A drill in which an update for everyone is promised, and command is offered.
fn drill() -> Log {
    let mut log = Log::new(7);
    let declare = Intent::Declare {
        title: Some("Checkout 500s in eu-west".into()),
        severity: Some(Severity::Sev1),
        service: Some("checkout".into()),
        started_at: None,
        kind: Kind::Drill,
    };
    log.did("maya", 2_537, declare);
    for (who, role) in [
        ("maya", Role::IncidentCommander),
        ("bo", Role::OperationsLead),
    ] {
        if log.state.holder(&role).is_none() {
            log.did(who, 2_300, Intent::ClaimRole { role });
        }
    }
    let named = crate::incident::update::Named {
        update: crate::incident::UpdateId(2),
        version: 1,
    };
    let draft = Intent::DraftUpdate {
        update: None,
        audience: Audience::External,
        text: "Some payments fail.".into(),
        stage: None,
        next_at: None,
        expected: None,
        submit: true,
    };
    let post = Intent::PostUpdate {
        update: Some(named.update),
        text: None,
        next_in_minutes: Some(15),
        audience: None,
    };
    // Declaring promises the organisation's own people one sooner.
    let internal = Intent::PostUpdate {
        update: None,
        text: Some("We look.".into()),
        next_in_minutes: Some(60),
        audience: None,
    };
    log.did("maya", 300, internal).did("lee", 200, draft);
    log.did("maya", 190, Intent::ApproveUpdate(named));
    log.did("lee", 177, post);
    let offer = Intent::OfferRole(crate::incident::OfferRole {
        role: Role::IncidentCommander,
        to: "cy".parse().unwrap(),
        minutes: None,
        words: None,
    });
    log.did("maya", 60, offer);
    log
}

fn cut_off(bench: &mut Bench) {
    bench.client(Input::Disconnected {
        why: "The connection was cut.".to_owned(),
        fatal: false,
        retry_at: Some(start() + TimeDelta::seconds(8)),
    });
}

fn buffer(bench: &Bench) -> Buffer {
    let size = bench.app.size;
    let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
    terminal
        .draw(|frame| view::view(&bench.app, frame))
        .unwrap();
    terminal.backend().buffer().clone()
}

/// The rows that this text has in large letters.
fn large(text: &str) -> Vec<String> {
    (0..super::letters::ROWS)
        .map(|row| super::letters::cells(text, row))
        .collect()
}

fn says_large(screen: &str, text: &str) -> bool {
    large(text).iter().all(|row| screen.contains(row.trim()))
}

#[test]
fn a_drill_has_room_for_the_next_update_and_says_for_whom_it_is() {
    for (width, height) in SIZES {
        let bench = hung(width, height, &drill());
        let screen = bench.screen();
        assert!(
            screen.contains("DRILL") && screen.contains("(external)"),
            "{screen}"
        );
        assert!(screen.contains("IC maya → cy offered"), "{screen}");
        if width < 100 {
            assert!(
                screen.contains("next update (external) in 12:03"),
                "{screen}"
            );
        } else {
            assert!(says_large(&screen, "NEXT UPDATE 12:03"), "{screen}");
            assert!(says_large(&screen, "DRILL"), "{screen}");
        }
        insta::assert_snapshot!(format!("drill_{width}x{height}"), screen);
    }
}

#[test]
fn whatever_else_is_wrong_the_next_update_stays() {
    let mut log = drill();
    let ask = |minutes| Intent::Ask {
        to: "bo".parse().unwrap(),
        minutes,
        text: "look".into(),
    };
    log.did("maya", 1_000, ask(1)).did("maya", 1_000, ask(2));
    log.did(
        "maya",
        50,
        Intent::ReleaseRole {
            role: Role::IncidentCommander,
            expected_holder: None,
        },
    );
    for (width, height) in SIZES {
        for late in [0, 800, 8_000, 400_000] {
            let mut bench = hung(width, height, &log);
            bench.now += TimeDelta::seconds(late);
            bench.tell(Msg::Woke);
            let screen = bench.screen();
            assert!(screen.contains("(external)"), "{screen}");
            let left = crate::console::text::countdown(TimeDelta::seconds(723 - late)).text;
            let plain = screen.contains(&left);
            assert!(
                plain || says_large(&screen, &left.to_uppercase()),
                "{left}\n{screen}"
            );
        }
    }
    insta::assert_snapshot!("all_wrong_120x34", hung(120, 34, &log).screen());
}

#[test]
fn what_is_stale_stands_still_and_says_of_when_it_is() {
    for (width, height) in SIZES {
        let mut bench = hung(width, height, &drill());
        bench.now += TimeDelta::seconds(5);
        cut_off(&mut bench);
        let rows = |bench: &mut Bench, seconds: i64| {
            bench.now = start() + TimeDelta::seconds(seconds);
            bench.tell(Msg::Woke);
            bench
                .screen()
                .lines()
                .map(ToOwned::to_owned)
                .collect::<Vec<_>>()
        };
        let (one, two) = (rows(&mut bench, 65), rows(&mut bench, 65 + 2 * TURN));
        let (head, foot) = (5, one.len() - 2);
        assert_eq!(one[head..foot], two[head..foot]);
        let screen = two.join("\n");
        assert!(
            screen.contains("this screen shows 14:44:33 UTC"),
            "{screen}"
        );
        assert!(screen.contains("as of 14:44:33 UTC"), "{screen}");
        assert!(
            !screen.contains("OVERDUE"),
            "it may have been posted meanwhile: {screen}"
        );
        if width < 100 {
            assert!(
                screen.contains("next update (external) by 14:56 UTC"),
                "{screen}"
            );
        } else {
            assert!(says_large(&screen, "UPDATE BY 14:56"), "{screen}");
            assert!(says_large(&screen, "STALE 00:37:00"), "{screen}");
        }
        assert!(says_large(&screen, "STALE"), "{screen}");
        insta::assert_snapshot!(format!("stale_{width}x{height}"), one.join("\n"));
    }
}

#[test]
fn nothing_large_is_bold_or_white() {
    for log in [usual(), drill()] {
        let mut bench = hung(160, 45, &log);
        for theme in 0..bench.app.prefs.themes.len() {
            bench.app.prefs.theme = theme;
            let drawn = buffer(&bench);
            let lit: Vec<_> = drawn
                .content()
                .iter()
                .filter(|cell| "█▀▄".contains(cell.symbol()))
                .collect();
            assert!(lit.len() > 300);
            for cell in lit {
                assert!(!cell.modifier.contains(Modifier::BOLD), "{cell:?}");
                let dim = cell.modifier.contains(Modifier::DIM);
                let bright = contrast(cell.fg, Color::Rgb(0, 0, 0));
                assert!(
                    dim || bright.is_some_and(|bright| bright < 10.0),
                    "{cell:?}"
                );
            }
        }
    }
    assert_eq!(
        Bench::silent(80, 24).app.prefs.theme().appearance(),
        Appearance::Dark
    );
}

#[test]
fn what_stands_still_is_dim() {
    let mut bench = hung(160, 45, &usual());
    cut_off(&mut bench);
    bench.app.prefs.theme = 1;
    let muted = bench
        .app
        .prefs
        .theme()
        .style(crate::console::theme::Meaning::Muted);
    let drawn = buffer(&bench);
    // Below the words that say how old it is, to the foot.
    for y in 6..44 {
        for x in 2..158 {
            let cell = &drawn[(x, y)];
            assert!(
                cell.symbol() == " " || Some(cell.fg) == muted.fg,
                "{x},{y} {cell:?}"
            );
        }
    }
}
