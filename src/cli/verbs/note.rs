//! `warroom note`: a line of the timeline, in the composer's grammar.

use crate::cli::args::Again;
use crate::cli::context::Context;
use crate::cli::session;
use crate::console::grammar::{self, GrammarContext};
use crate::error::Failure;
use crate::incident::{IncidentId, limits};
use clap::Args;
use std::io::Read;

/// What `note` takes.
#[derive(Debug, Args)]
pub struct NoteArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// The line, as in the composer: `-5m !! pods restart #db`, `/decision …`; `-` reads it from
    /// standard input
    #[arg(value_name = "TEXT", allow_hyphen_values = true)]
    text: String,
    #[command(flatten)]
    again: Again,
}

/// Writes the line.
///
/// # Errors
/// When it says something that the grammar does not know, was refused, or the server cannot be
/// reached.
pub async fn run(args: NoteArgs, cx: &Context) -> Result<(), Failure> {
    let text = if args.text == "-" {
        from_input()?
    } else {
        args.text
    };
    let context = GrammarContext {
        now: session::now(),
        zone: cx.zone(),
        incident: None,
        runbook: None,
    };
    let parsed = grammar::parse(text.trim_end_matches('\n'), &context);
    let intent = parsed
        .intent
        .map_err(|problem| Failure::usage(problem.why).instead(problem.instead))?;
    cx.submit(args.again, Some(args.incident), intent, "written")
        .await?;
    Ok(())
}

/// All of standard input, up to what a note may have and a little, so that too long a text is
/// refused by its length and not cut.
fn from_input() -> Result<String, Failure> {
    let mut text = String::new();
    let most = u64::try_from(limits::NOTE_BYTES)
        .unwrap_or(u64::MAX)
        .saturating_add(1_024);
    std::io::stdin()
        .lock()
        .take(most)
        .read_to_string(&mut text)
        .map_err(|error| Failure::usage("Standard input cannot be read as text.").because(error))?;
    Ok(text)
}
