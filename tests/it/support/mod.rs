//! What several tests build on.

pub(crate) mod chain;
pub(crate) mod cli;
pub(crate) mod every;
pub(crate) mod fake;
pub(crate) mod ledger;
pub(crate) mod random;
pub(crate) mod scene;
pub(crate) mod screen;
pub(crate) mod server;
pub(crate) mod source;
pub(crate) mod story;
pub(crate) mod terminal;
pub(crate) mod watched;
