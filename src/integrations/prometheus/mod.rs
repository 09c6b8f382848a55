//! Prometheus, and what speaks its query API: Thanos, Mimir, VictoriaMetrics. The configured
//! address holds the base path, where there is one (`…/prometheus` for Mimir).
//!
//! A query belongs to an incident: its variables are filled in, and it is asked for the incident's
//! window. Rules with their alerts are watched beside all incidents.

mod answer;
mod ask;
mod expr;
mod label;
mod measured;
mod rules;
mod series;

#[cfg(test)]
mod tests;

use super::exchange::{AnswerError, Ask, Finding, Request, Response, Step, Watched};
use crate::incident::{Bad, Thresholds, Unit};
use answer::Refused;
use std::sync::Arc;

/// What is asked of one Prometheus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prometheus {
    /// The source's name in the configuration.
    pub name: Arc<str>,
    /// What is asked about each incident, in the order in which it is shown.
    pub queries: Vec<Query>,
    /// Its alerting rules are watched too: what is pending, and what fires.
    pub rules: bool,
}

/// One query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Its name in the configuration, as the signal is called.
    pub name: Arc<str>,
    /// The PromQL expression; `$name` and `${name}` stand for what is known of the incident
    /// ([`Ask::variables`]), `$$` for a dollar.
    pub expr: String,
    /// Asked for the value now, not for a series over the window.
    pub instant: bool,
    /// What the numbers count.
    pub unit: Unit,
    /// In which direction it gets worse; the worst series is the main one.
    pub bad: Bad,
    /// From where on it is bad.
    pub thresholds: Thresholds,
}

/// What [`Request::about`] says of the rules; of a query it says its place in the list.
const RULES: &str = "rules";

impl Watched for Prometheus {
    fn first(&self, ask: &Ask) -> Vec<Request> {
        if ask.incident.is_none() {
            let rules = self
                .rules
                .then(|| Request::get("/api/v1/rules", RULES).with("type", "alert"));
            return rules.into_iter().collect();
        }
        let asked = self
            .queries
            .iter()
            .enumerate()
            .filter_map(|(place, query)| {
                let expr = expr::filled(&query.expr, &ask.variables).ok()?;
                Some(ask::request(query, place, expr, ask))
            });
        asked.collect()
    }

    fn unasked(&self, ask: &Ask) -> Vec<Finding> {
        if ask.incident.is_none() {
            return Vec::new();
        }
        let left_out = self.queries.iter().filter_map(|query| {
            let why = expr::filled(&query.expr, &ask.variables).err()?;
            Some(Finding::NoSignal(query.name.clone(), why))
        });
        left_out.collect()
    }

    fn next(&self, ask: &Ask, request: &Request, answer: &Response) -> Result<Step, AnswerError> {
        if &*request.about == RULES {
            let alerts = rules::read(&self.name, ask, answer)?;
            return Ok(found(Finding::Alerts(alerts)));
        }
        let place: Option<usize> = request.about.parse().ok();
        let Some(query) = place.and_then(|place| self.queries.get(place)) else {
            return Ok(Step::default());
        };
        match measured::read(&self.name, query, ask, answer) {
            Ok(signal) => Ok(found(Finding::Signal(signal))),
            Err(Refused::Question(why)) => Ok(found(Finding::NoSignal(query.name.clone(), why))),
            Err(Refused::Source(why)) => Err(why),
        }
    }
}

fn found(finding: Finding) -> Step {
    Step {
        requests: Vec::new(),
        findings: vec![finding],
    }
}
