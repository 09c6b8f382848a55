//! Those who follow something: one write of shared bytes to each.

use super::metrics::Metrics;
use super::outbox::{Outbox, Put};
use crate::incident::Person;
use bytes::Bytes;
use std::sync::Arc;

/// One connection's number, for as long as the server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct SessionId(pub(super) u64);

/// One session that follows.
#[derive(Clone)]
pub(super) struct Member {
    /// Which session.
    pub(super) session: SessionId,
    /// Whose it is.
    pub(super) person: Person,
    /// It may not see what is private.
    pub(super) spectator: bool,
    /// Where its bytes go.
    pub(super) outbox: Arc<Outbox>,
    /// The outbox's epoch at the time of joining.
    pub(super) epoch: u32,
}

/// Those who follow something.
#[derive(Default)]
pub(super) struct Audience {
    members: Vec<Member>,
}

impl Audience {
    /// Takes a session in; one that was in already is in once.
    pub(super) fn enter(&mut self, member: Member) {
        self.leave(member.session);
        self.members.push(member);
    }

    /// Lets a session go; says whether it was in.
    pub(super) fn leave(&mut self, session: SessionId) -> bool {
        let before = self.members.len();
        self.members.retain(|member| member.session != session);
        before != self.members.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    pub(super) fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.iter()
    }

    pub(super) fn has_spectators(&self) -> bool {
        self.members.iter().any(|member| member.spectator)
    }

    /// Sends to everyone but `except`: `open` to those who may see what is private, and
    /// `redacted`, where there is such, to spectators. Says whether someone fell away.
    pub(super) fn send(
        &mut self,
        open: &Bytes,
        redacted: Option<&Bytes>,
        except: Option<SessionId>,
        metrics: &Metrics,
    ) -> bool {
        let before = self.members.len();
        self.members.retain(|member| {
            if except == Some(member.session) {
                return true;
            }
            let frames = redacted.filter(|_| member.spectator).unwrap_or(open);
            match member.outbox.share(member.epoch, frames) {
                Put::Taken => true,
                Put::Dropped => {
                    metrics.resyncs.inc();
                    tracing::info!(person = %member.person, "session too slow, told to resync");
                    false
                }
                Put::Ended => false,
            }
        });
        before != self.members.len()
    }
}
