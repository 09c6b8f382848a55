//! `warroom import`: a timeline that was written elsewhere. First it is shown, then it is written.

use crate::cli::context::Context;
use crate::cli::out::Out;
use crate::cli::session::{Session, now};
use crate::cli::shapes;
use crate::console::text::{Zone, truncate};
use crate::error::Failure;
use crate::import::{self, Imported, Line, Named, Settings, Unread};
use crate::incident::{CommandId, EntryKind, IncidentId, Intent, NewNote, Seq, Timestamp, limits};
use chrono::{FixedOffset, NaiveDate, Offset, TimeZone};
use clap::Args;
use ring::digest;
use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Cells that the words of an entry have in the preview.
const SHOWN: usize = 90;
/// Bytes of a note that are left for saying which part of its entry it is.
const PART_BYTES: usize = 32;

/// What `import` takes.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    /// The file: a markdown timeline or a pasted chat; - reads standard input
    file: PathBuf,
    /// Write it into the timeline; without this it is only shown
    #[arg(long)]
    yes: bool,
    /// The day of times without a date; absent: the title's, or the day on which the incident began
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<NaiveDate>,
    /// The zone of all its times, whatever it says itself: UTC, UTC-7, Europe/Berlin
    #[arg(long, value_name = "ZONE")]
    times_in: Option<Named>,
}

/// Shows what the file gives, and writes it with `--yes`. The same file brought in again writes
/// nothing a second time.
///
/// # Errors
/// When the file cannot be read or gives nothing, when it says times that have not been yet, when
/// an entry was refused, or when the server cannot be reached.
pub async fn run(args: ImportArgs, cx: &Context) -> Result<(), Failure> {
    let text = source(&args.file)?;
    let mut session = cx.session().await?;
    session.join(args.incident).await?;
    let began = session
        .client()
        .room(args.incident)
        .map_or_else(now, |room| room.confirmed().lasts_since());
    let settings = settings(&args, cx.zone(), began);
    let imported = import::read(&text, &settings);
    let mut out = cx.out();
    if imported.entries.is_empty() {
        session.close().await;
        show_unread(&mut out, &imported.unread)?;
        out.flush()?;
        return Err(nothing(&args.file));
    }
    let mut written = Vec::new();
    if args.yes {
        refuse_what_is_to_come(&imported, now(), cx.zone())?;
        written = write(&mut session, args.incident, &imported.entries).await?;
    }
    session.close().await;
    if cx.global.json {
        print(&mut out, args.incident, &imported, &written)?;
    } else {
        show(&mut out, &args, &imported)?;
    }
    out.flush()
}

fn nothing(file: &Path) -> Failure {
    Failure::refused(format!("{} holds no time that can be read.", named(file)))
        .means("Nothing was written down.")
        .instead(
            "An entry begins with its time: `- 14:02 it is slow`, `### 2026-11-24 14:02`, \
             `[14:02] maya: it is slow`, or a table with a column Time.",
        )
}

fn named(file: &Path) -> String {
    if file == Path::new("-") {
        "Standard input".to_owned()
    } else {
        file.display().to_string()
    }
}

fn source(file: &Path) -> Result<String, Failure> {
    let failed = |error: std::io::Error| {
        Failure::usage(format!(
            "{} cannot be read, so nothing was written.",
            named(file)
        ))
        .instead("Name a file of text, or - for standard input.")
        .because(error)
    };
    let most = import::SOURCE_BYTES_MAX;
    let reader: Box<dyn Read> = if file == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(std::fs::File::open(file).map_err(failed)?)
    };
    let mut bytes = Vec::new();
    reader
        .take(most as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() > most {
        let mib = most / 1024 / 1024;
        return Err(
            Failure::refused(format!("{} is larger than {mib} MiB.", named(file)))
                .means("Nothing was written down.")
                .instead("Bring it in in parts."),
        );
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::refused(format!("{} is not UTF-8 (byte {at}).", named(file)))
            .means("Nothing was written down.")
            .instead("Save it as UTF-8 text.")
    })
}

fn settings(args: &ImportArgs, zone: Zone, began: Timestamp) -> Settings {
    let zone_here = match zone {
        Zone::Named(place) => Named::Place(place),
        Zone::Local => Named::Offset(
            chrono::Local
                .offset_from_utc_datetime(&began.naive_utc())
                .fix(),
        ),
        Zone::Utc => Named::Offset(FixedOffset::east_opt(0).unwrap_or_else(|| chrono::Utc.fix())),
    };
    Settings {
        zone: args.times_in.unwrap_or(zone_here),
        zone_is_certain: args.times_in.is_some(),
        day: args.day.unwrap_or_else(|| zone.wall(began).date()),
        day_is_certain: args.day.is_some(),
        today: zone.wall(now()).date(),
    }
}

/// A time that has not been yet would be refused in the middle; then half of it were written.
fn refuse_what_is_to_come(imported: &Imported, now: Timestamp, zone: Zone) -> Result<(), Failure> {
    let to_come = |line: &&Line| line.at > now;
    let Some(first) = imported.entries.iter().find(to_come) else {
        return Ok(());
    };
    let count = imported.entries.iter().filter(to_come).count();
    Err(Failure::refused(format!(
        "{count} of its times lie in the future, first line {}: {} {}.",
        first.line,
        zone.date(first.at),
        zone.hm(first.at)
    ))
    .means("Nothing was written down.")
    .instead("Say the right day with --day, or the right zone with --times-in."))
}

