//! `warroom can`: a report of conditions, actions and needs, drafted from the state or kept.

use crate::cli::args::Again;
use crate::cli::context::{Context, command_id, text_or_stdin};
use crate::cli::session;
use crate::cli::shapes;
use crate::error::Failure;
use crate::incident::{EntryKind, IncidentId, Intent, NewNote, can};
use clap::Args;

/// What `can` takes.
#[derive(Debug, Args)]
pub struct CanArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// Keep this text as the report, instead of printing a draft; - reads it from standard input
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = "-",
          allow_hyphen_values = true)]
    keep: Option<String>,
    /// Never show what is kept to spectators
    #[arg(long, requires = "keep")]
    private: bool,
    #[command(flatten)]
    again: Again,
}

/// Prints a draft, or keeps a report.
///
/// # Errors
/// When there is no such incident, it was refused or the server cannot be reached.
pub async fn run(args: CanArgs, cx: &Context) -> Result<(), Failure> {
    if let Some(text) = &args.keep {
        let text = text_or_stdin(text)?;
        if text.trim().is_empty() {
            return Err(Failure::usage("The report has no words.")
                .means("Nothing was kept.")
                .instead("Draft one first: `warroom can INC-1 > can.txt`, correct it, then `--keep < can.txt`."));
        }
        let intent = Intent::Note(NewNote {
            kind: EntryKind::Report,
            private: args.private,
            ..NewNote::plain(text)
        });
        let mut session = cx.session().await?;
        let id = command_id(args.again);
        let receipt = session.submit(id, Some(args.incident), intent).await?;
        session.close().await;
        return cx.print_receipt(&receipt, "report kept");
    }
    let mut session = cx.session().await?;
    session.join(args.incident).await?;
    let now = session::now() + session.client().skew();
    let room = session.client().room(args.incident);
    let draft = room
        .map(|room| can(room.confirmed(), now))
        .unwrap_or_default();
    session.close().await;
    let mut out = cx.out();
    if cx.global.json {
        out.json(&shapes::can(args.incident, &draft))?;
        return out.flush();
    }
    for line in draft.text().lines() {
        out.line(crate::console::text::visible_line(line))?;
    }
    out.flush()
}
