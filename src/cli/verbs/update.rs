//! `warroom update`: tell those who wait, and promise when they hear more.

use super::ask::whole_minutes;
use crate::cli::args::{Again, duration};
use crate::cli::context::Context;
use crate::error::Failure;
use crate::incident::{IncidentId, Intent};
use clap::Args;
use std::time::Duration;

/// What `update` takes.
#[derive(Debug, Args)]
pub struct UpdateArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// The words, or - to read them from standard input
    text: String,
    /// When the next update is promised; absent: by severity
    #[arg(long, value_name = "TIME", value_parser = duration)]
    next: Option<Duration>,
    #[command(flatten)]
    again: Again,
}

/// Posts the update.
///
/// # Errors
/// When it was refused or the server cannot be reached.
pub async fn run(args: UpdateArgs, cx: &Context) -> Result<(), Failure> {
    let text = crate::cli::context::text_or_stdin(&args.text)?;
    let intent = Intent::PostUpdate {
        update: None,
        text: Some(text.into()),
        next_in_minutes: args.next.map(whole_minutes),
        audience: None,
    };
    cx.submit(
        args.again,
        Some(args.incident),
        intent,
        "the update is posted",
    )
    .await?;
    Ok(())
}
