//! The people of a drill, and its monitor: each over a connection of their own, as in earnest.

mod deeds;

use super::session::{self, Session, Target};
use crate::client::Room;
use crate::console::grammar::{GrammarContext, parse};
use crate::console::text::Zone;
use crate::drill::player::Stage;
use crate::drill::scenario::{Act, AlertCue};
use crate::error::{Failure, Kind as Failed};
use crate::http::{Credentials, Http, Marks};
use crate::incident::{
    AlertState, AnswerOffer, CommandId, Incident, IncidentId, Intent, Kind, OfferAnswer, Person,
    Seq, Via,
};
use crate::integrations::exchange::{Body, Method, Request};
use serde_json::json;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::watch;

/// How long each cue may take to be carried out.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// How far a drill has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// The incident, once there is one.
    pub incident: Option<IncidentId>,
    /// Cues that were carried out.
    pub cues: usize,
}

fn http(address: SocketAddr) -> Result<Http, Failure> {
    let http = Http::new(&format!("http://{address}"), Credentials::None, None);
    http.map_err(|error| Failure::internal("No alert can be handed in.").because(error))
}

/// Everyone who plays.
pub struct Troupe {
    address: SocketAddr,
    http: Http,
    people: BTreeMap<Person, Session>,
    progress: watch::Sender<Progress>,
    last: Seq,
    /// Someone who is not of the scenario takes part: a cue that is refused because of what they
    /// did is then left out.
    joined_by_others: bool,
}

impl Troupe {
    /// Everyone, before the first cue. The receiver tells how far it is.
    ///
    /// # Errors
    /// When no request can be sent from here.
    pub fn new(
        address: SocketAddr,
        joined_by_others: bool,
    ) -> Result<(Self, watch::Receiver<Progress>), Failure> {
        let (progress, told) = watch::channel(Progress::default());
        let troupe = Self {
            address,
            http: http(address)?,
            people: BTreeMap::new(),
            progress,
            last: Seq::ZERO,
            joined_by_others,
        };
        Ok((troupe, told))
    }

    /// Everyone hangs up.
    pub async fn leave(self) {
        for session in self.people.into_values() {
            session.close().await;
        }
    }

    fn incident(&self) -> Option<IncidentId> {
        self.progress.borrow().incident
    }

    async fn report(&mut self, alert: &AlertCue, ago: Duration) -> Result<(), Failure> {
        let at = session::now() - delta(ago);
        let mut labels = alert.labels.clone();
        labels.insert("alertname".to_owned(), alert.name.clone());
        let resolved = alert.state == AlertState::Resolved;
        let report = json!({
            "status": alert.state,
            "labels": labels,
            "annotations": { "summary": alert.summary },
            "startsAt": at,
            "endsAt": resolved.then_some(at),
        });
        let body = json!({
            "version": crate::integrations::alertmanager::VERSION,
            "groupKey": alert.name,
            "status": alert.state,
            "alerts": [report],
        });
        self.hand_in(body.to_string()).await?;
        if self.incident().is_none() {
            // The first one that a server without a past opens.
            self.progress
                .send_modify(|progress| progress.incident = Some(IncidentId(1)));
        }
        Ok(())
    }

    /// Hands a webhook in, and returns when it was taken.
    async fn hand_in(&self, body: String) -> Result<(), Failure> {
        let request = Request {
            method: Method::Post,
            path: "/hooks/alertmanager".to_owned(),
            query: Vec::new(),
            body: Body::Json(body),
            about: "".into(),
        };
        let unanswered = |error: crate::http::NoAnswerError| {
            Failure::unreachable(format!("{}: {error}.", self.address))
        };
        let answer = self.http.send(&request, &Marks::default()).await;
        let answer = answer.map_err(unanswered)?.response;
        if (200..300).contains(&answer.status) {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&answer.body);
        Err(Failure::refused(format!(
            "The server answered {}: {}",
            answer.status,
            said.trim()
        )))
    }

    /// Sends what `meant` makes of the incident as this person sees it.
    async fn submit(
        &mut self,
        by: &Person,
        meant: impl FnOnce(Option<&Incident>) -> Result<Intent, Failure>,
    ) -> Result<(), Failure> {
        let incident = self.incident();
        let mut person = match self.people.remove(by) {
            Some(session) => session,
            None => Session::connect(&target(self.address, by)).await?,
        };
        if let Some(incident) = incident {
            person.reach(incident, self.last).await?;
        }
        let room = incident.and_then(|incident| person.client().room(incident));
        let intent = meant(room.map(Room::confirmed));
        let said = match intent {
            Ok(intent) => {
                let id = CommandId(uuid::Uuid::now_v7());
                person.submit(id, incident, intent).await
            }
            Err(failure) => Err(failure),
        };
        self.people.insert(by.clone(), person);
        let receipt = said?;
        self.last = receipt.last;
        self.progress
            .send_modify(|progress| progress.incident = Some(receipt.incident));
        Ok(())
    }

