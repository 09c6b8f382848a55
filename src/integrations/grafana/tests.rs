//! A poll from its first request to its findings.

use super::super::exchange::{self, Body};
use super::*;
use crate::incident::{IncidentId, Timestamp};
use serde_json::json;

const UID: &str = "uid/1";

fn panel(id: u64) -> Panel {
    Panel {
        name: None,
        dashboard: UID.to_owned(),
        panel: id,
        unit: None,
        bad: Bad::Above,
        thresholds: Thresholds::default(),
    }
}

fn grafana(panels: Vec<Panel>) -> Grafana {
    Grafana {
        name: "main".into(),
        panels,
        rules: true,
        page: Some("https://grafana.example/sub/".to_owned()),
    }
}

fn ask() -> Ask {
    let at = |seconds: i64| Timestamp::from_timestamp(1_800_000_000 + seconds, 0).expect("a time");
    Ask {
        incident: Some(IncidentId(42)),
        variables: variables::given(&[("service", "check out"), ("region", "eu")]),
        from: at(0),
        to: at(3_600),
        points: 240,
    }
}

fn answer(status: u16, body: &Value) -> Response {
    exchange::answer(status, body.to_string())
}

fn board() -> Value {
    let prometheus = json!({"uid": "P1", "type": "prometheus"});
    let expr = r#"rate(http_total{service=~"$service"}[$__rate_interval])"#;
    json!({"dashboard": {
        "panels": [
            {"type": "row", "id": 1, "panels": [{
                "id": 2, "type": "timeseries", "title": "5xx of $service",
                "datasource": prometheus, "fieldConfig": {"defaults": {"unit": "reqps"}},
                "targets": [
                    {"refId": "A", "expr": expr, "exemplar": true},
                    {"refId": "H", "expr": "hidden", "hide": true},
                ],
            }]},
            {"id": 3, "type": "stat", "interval": "1m", "datasource": prometheus, "targets": [
                {"refId": "B", "expr": "up", "hide": true},
                {"refId": "C", "datasource": {"uid": "__expr__", "type": "__expr__"},
                    "type": "math", "expression": "$B * 2"},
            ]},
            {"id": 4, "type": "graph", "title": "old", "datasource": "Logs",
                "targets": [{"rawQuery": "x"}]},
            {"id": 5, "type": "graph", "title": "bare", "libraryPanel": {"uid": "l"}},
            {"id": 6, "type": "graph", "title": "empty"},
            {"id": 7, "type": "table", "title": "sql", "targets": [{"rawSql": "= '$service'"}],
                "datasource": {"uid": "S1", "type": "mysql"}},
        ],
        "templating": {"list": [
            {"name": "service", "multi": true, "current": {"value": "search"}},
        ]}
    }})
}

/// The steps that follow the first request, with each answer in turn.
fn read(grafana: &Grafana, request: &Request, body: &Value) -> Step {
    grafana
        .next(&ask(), request, &answer(200, body))
        .expect("read")
}

fn body(request: &Request) -> Value {
    match &request.body {
        Body::Json(body) => serde_json::from_str(body).expect("JSON"),
        other => panic!("{other:?}"),
    }
}

