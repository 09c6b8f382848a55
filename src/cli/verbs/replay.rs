//! `warroom replay`: an exported log as a recording, in the console or as a file that terminals
//! play. It needs no server and changes nothing.

use super::console::{explain, theme_dir, usual_keymap};
use crate::cli::context::Context;
use crate::client::link::LinkHandle;
use crate::client::{Client, Options as ClientOptions, Recording};
use crate::clock::SystemClock;
use crate::console::cast::{self, CastOptions, Written};
use crate::console::layout::Layout;
use crate::console::overlays::read_moment;
use crate::console::text::{Zone, visible_line};
use crate::console::theme::Theme;
use crate::console::{self, Playback, RunError};
use crate::error::Failure;
use crate::incident::{Event, Hash, Seq, Timestamp, Via};
use crate::journal::verify_chain;
use chrono::TimeDelta;
use clap::Args;
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The longest line that is read: no event is longer.
const LINE_BYTES_MAX: u64 = 1024 * 1024;
/// The largest log that is read: a whole one is held in memory while it plays.
const LOG_BYTES_MAX: usize = 512 * 1024 * 1024;

/// What `replay` takes.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// A log that `warroom export --format jsonl` has written
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// So many times as fast as it was, 1 to 3600
    #[arg(long, value_name = "TIMES", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=3600))]
    speed: u32,
    /// From this time on: 14:32 or 2026-11-24 14:32; absent: from the beginning
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// commander or scribe
    #[arg(long, value_name = "LAYOUT")]
    layout: Option<Layout>,
    /// Write it to this file as a terminal recording (asciicast v2) instead
    #[arg(long, value_name = "OUT")]
    asciicast: Option<PathBuf>,
    /// The terminal recording's width in cells
    #[arg(long, value_name = "CELLS", default_value_t = 120, requires = "asciicast", value_parser = clap::value_parser!(u16).range(60..=500))]
    width: u16,
    /// The terminal recording's height in cells
    #[arg(long, value_name = "CELLS", default_value_t = 40, requires = "asciicast", value_parser = clap::value_parser!(u16).range(16..=200))]
    height: u16,
    /// What takes longer than this in the terminal recording is cut to it
    #[arg(long, value_name = "TIME", default_value = "2s", requires = "asciicast", value_parser = crate::cli::args::duration)]
    idle_limit: Duration,
}

/// Plays it, or writes it out.
///
/// # Errors
/// When the file cannot be read or is no log, or there is no terminal.
pub fn run(args: ReplayArgs, cx: &Context) -> Result<(), Failure> {
    let (recording, broken) = read(&args.file)?;
    let zone = if args.asciicast.is_some() {
        cx.global.zone.unwrap_or(Zone::Utc)
    } else {
        cx.zone()
    };
    let from = from(&args, &recording, zone)?;
    match args.asciicast.clone() {
        Some(out) => write(&args, &out, recording, from, zone, broken.as_deref(), cx),
        None => crate::cli::runtime()?.block_on(play(args, recording, from, broken, cx)),
    }
}

fn from(args: &ReplayArgs, recording: &Recording, zone: Zone) -> Result<Timestamp, Failure> {
    let (start, end) = recording.span();
    let Some(text) = &args.from else {
        return Ok(start);
    };
    // A time without a day is the last one before the end of the log.
    let at =
        read_moment(text, end, zone).map_err(|why| Failure::usage(format!("--from: {why}")))?;
    Ok(at.clamp(start, end))
}

/// Reads as much of the log as its chain holds; what is wrong with the rest, as a sentence.
fn read(path: &Path) -> Result<(Recording, Option<String>), Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::usage(format!("{} cannot be read.", path.display()))
            .instead("Name a file that `warroom export --format jsonl` has written.")
            .because(error)
    };
    let mut lines = BufReader::new(File::open(path).map_err(unreadable)?);
    let mut events: Vec<Event> = Vec::new();
    let (mut seq, mut hash, mut bytes) = (Seq::ZERO, Hash::GENESIS, 0);
    let broken = loop {
        let mut line = String::new();
        let read = (&mut lines).take(LINE_BYTES_MAX).read_line(&mut line);
        let read = read.map_err(unreadable)?;
        if read == 0 {
            break None;
        }
        bytes += read;
        if bytes > LOG_BYTES_MAX {
            let most = LOG_BYTES_MAX / 1024 / 1024;
            break Some(format!(
                "The log has more than {most} MiB and is played up to there."
            ));
        }
        match verify_chain(seq, hash, line.trim_end_matches(['\n', '\r'])) {
            Ok(record) => {
                (seq, hash) = (record.seq(), record.hash());
                events.push(record.event().clone());
            }
            Err(kind) => {
                let kind = visible_line(&kind.to_string()).into_owned();
                break Some(format!(
                    "The log is broken at seq {}: {kind}. What comes before it is whole, and only \
                     that is played.",
                    seq.next()
                ));
            }
        }
    };
    let Some(recording) = Recording::new(events) else {
        let why = broken.unwrap_or_else(|| "It holds no events.".to_owned());
        return Err(
            Failure::refused(format!("{} cannot be played: {why}", path.display()))
                .instead("Name a file that `warroom export --format jsonl` has written."),
        );
    };
    Ok((recording, broken))
}

