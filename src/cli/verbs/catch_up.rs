//! `warroom catch-up`: what changed since someone last looked, told from the log.

use crate::cli::context::Context;
use crate::cli::history::read_all;
use crate::cli::session::{Part, Session};
use crate::cli::shapes;
use crate::cli::when::When;
use crate::console::text::{pad_right, visible_line};
use crate::error::Failure;
use crate::incident::limits::CATCH_UP_EVENTS;
use crate::incident::{Changes, Event, IncidentId, Seq, Timestamp, catch_up};
use crate::protocol::limits::PAGE_EVENTS;
use clap::Args;

/// What `catch-up` takes.
#[derive(Debug, Args)]
pub struct CatchUpArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// Since when: 14:02, -20m, '2026-11-24 14:02' or RFC 3339; absent: since your console last
    /// showed it on this machine, or since it was opened
    #[arg(
        long,
        value_name = "WHEN",
        allow_hyphen_values = true,
        conflicts_with = "after"
    )]
    since: Option<When>,
    /// Since this place of the log
    #[arg(long, value_name = "SEQ")]
    after: Option<u64>,
}

/// Prints what changed, by what it is about, what is for you first.
///
/// # Errors
/// When there is no such incident or the server cannot be reached.
pub async fn run(args: CatchUpArgs, cx: &Context) -> Result<(), Failure> {
    let since = args
        .since
        .as_ref()
        .map(|when| cx.moment(when))
        .transpose()?;
    let mut session = cx.session().await?;
    session.join(args.incident).await?;
    let client = session.client();
    let head = client
        .room(args.incident)
        .map_or(Seq::ZERO, |room| room.confirmed().seq);
    let me = client.me().map(|me| me.person.clone());
    let looked = match (&me, args.after, since) {
        (Some(me), None, None) => cx.looked(session.url(), me, args.incident),
        _ => None,
    };
    let after = args.after.map(Seq).or(looked.map(|looked| looked.seq));
    let after = after.unwrap_or(Seq::ZERO).min(head);
    let from = after.max(Seq(head.0.saturating_sub(CATCH_UP_EVENTS)));
    let events = fetch(&mut session, args.incident, from, since).await?;
    session.close().await;
    let changes = catch_up(&events, me.as_ref());
    print(args.incident, &changes, (after, from, since), cx)
}

/// The events after that place, recorded from `since` on.
async fn fetch(
    session: &mut Session,
    incident: IncidentId,
    mut after: Seq,
    since: Option<Timestamp>,
) -> Result<Vec<Event>, Failure> {
    let mut events: Vec<Event> = Vec::new();
    loop {
        let page = session
            .page(incident, Part::After(after), PAGE_EVENTS)
            .await?;
        let mut read = read_all(&page.records)?;
        let Some(last) = read.last() else { break };
        after = last.seq;
        read.retain(|event| since.is_none_or(|since| event.recorded_at >= since));
        events.append(&mut read);
        if !page.more {
            break;
        }
    }
    Ok(events)
}

fn print(
    incident: IncidentId,
    changes: &Changes,
    (after, from, since): (Seq, Seq, Option<Timestamp>),
    cx: &Context,
) -> Result<(), Failure> {
    let mut out = cx.out();
    if cx.global.json {
        for change in &changes.changes {
            out.json(&shapes::change(incident, change))?;
        }
        return out.flush();
    }
    let place = match (since, after) {
        (Some(since), _) => out.date_time_zone(since),
        (None, Seq::ZERO) => "it was opened".to_owned(),
        (None, after) => format!("entry {after}"),
    };
    if changes.count() == 0 {
        out.line(format_args!("{incident}: nothing changed since {place}."))?;
        return out.flush();
    }
    out.line(format_args!(
        "{incident}: {} changes since {place}.",
        changes.count()
    ))?;
    if from > after {
        out.line(format_args!(
            "Only the newest {CATCH_UP_EVENTS} events are told; `warroom timeline {incident}` has all."
        ))?;
    }
    for (group, changes) in changes.groups() {
        out.line(format_args!("\n{}", group.title()))?;
        for change in changes {
            let when = out.date_time_zone(change.at);
            let by = pad_right(change.by.as_str(), BY_CELLS);
            out.line(format_args!("{when}  {by}  {}", visible_line(&change.text)))?;
        }
    }
    let others = changes.others.iter();
    let others: Vec<String> = others.map(|(kind, n)| format!("{n}× {kind}")).collect();
    if !others.is_empty() {
        out.line(format_args!("\nAnd {}.", others.join(", ")))?;
    }
    out.flush()
}

/// A name of usual length.
const BY_CELLS: usize = 12;
