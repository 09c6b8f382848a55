//! Taking in what a monitor says: which incident it belongs to, and what follows.

mod after;
mod settle;

pub(super) use settle::until;

use super::derive;
use super::hall::{Hall, outcome_of};
use super::reply::Outcome;
use crate::incident::{
    Actor, AlertReport, AlertState, Command, IncidentId, Intent, Level, Person, Refusal,
    RefusalCode, Severity, Via,
};
use crate::integrations::hooks::{Delivery, Said};
use crate::routing::{Observed, Outcome as Way, Pass};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// Reports on their way to rooms before their outcomes are looked at. So many take the journal a
/// millisecond, and a line that somebody writes meanwhile waits for no more than these.
const AT_ONCE: usize = 16;
/// Where so many take longer than this it is the disk that is slow, and the next portion is twice as
/// large, up to a group commit's worth: else a sender would give up before all are written down.
const SLOW: Duration = Duration::from_millis(50);
const AT_ONCE_MOST: usize = crate::journal::GROUP_COMMIT;

/// Whoever hands alerts in.
fn monitor(via: &Via) -> Actor {
    Actor {
        person: Person::warroom(),
        level: Level::Admin,
        via: via.clone(),
    }
}

/// Where a report goes, without the rules that say so.
struct Step {
    way: Way,
    /// The rule that took it; empty: none.
    rule: Arc<str>,
    key: Arc<str>,
    severity: Option<Severity>,
}

/// A report that was sent to a room.
struct Sent<'d> {
    said: &'d Said,
    step: Step,
    incident: IncidentId,
    flaps: bool,
    outcome: Option<oneshot::Receiver<Outcome>>,
}

/// What came of a whole delivery.
pub(super) struct Delivered {
    /// Something in it was neither written down nor done with: the same may be worth more when it
    /// comes again.
    pub(super) open: bool,
}

impl Hall {
    /// Takes a delivery in that came through `via`; returns when everything in it is durable that
    /// belongs to an incident.
    pub(super) async fn deliver(
        &mut self,
        delivery: &Delivery,
        via: &Via,
    ) -> Result<Delivered, Refusal> {
        let mut touched = BTreeSet::new();
        let mut open = false;
        let (mut left, mut at_once) = (&delivery.alerts[..], AT_ONCE);
        while !left.is_empty() {
            let (portion, rest) = left.split_at(at_once.min(left.len()));
            left = rest;
            let began = Instant::now();
            let mut on_their_way = Vec::new();
            for said in portion {
                let step = self.route(&said.alert, None);
                if self.memory.is_old(said) {
                    self.count(&step, "again");
                    continue;
                }
                match step.way {
                    Way::Join(incident) => {
                        touched.insert(incident);
                        on_their_way.push(self.send(said, step, incident, via).await);
                    }
                    Way::Open => {
                        touched.extend(self.first(&said.alert, &step, via).await?);
                        self.memory.note(said);
                    }
                    Way::Pass(pass) => open |= self.pass(said, &step, pass),
                }
            }
            for sent in on_their_way {
                let said = sent.said;
                touched.extend(self.recorded(sent, via).await?);
                self.memory.note(said);
            }
            if began.elapsed() > SLOW {
                at_once = (at_once * 2).min(AT_ONCE_MOST);
            }
        }
        if delivery.truncated > 0 {
            for incident in touched {
                self.note_truncated(delivery, incident, via).await?;
            }
        }
        Ok(Delivered { open })
    }

    /// Where a report goes now; never into the incident `but`, which has just ended.
    fn route(&self, alert: &AlertReport, but: Option<IncidentId>) -> Step {
        let shared = &self.shared;
        let now = shared.clock.now();
        let home = self.known.home(&alert.fingerprint);
        let home = home.and_then(|home| shared.board.goes_on_in(home));
        let home = home.filter(|home| Some(*home) != but);
        let routed = shared.board.with_open(|open| {
            let open = open.filter(|open| Some(open.id) != but);
            shared.rules.route(alert, home, open, now)
        });
        Step {
            way: routed.outcome,
            rule: (routed.plan.rule).map_or_else(|| "".into(), |rule| rule.name.clone()),
            key: routed.plan.key,
            severity: routed.plan.severity,
        }
    }

    fn count(&self, step: &Step, outcome: &'static str) {
        self.shared.metrics.reported(&step.rule, outcome);
    }

    /// A report goes nowhere. Says whether it may still, when it comes again.
    fn pass(&mut self, said: &Said, step: &Step, pass: Pass) -> bool {
        let alert = &said.alert;
        let (outcome, still) = match pass {
            Pass::Dropped => ("dropped", false),
            Pass::Maintenance => ("maintenance", true),
            Pass::NothingOpen => ("nothing_open", true),
            Pass::Stopped => ("stopped", false),
        };
        self.count(step, outcome);
        if pass == Pass::Stopped {
            // As if it had been told: the same again says nothing new.
            self.memory.note(said);
        } else {
            tracing::info!(
                alert = %alert.fingerprint, name = ?alert.name, rule = ?step.rule, outcome,
                "report goes nowhere"
            );
        }
        still
    }

