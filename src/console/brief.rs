//! The brief in words, part by part, for the screen and for the command line alike.
//!
//! Texts hold what people wrote: whoever draws them makes them visible.

use super::text::{Zone, age, clock_hms, countdown};
use crate::incident::{
    Alert, Ask, Audience, Brief, Due, Entry, Hypothesis, Incident, Milestone, Proposal,
    ProposalState, Runbook, Severity, StepState, Timestamp, Update, names,
};

/// Alerts that are named; of more the number is said.
const ALERTS: usize = 12;

/// How loud a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// As everything.
    Usual,
    /// Something has to be done about it.
    Alarm,
    /// There is nothing of it.
    Nothing,
}

/// A line of the brief.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What stands in the column before it: who, when; may be empty.
    pub head: String,
    /// The words.
    pub text: String,
    /// How loud it is.
    pub weight: Weight,
}

/// A part of the brief.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its heading.
    pub title: &'static str,
    /// Its lines; never none.
    pub lines: Vec<Said>,
}

fn said(head: impl Into<String>, text: impl Into<String>) -> Said {
    Said {
        head: head.into(),
        text: text.into(),
        weight: Weight::Usual,
    }
}

fn alarm(head: impl Into<String>, text: impl Into<String>) -> Said {
    Said {
        weight: Weight::Alarm,
        ..said(head, text)
    }
}

fn nothing(text: &str) -> Said {
    Said {
        weight: Weight::Nothing,
        ..said("", text)
    }
}

/// A part, or that there is nothing of it.
fn part(title: &'static str, lines: Vec<Said>, none: &str) -> Part {
    let lines = if lines.is_empty() {
        vec![nothing(none)]
    } else {
        lines
    };
    Part { title, lines }
}

/// The parts of the brief, in the order in which they are read.
#[must_use]
pub fn parts(of: &Brief<'_>, incident: &Incident, zone: Zone) -> Vec<Part> {
    let now = of.now;
    let at = |at: Timestamp| zone.hms(at);
    let each = |lines: Vec<Said>, title, none| part(title, lines, none);
    let updates = of.updates.iter().map(|update| posted(update, now, zone));
    let next = (of.promised.iter()).map(|(audience, at)| promised(*audience, *at, now));
    let asks = of.asks.iter().map(|ask| asked(ask, now)).collect();
    let drafts = of.drafts.iter().map(|draft| drafted(draft, zone)).collect();
    let decided = |entry: &&Entry| {
        said(
            at(entry.occurred_at),
            format!("{}: {}", entry.by, entry.text),
        )
    };
    let hypotheses = of.hypotheses.iter().map(|held| supposed(held)).collect();
    let here = vec![said("", names(&of.present))];
    vec![
        each(state(of), "State", ""),
        each(roles(of), "Roles", "Nobody has a role."),
        each(milestones(of, zone), "Milestones", "None is known."),
        each(
            updates.chain(next).collect(),
            "Updates",
            "Nothing was told to anyone.",
        ),
        each(drafts, "Drafts not posted", "None."),
        each(asks, "Open asks", "Nobody is asked for anything."),
        each(timers(of, incident), "Timers", "None runs."),
        each(firing(of, now), "Alerts that fire", "None."),
        each(
            of.decisions.iter().map(decided).collect(),
            "Decisions of the last hour",
            "None.",
        ),
        each(hypotheses, "Hypotheses", "None is open."),
        each(
            of.runbooks.iter().map(|runbook| run(runbook)).collect(),
            "Runbooks",
            "None is attached.",
        ),
        part(
            "Here",
            if of.present.is_empty() {
                Vec::new()
            } else {
                here
            },
            "Not known: the server has not said who is connected. Ask by voice who is there.",
        ),
    ]
}

fn state(of: &Brief<'_>) -> Vec<Said> {
    let severity = of.severity.map_or_else(
        || alarm("severity", "UNSET"),
        |severity: Severity| said("severity", format!("{severity} ({})", severity.meaning())),
    );
    let lasts = clock_hms(of.now - of.since);
    vec![
        said("title", of.title),
        severity,
        said("status", format!("{}, {lasts} in all", of.status)),
    ]
}

fn roles(of: &Brief<'_>) -> Vec<Said> {
    let held = of.roles.iter().map(|(role, holder)| {
        let since = age(of.now - holder.since);
        said(
            role.short(),
            format!("{} for {}", holder.person, since.trim()),
        )
    });
    let vacant = of.vacant.iter().map(|role| alarm(role.short(), "VACANT"));
    held.chain(vacant).collect()
}

fn milestones(of: &Brief<'_>, zone: Zone) -> Vec<Said> {
    let line = |(milestone, at): &(Milestone, Timestamp)| {
        said(
            milestone.name(),
            format!("{} {}", zone.date(*at), zone.hms(*at)),
        )
    };
    of.milestones.iter().map(line).collect()
}

