//! The server's clock is set back by an hour, and on by a day.

use crate::support::server::{House, Wire, command, note};
use chrono::TimeDelta;
use std::sync::Arc;
use std::time::{Duration, Instant};
use warroom::clock::{Clock as _, ManualClock, SystemClock};
use warroom::incident::*;
use warroom::protocol::ServerFrame;

const SHORT: Duration = Duration::from_millis(300);
/// Far less than the clock is set back by.
const SOON: Duration = Duration::from_secs(15);

async fn house() -> (House, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(SystemClock.now()));
    let handed = clock.clone();
    let house = House::with(|options| {
        options.clock = handed;
        options.pace.window = SHORT;
        options.pace.offer = SHORT;
    });
    (house.await, clock)
}

/// Waits for the event of that kind, as everyone who follows gets it.
async fn heard(wire: &mut Wire, kind: &str) {
    let wanted = format!("\"kind\":\"{kind}\"");
    let heard = wire.until(|frame| match frame {
        ServerFrame::Event { event } => event.get().contains(&wanted),
        _ => false,
    });
    let heard = tokio::time::timeout(SOON, heard).await;
    heard.unwrap_or_else(|_| panic!("{kind}: it hangs"));
}

/// A proposal to the room, and the command offered to bo.
async fn open_both(maya: &mut Wire) {
    let propose = Intent::Propose {
        text: "roll back 4f2a".into(),
        executor: None,
        verify_minutes: None,
    };
    maya.submit(Some(1), &command(propose)).await.unwrap();
    let offer = Intent::OfferRole(OfferRole {
        role: Role::IncidentCommander,
        to: "bo".parse().unwrap(),
        minutes: None,
        words: None,
    });
    maya.submit(Some(1), &command(offer)).await.unwrap();
}

/// Maya, who commands INC-1 and follows it.
async fn commander(house: &House) -> Wire {
    let mut maya = house.client("maya").await;
    maya.declare("Checkout 500s").await;
    let claim = Intent::AssignRole {
        role: Role::IncidentCommander,
        to: "maya".parse().unwrap(),
        expected_holder: None,
    };
    maya.submit(Some(1), &command(claim)).await.unwrap();
    maya.join(1, 0).await;
    maya
}

/// The times of the log, and that they do not run backwards.
fn in_order(house: &House) {
    let log = house.ledger.log(1);
    let times: Vec<Timestamp> = log.iter().map(|r| r.event().recorded_at).collect();
    assert!(times.is_sorted(), "{times:?}");
    let seqs: Vec<u64> = log.iter().map(|r| r.seq().0).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_was_open_when_the_clock_was_set_back_ends_when_it_would_have() {
    let (house, clock) = house().await;
    let mut maya = commander(&house).await;
    open_both(&mut maya).await;
    clock.advance(TimeDelta::hours(-1));
    heard(&mut maya, "proposal_decided").await;
    heard(&mut maya, "handover_ended").await;
    maya.submit(Some(1), &note("after it")).await.unwrap();
    in_order(&house);
}

#[tokio::test]
async fn what_is_opened_after_the_clock_was_set_back_ends_in_its_time() {
    let (house, clock) = house().await;
    let mut maya = commander(&house).await;
    clock.advance(TimeDelta::hours(-1));
    for _ in 0..2 {
        let began = Instant::now();
        open_both(&mut maya).await;
        heard(&mut maya, "proposal_decided").await;
        heard(&mut maya, "handover_ended").await;
        assert!(began.elapsed() >= SHORT, "not before its time");
    }
    in_order(&house);
}

#[tokio::test]
async fn a_day_forward_and_back_again_holds_nothing_up() {
    let (house, clock) = house().await;
    let mut maya = commander(&house).await;
    clock.advance(TimeDelta::days(1));
    maya.submit(Some(1), &note("of tomorrow")).await.unwrap();
    clock.advance(TimeDelta::days(-1));
    open_both(&mut maya).await;
    heard(&mut maya, "proposal_decided").await;
    heard(&mut maya, "handover_ended").await;
    open_both(&mut maya).await;
    clock.advance(TimeDelta::days(1));
    heard(&mut maya, "proposal_decided").await;
    heard(&mut maya, "handover_ended").await;
    in_order(&house);
}
