//! `warroom show`: one incident, all but its timeline.

use crate::cli::context::Context;
use crate::cli::out::Out;
use crate::cli::{pinned, session, shapes};
use crate::console::chart::Signs;
use crate::console::text::{age, clock_hms, visible_line};
use crate::error::Failure;
use crate::incident::{AlertState, Audience, Incident, IncidentId, StepState};
use clap::Args;

/// What `show` takes.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
}

/// Shows it.
///
/// # Errors
/// When there is no such incident or the server cannot be reached.
pub async fn run(args: ShowArgs, cx: &Context) -> Result<(), Failure> {
    let mut session = cx.session().await?;
    session.join(args.incident).await?;
    let state = session
        .client()
        .room(args.incident)
        .map(|room| room.confirmed().clone());
    session.close().await;
    let Some(state) = state else {
        return Err(Failure::refused(format!("There is no {}.", args.incident)));
    };
    let mut out = cx.out();
    if cx.global.json {
        out.json(&shapes::incident(&state))?;
    } else {
        people(&mut out, &state)?;
        work(&mut out, &state)?;
        beside(&mut out, &state, cx.signs()?)?;
    }
    out.flush()
}

fn people(out: &mut Out, of: &Incident) -> Result<(), Failure> {
    let drill = if of.is_drill() { "DRILL  " } else { "" };
    let severity = of
        .severity
        .map_or("severity unset".to_owned(), |s| s.to_string());
    let title = out.strong(&visible_line(&of.title));
    out.line(format_args!("{}  {drill}{title}", of.id))?;
    let running = of
        .milestones
        .at(crate::incident::Milestone::Started)
        .unwrap_or(of.opened_at);
    let until = of
        .milestones
        .at(crate::incident::Milestone::Resolved)
        .filter(|_| of.status.is_over())
        .unwrap_or_else(session::now);
    out.line(format_args!(
        "{severity}  {}  {}",
        of.status,
        clock_hms(until - running)
    ))?;
    if let Some(admitted) = &of.private {
        let names = crate::incident::names(admitted);
        out.line(format_args!("PRIVATE  seen by {names}"))?;
    }
    if let Some(service) = &of.service {
        out.line(format_args!("service {}", visible_line(service)))?;
    }
    for (milestone, stamp) in of.milestones.iter() {
        let at = out.date_time_zone(stamp.at);
        out.line(format_args!("  {milestone:<13} {at}"))?;
    }
    out.line("Roles")?;
    for (role, holder) in &of.roles {
        let since = age(session::now() - holder.since);
        out.line(format_args!(
            "  {:<20} {}  {since}",
            role.title(),
            holder.person
        ))?;
    }
    for role in of.vacancies() {
        out.line(format_args!("  {:<20} VACANT", role.title()))?;
    }
    Ok(())
}

fn work(out: &mut Out, of: &Incident) -> Result<(), Failure> {
    if !of.asks.is_empty() {
        out.line("Asks")?;
    }
    for ask in &of.asks {
        let state = if !of.status.is_over() && ask.is_overdue(session::now()) {
            "OVERDUE".to_owned()
        } else {
            ask.state.name().to_owned()
        };
        let due = out.style.zone.hm(ask.due_at);
        let text = visible_line(&ask.text);
        let result = ask.end.as_ref().and_then(|end| end.words.as_deref());
        let result =
            result.map_or_else(String::new, |words| format!("  ({})", visible_line(words)));
        out.line(format_args!(
            "  {} {}  due {due}  {state}  {text}{result}",
            ask.id, ask.to
        ))?;
    }
    for runbook in &of.runbooks {
        let (settled, all) = (runbook.settled(), runbook.steps.len());
        out.line(format_args!(
            "Runbook {}  {settled}/{all}",
            visible_line(&runbook.name)
        ))?;
        for step in &runbook.steps {
            let mark = match step.state {
                StepState::Open => "[ ]",
                StepState::InProgress => "[>]",
                StepState::Done => "[x]",
                StepState::Skipped => "[-]",
                StepState::Failed => "[!]",
            };
            let by = step
                .by
                .as_ref()
                .map(|by| format!("  ({by})"))
                .unwrap_or_default();
            let title = visible_line(&step.text.title);
            out.line(format_args!("  {mark} {} {title}{by}", step.no))?;
        }
    }
    if !of.alerts.is_empty() {
        out.line(format_args!("Alerts  {} firing", of.firing()))?;
    }
    for alert in of.alerts.values() {
        let state = match alert.state {
            AlertState::Firing => "firing  ",
            AlertState::Resolved => "resolved",
        };
        let (name, summary) = (visible_line(&alert.name), visible_line(&alert.summary));
        out.line(format_args!("  {state} {name}  {summary}"))?;
    }
    for (audience, at) in &of.promises {
        let at = out.date_time_zone(*at);
        let whose = match audience {
            Audience::Internal => String::new(),
            other => format!("{other} "),
        };
        out.line(format_args!("Next {whose}update by {at}"))?;
    }
    Ok(())
}

/// Who has taken note of alerts, what was pinned as evidence, and what was asked outside.
fn beside(out: &mut Out, of: &Incident, signs: Signs) -> Result<(), Failure> {
    if !of.acknowledged.is_empty() {
        out.line("Acknowledged")?;
    }
    for held in of.acknowledged.values() {
        let until = held.until.map(|at| out.style.zone.hm(at));
        let until = match (until, held.stands(session::now())) {
            (Some(until), true) => format!("  until {until}"),
            (Some(until), false) => format!("  OVER since {until}"),
            (None, _) => String::new(),
        };
        let since = age(session::now() - held.since);
        let (title, reason) = (visible_line(&held.title), visible_line(&held.reason));
        let by = &held.by;
        out.line(format_args!("  {title}  {by}  {since}{until}  {reason}"))?;
    }
    if !of.evidence.is_empty() {
        out.line("Evidence")?;
    }
    for piece in &of.evidence {
        let line = piece.evidence.line();
        let line = visible_line(&line);
        let at = out.style.zone.hm(piece.pinned_at);
        out.line(format_args!("  {at}  {}  {line}", piece.by))?;
        for line in pinned::lines(&piece.evidence, out.style.zone, signs) {
            out.line(format_args!("         {line}"))?;
        }
    }
    if !of.outside.is_empty() {
        out.line("Asked outside")?;
    }
    for ask in &of.outside {
        let line = ask.call.line(ask.asked_at);
        let line = visible_line(&line);
        let at = out.style.zone.hm(ask.asked_at);
        out.line(format_args!("  {at}  {} {line}", ask.by))?;
        let answer = ask.answer_line();
        let answer = answer.as_deref().map_or("waiting".into(), visible_line);
        out.line(format_args!("         {answer}"))?;
    }
    Ok(())
}
