//! The windows of proposals, and the offers of roles: each is ended once its time is over, by the
//! server, in the log.
//!
//! **Invariant**: what is to be ended is what the log says is open; nothing is kept here that a
//! restart would lose. The same one ends under the same command id, so that it ends once.
//! **Invariant**: while the server runs, nothing stays open longer than it was to stay open,
//! whatever becomes of the machine's clock.

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

/// What is open, and since when it was tried to be ended.
#[derive(Default)]
pub(super) struct Windows {
    open: BTreeMap<Ending, Open>,
}

/// One that is open.
struct Open {
    /// When it is over at the latest, by a clock that nobody sets: what was left of it when it was
    /// first seen here.
    latest: Instant,
    /// When it was ended, which may not have been written down.
    tried: Option<Instant>,
}

impl Open {
    /// It was tried to be ended a moment ago.
    fn waits(&self) -> bool {
        self.tried
            .is_some_and(|tried| tried.elapsed() < AGAIN_AFTER)
    }
}

impl Windows {
    /// When the next one is to be ended; nothing while none is open.
    pub(super) fn due(&mut self, desk: &Desk, shared: &Shared) -> Option<Instant> {
        self.look(desk);
        let now = (Instant::now(), shared.clock.now());
        let each = desk.endings().filter_map(|(id, at)| {
            let open = self.open.get(&id)?;
            let left = (at - now.1).to_std().unwrap_or_default();
            let again = open.tried.map(|tried| tried + AGAIN_AFTER);
            Some((now.0 + left).min(open.latest).max(again.unwrap_or(now.0)))
        });
        each.min()
    }

    /// Takes up what is open now, and lets go what is not: but for what was ended just now, whose
    /// end may still fail.
    fn look(&mut self, desk: &Desk) {
        let all: BTreeMap<Ending, Timestamp> = desk.endings().collect();
        self.open
            .retain(|id, open| all.contains_key(id) || open.waits());
        for (id, at) in all {
            // By the log's own time, which does not run backwards with the machine's.
            let left = (at - desk.now()).to_std().unwrap_or_default();
            self.open.entry(id).or_insert_with(|| Open {
                latest: Instant::now() + left,
                tried: None,
            });
        }
    }

    /// Ends everything whose time is over now.
    pub(super) async fn close(&mut self, desk: &mut Desk, shared: &Shared) {
        self.look(desk);
        let now = shared.clock.now();
        let all: Vec<(Ending, Timestamp)> = desk.endings().collect();
        for (ending, at) in all {
            let Some(open) = self.open.get_mut(&ending) else {
                continue;
            };
            if (at > now && open.latest > Instant::now()) || open.waits() {
                continue;
            }
            open.tried = Some(Instant::now());
            // What came of it is seen in the log, by everyone.
            let (told, _) = oneshot::channel();
            let (id, intent) = ending.command(at, desk.incident());
            let submission = Submission {
                command: Command {
                    id,
                    // Over it is, also where the clock was set back behind its end.
                    written_at: now.max(at),
                    intent,
                },
                actor: Actor::server(),
                reply: Reply::Once(told),
            };
            desk.submit(submission).await;
        }
    }
}
