//! What every part of the running server may reach.

use super::access::TokenStore;
use super::audience::SessionId;
use super::board::Board;
use super::guard::Served;
use super::hall::{HookJob, ToHall};
use super::hooks::Hooks;
use super::metrics::Metrics;
use super::options::{Pace, RunbookSource};
use super::past::Past;
use super::refused::Refused;
use super::reply::{Carried, Outcome, not_read};
use super::rooms::Rooms;
use super::sessions::Sessions;
use super::wall::{Guesses, Wall};
use super::watch::{Outside, Watch};
use crate::clock::Clock;
use crate::incident::{Actor, CommandId, Incident, IncidentId, Redaction, Refusal, Seq, update};
use crate::journal::{AppendError, Journal};
use crate::protocol::{Notice, NoticeLevel};
use crate::routing::Rules;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What every part of the running server may reach.
pub(super) struct Shared {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) runbooks: Arc<dyn RunbookSource>,
    /// Where alerts go.
    pub(super) rules: Arc<Rules>,
    /// What holds for updates.
    pub(super) updates: Arc<update::Rules>,
    pub(super) pace: Pace,
    /// What spectators are not told.
    redaction: Redaction,
    /// Connections at once.
    pub(super) most_sessions: usize,
    pub(super) board: Board,
    pub(super) watch: Watch,
    /// The wall page.
    pub(super) wall: Wall,
    /// What is still to be asked of outside systems.
    pub(super) outside: Outside,
    pub(super) rooms: Rooms,
    /// States of the past that were folded lately.
    pub(super) past: Past,
    refused: Mutex<Refused>,
    pub(super) hall: mpsc::Sender<ToHall>,
    pub(super) hooks: mpsc::Sender<HookJob>,
    pub(super) open_hooks: Hooks,
    pub(super) tokens: TokenStore,
    /// Wrong tokens, by where they came from.
    pub(super) guesses: Guesses,
    pub(super) sessions: Sessions,
    pub(super) served: Served,
    pub(super) secret: String,
    pub(super) metrics: Metrics,
    pub(super) health: Health,
    /// No new connections, commands or hooks.
    pub(super) stopping: CancellationToken,
    /// Everything under way is done: say goodbye and go.
    pub(super) ending: CancellationToken,
    /// Rooms.
    pub(super) room_tasks: TaskTracker,
    /// Connections and sessions.
    pub(super) session_tasks: TaskTracker,
    next_session: AtomicU64,
}

/// Whether the journal took the last append.
#[derive(Default)]
pub(super) struct Health {
    failing: AtomicBool,
    /// When the journal was last tried on purpose. Held while it is tried: one at a time.
    probed_at: tokio::sync::Mutex<Option<Instant>>,
}

impl Health {
    pub(super) fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }
}

/// The parts of [`Shared`] that are made before it.
pub(super) struct Parts {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) runbooks: Arc<dyn RunbookSource>,
    pub(super) rules: Arc<Rules>,
    pub(super) updates: Arc<update::Rules>,
    pub(super) pace: Pace,
    pub(super) redaction: Redaction,
    /// Connections at once.
    pub(super) most_sessions: usize,
    pub(super) hall: mpsc::Sender<ToHall>,
    pub(super) hooks: mpsc::Sender<HookJob>,
    pub(super) open_hooks: Hooks,
    pub(super) tokens: TokenStore,
    pub(super) served: Served,
    pub(super) secret: String,
    pub(super) watch: Watch,
    pub(super) wall: Wall,
    pub(super) stopping: CancellationToken,
}

impl Shared {
    pub(super) fn new(parts: Parts) -> Arc<Self> {
        Arc::new(Self {
            clock: parts.clock,
            journal: parts.journal,
            runbooks: parts.runbooks,
            rules: parts.rules,
            updates: parts.updates,
            pace: parts.pace,
            redaction: parts.redaction,
            most_sessions: parts.most_sessions,
            board: Board::new(parts.redaction, parts.pace.crowd_slice),
            watch: parts.watch,
            wall: parts.wall,
            outside: Outside::default(),
            rooms: Rooms::default(),
            past: Past::default(),
            refused: Mutex::default(),
            hall: parts.hall,
            hooks: parts.hooks,
            open_hooks: parts.open_hooks,
            tokens: parts.tokens,
            guesses: Guesses::default(),
            sessions: Sessions::default(),
            served: parts.served,
            secret: parts.secret,
            metrics: Metrics::new(),
            health: Health::default(),
            stopping: parts.stopping,
            ending: CancellationToken::new(),
            room_tasks: TaskTracker::new(),
            session_tasks: TaskTracker::new(),
            next_session: AtomicU64::new(1),
        })
    }

