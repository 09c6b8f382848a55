//! The file of the lines that one person sent: one JSON object a line, the newest last.
//!
//! Lines are only added at the end, so a crash loses nothing that was there, and two consoles of
//! one person add to the same file. What cannot be read is moved to a file beside it, as it is.
//! Private lines are in it too: nobody else may read it.

use crate::console::panes::composer::History;
use crate::files::{make_private_dir, private, tighten};
use crate::incident::Person;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// A file beyond this is written anew with the newest lines, up to half of it, in bytes: ten times
/// what [`History`] takes of lines as people write them.
const TRIM_BYTES: u64 = 512 * 1024;

/// No more is read of a file than this, from its end, in bytes.
const READ_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Row {
    line: String,
}

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The lines, oldest first; the newest that are kept.
    pub(super) lines: Vec<String>,
    /// Where rows that cannot be read are now, and how many.
    pub(super) aside: Option<(PathBuf, usize)>,
}

/// Where a person's lines are.
pub(super) fn path(dir: &Path, person: &Person) -> PathBuf {
    dir.join(format!("{person}.jsonl"))
}

/// Reads the lines. A file that is not there has none.
pub(super) fn read(dir: &Path, person: &Person) -> io::Result<Found> {
    let path = path(dir, person);
    if !path.exists() {
        return Ok(Found::default());
    }
    let _lock = lock(dir)?;
    tighten(&path);
    let bytes = read_end(&path)?;
    let (history, bad) = parse(&bytes);
    let mut found = Found {
        lines: history.lines().map(str::to_owned).collect(),
        aside: None,
    };
    if !bad.is_empty() {
        let aside = path.with_extension("bad");
        let mut file = private().append(true).create(true).open(&aside)?;
        for row in &bad {
            file.write_all(row)?;
            file.write_all(b"\n")?;
        }
        file.sync_all()?;
        write_anew(&path, &history)?;
        found.aside = Some((aside, bad.len()));
    }
    Ok(found)
}

/// Adds lines at the end.
pub(super) fn append(dir: &Path, person: &Person, lines: &[String]) -> io::Result<()> {
    make_private_dir(dir)?;
    let _lock = lock(dir)?;
    let path = path(dir, person);
    let mut file = private().append(true).read(true).create(true).open(&path)?;
    tighten(&path);
    let mut text = String::new();
    if !ends_with_newline(&mut file)? {
        text.push('\n');
    }
    for line in lines {
        let row = Row { line: line.clone() };
        text.push_str(&serde_json::to_string(&row)?);
        text.push('\n');
    }
    file.write_all(text.as_bytes())?;
    file.sync_data()?;
    if file.metadata()?.len() > TRIM_BYTES {
        let bytes = read_end(&path)?;
        let (history, bad) = parse(&bytes);
        // Rows that cannot be read are told to the person when they are next read, not here.
        if bad.is_empty() {
            write_anew(&path, &history)?;
        }
    }
    Ok(())
}

/// One console at a time: of two that write the file anew one would lose the other's line.
fn lock(dir: &Path) -> io::Result<File> {
    let path = dir.join("lock");
    let file = private()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)?;
    tighten(&path);
    file.lock()?;
    Ok(file)
}

fn read_end(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::new();
    let skipped = length.saturating_sub(READ_BYTES_MAX);
    file.seek(SeekFrom::Start(skipped))?;
    file.take(READ_BYTES_MAX).read_to_end(&mut bytes)?;
    if skipped > 0 {
        let first = bytes.iter().position(|byte| *byte == b'\n');
        bytes.drain(..first.map_or(bytes.len(), |at| at + 1));
    }
    Ok(bytes)
}

