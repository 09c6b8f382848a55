//! The fold: what an event does to the state. Total: it cannot fail, whatever the event.

mod asks;
mod beside;
mod flapping;
mod handovers;
mod hypotheses;
mod nags;
mod private;
mod proposals;
mod reports;
mod runs;
mod steps;
mod updates;

use super::limits;
use super::{
    ActionItem, Alert, AlertReport, AlertState, Entry, EntryKind, Event, EventBody, Holder,
    Incident, Link, Milestone, Runbook, Seq, Stamp, Status, Timestamp, What,
};
use std::sync::Arc;
use updates::promise_by_cadence;

/// Folds one event in. Events at or before the incident's seq are passed over, so that a resend
/// changes nothing.
pub fn apply(incident: &mut Incident, event: &Event) {
    if event.seq <= incident.seq || event.incident != incident.id {
        return;
    }
    incident.seq = event.seq;
    incident.changed_at = event.recorded_at;
    incident.counts.events += 1;
    remember(incident, event);
    match &event.body {
        EventBody::Known(what) => {
            apply_what(incident, event, what);
            handovers::apply_handovers(incident, event, what);
            hypotheses::apply_hypotheses(incident, event, what);
            if let Some(target) = what.target() {
                correct(incident, event.seq, target, what);
            }
        }
        EventBody::Unknown { .. } => incident.counts.unknown += 1,
    }
    nags::apply_nags(incident, event);
    if let Some(mut entry) = Entry::from_event(event) {
        if entry.marks.pinned && incident.pinned.len() < limits::PINNED_ENTRIES {
            incident.pinned.insert(entry.seq, entry.clone());
        }
        reports::keep(incident, &entry);
        shorten(&mut entry);
        if entry.kind == EntryKind::Decision {
            keep_decision(incident, &entry);
        }
        updates::remember(incident, &entry);
        if incident.recent.len() >= limits::RECENT_ENTRIES {
            incident.recent.pop_front();
        }
        incident.recent.push_back(entry);
    }
}

/// Keeps the command's id and counts the person in.
fn remember(incident: &mut Incident, event: &Event) {
    if incident.commands.back() != Some(&event.command) {
        if incident.commands.len() >= limits::RECENT_COMMANDS {
            incident.commands.pop_front();
        }
        incident.commands.push_back(event.command);
    }
    if let Some(times) = incident.people.get_mut(&event.by) {
        *times = times.saturating_add(1);
    } else if incident.people.len() < limits::PEOPLE {
        incident.people.insert(event.by.clone(), 1);
    }
}

fn shorten(entry: &mut Entry) {
    if let Some(run) = &mut entry.run
        && run.printed.kept() > limits::RECENT_TEXT_BYTES
    {
        Arc::make_mut(run)
            .printed
            .shorten(limits::RECENT_TEXT_BYTES);
    }
    if entry.text.len() > limits::RECENT_TEXT_BYTES {
        let end = entry.text.floor_char_boundary(limits::RECENT_TEXT_BYTES);
        entry.text = format!("{}…", entry.text.get(..end).unwrap_or_default()).into();
    }
}

/// What is private is counted by itself: a spectator, who is not told of it, must come to the same
/// decisions as the server keeps for them.
fn keep_decision(incident: &mut Incident, entry: &Entry) {
    let alike = |held: &Entry| held.marks.private == entry.marks.private;
    if incident.decisions.iter().filter(|held| alike(held)).count() >= limits::DECISIONS
        && let Some(oldest) = incident.decisions.iter().position(alike)
    {
        incident.decisions.remove(oldest);
    }
    incident.decisions.push_back(entry.clone());
}

/// Works a correction into the newest and the pinned entries that it is about.
fn correct(incident: &mut Incident, seq: Seq, target: Seq, what: &What) {
    if let Ok(at) = incident
        .recent
        .binary_search_by_key(&target, |entry| entry.seq)
        && let Some(entry) = incident.recent.get_mut(at)
    {
        entry.correct(seq, what);
        shorten(entry);
    }
    if let Some(entry) = incident
        .decisions
        .iter_mut()
        .find(|held| held.seq == target)
    {
        entry.correct(seq, what);
        shorten(entry);
    }
    for fact in [&mut incident.impact, &mut incident.workaround] {
        if let Some(entry) = fact.as_mut().filter(|entry| entry.seq == target) {
            entry.correct(seq, what);
            shorten(entry);
        }
    }
    reports::correct(incident, seq, target, what);
    match what {
        What::Pinned {
            pinned: true,
            entry: Some(entry),
            ..
        } => {
            if incident.pinned.len() < limits::PINNED_ENTRIES {
                let mut entry = Entry::clone(entry);
                entry.marks.pinned = true;
                incident.pinned.insert(target, entry);
            }
        }
        What::Pinned { pinned: false, .. } => {
            incident.pinned.remove(&target);
        }
        _ => {
            if let Some(entry) = incident.pinned.get_mut(&target) {
                entry.correct(seq, what);
            }
        }
    }
}

