//! Alerting rules, and the alerts that they make: pending ones too, which Alertmanager never sees.

use super::answer::{Envelope, Refused, text};
use crate::incident::Timestamp;
use crate::integrations::alerts::{self, ALERTS_MOST};
use crate::integrations::exchange::{AnswerError, Ask, Response};
use crate::integrations::fingerprint;
use crate::integrations::labels::{Labels, Texts};
use crate::integrations::reading::one_line;
use crate::integrations::stream::{each, going_on, not_understood, or_nothing};
use crate::signals::{LiveAlert, LiveState};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(expecting = "groups of rules")]
struct Data<'a> {
    #[serde(borrow)]
    groups: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(expecting = "a group of rules")]
struct Group<'a> {
    #[serde(borrow, default)]
    rules: Option<&'a RawValue>,
}

/// A rule; one that records has no alerts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a rule")]
struct Rule<'a> {
    #[serde(borrow, default)]
    name: Option<&'a RawValue>,
    #[serde(borrow, default)]
    alerts: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "alerts::moment")]
    last_evaluation: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an alert")]
struct Alert<'a> {
    #[serde(borrow, default)]
    labels: Labels<'a>,
    #[serde(borrow, default)]
    annotations: Labels<'a>,
    #[serde(default, deserialize_with = "or_nothing")]
    state: String,
    #[serde(default, deserialize_with = "alerts::moment")]
    active_at: Option<Timestamp>,
}

/// What is read so far.
#[derive(Default)]
struct Found {
    alerts: Vec<LiveAlert>,
    texts: Texts,
}

/// Reads the answer: every alert that is pending or fires, [`ALERTS_MOST`] at most.
pub(super) fn read(
    source: &Arc<str>,
    ask: &Ask,
    answer: &Response,
) -> Result<Vec<LiveAlert>, AnswerError> {
    let refused = |refused| match refused {
        Refused::Question(why) | Refused::Source(why) => why,
    };
    let envelope = Envelope::open(answer, "the question for rules").map_err(refused)?;
    let data = envelope.data().map_err(refused)?;
    let mut found = Found::default();
    let read = serde_json::from_str(data).and_then(|Data { groups }| {
        let mut wrong = Ok(());
        each(groups.get(), |group: Group<'_>| {
            wrong = of_group(&mut found, source, ask, &group);
            going_on(wrong.is_ok() && found.alerts.len() < ALERTS_MOST)
        })?;
        wrong
    });
    read.map_err(|error| not_understood(&error))?;
    Ok(found.alerts)
}

fn of_group(
    found: &mut Found,
    source: &Arc<str>,
    ask: &Ask,
    group: &Group<'_>,
) -> Result<(), serde_json::Error> {
    let mut wrong = Ok(());
    each(
        group.rules.map_or("null", RawValue::get),
        |rule: Rule<'_>| {
            let alerts = rule.alerts.map_or("null", RawValue::get);
            wrong = each(alerts, |alert: Alert<'_>| {
                let alert = live(source, ask, &rule, &alert, &mut found.texts);
                found.alerts.extend(alert);
                going_on(found.alerts.len() < ALERTS_MOST)
            });
            going_on(wrong.is_ok() && found.alerts.len() < ALERTS_MOST)
        },
    )?;
    wrong
}

fn live(
    source: &Arc<str>,
    ask: &Ask,
    rule: &Rule<'_>,
    alert: &Alert<'_>,
    texts: &mut Texts,
) -> Option<LiveAlert> {
    let state = match &*alert.state {
        "inactive" => return None,
        "pending" => LiveState::Pending,
        // A state that is not known yet is on the loud side.
        _ => LiveState::Firing,
    };
    let fingerprint = fingerprint::of_labels(alert.labels.iter());
    let by_rule = || text(rule.name).map(|name| one_line(&name));
    let name = match alerts::name(&alert.labels) {
        Some(name) => texts.keep(name),
        None => by_rule()
            .filter(|name| !name.is_empty())
            .map_or("unnamed".into(), Into::into),
    };
    Some(LiveAlert {
        source: source.clone(),
        fingerprint: fingerprint.into(),
        name,
        state,
        summary: alerts::summary(&alert.annotations).into(),
        labels: alerts::bounded(&alert.labels, texts),
        starts_at: alert.active_at.or(rule.last_evaluation).unwrap_or(ask.to),
        updated_at: rule.last_evaluation,
        silenced_by: Vec::new(),
        url: None,
    })
}
