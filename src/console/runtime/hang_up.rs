//! Whether the terminal is still there.
//!
//! That is not for what reads it to tell: the library's own thread takes a read that ends or fails
//! for one that is to be tried again, at once and for ever.

use std::future::pending;
use std::io;
use std::os::fd::AsFd as _;
use tokio::io::Interest;
use tokio::net::unix::pipe::Receiver;

/// Tells when the terminal hangs up.
pub(super) struct HangUp(Option<Receiver>);

impl HangUp {
    pub(super) fn watch() -> Self {
        let terminal = io::stdin().as_fd().try_clone_to_owned();
        // It is no pipe, and it is never read here: only its state is asked for.
        let watched = terminal.and_then(Receiver::from_owned_fd_unchecked);
        let watched = watched.inspect_err(|error| {
            // Mostly a signal comes too; without one the next frame finds out.
            tracing::debug!(%error, "the terminal cannot be watched");
        });
        Self(watched.ok())
    }

    /// Returns when it has. Cancel-safe.
    pub(super) async fn comes(&self) {
        if let Some(terminal) = &self.0
            // Not `READABLE`: that is every key.
            && let Ok(state) = terminal.ready(Interest::ERROR).await
            && state.is_error()
        {
            return;
        }
        pending::<()>().await;
    }
}
