//! `warroom verify`: whether a journal, or the export of a log, is whole.

use crate::cli::context::Context;
use crate::cli::house;
use crate::error::Failure;
use crate::incident::{Hash, IncidentId, Seq};
use crate::journal::{Break, Report, verify_chain, verify_dir};
use clap::Args;
use serde_json::json;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

/// The longest line of an export that is read: no event is longer, and no wrong file (a device)
/// fills the memory.
const LINE_BYTES_MAX: u64 = 1024 * 1024;

/// What `verify` takes.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// An exported log (`warroom export --format jsonl`) instead of the journal
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Walks every chain and says what is broken.
///
/// # Errors
/// When something is broken, or there is nothing to look at.
pub fn run(args: &VerifyArgs, cx: &Context) -> Result<(), Failure> {
    let (what, report) = match &args.file {
        Some(file) => (file.clone(), verify_file(file)?),
        None => {
            let data = cx.data();
            let report = verify_dir(&data).map_err(|error| house::not_opened(&error))?;
            (data, report)
        }
    };
    print(&what, &report, cx)?;
    if report.is_whole() {
        return Ok(());
    }
    let count = report.breaks.len() + report.damage.len();
    let places = if count == 1 { "place" } else { "places" };
    Err(
        Failure::refused(format!("{} is broken in {count} {places}.", what.display()))
            .means(
                "What comes before each break is whole; what comes after it cannot be relied on.",
            )
            .instead("Keep the file as it is, and put a backup beside it to compare."),
    )
}

fn print(what: &Path, report: &Report, cx: &Context) -> Result<(), Failure> {
    let mut out = cx.out();
    if cx.global.json {
        let breaks = report.breaks.iter().map(|found| {
            json!({
                "incident": found.incident.to_string(),
                "seq": found.seq.0,
                "why": found.kind.to_string(),
            })
        });
        out.json(&json!({
            "whole": report.is_whole(),
            "incidents": report.incidents,
            "events": report.events,
            "breaks": breaks.collect::<Vec<_>>(),
            "damage": report.damage,
        }))?;
    } else {
        for found in &report.breaks {
            let (incident, seq) = (found.incident, found.seq);
            let why = crate::console::text::visible_line(&found.kind.to_string()).into_owned();
            out.line(format_args!("{incident} breaks at seq {seq}: {why}."))?;
        }
        for damage in &report.damage {
            out.line(crate::console::text::visible_line(damage))?;
        }
        let state = if report.is_whole() {
            "all whole"
        } else {
            "NOT whole"
        };
        out.line(format_args!(
            "{}: {}, {state}",
            what.display(),
            report.extent()
        ))?;
    }
    out.flush()
}

/// Walks the one chain of an exported log, from its first event.
fn verify_file(path: &Path) -> Result<Report, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::usage(format!("{} cannot be read.", path.display()))
            .instead("Name a file that `warroom export --format jsonl` has written.")
            .because(error)
    };
    let mut lines = BufReader::new(File::open(path).map_err(unreadable)?);
    let mut report = Report::default();
    let (mut seq, mut hash) = (Seq::ZERO, Hash::GENESIS);
    let mut incident = None;
    loop {
        let mut line = String::new();
        let bytes = (&mut lines)
            .take(LINE_BYTES_MAX)
            .read_line(&mut line)
            .map_err(unreadable)?;
        if bytes == 0 {
            break;
        }
        let json = line.trim_end_matches(['\n', '\r']);
        match verify_chain(seq, hash, json) {
            Ok(record) => {
                incident.get_or_insert(record.event().incident);
                (seq, hash) = (record.seq(), record.hash());
                report.events += 1;
            }
            Err(kind) => {
                report.breaks.push(Break {
                    incident: incident.or_else(|| named(json)).unwrap_or(IncidentId(0)),
                    seq: seq.next(),
                    kind,
                });
                break;
            }
        }
    }
    report.incidents = u64::from(incident.is_some());
    if incident.is_none() && report.breaks.is_empty() {
        return Err(Failure::refused(format!(
            "{} holds no events.",
            path.display()
        )));
    }
    Ok(report)
}

/// The incident that a line names, however broken the rest of it is.
fn named(json: &str) -> Option<IncidentId> {
    let value: serde_json::Value = serde_json::from_str(json).ok()?;
    serde_json::from_value(value.get("incident")?.clone()).ok()
}
