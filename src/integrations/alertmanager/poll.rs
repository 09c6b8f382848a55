//! The alerts and silences that an Alertmanager has now.

use super::refused;
use crate::incident::Matching;
use crate::incident::{Timestamp, limits};
use crate::integrations::alerts::{self, ALERTS_MOST};
use crate::integrations::exchange::{AnswerError, Ask, Finding, Request, Response, Step, Watched};
use crate::integrations::fingerprint;
use crate::integrations::labels::{Labels, Texts};
use crate::integrations::reading::{LINE_BYTES, cut, link, one_line};
use crate::integrations::stream::{at_most, each, going_on, json_text, not_understood, or_nothing};
use crate::signals::{LiveAlert, LiveState, Silence};
use chrono::TimeDelta;
use serde::Deserialize;
use std::sync::Arc;

/// Silences that one answer is read for; beyond it they are left out.
const SILENCES_MOST: usize = 10_000;
/// Silences or inhibiting alerts of one alert that are kept.
const QUIETED_BY_MOST: usize = 20;
/// Conditions of one silence that are kept.
const MATCHERS_MOST: usize = 64;
/// How long an ended silence is still told of: someone may look for the one that just ran out.
const ENDED_KEPT: TimeDelta = TimeDelta::hours(1);
/// What [`Request::about`] says.
const ALERTS: &str = "alerts";
const SILENCES: &str = "silences";

/// An Alertmanager that is watched, beside all incidents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alertmanager {
    /// The source's name in the configuration.
    pub name: Arc<str>,
    /// Which alerts are of interest, as matchers in Alertmanager's words (`team="payments"`); all
    /// must hold.
    pub filter: Vec<String>,
}

impl Watched for Alertmanager {
    fn first(&self, ask: &Ask) -> Vec<Request> {
        if ask.incident.is_some() {
            return Vec::new();
        }
        let mut alerts = Request::get("/api/v2/alerts", ALERTS)
            .with("active", "true")
            .with("silenced", "true")
            .with("inhibited", "true")
            .with("unprocessed", "true");
        for matcher in &self.filter {
            alerts = alerts.with("filter", &**matcher);
        }
        vec![alerts, Request::get("/api/v2/silences", SILENCES)]
    }

    fn next(&self, ask: &Ask, request: &Request, answer: &Response) -> Result<Step, AnswerError> {
        let finding = match &*request.about {
            ALERTS => Finding::Alerts(read_alerts(&self.name, ask, answer)?),
            SILENCES => Finding::Silences(read_silences(&self.name, ask, answer)?),
            _ => return Ok(Step::default()),
        };
        Ok(Step {
            requests: Vec::new(),
            findings: vec![finding],
        })
    }
}

/// An alert, as `GET /api/v2/alerts` has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an alert")]
struct Alert<'a> {
    #[serde(borrow, default)]
    labels: Labels<'a>,
    #[serde(borrow, default)]
    annotations: Labels<'a>,
    #[serde(default, deserialize_with = "or_nothing")]
    status: AlertStatus,
    #[serde(default, deserialize_with = "or_nothing")]
    fingerprint: String,
    #[serde(default, deserialize_with = "alerts::moment")]
    starts_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "alerts::moment")]
    updated_at: Option<Timestamp>,
    #[serde(default, rename = "generatorURL", deserialize_with = "or_nothing")]
    generator_url: String,
}

/// Who keeps an alert quiet. `mutedBy` came with Alertmanager 0.28.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, expecting = "the state of an alert")]
struct AlertStatus {
    #[serde(deserialize_with = "or_nothing")]
    state: String,
    #[serde(deserialize_with = "at_most::<QUIETED_BY_MOST, _, _>")]
    silenced_by: Vec<String>,
    #[serde(deserialize_with = "at_most::<QUIETED_BY_MOST, _, _>")]
    inhibited_by: Vec<String>,
}

/// Reads the answer to `GET /api/v2/alerts`: [`ALERTS_MOST`] at most.
fn read_alerts(
    source: &Arc<str>,
    ask: &Ask,
    answer: &Response,
) -> Result<Vec<LiveAlert>, AnswerError> {
    let (mut found, mut texts) = (Vec::new(), Texts::default());
    let body = body(answer, "the question for alerts")?;
    each(body, |alert: Alert<'_>| {
        found.push(live(source, ask, alert, &mut texts));
        going_on(found.len() < ALERTS_MOST)
    })
    .map_err(|error| not_understood(&error))?;
    Ok(found)
}