fn only<T: std::fmt::Debug>(mut all: Vec<T>) -> T {
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn no_signal(step: &Step) -> (String, AnswerError) {
    match step.findings.as_slice() {
        [Finding::NoSignal(name, error)] => (name.to_string(), error.clone()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_dashboard_is_asked_for_once_however_many_panels() {
    let mut other = panel(9);
    other.dashboard = "other".to_owned();
    let grafana = grafana(vec![panel(2), other, panel(3)]);
    let first = grafana.first(&ask());
    let paths: Vec<&str> = first.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(
        paths,
        ["/api/dashboards/uid/uid%2F1", "/api/dashboards/uid/other"]
    );
    let step = read(&grafana, &first[0], &board());
    assert_eq!(step.requests.len(), 2);
}

#[test]
fn rules_are_asked_for_beside_the_incidents() {
    let beside = Ask {
        incident: None,
        ..ask()
    };
    let mut grafana = grafana(vec![panel(2)]);
    let request = only(grafana.first(&beside));
    assert_eq!(request.path, "/api/prometheus/grafana/api/v1/rules");
    assert_eq!(request.query.len(), 5);
    // An older Grafana does not know the newest state.
    let step = grafana
        .next(&beside, &request, &answer(400, &json!({})))
        .expect("asked again");
    let again = only(step.requests);
    assert!(again.query.is_empty());
    let refused = grafana.next(&beside, &again, &answer(400, &json!({})));
    assert!(refused.is_err(), "but only once");
    let good = answer(200, &json!({"status": "success", "data": {"groups": []}}));
    let step = grafana.next(&beside, &request, &good).expect("read");
    assert_eq!(step.findings, [Finding::Alerts(Vec::new())]);
    grafana.rules = false;
    assert!(grafana.first(&beside).is_empty());
}

#[test]
fn a_panels_query_is_filled_in_and_its_data_becomes_a_signal() {
    let mut configured = panel(2);
    configured.bad = Bad::Below;
    let grafana = grafana(vec![configured]);
    let first = only(grafana.first(&ask()));
    let data = only(read(&grafana, &first, &board()).requests);
    assert_eq!(data.path, "/api/ds/query");
    let sent = body(&data);
    assert_eq!(
        (&sent["from"], &sent["to"]),
        (&json!("1800000000000"), &json!("1800003600000"))
    );
    let query = only(sent["queries"].as_array().expect("a list").clone());
    let expr = r#"rate(http_total{service=~"check out"}[1m])"#;
    let expected = json!({
        "refId": "A", "expr": expr, "exemplar": false, "intervalMs": 15_000, "maxDataPoints": 240,
        "datasource": {"uid": "P1", "type": "prometheus"},
    });
    assert_eq!(query, expected);
    let frame = json!({
        "schema": {"fields": [{"name": "t", "type": "time"}, {"name": "v", "type": "number"}]},
        "data": {"values": [[1_800_003_585_000_u64, 1_800_003_600_000_u64], [1, 2.5]]}
    });
    let step = read(
        &grafana,
        &data,
        &json!({"results": {"A": {"frames": [frame]}}}),
    );
    let Finding::Signal(signal) = only(step.findings) else {
        panic!("a signal");
    };
    assert_eq!(
        (&*signal.source, &*signal.name),
        ("main", "5xx of check out")
    );
    assert_eq!((signal.unit, signal.bad), (Unit::PerSecond, Bad::Below));
    assert_eq!(signal.value.map(crate::incident::Number::get), Some(2.5));
    assert_eq!(
        signal.url.as_deref(),
        Some(
            "https://grafana.example/sub/d/uid%2F1?viewPanel=2&from=1800000000000\
             &to=1800003600000&var-service=check%20out"
        )
    );
}

#[test]
fn arithmetic_is_sent_with_what_it_stands_on() {
    let grafana = grafana(vec![panel(3)]);
    let first = only(grafana.first(&ask()));
    let data = only(read(&grafana, &first, &board()).requests);
    let queries = body(&data)["queries"].as_array().expect("a list").clone();
    let names: Vec<_> = queries.iter().map(|query| query["refId"].clone()).collect();
    assert_eq!(names, ["B", "C"]);
    assert_eq!(queries[1]["datasource"]["uid"], "__expr__");
    assert_eq!(queries[1]["expression"], "$B * 2");
    assert_eq!(
        queries[0]["intervalMs"], 60_000,
        "the panel's own least distance"
    );
    let frame = json!({
        "schema": {"fields": [{"name": "v", "type": "number"}]}, "data": {"values": [[3]]}
    });
    let both = json!({"results": {"B": {"frames": [frame, frame]}, "C": {"frames": [frame]}}});
    let Finding::Signal(signal) = only(read(&grafana, &data, &both).findings) else {
        panic!("a signal");
    };
    assert_eq!(signal.series.len(), 1, "what is hidden is not drawn");
    assert_eq!(&*signal.name, "uid/1/3", "without a title");
}

#[test]
fn a_data_source_that_is_named_is_looked_up() {
    let mut named = panel(4);
    named.name = Some("log lines".into());
    let grafana = grafana(vec![named, panel(2)]);
    let first = only(grafana.first(&ask()));
    let step = read(&grafana, &first, &board());
    let [data, lookup] = step.requests.as_slice() else {
        panic!("{step:?}");
    };
    assert_eq!(
        (&*data.path, &*lookup.path),
        ("/api/ds/query", "/api/datasources")
    );
    let listed = json!([{"uid": "L1", "name": "Logs", "type": "loki"}]);
    let again = only(read(&grafana, lookup, &listed).requests);
    assert_eq!(again.path, first.path);
    let data = only(read(&grafana, &again, &board()).requests);
    let query = body(&data)["queries"][0].clone();
    assert_eq!(query["datasource"], json!({"uid": "L1", "type": "loki"}));
    assert_eq!(query["refId"], "A", "one that has no name is given one");
    let none = read(&grafana, lookup, &json!([]));
    let step = read(&grafana, &only(none.requests), &board());
    let (name, error) = no_signal(&step);
    assert_eq!(name, "log lines");
    assert!(error.to_string().contains("\"Logs\""), "{error}");
    let denied = grafana
        .next(&ask(), lookup, &answer(403, &json!({})))
        .expect("read");
    assert!(
        no_signal(&denied)
            .1
            .to_string()
            .contains("datasources:read")
    );
}

#[test]
fn a_panel_that_cannot_be_asked_says_why() {
    for (id, name, reason) in [
        (5, "bare", "library panel"),
        (6, "empty", "no queries"),
        (7, "sql", "the incident's service is \"check out\""),
        (8, "uid/1/8", "no panel 8"),
    ] {
        let grafana = grafana(vec![panel(id)]);
        let first = only(grafana.first(&ask()));
        let step = read(&grafana, &first, &board());
        let (said, error) = no_signal(&step);
        assert_eq!(said, name);
        assert!(error.to_string().contains(reason), "{id}: {error}");
        assert!(step.requests.is_empty());
    }
}

#[test]
fn one_dashboard_that_is_kept_back_leaves_the_others() {
    let mut named = panel(2);
    named.name = Some("errors".into());
    let grafana = grafana(vec![named]);
    let first = only(grafana.first(&ask()));
    for (status, reason) in [(403, "dashboards:read"), (404, "uid/1")] {
        let step = grafana
            .next(&ask(), &first, &answer(status, &json!({})))
            .expect("read");
        let (name, error) = no_signal(&step);
        assert_eq!(name, "errors");
        assert!(error.to_string().contains(reason), "{error}");
    }
    let token = grafana.next(&ask(), &first, &answer(401, &json!({})));
    assert!(matches!(token, Err(AnswerError::Denied(_))));
    let mut page = answer(200, &json!({}));
    page.media_type = "text/html".to_owned();
    let page = grafana.next(&ask(), &first, &page);
    assert!(matches!(page, Err(AnswerError::Denied(_))));
}

#[test]
fn an_answer_to_nothing_is_refused() {
    let grafana = grafana(vec![panel(2)]);
    for about in ["", "{}", r#"{"asked": "novelty"}"#] {
        let request = Request::get("/", about);
        let answer = grafana.next(&ask(), &request, &answer(200, &board()));
        assert!(matches!(answer, Err(AnswerError::Nonsense(_))), "{about}");
    }
    let gone = About::Dashboard {
        uid: UID.to_owned(),
        panels: vec![7],
        sources: None,
    };
    let request = Request::get("/", gone.note());
    assert_eq!(read(&grafana, &request, &board()), Step::default());
}