    /// Sends a report to an open incident's room.
    async fn send<'d>(
        &mut self,
        said: &'d Said,
        step: Step,
        incident: IncidentId,
        via: &Via,
    ) -> Sent<'d> {
        let alert = &said.alert;
        let now = self.shared.clock.now();
        let observed = self.known.observe(incident, alert, now);
        let flaps = observed != Observed::Usual;
        let intent = match observed {
            Observed::Usual => Intent::RecordAlert {
                alert: alert.clone(),
            },
            Observed::Flaps { changes } => self.hold(alert, changes),
        };
        if alert.state == AlertState::Resolved {
            // What follows it in this delivery finds an alert that has stopped.
            self.known.set_home(&alert.fingerprint, None);
        }
        let command = Command {
            id: derive::from_alert(alert),
            written_at: now,
            intent,
        };
        Sent {
            said,
            step,
            incident,
            flaps,
            outcome: self.in_room(incident, command, monitor(via)).await,
        }
    }

    /// Looks at what came of a report that was sent to an open incident.
    async fn recorded(&mut self, sent: Sent<'_>, via: &Via) -> Result<Option<IncidentId>, Refusal> {
        let alert = &sent.said.alert;
        let outcome = outcome_of(sent.outcome).await;
        match &outcome {
            // It ended just now, before this came in.
            Err(refusal) if refusal.code == RefusalCode::WrongStatus => {
                return self.elsewhere(sent.said, sent.incident, via).await;
            }
            Err(refusal) if refusal.is_retryable() => {
                self.count(&sent.step, "failed");
                self.known.set_home(&alert.fingerprint, Some(sent.incident));
            }
            _ => {
                self.count(&sent.step, counted(&outcome, sent.flaps));
                self.note_home(alert, sent.incident, &outcome);
            }
        }
        settled(outcome, alert)
    }

    /// A report whose incident has just ended: it joins another, opens one, or goes nowhere.
    async fn elsewhere(
        &mut self,
        said: &Said,
        ended: IncidentId,
        via: &Via,
    ) -> Result<Option<IncidentId>, Refusal> {
        let alert = &said.alert;
        let step = self.route(alert, Some(ended));
        match step.way {
            Way::Open => self.first(alert, &step, via).await,
            Way::Pass(pass) => {
                self.pass(said, &step, pass);
                Ok(None)
            }
            Way::Join(incident) => {
                let sent = self.send(said, step, incident, via).await;
                let outcome = outcome_of(sent.outcome).await;
                self.count(&sent.step, counted(&outcome, sent.flaps));
                self.note_home(alert, incident, &outcome);
                settled(outcome, alert)
            }
        }
    }

    /// What came of a report says where its alert fires.
    fn note_home(&mut self, alert: &AlertReport, incident: IncidentId, outcome: &Outcome) {
        let fires = alert.state == AlertState::Firing;
        let taken = match outcome {
            Ok(_) => true,
            Err(refusal) => refusal.code == RefusalCode::NoChange,
        };
        if taken {
            let home = fires.then_some(incident);
            self.known.set_home(&alert.fingerprint, home);
        }
    }

    /// Opens an incident for a report that no open one takes.
    async fn first(
        &mut self,
        alert: &AlertReport,
        step: &Step,
        via: &Via,
    ) -> Result<Option<IncidentId>, Refusal> {
        let command = Command {
            id: derive::from_alert(alert),
            written_at: self.shared.clock.now(),
            intent: Intent::Triage {
                title: after::title(alert),
                alert: alert.clone(),
                match_key: step.key.clone(),
                severity: step.severity,
                kind: self.kind,
            },
        };
        let outcome = self.open(&command, &monitor(via)).await;
        let opened = matches!(&outcome, Ok(carried) if carried.first.0 == 1);
        self.count(
            step,
            if opened {
                "opened"
            } else {
                counted(&outcome, false)
            },
        );
        if let Ok(carried) = &outcome {
            let incident = carried.incident;
            self.known.set_home(&alert.fingerprint, Some(incident));
            if opened {
                self.attach_runbook(incident, &command, alert).await;
            }
            self.flaps_from_the_start(incident, &command, alert, via)
                .await;
        }
        settled(outcome, alert)
    }
}

/// Under what a report is counted that went to an incident.
fn counted(outcome: &Outcome, flaps: bool) -> &'static str {
    match outcome {
        Ok(_) if flaps => "held_back",
        Ok(_) => "joined",
        Err(refusal) if refusal.code == RefusalCode::NoChange => "again",
        Err(refusal) if refusal.is_retryable() => "failed",
        Err(_) => "refused",
    }
}

/// A report that changes nothing, or can never be taken in, must not be sent again and again;
/// only what may succeed later is given back.
fn settled(outcome: Outcome, alert: &AlertReport) -> Result<Option<IncidentId>, Refusal> {
    match outcome {
        Ok(carried) => Ok(Some(carried.incident)),
        Err(refusal) if refusal.is_retryable() => Err(refusal),
        Err(refusal) => {
            if refusal.code != RefusalCode::NoChange {
                tracing::warn!(alert = %alert.fingerprint, %refusal, "report not taken in");
            }
            Ok(None)
        }
    }
}
