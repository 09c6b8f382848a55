//! Rules about an alert that flaps: it is kept firing, what it says meanwhile is kept without a line
//! of its own, and what it said last holds once it has settled.

use super::check::{no_change, refuse};
use super::{Case, Draft};
use crate::incident::{Alert, AlertReport, AlertState, Refusal, RefusalCode, What};

impl Case<'_> {
    pub(super) fn hold_alert(
        self,
        report: &AlertReport,
        changes: u32,
        within_seconds: u32,
    ) -> Result<Vec<Draft>, Refusal> {
        self.needs_open()?;
        let alert = Self::checked_alert(report)?;
        let firing = alert.state == AlertState::Firing;
        let known = self.incident.alerts.get(&alert.fingerprint);
        match known {
            Some(Alert {
                flapping: Some(flaps),
                ..
            }) => {
                if flaps.state == alert.state && flaps.starts_at == alert.starts_at {
                    return Err(no_change(format!(
                        "This was held back already: {}.",
                        alert.name
                    )));
                }
                return Ok(vec![self.held(&alert)]);
            }
            // It does not fire here, so there is nothing that could be kept firing.
            _ if !firing && known.is_none_or(|known| known.state == AlertState::Resolved) => {
                return self.record_alert(report);
            }
            _ => {}
        }
        let same = |known: &Alert| firing && known.starts_at == alert.starts_at;
        let is_recorded =
            known.is_some_and(|known| known.state == AlertState::Firing && same(known));
        let recorded = (firing && !is_recorded).then(|| {
            self.record_alert(report)
                .map(|drafts| drafts.into_iter().take(1))
        });
        let begins = self.draft(What::AlertFlapping {
            fingerprint: alert.fingerprint.clone(),
            name: alert.name.clone(),
            service: alert.service().map(Into::into),
            changes,
            within_seconds,
        });
        let mut drafts: Vec<Draft> = recorded.transpose()?.into_iter().flatten().collect();
        drafts.push(begins);
        drafts.extend((!firing).then(|| self.held(&alert)));
        Ok(drafts)
    }

    fn held(self, alert: &AlertReport) -> Draft {
        let named = match alert.state {
            AlertState::Firing => Some(alert.starts_at),
            AlertState::Resolved => alert.ends_at,
        };
        Draft {
            occurred_at: named.unwrap_or(self.context.now).min(self.context.now),
            what: What::AlertHeld {
                fingerprint: alert.fingerprint.clone(),
                state: alert.state,
                starts_at: alert.starts_at,
                ends_at: alert.ends_at,
            },
        }
    }

    /// Also once the incident is over: what was held back is the truth about it.
    pub(super) fn settle_alert(self, fingerprint: &str) -> Result<Vec<Draft>, Refusal> {
        if !self.context.actor.is_server() {
            return Err(refuse(
                RefusalCode::Access,
                "That an alert has settled is the server's own to say.",
                "Write a note about it.",
            ));
        }
        let known = self.incident.alerts.get(fingerprint);
        let flapping = known.and_then(|alert| Some((alert, alert.flapping.as_ref()?)));
        let Some((alert, flaps)) = flapping else {
            return Err(no_change("No such alert flaps here."));
        };
        let settled = self.draft(What::AlertSettled {
            fingerprint: alert.fingerprint.clone(),
            name: alert.name.clone(),
            service: alert.service.clone(),
            state: flaps.state,
            starts_at: flaps.starts_at,
            ends_at: flaps.ends_at,
            since: flaps.since,
            fired: flaps.fired,
            stopped: flaps.stopped,
        });
        let end = (flaps.state == AlertState::Resolved)
            .then(|| self.resolve_undeclared(fingerprint))
            .flatten();
        Ok(std::iter::once(settled).chain(end).collect())
    }
}
