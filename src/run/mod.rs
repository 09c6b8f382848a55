//! Running a command with evidence: what ran, where, how it ended and what it printed, with secrets
//! taken out before anything leaves the machine.
//!
//! **Invariant**: what a command prints is read as it comes and kept within bounds, however much it
//! is; where nobody takes it, the command waits.
//! **Invariant**: nothing of the output reaches a [`CommandRun`](crate::incident::CommandRun) but
//! through [`Redactor`].
//! **Invariant**: a command that is stopped, or whose time is over, is gone with its whole process
//! group when [`process::run`] returns, and so is one whose warroom was killed, a moment later.

mod group;
mod guard;
mod keep;
mod patterns;
pub mod process;
mod redact;
mod sessions;
mod spec;
mod variables;

pub use guard::{GUARD, stand_by};
pub use patterns::{BadPattern, Patterns};
pub use redact::Redactor;
pub use sessions::{ARGUMENT, enter};
pub use spec::{Spec, Told, evidence, host, user};
pub use variables::{Filled, Variable, filled, quoted, variables};
