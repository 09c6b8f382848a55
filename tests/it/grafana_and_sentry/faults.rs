//! Answers that are broken: whatever comes, a reader says something sound or says why not.

use super::cases::{Case, answer, ask, at, cases};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use warroom::incident::{Number, Series, Timestamp, limits};
use warroom::integrations::exchange::{Ask, Finding, Response, Step};
use warroom::signals::{Issue, LiveAlert, Signal};

/// Reads, and holds what was read against every bound.
fn read(case: &Case, ask: &Ask, response: &Response) -> Option<Step> {
    let read = (case.read)(ask, response);
    match &read {
        Err(error) => assert!(error.to_string().len() < 1_000, "{}: {error}", case.name),
        Ok(step) => {
            assert!(step.requests.len() <= 8, "{}", case.name);
            step.findings.iter().for_each(check);
        }
    }
    read.ok()
}

fn check(finding: &Finding) {
    match finding {
        Finding::Signal(signal) => check_signal(signal),
        Finding::NoSignal(name, error) => {
            assert!(name.len() <= 400 && error.to_string().len() < 1_000);
        }
        Finding::Issues(issues) => {
            assert!(issues.len() <= 100);
            issues.iter().for_each(check_issue);
        }
        Finding::Alerts(alerts) => alerts.iter().for_each(check_alert),
        Finding::Groups(_) | Finding::Silences(_) => panic!("{finding:?}"),
    }
}

fn check_signal(signal: &Signal) {
    assert!(signal.series.len() <= limits::SERIES_PER_SIGNAL);
    for Series {
        label,
        step_ms,
        values,
        ..
    } in &signal.series
    {
        assert!(values.len() <= limits::SERIES_POINTS && *step_ms > 0);
        assert!(label.len() <= 400);
    }
    assert!(signal.value.is_some() != signal.said.is_some());
    assert!(
        signal
            .url
            .as_ref()
            .is_none_or(|url| url.len() <= limits::URL_BYTES)
    );
    assert!(signal.warning.as_ref().is_none_or(|text| text.len() <= 400));
}

fn check_issue(issue: &Issue) {
    let texts = [
        &issue.id,
        &issue.short,
        &issue.title,
        &issue.culprit,
        &issue.project,
    ];
    assert!(texts.iter().all(|text| text.len() <= 400), "{issue:?}");
    assert!(issue.trend.len() <= 60 && !issue.id.is_empty());
}

fn check_alert(alert: &LiveAlert) {
    assert!(alert.summary.len() <= 400 && alert.labels.len() <= limits::LABELS_PER_ALERT);
    assert_eq!(alert.fingerprint.len(), 16);
}

/// Whether a step tells nothing but that there is nothing.
fn tells_nothing(step: &Step) -> bool {
    let none = |finding: &Finding| matches!(finding, Finding::NoSignal(..));
    step.requests.is_empty() && step.findings.iter().all(none)
}

#[test]
fn good_answers_are_read() {
    for case in cases() {
        let step = read(&case, &ask(), &answer(200, case.good.to_string()));
        let step = step.unwrap_or_else(|| panic!("{}", case.name));
        assert!(
            step == Step::default() || !tells_nothing(&step),
            "{}: {step:?}",
            case.name
        );
    }
}

#[test]
fn a_body_that_is_cut_anywhere_tells_nothing() {
    for case in cases() {
        let whole = case.good.to_string();
        for end in 0..whole.len() {
            let cut = whole.as_bytes()[..end].to_vec();
            if let Some(step) = read(&case, &ask(), &answer(200, cut)) {
                assert!(tells_nothing(&step), "{} at {end}: {step:?}", case.name);
            }
        }
    }
}

#[test]
fn a_byte_that_is_flipped_anywhere_is_no_trouble() {
    for case in cases() {
        let whole = case.good.to_string();
        for place in 0..whole.len() {
            for flip in [0x01, 0x80] {
                let mut body = whole.clone().into_bytes();
                body[place] ^= flip;
                read(&case, &ask(), &answer(200, body));
            }
        }
    }
}

/// The value with the one at each of its places, in turn, put through `change`.
fn changed(value: &Value, change: &dyn Fn(&Value) -> Option<Value>) -> Vec<Value> {
    let mut all: Vec<Value> = change(value).into_iter().collect();
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                all.extend(changed(item, change).into_iter().map(|item| {
                    let mut items = items.clone();
                    items[at] = item;
                    Value::Array(items)
                }));
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                all.extend(changed(member, change).into_iter().map(|member| {
                    let mut members = members.clone();
                    members.insert(name.clone(), member);
                    Value::Object(members)
                }));
            }
        }
        _ => {}
    }
    all
}

/// The value without each of its members in turn.
fn without_each(value: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    for gone in 0..64 {
        let without = |value: &Value| {
            let mut members = value.as_object()?.clone();
            let name = members.keys().nth(gone)?.clone();
            members.remove(&name);
            Some(Value::Object(members))
        };
        all.extend(changed(value, &without));
    }
    all
}

