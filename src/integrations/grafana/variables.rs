//! A dashboard's variables with their values: the incident's where it has one of that name, else
//! what the dashboard was last saved with.

use super::board::Board;
use crate::integrations::exchange::Ask;
use crate::integrations::reading::text;
use serde_json::Value;
use std::collections::BTreeMap;

/// Values of one variable. "All" of more is not what an incident looks at.
const VALUES: usize = 1_000;
/// The longest value; a longer one is no name of anything.
const VALUE_BYTES: usize = 1_024;
/// Variables of one dashboard.
const VARIABLES: usize = 200;
/// The value that stands for every one.
const ALL: &str = "$__all";
/// The beginning of the value of an interval variable that Grafana chooses.
const AUTO_INTERVAL: &str = "$__auto_interval";

/// A variable's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    /// Its values; one, unless it may have many.
    pub(super) values: Vec<String>,
    /// It may have several values, so that queries expect it as a list or a pattern.
    pub(super) many: bool,
    /// It is from the incident, and so from outside: see [`super::fill`].
    pub(super) outside: bool,
    /// What it is when it stands for every value there is.
    pub(super) all: Option<All>,
}

/// How "all" is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum All {
    /// As the dashboard's author wrote it.
    Written(String),
    /// As all values that the dashboard remembers ([`Variable::values`]); of which it may remember
    /// none, when they are looked up whenever it is opened.
    Listed,
}

/// The variables by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Variables(BTreeMap<String, Variable>);

impl Variables {
    /// Those of a dashboard, and those that only the incident has. `interval` is the distance of
    /// points, for variables that follow it.
    pub(super) fn of(board: &Board<'_>, ask: &Ask, interval: &str) -> Self {
        let mut known = BTreeMap::new();
        for stored in board.variables().take(VARIABLES) {
            // Filters by label are no text in a query, but conditions that the browser adds.
            let Some(name) = text(&stored["name"]).filter(|_| stored["type"] != "adhoc") else {
                continue;
            };
            known.insert(name.to_owned(), saved(stored, interval));
        }
        for (name, value) in ask.variables.iter().filter(|(_, value)| !value.is_empty()) {
            let many = known.get(&**name).is_some_and(|known| known.many);
            let variable = Variable {
                values: vec![value.to_string()],
                many,
                outside: true,
                all: None,
            };
            known.insert(name.to_string(), variable);
        }
        Self(known)
    }

    /// The variable of that name.
    pub(super) fn get(&self, name: &str) -> Option<&Variable> {
        self.0.get(name)
    }

    /// The names and values in which a browser should open the dashboard otherwise than it was
    /// saved: those of its own that are from the incident.
    pub(super) fn incidents_own<'a>(
        &'a self,
        board: &'a Board<'_>,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let own = board.variables().filter_map(|stored| text(&stored["name"]));
        own.filter_map(|name| {
            let variable = self.get(name).filter(|variable| variable.outside)?;
            Some((name, variable.values.first()?.as_str()))
        })
    }
}

/// The value that a variable was saved with.
fn saved(stored: &Value, interval: &str) -> Variable {
    let many = stored["multi"] == true || stored["includeAll"] == true;
    let mut values = texts(&stored["current"]["value"]);
    if values.is_empty() {
        values = without_current(stored);
    }
    let all = values.iter().any(|value| value == ALL).then(|| {
        let written = text(&stored["allValue"]).map(|all| All::Written(all.to_owned()));
        written.unwrap_or(All::Listed)
    });
    if all.is_some() {
        let options = stored["options"].as_array().into_iter().flatten();
        values = options.flat_map(|option| texts(&option["value"])).collect();
        values.retain(|value| value != ALL);
        values.truncate(VALUES);
    }
    for value in &mut values {
        if value.starts_with(AUTO_INTERVAL) {
            interval.clone_into(value);
        }
    }
    Variable {
        values,
        many,
        outside: false,
        all,
    }
}

/// What Grafana would choose for a variable that was saved without a value.
fn without_current(stored: &Value) -> Vec<String> {
    let options = stored["options"].as_array().into_iter().flatten();
    let mut selected = options.filter(|option| option["selected"] == true);
    if let Some(option) = selected.next() {
        return texts(&option["value"]);
    }
    let query = text(&stored["query"]).unwrap_or_default();
    let first = match stored["type"].as_str() {
        Some("constant" | "textbox") => query,
        Some("custom" | "interval") => query.split(',').next().unwrap_or_default().trim(),
        _ => "",
    };
    let first = Some(first).filter(|first| !first.is_empty() && first.len() <= VALUE_BYTES);
    first.map(str::to_owned).into_iter().collect()
}

