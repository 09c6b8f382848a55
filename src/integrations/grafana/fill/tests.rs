use super::super::board::Board;
use super::super::variables::given;
use super::*;
use crate::incident::{IncidentId, Timestamp};
use crate::integrations::exchange::Ask;
use serde_json::json;

fn ask(pairs: &[(&str, &str)]) -> Ask {
    let at = |seconds: i64| Timestamp::from_timestamp(1_800_000_000 + seconds, 0).expect("a time");
    Ask {
        incident: Some(IncidentId(1)),
        variables: given(pairs),
        from: at(0),
        to: at(3_600),
        points: 240,
    }
}

fn filled(kind: &str, pairs: &[(&str, &str)], text: &str) -> Result<String, Unfit> {
    let list = json!([
        {"name": "one", "current": {"value": "a.b"}},
        {"name": "many", "multi": true, "current": {"value": ["a.b", "c'd"]}},
        {"name": "single", "multi": true, "current": {"value": ["a.b"]}},
        {"name": "service", "multi": true, "current": {"value": ["x"]}},
        {"name": "any", "includeAll": true, "current": {"value": "$__all"}},
        {"name": "every", "includeAll": true, "allValue": ".+", "current": {"value": "$__all"}},
        {"name": "tricky", "current": {"value": "$one"}},
    ]);
    let answer = json!({"dashboard": {"templating": {"list": list}}});
    let board = Board::of("x", &answer).expect("a dashboard");
    let ask = ask(pairs);
    let times = Times::of(&ask, 0);
    let variables = Variables::of(&board, &ask, "15s");
    let filler = Filler {
        variables: &variables,
        times: &times,
        language: Language::of(kind),
    };
    filler.text(text)
}

fn ok(kind: &str, text: &str) -> String {
    filled(kind, &[], text).expect("fits")
}

#[test]
fn a_variable_is_found_in_each_way_it_can_be_written() {
    let text = "$one ${one} [[one]] ${one:csv} [[one:raw]] $one.x $onex $1 $ $$ ${} ${a.b} [1m] é";
    assert_eq!(
        ok("prometheus", text),
        "a.b a.b a.b a.b a.b a.b.x $onex $1 $ $$ ${} ${a.b} [1m] é"
    );
    assert_eq!(ok("", "${one [[one ${one:"), "${one [[one ${one:");
    assert_eq!(ok("", "$tricky"), "$one", "a value is not filled in itself");
    let foreign = "$__timeFilter(at) ${__user.login} $__unixEpochFrom()";
    assert_eq!(ok("mysql", foreign), foreign, "a data source's own");
}

