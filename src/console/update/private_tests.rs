//! A private incident on the screen: what says so, and what becomes of it when it is closed.

use crate::console::app::Screen;
use crate::console::effect::Effect;
use crate::console::layout::Layout;
use crate::console::testing::{Bench, Log};
use crate::incident::*;
use serde_json::json;

fn private() -> Log {
    let mut log = Log::declared(46, "Customer data in the logs", Severity::Sev2);
    let people = vec!["lee".parse().unwrap()];
    log.did("maya", 60, Intent::MakePrivate(PrivateTo { people }));
    log
}

fn closed(bench: &mut Bench) -> Vec<Effect> {
    bench.frame(&json!({"type": "closed_to_you", "incident": 46}))
}

#[test]
fn the_header_and_the_board_say_that_it_is_private_in_a_word() {
    let log = private();
    for width in [80, 120, 200] {
        let mut bench = Bench::new(width, 40, &[&log]);
        let board = bench.screen();
        let line = board.lines().find(|line| line.contains("INC-46"));
        assert!(line.is_some_and(|line| line.contains("PRIVATE")), "{board}");
        bench.keys("enter");
        bench.frame(&log.joined());
        let screen = bench.screen();
        let head: Vec<&str> = screen.lines().take(2).collect();
        assert!(head.concat().contains("PRIVATE"), "{screen}");
    }
}

#[test]
fn what_is_closed_leaves_the_screen_and_nothing_typed_is_lost() {
    let log = private();
    let mut bench = Bench::on(120, 40, &log);
    bench.keys("i");
    bench.typed("half a line");
    let effects = closed(&mut bench);
    assert!(matches!(bench.app.screen, Screen::Board(_)));
    let kept = effects
        .iter()
        .any(|effect| matches!(effect, Effect::SaveDraft { text, .. } if text == "half a line"));
    assert!(kept, "{effects:?}");
    let screen = bench.screen();
    assert!(
        !screen.contains("INC-46") && !screen.contains("Customer"),
        "{screen}"
    );
    // Said again, as the room and the board both do, it changes nothing.
    assert!(closed(&mut bench).is_empty());
}

#[test]
fn a_line_under_way_stays_in_the_outbox_until_it_is_answered_and_then_goes_to_the_draft() {
    let log = private();
    let mut bench = Bench::on(120, 40, &log);
    bench.keys("i");
    bench.typed("who has the list?");
    let effects = bench.keys("enter");
    assert_eq!(Bench::intents(&effects).len(), 1);
    let command = effects.iter().find_map(|effect| match effect {
        Effect::Client(crate::client::Effect::Store(pending)) => Some(pending.command.id),
        _ => None,
    });
    let command = command.unwrap();
    bench.client(crate::client::Input::Stored(command));
    closed(&mut bench);
    assert_eq!(bench.app.client.queued(), 1);
    let refusal = no_such_incident(IncidentId(46));
    let effects = bench.frame(&json!({"type": "refused", "command": command, "refusal": refusal}));
    assert_eq!(bench.app.client.queued(), 0);
    let kept = effects.iter().any(
        |effect| matches!(effect, Effect::AddToDraft { text, .. } if text == "who has the list?"),
    );
    assert!(kept, "{effects:?}");
}

#[test]
fn a_wall_shows_nothing_of_it_whoever_s_console_it_is() {
    let log = private();
    let mut bench = Bench::on(160, 40, &log);
    bench.app.prefs.layout = Layout::Wall;
    let screen = bench.screen();
    assert!(screen.contains("not shown on a wall"), "{screen}");
    assert!(!screen.contains("Customer"), "{screen}");
}

#[test]
fn who_may_see_it_is_said_in_the_composer_and_read_before_it_is_sent() {
    let log = Log::declared(46, "Customer data in the logs", Severity::Sev2);
    let mut bench = Bench::on(120, 40, &log);
    bench.keys("i");
    bench.typed("/private @bo");
    assert!(bench.screen().contains("the whole incident private"));
    let mut bench = Bench::on(120, 40, &private());
    let whys = |bench: &Bench| {
        super::why_not::why_not(&bench.app, crate::console::keymap::Action::MakePublic)
    };
    assert!(whys(&bench).is_some_and(|why| why.contains("Incident Commander")));
    bench.keys("i");
    bench.typed("/admit @bo");
    let sent = Bench::intents(&bench.keys("enter"));
    let person = "bo".parse().unwrap();
    assert_eq!(sent, [Intent::Admit(Admission { person })]);
}