/// Writes the entries in their order; answers where each of them stands.
async fn write(
    session: &mut Session,
    incident: IncidentId,
    lines: &[Line],
) -> Result<Vec<Seq>, Failure> {
    let mut seen = HashMap::new();
    let mut written = Vec::with_capacity(lines.len());
    for (line, place) in lines.iter().zip(1..) {
        let mut first = None;
        for part in parts(&line.words()) {
            // Two entries of the same words at the same time are two.
            let times = seen.entry((line.at, part.clone())).or_insert(0_u32);
            *times += 1;
            let id = id(incident, line, &part, *times);
            let receipt = session.submit(id, Some(incident), intent(line, part)).await;
            let receipt = receipt.map_err(|failure| {
                let done = place - 1;
                failure.means(format!(
                    "{done} of {} entries are written; line {} is not. Bringing the same file in \
                     again goes on from there, and writes none twice.",
                    lines.len(),
                    line.line
                ))
            })?;
            first.get_or_insert(receipt.first);
        }
        written.extend(first);
    }
    Ok(written)
}

fn kind(line: &Line) -> EntryKind {
    match &line.by {
        _ if line.follow_up => EntryKind::ActionItem,
        Some(_) => EntryKind::ImportedChat,
        None => EntryKind::Note,
    }
}

fn intent(line: &Line, text: String) -> Intent {
    if line.follow_up {
        return Intent::AddActionItem {
            text: text.into(),
            owner: None,
        };
    }
    Intent::Note(NewNote {
        kind: kind(line),
        occurred_at: Some(line.at),
        ..NewNote::plain(text)
    })
}

/// The words in parts that a note can hold.
fn parts(words: &str) -> Vec<String> {
    if words.len() <= limits::NOTE_BYTES {
        return vec![words.to_owned()];
    }
    let (mut parts, mut rest) = (Vec::new(), words);
    while !rest.is_empty() {
        let at = rest.floor_char_boundary(limits::NOTE_BYTES - PART_BYTES);
        let (part, more) = rest.split_at(at);
        parts.push(part);
        rest = more;
    }
    let all = parts.len();
    let numbered = parts
        .iter()
        .zip(1..)
        .map(|(part, n)| format!("(part {n} of {all}) {part}"));
    numbered.collect()
}

/// The same entry of the same incident has the same id, so that it is written once.
fn id(incident: IncidentId, line: &Line, part: &str, times: u32) -> CommandId {
    let mut context = digest::Context::new(&digest::SHA256);
    let millis = line.at.timestamp_millis();
    for bytes in [
        b"import".as_slice(),
        &incident.0.to_be_bytes(),
        &millis.to_be_bytes(),
        &times.to_be_bytes(),
        part.as_bytes(),
    ] {
        context.update(&(bytes.len() as u64).to_be_bytes());
        context.update(bytes);
    }
    let mut random = [0; 10];
    for (byte, hashed) in random.iter_mut().zip(context.finish().as_ref()) {
        *byte = *hashed;
    }
    let millis = u64::try_from(millis).unwrap_or(0);
    CommandId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}

fn print(
    out: &mut Out,
    incident: IncidentId,
    imported: &Imported,
    written: &[Seq],
) -> Result<(), Failure> {
    for (place, line) in imported.entries.iter().enumerate() {
        out.json(&shapes::imported(
            incident,
            line,
            kind(line),
            written.get(place).copied(),
        ))?;
    }
    for unread in &imported.unread {
        out.json(&shapes::not_imported(incident, unread))?;
    }
    Ok(())
}

fn show(out: &mut Out, args: &ImportArgs, imported: &Imported) -> Result<(), Failure> {
    for note in &imported.notes {
        out.line(note)?;
    }
    let rows: Vec<Vec<String>> = imported
        .entries
        .iter()
        .map(|line| {
            let words = line.words().replace('\n', " ");
            vec![
                line.line.to_string(),
                out.date_time_zone(line.at),
                kind(line).to_string(),
                truncate(&words, SHOWN).into_owned(),
            ]
        })
        .collect();
    out.table(&["LINE", "WHEN", "KIND", "TEXT"], &rows)?;
    for line in imported
        .entries
        .iter()
        .filter(|line| !line.notes.is_empty())
    {
        out.line(format_args!(
            "line {}: {}",
            line.line,
            line.notes.join("; ")
        ))?;
    }
    show_unread(out, &imported.unread)?;
    let count = imported.entries.len();
    let entries = if count == 1 {
        "1 entry".to_owned()
    } else {
        format!("{count} entries")
    };
    if args.yes {
        out.line(format_args!("{}: {entries} brought in", args.incident))
    } else {
        out.line(format_args!(
            "Nothing is written yet: --yes writes these {entries}."
        ))
    }
}

fn show_unread(out: &mut Out, unread: &[Unread]) -> Result<(), Failure> {
    if unread.is_empty() {
        return Ok(());
    }
    out.line(out.strong("Not read:"))?;
    let rows: Vec<Vec<String>> = unread
        .iter()
        .map(|unread| {
            let text = unread.text.replace('\n', " ");
            vec![
                unread.line.to_string(),
                unread.why.clone(),
                truncate(&text, SHOWN).into_owned(),
            ]
        })
        .collect();
    out.table(&["LINE", "WHY", "TEXT"], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_come_in_parts_that_fit_and_lose_nothing() {
        let words = "ä".repeat(limits::NOTE_BYTES);
        let parts = parts(&words);
        assert!(parts.iter().all(|part| part.len() <= limits::NOTE_BYTES));
        assert!(parts[0].starts_with("(part 1 of 3) ä"));
        let kept: usize = parts.iter().map(|part| part.matches('ä').count()).sum();
        assert_eq!(kept, limits::NOTE_BYTES);
        assert_eq!(super::parts("short"), ["short"]);
    }
}
