//! The state of Grafana's alert rules, as alerts.

use super::{About, Grafana, link};
use crate::incident::limits;
use crate::integrations::alerts::ALERTS_MOST;
use crate::integrations::exchange::{AnswerError, Ask, Request, Response};
use crate::integrations::fingerprint;
use crate::integrations::reading::{cut, line, moment, not_whole, quoted, text};
use crate::signals::{LiveAlert, LiveState};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The annotations that may hold the one line about an alert, best first.
const SUMMARIES: [&str; 3] = ["summary", "message", "description"];

/// Asks for the rules; `filtered`: without the instances that are well, of which there may be
/// thousands.
pub(super) fn request(filtered: bool) -> Request {
    let path = "/api/prometheus/grafana/api/v1/rules";
    let states = ["firing", "pending", "recovering", "nodata", "error"];
    let states = states.into_iter().filter(|_| filtered);
    let about = About::Rules { filtered };
    states.fold(Request::get(path, about.note()), |request, state| {
        request.with("state", state)
    })
}

/// The alerts in an answer: every instance of a rule that is not well.
///
/// # Errors
/// It is no answer about rules.
pub(super) fn alerts(
    grafana: &Grafana,
    ask: &Ask,
    answer: &Response,
) -> Result<Vec<LiveAlert>, AnswerError> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(default)]
        status: Value,
        #[serde(default)]
        error: Value,
        #[serde(borrow)]
        data: Option<&'a RawValue>,
    }
    #[derive(Deserialize)]
    struct Data<'a> {
        // Read one after the other: all together they would take many times their length.
        #[serde(borrow)]
        groups: Vec<&'a RawValue>,
    }
    let read: Answer<'_> =
        serde_json::from_slice(&answer.body).map_err(|error| not_whole(&error))?;
    if text(&read.status).is_some_and(|status| status.eq_ignore_ascii_case("error")) {
        let words = quoted(text(&read.error).unwrap_or_default());
        let why = format!("it could not list its alert rules{words}");
        return Err(AnswerError::Failing(why));
    }
    let data = read
        .data
        .map(|data| serde_json::from_str::<Data<'_>>(data.get()));
    let Some(Ok(data)) = data else {
        let why = "its answer about alert rules holds none in a form that is known";
        return Err(AnswerError::Nonsense(why.to_owned()));
    };
    let mut alerts = Vec::new();
    for group in data.groups {
        let group: Value = serde_json::from_str(group.get()).unwrap_or_default();
        for rule in group["rules"].as_array().into_iter().flatten() {
            let instances = rule["alerts"].as_array().into_iter().flatten();
            alerts.extend(instances.filter_map(|one| alert(grafana, ask, &group, rule, one)));
        }
    }
    // Of one alert that is there twice the louder stays, and of too many the loudest.
    let by_name = |a: &LiveAlert, b: &LiveAlert| a.fingerprint.cmp(&b.fingerprint);
    alerts.sort_by(|a, b| by_name(a, b).then(a.state.cmp(&b.state)));
    alerts.dedup_by(|again, first| again.fingerprint == first.fingerprint);
    alerts.sort_by(|a, b| a.state.cmp(&b.state).then(by_name(a, b)));
    alerts.truncate(ALERTS_MOST);
    Ok(alerts)
}

/// What an instance is, by the word for it: `Alerting`, `firing`, `Normal (Updated)`. None: well.
fn state(word: &str) -> Option<(LiveState, Option<&'static str>)> {
    let word = word.trim().to_ascii_lowercase();
    // The reason behind the state: `Alerting (NoData)`.
    let (state, reason) = word.split_once(' ').unwrap_or((&word, ""));
    let because = |words: &str| match words {
        nodata if nodata.contains("nodata") => Some("no data"),
        error if error.contains("error") => Some("the query failed"),
        _ => None,
    };
    match state {
        "alerting" | "firing" | "recovering" | "active" => {
            Some((LiveState::Firing, because(reason)))
        }
        "nodata" | "error" => Some((LiveState::Firing, because(state))),
        "pending" => Some((LiveState::Pending, because(reason))),
        _ => None,
    }
}

fn alert(
    grafana: &Grafana,
    ask: &Ask,
    group: &Value,
    rule: &Value,
    one: &Value,
) -> Option<LiveAlert> {
    let (state, because) = state(text(&one["state"])?)?;
    let labels = labels(&one["labels"]);
    let pairs = labels.iter().map(|(name, value)| (&**name, &**value));
    let fingerprint = fingerprint::of_labels(pairs);
    let annotation = |name: &str| {
        let own = text(&one["annotations"][name]);
        own.or_else(|| text(&rule["annotations"][name]))
    };
    let summary = SUMMARIES
        .into_iter()
        .find_map(annotation)
        .unwrap_or_default();
    let summary = match because {
        Some(because) => line(&format!("{because}: {summary}").into()),
        None => line(&summary.into()),
    };
    let updated_at = moment(&rule["lastEvaluation"]).or_else(|| moment(&group["lastEvaluation"]));
    let name = labels.get("alertname").cloned();
    let name = name.filter(|name| !name.is_empty());
    Some(LiveAlert {
        source: grafana.name.clone(),
        fingerprint: fingerprint.into(),
        name: name.unwrap_or_else(|| line(&rule["name"])),
        state,
        summary,
        starts_at: moment(&one["activeAt"]).or(updated_at).unwrap_or(ask.to),
        updated_at,
        silenced_by: Vec::new(),
        url: url(grafana, rule, annotation),
        labels,
    })
}

