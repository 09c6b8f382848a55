//! Ten thousand alerts in ten seconds, by webhooks and in the list of an Alertmanager that is
//! watched, while fifty people write: what they wait meanwhile, when the board has them all, and what the
//! console's frames take that show them.
//!
//! The storm itself, the watched Alertmanager and two connections that look on share the machine
//! with the server. What those two were sent is then taken in by a console here, as fast as it
//! came, so that its frames are measured and not the machine's other work.

mod alerts;
mod list;
mod watch;

use crate::append::BareDisk;
use crate::console::{Console, Screen, plain_text};
use crate::raw::Raw;
use crate::report::{Report, ms, percentile};
use crate::samples::{Samples, until};
use crate::server::{self, Server, cpu_ms};
use alerts::{Group, Monitor};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use warroom::clock::{Clock, SystemClock};
use warroom::incident::IncidentId;
use watch::{Frames, Watcher};

/// The scribe's lines: 20 a second.
const EVERY: Duration = Duration::from_millis(50);
/// Those who write beside that scribe, each a line a second.
const OTHERS: usize = 49;
const OTHERS_EVERY: Duration = Duration::from_secs(1);
/// How long they write without it, before the storm and after it.
const QUIET: Duration = Duration::from_secs(5);
/// What a frame may take: the next one of a screen that shows 60 in a second.
const FRAME_MS: f64 = 16.0;
/// How often the console draws while much happens.
const FRAME_EVERY: Duration = Duration::from_millis(20);

pub fn measure(report: &mut Report) {
    let folder = server::folder();
    let monitor = Monitor::start();
    let config = format!(
        "[sources.am]\nkind = \"alertmanager\"\nurl = \"http://{}\"\nevery = \"1s\"\n",
        monitor.address
    );
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    let server = Server::start(folder.path());
    alerts::post(server.address, &Group::first_sign());
    let board = Watcher::start(server.address, "ana", None);
    let room = Watcher::start(server.address, "bo", Some(1));
    let ended = AtomicBool::new(false);
    let (scribe, others, began, went, used, bare) = std::thread::scope(|scope| {
        let scribe = scope.spawn(|| scribe(&server, folder.path(), &ended));
        let other = |n| {
            let (server, ended) = (&server, &ended);
            scope.spawn(move || other(server, n, ended))
        };
        let others: Vec<_> = (0..OTHERS).map(other).collect();
        until(Instant::now() + QUIET);
        let (began, used) = (Instant::now(), cpu_ms(server.pid()));
        let went = alerts::storm(server.address, &monitor);
        let used = cpu_ms(server.pid()) - used;
        until(Instant::now() + QUIET);
        ended.store(true, Ordering::Relaxed);
        let (lines, bare) = scribe.join().unwrap();
        let others = others.into_iter().flat_map(|other| other.join().unwrap());
        (lines, others.collect(), began, went, used, bare)
    });
    let (board, room) = (board.end(), room.end());
    writes(report, [&scribe, &others], (began, went.taken), &bare);
    let shown = watch::on_board(&board, 1).saturating_duration_since(went.sent);
    let listed = watch::in_list(&board).saturating_duration_since(went.sent);
    let came = went.taken.duration_since(began).as_secs_f64();
    report.known(
        "10,000 alerts by webhook, from the first to the last answer",
        (came, "s"),
    );
    report.known(
        "  processor time of the server meanwhile",
        (used / 1e3, "s"),
    );
    report.known(
        "  the longest that one webhook waited for its answer",
        (ms(went.longest), "ms"),
    );
    report.known(
        "  from the last webhook until the board has them all",
        (ms(shown), "ms"),
    );
    report.known(
        "  until the live list, asked for each second, has them all",
        (ms(listed), "ms"),
    );
    frames(report, "the board", &board, None);
    frames(
        report,
        "an incident with its alerts pane",
        &room,
        Some(IncidentId(1)),
    );
    list::measure(report);
}

