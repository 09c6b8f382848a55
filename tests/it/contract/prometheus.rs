//! Prometheus: what is asked is as it describes, and whatever it may answer is read.

use super::{Answer, check_request, json_answer, payloads, spec};
use chrono::TimeDelta;
use warroom::incident::{Bad, IncidentId, Number, Thresholds, Timestamp, Unit};
use warroom::integrations::exchange::{Ask, Finding, Request, Response, Watched};
use warroom::integrations::prometheus::{Prometheus, Query};
use warroom::signals::{LiveState, Signal};

/// The moment of the captured answers.
const CAPTURED_S: i64 = 1_795_439_463;

fn ask(incident: Option<IncidentId>) -> Ask {
    let to = Timestamp::from_timestamp(CAPTURED_S + 1, 0).unwrap();
    let variables = [("service", "che\"ck{out}\n"), ("window", "5m")];
    Ask {
        incident,
        variables: variables.map(|(n, v)| (n.into(), v.into())).into(),
        from: to - TimeDelta::hours(3),
        to,
        points: 240,
    }
}

fn of_incident() -> Ask {
    ask(Some(IncidentId(42)))
}

fn query(name: &str, instant: bool) -> Query {
    Query {
        name: name.into(),
        expr: "sum(rate(errors{service=\"$service\"}[$window]))".to_owned(),
        instant,
        unit: Unit::Ratio,
        bad: Bad::Above,
        thresholds: Thresholds::default(),
    }
}

fn prometheus() -> Prometheus {
    Prometheus {
        name: "prom".into(),
        queries: vec![query("range", false), query("instant", true)],
        rules: true,
    }
}

/// Every request that is ever made of it.
fn requests() -> Vec<Request> {
    let mut all = prometheus().first(&of_incident());
    all.extend(prometheus().first(&ask(None)));
    all
}

fn find(path: &str) -> Request {
    let mut all = requests().into_iter();
    all.find(|request| request.path == format!("/api/v1{path}"))
        .unwrap_or_else(|| panic!("no request of {path}"))
}

/// What an answer to the request of that path is read as.
fn read(path: &str, from: &str, answer: &Response) -> Finding {
    let about = if path == "/rules" {
        ask(None)
    } else {
        of_incident()
    };
    match prometheus().next(&about, &find(path), answer) {
        Ok(mut step) => step.findings.remove(0),
        Err(error) => panic!("{from}: {error}"),
    }
}

#[test]
fn every_request_is_as_it_is_described() {
    let Some(spec) = spec("prometheus") else {
        return;
    };
    let names: Vec<String> = requests()
        .iter()
        .map(|request| check_request(&spec, request).unwrap())
        .collect();
    assert_eq!(names, ["post /query_range", "post /query", "get /rules"]);
    let bare = ask(Some(IncidentId(1)));
    let points = [0, 1, 17, 11_000, u32::MAX];
    for points in points {
        let ask = Ask {
            points,
            ..bare.clone()
        };
        for request in prometheus().first(&ask) {
            check_request(&spec, &request).unwrap();
        }
    }
}

#[test]
fn every_answer_that_it_describes_is_read() {
    let Some(spec) = spec("prometheus") else {
        return;
    };
    for (path, method) in [
        ("/query_range", "post"),
        ("/query", "post"),
        ("/rules", "get"),
    ] {
        let answers = spec.answers(method, path);
        assert!(
            answers.iter().any(|answer| answer.from.contains("example")),
            "{path}"
        );
        for answer in answers {
            check_read(path, &answer);
        }
    }
}

/// A made body can hold texts where numbers are, since the description does not say more of them
/// than that they are texts or numbers: then it must be an error that says so.
fn check_read(path: &str, answer: &Answer) {
    let about = if path == "/rules" {
        ask(None)
    } else {
        of_incident()
    };
    let read = prometheus().next(&about, &find(path), &answer.response());
    let said = match &read {
        Ok(step) => format!("{:?}", step.findings),
        Err(error) => error.to_string(),
    };
    let made = answer.from.contains("made");
    let error = answer.status >= 400 || answer.body["status"] == "error";
    match read {
        Ok(_) if error => assert!(said.contains("NoSignal"), "{}: {said}", answer.from),
        Err(_) if error => {
            let why = ["error of its own", "it refuses the question for rules"];
            let known = why.iter().any(|why| said.contains(why));
            assert!(known, "{}: {said}", answer.from);
        }
        Ok(_) => {}
        Err(_) => assert!(
            made && said.contains("cannot be understood"),
            "{}: {said}: {}",
            answer.from,
            answer.body
        ),
    }
}

fn signal(path: &str, name: &str, bytes: &[u8]) -> Signal {
    match read(path, name, &json_answer(200, bytes)) {
        Finding::Signal(signal) => signal,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn answers_of_a_real_prometheus_are_read() {
    let Some(files) = payloads("prometheus", "api-v1-") else {
        return;
    };
    for (name, bytes) in files {
        let labels = |signal: &Signal| {
            let labels = signal.series.iter().map(|series| series.label.to_string());
            labels.collect::<Vec<_>>()
        };
        let value = |signal: &Signal| signal.value.map(Number::get);
        match &*name {
            "api-v1-query-empty.json" => {
                let signal = signal("/query", &name, &bytes);
                assert_eq!(signal.said.as_deref(), Some("no data"));
            }
            "api-v1-query-error.json" => {
                let refused = read("/query", &name, &json_answer(400, bytes));
                let said = format!("{refused:?}");
                assert!(
                    said.contains("bad_data") && said.contains("unclosed"),
                    "{said}"
                );
            }
            "api-v1-query-scalar.json" => {
                assert_eq!(value(&signal("/query", &name, &bytes)), Some(2.0));
            }
            "api-v1-query-vector.json" => {
                let signal = signal("/query", &name, &bytes);
                assert_eq!(value(&signal), Some(1.0));
                assert_eq!(
                    labels(&signal),
                    ["localhost:9090/prometheus", "127.0.0.1:1/web"]
                );
            }
            "api-v1-query_range-matrix.json" => {
                let signal = signal("/query_range", &name, &bytes);
                assert_eq!(value(&signal), Some(1.0));
                assert_eq!(signal.series.len(), 2);
                let numbers = signal.series[0].values.iter().flatten().count();
                assert!(numbers > 0, "{signal:?}");
            }
            "api-v1-rules.json" => {
                let Finding::Alerts(alerts) = read("/rules", &name, &json_answer(200, bytes))
                else {
                    panic!("no alerts");
                };
                let [alert] = &alerts[..] else {
                    panic!("one: {alerts:?}");
                };
                assert_eq!(
                    (&*alert.name, alert.state),
                    ("TargetDown", LiveState::Firing)
                );
                assert_eq!(&*alert.summary, "web is down");
            }
            // What is never asked for.
            "api-v1-alerts.json" | "api-v1-label-values.json" => {}
            other => panic!("{other} is not tried: say how it is read"),
        }
    }
}
