//! Those who follow something: one write of shared bytes to each.
//!
//! Responders are written to at once. Spectators may be thousands, and a write to each takes longer
//! than the disk: they are a [`Crowd`] that is served a slice at a time, between other things, so
//! that nobody's command waits for the walls.

mod crowd;

use super::metrics::Metrics;
use super::outbox::{Outbox, Put};
use crate::incident::{Incident, Level, Person, may_see};
use bytes::Bytes;
pub(super) use crowd::{Crowd, Slice, To};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::time::Instant;

/// What the crowd is handed in one slice: to copy it takes about two milliseconds.
const SLICE_BYTES: usize = 1024 * 1024;

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
    /// How far its access goes.
    pub(super) level: Level,
    /// Where its bytes go.
    pub(super) outbox: Arc<Outbox>,
    /// The outbox's epoch at the time of joining.
    pub(super) epoch: u32,
}

impl Member {
    /// Whether it may see an incident that these people are admitted to.
    pub(super) fn sees(&self, admitted: Option<&BTreeSet<Person>>) -> bool {
        may_see(self.level, &self.person, admitted)
    }

    /// Whether it may see this incident.
    pub(super) fn sees_it(&self, incident: &Incident) -> bool {
        self.sees(incident.private.as_ref())
    }

    /// Hands it shared frames; says whether it is still a member.
    fn share(&self, frames: &Bytes, metrics: &Metrics) -> bool {
        match self.outbox.share(self.epoch, frames) {
            Put::Taken => true,
            Put::Dropped => {
                metrics.resyncs.inc();
                tracing::info!(person = %self.person, "session too slow, told to resync");
                false
            }
            Put::Ended => false,
        }
    }
}

/// Those who follow something.
pub(super) struct Audience {
    responders: Vec<Member>,
    crowd: Crowd,
}

impl Audience {
    /// Nobody yet. Spectators are served so many at a time.
    pub(super) fn new(slice: usize) -> Self {
        Self::of(Slice {
            members: slice,
            bytes: SLICE_BYTES,
        })
    }

    fn of(slice: Slice) -> Self {
        Self {
            responders: Vec::new(),
            crowd: Crowd::new(slice),
        }
    }

    /// Takes a session in; one that was in already is in once. It gets what is sent from now on.
    pub(super) fn enter(&mut self, member: Member) {
        self.leave(member.session);
        if member.spectator {
            self.crowd.enter(member);
        } else {
            self.responders.push(member);
        }
    }

    /// Lets a session go; says whether it was in.
    pub(super) fn leave(&mut self, session: SessionId) -> bool {
        let before = self.responders.len();
        self.responders.retain(|member| member.session != session);
        before != self.responders.len() || self.crowd.leave(session)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn len(&self) -> usize {
        self.responders.len() + self.crowd.len()
    }

    pub(super) fn members(&self) -> impl Iterator<Item = &Member> {
        self.responders.iter().chain(self.crowd.members())
    }

    pub(super) fn has_spectators(&self) -> bool {
        self.crowd.len() > 0
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
        let before = self.responders.len();
        self.responders
            .retain(|member| except == Some(member.session) || member.share(open, metrics));
        let to = except.map_or(To::All, To::AllBut);
        let fell_away = self.crowd.send(redacted.unwrap_or(open), to, metrics);
        fell_away || before != self.responders.len()
    }

    /// Sends to those who are `wanted` alone. Says whether someone fell away.
    pub(super) fn send_to(
        &mut self,
        wanted: impl Fn(&Member) -> bool,
        frames: &Bytes,
        metrics: &Metrics,
    ) -> bool {
        let before = self.responders.len();
        self.responders
            .retain(|member| !wanted(member) || member.share(frames, metrics));
        let crowd = self.crowd.members().filter(|member| wanted(member));
        let crowd: BTreeSet<SessionId> = crowd.map(|member| member.session).collect();
        let fell_away =
            !crowd.is_empty() && (self.crowd).send(frames, To::These(Arc::new(crowd)), metrics);
        fell_away || before != self.responders.len()
    }

    /// Sends to those who do not stay, after all that waited for them, and lets them go. Says
    /// whether there were any.
    pub(super) fn close_to(
        &mut self,
        stays: impl Fn(&Member) -> bool,
        frames: &Bytes,
        metrics: &Metrics,
    ) -> bool {
        self.serve_all(metrics);
        let gone: Vec<Member> = self.members().filter(|m| !stays(m)).cloned().collect();
        for member in &gone {
            member.share(frames, metrics);
            self.leave(member.session);
        }
        !gone.is_empty()
    }

    /// Sends `these` their frames, and `others`, where there is such, to the rest. Says whether
    /// someone fell away.
    pub(super) fn send_apart(
        &mut self,
        sessions: BTreeSet<SessionId>,
        these: &Bytes,
        others: Option<&Bytes>,
        metrics: &Metrics,
    ) -> bool {
        let before = self.responders.len();
        self.responders.retain(|member| {
            let frames = if sessions.contains(&member.session) {
                Some(these)
            } else {
                others
            };
            frames.is_none_or(|frames| member.share(frames, metrics))
        });
        let sessions = Arc::new(sessions);
        let mut fell_away = self.crowd.send(these, To::These(sessions.clone()), metrics);
        if let Some(others) = others {
            fell_away |= self.crowd.send(others, To::Others(sessions), metrics);
        }
        fell_away || before != self.responders.len()
    }

    /// Sends to everyone at once, whatever waited for them, and lets all go.
    pub(super) fn dismiss(&mut self, frames: &Bytes, metrics: &Metrics) {
        for member in self.members() {
            member.share(frames, metrics);
        }
        *self = Self::of(self.crowd.slice());
    }

    /// When a further slice of the crowd is to be served; `None` when nothing waits for them.
    pub(super) fn due(&self) -> Option<Instant> {
        self.crowd.due()
    }

    /// Serves a slice of the crowd, if it is due. Says whether someone fell away.
    pub(super) fn serve(&mut self, metrics: &Metrics) -> bool {
        let due = self.due().is_some_and(|due| due <= Instant::now());
        due && self.crowd.serve(metrics)
    }

    /// Serves the crowd all that waits for it.
    pub(super) fn serve_all(&mut self, metrics: &Metrics) {
        while self.due().is_some() {
            self.crowd.serve(metrics);
        }
    }
}
