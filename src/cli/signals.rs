//! The signals that end a server.

use crate::error::Failure;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Cancels the token at the first SIGTERM or SIGINT. A hang-up ends no server: the terminal that
/// it was started from may close.
///
/// # Errors
/// When the signals cannot be listened to.
pub fn cancel_on_end(token: CancellationToken) -> Result<(), Failure> {
    let failed = |error| Failure::internal("Signals cannot be listened to.").because(error);
    let mut end = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut hang_up = signal(SignalKind::hangup()).map_err(failed)?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = end.recv() => break,
                _ = interrupt.recv() => break,
                _ = hang_up.recv() => {}
                () = token.cancelled() => return,
            }
        }
        token.cancel();
    });
    Ok(())
}
