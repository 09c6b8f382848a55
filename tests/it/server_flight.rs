//! Several commands on their way to the disk at once: order, failure, and a log that moved.

use crate::support::ledger::Ledger;
use crate::support::server::{House, Wire, command, declare, note, submit};
use std::sync::atomic::Ordering;
use warroom::incident::*;
use warroom::journal::Journal;
use warroom::protocol::limits::ROOM_QUEUE;
use warroom::protocol::*;

async fn send(wire: &mut Wire, command: &Command) {
    wire.send(&submit(Some(1), command)).await;
}

async fn send_all(wire: &mut Wire, commands: &[Command]) {
    for command in commands {
        send(wire, command).await;
    }
}

fn notes(count: usize) -> Vec<Command> {
    (0..count).map(|n| note(&format!("note {n}"))).collect()
}

/// What came of the next commands, in the order in which it was told.
async fn outcomes(wire: &mut Wire, count: usize) -> Vec<(CommandId, Result<u64, Refusal>)> {
    let mut told = Vec::new();
    while told.len() < count {
        match wire.next().await.expect("an outcome") {
            ServerFrame::Done { command, first, .. } => told.push((command, Ok(first.0))),
            ServerFrame::Refused {
                command, refusal, ..
            } => told.push((command, Err(refusal))),
            _ => {}
        }
    }
    told
}

fn done(commands: &[Command], first: u64) -> Vec<(CommandId, Result<u64, Refusal>)> {
    let ids = commands.iter().map(|command| command.id);
    ids.zip(first..).map(|(id, seq)| (id, Ok(seq))).collect()
}

