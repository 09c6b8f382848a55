//! `warroom export`: an incident for other programs, and for people to read.

mod evidence;
mod markdown;
mod runs;

use crate::cli::context::Context;
use crate::cli::history::History;
use crate::cli::out::harmless_json;
use crate::cli::shapes;
use crate::error::Failure;
use crate::incident::IncidentId;
use clap::{Args, ValueEnum};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

/// What `export` takes.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// As what
    #[arg(long, value_enum)]
    format: Format,
    /// Into this file instead of standard output; it is replaced whole or not at all
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// As what an incident is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A document for people
    Markdown,
    /// One object: the state and the timeline
    Json,
    /// The log itself, record by record; `warroom verify --file` checks it
    Jsonl,
}

/// Writes it out.
///
/// # Errors
/// When there is no such incident, its log is broken, or it cannot be written.
pub async fn run(args: ExportArgs, cx: &Context) -> Result<(), Failure> {
    let mut session = cx.session().await?;
    let history = History::fetch(&mut session, args.incident).await?;
    session.close().await;
    if history.has_hidden() {
        tracing::warn!("private entries are hidden from this token");
        if args.format == Format::Jsonl {
            return Err(Failure::refused(
                "Private entries are hidden from this token, so its log would not be whole.",
            )
            .instead("Export with a token of level observer or higher, or as markdown or json."));
        }
    } else {
        history.verify()?;
    }
    let text = render(&args, &history, cx);
    match &args.output {
        Some(path) => write(path, text.as_bytes()),
        None => {
            let mut out = cx.out();
            // A log's bytes are what its hashes are taken of: only who looks at them on a screen gets
            // others, which read as the same.
            let looked_at = args.format == Format::Jsonl && std::io::stdout().is_terminal();
            let text = match looked_at {
                true => harmless_json(&text),
                false => text.as_str().into(),
            };
            out.raw(text.as_bytes())?;
            out.flush()
        }
    }
}

fn render(args: &ExportArgs, history: &History, cx: &Context) -> String {
    let state = history.state(args.incident);
    let lines = history.entries();
    match args.format {
        Format::Markdown => {
            let evidence: Vec<_> = history.evidence().collect();
            markdown::document(&state, &lines, &evidence, cx.zone())
        }
        Format::Json => {
            let timeline: Vec<_> = lines
                .iter()
                .map(|line| shapes::entry(args.incident, line))
                .collect();
            let mut object = shapes::incident(&state);
            if let Some(object) = object.as_object_mut() {
                object.insert("timeline".to_owned(), timeline.into());
                object.insert(
                    "evidence".to_owned(),
                    history
                        .evidence()
                        .map(|piece| shapes::evidence(&piece))
                        .collect(),
                );
            }
            format!("{}\n", harmless_json(&object.to_string()))
        }
        Format::Jsonl => history
            .records
            .iter()
            .flat_map(|record| [record.get(), "\n"])
            .collect(),
    }
}

/// Writes beside it and renames, so that a full disk leaves the old file as it was.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    let written = tempfile::NamedTempFile::new_in(dir.unwrap_or(Path::new(".")))
        .and_then(|mut file| {
            std::io::Write::write_all(&mut file, bytes)?;
            file.as_file().sync_all()?;
            Ok(file)
        })
        .and_then(|file| file.persist(path).map_err(|error| error.error));
    written.map(drop).map_err(|error| {
        Failure::internal(format!("{} cannot be written.", path.display()))
            .means("Nothing was exported; the incident is as it was.")
            .because(error)
    })
}
