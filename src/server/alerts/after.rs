//! What follows from a report beside its being written down.

use super::monitor;
use crate::incident::{
    AlertReport, Command, IncidentId, Intent, NewNote, Refusal, RefusalCode, Via,
};
use crate::integrations::hooks::Delivery;
use crate::server::derive;
use crate::server::hall::{Hall, outcome_of};
use std::sync::Arc;

impl Hall {
    /// Attaches the runbook that has the alert's name, if there is one.
    pub(super) async fn attach_runbook(
        &self,
        incident: IncidentId,
        opened: &Command,
        alert: &AlertReport,
    ) {
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
        let outcome = outcome_of(self.in_room(incident, command, actor).await).await;
        // The incident is what matters; a person can attach the runbook with one key.
        if let Err(refusal) = outcome
            && refusal.code != RefusalCode::NoChange
        {
            tracing::warn!(%incident, %refusal, "runbook not attached");
        }
    }

    /// Says that alerts were left out of a delivery.
    pub(super) async fn note_truncated(
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
        let outcome = outcome_of(self.in_room(incident, command, monitor(via)).await).await;
        outcome.map(|_| ())
    }
}

/// One line for the board: the alert's name, the service, what it says.
pub(super) fn title(alert: &AlertReport) -> Arc<str> {
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
