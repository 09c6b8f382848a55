//! Single alerts of a group, asked for over a real socket.

use crate::support::fake::{Fake, json};
use crate::support::server::{House, Wire};
use crate::support::watched::alertmanager;
use warroom::incident::RefusalCode;
use warroom::protocol::{ClientFrame, Live, ServerFrame, limits};
use warroom::signals::{AlertGroup, AlertOrder, AlertsPage, AlertsQuery};

/// So many alerts of one name, as an Alertmanager lists them.
fn firing(count: u32) -> String {
    let one = |n: u32| {
        format!(
            r#"{{"labels":{{"alertname":"A","pod":"web-{n}"}},"annotations":{{"summary":"slow"}},"startsAt":"2026-01-01T00:{:02}:00Z","endsAt":"2036-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z","fingerprint":"f{n}","receivers":[],"status":{{"state":"active","silencedBy":[],"inhibitedBy":[]}}}}"#,
            n % 60
        )
    };
    let all: Vec<String> = (0..count).map(one).collect();
    format!("[{}]", all.join(","))
}

/// The group that the first list of alerts has.
async fn first_group(wire: &mut Wire) -> AlertGroup {
    loop {
        if let Some(ServerFrame::Live(Live::Alerts { mut groups, .. })) = wire.next().await {
            return groups.remove(0);
        }
    }
}

/// What comes of a question for single alerts.
async fn alerts(
    wire: &mut Wire,
    source: &str,
    query: AlertsQuery,
) -> Result<AlertsPage, RefusalCode> {
    let frame = ClientFrame::Alerts {
        request: 7,
        source: source.into(),
        query,
    };
    wire.send(&frame).await;
    loop {
        match wire.next().await {
            Some(ServerFrame::Alerts { request: 7, page }) => return Ok(page),
            Some(ServerFrame::Failed {
                request: 7,
                refusal,
            }) => return Err(refusal.code),
            _ => {}
        }
    }
}

#[tokio::test]
async fn each_alert_of_a_group_can_be_had_a_page_at_a_time() {
    let fake = Fake::start(|asked, _| match &*asked.line {
        line if line.contains("alerts") => json(200, "", &firing(1_000)),
        _ => json(200, "", "[]"),
    })
    .await;
    let address = format!("http://{}", fake.address);
    let house = House::with(|options| alertmanager(options, &address)).await;
    let mut maya = house.client("maya").await;
    let group = first_group(&mut maya).await;
    assert_eq!((group.firing, group.names.len()), (1_000, 20));
    let query = |words: &str, skip, limit| AlertsQuery {
        group: group.key.clone(),
        words: words.to_owned(),
        order: AlertOrder::Labels,
        skip,
        limit,
    };
    // Whoever asks for more than a page gets a page.
    let first = alerts(&mut maya, "alertmanager", query("", 0, 5_000))
        .await
        .unwrap();
    assert_eq!((first.total, first.matching), (1_000, 1_000));
    assert_eq!(first.alerts.len(), limits::PAGE_ALERTS as usize);
    let mut seen = std::collections::BTreeSet::new();
    for page in 0..5 {
        let page = alerts(&mut maya, "alertmanager", query("", page * 200, 200))
            .await
            .unwrap();
        seen.extend(page.alerts.into_iter().map(|alert| alert.fingerprint));
    }
    assert_eq!(seen.len(), 1_000, "each of them once");
    let found = alerts(&mut maya, "alertmanager", query("pod=web-99", 0, 50))
        .await
        .unwrap();
    assert_eq!((found.total, found.matching), (1_000, 11));
    assert!(&*found.alerts[0].labels["pod"] == "web-99", "{found:?}");
    let none = alerts(&mut maya, "alertmanager", AlertsQuery::default())
        .await
        .unwrap();
    assert_eq!(
        (none.total, none.alerts.len()),
        (0, 0),
        "of a group that is none"
    );
    let unknown = alerts(&mut maya, "elsewhere", query("", 0, 9)).await;
    assert_eq!(unknown, Err(RefusalCode::NotFound));
    let long = "x".repeat(limits::SEARCH_BYTES + 1);
    let refused = alerts(&mut maya, "alertmanager", query(&long, 0, 9)).await;
    assert_eq!(refused, Err(RefusalCode::Invalid));
}
