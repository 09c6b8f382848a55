//! What waits for one socket.
//!
//! **Invariant**: bytes reach the socket in the order in which they were put in, and a frame that
//! was begun is finished. Whoever writes holds the lock; a write never waits.
//! **Invariant**: nobody who puts something in waits for the socket. Beyond the bound everything
//! shared is dropped, the session is told to resync, and its old memberships end (their epoch is
//! over).

use super::wire;
use crate::protocol::{ServerFrame, encode};
use bytes::{Buf, Bytes};
use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// Answers to one session's own requests that may wait. A session that asks on and never reads is
/// cut off there; reading stops long before ([`READ_ON_BYTES`]).
const ANSWERS: usize = 4_096;
/// While more than this waits, the session's requests are not looked at.
pub(super) const READ_ON_BYTES: usize = 1024 * 1024;
/// Frames in one write.
const SLICES: usize = 64;

/// What came of putting a shared frame in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Put {
    /// It is on its way.
    Taken,
    /// The bound was reached just now: the session was told to resync.
    Dropped,
    /// The session is gone, or was told to resync before: this membership has ended.
    Ended,
}

/// What waits for one socket.
pub(super) struct Outbox {
    state: Mutex<State>,
    wake: Notify,
    /// Told when nothing waits any more.
    empty: Notify,
    /// The socket itself, where bytes can go into it as they are (no TLS).
    direct: Option<Arc<TcpStream>>,
    /// How many shared frames may wait. Answers do not count: a session that asks for much after a
    /// resync would be told to resync again and again.
    bound: usize,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Waiting>,
    bytes: usize,
    /// Bytes that waited and were taken.
    sent: u64,
    answers: usize,
    epoch: u32,
    resynced: bool,
    closed: bool,
}

struct Waiting {
    bytes: Bytes,
    /// Put in for many; may be dropped unless begun.
    shared: bool,
    begun: bool,
}

impl Outbox {
    pub(super) fn new(direct: Option<Arc<TcpStream>>, bound: usize) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            wake: Notify::new(),
            empty: Notify::new(),
            direct,
            bound,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number under which memberships begun now stand until the next resync.
    pub(super) fn epoch(&self) -> u32 {
        self.lock().epoch
    }

    /// Puts in frames that everyone gets, for a membership of that epoch.
    pub(super) fn share(&self, epoch: u32, frames: &Bytes) -> Put {
        let mut state = self.lock();
        if state.closed || state.epoch != epoch {
            return Put::Ended;
        }
        if state.shared() >= self.bound {
            state.resync();
            drop(state);
            self.wake.notify_one();
            return Put::Dropped;
        }
        self.put(state, frames.clone(), true);
        Put::Taken
    }

    /// Puts in an answer to the session's own request.
    pub(super) fn answer(&self, frame: &ServerFrame) {
        self.answer_bytes(wire::text(&encode(frame)));
    }

    /// Puts in bytes for this session alone.
    pub(super) fn answer_bytes(&self, bytes: Bytes) {
        let mut state = self.lock();
        if state.closed {
            return;
        }
        if state.answers >= ANSWERS {
            state.close();
            drop(state);
            self.wake.notify_one();
            return;
        }
        self.put(state, bytes, false);
    }

    /// Writes at once what the socket takes when nothing else waits; queues the rest.
    fn put(&self, mut state: MutexGuard<'_, State>, mut bytes: Bytes, shared: bool) {
        let mut begun = false;
        if state.queue.is_empty()
            && let Some(socket) = &self.direct
            && let Ok(written) = socket.try_write(&bytes)
        {
            if written == bytes.len() {
                return;
            }
            begun = written > 0;
            bytes.advance(written);
        }
        state.bytes += bytes.len();
        state.answers += usize::from(!shared);
        state.queue.push_back(Waiting {
            bytes,
            shared,
            begun,
        });
        drop(state);
        self.wake.notify_one();
    }

    /// Waits until something was put in, or so much was taken that requests are looked at again, or the
    /// outbox closed.
    pub(super) async fn changed(&self) {
        self.wake.notified().await;
    }

