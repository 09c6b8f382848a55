//! A websocket client reduced to its bytes, so that measuring costs as little as the yardstick's
//! own reading does.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};
use uuid::Uuid;
use warroom::incident::FOLD_VERSION;
use warroom::protocol::VERSION;

/// A figure fails rather than hang.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// An answer to a ping.
const PONG: [u8; 6] = [0x8a, 0x80, 0, 0, 0, 0];

/// An open connection that was greeted.
pub struct Raw {
    stream: BufReader<TcpStream>,
}

impl Raw {
    /// Connects, upgrades, says hello, and reads the welcome.
    pub fn connect(address: SocketAddr, name: &str) -> Self {
        Self::greeted(address, name).0
    }

    /// The same, with what the welcome says.
    pub fn greeted(address: SocketAddr, name: &str) -> (Self, String) {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(ANSWER_WITHIN)).unwrap();
        let mut raw = Self {
            stream: BufReader::new(stream),
        };
        raw.upgrade(address);
        raw.send(&format!(
            r#"{{"type":"hello","protocol":{VERSION},"client":"figures","name":"{name}"}}"#
        ));
        let (_, welcome) = raw.wait_for("welcome");
        (raw, text(welcome))
    }

    fn upgrade(&mut self, address: SocketAddr) {
        let request = format!(
            "GET /ws HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            self.stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let said = String::from_utf8_lossy(&head);
        assert!(said.starts_with("HTTP/1.1 101"), "{said}");
    }

    fn send(&mut self, text: &str) {
        self.stream.get_mut().write_all(&masked(text)).unwrap();
    }

    /// Reads one frame, whole: its header and its payload.
    fn read_frame(&mut self) -> (Vec<u8>, Vec<u8>) {
        let mut head = vec![0; 2];
        self.stream.read_exact(&mut head).unwrap();
        let more = match head[1] & 127 {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        head.resize(2 + more, 0);
        self.stream.read_exact(&mut head[2..]).unwrap();
        let (_, end) = frame(&head).unwrap_or_else(|need| (0, need));
        let mut payload = vec![0; end - head.len()];
        self.stream.read_exact(&mut payload).unwrap();
        (head, payload)
    }

    /// Reads frames until one of this type, and returns its header and its payload.
    pub fn wait_for(&mut self, kind: &str) -> (Vec<u8>, Vec<u8>) {
        let tag = format!(r#"{{"type":"{kind}""#);
        loop {
            let (head, payload) = self.read_frame();
            let said = || String::from_utf8_lossy(&payload);
            let sent_away = payload.starts_with(br#"{"type":"bye""#);
            assert!(!sent_away, "{}", said());
            assert!(!payload.starts_with(br#"{"type":"refused""#), "{}", said());
            if payload.starts_with(tag.as_bytes()) {
                return (head, payload);
            }
        }
    }

    /// Joins an incident and waits until the answer is read.
    pub fn join(&mut self, incident: u64) {
        self.ask_to_join(incident);
        self.wait_for("joined");
    }

    /// Asks to join an incident; the answer is a `joined`.
    pub fn ask_to_join(&mut self, incident: u64) {
        self.send(&format!(
            r#"{{"type":"join","incident":{incident},"have":0,"fold":{FOLD_VERSION}}}"#
        ));
    }

    /// The next text that comes, whatever it is; pings are answered meanwhile.
    pub fn next_text(&mut self) -> String {
        loop {
            let (head, payload) = self.read_frame();
            match head[0] & 15 {
                1 => return text(payload),
                9 => self.stream.get_mut().write_all(&PONG).unwrap(),
                other => panic!("the server sent a frame of kind {other}"),
            }
        }
    }

    /// Reads whatever comes until that moment, as a console does; pings are answered.
    pub fn hear_until(&mut self, moment: Instant) {
        while let Some(left) = moment.checked_duration_since(Instant::now()) {
            if self.stream.buffer().is_empty() {
                // A timeout of nothing is none.
                let left = left.max(Duration::from_micros(1));
                self.stream.get_ref().set_read_timeout(Some(left)).unwrap();
                let came = self.stream.fill_buf().map(<[u8]>::is_empty);
                let whole = Some(ANSWER_WITHIN);
                self.stream.get_ref().set_read_timeout(whole).unwrap();
                match came {
                    Ok(ended) => assert!(!ended, "the server hung up"),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                    Err(error) => panic!("{error}"),
                }
            }
            let (head, _) = self.read_frame();
            if head[0] & 15 == 9 {
                self.stream.get_mut().write_all(&PONG).unwrap();
            }
        }
    }

    /// Sends a note; the answer is a `done`.
    pub fn note(&mut self, incident: u64, text: &str) {
        let id = Uuid::now_v7();
        self.send(&format!(
            r#"{{"type":"submit","incident":{incident},"command":{{"id":"{id}","written_at":"2026-01-01T00:00:00Z","intent":{{"do":"note","kind":"note","text":"{text}"}}}}}}"#
        ));
    }

    /// Declares an incident and returns its number.
    pub fn declare(&mut self) -> u64 {
        let id = Uuid::now_v7();
        self.send(&format!(
            r#"{{"type":"submit","command":{{"id":"{id}","written_at":"2026-01-01T00:00:00Z","intent":{{"do":"declare","title":"Checkout 500s"}}}}}}"#
        ));
        let (_, done) = self.wait_for("done");
        let done: serde_json::Value = serde_json::from_slice(&done).unwrap();
        done["incident"].as_u64().unwrap()
    }

    /// The socket itself, and what was read of it beyond the last answer.
    pub fn into_parts(self) -> (TcpStream, Vec<u8>) {
        let ahead = self.stream.buffer().to_vec();
        (self.stream.into_inner(), ahead)
    }
}

/// A text frame, masked with zeros as a client may.
pub fn masked(text: &str) -> Vec<u8> {
    let mut frame = vec![0x81];
    match (u8::try_from(text.len()), u16::try_from(text.len())) {
        (Ok(length), _) if length < 126 => frame.push(0x80 | length),
        (_, Ok(length)) => {
            frame.push(0x80 | 126);
            frame.extend(length.to_be_bytes());
        }
        _ => {
            frame.push(0x80 | 127);
            frame.extend((text.len() as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(text.as_bytes());
    frame
}

fn text(payload: Vec<u8>) -> String {
    String::from_utf8(payload).unwrap()
}

/// Where the payload of the first frame of these bytes begins and ends.
///
/// # Errors
/// How many bytes it needs, as far as can be said, where it is not whole.
pub fn frame(bytes: &[u8]) -> Result<(usize, usize), usize> {
    let (start, length) = match bytes.get(1).map(|byte| byte & 127) {
        None => return Err(2),
        Some(126) => {
            let length = bytes.get(2..4).and_then(|b| b.try_into().ok());
            (4, u64::from(u16::from_be_bytes(length.ok_or(4_usize)?)))
        }
        Some(127) => {
            let length = bytes.get(2..10).and_then(|b| b.try_into().ok());
            (10, u64::from_be_bytes(length.ok_or(10_usize)?))
        }
        Some(length) => (2, u64::from(length)),
    };
    let end = start + usize::try_from(length).unwrap();
    if bytes.len() < end {
        return Err(end);
    }
    Ok((start, end))
}
