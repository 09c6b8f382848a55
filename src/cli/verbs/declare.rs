//! `warroom declare`: call it an incident.

use crate::cli::args::Again;
use crate::cli::context::Context;
use crate::cli::when::When;
use crate::error::Failure;
use crate::incident::{DeclarePrivate, IncidentId, Intent, Kind, Person, Severity};
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
    /// Nobody sees it but you and those who are admitted
    #[arg(long)]
    private: bool,
    /// Someone who may see it; may be given more than once
    #[arg(long, value_name = "PERSON", requires = "private")]
    admit: Vec<Person>,
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
    let kind = if args.drill { Kind::Drill } else { Kind::Real };
    let declared = DeclarePrivate {
        title: args.title.map(Into::into),
        severity: args.severity,
        service: args.service.map(Into::into),
        started_at,
        kind,
        people: args.admit,
    };
    let (intent, private) = if args.private {
        (Intent::DeclarePrivate(Box::new(declared)), " private")
    } else {
        let declared = Intent::Declare {
            title: declared.title,
            severity: declared.severity,
            service: declared.service,
            started_at,
            kind,
        };
        (declared, "")
    };
    let done = format!("declared{private}{level}{title}");
    cx.submit(args.again, args.incident, intent, &done).await?;
    Ok(())
}
