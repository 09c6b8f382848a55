use super::*;
use crate::client::{self, Input};
use crate::console::app::Duty;
use crate::console::layout::Layout;
use crate::console::msg::Msg;
use crate::console::testing::{Bench, Log, usual};
use crate::incident::{Intent, Severity};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

fn hang(bench: &mut Bench, rotate: Option<TimeDelta>) {
    bench.app.prefs.layout = Layout::Wall;
    bench.app.prefs.duty = Some(Duty {
        picks: true,
        rotate,
        ..Duty::default()
    });
    bench.tell(Msg::Woke);
}

/// The server answers, where an incident was asked for that is not shown yet.
fn answer(bench: &mut Bench, logs: &[Log]) {
    let ahead = bench.app.prefs.duty.and_then(|duty| duty.ahead);
    let asked = ahead.and_then(|(id, _)| logs.iter().find(|log| log.state.id == id));
    if let Some(log) = asked {
        bench.frame(&log.joined());
    }
}

fn shown(bench: &Bench) -> Option<u64> {
    match &bench.app.screen {
        Screen::Incident(screen) => Some(screen.id.0),
        Screen::Board(_) => None,
    }
}

fn three() -> [Log; 3] {
    [
        Log::declared(1, "low", Severity::Sev3),
        Log::declared(2, "bad", Severity::Sev1),
        Log::declared(3, "worse than low", Severity::Sev2),
    ]
}

#[test]
fn the_most_urgent_is_shown_and_each_in_turn_where_that_is_asked_for() {
    let all = three();
    let mut bench = Bench::new(120, 34, &all.iter().collect::<Vec<_>>());
    hang(&mut bench, None);
    let screen = bench.screen();
    assert!(screen.contains("INC-2 is on its way"), "{screen}");
    answer(&mut bench, &all);
    assert_eq!(shown(&bench), Some(2));
    hang(&mut bench, Some(TimeDelta::seconds(20)));
    let mut seen: Vec<u64> = Vec::new();
    for _ in 0..130 {
        answer(&mut bench, &all);
        let now = shown(&bench).expect("never a blank between two");
        assert!(!bench.screen().contains("on its way"));
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        let next = next_wake(&bench.app).expect("a turn");
        assert!(next <= bench.now + TimeDelta::seconds(1), "the clock runs");
        bench.now += TimeDelta::seconds(1);
        bench.tell(Msg::Woke);
    }
    let turns = &seen[seen.len() - 6..];
    assert_eq!(turns[..3], turns[3..]);
    let mut each = turns[..3].to_vec();
    each.sort_unstable();
    assert_eq!(each, [1, 2, 3]);
}

#[test]
fn the_next_one_is_asked_for_before_its_turn_and_what_is_shown_stays_until_it_is_here() {
    let all = three();
    let mut bench = Bench::new(120, 34, &all.iter().collect::<Vec<_>>());
    // At the beginning of a turn.
    let turns = bench.now.timestamp().div_euclid(20);
    bench.now = Timestamp::from_timestamp(turns * 20, 0).unwrap();
    hang(&mut bench, Some(TimeDelta::seconds(20)));
    answer(&mut bench, &all);
    let first = shown(&bench).unwrap();
    let wait = |bench: &mut Bench, seconds: i64| {
        bench.now += TimeDelta::seconds(seconds);
        bench.tell(Msg::Woke)
    };
    let joins = |effects: &[Effect]| {
        let sent = effects.iter().filter_map(|effect| match effect {
            Effect::Client(client::Effect::Send(frame)) => Some(client::Outbound::encode(frame)),
            _ => None,
        });
        sent.filter(|frame| frame.contains("\"join\"")).count()
    };
    assert_eq!(joins(&wait(&mut bench, 14)), 0);
    assert_eq!(
        joins(&wait(&mut bench, 1)),
        1,
        "five seconds before its turn"
    );
    let ahead = bench.app.prefs.duty.unwrap().ahead.unwrap().0;
    // The server is slow.
    assert_eq!(joins(&wait(&mut bench, 6)), 0);
    assert_eq!(shown(&bench), Some(first));
    assert!(bench.screen().contains(&format!("INC-{first}")));
    assert_eq!(joins(&wait(&mut bench, 4)), 1, "it is asked once more");
    answer(&mut bench, &all);
    assert_eq!(shown(&bench), Some(ahead.0));
    let left = bench.app.client.room(IncidentId(first));
    assert!(left.is_none(), "what was shown is followed no more");
    let last = all
        .iter()
        .map(|log| log.state.id)
        .find(|id| *id != ahead && id.0 != first);
    wait(&mut bench, 14);
    assert_eq!(bench.app.prefs.duty.unwrap().ahead.map(|(id, _)| id), last);
    // It is over before its turn comes: it is let go.
    let mut board = all[usize::try_from(last.unwrap().0).unwrap() - 1].summary();
    (board.status, board.seq) = (crate::incident::Status::Closed, board.seq.next());
    bench.frame(&serde_json::json!({"type": "board", "summary": board}));
    wait(&mut bench, 1);
    assert!(bench.app.client.room(last.unwrap()).is_none());
}

