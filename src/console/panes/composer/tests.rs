use super::*;
use crate::client::{Here, Me, Pane, Room};
use crate::console::keymap::Keymap;
use crate::console::panes::Look;
use crate::console::text::Zone;
use crate::console::theme::Theme;
use crate::incident::{
    Actor, Command, CommandId, Context, Decided, Hash, Incident, IncidentId, Intent, Level,
    RefusalCode, Seq, Timestamp, Via, apply, decide,
};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

fn now() -> Timestamp {
    "2026-11-24T14:02:10Z".parse().unwrap()
}

fn room() -> Room {
    let id = IncidentId(42);
    let context = Context::new(
        now(),
        Actor {
            person: "maya".parse().unwrap(),
            level: Level::Responder,
            via: Via::Console,
        },
    );
    let command = Command {
        id: CommandId(uuid::Uuid::from_u128(1)),
        written_at: now(),
        intent: Intent::Declare {
            title: Some("Checkout 500s".into()),
            severity: None,
            service: None,
            started_at: None,
            kind: crate::incident::Kind::Real,
        },
    };
    let mut state = Incident::new(id);
    let Ok(Decided::Events(drafts)) = decide(&state, &command, &context) else {
        panic!("not declared");
    };
    let mut events = Vec::new();
    for (draft, seq) in drafts.into_iter().zip(1..) {
        let event = draft.into_event(id, Seq(seq), Hash::GENESIS, command.id, &context);
        apply(&mut state, &event);
        events.push(event);
    }
    let here = ["bo", "Bonnie", "lee"].map(|name| Here {
        person: name.parse().unwrap(),
        spectator: false,
        pane: Pane::Timeline,
        typing: false,
    });
    Room::of_log(id, &events, here.to_vec())
}

struct Bench {
    room: Room,
    me: Me,
    state: State,
    area: Rect,
}

impl Bench {
    fn new() -> Self {
        Self::of_size(80, 4)
    }

    fn of_size(width: u16, height: u16) -> Self {
        let me = Me {
            person: "lee".parse().unwrap(),
            level: Level::Responder,
            loopback: false,
        };
        Self {
            room: room(),
            me,
            state: State::default(),
            area: Rect::new(0, 0, width, height),
        }
    }

