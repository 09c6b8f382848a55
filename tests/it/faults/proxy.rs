//! A line between consoles and their server that cuts, stalls, throttles, and resets in the middle
//! of a frame.
//!
//! `WARROOM_SEED` says which run, `WARROOM_CONNECTIONS` how many connections are treated badly,
//! `WARROOM_THROTTLED_BYTES` for how long a throttled one has 1 KiB a second.

use super::process::Process;
use super::setting;
use crate::client_link::{Console, note, texts};
use crate::support::random::Random;
use crate::support::server::House;
use crate::support::terminal::Terminal;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use warroom::client::Link;
use warroom::clock::{Clock as _, SystemClock};

/// What becomes of one connection. Bytes count both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Nothing.
    Well,
    /// It is closed in order after so many bytes.
    Cut(u64),
    /// It is reset after so many bytes: with what was half sent.
    Reset(u64),
    /// After so many bytes nothing moves for so long.
    Stall(u64, Duration),
    /// Its first so many bytes come at 1 KiB a second.
    Throttle(u64),
}

impl Fate {
    fn of(random: &mut Random) -> Self {
        let after = 500 + random.next() % 8_000;
        match random.below(4) {
            0 => Self::Cut(after),
            1 => Self::Reset(after),
            2 => Self::Stall(after, Duration::from_millis(20 + random.next() % 400)),
            _ => Self::Throttle(setting("WARROOM_THROTTLED_BYTES", 1_024)),
        }
    }
}

impl Fate {
    /// After how many bytes it ends; what stalled or was slow is cut a little later.
    fn ends_at(self) -> Option<u64> {
        match self {
            Self::Well => None,
            Self::Cut(at) | Self::Reset(at) => Some(at),
            Self::Stall(at, _) | Self::Throttle(at) => Some(at + 4_000),
        }
    }
}

/// The line.
struct Proxy {
    address: SocketAddr,
    /// Whether connections are taken and let live at all.
    up: Arc<AtomicBool>,
    made: Arc<AtomicU64>,
}

impl Proxy {
    /// Treats so many connections badly, by the seed, and all later ones well.
    async fn before(server: SocketAddr, seed: u64, badly: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (up, made) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU64::new(0)));
        let (is_up, count) = (up.clone(), made.clone());
        tokio::spawn(async move {
            let mut random = Random::new(seed);
            while let Ok((near, _)) = listener.accept().await {
                let fate = match count.fetch_add(1, Ordering::SeqCst) < badly {
                    true => Fate::of(&mut random),
                    false => Fate::Well,
                };
                if is_up.load(Ordering::SeqCst) {
                    tokio::spawn(carry(near, server, fate, is_up.clone()));
                }
            }
        });
        Self { address, up, made }
    }
}

/// Carries one connection to its fate.
async fn carry(mut near: TcpStream, server: SocketAddr, fate: Fate, up: Arc<AtomicBool>) {
    let Ok(mut far) = TcpStream::connect(server).await else {
        return;
    };
    let moved = AtomicU64::new(0);
    {
        let (near_read, near_write) = near.split();
        let (far_read, far_write) = far.split();
        tokio::select! {
            () = pass(near_read, far_write, fate, &moved) => {}
            () = pass(far_read, near_write, fate, &moved) => {}
            () = down(&up) => {}
        }
    }
    if matches!(fate, Fate::Reset(_)) {
        // What was not sent yet is dropped, and the other side gets a reset.
        near.set_zero_linger().unwrap();
        far.set_zero_linger().unwrap();
    }
}

/// One way, to the end or to its fate.
async fn pass(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, fate: Fate, moved: &AtomicU64) {
    let mut buffer = [0; 4 * 1024];
    loop {
        let Ok(read @ 1..) = from.read(&mut buffer).await else {
            return;
        };
        let before = moved.fetch_add(read as u64, Ordering::SeqCst);
        let after = before + read as u64;
        let take = match fate.ends_at() {
            Some(at) if after > at => usize::try_from(at.saturating_sub(before)).unwrap(),
            _ => read,
        };
        if let Fate::Stall(at, long) = fate
            && (before..after).contains(&at)
        {
            tokio::time::sleep(long).await;
        }
        for piece in buffer[..take].chunks(128) {
            if to.write_all(piece).await.is_err() {
                return;
            }
            if matches!(fate, Fate::Throttle(until) if before < until) {
                tokio::time::sleep(Duration::from_millis(125)).await;
            }
        }
        if take < read {
            return;
        }
    }
}

