//! Starting, accepting, and ending in order.

use super::access::{self, TokenStore};
use super::control::ServerFile;
use super::door::Door;
use super::guard::Served;
use super::hall::Hall;
use super::hooks::Hooks;
use super::http;
use super::known::Known;
use super::memory::Memory;
use super::options::{Options, StartError};
use super::room::{self, Folded, ToRoom};
use super::shared::{Parts, Shared};
use super::tls;
use super::wall::{self, Wall};
use super::watch::{self, Beyond, Watch};
use crate::incident::{Alert, AlertState, FOLD_VERSION, Incident, IncidentId};
use crate::journal::ReadError;
use crate::protocol::limits;
use futures_util::stream::{StreamExt, TryStreamExt};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// Incidents read at once while starting: as many as a disk answers together.
const FOLDS_AT_ONCE: usize = 8;

/// A running server. Dropping it does not end it: cancel the token that it was started with.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub local_addr: SocketAddr,
    /// What stands in `server.json`.
    pub file: ServerFile,
    task: JoinHandle<()>,
}

impl Server {
    /// Waits until it has ended.
    pub async fn ended(self) {
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the server's task failed");
        }
    }
}

/// Starts a server and returns once it listens. It ends when `shutdown` is cancelled, when it is
/// told to over `/control/stop`, or when nobody needed it for `idle_exit`; then it cancels
/// `shutdown` itself.
///
/// # Errors
/// Why it may not or cannot start.
pub async fn start(options: Options, shutdown: CancellationToken) -> Result<Server, StartError> {
    let tokens = TokenStore::new(&options.data);
    let listen = options.listen;
    check_exposure(&options, &tokens)?;
    let acceptor = options.tls.as_ref().map(tls::acceptor).transpose()?;
    let listener = bind(listen).await?;
    let local_addr = address_of(&listener, listen)?;
    let control = control_listener(&options).await?;
    let secret = access::random_hex().ok_or(StartError::Random)?;
    let House { shared, hall } =
        House::open(&options, tokens, local_addr, &secret, &shutdown).await?;
    let file = ServerFile {
        pid: std::process::id(),
        address: local_addr,
        tls: acceptor.is_some(),
        control: match &control {
            Some(listener) => address_of(listener, listen)?,
            None => reachable(local_addr),
        },
        secret,
        started_at: shared.clock.now(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    file.write(&options.data)
        .map_err(|source| StartError::Data {
            path: ServerFile::path(&options.data),
            source,
        })?;
    let running = Running {
        shared,
        hall,
        file: file.clone(),
        data: options.data,
        idle_exit: options.idle_exit,
    };
    let task = tokio::spawn(running.run(listener, acceptor, control));
    Ok(Server {
        local_addr,
        file,
        task,
    })
}

/// Everything of a server but its doors.
pub(super) struct House {
    pub(super) shared: Arc<Shared>,
    pub(super) hall: JoinHandle<()>,
}

impl House {
    /// Reads where every incident stands, and sets the tasks going that need no connection.
    pub(super) async fn open(
        options: &Options,
        tokens: TokenStore,
        served: SocketAddr,
        secret: &str,
        stopping: &CancellationToken,
    ) -> Result<Self, StartError> {
        let (hall, asked) = mpsc::channel(limits::ROOM_QUEUE);
        let (hooks, hook_jobs) = mpsc::channel(limits::HOOK_QUEUE);
        let rules = Arc::new(options.alerts.clone());
        let shared = Shared::new(Parts {
            clock: options.clock.clone(),
            journal: options.journal.clone(),
            runbooks: options.runbooks.clone(),
            rules: rules.clone(),
            updates: options.updates.clone(),
            pace: options.pace,
            redaction: options.redaction,
            most_sessions: options.sessions,
            hall,
            hooks,
            open_hooks: Hooks::new(options.hooks.clone()),
            tokens,
            served: Served::new(&options.names, served),
            secret: secret.to_owned(),
            watch: Watch::new(&options.sources, Beyond::new(rules)),
            wall: Wall::new(options.tls.is_some(), options.clock.now()),
            stopping: stopping.clone(),
        });
        let mut known = Known::new(options.alerts.flapping);
        let due = fill_board(&shared, &mut known).await?;
        let hall = Hall {
            shared: shared.clone(),
            kind: options.kind,
            memory: Memory::default(),
            known,
        };
        let hall = tokio::spawn(hall.run(asked, hook_jobs));
        tokio::spawn(wake(shared.clone(), due));
        tokio::spawn(watch::run_outside(shared.clone(), options.sources.clone()));
        for source in options.sources.clone() {
            // Ends with `stopping`; nothing waits for it, for it owes nobody an answer.
            tokio::spawn(watch::run(shared.clone(), source));
        }
        Ok(Self { shared, hall })
    }
}

/// Refuses to be open to others without protection; says aloud what it is open to.
fn check_exposure(options: &Options, tokens: &TokenStore) -> Result<(), StartError> {
    let listen = options.listen;
    let any = tokens.any()?;
    if !listen.ip().is_loopback() {
        if options.tls.is_none() && !options.insecure {
            return Err(StartError::PlainText(listen));
        }
        if !any {
            return Err(StartError::NoTokens(listen));
        }
        if options.tls.is_none() {
            tracing::warn!(%listen, "plain text: tokens and notes cross the network readable");
        }
    }
    if !any {
        tracing::warn!("no tokens yet: anyone on this machine may write, and nobody else");
    }
    Ok(())
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|source| StartError::Listen { address, source })
}

fn address_of(listener: &TcpListener, address: SocketAddr) -> Result<SocketAddr, StartError> {
    let local = listener.local_addr();
    local.map_err(|source| StartError::Listen { address, source })
}

/// A second, plain listener for control, where the first one speaks TLS.
async fn control_listener(options: &Options) -> Result<Option<TcpListener>, StartError> {
    if options.tls.is_none() {
        return Ok(None);
    }
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    bind(any_port).await.map(Some)
}

/// An address under which this machine reaches a listener of its own.
fn reachable(local: SocketAddr) -> SocketAddr {
    if !local.ip().is_unspecified() {
        return local;
    }
    SocketAddr::from((Ipv4Addr::LOCALHOST, local.port()))
}

/// Opens the rooms of incidents in which something falls due by itself.
async fn wake(shared: Arc<Shared>, due: Vec<IncidentId>) {
    for id in due {
        if let Some(room) = shared.rooms.get(&shared, id) {
            // Fails only while the server ends.
            let _ = room.send(ToRoom::Wake).await;
        }
    }
}

/// Reads where every incident stands; answers those in which something falls due by itself.
async fn fill_board(shared: &Shared, known: &mut Known) -> Result<Vec<IncidentId>, StartError> {
    let heads = shared.journal.heads().await?;
    let ids: Vec<IncidentId> = heads.iter().map(|head| head.incident).collect();
    let folds = ids.into_iter().map(|id| stand(shared, id));
    let mut folds = futures_util::stream::iter(folds).buffer_unordered(FOLDS_AT_ONCE);
    let mut due = Vec::new();
    while let Some(incident) = folds.try_next().await? {
        if incident.next_window().or(incident.next_expiry()).is_some() {
            due.push(incident.id);
        }
        shared.board.put(&incident, &shared.metrics);
        let fires = |alert: &&Alert| alert.state == AlertState::Firing;
        if incident.status.is_open() {
            let firing = incident.alerts.values().filter(fires);
            firing.for_each(|alert| known.resume(incident.id, alert));
        }
        if incident.outside_due().next().is_some() {
            shared.outside.put(incident.id);
        }
    }
    drop(folds);
    let last = heads.iter().map(|head| head.incident).max();
    shared.rooms.set_last(last.map_or(0, |IncidentId(n)| n));
    tracing::info!(
        incidents = heads.len(),
        open = shared.board.open(),
        "board read"
    );
    Ok(due)
}

/// Folds one incident. Where that was long, for its log was last kept by another version, the
/// state is kept for the next start.
async fn stand(shared: &Shared, id: IncidentId) -> Result<Incident, ReadError> {
    let Folded { incident, events } = room::fold(&*shared.journal, id).await?;
    if events > room::CHECKPOINT_EVENTS {
        let state = Box::new(incident.clone());
        if let Err(error) = shared.journal.save_checkpoint(FOLD_VERSION, state).await {
            tracing::warn!(incident = %id, %error, "checkpoint not kept");
        }
    }
    Ok(incident)
}

struct Running {
    shared: Arc<Shared>,
    hall: JoinHandle<()>,
    file: ServerFile,
    data: PathBuf,
    idle_exit: Option<Duration>,
}

impl Running {
    /// Accepts connections and sends the board until the server is to end.
    async fn run(
        self,
        listener: TcpListener,
        acceptor: Option<TlsAcceptor>,
        control: Option<TcpListener>,
    ) {
        let shared = &self.shared;
        tracing::info!(address = %self.file.address, tls = self.file.tls, "listening");
        let door = Door::new(shared.clone(), http::routes(shared.clone()));
        tokio::select! {
            () = door.accept(&listener, acceptor.as_ref()) => {}
            () = door.accept_if(control.as_ref()) => {}
            () = shared.board.run(&shared.metrics) => {}
            () = wall::run(shared) => {}
            () = idle(shared, self.idle_exit) => {
                tracing::info!("nobody connected and nothing open: ending");
                shared.stopping.cancel();
            }
            () = shared.stopping.cancelled() => {}
        }
        drop(listener);
        self.end().await;
    }

    /// Finishes what is under way, says goodbye, and removes the traces.
    async fn end(self) {
        let shared = &self.shared;
        let drain = shared.pace.drain;
        let finished = async {
            if let Err(error) = self.hall.await {
                tracing::error!(%error, "the hall's task failed");
            }
            let mut waiting = Vec::new();
            for room in shared.rooms.all() {
                let (done, finished) = oneshot::channel();
                if room.send(ToRoom::Finish(done)).await.is_ok() {
                    waiting.push(finished);
                }
            }
            for finished in waiting {
                // A room that is gone has finished.
                let _ = finished.await;
            }
            shared.room_tasks.close();
            shared.room_tasks.wait().await;
        };
        if tokio::time::timeout(drain, finished).await.is_err() {
            tracing::warn!(
                "not everything was finished in time; what was not answered for is sent again"
            );
        }
        shared.ending.cancel();
        shared.session_tasks.close();
        if tokio::time::timeout(drain, shared.session_tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("not every session ended in time");
        }
        self.file.remove(&self.data);
        tracing::info!("ended");
    }
}

/// Returns when nobody was connected and nothing open for `after`; never when that is not asked.
async fn idle(shared: &Shared, after: Option<Duration>) {
    let Some(after) = after else {
        return std::future::pending().await;
    };
    loop {
        let changed = shared.sessions.changed.notified();
        tokio::pin!(changed);
        // From here on no change is missed.
        changed.as_mut().enable();
        if shared.sessions.count() > 0 {
            changed.await;
            continue;
        }
        tokio::select! {
            () = changed => {}
            () = tokio::time::sleep(after) => {
                if shared.board.open() == 0 {
                    return;
                }
            }
        }
    }
}
