//! One connection of the crowd: it reads everything, and says when an event is missing.

use crate::raw::{frame, masked};
use crate::report::ms;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::watch;
use uuid::Uuid;
use warroom::incident::FOLD_VERSION;
use warroom::protocol::VERSION;

const READ_BYTES: usize = 64 * 1024;
const PING: u8 = 0x89;
const PONG: [u8; 6] = [0x8a, 0x80, 0, 0, 0, 0];

/// What a member does beside reading.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Watches,
    /// Reads nothing for a while, now and then.
    Stalls,
    /// Hangs up and connects again, now and then.
    ComesAndGoes,
    /// Writes a note about so often.
    Writes(Duration),
}

/// What all have seen together: counted, for the crowd's reading must cost little.
#[derive(Default)]
pub struct Seen {
    pub events: AtomicU64,
    pub missed: AtomicU64,
    pub resyncs: AtomicU64,
    pub reconnects: AtomicU64,
    /// Milliseconds from each write to its answer.
    pub latencies: Mutex<Vec<f64>>,
}

/// What the members share.
pub struct Shared {
    address: SocketAddr,
    incident: u64,
    pub seen: Seen,
    /// The last event that each member has; 0 while it has none.
    at: Vec<AtomicU64>,
    /// The last event that anyone has.
    newest: AtomicU64,
    /// Who has trouble begins to.
    pub begun: AtomicBool,
    /// Nobody writes, stalls or leaves any more.
    pub quiet: AtomicBool,
    storm: watch::Sender<u32>,
}

impl Shared {
    pub fn new(address: SocketAddr, incident: u64, members: usize) -> Self {
        Self {
            address,
            incident,
            seen: Seen::default(),
            at: (0..members).map(|_| AtomicU64::new(0)).collect(),
            newest: AtomicU64::new(0),
            begun: AtomicBool::new(false),
            quiet: AtomicBool::new(false),
            storm: watch::Sender::new(0),
        }
    }

    fn is_at(&self, member: usize, seq: u64) {
        self.at[member].store(seq, Relaxed);
        self.newest.fetch_max(seq, Relaxed);
    }

    /// Every connection is cut at once.
    pub fn storm(&self) {
        self.at.iter().for_each(|at| at.store(0, Relaxed));
        self.storm.send_modify(|times| *times += 1);
    }

