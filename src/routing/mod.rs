//! Where an alert goes: which rule takes it, which maintenance holds it back, which open incident
//! it joins, and whether it changes so often that its changes are held back.
//!
//! **Invariant**: pure, as the core is: no clock, no I/O, no async, no randomness. The rules are
//! data that the configuration is read into; the server and `warroom config explain` ask the same
//! functions, so that what is explained is what happens.

mod explain;
mod flap;
mod key;
mod maintenance;
mod pattern;
mod route;
mod rule;

#[cfg(test)]
mod tests;

pub use explain::{AskedMaintenance, AskedRule, Explained, Would};
pub use flap::{CHANGES_MAX, Flapping, History, Observed};
pub use key::{key_of, labels_of};
pub use maintenance::{Held, Maintenance, Weekly, When};
pub use pattern::{Labelled, Matcher, Miss, ParsePatternError, Pattern};
pub use route::{Open, Outcome, Pass, Plan, Routed};
pub use rule::{Action, Rule, Rules, Window, WindowKind};