#[test]
fn several_values_are_written_as_the_data_source_reads_them() {
    let each = |kind| ok(kind, "$many|$single|$one");
    assert_eq!(each("prometheus"), r"(a\\.b|c'd)|a\\.b|a.b");
    assert_eq!(each("loki"), r"(a\\.b|c'd)|a\\.b|a.b");
    assert_eq!(each("influxdb"), r"(a\.b|c'd)|a\.b|a.b");
    assert_eq!(each("elasticsearch"), r#"("a.b" OR "c'd")|a.b|a.b"#);
    let sql = "'a.b','c''d'|'a.b'|a.b";
    assert_eq!(each("grafana-postgresql-datasource"), sql);
    assert_eq!(each("mysql"), sql);
    assert_eq!(each("graphite"), "{a.b,c'd}|a.b|a.b");
}

#[test]
fn a_format_that_is_written_down_holds() {
    let text = |format: &str| ok("prometheus", &format!("${{many:{format}}}"));
    let expected = [
        ("csv", "a.b,c'd"),
        ("regex", r"(a\.b|c'd)"),
        ("pipe", "a.b|c'd"),
        ("glob", "{a.b,c'd}"),
        ("lucene", r#"("a.b" OR "c'd")"#),
        ("singlequote", r"'a.b','c\'d'"),
        ("doublequote", r#""a.b","c'd""#),
        ("sqlstring", "'a.b','c''d'"),
        ("json", r#"["a.b","c'd"]"#),
        ("percentencode", "a.b,c%27d"),
        ("text", "a.b + c'd"),
        ("novelty", "a.b,c'd"),
    ];
    for (format, expected) in expected {
        assert_eq!(text(format), expected, "{format}");
    }
}

#[test]
fn words_for_people_are_no_query() {
    let answer = json!({"dashboard": {}});
    let board = Board::of("x", &answer).expect("a dashboard");
    let ask = ask(&[("service", "it's; \"so\"")]);
    let variables = Variables::of(&board, &ask, "15s");
    let filler = Filler {
        variables: &variables,
        times: &Times::of(&ask, 0),
        language: Language::Words,
    };
    let title = filler.text("errors of $service");
    assert_eq!(title.as_deref(), Ok("errors of it's; \"so\""));
}

#[test]
fn all_is_a_pattern_where_there_is_one_for_it() {
    assert_eq!(ok("prometheus", "$any $every"), ".* .+");
    assert_eq!(ok("graphite", "$any"), "*");
    let unfit = filled("mysql", &[], "$any").expect_err("no pattern");
    assert!(
        unfit.0.contains("any") && unfit.0.contains("All"),
        "{}",
        unfit.0
    );
}

#[test]
fn times_are_the_windows() {
    let text = "$__interval $__interval_ms ${__rate_interval} $__range $__range_s $__range_ms";
    assert_eq!(ok("", text), "15s 15000 1m 3600s 3600 3600000");
    let text = "$__from ${__to:date:seconds} ${__from:date:iso}";
    assert_eq!(
        ok("", text),
        "1800000000000 1800003600 2027-01-15T08:00:00.000Z"
    );
}

#[test]
fn a_value_from_outside_cannot_become_a_query() {
    let with = |kind, value, text| filled(kind, &[("service", value), ("one", value)], text);
    for value in [
        "x' or 1=1",
        "x union select secret",
        "a;b",
        "a--b",
        "a\nb",
        "a\\",
        "(a)",
        "a\"b",
    ] {
        for kind in ["mysql", "graphite", "influxdb", "elasticsearch", ""] {
            for text in [
                "$one",
                "${one:csv}",
                "${one:raw}",
                "${one:singlequote}",
                "$service",
            ] {
                assert!(with(kind, value, text).is_err(), "{kind} {text} {value}");
            }
        }
    }
    for value in ["a\"} or up{b=\"", "a`", "it's", "a\\", "a\u{0}"] {
        for text in ["$one", "${one:raw}", "$service"] {
            assert!(with("prometheus", value, text).is_err(), "{text} {value}");
        }
    }
    let quoted = with("mysql", "it's or 1=1", "${one:sqlstring}");
    assert_eq!(quoted.as_deref(), Ok("'it''s or 1=1'"));
    let unfit = with("mysql", "x' or 1=1", "$one").expect_err("unfit");
    assert!(unfit.0.contains("the incident's one is"), "{}", unfit.0);
}

#[test]
fn a_value_from_outside_that_is_a_name_is_put_in() {
    let with = |kind, value, text| filled(kind, &[("service", value), ("one", value)], text);
    assert_eq!(
        with("prometheus", "/api/{id}", r#"{a="$one",b=~"$service"}"#).as_deref(),
        Ok(r#"{a="/api/{id}",b=~"/api/\\{id\\}"}"#)
    );
    for kind in ["mysql", "graphite", "influxdb"] {
        let value = "eu-west-1/web_2:9090";
        assert_eq!(with(kind, value, "$one").as_deref(), Ok(value));
    }
    assert_eq!(
        with("mysql", "Zürich", "$service").as_deref(),
        Ok("'Zürich'")
    );
}

#[test]
fn every_text_of_a_query_is_filled_in_and_nothing_else() {
    let ask = ask(&[("one", "v")]);
    let times = Times::of(&ask, 0);
    let answer = json!({"dashboard": {}});
    let board = Board::of("x", &answer).expect("a dashboard");
    let variables = Variables::of(&board, &ask, "15s");
    let filler = Filler {
        variables: &variables,
        times: &times,
        language: Language::Other,
    };
    let query = json!({"a": "$one", "$one": [{"b": "[[one]]"}, 1, null, true]});
    let expected = json!({"a": "v", "$one": [{"b": "v"}, 1, null, true]});
    assert_eq!(filler.query(&query), Ok(expected));
    let mut deep = json!("$one");
    for _ in 0..100 {
        deep = json!([deep]);
    }
    assert!(filler.query(&deep).is_err());
}
