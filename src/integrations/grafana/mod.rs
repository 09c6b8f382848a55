//! Grafana: panels as signals, alert rules as alerts, marks as annotations.
//!
//! A panel is asked for through Grafana's own query endpoint, with the queries that its dashboard
//! holds, so that any data source works and only Grafana's address and token are needed. What the
//! browser does for a panel is done here instead: finding its data source and filling in the
//! dashboard's variables.
//!
//! **Invariant**: a value that comes from an incident (and so perhaps from whoever may raise an
//! alert) is put into a query only if it cannot end what it stands in ([`fill`]).

pub mod annotations;
mod board;
mod cells;
mod change;
mod draw;
mod errors;
mod fill;
mod frames;
mod link;
mod outcome;
mod query;
mod rules;
mod sources;
mod times;
mod units;
mod variables;

use super::exchange::{AnswerError, Ask, Finding, Request, Response, Step, Watched};
use super::reading;
use crate::incident::{Bad, Thresholds, Unit};
use board::Board;
use errors::Need;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sources::Source;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A Grafana that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grafana {
    /// The source's name in the configuration.
    pub name: Arc<str>,
    /// The panels that are shown as signals.
    pub panels: Vec<Panel>,
    /// Whether the state of its alert rules is watched.
    pub rules: bool,
    /// Its address for people's browsers, for links. Without one, signals have no link.
    pub page: Option<String>,
}

/// A panel that is shown as a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// The signal's name; else the panel's title.
    pub name: Option<Arc<str>>,
    /// The dashboard's uid: what stands behind `/d/` in its address.
    pub dashboard: String,
    /// The panel's id: what stands behind `viewPanel=` in its address.
    pub panel: u64,
    /// What its numbers count; else what the panel says.
    pub unit: Option<Unit>,
    /// In which direction it gets worse.
    pub bad: Bad,
    /// From where on it is bad, in the panel's own numbers.
    pub thresholds: Thresholds,
}

impl Panel {
    /// The signal's name while the panel's title is not known.
    fn name_without_title(&self) -> Arc<str> {
        let made = || format!("{}/{}", self.dashboard, self.panel).into();
        self.name.clone().unwrap_or_else(made)
    }
}

/// What was asked, as a request carries it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "asked", rename_all = "snake_case")]
enum About {
    /// A dashboard, for these of the configured panels.
    Dashboard {
        uid: String,
        panels: Vec<usize>,
        /// Grafana's data sources, once they were needed.
        sources: Option<Vec<Source>>,
    },
    /// The data sources, for these panels of a dashboard: they do not say theirs by uid.
    Sources { uid: String, panels: Vec<usize> },
    /// A panel's data.
    Data(query::Plan),
    /// The alert rules; `filtered`: without the instances that are well.
    Rules { filtered: bool },
}

impl About {
    fn note(&self) -> Arc<str> {
        serde_json::to_string(self).unwrap_or_default().into()
    }

    fn of(request: &Request) -> Option<Self> {
        serde_json::from_str(&request.about).ok()
    }
}

impl Watched for Grafana {
    /// For an incident, its panels; for none, the alert rules.
    fn first(&self, ask: &Ask) -> Vec<Request> {
        if ask.incident.is_none() {
            let filtered = self.rules.then(|| rules::request(true));
            return filtered.into_iter().collect();
        }
        let mut seen = BTreeSet::new();
        let uids = self.panels.iter().map(|panel| panel.dashboard.as_str());
        uids.filter(|uid| seen.insert(*uid))
            .map(|uid| {
                let numbered = self.panels.iter().enumerate();
                let on_it = numbered.filter(|(_, panel)| panel.dashboard == uid);
                dashboard(uid, on_it.map(|(at, _)| at).collect(), None)
            })
            .collect()
    }

    fn next(&self, ask: &Ask, request: &Request, answer: &Response) -> Result<Step, AnswerError> {
        match About::of(request) {
            Some(About::Dashboard {
                uid,
                panels,
                sources,
            }) => self.read_dashboard(ask, &uid, &panels, sources.as_deref(), answer),
            Some(About::Sources { uid, panels }) => self.read_sources(&uid, panels, answer),
            Some(About::Data(plan)) => self.read_data(ask, &plan, answer),
            Some(About::Rules { filtered }) => self.read_rules(ask, filtered, answer),
            None => Err(AnswerError::Nonsense(
                "it answered a question that was not asked".to_owned(),
            )),
        }
    }
}

