//! What is asked, and how every kind of answer is read: real ones, odd ones and broken ones.

mod faults;
mod measured;
mod rules;

use super::*;
use crate::incident::{IncidentId, Number, Timestamp, limits};
use crate::integrations::exchange::{Body, answer};
use crate::signals::Signal;
use chrono::TimeDelta;
use serde_json::{Value, json};

const TO: i64 = 1_795_439_460;

fn ask() -> Ask {
    let to = Timestamp::from_timestamp(TO, 0).expect("a time");
    let variables = [("service", "checkout")];
    Ask {
        incident: Some(IncidentId(42)),
        variables: variables.map(|(n, v)| (n.into(), v.into())).into(),
        from: to - TimeDelta::minutes(10),
        to,
        points: 60,
    }
}

fn beside() -> Ask {
    Ask {
        incident: None,
        ..ask()
    }
}

fn query(bad: Bad) -> Query {
    Query {
        name: "5xx".into(),
        expr: "rate(errors{service=\"$service\"}[1m])".to_owned(),
        instant: false,
        unit: Unit::PerSecond,
        bad,
        thresholds: Thresholds::default(),
    }
}

fn with(queries: Vec<Query>) -> Prometheus {
    Prometheus {
        name: "prom".into(),
        queries,
        rules: true,
    }
}

/// What one query's answer is read as.
fn read(bad: Bad, answer: &Response) -> Result<Finding, AnswerError> {
    let prometheus = with(vec![query(bad)]);
    let request = prometheus.first(&ask()).remove(0);
    let mut step = prometheus.next(&ask(), &request, answer)?;
    assert_eq!((step.requests.len(), step.findings.len()), (0, 1));
    Ok(step.findings.remove(0))
}

fn signal_of(bad: Bad, kind: &str, result: &Value) -> Signal {
    let data = json!({"resultType": kind, "result": result});
    let body = json!({"status": "success", "data": data}).to_string();
    match read(bad, &answer(200, body)) {
        Ok(Finding::Signal(signal)) => signal,
        other => panic!("no signal: {other:?}"),
    }
}

fn labels(signal: &Signal) -> Vec<&str> {
    signal.series.iter().map(|series| &*series.label).collect()
}

fn value(signal: &Signal) -> Option<f64> {
    signal.value.map(Number::get)
}

/// A series of the matrix with these values, the last one now, ten seconds apart.
fn line(name: &str, values: &[&str]) -> Value {
    let count = values.len() as i64;
    let at = |place: usize| TO - 10 * (count - 1 - place as i64);
    let samples = values.iter().enumerate().map(|(p, v)| json!([at(p), v]));
    json!({"metric": {"__name__": "errors", "pod": name}, "values": samples.collect::<Value>()})
}

#[test]
fn a_query_is_asked_for_the_window_as_a_form() {
    let instant = Query {
        instant: true,
        ..query(Bad::Above)
    };
    let asked = with(vec![query(Bad::Above), instant]).first(&ask());
    let forms = asked.iter().map(|request| match &request.body {
        Body::Form(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name}={value}"));
            format!(
                "{} {}",
                request.path,
                fields.collect::<Vec<_>>().join(" & ")
            )
        }
        other => panic!("no form: {other:?}"),
    });
    insta::assert_snapshot!(forms.collect::<Vec<_>>().join("\n"), @r#"
    /api/v1/query_range query=rate(errors{service="checkout"}[1m]) & start=1795438860.000 & end=1795439460.000 & step=10 & timeout=10s
    /api/v1/query query=rate(errors{service="checkout"}[1m]) & time=1795439460.000 & timeout=10s
    "#);
}

#[test]
fn a_query_without_its_variable_is_left_out_and_said_to_be() {
    let lost = Query {
        name: "lost".into(),
        expr: "up{zone=\"$zone\"}".to_owned(),
        ..query(Bad::Above)
    };
    let prometheus = with(vec![lost, query(Bad::Above)]);
    let asked = prometheus.first(&ask());
    assert_eq!(asked.len(), 1);
    let known = prometheus.unasked(&ask());
    assert!(
        matches!(&known[..], [Finding::NoSignal(name, why)]
            if &**name == "lost" && why.to_string().contains("`zone`")),
        "{known:?}"
    );
    let good = answer(200, matrix(&[line("a", &["1"])]));
    let step = prometheus.next(&ask(), &asked[0], &good).expect("read");
    assert!(matches!(&step.findings[..], [Finding::Signal(signal)] if &*signal.name == "5xx"));
    assert_eq!(prometheus.unasked(&beside()), []);
}

#[test]
fn rules_are_asked_beside_all_incidents_and_queries_are_not() {
    let prometheus = with(vec![query(Bad::Above)]);
    let asked = prometheus.first(&beside());
    let paths: Vec<&str> = asked.iter().map(|request| &*request.path).collect();
    assert_eq!(paths, ["/api/v1/rules"]);
    let quiet = Prometheus {
        rules: false,
        ..prometheus
    };
    assert_eq!(quiet.first(&beside()), []);
}

fn matrix(lines: &[Value]) -> String {
    json!({"status": "success", "data": {"resultType": "matrix", "result": lines}}).to_string()
}
