//! `warroom runbook`: list runbooks, attach one, move its steps on.

use crate::cli::args::Again;
use crate::cli::context::{Context, command_id};
use crate::error::Failure;
use crate::incident::{IncidentId, Intent, StepNo, StepState};
use clap::{Args, Subcommand};
use serde_json::json;
use std::sync::Arc;

/// What `runbook` takes.
#[derive(Debug, Args)]
pub struct RunbookArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the runbooks that can be attached
    List,
    /// Attach a runbook to an incident
    Attach {
        /// The incident, such as INC-42
        incident: IncidentId,
        /// The runbook's name, as in the list
        #[arg(id = "runbook", value_name = "NAME")]
        name: String,
        #[command(flatten)]
        again: Again,
    },
    /// Move a step of an attached runbook on
    Step(StepArgs),
}

#[derive(Debug, Args)]
struct StepArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// The step's number
    step: u32,
    /// done, start, skip, fail or open
    state: StepState,
    /// Why; needed to skip and to fail
    #[arg(long)]
    reason: Option<String>,
    /// Which runbook; may be left out when one is attached
    #[arg(long, value_name = "NAME")]
    runbook: Option<String>,
    #[command(flatten)]
    again: Again,
}

/// Lists, attaches or moves on.
///
/// # Errors
/// When it was refused or the server cannot be reached.
pub async fn run(args: RunbookArgs, cx: &Context) -> Result<(), Failure> {
    match args.what {
        What::List => list(cx).await,
        What::Attach {
            incident,
            name,
            again,
        } => {
            let done = format!("attached {name}");
            let intent = Intent::AttachRunbook { name: name.into() };
            cx.submit(again, Some(incident), intent, &done).await?;
            Ok(())
        }
        What::Step(step) => move_on(step, cx).await,
    }
}

async fn list(cx: &Context) -> Result<(), Failure> {
    let mut session = cx.session().await?;
    let names = session.runbooks().await?;
    session.close().await;
    let mut out = cx.out();
    if cx.global.json {
        for of in &names {
            out.json(&json!({"name": &*of.name, "title": &*of.title, "steps": of.steps}))?;
        }
    } else if names.is_empty() {
        out.line("The server has no runbooks; name their directories in its configuration.")?;
    } else {
        let rows: Vec<Vec<String>> = names
            .iter()
            .map(|of| {
                vec![
                    of.name.to_string(),
                    of.steps.to_string(),
                    of.title.to_string(),
                ]
            })
            .collect();
        out.table(&["NAME", "STEPS", "TITLE"], &rows)?;
    }
    out.flush()
}

async fn move_on(args: StepArgs, cx: &Context) -> Result<(), Failure> {
    let mut session = cx.session().await?;
    let runbook: Arc<str> = match args.runbook {
        Some(name) => name.into(),
        None => {
            session.join(args.incident).await?;
            let attached = session
                .client()
                .room(args.incident)
                .map(crate::client::Room::confirmed);
            match attached.map_or(&[][..], |incident| &incident.runbooks) {
                [one] => one.name.clone(),
                [] => {
                    return Err(
                        Failure::refused(format!("{} has no runbook.", args.incident))
                            .instead("Attach one with `warroom runbook attach`."),
                    );
                }
                several => {
                    let names: Vec<&str> = several.iter().map(|of| &*of.name).collect();
                    return Err(Failure::usage(format!(
                        "{} has several runbooks: {}.",
                        args.incident,
                        names.join(", ")
                    ))
                    .instead("Say which with --runbook."));
                }
            }
        }
    };
    let done = format!("step {} {}", args.step, args.state.name().replace('_', " "));
    let intent = Intent::SetStep {
        runbook,
        step: StepNo(args.step),
        state: args.state,
        reason: args.reason.map(Into::into),
    };
    let receipt = session
        .submit(command_id(args.again), Some(args.incident), intent)
        .await?;
    session.close().await;
    cx.print_receipt(&receipt, &done)
}
