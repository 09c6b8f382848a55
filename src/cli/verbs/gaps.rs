//! `warroom gaps`: where the timeline says nothing while things changed.

use crate::cli::args::duration;
use crate::cli::context::Context;
use crate::cli::history::History;
use crate::cli::session::now;
use crate::cli::shapes;
use crate::console::text::{age, truncate};
use crate::error::Failure;
use crate::incident::{Entry, Gap, IncidentId, Milestone, gaps};
use chrono::TimeDelta;
use clap::Args;
use std::collections::BTreeMap;
use std::time::Duration;

/// Cells that the words of the first change have.
const SHOWN: usize = 60;

/// What `gaps` takes.
#[derive(Debug, Args)]
pub struct GapsArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// The shortest stretch that counts
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration)]
    over: Duration,
}

/// Prints the stretches in which nobody wrote while something changed.
///
/// # Errors
/// When there is no such incident or the server cannot be reached.
pub async fn run(args: GapsArgs, cx: &Context) -> Result<(), Failure> {
    let mut session = cx.session().await?;
    let history = History::fetch(&mut session, args.incident).await?;
    session.close().await;
    let entries = history.entries();
    let state = history.state(args.incident);
    // What is written later is the review.
    let resolved = state.milestones.at(Milestone::Resolved);
    let end = resolved.filter(|_| !state.status.is_open());
    let end = end.unwrap_or_else(now);
    let over = TimeDelta::from_std(args.over)
        .map_err(|_| Failure::usage("No incident lasts that long.").instead("Say --over 10m."))?;
    let found = gaps(&entries, over, end);
    let mut out = cx.out();
    if cx.global.json {
        for gap in &found {
            out.json(&shapes::gap(args.incident, gap))?;
        }
        return out.flush();
    }
    if found.is_empty() {
        out.line(format_args!(
            "{}: nothing changed for {} without an entry of someone.",
            args.incident,
            age(over)
        ))?;
        return out.flush();
    }
    let rows: Vec<Vec<String>> = found
        .iter()
        .map(|gap| {
            vec![
                out.date_time_zone(gap.from),
                age(gap.to - gap.from),
                kinds(gap, &entries),
                first(gap, &entries),
            ]
        })
        .collect();
    out.table(&["FROM", "FOR", "WHAT CHANGED", "FIRST"], &rows)?;
    out.line("Write what happened there: `warroom note INC '14:05 …'` slots in where it belongs.")?;
    out.flush()
}

fn of<'a>(gap: &'a Gap, entries: &'a [Entry]) -> impl Iterator<Item = &'a Entry> {
    entries
        .iter()
        .filter(|entry| gap.changes.contains(&entry.seq))
}

/// `2 alert, runbook step`.
fn kinds(gap: &Gap, entries: &[Entry]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in of(gap, entries) {
        *counts.entry(entry.kind.title()).or_default() += 1;
    }
    let words = counts.iter().map(|(kind, count)| match count {
        1 => (*kind).to_owned(),
        more => format!("{more}× {kind}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

fn first(gap: &Gap, entries: &[Entry]) -> String {
    let first = of(gap, entries).next();
    let words = first.map(|entry| entry.text.replace('\n', " "));
    truncate(&words.unwrap_or_default(), SHOWN).into_owned()
}
