//! `warroom runbook`: list runbooks, attach one, move its steps on.

use crate::cli::args::Again;
use crate::cli::context::{Context, command_id};
use crate::cli::session::Session;
use crate::error::Failure;
use crate::incident::{
    AssignStep, IncidentId, Intent, Person, RemarkStep, StepNo, StepState, TimeStep,
};
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
    /// Say whose a step is, give it a time-box, or say something about it
    Mark(MarkArgs),
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

#[derive(Debug, Args)]
struct MarkArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// The step's number
    step: u32,
    /// Who does it; - for nobody in particular
    #[arg(long, value_name = "PERSON")]
    owner: Option<String>,
    /// Within how many minutes it has to be done; 0 takes the time-box away
    #[arg(long, value_name = "MINUTES")]
    minutes: Option<u32>,
    /// Something to say about it
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Which runbook; may be left out when one is attached
    #[arg(long, value_name = "NAME")]
    runbook: Option<String>,
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
        What::Mark(mark) => self::mark(mark, cx).await,
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
    let runbook = which(&mut session, args.incident, args.runbook).await?;
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

/// The attached runbook that is meant.
async fn which(
    session: &mut Session,
    incident: IncidentId,
    named: Option<String>,
) -> Result<Arc<str>, Failure> {
    if let Some(name) = named {
        return Ok(name.into());
    }
    session.join(incident).await?;
    let attached = session
        .client()
        .room(incident)
        .map(crate::client::Room::confirmed);
    match attached.map_or(&[][..], |incident| &incident.runbooks) {
        [one] => Ok(one.name.clone()),
        [] => Err(Failure::refused(format!("{incident} has no runbook."))
            .instead("Attach one with `warroom runbook attach`.")),
        several => {
            let names: Vec<&str> = several.iter().map(|of| &*of.name).collect();
            Err(Failure::usage(format!(
                "{incident} has several runbooks: {}.",
                names.join(", ")
            ))
            .instead("Say which with --runbook."))
        }
    }
}

/// Each of what is said is a command of its own, in this order.
async fn mark(args: MarkArgs, cx: &Context) -> Result<(), Failure> {
    let mut session = cx.session().await?;
    let runbook = which(&mut session, args.incident, args.runbook).await?;
    let step = StepNo(args.step);
    let mut intents: Vec<(Intent, String)> = Vec::new();
    if let Some(owner) = args.owner {
        let to = (owner != "-").then(|| owner.trim_start_matches('@').parse());
        let to = to
            .transpose()
            .map_err(|error| Failure::usage(format!("{error}.")))?;
        let whose = to.as_ref();
        let whose = whose.map_or("nobody".to_owned(), Person::to_string);
        let runbook = runbook.clone();
        let intent = Intent::AssignStep(AssignStep { runbook, step, to });
        intents.push((intent, format!("step {step} is for {whose}")));
    }
    if let Some(minutes) = args.minutes {
        let runbook = runbook.clone();
        let minutes = Some(minutes).filter(|minutes| *minutes > 0);
        let done = minutes.map_or("no time-box".to_owned(), |m| format!("{m} minutes"));
        let intent = Intent::TimeStep(TimeStep {
            runbook,
            step,
            minutes,
        });
        intents.push((intent, format!("step {step}: {done}")));
    }
    if let Some(text) = args.note {
        let text = text.into();
        let intent = Intent::RemarkStep(RemarkStep {
            runbook,
            step,
            text,
        });
        intents.push((intent, format!("step {step}: noted")));
    }
    if intents.is_empty() {
        return Err(Failure::usage("Nothing was said about the step.")
            .instead("Say whose it is with --owner, until when with --minutes, or --note."));
    }
    for (intent, done) in intents {
        let id = command_id(Again::default());
        let receipt = session.submit(id, Some(args.incident), intent).await?;
        cx.print_receipt(&receipt, &done)?;
    }
    session.close().await;
    Ok(())
}
