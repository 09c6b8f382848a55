//! Alerts in groups: what a person reads of ten thousand.

use super::{AlertGroup, LiveAlert, LiveState};
use crate::incident::Timestamp;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

/// Minutes of a group's rate.
pub const RATE_MINUTES: usize = 30;
/// Names of alerts that a group carries.
const NAMES: usize = 20;
/// Ids of silences that a group carries.
const SILENCES: usize = 20;

/// Groups alerts of one source by these labels (`alertname` is the alert's name). Those with the
/// most firing come first; of two with as many, the one that changed last.
#[must_use]
pub fn group(alerts: &[LiveAlert], by: &[String], now: Timestamp) -> Vec<AlertGroup> {
    let mut groups: BTreeMap<String, AlertGroup> = BTreeMap::new();
    for alert in alerts {
        match groups.entry(key_of(alert, by)) {
            Entry::Vacant(place) => {
                let key = place.key().as_str().into();
                place.insert(begin(alert, key, now));
            }
            Entry::Occupied(mut group) => join(group.get_mut(), alert, now),
        }
    }
    name_each(&mut groups, alerts, by);
    let mut groups: Vec<AlertGroup> = groups.into_values().collect();
    groups.sort_by_cached_key(|group| {
        let loud = (group.firing, group.pending, group.silenced);
        (Reverse(loud), Reverse(group.last_at), group.key.clone())
    });
    groups
}

/// The grouping labels with their values; quoted, so that no value can look like another label.
pub(super) fn key_of(alert: &LiveAlert, by: &[String]) -> String {
    let mut key = String::new();
    for label in by {
        let value = match label.as_str() {
            "alertname" => &*alert.name,
            other => alert.labels.get(other).map_or("", |value| value),
        };
        if !key.is_empty() {
            key.push(',');
        }
        key.push_str(&format!("{label}={value:?}"));
    }
    key
}

fn begin(alert: &LiveAlert, key: Arc<str>, now: Timestamp) -> AlertGroup {
    let mut group = AlertGroup {
        key,
        source: alert.source.clone(),
        name: alert.name.clone(),
        labels: alert.labels.clone(),
        summary: alert.summary.clone(),
        firing: 0,
        pending: 0,
        silenced: 0,
        resolved: 0,
        first_at: alert.starts_at,
        last_at: alert.starts_at,
        rate: vec![0; RATE_MINUTES],
        flapping: false,
        names: Vec::new(),
        silences: Vec::new(),
        url: alert.url.clone(),
    };
    count(&mut group, alert, now);
    group
}

fn join(group: &mut AlertGroup, alert: &LiveAlert, now: Timestamp) {
    group
        .labels
        .retain(|label, value| alert.labels.get(label) == Some(value));
    group.first_at = group.first_at.min(alert.starts_at);
    if alert.starts_at >= group.last_at {
        group.last_at = alert.starts_at;
        group.summary = alert.summary.clone();
        group.url = alert.url.clone().or(group.url.take());
    }
    count(group, alert, now);
}

fn count(group: &mut AlertGroup, alert: &LiveAlert, now: Timestamp) {
    let place = match alert.state {
        LiveState::Firing => &mut group.firing,
        LiveState::Pending => &mut group.pending,
        LiveState::Silenced | LiveState::Inhibited => &mut group.silenced,
        LiveState::Resolved => &mut group.resolved,
    };
    *place = place.saturating_add(1);
    for silence in &alert.silenced_by {
        if group.silences.len() < SILENCES && !group.silences.contains(silence) {
            group.silences.push(silence.clone());
        }
    }
    let ago = usize::try_from((now - alert.starts_at).num_minutes());
    let minute = ago.ok().and_then(|ago| RATE_MINUTES.checked_sub(ago + 1));
    if let Some(minute) = minute.and_then(|minute| group.rate.get_mut(minute)) {
        *minute = minute.saturating_add(1);
    }
}

/// Says what tells the alerts of each group apart: the values of the labels that they do not share.
fn name_each(groups: &mut BTreeMap<String, AlertGroup>, alerts: &[LiveAlert], by: &[String]) {
    for alert in alerts {
        let Some(group) = groups.get_mut(&key_of(alert, by)) else {
            continue;
        };
        if group.names.len() >= NAMES {
            continue;
        }
        let own = alert
            .labels
            .iter()
            .filter(|(label, _)| !group.labels.contains_key(*label));
        let own: Vec<&str> = own.map(|(_, value)| &**value).collect();
        if !own.is_empty() {
            group.names.push(own.join("/").into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + 60 * minute, 0).expect("a time")
    }

    fn alert(name: &str, pod: &str, state: LiveState, minute: i64) -> LiveAlert {
        let labels = [("alertname", name), ("service", "checkout"), ("pod", pod)];
        LiveAlert {
            source: "am".into(),
            fingerprint: format!("{name}{pod}").into(),
            name: name.into(),
            state,
            summary: format!("{pod} since {minute}").into(),
            labels: labels.map(|(k, v)| (k.into(), v.into())).into(),
            starts_at: at(minute),
            updated_at: None,
            silenced_by: if state == LiveState::Silenced {
                vec!["s1".into()]
            } else {
                Vec::new()
            },
            url: None,
        }
    }

    #[test]
    fn alerts_of_one_name_and_service_are_counted_together() {
        let by = ["alertname".to_owned(), "service".to_owned()];
        let alerts = [
            alert("Slow", "a", LiveState::Pending, -90),
            alert("High", "a", LiveState::Firing, -2),
            alert("High", "b", LiveState::Silenced, -40),
            alert("High", "c", LiveState::Firing, 0),
            alert("High", "d", LiveState::Resolved, 5),
        ];
        let groups = group(&alerts, &by, at(0));
        assert_eq!(groups.len(), 2);
        let high = &groups[0];
        assert_eq!(
            (&*high.name, high.firing, high.silenced, high.resolved),
            ("High", 2, 1, 1)
        );
        assert_eq!((high.first_at, high.last_at), (at(-40), at(5)));
        assert_eq!(&*high.key, r#"alertname="High",service="checkout""#);
        assert_eq!(high.labels.len(), 2, "what they share");
        assert_eq!(high.names, ["a", "b", "c", "d"].map(Arc::from));
        assert_eq!(
            high.rate.iter().sum::<u32>(),
            2,
            "of the last half hour, none to come"
        );
        assert_eq!(
            (high.rate[RATE_MINUTES - 1], high.rate[RATE_MINUTES - 3]),
            (1, 1)
        );
        assert_eq!(high.silences, [Arc::from("s1")]);
        assert_eq!(groups[1].pending, 1);
    }
}
