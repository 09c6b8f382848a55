//! Taking in what a monitor says: which incident it belongs to, and what follows.

use super::derive;
use super::hall::Hall;
use super::reply::{Outcome, busy};
use crate::incident::{
    Actor, AlertReport, AlertState, Command, IncidentId, Intent, Level, NewNote, Person, Refusal,
    RefusalCode, Via,
};
use crate::integrations::hooks::{Delivery, Said};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Reports on their way to rooms before their outcomes are looked at: a group commit's worth.
const AT_ONCE: usize = 256;

/// Whoever hands alerts in.
fn monitor(via: &Via) -> Actor {
    Actor {
        person: Person::warroom(),
        level: Level::Admin,
        via: via.clone(),
    }
}

impl Hall {
    /// Takes a delivery in that came through `via`; returns when everything in it is durable.
    pub(super) async fn deliver(&mut self, delivery: &Delivery, via: &Via) -> Result<(), Refusal> {
        let mut touched = BTreeSet::new();
        let new: Vec<&Said> = delivery.alerts.iter().collect();
        for group in new.chunks(AT_ONCE) {
            let mut on_their_way = Vec::new();
            for said in group {
                if self.memory.is_old(said) {
                    continue;
                }
                let alert = &said.alert;
                match self.shared.board.matching(&self.match_key(alert)) {
                    Some(incident) => {
                        touched.insert(incident);
                        let outcome = self.record(incident, alert, via).await;
                        on_their_way.push((said, outcome));
                    }
                    None => {
                        touched.extend(self.first(alert, via).await?);
                        self.memory.note(said);
                    }
                }
            }
            for (said, outcome) in on_their_way {
                touched.extend(self.recorded(&said.alert, outcome, via).await?);
                self.memory.note(said);
            }
        }
        if delivery.truncated > 0 {
            for incident in touched {
                self.note_truncated(delivery, incident, via).await?;
            }
        }
        Ok(())
    }

    /// The configured labels with their values: what reports of one incident have in common.
    fn match_key(&self, alert: &AlertReport) -> Arc<str> {
        let mut key = String::new();
        for label in &self.match_labels {
            let value = match label.as_str() {
                "alertname" => &*alert.name,
                other => alert.labels.get(other).map_or("", String::as_str),
            };
            if !key.is_empty() {
                key.push(',');
            }
            // Quoted, so that no value can look like another label.
            key.push_str(&format!("{label}={value:?}"));
        }
        key.into()
    }

    async fn record(
        &self,
        incident: IncidentId,
        alert: &AlertReport,
        via: &Via,
    ) -> Option<oneshot::Receiver<Outcome>> {
        let command = Command {
            id: derive::from_alert(alert),
            written_at: self.shared.clock.now(),
            intent: Intent::RecordAlert {
                alert: alert.clone(),
            },
        };
        self.in_room(incident, command, monitor(via)).await
    }

    /// Looks at what came of a report that was sent to an open incident.
    async fn recorded(
        &mut self,
        alert: &AlertReport,
        outcome: Option<oneshot::Receiver<Outcome>>,
        via: &Via,
    ) -> Result<Option<IncidentId>, Refusal> {
        let outcome = match outcome {
            Some(outcome) => outcome.await.unwrap_or_else(|_| Err(busy())),
            None => Err(busy()),
        };
        match outcome {
            Ok(carried) => Ok(Some(carried.incident)),
            // It ended just now, before this came in.
            Err(refusal) if refusal.code == RefusalCode::WrongStatus => {
                self.first(alert, via).await
            }
            other => settled(other, alert),
        }
    }

    /// Takes in a report that no open incident matches: a firing one opens one.
    async fn first(
        &mut self,
        alert: &AlertReport,
        via: &Via,
    ) -> Result<Option<IncidentId>, Refusal> {
        if alert.state == AlertState::Resolved {
            return Ok(None);
        }
        let command = Command {
            id: derive::from_alert(alert),
            written_at: self.shared.clock.now(),
            intent: Intent::Triage {
                title: title(alert),
                alert: alert.clone(),
                match_key: self.match_key(alert),
                severity: None,
                kind: self.kind,
            },
        };
        let outcome = self.open(&command, &monitor(via)).await;
        if let Ok(carried) = &outcome
            && carried.first.0 == 1
        {
            self.attach_runbook(carried.incident, &command, alert).await;
        }
        settled(outcome, alert)
    }

    /// Attaches the runbook that has the alert's name, if there is one.
    async fn attach_runbook(&self, incident: IncidentId, opened: &Command, alert: &AlertReport) {
        if self.shared.runbooks.find(&alert.name).is_none() {
            return;
        }
        let actor = monitor(&Via::Warroom);
        let command = Command {
            id: derive::from_command(opened.id, "attach"),
            written_at: opened.written_at,
            intent: Intent::AttachRunbook {
                name: alert.name.clone(),
            },
        };
        let outcome = match self.in_room(incident, command, actor).await {
            Some(outcome) => outcome.await.unwrap_or_else(|_| Err(busy())),
            None => Err(busy()),
        };
        // The incident is what matters; a person can attach the runbook with one key.
        if let Err(refusal) = outcome
            && refusal.code != RefusalCode::NoChange
        {
            tracing::warn!(%incident, %refusal, "runbook not attached");
        }
    }

    async fn note_truncated(
        &self,
        delivery: &Delivery,
        incident: IncidentId,
        via: &Via,
    ) -> Result<(), Refusal> {
        let text = format!(
            "{} left {} more alerts of this group out of its message (max_alerts): what is shown \
             here is not all that fires.",
            match via {
                Via::Alertmanager => "Alertmanager",
                other => other.name(),
            },
            delivery.truncated
        );
        let command = Command {
            id: derive::from_truncated(delivery, incident.0),
            written_at: self.shared.clock.now(),
            intent: Intent::Note(NewNote::plain(text)),
        };
        let outcome = match self.in_room(incident, command, monitor(via)).await {
            Some(outcome) => outcome.await.unwrap_or_else(|_| Err(busy())),
            None => Err(busy()),
        };
        outcome.map(|_| ())
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

/// One line for the board: the alert's name, the service, what it says.
fn title(alert: &AlertReport) -> Arc<str> {
    let mut title = alert.name.to_string();
    if let Some(service) = alert.service() {
        title.push_str(" on ");
        title.push_str(service);
    }
    if !alert.summary.trim().is_empty() {
        title.push_str(": ");
        title.push_str(alert.summary.trim());
    }
    let most = crate::incident::limits::TITLE_BYTES;
    title.truncate(title.floor_char_boundary(most));
    title.into()
}
