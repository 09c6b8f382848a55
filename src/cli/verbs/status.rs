//! `warroom status`: move an incident on, or correct where it stands.

use crate::cli::args::Again;
use crate::cli::context::Context;
use crate::cli::when::When;
use crate::error::Failure;
use crate::incident::{IncidentId, Intent, Status};
use clap::Args;

/// What `status` takes.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// investigating, identified, mitigating, monitoring, resolved or closed, or how it begins
    status: Status,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    /// When that became so, if not now
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    at: Option<When>,
    #[command(flatten)]
    again: Again,
}

/// Sets the status.
///
/// # Errors
/// When it was refused or the server cannot be reached.
pub async fn run(args: StatusArgs, cx: &Context) -> Result<(), Failure> {
    let at = args.at.as_ref().map(|when| cx.moment(when)).transpose()?;
    let intent = Intent::SetStatus {
        status: args.status,
        at,
        reason: args.reason.map(Into::into),
    };
    let done = format!("now {}", args.status);
    cx.submit(args.again, Some(args.incident), intent, &done)
        .await?;
    Ok(())
}
