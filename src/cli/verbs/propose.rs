//! `warroom propose`: a decision put to the room, and what is said to it.

use crate::cli::args::Again;
use crate::cli::context::{Context, command_id};
use crate::cli::session;
use crate::cli::shapes;
use crate::console::text::countdown;
use crate::error::Failure;
use crate::incident::{Incident, IncidentId, Proposal, ProposalState};
use clap::Args;

/// What `propose` takes.
#[derive(Debug, Args)]
pub struct ProposeArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// What is proposed, as 'roll back 4f2a by @bo', a time before it saying when it is verified;
    /// or a proposal's number and what is said to it: agree, object, decide or withdraw, then the
    /// words; absent: list the proposals
    words: Vec<String>,
    #[command(flatten)]
    again: Again,
}

/// Puts a decision to the room, says something to one, or lists them.
///
/// # Errors
/// When the words mean nothing, it was refused or the server cannot be reached.
pub async fn run(args: ProposeArgs, cx: &Context) -> Result<(), Failure> {
    let mut session = cx.session().await?;
    if args.words.is_empty() {
        session.join(args.incident).await?;
        let room = session.client().room(args.incident);
        let state = room.map(|room| room.confirmed().clone());
        session.close().await;
        return list(state.as_ref(), cx);
    }
    let words = args.words.join(" ");
    let first = args.words.first().map_or("", String::as_str);
    let is_number = first.trim_start_matches('#').parse::<u32>().is_ok();
    let word = if is_number { "proposal" } else { "propose" };
    let parsed = cx.parsed(&format!("/{word} {words}"), None);
    let intent = parsed.intent.map_err(|problem| {
        Failure::usage(problem.why)
            .means("Nothing was proposed, and nothing was said to a proposal.")
            .instead(
                "Write it as `warroom propose INC-1 roll back 4f2a by @bo`, or as \
                 `warroom propose INC-1 2 object it drops the index`.",
            )
    })?;
    let receipt = session
        .submit(command_id(args.again), Some(args.incident), intent)
        .await?;
    session.close().await;
    cx.print_receipt(&receipt, &parsed.preview)
}

fn list(state: Option<&Incident>, cx: &Context) -> Result<(), Failure> {
    let mut out = cx.out();
    let proposals: Vec<&Proposal> = state.into_iter().flat_map(|i| &i.proposals).collect();
    if cx.global.json {
        for proposal in proposals {
            out.json(&shapes::proposal(proposal))?;
        }
        return out.flush();
    }
    if proposals.is_empty() {
        out.line("Nothing was proposed.")?;
        return out.flush();
    }
    let rows: Vec<Vec<String>> = proposals.into_iter().map(row).collect();
    let heads = ["PROPOSAL", "STATE", "BY", "EXECUTES", "OBJECTIONS", "WHAT"];
    out.table(&heads, &rows)?;
    out.flush()
}

fn row(of: &Proposal) -> Vec<String> {
    let state = match of.state {
        ProposalState::Open => format!("open {}", countdown(of.closes_at - session::now()).text),
        other => other.name().to_owned(),
    };
    let executor = of.executor.as_ref();
    vec![
        of.id.to_string(),
        state,
        of.by.to_string(),
        executor.map_or_else(|| "-".to_owned(), ToString::to_string),
        of.objections().len().to_string(),
        of.text.to_string(),
    ]
}
