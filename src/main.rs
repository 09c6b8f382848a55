//! The program: everything is in the library.

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        Some(first) if first == warroom::run::ARGUMENT => return warroom::run::enter(arguments),
        Some(first) if first == warroom::run::GUARD => return warroom::run::stand_by(arguments),
        _ => {}
    }
    if let Err(failure) = warroom::error::install() {
        return failure.tell(&mut std::io::stderr().lock() as &mut dyn Write);
    }
    warroom::cli::main()
}
