//! `warroom ask`: a task for one person, with a clock, and what is said about it.

use crate::cli::args::{Again, duration};
use crate::cli::context::{Context, command_id};
use crate::cli::session::{self, Session};
use crate::cli::shapes;
use crate::console::text::countdown;
use crate::error::Failure;
use crate::incident::{Ask, Incident, IncidentId, Intent, Person};
use clap::Args;
use std::time::Duration;

/// What `ask` takes.
#[derive(Debug, Args)]
pub struct AskArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// Who is asked, how long they have and what is asked, as '@bo 10m check web latency'; or an
    /// ask's number and what is said about it: ack, done, decline, more 10m, extend 10m, refuse or
    /// withdraw, then the words; absent: list the open asks
    words: Vec<String>,
    /// How long they have, where the words do not say [default: 10m]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    within: Option<Duration>,
    /// It was given by voice, to someone who may not be connected: note it
    #[arg(long)]
    told: bool,
    /// Who gave it by voice; absent: the commander
    #[arg(long, value_name = "PERSON", requires = "told")]
    from: Option<Person>,
    #[command(flatten)]
    again: Again,
}

/// Puts the task to the person, says something about an ask, or lists what is open.
///
/// # Errors
/// When the words mean nothing, it was refused or the server cannot be reached.
pub async fn run(args: AskArgs, cx: &Context) -> Result<(), Failure> {
    let mut session = cx.session().await?;
    // Who commands is part of what is noted, and is said.
    if args.told || args.words.is_empty() {
        session.join(args.incident).await?;
    }
    if args.words.is_empty() {
        let room = session.client().room(args.incident);
        let state = room.map(|room| room.confirmed().clone());
        session.close().await;
        return list(state.as_ref(), cx);
    }
    let (intent, done) = meaning(&session, &args, cx)?;
    let receipt = session
        .submit(command_id(args.again), Some(args.incident), intent)
        .await?;
    session.close().await;
    cx.print_receipt(&receipt, &done)
}

/// The line of the composer that says the same: there is one grammar for both.
fn line(args: &AskArgs) -> String {
    let words = args.words.join(" ");
    let is_number = |word: &String| word.trim_start_matches('#').parse::<u32>().is_ok();
    if args.words.first().is_some_and(is_number) {
        return format!("/answer {words}");
    }
    let (person, rest) = words.split_once(' ').unwrap_or((&words, ""));
    let within = args.within.map(whole_minutes);
    let within = within.map_or_else(String::new, |minutes| format!("{minutes}m "));
    let from = args.from.as_ref();
    let from = from.map_or_else(String::new, |from| format!("from @{from} "));
    let word = if args.told { "told" } else { "ask" };
    format!("/{word} {person} {from}{within}{rest}")
}

fn meaning(session: &Session, args: &AskArgs, cx: &Context) -> Result<(Intent, String), Failure> {
    let room = session.client().room(args.incident);
    let parsed = cx.parsed(&line(args), room.map(crate::client::Room::confirmed));
    let preview = parsed.preview;
    parsed
        .intent
        .map(|intent| (intent, preview))
        .map_err(|problem| {
            Failure::usage(problem.why)
                .means("Nobody was asked, and no ask was answered.")
                .instead(
                    "Write it as `warroom ask INC-1 @bo 10m check web latency`, or as \
                     `warroom ask INC-1 3 done latency is normal`.",
                )
        })
}

fn list(state: Option<&Incident>, cx: &Context) -> Result<(), Failure> {
    let mut out = cx.out();
    let asks = state.into_iter().flat_map(|incident| &incident.asks);
    let mut open: Vec<&Ask> = asks.filter(|ask| ask.state.is_open()).collect();
    open.sort_by_key(|ask| (ask.due_at, ask.id));
    if cx.global.json {
        for ask in open {
            out.json(&shapes::ask(ask))?;
        }
        return out.flush();
    }
    if open.is_empty() {
        out.line("Nobody is asked for anything.")?;
        return out.flush();
    }
    let rows: Vec<Vec<String>> = open.into_iter().map(row).collect();
    out.table(&["ASK", "TO", "DUE", "STATE", "BY", "WHAT"], &rows)?;
    out.flush()
}

fn row(of: &Ask) -> Vec<String> {
    let left = countdown(of.due_at - session::now());
    let due = if left.late {
        format!("OVERDUE {}", left.text)
    } else {
        left.text
    };
    let more = of.more_time.as_ref();
    let more = more.map_or_else(String::new, |more| {
        format!(", needs {}m more", more.minutes)
    });
    vec![
        of.id.to_string(),
        of.to.to_string(),
        due,
        format!("{}{more}", of.state.name()),
        of.by.to_string(),
        of.text.to_string(),
    ]
}

/// Rounded up, so that a promise in seconds is not one of no time at all.
pub(super) fn whole_minutes(length: Duration) -> u32 {
    u32::try_from(length.as_secs().div_ceil(60)).unwrap_or(u32::MAX)
}