fn apply_what(incident: &mut Incident, event: &Event, what: &What) {
    match what {
        What::Opened { .. } => open(incident, event, what),
        What::Renamed { title } => incident.title = title.clone(),
        What::SeveritySet { severity, .. } => {
            incident.severity = *severity;
            promise_by_cadence(incident, event.occurred_at);
        }
        What::StatusSet { status, .. } => set_status(incident, event, *status),
        What::MilestoneSet { milestone, at } => incident.milestones.set(
            *milestone,
            Stamp {
                at: *at,
                by: event.by.clone(),
                corrected: true,
            },
        ),
        What::Merged { into } => {
            incident.merged_into = Some(*into);
            set_status(incident, event, Status::Merged);
        }
        What::Absorbed { from } => {
            if incident.absorbed.len() < limits::MERGED && !incident.absorbed.contains(from) {
                incident.absorbed.push(*from);
            }
        }
        What::Noted { .. } => incident.counts.notes += 1,
        What::RoleAssigned { role, to, .. } => {
            if incident.roles.len() < limits::ROLES || incident.roles.contains_key(role) {
                let holder = Holder {
                    person: to.clone(),
                    since: event.occurred_at,
                };
                incident.roles.insert(role.clone(), holder);
            }
        }
        What::RoleReleased { role, .. } => {
            incident.roles.remove(role);
        }
        What::AlertRecorded { alert } => record_alert(incident, event, alert),
        What::AlertFlapping { .. } | What::AlertHeld { .. } | What::AlertSettled { .. } => {
            flapping::apply(incident, event, what);
        }
        other => apply_work(incident, event, other),
    }
}

/// The part of the fold about the work: runbooks, links, action items.
fn apply_work(incident: &mut Incident, event: &Event, what: &What) {
    match what {
        What::RunbookAttached { runbook } => {
            incident
                .runbooks
                .retain(|attached| attached.name != runbook.name);
            if incident.runbooks.len() < limits::RUNBOOKS {
                incident.runbooks.push(Runbook::from(runbook));
            }
        }
        What::Linked { title, url } if incident.links.len() < limits::LINKS => {
            incident.links.push(Link {
                title: title.clone(),
                url: url.clone(),
            });
        }
        What::ActionItemAdded { text, owner }
            if incident.action_items.len() < limits::ACTION_ITEMS =>
        {
            let item = ActionItem {
                seq: event.seq,
                text: text.clone(),
                owner: owner.clone(),
            };
            incident.action_items.push(item);
        }
        other => {
            asks::apply_asks(incident, event, other);
            proposals::apply_proposals(incident, event, other);
            updates::apply_updates(incident, event, other);
            beside::apply_beside(incident, event, other);
            runs::apply_runs(incident, event, other);
            private::apply_private(incident, other);
            steps::apply_steps(incident, event, other);
        }
    }
}

fn open(incident: &mut Incident, event: &Event, what: &What) {
    let What::Opened {
        title,
        kind,
        status,
        severity,
        service,
        started_at,
        detected_at,
        match_key,
    } = what
    else {
        return;
    };
    incident.title = title.clone();
    incident.kind = *kind;
    incident.status = *status;
    incident.severity = *severity;
    incident.service = service.clone();
    incident.match_key = match_key.clone();
    incident.opened_at = event.recorded_at;
    let stamp = |at: Timestamp| Stamp {
        at,
        by: event.by.clone(),
        corrected: false,
    };
    if let Some(at) = started_at {
        incident
            .milestones
            .stamp_first(Milestone::Started, stamp(*at));
    }
    if let Some(at) = detected_at {
        incident
            .milestones
            .stamp_first(Milestone::Detected, stamp(*at));
    }
    if status.is_live() {
        // Whoever declares has noticed and taken it on, unless an earlier time is set.
        let at = event.occurred_at;
        incident
            .milestones
            .stamp_first(Milestone::Detected, stamp(at));
        incident
            .milestones
            .stamp_first(Milestone::Acknowledged, stamp(at));
        incident
            .milestones
            .stamp_first(Milestone::Declared, stamp(at));
        promise_by_cadence(incident, at);
    }
}

