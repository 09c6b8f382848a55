//! What is watched live beside an incident: signals, issues, alerts, and the state of the systems
//! that they come from. Never in the journal, unless someone pins it
//! ([`crate::incident::Evidence`]).
//!
//! **Invariant**: pure, as the core is: no clock, no I/O, no async, no randomness.
//! **Invariant**: everything here is bounded; the bound of each list stands beside it.

mod alert;
mod group;
mod issue;
mod page;
mod signal;
mod source;
mod words;

pub use alert::{AlertGroup, LiveAlert, LiveState, Silence};
use group::of_group;
pub use group::{Mark, RATE_MINUTES, group, mark};
pub use issue::{Issue, IssueState};
pub use page::{AlertOrder, AlertsPage, AlertsQuery, page};
pub use signal::Signal;
pub use source::{Source, SourceKind, SourceState};
pub use words::{Change, Turn};
