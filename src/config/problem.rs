//! A mistake in a file, shown in its place.

use super::Source;
use crate::suggest::closest;
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use std::borrow::Cow;
use std::ops::Range;

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
    pub meant: Option<String>,
    /// What of the file's text is not shown: a secret that stands where none belongs.
    pub conceal: Option<Range<usize>>,
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
        self.conceal = Some(span);
        self
    }

    /// A name that is not one of those `known`, with the nearest as a suggestion. `what` says
    /// that it is not there ("there is no theme").
    #[must_use]
    pub fn unknown(what: &str, span: Range<usize>, name: &str, known: &[&str]) -> Self {
        let mut problem = Self::error(span, format!("{what} `{name}`"));
        match closest(name, known.iter().copied()) {
            Some(near) => {
                problem.help = format!("did you mean `{near}`?");
                // A value's span has its quotes in it, a key's has none.
                let quoted = problem.span.len() > name.len();
                let meant = if quoted {
                    format!("{near:?}")
                } else {
                    near.to_owned()
                };
                problem.meant = Some(meant);
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
pub(super) fn render(source: &Source, problems: &[Problem], color: bool) -> String {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let path = source.path.display().to_string();
    let text = &*concealed(&source.text, problems);
    let mut out = String::new();
    for problem in problems.iter().take(DRAWN_MAX) {
        let level = match problem.weight {
            Weight::Error => Level::ERROR,
            Weight::Warning => Level::WARNING,
        };
        let span = within(text, &problem.span);
        let mark = AnnotationKind::Primary.span(span.clone());
        let mark = match problem.label.as_str() {
            "" => mark,
            label => mark.label(label),
        };
        let snippet = Snippet::source(text).path(&path).annotation(mark);
        let main = level.primary_title(&problem.what).element(snippet);
        let mut report: Vec<Group<'_>> = vec![main];
        match (&problem.meant, problem.help.as_str()) {
            (Some(meant), help) => {
                let patch = Snippet::source(text).patch(Patch::new(span, meant.as_str()));
                report.push(Level::HELP.secondary_title(help).element(patch));
            }
            (None, "") => {}
            (None, help) => report.push(Group::with_title(Level::HELP.secondary_title(help))),
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
    for span in problems.iter().filter_map(|p| p.conceal.as_ref()) {
        let span = within(&text, span);
        let blots = text.get(span.clone()).unwrap_or_default().bytes();
        let blots: String = blots.map(|b| if b == b'\n' { '\n' } else { '*' }).collect();
        text.to_mut().replace_range(span, &blots);
    }
    text
}

/// The span, cut to what the text has: a parser may point behind its end.
fn within(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let end = text.ceil_char_boundary(span.end.clamp(start, text.len()));
    start..end
}
