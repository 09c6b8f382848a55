//! What keys and clicks do.

use crate::client::{self, Input, Outbound};
use crate::console::app::{Automatic, Screen};
use crate::console::effect::Effect;
use crate::console::layout::Layout;
use crate::console::msg::Msg;
use crate::console::overlays::Overlay;
use crate::console::panes::Focus;
use crate::console::testing::{Bench, Log, alert, declare, usual};
use crate::console::theme::Appearance;
use crate::incident::*;
use chrono::TimeDelta;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use serde_json::json;

pub(super) fn triage() -> Log {
    let mut log = Log::new(45);
    log.did(
        "alertmanager",
        200,
        Intent::Triage {
            title: "HighErrorRate on search".into(),
            alert: alert("HighErrorRate", "search", AlertState::Firing, 220),
            match_key: "x".into(),
            severity: None,
            kind: Kind::Real,
        },
    );
    log
}

fn focus(bench: &Bench) -> Focus {
    match &bench.app.screen {
        Screen::Incident(screen) => screen.focus,
        Screen::Board(_) => panic!("on the board"),
    }
}

pub(super) fn sent(effects: &[Effect]) -> Vec<String> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Client(client::Effect::Send(frame)) => Some(Outbound::encode(frame)),
            _ => None,
        })
        .collect()
}

#[test]
fn one_key_and_enter_declare_what_waits_in_triage() {
    let log = triage();
    let mut bench = Bench::new(120, 40, &[&log]);
    bench.keys("d");
    assert!(bench.screen().contains("Declare INC-45"));
    let effects = bench.keys("enter");
    assert!(
        sent(&effects).iter().any(|frame| frame.contains("join")),
        "the incident is opened: {effects:?}"
    );
    let declared = Bench::intents(&effects);
    assert!(
        matches!(&*declared, [Intent::Declare { title: Some(title), .. }] if &**title == "HighErrorRate on search"),
        "{declared:?}"
    );
}

#[test]
fn a_new_incident_is_gone_to_once_it_has_its_name() {
    let mut bench = Bench::new(120, 40, &[]);
    bench.keys("d");
    bench.typed("Mails are late");
    let effects = bench.keys("enter");
    let stored = effects.iter().find_map(|effect| match effect {
        Effect::Client(client::Effect::Store(pending)) => Some(pending.command.id),
        _ => None,
    });
    let id = stored.expect("it is stored before it is sent");
    bench.client(Input::Stored(id));
    bench.frame(
        &json!({"type": "done", "command": id, "incident": IncidentId(9),
                        "first": 1, "last": 1}),
    );
    assert!(matches!(&bench.app.screen, Screen::Incident(screen) if screen.id == IncidentId(9)));
}

#[test]
fn keys_go_to_the_pane_that_has_the_focus() {
    let mut bench = Bench::on(200, 50, &usual());
    assert_eq!(focus(&bench), Focus::Timeline);
    for (keys, want) in [
        ("tab", Focus::Command),
        ("tab", Focus::Runbook),
        ("shift+tab", Focus::Command),
        ("4", Focus::Situation),
        ("i", Focus::Composer),
        ("esc", Focus::Situation),
        ("1", Focus::Timeline),
    ] {
        bench.keys(keys);
        assert_eq!(focus(&bench), want, "{keys}");
    }
}

#[test]
fn a_click_focuses_what_it_points_at() {
    let mut bench = Bench::on(200, 50, &usual());
    let command = bench.app.places().pane(Focus::Command).unwrap();
    bench.tell(Msg::Mouse(MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: command.x + 2,
        row: command.y + 2,
        modifiers: KeyModifiers::NONE,
    }));
    assert_eq!(focus(&bench), Focus::Command);
}

#[test]
fn a_click_on_the_board_selects_and_a_second_one_opens() {
    let logs = [triage(), usual()];
    let mut bench = Bench::new(120, 40, &[&logs[0], &logs[1]]);
    let y = bench
        .screen()
        .lines()
        .position(|line| line.contains("INC-42"))
        .unwrap();
    let click = || {
        Msg::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: 20,
            row: u16::try_from(y).unwrap(),
            modifiers: KeyModifiers::NONE,
        })
    };
    bench.tell(click());
    assert!(bench.screen().contains("› INC-42"));
    bench.tell(click());
    assert!(matches!(&bench.app.screen, Screen::Incident(screen) if screen.id == IncidentId(42)));
}

