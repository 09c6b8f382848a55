//! `warroom search`: find words in the timelines.

use crate::cli::context::Context;
use crate::cli::shapes;
use crate::error::Failure;
use crate::incident::IncidentId;
use clap::Args;

/// What `search` takes.
#[derive(Debug, Args)]
pub struct SearchArgs {
    /// Words; all must be found, the last one may be a beginning
    #[arg(required = true, num_args = 1..)]
    text: Vec<String>,
    /// Only in this incident
    #[arg(long, value_name = "INC")]
    incident: Option<IncidentId>,
}

/// Prints what is found, newest first.
///
/// # Errors
/// When the server cannot be reached or cannot search.
pub async fn run(args: SearchArgs, cx: &Context) -> Result<(), Failure> {
    let mut session = cx.session().await?;
    let (hits, more) = session.search(args.incident, &args.text.join(" ")).await?;
    session.close().await;
    let mut out = cx.out();
    if cx.global.json {
        for hit in &hits {
            out.json(&shapes::hit(hit))?;
        }
        return out.flush();
    }
    if hits.is_empty() {
        out.line("Nothing was found.")?;
        return out.flush();
    }
    let rows: Vec<Vec<String>> = hits
        .iter()
        .map(|hit| {
            vec![
                hit.incident.to_string(),
                hit.seq.to_string(),
                out.date_time_zone(hit.occurred_at),
                hit.by.to_string(),
                hit.text.to_string(),
            ]
        })
        .collect();
    out.table(&["INCIDENT", "SEQ", "WHEN", "BY", "TEXT"], &rows)?;
    if more {
        out.line("There is more; add a word to narrow it down.")?;
    }
    out.flush()
}
