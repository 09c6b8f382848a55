//! Alerts that flap: their changes are held back, and what was said last is written down once they
//! have been quiet.

use super::monitor;
use crate::incident::{AlertReport, Command, IncidentId, Intent, Timestamp, Via};
use crate::routing::Observed;
use crate::server::derive;
use crate::server::hall::{Hall, outcome_of};
use crate::server::known::{AGAIN, Settled};
use std::time::Duration;

impl Hall {
    pub(super) fn hold(&self, alert: &AlertReport, changes: u32) -> Intent {
        self.show_flapping();
        let within = self.shared.rules.flapping.within.num_seconds();
        Intent::HoldAlert {
            alert: alert.clone(),
            changes,
            within_seconds: u32::try_from(within).unwrap_or(u32::MAX),
        }
    }

    /// Tells those who group live alerts which of them flap.
    pub(in crate::server) fn show_flapping(&self) {
        let flapping = self.known.flapping().cloned().collect();
        self.shared.watch.beyond.set_flapping(flapping);
    }

    /// An alert that has opened one incident after the other flaps from its newest one's start.
    pub(super) async fn flaps_from_the_start(
        &mut self,
        incident: IncidentId,
        opened: &Command,
        alert: &AlertReport,
        via: &Via,
    ) {
        let now = self.shared.clock.now();
        let Observed::Flaps { changes } = self.known.observe(incident, alert, now) else {
            return;
        };
        let command = Command {
            id: derive::from_command(opened.id, "flaps"),
            written_at: opened.written_at,
            intent: self.hold(alert, changes),
        };
        let outcome = outcome_of(self.in_room(incident, command, monitor(via)).await).await;
        // The incident is what matters: its next change says the same.
        if let Err(refusal) = outcome {
            tracing::warn!(%incident, %refusal, "that an alert flaps is not written down");
        }
    }

    /// When the next alert will have settled.
    pub(in crate::server) fn settles_in(&self) -> Option<Duration> {
        let left = self.known.settles_in(self.shared.clock.now())?;
        // One that is due has none left.
        Some(left.to_std().unwrap_or_default())
    }

    /// Writes down what was said last of each alert that has been quiet.
    pub(in crate::server) async fn settle(&mut self) {
        let now = self.shared.clock.now();
        for settled in self.known.settled(now) {
            self.settle_one(&settled, now).await;
        }
    }

    async fn settle_one(&mut self, settled: &Settled, now: Timestamp) {
        let Settled {
            fingerprint,
            incident,
            at,
        } = settled;
        let command = Command {
            id: derive::from_settled(fingerprint, *incident, *at),
            written_at: now,
            intent: Intent::SettleAlert {
                fingerprint: fingerprint.clone(),
            },
        };
        let outcome = outcome_of(
            self.in_room(*incident, command, monitor(&Via::Warroom))
                .await,
        )
        .await;
        match outcome {
            Err(refusal) if refusal.is_retryable() => {
                tracing::warn!(%incident, %refusal, "that an alert settled is not written down yet");
                self.known.settle_later(fingerprint, now + AGAIN);
            }
            // It does not flap there any more, or never did: the write that said so failed.
            _ => {
                self.known.settle(fingerprint);
                self.show_flapping();
            }
        }
    }
}

/// Waits for as long; for ever where there is nothing to wait for.
pub(in crate::server) async fn until(left: Option<Duration>) {
    match left {
        Some(left) => tokio::time::sleep(left).await,
        None => std::future::pending().await,
    }
}
