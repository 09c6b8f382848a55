//! Going back in time: whatever the log, the steps and the bounds, what is shown is the fold of the
//! events up to there.

use crate::incident_properties::{carry_out, commands};
use crate::support::story::{Story, declare};
use proptest::prelude::*;
use warroom::client::{Ask, Bounds, Goal, Travel, Way};
use warroom::incident::*;

/// So small that every page, state and window is let go and asked for again all the time.
fn bounds() -> impl Strategy<Value = Bounds> {
    (1u64..9, 1usize..4, 1u64..6, 1usize..5, 1u64..30, 0u64..6).prop_map(
        |(block, blocks, keep_every, states, window, walk)| Bounds {
            block,
            blocks,
            bytes: 4_000,
            keep_every,
            states,
            window,
            widest: 3 * window,
            walk,
        },
    )
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Go(Goal),
    Widen,
    /// One more event is recorded meanwhile.
    Record,
}

fn steps() -> impl Strategy<Value = Step> {
    let ways = || prop::sample::select(vec![Way::Back, Way::On]);
    prop_oneof![
        4 => ways().prop_map(|way| Step::Go(Goal::Entry(way))),
        2 => ways().prop_map(|way| Step::Go(Goal::Decision(way))),
        3 => (0u64..90).prop_map(|seq| Step::Go(Goal::Place(Seq(seq), None))),
        2 => (-90i64..90).prop_map(|minutes| Step::Go(Goal::Minutes(minutes))),
        2 => (-5i64..90).prop_map(|minutes| {
            let start: Timestamp = "2026-11-24T14:00:30Z".parse().unwrap();
            Step::Go(Goal::Moment(start + chrono::TimeDelta::minutes(minutes)))
        }),
        1 => Just(Step::Widen),
        1 => Just(Step::Record),
    ]
}

/// What a server answers.
fn answer(travel: &mut Travel, ask: Ask, log: &[Event]) {
    let id = travel.incident();
    match ask {
        Ask::Page { after, limit } => {
            let from = usize::try_from(after.0).unwrap().min(log.len());
            let rest = &log[from..];
            let limit = usize::try_from(limit).unwrap().min(rest.len());
            travel.page(&rest[..limit]);
        }
        Ask::State(seq) => {
            let upto = usize::try_from(seq.0).unwrap();
            travel.state(replay(id, &log[..upto]));
        }
        Ask::Moment(at) => {
            let after = log.iter().position(|event| event.recorded_at > at);
            travel.page(after.map_or(&[], |at| &log[at..=at]));
        }
    }
}

/// Lets it go as far as it wants to; how often it asked.
fn arrive(travel: &mut Travel, log: &[Event]) -> usize {
    for asked in 0..2_000 {
        match travel.advance() {
            Some(ask) => answer(travel, ask, log),
            None => return asked,
        }
    }
    panic!("it asks for ever");
}

/// The lines that a reader of the first events sees: each entry with its corrections so far.
fn lines(log: &[Event]) -> Vec<Entry> {
    let mut lines: Vec<Entry> = log.iter().filter_map(Entry::from_event).collect();
    for event in log {
        if let Some(what) = event.body.known()
            && let Some(target) = what.target()
            && let Ok(at) = lines.binary_search_by_key(&target, |line| line.seq)
        {
            lines[at].correct(event.seq, what);
        }
    }
    lines.sort_by_key(|line| (line.occurred_at, line.seq));
    lines
}

