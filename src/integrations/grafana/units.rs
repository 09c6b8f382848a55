//! Grafana's units in our words.

use super::member;
use crate::incident::Unit;
use serde_json::Value;

/// What a panel's numbers count. Of units that are a multiple of one of ours (`kbytes`, `µs`) the
/// numbers stay as they are, and so must go without a unit.
pub(super) fn of(panel: &Value) -> Unit {
    let named = |value: &Value| value.as_str().map(by_name);
    let own = named(member(panel, &["fieldConfig", "defaults", "unit"]));
    // The graphs and single values from before Grafana 7 say it elsewhere.
    let old = || named(&panel["yaxes"][0]["format"]).or_else(|| named(&panel["format"]));
    own.or_else(old).unwrap_or_default()
}

fn by_name(name: &str) -> Unit {
    match name {
        "percentunit" => Unit::Ratio,
        "percent" => Unit::Percent,
        "s" | "dtdurations" | "clocks" => Unit::Seconds,
        "ms" | "dtdurationms" | "clockms" => Unit::Milliseconds,
        "bytes" | "decbytes" => Unit::Bytes,
        "cps" | "ops" | "reqps" | "rps" | "wps" | "iops" | "eps" | "mps" | "recps" | "rowsps" => {
            Unit::PerSecond
        }
        "cpm" | "opm" | "reqpm" | "rpm" | "wpm" | "epm" | "mpm" | "recpm" | "rowspm" => {
            Unit::PerMinute
        }
        _ => Unit::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_panel_says_its_unit_in_the_ways_of_every_age() {
        let new = json!({"fieldConfig": {"defaults": {"unit": "percentunit"}}});
        assert_eq!(of(&new), Unit::Ratio);
        assert_eq!(
            of(&json!({"yaxes": [{"format": "reqps"}]})),
            Unit::PerSecond
        );
        assert_eq!(of(&json!({"format": "ms"})), Unit::Milliseconds);
        for none in [
            json!({}),
            json!({"fieldConfig": 1}),
            json!({"format": "kbytes"}),
        ] {
            assert_eq!(of(&none), Unit::None, "{none}");
        }
    }
}