fn dashboard(uid: &str, panels: Vec<usize>, sources: Option<Vec<Source>>) -> Request {
    let about = About::Dashboard {
        uid: uid.to_owned(),
        panels,
        sources,
    };
    let path = format!("/api/dashboards/uid/{}", reading::encoded(uid));
    Request::get(path, about.note())
}

impl Grafana {
    fn read_dashboard(
        &self,
        ask: &Ask,
        uid: &str,
        panels: &[usize],
        sources: Option<&[Source]>,
        answer: &Response,
    ) -> Result<Step, AnswerError> {
        let read = match errors::json(answer, Need::Dashboard(uid)) {
            Ok(read) => read,
            // One dashboard that is gone or kept from the token says nothing of the others.
            Err(error) if matches!(answer.status, 403 | 404) => {
                return Ok(self.without(panels, &error));
            }
            Err(error) => return Err(error),
        };
        let board = match Board::of(uid, &read) {
            Ok(board) => board,
            Err(error) => return Ok(self.without(panels, &error)),
        };
        let mut step = Step::default();
        let mut unknown = Vec::new();
        for (at, panel) in self.configured(panels) {
            match query::plan(self, ask, &board, (at, panel), sources) {
                Ok(query::Planned::Ask(request)) => step.requests.push(request),
                Ok(query::Planned::NeedsSources) => unknown.push(at),
                Err((name, error)) => step.findings.push(Finding::NoSignal(name, error)),
            }
        }
        if !unknown.is_empty() {
            let uid = uid.to_owned();
            let panels = unknown;
            let about = About::Sources { uid, panels };
            let request = Request::get("/api/datasources", about.note());
            step.requests.push(request);
        }
        Ok(step)
    }

    fn read_sources(
        &self,
        uid: &str,
        panels: Vec<usize>,
        answer: &Response,
    ) -> Result<Step, AnswerError> {
        let read = match errors::json(answer, Need::Sources) {
            Ok(read) => sources::known(&read),
            Err(error) if answer.status == 403 => Err(error),
            Err(error) => return Err(error),
        };
        Ok(match read {
            Ok(known) => Step {
                requests: vec![dashboard(uid, panels, Some(known))],
                findings: Vec::new(),
            },
            Err(error) => self.without(&panels, &error),
        })
    }

    fn read_data(
        &self,
        ask: &Ask,
        plan: &query::Plan,
        answer: &Response,
    ) -> Result<Step, AnswerError> {
        let Some(panel) = self.panels.get(plan.at) else {
            return Ok(Step::default());
        };
        let finding = match outcome::read(answer, plan) {
            Ok(drawn) => Finding::Signal(draw::signal(self, ask, panel, plan, drawn)),
            Err(outcome::Unread::Panel(error)) => Finding::NoSignal(plan.name.clone(), error),
            Err(outcome::Unread::Source(error)) => return Err(error),
        };
        Ok(Step {
            requests: Vec::new(),
            findings: vec![finding],
        })
    }

    fn read_rules(
        &self,
        ask: &Ask,
        filtered: bool,
        answer: &Response,
    ) -> Result<Step, AnswerError> {
        // A Grafana that does not know one of the states yet refuses the filter.
        if filtered && answer.status == 400 {
            return Ok(Step {
                requests: vec![rules::request(false)],
                findings: Vec::new(),
            });
        }
        errors::good(answer, Need::Rules)?;
        Ok(Step {
            requests: Vec::new(),
            findings: vec![Finding::Alerts(rules::alerts(self, ask, answer)?)],
        })
    }

    /// The configured panels at these places.
    fn configured<'a>(&'a self, at: &'a [usize]) -> impl Iterator<Item = (usize, &'a Panel)> {
        at.iter()
            .filter_map(|at| self.panels.get(*at).map(|panel| (*at, panel)))
    }

    /// None of these panels, for one reason.
    fn without(&self, panels: &[usize], error: &AnswerError) -> Step {
        let none = |panel: &Panel| Finding::NoSignal(panel.name_without_title(), error.clone());
        Step {
            requests: Vec::new(),
            findings: self
                .configured(panels)
                .map(|(_, panel)| none(panel))
                .collect(),
        }
    }
}

/// A value's member, wherever it is missing nothing.
fn member<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(value, |value, name| &value[*name])
}

#[cfg(test)]
mod tests;
