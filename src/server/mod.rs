//! The server: one room per incident, one session per connection, one hall where incidents begin.
//!
//! ```text
//! door ── http ──> session ──> room ──> journal (durable) ──> room ──> every session's outbox
//!                     └──────> hall (opens, merges, alerts) ──> room
//! ```
//!
//! **Invariant**: nothing is acknowledged or shown before the journal answered that it is durable.
//! **Invariant**: a room is the single writer of its incident; nobody it serves can slow it down.
//! **Invariant**: every queue has a bound, and what happens there is written beside it.
//!
//! Nothing ticks: a deadline (an ask, an update) needs nothing from the server when it passes, as
//! screens count down by themselves, so rooms sleep until something is asked of them.

mod access;
mod alert_pages;
mod alerts;
mod audience;
mod board;
mod bucket;
pub mod control;
mod derive;
mod door;
mod enclosed;
mod greeting;
mod guard;
mod hall;
mod hooks;
mod http;
mod known;
mod lately;
mod memory;
mod metrics;
mod moment;
mod options;
mod outbox;
mod page;
mod past;
mod reader;
mod refused;
mod reply;
mod requests;
mod room;
mod rooms;
mod session;
mod sessions;
mod shared;
mod start;
mod tls;
mod transport;
mod wall;
mod watch;
mod wire;

pub use access::{TOKEN_PREFIX, Token, TokenStore, TokensError};
pub use enclosed::Enclosed;
pub use hooks::OpenHook;
pub use options::{NoRunbooks, Options, Pace, RunbookSource, StartError, TlsFiles};
pub use start::{Server, start};
pub use watch::SourceOptions;
