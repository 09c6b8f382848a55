//! Marks in a Grafana's charts: each once, whenever a server ends.

use crate::support::fake::{Fake, Says, json};
use crate::support::ledger::Ledger;
use crate::support::server::{House, Wire, command};
use crate::support::watched::grafana;
use chrono::TimeDelta;
use std::sync::Arc;
use warroom::clock::{Clock, ManualClock, SystemClock};
use warroom::incident::*;

/// A Grafana that makes every mark it is asked for, and finds none.
async fn charts() -> Fake {
    Fake::start(|asked, number| match asked.line.starts_with("POST") {
        true => made(number),
        false => json(200, "", "[]"),
    })
    .await
}

fn made(number: usize) -> Says {
    let body = format!(r#"{{"id":{number},"message":"Annotation added"}}"#);
    json(200, "", &body)
}

/// What the marks say that were made so far.
fn marks(charts: &Fake) -> Vec<String> {
    let asked = charts.asked().into_iter();
    let made = asked.filter(|asked| asked.line.starts_with("POST"));
    let text = |body: &str| -> String {
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        body["text"].as_str().unwrap().to_owned()
    };
    made.map(|asked| text(&asked.body)).collect()
}

async fn house(ledger: &Arc<Ledger>, charts: Option<&Fake>) -> House {
    House::on(ledger.clone(), |options| {
        if let Some(charts) = charts {
            grafana(options, &format!("http://{}", charts.address));
        }
    })
    .await
}

async fn end(house: House) {
    house.shutdown.cancel();
    house.server.ended().await;
}

async fn set(wire: &mut Wire, incident: u64, status: Status) {
    let (at, reason) = (None, None);
    let intent = Intent::SetStatus { status, at, reason };
    wire.submit(Some(incident), &command(intent)).await.unwrap();
}

async fn resolve(wire: &mut Wire, incident: u64) {
    let role = Role::IncidentCommander;
    let claim = command(Intent::ClaimRole { role });
    wire.submit(Some(incident), &claim).await.unwrap();
    set(wire, incident, Status::Resolved).await;
}

/// Waits until the log says of this many marks that they were made.
async fn answered(ledger: &Ledger, wire: &mut Wire, incident: u64, count: usize) {
    loop {
        let log = ledger.log(incident);
        let bodies = log.iter().filter_map(|record| record.event().body.known());
        let done = |what: &&What| {
            let wanted = OutsideOutcome::Done;
            matches!(what, What::OutsideAnswered { outcome, .. } if *outcome == wanted)
        };
        if bodies.filter(done).count() == count {
            return;
        }
        wire.event().await;
    }
}

#[tokio::test]
async fn a_mark_that_a_server_did_not_come_to_is_asked_for_once_by_the_next() {
    let (ledger, charts) = (Ledger::new(), charts().await);
    // It knows of no Grafana: as one that ends between the event and the question.
    let first = house(&ledger, None).await;
    first.client("maya").await.declare("checkout is down").await;
    end(first).await;
    assert!(marks(&charts).is_empty());

    let next = house(&ledger, Some(&charts)).await;
    let mut maya = next.client("maya").await;
    maya.join(1, 0).await;
    answered(&ledger, &mut maya, 1, 1).await;
    assert_eq!(marks(&charts), ["INC-1 declared: checkout is down"]);
    drop(maya);
    end(next).await;

    // Once more: what is marked now comes behind what would be marked again.
    let last = house(&ledger, Some(&charts)).await;
    let mut maya = last.client("maya").await;
    maya.join(1, 0).await;
    set(&mut maya, 1, Status::Monitoring).await;
    answered(&ledger, &mut maya, 1, 2).await;
    let both = [
        "INC-1 declared: checkout is down",
        "INC-1 mitigated: checkout is down",
    ];
    assert_eq!(marks(&charts), both);
}

#[tokio::test]
async fn nobody_is_asked_for_marks_of_what_ended_long_ago_or_is_a_drill() {
    let (ledger, charts) = (Ledger::new(), charts().await);
    let clock = Arc::new(ManualClock::new(SystemClock.now() - TimeDelta::hours(2)));
    let told = clock.clone();
    let first = House::on(ledger.clone(), |options| options.clock = told).await;
    let mut maya = first.client("maya").await;
    for title in ["long over", "just over", "a drill"] {
        let intent = Intent::Declare {
            title: Some(title.into()),
            severity: None,
            service: None,
            started_at: None,
            kind: if title == "a drill" {
                Kind::Drill
            } else {
                Kind::Real
            },
        };
        maya.submit(None, &command(intent)).await.unwrap();
    }
    resolve(&mut maya, 1).await;
    clock.advance(TimeDelta::minutes(90));
    resolve(&mut maya, 2).await;
    drop(maya);
    end(first).await;

    let next = house(&ledger, Some(&charts)).await;
    let mut maya = next.client("maya").await;
    maya.join(2, 0).await;
    answered(&ledger, &mut maya, 2, 2).await;
    // Incidents are looked at from the newest on; this one is marked behind all of them.
    maya.declare("new").await;
    maya.join(4, 0).await;
    answered(&ledger, &mut maya, 4, 1).await;
    let expected = [
        "INC-2 declared: just over",
        "INC-2 resolved: just over",
        "INC-4 declared: new",
    ];
    assert_eq!(marks(&charts), expected);
}

#[tokio::test]
async fn nothing_of_a_private_incident_is_marked_nor_polled() {
    let (ledger, charts) = (Ledger::new(), charts().await);
    let house = house(&ledger, Some(&charts)).await;
    let mut maya = house.client("maya").await;
    let hidden = Intent::DeclarePrivate(Box::new(DeclarePrivate {
        title: Some("zqsecret".into()),
        severity: None,
        service: Some("zqservice".into()),
        started_at: None,
        kind: Kind::Real,
        people: Vec::new(),
    }));
    maya.submit(None, &command(hidden)).await.unwrap();
    resolve(&mut maya, 1).await;
    // Marks are made in their order.
    maya.declare("for everyone").await;
    maya.join(2, 0).await;
    answered(&ledger, &mut maya, 2, 1).await;
    assert_eq!(marks(&charts), ["INC-2 declared: for everyone"]);
    for asked in charts.asked() {
        let said = format!("{} {}", asked.line, asked.body);
        assert!(!said.contains("zqse") && !said.contains("INC-1"), "{said}");
    }
}
