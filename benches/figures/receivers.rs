//! A thousand connections in a process of their own, the same for the server and the yardstick:
//! it says when the last of them has got another event.

use crate::raw::{Raw, frame};
use std::io::{BufRead, BufReader, Write, stdin, stdout};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::str::FromStr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc::{Sender, channel};

/// How many connections there are.
pub const SESSIONS: usize = 1_000;
/// Read at once from one connection.
const READ_BYTES: usize = 64 * 1024;
/// A ping begins so, and a pong is this: a session that answers none is given up.
const PING: u8 = 0x89;
const PONG: [u8; 6] = [0x8a, 0x80, 0, 0, 0, 0];
/// What the process is told by.
const VARIABLE: &str = "WARROOM_FIGURES_RECEIVE";

/// Whom they connect to.
pub enum From {
    /// A socket that sends as soon as it is connected to.
    Bare(SocketAddr),
    /// The server, of which they follow an incident.
    Warroom(SocketAddr, u64),
}

/// A connection, and what was read of it already.
type Opened = (TcpStream, Vec<u8>);

/// The receiving process and its lines. It ends when its input does, so also when this process is
/// killed.
pub struct Receivers {
    child: Child,
    _input: Option<ChildStdin>,
    lines: BufReader<ChildStdout>,
}

impl Receivers {
    pub fn start(from: &From) -> Self {
        let told = match from {
            From::Bare(address) => format!("bare {address} 0"),
            From::Warroom(address, incident) => format!("warroom {address} {incident}"),
        };
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(VARIABLE, told)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self {
            _input: child.stdin.take(),
            child,
            lines,
        }
    }

    /// Waits until all are connected, and then each time until the last has got another event.
    pub fn wait(&mut self) {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "the receivers ended");
    }
}

impl Drop for Receivers {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Receives, if that is what this process was started for.
pub fn received() -> bool {
    let Ok(told) = std::env::var(VARIABLE) else {
        return false;
    };
    let words: Vec<&str> = told.split(' ').collect();
    let address = SocketAddr::from_str(words[1]).unwrap();
    let incident = words[2].parse().unwrap();
    let open = |n: usize| {
        if words[0] == "bare" {
            return (TcpStream::connect(address).unwrap(), Vec::new());
        }
        let mut raw = Raw::connect(address, &format!("p{n}"));
        raw.join(incident);
        raw.into_parts()
    };
    let streams: Vec<Opened> = (0..SESSIONS).map(open).collect();
    std::thread::spawn(|| {
        // Nothing ever comes: this is how the end of the measuring process is heard of.
        let _ = stdin().lock().read_line(&mut String::new());
        std::process::exit(0);
    });
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime
        .enable_all()
        .build()
        .unwrap()
        .block_on(count(streams));
    true
}

/// Says so when each number of events has reached every connection.
async fn count(streams: Vec<Opened>) {
    let (got, mut each) = channel(SESSIONS * 4);
    for (stream, ahead) in streams {
        stream.set_nonblocking(true).unwrap();
        let stream = tokio::net::TcpStream::from_std(stream).unwrap();
        tokio::spawn(read(stream, ahead, got.clone()));
    }
    drop(got);
    let say = |line: &str| {
        let mut out = stdout().lock();
        writeln!(out, "{line}").and_then(|()| out.flush()).is_ok()
    };
    say("connected");
    let mut counts: Vec<usize> = Vec::new();
    while let Some(number) = each.recv().await {
        if counts.len() <= number {
            counts.resize(number + 1, 0);
        }
        counts[number] += 1;
        if counts[number] == SESSIONS && !say("all") {
            return;
        }
    }
}

/// Counts the events of one connection, from what was read of it already on; what is no event
/// (presence, the board) is passed over.
async fn read(mut stream: tokio::net::TcpStream, ahead: Vec<u8>, got: Sender<usize>) {
    let mut held = ahead.len();
    let mut buffer = ahead;
    buffer.resize(READ_BYTES, 0);
    let mut number = 0;
    loop {
        let mut at = 0;
        while let Ok((start, end)) = frame(&buffer[at..held]) {
            if buffer[at + start..at + end].starts_with(br#"{"type":"event""#) {
                let _ = got.send(number).await;
                number += 1;
            }
            if buffer[at] == PING && stream.write_all(&PONG).await.is_err() {
                return;
            }
            at += end;
        }
        buffer.copy_within(at..held, 0);
        held -= at;
        match stream.read(&mut buffer[held..]).await {
            Ok(n @ 1..) => held += n,
            _ => return,
        }
    }
}
