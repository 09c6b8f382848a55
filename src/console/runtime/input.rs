//! What comes from the terminal: keys, pastes, the mouse, sizes.
//!
//! It is read by a task of its own, which asks the library's stream only when something came. The
//! loop must not ask it whenever it wakes: the stream's own thread holds a lock while it waits, so
//! that each question spins and gives the processor away before it is told that there is nothing;
//! and the stream wakes whoever asked first, who need not be the one that waits.
//!
//! **Invariant**: the library is not asked once the terminal is gone. It takes a read that ends or
//! fails for one that is to be tried again, at once and for ever: asked then, it never returns.

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt as _;
use std::future::poll_fn;
use std::io::{self, IsTerminal as _};
use std::task::{Context, Poll};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_util::task::AbortOnDropHandle;

/// Events that wait for the loop. Beyond it they wait in the terminal.
const EVENTS: usize = 64;

/// What comes from the terminal, for as long as this lives.
pub(super) struct Input {
    events: Receiver<io::Result<Event>>,
    task: AbortOnDropHandle<()>,
}

impl Input {
    /// Begins to read the terminal.
    pub(super) fn start() -> Self {
        let (send, events) = channel(EVENTS);
        let task = tokio::spawn(read(EventStream::new(), send));
        Self {
            events,
            task: AbortOnDropHandle::new(task),
        }
    }

    /// The next event; nothing once the terminal is gone. Cancel-safe.
    pub(super) async fn next(&mut self) -> Option<io::Result<Event>> {
        self.events.recv().await
    }

    /// The next event, if it is here already.
    pub(super) fn ready(&mut self) -> Option<io::Result<Event>> {
        self.events.try_recv().ok()
    }

    /// Leaves the terminal to another reader.
    pub(super) async fn stop(self) {
        self.task.abort();
        // It ends by having been told to.
        let _ = self.task.await;
    }
}

/// Hands on what comes, until there is nobody to hand it to, or an error: after one there is
/// nothing but more of them.
async fn read(mut stream: EventStream, events: Sender<io::Result<Event>>) {
    while let Some(event) = poll_fn(|cx| poll(&mut stream, cx)).await {
        let failed = event.is_err();
        if events.send(event).await.is_err() || failed {
            return;
        }
    }
}

fn poll(stream: &mut EventStream, cx: &mut Context<'_>) -> Poll<Option<io::Result<Event>>> {
    // Whatever is asked of a terminal that is gone fails, also whether it is one.
    if !io::stdin().is_terminal() {
        return Poll::Ready(None);
    }
    stream.poll_next_unpin(cx)
}
