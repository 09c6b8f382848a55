//! A mistake in a file that a person wrote, shown in its place: the configuration, a keymap, a
//! theme. All of a file's mistakes are told at once: someone who edits it at night wants no second
//! round.

use crate::error::{Failure, misleads, shown};
use crate::suggest::closest;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A file as it was read: to show a mistake in its place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    /// The file as it is named in reports.
    pub path: PathBuf,
    /// Its text; empty when the file as a whole is meant (not there, not readable).
    pub text: String,
}

impl Source {
    /// The file at `path` with that text.
    #[must_use]
    pub fn new(path: impl AsRef<Path>, text: impl Into<String>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            text: text.into(),
        }
    }

    /// Mistakes in it, if they are any.
    #[must_use]
    pub fn wrong(&self, subject: &'static str, problems: Vec<Problem>) -> Wrong {
        Wrong {
            subject,
            source: self.clone(),
            problems,
        }
    }
}

/// A file with mistakes in it: all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// What the file is: `configuration`, `keymap`, `theme`.
    pub subject: &'static str,
    /// The file.
    pub source: Source,
    /// The mistakes and the warnings, in the order of the file.
    pub problems: Vec<Problem>,
}

impl std::error::Error for Wrong {}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors = self.problems.iter().filter(|p| p.weight == Weight::Error);
        let subject = self.subject;
        match errors.count() {
            1 => write!(f, "The {subject} has a mistake.")?,
            count => write!(f, "The {subject} has {count} mistakes.")?,
        }
        write!(f, "\n{}", self.report(false))
    }
}

impl Wrong {
    /// Every mistake with its line and a caret below; coloured for a terminal.
    #[must_use]
    pub fn report(&self, color: bool) -> String {
        render(&self.source, &self.problems, color)
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Nothing starts with it.
    Error,
    /// It can be worked with, and is likely not meant.
    Warning,
}

/// A mistake in a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub weight: Weight,
    /// Where, in bytes of the file's text.
    pub span: Range<usize>,
    /// What is wrong, without a full stop.
    pub what: String,
    /// What stands beside the caret; may be empty.
    pub label: String,
    /// What to do; may be empty.
    pub help: String,
    /// What was likely meant in place of what the span covers.
    pub meant: Option<Box<str>>,
    /// What of the file's text is not shown: a secret that stands where none belongs.
    pub conceal: Option<Box<Range<usize>>>,
}

impl Problem {
    /// An error at `span`.
    #[must_use]
    pub fn error(span: Range<usize>, what: impl Into<String>) -> Self {
        Self {
            weight: Weight::Error,
            span,
            what: what.into(),
            label: String::new(),
            help: String::new(),
            meant: None,
            conceal: None,
        }
    }

    /// A warning at `span`.
    #[must_use]
    pub fn warning(span: Range<usize>, what: impl Into<String>) -> Self {
        Self {
            weight: Weight::Warning,
            ..Self::error(span, what)
        }
    }

    /// What a TOML parser said.
    #[must_use]
    pub fn toml(error: &toml::de::Error) -> Self {
        let said = error.message().replace('\n', ", ");
        Self::error(
            error.span().unwrap_or(0..0),
            format!("this cannot be read as TOML: {said}"),
        )
    }

    /// Adds what stands beside the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Keeps what stands at `span` from being shown.
    #[must_use]
    pub fn concealing(mut self, span: Range<usize>) -> Self {
        self.conceal = Some(Box::new(span));
        self
    }

    /// A name that is not one of those `known`, with the nearest as a suggestion. `what` says
    /// that it is not there ("there is no theme").
    #[must_use]
    pub fn unknown(what: &str, span: Range<usize>, name: &str, known: &[&str]) -> Self {
        Self::error(span, format!("{what} `{name}`")).did_you_mean(name, known)
    }

    /// Adds the nearest of the names that are `known`, or all of them where they are few.
    #[must_use]
    pub fn did_you_mean(self, name: &str, known: &[&str]) -> Self {
        let mut problem = self;
        match closest(name, known.iter().copied()) {
            Some(near) => {
                problem.help = format!("did you mean `{near}`?");
                problem.meant = Some(near.into());
            }
            None if known.len() <= LISTED_MAX => {
                problem.help = format!("choose from {}", known.join(", "));
            }
            None => {}
        }
        problem
    }
}

