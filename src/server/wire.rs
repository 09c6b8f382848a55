//! Websocket frames from the server, built by hand, so that one can be made once and shared.
//!
//! Frames from a server are never masked: a header of 2, 4 or 10 bytes and the payload.

use bytes::{BufMut, Bytes, BytesMut};

/// FIN and opcode text.
const TEXT: u8 = 0x81;
/// FIN and opcode close.
const CLOSE: u8 = 0x88;
/// FIN and opcode ping.
const PING: u8 = 0x89;
/// The longest payload that the first length byte can say.
const SHORT_BYTES: usize = 125;

/// Close: the server goes away.
pub(super) const CLOSE_AWAY: u16 = 1001;
/// Close: the other side broke a rule.
pub(super) const CLOSE_POLICY: u16 = 1008;

/// Appends a whole text frame.
pub(super) fn put_text(into: &mut BytesMut, payload: &str) {
    into.reserve(payload.len() + 10);
    into.put_u8(TEXT);
    put_length(into, payload.len());
    into.put_slice(payload.as_bytes());
}

/// A whole text frame.
pub(super) fn text(payload: &str) -> Bytes {
    let mut frame = BytesMut::with_capacity(payload.len() + 10);
    put_text(&mut frame, payload);
    frame.freeze()
}

/// An empty ping.
pub(super) fn ping() -> Bytes {
    Bytes::from_static(&[PING, 0])
}

/// A close frame without words: the words went ahead in a `bye`.
pub(super) fn close(code: u16) -> Bytes {
    let [high, low] = code.to_be_bytes();
    Bytes::copy_from_slice(&[CLOSE, 2, high, low])
}

fn put_length(into: &mut BytesMut, length: usize) {
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short), _) if length <= SHORT_BYTES => into.put_u8(short),
        (_, Ok(middle)) => {
            into.put_u8(126);
            into.put_u16(middle);
        }
        _ => {
            into.put_u8(127);
            into.put_u64(length as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Read, Write};
    use tokio_tungstenite::tungstenite::protocol::{Role, WebSocket};

    struct Wire(Cursor<Bytes>);
    impl Read for Wire {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0.read(buffer)
        }
    }
    impl Write for Wire {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_length_form_is_read_back_by_the_library() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 200_000] {
            let words = "x".repeat(length);
            let wire = Wire(Cursor::new(text(&words)));
            let mut socket = WebSocket::from_raw_socket(wire, Role::Client, None);
            let message = socket.read().expect("a frame");
            assert_eq!(message.into_text().expect("text").as_str(), words);
        }
    }

    #[test]
    fn ping_and_close_are_read_back() {
        let mut both = BytesMut::from(&ping()[..]);
        both.extend_from_slice(&close(CLOSE_POLICY));
        let wire = Wire(Cursor::new(both.freeze()));
        let mut socket = WebSocket::from_raw_socket(wire, Role::Client, None);
        assert!(socket.read().expect("ping").is_ping());
        assert!(socket.read().expect("close").is_close());
    }
}
