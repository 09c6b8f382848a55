//! A wall of screens and a room of people on one server, for as long as an incident's worst part:
//! 2,000 spectators, of which some stall and some come and go, and 50 responders who write 50
//! events a second. Taken by name only (`-- load`), as it takes ten minutes;
//! `WARROOM_LOAD_SECONDS` and `WARROOM_LOAD_SPECTATORS` make it smaller.

mod member;

use crate::raw::Raw;
use crate::report::{Report, ms, percentile};
use crate::server::{self, Server};
use member::{Kind, Seen, Shared, member};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const SPECTATORS: usize = 2_000;
const RESPONDERS: usize = 50;
/// Each responder writes about once so often: 50 events a second together.
const WRITES_EVERY: Duration = Duration::from_secs(1);
const SECONDS: u64 = 600;
/// Writes of one person alone, for the yardstick.
const ALONE: usize = 500;
/// A storm that has not settled by then never does.
const SETTLES_WITHIN: Duration = Duration::from_secs(120);

fn number(name: &str, usual: u64) -> u64 {
    let given = std::env::var(name).ok().and_then(|n| n.parse().ok());
    given.unwrap_or(usual)
}

/// Milliseconds from a note to its `done`, of one writer without anyone else.
fn alone(server: &Server, incident: u64) -> Vec<f64> {
    let mut writer = Raw::connect(server.address, "alone");
    let once = |_| {
        std::thread::park_timeout(Duration::from_millis(20));
        let began = Instant::now();
        writer.note(incident, "pods restarting");
        writer.wait_for("done");
        ms(began.elapsed())
    };
    (0..ALONE).map(once).collect()
}

pub fn measure(report: &mut Report) {
    let many = usize::try_from(number("WARROOM_LOAD_SPECTATORS", SPECTATORS as u64)).unwrap();
    let lasts = Duration::from_secs(number("WARROOM_LOAD_SECONDS", SECONDS));
    let folder = server::folder();
    let server = Server::start(folder.path());
    let incident = Raw::connect(server.address, "maya").declare();
    let mut unloaded = alone(&server, incident);
    let shared = Arc::new(Shared::new(server.address, incident, many + RESPONDERS));
    // The screens are not the people's: whoever waits for an answer does not wait until some
    // thousand screens were read.
    let (crowd, people) = (thread(), thread());
    let playing = play(&shared, &server, &crowd, &people, many, lasts);
    let (memory, settled) = people.block_on(playing);
    say(report, many, &mut unloaded, &shared.seen, &memory, settled);
    crowd.shutdown_background();
}

/// Tasks that share one thread of their own.
fn thread() -> Runtime {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(1).enable_all();
    runtime.build().unwrap()
}

/// Plays it; gives the server's memory over time, and how long the storm at the end took.
async fn play(
    shared: &Arc<Shared>,
    server: &Server,
    crowd: &Runtime,
    people: &Runtime,
    many: usize,
    lasts: Duration,
) -> (Vec<f64>, Duration) {
    let mut members = Vec::new();
    for n in 0..many {
        // A tenth have trouble: half of them stall, half come and go.
        let kind = match n % 20 {
            0 => Kind::Stalls,
            10 => Kind::ComesAndGoes,
            _ => Kind::Watches,
        };
        members.push(crowd.spawn(member(shared.clone(), n, kind)));
        if n % 20 == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    for n in 0..RESPONDERS {
        let kind = Kind::Writes(WRITES_EVERY);
        members.push(people.spawn(member(shared.clone(), many + n, kind)));
    }
    shared.all_current(SETTLES_WITHIN).await;
    shared.begun.store(true, Relaxed);
    let began = Instant::now();
    let mut memory = Vec::new();
    while began.elapsed() < lasts {
        tokio::time::sleep(Duration::from_secs(5).min(lasts / 20)).await;
        memory.push(server::resident_kib(server.pid()) / 1024.0);
    }
    shared.quiet.store(true, Relaxed);
    shared.all_current(SETTLES_WITHIN).await;
    // Everyone at once: the network of a whole building comes back.
    let began = Instant::now();
    shared.storm();
    shared.all_current(SETTLES_WITHIN).await;
    let settled = began.elapsed();
    for member in members {
        member.abort();
    }
    (memory, settled)
}

fn say(
    report: &mut Report,
    many: usize,
    unloaded: &mut [f64],
    seen: &Seen,
    memory: &[f64],
    settled: Duration,
) {
    let mut loaded = seen.latencies.lock().unwrap().clone();
    let count = |n: &AtomicU64| n.load(Relaxed) as f64;
    let writes = loaded.len();
    let what = format!("{many} spectators, 50 responders, {writes} writes: a write, p99");
    let ours = (percentile(&mut loaded, 0.99), "ms");
    let alone = (percentile(unloaded, 0.99), "ms, one writer alone");
    report.ratio(&what, ours, alone, 3.0);
    let ours = (percentile(&mut loaded, 0.5), "ms");
    let alone = (percentile(unloaded, 0.5), "ms, one writer alone");
    report.beside("  the same, p50", ours, alone);
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len().max(1) as f64;
    let quarter = memory.len() / 4;
    let late = mean(&memory[memory.len() - quarter..]);
    let early = mean(&memory[quarter..2 * quarter]);
    report.ratio(
        "  the server's memory, in the last quarter",
        (late, "MiB"),
        (early, "MiB in the second quarter"),
        1.1,
    );
    let events = (count(&seen.events), "events read");
    report.within(
        "  events that a live session missed",
        (count(&seen.missed), "events"),
        events,
        1.0,
    );
    report.beside(
        "  sessions told to resync",
        (count(&seen.resyncs), "times"),
        events,
    );
    report.beside(
        "  reconnects, at random",
        (count(&seen.reconnects), "times"),
        events,
    );
    report.within(
        "  all come back at once: until the last is current",
        (ms(settled) / 1000.0, "s"),
        (many as f64, "sessions"),
        SETTLES_WITHIN.as_secs_f64(),
    );
    // A promise, and no figure.
    assert_eq!(seen.missed.load(Relaxed), 0, "events were missed");
}