/// One text or number, or a list of them.
fn texts(value: &Value) -> Vec<String> {
    let one = std::slice::from_ref(value);
    let listed = value.as_array().map_or(one, Vec::as_slice);
    let read = listed.iter().filter_map(|value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    read.filter(|text| !text.is_empty() && text.len() <= VALUE_BYTES)
        .take(VALUES)
        .collect()
}

/// The incident's variables as a test gives them.
#[cfg(test)]
pub(super) fn given(pairs: &[(&str, &str)]) -> BTreeMap<std::sync::Arc<str>, std::sync::Arc<str>> {
    pairs
        .iter()
        .map(|(k, v)| ((*k).into(), (*v).into()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{IncidentId, Timestamp};
    use serde_json::json;

    fn of(list: &Value, pairs: &[(&str, &str)]) -> Variables {
        let answer = json!({"dashboard": {"templating": {"list": list}}});
        let board = Board::of("x", &answer).expect("a dashboard");
        let at = Timestamp::from_timestamp(1_800_000_000, 0).expect("a time");
        let ask = Ask {
            incident: Some(IncidentId(1)),
            variables: given(pairs),
            from: at,
            to: at,
            points: 100,
        };
        Variables::of(&board, &ask, "30s")
    }

    fn values(variables: &Variables, name: &str) -> Vec<String> {
        let known = variables.get(name);
        known.map(|known| known.values.clone()).unwrap_or_default()
    }

    #[test]
    fn a_variable_has_the_incidents_value_or_the_saved_one() {
        let list = json!([
            {"name": "service", "type": "query", "multi": true, "current": {"value": ["a", "b"]}},
            {"name": "env", "type": "custom", "current": {"value": "prod"}},
            {"name": "port", "current": {"value": 9090}},
            {"name": "filters", "type": "adhoc", "current": {"value": "x"}},
            {"name": "i", "type": "interval", "current": {"value": "$__auto_interval_i"}},
        ]);
        let variables = of(
            &list,
            &[("service", "checkout"), ("team", "pay"), ("env", "")],
        );
        assert_eq!(values(&variables, "service"), ["checkout"]);
        let service = variables.get("service").expect("there");
        assert!(service.many && service.outside);
        assert_eq!(values(&variables, "env"), ["prod"], "an empty one is none");
        assert_eq!(values(&variables, "port"), ["9090"]);
        assert_eq!(values(&variables, "team"), ["pay"]);
        assert_eq!(values(&variables, "i"), ["30s"]);
        assert_eq!(variables.get("filters"), None);
    }

    #[test]
    fn all_is_what_was_written_for_it_or_every_option() {
        let all = |more: Value| {
            let mut stored =
                json!({"name": "v", "includeAll": true, "current": {"value": ["$__all"]}});
            let members = stored.as_object_mut().expect("an object");
            members.extend(more.as_object().expect("an object").clone());
            of(&json!([stored]), &[]).get("v").expect("there").clone()
        };
        let written = all(json!({"allValue": ".+"}));
        assert_eq!(written.all, Some(All::Written(".+".to_owned())));
        let listed = all(json!({"options": [{"value": "$__all"}, {"value": "a"}, {"value": "b"}]}));
        assert_eq!((listed.all, listed.values.len()), (Some(All::Listed), 2));
        let unknown = all(json!({}));
        assert_eq!((unknown.all, unknown.values.len()), (Some(All::Listed), 0));
    }

    #[test]
    fn one_saved_without_a_value_has_the_one_that_it_would_begin_with() {
        let list = json!([
            {"name": "c", "type": "constant", "query": "eu"},
            {"name": "u", "type": "custom", "query": "p50, p99", "current": {}},
            {"name": "s", "options": [{"value": "x"}, {"value": "y", "selected": true}]},
            {"name": "q", "type": "query", "query": "label_values(up)"},
        ]);
        let variables = of(&list, &[]);
        let all = ["c", "u", "s", "q"].map(|name| values(&variables, name).join(","));
        assert_eq!(all, ["eu", "p50", "y", ""]);
    }

    #[test]
    fn nonsense_is_no_value() {
        for list in [
            json!(null),
            json!({}),
            json!([1, null, {"name": 3}, {"name": ""}]),
        ] {
            assert_eq!(of(&list, &[]), Variables::default());
        }
        let long = "x".repeat(VALUE_BYTES + 1);
        let list = json!([{"name": "v", "current": {"value": [long, {"a": 1}, null, true]}}]);
        assert!(values(&of(&list, &[]), "v").is_empty());
    }
}
