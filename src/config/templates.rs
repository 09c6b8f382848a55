//! The templates of a folder: read whole, so that a mistake is known before an update is due.

use super::read_text;
use crate::problem::{Problem, Source, Wrong};
use crate::updates::Templates;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The most files of templates in a folder: three audiences, four stages, five severities, and as
/// many again.
const FILES_MAX: usize = 120;

/// Reads every `.md` file of the folder. One that is not there has none: ours hold.
///
/// # Errors
/// When one cannot be read, or with everything that is wrong in the first that has a mistake.
pub fn templates(dir: &Path) -> Result<Templates, Wrong> {
    let mut templates = Templates::default();
    let mut files = match files(dir) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(templates),
        Err(error) => return Err(unreadable(dir, &error)),
    };
    files.sort();
    for path in files.into_iter().take(FILES_MAX) {
        let text = read_text(&path).map_err(|error| unreadable(&path, &error))?;
        templates.add(&path, &text).map_err(|error| error.0)?;
    }
    Ok(templates)
}

fn files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "md") {
            files.push(path);
        }
    }
    Ok(files)
}

fn unreadable(path: &Path, error: &io::Error) -> Wrong {
    let problem = Problem::error(0..0, format!("it cannot be read: {error}"));
    Source::new(path, "").wrong("template", vec![problem])
}
