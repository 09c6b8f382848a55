//! Grafana's description (of about version 12.0), and what its Python client sends. There is no
//! Grafana to be had for a test, so this is the only check from outside.

use super::captured::captured;
use super::*;
use crate::grafana_and_sentry::{ask, dashboard, grafana};
use serde_json::{Value, json};
use std::sync::Arc;
use warroom::incident::{Number, Timestamp};
use warroom::integrations::exchange::{
    AnswerError, Ask, Body, Finding, Request, Response, Step, Watched,
};
use warroom::integrations::grafana::annotations::{Mark, Place, annotate, find, found, made};

fn beside() -> Ask {
    Ask {
        incident: None,
        ..ask()
    }
}

fn mark(place: Place) -> Mark {
    let at = |ms| Timestamp::from_timestamp_millis(ms).expect("a time");
    Mark {
        time: at(1_700_000_000_000),
        end: Some(at(1_700_000_060_000)),
        tags: vec![Arc::from("incident")],
        text: "inc 42".to_owned(),
        place,
    }
}

fn ok(read: Result<Step, AnswerError>) -> Step {
    read.unwrap_or_else(|error| panic!("{error}"))
}

fn good(body: &Value) -> Response {
    json_answer(200, body.to_string())
}

/// Every request of a poll, by what it asks for.
struct Poll {
    dashboard: Request,
    sources: Request,
    data: Request,
    rules: Request,
    all_rules: Request,
}

fn poll() -> Poll {
    let grafana = grafana();
    let dashboard_request = grafana.first(&ask()).remove(0);
    let step = ok(grafana.next(&ask(), &dashboard_request, &good(&dashboard())));
    let mut requests = step.requests.into_iter();
    let mut take = |path: &str| requests.find(|one| one.path == path).expect("asked");
    let data = take("/api/ds/query");
    let sources = take("/api/datasources");
    let rules = grafana.first(&beside()).remove(0);
    let refused = json_answer(400, "{}");
    let mut again = ok(grafana.next(&beside(), &rules, &refused)).requests;
    Poll {
        dashboard: dashboard_request,
        sources,
        data,
        rules,
        all_rules: again.remove(0),
    }
}

#[test]
fn what_is_sent_is_as_grafana_describes_it() {
    let Some(spec) = spec("grafana") else { return };
    let poll = poll();
    let uid = "/dashboards/uid/{uid}";
    let rules = "get /prometheus/grafana/api/v1/rules";
    let everywhere = mark(Place::Everywhere);
    let panel = mark(Place::Panel("d".to_owned(), 4));
    let expected = [
        (&poll.dashboard, &*format!("get {uid}")),
        (&poll.sources, "get /datasources"),
        (&poll.data, "post /ds/query"),
        (&poll.rules, rules),
        (&poll.all_rules, rules),
        (&annotate(&everywhere), "post /annotations"),
        (&annotate(&panel), "post /annotations"),
        (&find(&everywhere), "get /annotations"),
    ];
    for (request, operation) in expected {
        let checked = check_request(&spec, request);
        assert_eq!(checked.as_deref(), Ok(operation), "{request:?}");
    }
}

/// Whether that reading of an answer fits its status.
fn fits(answer: &Answer, read: &Result<Step, AnswerError>) -> bool {
    // The least that is described is an answer about nothing.
    let least = answer.from.contains("full false");
    let failed = answer.body["status"] == "error";
    let refused = match read {
        Err(error) => Some(error),
        Ok(step) => match step.findings.first() {
            Some(Finding::NoSignal(_, error)) => Some(error),
            _ => None,
        },
    };
    match answer.status {
        200..=299 => read.is_ok() || least || failed,
        401 | 403 => matches!(refused, Some(AnswerError::Denied(_))),
        429 => matches!(refused, Some(AnswerError::Limited(_))),
        500..=599 => matches!(refused, Some(AnswerError::Failing(_))),
        _ => matches!(refused, Some(AnswerError::Nonsense(_))),
    }
}

