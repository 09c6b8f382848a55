//! Alerts that fire and stop again and again.

use super::*;
use crate::support::fake::{Fake, json as answer};
use crate::support::watched::alertmanager;
use std::sync::atomic::Ordering;
use warroom::protocol::{Live, ServerFrame};

/// The n-th change of an alert.
fn change(n: i64) -> Value {
    let labels = json!({"alertname": "High", "service": "shop"});
    let status = ["firing", "resolved"][usize::try_from(n % 2).unwrap()];
    alert("a", &labels, at(0) + TimeDelta::seconds(n / 2), status)
}

/// A declared incident in which the alert fires.
async fn declared(house: &House) {
    send(house, &[change(0)]).await;
    let mut maya = house.client("maya").await;
    let intent = Intent::Declare {
        title: None,
        severity: None,
        service: None,
        started_at: None,
        kind: Kind::Real,
    };
    maya.submit(Some(1), &command(intent)).await.unwrap();
}

#[tokio::test]
async fn forty_changes_make_two_lines_and_the_last_one_holds() {
    let (house, clock) = house("").await;
    declared(&house).await;
    for n in 1..40 {
        for _ in 0..2 {
            send(&house, &[change(n)]).await;
        }
    }
    let before = lines(&house, 1);
    let (last, earlier) = before.split_last().unwrap();
    assert!(
        last.starts_with("flapping High shop: 5 changes within 10m"),
        "{before:?}"
    );
    assert_eq!(
        earlier
            .iter()
            .filter(|line| line.contains(" High shop"))
            .count(),
        5
    );
    let mut maya = house.client("maya").await;
    assert_eq!(maya.join(1, 0).await.0.unwrap().firing(), 1, "kept firing");
    clock.advance(TimeDelta::milliseconds(10 * 60 * 1_000 - 1));
    send(&house, &[]).await;
    assert_eq!(lines(&house, 1), before);
    clock.advance(TimeDelta::milliseconds(1));
    for _ in 0..2 {
        send(&house, &[]).await;
    }
    let after = lines(&house, 1);
    let [settled] = &after[before.len()..] else {
        panic!("{after:?}");
    };
    assert!(
        settled.starts_with("settled High shop: resolved"),
        "{settled}"
    );
    assert!(
        settled.ends_with("35 changes were held back (17 firing, 18 resolved)"),
        "{settled}"
    );
    assert_eq!(maya.join(1, 0).await.0.unwrap().firing(), 0);
    let held = kinds(&house, 1)
        .iter()
        .filter(|kind| *kind == "alert_held")
        .count();
    assert_eq!(held, 35, "nothing is lost");
    assert_eq!(house.ledger.log(2).len(), 0);
}

#[tokio::test]
async fn what_was_held_back_outlives_the_server() {
    let (house, clock) = house("").await;
    declared(&house).await;
    for n in 1..8 {
        send(&house, &[change(n)]).await;
    }
    let ledger = house.ledger.clone();
    house.shutdown.cancel();
    house.server.ended().await;
    clock.advance(TimeDelta::minutes(5));
    let house = House::on(ledger.clone(), |options| with(options, &clock, "")).await;
    // It flaps still, in the same incident.
    send(&house, &[change(8)]).await;
    assert_eq!(kinds(&house, 1).last().unwrap(), "alert_held");
    house.shutdown.cancel();
    house.server.ended().await;
    clock.advance(TimeDelta::minutes(10));
    // It is due when the server starts: nothing has to come in.
    let house = House::on(ledger, |options| with(options, &clock, "")).await;
    let mut maya = house.client("maya").await;
    let (state, ..) = maya.join(1, 0).await;
    if state.unwrap().alerts["a"].flapping.is_some() {
        let text = maya.event().await;
        assert!(text.contains("alert_settled"), "{text}");
    }
    assert!(
        lines(&house, 1)
            .last()
            .unwrap()
            .starts_with("settled High shop: firing")
    );
}

#[tokio::test]
async fn an_alert_that_nobody_declared_does_not_open_incident_after_incident() {
    let (house, clock) = house("").await;
    for n in 0..40 {
        send(&house, &[change(n)]).await;
    }
    assert!(!house.ledger.log(3).is_empty() && house.ledger.log(4).is_empty());
    let mut maya = house.client("maya").await;
    let state = maya.join(3, 0).await.0.unwrap();
    assert_eq!((state.status, state.firing()), (Status::Triage, 1));
    clock.advance(TimeDelta::minutes(10));
    send(&house, &[]).await;
    let state = maya.join(3, 0).await.0.unwrap();
    assert_eq!(state.status, Status::Resolved);
}

