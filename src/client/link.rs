//! The driver: socket, reconnects, outbox on disk.

use super::{Effect, Input};
use crate::clock::{Clock, SystemClock};
use crate::incident::Person;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{Notify, mpsc};

/// Inputs that wait for the caller. Beyond it the socket is read no further, and the server tells
/// this session to resync.
pub const INPUT_QUEUE: usize = 256;
/// Effects that wait for the driver.
pub const EFFECT_QUEUE: usize = 64;

/// Where to connect, and as whom.
#[derive(Clone)]
pub struct LinkOptions {
    /// `ws://HOST:PORT` or `wss://HOST:PORT`; the path is `/ws` where none is given.
    pub url: String,
    /// The token, if the server asks for one.
    pub token: Option<String>,
    /// The name given to a server without tokens; says whose outboxes to adopt.
    pub name: Option<Person>,
    /// Where to keep the outbox; absent: only in memory (a spectator, a script).
    pub outbox_dir: Option<PathBuf>,
    /// A file of further certificate authorities (PEM) to trust.
    pub ca_file: Option<PathBuf>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

impl LinkOptions {
    /// To that address, with nothing else.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            token: None,
            name: None,
            outbox_dir: None,
            ca_file: None,
            clock: Arc::new(SystemClock),
        }
    }
}

impl fmt::Debug for LinkOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkOptions")
            .field("url", &self.url)
            .field("token", &self.token.as_ref().map(|_| "(hidden)"))
            .field("outbox_dir", &self.outbox_dir)
            .finish_non_exhaustive()
    }
}

/// The caller's end of the driver.
#[derive(Debug)]
pub struct LinkHandle {
    /// What happens, in order; for [`super::Client::handle`]. Ends when the driver has ended.
    pub inputs: mpsc::Receiver<Input>,
    /// What to do, in order; from the client. `Tell` is not for the driver and is passed over.
    pub effects: mpsc::Sender<Effect>,
    retry: Arc<Notify>,
}

impl LinkHandle {
    /// Tries to connect at once instead of waiting for the next try.
    pub fn retry_now(&self) {
        self.retry.notify_one();
    }

    /// Ends the driver: everything handed over is written to disk and, where a connection stands,
    /// sent; then it hangs up.
    pub async fn close(self) {
        drop(self.effects);
        let mut inputs = self.inputs;
        while inputs.recv().await.is_some() {}
    }
}

/// Starts the driver on the current tokio runtime.
#[must_use]
pub fn start(_options: LinkOptions) -> LinkHandle {
    let (_input, inputs) = mpsc::channel(INPUT_QUEUE);
    let (effects, _effect) = mpsc::channel(EFFECT_QUEUE);
    LinkHandle {
        inputs,
        effects,
        retry: Arc::new(Notify::new()),
    }
}
