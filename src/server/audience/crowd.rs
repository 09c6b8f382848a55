//! Spectators, served a slice at a time.
//!
//! **Invariant**: each gets what was sent while it was in, once, in order; nothing of before.
//! **Invariant**: what waits is bounded: beyond it all are served at once.

use super::super::metrics::Metrics;
use super::{Member, SessionId};
use bytes::{Bytes, BytesMut};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// From the beginning of one pass to that of the next it is so many times as long as the first one's
/// slices took: an eighth of the time is the crowd's at the most, on the server and on whatever reads.
const PASS_EVERY: u32 = 8;
/// How many times as long as a slice took the crowd rests after it: a write, and the disk's answer to
/// it, fall between two slices, and not behind a whole pass. Two thousand have each event after 0.2 s
/// at the latest, which on a wall nobody sees.
const SLICE_REST: u32 = 3;
/// What may wait before all are served at once.
const WAITING: usize = 256;
const WAITING_BYTES: usize = 1024 * 1024;

/// Whom of the crowd something is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server) enum To {
    All,
    AllBut(SessionId),
    These(Arc<BTreeSet<SessionId>>),
    Others(Arc<BTreeSet<SessionId>>),
}

impl To {
    fn is_for(&self, session: SessionId) -> bool {
        match self {
            Self::All => true,
            Self::AllBut(except) => *except != session,
            Self::These(sessions) => sessions.contains(&session),
            Self::Others(sessions) => !sessions.contains(&session),
        }
    }
}

/// Frames that wait for the crowd.
struct Batch {
    frames: Bytes,
    to: To,
}

/// One of them, and the first batch that is for them.
struct Watcher {
    member: Member,
    from: u64,
}

/// A round through all members with what waited when it began.
struct Pass {
    /// The next to be served.
    at: usize,
    /// What each gets who was in before all of it, and is not left out of any of it.
    whole: Option<Bytes>,
    /// The number of batches in it, and their length.
    batches: usize,
    bytes: usize,
    began: Instant,
    /// How long its slices took so far.
    took: Duration,
}

/// How much is handed out in one slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) struct Slice {
    /// To so many of them at the most, one at the least.
    pub(in crate::server) members: usize,
    /// So many bytes at the most, or what one of them gets.
    pub(in crate::server) bytes: usize,
}

impl Slice {
    /// How many get so many bytes in one slice.
    fn of(self, bytes: usize) -> usize {
        let fit = self.bytes.checked_div(bytes).unwrap_or(usize::MAX);
        self.members.min(fit).max(1)
    }
}

/// Many who are served a slice at a time.
pub(in crate::server) struct Crowd {
    slice: Slice,
    watchers: Vec<Watcher>,
    waiting: VecDeque<Batch>,
    bytes: usize,
    /// The number of the first that waits.
    first: u64,
    pass: Option<Pass>,
    /// No slice is served before.
    rested_at: Instant,
}

impl Crowd {
    /// Nobody yet.
    pub(in crate::server) fn new(slice: Slice) -> Self {
        Self {
            slice,
            watchers: Vec::new(),
            waiting: VecDeque::new(),
            bytes: 0,
            first: 0,
            pass: None,
            rested_at: Instant::now(),
        }
    }

    pub(super) fn slice(&self) -> Slice {
        self.slice
    }

    /// Takes a session in, which is not in.
    pub(in crate::server) fn enter(&mut self, member: Member) {
        let from = self.first + self.waiting.len() as u64;
        self.watchers.push(Watcher { member, from });
    }

    /// Lets a session go; says whether it was in.
    pub(in crate::server) fn leave(&mut self, session: SessionId) -> bool {
        let is = |watcher: &Watcher| watcher.member.session == session;
        let Some(at) = self.watchers.iter().position(is) else {
            return false;
        };
        self.remove(at);
        true
    }

    fn remove(&mut self, at: usize) {
        self.watchers.remove(at);
        if let Some(pass) = self.pass.as_mut().filter(|pass| pass.at > at) {
            pass.at -= 1;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.watchers.len()
    }

    pub(super) fn members(&self) -> impl Iterator<Item = &Member> {
        self.watchers.iter().map(|watcher| &watcher.member)
    }

    /// Puts frames in. A crowd of one slice is served at once. Says whether someone fell away.
    pub(in crate::server) fn send(&mut self, frames: &Bytes, to: To, metrics: &Metrics) -> bool {
        if self.watchers.is_empty() {
            return false;
        }
        let frames = frames.clone();
        self.bytes += frames.len();
        self.waiting.push_back(Batch { frames, to });
        let full = self.waiting.len() > WAITING || self.bytes > WAITING_BYTES;
        let few = self.watchers.len() <= self.slice.of(self.bytes) && self.pass.is_none();
        let mut fell_away = false;
        while (full || few) && !self.waiting.is_empty() {
            fell_away |= self.serve(metrics);
        }
        fell_away
    }

    /// When a slice is to be served; `None` when nothing waits.
    pub(in crate::server) fn due(&self) -> Option<Instant> {
        (!self.waiting.is_empty()).then_some(self.rested_at)
    }

    /// Serves a slice. Says whether someone fell away.
    pub(in crate::server) fn serve(&mut self, metrics: &Metrics) -> bool {
        let began = Instant::now();
        let mut pass = self.pass.take().unwrap_or_else(|| self.pass());
        let before = self.watchers.len();
        let mut left = self.slice.of(pass.bytes);
        while left > 0
            && let Some(watcher) = self.watchers.get(pass.at)
        {
            left -= 1;
            if self.hand(watcher, &pass, metrics) {
                pass.at += 1;
            } else {
                self.watchers.remove(pass.at);
            }
        }
        let took = began.elapsed();
        pass.took += took;
        self.rested_at = Instant::now() + took * SLICE_REST;
        if pass.at < self.watchers.len() {
            self.pass = Some(pass);
        } else {
            for batch in self.waiting.drain(..pass.batches) {
                self.bytes -= batch.frames.len();
            }
            self.first += pass.batches as u64;
            let next_pass = pass.began + pass.took * PASS_EVERY;
            self.rested_at = self.rested_at.max(next_pass);
            metrics.crowd_served(pass.took);
        }
        before != self.watchers.len()
    }

    /// A pass with all that waits.
    fn pass(&self) -> Pass {
        let all = |batch: &Batch| batch.to == To::All;
        let whole = match self.waiting.len() {
            1 => self
                .waiting
                .front()
                .filter(|batch| all(batch))
                .map(|b| b.frames.clone()),
            _ if self.waiting.iter().all(all) => {
                let mut whole = BytesMut::with_capacity(self.bytes);
                self.waiting
                    .iter()
                    .for_each(|batch| whole.extend_from_slice(&batch.frames));
                Some(whole.freeze())
            }
            _ => None,
        };
        Pass {
            at: 0,
            whole,
            batches: self.waiting.len(),
            bytes: self.bytes,
            began: Instant::now(),
            took: Duration::ZERO,
        }
    }

    /// Hands one of them what the pass has for it; says whether it is still a member.
    fn hand(&self, watcher: &Watcher, pass: &Pass, metrics: &Metrics) -> bool {
        let Watcher { member, from } = watcher;
        if let Some(whole) = pass.whole.as_ref().filter(|_| *from <= self.first) {
            return member.share(whole, metrics);
        }
        let not_for_it = usize::try_from(from.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let mut theirs = self.waiting.iter().take(pass.batches).skip(not_for_it);
        theirs.all(|batch| !batch.to.is_for(member.session) || member.share(&batch.frames, metrics))
    }
}

#[cfg(test)]
mod tests;