fn posted(of: &Update, now: Timestamp, zone: Zone) -> Said {
    let ago = age(now - of.at);
    let (by, at) = (&of.by, zone.hms(of.at));
    said(
        of.audience.name(),
        format!("{at}, {} ago, by {by}: {}", ago.trim(), of.text),
    )
}

fn drafted(of: &Update, zone: Zone) -> Said {
    let (by, at) = (&of.by, zone.hms(of.at));
    let words = match of.is_withheld() {
        true => String::new(),
        false => format!(": {}", of.text),
    };
    let state = of.state.name();
    alarm(of.audience.name(), format!("{state}, {at} by {by}{words}"))
}

fn promised(audience: Audience, at: Timestamp, now: Timestamp) -> Said {
    let left = countdown(at - now);
    if left.late {
        alarm(audience.name(), format!("next OVERDUE {}", left.text))
    } else {
        said(audience.name(), format!("next in {}", left.text))
    }
}

fn asked(of: &Ask, now: Timestamp) -> Said {
    let left = countdown(of.due_at - now);
    let left = left.text.trim();
    let has_it = if of.acknowledged_at.is_some() {
        ""
    } else {
        ", not acknowledged"
    };
    let from = if of.by == of.to {
        String::new()
    } else {
        format!(" (from {}{has_it})", of.by)
    };
    let (to, text) = (of.to.to_string(), &of.text);
    if of.is_overdue(now) {
        return alarm(to, format!("OVERDUE {left}  {text}{from}"));
    }
    said(to, format!("{left}  {text}{from}"))
}

/// What waits for an end of its own: proposals, offers, acknowledgements of alerts.
fn timers(of: &Brief<'_>, incident: &Incident) -> Vec<Said> {
    let left = |at: Timestamp| countdown(at - of.now).text.trim().to_owned();
    let proposals = of.proposals.iter().map(|proposal: &&Proposal| {
        let text = format!("{} proposes: {}", proposal.by, proposal.text);
        match proposal.state {
            ProposalState::Contested => alarm("objected", text),
            _ => said(left(proposal.closes_at), text),
        }
    });
    let timers = of.timers.iter().filter_map(|timer| {
        let what = match timer.due {
            Due::Handover(id) => {
                let offer = incident.handover(id)?;
                format!("{} is offered to {}", offer.role, offer.to)
            }
            Due::Acknowledgement(seq) => {
                let mut held = incident.acknowledged.values();
                let held = held.find(|held| held.seq == seq)?;
                format!("{} has taken note of {}", held.by, held.title)
            }
            _ => return None,
        };
        Some(said(left(timer.at), what))
    });
    proposals.chain(timers).collect()
}

fn firing(of: &Brief<'_>, now: Timestamp) -> Vec<Said> {
    let line = |alert: &&Alert| {
        let since = age(now - alert.starts_at);
        let service = alert.service.as_deref();
        let service = service.map_or_else(String::new, |service| format!(" {service}"));
        let summary = match &*alert.summary {
            "" => String::new(),
            summary => format!(": {summary}"),
        };
        alarm(since.trim(), format!("{}{service}{summary}", alert.name))
    };
    let more = of.firing.len().saturating_sub(ALERTS);
    let more = (more > 0).then(|| alarm("", format!("and {more} more")));
    of.firing
        .iter()
        .take(ALERTS)
        .map(line)
        .chain(more)
        .collect()
}

fn supposed(of: &Hypothesis) -> Said {
    let grounds: Vec<String> = of
        .grounds()
        .map(|said| ground(said.evidence, said.reason.as_deref()))
        .collect();
    let grounds = if grounds.is_empty() {
        String::new()
    } else {
        format!(" ({})", grounds.join("; "))
    };
    let (text, state) = (&of.text, of.state().title());
    said(of.name().to_string(), format!("{state}: {text}{grounds}"))
}

/// What speaks for it, in a few words.
#[must_use]
pub fn ground(evidence: Option<crate::incident::Seq>, reason: Option<&str>) -> String {
    match (evidence, reason) {
        (Some(seq), Some(why)) => format!("#{seq} {why}"),
        (Some(seq), None) => format!("#{seq}"),
        (None, why) => why.unwrap_or("nothing named").to_owned(),
    }
}

fn run(of: &Runbook) -> Said {
    let now = of
        .steps
        .iter()
        .find(|step| step.state == StepState::InProgress);
    let now = now.map_or_else(String::new, |step| {
        let by = step.by.as_ref().map(|by| format!(" ({by})"));
        format!(
            ", at {}. {}{}",
            step.no,
            step.text.title,
            by.unwrap_or_default()
        )
    });
    let settled = format!("{}/{}", of.settled(), of.steps.len());
    said(settled, format!("{}{now}", of.title))
}
