//! The reading side of a websocket: bytes in, messages out. The library parses and answers pings
//! and closes; it never touches the socket.

use crate::protocol::limits;
use bytes::{Buf, Bytes, BytesMut};
use std::io::{self, Read, Write};
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_tungstenite::tungstenite::error::{CapacityError, Error};
use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocket, WebSocketConfig};

/// The library's read buffer for each connection; its default is 128 KiB.
const READ_BUFFER: usize = 4 * 1024;

/// The reading side of a websocket.
pub(super) struct Reader {
    socket: WebSocket<Pipe>,
}

/// What a session heard.
pub(super) enum Heard {
    /// A frame's text.
    Text(Utf8Bytes),
    /// Bytes, which are no frame.
    Binary,
    /// A ping or a pong: the other side lives.
    Life,
    /// The other side says goodbye.
    Close,
}

/// Why a connection cannot be understood any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Broken {
    #[error("The frame is larger than {} KiB, the most that is taken.", limits::CLIENT_FRAME_BYTES / 1024)]
    TooLarge,
    #[error("What was sent is not a websocket frame: {0}.")]
    NotWebsocket(String),
}

impl Reader {
    /// Begins with what was read beyond the upgrade request.
    pub(super) fn new(first: &Bytes) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_message_size(Some(limits::CLIENT_FRAME_BYTES))
            .max_frame_size(Some(limits::CLIENT_FRAME_BYTES));
        let pipe = Pipe {
            input: BytesMut::from(&first[..]),
            output: Vec::new(),
        };
        Self {
            socket: WebSocket::from_raw_socket(pipe, Role::Server, Some(config)),
        }
    }

    /// Takes bytes from the socket.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.socket.get_mut().input.extend_from_slice(bytes);
    }

    /// How many bytes wait to be understood.
    pub(super) fn waiting_bytes(&self) -> usize {
        self.socket.get_ref().input.len()
    }

    /// The next message, once it is whole.
    pub(super) fn hear(&mut self) -> Result<Option<Heard>, Broken> {
        match self.socket.read() {
            Ok(Message::Text(text)) => Ok(Some(Heard::Text(text))),
            Ok(Message::Binary(_)) => Ok(Some(Heard::Binary)),
            Ok(Message::Ping(_) | Message::Pong(_)) => Ok(Some(Heard::Life)),
            Ok(Message::Close(_) | Message::Frame(_))
            | Err(Error::ConnectionClosed | Error::AlreadyClosed) => Ok(Some(Heard::Close)),
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                self.rest();
                Ok(None)
            }
            Err(Error::Capacity(CapacityError::MessageTooLong { .. })) => Err(Broken::TooLarge),
            Err(error) => Err(Broken::NotWebsocket(error.to_string())),
        }
    }

    /// What the library answered by itself (pongs, a close), if anything.
    pub(super) fn answered(&mut self) -> Option<Bytes> {
        let output = &mut self.socket.get_mut().output;
        (!output.is_empty()).then(|| Bytes::from(std::mem::take(output)))
    }

    /// Lets the buffer of a burst go.
    fn rest(&mut self) {
        let pipe = self.socket.get_mut();
        if pipe.input.is_empty() {
            pipe.input = BytesMut::new();
        }
    }
}

/// What stands in for the socket.
struct Pipe {
    input: BytesMut,
    output: Vec<u8>,
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.input.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let count = buffer.len().min(self.input.len());
        self.input
            .copy_to_slice(buffer.get_mut(..count).unwrap_or_default());
        Ok(count)
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
