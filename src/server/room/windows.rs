//! The windows of proposals: each is closed once it is over, by the server, in the log.
//!
//! **Invariant**: what is to be closed is what the log says is open; nothing is kept here that a
//! restart would lose. The same window closes under the same command id, so that it is closed once.

use super::super::derive;
use super::super::reply::{Reply, Submission};
use super::super::shared::Shared;
use super::desk::Desk;
use crate::incident::{Actor, Command, Intent, ProposalId, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// The pause before a window that could not be closed (the disk is full) is closed again.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Windows that were closed and may not have been written down.
#[derive(Default)]
pub(super) struct Windows {
    tried: BTreeMap<ProposalId, Instant>,
}

impl Windows {
    /// When the next window is to be closed; nothing while none is open.
    pub(super) fn due(&self, desk: &Desk, shared: &Shared) -> Option<Instant> {
        let now = (Instant::now(), shared.clock.now());
        let each = desk.windows().map(|(id, closes_at)| {
            let left = (closes_at - now.1).to_std().unwrap_or_default();
            let again = self.tried.get(&id).map(|tried| *tried + AGAIN_AFTER);
            (now.0 + left).max(again.unwrap_or(now.0))
        });
        each.min()
    }

    /// Closes every window that is over now.
    pub(super) async fn close(&mut self, desk: &mut Desk, shared: &Shared) {
        let now = shared.clock.now();
        let open: Vec<(ProposalId, Timestamp)> = desk.windows().collect();
        self.tried
            .retain(|tried, _| open.iter().any(|(id, _)| id == tried));
        for (id, closes_at) in open {
            let tried = self.tried.get(&id);
            let waits = tried.is_some_and(|tried| tried.elapsed() < AGAIN_AFTER);
            if closes_at > now || waits {
                continue;
            }
            self.tried.insert(id, Instant::now());
            // What came of it is seen in the log, by everyone.
            let (told, _) = oneshot::channel();
            let submission = Submission {
                command: Command {
                    id: derive::from_window(closes_at, desk.incident(), id),
                    written_at: now,
                    intent: Intent::CloseProposal { proposal: id },
                },
                actor: Actor::server(),
                reply: Reply::Once(told),
            };
            desk.submit(submission).await;
        }
    }
}
