use super::super::frames::{Kind, Line, kind};
use super::*;
use crate::incident::Unit;
use crate::incident::limits::SERIES_PER_SIGNAL;
use serde_json::json;

fn plan(shown: &[&str]) -> Plan {
    Plan {
        at: 0,
        name: "n".into(),
        unit: Unit::None,
        url: None,
        step_ms: 15_000,
        shown: shown.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn answer(status: u16, body: &str) -> Response {
    Response {
        status,
        media_type: "application/json".to_owned(),
        link: None,
        body: body.as_bytes().to_vec(),
    }
}

fn frame(fields: &Value, values: &Value) -> Value {
    json!({"schema": {"refId": "A", "fields": fields}, "data": {"values": values}})
}

fn frames(frames: &[Value]) -> Result<Drawn, Unread> {
    let body = json!({"results": {"A": {"status": 200, "frames": frames}}});
    read(&answer(200, &body.to_string()), &plan(&["A"]))
}

fn field(name: &str, kind: &str) -> Value {
    json!({"name": name, "type": kind})
}

fn samples(line: &Line) -> Vec<(i64, Option<f64>)> {
    let timed = line.samples.iter();
    timed
        .map(|(at, value)| (at.unwrap_or(-1), *value))
        .collect()
}

#[test]
fn one_frame_for_each_line() {
    let one = |pod: &str| {
        let value = json!({"name": "Value", "type": "number", "labels": {"pod": pod}});
        frame(
            &json!([field("Time", "time"), value]),
            &json!([[1, 2], [0.5, null]]),
        )
    };
    let drawn = frames(&[one("a"), one("b")]).expect("read");
    assert_eq!(drawn.lines.len(), 2);
    let first = drawn.lines.first().expect("a line");
    assert_eq!(samples(first), [(1, Some(0.5)), (2, None)]);
    assert_eq!(first.labels.get("pod").map(String::as_str), Some("a"));
    assert_eq!(first.names, ["", "", "A"].map(str::to_owned));
}

#[test]
fn one_column_for_each_line() {
    let named = json!({"name": "p50", "type": "number", "config": {"displayNameFromDS": "half"}});
    let fields = json!([
        field("at", "time"),
        named,
        field("p99", "number"),
        field("ok", "boolean")
    ]);
    let drawn = frames(&[frame(&fields, &json!([[1], [2], ["3"], [true]]))]).expect("read");
    let names: Vec<_> = drawn
        .lines
        .iter()
        .map(|l| (&*l.given, &*l.names[0]))
        .collect();
    assert_eq!(names, [("half", "p50"), ("", "p99"), ("", "ok")]);
    let values: Vec<_> = drawn.lines.iter().map(|line| samples(line)[0].1).collect();
    assert_eq!(values, [Some(2.0), Some(3.0), Some(1.0)]);
}

#[test]
fn texts_that_tell_rows_apart_make_lines() {
    let fields = json!([
        field("time", "time"),
        field("host", "string"),
        field("load", "number")
    ]);
    let values = json!([[1, 1, 2, 2], ["a", "b", "a", null], [1, 2, 3, 4]]);
    let drawn = frames(&[frame(&fields, &values)]).expect("read");
    let hosts: Vec<_> = drawn
        .lines
        .iter()
        .map(|line| line.labels["host"].clone())
        .collect();
    assert_eq!(hosts, ["a", "b", ""]);
    assert_eq!(samples(&drawn.lines[0]), [(1, Some(1.0)), (2, Some(3.0))]);
}

#[test]
fn numbers_without_times_are_for_now() {
    let fields = json!([field("host", "string"), field("load", "number")]);
    let drawn = frames(&[frame(&fields, &json!([["a", "b"], [1, 2]]))]).expect("read");
    assert_eq!(drawn.lines.len(), 2);
    assert_eq!(drawn.lines[1].samples, [(None, Some(2.0))]);
}

#[test]
fn old_and_odd_kinds_of_columns_are_told_apart() {
    let info = |name: &str| json!({"name": "x", "typeInfo": {"frame": name}});
    let kinds = [
        "time.Time",
        "float64",
        "int64",
        "uint8",
        "bool",
        "string",
        "json.RawMessage",
    ];
    let kinds = kinds.map(|name| kind(&info(name)));
    use Kind::{Number, Other, Text, Time};
    assert_eq!(kinds, [Time, Number, Number, Number, Number, Text, Other]);
    assert_eq!(kind(&json!(null)), Other);
    let texts = frame(
        &json!([field("t", "time"), field("v", "number")]),
        &json!([["2026-11-23T13:04:29Z", "soon", {}], [1, 2, 3]]),
    );
    let drawn = frames(&[texts]).expect("read");
    assert_eq!(samples(&drawn.lines[0]), [(1_795_439_069_000, Some(1.0))]);
}

#[test]
fn what_is_no_number_is_said_when_it_is_the_newest() {
    let said = |values: Value, entities: Value| {
        let mut one = frame(
            &json!([field("t", "time"), field("v", "number")]),
            &json!([[1, 3, 2], values]),
        );
        one["data"]["entities"] = entities;
        let drawn = frames(&[one]).expect("read");
        assert!(
            drawn.lines[0]
                .samples
                .iter()
                .all(|(_, v)| v.is_none_or(f64::is_finite))
        );
        drawn.lines[0].said
    };
    let at = |name: &str, row: u64| json!([null, {name: [row]}]);
    assert_eq!(said(json!([1, null, 2]), at("NaN", 1)), Some("NaN"));
    assert_eq!(said(json!([1, null, 2]), at("Inf", 1)), Some("+Inf"));
    assert_eq!(said(json!([1, null, 2]), at("NegInf", 1)), Some("-Inf"));
    assert_eq!(
        said(json!([1, 5, null]), at("NaN", 2)),
        None,
        "a later one is a number"
    );
    assert_eq!(said(json!([1, "NaN", 2]), json!(null)), Some("NaN"));
    assert_eq!(
        said(json!([1, null, 2]), json!({"NaN": 7})),
        None,
        "a gap says nothing"
    );
}

#[test]
fn a_failed_query_says_why_whatever_the_status() {
    let body = r#"{"results": {"A": {"error": "parse error", "status": 400, "frames": []}}}"#;
    for status in [200, 207, 400, 500] {
        let Err(Unread::Panel(AnswerError::Nonsense(why))) =
            read(&answer(status, body), &plan(&["A"]))
        else {
            panic!("{status}");
        };
        assert!(why.contains("parse error"), "{why}");
    }
    for (status, denied) in [(403, true), (502, false)] {
        let body = json!({"results": {"A": {"status": status}}}).to_string();
        let Err(Unread::Panel(error)) = read(&answer(200, &body), &plan(&["A"])) else {
            panic!("{status}");
        };
        assert_eq!(matches!(error, AnswerError::Denied(_)), denied);
    }
}

#[test]
fn a_query_that_fails_beside_one_that_does_not_is_a_warning() {
    let good = frame(
        &json!([field("t", "time"), field("v", "number")]),
        &json!([[1], [2]]),
    );
    let body = json!({"results": {"A": {"frames": [good]}, "B": {"error": "no", "status": 500},
        "C": {"frames": [good]}}});
    let read = |shown: &[&str]| read(&answer(207, &body.to_string()), &plan(shown));
    let drawn = read(&["A", "B"]).expect("read");
    assert_eq!(drawn.lines.len(), 1, "C is not shown");
    assert!(
        drawn
            .warning
            .expect("a warning")
            .starts_with("query B failed")
    );
    let first = read(&["B", "A"]).expect_err("the main one failed");
    assert!(matches!(first, Unread::Panel(AnswerError::Failing(_))));
    let missing = read(&["D"]).expect("nothing is no failure");
    assert_eq!(missing, Drawn::default());
}

#[test]
fn grafanas_own_trouble_is_not_the_panels() {
    let source = |status, body| match read(&answer(status, body), &plan(&["A"])) {
        Err(Unread::Source(error)) => Some(error),
        _ => None,
    };
    assert!(matches!(source(401, "{}"), Some(AnswerError::Denied(_))));
    assert!(matches!(source(429, "{}"), Some(AnswerError::Limited(_))));
    assert!(matches!(
        source(502, "<html>"),
        Some(AnswerError::Failing(_))
    ));
    assert!(matches!(
        source(200, "{\"res"),
        Some(AnswerError::Nonsense(_))
    ));
    assert!(matches!(source(200, "{}"), Some(AnswerError::Nonsense(_))));
    let panel = |status, body| {
        matches!(
            read(&answer(status, body), &plan(&["A"])),
            Err(Unread::Panel(_))
        )
    };
    assert!(panel(403, r#"{"message": "no"}"#));
    assert!(panel(404, r#"{"message": "data source not found"}"#));
    assert!(panel(500, r#"{"message": "plugin is not there"}"#));
    let mut page = answer(200, "<html>");
    page.media_type = "text/html".to_owned();
    let Err(Unread::Source(AnswerError::Denied(why))) = read(&page, &plan(&["A"])) else {
        panic!("a page to log in");
    };
    assert!(why.contains("log in"));
}

#[test]
fn a_frame_that_is_none_costs_only_itself() {
    let good = frame(
        &json!([field("t", "time"), field("v", "number")]),
        &json!([[1], [2]]),
    );
    let odd = [
        json!(7),
        json!({"schema": 1}),
        json!({"schema": good["schema"], "data": {"values": 3}}),
    ];
    let mut all = odd.to_vec();
    all.push(good);
    assert_eq!(frames(&all).expect("read").lines.len(), 1);
    let Err(Unread::Panel(error)) = frames(&odd) else {
        panic!("none can be read");
    };
    assert!(error.to_string().contains("cannot be read"), "{error}");
    let logs = frame(
        &json!([field("t", "time"), field("Line", "string")]),
        &json!([[1], ["x"]]),
    );
    let Err(Unread::Panel(error)) = frames(&[logs]) else {
        panic!("no numbers");
    };
    assert!(error.to_string().contains("no numbers"), "{error}");
    let exemplar = json!({"schema": {"name": "exemplar", "fields": [field("v", "number")]}});
    assert_eq!(frames(&[exemplar]), Ok(Drawn::default()));
}

#[test]
fn lines_beyond_the_bound_are_counted() {
    let one = |no: usize| {
        let value = json!({"name": "v", "type": "number", "labels": {"no": no.to_string()}});
        frame(&json!([field("t", "time"), value]), &json!([[1], [no]]))
    };
    let many: Vec<Value> = (0..100).map(one).collect();
    let drawn = frames(&many).expect("read");
    assert_eq!((drawn.lines.len(), drawn.more), (SERIES_PER_SIGNAL, 92));
    let rows: Vec<String> = (0..100).map(|no| no.to_string()).collect();
    let long = frame(
        &json!([
            field("t", "time"),
            field("no", "string"),
            field("v", "number")
        ]),
        &json!([vec![1; 100], rows, vec![1; 100]]),
    );
    let drawn = frames(&[long]).expect("read");
    assert_eq!((drawn.lines.len(), drawn.more), (SERIES_PER_SIGNAL, 92));
}

#[test]
fn a_notice_of_the_data_source_is_a_warning() {
    let mut one = frame(
        &json!([field("t", "time"), field("v", "number")]),
        &json!([[1], [2]]),
    );
    one["schema"]["meta"] = json!({"notices": [{"severity": "warning", "text": "cut\noff"}]});
    assert_eq!(
        frames(&[one]).expect("read").warning.as_deref(),
        Some("cut off")
    );
}
