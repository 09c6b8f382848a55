//! An event to the last of a thousand sessions, against a bare socket broadcast of the same bytes
//! after an fsync of the same bytes. Both have receivers of the same kind, and are taken in turns.

use crate::append::BareDisk;
use crate::raw::Raw;
use crate::receivers::{From, Receivers, SESSIONS};
use crate::report::{Report, ms, percentile};
use crate::server::{self, Server};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

/// Events of each kind, taken in turns of [`TURN`].
const EVENTS: usize = 1_000;
const TURN: usize = 50;
/// 50 a second.
const EVERY: Duration = Duration::from_millis(20);
const TEXT: &str = "pods in eu-west-1b restarting, memory at the limit";

/// Sends a turn of events and says how long each took to the last receiver, in milliseconds.
fn paced(receivers: &mut Receivers, mut send: impl FnMut()) -> Vec<f64> {
    let mut next = Instant::now();
    let once = |_| {
        while let Some(left) = next.checked_duration_since(Instant::now()) {
            std::thread::park_timeout(left);
        }
        let started = Instant::now();
        next = started + EVERY;
        send();
        receivers.wait();
        ms(started.elapsed())
    };
    (0..TURN).map(once).collect()
}

/// The yardstick: a thread that writes the bytes to a file, then into one socket after another.
struct Bare {
    sockets: Vec<TcpStream>,
    receivers: Receivers,
    disk: BareDisk,
}

impl Bare {
    fn start(folder: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let receivers = Receivers::start(&From::Bare(listener.local_addr().unwrap()));
        let accept = |_| {
            let (socket, _) = listener.accept().unwrap();
            socket.set_nodelay(true).unwrap();
            socket
        };
        let mut bare = Self {
            sockets: (0..SESSIONS).map(accept).collect(),
            receivers,
            disk: BareDisk::new(folder),
        };
        bare.receivers.wait();
        bare
    }

    fn turn(&mut self, frame: &[u8]) -> Vec<f64> {
        paced(&mut self.receivers, || {
            self.disk.write(frame);
            for socket in &mut self.sockets {
                socket.write_all(frame).unwrap();
            }
        })
    }
}

pub fn measure(report: &mut Report) {
    let folder = server::folder();
    let server = Server::start(folder.path());
    let mut writer = Raw::connect(server.address, "maya");
    let incident = writer.declare();
    // The bytes that everyone will get, as one follower sees them.
    let frame = {
        let mut follower = Raw::connect(server.address, "lee");
        follower.join(incident);
        writer.note(incident, TEXT);
        let (head, payload) = follower.wait_for("event");
        writer.wait_for("done");
        [head, payload].concat()
    };
    let mut receivers = Receivers::start(&From::Warroom(server.address, incident));
    receivers.wait();
    let mut bare = Bare::start(folder.path());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    while ours.len() < EVENTS {
        theirs.extend(bare.turn(&frame));
        ours.extend(paced(&mut receivers, || writer.note(incident, TEXT)));
        // Read, so that the writer is never the slow reader.
        (0..TURN).for_each(|_| drop(writer.wait_for("done")));
    }
    let mut both = |share| {
        let bare = "ms, fsync and a bare broadcast";
        (
            (percentile(&mut ours, share), "ms"),
            (percentile(&mut theirs, share), bare),
        )
    };
    let (a, b) = both(0.99);
    report.ratio("event to the last of 1,000 sessions, 50/s, p99", a, b, 2.0);
    let (a, b) = both(0.5);
    report.beside("  the same, p50", a, b);
}