    /// Hands what waits to `write`, which never blocks, until nothing waits or it says
    /// `WouldBlock`. Says whether nothing waits any more.
    pub(super) fn drain(
        &self,
        mut write: impl FnMut(&[IoSlice<'_>]) -> io::Result<usize>,
    ) -> io::Result<bool> {
        let mut state = self.lock();
        let waited = state.bytes;
        while !state.queue.is_empty() {
            let slices: Vec<IoSlice<'_>> = state
                .queue
                .iter()
                .take(SLICES)
                .map(|waiting| IoSlice::new(&waiting.bytes))
                .collect();
            match write(&slices) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => state.advance(written),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if waited > READ_ON_BYTES && state.bytes <= READ_ON_BYTES {
                        self.wake.notify_one();
                    }
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        // A burst leaves a long queue behind; an idle session should not keep its memory.
        state.queue.shrink_to(4);
        drop(state);
        if waited > READ_ON_BYTES {
            self.wake.notify_one();
        }
        self.empty.notify_waiters();
        Ok(true)
    }

    /// Waits until nothing waits for the socket, or it is closed.
    pub(super) async fn drained(&self) {
        loop {
            let emptied = self.empty.notified();
            if self.is_empty() {
                return;
            }
            emptied.await;
        }
    }

    /// How many bytes wait.
    pub(super) fn waiting_bytes(&self) -> usize {
        self.lock().bytes
    }

    /// How many bytes that had waited were taken so far, where some wait still.
    pub(super) fn taken_while_more_waits(&self) -> Option<u64> {
        let state = self.lock();
        (!state.queue.is_empty()).then_some(state.sent)
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.lock().queue.is_empty()
    }

    /// Whether the session was told to resync since this was last asked.
    pub(super) fn take_resynced(&self) -> bool {
        std::mem::take(&mut self.lock().resynced)
    }

    /// Takes nothing more, and drops what waits.
    pub(super) fn close(&self) {
        self.lock().close();
        self.wake.notify_one();
        self.empty.notify_waiters();
    }

    /// Whether it takes nothing more.
    pub(super) fn is_closed(&self) -> bool {
        self.lock().closed
    }
}

impl State {
    /// How many frames wait that may be dropped.
    fn shared(&self) -> usize {
        self.queue.len() - self.answers
    }

    fn close(&mut self) {
        self.closed = true;
        self.queue = VecDeque::new();
        self.bytes = 0;
        self.answers = 0;
    }

    /// Drops what is shared and not begun, and says so to the session.
    fn resync(&mut self) {
        self.queue
            .retain(|waiting| !waiting.shared || waiting.begun);
        let frame = wire::text(&encode(&ServerFrame::Resync { incident: None }));
        self.queue.push_back(Waiting {
            bytes: frame,
            shared: false,
            begun: false,
        });
        self.bytes = self.queue.iter().map(|w| w.bytes.len()).sum();
        self.answers = self.queue.iter().filter(|w| !w.shared).count();
        self.epoch = self.epoch.wrapping_add(1);
        self.resynced = true;
    }

    fn advance(&mut self, mut written: usize) {
        self.bytes = self.bytes.saturating_sub(written);
        self.sent += written as u64;
        while let Some(front) = self.queue.front_mut() {
            if written < front.bytes.len() {
                front.begun |= written > 0;
                front.bytes.advance(written);
                return;
            }
            written -= front.bytes.len();
            self.answers -= usize::from(!front.shared);
            self.queue.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::limits;

    fn drain_all(outbox: &Outbox) -> Vec<u8> {
        let mut taken = Vec::new();
        outbox
            .drain(|slices| {
                let first = slices.first().map_or(0, |s| s.len());
                taken.extend_from_slice(&slices[0][..first]);
                Ok(first)
            })
            .expect("drains");
        taken
    }

    #[test]
    fn beyond_the_bound_shared_frames_go_and_answers_stay() {
        let outbox = Outbox::new(None, limits::SESSION_QUEUE);
        let epoch = outbox.epoch();
        outbox.answer_bytes(Bytes::from_static(b"mine"));
        for _ in 0..limits::SESSION_QUEUE {
            assert_eq!(outbox.share(epoch, &Bytes::from_static(b"all")), Put::Taken);
        }
        assert_eq!(
            outbox.share(epoch, &Bytes::from_static(b"all")),
            Put::Dropped
        );
        assert_eq!(outbox.share(epoch, &Bytes::from_static(b"all")), Put::Ended);
        let bytes = drain_all(&outbox);
        assert!(bytes.starts_with(b"mine"));
        assert!(!bytes.windows(3).any(|w| w == b"all"));
        assert!(String::from_utf8_lossy(&bytes).contains("resync"));
        assert!(outbox.take_resynced());
        assert_eq!(
            outbox.share(outbox.epoch(), &Bytes::from_static(b"all")),
            Put::Taken
        );
    }

    #[test]
    fn what_a_resync_asks_for_does_not_make_another() {
        let outbox = Outbox::new(None, limits::SESSION_QUEUE);
        for _ in 0..2 * limits::SESSION_QUEUE {
            outbox.answer_bytes(Bytes::from_static(b"answer"));
        }
        let epoch = outbox.epoch();
        assert_eq!(outbox.share(epoch, &Bytes::from_static(b"all")), Put::Taken);
    }

    #[test]
    fn a_frame_that_was_begun_is_finished_before_the_resync() {
        let outbox = Outbox::new(None, limits::SESSION_QUEUE);
        let epoch = outbox.epoch();
        for _ in 0..limits::SESSION_QUEUE {
            outbox.share(epoch, &Bytes::from_static(b"abcdef"));
        }
        let mut calls = 0;
        let drained = outbox.drain(|_| {
            calls += 1;
            if calls == 1 {
                Ok(2)
            } else {
                Err(io::ErrorKind::WouldBlock.into())
            }
        });
        assert!(!drained.expect("no error"));
        assert_eq!(outbox.share(epoch, &Bytes::from_static(b"x")), Put::Dropped);
        assert!(drain_all(&outbox).starts_with(b"cdef\x81"));
    }

    #[test]
    fn a_session_that_only_asks_is_cut_off() {
        let outbox = Outbox::new(None, limits::SESSION_QUEUE);
        for _ in 0..=ANSWERS {
            outbox.answer_bytes(Bytes::from_static(b"answer"));
        }
        assert!(outbox.is_closed());
        assert_eq!(outbox.waiting_bytes(), 0);
    }
}