fn check(travel: &Travel, log: &[Event]) {
    let seq = travel.seq();
    let known = &log[..usize::try_from(seq.0).unwrap()];
    assert_eq!(travel.room().shown(), &replay(travel.incident(), known));
    if travel.moves() == 0 {
        // Where nothing was gone to it is the state that one came with, which has its lines cut.
        return;
    }
    let shown = travel.room().timeline();
    let all = lines(known);
    let first = shown.lines().iter().map(|line| line.entry.seq).min();
    let first = first.unwrap_or(seq.next());
    let want: Vec<&Entry> = all.iter().filter(|line| line.seq >= first).collect();
    let have: Vec<&Entry> = shown.lines().iter().map(|line| &line.entry).collect();
    assert_eq!(have, want, "the lines from {first} on, as of {seq}");
    assert!(shown.is_at_newest(), "nothing is shown to come later");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn what_is_shown_is_the_fold_of_the_events_up_to_there(
        list in commands(),
        bounds in bounds(),
        has_states in any::<bool>(),
        steps in prop::collection::vec(steps(), 1..40),
        later in 0usize..4,
    ) {
        let (_, records) = carry_out(&list);
        let log: Vec<Event> = records.iter().map(|record| record.event().clone()).collect();
        prop_assume!(!log.is_empty());
        let mut known = log.len().saturating_sub(later).max(1);
        let now = replay(IncidentId(1), &log[..known]);
        let mut travel = Travel::within(bounds, &now, has_states);
        for step in steps {
            let before = travel.seq();
            match step {
                Step::Go(goal) => travel.go(goal),
                Step::Widen => travel.widen(),
                Step::Record if known < log.len() => {
                    travel.recorded(&log[known]);
                    known += 1;
                    prop_assert_eq!(travel.seq(), before, "nothing jumps");
                }
                Step::Record => {}
            }
            arrive(&mut travel, &log[..known]);
            prop_assert!(!travel.is_under_way());
            check(&travel, &log);
            if let Step::Go(Goal::Place(seq, _)) = step {
                let most = Seq(u64::try_from(known).unwrap());
                prop_assert_eq!(travel.seq(), seq.max(Seq(1)).min(most));
            }
            let (events, states) = travel.kept();
            let around = usize::try_from(2 * bounds.block + bounds.widest.max(bounds.window) + bounds.window).unwrap();
            let block = usize::try_from(bounds.block).unwrap();
            prop_assert!(events <= (bounds.blocks + 3) * block + around, "{} events", events);
            prop_assert!(states <= bounds.states);
        }
        prop_assert_eq!(travel.new_since(), u64::try_from(known).unwrap() - now.seq.0);
    }

    #[test]
    fn every_prefix_is_shown_by_walking_back_and_on(list in commands(), bounds in bounds()) {
        let (now, records) = carry_out(&list);
        let log: Vec<Event> = records.iter().map(|record| record.event().clone()).collect();
        prop_assume!(!log.is_empty());
        let mut travel = Travel::within(bounds, &now, true);
        for way in [Way::Back, Way::On] {
            let mut last = Seq::ZERO;
            while travel.seq() != last {
                last = travel.seq();
                travel.go(Goal::Entry(way));
                arrive(&mut travel, &log);
                check(&travel, &log);
            }
        }
    }
}

#[test]
fn a_moment_is_what_was_recorded_until_then_and_late_entries_come_when_they_were_written() {
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    let mut story = Story::new();
    story.act("maya", declare("Checkout 500s", None));
    story.act("maya", Intent::Note(NewNote::plain("the deploy went out")));
    let written = story.events.last().unwrap().recorded_at;
    let mut late = NewNote::plain("it had begun before");
    late.occurred_at = Some(written - chrono::TimeDelta::minutes(30));
    story.act("lee", Intent::Note(late));
    let log = story.events.clone();
    let late = log.last().unwrap();
    assert!(late.occurred_at < written && late.recorded_at >= written);
    let mut travel = Travel::new(story.incident(), true);
    travel.go(Goal::Entry(Way::Back));
    arrive(&mut travel, &log);
    let said = |travel: &Travel, text: &str| {
        let mut lines = travel.room().timeline().lines().iter();
        lines.any(|line| &*line.entry.text == text)
    };
    assert!(said(&travel, "the deploy went out"));
    assert!(!said(&travel, "it had begun before"), "nobody knew it yet");
    travel.go(Goal::Moment(at("2000-01-01T00:00:00Z")));
    arrive(&mut travel, &log);
    assert_eq!(
        travel.seq(),
        Seq(1),
        "before the first event there is nothing"
    );
}
