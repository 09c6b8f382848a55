//! Where connections come in.
//!
//! **Invariant**: accepting never waits for one client: handshakes and requests have a task each.

use super::http::{self, Ends, Routes};
use super::shared::Shared;
use crate::protocol::limits;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

/// How long accepting rests when the system has no sockets left.
const ACCEPT_REST: Duration = Duration::from_millis(100);
/// Connections at once that are not sessions yet: those being greeted, hooks, scrapes. Beyond it
/// the next ones wait in the system's queue.
const GREETED: usize = 1_024;

/// Where connections come in.
pub(super) struct Door {
    shared: Arc<Shared>,
    routes: Routes,
    greeted: Arc<Semaphore>,
}

impl Door {
    pub(super) fn new(shared: Arc<Shared>, routes: Routes) -> Self {
        let greeted = Arc::new(Semaphore::new(GREETED.min(limits::SESSIONS)));
        Self {
            shared,
            routes,
            greeted,
        }
    }

    /// Accepts plain connections for ever, if there is a listener.
    pub(super) async fn accept_if(&self, listener: Option<&TcpListener>) {
        match listener {
            Some(listener) => self.accept(listener, None).await,
            None => std::future::pending().await,
        }
    }

    /// Accepts connections for ever.
    pub(super) async fn accept(&self, listener: &TcpListener, tls: Option<&TlsAcceptor>) {
        loop {
            let Ok(place) = self.greeted.clone().acquire_owned().await else {
                return;
            };
            match listener.accept().await {
                Ok((socket, peer)) => match ends(&socket, peer) {
                    Ok(ends) => {
                        let (shared, routes) = (self.shared.clone(), self.routes.clone());
                        let tls = tls.cloned();
                        self.shared.session_tasks.spawn(async move {
                            greet(socket, ends, tls, routes, shared).await;
                            drop(place);
                        });
                    }
                    Err(error) => tracing::debug!(%error, "connection was gone at once"),
                },
                Err(error) => {
                    tracing::warn!(%error, "cannot accept");
                    tokio::time::sleep(ACCEPT_REST).await;
                }
            }
        }
    }
}

fn ends(socket: &TcpStream, peer: std::net::SocketAddr) -> io::Result<Ends> {
    // An event is small and must not wait for the next one.
    socket.set_nodelay(true)?;
    let local = socket.local_addr()?;
    Ok(Ends { peer, local })
}

async fn greet(
    socket: TcpStream,
    ends: Ends,
    tls: Option<TlsAcceptor>,
    routes: Routes,
    shared: Arc<Shared>,
) {
    let Some(acceptor) = tls else {
        return http::serve(socket, ends, routes, shared).await;
    };
    match tokio::time::timeout(shared.pace.handshake, acceptor.accept(socket)).await {
        Ok(Ok(stream)) => http::serve(stream, ends, routes, shared).await,
        Ok(Err(error)) => tracing::info!(peer = %ends.peer, %error, "TLS handshake failed"),
        Err(_) => tracing::info!(peer = %ends.peer, "TLS handshake took too long"),
    }
}
