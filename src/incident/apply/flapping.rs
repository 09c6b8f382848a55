//! The part of the fold about alerts that flap.

use crate::incident::{AlertState, Event, Flaps, Incident, What};

pub(super) fn apply(incident: &mut Incident, event: &Event, what: &What) {
    let (What::AlertFlapping { fingerprint, .. }
    | What::AlertHeld { fingerprint, .. }
    | What::AlertSettled { fingerprint, .. }) = what
    else {
        return;
    };
    if matches!(what, What::AlertHeld { .. }) {
        incident.counts.alert_reports += 1;
    }
    let Some(alert) = incident.alerts.get_mut(fingerprint) else {
        // It was let go: there were more alerts than are kept.
        return;
    };
    alert.seq = event.seq;
    alert.last_at = event.recorded_at;
    match *what {
        What::AlertFlapping { .. } => {
            alert.flapping = Some(Flaps {
                since: event.recorded_at,
                last_at: event.recorded_at,
                fired: 0,
                stopped: 0,
                state: alert.state,
                starts_at: alert.starts_at,
                ends_at: alert.ends_at,
            });
        }
        What::AlertHeld {
            state,
            starts_at,
            ends_at,
            ..
        } => {
            alert.changes = alert.changes.saturating_add(1);
            let Some(flaps) = &mut alert.flapping else {
                return;
            };
            let count = match state {
                AlertState::Firing => &mut flaps.fired,
                AlertState::Resolved => &mut flaps.stopped,
            };
            *count = count.saturating_add(1);
            flaps.last_at = event.recorded_at;
            (flaps.state, flaps.starts_at, flaps.ends_at) = (state, starts_at, ends_at);
        }
        What::AlertSettled {
            state,
            starts_at,
            ends_at,
            ..
        } => {
            alert.flapping = None;
            (alert.state, alert.starts_at, alert.ends_at) = (state, starts_at, ends_at);
        }
        _ => {}
    }
}
