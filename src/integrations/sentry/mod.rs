//! Sentry, and servers that speak its web API: the issues of an incident's window, and how many
//! errors each project has.
//!
//! Crash-free sessions are not read: the vendor's description, which all that is sent is checked
//! against, has no call for them.
//!
//! **Trap**: the slash at the end of each path belongs to it. Without it comes a redirect.

mod change;
mod errors;
mod issues;
mod page;
mod rate;
pub mod update;

use super::exchange::{AnswerError, Ask, Finding, Request, Response, Step, Watched};
use super::reading::encoded;
use crate::incident::Timestamp;
use chrono::SecondsFormat;
use errors::Need;
use issues::Known;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A Sentry that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentry {
    /// The source's name in the configuration.
    pub name: Arc<str>,
    /// The organisation's slug.
    pub organization: String,
    /// The projects' slugs; none: all that the token may see.
    pub projects: Vec<String>,
    /// Only events of this environment.
    pub environment: Option<String>,
    /// Issues that are kept, those with the most events; at most [`ISSUES`].
    pub limit: u32,
    /// Whether each project's rate of errors is a signal.
    pub rate: bool,
}

/// Issues of one poll: more are not read in an incident, and Sentry gives no more on one page.
pub const ISSUES: u32 = 100;

/// How projects are named in a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Naming {
    /// By slug in the parameter for it.
    Slug,
    /// In the search: servers from before 2024 take nothing but numbers in the parameter.
    Search,
}

/// What was asked, as a request carries it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "asked", rename_all = "snake_case")]
enum About {
    /// Which issues are new in the newest release.
    New { naming: Naming },
    /// A page of the issues.
    Issues {
        naming: Naming,
        /// The ids of those that are new in the newest release.
        new: Vec<String>,
        /// Those of the pages before this one.
        known: Known,
        /// Which page it is, from 0.
        page: u32,
    },
    /// A project's errors; none: of all together.
    Rate {
        project: Option<String>,
        call: rate::Call,
    },
}

impl About {
    fn note(&self) -> Arc<str> {
        serde_json::to_string(self).unwrap_or_default().into()
    }
}

impl Watched for Sentry {
    /// For an incident, its issues and rates; for none, nothing.
    fn first(&self, ask: &Ask) -> Vec<Request> {
        if ask.incident.is_none() {
            return Vec::new();
        }
        let naming = Naming::Slug;
        let mut requests = vec![self.ask_new(ask, naming)];
        if self.rate {
            let all = self.projects.is_empty().then_some(None);
            let each = self.projects.iter().map(Some);
            requests.extend(
                all.into_iter()
                    .chain(each)
                    .map(|project| self.ask_rate(ask, project, rate::Call::Timeseries(naming))),
            );
        }
        requests
    }

    fn next(&self, ask: &Ask, request: &Request, answer: &Response) -> Result<Step, AnswerError> {
        match serde_json::from_str(&request.about) {
            Ok(About::New { naming }) => self.read_new(ask, naming, answer),
            Ok(About::Issues {
                naming,
                new,
                known,
                page,
            }) => self.read_issues(ask, (naming, page), new, known, answer),
            Ok(About::Rate { project, call }) => {
                self.read_rate(ask, project.as_ref(), call, answer)
            }
            Err(_) => Err(AnswerError::Nonsense(
                "it answered a question that was not asked".to_owned(),
            )),
        }
    }
}

impl Sentry {
    /// A path of the organisation, with the slash at its end.
    fn path(&self, rest: &str) -> String {
        format!(
            "/api/0/organizations/{}/{rest}/",
            encoded(&self.organization)
        )
    }

    /// A question about some projects in the window of an ask; `search` as well where they have to
    /// be named in it.
    fn within(
        &self,
        ask: &Ask,
        request: Request,
        projects: &[String],
        naming: Naming,
        search: &str,
    ) -> Request {
        let mut request = request
            .with("start", moment(ask.from))
            .with("end", moment(ask.to));
        let mut words = vec![search.to_owned()];
        match (naming, projects) {
            // Without it come only the projects of the teams that a user is in.
            (_, []) | (Naming::Search, _) => request = request.with("project", "-1"),
            (Naming::Slug, _) => {
                for slug in projects {
                    request = request.with("project", slug);
                }
            }
        }
        match projects {
            [one] if naming == Naming::Search => words.push(format!("project:{}", word(one))),
            [_, ..] if naming == Naming::Search => {
                let all: Vec<String> = projects.iter().map(|slug| word(slug)).collect();
                words.push(format!("project:[{}]", all.join(",")));
            }
            _ => {}
        }
        words.retain(|word| !word.is_empty());
        if !words.is_empty() {
            request = request.with("query", words.join(" "));
        }
        match &self.environment {
            Some(environment) => request.with("environment", environment),
            None => request,
        }
    }

