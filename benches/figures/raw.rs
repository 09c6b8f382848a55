//! A websocket client reduced to its bytes, so that measuring costs as little as the yardstick's
//! own reading does, and a process of its own that receives.

use std::io::{Read, Write};
use std::net::TcpStream;

/// Connects, upgrades, says hello, and returns the open stream once the welcome was read.
pub fn connect(address: std::net::SocketAddr, name: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("connect");
    stream.set_nodelay(true).expect("nodelay");
    let request = format!(
        "GET /ws HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("request");
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).expect("the server's answer");
        head.push(byte[0]);
    }
    assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
    send(
        &mut stream,
        &format!(r#"{{"type":"hello","protocol":1,"client":"figures","name":"{name}"}}"#),
    );
    wait_for(&mut stream, "welcome");
    stream
}

/// Sends a text frame, masked with zeros as a client may.
pub fn send(stream: &mut TcpStream, text: &str) {
    let mut frame = vec![0x81];
    match text.len() {
        n if n < 126 => frame.push(0x80 | n as u8),
        n if n < 65_536 => {
            frame.push(0x80 | 126);
            frame.extend((n as u16).to_be_bytes());
        }
        n => {
            frame.push(0x80 | 127);
            frame.extend((n as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(text.as_bytes());
    stream.write_all(&frame).expect("send");
}

/// Reads one frame's payload.
pub fn read_frame(stream: &mut TcpStream) -> Vec<u8> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).expect("a frame");
    let length = match head[1] & 127 {
        126 => {
            let mut more = [0; 2];
            stream.read_exact(&mut more).expect("a length");
            usize::from(u16::from_be_bytes(more))
        }
        127 => {
            let mut more = [0; 8];
            stream.read_exact(&mut more).expect("a length");
            u64::from_be_bytes(more) as usize
        }
        n => usize::from(n),
    };
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).expect("a payload");
    payload
}

/// Reads frames until one of this type, and returns it.
pub fn wait_for(stream: &mut TcpStream, kind: &str) -> Vec<u8> {
    let tag = format!(r#"{{"type":"{kind}""#);
    loop {
        let payload = read_frame(stream);
        assert!(!payload.starts_with(br#"{"type":"bye""#), "{}", String::from_utf8_lossy(&payload));
        if payload.starts_with(tag.as_bytes()) {
            return payload;
        }
    }
}

/// Joins an incident and waits until the answer is read.
pub fn join(stream: &mut TcpStream, incident: u64) {
    send(stream, &format!(r#"{{"type":"join","incident":{incident},"have":0,"fold":1}}"#));
    wait_for(stream, "joined");
}

/// A note's frame.
pub fn note(incident: u64, number: u128, text: &str) -> String {
    let id = uuid::Uuid::from_u128((1_764_000_000_000 << 80) | (7 << 76) | number);
    format!(
        r#"{{"type":"submit","incident":{incident},"command":{{"id":"{id}","written_at":"2026-01-01T00:00:00Z","intent":{{"do":"note","kind":"note","text":"{text}"}}}}}}"#
    )
}

/// Declares an incident and returns its number.
pub fn declare(stream: &mut TcpStream, number: u128) -> u64 {
    let id = uuid::Uuid::from_u128((1_764_000_000_000 << 80) | (7 << 76) | number);
    send(
        stream,
        &format!(
            r#"{{"type":"submit","command":{{"id":"{id}","written_at":"2026-01-01T00:00:00Z","intent":{{"do":"declare","title":"Checkout 500s"}}}}}}"#
        ),
    );
    let done = wait_for(stream, "done");
    let done: serde_json::Value = serde_json::from_slice(&done).expect("JSON");
    done["incident"].as_u64().expect("a number")
}

/// Whether this process was started to receive.
pub fn is_receiver() -> bool {
    std::env::var_os("WARROOM_FIGURES_RECEIVE").is_some()
}

/// The receiving process: opens connections, and prints a line each time the last of them has
/// got another event.
pub fn receive() {
    crate::fanout::receive();
}
