//! `warroom config`: is the file right, and what does it come to?

use crate::cli::context::Context;
use crate::config::{ConfigError, Loaded};
use crate::error::Failure;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What `config` takes.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Check a configuration file, and name every mistake with its line
    Check {
        /// The file; without it, the one that would be read
        file: Option<PathBuf>,
    },
}

/// Checks.
///
/// # Errors
/// When the file says something that cannot be meant, or cannot be read.
pub fn run(args: &ConfigArgs, cx: &Context) -> Result<(), Failure> {
    let What::Check { file } = &args.what;
    let loaded = match file {
        Some(file) => read(file, true)?,
        None => cx.config()?,
    };
    let mut out = cx.out();
    let path = loaded.source.path.display().to_string();
    if !loaded.warnings.is_empty() {
        out.line(loaded.warning_report(false).trim_end())?;
    }
    out.line(&format!(
        "{path}: {} warnings, no errors",
        loaded.warnings.len()
    ))
}

/// Reads a file; all its mistakes are in the failure.
///
/// # Errors
/// When it cannot be read or says something that cannot be meant.
pub fn read(path: &std::path::Path, named: bool) -> Result<Loaded, Failure> {
    Loaded::read(path, named).map_err(|error| match error {
        ConfigError::Wrong(wrong) => Failure::usage(format!(
            "{}\nThe configuration file {} cannot be used.",
            wrong.report(false).trim_end(),
            path.display()
        ))
        .instead("Correct what is marked; `warroom config check` checks it again."),
        unreadable @ ConfigError::Unreadable { .. } => Failure::usage(unreadable.to_string()),
    })
}
