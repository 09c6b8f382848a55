//! The way of the evidence into the log, or onto the disk while the server is away.

use super::{RunArgs, tell};
use crate::cli::context::{Context, command_id};
use crate::cli::session::{Session, Target, now};
use crate::cli::shapes;
use crate::client::link::LinkOptions;
use crate::console::text::visible_block;
use crate::error::{Failure, Kind};
use crate::incident::{Command, CommandRun, Intent};

/// What would be sent, on standard error beside the command's own output; with --json on standard
/// output.
///
/// # Errors
/// When it cannot be written.
pub(super) fn show(run: &CommandRun, cx: &Context) -> Result<(), Failure> {
    if cx.global.json {
        let mut out = cx.out();
        out.json(&shapes::run(run))?;
        return out.flush();
    }
    let shown = run.printed.shown();
    for line in visible_block(&shown).lines() {
        tell(line);
    }
    tell("nothing was sent");
    Ok(())
}

/// Sends it. While the server is away it is left in the outbox, for the next console to send.
///
/// # Errors
/// When it was refused, or can neither be sent nor kept.
pub(super) async fn send(args: &RunArgs, run: CommandRun, cx: &Context) -> Result<(), Failure> {
    let target = cx.target().await.map_err(lost)?;
    let command = Command {
        id: command_id(args.again),
        written_at: now(),
        intent: Intent::RecordRun(Box::new(run)),
    };
    match try_send(args, &target, &command).await {
        Ok(receipt) => {
            if cx.global.json {
                return cx.print_receipt(&receipt, "");
            }
            tell(&format!(
                "recorded as entry {} of {}",
                receipt.first, receipt.incident
            ));
            Ok(())
        }
        Err(failure) if failure.kind == Kind::Unreachable => {
            leave(args, target, command, cx, &failure)
        }
        Err(failure) => Err(lost(failure)),
    }
}

async fn try_send(
    args: &RunArgs,
    target: &Target,
    command: &Command,
) -> Result<crate::cli::session::Receipt, Failure> {
    let mut session = Session::connect(target).await?;
    let intent = command.intent.clone();
    let receipt = session
        .submit(command.id, Some(args.incident), intent)
        .await?;
    session.close().await;
    Ok(receipt)
}

/// Whether it was sent and its answer was lost makes no difference: under its id it happens once.
fn leave(
    args: &RunArgs,
    target: Target,
    command: Command,
    cx: &Context,
    why: &Failure,
) -> Result<(), Failure> {
    let whose = LinkOptions {
        token: target.token,
        name: target.name,
        ..LinkOptions::new(target.url)
    };
    let kept = crate::client::leave(&cx.paths.outbox(), &whose, args.incident, command);
    kept.map_err(|error| {
        Failure::unreachable("The server is away, and the evidence cannot be kept on the disk.")
            .means("What the command printed is not recorded.")
            .instead("Keep what stands above, and write it down with `warroom note` later.")
            .because(error)
    })?;
    tell(&format!("{} Nothing is lost:", why.what));
    tell("the evidence waits in your outbox, and your next console sends it");
    Ok(())
}

fn lost(failure: Failure) -> Failure {
    failure.means("The command was run; what it printed is not recorded.")
}
