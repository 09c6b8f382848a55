//! The edge: how a failure leaves the program.
//!
//! Inside, each part has its own error type. Where a verb ends, whatever went wrong becomes a
//! [`Failure`]: what happened, what it means for the incident, what to do, and an exit code that a
//! script can rely on. Its cause is printed once, here. A bug (a panic) goes to `color-eyre`.

use crate::incident::Refusal;
use crate::unseen::is_unseen;
use std::error::Error;
use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;

/// What kind of failure it is; each has one exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The server, or a rule of the incident, said no; or a check found something. Exit code 1.
    Refused,
    /// The command line or a file that the user wrote is wrong. Exit code 2.
    Usage,
    /// The server cannot be reached, or went away before it confirmed. Exit code 3.
    Unreachable,
    /// Something here does not work as it should: a disk, a terminal, warroom itself. Exit code 70.
    Internal,
    /// Whoever read the output has gone away: not an error, nothing is printed. Exit code 0.
    BrokenPipe,
}

impl Kind {
    /// The exit code of the process.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::BrokenPipe => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::Internal => 70,
        }
    }
}

/// A failure as a person is told it. Each text is one or more whole sentences.
#[derive(Debug)]
pub struct Failure {
    /// What kind it is.
    pub kind: Kind,
    /// What happened.
    pub what: String,
    /// What that means for the incident; empty when `what` says it.
    pub means: String,
    /// What to do; empty when there is nothing to be done.
    pub instead: String,
    /// What caused it, when something below did. Boxed causes are printed as a chain.
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: what.into(),
            means: String::new(),
            instead: String::new(),
            source: None,
        }
    }

    /// A rule or the server said no.
    #[must_use]
    pub fn refused(what: impl Into<String>) -> Self {
        Self::new(Kind::Refused, what)
    }

    /// What the user gave is wrong.
    #[must_use]
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Kind::Usage, what)
    }

    /// The server cannot be reached.
    #[must_use]
    pub fn unreachable(what: impl Into<String>) -> Self {
        Self::new(Kind::Unreachable, what)
    }

    /// Something on this side does not work.
    #[must_use]
    pub fn internal(what: impl Into<String>) -> Self {
        Self::new(Kind::Internal, what)
    }

    /// Adds what it means for the incident.
    #[must_use]
    pub fn means(mut self, means: impl Into<String>) -> Self {
        self.means = means.into();
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn instead(mut self, instead: impl Into<String>) -> Self {
        self.instead = instead.into();
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Writing to standard output failed. A closed pipe is no error: the reader has seen enough.
    /// Only for standard output: a socket that closed is [`Failure::unreachable`], since what was
    /// sent over it may be lost.
    #[must_use]
    pub fn output(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::new(Kind::BrokenPipe, "Whoever read the output has gone away.");
        }
        Self::internal("The output could not be written.")
            .means("What was asked for may be done all the same.")
            .instead("Look with `warroom show` before you do it again.")
            .because(error)
    }

    /// The lines for standard error, each ended by a line feed; empty for a closed pipe. Control
    /// characters, which a server or a file may have put into a text, are shown as `�`.
    #[must_use]
    pub fn report(&self) -> String {
        let mut out = String::new();
        if self.kind == Kind::BrokenPipe {
            return out;
        }
        push(&mut out, "error", &self.what);
        let mut cause: Option<&dyn Error> = self.source.as_ref().map(|source| source.as_ref() as _);
        let mut last = String::new();
        while let Some(error) = cause {
            let text = error.to_string();
            // Some libraries repeat their source in their own text.
            if text != last && !last.contains(&text) {
                push(&mut out, "cause", &text);
            }
            last = text;
            cause = error.source();
        }
        push(&mut out, "means", &self.means);
        push(&mut out, "hint", &self.instead);
        out
    }

    /// Writes [`Failure::report`] to `out` and gives the exit code. That standard error is closed
    /// too changes nothing: the code still tells.
    pub fn tell(&self, out: &mut dyn io::Write) -> ExitCode {
        let _unheard = out.write_all(self.report().as_bytes());
        ExitCode::from(self.kind.code())
    }
}

/// What happened, and what to do: parts a text whose last sentence says the latter. A text of one
/// sentence, or one that ends with what another program said, says only what happened.
#[must_use]
pub fn what_and_instead(text: &str) -> (&str, &str) {
    let text = text.trim();
    match text.rsplit_once(". ") {
        Some((what, last)) if !last.starts_with("It says: ") => {
            let end = what.len() + 1;
            (text.get(..end).unwrap_or(text), last)
        }
        _ => (text, ""),
    }
}

