//! `warroom list`: the board.

use crate::cli::context::Context;
use crate::cli::{session, shapes};
use crate::console::text::age;
use crate::error::Failure;
use crate::incident::{Status, Summary};
use clap::Args;

/// What `list` takes.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Also the newest of those that are over
    #[arg(long)]
    all: bool,
}

/// Lists the incidents on the board.
///
/// # Errors
/// When the server cannot be reached.
pub async fn run(args: ListArgs, cx: &Context) -> Result<(), Failure> {
    let session = cx.session().await?;
    let shown: Vec<Summary> = session
        .client()
        .board()
        .filter(|summary| args.all || summary.status.is_open())
        .cloned()
        .collect();
    session.close().await;
    let mut out = cx.out();
    if cx.global.json {
        for summary in &shown {
            out.json(&shapes::summary(summary))?;
        }
        return out.flush();
    }
    if shown.is_empty() {
        out.line("No incident is open.")?;
        return out.flush();
    }
    let rows: Vec<Vec<String>> = shown.iter().map(row).collect();
    out.table(
        &["INCIDENT", "SEV", "STATUS", "AGE", "IC", "FIRING", "TITLE"],
        &rows,
    )?;
    out.flush()
}

fn row(of: &Summary) -> Vec<String> {
    let since = of.lasts_since();
    let until = of.resolved_at.filter(|_| of.status.is_over());
    let drill = if of.kind == crate::incident::Kind::Drill {
        "DRILL "
    } else {
        ""
    };
    let private = if of.private { "PRIVATE " } else { "" };
    let commander = of.commander.as_ref().map(ToString::to_string);
    let vacant = if of.status.is_live() { "VACANT" } else { "-" };
    vec![
        of.id.to_string(),
        of.severity
            .map_or("unset".to_owned(), |severity| severity.to_string()),
        if of.status == Status::Triage {
            "TRIAGE".to_owned()
        } else {
            of.status.to_string()
        },
        age(until.unwrap_or_else(session::now) - since),
        commander.unwrap_or_else(|| vacant.to_owned()),
        of.firing.to_string(),
        format!("{drill}{private}{}", of.title),
    ]
}
