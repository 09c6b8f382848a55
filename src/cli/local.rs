//! The server on this machine: found by what it says in the data directory, and started as a
//! process of its own when none runs.

use crate::error::Failure;
use crate::paths::Paths;
use crate::server::control::{Ask, ServerFile};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tokio::time::Instant;

/// How long a server that was just started has until it answers: opening a large journal on a slow
/// disk takes a while.
const READY_WITHIN: Duration = Duration::from_secs(10);
/// The first pause between two looks whether it is ready; each later one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// The longest pause between two looks.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// The server that runs on this data directory and answers, if any. Blocks, bounded in time.
///
/// # Errors
/// When its file is there and cannot be read.
pub fn running(data: &Path) -> Result<Option<ServerFile>, Failure> {
    let file = ServerFile::read(data).map_err(|error| {
        Failure::internal(format!(
            "{} cannot be read, so the server on this machine cannot be found.",
            ServerFile::path(data).display()
        ))
        .instead("If no server runs, remove the file; if one runs, name it with --server.")
        .because(error)
    })?;
    // A file without a server behind it was left by one that was killed.
    Ok(file.filter(|file| file.ask(Ask::Status).is_ok()))
}

/// The address of the server on this machine; starts it when none runs. Two that start it at once
/// end on the same one: the second server finds the journal held and ends, and the file that is
/// waited for is the first one's.
///
/// # Errors
/// When it cannot be started, or does not answer in time.
pub async fn address(data: &Path, paths: &Paths, config: Option<&Path>) -> Result<String, Failure> {
    if let Some(file) = running(data)? {
        return Ok(url(&file));
    }
    start(data, paths, config)?;
    let until = Instant::now() + READY_WITHIN;
    let mut pause = FIRST_PAUSE;
    loop {
        if let Some(file) = running(data)? {
            return Ok(url(&file));
        }
        if Instant::now() >= until {
            return Err(Failure::unreachable(format!(
                "The local server was started and does not answer within {} s.",
                READY_WITHIN.as_secs()
            ))
            .instead(format!(
                "Look into its log: {}.",
                paths.server_log().display()
            )));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// `ws://` or `wss://` and the address of a running server.
#[must_use]
pub fn url(file: &ServerFile) -> String {
    let scheme = if file.tls { "wss" } else { "ws" };
    format!("{scheme}://{}", file.address)
}

/// Starts it in a process group of its own, so that a closed terminal or an interrupt of the
/// console does not end it.
fn start(data: &Path, paths: &Paths, config: Option<&Path>) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| {
        Failure::internal("The local server cannot be started.")
            .instead("Name a server with --server, or a writable data directory with --data.")
            .because(error)
    };
    make_private_dir(data).map_err(cannot)?;
    make_private_dir(paths.state()).map_err(cannot)?;
    let mut command = Command::new(std::env::current_exe().map_err(cannot)?);
    command.args(["serve", "--local", "--data"]).arg(data);
    if let Some(config) = config {
        command.arg("--config").arg(config);
    }
    command
        .env_remove("WARROOM_SERVER")
        .env_remove("WARROOM_TOKEN")
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .map(drop)
        .map_err(cannot)
}

/// Makes a directory and those above it, for this user alone. One that is there is left as it is.
///
/// # Errors
/// When it cannot be made.
pub fn make_private_dir(dir: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
}
