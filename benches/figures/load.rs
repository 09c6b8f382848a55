//! A wall of screens and a room of people on one server, for as long as an incident's worst part:
//! 2,000 spectators, of which some stall and some come and go, and 50 responders who write 50
//! events a second. Taken by name only (`-- load`), as it takes ten minutes;
//! `WARROOM_LOAD_SECONDS` and `WARROOM_LOAD_SPECTATORS` make it smaller.
//!
//! The yardstick is one person who writes as many lines a second without anyone else, for a tenth
//! of that time before and as long after. A disk has its bad minutes: a page is written and
//! flushed beside all of it, so that a slow write can be told from a slow disk.

mod member;

use crate::raw::Raw;
use crate::report::{Report, ms, percentile};
use crate::samples::{DiskBeside, Samples, p50_p99, until, yields};
use crate::server::{self, Server};
use member::{Kind, Seen, Shared, member};
use std::ops::Range;
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
/// One person alone writes as many lines a second as all of them do.
const ALONE_EVERY: Duration = Duration::from_millis(20);
/// How often a page is written and flushed beside everything.
const PAGE_EVERY: Duration = Duration::from_millis(50);
/// A storm that has not settled by then never does.
const SETTLES_WITHIN: Duration = Duration::from_secs(120);

fn number(name: &str, usual: u64) -> u64 {
    let given = std::env::var(name).ok().and_then(|n| n.parse().ok());
    given.unwrap_or(usual)
}

/// What was measured, and when.
struct Measured {
    /// Of one writer without anyone else, from each note to its `done`.
    alone: Samples,
    disk: Samples,
    /// When one wrote alone: before, and after.
    quiet: [Range<Instant>; 2],
    /// When all of them did.
    loaded: Range<Instant>,
    /// Of the server, in MiB, over that time.
    memory: Vec<f64>,
    /// How long it took when all came back at once.
    settled: Duration,
}

/// One writer without anyone else, for so long.
fn alone(server: &Server, incident: u64, lasts: Duration, lines: &mut Samples) -> Range<Instant> {
    let mut writer = Raw::connect(server.address, "alone");
    let began = Instant::now();
    let mut next = began;
    while began.elapsed() < lasts {
        let sent = Instant::now();
        writer.note(incident, "pods restarting");
        writer.wait_for("done");
        lines.push((sent, ms(sent.elapsed())));
        next += ALONE_EVERY;
        until(next);
    }
    began..Instant::now()
}

pub fn measure(report: &mut Report) {
    let many = usize::try_from(number("WARROOM_LOAD_SPECTATORS", SPECTATORS as u64)).unwrap();
    let lasts = Duration::from_secs(number("WARROOM_LOAD_SECONDS", SECONDS));
    let folder = server::folder();
    let server = Server::start(folder.path());
    let incident = Raw::connect(server.address, "maya").declare();
    let disk = DiskBeside::start(folder.path(), PAGE_EVERY);
    let mut lines = Samples::new();
    let before = alone(&server, incident, lasts / 10, &mut lines);
    let shared = Arc::new(Shared::new(server.address, incident, many + RESPONDERS));
    // The screens are not the people's: whoever waits for an answer does not wait until some
    // thousand screens were read. They are other machines, too, and take no time of the server's.
    let (crowd, people) = (thread(yields), thread(|| {}));
    let playing = play(&shared, &server, &crowd, &people, many, lasts);
    let (memory, loaded, settled) = people.block_on(playing);
    crowd.shutdown_background();
    people.shutdown_background();
    let after = alone(&server, incident, lasts / 10, &mut lines);
    let measured = Measured {
        alone: lines,
        disk: disk.end(),
        quiet: [before, after],
        loaded,
        memory,
        settled,
    };
    say(report, many, &shared.seen, &measured);
}

/// Tasks that share one thread of their own.
fn thread(at_its_start: fn()) -> Runtime {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(1).enable_all();
    runtime.on_thread_start(at_its_start).build().unwrap()
}

/// Plays it; gives the server's memory over time, when all wrote, and how long the storm at the
/// end took.
async fn play(
    shared: &Arc<Shared>,
    server: &Server,
    crowd: &Runtime,
    people: &Runtime,
    many: usize,
    lasts: Duration,
) -> (Vec<f64>, Range<Instant>, Duration) {
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
    let loaded = began..Instant::now();
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
    (memory, loaded, settled)
}

fn say(report: &mut Report, many: usize, seen: &Seen, measured: &Measured) {
    let mut loaded = seen.latencies.lock().unwrap().clone();
    let count = |n: &AtomicU64| n.load(Relaxed) as f64;
    let writes = loaded.len();
    let alone = p50_p99(&measured.alone, &measured.quiet);
    report.ratio(
        &format!("{many} spectators, 50 responders, {writes} writes: a write, p99"),
        (percentile(&mut loaded, 0.99), "ms"),
        (alone.1, "ms, one writer alone"),
        3.0,
    );
    report.beside(
        "  the same, p50",
        (percentile(&mut loaded, 0.5), "ms"),
        (alone.0, "ms, one writer alone"),
    );
    let meanwhile = p50_p99(&measured.disk, std::slice::from_ref(&measured.loaded));
    let quiet = p50_p99(&measured.disk, &measured.quiet);
    for (share, meanwhile, quiet) in [("p50", meanwhile.0, quiet.0), ("p99", meanwhile.1, quiet.1)]
    {
        report.beside(
            &format!("  the bare disk meanwhile, 4 KiB + fdatasync, {share}"),
            (meanwhile, "ms"),
            (quiet, "ms, while one writes alone"),
        );
    }
    let [before, after] = &measured.quiet;
    let of = |span: &Range<Instant>| p50_p99(&measured.alone, std::slice::from_ref(span)).1;
    report.beside(
        "  one writer alone after it, p99",
        (of(after), "ms"),
        (of(before), "ms, before it"),
    );
    let memory = &measured.memory;
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
        (measured.settled.as_secs_f64(), "s"),
        (many as f64, "sessions"),
        SETTLES_WITHIN.as_secs_f64(),
    );
    // A promise, and no figure.
    assert_eq!(seen.missed.load(Relaxed), 0, "events were missed");
}
