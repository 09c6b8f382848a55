//! Alerts in groups: what a person reads of ten thousand.

use super::{AlertGroup, LiveAlert, LiveState};
use crate::incident::Timestamp;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Minutes of a group's rate.
pub const RATE_MINUTES: usize = 30;
/// Names of alerts that a group carries.
const NAMES: usize = 20;
/// Ids of silences that a group carries.
const SILENCES: usize = 20;

/// What is known of a live alert beyond what its monitor says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mark {
    /// It flaps.
    pub flapping: bool,
    /// The maintenance that holds for it, by name.
    pub maintenance: Option<Arc<str>>,
}

/// Marks the groups that these alerts were put into, by the same labels: what is so of one of its
/// alerts that fire is so of a group.
pub fn mark(
    groups: &mut [AlertGroup],
    alerts: &[LiveAlert],
    by: &[String],
    mut of: impl FnMut(&LiveAlert) -> Mark,
) {
    let mut marks: BTreeMap<Arc<str>, Mark> = BTreeMap::new();
    for alert in alerts.iter().filter(|a| a.state != LiveState::Resolved) {
        let mark = of(alert);
        if mark == Mark::default() {
            continue;
        }
        let values: Vec<&str> = by.iter().map(|label| value_of(alert, label)).collect();
        let known = marks.entry(key(by, &values)).or_default();
        known.flapping |= mark.flapping;
        known.maintenance = known.maintenance.take().or(mark.maintenance);
    }
    for group in groups {
        if let Some(mark) = marks.remove(&*group.key) {
            group.flapping = mark.flapping;
            group.maintenance = mark.maintenance;
        }
    }
}

/// Groups alerts of one source by these labels (`alertname` is the alert's name). Those with the
/// most firing come first; of two with as many, the one that changed last. `looked_at` is called
/// whenever an alert was looked at, for whoever has other things to do meanwhile.
pub fn group(
    alerts: &[LiveAlert],
    by: &[String],
    now: Timestamp,
    mut looked_at: impl FnMut(),
) -> Vec<AlertGroup> {
    let (of, keys) = places(alerts, by, &mut looked_at);
    let mut groups: Vec<AlertGroup> = Vec::with_capacity(keys.len());
    for (alert, place) in alerts.iter().zip(&of) {
        looked_at();
        match (groups.get_mut(*place), keys.get(*place)) {
            (Some(group), _) => join(group, alert, now),
            (None, Some(key)) => groups.push(begin(alert, key.clone(), now)),
            (None, None) => {}
        }
    }
    name_each(&mut groups, alerts, &of, looked_at);
    groups.sort_by_cached_key(|group| {
        let loud = (group.firing, group.pending, group.silenced);
        (Reverse(loud), Reverse(group.last_at), group.key.clone())
    });
    groups
}

/// The place of each alert's group, and the groups' keys by place: in the order of their first
/// alerts.
fn places(
    alerts: &[LiveAlert],
    by: &[String],
    mut looked_at: impl FnMut(),
) -> (Vec<usize>, Vec<Arc<str>>) {
    let (mut of, mut keys) = (Vec::with_capacity(alerts.len()), Vec::new());
    let mut known: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    let mut values = Vec::with_capacity(by.len());
    for alert in alerts {
        looked_at();
        values.clear();
        values.extend(by.iter().map(|label| value_of(alert, label)));
        let place = known.get(values.as_slice()).copied().unwrap_or_else(|| {
            known.insert(values.clone(), keys.len());
            keys.push(key(by, &values));
            keys.len() - 1
        });
        of.push(place);
    }
    (of, keys)
}

/// The alerts of one group, by its key.
pub(super) fn of_group<'a>(
    alerts: &'a [LiveAlert],
    by: &[String],
    key: &str,
    looked_at: impl FnMut(),
) -> Vec<&'a LiveAlert> {
    let (of, keys) = places(alerts, by, looked_at);
    let wanted = keys.iter().position(|known| **known == *key);
    let of = alerts.iter().zip(of);
    of.filter(|(_, place)| Some(*place) == wanted)
        .map(|(alert, _)| alert)
        .collect()
}

fn value_of<'a>(alert: &'a LiveAlert, label: &str) -> &'a str {
    match label {
        "alertname" => &alert.name,
        other => alert.labels.get(other).map_or("", |value| value),
    }
}

/// The grouping labels with their values; quoted, so that no value can look like another label.
fn key(by: &[String], values: &[&str]) -> Arc<str> {
    let pairs = by.iter().zip(values);
    let pairs: Vec<String> = pairs.map(|(l, value)| format!("{l}={value:?}")).collect();
    pairs.join(",").into()
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
        maintenance: None,
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
/// `of` has the place of each alert's group.
fn name_each(
    groups: &mut [AlertGroup],
    alerts: &[LiveAlert],
    of: &[usize],
    mut looked_at: impl FnMut(),
) {
    for (alert, place) in alerts.iter().zip(of) {
        looked_at();
        let Some(group) = groups.get_mut(*place) else {
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
        let groups = group(&alerts, &by, at(0), || {});
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

    #[test]
    fn what_is_so_of_one_alert_that_fires_is_so_of_its_group() {
        let by = ["alertname"].map(str::to_owned);
        let alerts = [
            alert("High", "a", LiveState::Firing, 0),
            alert("High", "b", LiveState::Silenced, 0),
            alert("Low", "c", LiveState::Resolved, 0),
        ];
        let mut groups = group(&alerts, &by, at(0), || {});
        mark(&mut groups, &alerts, &by, |alert| Mark {
            flapping: alert.state == LiveState::Firing,
            maintenance: (alert.state != LiveState::Firing).then(|| "move".into()),
        });
        let seen: Vec<_> = groups
            .iter()
            .map(|group| (&*group.name, group.flapping, group.maintenance.as_deref()))
            .collect();
        assert_eq!(seen, [("High", true, Some("move")), ("Low", false, None)]);
    }
}