fn set_status(incident: &mut Incident, event: &Event, status: Status) {
    let was = incident.status;
    incident.status = status;
    let at = event.occurred_at;
    let stamp = Stamp {
        at,
        by: event.by.clone(),
        corrected: false,
    };
    if was == Status::Triage && status.is_live() {
        incident
            .milestones
            .stamp_first(Milestone::Detected, stamp.clone());
        // Whoever declares by a slow clock did not acknowledge before it was detected.
        let detected = incident.milestones.at(Milestone::Detected);
        let acknowledged = Stamp {
            at: detected.map_or(at, |detected| detected.max(at)),
            ..stamp.clone()
        };
        incident
            .milestones
            .stamp_first(Milestone::Acknowledged, acknowledged);
        incident
            .milestones
            .stamp_first(Milestone::Declared, stamp.clone());
    }
    if let Some(milestone) = Milestone::stamped_by(status)
        && incident.milestones.conflict(milestone, at).is_none()
    {
        incident.milestones.stamp_first(milestone, stamp);
    }
    if status.is_over() {
        updates::promise_nothing(incident);
    } else {
        promise_by_cadence(incident, at);
    }
}

/// Takes the labels in that may fill the variables of a runbook. Where two alerts differ, nobody but
/// a person can say which is meant.
fn take_labels(incident: &mut Incident, report: &AlertReport) {
    if report.state != AlertState::Firing {
        return;
    }
    let name = ("alertname".to_owned(), report.name.to_string());
    let own = report.labels.iter().map(|(k, v)| (k.clone(), v.clone()));
    for (name, value) in own.chain([name]) {
        if name.len() > limits::TAG_BYTES || value.len() > limits::TITLE_BYTES {
            continue;
        }
        let has_room = incident.labels.len() < limits::LABELS;
        match incident.labels.get_mut(&*name) {
            Some(known) if **known != *value => *known = Arc::from(""),
            Some(_) => {}
            None if has_room => {
                incident.labels.insert(name.into(), value.into());
            }
            None => {}
        }
    }
}

fn record_alert(incident: &mut Incident, event: &Event, report: &AlertReport) {
    incident.counts.alert_reports += 1;
    take_labels(incident, report);
    let known = incident.alerts.get(&report.fingerprint);
    let first_at = known.map_or(event.recorded_at, |alert| alert.first_at);
    let changes = known.map_or(0, |alert| alert.changes).saturating_add(1);
    if known.is_none() && incident.alerts.len() >= limits::ALERTS && !let_go(incident) {
        return;
    }
    let end = report
        .summary
        .floor_char_boundary(limits::ALERT_SUMMARY_BYTES);
    let alert = Alert {
        fingerprint: report.fingerprint.clone(),
        name: report.name.clone(),
        state: report.state,
        summary: report
            .summary
            .get(..end)
            .map_or_else(|| report.summary.clone(), Arc::from),
        service: report.service().map(Arc::from),
        level: report
            .labels
            .get("severity")
            .map(|level| Arc::from(level.as_str())),
        starts_at: report.starts_at,
        ends_at: report.ends_at,
        first_at,
        last_at: event.recorded_at,
        seq: event.seq,
        changes,
        flapping: None,
        url: report.url.clone(),
    };
    incident.alerts.insert(report.fingerprint.clone(), alert);
}

/// Lets the longest-resolved alert go; false when all fire, and the new one is then only counted.
fn let_go(incident: &mut Incident) -> bool {
    let resolved = incident
        .alerts
        .values()
        .filter(|a| a.state == AlertState::Resolved);
    let Some(oldest) = resolved
        .min_by_key(|a| a.seq)
        .map(|a| a.fingerprint.clone())
    else {
        return false;
    };
    incident.alerts.remove(&oldest).is_some()
}

/// Folds a whole log, from the first event.
#[must_use]
pub fn replay<'a>(id: super::IncidentId, events: impl IntoIterator<Item = &'a Event>) -> Incident {
    let mut incident = Incident::new(id);
    for event in events {
        apply(&mut incident, event);
    }
    incident
}
