use super::*;
use crate::incident::{EntryKind, Hash, Via, What};
use chrono::TimeDelta;
use uuid::Uuid;

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn event(seq: u64, occurred: i64, what: What) -> Event {
    Event {
        incident: crate::incident::IncidentId(1),
        seq: Seq(seq),
        recorded_at: at(10_000 + i64::try_from(seq).unwrap()),
        occurred_at: at(occurred),
        by: "lee".parse().unwrap(),
        via: Via::Console,
        command: CommandId(Uuid::from_u128(u128::from(seq))),
        prev: Hash::GENESIS,
        body: what.into(),
    }
}

fn note(seq: u64, occurred: i64) -> Event {
    let what = What::Noted {
        kind: EntryKind::Note,
        text: format!("note {seq}").into(),
        pinned: false,
        private: false,
        tags: Vec::new(),
        mentions: Vec::new(),
        hypothesis: None,
    };
    event(seq, occurred, what)
}

fn amend(seq: u64, target: u64, text: &str) -> Event {
    let what = What::Amended {
        target: Seq(target),
        text: text.into(),
        private: false,
    };
    event(seq, 0, what)
}

fn seqs(timeline: &Timeline) -> Vec<u64> {
    timeline.lines().iter().map(|l| l.entry.seq.0).collect()
}

/// A window of notes `first..=last` of a log that ends at `head`.
fn window(first: u64, last: u64, head: u64) -> Timeline {
    let mut timeline = Timeline {
        head: Seq(head),
        ..Timeline::default()
    };
    timeline.begin(1);
    let events: Vec<Event> = (first..=last).map(|n| note(n, 0)).collect();
    assert!(timeline.take_page(1, Want::Elsewhere, &events, &[], true));
    timeline
}

#[test]
fn a_late_line_goes_where_it_belongs_and_pending_ones_last_among_equals() {
    let mut timeline = Timeline::default();
    for event in [note(1, 50), note(2, 60), note(3, 10), note(4, 50)] {
        timeline.push(&event);
    }
    assert_eq!(seqs(&timeline), [3, 1, 4, 2]);
    let command = CommandId(Uuid::from_u128(99));
    timeline.add_pending(command, &[note(5, 50)]);
    assert_eq!(seqs(&timeline), [3, 1, 4, 0, 2]);
    assert_eq!(timeline.lines()[3].state, LineState::Pending(command));
    timeline.drop_pending(command);
    assert_eq!(seqs(&timeline), [3, 1, 4, 2]);
    assert_eq!(timeline.position(Seq(4)), Some(2));
}

#[test]
fn corrections_arrive_in_any_order() {
    let (first, second) = (amend(5, 2, "second"), amend(6, 2, "third"));
    for order in [[&first, &second], [&second, &first]] {
        let mut timeline = window(1, 4, 6);
        for correction in order {
            timeline.note_correction(correction);
        }
        let line = timeline.get(Seq(2)).unwrap();
        assert_eq!(&*line.entry.text, "third");
        assert_eq!(line.entry.marks.amended, Some(Seq(6)));
        let was: Vec<&str> = line.history.iter().map(|h| &*h.was).collect();
        assert_eq!(was, ["note 2", "second"]);
    }
}

#[test]
fn a_pending_correction_is_shown_and_taken_back() {
    let mut timeline = window(1, 4, 4);
    let command = CommandId(Uuid::from_u128(99));
    timeline.add_pending(command, &[amend(5, 2, "mine")]);
    let line = timeline.get(Seq(2)).unwrap();
    assert_eq!(
        (&*line.entry.text, line.state),
        ("mine", LineState::Pending(command))
    );
    timeline.push(&amend(5, 2, "theirs"));
    assert_eq!(&*timeline.get(Seq(2)).unwrap().entry.text, "mine");
    timeline.drop_pending(command);
    let line = timeline.get(Seq(2)).unwrap();
    assert_eq!(
        (&*line.entry.text, line.state),
        ("theirs", LineState::Confirmed)
    );
}

#[test]
fn endless_amendments_of_one_line_are_bounded() {
    let mut timeline = window(1, 1, 1);
    for n in 2..500 {
        timeline.push(&amend(n, 1, &format!("text {n}")));
    }
    let line = timeline.get(Seq(1)).unwrap();
    assert_eq!(&*line.entry.text, "text 499");
    assert_eq!(line.history.len(), correct::CORRECTIONS_PER_LINE);
}

#[test]
fn a_correction_that_overtakes_its_page_is_not_lost() {
    let mut timeline = window(10, 12, 12);
    timeline.begin(2);
    timeline.push(&amend(13, 8, "corrected"));
    let page: Vec<Event> = (7..10).map(|n| note(n, 0)).collect();
    assert!(timeline.take_page(2, Want::Older, &page, &[], true));
    assert_eq!(&*timeline.get(Seq(8)).unwrap().entry.text, "corrected");
    assert_eq!(timeline.range(), (Seq(7), Seq(13)));
}

#[test]
fn pages_that_do_not_fit_change_nothing() {
    let mut timeline = window(10, 12, 12);
    for (want, page) in [
        (Want::Older, [note(5, 0), note(6, 0)]),
        (Want::Older, [note(7, 0), note(9, 0)]),
        (Want::Newer, [note(14, 0), note(15, 0)]),
        (Want::Whole, [note(9, 0), note(10, 0)]),
    ] {
        timeline.begin(2);
        assert!(!timeline.take_page(2, want, &page, &[], true), "{want:?}");
        assert_eq!(seqs(&timeline), [10, 11, 12]);
        assert!(!timeline.loading());
    }
}

#[test]
fn away_from_the_newest_new_events_are_only_counted() {
    let mut timeline = window(1, 3, 9);
    assert!(!timeline.is_at_newest());
    timeline.push(&note(10, 0));
    assert_eq!((timeline.len(), timeline.newer_count()), (3, 7));
    timeline.begin(2);
    let page: Vec<Event> = (4..=10).map(|n| note(n, 0)).collect();
    assert!(timeline.take_page(2, Want::Newer, &page, &[], false));
    assert!(timeline.is_at_newest() && timeline.newer_count() == 0);
}

#[test]
fn lines_are_bounded_at_the_far_end_of_the_view() {
    let most = LINES_MAX as u64;
    let mut timeline = window(1001, 1000 + most, 1000 + most);
    timeline.begin(2);
    let page: Vec<Event> = (501..=1000).map(|n| note(n, 0)).collect();
    assert!(timeline.take_page(2, Want::Older, &page, &[], true));
    assert_eq!(timeline.range(), (Seq(501), Seq(500 + most)));
    assert!(timeline.trimmed() && !timeline.is_at_newest());
    assert_eq!(timeline.len(), LINES_MAX);

    let mut live = window(1, most, most);
    for n in 1..=(TRIM_STEP as u64 + 1) {
        live.push(&note(most + n, 0));
    }
    assert_eq!(live.len(), LINES_MAX);
    assert!(live.is_at_newest() && !live.reaches_start());
}