async fn play(
    args: ReplayArgs,
    recording: Recording,
    from: Timestamp,
    broken: Option<String>,
    cx: &Context,
) -> Result<(), Failure> {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        return Err(Failure::usage("The console needs a terminal.")
            .instead("Write it as a file with --asciicast OUT."));
    }
    let loaded = cx.config()?;
    super::console::check_looks(&loaded, cx)?;
    let config = loaded.config;
    let incident = recording.incident();
    let client = Client::of_recording(client_options(), recording);
    let options = console::Options {
        client,
        link: LinkHandle::idle(),
        theme: config.client.theme.map(serde_spanned::Spanned::into_inner),
        charts: (config.client.charts).and_then(|charts| charts.get_ref().parse().ok()),
        theme_dir: Some(theme_dir(cx)),
        keymap_file: config.client.keymap.or_else(|| Some(usual_keymap(cx))),
        incident: Some(incident),
        layout: layout(&args),
        ring: Some("never".to_owned()),
        read_only: true,
        zone: cx.zone(),
        extra_roles: config.roles.extra,
        handover_after: chrono::TimeDelta::zero(),
        memory_dir: None,
        rotate: None,
        templates: Vec::new(),
        update_templates: crate::updates::Templates::default(),
        machine: None,
        allowed: None,
        history_dir: None,
        draft_dir: None,
        playback: Some(Playback {
            from,
            speed: args.speed,
            wrong: broken,
        }),
        clock: Arc::new(SystemClock),
    };
    console::run(options).await.map(|_| ()).map_err(explain)
}

fn client_options() -> ClientOptions {
    ClientOptions {
        watch: true,
        name: None,
        via: Via::Console,
        program: concat!("warroom/", env!("CARGO_PKG_VERSION")).to_owned(),
        waits_for_the_journal: false,
    }
}

/// A wall shows now, which a recording has not.
fn layout(args: &ReplayArgs) -> Layout {
    let wanted = args.layout.filter(|layout| *layout != Layout::Wall);
    wanted.unwrap_or_default()
}

fn write(
    args: &ReplayArgs,
    path: &Path,
    recording: Recording,
    from: Timestamp,
    zone: Zone,
    broken: Option<&str>,
    cx: &Context,
) -> Result<(), Failure> {
    let theme = Theme::load("dark", None).map_err(|wrong| explain(RunError::Theme(wrong)))?;
    let options = CastOptions {
        size: (args.width, args.height),
        speed: args.speed,
        from,
        idle_limit: TimeDelta::from_std(args.idle_limit).unwrap_or(TimeDelta::MAX),
        layout: layout(args),
        theme,
        zone,
    };
    let failed = |error: std::io::Error| {
        Failure::internal(format!("{} cannot be written.", path.display()))
            .means("Nothing was written; the log is as it was.")
            .because(error)
    };
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    let file = tempfile::NamedTempFile::new_in(dir.unwrap_or(Path::new("."))).map_err(failed)?;
    let mut out = BufWriter::new(file);
    let written = cast::write(recording, &options, &mut out).map_err(failed)?;
    out.flush().map_err(failed)?;
    let file = out
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    file.persist(path).map_err(|error| failed(error.error))?;
    say(path, written, broken, cx)
}

fn say(path: &Path, written: Written, broken: Option<&str>, cx: &Context) -> Result<(), Failure> {
    let mut out = cx.out();
    if cx.global.json {
        out.json(&serde_json::json!({
            "file": path.display().to_string(),
            "frames": written.frames,
            "seconds": written.lasts.num_milliseconds() / 1_000,
            "cut": written.cut,
            "broken": broken,
        }))?;
    } else {
        out.line(format_args!(
            "{}: {} frames, {} s",
            path.display(),
            written.frames,
            written.lasts.num_seconds()
        ))?;
        if written.cut {
            out.line("It was cut there: a file has so many frames at the most. Raise --speed.")?;
        }
        if let Some(broken) = broken {
            out.line(broken)?;
        }
    }
    out.flush()
}
