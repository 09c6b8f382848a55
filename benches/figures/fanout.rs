//! An event to the last of a thousand sessions, against a bare socket broadcast of the same bytes
//! after the same fsync. The receivers are a process of their own, the same one for both.

use crate::raw;
use crate::report::{Report, ms, percentile};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const SESSIONS: usize = 1_000;
const EVENTS: usize = 500;
const EVERY: Duration = Duration::from_millis(20);

/// The receiving process, and its lines.
struct Receivers {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Receivers {
    fn start(mode: &str, address: SocketAddr, incident: u64) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("own path"))
            .env("WARROOM_FIGURES_RECEIVE", format!("{mode} {address} {incident}"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("the receivers");
        let lines = BufReader::new(child.stdout.take().expect("its output"));
        Self { child, lines }
    }

    fn wait(&mut self) {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("a line");
        assert!(!line.is_empty(), "the receivers ended");
    }
}

impl Drop for Receivers {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs in the receiving process.
pub fn receive() {
    let spec = std::env::var("WARROOM_FIGURES_RECEIVE").expect("what to receive");
    let mut words = spec.split(' ');
    let (mode, address) = (words.next().expect("mode"), words.next().expect("address"));
    let incident: u64 = words.next().expect("incident").parse().expect("a number");
    let address: SocketAddr = address.parse().expect("an address");
    let open = |n: usize| {
        if mode == "bare" {
            return TcpStream::connect(address).expect("connect");
        }
        let mut stream = raw::connect(address, &format!("p{n}"));
        raw::join(&mut stream, incident);
        stream
    };
    let streams: Vec<TcpStream> = (0..SESSIONS).map(open).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("rt");
    runtime.block_on(count(streams));
}

/// Prints a line when all have connected, and one for each event that the last has got. Events
/// are told from other frames (presence, board) by how they begin.
async fn count(streams: Vec<TcpStream>) {
    use tokio::io::AsyncReadExt;
    let (got, mut each) = tokio::sync::mpsc::channel::<usize>(SESSIONS * 16);
    for stream in streams {
        stream.set_nonblocking(true).expect("nonblocking");
        let mut stream = tokio::net::TcpStream::from_std(stream).expect("a stream");
        let got = got.clone();
        tokio::spawn(async move {
            let mut buffer = vec![0; 64 * 1024];
            let mut held = 0;
            let mut number = 0;
            while let Ok(n @ 1..) = stream.read(&mut buffer[held..]).await {
                held += n;
                let mut at = 0;
                while let Some((start, end)) = frame(&buffer[at..held]) {
                    if buffer[at + start..at + end].starts_with(br#"{"type":"event""#) {
                        number += 1;
                        let _ = got.send(number).await;
                    }
                    at += end;
                }
                buffer.copy_within(at..held, 0);
                held -= at;
            }
        });
    }
    drop(got);
    let mut out = std::io::stdout();
    let _ = writeln!(out, "ready").and_then(|()| out.flush());
    let mut counts = vec![0usize; EVENTS + 64];
    while let Some(number) = each.recv().await {
        counts[number] += 1;
        if counts[number] == SESSIONS {
            let _ = writeln!(out, "{number}").and_then(|()| out.flush());
        }
    }
}

/// Where the payload of the first whole frame begins and ends.
fn frame(bytes: &[u8]) -> Option<(usize, usize)> {
    let (start, length) = match bytes.get(1)? & 127 {
        126 => (4, usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?]))),
        127 => (10, u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?) as usize),
        n => (2, usize::from(n)),
    };
    (bytes.len() >= start + length).then_some((start, start + length))
}

/// Sends an event every 20 ms with `send` and returns how long each took to the last receiver.
fn paced(receivers: &mut Receivers, mut send: impl FnMut(usize)) -> Vec<f64> {
    let mut samples = Vec::new();
    let mut next = Instant::now();
    for n in 0..EVENTS {
        while Instant::now() < next {
            std::hint::spin_loop();
            std::thread::yield_now();
        }
        next += EVERY;
        let started = Instant::now();
        send(n);
        receivers.wait();
        samples.push(ms(started.elapsed()));
        next = next.max(Instant::now());
    }
    samples
}

fn bare(folder: &std::path::Path, bytes: &[u8]) -> Vec<f64> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bind");
    let address = listener.local_addr().expect("address");
    let mut receivers = Receivers::start("bare", address, 0);
    let mut sockets: Vec<TcpStream> = (0..SESSIONS)
        .map(|_| {
            let (socket, _) = listener.accept().expect("accept");
            socket.set_nodelay(true).expect("nodelay");
            socket
        })
        .collect();
    receivers.wait();
    let mut file = std::fs::File::create(folder.join("bare")).expect("a file");
    paced(&mut receivers, |_| {
        file.write_all(bytes).expect("write");
        file.sync_data().expect("fdatasync");
        for socket in &mut sockets {
            socket.write_all(bytes).expect("write");
        }
    })
}

pub fn measure(report: &mut Report) {
    let folder = tempfile::tempdir_in(".").expect("a folder");
    let server = crate::memory::Running::start(&folder.path().join("data"));
    let mut stream = raw::connect(server.address, "maya");
    let incident = raw::declare(&mut stream, 1);
    let text = "pods in eu-west-1b restarting, memory at the limit";

    let mut receivers = Receivers::start("warroom", server.address, incident);
    receivers.wait();
    // Presence of a thousand arrivals settles before the clock starts.
    std::thread::yield_now();
    let mut ours = paced(&mut receivers, |n| {
        raw::send(&mut stream, &raw::note(incident, 100 + n as u128, text));
        drain(&mut stream);
    });
    drop(receivers);

    let payload = raw::note(incident, 1, text);
    let mut frame = vec![0x81, 126];
    let event = format!(r#"{{"type":"event","event":{payload}{payload}}}"#);
    frame.extend((event.len() as u16).to_be_bytes());
    frame.extend(event.as_bytes());
    let mut bare = bare(folder.path(), &frame);

    let (a, b) = (percentile(&mut ours, 0.99), percentile(&mut bare, 0.99));
    report.ratio(
        "fan-out to the last of 1,000 sessions, 50/s, p99",
        (a, "ms"),
        (b, "ms"),
        2.0,
        "under 2×",
    );
    let (a, b) = (percentile(&mut ours, 0.5), percentile(&mut bare, 0.5));
    report.ratio("fan-out, p50", (a, "ms"), (b, "ms"), 2.0, "under 2×");
}

/// Throws away what waits to be read, so that the writer is never the slow reader.
fn drain(stream: &mut TcpStream) {
    stream.set_nonblocking(true).expect("nonblocking");
    let mut buffer = [0; 16 * 1024];
    while matches!(stream.read(&mut buffer), Ok(1..)) {}
    stream.set_nonblocking(false).expect("blocking");
}
