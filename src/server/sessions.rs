//! Who is connected: to count, to bound, and to end those whose token was revoked.

use super::access::{Grant, Standing};
use super::audience::SessionId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Who is connected.
#[derive(Default)]
pub(super) struct Sessions {
    count: AtomicUsize,
    live: Mutex<HashMap<SessionId, Live>>,
    /// Told when a session begins or ends.
    pub(super) changed: Notify,
}

struct Live {
    grant: Grant,
    revoked: CancellationToken,
}

/// A place among the sessions, given back when dropped.
pub(super) struct Place {
    sessions: Arc<super::shared::Shared>,
    id: SessionId,
}

impl Sessions {
    /// How many connections have a place.
    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Takes a place, if one is free, for what was granted. The token is cancelled when the
    /// grant ends.
    pub(super) fn enter(
        shared: &Arc<super::shared::Shared>,
        grant: Grant,
    ) -> Option<(Place, CancellationToken)> {
        let sessions = &shared.sessions;
        let free = |count: usize| (count < shared.most_sessions).then_some(count + 1);
        sessions
            .count
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, free)
            .ok()?;
        let id = shared.next_session();
        let revoked = CancellationToken::new();
        let live = Live {
            grant,
            revoked: revoked.clone(),
        };
        let mut all = sessions.live.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(id, live);
        drop(all);
        sessions.changed.notify_waiters();
        let place = Place {
            sessions: shared.clone(),
            id,
        };
        Some((place, revoked))
    }

    /// Ends the sessions whose grant no longer holds; says how many.
    pub(super) fn end_revoked(&self, standing: impl Fn(&Grant) -> Standing) -> usize {
        let all = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = all
            .values()
            .filter(|live| standing(&live.grant) == Standing::Ended);
        ended.map(|live| live.revoked.cancel()).count()
    }
}

impl Place {
    pub(super) fn id(&self) -> SessionId {
        self.id
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let sessions = &self.sessions.sessions;
        let mut all = sessions.live.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&self.id);
        drop(all);
        sessions.count.fetch_sub(1, Ordering::Relaxed);
        sessions.changed.notify_waiters();
    }
}
