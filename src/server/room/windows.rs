//! The windows of proposals, and the offers of roles: each is ended once its time is over, by the
//! server, in the log.
//!
//! **Invariant**: what is to be ended is what the log says is open; nothing is kept here that a
//! restart would lose. The same one ends under the same command id, so that it ends once.

use super::super::derive;
use super::super::reply::{Reply, Submission};
use super::super::shared::Shared;
use super::desk::Desk;
use crate::incident::{
    Actor, AnswerOffer, Command, CommandId, HandoverId, IncidentId, Intent, OfferAnswer,
    ProposalId, Timestamp,
};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// The pause before one that could not be ended (the disk is full) is ended again.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// What the server ends once its time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ending {
    /// The window of a proposal.
    Window(ProposalId),
    /// An offer of a role.
    Offer(HandoverId),
}

impl Ending {
    fn command(self, at: Timestamp, incident: IncidentId) -> (CommandId, Intent) {
        match self {
            Self::Window(proposal) => (
                derive::from_window(at, incident, proposal),
                Intent::CloseProposal { proposal },
            ),
            Self::Offer(handover) => (
                derive::from_offer(at, incident, handover),
                Intent::AnswerOffer(AnswerOffer {
                    handover,
                    answer: OfferAnswer::Expire,
                    reason: None,
                }),
            ),
        }
    }
}

/// What was ended and may not have been written down.
#[derive(Default)]
pub(super) struct Windows {
    tried: BTreeMap<Ending, Instant>,
}

impl Windows {
    /// When the next one is to be ended; nothing while none is open.
    pub(super) fn due(&self, desk: &Desk, shared: &Shared) -> Option<Instant> {
        let now = (Instant::now(), shared.clock.now());
        let each = desk.endings().map(|(id, at)| {
            let left = (at - now.1).to_std().unwrap_or_default();
            let again = self.tried.get(&id).map(|tried| *tried + AGAIN_AFTER);
            (now.0 + left).max(again.unwrap_or(now.0))
        });
        each.min()
    }

    /// Ends everything whose time is over now.
    pub(super) async fn close(&mut self, desk: &mut Desk, shared: &Shared) {
        let now = shared.clock.now();
        let open: Vec<(Ending, Timestamp)> = desk.endings().collect();
        self.tried
            .retain(|tried, _| open.iter().any(|(id, _)| id == tried));
        for (ending, at) in open {
            let tried = self.tried.get(&ending);
            let waits = tried.is_some_and(|tried| tried.elapsed() < AGAIN_AFTER);
            if at > now || waits {
                continue;
            }
            self.tried.insert(ending, Instant::now());
            // What came of it is seen in the log, by everyone.
            let (told, _) = oneshot::channel();
            let (id, intent) = ending.command(at, desk.incident());
            let submission = Submission {
                command: Command {
                    id,
                    written_at: now,
                    intent,
                },
                actor: Actor::server(),
                reply: Reply::Once(told),
            };
            desk.submit(submission).await;
        }
    }
}