fn ends_with_newline(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// The lines, and the rows that are none.
fn parse(bytes: &[u8]) -> (History, Vec<&[u8]>) {
    let mut history = History::default();
    let mut bad = Vec::new();
    for text in bytes.split(|byte| *byte == b'\n') {
        match serde_json::from_slice::<Row>(text) {
            Ok(row) => history.push(&row.line),
            Err(_) if text.is_empty() => {}
            Err(_) => bad.push(text),
        }
    }
    (history, bad)
}

/// Puts a new file in the place of the old in one step.
fn write_anew(path: &Path, history: &History) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let mut rows = Vec::new();
    let mut room = usize::try_from(TRIM_BYTES / 2).unwrap_or(usize::MAX);
    for line in history.lines().rev() {
        let mut row = serde_json::to_string(&Row {
            line: line.to_owned(),
        })?;
        row.push('\n');
        match room.checked_sub(row.len()) {
            Some(left) => room = left,
            None => break,
        }
        rows.push(row);
    }
    rows.reverse();
    // Made for its owner alone, as the library says.
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(rows.concat().as_bytes())?;
    file.as_file().sync_data()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    fn maya() -> Person {
        "maya".parse().unwrap()
    }

    fn add(dir: &Path, lines: &[&str]) {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        append(dir, &maya(), &lines).unwrap();
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn lines_come_back_for_the_one_who_wrote_them_and_are_private() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("history");
        assert_eq!(read(&dir, &maya()).unwrap(), Found::default());
        add(&dir, &["one", "two\nlines \u{1b}"]);
        add(&dir, &["/private three"]);
        let lines = read(&dir, &maya()).unwrap().lines;
        assert_eq!(lines, ["one", "two\nlines \u{1b}", "/private three"]);
        let bo = "bo".parse().unwrap();
        assert_eq!(read(&dir, &bo).unwrap(), Found::default());
        assert_eq!(mode(&dir), 0o700);
        assert_eq!(mode(&path(&dir, &maya())), 0o600);

        // One that others could read is closed to them with the next line.
        let open = fs::Permissions::from_mode(0o644);
        fs::set_permissions(path(&dir, &maya()), open).unwrap();
        add(&dir, &["four"]);
        assert_eq!(mode(&path(&dir, &maya())), 0o600);
    }

    #[test]
    fn what_cannot_be_read_is_set_aside_and_the_rest_stays() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        add(dir, &["one"]);
        let file = path(dir, &maya());
        let mut bytes = fs::read(&file).unwrap();
        bytes.extend(b"not a row\n\xff\xfe\0\n{\"line\":\"two\"}\n{\"line\":\"torn");
        fs::write(&file, &bytes).unwrap();

        // A console that adds before it reads does not glue its line to the torn one.
        add(dir, &["three"]);
        let found = read(dir, &maya()).unwrap();
        assert_eq!(found.lines, ["one", "two", "three"]);
        let (aside, rows) = found.aside.unwrap();
        assert_eq!(rows, 3);
        assert_eq!(
            fs::read(&aside).unwrap(),
            b"not a row\n\xff\xfe\0\n{\"line\":\"torn\n"
        );
        assert_eq!(mode(&aside), 0o600);
        assert_eq!(mode(&file), 0o600);

        let again = read(dir, &maya()).unwrap();
        assert_eq!(again.lines, ["one", "two", "three"]);
        assert_eq!(again.aside, None, "it is said once");
    }

    #[test]
    fn the_file_is_bounded_and_the_newest_stay() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        let long = "x".repeat(3_000);
        for batch in 0..10 {
            let lines: Vec<String> = (0..30)
                .map(|at| format!("{} {long}", batch * 30 + at))
                .collect();
            append(dir, &maya(), &lines).unwrap();
        }
        let bytes = fs::metadata(path(dir, &maya())).unwrap().len();
        assert!(bytes < TRIM_BYTES, "{bytes}");
        let lines = read(dir, &maya()).unwrap().lines;
        assert!(lines.last().unwrap().starts_with("299 "));

        let file = path(dir, &maya());
        let row = |at: usize| format!("{{\"line\":\"{at}\"}}\n");
        let huge: String = (0..100_000).map(row).collect();
        fs::write(&file, huge).unwrap();
        let lines = read(dir, &maya()).unwrap().lines;
        assert_eq!(lines.last().map(String::as_str), Some("99999"));
        add(dir, &["last"]);
        assert!(fs::metadata(&file).unwrap().len() < TRIM_BYTES);
    }
}