/// With a capital at its beginning, as a sentence that stands alone. A path or a name (anything
/// that is no plain word) stays as it is.
#[must_use]
pub fn sentence(text: &str) -> String {
    let first = text.split_whitespace().next().unwrap_or_default();
    let mut chars = text.chars();
    match chars.next() {
        Some(letter) if first.chars().all(char::is_alphabetic) => {
            letter.to_uppercase().chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}

/// Whether it acts on a terminal, turns the direction of reading, or cannot be seen. A line's end
/// does not.
pub(crate) fn misleads(c: char) -> bool {
    if c.is_control() {
        return c != '\n';
    }
    // The joiners shape letters and emoji, which would come apart.
    is_unseen(c) && !matches!(c, '\u{200c}' | '\u{200d}')
}

/// What is shown in place of it on a terminal: itself, unless it [misleads]; a control of ASCII as its
/// picture.
pub(crate) fn shown(c: char) -> char {
    match c {
        '\t' => ' ',
        '\n' => '\n',
        '\u{7f}' => '\u{2421}',
        c @ '\0'..'\x20' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        c if misleads(c) => '\u{fffd}',
        c => c,
    }
}

fn push(out: &mut String, label: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    let text: String = text.trim_end().chars().map(shown).collect();
    let indent = format!("\n{}", " ".repeat(label.len() + 2));
    // Writing to a String cannot fail.
    let _always = writeln!(out, "{label}: {}", text.replace('\n', &indent));
}

impl std::fmt::Display for Failure {
    /// The sentences in one line, without the cause.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = [&self.what, &self.means, &self.instead];
        let mut parts = parts.into_iter().filter(|part| !part.is_empty());
        if let Some(first) = parts.next() {
            f.write_str(first)?;
        }
        parts.try_for_each(|part| write!(f, " {part}"))
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::refused(refusal.why).instead(refusal.instead)
    }
}

impl From<crate::paths::NoHome> for Failure {
    fn from(error: crate::paths::NoHome) -> Self {
        Self::usage("No home folder is known, so warroom has no place for its files.")
            .instead(error.to_string())
    }
}

/// Installs the report for bugs: a panic and an unexpected error say where, and print no
/// environment. To be called once, first thing in `main`.
///
/// # Errors
/// When a hook is already installed.
pub fn install() -> Result<(), Failure> {
    color_eyre::config::HookBuilder::default()
        .display_env_section(false)
        .panic_section(
            "This is a bug in warroom. What was entered in a console is kept in its outbox on disk, and \
             is sent at its next start.",
        )
        .install()
        .map_err(|error| {
            Failure::internal("The report for bugs could not be installed.")
                .because(error.to_string())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::RefusalCode;

    #[test]
    fn each_kind_has_its_exit_code() {
        let codes = [
            (Kind::BrokenPipe, 0),
            (Kind::Refused, 1),
            (Kind::Usage, 2),
            (Kind::Unreachable, 3),
            (Kind::Internal, 70),
        ];
        for (kind, code) in codes {
            assert_eq!(kind.code(), code, "{kind:?}");
        }
    }

    #[test]
    fn the_report_says_what_why_and_what_to_do_once_each() {
        let cause = io::Error::new(io::ErrorKind::ConnectionRefused, "connection refused");
        let failure = Failure::unreachable("No server answers at ws://127.0.0.1:7911.")
            .means("Nothing was sent.")
            .instead("Start one with `warroom serve`,\nor name another with --server.")
            .because(cause);
        assert_eq!(
            failure.report(),
            "error: No server answers at ws://127.0.0.1:7911.\n\
             cause: connection refused\n\
             means: Nothing was sent.\n\
             hint: Start one with `warroom serve`,\n      or name another with --server.\n"
        );
    }

    #[test]
    fn the_last_sentence_says_what_to_do() {
        for (text, what, instead) in [
            ("It is full. Make room.", "It is full.", "Make room."),
            ("It is full.", "It is full.", ""),
            ("", "", ""),
            (
                "It answers 404. It says: no.",
                "It answers 404. It says: no.",
                "",
            ),
            (
                "It is full. It says: busy. Come later.",
                "It is full. It says: busy.",
                "Come later.",
            ),
        ] {
            assert_eq!(what_and_instead(text), (what, instead), "{text}");
        }
    }

    #[test]
    fn a_word_gets_a_capital_and_a_path_does_not() {
        assert_eq!(sentence("the disk is full."), "The disk is full.");
        for same in [
            "data/journal.db is none.",
            "/data is none.",
            "`x` is none.",
            "",
        ] {
            assert_eq!(sentence(same), same);
        }
    }

    #[test]
    fn a_cause_that_repeats_its_own_is_said_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("reading failed: {0}")]
        struct Repeats(#[source] io::Error);
        let failure = Failure::internal("The file cannot be read.")
            .because(Repeats(io::Error::other("bad sector")));
        assert_eq!(failure.report().matches("bad sector").count(), 1);
    }

    #[test]
    fn only_a_closed_output_is_silent() {
        let pipe = || io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(Failure::output(pipe()).report(), "");
        assert_eq!(Failure::output(pipe()).kind.code(), 0);
        let socket = Failure::unreachable("The server went away.").because(pipe());
        assert_eq!(socket.kind.code(), 3);
        assert!(
            socket
                .report()
                .starts_with("error: The server went away.\n")
        );
        let full = Failure::output(io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(full.kind, Kind::Internal);
    }

    #[test]
    fn escape_sequences_of_others_do_not_reach_the_terminal() {
        let refusal = Refusal::new(
            RefusalCode::Invalid,
            "No \u{1b}[31mred\u{9b}1m\u{202e}\u{2066}.",
            "Type it.",
        );
        let report = Failure::from(refusal).report();
        assert!(
            !report.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{2066}']),
            "{report}"
        );
        assert!(report.ends_with("hint: Type it.\n"), "{report}");
    }
}