#[test]
fn whatever_grafana_may_answer_is_read() {
    let Some(spec) = spec("grafana") else { return };
    let poll = poll();
    let cases = [
        ("get", "/dashboards/uid/{uid}", &poll.dashboard),
        ("get", "/datasources", &poll.sources),
        ("post", "/ds/query", &poll.data),
        ("get", "/prometheus/grafana/api/v1/rules", &poll.all_rules),
    ];
    for (method, template, request) in cases {
        let answers = spec.answers(method, template);
        assert!(!answers.is_empty(), "{template}");
        for answer in answers {
            let read = grafana().next(&ask(), request, &answer.response());
            let fits = fits(&answer, &read);
            assert!(fits, "{}: {read:?}: {}", answer.from, answer.body);
        }
    }
    for answer in spec.answers("post", "/annotations") {
        let read = made(&answer.response()).map(|_| Step::default());
        assert!(fits(&answer, &read), "{}: {read:?}", answer.from);
    }
    for answer in spec.answers("get", "/annotations") {
        let read = found(&mark(Place::Everywhere), &answer.response()).map(|_| Step::default());
        assert!(fits(&answer, &read), "{}: {read:?}", answer.from);
    }
}

#[test]
fn the_examples_are_read_for_what_they_say() {
    let Some(spec) = spec("grafana") else { return };
    let example = |method, template| {
        let answers = spec.answers(method, template);
        let mut named = answers
            .into_iter()
            .filter(|one| one.from.contains("200 example"));
        named.next().expect("an example").response()
    };
    let mut window = ask();
    window.from = Timestamp::from_timestamp(1_767_322_800, 0).expect("a time");
    window.to = Timestamp::from_timestamp(1_767_322_830, 0).expect("a time");
    let read = grafana().next(&window, &poll().data, &example("post", "/ds/query"));
    let step = ok(read);
    let [Finding::Signal(signal)] = step.findings.as_slice() else {
        panic!("{step:?}");
    };
    assert_eq!(signal.value.map(Number::get), Some(2.41));
    let first = signal.series.first().expect("a series");
    let values: Vec<_> = first.values.iter().flatten().map(|v| v.get()).collect();
    assert_eq!(values, [0.42, 0.44, 2.41]);
    let rules = example("get", "/prometheus/grafana/api/v1/rules");
    let step = ok(grafana().next(&beside(), &poll().rules, &rules));
    let [Finding::Alerts(alerts)] = step.findings.as_slice() else {
        panic!("{step:?}");
    };
    let alert = alerts.first().expect("an alert");
    assert_eq!(
        (&*alert.name, &*alert.summary),
        ("HighLatency", "p99 above 2s")
    );
}

#[test]
fn what_its_client_sends_is_sent_here_too() {
    let Some(recorded) = captured("POST", "/api/annotations") else {
        return;
    };
    for one in recorded {
        let ours = annotate(&mark(Place::Everywhere));
        assert_eq!(one["path"], ours.path.as_str());
        let Body::Json(ours) = ours.body else {
            panic!("JSON");
        };
        let ours: Value = serde_json::from_str(&ours).unwrap();
        let theirs = one["body"].as_object().expect("an object");
        for (name, value) in ours.as_object().expect("an object") {
            assert_eq!(theirs.get(name), Some(value), "{name}");
        }
        for (name, value) in theirs {
            assert!(
                value.is_null() || ours.get(name) == Some(value),
                "{name} is not sent"
            );
        }
    }
    let Some(recorded) = captured("GET", "/api/dashboards/uid/") else {
        return;
    };
    let mut other = grafana();
    for panel in &mut other.panels {
        panel.dashboard = "uid1".to_owned();
    }
    let ours = other.first(&ask()).remove(0);
    assert_eq!(
        recorded.first().map(|one| one["path"].clone()),
        Some(json!(ours.path))
    );
}
