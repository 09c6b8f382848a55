//! `warroom ask`: a task for one person, with a clock.

use crate::cli::args::{Again, duration};
use crate::cli::context::Context;
use crate::error::Failure;
use crate::incident::{IncidentId, Intent, Person};
use clap::Args;
use std::time::Duration;

/// What `ask` takes.
#[derive(Debug, Args)]
pub struct AskArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// Who is asked
    person: Person,
    /// What is asked
    text: String,
    /// How long they have
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration)]
    within: Duration,
    #[command(flatten)]
    again: Again,
}

/// Puts the task to the person.
///
/// # Errors
/// When it was refused or the server cannot be reached.
pub async fn run(args: AskArgs, cx: &Context) -> Result<(), Failure> {
    let minutes = whole_minutes(args.within);
    let done = format!("asked {} ({minutes} min): {}", args.person, args.text);
    let intent = Intent::Ask {
        to: args.person,
        minutes,
        text: args.text.into(),
    };
    cx.submit(args.again, Some(args.incident), intent, &done)
        .await?;
    Ok(())
}

/// Rounded up, so that a promise in seconds is not one of no time at all.
pub(super) fn whole_minutes(length: Duration) -> u32 {
    u32::try_from(length.as_secs().div_ceil(60)).unwrap_or(u32::MAX)
}
