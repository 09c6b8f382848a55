//! `warroom consent`: a second person's word to a dangerous command.

use crate::cli::args::Again;
use crate::cli::context::{Context, command_id};
use crate::cli::session;
use crate::cli::shapes;
use crate::console::text::{countdown, visible_block};
use crate::error::Failure;
use crate::incident::{Consent, ConsentGiving, ConsentWanted, IncidentId, Intent, Seq};
use clap::Args;

/// What `consent` takes.
#[derive(Debug, Args)]
pub struct ConsentArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// The number of the request, as in the list; absent: list what waits
    request: Option<u64>,
    /// Consent to it: it may be run once, to the letter
    #[arg(long, conflicts_with = "refuse", requires = "request")]
    give: bool,
    /// Refuse it, and say why
    #[arg(long, value_name = "REASON", requires = "request")]
    refuse: Option<String>,
    /// Ask for consent to this command, to the letter
    #[arg(long, value_name = "COMMAND", conflicts_with = "request")]
    ask: Option<String>,
    #[command(flatten)]
    again: Again,
}

/// Asks, answers, or lists what waits.
///
/// # Errors
/// When it was refused or the server cannot be reached.
pub async fn run(args: ConsentArgs, cx: &Context) -> Result<(), Failure> {
    if let Some(command) = args.ask {
        let wanted = ConsentWanted {
            command: command.into(),
            step: None,
        };
        let intent = Intent::AskConsent(wanted);
        cx.submit(args.again, Some(args.incident), intent, "consent asked for")
            .await?;
        return Ok(());
    }
    let Some(request) = args.request else {
        return list(args.incident, cx).await;
    };
    if !args.give && args.refuse.is_none() {
        return Err(Failure::usage("Nothing was said to it.")
            .instead("Consent with --give, or refuse with --refuse and a reason."));
    }
    let done = if args.give {
        "consent given"
    } else {
        "consent refused"
    };
    let intent = Intent::AnswerConsent(ConsentGiving {
        asked: Seq(request),
        given: args.give,
        reason: args.refuse.map(Into::into),
    });
    let mut session = cx.session().await?;
    let id = command_id(args.again);
    let receipt = session.submit(id, Some(args.incident), intent).await?;
    session.close().await;
    cx.print_receipt(&receipt, done)
}

async fn list(incident: IncidentId, cx: &Context) -> Result<(), Failure> {
    let mut session = cx.session().await?;
    session.join(incident).await?;
    let now = session::now();
    let room = session.client().room(incident);
    let all = room.map(|room| room.confirmed().consents.clone());
    session.close().await;
    let open = all.into_iter().flatten().filter(|of| of.is_open(now));
    let open: Vec<Consent> = open.collect();
    let mut out = cx.out();
    if cx.global.json {
        for of in &open {
            out.json(&shapes::consent(of))?;
        }
        return out.flush();
    }
    if open.is_empty() {
        out.line("Nothing waits for consent.")?;
    }
    for of in &open {
        let left = countdown(of.expires_at - now).text;
        out.line(format_args!("{}  {}  {left}", of.seq, of.by))?;
        for line in visible_block(&of.command).lines() {
            out.line(format_args!("    {line}"))?;
        }
    }
    out.flush()
}
