use super::State;
use crate::client::Room;
use crate::console::keymap::Action;
use crate::console::panes::fixture::{Story, cx, drawn, me};
use crate::console::panes::{Cx, OverlayRequest, Request};
use crate::incident::{EntryKind, Intent, NewNote, Seq};
use chrono::TimeDelta;
use ratatui::layout::{Position, Rect};

const AREA: Rect = Rect::new(0, 0, 60, 8);

/// An incident with notes numbered from 1.
fn notes(count: u32) -> Story {
    let mut story = Story::new();
    story.declare("Checkout 500s");
    for n in 1..=count {
        story.note(1, "lee", EntryKind::Note, &format!("note {n}."));
    }
    story
}

fn room(story: &Story) -> Room {
    story.room(&[])
}

fn with<T>(room: &Room, f: impl FnOnce(&Cx<'_>) -> T) -> T {
    let me = me();
    f(&cx(room, &me, AREA))
}

fn screen(state: &State, room: &Room) -> String {
    with(room, |cx| {
        drawn(AREA, |look, area, buf| state.draw(cx, look, area, buf))
    })
}

fn act(state: &mut State, room: &Room, action: Action) -> Vec<Request> {
    with(room, |cx| state.handle(action, cx))
}

#[test]
fn at_the_foot_it_follows() {
    let (mut state, mut story) = (State::default(), notes(20));
    let before = room(&story);
    assert!(screen(&state, &before).contains("note 20."));
    story.note(1, "lee", EntryKind::Note, "the newest");
    let after = room(&story);
    assert!(with(&after, |cx| state.room_changed(cx)).is_empty());
    assert!(screen(&state, &after).contains("›· lee: the newest"));
    assert_eq!(with(&after, |cx| state.title(cx)).right, "");
}

#[test]
fn scrolled_away_it_keeps_its_place_and_counts_what_is_below() {
    let (mut state, mut story) = (State::default(), notes(40));
    let before = room(&story);
    act(&mut state, &before, Action::PageUp);
    act(&mut state, &before, Action::PageUp);
    let shown = screen(&state, &before);
    assert!(!shown.contains("note 40."));
    let below = |state: &State, room: &Room| with(room, |cx| state.title(cx)).right;
    let count: u32 = below(&state, &before)
        .trim_end_matches(" below")
        .parse()
        .unwrap();
    for _ in 0..12 {
        story.note(1, "bo", EntryKind::Note, "something new");
    }
    // written down late: it belongs above what is in sight
    let late = NewNote {
        occurred_at: Some(story.now() - TimeDelta::seconds(50)),
        ..NewNote::plain("written down late")
    };
    story.then(0, "bo", Intent::Note(late));
    let after = room(&story);
    with(&after, |cx| state.room_changed(cx));
    assert_eq!(screen(&state, &after), shown);
    assert_eq!(below(&state, &after), format!("{} below", count + 12));
    act(&mut state, &after, Action::Bottom);
    assert!(screen(&state, &after).contains("something new"));
    assert_eq!(below(&state, &after), "");
}

#[test]
fn what_is_below_is_what_is_not_seen() {
    let (mut state, room) = (State::default(), room(&notes(40)));
    act(&mut state, &room, Action::CursorUp);
    assert!(screen(&state, &room).contains("note 40."));
    assert_eq!(with(&room, |cx| state.title(cx)).right, "");
}

#[test]
fn the_cursor_never_leaves_the_pane() {
    let (mut state, room) = (State::default(), room(&notes(40)));
    let moves = [
        (Action::CursorUp, 30),
        (Action::HalfPageUp, 3),
        (Action::CursorDown, 9),
        (Action::Top, 1),
        (Action::PageDown, 2),
        (Action::CursorDown, 50),
    ];
    for (action, times) in moves {
        for _ in 0..times {
            act(&mut state, &room, action);
            assert_eq!(
                screen(&state, &room).matches('›').count(),
                1,
                "after {action:?}"
            );
        }
    }
}

#[test]
fn a_search_goes_from_hit_to_hit() {
    let (mut state, room) = (State::default(), room(&notes(40)));
    with(&room, |cx| state.search(Some("NOTE 1"), cx));
    assert_eq!(with(&room, |cx| state.matches(cx)), 11);
    assert!(
        screen(&state, &room).contains("›· lee: note 19."),
        "{}",
        screen(&state, &room)
    );
    act(&mut state, &room, Action::SearchPrevious);
    assert!(screen(&state, &room).contains("›· lee: note 18."));
    act(&mut state, &room, Action::SearchNext);
    assert!(screen(&state, &room).contains("›· lee: note 19."));
    with(&room, |cx| state.search(None, cx));
    assert_eq!(with(&room, |cx| state.matches(cx)), 0);
}

#[test]
fn it_goes_to_an_entry_and_to_a_moment() {
    let (mut state, room) = (State::default(), room(&notes(40)));
    let tenth = room
        .timeline()
        .lines()
        .iter()
        .find(|line| &*line.entry.text == "note 10.");
    let (seq, at) = tenth
        .map(|line| (line.entry.seq, line.entry.occurred_at))
        .unwrap();
    with(&room, |cx| state.go_to(seq, cx));
    assert!(screen(&state, &room).contains("›· lee: note 10."));
    with(&room, |cx| state.go_to_time(at + TimeDelta::seconds(5), cx));
    assert!(screen(&state, &room).contains("›· lee: note 15."));
    with(&room, |cx| state.go_to(Seq(9_999), cx));
    assert!(
        screen(&state, &room).contains("›· lee: note 15."),
        "not here: it stays"
    );
}

#[test]
fn what_is_done_to_an_entry() {
    let (mut state, room) = (State::default(), room(&notes(3)));
    let newest = room.confirmed().seq;
    let asked = act(&mut state, &room, Action::Details);
    assert_eq!(asked, [Request::Open(OverlayRequest::Details(newest))]);
    let asked = act(&mut state, &room, Action::Pin);
    let pin = Intent::Pin {
        target: newest,
        pinned: true,
    };
    assert_eq!(asked, [Request::Submit(pin)]);
    assert!(with(&room, |cx| state.why_not(Action::Amend, cx)).is_none());
    act(&mut state, &room, Action::Top);
    assert!(
        with(&room, |cx| state.why_not(Action::Amend, cx)).is_some(),
        "made, not written"
    );
    with(&room, |cx| state.click(Position::new(20, 2), cx));
    assert!(screen(&state, &room).lines().nth(2).unwrap().contains('›'));
}
