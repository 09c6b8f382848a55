//! The step between warroom and a command: it makes a session of its own.
//!
//! A command must not take the keys of the console, nor write over it: in a session without a
//! terminal it finds none. Only the process itself can enter a new session, and between the start
//! of a process and its program nothing of ours may run but in `unsafe` code: so the program is
//! warroom once more, which enters the session and then becomes the command.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

/// The first argument by which warroom knows that it is this step. No verb begins so.
pub const ARGUMENT: &str = "--in-own-session";

/// What shells answer with when there is no such program.
const NOT_FOUND: u8 = 127;
/// What they answer with when it cannot be run.
const NOT_RUN: u8 = 126;

/// Enters a new session and becomes the command of these arguments. Returns only when there is no
/// such command: why stands on standard error, which is its output.
#[expect(
    clippy::print_stderr,
    reason = "the command's output is all that is heard of this process"
)]
#[must_use]
pub fn enter(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    // It may lead a group already (someone typed the argument by hand): then there is no terminal
    // to be kept from it that it did not have.
    let _led = rustix::process::setsid();
    let Some(program) = arguments.next() else {
        return ExitCode::from(NOT_RUN);
    };
    let error = Command::new(&program).args(arguments).exec();
    eprintln!("warroom: {} cannot be run: {error}", program.display());
    let missing = error.kind() == std::io::ErrorKind::NotFound;
    ExitCode::from(if missing { NOT_FOUND } else { NOT_RUN })
}
