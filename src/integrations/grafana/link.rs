//! Addresses for people's browsers.

use super::Grafana;
use super::board::Board;
use super::variables::Variables;
use crate::incident::limits;
use crate::integrations::exchange::Ask;
use crate::integrations::reading::{encoded, link};
use std::fmt::Write as _;
use std::sync::Arc;

/// The panel alone, with the window and the incident's variables. Where that is too long for a
/// browser, without the variables.
pub(super) fn to_panel(
    grafana: &Grafana,
    ask: &Ask,
    board: &Board<'_>,
    panel: u64,
    variables: &Variables,
) -> Option<Arc<str>> {
    let place = place(grafana, board.uid, Some(panel))?;
    let (from, to) = (ask.from.timestamp_millis(), ask.to.timestamp_millis());
    let short = format!("{place}&from={from}&to={to}");
    let mut address = short.clone();
    for (name, value) in variables.incidents_own(board) {
        // Writing into a String cannot fail.
        let _ = write!(address, "&var-{}={}", encoded(name), encoded(value));
    }
    if address.len() > limits::URL_BYTES {
        address = short;
    }
    link(&address)
}

/// A dashboard or a panel of it, as it was saved.
pub(super) fn to_place(grafana: &Grafana, uid: &str, panel: Option<u64>) -> Option<Arc<str>> {
    link(&place(grafana, uid, panel)?)
}

/// An alert rule.
pub(super) fn to_rule(grafana: &Grafana, uid: &str) -> Option<Arc<str>> {
    let page = page(grafana)?;
    link(&format!("{page}/alerting/grafana/{}/view", encoded(uid)))
}

fn place(grafana: &Grafana, uid: &str, panel: Option<u64>) -> Option<String> {
    let page = page(grafana)?;
    let panel = panel.map(|panel| format!("?viewPanel={panel}"));
    let panel = panel.unwrap_or_default();
    Some(format!("{page}/d/{}{panel}", encoded(uid)))
}

fn page(grafana: &Grafana) -> Option<&str> {
    grafana
        .page
        .as_deref()
        .map(|page| page.trim_end_matches('/'))
}