    /// What is taken out for spectators.
    pub(super) fn redaction(&self) -> Redaction {
        self.redaction
    }

    /// What is taken out of what this reader is sent.
    pub(super) fn taken_from(&self, spectator: bool) -> Option<Redaction> {
        spectator.then_some(self.redaction)
    }

    /// Up to which of its events this reader is shown an incident; nothing where there is no such
    /// incident, which is also what it is like for who may not see it. **Every** frame of a session
    /// that names an incident goes through this, and what is then read of its log is cut there: what
    /// was written since may be for others.
    pub(super) fn shown_to(&self, reader: &Actor, incident: IncidentId) -> Option<Seq> {
        let exists = (1..=self.rooms.last()).contains(&incident.0);
        let shown = || self.board.shown_to(incident, reader.level, &reader.person);
        exists.then(shown).flatten()
    }

    /// The incident stands like this now: the board and the walls show it.
    pub(super) fn stands(&self, incident: &Incident) {
        self.board.put(incident, &self.metrics);
        self.wall.changed(incident.id);
    }

    pub(super) fn next_session(&self) -> SessionId {
        SessionId(self.next_session.fetch_add(1, Ordering::Relaxed))
    }

    /// What was refused for good outside of the rooms: declarations, merges, and what was meant
    /// for an incident that there is not.
    pub(super) fn refused(&self) -> MutexGuard<'_, Refused> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a command of this id was carried out, if it was.
    pub(super) async fn carried(&self, id: CommandId) -> Result<Option<Carried>, Refusal> {
        let found = self.journal.find_command(id).await;
        Ok(Carried::of(&found.map_err(|error| not_read(&error))?))
    }

    /// Where a command of this id was carried out; this refusal where it was not.
    pub(super) async fn carried_or(&self, id: CommandId, refusal: Refusal) -> Outcome {
        self.carried(id).await?.ok_or(refusal)
    }

    /// The journal took an append: says so to everyone if it had not before.
    pub(super) fn journal_works(&self) {
        if self.health.failing.swap(false, Ordering::Relaxed) {
            self.metrics.journal(true);
            tracing::info!("the journal can be written again");
            self.board.notice(
                Notice {
                    level: NoticeLevel::Info,
                    text: "The server can write again. What waited is sent by itself.".to_owned(),
                },
                &self.metrics,
            );
        }
    }

    /// Tries whether a journal that failed can be written again, unless that was just tried. Says so
    /// to everyone when it can.
    pub(super) async fn probe(&self) -> bool {
        let mut probed_at = self.health.probed_at.lock().await;
        let tried = probed_at.is_some_and(|at| at.elapsed() < self.pace.probe_every);
        if !tried && self.health.is_failing() {
            *probed_at = Some(Instant::now());
            match self.journal.probe().await {
                Ok(()) => self.journal_works(),
                Err(error) => tracing::info!(%error, "the journal still fails"),
            }
        }
        !self.health.is_failing()
    }

    /// The journal refused an append: says so to everyone, once.
    pub(super) fn journal_fails(&self, error: &AppendError) {
        if matches!(error, AppendError::Busy) {
            return;
        }
        tracing::error!(%error, "append failed");
        if !self.health.failing.swap(true, Ordering::Relaxed) {
            self.metrics.journal(false);
            self.board.notice(
                Notice {
                    level: NoticeLevel::Warning,
                    text: format!(
                        "The server cannot write: {error}. Nothing new is recorded until that is \
                         repaired; reading goes on, and what you type is kept on your side."
                    ),
                },
                &self.metrics,
            );
        }
    }
}
