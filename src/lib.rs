//! warroom: an incident console for the terminal, and the small server behind it.
//!
//! Everything that happens to an incident is an event in one append-only, hash-chained log, and
//! everything on a screen is a fold over that log. The folders below are the map; what each one
//! may know is tested in `tests/layering.rs`.
//!
//! ```text
//! incident ← signals, routing, import, updates ← protocol, journal, integrations, runbooks ← server, client ← console ← cli ← main
//! incident ← signals, routing, import ← protocol, journal, integrations, runbooks, run ← server, client ← console ← cli ← main
//! ```
//!
//! **Invariant**: [`incident`], [`signals`], [`routing`], [`import`] and [`updates`] are pure: no clock, no I/O, no
//! async, no randomness.
//! **Invariant**: `server` and `console` never see each other; `console` never sees `protocol`,
//! `journal` or a socket. It talks to `client`.
//! **Invariant**: `update` and `view` in the console do no I/O; effects are values.
//! **Invariant**: every queue has a bound, written beside it.

pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod console;
pub mod drill;
pub mod error;
pub mod files;
pub mod http;
pub mod import;
pub mod incident;
pub mod integrations;
pub mod journal;
pub mod log;
pub mod paths;
pub mod problem;
pub mod protocol;
pub mod routing;
pub mod run;
pub mod runbooks;
pub mod server;
pub mod signals;
pub mod suggest;
pub mod turns;
pub mod unseen;
pub mod updates;
