//! Which data source a query of a panel goes to. Grafana is asked by uid, but older dashboards
//! name theirs, or say none and mean the default; then the list of data sources is needed.

use super::member;
use crate::integrations::exchange::AnswerError;
use crate::integrations::reading::{cut, text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Data sources that are remembered while a dashboard is read: a big Grafana has some hundreds.
const SOURCES: usize = 2_000;
/// The longest name, uid or type of a data source that is kept.
const NAME_BYTES: usize = 200;
/// The uid and type of what is no data source, but Grafana's own arithmetic on other queries.
pub(super) const EXPRESSION: &str = "__expr__";
/// What a panel says whose queries each say their own data source.
const MIXED: &str = "-- Mixed --";
/// The data source that makes numbers up, for trying things out.
const BUILT_IN: &str = "-- Grafana --";

/// A data source that Grafana has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Source {
    uid: String,
    name: String,
    kind: String,
    default: bool,
}

/// The data sources in an answer.
///
/// # Errors
/// It is no list.
pub(super) fn known(answer: &Value) -> Result<Vec<Source>, AnswerError> {
    let Some(listed) = answer.as_array() else {
        let why = "its answer about data sources is no list";
        return Err(AnswerError::Nonsense(why.to_owned()));
    };
    let short = |value: &Value| cut(value.as_str().unwrap_or_default(), NAME_BYTES).to_owned();
    let read = listed.iter().map(|source| Source {
        uid: short(&source["uid"]),
        name: short(&source["name"]),
        kind: short(&source["type"]),
        default: source["isDefault"] == true,
    });
    let read = read.filter(|source| !source.uid.is_empty());
    Ok(read.take(SOURCES).collect())
}

/// Where a query goes, by uid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The data source's uid.
    pub(super) uid: String,
    /// Its type, where that is known: `prometheus`.
    pub(super) kind: String,
}

/// Where a query goes, as far as its panel says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// There.
    Place(Place),
    /// To the one of that name, or with none to the default one: the list has to be asked for.
    Unlisted,
    /// The list has none of that name, or no default.
    Missing(String),
}

/// The data source of a query (`target`) in a panel. `value_of` gives the value of a variable,
/// where the data source is one.
pub(super) fn find(
    panel: &Value,
    target: &Value,
    listed: Option<&[Source]>,
    value_of: impl Fn(&str) -> Option<String>,
) -> Found {
    let own = &target["datasource"];
    let said = if says(own) { own } else { &panel["datasource"] };
    let kind = text(&said["type"]).unwrap_or_default();
    let uid = text(&said["uid"]).or_else(|| said.as_str());
    let by_name = said.is_string();
    let (uid, by_name) = match uid.map(|uid| (uid, variable(uid))) {
        None | Some((MIXED | "default" | "", _)) => (None, true),
        Some((BUILT_IN, _)) => (Some("grafana".to_owned()), false),
        Some((uid, None)) => (Some(uid.to_owned()), by_name),
        // The value of such a variable is a uid, before Grafana 9 a name.
        Some((_, Some(name))) => match value_of(name) {
            Some(value) if value == "default" => (None, true),
            value => (value, false),
        },
    };
    if let Some(uid) = uid.clone().filter(|_| !by_name && listed.is_none()) {
        let kind = kind.to_owned();
        return Found::Place(Place { uid, kind });
    }
    let Some(listed) = listed else {
        return Found::Unlisted;
    };
    let by = |same: &dyn Fn(&Source) -> bool| listed.iter().find(|source| same(source));
    let found = match &uid {
        None => by(&|source| source.default),
        Some(uid) => by(&|source| source.uid == *uid).or_else(|| by(&|source| source.name == *uid)),
    };
    match (found, uid) {
        (Some(source), _) => Found::Place(Place {
            uid: source.uid.clone(),
            kind: source.kind.clone(),
        }),
        (None, Some(uid)) if !by_name => Found::Place(Place {
            uid,
            kind: kind.to_owned(),
        }),
        (None, uid) => Found::Missing(uid.unwrap_or_else(|| "the default one".to_owned())),
    }
}

/// Whether a query says its data source itself.
fn says(own: &Value) -> bool {
    text(own).is_some() || text(member(own, &["uid"])).is_some()
}

/// The variable that a data source is given by: `${name}`, `$name` or `[[name]]`.
fn variable(uid: &str) -> Option<&str> {
    let braced = uid.strip_prefix("${").and_then(|r| r.strip_suffix('}'));
    let square = uid.strip_prefix("[[").and_then(|r| r.strip_suffix("]]"));
    braced.or(square).or_else(|| uid.strip_prefix('$'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn place(uid: &str, kind: &str) -> Found {
        let (uid, kind) = (uid.to_owned(), kind.to_owned());
        Found::Place(Place { uid, kind })
    }

    fn none(_: &str) -> Option<String> {
        None
    }

    fn listed() -> Vec<Source> {
        known(&json!([
            {"uid": "P1", "name": "Prometheus", "type": "prometheus", "isDefault": true},
            {"uid": "L1", "name": "Logs", "type": "loki"},
            {"name": "no uid"}, "nonsense",
        ]))
        .expect("a list")
    }

    #[test]
    fn a_query_says_its_own_or_takes_its_panels() {
        let panel = json!({"datasource": {"uid": "P9", "type": "prometheus"}});
        let found = |target| find(&panel, &target, None, none);
        assert_eq!(found(json!({})), place("P9", "prometheus"));
        assert_eq!(
            found(json!({"datasource": null})),
            place("P9", "prometheus")
        );
        let own = json!({"datasource": {"uid": "L9", "type": "loki"}});
        assert_eq!(found(own), place("L9", "loki"));
        let mixed = json!({"datasource": {"uid": "-- Mixed --"}});
        assert_eq!(find(&mixed, &json!({}), None, none), Found::Unlisted);
        let built_in = json!({"datasource": "-- Grafana --"});
        assert_eq!(
            find(&built_in, &json!({}), None, none),
            place("grafana", "")
        );
    }

    #[test]
    fn one_that_is_named_or_not_said_is_looked_up() {
        let list = listed();
        let found = |panel: Value, list| find(&panel, &json!({}), list, none);
        let named = json!({"datasource": "Logs"});
        assert_eq!(found(named.clone(), None), Found::Unlisted);
        assert_eq!(found(named, Some(&list)), place("L1", "loki"));
        assert_eq!(found(json!({}), Some(&list)), place("P1", "prometheus"));
        let gone = found(json!({"datasource": "Gone"}), Some(&list));
        assert_eq!(gone, Found::Missing("Gone".to_owned()));
        let nothing = Found::Missing("the default one".to_owned());
        assert_eq!(found(json!({"datasource": 7}), Some(&[])), nothing);
    }

    #[test]
    fn one_that_a_variable_gives_is_that_variables() {
        let list = listed();
        for by in ["${ds}", "$ds", "[[ds]]"] {
            let panel = json!({"datasource": {"uid": by}});
            let found = |value: &str, list| {
                let value_of = |name: &str| (name == "ds").then(|| value.to_owned());
                find(&panel, &json!({}), list, value_of)
            };
            assert_eq!(found("P7", None), place("P7", ""), "{by}");
            assert_eq!(found("Logs", Some(&list)), place("L1", "loki"), "{by}");
            assert_eq!(found("default", None), Found::Unlisted, "{by}");
        }
        let panel = json!({"datasource": {"uid": "$gone"}});
        assert_eq!(find(&panel, &json!({}), None, none), Found::Unlisted);
    }
}
