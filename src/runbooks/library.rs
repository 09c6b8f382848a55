//! The runbooks of the configured folders, by name.

use super::markdown::parse;
use crate::incident::RunbookText;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// How deep folders are walked into: areas and sub-areas; deeper is a mistake or a loop of links.
const DEPTH_MAX: u32 = 6;
/// How many runbooks are listed; a picker of more would not be one.
const RUNBOOKS_MAX: usize = 5_000;
/// The largest file that is read, in bytes: the bound of a runbook's text and room for markup.
const FILE_BYTES_MAX: u64 = 512 * 1024;

/// The folders in which runbooks lie. Files are looked up and read when they are asked for, so
/// that an edit is there the next time one is attached.
#[derive(Debug, Clone, Default)]
pub struct Library {
    folders: Vec<PathBuf>,
}

/// A file or folder that could not be read, and why. The others go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct Problem {
    /// What could not be read.
    pub path: PathBuf,
    /// Why.
    pub why: String,
}

impl Library {
    /// A library of these folders; the first one that has a name wins.
    #[must_use]
    pub fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders }
    }

    /// The runbook of that name: the file `NAME.md`, without regard to case.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn find(&self, name: &str) -> Result<Option<RunbookText>, Problem> {
        let (files, _) = self.files();
        let wanted = name.to_lowercase();
        files.get(&wanted).map(|path| read(path)).transpose()
    }

    /// The folders, in the order in which they are searched.
    #[must_use]
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Every runbook that can be read, by name, and what could not.
    #[must_use]
    pub fn all(&self) -> (Vec<RunbookText>, Vec<Problem>) {
        let (files, mut problems) = self.files();
        let mut runbooks = Vec::new();
        for path in files.values() {
            match read(path) {
                Ok(runbook) => runbooks.push(runbook),
                Err(problem) => problems.push(problem),
            }
        }
        (runbooks, problems)
    }

    /// The files by their name in lower case.
    fn files(&self) -> (BTreeMap<String, PathBuf>, Vec<Problem>) {
        let mut files = BTreeMap::new();
        let mut problems = Vec::new();
        for folder in &self.folders {
            walk(folder, 0, &mut files, &mut problems);
        }
        (files, problems)
    }
}

fn walk(
    folder: &Path,
    depth: u32,
    files: &mut BTreeMap<String, PathBuf>,
    problems: &mut Vec<Problem>,
) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            let why = error.to_string();
            return problems.push(Problem {
                path: folder.to_owned(),
                why,
            });
        }
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if depth < DEPTH_MAX && !path.is_symlink() {
                walk(&path, depth + 1, files, problems);
            }
        } else if path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("md"))
            && files.len() < RUNBOOKS_MAX
            && let Some(name) = path.file_stem().and_then(|stem| stem.to_str())
        {
            files.entry(name.to_lowercase()).or_insert(path);
        }
    }
}

fn read(path: &Path) -> Result<RunbookText, Problem> {
    let problem = |why: String| Problem {
        path: path.to_owned(),
        why,
    };
    let metadata = fs::metadata(path).map_err(|error| problem(error.to_string()))?;
    if !metadata.is_file() {
        // A pipe of that name would be waited for without end.
        return Err(problem("not a file".to_owned()));
    }
    let size = metadata.len();
    if size > FILE_BYTES_MAX {
        return Err(problem(format!(
            "{size} bytes; {FILE_BYTES_MAX} is the most"
        )));
    }
    let text = fs::read_to_string(path).map_err(|error| problem(error.to_string()))?;
    let name = path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    Ok(parse(name, &text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_name_and_read_anew() {
        let folder = tempfile::tempdir().unwrap();
        let area = folder.path().join("node");
        fs::create_dir(&area).unwrap();
        fs::write(area.join("HighErrorRate.md"), "## Do\n\n- one").unwrap();
        fs::write(area.join("notes.txt"), "- no").unwrap();
        let library = Library::new(vec![folder.path().to_owned()]);
        assert_eq!(
            library.find("higherrorrate").unwrap().unwrap().steps.len(),
            1
        );
        fs::write(area.join("HighErrorRate.md"), "## Do\n\n- one\n- two").unwrap();
        let found = library.find("HighErrorRate").unwrap().unwrap();
        assert_eq!((&*found.name, found.steps.len()), ("HighErrorRate", 2));
        assert_eq!(library.find("notes").unwrap(), None);
        assert_eq!(library.find("../HighErrorRate").unwrap(), None);
    }

    #[test]
    fn what_cannot_be_read_is_told_and_the_others_go_on() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("Good.md"), "- one").unwrap();
        fs::write(folder.path().join("Bad.md"), b"\xff\xfe\xff").unwrap();
        let gone = folder.path().join("gone");
        let library = Library::new(vec![folder.path().to_owned(), gone.clone()]);
        let (runbooks, problems) = library.all();
        assert_eq!(runbooks.len(), 1);
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems.iter().any(|p| p.path == gone));
        assert!(library.find("Bad").is_err());
    }
}