/// Writes into the loudest incident until that is ended; beside each line, what the bare disk takes.
fn scribe(server: &Server, folder: &Path, ended: &AtomicBool) -> (Samples, Samples) {
    let mut raw = Raw::connect(server.address, "lee");
    raw.join(1);
    let mut disk = BareDisk::new(folder);
    let (mut lines, mut bare) = (Vec::new(), Vec::new());
    let mut next = Instant::now();
    while !ended.load(Ordering::Relaxed) {
        raw.hear_until(next);
        next += EVERY;
        let sent = Instant::now();
        raw.note(1, "pods in eu-west-1b restarting, memory at the limit");
        raw.wait_for("done");
        lines.push((sent, ms(sent.elapsed())));
        bare.push((sent, disk.page()));
    }
    (lines, bare)
}

/// Writes as well, until that is ended. A line that is refused ends the figure.
fn other(server: &Server, n: usize, ended: &AtomicBool) -> Samples {
    let mut raw = Raw::connect(server.address, &format!("p{n}"));
    raw.join(1);
    let mut lines = Samples::new();
    let mut next = Instant::now() + OTHERS_EVERY.mul_f64(n as f64 / OTHERS as f64);
    while !ended.load(Ordering::Relaxed) {
        raw.hear_until(next);
        next += OTHERS_EVERY;
        let sent = Instant::now();
        raw.note(1, "web pool at its limit, queue grows");
        raw.wait_for("done");
        lines.push((sent, ms(sent.elapsed())));
    }
    lines
}

/// The lines that were written while it stormed, against those that were not.
fn writes(
    report: &mut Report,
    [scribe, others]: [&Samples; 2],
    (began, last): (Instant, Instant),
    bare: &Samples,
) {
    let part = |lines: &Samples, storm: bool| -> Vec<f64> {
        let within = |at: Instant| (began..last).contains(&at) == storm;
        let lines = lines.iter().filter(|(at, _)| within(*at));
        lines.map(|(_, took)| *took).collect()
    };
    let quiet_ms = "ms, without them";
    for (who, lines) in [("a scribe's line", scribe), ("a line of 49 others", others)] {
        let (mut quiet, mut storm) = (part(lines, false), part(lines, true));
        for (what, share) in [("p50", 0.5), ("p99", 0.99), ("longest", 1.0)] {
            let what = format!("{who} while 10,000 alerts come in 10 s, {what}");
            let storm = (percentile(&mut storm, share), "ms");
            report.ratio(&what, storm, (percentile(&mut quiet, share), quiet_ms), 2.0);
        }
    }
    let (mut quiet, mut storm) = (part(bare, false), part(bare, true));
    for (what, share) in [("p50", 0.5), ("p99", 0.99)] {
        let what = format!("  the bare disk meanwhile, 4 KiB + fdatasync, {what}");
        let storm = (percentile(&mut storm, share), "ms");
        report.beside(&what, storm, (percentile(&mut quiet, share), quiet_ms));
    }
}

/// Has a console take in what came, as fast as it came, and draw as often as it does.
fn frames(report: &mut Report, what: &str, came: &Frames, open: Option<IncidentId>) {
    let (Some((first, _)), now) = (came.first(), SystemClock.now()) else {
        panic!("nothing came");
    };
    let mut console = Console::silent(now, open);
    let (mut screen, mut floor_screen, text) = (Screen::new(), Screen::new(), plain_text());
    let (mut took, mut floor) = (Vec::new(), Vec::new());
    let mut left = came.iter().peekable();
    let mut opened = false;
    while let Some((at, _)) = left.peek() {
        let until = *at + FRAME_EVERY;
        console.now = now + until.duration_since(*first);
        let started = Instant::now();
        while let Some((_, frame)) = left.next_if(|(at, _)| *at < until) {
            console.hear_text(frame);
        }
        screen.draw_console(&console);
        took.push(ms(started.elapsed()));
        floor.push(floor_screen.draw(|frame| frame.render_widget(&text, frame.area())));
        if open.is_some() && !opened && console.app.open().is_some() {
            console.press("7");
            opened = true;
        }
    }
    let bare = (percentile(&mut floor, 0.5), "ms, unchanged text");
    let name =
        format!("frame of {what} while they come, all that came since the last one taken in");
    report.within(
        &format!("{name}, longest"),
        (percentile(&mut took, 1.0), "ms"),
        bare,
        FRAME_MS,
    );
    for (what, share) in [("p50", 0.5), ("p99", 0.99)] {
        report.beside(
            &format!("  the same, {what}"),
            (percentile(&mut took, share), "ms"),
            bare,
        );
    }
}