#[test]
fn a_chord_waits_for_its_second_key_and_a_stray_key_is_not_typed() {
    let mut bench = Bench::on(120, 40, &usual());
    bench.keys("g");
    assert!(bench.screen().lines().last().unwrap().contains("g …"));
    bench.keys("?");
    assert!(bench.app.keys.is_empty() && bench.app.overlays.is_empty());
}

#[test]
fn what_is_not_possible_says_why_and_what_instead() {
    let mut bench = Bench::on(120, 40, &usual());
    bench.keys("g r");
    assert!(bench.app.overlays.is_empty());
    let said = bench.app.notices.current(bench.now).unwrap();
    assert!(
        said.text.contains("Only the Incident Commander (maya)"),
        "{said:?}"
    );
    assert!(said.text.contains("Ask maya"), "{said:?}");
}

#[test]
fn a_confirmation_submits_only_on_yes() {
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
    let mut bench = Bench::on(120, 40, &log);
    bench.keys("g r");
    assert!(matches!(
        bench.app.overlays.last(),
        Some(Overlay::Confirm(_))
    ));
    assert!(Bench::intents(&bench.keys("n")).is_empty());
    bench.keys("g r");
    let asked = Bench::intents(&bench.keys("y"));
    assert!(matches!(
        &*asked,
        [Intent::SetStatus {
            status: Status::Resolved,
            ..
        }]
    ));
    assert!(bench.app.overlays.is_empty());
}

#[test]
fn a_role_is_taken_from_its_holder_only_by_name() {
    let mut bench = Bench::on(120, 40, &usual());
    bench.keys("1 a");
    bench.typed("operations");
    bench.keys("enter");
    bench.typed("lee");
    bench.keys("enter");
    assert!(bench.screen().contains("Take Operations Lead from bo"));
    let asked = Bench::intents(&bench.keys("enter"));
    assert!(
        matches!(&*asked, [Intent::AssignRole { expected_holder: Some(bo), .. }] if bo.as_str() == "bo"),
        "{asked:?}"
    );
}

#[test]
fn a_role_of_the_configuration_is_offered_once() {
    let mut bench = Bench::on(120, 40, &usual());
    let role: Role = "database-lead".parse().unwrap();
    bench.app.prefs.extra_roles = vec![role.clone()];
    bench.keys("1 a");
    bench.typed("database");
    assert_eq!(bench.screen().matches(role.title()).count(), 1);
    bench.keys("enter");
    bench.typed("lee");
    let asked = Bench::intents(&bench.keys("enter"));
    assert!(
        matches!(&*asked, [Intent::AssignRole { role: given, .. }] if *given == role),
        "{asked:?}"
    );
}

#[test]
fn the_palette_does_what_was_chosen() {
    let mut bench = Bench::on(120, 40, &usual());
    bench.keys(":");
    bench.typed("layout-scribe");
    bench.keys("enter");
    assert_eq!(bench.app.prefs.layout, Layout::Scribe);
    assert_eq!(focus(&bench), Focus::Composer, "a scribe writes");
    bench.keys("ctrl+p");
    bench.typed("resolve");
    bench.keys("enter");
    assert!(bench.screen().contains("Only the Incident Commander"));
    assert!(matches!(
        bench.app.overlays.last(),
        Some(Overlay::Picker(_))
    ));
}

#[test]
fn a_console_that_only_reads_says_so_and_sends_nothing() {
    let mut bench = Bench::on(120, 40, &usual());
    bench.app.prefs.read_only = Some("This console only reads.".to_owned());
    for keys in ["i", "c", "S", "g r", "D", "a", "r", "3 d", "1 e", "!"] {
        let effects = bench.keys(keys);
        assert!(Bench::intents(&effects).is_empty(), "{keys}");
        bench.keys("esc esc");
    }
    assert!(
        bench
            .app
            .notices
            .newest_first()
            .any(|n| n.text.contains("only reads"))
    );
}

