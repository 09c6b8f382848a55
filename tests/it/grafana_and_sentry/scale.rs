//! Answers with more than anyone looks at, in any order, with gaps and with what is no number.

use super::cases::{
    START, after, answer, ask, at, data_request, grafana, issues, issues_request, rules,
    rules_request, sentry,
};
use serde_json::{Value, json};
use warroom::incident::{Number, limits};
use warroom::integrations::exchange::{Finding, Watched};
use warroom::signals::{Issue, LiveAlert, Signal};

fn frame(times: &[i64], values: &Value, labels: &Value) -> Value {
    let ms: Vec<i64> = times.iter().map(|at| (START + at) * 1_000).collect();
    let fields = json!([{"name": "t", "type": "time"},
        {"name": "v", "type": "number", "labels": labels}]);
    json!({"schema": {"fields": fields}, "data": {"values": [ms, values]}})
}

fn signal(frames: &Value) -> Signal {
    let body = json!({"results": {"A": {"frames": frames}}}).to_string();
    let step = grafana().next(&ask(), &data_request(), &answer(200, body));
    match step.expect("read").findings.remove(0) {
        Finding::Signal(signal) => signal,
        other => panic!("{other:?}"),
    }
}

fn numbers(signal: &Signal) -> Vec<Option<f64>> {
    let values = signal.series[0].values.iter();
    values.map(|value| value.map(Number::get)).collect()
}

fn alerts(instances: &[Value]) -> Vec<LiveAlert> {
    let mut body = rules();
    body["data"]["groups"][0]["rules"][0]["alerts"] = json!(instances);
    let step = grafana().next(&ask(), &rules_request(), &answer(200, body.to_string()));
    match step.expect("read").findings.remove(0) {
        Finding::Alerts(alerts) => alerts,
        other => panic!("{other:?}"),
    }
}

fn read_issues(page: &Value) -> Vec<Issue> {
    let step = sentry().next(&ask(), &issues_request(), &answer(200, page.to_string()));
    match step.expect("read").findings.remove(0) {
        Finding::Issues(issues) => issues,
        other => panic!("{other:?}"),
    }
}

#[test]
fn ten_thousand_lines_are_a_few_and_a_count() {
    let many: Vec<Value> = (0..10_000)
        .map(|no| {
            frame(
                &[3_540, 3_600],
                &json!([no, no]),
                &json!({"no": no.to_string()}),
            )
        })
        .collect();
    let of_frames = signal(&json!(many));
    let columns: Vec<Value> = (0..10_000)
        .map(|no| json!({"name": format!("c{no}"), "type": "number"}))
        .collect();
    let fields: Vec<Value> = std::iter::once(json!({"name": "t", "type": "time"}))
        .chain(columns)
        .collect();
    let values: Vec<Value> = std::iter::once(json!([(START + 3_600) * 1_000]))
        .chain((0..10_000).map(|no| json!([no])))
        .collect();
    let wide = json!([{"schema": {"fields": fields}, "data": {"values": values}}]);
    for signal in [of_frames, signal(&wide)] {
        assert_eq!(signal.series.len(), limits::SERIES_PER_SIGNAL);
        assert_eq!(
            signal.more_series,
            10_000 - limits::SERIES_PER_SIGNAL as u32
        );
        assert_eq!(signal.value.map(Number::get), Some(0.0));
    }
}

#[test]
fn a_hundred_thousand_rows_are_a_chart() {
    let count = 100_000;
    let times: Vec<i64> = (0..count).map(|no| no * 3_600 / count).collect();
    let mut one = frame(
        &times,
        &json!(vec![Value::Null; count as usize]),
        &json!({}),
    );
    // All of them are not numbers: each is looked up by its row.
    let rows: Vec<i64> = (0..count).collect();
    one["data"]["entities"] = json!([null, {"NaN": rows}]);
    let nothing = signal(&json!([one]));
    assert_eq!(
        (nothing.value, nothing.said.as_deref()),
        (None, Some("NaN"))
    );
    let values: Vec<i64> = (0..count).collect();
    let chart = signal(&json!([frame(&times, &json!(values), &json!({}))]));
    assert!(chart.series[0].values.len() <= limits::SERIES_POINTS);
    // Of the samples of one moment the last that came holds, as of those of one step.
    assert!(chart.value.is_some_and(|value| value.get() > 99_000.0));
}

