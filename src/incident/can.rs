//! A CAN report: conditions, actions, needs, as the state has them. A draft for a person to correct.

use super::{
    AlertState, Ask, AskState, Entry, EntryKind, Hypothesis, HypothesisState, Incident, Proposal,
    ProposalState, Role, StepState, Timestamp,
};
use chrono::TimeDelta;

/// Lines of one kind that a report names: more is not read.
const MOST: usize = 5;
/// A decision that is older than this is no action any more.
const DECIDED_WITHIN: TimeDelta = TimeDelta::hours(1);

/// What is so, what is done about it, and what is missing. Each a line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Can {
    /// What is so.
    pub conditions: Vec<String>,
    /// What is done.
    pub actions: Vec<String>,
    /// What is missing.
    pub needs: Vec<String>,
}

impl Can {
    /// As it is written down and edited.
    #[must_use]
    pub fn text(&self) -> String {
        let parts = [
            ("Conditions", &self.conditions),
            ("Actions", &self.actions),
            ("Needs", &self.needs),
        ];
        let written = parts.map(|(head, lines)| {
            let none = ["nothing known".to_owned()];
            let lines = if lines.is_empty() { &none[..] } else { lines };
            format!("{head}\n- {}", lines.join("\n- "))
        });
        written.join("\n")
    }
}

/// Puts the report together. Nothing private goes into it: it is read out.
#[must_use]
pub fn can(incident: &Incident, now: Timestamp) -> Can {
    Can {
        conditions: conditions(incident, now),
        actions: actions(incident, now),
        needs: needs(incident, now),
    }
}

fn conditions(incident: &Incident, now: Timestamp) -> Vec<String> {
    let severity = incident.severity;
    let severity = severity.map_or_else(|| "severity unset".to_owned(), |s| s.to_string());
    let lasts = minutes(now - incident.lasts_since());
    let title = one_line(&incident.title);
    let mut lines = vec![format!(
        "{title}: {severity}, {}, for {lasts}",
        incident.status
    )];
    let impact = newest(incident, EntryKind::Impact).last();
    lines.extend(impact.map(|entry| format!("impact: {}", one_line(&entry.text))));
    let firing: Vec<&str> = (incident.alerts.values())
        .filter(|alert| alert.state == AlertState::Firing)
        .map(|alert| &*alert.name)
        .collect();
    if !firing.is_empty() {
        let mut names = firing.clone();
        names.sort_unstable();
        names.dedup();
        let more = names.len().saturating_sub(MOST);
        names.truncate(MOST);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        lines.push(format!(
            "{} firing: {}{more}",
            count(firing.len(), "alert"),
            names.join(", ")
        ));
    }
    let findings = last(newest(incident, EntryKind::Finding));
    lines.extend(findings.map(|entry| format!("found: {}", one_line(&entry.text))));
    lines.extend(hypotheses(incident));
    lines
}

/// What may be so: what something speaks for, and what nobody has ruled out.
fn hypotheses(incident: &Incident) -> Vec<String> {
    let board = incident.hypotheses.iter();
    let open = board.filter(|held| !held.private && held.state() != HypothesisState::RuledOut);
    let open: Vec<&Hypothesis> = open.collect();
    let shown = open.iter().skip(open.len().saturating_sub(MOST));
    shown
        .map(|held| {
            let word = match held.state() {
                HypothesisState::Supported => "supported",
                _ => "may be",
            };
            format!("{word}: {}", one_line(&held.text))
        })
        .collect()
}

fn actions(incident: &Incident, now: Timestamp) -> Vec<String> {
    let decided = newest(incident, EntryKind::Decision);
    let decided = decided.filter(|entry| now - entry.occurred_at <= DECIDED_WITHIN);
    let mut lines: Vec<String> = last(decided)
        .map(|entry| format!("decided: {}", one_line(incident.decided_words(entry))))
        .collect();
    let asks = incident.asks.iter();
    let asks = asks.filter(|ask| ask.state == AskState::Acknowledged && !ask.is_overdue(now));
    lines.extend(asks.take(2 * MOST).map(|ask| {
        let left = minutes(ask.due_at - now);
        format!("{}: {} (due in {left})", ask.to, one_line(&ask.text))
    }));
    for runbook in &incident.runbooks {
        let at_work = runbook.steps.iter();
        let at_work = at_work.filter(|step| step.state == StepState::InProgress);
        lines.extend(at_work.take(MOST).map(|step| {
            let by = step
                .by
                .as_ref()
                .map(|by| format!(" ({by})"))
                .unwrap_or_default();
            format!(
                "{} step {}: {}{by}",
                runbook.name,
                step.no,
                one_line(&step.text.title)
            )
        }));
    }
    lines
}

fn needs(incident: &Incident, now: Timestamp) -> Vec<String> {
    let mut lines: Vec<String> = (incident.vacancies())
        .map(|role: &Role| format!("{}: nobody", role.title()))
        .collect();
    let overdue = incident.overdue_asks(now).into_iter();
    lines.extend(overdue.take(2 * MOST).map(|ask: &Ask| {
        let late = minutes(now - ask.due_at);
        format!("{}: {} (overdue by {late})", ask.to, one_line(&ask.text))
    }));
    let silent = incident.asks.iter();
    let silent = silent.filter(|ask| ask.state == AskState::Asked && !ask.is_overdue(now));
    lines.extend(
        silent
            .take(MOST)
            .map(|ask| format!("{} has not answered: {}", ask.to, one_line(&ask.text))),
    );
    let open = incident
        .proposals
        .iter()
        .filter(|proposal| proposal.state.is_open());
    lines.extend(open.map(|proposal: &Proposal| {
        let waits = match proposal.state {
            ProposalState::Contested => "objected to, waits for the commander",
            _ => "put to the room",
        };
        format!(
            "proposal {} {waits}: {}",
            proposal.id,
            one_line(&proposal.text)
        )
    }));
    if incident.severity.is_none() {
        lines.push("the severity is not set".to_owned());
    }
    if let Some(at) = incident.next_update_at.filter(|at| *at <= now) {
        lines.push(format!("an update is overdue by {}", minutes(now - at)));
    }
    lines
}

/// The newest entries of a kind that stand and are not private, oldest first.
fn newest(incident: &Incident, kind: EntryKind) -> impl Iterator<Item = &Entry> {
    let is = move |entry: &&Entry| {
        entry.kind == kind && entry.marks.retracted.is_none() && !entry.marks.private
    };
    let recent = incident.recent.front().map(|entry| entry.seq);
    // What is pinned and among the newest too is named once.
    let pinned = incident.pinned.values();
    let pinned = pinned.filter(move |entry| recent.is_none_or(|first| entry.seq < first));
    pinned.filter(is).chain(incident.recent.iter().filter(is))
}

/// The last few of them.
fn last<'a>(entries: impl Iterator<Item = &'a Entry>) -> impl Iterator<Item = &'a Entry> {
    let all: Vec<&Entry> = entries.collect();
    let beyond = all.len().saturating_sub(MOST);
    all.into_iter().skip(beyond)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn count(n: usize, what: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{n} {what}{s}")
}

/// `42 min`, or `2 h 05 min`.
fn minutes(of: TimeDelta) -> String {
    let minutes = of.num_minutes().max(0);
    if minutes < 60 {
        return format!("{minutes} min");
    }
    format!("{} h {:02} min", minutes / 60, minutes % 60)
}