#[test]
fn a_paste_never_does_what_keys_do() {
    let log = usual();
    let mut bench = Bench::new(120, 40, &[&log]);
    let effects = bench.tell(Msg::Paste("q\nd\n:quit\n".to_owned()));
    assert!(effects.is_empty() && bench.app.overlays.is_empty());
    let mut bench = Bench::on(120, 40, &log);
    bench.keys("D");
    bench.tell(Msg::Paste("two\nlines".to_owned()));
    assert!(bench.screen().contains("two lines"));
}

#[test]
fn layouts_zoom_zone_and_theme_change_at_once() {
    let mut bench = Bench::on(120, 40, &usual());
    bench.keys("z");
    assert_eq!(bench.app.places().panes.len(), 1);
    bench.keys("f4");
    assert!(bench.app.prefs.layout == Layout::Wall && !bench.app.prefs.zoomed);
    let before = bench.app.prefs.theme().name().to_owned();
    bench.keys("T U");
    assert_ne!(bench.app.prefs.theme().name(), before);
    assert!(bench.screen().contains("CET"));
}

#[test]
fn leaving_goes_to_the_board_and_the_cursor_stands_on_it() {
    let logs = [triage(), usual()];
    let mut bench = Bench::new(120, 40, &[&logs[0], &logs[1]]);
    bench.keys("j enter");
    bench.frame(&logs[1].joined());
    let effects = bench.keys("b");
    assert!(sent(&effects).iter().any(|frame| frame.contains("leave")));
    assert!(bench.screen().contains("› INC-42"));
}

#[test]
fn quitting_is_an_effect_and_keeps_the_incident_going() {
    let mut bench = Bench::on(120, 40, &usual());
    assert!(matches!(&*bench.keys("q"), [Effect::Quit]));
    let mut bench = Bench::new(120, 40, &[]);
    assert!(matches!(&*bench.keys("ctrl+c"), [Effect::Quit]));
}

#[test]
fn unset_severity_is_named_in_the_header() {
    let mut log = Log::new(7);
    log.did("maya", 5, declare("Mails are late", None));
    let bench = Bench::on(80, 24, &log);
    assert!(bench.screen().lines().next().unwrap().contains("SEV?"));
}

#[test]
fn the_theme_follows_the_background_until_one_is_chosen() {
    let mut bench = Bench::new(120, 40, &[]);
    bench.app.prefs.automatic = Some(Automatic { dark: 0, light: 1 });
    bench.tell(Msg::Background(Appearance::Light));
    assert_eq!(bench.app.prefs.theme, 1);
    bench.tell(Msg::Background(Appearance::Dark));
    assert_eq!(bench.app.prefs.theme, 0);
    bench.keys("T");
    let chosen = bench.app.prefs.theme;
    bench.tell(Msg::Background(Appearance::Dark));
    assert_eq!(bench.app.prefs.theme, chosen);
}

#[test]
fn ones_own_place_is_shown_as_the_others_see_it() {
    let mut bench = Bench::on(200, 50, &usual());
    let mine = |bench: &Bench| {
        let screen = bench.screen();
        let here = screen.lines().skip_while(|line| !line.contains("─ Here"));
        let line = here
            .skip(1)
            .find(|line| line.contains("│lee ") || line.contains("┃lee "));
        line.unwrap_or_default().to_owned()
    };
    for (keys, shown) in [("2", "command"), ("3", "runbook"), ("i", "composer")] {
        bench.keys(keys);
        bench.wait(TimeDelta::seconds(1));
        assert!(mine(&bench).contains(shown), "{keys}: {}", mine(&bench));
    }
    bench.typed("pods");
    bench.wait(TimeDelta::seconds(1));
    assert!(mine(&bench).contains("typing"), "{}", mine(&bench));
    bench.wait(TimeDelta::seconds(5));
    assert!(mine(&bench).contains("composer"), "{}", mine(&bench));
}
