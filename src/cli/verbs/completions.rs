//! `warroom completions`: the completions of a shell, from the table of arguments.

use crate::cli::args::Cli;
use crate::cli::context::Context;
use crate::error::Failure;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// What `completions` takes.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints them.
///
/// # Errors
/// When they cannot be written.
pub fn run(args: &CompletionsArgs, cx: &Context) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "warroom", &mut script);
    let mut out = cx.out();
    out.raw(&script)?;
    out.flush()
}
