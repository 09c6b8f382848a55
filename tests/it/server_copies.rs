//! Several copies of one command under way: whatever was refused for good stays refused, so that
//! words which went back to their writer are never in the log as well.

use crate::support::server::{House, Wire, command, declare, note, submit};
use std::sync::atomic::Ordering;
use warroom::incident::*;
use warroom::protocol::*;

const COMMANDER: Role = Role::IncidentCommander;

fn claim() -> Command {
    command(Intent::ClaimRole { role: COMMANDER })
}

fn release() -> Command {
    command(Intent::ReleaseRole {
        role: COMMANDER,
        expected_holder: None,
    })
}

async fn answer(wire: &mut Wire, asked: &Command) -> Result<u64, (Refusal, u32)> {
    loop {
        match wire.next().await.expect("an answer") {
            ServerFrame::Done { command, first, .. } if command == asked.id => return Ok(first.0),
            ServerFrame::Refused {
                command,
                refusal,
                round,
            } if command == asked.id => return Err((refusal, round)),
            _ => {}
        }
    }
}

/// Submits it to the first incident in a round.
async fn ask(wire: &mut Wire, command: &Command, round: u32) -> Result<u64, (Refusal, u32)> {
    ask_of(wire, 1, command, round).await
}

async fn ask_of(
    wire: &mut Wire,
    incident: u64,
    command: &Command,
    round: u32,
) -> Result<u64, (Refusal, u32)> {
    let (incident, command) = (Some(IncidentId(incident)), command.clone());
    let frame = ClientFrame::Submit {
        incident,
        command: command.clone(),
        round,
    };
    wire.send(&frame).await;
    answer(wire, &command).await
}

/// Sends it, and returns once the session has passed it on.
async fn pass_on(wire: &mut Wire, command: &Command) {
    wire.send(&submit(Some(1), command)).await;
    wire.send(&ClientFrame::Runbooks { request: 9 }).await;
    wire.until(|f| matches!(f, ServerFrame::Runbooks { .. }))
        .await;
}

/// An incident that bo commands.
async fn commanded() -> (House, Wire, Wire) {
    let house = House::open().await;
    let (mut maya, mut bo) = (house.client("maya").await, house.client("bo").await);
    maya.declare("a").await;
    bo.submit(Some(1), &claim()).await.unwrap();
    (house, maya, bo)
}

#[tokio::test]
async fn a_copy_sent_over_the_next_connection_is_refused_as_the_first_was() {
    let (house, mut maya, mut bo) = commanded().await;
    let mut lee = house.client("lee").await;
    house.ledger.hold();
    // As many as may fly: what comes now waits in the room's mailbox.
    let flying = 256;
    for n in 0..flying {
        let note = note(&format!("note {n}"));
        lee.send(&submit(Some(1), &note)).await;
    }
    house.ledger.held(flying).await;
    let (claim, release) = (claim(), release());
    pass_on(&mut maya, &claim).await;
    pass_on(&mut bo, &release).await;
    let mut again = house.client("maya").await;
    pass_on(&mut again, &claim).await;
    house.ledger.go_on();
    let first = answer(&mut maya, &claim).await.unwrap_err();
    assert_eq!(first.0.code, RefusalCode::RoleHeld);
    answer(&mut bo, &release).await.unwrap();
    assert_eq!(answer(&mut again, &claim).await.unwrap_err(), first);
    let log = house.ledger.log(1);
    assert!(log.iter().all(|r| r.event().command != claim.id));
    // Typed anew it is another command.
    let typed_anew = self::claim();
    again.submit(Some(1), &typed_anew).await.unwrap();
}

#[tokio::test]
async fn a_later_round_is_decided_anew_and_then_its_copies_are_answered_with_that() {
    let (_house, mut maya, mut bo) = commanded().await;
    let claim = claim();
    let (refusal, round) = ask(&mut maya, &claim, 0).await.unwrap_err();
    assert_eq!((refusal.code, round), (RefusalCode::RoleHeld, 0));
    let (refusal, round) = ask(&mut maya, &claim, 1).await.unwrap_err();
    assert_eq!((refusal.code, round), (RefusalCode::RoleHeld, 1));
    let released = bo.submit(Some(1), &release()).await.unwrap().1;
    assert_eq!(ask(&mut maya, &claim, 2).await, Ok(released + 1));
    for round in 0..3 {
        assert_eq!(ask(&mut maya, &claim, round).await, Ok(released + 1));
    }
}

#[tokio::test]
async fn a_console_started_anew_is_told_the_last_word() {
    let (_house, mut maya, mut bo) = commanded().await;
    let claim = claim();
    ask(&mut maya, &claim, 0).await.unwrap_err();
    bo.submit(Some(1), &release()).await.unwrap();
    // It knows of no rounds, and gives the words back.
    let (refusal, _) = ask(&mut maya, &claim, 0).await.unwrap_err();
    assert_eq!(refusal.code, RefusalCode::RoleHeld);
    // What its former life sent comes late.
    let (late, round) = ask(&mut maya, &claim, 1).await.unwrap_err();
    assert_eq!((late, round), (refusal, 1));
}

#[tokio::test]
async fn a_declaration_that_was_refused_stays_refused_and_one_that_failed_does_not() {
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    let mut wall = Wire::connect(house.address, None).await;
    wall.hello("wall", true).await;
    let declaration = command(declare("a"));
    let refused = wall.submit(None, &declaration).await.unwrap_err();
    assert_eq!(refused.code, RefusalCode::Access);
    assert_eq!(maya.submit(None, &declaration).await, Err(refused));
    let declaration = command(declare("b"));
    house.ledger.full.store(true, Ordering::SeqCst);
    let failed = maya.submit(None, &declaration).await.unwrap_err();
    assert_eq!(failed.code, RefusalCode::Journal);
    house.ledger.full.store(false, Ordering::SeqCst);
    assert_eq!(maya.submit(None, &declaration).await, Ok((1, 1, 1)));
}

#[tokio::test]
async fn a_merge_that_was_refused_stays_refused() {
    let (house, mut maya, _bo) = commanded().await;
    maya.declare("b").await;
    let merge = command(Intent::Merge {
        into: IncidentId(1),
    });
    let refused = maya.submit(Some(2), &merge).await.unwrap_err();
    assert_eq!(refused.code, RefusalCode::NeedsCommand);
    maya.submit(Some(2), &claim()).await.unwrap();
    assert_eq!(maya.submit(Some(2), &merge).await, Err(refused.clone()));
    // Told twice, it is the last word.
    assert_eq!(ask_of(&mut maya, 2, &merge, 1).await, Err((refused, 1)));
    assert_eq!(house.ledger.log(2).len(), 2);
}

#[tokio::test]
async fn what_was_meant_for_an_incident_that_there_was_not_stays_refused() {
    let (house, mut maya, _bo) = commanded().await;
    let early = note("early");
    let refused = maya.submit(Some(2), &early).await.unwrap_err();
    assert_eq!(refused.code, RefusalCode::NotFound);
    assert_eq!(maya.declare("b").await, 2);
    assert_eq!(ask_of(&mut maya, 2, &early, 1).await, Err((refused, 1)));
    assert_eq!(house.ledger.log(2).len(), 1);
}