fn labels(value: &Value) -> BTreeMap<Arc<str>, Arc<str>> {
    let members = value.as_object().into_iter().flatten();
    let texts = members.filter_map(|(name, value)| Some((name, value.as_str()?)));
    let short = |text: &str| cut(text, limits::LABEL_BYTES).into();
    texts
        .take(limits::LABELS_PER_ALERT)
        .map(|(name, value)| (short(name), short(value)))
        .collect()
}

/// The panel that the rule watches, else the rule itself.
fn url<'a>(
    grafana: &Grafana,
    rule: &Value,
    annotation: impl Fn(&str) -> Option<&'a str>,
) -> Option<Arc<str>> {
    let panel = annotation("__panelId__").and_then(|id| id.parse().ok());
    let dashboard = annotation("__dashboardUid__");
    let to_panel = dashboard.and_then(|uid| link::to_place(grafana, uid, panel));
    to_panel.or_else(|| link::to_rule(grafana, text(&rule["uid"])?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::Timestamp;
    use serde_json::json;

    fn grafana() -> Grafana {
        Grafana {
            name: "g".into(),
            panels: Vec::new(),
            rules: true,
            page: Some("https://grafana.example/".to_owned()),
        }
    }

    fn read(body: &Value) -> Result<Vec<LiveAlert>, AnswerError> {
        let at = Timestamp::from_timestamp(1_800_000_000, 0).expect("a time");
        let ask = Ask {
            incident: None,
            variables: BTreeMap::new(),
            from: at,
            to: at,
            points: 100,
        };
        let answer = Response {
            status: 200,
            media_type: "application/json".to_owned(),
            link: None,
            body: body.to_string().into_bytes(),
        };
        alerts(&grafana(), &ask, &answer)
    }

    fn instance(name: &str, state: &str) -> Value {
        json!({
            "labels": {"alertname": name, "service": "checkout"}, "annotations": {},
            "state": state, "activeAt": "2026-11-23T13:04:29Z", "value": "1"
        })
    }

    fn with(instances: &[Value]) -> Value {
        json!({"status": "success", "data": {"groups": [{"name": "g", "rules": [{
            "name": "r", "uid": "u/1", "state": "firing", "alerts": instances,
            "annotations": {"summary": "too\nslow"}, "lastEvaluation": "2026-11-23T13:05:29Z"
        }]}]}})
    }

    #[test]
    fn an_instance_that_is_not_well_is_an_alert() {
        let alerts = read(&with(&[instance("High", "Alerting")])).expect("read");
        let alert = alerts.first().expect("one");
        assert_eq!((&*alert.name, &*alert.summary), ("High", "too slow"));
        assert_eq!(alert.state, LiveState::Firing);
        assert_eq!(alert.starts_at.to_rfc3339(), "2026-11-23T13:04:29+00:00");
        assert_eq!(alert.labels.len(), 2);
        let url = alert.url.as_deref();
        assert_eq!(
            url,
            Some("https://grafana.example/alerting/grafana/u%2F1/view")
        );
        let mut of_panel = instance("High", "Alerting");
        of_panel["annotations"] = json!({"__dashboardUid__": "d1", "__panelId__": "4"});
        let alerts = read(&with(&[of_panel])).expect("read");
        let url = alerts.first().and_then(|alert| alert.url.as_deref());
        assert_eq!(url, Some("https://grafana.example/d/d1?viewPanel=4"));
    }

    #[test]
    fn states_are_compared_without_their_case() {
        let kept = |word: &str| state(word).map(|(state, _)| state);
        for firing in [
            "Alerting",
            "FIRING",
            "alerting (Error)",
            "Recovering",
            "NoData",
            "Error",
        ] {
            assert_eq!(kept(firing), Some(LiveState::Firing), "{firing}");
        }
        assert_eq!(kept("Pending"), Some(LiveState::Pending));
        for well in [
            "Normal",
            "inactive",
            "Normal (MissingSeries)",
            "",
            "novelty",
        ] {
            assert_eq!(kept(well), None, "{well}");
        }
        let alerts = read(&with(&[instance("High", "Alerting (NoData)")])).expect("read");
        let summary = alerts.first().map(|alert| alert.summary.to_string());
        assert_eq!(summary.as_deref(), Some("no data: too slow"));
    }

    #[test]
    fn the_same_alert_twice_is_one_and_the_loudest_stay() {
        let pending = instance("High", "Pending");
        let alerts = read(&with(&[
            pending,
            instance("High", "Alerting"),
            instance("Low", "Pending"),
        ]));
        let alerts = alerts.expect("read");
        let states: Vec<_> = alerts.iter().map(|alert| alert.state).collect();
        assert_eq!(states, [LiveState::Firing, LiveState::Pending]);
        let many: Vec<Value> = (0..ALERTS_MOST + 10)
            .map(|no| {
                instance(
                    &format!("n{no}"),
                    if no < 5 { "Pending" } else { "Alerting" },
                )
            })
            .collect();
        let alerts = read(&with(&many)).expect("read");
        assert_eq!(alerts.len(), ALERTS_MOST);
        assert!(alerts.iter().all(|alert| alert.state == LiveState::Firing));
    }

    #[test]
    fn what_is_no_list_of_rules_is_said_so() {
        for body in [
            json!({}),
            json!([]),
            json!({"data": []}),
            json!({"data": {"groups": 1}}),
        ] {
            assert!(
                matches!(read(&body), Err(AnswerError::Nonsense(_))),
                "{body}"
            );
        }
        let failed = read(&json!({"status": "error", "error": "database is locked"}));
        assert!(matches!(failed, Err(AnswerError::Failing(why)) if why.contains("locked")));
    }
}
