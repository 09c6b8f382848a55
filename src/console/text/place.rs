//! Says where in a person's file something is wrong, and what may have been meant.

use super::suggest::closest;
use std::fmt;
use std::ops::Range;

/// Something wrong in a file that a person wrote. Shows as
/// ``keys.toml:3:5: `pagedown` is not an action; did you mean `page-down`?``
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// The file, as the person knows it.
    pub file: String,
    /// Counted from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// Counted from 1, in characters; 0 when the file as a whole is meant.
    pub column: usize,
    /// What is wrong, without a full stop.
    pub problem: String,
    /// What to do about it, as a question or a short sentence.
    pub hint: Option<String>,
}

impl FileError {
    /// An error at a byte range of `source`, the text of `file`.
    #[must_use]
    pub fn at(file: &str, source: &str, span: &Range<usize>, problem: impl Into<String>) -> Self {
        let (line, column) = line_column(source, span.start);
        Self {
            file: file.to_owned(),
            line,
            column,
            problem: problem.into(),
            hint: None,
        }
    }

    /// An error about the file as a whole: not found, not readable.
    #[must_use]
    pub fn whole(file: &str, problem: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: 0,
            column: 0,
            problem: problem.into(),
            hint: None,
        }
    }

    /// What a TOML parser said about `source`, on one line.
    #[must_use]
    pub fn toml(file: &str, source: &str, error: &toml::de::Error) -> Self {
        let span = error.span().unwrap_or(0..0);
        Self::at(file, source, &span, error.message().replace('\n', ", "))
    }

    /// With the nearest of `candidates` as the hint, when one is near enough to `word`.
    #[must_use]
    pub fn did_you_mean<'a>(
        mut self,
        word: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        self.hint = closest(word, candidates).map(|name| format!("did you mean `{name}`?"));
        self
    }

    /// With a hint in words, unless there is one already.
    #[must_use]
    pub fn or_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint.get_or_insert_with(|| hint.into());
        self
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {}", self.problem)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for FileError {}

/// The line and the column, both from 1, of a byte of `source`. The end of the text when `offset`
/// is past it; the character it is inside of when it is not at a boundary.
#[must_use]
pub fn line_column(source: &str, offset: usize) -> (usize, usize) {
    let before = &source[..source.floor_char_boundary(offset)];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, before[start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_characters() {
        let source = "a = 1\nü = \"ö\"\n";
        assert_eq!(line_column(source, 0), (1, 1));
        assert_eq!(line_column(source, 6), (2, 1));
        assert_eq!(line_column(source, 9), (2, 3));
        assert_eq!(line_column(source, 999), (3, 1));
    }

    #[test]
    fn reads_as_one_line() {
        let error = FileError::at("keys.toml", "x\n  y", &(4..5), "`y` is not an action")
            .did_you_mean("pagedown", ["page-down", "page-up"]);
        assert_eq!(
            error.to_string(),
            "keys.toml:2:3: `y` is not an action; did you mean `page-down`?"
        );
        assert_eq!(
            FileError::whole("dark", "no such theme").to_string(),
            "dark: no such theme"
        );
    }
}