    /// Waits until all members have the last event.
    pub async fn all_current(&self, within: Duration) {
        let limit = Instant::now() + within;
        loop {
            let newest = self.newest.load(Relaxed);
            let current = |at: &&AtomicU64| newest > 0 && at.load(Relaxed) == newest;
            let many = self.at.len();
            let behind = many - self.at.iter().filter(current).count();
            if behind == 0 {
                return;
            }
            assert!(Instant::now() < limit, "{behind} of {many} are not current");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// A small generator, so that the same run is played each time.
struct Random(u64);

impl Random {
    fn seconds(&mut self, from: u64, to: u64) -> Duration {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let millis = (self.0 >> 33) % ((to - from) * 1000);
        Duration::from_millis(from * 1000 + millis)
    }
}

struct Member {
    shared: Arc<Shared>,
    number: usize,
    stream: TcpStream,
    buffer: Vec<u8>,
    held: usize,
    last: u64,
    /// When each note that is not answered was sent.
    sent: HashMap<String, Instant>,
}

/// Plays one member until it is ended.
pub async fn member(shared: Arc<Shared>, number: usize, kind: Kind) {
    let mut random = Random(number as u64 + 1);
    let mut last = 0;
    let mut storm = shared.storm.subscribe();
    loop {
        let mut member = Member::connect(shared.clone(), number, kind, last).await;
        let ended = tokio::select! {
            () = member.live(kind, &mut random) => true,
            _ = storm.changed() => false,
        };
        last = member.last;
        if ended {
            shared.seen.reconnects.fetch_add(1, Relaxed);
        }
    }
}

/// Connects. The socket of one that stalls holds little, so that the server notices.
async fn dial(address: SocketAddr, kind: Kind) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    if kind == Kind::Stalls {
        socket.set_recv_buffer_size(4096)?;
    }
    socket.connect(address).await
}

impl Member {
    async fn connect(shared: Arc<Shared>, number: usize, kind: Kind, last: u64) -> Self {
        let address = shared.address;
        let mut stream = loop {
            match dial(address, kind).await {
                Ok(stream) => break stream,
                // The queue of the listening socket is full: as any client, it comes again.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        };
        stream.set_nodelay(true).unwrap();
        let upgrade = format!(
            "GET /ws HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(upgrade.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let said = String::from_utf8_lossy(&head);
        assert!(said.starts_with("HTTP/1.1 101"), "{said}");
        let watch = !matches!(kind, Kind::Writes(_));
        let mut member = Self {
            shared,
            number,
            stream,
            buffer: vec![0; READ_BYTES],
            held: 0,
            last,
            sent: HashMap::new(),
        };
        let hello = format!(
            r#"{{"type":"hello","protocol":{VERSION},"client":"load","name":"p{number}","watch":{watch}}}"#
        );
        member.send(&hello).await;
        member.join().await;
        member
    }

    async fn send(&mut self, text: &str) {
        // The server may have hung up: that is heard of when it is read.
        let _ = self.stream.write_all(&masked(text)).await;
    }

    async fn join(&mut self) {
        let (incident, have) = (self.shared.incident, self.last);
        let join = format!(
            r#"{{"type":"join","incident":{incident},"have":{have},"fold":{FOLD_VERSION}}}"#
        );
        self.send(&join).await;
    }

    /// Reads, and does what its kind does, until its connection ends.
    async fn live(&mut self, kind: Kind, random: &mut Random) {
        let mut next = tokio::time::Instant::now() + random.seconds(0, 30);
        if let Kind::Writes(every) = kind {
            next = tokio::time::Instant::now() + every.mul_f64(random.seconds(0, 1).as_secs_f64());
        }
        loop {
            tokio::select! {
                going = self.read() => if !going {
                    return;
                },
                () = tokio::time::sleep_until(next) => {
                    let playing =
                        self.shared.begun.load(Relaxed) && !self.shared.quiet.load(Relaxed);
                    next = tokio::time::Instant::now() + random.seconds(5, 60);
                    match kind {
                        Kind::Writes(every) => {
                            next = tokio::time::Instant::now() + every;
                            if playing {
                                self.write().await;
                            }
                        }
                        Kind::Stalls if playing => {
                            tokio::time::sleep(random.seconds(5, 30)).await;
                        }
                        Kind::ComesAndGoes if playing => return,
                        _ => {}
                    }
                }
            }
        }
    }

    async fn write(&mut self) {
        let (id, incident) = (Uuid::now_v7().to_string(), self.shared.incident);
        let note = format!(
            r#"{{"type":"submit","incident":{incident},"command":{{"id":"{id}","written_at":"2026-01-01T00:00:00Z","intent":{{"do":"note","kind":"note","text":"pods restarting"}}}}}}"#
        );
        self.sent.insert(id, Instant::now());
        self.send(&note).await;
    }

    /// Reads once; false at the end of the connection.
    async fn read(&mut self) -> bool {
        if self.held == self.buffer.len() {
            self.buffer.resize(self.held * 2, 0);
        }
        match self.stream.read(&mut self.buffer[self.held..]).await {
            Ok(count @ 1..) => self.held += count,
            _ => return false,
        }
        let mut at = 0;
        while let Ok((start, end)) = frame(&self.buffer[at..self.held]) {
            if self.buffer[at] == PING {
                let _ = self.stream.write_all(&PONG).await;
            } else if self.take(at + start, at + end) {
                self.join().await;
            }
            at += end;
        }
        self.buffer.copy_within(at..self.held, 0);
        self.held -= at;
        true
    }

    /// Takes a frame in; says whether it is to join anew.
    fn take(&mut self, start: usize, end: usize) -> bool {
        let payload = &self.buffer[start..end];
        if payload.starts_with(br#"{"type":"event""#) {
            let seq = number_after(payload, br#""seq":"#).unwrap();
            let seen = &self.shared.seen;
            seen.events.fetch_add(1, Relaxed);
            if self.last > 0 {
                let missed = seq.saturating_sub(self.last + 1);
                seen.missed.fetch_add(missed, Relaxed);
            }
            self.last = self.last.max(seq);
            self.shared.is_at(self.number, self.last);
        } else if payload.starts_with(br#"{"type":"joined""#) {
            let tail = &payload[payload.len().saturating_sub(40)..];
            self.last = number_after(tail, br#""head":"#).unwrap();
            self.shared.is_at(self.number, self.last);
        } else if payload.starts_with(br#"{"type":"done""#) {
            let said = String::from_utf8_lossy(payload);
            let id = said.split('"').nth(7).unwrap_or_default();
            if let Some(sent) = self.sent.remove(id) {
                let took = ms(sent.elapsed());
                self.shared.seen.latencies.lock().unwrap().push(took);
            }
        } else if payload.starts_with(br#"{"type":"resync""#) {
            self.shared.seen.resyncs.fetch_add(1, Relaxed);
            return true;
        } else if payload.starts_with(br#"{"type":"refused""#) {
            panic!("a write was refused: {}", String::from_utf8_lossy(payload));
        }
        false
    }
}

/// The number that stands behind the first such name.
fn number_after(payload: &[u8], name: &[u8]) -> Option<u64> {
    let at = payload.windows(name.len()).position(|part| part == name)?;
    let digits = payload[at + name.len()..].iter();
    let digits = digits.take_while(|byte| byte.is_ascii_digit());
    Some(digits.fold(0, |n, digit| n * 10 + u64::from(digit - b'0')))
}
