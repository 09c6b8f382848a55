//! Where the program's own log goes: a console's to a file, since the screen is in use; a server's
//! to standard error, for whatever supervises it.
//!
//! A log is for whoever looks after warroom, not a record of the incident: what people write and
//! the tokens that they write with are never in it. To keep it so when someone asks for everything
//! (`WARROOM_LOG=trace`), libraries are held at `info`: below that they log the bytes they carry.

use crate::files;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

/// Says what is logged, as `warn,warroom::client=debug`; goes before the configuration.
pub const FILTER_VARIABLE: &str = "WARROOM_LOG";
/// What is logged when nothing else is said.
pub const DEFAULT_FILTER: &str = "warn,warroom=info";
/// At this size a log file is set aside as `….old` and a new one begun: two of them are what a
/// laptop can spare, and hold weeks of a console.
pub const FILE_BYTES_MAX: u64 = 10 * 1024 * 1024;

/// How a line of a server's log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// For people.
    #[default]
    Plain,
    /// One JSON object a line.
    Json,
}

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter cannot be read.
    #[error("the log filter {filter:?} cannot be read")]
    Filter {
        /// As it was given.
        filter: String,
        /// Where it stumbles.
        source: tracing_subscriber::filter::ParseError,
    },
    /// The file cannot be written.
    #[error("the log file {} cannot be written", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is a log already.
    #[error("a log is already set up in this process")]
    Twice,
}

/// Logs to the file at `path` (made, with its folders, for this user alone). `configured` is the
/// filter of the configuration; [`FILTER_VARIABLE`] goes before it.
///
/// # Errors
/// When the filter cannot be read, the file cannot be written, or there is a log already.
pub fn to_file(path: &Path, configured: Option<&str>) -> Result<(), LogError> {
    let open = |source| LogError::Open {
        path: path.to_owned(),
        source,
    };
    let file = LogFile::open(path, FILE_BYTES_MAX).map_err(open)?;
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        // The library would report a failed write on the screen that the console draws on.
        .log_internal_errors(false)
        .with_writer(Mutex::new(file));
    start(layer, configured)
}

/// Logs to standard error in this form. `configured` as for [`to_file`].
///
/// # Errors
/// When the filter cannot be read or there is a log already.
pub fn to_stderr(form: Form, configured: Option<&str>) -> Result<(), LogError> {
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(io::stderr);
    match form {
        Form::Plain => start(layer, configured),
        Form::Json => start(layer.json(), configured),
    }
}

fn start(
    layer: impl Layer<Registry> + Send + Sync + 'static,
    configured: Option<&str>,
) -> Result<(), LogError> {
    let named = std::env::var(FILTER_VARIABLE).ok();
    let filter = filter(named.as_deref(), configured)?;
    let layer = layer.with_filter(filter).with_filter(filter_fn(is_ours));
    tracing::subscriber::set_global_default(Registry::default().with(layer))
        .map_err(|_| LogError::Twice)
}

fn filter(named: Option<&str>, configured: Option<&str>) -> Result<EnvFilter, LogError> {
    let chosen = [named, configured].into_iter().flatten();
    let text = chosen
        .map(str::trim)
        .find(|text| !text.is_empty())
        .unwrap_or(DEFAULT_FILTER);
    EnvFilter::builder()
        .parse(text)
        .map_err(|source| LogError::Filter {
            filter: text.to_owned(),
            source,
        })
}

/// Checks a filter as it stands in a configuration.
///
/// # Errors
/// Says where it stumbles.
pub fn check_filter(text: &str) -> Result<(), LogError> {
    filter(Some(text), None).map(drop)
}

fn is_ours(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    *metadata.level() <= Level::INFO || target == "warroom" || target.starts_with("warroom::")
}

/// A file that is set aside and begun anew when it has grown to its bound.
struct LogFile {
    path: PathBuf,
    file: File,
    size: u64,
    max: u64,
}

impl LogFile {
    fn open(path: &Path, max: u64) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            files::make_private_dir(folder)?;
        }
        let mut log = Self {
            path: path.to_owned(),
            file: Self::append(path)?,
            size: 0,
            max,
        };
        log.size = log.file.metadata()?.len();
        if log.size > max {
            log.set_aside()?;
        }
        Ok(log)
    }

    fn append(path: &Path) -> io::Result<File> {
        let file = files::private().create(true).append(true).open(path)?;
        files::tighten(path);
        Ok(file)
    }

    fn set_aside(&mut self) -> io::Result<()> {
        let mut old = self.path.clone().into_os_string();
        old.push(".old");
        std::fs::rename(&self.path, old)?;
        self.file = Self::append(&self.path)?;
        self.size = 0;
        Ok(())
    }
}

impl Write for LogFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.size + line.len() as u64 > self.max && self.size > 0 && self.set_aside().is_err() {
            // The folder takes no new file. Losing log lines is better than filling its disk.
            return Ok(line.len());
        }
        let written = self.file.write(line)?;
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_file_is_set_aside_at_its_bound_while_it_runs_and_at_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/console.log");
        let mut log = LogFile::open(&path, 10).unwrap();
        log.write_all(b"first 8\n").unwrap();
        log.write_all(b"second 9\n").unwrap();
        let old = folder.path().join("deep/er/console.log.old");
        assert_eq!(std::fs::read(&path).unwrap(), b"second 9\n");
        assert_eq!(std::fs::read(&old).unwrap(), b"first 8\n");
        drop(log);

        std::fs::write(&path, b"more than ten bytes\n").unwrap();
        let mut log = LogFile::open(&path, 10).unwrap();
        log.write_all(b"x\n").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"x\n");
        assert_eq!(std::fs::read(&old).unwrap(), b"more than ten bytes\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_log_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("console.log");
        LogFile::open(&path, 10).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }

    #[test]
    fn the_variable_goes_before_the_configuration_and_a_bad_filter_is_said() {
        assert_eq!(
            filter(Some("debug"), Some("warn")).unwrap().to_string(),
            "debug"
        );
        assert_eq!(filter(Some(" "), Some("warn")).unwrap().to_string(), "warn");
        let default = filter(None, None).unwrap().to_string();
        assert!(default.contains("warroom=info"), "{default}");
        let error = check_filter("warroom=loud=er").unwrap_err();
        assert!(error.to_string().contains("warroom=loud=er"), "{error}");
    }

    #[test]
    fn libraries_are_held_at_info_however_much_is_asked_for() {
        let out = Arc::new(Mutex::new(Vec::new()));
        let writer = {
            let out = out.clone();
            move || Shared(out.clone())
        };
        let layer = tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(writer)
            .with_filter(filter(Some("trace"), None).unwrap())
            .with_filter(filter_fn(is_ours));
        tracing::subscriber::with_default(Registry::default().with(layer), || {
            tracing::trace!(target: "tungstenite::protocol", "the bytes of a note");
            tracing::debug!(target: "warroomish", "not ours");
            tracing::info!(target: "tungstenite", "closed");
            tracing::trace!("ours");
        });
        let text = String::from_utf8(out.lock().unwrap().clone()).unwrap();
        assert!(
            !text.contains("bytes of a note") && !text.contains("not ours"),
            "{text}"
        );
        assert!(text.contains("closed") && text.contains("ours"), "{text}");
    }

    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}