/// What may stand where something else belongs.
fn strangers() -> Vec<Value> {
    let deep = (0..60).fold(json!(1), |inner, _| json!([inner]));
    let members: Map<String, Value> = (0..300).map(|n| (format!("m{n}"), json!(n))).collect();
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(0.5),
        json!(1e300),
        json!(-1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
        json!("$service"),
        json!("NaN"),
        json!("1e999"),
        json!("\u{202e}\u{0}\u{1b}[2J\n"),
        json!("ä".repeat(5_000)),
        json!("0001-01-01T00:00:00Z"),
        json!("-262143-01-01T00:00:00Z"),
        json!([]),
        json!({}),
        json!([null, [], {}, "x", 1]),
        json!({"uid": [], "value": {}, "type": 3}),
        json!(vec![json!(7); 3_000]),
        Value::Object(members),
        deep,
    ]
}

#[test]
fn anything_in_the_place_of_anything_is_no_trouble() {
    for case in cases() {
        for stranger in strangers() {
            let put = |_: &Value| Some(stranger.clone());
            for body in changed(&case.good, &put) {
                read(&case, &ask(), &answer(200, body.to_string()));
            }
        }
    }
}

#[test]
fn a_member_that_is_missing_is_no_trouble() {
    for case in cases() {
        let all = without_each(&case.good);
        assert!(!all.is_empty());
        for body in all {
            read(&case, &ask(), &answer(200, body.to_string()));
        }
    }
}

#[test]
fn a_list_that_holds_everything_twice_is_no_trouble() {
    for case in cases() {
        let twice = |value: &Value| {
            let items = value.as_array()?;
            Some(items.iter().chain(items).rev().cloned().collect())
        };
        for body in changed(&case.good, &twice) {
            let step = read(&case, &ask(), &answer(200, body.to_string()));
            assert!(step.is_some() || case.name == "dashboard", "{}", case.name);
        }
    }
}

#[test]
fn every_status_and_media_type_is_told() {
    for case in cases() {
        for status in [
            0, 100, 304, 400, 401, 403, 404, 418, 429, 500, 503, 599, 999,
        ] {
            for body in ["", "{}", "[]", "<html>", "\u{feff}{}", "null"] {
                let step = read(&case, &ask(), &answer(status, body));
                let asks_again = matches!(status, 400 | 404);
                let quiet = step.is_none_or(|step| tells_nothing(&step) || asks_again);
                assert!(quiet, "{} {status} {body}", case.name);
            }
        }
        for media_type in ["text/html", "text/plain", "application/octet-stream", "x"] {
            let mut response = answer(200, case.good.to_string());
            response.media_type = media_type.to_owned();
            assert!(
                read(&case, &ask(), &response).is_none(),
                "{} {media_type}",
                case.name
            );
        }
    }
}

#[test]
fn what_nests_too_deep_ends_nothing() {
    for open in [
        "[",
        "{\"a\":",
        "[{\"a\":",
        "{\"results\":",
        "{\"data\":{\"groups\":[",
    ] {
        let body = open.repeat(50_000);
        let closed = format!(
            "{{\"results\":{{\"A\":{{\"frames\":[{}{}]}}}}}}",
            "[".repeat(20_000),
            "]".repeat(20_000)
        );
        for case in cases() {
            for body in [&body, &closed] {
                let step = read(&case, &ask(), &answer(200, body.as_str()));
                assert!(
                    step.is_none_or(|step| tells_nothing(&step)),
                    "{}",
                    case.name
                );
            }
        }
    }
}

#[test]
fn a_window_that_is_none_or_endless_is_no_trouble() {
    let far = |from, to| Ask { from, to, ..ask() };
    let windows = [
        far(at(0), at(0)),
        far(at(10), at(0)),
        far(Timestamp::UNIX_EPOCH, at(0)),
        far(
            at(0),
            Timestamp::from_timestamp(253_402_300_799, 0).expect("a time"),
        ),
        far(Timestamp::MIN_UTC, Timestamp::MAX_UTC),
        Ask { points: 0, ..ask() },
        Ask {
            points: u32::MAX,
            ..ask()
        },
        Ask {
            variables: BTreeMap::new(),
            ..ask()
        },
    ];
    for case in cases() {
        for window in &windows {
            read(&case, window, &answer(200, case.good.to_string()));
        }
    }
}

/// Any JSON that is not too big.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(Number::new(number).map(Number::get))),
        "\\PC{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        let names = prop_oneof![
            Just("results"),
            Just("A"),
            Just("frames"),
            Just("schema"),
            Just("fields"),
            Just("data"),
            Just("values"),
            Just("dashboard"),
            Just("panels"),
            Just("targets"),
            Just("id"),
            Just("groups"),
            Just("rules"),
            Just("alerts"),
            Just("timeSeries"),
            Just("stats"),
            Just("auto"),
            Just("type"),
            Just("status"),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(names, inner, 0..6).prop_map(|members| {
                Value::Object(
                    members
                        .into_iter()
                        .map(|(k, v)| (k.to_owned(), v))
                        .collect(),
                )
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_no_trouble(body in prop::collection::vec(any::<u8>(), 0..200)) {
        for case in cases() {
            read(&case, &ask(), &answer(200, body.clone()));
        }
    }

    #[test]
    fn any_json_is_no_trouble(body in any_json()) {
        for case in cases() {
            read(&case, &ask(), &answer(200, body.to_string()));
        }
    }
}