/// How many names are listed when none is near: more (the time zones) would hide the mistake.
const LISTED_MAX: usize = 24;

/// How many problems are drawn: nobody mends more before looking again, and a file that is not
/// TOML at all (a picture) has thousands.
const DRAWN_MAX: usize = 20;

/// The problems with their lines and carets, one after the other.
#[must_use]
pub fn render(source: &Source, problems: &[Problem], color: bool) -> String {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let path = said(&source.path.display().to_string());
    let text = &*seen(concealed(&source.text, problems));
    let mut out = String::new();
    for problem in problems.iter().take(DRAWN_MAX) {
        let level = match problem.weight {
            Weight::Error => Level::ERROR,
            Weight::Warning => Level::WARNING,
        };
        let span = within(text, &problem.span);
        let mark = AnnotationKind::Primary.span(span.clone());
        let label = said(&problem.label);
        let mark = match label.as_str() {
            "" => mark,
            label => mark.label(label),
        };
        let what = said(&problem.what);
        let title = level.primary_title(&*what);
        let main = if text.is_empty() {
            title.element(Origin::path(&path))
        } else {
            title.element(Snippet::source(text).path(&path).annotation(mark))
        };
        let mut report: Vec<Group<'_>> = vec![main];
        let help = said(&problem.help);
        match (&problem.meant, help.as_str()) {
            (Some(meant), help) if !text.is_empty() => {
                let meant = quoted_alike(text.get(span.clone()), &said(meant));
                let patch = Snippet::source(text).patch(Patch::new(span, meant));
                report.push(Level::HELP.secondary_title(help).element(patch));
            }
            (_, "") => {}
            (_, help) => report.push(Group::with_title(Level::HELP.secondary_title(help))),
        }
        out.push_str(renderer.render(&report).trim_end());
        out.push('\n');
    }
    if let Some(more) = problems
        .len()
        .checked_sub(DRAWN_MAX)
        .filter(|more| *more > 0)
    {
        out.push_str(&format!("… and {more} more\n"));
    }
    out
}

/// The text with what must not be shown blotted out, byte for byte, so that every place stays
/// where it is.
fn concealed<'a>(text: &'a str, problems: &[Problem]) -> Cow<'a, str> {
    let mut text = Cow::Borrowed(text);
    for span in problems.iter().filter_map(|p| p.conceal.as_deref()) {
        let span = within(&text, span);
        let blots = text.get(span.clone()).unwrap_or_default().bytes();
        let blots: String = blots.map(|b| if b == b'\n' { '\n' } else { '*' }).collect();
        text.to_mut().replace_range(span, &blots);
    }
    text
}

/// The file's text with a sign of the same length for each that misleads, so that every place stays
/// where it is. What is one byte long is drawn as a sign by the renderer, which passes on the rest.
fn seen(text: Cow<'_, str>) -> Cow<'_, str> {
    let passed = |c: char| !c.is_ascii() && misleads(c);
    if !text.contains(passed) {
        return text;
    }
    let sign = |c: char| match c.len_utf8() {
        _ if !passed(c) => Cow::Owned(c.to_string()),
        2 => Cow::Borrowed("\u{a4}"),
        3 => Cow::Borrowed("\u{fffd}"),
        _ => Cow::Borrowed("\u{fffd}?"),
    };
    text.chars().map(sign).collect::<String>().into()
}

/// What is said of the file, in a line of its own: the renderer takes a title as it is.
fn said(text: &str) -> String {
    let line = |c| if c == '\n' { ' ' } else { shown(c) };
    text.chars().map(line).collect()
}

/// What was likely meant, in the quotes of what it takes the place of.
fn quoted_alike(there: Option<&str>, meant: &str) -> String {
    let quote = there.and_then(|text| text.chars().next());
    match quote.filter(|c| matches!(c, '"' | '\'')) {
        Some(quote) if !meant.contains(quote) => format!("{quote}{meant}{quote}"),
        _ => meant.to_owned(),
    }
}

/// The span, cut to what the text has: a parser may point behind its end.
fn within(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let end = text.ceil_char_boundary(span.end.clamp(start, text.len()));
    start..end
}

impl From<Wrong> for Failure {
    fn from(wrong: Wrong) -> Self {
        Self::usage(wrong.to_string())
            .means("Nothing was started or changed.")
            .instead("Correct the file; `warroom config check` looks at it again.")
    }
}
