//! Each reader with a good answer to read.

use serde_json::{Value, json};
use std::sync::Arc;
use warroom::incident::{Bad, IncidentId, Thresholds, Timestamp};
use warroom::integrations::exchange::{AnswerError, Ask, Request, Response, Step, Watched};
use warroom::integrations::grafana::annotations::{self, Mark, Place};
use warroom::integrations::grafana::{Grafana, Panel};
use warroom::integrations::sentry::Sentry;

/// When the window begins, in seconds since 1970.
pub(crate) const START: i64 = 1_800_000_000;

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(START + seconds, 0).expect("a time")
}

/// About an incident, for an hour.
pub(crate) fn ask() -> Ask {
    let variables = [("service", "checkout"), ("incident", "INC-42")];
    Ask {
        incident: Some(IncidentId(42)),
        variables: variables.map(|(k, v)| (Arc::from(k), Arc::from(v))).into(),
        from: at(0),
        to: at(3_600),
        points: 240,
    }
}

/// Two panels of one dashboard: one that says its data source by uid, one by name.
pub(crate) fn grafana() -> Grafana {
    let panel = |panel| Panel {
        name: None,
        dashboard: "uid-1".to_owned(),
        panel,
        unit: None,
        bad: Bad::Above,
        thresholds: Thresholds::default(),
    };
    Grafana {
        name: "grafana".into(),
        panels: vec![panel(2), panel(3)],
        rules: true,
        page: Some("https://grafana.example".to_owned()),
    }
}

pub(crate) fn sentry() -> Sentry {
    Sentry {
        name: "sentry".into(),
        organization: "acme".to_owned(),
        projects: vec!["checkout".to_owned(), "web".to_owned()],
        environment: Some("production".to_owned()),
        limit: 100,
        rate: true,
    }
}

/// A good answer for the dashboard.
pub(crate) fn dashboard() -> Value {
    json!({"meta": {"url": "/d/uid-1/checkout"}, "dashboard": {
        "uid": "uid-1", "title": "Checkout", "schemaVersion": 39,
        "panels": [{"id": 1, "type": "row", "panels": [{
            "id": 2, "type": "timeseries", "title": "5xx of $service", "interval": "15s",
            "datasource": {"type": "prometheus", "uid": "P1"},
            "fieldConfig": {"defaults": {"unit": "reqps"}},
            "targets": [{"refId": "A", "expr": "rate(x{s=\"$service\"}[$__rate_interval])",
                "exemplar": true, "legendFormat": "{{pod}}"},
                {"refId": "B", "expr": "y", "hide": true}],
        }]},
        {"id": 3, "type": "graph", "title": "lines", "datasource": "Logs",
            "targets": [{"expr": "count_over_time({s=\"[[service]]\"}[$__interval])"}]}],
        "templating": {"list": [
            {"name": "service", "type": "query", "multi": true, "includeAll": true,
                "allValue": ".*", "current": {"text": "All", "value": ["$__all"]},
                "options": [{"value": "$__all"}, {"value": "web", "selected": true}]},
        ]},
    }})
}

/// A good answer for a panel's data.
pub(crate) fn data() -> Value {
    let ms = |seconds: i64| (START + seconds) * 1_000;
    let value = |pod: &str| {
        json!({"name": "Value", "type": "number", "labels": {"pod": pod},
            "config": {"displayNameFromDS": pod}})
    };
    let time = json!({"name": "Time", "type": "time", "typeInfo": {"frame": "time.Time"}});
    let frame = |pod: &str| {
        json!({
            "schema": {"refId": "A", "name": "n", "fields": [time, value(pod)],
                "meta": {"type": "timeseries-multi", "notices": [{"text": "partial"}]}},
            "data": {"values": [[ms(3_540), ms(3_570), ms(3_600)], [1, null, 2.5]],
                "entities": [null, {"NaN": [1]}]},
        })
    };
    json!({"results": {"A": {"status": 200, "frames": [frame("a"), frame("b")]}}})
}

/// A good answer about alert rules.
pub(crate) fn rules() -> Value {
    json!({"status": "success", "data": {"groups": [{
        "name": "g", "file": "SRE", "interval": 60,
        "rules": [{
            "state": "firing", "name": "High", "uid": "r1", "query": "", "health": "ok",
            "type": "alerting", "labels": {}, "annotations": {"summary": "too slow"},
            "lastEvaluation": "2027-01-15T08:59:00Z",
            "alerts": [{
                "labels": {"alertname": "High", "service": "checkout"},
                "annotations": {"__dashboardUid__": "uid-1", "__panelId__": "2"},
                "state": "Alerting (NoData)", "activeAt": "2027-01-15T08:30:00Z", "value": "1"
            }]
        }]
    }]}})
}

