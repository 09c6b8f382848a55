//! The server on this machine: found by what it says in the data directory, and started as a
//! process of its own when none runs.

use crate::error::{Failure, Kind};
use crate::files::make_private_dir;
use crate::paths::{CONFIG_VARIABLE, Paths, STATE_VARIABLE};
use crate::server::control::{Ask, ServerFile};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::time::Instant;

/// How long a server that was just started has until it answers: opening a large journal on a slow
/// disk takes a while.
const READY_WITHIN: Duration = Duration::from_secs(10);
/// The first pause between two looks whether it is ready; each later one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// How much is read of what a server said that did not start: a report of a configuration with
/// many mistakes.
const SAID_BYTES: u64 = 16 * 1024;
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
    let mut started = start(data, paths, config)?;
    let until = Instant::now() + READY_WITHIN;
    let mut pause = FIRST_PAUSE;
    loop {
        if let Some(file) = running(data)? {
            return Ok(url(&file));
        }
        started.still_there(paths)?;
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

/// A server that was just started.
struct Started {
    child: Child,
    /// What it says where it cannot start: a file without a name, so that it may go on to write
    /// there for as long as it lives.
    said: File,
}

impl Started {
    /// Tells at once when it has ended: why, in its own words. One that found the journal held has
    /// not failed: another one has just been started, and is waited for.
    fn still_there(&mut self, paths: &Paths) -> Result<(), Failure> {
        let ended = match self.child.try_wait() {
            Ok(Some(status)) if status.code() != Some(Kind::Refused.code().into()) => status,
            _ => return Ok(()),
        };
        let mut said = String::new();
        let read = self.said.seek(SeekFrom::Start(0));
        // What cannot be read is in the log as well.
        let _as_far = read.and_then(|_| (&self.said).take(SAID_BYTES).read_to_string(&mut said));
        let said = match said.trim() {
            "" => format!("it ended ({ended}) and did not say why"),
            said => said.to_owned(),
        };
        let what =
            "No server runs on this machine, and the one that was started has ended. It said:";
        let kind = match ended.code() {
            Some(code) if code == i32::from(Kind::Usage.code()) => Failure::usage,
            _ => Failure::internal,
        };
        Err(kind(format!("{what}\n{said}"))
            .means("Nothing was sent.")
            .instead(format!(
                "Do what it says, or name another server with --server. Its log: {}.",
                paths.server_log().display()
            )))
    }
}

/// Starts it in a process group of its own, so that a closed terminal or an interrupt of the
/// console does not end it.
fn start(data: &Path, paths: &Paths, config: Option<&Path>) -> Result<Started, Failure> {
    let cannot = |error: std::io::Error| {
        Failure::internal("The local server cannot be started.")
            .instead("Name a server with --server, or a writable data directory with --data.")
            .because(error)
    };
    make_private_dir(data).map_err(cannot)?;
    make_private_dir(paths.state()).map_err(cannot)?;
    let said = tempfile::tempfile_in(paths.state()).map_err(cannot)?;
    // It works from the root folder, so that it holds no other one: its places are named whole.
    let whole = |path: &Path| std::path::absolute(path).map_err(cannot);
    let mut command = Command::new(std::env::current_exe().map_err(cannot)?);
    let serve = command.args(["serve", "--local", "--data"]);
    serve.arg(whole(data)?);
    if let Some(config) = config {
        command.arg("--config").arg(whole(config)?);
    }
    command
        .env(STATE_VARIABLE, whole(paths.state())?)
        .env(CONFIG_VARIABLE, whole(paths.config())?)
        .env_remove("WARROOM_SERVER")
        .env_remove("WARROOM_TOKEN")
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(said.try_clone().map_err(cannot)?)
        .process_group(0)
        .spawn()
        .map(|child| Started { child, said })
        .map_err(cannot)
}
