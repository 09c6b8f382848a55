//! Alertmanager: what is asked and made is as it describes, and whatever it may answer is read.

use super::{check_request, json_answer, payloads, spec};
use chrono::TimeDelta;
use std::collections::BTreeMap;
use warroom::incident::{Matching, Timestamp};
use warroom::integrations::alertmanager::{
    Alertmanager, create_silence, expire_silence, read_created, read_expired,
};
use warroom::integrations::exchange::{Ask, Finding, Request, Response, Watched};
use warroom::signals::LiveState;

/// Ids are those that it gives.
const ID: &str = "0f9da8da-49e2-44c4-bc0a-c4a9ab074ad6";

fn ask() -> Ask {
    let to = Timestamp::from_timestamp(1_795_439_463, 0).unwrap();
    Ask {
        incident: None,
        variables: BTreeMap::new(),
        from: to - TimeDelta::minutes(30),
        to,
        points: 240,
    }
}

fn manager() -> Alertmanager {
    Alertmanager {
        name: "am".into(),
        filter: vec!["team=\"payments\"".to_owned(), "env!=\"dev\"".to_owned()],
    }
}

fn matchers() -> Vec<Matching> {
    let matcher = |name: &str, regex, equal| Matching {
        name: name.into(),
        value: "a\"b\nä".into(),
        regex,
        equal,
    };
    vec![
        matcher("alertname", false, true),
        matcher("pod", true, false),
    ]
}

fn read(request: &Request, from: &str, answer: &Response) -> Finding {
    match manager().next(&ask(), request, answer) {
        Ok(mut step) => step.findings.remove(0),
        Err(error) => panic!("{from}: {error}"),
    }
}

#[test]
fn every_request_is_as_it_is_described() {
    let Some(spec) = spec("alertmanager") else {
        return;
    };
    let mut requests = manager().first(&ask());
    let (from, to) = (ask().from, ask().to);
    requests.push(create_silence(
        &matchers(),
        from,
        to,
        "maya",
        "INC-1: deploy",
    ));
    requests.push(expire_silence(ID));
    let names: Vec<String> = requests
        .iter()
        .map(|request| check_request(&spec, request).unwrap())
        .collect();
    let expected = [
        "get /alerts",
        "get /silences",
        "post /silences",
        "delete /silence/{silenceID}",
    ];
    assert_eq!(names, expected);
    // It refuses a silence that silences everything; so does the check of ours.
    assert!(check_request(&spec, &create_silence(&[], from, to, "maya", "all")).is_err());
    assert!(check_request(&spec, &expire_silence("17/18")).is_err());
}

#[test]
fn every_answer_that_it_describes_is_read() {
    let Some(spec) = spec("alertmanager") else {
        return;
    };
    let asked = manager().first(&ask());
    for (request, path) in asked.iter().zip(["/alerts", "/silences"]) {
        let mut kept = 0;
        for answer in spec.answers("get", path) {
            if answer.status >= 400 {
                let refused = manager().next(&ask(), request, &answer.response());
                let said = refused.expect_err(&answer.from).to_string();
                assert!(
                    said.contains("(400: made)") || said.contains("(500: made)"),
                    "{said}"
                );
                continue;
            }
            kept += match read(request, &answer.from, &answer.response()) {
                Finding::Alerts(alerts) => alerts.len(),
                Finding::Silences(silences) => silences.len(),
                other => panic!("{}: {other:?}", answer.from),
            };
        }
        assert!(kept > 0, "{path}: no made answer held anything");
    }
    for answer in spec.answers("post", "/silences") {
        let made = read_created(&answer.response());
        match answer.status {
            // The least that it describes is an answer without the id.
            200 if answer.body.get("silenceID").is_none() => assert!(made.is_err()),
            200 => assert_eq!(made.as_deref(), Ok("made"), "{}", answer.from),
            _ => assert!(made.is_err(), "{}", answer.from),
        }
    }
    assert_eq!(read_expired(&json_answer(200, "")), Ok(()));
}

#[test]
fn answers_of_a_real_alertmanager_are_read() {
    let Some(files) = payloads("alertmanager", "api-v2-") else {
        return;
    };
    let asked = manager().first(&ask());
    for (name, bytes) in files {
        match &*name {
            "api-v2-alerts.json" => {
                let answer = json_answer(200, bytes);
                let Finding::Alerts(alerts) = read(&asked[0], &name, &answer) else {
                    panic!("no alerts");
                };
                let prints: Vec<&str> = alerts.iter().map(|alert| &*alert.fingerprint).collect();
                assert_eq!(prints, ["3891241782562ca1", "6633c604e1f00732"]);
                assert!(alerts.iter().all(|alert| alert.state == LiveState::Firing));
                assert!(alerts.iter().all(|alert| alert.url.is_some()));
            }
            "api-v2-silences.json" => {
                let answer = json_answer(200, bytes);
                let Finding::Silences(silences) = read(&asked[1], &name, &answer) else {
                    panic!("no silences");
                };
                let [silence] = &silences[..] else {
                    panic!("one: {silences:?}");
                };
                assert_eq!((&*silence.id, &*silence.comment), (ID, "INC-1"));
                assert!(!silence.expired);
                assert_eq!(&*silence.matchers[0].value, "HighLatency");
            }
            other => panic!("{other} is not tried: say how it is read"),
        }
    }
}
