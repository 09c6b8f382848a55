//! `warroom timeline`: what happened, line by line, and what happens next.

use crate::cli::context::Context;
use crate::cli::history::{entries, read_all};
use crate::cli::out::Out;
use crate::cli::session::{Part, Session};
use crate::cli::shapes;
use crate::cli::when::When;
use crate::console::text::{pad_right, visible_block};
use crate::error::{Failure, Kind};
use crate::incident::{Entry, Event, IncidentId, Seq, Timestamp};
use crate::protocol::limits::PAGE_EVENTS;
use clap::Args;

/// Above any seq: asks for the newest.
const NEWEST: Seq = Seq(i64::MAX as u64);

/// What `timeline` takes.
#[derive(Debug, Args)]
pub struct TimelineArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// Go on with what happens next, until interrupted
    #[arg(long, short)]
    follow: bool,
    /// Only what happened from then on: 14:02, -20m, '2026-11-24 14:02' or RFC 3339
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    since: Option<When>,
    /// Only the newest N lines
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

/// Prints the lines, and with `--follow` goes on.
///
/// # Errors
/// When there is no such incident or the server cannot be reached.
pub async fn run(args: TimelineArgs, cx: &Context) -> Result<(), Failure> {
    let since = args
        .since
        .as_ref()
        .map(|when| cx.moment(when))
        .transpose()?;
    let mut session = cx.session().await?;
    let (mut lines, head) = past(&mut session, &args, since).await?;
    if let Some(limit) = args.limit {
        lines.drain(..lines.len().saturating_sub(limit));
    }
    let mut out = cx.out();
    for line in &lines {
        print(&mut out, args.incident, line)?;
    }
    out.flush()?;
    if args.follow {
        follow(session, &args, head, &mut out).await
    } else {
        session.close().await;
        Ok(())
    }
}

/// The lines so far, and the place of the last event. Pages backwards, only as far as needed.
async fn past(
    session: &mut Session,
    args: &TimelineArgs,
    since: Option<Timestamp>,
) -> Result<(Vec<Entry>, Seq), Failure> {
    let mut events: Vec<Event> = Vec::new();
    let mut corrections = Vec::new();
    let mut before = NEWEST;
    loop {
        let page = session
            .page(args.incident, Part::Before(before), PAGE_EVENTS)
            .await?;
        let mut older = read_all(&page.records)?;
        corrections.extend(read_all(&page.corrections)?);
        let Some(first) = older.first() else { break };
        before = first.seq;
        // What happened is never recorded before it happened, but for a clock that is off: a page
        // that was recorded before `since` holds nothing from then on.
        let early = since.is_some_and(|since| first.recorded_at < since - skew_allowed());
        older.append(&mut events);
        events = older;
        let enough = args.limit.is_some_and(|limit| {
            // Lines may be late entries, so one page more than the count is looked at.
            events.len() >= limit.saturating_add(PAGE_EVENTS as usize)
        });
        if !page.more || early || enough {
            break;
        }
    }
    if events.is_empty() {
        return Err(Failure::refused(format!("There is no {}.", args.incident))
            .instead("List them with `warroom list --all`."));
    }
    let head = events.last().map_or(Seq::ZERO, |event| event.seq);
    corrections.sort_by_key(|event| event.seq);
    corrections.dedup_by_key(|event| event.seq);
    let mut lines = entries(&events, &corrections);
    if let Some(since) = since {
        lines.retain(|line| line.occurred_at >= since);
    }
    Ok((lines, head))
}

fn skew_allowed() -> chrono::TimeDelta {
    chrono::TimeDelta::seconds(crate::incident::limits::FUTURE_SECONDS_MAX)
}

/// Prints each new line as it becomes durable, in the order of the log. After a cut it goes on
/// from the last one it had: nothing is left out or printed twice.
async fn follow(
    mut session: Session,
    args: &TimelineArgs,
    head: Seq,
    out: &mut Out,
) -> Result<(), Failure> {
    session.join(args.incident).await?;
    let mut had = head;
    loop {
        let Some(room) = session.client().room(args.incident) else {
            let what = format!("{} is closed to you from here on.", args.incident);
            return Err(Failure::refused(what).instead("Ask someone who sees it to admit you."));
        };
        let known = room.confirmed().seq;
        while had < known {
            let page = match session
                .page(args.incident, Part::After(had), PAGE_EVENTS)
                .await
            {
                Ok(page) => page,
                // The link reconnects; the same page is asked for when it stands again.
                Err(failure) if failure.kind == Kind::Unreachable => break,
                Err(failure) => return Err(failure),
            };
            let events = read_all(&page.records)?;
            let Some(last) = events.last() else { break };
            had = last.seq;
            for line in &entries(&events, &read_all(&page.corrections)?) {
                print(out, args.incident, line)?;
            }
            out.flush()?;
        }
        session.follow().await?;
    }
}

/// One line: as an object, or for people.
///
/// # Errors
/// When it cannot be written.
pub fn print(out: &mut Out, incident: IncidentId, line: &Entry) -> Result<(), Failure> {
    if out.style.json {
        return out.json(&shapes::entry(incident, line));
    }
    let text = visible_block(&line.text);
    let mut words = text.lines();
    let mut first = words.next().unwrap_or_default().to_owned();
    if line.marks.pinned {
        first.insert_str(0, "!! ");
    }
    // The composer leaves a tag in the words; one that a program gave stands beside them.
    let beside =
        |tag: &&std::sync::Arc<str>| !line.text.to_lowercase().contains(&format!("#{tag}"));
    for tag in line.tags.iter().filter(beside) {
        first.push_str(" #");
        first.push_str(&crate::console::text::visible_line(tag));
    }
    let mut marks = String::new();
    if line.marks.private {
        marks.push_str(" (private)");
    }
    if line.marks.amended.is_some() {
        marks.push_str(" (amended)");
    }
    if let Some(why) = &line.marks.retracted {
        let why = crate::console::text::visible_line(why);
        marks.push_str(&format!(" (retracted: {why})"));
    }
    let when = out.quiet(&out.date_time_zone(line.occurred_at));
    let kind = pad_right(line.kind.title(), KIND_CELLS);
    let by = pad_right(line.by.as_str(), BY_CELLS);
    let marks = out.quiet(&marks);
    out.line(format_args!("{when}  {kind}  {by}  {first}{marks}"))?;
    for more in words {
        out.line(format_args!("    {more}"))?;
    }
    Ok(())
}

/// The longest kind.
const KIND_CELLS: usize = 15;
/// A name of usual length; a longer one is cut.
const BY_CELLS: usize = 12;
