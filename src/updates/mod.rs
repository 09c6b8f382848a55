//! What makes a good update: templates that are filled in with what is known, and a check of the
//! words before somebody approves them.
//!
//! **Invariant**: pure. Nothing private gets into a fact, whoever writes.
//! **Invariant**: the check advises. Nothing here can keep an update from going out.

mod facts;
pub mod language;
mod template;
mod templates;

pub use facts::{Facts, NAMES, gap};
pub use template::{Filled, fill, problems};
pub use templates::{Templates, TemplatesError};
