//! Runbooks: markdown files, one per alert name, read into steps that can be ticked off.

mod library;
mod markdown;

pub use library::{Library, Problem};
pub use markdown::parse;