#[test]
fn the_order_of_samples_does_not_matter() {
    let times = [0, 60, 120, 240, 300];
    let values = [1.0, 2.0, 3.0, 4.0, 5.0];
    let in_order = signal(&json!([frame(&times, &json!(values), &json!({}))]));
    assert_eq!(
        numbers(&in_order)[..6],
        [Some(1.0), Some(2.0), Some(3.0), None, Some(4.0), Some(5.0)]
    );
    for turn in 1..5 {
        let (mut times, mut values) = (times, values);
        times.rotate_left(turn);
        values.rotate_left(turn);
        let turned = signal(&json!([frame(&times, &json!(values), &json!({}))]));
        assert_eq!(numbers(&turned), numbers(&in_order), "{turn}");
        times.reverse();
        values.reverse();
        let back = signal(&json!([frame(&times, &json!(values), &json!({}))]));
        assert_eq!(numbers(&back), numbers(&in_order), "{turn} backwards");
    }
}

#[test]
fn gaps_and_samples_of_one_moment_are_told_apart() {
    let values = json!([1, null, 3, 4, null]);
    let read = signal(&json!([frame(
        &[0, 60, 120, 120, 180],
        &values,
        &json!({})
    )]));
    assert_eq!(numbers(&read)[..4], [Some(1.0), None, Some(4.0), None]);
    let short = json!([{"schema": {"fields": [{"name": "t", "type": "time"},
        {"name": "v", "type": "number"}]}, "data": {"values": [[(START + 60) * 1_000], [1, 2, 3]]}}]);
    assert_eq!(
        numbers(&signal(&short)).iter().flatten().count(),
        1,
        "values without times"
    );
}

#[test]
fn huge_numbers_and_times_are_kept_or_left_out() {
    let huge = json!([1e308, -1e308, u64::MAX, i64::MIN, 5e-324]);
    let read = signal(&json!([frame(&[0, 60, 120, 180, 240], &huge, &json!({}))]));
    let kept: Vec<f64> = numbers(&read).into_iter().flatten().collect();
    assert_eq!(
        kept,
        [1e308, -1e308, u64::MAX as f64, i64::MIN as f64, 5e-324]
    );
    let far = json!([{"schema": {"fields": [{"name": "t", "type": "time"},
        {"name": "v", "type": "number"}]},
        "data": {"values": [[u64::MAX, i64::MIN, 1e300, -1e300, (START + 3_600) * 1_000],
            [1, 2, 3, 4, 5]]}}]);
    let read = signal(&far);
    assert_eq!(read.value.map(Number::get), Some(5.0));
    let mut page = issues();
    page[0]["count"] = json!("99999999999999999999999999");
    page[0]["userCount"] = json!(u64::MAX);
    page[0]["firstSeen"] = json!("9999-12-31T23:59:59Z");
    let one = read_issues(&page).remove(0);
    assert_eq!((one.events, one.users), (u64::MAX, u64::MAX));
}

#[test]
fn ten_thousand_alerts_stay_ten_thousand() {
    let one = |no: usize| {
        json!({"labels": {"alertname": "High", "no": no.to_string()}, "annotations": {},
            "state": "firing", "activeAt": "2027-01-15T08:30:00Z", "value": "1"})
    };
    let many: Vec<Value> = (0..10_000).map(one).collect();
    assert_eq!(alerts(&many).len(), 10_000);
    let backwards: Vec<Value> = many.iter().rev().cloned().collect();
    assert_eq!(
        alerts(&backwards),
        alerts(&many),
        "in whatever order they come"
    );
    let well: Vec<Value> = (0..10_000)
        .map(|no| {
            let mut one = one(no);
            one["state"] = json!("Normal");
            one
        })
        .collect();
    assert!(alerts(&well).is_empty());
}

#[test]
fn ten_thousand_issues_are_the_first_hundred() {
    let one = issues()[0].clone();
    let many: Vec<Value> = (0..10_000)
        .map(|no| {
            let mut one = one.clone();
            one["id"] = json!(no.to_string());
            one
        })
        .collect();
    let read = read_issues(&json!(many));
    assert_eq!(read.len(), 100);
    assert_eq!(
        read.last().map(|one| one.id.to_string()).as_deref(),
        Some("99")
    );
    assert!(read.iter().all(|one| one.last_seen <= at(3_600)));
}

#[test]
fn a_dashboard_with_thousands_of_panels_and_values_is_read() {
    let panel = |id: u64| {
        json!({"id": id, "type": "stat", "title": format!("p{id}"),
            "datasource": {"uid": "P1", "type": "prometheus"},
            "targets": [{"refId": "A", "expr": "up{s=~\"$many\"}"}]})
    };
    let panels: Vec<Value> = (0..5_000).map(|no| panel(5_001 - no)).collect();
    let options: Vec<Value> = (0..50_000)
        .map(|no| json!({"value": format!("v{no}")}))
        .collect();
    let body = json!({"dashboard": {"panels": panels, "templating": {"list": [
        {"name": "many", "includeAll": true, "current": {"value": "$__all"}, "options": options}
    ]}}});
    let first = grafana().first(&ask()).remove(0);
    let requests = after(&grafana(), &first, 200, &body);
    assert_eq!(requests.len(), 2, "both panels");
}
