//! A screen that looks at the wall page, over a real socket.

use super::server::{House, PATIENCE};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::Instant;

/// One open stream of the wall page.
pub(crate) struct Screen {
    socket: TcpStream,
    /// Everything that came, head and all.
    pub(crate) heard: String,
    /// How much of it was looked at.
    seen: usize,
}

impl Screen {
    pub(crate) async fn open(house: &House, cookie: Option<&str>) -> Self {
        Self::with(house.address, cookie, "").await
    }

    /// Opens a stream with further lines in the request's head, each with its end.
    pub(crate) async fn with(address: SocketAddr, cookie: Option<&str>, more: &str) -> Self {
        Self::on(TcpStream::connect(address).await.unwrap(), cookie, more).await
    }

    /// One whose receive buffer is as small as the system makes it.
    pub(crate) async fn narrow(house: &House, cookie: Option<&str>) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(2_048).unwrap();
        let socket = socket.connect(house.address).await.unwrap();
        Self::on(socket, cookie, "").await
    }

    async fn on(mut socket: TcpStream, cookie: Option<&str>, more: &str) -> Self {
        let cookie = cookie.map_or(String::new(), |words| format!("Cookie: {words}\r\n"));
        let head = format!("GET /wall/events HTTP/1.1\r\nHost: localhost\r\n{cookie}{more}\r\n");
        socket.write_all(head.as_bytes()).await.unwrap();
        let (heard, seen) = (String::new(), 0);
        Self {
            socket,
            heard,
            seen,
        }
    }

    /// Reads once; false at the end.
    async fn read(&mut self) -> bool {
        let mut bytes = [0; 65_536];
        let read = tokio::time::timeout(PATIENCE, self.socket.read(&mut bytes)).await;
        match read.expect("something in time") {
            Ok(0) | Err(_) => false,
            Ok(count) => {
                self.heard
                    .push_str(&String::from_utf8_lossy(&bytes[..count]));
                true
            }
        }
    }

    /// Waits for these words, behind what was waited for before.
    pub(crate) async fn until(&mut self, words: &str) {
        loop {
            if let Some(at) = self.heard[self.seen..].find(words) {
                self.seen += at + words.len();
                return;
            }
            assert!(
                self.read().await,
                "{words} before the end of {}",
                self.heard
            );
        }
    }

    /// The status of the answer.
    pub(crate) async fn status(&mut self) -> u16 {
        while !self.heard.contains("\r\n\r\n") {
            assert!(self.read().await, "a whole head");
        }
        self.heard.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// Waits for the end of the connection; answers how long that took.
    pub(crate) async fn end(&mut self) -> Duration {
        let began = Instant::now();
        while self.read().await {}
        began.elapsed()
    }

    /// The pictures so far, as JSON.
    pub(crate) fn pictures(&self) -> Vec<serde_json::Value> {
        let lines = self
            .heard
            .lines()
            .filter_map(|line| line.strip_prefix("data: {\"incidents"));
        lines
            .map(|rest| serde_json::from_str(&format!("{{\"incidents{rest}")).unwrap())
            .collect()
    }
}
