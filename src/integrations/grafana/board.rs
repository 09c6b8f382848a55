//! A dashboard as Grafana answers it: where its panels are, and what it says of each.

use super::member;
use crate::integrations::exchange::AnswerError;
use serde_json::Value;

/// How deep rows may hold panels. Grafana nests one level; more is no dashboard.
const DEPTH: usize = 4;
/// The uid of the data source that shows another panel's data again.
const OF_A_PANEL: &str = "-- Dashboard --";

/// A dashboard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Board<'a> {
    /// Its uid.
    pub(super) uid: &'a str,
    root: &'a Value,
}

impl<'a> Board<'a> {
    /// The dashboard in an answer.
    ///
    /// # Errors
    /// It holds no dashboard that has panels as Grafana had them from the beginning.
    pub(super) fn of(uid: &'a str, answer: &'a Value) -> Result<Self, AnswerError> {
        let root = &answer["dashboard"];
        if !root.is_object() {
            return Err(AnswerError::Nonsense(format!(
                "its answer for the dashboard {uid:?} holds no dashboard"
            )));
        }
        if root["elements"].is_object() && root["panels"].is_null() {
            return Err(AnswerError::Nonsense(format!(
                "the dashboard {uid:?} is of Grafana's new layout (schema 2), which is not \
                 understood yet: save it as a classic dashboard"
            )));
        }
        Ok(Self { uid, root })
    }

    /// The panel of that id, in rows too.
    pub(super) fn panel(&self, id: u64) -> Option<&'a Value> {
        // Dashboards from before Grafana 5 hold all panels in `rows`.
        let lists = [&self.root["panels"], &self.root["rows"]];
        lists.into_iter().find_map(|list| find(list, id, DEPTH))
    }

    /// The panel whose queries that panel shows: itself, or the one that it shows again.
    pub(super) fn asked_of(&self, panel: &'a Value) -> &'a Value {
        let again = member(panel, &["datasource", "uid"]) == OF_A_PANEL
            || panel["datasource"] == OF_A_PANEL;
        let other = member(panel, &["targets"])[0]["panelId"].as_u64();
        let other = other.filter(|_| again).and_then(|id| self.panel(id));
        other.unwrap_or(panel)
    }

    /// The dashboard's variables as it stores them.
    pub(super) fn variables(&self) -> impl Iterator<Item = &'a Value> + use<'a> {
        let list = member(self.root, &["templating", "list"]);
        list.as_array().into_iter().flatten()
    }
}

fn find(list: &Value, id: u64, depth: usize) -> Option<&Value> {
    let panels = list.as_array()?.iter();
    panels.filter(|_| depth > 0).find_map(|panel| {
        // A row has an id of its own, which nobody means.
        let is_row = panel["type"] == "row" || panel["type"].is_null();
        if panel["id"].as_u64() == Some(id) && !is_row {
            return Some(panel);
        }
        find(&panel["panels"], id, depth - 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer() -> Value {
        json!({"dashboard": {
            "panels": [
                {"id": 1, "type": "row", "panels": [{"id": 2, "type": "graph", "title": "in row"}]},
                {"id": 3, "type": "timeseries", "datasource": {"uid": "-- Dashboard --"},
                    "targets": [{"panelId": 2, "refId": "A"}]},
                {"id": 4, "type": "stat", "datasource": {"uid": "-- Dashboard --"},
                    "targets": [{"panelId": 99}]},
                "not a panel", null,
            ],
            "rows": [{"panels": [{"id": 5, "type": "graph"}]}],
            "templating": {"list": [{"name": "service"}]}
        }})
    }

    #[test]
    fn a_panel_is_found_wherever_it_lies() {
        let answer = answer();
        let board = Board::of("x", &answer).expect("a dashboard");
        assert_eq!(board.panel(2).expect("in a row")["title"], "in row");
        assert!(board.panel(5).is_some(), "in an old row");
        assert!(board.panel(1).is_none(), "a row is no panel");
        assert!(board.panel(6).is_none());
        assert_eq!(board.variables().count(), 1);
    }

    #[test]
    fn a_panel_that_shows_another_one_again_asks_what_that_one_asks() {
        let answer = answer();
        let board = Board::of("x", &answer).expect("a dashboard");
        let asked = |id| board.asked_of(board.panel(id).expect("there"))["id"].clone();
        assert_eq!(
            (asked(2), asked(3), asked(4)),
            (json!(2), json!(2), json!(4))
        );
    }

    #[test]
    fn what_is_no_dashboard_is_said_so() {
        for (body, reason) in [
            (json!({}), "holds no dashboard"),
            (json!({"dashboard": []}), "holds no dashboard"),
            (json!({"dashboard": {"elements": {}}}), "schema 2"),
        ] {
            let error = Board::of("x", &body).expect_err(reason);
            assert!(error.to_string().contains(reason), "{error}");
        }
        let odd = json!({"dashboard": {"panels": {"id": 1}, "templating": [1]}});
        let board = Board::of("x", &odd).expect("a dashboard");
        assert!(board.panel(1).is_none());
        assert_eq!(board.variables().count(), 0);
    }
}
