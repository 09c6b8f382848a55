//! The program: everything is in the library.

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Err(failure) = warroom::error::install() {
        return failure.tell(&mut std::io::stderr().lock() as &mut dyn Write);
    }
    warroom::cli::main()
}
