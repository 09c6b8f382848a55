//! An outside system that answers as it is told, byte by byte, over real sockets.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What was asked: the request's line and its body.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) body: String,
}

/// An outside system.
pub(crate) struct Fake {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// How it answers: what is said, and whether more of the same follows without an end.
pub(crate) enum Says {
    Bytes(Vec<u8>),
    WithoutEnd(Vec<u8>),
    /// So much at once, and then this byte again and again, as slowly as that.
    Slowly {
        at_once: Vec<u8>,
        then: u8,
        every: Duration,
    },
}

impl Fake {
    /// Starts it. `answer` is given what is asked and the number of the question, from 0.
    pub(crate) async fn start(
        answer: impl Fn(&Asked, usize) -> Says + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (held, answer) = (asked.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, held.clone(), answer.clone()));
            }
        });
        Self { address, asked }
    }

    /// Everything that was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(
    mut socket: TcpStream,
    held: Arc<Mutex<Vec<Asked>>>,
    answer: Arc<impl Fn(&Asked, usize) -> Says>,
) {
    let Some(asked) = read(&mut socket).await else {
        return;
    };
    let number = {
        let mut held = held.lock().unwrap();
        held.push(asked.clone());
        held.len() - 1
    };
    // The other side may have heard enough and hung up.
    match answer(&asked, number) {
        Says::Bytes(bytes) => {
            let _ = socket.write_all(&bytes).await;
        }
        Says::WithoutEnd(bytes) => {
            // A hundred mebibytes at the most: far past any bound.
            for _ in 0..100 * 1024 * 1024 / bytes.len() {
                if socket.write_all(&bytes).await.is_err() {
                    return;
                }
            }
        }
        Says::Slowly {
            at_once,
            then,
            every,
        } => {
            let mut said = socket.write_all(&at_once).await;
            while said.is_ok() {
                tokio::time::sleep(every).await;
                said = socket.write_all(&[then]).await;
            }
        }
    }
}

async fn read(socket: &mut TcpStream) -> Option<Asked> {
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = socket.read(&mut buffer).await.ok().filter(|n| *n > 0)?;
        text.extend_from_slice(&buffer[..count]);
        let whole = String::from_utf8_lossy(&text).into_owned();
        let Some((head, body)) = whole.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map_or(0, |(_, length)| length.trim().parse().unwrap());
        if body.len() >= length {
            return Some(Asked {
                line: head.lines().next().unwrap_or_default().to_owned(),
                body: body.to_owned(),
            });
        }
    }
}

/// A whole answer of JSON.
pub(crate) fn json(status: u16, headers: &str, body: &str) -> Says {
    let length = body.len();
    Says::Bytes(
        format!(
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{headers}Content-Length: \
             {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .into_bytes(),
    )
}
