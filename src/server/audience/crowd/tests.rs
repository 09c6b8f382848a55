//! What a crowd gets, against the plain rule: what was sent while one was in, in order, once.

use super::super::super::outbox::Outbox;
use super::super::Audience;
use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn member(session: u64, outbox: &Arc<Outbox>) -> Member {
    Member {
        session: SessionId(session),
        person: "cy".parse().expect("a name"),
        spectator: session != RESPONDER,
        level: crate::incident::Level::Observer,
        epoch: outbox.epoch(),
        outbox: outbox.clone(),
    }
}

const SLICE: usize = 64;
/// One of them is no spectator.
const RESPONDER: u64 = 0;

/// Everything that waits in an outbox.
fn taken(outbox: &Outbox) -> String {
    let mut all = Vec::new();
    let drained = outbox.drain(|slices| {
        let first = slices.first().map_or(&[][..], |slice| slice);
        all.extend_from_slice(first);
        Ok(first.len())
    });
    assert!(drained.expect("drains"));
    String::from_utf8_lossy(&all).into_owned()
}

#[derive(Debug, Clone)]
enum Step {
    Enters(u64),
    Leaves(u64),
    Sends,
    SendsAllBut(u64),
    SendsApart(u64, u64, bool),
    Serves,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = 0..200_u64;
    let step = prop_oneof![
        4 => who.clone().prop_map(Step::Enters),
        2 => who.clone().prop_map(Step::Leaves),
        3 => Just(Step::Sends),
        1 => who.clone().prop_map(Step::SendsAllBut),
        1 => (who.clone(), who, any::<bool>()).prop_map(|(a, b, c)| Step::SendsApart(a, b, c)),
        4 => Just(Step::Serves),
    ];
    prop::collection::vec(step, 0..120)
}

/// The sessions that are in, each with what it is owed.
type Owed = BTreeMap<u64, String>;

fn owe(owed: &mut Owed, text: &str, whom: impl Fn(u64) -> bool) {
    let theirs = owed.iter_mut().filter(|(session, _)| whom(**session));
    theirs.for_each(|(_, all)| all.push_str(text));
}

fn play(many_at_first: u64, steps: &[Step]) {
    let metrics = Metrics::new();
    let mut audience = Audience::new(SLICE);
    let mut owed = Owed::new();
    let mut outboxes = BTreeMap::new();
    let mut enter = |audience: &mut Audience, owed: &mut Owed, session: u64| {
        let outbox = Outbox::new(None, 10_000);
        audience.enter(member(session, &outbox));
        owed.insert(session, String::new());
        outboxes.insert(session, outbox);
    };
    (0..many_at_first).for_each(|session| enter(&mut audience, &mut owed, session));
    for (n, step) in steps.iter().enumerate() {
        let (one, other) = (format!("[{n}]"), format!("({n})"));
        let frames = Bytes::from(one.clone());
        match step {
            Step::Enters(session) => enter(&mut audience, &mut owed, *session),
            Step::Leaves(session) => {
                let was_in = owed.remove(session).is_some();
                assert_eq!(audience.leave(SessionId(*session)), was_in);
            }
            Step::Sends => {
                assert!(!audience.send(&frames, None, None, &metrics));
                owe(&mut owed, &one, |_| true);
            }
            Step::SendsAllBut(except) => {
                let but = Some(SessionId(*except));
                assert!(!audience.send(&frames, None, but, &metrics));
                owe(&mut owed, &one, |session| session != *except);
            }
            Step::SendsApart(from, to, with_others) => {
                let others = Bytes::from(other.clone());
                let others = Some(&others).filter(|_| *with_others);
                let these = (*from..*to).map(SessionId).collect();
                assert!(!audience.send_apart(these, &frames, others, &metrics));
                owe(&mut owed, &one, |session| (*from..*to).contains(&session));
                if *with_others {
                    owe(&mut owed, &other, |session| {
                        !(*from..*to).contains(&session)
                    });
                }
            }
            // Whether it is time does not matter for who gets what.
            Step::Serves if audience.due().is_some() => {
                audience.crowd.serve(&metrics);
            }
            Step::Serves => {}
        }
    }
    audience.serve_all(&metrics);
    assert_eq!(audience.due(), None);
    assert_eq!(audience.len(), owed.len());
    assert_eq!(audience.crowd.bytes, 0);
    for (session, all) in owed {
        assert_eq!(taken(&outboxes[&session]), all, "session {session}");
    }
}

