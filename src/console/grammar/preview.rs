//! One line that says what a line becomes.

use super::GrammarContext;
use crate::incident::{Audience, Intent, NewNote, Person, StepState, Timestamp};
use chrono::TimeDelta;

/// The most of a text that is repeated in the preview, in `char`s: the line itself is in sight.
const WORDS_SHOWN: usize = 60;

pub(super) fn preview(intent: &Intent, context: &GrammarContext<'_>) -> String {
    match intent {
        Intent::Note(written) => note(written, context),
        Intent::AddActionItem { text, owner } => {
            let whose = owner.as_ref().map(|who| format!(" · of {who}"));
            format!("action item{}: {}", whose.unwrap_or_default(), short(text))
        }
        Intent::SetSeverity { severity, reason } => {
            let level = severity.map_or("unset".to_owned(), |s| format!("{s} ({})", s.meaning()));
            format!("severity {level}{}", because(reason.as_deref()))
        }
        Intent::SetStatus { status, at, reason } => format!(
            "status {status}{}{}",
            at.map(|at| format!(" · {}", time(at, context)))
                .unwrap_or_default(),
            because(reason.as_deref())
        ),
        Intent::SetMilestone { milestone, at } => {
            format!("milestone {milestone} · {}", time(*at, context))
        }
        Intent::SetStep {
            runbook,
            step,
            state,
            reason,
        } => step_line(runbook, *step, *state, reason.as_deref(), context),
        other => super::asks::preview(other, context)
            .or_else(|| super::proposals::preview(other, context))
            .or_else(|| super::handovers::preview(other, context))
            .or_else(|| super::hypotheses::preview(other, context))
            .or_else(|| super::nags::preview(other, context))
            .or_else(|| super::private::preview(other))
            .unwrap_or_else(|| about_incident(other, context)),
    }
}

fn note(note: &NewNote, context: &GrammarContext<'_>) -> String {
    let mut parts = vec![note.kind.title().to_owned()];
    parts.push(time(note.occurred_at.unwrap_or(context.now), context));
    if note.pin {
        parts.push("pinned".to_owned());
    }
    if note.private {
        parts.push("private: spectators never see it".to_owned());
    }
    parts.extend(note.tags.iter().map(|tag| format!("#{tag}")));
    parts.extend(note.mentions.iter().map(|who| format!("@{who}")));
    let lines = note.text.lines().count();
    if lines > 1 {
        parts.push(format!("{lines} lines"));
    }
    parts.join(" · ")
}

fn step_line(
    runbook: &str,
    no: crate::incident::StepNo,
    state: StepState,
    reason: Option<&str>,
    context: &GrammarContext<'_>,
) -> String {
    let word = match state {
        StepState::Open => "open again",
        StepState::InProgress => "started",
        StepState::Done => "done",
        StepState::Skipped => "skipped",
        StepState::Failed => "failed",
    };
    let title = context
        .incident
        .and_then(|incident| incident.runbook(runbook)?.step(no))
        .map(|step| format!(": {}", short(&step.text.title)))
        .unwrap_or_default();
    format!("{runbook} step {no} {word}{title}{}", because(reason))
}

fn about_incident(intent: &Intent, context: &GrammarContext<'_>) -> String {
    match intent {
        Intent::Declare {
            title, severity, ..
        } => format!(
            "declare{}{}",
            severity.map(|s| format!(" {s}")).unwrap_or_default(),
            title
                .as_ref()
                .map(|t| format!(": {}", short(t)))
                .unwrap_or_default()
        ),
        Intent::Rename { title } => format!("new title: {}", short(title)),
        Intent::Merge { into } => format!("merge this incident into {into}"),
        Intent::Cancel { reason } => format!("cancel the incident{}", because(Some(reason))),
        Intent::Decline { reason } => format!("decline: not an incident{}", because(Some(reason))),
        Intent::Reopen { reason } => format!("reopen the incident{}", because(Some(reason))),
        Intent::AssignRole {
            role,
            to,
            expected_holder,
        } => match expected_holder {
            Some(from) if from != to => format!("{role}: {from} → {to}"),
            _ => format!("{role}: {to}"),
        },
        Intent::ClaimRole { role } => format!("you become {role}"),
        Intent::ReleaseRole {
            role,
            expected_holder,
        } => {
            let from = expected_holder.as_ref().map(Person::as_str);
            format!(
                "{role} vacant{}",
                from.map(|f| format!(": {f} released")).unwrap_or_default()
            )
        }
        Intent::AttachRunbook { name } => format!("attach runbook {}", short(name)),
        Intent::AddLink { title, url } => format!("link {}: {}", short(title), short(url)),
        Intent::DraftUpdate { text, audience, .. } => {
            format!("draft {audience} update: {}", short(text))
        }
        Intent::PostUpdate {
            text,
            next_in_minutes,
            audience,
            ..
        } => {
            let audience = audience.unwrap_or(Audience::Internal);
            let next = next_in_minutes.map_or("next by severity".to_owned(), |minutes| {
                format!("next by {}", due(minutes, context))
            });
            let words = text.as_deref().map(short).unwrap_or_default();
            format!("post {audience} update, {next}: {words}")
        }
        // the grammar makes none of these
        _ => "sent as it is".to_owned(),
    }
}

/// When it is so many minutes from now.
pub(super) fn due(minutes: u32, context: &GrammarContext<'_>) -> String {
    let at = context.now + TimeDelta::minutes(i64::from(minutes));
    time(at, context)
}

/// The time with its zone, and its date when that is not today's.
fn time(at: Timestamp, context: &GrammarContext<'_>) -> String {
    let zone = context.zone;
    let day = if zone.date(at) == zone.date(context.now) {
        String::new()
    } else {
        format!("{} ", zone.date(at))
    };
    format!("{day}{} {}", zone.hms(at), zone.name(at))
}

pub(super) fn because(reason: Option<&str>) -> String {
    reason
        .map(|why| format!(": {}", short(why)))
        .unwrap_or_default()
}

pub(super) fn short(text: &str) -> String {
    let mut shown: String = text.chars().take(WORDS_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