#[tokio::test]
async fn a_settled_alert_that_cannot_be_written_down_is_tried_again() {
    let (house, clock) = house("").await;
    declared(&house).await;
    for n in 1..8 {
        send(&house, &[change(n)]).await;
    }
    house.ledger.full.store(true, Ordering::SeqCst);
    clock.advance(TimeDelta::minutes(10));
    let before = lines(&house, 1);
    send(&house, &[]).await;
    assert_eq!(lines(&house, 1), before);
    house.ledger.full.store(false, Ordering::SeqCst);
    clock.advance(TimeDelta::seconds(5));
    send(&house, &[]).await;
    assert!(lines(&house, 1).last().unwrap().starts_with("settled"));
}

#[tokio::test]
async fn an_alert_settles_by_itself() {
    let config = "[alerts.flapping]\nchanges = 1\nquiet = \"1s\"\n";
    let loaded = Loaded::parse(Path::new("config.toml"), config).unwrap();
    let house = House::with(|options| options.alerts = loaded.config.alerts).await;
    let mut maya = house.client("maya").await;
    send(&house, &[change(0)]).await;
    let declared = Intent::Declare {
        title: None,
        severity: None,
        service: None,
        started_at: None,
        kind: Kind::Real,
    };
    maya.submit(Some(1), &command(declared)).await.unwrap();
    maya.join(1, 0).await;
    send(&house, &[change(1)]).await;
    while !maya.event().await.contains("alert_settled") {}
    assert_eq!(kinds(&house, 1).last().unwrap(), "alert_settled");
}

#[tokio::test]
async fn live_alerts_say_that_they_flap_and_that_there_is_maintenance() {
    let body = r#"[
        {"labels": {"alertname": "High", "service": "shop"}, "fingerprint": "a", "annotations": {},
         "startsAt": "2026-11-28T12:00:00Z", "endsAt": "2026-11-28T13:00:00Z",
         "updatedAt": "2026-11-28T12:00:00Z", "receivers": [],
         "status": {"state": "active", "silencedBy": [], "inhibitedBy": []}},
        {"labels": {"alertname": "Slow", "service": "cart"}, "fingerprint": "b", "annotations": {},
         "startsAt": "2026-11-28T12:00:00Z", "endsAt": "2026-11-28T13:00:00Z",
         "updatedAt": "2026-11-28T12:00:00Z", "receivers": [],
         "status": {"state": "active", "silencedBy": [], "inhibitedBy": []}}
    ]"#;
    let fake = Fake::start(|asked, _| {
        let alerts = asked.line.contains("/alerts");
        answer(200, "", if alerts { body } else { "[]" })
    })
    .await;
    let config = "[[alerts.maintenance]]\nname = \"move\"\nmatch = { service = \"c*\" }\n\
                  from = 2026-11-28T12:00:00Z\nuntil = 2026-11-28T13:00:00Z\n";
    let clock = Arc::new(ManualClock::new(at(0)));
    let house = House::with(|options| {
        with(options, &clock, config);
        alertmanager(options, &format!("http://{}", fake.address));
    })
    .await;
    for n in 0..8 {
        send(&house, &[change(n)]).await;
    }
    let mut maya = house.client("maya").await;
    // A poll may have been under way before the alert flapped.
    let groups = loop {
        if let Some(ServerFrame::Live(Live::Alerts { groups, .. })) = maya.next().await
            && groups.iter().any(|group| group.flapping)
        {
            break groups;
        }
    };
    let seen: Vec<_> = groups
        .iter()
        .map(|group| (&*group.name, group.flapping, group.maintenance.as_deref()))
        .collect();
    assert!(seen.contains(&("High", true, None)), "{seen:?}");
    assert!(seen.contains(&("Slow", false, Some("move"))), "{seen:?}");
}

#[tokio::test]
async fn what_is_held_back_is_written_down_also_where_the_clock_was_set_back() {
    let (house, clock) = house("").await;
    declared(&house).await;
    for n in 1..40 {
        send(&house, &[change(n)]).await;
    }
    assert!(
        !lines(&house, 1)
            .iter()
            .any(|line| line.starts_with("settled"))
    );
    clock.advance(TimeDelta::hours(-1));
    for _ in 0..2 {
        send(&house, &[]).await;
    }
    let settled = lines(&house, 1);
    let settled = settled.iter().filter(|line| line.starts_with("settled"));
    assert_eq!(settled.count(), 1);
}
