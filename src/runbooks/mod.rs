//! Runbooks: markdown files, one per alert name, read into steps that can be ticked off.

mod commands;
mod library;
mod markdown;
mod plan;
mod steps;

pub use library::{Library, Problem};
pub use markdown::parse;
