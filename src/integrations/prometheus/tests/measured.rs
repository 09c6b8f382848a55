//! What is read of a good answer, however odd.

use super::*;

#[test]
fn the_main_series_is_the_worst_now() {
    let lines = json!([
        line("calm", &["9", "1"]),
        line("bad", &["0", "5"]),
        line("nan", &["9", "NaN"]),
        line("mid", &["3"]),
    ]);
    let above = signal_of(Bad::Above, "matrix", &lines);
    assert_eq!(value(&above), Some(5.0));
    assert_eq!(labels(&above), ["bad", "mid", "calm", "nan"]);
    let below = signal_of(Bad::Below, "matrix", &lines);
    assert_eq!(labels(&below), ["calm", "mid", "bad", "nan"]);
    let neither = signal_of(Bad::Neither, "matrix", &lines);
    assert_eq!(labels(&neither), ["calm", "bad", "mid", "nan"]);
    assert_eq!((above.at.timestamp(), above.said), (TO, None));
}

#[test]
fn a_series_that_ended_is_not_the_worst_now() {
    let ended = json!({"metric": {"pod": "gone"}, "values": [[TO - 300, "99"]]});
    let both = json!([ended, line("here", &["1"])]);
    let signal = signal_of(Bad::Above, "matrix", &both);
    assert_eq!(value(&signal), Some(1.0));
    let alone = signal_of(Bad::Above, "matrix", &json!([ended]));
    assert_eq!(
        (value(&alone), alone.said.as_deref()),
        (None, Some("no data"))
    );
    let kept = alone.series[0].values.iter().flatten().count();
    assert_eq!(kept, 1, "what it measured is drawn all the same");
}

#[test]
fn what_is_no_number_is_said_and_leaves_a_gap() {
    for (text, said) in [
        ("NaN", "NaN"),
        ("+Inf", "+Inf"),
        ("-Inf", "-Inf"),
        ("Inf", "+Inf"),
    ] {
        let lines = json!([line("a", &["1", "NaN", "2", text])]);
        let signal = signal_of(Bad::Above, "matrix", &lines);
        assert_eq!((value(&signal), signal.said.as_deref()), (None, Some(said)));
        let numbers: Vec<f64> = signal.series[0]
            .values
            .iter()
            .flatten()
            .map(|n| n.get())
            .collect();
        assert_eq!(numbers, [1.0, 2.0]);
    }
    let worst = json!([
        line("a", &["7"]),
        line("b", &["+Inf"]),
        line("c", &["-Inf"])
    ]);
    assert_eq!(
        labels(&signal_of(Bad::Above, "matrix", &worst)),
        ["b", "a", "c"]
    );
    assert_eq!(
        labels(&signal_of(Bad::Below, "matrix", &worst)),
        ["c", "a", "b"]
    );
}

#[test]
fn samples_may_come_twice_and_in_any_order() {
    let odd = json!([{"metric": {}, "values": [
        [TO, "3"], [TO - 20, "1"], [TO, "4"], [TO - 600, "0"], [TO - 601, "8"], [TO + 60, "9"],
    ]}]);
    let signal = signal_of(Bad::Above, "matrix", &odd);
    assert_eq!(value(&signal), Some(4.0));
    let series = &signal.series[0];
    assert_eq!((series.values.len(), &*series.label), (61, ""));
    let at = |place: usize| series.values[place].map(Number::get);
    assert_eq!((at(0), at(58), at(60)), (Some(0.0), Some(1.0), Some(4.0)));
    assert_eq!(series.values.iter().flatten().count(), 3);
}

#[test]
fn times_beyond_all_clocks_are_in_no_window() {
    for time in [
        "1e308",
        "-1e308",
        "9223372036854775807",
        "-1",
        "0",
        "1.7976931348623157e308",
    ] {
        let time: Value = serde_json::from_str(time).expect("a number");
        for kind in ["matrix", "vector"] {
            let sample = json!([time, "1"]);
            let one = json!([{"metric": {}, "value": sample, "values": [sample]}]);
            let signal = signal_of(Bad::Above, kind, &one);
            assert_eq!(
                (value(&signal), signal.said.as_deref()),
                (None, Some("no data")),
                "{time}"
            );
        }
        let scalar = signal_of(Bad::Above, "scalar", &json!([time, "1"]));
        assert_eq!(value(&scalar), Some(1.0));
    }
}

#[test]
fn other_kinds_of_results_are_read() {
    let vector = json!([
        {"metric": {"pod": "a"}, "value": [TO, "1.5"]},
        {"metric": {"pod": "b"}, "value": [TO, "2.5"]},
    ]);
    let signal = signal_of(Bad::Above, "vector", &vector);
    assert_eq!(
        (value(&signal), labels(&signal)),
        (Some(2.5), vec!["b", "a"])
    );
    assert_eq!(signal.series[0].values.len(), 1);
    assert_eq!(signal.series[0].from.timestamp(), TO);
    let scalar = signal_of(Bad::Above, "scalar", &json!([TO, "2"]));
    assert_eq!((value(&scalar), scalar.series.len()), (Some(2.0), 1));
    let none = signal_of(Bad::Above, "scalar", &json!([TO, "NaN"]));
    assert_eq!((value(&none), none.said.as_deref()), (None, Some("NaN")));
    let text = signal_of(Bad::Above, "string", &json!([TO, "all\nwell"]));
    assert_eq!(
        (value(&text), text.said.as_deref()),
        (None, Some("all well"))
    );
    for empty in [json!([]), json!(null)] {
        let signal = signal_of(Bad::Above, "vector", &empty);
        assert_eq!(
            (signal.said.as_deref(), signal.series.len()),
            (Some("no data"), 0)
        );
    }
    let histogram = json!([{"metric": {}, "histograms": [[TO, {"count": "1", "sum": "2"}]]}]);
    let signal = signal_of(Bad::Above, "matrix", &histogram);
    assert_eq!(signal.said.as_deref(), Some("a histogram"));
    assert!(
        signal
            .warning
            .is_some_and(|said| said.contains("histogram_quantile"))
    );
}

#[test]
fn what_the_source_says_beside_the_data_is_a_warning() {
    let mut body: Value = serde_json::from_str(&matrix(&[])).expect("json");
    body["warnings"] = json!(["store 1 is\ndown", "store 2 is down"]);
    body["infos"] = json!(["no counter"]);
    body["isPartial"] = json!(true);
    let Ok(Finding::Signal(signal)) = read(Bad::Above, &answer(200, body.to_string())) else {
        panic!("no signal");
    };
    insta::assert_snapshot!(
        signal.warning.unwrap_or_default(),
        @"the answer is partial: some of its stores did not answer; store 1 is down (and 1 more); no counter"
    );
    body["warnings"] = json!({"of": "another kind"});
    body["infos"] = json!(null);
    body["isPartial"] = json!("no");
    let Ok(Finding::Signal(signal)) = read(Bad::Above, &answer(200, body.to_string())) else {
        panic!("no signal");
    };
    assert_eq!(signal.warning, None);
}