/// A good page of issues.
pub(crate) fn issues() -> Value {
    json!([{
        "id": "1", "shortId": "WEB-1", "title": "boom", "culprit": "a.b in c", "level": "error",
        "project": {"id": "7", "slug": "web", "name": "Web"}, "status": "unresolved",
        "substatus": "regressed", "priority": null, "count": "150", "userCount": 12,
        "firstSeen": "2027-01-15T08:01:00Z", "lastSeen": "2027-01-15T08:59:00Z",
        "firstRelease": {"version": "web@1.2", "shortVersion": "1.2"},
        "assignedTo": {"type": "user", "id": "1", "name": "Bo", "email": "bo@example.com"},
        "permalink": "https://sentry.example/issues/1/",
        "stats": {"auto": [[START, 1], [START + 60, 2]]}, "metadata": {"title": "boom"}
    }])
}

fn timeseries() -> Value {
    let row = |seconds: i64, value| json!({"timestamp": (START + seconds) * 1_000, "value": value, "incomplete": false});
    json!({
        "timeSeries": [{"values": [row(3_000, 5), row(3_300, 10)], "yAxis": "count()",
            "meta": {"interval": 300_000, "valueType": "integer", "valueUnit": null}}],
        "meta": {"dataset": "errors", "start": 1, "end": 2}
    })
}

fn stats() -> Value {
    json!({"data": [[START + 3_480, [{"count": 3}]], [START + 3_540, []]], "start": START})
}

fn mark() -> Mark {
    Mark {
        time: at(0),
        end: None,
        tags: vec!["incident:INC-42".into(), "declared".into()],
        text: "INC-42".to_owned(),
        place: Place::Everywhere,
    }
}

/// The answer with that body.
pub(crate) fn answer(status: u16, body: impl Into<Vec<u8>>) -> Response {
    Response {
        status,
        media_type: "application/json".to_owned(),
        link: None,
        body: body.into(),
    }
}

type Read = Box<dyn Fn(&Ask, &Response) -> Result<Step, AnswerError>>;

/// A reader, and an answer that it reads well.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) good: Value,
    pub(crate) read: Read,
}

fn case(
    name: &'static str,
    good: Value,
    read: impl Fn(&Ask, &Response) -> Result<Step, AnswerError> + 'static,
) -> Case {
    let read = Box::new(read);
    Case { name, good, read }
}

fn watched(name: &'static str, good: Value, of: impl Watched + 'static, request: Request) -> Case {
    case(name, good, move |ask, answer| {
        of.next(ask, &request, answer)
    })
}

/// The requests that follow from an answer.
pub(crate) fn after(
    of: &impl Watched,
    request: &Request,
    status: u16,
    body: &Value,
) -> Vec<Request> {
    let read = of.next(&ask(), request, &answer(status, body.to_string()));
    read.expect("read").requests
}

/// The request for the first panel's data.
pub(crate) fn data_request() -> Request {
    let first = grafana().first(&ask()).remove(0);
    after(&grafana(), &first, 200, &dashboard()).remove(0)
}

/// The request for the issues.
pub(crate) fn issues_request() -> Request {
    let first = sentry().first(&ask()).remove(0);
    after(&sentry(), &first, 200, &json!([])).remove(0)
}

/// The request for the alert rules.
pub(crate) fn rules_request() -> Request {
    let beside = Ask {
        incident: None,
        ..ask()
    };
    let filtered = grafana().first(&beside).remove(0);
    after(&grafana(), &filtered, 400, &json!({})).remove(0)
}

/// Every reader.
pub(crate) fn cases() -> Vec<Case> {
    let board = grafana().first(&ask()).remove(0);
    let sources = after(&grafana(), &board, 200, &dashboard()).remove(1);
    let listed = json!([{"id": 1, "uid": "L1", "name": "Logs", "type": "loki", "isDefault": true}]);
    let mut sentry_first = sentry().first(&ask()).into_iter();
    let (new, rate) = (sentry_first.next().unwrap(), sentry_first.next().unwrap());
    let older = after(&sentry(), &rate, 404, &json!({})).remove(0);
    let marks = json!([{"id": 7, "tags": ["incident:INC-42", "declared"], "text": "x", "time": 1}]);
    vec![
        watched("dashboard", dashboard(), grafana(), board),
        watched("data sources", listed, grafana(), sources),
        watched("data", data(), grafana(), data_request()),
        watched("rules", rules(), grafana(), rules_request()),
        watched("new issues", issues(), sentry(), new),
        watched("issues", issues(), sentry(), issues_request()),
        watched("timeseries", timeseries(), sentry(), rate),
        watched("stats", stats(), sentry(), older),
        case(
            "annotation made",
            json!({"message": "added", "id": 7}),
            |_, answer| annotations::made(answer).map(|_| Step::default()),
        ),
        case("annotations found", marks, |_, answer| {
            annotations::found(&mark(), answer).map(|_| Step::default())
        }),
        case("issue changed", issues()[0].clone(), |_, answer| {
            sentry().changed(answer).map(|_| Step::default())
        }),
    ]
}
