//! One socket, plain or TLS, read and written by one task without either side waiting for the
//! other.

use super::outbox::Outbox;
use bytes::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// Bytes read at once: on the stack, so that an idle session has no buffer.
const READ_BYTES: usize = 8 * 1024;

/// What is read and written as one.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for T {}

/// One socket.
pub(super) enum Transport {
    /// The outbox writes into it as well, when nothing waits.
    Plain(Arc<TcpStream>),
    /// Bytes go in through its own layer: TLS, or a pipe in memory.
    Layered {
        stream: Box<dyn Stream>,
        /// What was written may still be inside.
        unflushed: bool,
    },
}

impl Transport {
    /// Takes the socket back from the HTTP side, with what was read beyond the request.
    pub(super) fn take(upgraded: Upgraded) -> io::Result<(Self, Bytes)> {
        let upgraded = match upgraded.downcast::<TokioIo<TcpStream>>() {
            Ok(parts) => {
                let socket = Arc::new(parts.io.into_inner());
                return Ok((Self::Plain(socket), parts.read_buf));
            }
            Err(upgraded) => upgraded,
        };
        match upgraded.downcast::<TokioIo<TlsStream<TcpStream>>>() {
            Ok(parts) => Ok((Self::layered(parts.io.into_inner()), parts.read_buf)),
            Err(_) => Err(io::Error::other("a connection of an unknown kind")),
        }
    }

    /// A stream with a layer of its own.
    pub(super) fn layered(stream: impl Stream + 'static) -> Self {
        Self::Layered {
            stream: Box::new(stream),
            unflushed: true,
        }
    }

    /// The socket, where others may write into it directly.
    pub(super) fn direct(&self) -> Option<Arc<TcpStream>> {
        match self {
            Self::Plain(socket) => Some(socket.clone()),
            Self::Layered { .. } => None,
        }
    }

    /// Reads what is there into `take`; ready with the number of bytes, 0 at the end.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        mut take: impl FnMut(&[u8]),
    ) -> Poll<io::Result<usize>> {
        let mut bytes = [0; READ_BYTES];
        match self {
            Self::Plain(socket) => loop {
                ready!(socket.poll_read_ready(cx))?;
                match socket.try_read(&mut bytes) {
                    Ok(count) => {
                        take(bytes.get(..count).unwrap_or_default());
                        return Poll::Ready(Ok(count));
                    }
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Err(error) => return Poll::Ready(Err(error)),
                }
            },
            Self::Layered { stream, .. } => {
                let mut buffer = ReadBuf::new(&mut bytes);
                ready!(Pin::new(&mut **stream).poll_read(cx, &mut buffer))?;
                take(buffer.filled());
                Poll::Ready(Ok(buffer.filled().len()))
            }
        }
    }

    /// Writes what waits; ready when nothing waits any more.
    pub(super) fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        outbox: &Outbox,
    ) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(socket) => loop {
                if outbox.is_empty() {
                    return Poll::Ready(Ok(()));
                }
                ready!(socket.poll_write_ready(cx))?;
                if outbox.drain(|slices| socket.try_write_vectored(slices))? {
                    return Poll::Ready(Ok(()));
                }
            },
            Self::Layered { stream, unflushed } => {
                let drained = outbox.drain(|slices| {
                    let first = slices.first().map_or(&[][..], |slice| slice);
                    match Pin::new(&mut **stream).poll_write(cx, first) {
                        Poll::Ready(written) => {
                            *unflushed = true;
                            written
                        }
                        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
                    }
                })?;
                if !drained {
                    return Poll::Pending;
                }
                if *unflushed {
                    ready!(Pin::new(&mut **stream).poll_flush(cx))?;
                    *unflushed = false;
                }
                Poll::Ready(Ok(()))
            }
        }
    }
}
