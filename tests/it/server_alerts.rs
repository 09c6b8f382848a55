//! From an alert to an incident, over a real socket.

use crate::support::server::{House, command};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use warroom::incident::*;
use warroom::protocol::{RunbookName, limits};
use warroom::server::RunbookSource;

struct One;

impl RunbookSource for One {
    fn find(&self, name: &str) -> Option<RunbookText> {
        (name == "High").then(|| RunbookText {
            name: "High".into(),
            title: "High".into(),
            preface: "".into(),
            steps: Vec::new(),
        })
    }

    fn names(&self) -> Vec<RunbookName> {
        Vec::new()
    }
}

fn alert(print: &str, status: &str, service: &str) -> Value {
    json!({
        "status": status, "labels": {"alertname": "High", "service": service},
        "annotations": {"summary": "too slow"}, "startsAt": "2026-11-23T13:04:29Z",
        "endsAt": "2026-11-23T13:05:29Z", "generatorURL": "http://p/", "fingerprint": print
    })
}

fn group(alerts: &[Value], truncated: u64) -> Vec<u8> {
    let group = json!({
        "version": "4", "groupKey": "g", "truncatedAlerts": truncated, "alerts": alerts
    });
    group.to_string().into_bytes()
}

fn kinds(house: &House, id: u64) -> Vec<String> {
    let log = house.ledger.log(id);
    let kind = |text: &str| {
        let value: Value = serde_json::from_str(text).unwrap();
        value["kind"].as_str().unwrap().to_owned()
    };
    log.iter().map(|record| kind(record.json())).collect()
}

#[tokio::test]
async fn an_alert_opens_triage_more_join_and_the_same_again_changes_nothing() {
    let house = House::with(|o| o.runbooks = Arc::new(One)).await;
    let first = group(&[alert("a", "firing", "shop")], 0);
    assert_eq!(house.hook(&first).await.0, 200);
    let opened = ["opened", "alert_recorded", "runbook_attached"];
    assert_eq!(kinds(&house, 1), opened);
    let more = group(
        &[alert("a", "firing", "shop"), alert("b", "firing", "shop")],
        5,
    );
    for body in [&first, &more, &first, &more] {
        assert_eq!(house.hook(body).await.0, 200);
    }
    let joined = [&opened[..], &["alert_recorded", "noted"]].concat();
    assert_eq!(kinds(&house, 1), joined);
    assert_eq!(
        house
            .hook(&group(&[alert("c", "firing", "search")], 0))
            .await
            .0,
        200
    );
    assert_eq!(kinds(&house, 2), opened);
    let mut maya = house.client("maya").await;
    let state = maya.join(1, 0).await.0.unwrap();
    assert_eq!((state.status, state.firing()), (Status::Triage, 2));
    assert_eq!(&*state.title, "High on shop: too slow");
    assert_eq!(state.runbooks.len(), 1);
}

#[tokio::test]
async fn what_nobody_declared_resolves_itself_and_what_was_declared_waits() {
    let house = House::open().await;
    let firing = [alert("a", "firing", "shop"), alert("b", "firing", "search")];
    house.hook(&group(&firing, 0)).await;
    let mut maya = house.client("maya").await;
    let declare = command(Intent::Declare {
        title: None,
        severity: "1".parse().ok(),
        service: None,
        started_at: None,
        kind: Kind::Real,
    });
    maya.submit(Some(2), &declare).await.unwrap();
    let stopped = [
        alert("a", "resolved", "shop"),
        alert("b", "resolved", "search"),
    ];
    for _ in 0..2 {
        assert_eq!(house.hook(&group(&stopped, 0)).await.0, 200);
    }
    let one = maya.join(1, 0).await.0.unwrap();
    let two = maya.join(2, 0).await.0.unwrap();
    assert_eq!((one.status, one.firing()), (Status::Resolved, 0));
    assert_eq!((two.status, two.firing()), (Status::Investigating, 0));
    // The same report again, of an incident that is over: no new incident.
    house.hook(&group(&firing, 0)).await;
    assert!(house.ledger.log(3).is_empty());
}

#[tokio::test]
async fn a_report_that_was_not_taken_is_decided_anew_when_it_comes_again() {
    let house = House::open().await;
    let stopped = group(&[alert("b", "resolved", "shop")], 0);
    house.hook(&group(&[alert("a", "firing", "shop")], 0)).await;
    // One of two monitors says so before the other says that it fires.
    assert_eq!(house.hook(&stopped).await.0, 200);
    assert_eq!(kinds(&house, 1).len(), 2);
    house.hook(&group(&[alert("b", "firing", "shop")], 0)).await;
    assert_eq!(house.hook(&stopped).await.0, 200);
    assert_eq!(kinds(&house, 1).len(), 4);
    let state = house.client("maya").await.join(1, 0).await.0.unwrap();
    assert_eq!(state.firing(), 1);
}

#[tokio::test]
async fn a_bad_webhook_is_refused_and_a_full_disk_asks_for_it_again() {
    let house = House::open().await;
    let whole = group(&[alert("a", "firing", "shop")], 0);
    let (status, answer) = house.hook(&whole[..whole.len() / 2]).await;
    assert!(status == 400 && answer.contains("cut short"), "{answer}");
    let (status, answer) = house.hook(br#"{"version":"3","alerts":[]}"#).await;
    assert!(status == 400 && answer.contains("version '3'"), "{answer}");
    assert_eq!(house.hook(&vec![b' '; limits::HOOK_BYTES + 1]).await.0, 413);
    house.ledger.full.store(true, Ordering::SeqCst);
    let (status, answer) = house.hook(&whole).await;
    assert!(
        status == 503 && answer.to_lowercase().contains("retry-after"),
        "{answer}"
    );
    house.ledger.full.store(false, Ordering::SeqCst);
    assert_eq!(house.hook(&whole).await.0, 200);
    assert_eq!(kinds(&house, 1), ["opened", "alert_recorded"]);
}
