//! The real server, its rooms and sessions, over a journal in memory that a crash does not harm: only
//! what is flushed survives. Nothing here depends on the machine's clock or on threads.

use super::super::support::random::Random;
use super::Backend;
use super::breaks::Break;
use futures_util::{FutureExt, SinkExt, StreamExt};
use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::runtime::{Builder, Runtime};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;
use warroom::clock::{Clock, ManualClock};
use warroom::incident::*;
use warroom::journal::{Journal, MemoryJournal, ReadFrom};
use warroom::server::{Enclosed, Options, Pace};

/// What a socket takes before its reader reads.
const SOCKET_BYTES: usize = 2 * 1024;
/// Frames that may wait for a session: few, so that the bound is met.
const SESSION_QUEUE: usize = 6;

/// One connection.
struct Wire {
    /// Sent by the console and still under way.
    to_server: VecDeque<String>,
    socket: WebSocketStream<Counted>,
    /// Nothing is heard over it any more.
    cut: bool,
    /// The server has ended, and with it everything that was under way.
    dead: bool,
}

/// The console's end of a socket, with how many bytes came out of it.
struct Counted {
    end: DuplexStream,
    read: usize,
}

impl Counted {
    fn new(end: DuplexStream) -> Self {
        Self { end, read: 0 }
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let done = Pin::new(&mut self.end).poll_read(cx, buffer);
        self.read += buffer.filled().len() - before;
        done
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.end).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.end).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.end).poll_shutdown(cx)
    }
}

pub(super) struct Real {
    runtime: Option<Runtime>,
    server: Option<Enclosed>,
    clock: Arc<ManualClock>,
    disk: Arc<MemoryJournal>,
    /// What the server takes for its journal.
    journal: Arc<dyn Journal>,
    broken: Option<Break>,
    wires: Vec<Wire>,
    logs: BTreeMap<IncidentId, Vec<Event>>,
    random: Random,
}

impl Real {
    pub(super) fn new(seed: u64) -> Self {
        Self::with(seed, None)
    }

    /// With a rule broken on purpose.
    pub(super) fn with(seed: u64, broken: Option<Break>) -> Self {
        let disk = Arc::new(MemoryJournal::new());
        disk.hold();
        let mut real = Self {
            runtime: None,
            server: None,
            clock: Arc::new(ManualClock::new("2026-11-24T14:00:00Z".parse().unwrap())),
            journal: broken.map_or_else(
                || disk.clone() as Arc<dyn Journal>,
                |broken| broken.journal(disk.clone()),
            ),
            disk,
            broken,
            wires: Vec::new(),
            logs: BTreeMap::new(),
            random: Random::new(!seed),
        };
        real.start();
        real
    }

    fn start(&mut self) {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let nowhere = std::path::PathBuf::from("nowhere");
        let mut options = Options::new(nowhere, self.clock.clone(), self.journal.clone());
        options.pace = Pace {
            session_queue: SESSION_QUEUE,
            crowd_slice: 1,
            ping_every: Duration::from_secs(1 << 20),
            dead_after: Duration::from_secs(1 << 21),
            hello: Duration::from_secs(1 << 20),
            ..Pace::default()
        };
        if self.broken == Some(Break::ForgottenCommands) {
            self.disk.forget_commands();
        }
        let server = runtime.block_on(Enclosed::start(options)).unwrap();
        self.server = Some(server);
        self.runtime = Some(runtime);
    }

    /// Lets everything run that can run, then a millisecond pass.
    fn settle(&self) {
        let runtime = self.runtime.as_ref().unwrap();
        runtime.block_on(async { tokio::time::sleep(Duration::from_millis(1)).await });
    }

    /// Reads what has become durable.
    fn read_logs(&mut self) {
        let now = "a journal in memory answers at once";
        for head in self.disk.heads().now_or_never().expect(now).unwrap() {
            let log = self.logs.entry(head.incident).or_default();
            let from = ReadFrom::After(log.last().map_or(Seq::ZERO, |event| event.seq));
            let read = self.disk.read(head.incident, from, u32::MAX);
            let records = read.now_or_never().expect(now).unwrap();
            for record in records {
                log.push(record.event().clone());
            }
        }
    }
}

