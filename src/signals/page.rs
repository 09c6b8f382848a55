//! The alerts of one group, a page at a time: each of ten thousand can be looked at.

use super::{LiveAlert, LiveState, of_group};
use crate::incident::Timestamp;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::sync::Arc;

/// In which order the alerts of a group come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertOrder {
    /// Those that began last, first.
    #[default]
    Newest,
    /// Those that began first, first.
    Oldest,
    /// Firing, pending, silenced, inhibited, resolved; of each the newest first.
    State,
    /// By their labels.
    Labels,
    /// An order that this version does not know; taken for the newest first.
    #[serde(other)]
    Unknown,
}

impl AlertOrder {
    /// Every order, as people go through them.
    pub const ALL: [Self; 4] = [Self::Newest, Self::Oldest, Self::State, Self::Labels];

    /// As people read it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Newest | Self::Unknown => "newest",
            Self::Oldest => "oldest",
            Self::State => "by state",
            Self::Labels => "by label",
        }
    }
}

/// Which of a group's alerts are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AlertsQuery {
    /// The group's key.
    pub group: Arc<str>,
    /// Only those whose labels or summary hold each of these words; empty: all.
    #[serde(default)]
    pub words: String,
    /// In which order.
    #[serde(default)]
    pub order: AlertOrder,
    /// How many of them to pass over.
    #[serde(default)]
    pub skip: u32,
    /// How many at the most.
    pub limit: u32,
}

/// Some of a group's alerts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertsPage {
    /// When their source gave them.
    pub at: Timestamp,
    /// How many the group has.
    pub total: u32,
    /// How many of them hold the words that were asked for.
    pub matching: u32,
    /// How many of those were passed over.
    #[serde(default)]
    pub skip: u32,
    /// The alerts, in the order that was asked for.
    pub alerts: Vec<LiveAlert>,
}

/// The page of a source's alerts that is asked for; `by` are the labels that they are grouped by.
/// `looked_at` is called whenever an alert was looked at, for whoever has other things to do
/// meanwhile.
pub fn page(
    alerts: &[LiveAlert],
    by: &[String],
    query: &AlertsQuery,
    at: Timestamp,
    mut looked_at: impl FnMut(),
) -> AlertsPage {
    let mut held = of_group(alerts, by, &query.group, &mut looked_at);
    let total = held.len();
    let words = query.words.to_lowercase();
    let words: Vec<&str> = words.split_whitespace().collect();
    if !words.is_empty() {
        held.retain(|alert| {
            looked_at();
            holds(alert, &words)
        });
    }
    let newest = |alert: &&LiveAlert| Reverse(alert.starts_at);
    // Of two that are alike in this, the same goes first on every page.
    held.sort_by(|a, b| a.fingerprint.cmp(&b.fingerprint));
    match query.order {
        AlertOrder::Newest | AlertOrder::Unknown => held.sort_by_key(newest),
        AlertOrder::Oldest => held.sort_by_key(|alert| alert.starts_at),
        AlertOrder::State => held.sort_by_key(|alert| (alert.state, newest(alert))),
        AlertOrder::Labels => held.sort_by(|a, b| a.labels.cmp(&b.labels)),
    }
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let (skip, limit) = (size(query.skip), size(query.limit));
    AlertsPage {
        at,
        total: count(total),
        matching: count(held.len()),
        skip: query.skip,
        alerts: held.into_iter().skip(skip).take(limit).cloned().collect(),
    }
}

fn size(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// Whether each word is in a label (`pod=web-1`), in the summary or in the state.
fn holds(alert: &LiveAlert, words: &[&str]) -> bool {
    let mut text = format!("{} {}", alert.state.word(), alert.summary);
    for (label, value) in &alert.labels {
        text.push_str(&format!(" {label}={value}"));
    }
    let text = text.to_lowercase();
    words.iter().all(|word| text.contains(word))
}

impl LiveState {
    /// As people read it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Pending => "pending",
            Self::Silenced => "silenced",
            Self::Inhibited => "inhibited",
            Self::Resolved => "resolved",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(pod: &str, name: &str, state: LiveState, minute: i64) -> LiveAlert {
        let starts_at = Timestamp::from_timestamp(60 * minute, 0).expect("a time");
        LiveAlert {
            source: "am".into(),
            fingerprint: format!("{name}{pod}").into(),
            name: name.into(),
            state,
            summary: "".into(),
            labels: [("pod".into(), pod.into())].into(),
            starts_at,
            updated_at: None,
            silenced_by: Vec::new(),
            url: None,
        }
    }

    fn asked(words: &str, order: AlertOrder, (skip, limit): (u32, u32)) -> (u32, u32, Vec<String>) {
        let alerts = [
            alert("web-1", "High", LiveState::Silenced, 3),
            alert("web-2", "High", LiveState::Firing, 1),
            alert("db-1", "High", LiveState::Firing, 2),
            alert("web-1", "Slow", LiveState::Firing, 9),
        ];
        let query = AlertsQuery {
            group: r#"alertname="High""#.into(),
            words: words.to_owned(),
            order,
            skip,
            limit,
        };
        let page = page(
            &alerts,
            &["alertname".to_owned()],
            &query,
            Timestamp::UNIX_EPOCH,
            || {},
        );
        let pods = page.alerts.iter().map(|a| a.labels["pod"].to_string());
        (page.total, page.matching, pods.collect())
    }

    #[test]
    fn a_page_has_the_groups_alerts_that_hold_the_words_in_order() {
        use AlertOrder::*;
        let pods = |words, order, part| asked(words, order, part).2;
        assert_eq!(pods("", Newest, (0, 9)), ["web-1", "db-1", "web-2"]);
        assert_eq!(pods("", Unknown, (0, 9)), ["web-1", "db-1", "web-2"]);
        assert_eq!(pods("", Oldest, (0, 9)), ["web-2", "db-1", "web-1"]);
        assert_eq!(pods("", State, (0, 9)), ["db-1", "web-2", "web-1"]);
        assert_eq!(pods("", Labels, (0, 9)), ["db-1", "web-1", "web-2"]);
        assert_eq!(
            asked("WEB firing", Newest, (0, 9)),
            (3, 1, vec!["web-2".to_owned()])
        );
        assert_eq!(pods("pod=web", Oldest, (0, 9)), ["web-2", "web-1"]);
        assert_eq!(asked("", Newest, (1, 1)), (3, 3, vec!["db-1".to_owned()]));
        assert_eq!(asked("", Newest, (9, 9)), (3, 3, Vec::new()));
        assert_eq!(asked("nothing", Newest, (0, 9)), (3, 0, Vec::new()));
    }

    #[test]
    fn an_order_of_a_later_version_is_read() {
        let read: AlertsQuery =
            serde_json::from_str(r#"{"group":"g","limit":5,"order":"loudest"}"#).expect("read");
        assert_eq!(read.order, AlertOrder::Unknown);
    }
}
