//! The window of a proposal, and the offer of a role, are ended by the server, in the log, once: while it runs, after a restart,
//! and when an answer of the journal was lost.

use crate::support::ledger::Ledger;
use crate::support::server::{House, Wire, command};
use chrono::TimeDelta;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use warroom::clock::{Clock as _, SystemClock};
use warroom::incident::*;
use warroom::protocol::ServerFrame;

const SHORT: Duration = Duration::from_millis(150);

fn propose() -> Intent {
    Intent::Propose {
        text: "roll back 4f2a".into(),
        executor: Some("bo".parse().unwrap()),
        verify_minutes: None,
    }
}

fn kinds(ledger: &Ledger) -> Vec<String> {
    let kind = |record: &warroom::journal::Record| {
        let event = serde_json::to_value(record.event()).unwrap();
        event["kind"].as_str().unwrap().to_owned()
    };
    ledger.log(1).iter().map(kind).collect()
}

fn count(ledger: &Ledger, kind: &str) -> usize {
    kinds(ledger).iter().filter(|found| *found == kind).count()
}

/// Waits for the event of that kind, as everyone who follows gets it.
async fn heard(wire: &mut Wire, kind: &str) {
    let wanted = format!("\"kind\":\"{kind}\"");
    wire.until(|frame| match frame {
        ServerFrame::Event { event } => event.get().contains(&wanted),
        ServerFrame::Joined { events, .. } => events.iter().any(|e| e.get().contains(&wanted)),
        _ => false,
    })
    .await;
}

#[tokio::test]
async fn a_window_closes_by_itself_and_everyone_hears_it() {
    let house = House::with(|options| options.pace.window = SHORT).await;
    let mut maya = house.client("maya").await;
    maya.declare("Checkout 500s").await;
    maya.join(1, 0).await;
    maya.submit(Some(1), &command(propose())).await.unwrap();
    heard(&mut maya, "proposal_decided").await;
    heard(&mut maya, "asked").await;
    let log = house.ledger.log(1);
    let decided = log
        .iter()
        .find(|r| kinds_of(r) == "proposal_decided")
        .unwrap();
    let event = decided.event();
    assert_eq!(
        (event.by.as_str(), event.via.name()),
        ("warroom", "warroom")
    );
    // Two at once, of which one is objected to: each has its end.
    maya.submit(Some(1), &command(propose())).await.unwrap();
    maya.submit(Some(1), &command(propose())).await.unwrap();
    let mut ana = house.client("ana").await;
    let objection = Intent::TakeStance {
        proposal: ProposalId(3),
        stance: Stance::Objects {
            reason: "no backup".into(),
        },
    };
    // On a busy machine the window may be over before she has said it.
    let heard_her = ana.submit(Some(1), &command(objection)).await.is_ok();
    heard(&mut maya, "proposal_decided").await;
    let second = if heard_her {
        "proposal_contested"
    } else {
        "proposal_decided"
    };
    heard(&mut maya, second).await;
}

fn kinds_of(record: &warroom::journal::Record) -> String {
    let event = serde_json::to_value(record.event()).unwrap();
    event["kind"].as_str().unwrap().to_owned()
}

/// A log in which a window was over while no server ran.
async fn left_open() -> Arc<Ledger> {
    let house = House::open().await;
    house.client("maya").await.declare("Checkout 500s").await;
    let ledger = house.ledger.clone();
    house.shutdown.cancel();
    house.server.ended().await;
    let proposed = What::Proposed {
        proposal: ProposalId(1),
        text: "roll back 4f2a".into(),
        executor: None,
        closes_at: SystemClock.now() - TimeDelta::seconds(5),
        verify_minutes: 15,
    };
    ledger.foreign(1, CommandId(uuid::Uuid::now_v7()), "ana", proposed);
    ledger
}

