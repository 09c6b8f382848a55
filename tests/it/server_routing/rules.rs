//! Rules, group windows and maintenance.

use super::*;

const RULES: &str = r#"
[[alerts.rules]]
name = "noise"
match = { severity = "info" }
action = "drop"

[[alerts.rules]]
name = "pods"
match = { alertname = "Pod*" }
action = "attach"
group_by = ["service"]

[[alerts.rules]]
name = "shop"
match = { service = ["shop", "cart"] }
group_by = ["service"]
severity = "SEV2"
"#;

#[tokio::test]
async fn the_first_rule_that_fits_says_what_becomes_of_an_alert() {
    let (house, _) = house(RULES).await;
    let of = |name: &str, service: &str, severity: &str| json!({"alertname": name, "service": service, "severity": severity});
    let alerts = [
        firing("a", &of("High", "shop", "info"), at(0)),
        firing("b", &of("PodDown", "shop", "page"), at(0)),
        firing("c", &of("High", "shop", "page"), at(0)),
        firing("d", &of("Slow", "shop", "page"), at(0)),
        firing("e", &of("PodDown", "shop", "page"), at(0)),
        firing("f", &of("High", "cart", "page"), at(0)),
        firing("g", &of("High", "search", "page"), at(0)),
    ];
    send(&house, &alerts).await;
    let opened = ["opened", "alert_recorded"];
    assert_eq!(
        kinds(&house, 1),
        [&opened[..], &["alert_recorded"; 2]].concat()
    );
    assert_eq!(
        (kinds(&house, 2), kinds(&house, 3)),
        (
            opened.map(String::from).into(),
            opened.map(String::from).into()
        )
    );
    assert!(house.ledger.log(4).is_empty());
    let mut maya = house.client("maya").await;
    let one = maya.join(1, 0).await.0.unwrap();
    let three = maya.join(3, 0).await.0.unwrap();
    assert_eq!((one.severity, one.firing()), (Some(Severity::Sev2), 3));
    assert_eq!(three.severity, None, "no rule took it");
    assert_eq!(&*one.match_key.unwrap(), r#"service="shop""#);
    // What found nothing open joins when it comes again, and nothing happens twice.
    for _ in 0..2 {
        send(&house, &alerts).await;
    }
    assert_eq!(kinds(&house, 1).len(), 5);
    assert_eq!(reports(&house, "noise", "dropped").await, 3);
    assert_eq!(reports(&house, "pods", "nothing_open").await, 1);
    assert_eq!(reports(&house, "shop", "opened").await, 2);
    assert_eq!(reports(&house, "", "opened").await, 1);
    // One that a person declared agrees in its service.
    let intent = Intent::Declare {
        title: Some("Search is slow".into()),
        severity: None,
        service: Some("billing".into()),
        started_at: None,
        kind: Kind::Real,
    };
    let declared = maya.submit(None, &command(intent)).await.unwrap().0;
    let pod = firing("h", &of("PodDown", "billing", "page"), at(0));
    send(&house, &[pod]).await;
    assert_eq!(kinds(&house, declared), ["opened", "alert_recorded"]);
}

#[tokio::test]
async fn a_fixed_window_opens_a_second_incident_and_a_rolling_one_goes_on() {
    let config = r#"
[[alerts.rules]]
name = "fixed"
match = { service = "shop" }
group_by = ["service"]
window = { kind = "fixed", length = "30m" }

[[alerts.rules]]
name = "rolling"
group_by = ["service"]
window = { kind = "rolling", length = "30m" }
"#;
    let (house, clock) = house(config).await;
    let shop = json!({"alertname": "High", "service": "shop"});
    let cart = json!({"alertname": "High", "service": "cart"});
    for minute in [0, 20, 40, 60] {
        let prints = [format!("s{minute}"), format!("c{minute}")];
        send(&house, &[firing(&prints[0], &shop, at(minute))]).await;
        send(&house, &[firing(&prints[1], &cart, at(minute))]).await;
        clock.advance(TimeDelta::minutes(20));
    }
    let mut maya = house.client("maya").await;
    let mut alerts = Vec::new();
    for incident in 1..=3 {
        let state = maya.join(incident, 0).await.0.unwrap();
        let prints: Vec<String> = state.alerts.keys().map(ToString::to_string).collect();
        alerts.push(prints.join(" "));
    }
    assert_eq!(alerts, ["s0 s20", "c0 c20 c40 c60", "s40 s60"]);
    assert!(house.ledger.log(4).is_empty());
    // The end is told to the incident in which it fires, however long its window is over; what
    // fires there goes on there.
    let stopped = alert("s0", &shop, at(0), "resolved");
    send(&house, &[stopped, firing("s20", &shop, at(21))]).await;
    let first = maya.join(1, 0).await.0.unwrap();
    assert_eq!((first.firing(), first.alerts.len()), (1, 2));
    assert_eq!(first.alerts["s20"].starts_at, at(21));
}

#[tokio::test]
async fn maintenance_holds_an_alert_back_that_opens_an_incident_when_it_is_over() {
    let config = r#"
[[alerts.maintenance]]
name = "move"
match = { service = "shop" }
from = 2026-11-28T12:00:00Z
until = 2026-11-28T13:00:00Z
"#;
    let (house, clock) = house(config).await;
    let labels = json!({"alertname": "High", "service": "shop"});
    let held = [firing("a", &labels, at(0))];
    let other = json!({"alertname": "High", "service": "cart"});
    send(&house, &held).await;
    send(&house, &[firing("b", &other, at(0))]).await;
    assert_eq!(kinds(&house, 1), ["opened", "alert_recorded"], "the other");
    assert!(house.ledger.log(2).is_empty());
    assert_eq!(reports(&house, "", "maintenance").await, 1);
    clock.advance(TimeDelta::milliseconds(60 * 60 * 1_000 - 1));
    send(&house, &held).await;
    assert!(house.ledger.log(2).is_empty());
    clock.advance(TimeDelta::milliseconds(1));
    send(&house, &held).await;
    assert_eq!(kinds(&house, 2), ["opened", "alert_recorded"]);
    let state = house.client("maya").await.join(2, 0).await.0.unwrap();
    assert_eq!(state.milestones.at(Milestone::Started), Some(at(0)));
}

#[tokio::test]
async fn during_maintenance_an_alert_still_joins_what_is_open() {
    let config = r#"
[[alerts.rules]]
name = "by service"
group_by = ["service"]

[[alerts.maintenance]]
name = "move"
match = {}
weekly = { days = ["sat"], from = "13:00", to = "14:00", zone = "Europe/Berlin" }
"#;
    let (house, _) = house(config).await;
    let mut maya = house.client("maya").await;
    let declare = Intent::Declare {
        title: Some("The move went wrong".into()),
        severity: None,
        service: Some("shop".into()),
        started_at: None,
        kind: Kind::Real,
    };
    maya.submit(None, &command(declare)).await.unwrap();
    let labels = json!({"alertname": "High", "service": "shop"});
    let other = json!({"alertname": "High", "service": "cart"});
    let alerts = [firing("a", &labels, at(0)), firing("b", &other, at(0))];
    send(&house, &alerts).await;
    assert_eq!(kinds(&house, 1), ["opened", "alert_recorded"]);
    assert!(house.ledger.log(2).is_empty());
}
