use super::*;
use crate::incident::{Command, Intent, NewNote};
use uuid::Uuid;

fn id(n: usize) -> CommandId {
    CommandId(Uuid::from_u128(n as u128))
}

fn note(n: usize) -> Pending {
    Pending {
        command: Command {
            id: id(n),
            written_at: Timestamp::UNIX_EPOCH,
            intent: Intent::Note(NewNote::plain("x")),
        },
        incident: Some(IncidentId(1)),
        sent: false,
    }
}

fn ready(count: usize) -> Outbox {
    let mut outbox = Outbox::default();
    outbox.restore((1..=count).map(note).collect());
    outbox
}

fn ids(sent: &[(Pending, u32)]) -> Vec<CommandId> {
    sent.iter().map(|(pending, _)| pending.command.id).collect()
}

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

#[test]
fn what_is_behind_a_command_that_is_being_stored_waits() {
    let mut outbox = Outbox::default();
    (1..=3).for_each(|n| outbox.push(note(n)).unwrap());
    outbox.stored(id(2));
    assert!(outbox.send_next(NOW).is_empty());
    outbox.stored(id(1));
    assert_eq!(ids(&outbox.send_next(NOW)), [id(1), id(2)]);
}

#[test]
fn only_so_many_are_under_way_and_a_cut_sends_them_again_in_order() {
    let mut outbox = ready(IN_FLIGHT + 5);
    let first = outbox.send_next(NOW);
    assert_eq!(first.len(), IN_FLIGHT);
    assert!(outbox.send_next(NOW).is_empty());
    outbox.done(id(1));
    assert_eq!(ids(&outbox.send_next(NOW)), [id(IN_FLIGHT + 1)]);
    outbox.disconnected();
    let again = outbox.send_next(NOW);
    assert_eq!(again.first().unwrap().0.command.id, id(2));
    assert!(ids(&again).is_sorted());
}

#[test]
fn beyond_the_bound_the_next_is_refused_aloud() {
    let mut outbox = ready(OUTBOX_MAX);
    let refusal = outbox.push(note(OUTBOX_MAX + 1)).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Full);
    assert_eq!(outbox.len(), OUTBOX_MAX);
}

#[test]
fn a_busy_server_is_asked_again_after_a_wait_and_in_order() {
    let mut outbox = ready(3);
    outbox.send_next(NOW);
    let Fate::Again { at, news: true } = outbox.refused(id(1), 0, true, NOW) else {
        panic!("it is sent again");
    };
    // It may hang on the first one, so it is not final.
    assert!(matches!(
        outbox.refused(id(2), 0, false, NOW),
        Fate::Again { news: false, .. }
    ));
    assert!(outbox.send_next(at).is_empty(), "one is still under way");
    outbox.done(id(3));
    assert!(outbox.send_next(NOW).is_empty(), "it is not time yet");
    let again = outbox.send_next(at);
    assert_eq!(ids(&again), [id(1), id(2)]);
    // What the server refused for good it decides anew in another round only.
    assert_eq!((again[0].1, again[1].1), (0, 1));
    let of_a_copy = outbox.refused(id(2), 0, false, NOW);
    assert!(matches!(of_a_copy, Fate::Unknown), "{of_a_copy:?}");
    for (n, round) in [(1, 0), (2, 1)] {
        let out = outbox.refused(id(n), round, false, NOW);
        assert!(matches!(out, Fate::Out(_)));
        let gone = outbox.refused(id(n), round, false, NOW);
        assert!(matches!(gone, Fate::Unknown));
    }
}