impl Backend for Real {
    fn connect(&mut self) -> usize {
        let (here, there) = tokio::io::duplex(SOCKET_BYTES);
        let runtime = self.runtime.as_ref().unwrap();
        let socket = runtime.block_on(async {
            self.server.as_ref().unwrap().connect(there);
            WebSocketStream::from_raw_socket(Counted::new(here), Role::Client, None).await
        });
        self.wires.push(Wire {
            to_server: VecDeque::new(),
            socket,
            cut: false,
            dead: false,
        });
        self.wires.len() - 1
    }

    fn wires(&self) -> usize {
        self.wires.len()
    }

    fn send(&mut self, wire: usize, text: String) {
        self.wires[wire].to_server.push_back(text);
    }

    fn hear(&mut self, wire: usize) -> Option<String> {
        if self.wires[wire].cut || self.wires[wire].dead {
            return None;
        }
        let mut quiet = 0;
        let mut read = 0;
        // A frame may come in pieces, for the socket takes a part of it only.
        while quiet < 2 {
            let runtime = self.runtime.as_ref().unwrap();
            let socket = &mut self.wires[wire].socket;
            let heard = runtime.block_on(async {
                // What a full socket did not take before.
                let _ = socket.flush().now_or_never();
                socket.next().now_or_never()
            });
            match heard {
                Some(Some(Ok(Message::Text(text)))) => {
                    let lost = self.broken == Some(Break::LostFrame)
                        && text.contains(r#""type":"event""#)
                        && self.random.once_in(20);
                    if !lost {
                        return Some(text.as_str().to_owned());
                    }
                }
                Some(Some(Ok(_))) => {}
                Some(None | Some(Err(_))) => return None,
                None => {
                    let now = self.wires[wire].socket.get_ref().read;
                    quiet = if now > read { 0 } else { quiet + 1 };
                    read = now;
                    self.settle();
                }
            }
        }
        None
    }

    fn cut(&mut self, wire: usize) {
        self.wires[wire].cut = true;
    }

    fn serve(&mut self, wire: usize, now: Timestamp, _: &mut Random) -> bool {
        let runtime = self.runtime.as_ref().unwrap();
        let wire = &mut self.wires[wire];
        if wire.dead {
            return false;
        }
        let Some(text) = wire.to_server.pop_front() else {
            if wire.cut {
                // The last words have arrived; now the server hears that the console is gone.
                wire.dead = true;
                let (end, _) = tokio::io::duplex(1);
                wire.socket = runtime.block_on(WebSocketStream::from_raw_socket(
                    Counted::new(end),
                    Role::Client,
                    None,
                ));
                self.settle();
                return true;
            }
            return false;
        };
        self.clock.advance(now - self.clock.now());
        let socket = &mut wire.socket;
        let room =
            runtime.block_on(async { poll_fn(|cx| socket.poll_ready_unpin(cx)).now_or_never() });
        match room {
            Some(Ok(())) => {
                let sent =
                    runtime.block_on(async { socket.send(Message::text(text)).now_or_never() });
                wire.dead |= matches!(sent, Some(Err(_)));
            }
            // The server reads nothing more of a session that does not read its answers: it comes
            // later, as over any full socket.
            None => wire.to_server.push_front(text),
            Some(Err(_)) => wire.dead = true,
        }
        self.settle();
        true
    }

    fn flush_one(&mut self, _: &mut Random) -> bool {
        let landed = self.disk.release_one();
        if landed {
            self.settle();
            self.read_logs();
        }
        landed
    }

    fn crash(&mut self, random: &mut Random) {
        // As a kill: every task ends where it stands.
        self.server = None;
        self.runtime = None;
        for wire in &mut self.wires {
            wire.dead = true;
            wire.to_server.clear();
        }
        // Some of what was being written is durable, and nobody was told.
        while random.once_in(3) && self.disk.release_one() {}
        self.disk.lose_waiting();
        self.read_logs();
        self.start();
    }

    fn drop_queue(&mut self, _: usize) {
        // The real one does so by itself, when a session does not read.
    }

    fn calm(&mut self) {
        // It has no faults of its own.
    }

    fn logs(&self) -> &BTreeMap<IncidentId, Vec<Event>> {
        &self.logs
    }
}
