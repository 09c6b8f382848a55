//! `warroom verify`: walks every chain and names the first place that does not fit.

use crate::cli::context::Context;
use crate::error::Failure;
use crate::incident::{Hash, Seq};
use crate::journal::{self, verify_chain};
use clap::Args;
use std::io::BufRead;
use std::path::{Path, PathBuf};

/// What `verify` takes.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Check an exported log (`export --format jsonl`) instead of the journal
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Checks the journal of the data directory, whether or not a server runs on it; or a file.
///
/// # Errors
/// When something does not fit, or cannot be read.
pub fn run(args: &VerifyArgs, cx: &Context) -> Result<(), Failure> {
    match &args.file {
        Some(file) => verify_file(file, cx),
        None => verify_journal(cx),
    }
}

fn broken() -> Failure {
    Failure::refused("The journal is not whole.")
        .means("Events from the named places on cannot be trusted as they stand.")
        .instead("Keep these files, and restore the data directory from a backup.")
}

fn verify_journal(cx: &Context) -> Result<(), Failure> {
    let report = journal::verify_dir(&cx.data()).map_err(|error| {
        Failure::refused(error.to_string()).means("The journal could not be checked.")
    })?;
    let mut out = cx.out();
    for gap in &report.breaks {
        if cx.global.json {
            let line = serde_json::json!({
                "incident": gap.incident.to_string(), "seq": gap.seq, "break": gap.kind.to_string(),
            });
            out.line(&line.to_string())?;
        } else {
            out.line(&format!("{} {}: {}", gap.incident, gap.seq, gap.kind))?;
        }
    }
    for damage in &report.damage {
        if cx.global.json {
            out.line(&serde_json::json!({ "damage": damage }).to_string())?;
        } else {
            out.line(&format!("the file: {damage}"))?;
        }
    }
    let whole = report.is_whole();
    if cx.global.json {
        let line = serde_json::json!({
            "incidents": report.incidents, "events": report.events, "whole": whole,
        });
        out.line(&line.to_string())?;
    } else {
        let word = if whole { "whole" } else { "NOT WHOLE" };
        let (events, incidents) = (report.events, report.incidents);
        out.line(&format!("{events} events of {incidents} incidents: {word}"))?;
    }
    if whole { Ok(()) } else { Err(broken()) }
}

fn verify_file(file: &Path, cx: &Context) -> Result<(), Failure> {
    let unreadable =
        |error| Failure::usage(format!("{} cannot be read.", file.display())).because(error);
    let lines = std::io::BufReader::new(std::fs::File::open(file).map_err(unreadable)?).lines();
    let mut at = (Seq::ZERO, Hash::GENESIS);
    let mut out = cx.out();
    for line in lines {
        let line = line.map_err(unreadable)?;
        match verify_chain(at.0, at.1, &line) {
            Ok(record) => at = (record.seq(), record.hash()),
            Err(kind) => {
                out.line(&format!("event {}: {kind}", at.0.next()))?;
                return Err(broken());
            }
        }
    }
    out.line(&format!("{} events: whole", at.0))
}
