//! `warroom note`: a line for the timeline, in the grammar of the console's composer.

use crate::cli::args::Again;
use crate::cli::context::{Context, command_id, text_or_stdin};
use crate::cli::session::Session;
use crate::error::Failure;
use crate::incident::{IncidentId, Intent, NewNote};
use clap::Args;

/// What `note` takes.
#[derive(Debug, Args)]
pub struct NoteArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// The line as in the composer: '-2m !! pods restart #db', '/decision roll back'; - reads it
    /// from standard input
    #[arg(allow_hyphen_values = true)]
    text: String,
    /// Take the words as they are: no times, tags, markers or slash words
    #[arg(long)]
    plain: bool,
    #[command(flatten)]
    again: Again,
}

/// Writes it.
///
/// # Errors
/// When the line means nothing, it was refused, or the server cannot be reached.
pub async fn run(args: NoteArgs, cx: &Context) -> Result<(), Failure> {
    let text = text_or_stdin(&args.text)?;
    if text.trim().is_empty() {
        return Err(Failure::usage("There is nothing to write down."));
    }
    let mut session = cx.session().await?;
    session.join(args.incident).await?;
    let (intent, done) = if args.plain {
        (Intent::Note(NewNote::plain(text)), "note".to_owned())
    } else {
        meaning(&session, &args, &text, cx)?
    };
    let receipt = session
        .submit(command_id(args.again), Some(args.incident), intent)
        .await?;
    session.close().await;
    cx.print_receipt(&receipt, &done)
}

/// What the line means there, and one line that says so.
fn meaning(
    session: &Session,
    args: &NoteArgs,
    text: &str,
    cx: &Context,
) -> Result<(Intent, String), Failure> {
    let room = session.client().room(args.incident);
    let parsed = cx.parsed(text, room.map(crate::client::Room::confirmed));
    let preview = parsed.preview;
    parsed
        .intent
        .map(|intent| (intent, preview))
        .map_err(|problem| {
            Failure::usage(problem.why)
                .means("Nothing was written down.")
                .instead(
                    format!(
                        "{}\nWith --plain the words are taken as they are.",
                        problem.instead
                    )
                    .trim(),
                )
        })
}