    fn ask_new(&self, ask: &Ask, naming: Naming) -> Request {
        let about = About::New { naming }.note();
        let request = Request::get(self.path("issues"), about)
            .with("limit", ISSUES.to_string())
            // Without the numbers, which are asked for with the issues themselves.
            .with("groupStatsPeriod", "");
        let search = "is:unresolved firstRelease:latest";
        self.within(ask, request, &self.projects, naming, search)
    }

    /// The issues that are new in the newest release are a help, not a need: where they cannot be
    /// had, the issues are asked for without them.
    fn read_new(&self, ask: &Ask, naming: Naming, answer: &Response) -> Result<Step, AnswerError> {
        let request = match (answer.status, naming) {
            (400, Naming::Slug) => self.ask_new(ask, Naming::Search),
            (400, Naming::Search) => {
                self.ask_issues(ask, (Naming::Slug, 0), Vec::new(), Known::default(), None)
            }
            _ => {
                let read = errors::json(answer, self, Need::Issues)?;
                self.ask_issues(ask, (naming, 0), issues::ids(&read), Known::default(), None)
            }
        };
        Ok(only(request))
    }

    fn ask_issues(
        &self,
        ask: &Ask,
        (naming, page): (Naming, u32),
        new: Vec<String>,
        known: Known,
        cursor: Option<&str>,
    ) -> Request {
        let about = About::Issues {
            naming,
            new,
            known,
            page,
        };
        let request = Request::get(self.path("issues"), about.note())
            .with("sort", "freq")
            .with("limit", self.limit.clamp(1, ISSUES).to_string())
            .with("groupStatsPeriod", "auto");
        let request = self.within(ask, request, &self.projects, naming, "is:unresolved");
        match cursor {
            Some(cursor) => request.with("cursor", cursor),
            None => request,
        }
    }

    fn read_issues(
        &self,
        ask: &Ask,
        (naming, page): (Naming, u32),
        new: Vec<String>,
        mut known: Known,
        answer: &Response,
    ) -> Result<Step, AnswerError> {
        if answer.status == 400 && naming == Naming::Slug {
            return Ok(only(self.ask_issues(
                ask,
                (Naming::Search, 0),
                new,
                Known::default(),
                None,
            )));
        }
        let read = errors::json(answer, self, Need::Issues)?;
        known.add(&self.name, ask, &new, &read)?;
        let most = self.limit.clamp(1, ISSUES) as usize;
        let cursor = answer.link.as_deref().and_then(page::next);
        match cursor {
            Some(cursor) if known.issues.len() < most && page + 1 < issues::PAGES => {
                let next = (naming, page + 1);
                Ok(only(self.ask_issues(ask, next, new, known, Some(&cursor))))
            }
            _ => {
                known.issues.truncate(most);
                Ok(Step {
                    requests: Vec::new(),
                    findings: vec![Finding::Issues(known.issues)],
                })
            }
        }
    }

    fn ask_rate(&self, ask: &Ask, project: Option<&String>, call: rate::Call) -> Request {
        let about = About::Rate {
            project: project.cloned(),
            call,
        };
        let projects = project.map_or(&[][..], std::slice::from_ref);
        let path = self.path(call.path());
        let request = Request::get(path, about.note()).with("yAxis", "count()");
        match call {
            rate::Call::Timeseries(naming) => {
                let request = request.with("dataset", "errors");
                self.within(ask, request, projects, naming, "")
            }
            rate::Call::Stats => {
                let request = request.with("interval", rate::interval(ask));
                let search = "!event.type:transaction";
                self.within(ask, request, projects, Naming::Search, search)
            }
        }
    }

    fn read_rate(
        &self,
        ask: &Ask,
        project: Option<&String>,
        call: rate::Call,
        answer: &Response,
    ) -> Result<Step, AnswerError> {
        if let Some(other) = call.instead(answer.status) {
            return Ok(only(self.ask_rate(ask, project, other)));
        }
        let name = rate::name(project.map(String::as_str));
        let finding = match errors::json(answer, self, Need::Rate) {
            Ok(read) => match call.buckets(&read) {
                Ok(buckets) => Finding::Signal(rate::signal(&self.name, name, ask, &buckets)),
                Err(error) => Finding::NoSignal(name, error),
            },
            // One project that is gone or kept from the token says nothing of the others.
            Err(error) if matches!(answer.status, 400 | 403 | 404) => {
                Finding::NoSignal(name, error)
            }
            Err(error) => return Err(error),
        };
        Ok(Step {
            requests: Vec::new(),
            findings: vec![finding],
        })
    }
}

fn only(request: Request) -> Step {
    Step {
        requests: vec![request],
        findings: Vec::new(),
    }
}

/// As Sentry reads it, to the second.
fn moment(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A slug as one word of a search.
fn word(slug: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    match slug.chars().all(plain) {
        true => slug.to_owned(),
        false => format!("\"{}\"", slug.replace(['"', '\\'], "")),
    }
}

#[cfg(test)]
mod tests;
