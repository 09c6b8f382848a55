//! `warroom declare`: call it an incident.

use crate::cli::args::Again;
use crate::cli::context::Context;
use crate::cli::when::When;
use crate::error::Failure;
use crate::incident::{IncidentId, Intent, Kind, Severity};
use clap::Args;

/// What `declare` takes.
#[derive(Debug, Args)]
pub struct DeclareArgs {
    /// One line that says what is wrong; with --incident, absent keeps the title
    #[arg(required_unless_present = "incident")]
    title: Option<String>,
    /// How bad it is: 1 (critical) to 4 (cosmetic)
    #[arg(long, value_name = "N")]
    severity: Option<Severity>,
    /// The service that is hurt
    #[arg(long)]
    service: Option<String>,
    /// When the harm began: 14:02, -20m, '2026-11-24 14:02' or RFC 3339
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    started: Option<When>,
    /// It is practice
    #[arg(long)]
    drill: bool,
    /// Declare this one, which waits in triage, instead of a new one
    #[arg(long, value_name = "INC")]
    incident: Option<IncidentId>,
    #[command(flatten)]
    again: Again,
}

/// Declares it.
///
/// # Errors
/// When it was refused or the server cannot be reached.
pub async fn run(args: DeclareArgs, cx: &Context) -> Result<(), Failure> {
    let started_at = args
        .started
        .as_ref()
        .map(|when| cx.moment(when))
        .transpose()?;
    let level = args
        .severity
        .map(|severity| format!(" {severity}"))
        .unwrap_or_default();
    let title = args
        .title
        .as_deref()
        .map(|title| format!(": {title}"))
        .unwrap_or_default();
    let intent = Intent::Declare {
        title: args.title.map(Into::into),
        severity: args.severity,
        service: args.service.map(Into::into),
        started_at,
        kind: if args.drill { Kind::Drill } else { Kind::Real },
    };
    let done = format!("declared{level}{title}");
    cx.submit(args.again, args.incident, intent, &done).await?;
    Ok(())
}