proptest! {
    #[test]
    fn each_gets_what_was_sent_while_it_was_in(many in 0..200_u64, steps in steps()) {
        play(many, &steps);
    }
}

#[test]
fn responders_do_not_wait_for_the_crowd() {
    let (metrics, mut audience) = (Metrics::new(), Audience::new(SLICE));
    let outboxes: Vec<_> = (0..500).map(|_| Outbox::new(None, 10)).collect();
    for (session, outbox) in outboxes.iter().enumerate() {
        audience.enter(member(session as u64, outbox));
    }
    audience.send(&Bytes::from_static(b"all"), None, None, &metrics);
    assert_eq!(taken(&outboxes[0]), "all");
    assert_eq!(taken(&outboxes[1]), "");
    audience.serve(&metrics);
    assert_eq!(taken(&outboxes[SLICE]), "all");
    assert_eq!(taken(&outboxes[SLICE + 1]), "");
}

#[test]
fn what_waits_is_bounded() {
    let (metrics, mut audience) = (Metrics::new(), Audience::new(SLICE));
    let outboxes: Vec<_> = (1..500).map(|_| Outbox::new(None, 10_000)).collect();
    for (session, outbox) in outboxes.iter().enumerate() {
        audience.enter(member(session as u64 + 1, outbox));
    }
    for _ in 0..=WAITING {
        audience.send(&Bytes::from_static(b"x"), None, None, &metrics);
        assert!(audience.crowd.waiting.len() <= WAITING);
    }
    assert_eq!(taken(outboxes.last().expect("one")).len(), WAITING + 1);
    let large = Bytes::from(vec![b'x'; WAITING_BYTES]);
    audience.send(&large, None, None, &metrics);
    audience.send(&large, None, None, &metrics);
    assert!(audience.crowd.bytes <= WAITING_BYTES);
}

#[test]
fn of_much_a_slice_has_few() {
    let slice = Slice {
        members: SLICE,
        bytes: 1_000,
    };
    for (bytes, members) in [(0, SLICE), (1, SLICE), (100, 10), (999, 1), (1_001, 1)] {
        assert_eq!(slice.of(bytes), members, "{bytes}");
    }
    let (metrics, mut crowd) = (Metrics::new(), Crowd::new(slice));
    let outboxes: Vec<_> = (1..=20).map(|_| Outbox::new(None, 10)).collect();
    for (session, outbox) in outboxes.iter().enumerate() {
        crowd.enter(member(session as u64 + 1, outbox));
    }
    // Twenty short ones are one slice, and are served at once; of long ones ten are.
    crowd.send(&Bytes::from_static(b"short"), To::All, &metrics);
    assert_eq!(crowd.due(), None);
    let long = "x".repeat(100);
    crowd.send(&Bytes::from(long.clone()), To::All, &metrics);
    assert!(outboxes.iter().all(|outbox| taken(outbox) == "short"));
    crowd.serve(&metrics);
    assert_eq!(
        (taken(&outboxes[9]), taken(&outboxes[10])),
        (long, String::new())
    );
    crowd.serve(&metrics);
    assert_eq!(crowd.due(), None);
}

#[test]
fn one_too_slow_falls_away_and_the_rest_go_on() {
    let (metrics, mut audience) = (Metrics::new(), Audience::new(SLICE));
    let slow = Outbox::new(None, 1);
    let fast: Vec<_> = (0..100).map(|_| Outbox::new(None, 10)).collect();
    audience.enter(member(1, &slow));
    for (session, outbox) in fast.iter().enumerate() {
        audience.enter(member(session as u64 + 2, outbox));
    }
    for text in ["a", "b"] {
        audience.send(&Bytes::from_static(text.as_bytes()), None, None, &metrics);
        audience.serve_all(&metrics);
    }
    assert_eq!(audience.len(), 100);
    assert!(fast.iter().all(|outbox| taken(outbox) == "ab"));
    assert!(taken(&slow).contains("resync"));
}