    fn with<T>(&mut self, f: impl FnOnce(&mut State, &Cx<'_>) -> T) -> T {
        let cx = Cx {
            room: &self.room,
            live: &crate::client::Live::default(),
            looked_at: None,
            me: Some(&self.me),
            now: now(),
            zone: Zone::Utc,
            area: self.area,
            read_only: false,
            handover_after: chrono::TimeDelta::hours(3),
        };
        f(&mut self.state, &cx)
    }

    fn act(&mut self, action: Action) -> Vec<Request> {
        self.with(|state, cx| state.handle(action, cx))
    }

    fn press(&mut self, code: KeyCode, modifiers: KeyModifiers) -> Vec<Request> {
        self.with(|state, cx| state.key(KeyEvent::new(code, modifiers), cx))
    }

    fn ctrl(&mut self, c: char) {
        self.press(KeyCode::Char(c), KeyModifiers::CONTROL);
    }

    fn alt(&mut self, c: char) {
        self.press(KeyCode::Char(c), KeyModifiers::ALT);
    }

    fn type_in(&mut self, text: &str) {
        for c in text.chars() {
            assert!(self.press(KeyCode::Char(c), KeyModifiers::NONE).is_empty());
        }
    }

    fn send(&mut self, text: &str) -> Vec<Request> {
        self.type_in(text);
        self.act(Action::ComposerSend)
    }

    /// The screen, styles off, and where the cursor is.
    fn draw(&mut self, focused: bool) -> (String, Option<Position>) {
        let area = self.area;
        let (theme, keymap) = (Theme::plain(), Keymap::default());
        let look = Look {
            theme: &theme,
            keymap: &keymap,
            zone: Zone::Utc,
            now: now(),
            focused,
            ascii: false,
            charts: crate::console::chart::Signs::Braille,
        };
        let mut buf = Buffer::empty(area);
        let at = self.with(|state, cx| state.draw(cx, &look, area, &mut buf));
        let rows: Vec<String> = (0..area.height)
            .map(|y| {
                let mut row = String::new();
                let mut skip = 0;
                for x in 0..area.width {
                    let symbol = buf[(x, y)].symbol();
                    if skip == 0 {
                        row.push_str(symbol);
                        skip = crate::console::text::cells(symbol).max(1);
                    }
                    skip -= 1;
                }
                row.trim_end().to_owned()
            })
            .collect();
        (rows.join("\n"), at)
    }

    fn screen(&mut self) -> String {
        self.draw(true).0
    }
}

fn refusal() -> Refusal {
    Refusal::new(
        RefusalCode::NeedsCommand,
        "Only the IC may do this.",
        "Ask maya.",
    )
}

#[test]
fn a_line_is_sent_with_its_words_and_leaves_the_composer() {
    let mut bench = Bench::new();
    let asked = bench.send("/decision roll back #db");
    let [
        Request::Write {
            intent: Intent::Note(note),
            line,
        },
    ] = &asked[..]
    else {
        panic!("{asked:?}");
    };
    assert_eq!(&*note.text, "roll back #db");
    assert_eq!(line, "/decision roll back #db");
    assert_eq!(bench.state.draft(), "");
    assert_eq!(
        bench.state.history().lines().collect::<Vec<_>>(),
        ["/decision roll back #db"]
    );
    assert!(bench.act(Action::ComposerSend).is_empty());
}

#[test]
fn a_line_that_means_nothing_stays_with_its_reason() {
    let mut bench = Bench::new();
    assert!(bench.send("/dcision roll back").is_empty());
    assert_eq!(bench.state.draft(), "/dcision roll back");
    assert!(bench.screen().contains("Did you mean /decision?"));
}

#[test]
fn a_refused_line_comes_back_and_never_over_another() {
    let mut bench = Bench::new();
    bench.state.give_back("/sev 1", &refusal());
    assert_eq!(bench.state.draft(), "/sev 1");
    assert!(
        bench
            .screen()
            .contains("! Only the IC may do this. Ask maya.")
    );
    bench.ctrl('u');
    bench.type_in("being typed");
    bench.state.give_back("/sev 2", &refusal());
    bench.state.give_back("/sev 3", &refusal());
    assert_eq!(
        bench.state.draft(),
        "being typed\n/sev 2\n/sev 3",
        "kept over a crash"
    );
    assert!(
        bench
            .screen()
            .contains("2 lines wait, ctrl+r takes it back"),
        "{}",
        bench.screen()
    );
    bench.act(Action::ComposerTakeBack);
    assert!(bench.screen().starts_with("lee ▸ /sev 2"));
    bench.act(Action::ComposerTakeBack);
    bench.act(Action::ComposerTakeBack);
    assert!(
        bench.screen().starts_with("lee ▸ being typed"),
        "{}",
        bench.screen()
    );
    assert_eq!(bench.state.draft(), "being typed\n/sev 2\n/sev 3");
}

#[test]
fn beyond_their_bound_refused_lines_are_joined_and_not_dropped() {
    let mut bench = Bench::new();
    bench.type_in("x");
    let many = RETURNED_MAX + 7;
    for line in 0..many {
        bench.state.give_back(&format!("line {line}"), &refusal());
    }
    assert_eq!(bench.state.returned.len(), RETURNED_MAX);
    for line in 0..many {
        assert!(
            bench
                .state
                .draft()
                .lines()
                .any(|l| l == format!("line {line}"))
        );
    }
}

#[test]
fn a_paste_is_one_piece_made_safe_and_bounded() {
    let mut bench = Bench::new();
    bench.type_in("/cmd ");
    bench.with(|state, cx| state.input("kubectl get pods\r\n\x1b[31mweb\t1\x1b[0m\n\n", cx));
    assert_eq!(
        bench.state.draft(),
        "/cmd kubectl get pods\n␛[31mweb    1␛[0m"
    );
    let before = bench.state.draft().to_owned();
    let huge = "x".repeat(limits::NOTE_BYTES);
    let asked = bench.with(|state, cx| state.input(&huge, cx));
    let [Request::Say(Say::Warning(why))] = &asked[..] else {
        panic!("{asked:?}");
    };
    assert!(
        why.contains("65536 is the most") && why.contains("Nothing was added"),
        "{why}"
    );
    assert_eq!(bench.state.draft(), before);
    assert_eq!(bench.act(Action::ComposerSend).len(), 1, "one entry");
}

#[test]
fn keys_edit_as_in_readline() {
    let mut bench = Bench::new();
    bench.type_in("roll back 4f2a");
    bench.ctrl('w');
    assert_eq!(bench.state.draft(), "roll back ");
    bench.alt('b');
    bench.alt('d');
    assert_eq!(bench.state.draft().trim_end(), "roll");
    bench.ctrl('a');
    bench.type_in("we ");
    bench.ctrl('e');
    bench.ctrl('u');
    assert_eq!(bench.state.draft(), "");
    bench.ctrl('y');
    assert_eq!(bench.state.draft().trim_end(), "we roll");
    bench.ctrl('a');
    bench.ctrl('k');
    assert_eq!(bench.state.draft(), "");
    bench.press(KeyCode::Char('_'), KeyModifiers::CONTROL);
    assert_eq!(bench.state.draft().trim_end(), "we roll", "undone");
}

#[test]
fn history_is_walked_and_what_was_typed_is_found_again() {
    let mut bench = Bench::new();
    bench.send("one");
    bench.send("two");
    bench.send("one");
    bench.type_in("three");
    bench.act(Action::ComposerHistoryPrevious);
    assert_eq!(bench.state.draft(), "one");
    bench.act(Action::ComposerHistoryPrevious);
    assert_eq!(bench.state.draft(), "two");
    bench.act(Action::ComposerHistoryPrevious);
    assert_eq!(bench.state.draft(), "two", "the end");
    bench.act(Action::ComposerHistoryNext);
    bench.act(Action::ComposerHistoryNext);
    assert_eq!(bench.state.draft(), "three");
    bench.act(Action::ComposerNewline);
    bench.type_in("four");
    bench.act(Action::ComposerHistoryPrevious);
    assert_eq!(bench.state.draft(), "three\nfour", "within the text first");
    let lines = (0..600).map(|n| format!("line {n}")).collect();
    let history = bench.state.history();
    let had = history.lines().count();
    history.put_before(lines);
    assert_eq!(history.lines().count(), history::LINES_MAX);
    assert_eq!(
        history.lines().nth(history::LINES_MAX - had - 1),
        Some("line 599")
    );
    assert!(
        history.lines().last() != Some("line 599"),
        "the new ones stay last"
    );
}

#[test]
fn a_changed_line_of_the_history_is_what_is_typed() {
    let mut bench = Bench::new();
    bench.send("one");
    bench.act(Action::ComposerHistoryPrevious);
    bench.type_in("!");
    bench.act(Action::ComposerHistoryPrevious);
    bench.act(Action::ComposerHistoryNext);
    assert_eq!(bench.state.draft(), "one!");
}

#[test]
fn words_are_completed() {
    let mut bench = Bench::new();
    bench.type_in("/hyp");
    bench.act(Action::ComposerComplete);
    assert_eq!(bench.state.draft(), "/hypothesis ");
    bench.ctrl('u');
    bench.type_in("/ask @bo");
    bench.act(Action::ComposerComplete);
    assert_eq!(bench.state.draft(), "/ask @bo");
    assert!(
        bench.screen().contains("@bo  @Bonnie"),
        "{}",
        bench.screen()
    );
    bench.act(Action::ComposerComplete);
    assert_eq!(bench.state.draft(), "/ask @Bonnie");
    bench.act(Action::ComposerComplete);
    assert_eq!(bench.state.draft(), "/ask @bo");
    bench.ctrl('u');
    bench.type_in("/told @bo");
    bench.act(Action::ComposerComplete);
    assert_eq!(bench.state.draft(), "/told @bo");
    bench.ctrl('u');
    bench.type_in("/answer 1 wi");
    bench.act(Action::ComposerComplete);
    assert_eq!(bench.state.draft(), "/answer 1 withdraw ");
    bench.ctrl('u');
    bench.type_in("/status mon");
    bench.act(Action::ComposerComplete);
    assert_eq!(bench.state.draft(), "/status monitoring ");
    bench.type_in("zz");
    let asked = bench.act(Action::ComposerComplete);
    assert!(
        matches!(&asked[..], [Request::Say(Say::Info(_))]),
        "{asked:?}"
    );
    assert_eq!(bench.state.draft(), "/status monitoring zz");
}

#[test]
fn the_editor_gets_the_text_and_gives_it_back() {
    let mut bench = Bench::new();
    bench.type_in("long");
    assert_eq!(
        bench.act(Action::ComposerEditor),
        [Request::EditElsewhere("long".to_owned())]
    );
    bench.state.set_text("longer\nand \x07longer\n");
    assert_eq!(bench.state.draft(), "longer\nand ␇longer");
}

#[test]
fn a_click_puts_the_cursor_there() {
    let mut bench = Bench::new();
    bench.type_in("one");
    bench.act(Action::ComposerNewline);
    bench.type_in("two");
    bench.draw(true);
    bench.with(|state, cx| state.click(Position::new(7, 0), cx));
    bench.type_in("X");
    assert_eq!(bench.state.draft(), "oXne\ntwo");
}

#[test]
fn screens() {
    let mut shown = Vec::new();
    let mut show = |name: &str, bench: &mut Bench, focused: bool| {
        let (screen, at) = bench.draw(focused);
        let at = at
            .map(|at| format!("{},{}", at.x, at.y))
            .unwrap_or_default();
        let height = bench.state.height(bench.area.width, 16);
        shown.push(format!("== {name} (cursor {at}, wants {height})\n{screen}"));
    };
    show("empty, elsewhere", &mut Bench::of_size(80, 2), false);
    show("empty, here", &mut Bench::of_size(80, 2), true);
    let mut bench = Bench::of_size(80, 2);
    bench.type_in("-2m !! pods restart because of OOM #db @bo");
    show("a note", &mut bench, true);
    let mut bench = Bench::of_size(80, 2);
    bench.type_in("/de");
    show("a command begun", &mut bench, true);
    let mut bench = Bench::of_size(40, 4);
    bench.type_in("決済サービスが落ちた 👩‍💻 and it goes on for more than one row");
    show("wide", &mut bench, true);
    let mut bench = Bench::of_size(80, 6);
    let lines: Vec<String> = (0..40).map(|n| format!("pod web-{n} 0/1")).collect();
    bench.with(|state, cx| state.input(&format!("/cmd get pods\n{}", lines.join("\n")), cx));
    show("a long paste", &mut bench, true);
    let mut bench = Bench::of_size(30, 1);
    bench.type_in("one row only, too long for it");
    show("one row", &mut bench, true);
    insta::assert_snapshot!(shown.join("\n\n"));
}
