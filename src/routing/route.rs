//! From an alert, the rules and what is open to where the alert goes.

use super::key::parts;
use super::{Action, Labelled, Maintenance, Rule, Rules, Window, WindowKind, key_of};
use crate::incident::{AlertReport, AlertState, IncidentId, Severity, Timestamp};
use std::sync::Arc;

/// What the rules say about an alert, whatever is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan<'r> {
    /// The rule that takes it; absent: none fits, and it is treated as if there were none.
    pub rule: Option<&'r Rule>,
    /// The maintenance that holds for it now.
    pub maintenance: Option<&'r Maintenance>,
    /// The labels that an incident's alerts agree in.
    pub group_by: &'r [String],
    /// Those labels with the alert's values.
    pub key: Arc<str>,
    /// What is done with it.
    pub action: Action,
    /// How long an incident takes further alerts in.
    pub window: Option<Window>,
    /// How bad an incident is that it opens.
    pub severity: Option<Severity>,
}

/// An incident that is open, as far as alerts are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open<'a> {
    /// Which alerts join; of a merged incident, the one that goes on.
    pub id: IncidentId,
    /// The key of the alert that opened it; absent: a person did.
    pub key: Option<&'a str>,
    /// The service that is hurt.
    pub service: Option<&'a str>,
    /// When its first alert was taken down; absent: it has none yet.
    pub first_at: Option<Timestamp>,
    /// When something was last taken down about one of its alerts.
    pub last_at: Option<Timestamp>,
}

/// Where an alert goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Into an open incident.
    Join(IncidentId),
    /// It opens one.
    Open,
    /// Nowhere.
    Pass(Pass),
}

/// Why an alert goes nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// Its rule drops it.
    Dropped,
    /// There is maintenance, and no incident that it belongs to.
    Maintenance,
    /// Its rule opens no incidents, and none is open that it belongs to.
    NothingOpen,
    /// It stopped, and no open incident knows of it.
    Stopped,
}

/// Where an alert goes, and by which rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routed<'r> {
    /// What the rules say.
    pub plan: Plan<'r>,
    /// What follows.
    pub outcome: Outcome,
}

impl Rules {
    /// What the rules say about an alert at that time.
    #[must_use]
    pub fn plan(&self, alert: &impl Labelled, now: Timestamp) -> Plan<'_> {
        let rule = self.rules.iter().find(|rule| rule.matcher.fits(alert));
        let own = rule.and_then(|rule| rule.group_by.as_deref());
        let group_by = own.unwrap_or(&self.match_labels);
        Plan {
            rule,
            maintenance: self.in_maintenance(alert, now),
            group_by,
            key: key_of(group_by, alert).into(),
            action: rule.map(|rule| rule.action).unwrap_or_default(),
            window: rule.and_then(|rule| rule.window),
            severity: rule.and_then(|rule| rule.severity),
        }
    }

    /// The maintenance that holds for an alert at that time.
    #[must_use]
    pub fn in_maintenance(&self, alert: &impl Labelled, now: Timestamp) -> Option<&Maintenance> {
        let mut all = self.maintenance.iter();
        all.find(|one| one.matcher.fits(alert) && one.when.held(now).is_some())
    }

    /// Where a report goes. `home` is the open incident in which this alert fires already: to that
    /// it belongs until it stops, whatever the rules say by now. `open` are the open incidents,
    /// those that are preferred first.
    pub fn route<'a>(
        &self,
        alert: &AlertReport,
        home: Option<IncidentId>,
        open: impl IntoIterator<Item = Open<'a>>,
        now: Timestamp,
    ) -> Routed<'_> {
        let plan = self.plan(alert, now);
        let chosen = || {
            let mut open = open.into_iter();
            open.find(|open| plan.takes(open, alert, now))
        };
        let outcome = match (home, plan.action) {
            (Some(home), _) => Outcome::Join(home),
            (None, Action::Drop) => Outcome::Pass(Pass::Dropped),
            (None, action) => match chosen() {
                Some(open) => Outcome::Join(open.id),
                None if alert.state == AlertState::Resolved => Outcome::Pass(Pass::Stopped),
                None if plan.maintenance.is_some() => Outcome::Pass(Pass::Maintenance),
                None if action == Action::Attach => Outcome::Pass(Pass::NothingOpen),
                None => Outcome::Open,
            },
        };
        Routed { plan, outcome }
    }
}

impl Plan<'_> {
    /// Whether an alert of this plan joins that incident.
    fn takes(&self, open: &Open<'_>, alert: &AlertReport, now: Timestamp) -> bool {
        let agrees = match self.rule {
            // As it is without rules: only what an alert of the same labels opened.
            None => open.key == Some(&*self.key),
            Some(_) => self.agrees(open),
        };
        // What stopped is told to whoever may know of it, however long ago that began.
        agrees && (alert.state == AlertState::Resolved || self.is_within(open, now))
    }

    /// Whether the incident agrees with the alert in each label of the group. It may have more
    /// labels than those; where a person declared it, or its alerts were not grouped by service, its
    /// service is that of the incident.
    fn agrees(&self, open: &Open<'_>) -> bool {
        parts(&self.key).all(|(label, wanted)| {
            let mut of_key = parts(open.key.unwrap_or_default());
            match of_key.find(|(name, _)| *name == label) {
                Some((_, value)) => value == wanted,
                None => {
                    let service = open.service.filter(|_| label == "service");
                    service.is_some_and(|service| format!("{service:?}") == wanted)
                }
            }
        })
    }

    /// Whether the incident's window is open. One that has no alerts yet has not begun it; a clock
    /// that was put back does not end it.
    fn is_within(&self, open: &Open<'_>, now: Timestamp) -> bool {
        let Some(window) = self.window else {
            return true;
        };
        let since = match window.kind {
            WindowKind::Rolling => open.last_at,
            WindowKind::Fixed => open.first_at,
        };
        since.is_none_or(|since| now - since < window.length)
    }
}
