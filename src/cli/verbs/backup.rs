//! `warroom backup`, `restore` and `repair`: the journal's file, kept and mended.

use crate::cli::context::Context;
use crate::cli::house;
use crate::cli::session::now;
use crate::console::text::visible_line;
use crate::error::Failure;
use crate::journal::{self, BackupError, Repaired};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// What `backup` takes.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The file to write; there must be none of that name
    file: PathBuf,
}

/// What `restore` takes.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// A file that `warroom backup` has written
    file: PathBuf,
    /// Take the place of the journal that is there, which is kept under another name
    #[arg(long)]
    replace: bool,
}

/// What `repair` takes.
#[derive(Debug, Args)]
pub struct RepairArgs {}

/// Copies the journal to a file, while a server writes to it or while none runs.
///
/// # Errors
/// When there is no journal, the copy cannot be written, or it is not whole.
pub fn backup(args: &BackupArgs, cx: &Context) -> Result<(), Failure> {
    let report = journal::backup(&cx.data(), &args.file).map_err(|error| failed(&error))?;
    let mut out = cx.out();
    let file = args.file.display().to_string();
    if cx.global.json {
        out.json(&json!({
            "file": file,
            "incidents": report.incidents,
            "events": report.events,
        }))?;
    } else {
        let extent = report.extent();
        out.line(format_args!("{}: {extent}, all whole", visible_line(&file)))?;
    }
    out.flush()
}

/// Puts such a file in the journal's place.
///
/// # Errors
/// When a server runs there, the file is not whole, or a journal is there and may not be replaced.
pub fn restore(args: &RestoreArgs, cx: &Context) -> Result<(), Failure> {
    let data = cx.data();
    crate::files::make_private_dir(&data).map_err(|source| {
        house::not_opened(&journal::OpenJournalError::Directory {
            path: data.clone(),
            source,
        })
    })?;
    let mark = mark();
    let replace = args.replace.then_some(mark.as_str());
    let restored = journal::restore(&args.file, &data, replace);
    let (report, aside) = restored.map_err(|error| match error {
        BackupError::Exists(path) => Failure::refused(format!(
            "{} is there already, so nothing was restored.",
            path.display()
        ))
        .instead("With --replace the file takes its place, and it is kept under another name."),
        other => failed(&other),
    })?;
    let mut out = cx.out();
    let aside = aside.map(|path| path.display().to_string());
    if cx.global.json {
        out.json(&json!({
            "data": data.display().to_string(),
            "incidents": report.incidents,
            "events": report.events,
            "replaced": aside,
        }))?;
    } else {
        let data = data.display().to_string();
        out.line(format_args!(
            "{}: {}, all whole",
            visible_line(&data),
            report.extent()
        ))?;
        if let Some(aside) = aside {
            out.line(format_args!(
                "The journal that was there is now {}.",
                visible_line(&aside)
            ))?;
        }
    }
    out.flush()
}

/// Keeps all of a broken journal that verifies, and moves the rest aside.
///
/// # Errors
/// When a server runs there, there is no journal, or nothing of it can be read.
pub fn repair(_: &RepairArgs, cx: &Context) -> Result<(), Failure> {
    let data = cx.data();
    let repaired = journal::repair(&data, &mark()).map_err(|error| failed(&error))?;
    let mut out = cx.out();
    let Some(repaired) = repaired else {
        if cx.global.json {
            out.json(&json!({ "repaired": false }))?;
        } else {
            out.line("The journal is whole; nothing was changed.")?;
        }
        return out.flush();
    };
    if cx.global.json {
        out.json(&shape(&repaired))?;
        return out.flush();
    }
    for log in &repaired.set_aside {
        let why = visible_line(&log.why).into_owned();
        let lost = match log.head.map(|head| head.0.saturating_sub(log.kept.0)) {
            Some(lost) if lost > log.events => {
                format!(", of {lost} that there were")
            }
            _ => String::new(),
        };
        out.line(format_args!(
            "{}: kept up to seq {}; {} set aside{lost}: {why}.",
            log.incident, log.kept, log.events
        ))?;
    }
    let file = |path: &PathBuf| visible_line(&path.display().to_string()).into_owned();
    out.line(format_args!(
        "{}: {}, all whole",
        data.display(),
        repaired.now.extent()
    ))?;
    out.line(format_args!(
        "The journal as it was: {}",
        file(&repaired.before)
    ))?;
    out.line(format_args!(
        "What was set aside:    {}",
        file(&repaired.aside)
    ))?;
    out.flush()
}

fn shape(repaired: &Repaired) -> serde_json::Value {
    let logs = repaired.set_aside.iter().map(|log| {
        json!({
            "incident": log.incident.to_string(),
            "kept": log.kept.0,
            "set_aside": log.events,
            "head": log.head.map(|seq| seq.0),
            "why": log.why,
        })
    });
    json!({
        "repaired": true,
        "incidents": repaired.now.incidents,
        "events": repaired.now.events,
        "logs": logs.collect::<Vec<_>>(),
        "before": repaired.before.display().to_string(),
        "aside": repaired.aside.display().to_string(),
    })
}

/// What tells the names of files that are moved aside apart.
fn mark() -> String {
    now().format("%Y%m%dT%H%M%SZ").to_string()
}

fn failed(error: &BackupError) -> Failure {
    let (what, instead) = house::parts(&error.to_string());
    match error {
        BackupError::Journal(error) => house::not_opened(error),
        BackupError::Exists(_) | BackupError::Broken(..) => Failure::refused(what).instead(instead),
        BackupError::File { source, .. } => Failure::internal(what)
            .instead(instead)
            .because(source.to_string()),
    }
}
