//! What a server is started with, and why one may not start.

use super::access::TokensError;
use crate::clock::Clock;
use crate::incident::limits as incident_limits;
use crate::incident::{Kind, NagPolicy, Redaction, RunbookText, update};
use crate::journal::Journal;
use crate::protocol::{RunbookName, limits};
use crate::routing::Rules;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How long a proposal waits for objections, where nobody says.
const WINDOW: Duration = Duration::from_secs(incident_limits::WINDOW_SECONDS.unsigned_abs());
/// How long an offer of a role stands, where nobody says.
const OFFER: Duration = Duration::from_secs(incident_limits::OFFER_MINUTES.unsigned_abs() * 60);

/// Where the server finds runbooks.
pub trait RunbookSource: Send + Sync + 'static {
    /// The runbook whose file has this name (without `.md`).
    fn find(&self, name: &str) -> Option<RunbookText>;
    /// Every runbook, by name.
    fn names(&self) -> Vec<RunbookName>;
}

/// No runbooks at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoRunbooks;

impl RunbookSource for NoRunbooks {
    fn find(&self, _: &str) -> Option<RunbookText> {
        None
    }

    fn names(&self) -> Vec<RunbookName> {
        Vec::new()
    }
}

/// How long a TLS handshake may take: two round trips over the worst line, and no more.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The usual [`Pace::head`].
const HEAD: Duration = Duration::from_secs(10);
/// The usual [`Pace::body`].
const BODY: Duration = Duration::from_secs(30);
/// The usual [`Pace::unproven`].
const UNPROVEN: Duration = Duration::from_secs(10);
/// How often a journal that failed is tried again for `/readyz`, at the most.
const PROBE_EVERY: Duration = Duration::from_secs(2);
/// Spectators written to in one go: about a third of a millisecond.
const CROWD_SLICE: usize = 64;
/// The least time between two pictures of the wall page: quick for a person, slow for a storm.
const WALL_EVERY: Duration = Duration::from_millis(200);
/// How often the wall page hears that the server is there. It takes three times this for silence.
const WALL_BEAT: Duration = Duration::from_secs(4);
/// How long a wall page may leave what it is sent lying before it is cut off.
const WALL_PATIENCE: Duration = Duration::from_secs(15);

/// The times that a server keeps. The usual ones are in [`limits`]; a test may shorten them.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How long a TLS handshake may take.
    pub handshake: Duration,
    /// How long a request's head may take.
    pub head: Duration,
    /// How long a body may take whose sender is known by its head.
    pub body: Duration,
    /// How long a body may take that is believed only when it is here: the vendors who sign have it
    /// ready, and give up sooner.
    pub unproven: Duration,
    /// How long a connection may stay silent before its hello.
    pub hello: Duration,
    /// How often a quiet session is pinged.
    pub ping_every: Duration,
    /// How long nothing may be heard before the connection is dead.
    pub dead_after: Duration,
    /// How long a shutdown waits for appends under way, and then again for the last frames.
    pub drain: Duration,
    /// How often a journal that failed is tried again for `/readyz`, at the most.
    pub probe_every: Duration,
    /// How long a proposal waits for objections.
    pub window: Duration,
    /// How long an offer of a role stands.
    pub offer: Duration,
    /// The least time between two pictures of the wall page.
    pub wall_every: Duration,
    /// How often the wall page hears that the server is there.
    pub wall_beat: Duration,
    /// How long a wall page may leave what it is sent lying before it is cut off.
    pub wall_patience: Duration,
    /// When the consoles nag: they are told.
    pub nags: NagPolicy,
    /// How many spectators are written to before others have their turn.
    pub crowd_slice: usize,
    /// How many frames may wait for one session before it is told to resync.
    pub session_queue: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            handshake: HANDSHAKE,
            head: HEAD,
            body: BODY,
            unproven: UNPROVEN,
            hello: limits::HELLO_TIMEOUT,
            ping_every: limits::PING_EVERY,
            dead_after: limits::DEAD_AFTER,
            drain: Duration::from_secs(5),
            probe_every: PROBE_EVERY,
            window: WINDOW,
            offer: OFFER,
            wall_every: WALL_EVERY,
            wall_beat: WALL_BEAT,
            wall_patience: WALL_PATIENCE,
            nags: NagPolicy::default(),
            crowd_slice: CROWD_SLICE,
            session_queue: limits::SESSION_QUEUE,
        }
    }
}

