//! `warroom man`: the manual pages, from the table of arguments.

use crate::cli::args::Cli;
use crate::cli::context::Context;
use crate::error::Failure;
use clap::{Args, CommandFactory};
use std::path::PathBuf;

/// What `man` takes.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write a page for warroom and one for each verb into this directory
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Prints the page, or writes all of them.
///
/// # Errors
/// When they cannot be written.
pub fn run(args: &ManArgs, cx: &Context) -> Result<(), Failure> {
    if let Some(dir) = &args.dir {
        return std::fs::create_dir_all(dir)
            .and_then(|()| clap_mangen::generate_to(Cli::command(), dir))
            .map_err(|error| {
                Failure::internal(format!("The pages cannot be written to {}.", dir.display()))
                    .because(error)
            });
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .map_err(Failure::output)?;
    let mut out = cx.out();
    out.raw(&page)?;
    out.flush()
}