    async fn say(&mut self, by: &Person, line: &str, ago: Duration) -> Result<(), Failure> {
        let line = line.replace("#last", &format!("#{}", self.last));
        self.seat(by).await?;
        // Who takes a role over has read its brief.
        if let Some(read) = self.read_brief(by, &line) {
            self.submit(by, |_| Ok(read)).await?;
        }
        self.submit(by, |incident| meaning(incident, &line, ago))
            .await
    }

    /// Connects a person whose first line it is, who sees all that has happened by now.
    async fn seat(&mut self, by: &Person) -> Result<(), Failure> {
        if !self.people.contains_key(by) {
            let session = Session::connect(&target(self.address, by)).await?;
            self.people.insert(by.clone(), session);
        }
        let (incident, last) = (self.incident(), self.last);
        if let (Some(incident), Some(person)) = (incident, self.people.get_mut(by)) {
            person.reach(incident, last).await?;
        }
        Ok(())
    }

    fn read_brief(&self, by: &Person, line: &str) -> Option<Intent> {
        let person = self.people.get(by)?;
        let room = person.client().room(self.incident()?)?;
        match meaning(Some(room.confirmed()), line, Duration::ZERO).ok()? {
            Intent::AnswerOffer(said) if said.answer == OfferAnswer::Accept => {
                Some(Intent::AnswerOffer(AnswerOffer {
                    answer: OfferAnswer::Briefed,
                    ..said
                }))
            }
            _ => None,
        }
    }

    /// Everyone takes in what has happened, so that no connection is left full.
    async fn look(&mut self) -> Result<(), Failure> {
        let Some(incident) = self.incident() else {
            return Ok(());
        };
        for session in self.people.values_mut() {
            session.reach(incident, self.last).await?;
        }
        Ok(())
    }
}

impl Stage for Troupe {
    type Error = Failure;

    async fn act(&mut self, act: &Act, ago: Duration) -> Result<(), Failure> {
        let done = match act {
            Act::Alert(alert) => self.report(alert, ago).await,
            Act::Say { by, line } => self.say(by, line, ago).await,
            Act::Update { by, update } => {
                self.submit(by, |incident| deeds::update(update, incident))
                    .await
            }
            Act::Run { by, run } => {
                self.submit(by, |incident| Ok(deeds::run(run, by, incident)))
                    .await
            }
        };
        match done {
            Err(failure) if failure.kind == Failed::Refused && self.joined_by_others => {
                tracing::info!(%failure, "a cue was left out");
            }
            other => other?,
        }
        self.look().await?;
        self.progress.send_modify(|progress| progress.cues += 1);
        Ok(())
    }
}

fn target(address: SocketAddr, person: &Person) -> Target {
    Target {
        url: format!("ws://{address}"),
        token: None,
        name: Some(person.clone()),
        ca_file: None,
        via: Via::Console,
        timeout: ANSWER_WITHIN,
    }
}

fn delta(ago: Duration) -> chrono::TimeDelta {
    // Bounded by the scenario: 24 hours.
    chrono::TimeDelta::from_std(ago).unwrap_or_default()
}

/// What the line means, as part of a drill and at its time.
fn meaning(incident: Option<&Incident>, line: &str, ago: Duration) -> Result<Intent, Failure> {
    let now = session::now() - delta(ago);
    let context = GrammarContext {
        now,
        zone: Zone::Utc,
        incident,
        runbook: None,
        here: None,
    };
    let mut intent = parse(line, &context)
        .intent
        .map_err(|problem| Failure::usage(problem.why).instead(problem.instead))?;
    let then = (!ago.is_zero()).then_some(now);
    match &mut intent {
        Intent::Declare {
            kind, started_at, ..
        } => {
            *kind = Kind::Drill;
            *started_at = started_at.or(then);
        }
        Intent::Note(note) => note.occurred_at = note.occurred_at.or(then),
        Intent::SetStatus { at, .. } => *at = at.or(then),
        _ => {}
    }
    Ok(intent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drill::scenario::{BUILT_IN, parse as read};

    #[test]
    fn every_line_of_the_built_in_scenarios_means_something() {
        for (name, text) in BUILT_IN {
            let scenario = read(text).unwrap();
            let runbook = scenario.runbooks.keys().next().map(String::as_str);
            for cue in &scenario.cues {
                let Act::Say { line, .. } = &cue.act else {
                    continue;
                };
                let context = GrammarContext {
                    now: session::now(),
                    zone: Zone::Utc,
                    incident: None,
                    runbook,
                    here: None,
                };
                let meant = parse(&line.replace("#last", "#7"), &context).intent;
                assert!(meant.is_ok(), "{name} line {}: {line}: {meant:?}", cue.line);
            }
        }
    }
}
