//! Answers that are refusals, broken, or too much.

use super::rules::{alerts, rules_body};
use super::*;
use std::time::{Duration, Instant};

fn refusal(answer: &Response) -> String {
    match read(Bad::Above, answer) {
        Ok(Finding::NoSignal(name, why)) => format!("{name}: {why}"),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_refused_query_is_one_signal_less_and_the_source_answers() {
    let error = |kind: &str, words: &str| {
        json!({"status": "error", "errorType": kind, "error": words}).to_string()
    };
    let said = [
        refusal(&answer(
            400,
            error("bad_data", "1:5: parse error: unclosed left parenthesis"),
        )),
        refusal(&answer(
            422,
            error("execution", &format!("many-to-many\n{}", "x".repeat(999))),
        )),
        refusal(&answer(
            503,
            error("timeout", "query timed out in expression evaluation"),
        )),
        refusal(&answer(200, error("bad_data", "with 200"))),
        refusal(&answer(422, error("422", "as VictoriaMetrics says it"))),
        refusal(&answer(400, "{}")),
    ];
    insta::assert_snapshot!(said.join("\n"), @"
    5xx: it refuses the query (bad_data: 1:5: parse error: unclosed left parenthesis)
    5xx: it cannot carry the query out (execution: many-to-many xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…)
    5xx: the query takes it too long (timeout: query timed out in expression evaluation)
    5xx: it refuses the query (bad_data: with 200)
    5xx: it cannot carry the query out (422: as VictoriaMetrics says it)
    5xx: it refuses the query (400)
    ");
}

#[test]
fn what_is_wrong_with_the_source_is_said_of_the_source() {
    let page = Response {
        media_type: "text/html".to_owned(),
        ..answer(200, "<h1>Sign in</h1>")
    };
    let with_status = |status| Response {
        status,
        ..page.clone()
    };
    let unavailable = r#"{"status":"error","errorType":"unavailable","error":"starting"}"#;
    let denied = r#"{"status":"error","errorType":"unauthorized","error":"no org id"}"#;
    let answers = [
        page.clone(),
        with_status(302),
        with_status(401),
        with_status(404),
        with_status(502),
        answer(503, unavailable),
        answer(403, denied),
        answer(404, "{}"),
        answer(429, "slow down"),
        answer(200, "[]"),
        answer(200, "7"),
        answer(200, r#"{"status":"success"}"#),
        answer(200, r#"{"data":{"resultType":"cube","result":[]}}"#),
    ];
    let said = answers.map(|answer| match read(Bad::Above, &answer) {
        Err(error) => format!("{} {error:?}", answer.status),
        Ok(found) => panic!("taken: {found:?}"),
    });
    insta::assert_snapshot!(said.join("\n"), @r#"
    200 Nonsense("it answers with text/html, not with JSON, as a login page or another program does: check the address and the credentials in the configuration")
    302 Nonsense("it answers with status 302: another program may stand at this address")
    401 Denied("it refuses the credentials in the configuration, or they are not enough (401)")
    404 Nonsense("it knows no such path (404): the address in the configuration must be what comes before /api/v1")
    502 Failing("it has an error of its own (502)")
    503 Failing("it has an error of its own (unavailable: starting)")
    403 Denied("it refuses the credentials in the configuration, or they are not enough (unauthorized: no org id)")
    404 Nonsense("it knows no such path (404): the address in the configuration must be what comes before /api/v1")
    429 Limited("it was asked too often (429)")
    200 Nonsense("its answer holds no data: another program may stand at this address")
    200 Nonsense("its answer cannot be understood (invalid type: integer `7`, expected an answer of the query API at line 1 column 1): another program may stand at this address")
    200 Nonsense("its answer holds no data: another program may stand at this address")
    200 Nonsense("its answer cannot be understood (a result of the kind `cube`): another program may stand at this address")
    "#);
}

/// Every body that is cut anywhere is an error: never a panic, never half a chart.
#[test]
fn a_body_cut_at_any_byte_is_an_error() {
    let whole = matrix(&[line("ä", &["1", "NaN", "3"]), line("b", &["4"])]);
    for end in 0..whole.len() {
        let cut = answer(200, &whole.as_bytes()[..end]);
        assert!(read(Bad::Above, &cut).is_err(), "cut at {end}");
    }
    assert!(read(Bad::Above, &answer(200, whole)).is_ok());
    let rules = rules_body().to_string();
    for end in 0..rules.len() {
        assert!(
            alerts(rules.get(..end).unwrap_or("")).is_err(),
            "cut at {end}"
        );
    }
}

/// Puts these in the place of every value, one after the other.
fn every_place(value: &Value, odd: &Value, see: &mut dyn FnMut(&str, &Value)) {
    fn walk(root: &Value, at: &str, odd: &Value, see: &mut dyn FnMut(&str, &Value)) {
        let mut changed = root.clone();
        if let Some(place) = changed.pointer_mut(at) {
            *place = odd.clone();
            see(at, &changed);
        }
        match root.pointer(at) {
            Some(Value::Object(members)) => {
                for name in members.keys() {
                    walk(root, &format!("{at}/{name}"), odd, see);
                }
            }
            Some(Value::Array(items)) => {
                for no in 0..items.len() {
                    walk(root, &format!("{at}/{no}"), odd, see);
                }
            }
            _ => {}
        }
    }
    walk(value, "", odd, see);
}

fn odd_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(""),
        json!("NaN"),
        json!("\u{0}\u{1b}[31m\u{202e}"),
        json!([]),
        json!([[]]),
        json!({}),
        json!({"a": {"a": 1}}),
    ]
}

#[test]
fn a_wrong_type_anywhere_is_an_error_or_left_out_and_never_a_panic() {
    let mut good: Value = serde_json::from_str(&matrix(&[line("a", &["1"])])).expect("json");
    good["warnings"] = json!(["w"]);
    good["errorType"] = json!("bad_data");
    good["error"] = json!("e");
    let mut taken = 0;
    for odd in odd_values() {
        every_place(&good, &odd, &mut |at, body| {
            for status in [200, 400, 503] {
                let read = read(Bad::Above, &answer(status, body.to_string()));
                taken += u32::from(matches!(read, Ok(Finding::Signal(_))));
                let texts = format!("{read:?}");
                assert!(
                    texts.len() < 20_000,
                    "{at}: {odd} makes {} bytes",
                    texts.len()
                );
            }
        });
        every_place(&rules_body(), &odd, &mut |_, body| {
            let _ = alerts(&body.to_string());
        });
    }
    assert!(taken > 20, "what is not needed may be odd: {taken}");
}

#[test]
fn a_deep_answer_is_an_error_and_no_overflow() {
    let deep = "[".repeat(500_000);
    let within = format!(r#"{{"data":{{"resultType":"matrix","result":{deep}"#);
    let closed = format!("[{}{}]", deep, "]".repeat(500_000));
    let as_metric = matrix(&[]).replace("[]", &format!("[{{\"metric\":{closed}}}]"));
    for body in [deep, within, as_metric] {
        assert!(read(Bad::Above, &answer(200, body)).is_err());
    }
    let beside = matrix(&[]).replace("\"status\"", &format!("\"new\":{closed},\"status\""));
    assert!(
        read(Bad::Above, &answer(200, beside)).is_ok(),
        "what is not read may be anything"
    );
}

#[test]
fn of_ten_thousand_series_the_worst_are_kept_soon() {
    let points: Vec<String> = (0..40).map(|no| format!("{no}.25")).collect();
    let lines = (0..10_000).map(|no| {
        let last = ((no * 7_919) % 10_000).to_string();
        let points = points.iter().chain([&last]).map(|text| &**text);
        line(&format!("pod-{no:05}"), &points.collect::<Vec<_>>())
    });
    let body = matrix(&lines.collect::<Vec<_>>());
    assert!(body.len() > 5_000_000, "{}", body.len());
    let body = answer(200, body);
    let began = Instant::now();
    let Ok(Finding::Signal(signal)) = read(Bad::Above, &body) else {
        panic!("no signal");
    };
    let took = began.elapsed();
    assert_eq!(value(&signal), Some(9_999.0));
    assert_eq!(signal.series.len(), limits::SERIES_PER_SIGNAL);
    assert_eq!(signal.more_series, 9_992);
    assert!(
        labels(&signal)
            .iter()
            .all(|label| label.starts_with("pod-"))
    );
    // Debug builds on a busy machine take a second or two; what grows with the square takes hours.
    println!("10,000 series of 41 points were read in {took:?}");
    assert!(took < Duration::from_secs(60), "{took:?}");
}