fn live(source: &Arc<str>, ask: &Ask, alert: Alert<'_>, texts: &mut Texts) -> LiveAlert {
    let status = alert.status;
    let state = match &*status.state {
        _ if !status.silenced_by.is_empty() => LiveState::Silenced,
        _ if !status.inhibited_by.is_empty() => LiveState::Inhibited,
        // Muted by its route's times: as quiet as under a silence.
        "suppressed" => LiveState::Silenced,
        // A state that is not known yet is on the loud side.
        _ => LiveState::Firing,
    };
    let fingerprint = match one_line(&alert.fingerprint) {
        none if none.is_empty() => fingerprint::of_labels(alert.labels.iter()),
        given => given,
    };
    LiveAlert {
        source: source.clone(),
        fingerprint: fingerprint.into(),
        name: texts.keep(alerts::name(&alert.labels).unwrap_or("unnamed")),
        state,
        summary: alerts::summary(&alert.annotations).into(),
        labels: alerts::bounded(&alert.labels, texts),
        starts_at: alert.starts_at.or(alert.updated_at).unwrap_or(ask.to),
        updated_at: alert.updated_at,
        silenced_by: status
            .silenced_by
            .iter()
            .map(|id| cut(id, LINE_BYTES).into())
            .collect(),
        url: link(&alert.generator_url),
    }
}

/// A silence, as `GET /api/v2/silences` has it. Without an id and an end it is none.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a silence")]
struct Told {
    id: String,
    ends_at: Timestamp,
    #[serde(default, deserialize_with = "alerts::moment")]
    starts_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "at_most::<MATCHERS_MOST, _, _>")]
    matchers: Vec<Condition>,
    #[serde(default, deserialize_with = "or_nothing")]
    created_by: String,
    #[serde(default, deserialize_with = "or_nothing")]
    comment: String,
    #[serde(default, deserialize_with = "or_nothing")]
    status: SilenceStatus,
}

#[derive(Default, Deserialize)]
#[serde(expecting = "the state of a silence")]
struct SilenceStatus {
    #[serde(default, deserialize_with = "or_nothing")]
    state: String,
}

/// `isEqual` came with Alertmanager 0.22.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a condition")]
struct Condition {
    name: String,
    value: String,
    #[serde(default)]
    is_regex: bool,
    #[serde(default)]
    is_equal: Option<bool>,
}

/// Reads the answer to `GET /api/v2/silences`: [`SILENCES_MOST`] at most, none that is long over.
pub(super) fn read_silences(
    source: &Arc<str>,
    ask: &Ask,
    answer: &Response,
) -> Result<Vec<Silence>, AnswerError> {
    let oldest = ask.to.checked_sub_signed(ENDED_KEPT).unwrap_or(ask.to);
    let mut found = Vec::new();
    each(body(answer, "the question for silences")?, |told: Told| {
        let silence = silence(source, told);
        if !silence.expired || silence.ends_at > oldest {
            found.push(silence);
        }
        going_on(found.len() < SILENCES_MOST)
    })
    .map_err(|error| not_understood(&error))?;
    Ok(found)
}

fn silence(source: &Arc<str>, told: Told) -> Silence {
    let matchers = told.matchers.into_iter();
    let matchers = matchers.map(|condition| Matching {
        name: cut(&condition.name, limits::LABEL_BYTES).into(),
        value: cut(&condition.value, limits::LABEL_BYTES).into(),
        regex: condition.is_regex,
        equal: condition.is_equal.unwrap_or(true),
    });
    Silence {
        source: source.clone(),
        id: cut(&told.id, LINE_BYTES).into(),
        matchers: matchers.collect(),
        starts_at: told.starts_at.unwrap_or(told.ends_at),
        ends_at: told.ends_at,
        created_by: one_line(&told.created_by).into(),
        comment: cut(&told.comment, limits::REASON_BYTES).into(),
        expired: told.status.state == "expired",
    }
}

fn body<'a>(answer: &'a Response, what: &str) -> Result<&'a str, AnswerError> {
    match answer.status {
        200..300 => json_text(answer),
        _ => Err(refused(answer, what)),
    }
}
