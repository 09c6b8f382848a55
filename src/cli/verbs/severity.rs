//! `warroom severity`: set or correct how bad it is.

use crate::cli::args::Again;
use crate::cli::context::Context;
use crate::error::Failure;
use crate::incident::{IncidentId, Intent, Severity};
use clap::Args;

/// What `severity` takes.
#[derive(Debug, Args)]
pub struct SeverityArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// 1 (critical: complete outage), 2 (high), 3 (moderate: workaround exists), 4 (low)
    severity: Severity,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    again: Again,
}

/// Sets the severity.
///
/// # Errors
/// When it was refused or the server cannot be reached.
pub async fn run(args: SeverityArgs, cx: &Context) -> Result<(), Failure> {
    let intent = Intent::SetSeverity {
        severity: Some(args.severity),
        reason: args.reason.map(Into::into),
    };
    let done = format!("now {}, {}", args.severity, args.severity.meaning());
    cx.submit(args.again, Some(args.incident), intent, &done)
        .await?;
    Ok(())
}