#[tokio::test]
async fn a_window_that_was_over_while_no_server_ran_is_closed_once_by_the_next_one() {
    let ledger = left_open().await;
    for _ in 0..2 {
        let house = House::on(ledger.clone(), |_| {}).await;
        // Nobody joins: it is closed all the same.
        let closed = async {
            while count(&ledger, "proposal_decided") == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(crate::support::server::PATIENCE, closed)
            .await
            .expect("it is closed");
        // The room has taken up what falls due before it takes a command.
        let mut maya = house.client("maya").await;
        maya.submit(Some(1), &crate::support::server::note("after"))
            .await
            .unwrap();
        house.shutdown.cancel();
        house.server.ended().await;
        assert_eq!(count(&ledger, "proposal_decided"), 1);
        assert_eq!(count(&ledger, "asked"), 1);
    }
}

#[tokio::test]
async fn a_window_whose_end_could_not_be_written_down_is_closed_later_and_once() {
    let house = House::with(|options| options.pace.window = SHORT).await;
    let mut maya = house.client("maya").await;
    maya.declare("Checkout 500s").await;
    maya.join(1, 0).await;
    maya.submit(Some(1), &command(propose())).await.unwrap();
    house.ledger.full.store(true, Ordering::SeqCst);
    // The server tells everyone that its disk is full: it has tried.
    maya.until(|frame| matches!(frame, ServerFrame::Notice(_)))
        .await;
    house.ledger.full.store(false, Ordering::SeqCst);
    heard(&mut maya, "proposal_decided").await;
    assert_eq!(count(&house.ledger, "proposal_decided"), 1);
}

/// A log in which an offer of a role had expired while no server ran.
async fn left_offered() -> Arc<Ledger> {
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    maya.declare("Checkout 500s").await;
    let role = Role::IncidentCommander;
    let claim = command(Intent::ClaimRole { role });
    maya.submit(Some(1), &claim).await.unwrap();
    let ledger = house.ledger.clone();
    house.shutdown.cancel();
    house.server.ended().await;
    let offered = What::HandoverOffered(HandoverOffer {
        handover: HandoverId(1),
        role: Role::IncidentCommander,
        from: "maya".parse().unwrap(),
        to: "bo".parse().unwrap(),
        expires_at: SystemClock.now() - TimeDelta::seconds(5),
        words: None,
    });
    ledger.foreign(1, CommandId(uuid::Uuid::now_v7()), "maya", offered);
    ledger
}

#[tokio::test]
async fn an_offer_that_had_expired_while_no_server_ran_ends_once_with_the_next_one() {
    let ledger = left_offered().await;
    for _ in 0..2 {
        let house = House::on(ledger.clone(), |_| {}).await;
        let ended = async {
            while count(&ledger, "handover_ended") == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(crate::support::server::PATIENCE, ended)
            .await
            .expect("it ends");
        let mut bo = house.client("bo").await;
        let late = AnswerOffer {
            handover: HandoverId(1),
            answer: OfferAnswer::Briefed,
            reason: None,
        };
        let late = command(Intent::AnswerOffer(late));
        let refused = bo.submit(Some(1), &late).await.unwrap_err();
        assert_eq!(refused.code, RefusalCode::WrongStatus, "{refused}");
        house.shutdown.cancel();
        house.server.ended().await;
        assert_eq!(count(&ledger, "handover_ended"), 1);
        assert_eq!(count(&ledger, "role_assigned"), 1);
    }
}

#[tokio::test]
async fn an_offer_expires_by_itself_and_everyone_hears_it() {
    let house = House::with(|options| options.pace.offer = SHORT).await;
    let mut maya = house.client("maya").await;
    maya.declare("Checkout 500s").await;
    maya.join(1, 0).await;
    let role = Role::IncidentCommander;
    let claim = command(Intent::ClaimRole { role: role.clone() });
    maya.submit(Some(1), &claim).await.unwrap();
    let offer = Intent::OfferRole(OfferRole {
        role,
        to: "bo".parse().unwrap(),
        minutes: None,
        words: None,
    });
    maya.submit(Some(1), &command(offer.clone())).await.unwrap();
    heard(&mut maya, "handover_ended").await;
    // And it may be offered anew.
    maya.submit(Some(1), &command(offer)).await.unwrap();
    heard(&mut maya, "handover_ended").await;
    assert_eq!(count(&house.ledger, "role_assigned"), 1);
}
