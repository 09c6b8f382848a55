//! The line of the timeline that an event makes: its kind and its words.

mod asks;
mod beside;
mod flapping;
mod handovers;
mod hypotheses;
mod nags;
mod private;
mod proposals;
mod runs;
mod steps;
mod updates;

use super::{
    AlertReport, AlertState, CommandRun, Entry, EntryKind, Event, EventBody, Kind, Marks,
    Milestone, Person, Seq, Stance, Status, StepState, Timestamp, What,
};
use std::sync::Arc;

impl Entry {
    /// The line that this event makes. An amendment, a retraction and a pin change another line
    /// and make none of their own, as what an alert says while it flaps.
    #[must_use]
    pub fn from_event(event: &Event) -> Option<Self> {
        let (kind, text) = match &event.body {
            EventBody::Known(what) => describe(what, event)?,
            EventBody::Unknown { kind, .. } => (
                EntryKind::Unknown,
                format!("{kind} (written by a later version of warroom)").into(),
            ),
        };
        let (marks, tags, mentions) = match &event.body {
            EventBody::Known(What::Noted {
                pinned,
                private,
                tags,
                mentions,
                ..
            }) => (
                Marks {
                    pinned: *pinned,
                    private: *private,
                    ..Marks::default()
                },
                tags.clone(),
                mentions.clone(),
            ),
            EventBody::Known(what) => (
                Marks {
                    private: what.is_private(),
                    ..Marks::default()
                },
                Vec::new(),
                Vec::new(),
            ),
            _ => (Marks::default(), Vec::new(), Vec::new()),
        };
        let outline = match &event.body {
            EventBody::Known(what) => what.without_words_not_out(),
            EventBody::Unknown { .. } => None,
        };
        let outline = outline.and_then(|what| Some(describe(&what, event)?.1));
        let run = match &event.body {
            EventBody::Known(What::CommandRan(run)) => Some(Arc::new(CommandRun::clone(run))),
            _ => None,
        };
        Some(Self {
            seq: event.seq,
            kind,
            occurred_at: event.occurred_at,
            recorded_at: event.recorded_at,
            by: event.by.clone(),
            via: event.via.clone(),
            text,
            tags,
            mentions,
            marks,
            run,
            outline,
        })
    }

    /// Works a later amendment, retraction or pin into this line. Anything else leaves it alone.
    pub fn correct(&mut self, seq: Seq, what: &What) {
        match what {
            What::Amended { text, .. } => {
                self.text = text.clone();
                self.marks.amended = Some(seq);
            }
            What::Retracted { reason, .. } => self.marks.retracted = Some(reason.clone()),
            What::Pinned { pinned, .. } => self.marks.pinned = *pinned,
            _ => {}
        }
    }
}

/// The kind and the words; nothing for what only changes another line.
fn describe(what: &What, event: &Event) -> Option<(EntryKind, Arc<str>)> {
    Some(match what {
        What::Amended { .. } | What::Retracted { .. } | What::Pinned { .. } => return None,
        What::AlertFlapping { .. } | What::AlertHeld { .. } | What::AlertSettled { .. } => {
            return flapping::describe(what);
        }
        What::Noted { kind, text, .. } => (*kind, text.clone()),
        What::Hidden {} => (EntryKind::Hidden, Arc::from("private")),
        What::AlertRecorded { alert } => (EntryKind::Alert, alert_line(alert)),
        What::Linked { title, url } => (EntryKind::Link, format!("{title} {url}").into()),
        What::RunbookAttached { runbook } => (
            EntryKind::RunbookStep,
            format!(
                "attached runbook {} ({} steps)",
                runbook.name,
                runbook.steps.len()
            )
            .into(),
        ),
        What::StepSet {
            step,
            title,
            state,
            reason,
            ..
        } => (
            EntryKind::RunbookStep,
            with_reason(
                format!("step {step} {}: {title}", step_word(*state)),
                reason.as_deref(),
            ),
        ),
        What::ActionItemAdded { text, owner } => (
            EntryKind::ActionItem,
            owner
                .as_ref()
                .map_or_else(|| text.clone(), |who| format!("{text} ({who})").into()),
        ),
        // Who says nothing has no objection: who says so makes no line. Nor do the rules for updates.
        What::UpdateRulesSet(_)
        | What::StanceTaken {
            stance: Stance::NoObjection,
            ..
        } => return None,
        other => asks::describe_ask(other, event)
            .or_else(|| proposals::describe_proposal(other, event))
            .or_else(|| handovers::describe_handover(other, event))
            .or_else(|| hypotheses::describe_hypothesis(other))
            .or_else(|| updates::describe_update(other))
            .or_else(|| nags::describe_nag(other))
            .or_else(|| private::describe_private(other))
            .or_else(|| beside::describe_beside(other, event.occurred_at))
            .or_else(|| runs::describe_run(other))
            .or_else(|| steps::describe_step(other))
            .or_else(|| describe_incident(other, &event.by))?,
    })
}

