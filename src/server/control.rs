//! How the command line finds and steers the server on its own machine: `server.json` in the data
//! directory, readable by its owner alone, and the `/control` routes that its secret opens.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long the command line waits for the server's answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest answer to a control request.
const ANSWER_BYTES: u64 = 64 * 1024;

/// What a running server says about itself, in `server.json`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerFile {
    /// Its process.
    pub pid: u32,
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether it speaks TLS there.
    pub tls: bool,
    /// Where it takes control requests: plain text, this machine only.
    pub control: SocketAddr,
    /// Opens the control routes.
    pub secret: String,
    /// When it was started.
    pub started_at: crate::incident::Timestamp,
    /// Its version.
    pub version: String,
}

impl fmt::Debug for ServerFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the secret: what is printed of a value may stand in a log or in the report of a bug.
        let mut shown = f.debug_struct("ServerFile");
        shown
            .field("pid", &self.pid)
            .field("address", &self.address);
        shown.finish_non_exhaustive()
    }
}

/// How a server is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Sessions connected now.
    pub sessions: usize,
    /// Incidents there are.
    pub incidents: u64,
    /// Of them, open.
    pub open: usize,
    /// Whether the journal took the last append.
    pub journal_writable: bool,
}

/// What a server can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// How it is doing; the answer is a [`Status`] in JSON.
    Status,
    /// To read the tokens again and end sessions whose token was revoked.
    Reload,
    /// To end, properly.
    Stop,
}

impl ServerFile {
    /// Where the file is in a data directory.
    #[must_use]
    pub fn path(data: &Path) -> PathBuf {
        data.join("server.json")
    }

    /// Reads it; `None` when there is none, so that no server runs there (or one was killed).
    ///
    /// # Errors
    /// When it is there and cannot be read, or is not what a server writes.
    pub fn read(data: &Path) -> io::Result<Option<Self>> {
        match std::fs::read(Self::path(data)) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(io::Error::from),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn write(&self, data: &Path) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        super::access::write_private(&Self::path(data), &text)
    }

    /// Removes it, if it is this server's own.
    pub(super) fn remove(&self, data: &Path) {
        if let Ok(Some(there)) = Self::read(data)
            && there == *self
            && let Err(error) = std::fs::remove_file(Self::path(data))
        {
            tracing::warn!(%error, "server.json could not be removed");
        }
    }

    /// Asks the server and returns the text of its answer. Blocks; bounded in time.
    ///
    /// # Errors
    /// When the server cannot be reached (it was killed, say), or does not answer with success.
    pub fn ask(&self, ask: Ask) -> io::Result<String> {
        let (method, path) = match ask {
            Ask::Status => ("GET", "status"),
            Ask::Reload => ("POST", "reload"),
            Ask::Stop => ("POST", "stop"),
        };
        let mut socket = TcpStream::connect_timeout(&self.control, ANSWER_TIMEOUT)?;
        socket.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        socket.set_write_timeout(Some(ANSWER_TIMEOUT))?;
        write!(
            socket,
            "{method} /control/{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
             Content-Length: 0\r\nConnection: close\r\n\r\n",
            self.control, self.secret
        )?;
        let mut answer = String::new();
        socket.take(ANSWER_BYTES).read_to_string(&mut answer)?;
        let (head, body) = answer
            .split_once("\r\n\r\n")
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        if head.split(' ').nth(1) == Some("200") {
            Ok(body.to_owned())
        } else {
            Err(io::Error::other(body.trim().to_owned()))
        }
    }
}
