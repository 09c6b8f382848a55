//! What is known of each alert that was handed in: the open incident in which it fires, and how
//! often it changed lately.
//!
//! Where an alert fires, and what was held back of one that flaps, is in the incidents and read from
//! there at the start. How often others changed is begun anew then: at worst an alert's changes are
//! written down one by one for a little longer.

use super::lately::Lately;
use crate::incident::{Alert, AlertReport, AlertState, IncidentId, Timestamp};
use crate::routing::{Flapping, History, Observed};
use chrono::TimeDelta;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Alerts that are remembered: more than a storm has. One that was forgotten finds its incident by
/// its labels.
const ALERTS: usize = 16_384;
/// Alerts that may flap at once. Beyond it the changes of further ones are written down one by one.
const FLAPPING: usize = 1_024;
/// How long it is before a settled alert is tried again that could not be written down.
pub(super) const AGAIN: TimeDelta = TimeDelta::seconds(5);
/// A clock that is set right by less is waited for.
const SLACK: TimeDelta = TimeDelta::seconds(1);

/// What is known of each alert.
#[derive(Debug)]
pub(super) struct Known {
    settings: Flapping,
    alerts: Lately<Arc<str>, Track>,
    /// Those that flap: forgotten by nobody but who settles them.
    flapping: BTreeMap<Arc<str>, Flaps>,
}

#[derive(Debug, Default)]
struct Track {
    home: Option<IncidentId>,
    history: History,
}

#[derive(Debug)]
struct Flaps {
    incident: IncidentId,
    history: History,
    /// It could not be written down that it has settled: when that is tried again.
    not_before: Option<Timestamp>,
}

/// An alert that has been quiet for long enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settled {
    pub(super) fingerprint: Arc<str>,
    pub(super) incident: IncidentId,
    /// Since when it was due.
    pub(super) at: Timestamp,
}

impl Known {
    pub(super) fn new(settings: Flapping) -> Self {
        Self {
            settings,
            alerts: Lately::new(ALERTS),
            flapping: BTreeMap::new(),
        }
    }

    /// Takes an alert in that fires in an open incident.
    pub(super) fn resume(&mut self, incident: IncidentId, alert: &Alert) {
        let fingerprint = alert.fingerprint.clone();
        self.set_home(&fingerprint, Some(incident));
        if let Some(held) = &alert.flapping {
            let history = History::resumed(held.state, held.starts_at, held.last_at);
            let flaps = Flaps {
                incident,
                history,
                not_before: None,
            };
            self.flapping.insert(fingerprint, flaps);
        }
    }

    /// The incident in which it fires, as far as is known.
    pub(super) fn home(&self, fingerprint: &Arc<str>) -> Option<IncidentId> {
        let flapping = self.flapping.get(fingerprint).map(|flaps| flaps.incident);
        flapping.or_else(|| self.alerts.get(fingerprint)?.home)
    }

    pub(super) fn set_home(&mut self, fingerprint: &Arc<str>, home: Option<IncidentId>) {
        match self.alerts.get_mut(fingerprint) {
            Some(track) => track.home = home,
            None => self.alerts.put(
                fingerprint.clone(),
                Track {
                    home,
                    history: History::default(),
                },
            ),
        }
    }

    /// Takes a report in that goes into that incident: as any other, or as one of an alert that
    /// flaps.
    pub(super) fn observe(
        &mut self,
        incident: IncidentId,
        alert: &AlertReport,
        now: Timestamp,
    ) -> Observed {
        let fingerprint = &alert.fingerprint;
        if let Some(flaps) = self.flapping.get_mut(fingerprint) {
            flaps.incident = incident;
            return flaps.history.observe(&self.settings, alert, now);
        }
        if self.alerts.get(fingerprint).is_none() {
            self.alerts.put(fingerprint.clone(), Track::default());
        }
        let Some(track) = self.alerts.get_mut(fingerprint) else {
            return Observed::Usual;
        };
        let observed = track.history.observe(&self.settings, alert, now);
        if observed == Observed::Usual {
            return observed;
        }
        if self.flapping.len() >= FLAPPING {
            track.history.settle();
            return Observed::Usual;
        }
        let flaps = Flaps {
            incident,
            history: std::mem::take(&mut track.history),
            not_before: None,
        };
        self.flapping.insert(fingerprint.clone(), flaps);
        observed
    }

    /// The alerts that flap.
    pub(super) fn flapping(&self) -> impl Iterator<Item = &Arc<str>> {
        self.flapping.keys()
    }

    /// How long it is until the next alert will have settled.
    pub(super) fn settles_in(&self, now: Timestamp) -> Option<TimeDelta> {
        let all = self.flapping.values();
        let due = all.filter_map(|flaps| flaps.due(&self.settings));
        let left = due.map(|at| match self.is_here(at, now) {
            true => TimeDelta::zero(),
            false => at - now,
        });
        left.min()
    }

    /// Whether a moment at which an alert settles has come. Further off than it can be, the clock
    /// was set back: what an alert said last is not held back for that.
    fn is_here(&self, at: Timestamp, now: Timestamp) -> bool {
        at <= now || at - now > self.settings.quiet.max(AGAIN) + SLACK
    }

    /// Those that have settled by now.
    pub(super) fn settled(&self, now: Timestamp) -> Vec<Settled> {
        let due = self.flapping.iter().filter_map(|(fingerprint, flaps)| {
            let at = flaps.due(&self.settings)?;
            self.is_here(at, now).then(|| Settled {
                fingerprint: fingerprint.clone(),
                incident: flaps.incident,
                at,
            })
        });
        due.collect()
    }

    /// That it has settled is written down.
    pub(super) fn settle(&mut self, fingerprint: &Arc<str>) {
        let Some(mut flaps) = self.flapping.remove(fingerprint) else {
            return;
        };
        flaps.history.settle();
        let fires = flaps.history.state() != Some(AlertState::Resolved);
        let home = fires.then_some(flaps.incident);
        self.set_home(fingerprint, home);
        if let Some(track) = self.alerts.get_mut(fingerprint) {
            track.history = flaps.history;
        }
    }

    /// That it has settled could not be written down.
    pub(super) fn settle_later(&mut self, fingerprint: &Arc<str>, at: Timestamp) {
        if let Some(flaps) = self.flapping.get_mut(fingerprint) {
            flaps.not_before = Some(at);
        }
    }
}

impl Flaps {
    fn due(&self, settings: &Flapping) -> Option<Timestamp> {
        let at = self.history.settles_at(settings)?;
        Some(self.not_before.map_or(at, |not_before| at.max(not_before)))
    }
}
