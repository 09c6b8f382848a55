//! `warroom reopen`, `cancel`, `decline` and `merge`: the turns that an incident rarely takes.

use crate::cli::args::Again;
use crate::cli::context::Context;
use crate::error::Failure;
use crate::incident::{IncidentId, Intent};
use clap::Args;
use std::sync::Arc;

/// What `reopen`, `cancel` and `decline` take.
#[derive(Debug, Args)]
pub struct EndArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// Why
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    again: Again,
}

/// What `merge` takes.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// The incident that ends
    incident: IncidentId,
    /// The incident that goes on
    into: IncidentId,
    #[command(flatten)]
    again: Again,
}

/// Which of the three it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It is not over after all.
    Reopen,
    /// It was declared by mistake.
    Cancel,
    /// It is not an incident.
    Decline,
}

/// Reopens, cancels or declines.
///
/// # Errors
/// When it was refused or the server cannot be reached.
pub async fn run(end: End, args: EndArgs, cx: &Context) -> Result<(), Failure> {
    let reason: Arc<str> = args.reason.into();
    let (intent, done) = match end {
        End::Reopen => (Intent::Reopen { reason }, "reopened"),
        End::Cancel => (Intent::Cancel { reason }, "cancelled"),
        End::Decline => (Intent::Decline { reason }, "declined"),
    };
    cx.submit(args.again, Some(args.incident), intent, done)
        .await?;
    Ok(())
}

/// Merges.
///
/// # Errors
/// When it was refused or the server cannot be reached.
pub async fn merge(args: MergeArgs, cx: &Context) -> Result<(), Failure> {
    let done = format!("merged into {}", args.into);
    let intent = Intent::Merge { into: args.into };
    cx.submit(args.again, Some(args.incident), intent, &done)
        .await?;
    Ok(())
}
