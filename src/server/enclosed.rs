//! A server that listens nowhere: connections are handed to it. It is what simulations run.

use super::access::{Grant, TokenStore};
use super::options::{Options, StartError};
use super::session::Session;
use super::sessions::Sessions;
use super::shared::Shared;
use super::start::House;
use super::transport::Transport;
use bytes::Bytes;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

/// A server without doors: its rooms, sessions and journal are those of [`super::start()`], and it
/// ends when the runtime that it was started on is dropped, as a process that is killed.
pub struct Enclosed {
    shared: Arc<Shared>,
}

impl Enclosed {
    /// Starts one. The address, the certificate and the data directory of the options are not used.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let tokens = TokenStore::new(&options.data);
        let stopping = CancellationToken::new();
        let house = House::open(&options, tokens, options.listen, "", &stopping).await?;
        let shared = house.shared;
        let board = shared.clone();
        tokio::spawn(async move { board.board.run(&board.metrics).await });
        Ok(Self { shared })
    }

    /// Serves a connection that speaks websocket frames from its first byte, as one of this
    /// machine. It is dropped unserved when there are as many sessions as there may be.
    pub fn connect(&self, stream: impl AsyncRead + AsyncWrite + Send + Sync + Unpin + 'static) {
        let Some((place, revoked)) = Sessions::enter(&self.shared, Grant::Loopback) else {
            return;
        };
        let session = Session {
            shared: self.shared.clone(),
            transport: Transport::layered(stream),
            first: Bytes::new(),
            grant: Ok(Grant::Loopback),
            place,
            revoked,
        };
        self.shared.session_tasks.spawn(session.run());
    }
}