#[test]
fn when_nothing_is_open_it_is_quiet_and_names_the_last() {
    let mut over = Log::declared(7, "checkout is down", Severity::Sev2);
    let status = |status| Intent::SetStatus {
        status,
        at: None,
        reason: None,
    };
    over.did(
        "maya",
        60,
        Intent::ClaimRole {
            role: crate::incident::Role::IncidentCommander,
        },
    );
    over.did("maya", 50, status(crate::incident::Status::Resolved));
    let mut bench = Bench::new(120, 34, &[&over]);
    hang(&mut bench, None);
    assert_eq!(shown(&bench), None);
    let screen = bench.screen();
    assert!(
        screen.contains("last incident INC-7 checkout is down"),
        "{screen}"
    );
    assert!(screen.contains("UTC"), "{screen}");
}

#[test]
fn no_key_writes_or_moves_anything() {
    let log = usual();
    let mut bench = Bench::on(120, 34, &log);
    hang(&mut bench, None);
    let (before, at) = (bench.screen(), shown(&bench));
    let characters = (' '..='~').map(KeyCode::Char);
    let named = [
        KeyCode::Enter,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Esc,
        KeyCode::Insert,
    ];
    let functions = (1..=12).map(KeyCode::F);
    let modifiers = [
        KeyModifiers::NONE,
        KeyModifiers::SHIFT,
        KeyModifiers::CONTROL,
        KeyModifiers::ALT,
    ];
    let codes: Vec<KeyCode> = characters.chain(named).chain(functions).collect();
    for modifier in modifiers {
        for code in &codes {
            let effects = bench.tell(Msg::Key(KeyEvent::new(*code, modifier)));
            let sends = |effect: &Effect| match effect {
                Effect::Client(client::Effect::Send(frame)) => {
                    let frame = client::Outbound::encode(frame);
                    assert!(
                        !frame.contains("submit"),
                        "{code:?} {modifier:?} sent {frame}"
                    );
                    false
                }
                Effect::Client(client::Effect::Store(_)) => true,
                Effect::SaveDraft { .. } | Effect::AddToDraft { .. } | Effect::KeepLine { .. } => {
                    true
                }
                _ => false,
            };
            assert!(
                !effects.iter().any(sends),
                "{code:?} {modifier:?}: {effects:?}"
            );
            // Leaving, the layouts and help do something.
            bench.app.overlays.clear();
            bench.app.keys.clear();
            bench.app.prefs.layout = Layout::Wall;
        }
    }
    bench.tell(Msg::Paste("drop everything".to_owned()));
    bench.keys("enter");
    assert!(Bench::intents(&bench.tell(Msg::Woke)).is_empty());
    assert_eq!((bench.screen(), shown(&bench)), (before, at));
}

#[test]
fn what_is_stale_says_so_large_and_stays() {
    let log = usual();
    let mut bench = Bench::on(120, 34, &log);
    hang(&mut bench, None);
    bench.client(Input::Disconnected {
        why: "the server went away".to_owned(),
        fatal: false,
        retry_at: Some(bench.now + TimeDelta::seconds(1)),
    });
    bench.now += TimeDelta::seconds(133);
    bench.tell(Msg::Woke);
    let screen = bench.screen();
    assert!(screen.contains("this screen shows"), "{screen}");
    assert!(shown(&bench).is_some());
}

#[test]
fn what_is_old_is_as_old_as_what_was_heard_last() {
    let log = usual();
    let mut bench = Bench::on(120, 34, &log);
    hang(&mut bench, None);
    bench.now += TimeDelta::seconds(50);
    let since = bench.now - TimeDelta::seconds(40);
    bench.client(Input::Silent { since });
    assert!(!bench.screen().contains("this screen shows"));
    let broken = || Input::Disconnected {
        why: "Nothing was heard from the server for 40 seconds.".to_owned(),
        fatal: false,
        retry_at: None,
    };
    bench.client(broken());
    let screen = bench.screen();
    assert!(
        screen.contains("this screen shows 14:44:38 UTC"),
        "{screen}"
    );
    // It is back, and breaks at once this time.
    bench.client(Input::Connected);
    bench.frame(
        &serde_json::json!({"type": "welcome", "protocol": crate::protocol::VERSION,
        "server": "warroom 0.1.0", "now": bench.now, "you": "lee", "level": "responder",
        "access": "tokens", "board": [log.summary()]}),
    );
    bench.now += TimeDelta::seconds(10);
    bench.client(broken());
    let screen = bench.screen();
    assert!(
        screen.contains("this screen shows 14:45:28 UTC"),
        "{screen}"
    );
}

#[test]
fn a_server_that_wants_no_more_of_it_is_asked_again_every_minute() {
    let log = usual();
    let mut bench = Bench::on(120, 34, &log);
    hang(&mut bench, None);
    bench.client(Input::Disconnected {
        why: "the token was revoked".to_owned(),
        fatal: true,
        retry_at: None,
    });
    for _ in 0..3 {
        let none = bench.tell(Msg::Woke);
        assert!(
            !none
                .iter()
                .any(|effect| matches!(effect, Effect::RetryLink))
        );
        bench.now += AGAIN_AFTER;
        let again = bench.tell(Msg::Woke);
        assert!(
            again
                .iter()
                .any(|effect| matches!(effect, Effect::RetryLink))
        );
    }
}