/// The lines about the incident itself: who commands it, how bad it is, where it stands.
fn describe_incident(what: &What, by: &Person) -> Option<(EntryKind, Arc<str>)> {
    Some(match what {
        What::Opened {
            title,
            kind,
            status,
            severity,
            ..
        } => {
            let how = if *status == Status::Triage {
                "opened in triage"
            } else {
                "declared"
            };
            let level = severity.map(|s| format!(" {s}")).unwrap_or_default();
            let drill = if *kind == Kind::Drill { " (drill)" } else { "" };
            (
                EntryKind::Incident,
                format!("{how}{level}{drill}: {title}").into(),
            )
        }
        What::Renamed { title } => (EntryKind::Incident, format!("renamed: {title}").into()),
        What::SeveritySet {
            severity,
            from,
            reason,
        } => {
            let name = |s: Option<super::Severity>| s.map_or("unset".to_owned(), |s| s.to_string());
            let line = format!("severity {} → {}", name(*from), name(*severity));
            (
                EntryKind::SeverityChange,
                with_reason(line, reason.as_deref()),
            )
        }
        What::StatusSet {
            status,
            from,
            reason,
        } => {
            let line = if *from == Status::Triage && status.is_live() {
                format!("declared: {status}")
            } else if from.is_over() && status.is_open() {
                format!("reopened: {status}")
            } else {
                format!("{from} → {status}")
            };
            (
                EntryKind::StatusChange,
                with_reason(line, reason.as_deref()),
            )
        }
        What::MilestoneSet { milestone, at } => (
            EntryKind::Incident,
            format!("set {milestone} to {}", utc(*at)).into(),
        ),
        What::Merged { into } => (
            EntryKind::StatusChange,
            format!("merged into {into}").into(),
        ),
        What::Absorbed { from } => (
            EntryKind::Incident,
            format!("{from} merged into this").into(),
        ),
        What::RoleAssigned { role, to, from } => (
            EntryKind::RoleChange,
            role_line(role, to, from.as_ref(), by),
        ),
        What::RoleReleased { role, from } => (
            EntryKind::RoleChange,
            format!("{role} vacant: {from} released").into(),
        ),
        _ => return None,
    })
}

fn role_line(role: &super::Role, to: &Person, from: Option<&Person>, by: &Person) -> Arc<str> {
    match from {
        Some(from) => format!("{role}: {from} → {to}").into(),
        None if to == by => format!("claimed {role}").into(),
        None => format!("{role}: {to}").into(),
    }
}

fn alert_line(alert: &AlertReport) -> Arc<str> {
    let state = match alert.state {
        AlertState::Firing => "firing",
        AlertState::Resolved => "resolved",
    };
    let service = alert.service().map(|s| format!(" {s}")).unwrap_or_default();
    let summary = if alert.summary.is_empty() {
        String::new()
    } else {
        format!(": {}", alert.summary)
    };
    format!("{state} {}{service}{summary}", alert.name).into()
}

fn with_reason(line: String, reason: Option<&str>) -> Arc<str> {
    match reason {
        Some(reason) if !reason.is_empty() => format!("{line} ({reason})").into(),
        _ => line.into(),
    }
}

fn utc(at: Timestamp) -> String {
    at.format("%H:%M UTC").to_string()
}

fn step_word(state: StepState) -> &'static str {
    match state {
        StepState::Open => "open again",
        StepState::InProgress => "started",
        StepState::Done => "done",
        StepState::Skipped => "skipped",
        StepState::Failed => "failed",
    }
}

impl Milestone {
    /// `started 14:02 UTC`, for a line of text.
    #[must_use]
    pub fn line(self, at: Timestamp) -> String {
        format!("{self} {}", utc(at))
    }
}