/// Asks something that is answered behind everything that was sent so far.
async fn heard_so_far(wire: &mut Wire) -> usize {
    wire.send(&ClientFrame::Runbooks { request: 9 }).await;
    wire.until(|f| matches!(f, ServerFrame::Runbooks { .. }))
        .await;
    let event = |text: &&String| text.starts_with(r#"{"type":"event""#);
    wire.heard.iter().filter(event).count()
}

async fn declared() -> (House, Wire, Wire) {
    let house = House::open().await;
    let (mut maya, mut bo) = (house.client("maya").await, house.client("bo").await);
    maya.declare("a").await;
    bo.join(1, 0).await;
    (house, maya, bo)
}

fn claim() -> Command {
    let role = Role::IncidentCommander;
    command(Intent::ClaimRole { role })
}

fn claimed_by(person: &str) -> What {
    What::RoleAssigned {
        role: Role::IncidentCommander,
        to: person.parse().unwrap(),
        from: None,
    }
}

#[tokio::test]
async fn what_flies_is_shown_and_answered_in_order_once_it_is_durable() {
    let (house, mut maya, mut bo) = declared().await;
    maya.join(1, 0).await;
    house.ledger.hold();
    let sent = notes(5);
    send_all(&mut maya, &sent).await;
    // The same again while it flies: answered twice, written once.
    send(&mut maya, &sent[4]).await;
    house.ledger.held(5).await;
    assert_eq!(heard_so_far(&mut maya).await, 0);
    assert_eq!(heard_so_far(&mut bo).await, 0);
    assert_eq!(bo.join(1, 1).await.2, 1, "joins what is durable");
    house.ledger.release(2);
    assert_eq!(outcomes(&mut maya, 2).await, done(&sent[..2], 2));
    assert_eq!(heard_so_far(&mut maya).await, 2);
    house.ledger.go_on();
    let rest = [&sent[2..], &sent[4..]].concat();
    let mut expected = done(&rest, 4);
    expected[3].1 = Ok(6);
    assert_eq!(outcomes(&mut maya, 4).await, expected);
    for record in &house.ledger.log(1)[1..] {
        assert_eq!(bo.event().await, **record.json());
    }
    // Every event comes before the answer to the command that made it.
    let at = |what: &str| maya.heard.iter().position(|text| text.contains(what));
    for command in &sent {
        let id = command.id.0.to_string();
        let first = at(&id).map(|first| &maya.heard[first]);
        assert!(first.is_some_and(|text| text.starts_with(r#"{"type":"event""#)));
    }
    assert_eq!(house.ledger.log(1).len(), 6);
}

#[tokio::test]
async fn a_disk_that_fills_turns_back_everything_in_flight() {
    let (house, mut maya, mut bo) = declared().await;
    house.ledger.hold();
    let sent = [vec![note("durable"), claim()], notes(3)].concat();
    send_all(&mut maya, &sent).await;
    house.ledger.held(5).await;
    house.ledger.release(1);
    assert_eq!(outcomes(&mut maya, 1).await, done(&sent[..1], 2));
    house.ledger.full.store(true, Ordering::SeqCst);
    house.ledger.go_on();
    let refused = outcomes(&mut maya, 4).await;
    for (sent, (id, outcome)) in sent[1..].iter().zip(refused) {
        let refusal = outcome.unwrap_err();
        assert_eq!((id, refusal.code), (sent.id, RefusalCode::Journal));
        assert!(refusal.is_retryable());
    }
    house.ledger.full.store(false, Ordering::SeqCst);
    // The role that was claimed in flight is free again, and its place in the log too.
    let claimed = bo.submit(Some(1), &claim()).await;
    assert_eq!(claimed.unwrap(), (1, 3, 3));
    send_all(&mut maya, &sent).await;
    let again = outcomes(&mut maya, 5).await;
    assert_eq!(again[0], (sent[0].id, Ok(2)), "written before");
    let refusal = again[1].1.clone().unwrap_err();
    assert_eq!(refusal.code, RefusalCode::RoleHeld, "{refusal}");
    assert_eq!(again[2..], done(&sent[2..], 4));
}

#[tokio::test]
async fn a_log_that_moved_is_read_again_and_its_room_joins_anew() {
    let (house, mut maya, mut bo) = declared().await;
    house.ledger.hold();
    let sent = [vec![claim()], notes(2)].concat();
    send_all(&mut maya, &sent).await;
    house.ledger.held(3).await;
    let foreign = CommandId(uuid::Uuid::now_v7());
    house.ledger.foreign(1, foreign, "zoe", claimed_by("zoe"));
    house.ledger.go_on();
    let told = outcomes(&mut maya, 3).await;
    let refusal = told[0].1.clone().unwrap_err();
    assert_eq!(refusal.code, RefusalCode::RoleHeld, "{refusal}");
    assert!(refusal.to_string().contains("zoe"), "{refusal}");
    assert_eq!(told[1..], done(&sent[1..], 3));
    let resync = bo
        .until(|f| matches!(f, ServerFrame::Resync { .. } | ServerFrame::Event { .. }))
        .await;
    let one = Some(IncidentId(1));
    assert!(matches!(resync, ServerFrame::Resync { incident } if incident == one));
    let (state, events, head) = bo.join(1, 1).await;
    assert_eq!((state.is_none(), events, head), (true, 3, 4));
    maya.submit(Some(1), &note("live again")).await.unwrap();
    assert!(bo.event().await.contains("live again"));
}

#[tokio::test]
async fn copies_in_flight_are_all_answered_when_the_log_moved_under_them() {
    let (house, mut old, _bo) = declared().await;
    let mut new = house.client("maya").await;
    house.ledger.hold();
    let claim = claim();
    send(&mut old, &claim).await;
    house.ledger.held(1).await;
    send(&mut new, &claim).await;
    heard_so_far(&mut new).await;
    let foreign = CommandId(uuid::Uuid::now_v7());
    house.ledger.foreign(1, foreign, "zoe", claimed_by("zoe"));
    house.ledger.go_on();
    let told = outcomes(&mut old, 1).await;
    let refusal = told[0].1.clone().unwrap_err();
    assert_eq!(refusal.code, RefusalCode::RoleHeld, "{refusal}");
    assert_eq!(outcomes(&mut new, 1).await, told);
}

#[tokio::test]
async fn a_command_that_someone_else_wrote_down_is_answered_with_that() {
    let (house, mut maya, _bo) = declared().await;
    house.ledger.hold();
    let sent = [vec![claim()], notes(2)].concat();
    send_all(&mut maya, &sent).await;
    house.ledger.held(3).await;
    house
        .ledger
        .foreign(1, sent[0].id, "maya", claimed_by("maya"));
    house.ledger.go_on();
    assert_eq!(outcomes(&mut maya, 3).await, done(&sent, 2));
    assert_eq!(house.ledger.log(1).len(), 4);
}

#[tokio::test]
async fn a_log_that_moves_all_the_time_is_not_fought_over() {
    let (house, mut maya, _bo) = declared().await;
    house.ledger.hold();
    let note = note("unlucky");
    send(&mut maya, &note).await;
    for _ in 0..3 {
        house.ledger.held(1).await;
        let foreign = CommandId(uuid::Uuid::now_v7());
        house.ledger.foreign(1, foreign, "zoe", claimed_by("zoe"));
        house.ledger.release(1);
    }
    let told = outcomes(&mut maya, 1).await.remove(0).1.unwrap_err();
    assert_eq!(told.code, RefusalCode::Busy);
    assert!(told.is_retryable());
    house.ledger.go_on();
    assert_eq!(maya.submit(Some(1), &note).await.unwrap(), (1, 5, 5));
}

#[tokio::test]
async fn a_room_with_too_much_to_do_says_busy_and_loses_nothing() {
    let (house, mut maya, _bo) = declared().await;
    house.ledger.hold();
    // As many as may fly, as many as may wait, and some more.
    let sent = notes(2 * ROOM_QUEUE + 50);
    send_all(&mut maya, &sent).await;
    let busy = outcomes(&mut maya, 50).await;
    for (_, outcome) in &busy {
        assert_eq!(outcome.clone().unwrap_err().code, RefusalCode::Busy);
    }
    house.ledger.go_on();
    let rest = outcomes(&mut maya, sent.len() - 50).await;
    let refused = |told: &[(CommandId, Result<u64, Refusal>)]| -> Vec<CommandId> {
        let refused = told.iter().filter(|(_, outcome)| outcome.is_err());
        refused.map(|(id, _)| *id).collect()
    };
    let again = [refused(&busy), refused(&rest)].concat();
    for command in sent.iter().filter(|command| again.contains(&command.id)) {
        maya.submit(Some(1), command).await.unwrap();
    }
    assert_eq!(house.ledger.log(1).len(), 1 + sent.len());
}

#[tokio::test]
async fn a_wall_of_screens_that_come_at_once_is_in_no_command_s_way() {
    const SCREENS: usize = ROOM_QUEUE + 50;
    let (house, mut maya, _bo) = declared().await;
    let mut screens = Vec::new();
    for _ in 0..SCREENS {
        let mut screen = Wire::connect(house.address, None).await;
        screen.hello("wall", true).await;
        screens.push(screen);
    }
    house.ledger.hold();
    // As many as may fly: the room takes nothing more in until the disk answers.
    let flying = notes(ROOM_QUEUE);
    send_all(&mut maya, &flying).await;
    house.ledger.held(ROOM_QUEUE).await;
    for screen in &mut screens {
        let (incident, have, fold) = (IncidentId(1), Seq::ZERO, FOLD_VERSION);
        let join = ClientFrame::Join {
            incident,
            have,
            fold,
        };
        screen.send(&join).await;
    }
    // By the time that it has answered some, the server has read what came before.
    for _ in 0..3 {
        heard_so_far(&mut maya).await;
    }
    let late = note("rolled back");
    send(&mut maya, &late).await;
    heard_so_far(&mut maya).await;
    let refused = |text: &&String| text.starts_with(r#"{"type":"refused""#);
    assert_eq!(maya.heard.iter().find(refused), None);
    for screen in screens.drain(..SCREENS / 2) {
        drop(screen);
    }
    house.ledger.go_on();
    let told = outcomes(&mut maya, ROOM_QUEUE + 1).await;
    assert_eq!(told.last(), Some(&(late.id, Ok(ROOM_QUEUE as u64 + 2))));
    for screen in &mut screens {
        screen
            .until(|frame| matches!(frame, ServerFrame::Joined { .. }))
            .await;
    }
}

#[tokio::test]
async fn a_room_keeps_its_state_now_and_then_and_a_start_reads_only_what_came_after() {
    let (house, mut maya, _bo) = declared().await;
    let mut lee = house.client("lee").await;
    // By turns: one session alone would send more frames than it may, if the machine is fast.
    for (turn, part) in notes(1_100).chunks(200).enumerate() {
        let writer = if turn % 2 == 0 { &mut maya } else { &mut lee };
        send_all(writer, part).await;
        outcomes(writer, part.len()).await;
    }
    let kept = house.ledger.checkpointed(1).await;
    assert!((1_000..=1_101).contains(&kept), "{kept}");
    let before = house.ledger.read.load(Ordering::SeqCst);
    let again = House::on(house.ledger.clone(), |_| {}).await;
    let read = house.ledger.read.load(Ordering::SeqCst) - before;
    assert_eq!(read as u64, 1_101 - kept);
    let (state, _, head) = again.client("maya").await.join(1, 0).await;
    assert_eq!((state.unwrap().counts.notes, head), (1_100, 1_101));
}

#[tokio::test]
async fn a_long_log_that_was_never_kept_is_kept_by_the_start() {
    let ledger = Ledger::new();
    let house = House::on(ledger.clone(), |_| {}).await;
    house.client("maya").await.declare("a").await;
    for _ in 0..1_500 {
        let foreign = CommandId(uuid::Uuid::now_v7());
        ledger.foreign(1, foreign, "zoe", claimed_by("zoe"));
    }
    assert_eq!(ledger.checkpoints(), 0);
    let _again = House::on(ledger.clone(), |_| {}).await;
    let kept = ledger.load_checkpoint(FOLD_VERSION, IncidentId(1)).await;
    assert_eq!(kept.unwrap().unwrap().seq, Seq(1_501));
}

#[tokio::test]
async fn readiness_is_tried_again_and_everyone_hears_of_it() {
    let house = House::with(|o| o.pace.probe_every = std::time::Duration::ZERO).await;
    let mut maya = house.client("maya").await;
    let ready = "GET /readyz HTTP/1.1\r\nHost: localhost";
    house.ledger.full.store(true, Ordering::SeqCst);
    let declaration = command(declare("a"));
    let refused = maya.submit(None, &declaration).await.unwrap_err();
    assert_eq!(refused.code, RefusalCode::Journal);
    let (status, answer) = house.http(ready, b"").await;
    assert!(status == 503 && answer.contains("cannot be written"));
    house.ledger.full.store(false, Ordering::SeqCst);
    assert_eq!(house.http(ready, b"").await.0, 200);
    maya.until(|f| matches!(f, ServerFrame::Notice(n) if n.level == NoticeLevel::Info))
        .await;
    assert!(house.ledger.log(1).is_empty(), "trying writes no event");
    assert_eq!(maya.declare("a").await, 1);
}

#[test]
fn a_merge_cut_off_in_the_middle_is_finished_once() {
    let ledger = Ledger::new();
    let runtime = || tokio::runtime::Runtime::new().unwrap();
    let killed = runtime();
    let merge = command(Intent::Merge {
        into: IncidentId(1),
    });
    killed.block_on(async {
        let house = House::on(ledger.clone(), |_| {}).await;
        let mut maya = house.client("maya").await;
        for incident in [1, 2] {
            assert_eq!(maya.declare("a").await, incident);
            maya.submit(Some(incident), &claim()).await.unwrap();
        }
        ledger.hold();
        maya.send(&submit(Some(2), &merge)).await;
        ledger.held(1).await;
        ledger.release(1);
        // The other half is on its way, and never gets there.
        ledger.held(1).await;
    });
    killed.shutdown_background();
    ledger.lose();
    assert_eq!((ledger.log(1).len(), ledger.log(2).len()), (3, 2));
    runtime().block_on(async {
        let house = House::on(ledger.clone(), |_| {}).await;
        let mut maya = house.client("maya").await;
        let done = maya.submit(Some(2), &merge).await.unwrap();
        assert_eq!(maya.submit(Some(2), &merge).await.unwrap(), done);
    });
    assert_eq!((ledger.log(1).len(), ledger.log(2).len()), (3, 3));
}