/// Waits until the line is down.
async fn down(up: &AtomicBool) {
    while up.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

const LINES: usize = 40;

/// Writes its lines and waits until all are confirmed; whether it was stale meanwhile, and since
/// when it said so.
async fn write(url: String, name: &'static str, outbox: std::path::PathBuf) -> (Console, bool) {
    let began = SystemClock.now();
    let mut console = Console::open(&url, name, Some(&outbox));
    let incident = warroom::incident::IncidentId(1);
    console.join(incident).await;
    let mut was_stale = false;
    for line in 0..LINES {
        console
            .submit(Some(incident), note(&format!("{name} {line:02}")))
            .await;
        console
            .until("half of it is confirmed", |console| {
                if let Link::Stale { since, .. } = console.client.link() {
                    assert!((began..=SystemClock.now()).contains(since), "{since}");
                    was_stale = true;
                }
                console.client.queued() <= LINES / 2
            })
            .await;
    }
    console
        .until("all is confirmed", |c| c.client.queued() == 0)
        .await;
    (console, was_stale)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_line_loses_nothing_and_doubles_nothing() {
    let seed = setting("WARROOM_SEED", 1);
    let badly = setting("WARROOM_CONNECTIONS", 12);
    println!("WARROOM_SEED={seed} WARROOM_CONNECTIONS={badly}");
    let house = House::open().await;
    let mut maya = house.client("maya").await;
    maya.declare("Checkout 500s").await;
    let proxy = Proxy::before(house.address, seed, badly).await;
    let (url, folder) = (
        format!("ws://{}", proxy.address),
        tempfile::tempdir().unwrap(),
    );
    let names = ["lee", "kim", "bo"];
    let all = names.map(|name| tokio::spawn(write(url.clone(), name, folder.path().join(name))));
    let mut consoles = Vec::new();
    for console in all {
        consoles.push(console.await.unwrap());
    }
    assert!(consoles.iter().any(|(_, stale)| *stale), "a cut is told");
    let log = house.ledger.log(1);
    let head = log.last().unwrap().seq();
    let wanted: BTreeSet<String> = names
        .iter()
        .flat_map(|name| (0..LINES).map(move |line| format!("{name} {line:02}")))
        .collect();
    assert_eq!(log.len(), 1 + wanted.len(), "nothing twice");
    let incident = warroom::incident::IncidentId(1);
    for (console, _) in &mut consoles {
        console
            .until("all is seen", |c| {
                c.client
                    .room(incident)
                    .is_some_and(|room| room.confirmed().seq == head)
            })
            .await;
        let seen = texts(console, incident);
        let once: BTreeSet<String> = seen.iter().cloned().collect();
        assert_eq!((seen.len(), &once), (wanted.len(), &wanted));
    }
    let made = proxy.made.load(Ordering::SeqCst);
    println!("{made} connections for {} lines", wanted.len());
    assert!(made > names.len() as u64, "some were cut");
}

#[test]
fn the_header_says_stale_and_since_when_and_what_waits() {
    let folder = tempfile::tempdir().unwrap();
    let server = Process::start(folder.path());
    server.ok(&["declare", "Checkout 500s"]);
    let runtime = super::runtime();
    let proxy = runtime.block_on(Proxy::before(server.address(), 1, 0));
    let mut lee = Terminal::start(proxy.address, "lee", &folder.path().join("lee"), (120, 40));
    lee.shows("● live ·");
    let before = SystemClock.now();
    proxy.up.store(false, Ordering::SeqCst);
    lee.shows("stale since");
    let after = SystemClock.now();
    let times: Vec<String> = (0..=(after - before).num_seconds() + 1)
        .map(|second| (before + chrono::TimeDelta::seconds(second)).format("stale since %H:%M:%S"))
        .map(|text| text.to_string())
        .collect();
    lee.until("since when", |screen| {
        times.iter().any(|time| screen.contains(time))
    });
    lee.press("i");
    lee.press("written on a dead line\r");
    lee.shows("1 queued");
    proxy.up.store(true, Ordering::SeqCst);
    lee.until("it is live again", |screen| {
        screen.contains("● live ·") && screen.contains("queued 0")
    });
    assert_eq!(server.counts(&["written on a dead line".to_owned()]), [1]);
}