/// A certificate chain and its key, as PEM files.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The chain, the server's own certificate first.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// What a server is started with.
#[derive(Clone)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The directory of `tokens.json` and `server.json`.
    pub data: PathBuf,
    /// Serve TLS.
    pub tls: Option<TlsFiles>,
    /// Allow plain text on an address that is not loopback.
    pub insecure: bool,
    /// Where alerts go.
    pub alerts: Rules,
    /// What the incidents are that alerts open here: a server for a drill opens drills.
    pub kind: Kind,
    /// Names, beyond addresses, under which browsers and clients may call this server.
    pub names: Vec<String>,
    /// End by itself when nobody was connected and nothing open for this long.
    pub idle_exit: Option<Duration>,
    /// Where runbooks come from.
    pub runbooks: Arc<dyn RunbookSource>,
    /// Hooks for alerts, beside the one that is always there (`/hooks/alertmanager`).
    pub hooks: Vec<super::OpenHook>,
    /// The outside systems that are watched.
    pub sources: Vec<super::SourceOptions>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// The log.
    pub journal: Arc<dyn Journal>,
    /// What holds for updates.
    pub updates: Arc<update::Rules>,
    /// Times that the server keeps.
    pub pace: Pace,
    /// Connections at once. Beyond it the answer is 503 with Retry-After.
    pub sessions: usize,
    /// What spectators are not told, at consoles and on the wall page.
    pub redaction: Redaction,
}

impl Options {
    /// The usual server: loopback, plain text, no runbooks.
    #[must_use]
    pub fn new(data: PathBuf, clock: Arc<dyn Clock>, journal: Arc<dyn Journal>) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7911)),
            data,
            tls: None,
            insecure: false,
            alerts: Rules::default(),
            kind: Kind::Real,
            names: Vec::new(),
            idle_exit: None,
            runbooks: Arc::new(NoRunbooks),
            hooks: Vec::new(),
            sources: Vec::new(),
            clock,
            journal,
            updates: Arc::default(),
            pace: Pace::default(),
            sessions: limits::SESSIONS,
            redaction: Redaction::default(),
        }
    }
}

/// Why the server did not start. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Plain text beyond this machine.
    #[error(
        "{0} is not a loopback address, and without TLS tokens and notes would cross the network \
         in plain text. Give --tls-cert and --tls-key, or --insecure if the network is trusted."
    )]
    PlainText(SocketAddr),
    /// Open to others, and nobody has a token.
    #[error(
        "{0} is not a loopback address, and there is no token yet: anyone could write. Make one \
         first with `warroom token create NAME --level admin`."
    )]
    NoTokens(SocketAddr),
    /// The address cannot be used.
    #[error("cannot listen on {address}. Stop what uses it, or choose another with --listen.")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The certificate or the key.
    #[error(
        "cannot use the certificate or key in {path}: {why}. Name PEM files with --tls-cert and \
         --tls-key."
    )]
    Tls {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The tokens cannot be read.
    #[error(transparent)]
    Tokens(#[from] TokensError),
    /// The journal cannot be read.
    #[error(
        "the incidents cannot be read from the journal, so nothing can be served. Look at it with \
         `warroom verify`."
    )]
    Journal(#[from] crate::journal::ReadError),
    /// The data directory cannot be written.
    #[error("cannot write {path}. Check that the directory exists and may be written.")]
    Data {
        /// What was to be written.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The secret for `server.json` could not be made.
    #[error("the system gave no random numbers, so no secret could be made.")]
    Random,
}
