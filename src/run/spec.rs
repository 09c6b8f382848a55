//! What is to be run, what is heard of it meanwhile, and what is known of it in the end.

use super::patterns::Patterns;
use super::process::Ran;
use super::redact::Redactor;
use crate::incident::{CommandRun, Printed, Timestamp, limits};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What is to be run.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The program and its arguments; never empty.
    pub command: Vec<OsString>,
    /// Variables set for it, beside those of this process.
    pub variables: Vec<(String, String)>,
    /// Where it runs.
    pub directory: PathBuf,
    /// How long it may take before its whole group is killed.
    pub limit: Duration,
    /// Let it read this process's standard input; else it finds it empty.
    pub stdin: bool,
    /// What is taken out of what it printed.
    pub patterns: Patterns,
    /// The program that makes a session of its own: warroom itself.
    pub launcher: PathBuf,
}

impl Spec {
    /// The command of a shell: of bash where there is one, as most runbooks are written for it.
    #[must_use]
    pub fn shell(script: &str) -> Vec<OsString> {
        const BASH: &str = "/bin/bash";
        let bash = std::path::Path::new(BASH).exists();
        let shell = if bash { BASH } else { "/bin/sh" };
        [shell, "-c", script].map(OsString::from).into()
    }
}

/// What is heard while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It printed this.
    Printed {
        /// As it came.
        raw: Vec<u8>,
        /// With secrets taken out; whole lines, so that it may lag.
        shown: String,
        /// How much there was so far, in bytes.
        bytes: u64,
    },
    /// What is kept of the output so far, in whole lines and without a hash: to be put away, for the
    /// case that nobody is there to hear the end.
    SoFar(Box<Printed>),
}

/// What is known of a run, as evidence: nothing of it with a secret that is known by its form. The
/// command is shown as `line`.
#[must_use]
pub fn evidence(spec: &Spec, line: &str, started_at: Timestamp, ran: Ran) -> CommandRun {
    let mut redacted = ran.printed.redacted;
    let mut without = |text: &str, bytes: usize| -> Arc<str> {
        let mut redactor = Redactor::new(spec.patterns.clone());
        let mut out = redactor.push(text.as_bytes());
        out.push_str(&redactor.finish());
        redacted += redactor.redacted();
        let end = out.floor_char_boundary(bytes.min(out.len()));
        out.get(..end).unwrap_or_default().into()
    };
    let command = without(line, limits::RUN_COMMAND_BYTES);
    let directory = without(&spec.directory.to_string_lossy(), limits::RUN_PLACE_BYTES);
    CommandRun {
        command,
        host: host(),
        directory,
        user: user(),
        started_at,
        millis: u64::try_from(ran.took.as_millis()).unwrap_or(u64::MAX),
        end: ran.end,
        printed: Printed {
            redacted,
            ..ran.printed
        },
        note: "".into(),
        step: None,
        consent: None,
        private: false,
        unagreed: false,
        withheld: false,
    }
}

/// The machine's name.
#[must_use]
pub fn host() -> Arc<str> {
    rustix::system::uname().nodename().to_string_lossy().into()
}

/// The name of the machine's user, as far as the environment says it; else their number.
#[must_use]
pub fn user() -> Arc<str> {
    let named = ["USER", "LOGNAME"]
        .into_iter()
        .filter_map(|variable| std::env::var(variable).ok())
        .find(|name| !name.is_empty());
    named.map_or_else(
        || format!("uid {}", rustix::process::getuid().as_raw()).into(),
        Arc::from,
    )
}
