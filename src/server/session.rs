//! One connection: hello, frames in, frames out, and a proper end.
//!
//! **Invariant**: whatever a peer sends, only its own connection is affected.

use super::access::{Denied, Grant};
use super::audience::Member;
use super::bucket::Bucket;
use super::greeting::Me;
use super::outbox::{Outbox, READ_ON_BYTES};
use super::reader::{Broken, Heard, Reader};
use super::requests::{Asked, Desk};
use super::room::ToRoom;
use super::sessions::Place;
use super::shared::Shared;
use super::transport::Transport;
use super::wire;
use crate::incident::{Refusal, RefusalCode};
use crate::protocol::{Away, DecodeFrameError, ServerFrame, decode_client, encode, limits};
use bytes::{Bytes, BytesMut};
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long the last frame is given to reach the other side, and the other side to close.
const FAREWELL: Duration = Duration::from_secs(2);
/// How many times as long as a silent one a session lives of whose answers the socket takes nothing more,
/// whatever it says: two minutes. What waits for it is memory.
const STUCK: u32 = 3;

/// A connection that was upgraded.
pub(super) struct Session {
    pub(super) shared: Arc<Shared>,
    pub(super) transport: Transport,
    pub(super) first: Bytes,
    pub(super) grant: Result<Grant, Denied>,
    pub(super) place: Place,
    pub(super) revoked: CancellationToken,
}

/// How a session ends.
enum End {
    /// The other side went away.
    Gone,
    /// It is told why.
    Bye(Refusal, Retry),
}

/// Whether coming back may help.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Retry {
    Yes,
    No,
}

impl Session {
    /// Serves the connection to its end.
    pub(super) async fn run(self) {
        let outbox = Outbox::new(self.transport.direct(), self.shared.pace.session_queue);
        let mut line = Line {
            outbox: outbox.clone(),
            reader: Reader::new(&self.first),
            transport: self.transport,
            heard_at: Instant::now(),
            took: (None, Instant::now()),
            pinged_at: Instant::now(),
            bucket: Bucket::new(Instant::now()),
            broken: false,
        };
        let end = match self.grant {
            Err(denied) => {
                tracing::warn!(reason = %denied, "connection refused");
                let refusal =
                    Refusal::new(RefusalCode::Access, denied.to_string(), denied.instead());
                End::Bye(refusal, Retry::No)
            }
            Ok(grant) => {
                let session = self.place.id();
                match line.greet(&self.shared, &grant).await {
                    Err(end) => end,
                    Ok(me) => {
                        let mut desk = Desk {
                            member: Member {
                                session,
                                person: me.actor.person.clone(),
                                spectator: me.is_spectator(),
                                level: me.actor.level,
                                epoch: outbox.epoch(),
                                outbox: outbox.clone(),
                            },
                            shared: self.shared.clone(),
                            me,
                            joined: std::collections::BTreeSet::new(),
                        };
                        let level = desk.me.actor.level;
                        self.shared.metrics.session_began(level);
                        let end = line.serve(&mut desk, &self.revoked).await;
                        depart(&desk).await;
                        self.shared.metrics.session_ended(level);
                        end
                    }
                }
            }
        };
        if let End::Bye(refusal, retry) = end {
            self.shared.metrics.refused(refusal.code.name());
            line.farewell(refusal, retry).await;
        }
        outbox.close();
    }
}

/// Leaves the board and every room.
async fn depart(desk: &Desk) {
    let session = desk.member.session;
    desk.shared.board.leave(session);
    for incident in &desk.joined {
        let rooms = &desk.shared.rooms;
        if let Some(room) = rooms.get_for(&desk.shared, *incident, &desk.member) {
            // A room that stays full that long finds out when it next sends.
            let leave = ToRoom::Leave(session, Away::NotConnected);
            let _ = room.send_timeout(leave, FAREWELL).await;
        }
    }
}

/// The socket and what belongs to it.
struct Line {
    transport: Transport,
    reader: Reader,
    outbox: Arc<Outbox>,
    heard_at: Instant,
    /// What the socket had taken of what waits for it when that was last looked at, and when that
    /// was another number.
    took: (Option<u64>, Instant),
    pinged_at: Instant,
    bucket: Bucket,
    /// What comes in cannot be understood any more.
    broken: bool,
}

impl Line {
    /// Reads once and writes what waits; ready when something was read.
    async fn move_bytes(&mut self) -> io::Result<usize> {
        let Self {
            transport,
            reader,
            outbox,
            ..
        } = self;
        let count = poll_fn(|cx| {
            if let Poll::Ready(Err(error)) = transport.poll_send(cx, outbox) {
                return Poll::Ready(Err(error));
            }
            if outbox.is_closed() {
                return Poll::Ready(Ok(0));
            }
            // What a session asks stays in its socket while much of it waits to be looked at. It is read
            // all the same while it does not read its answers: over a thin line they take minutes, and
            // it says meanwhile that it lives.
            if reader.waiting_bytes() > READ_ON_BYTES {
                return Poll::Pending;
            }
            transport.poll_read(cx, |bytes| reader.feed(bytes))
        })
        .await?;
        self.heard_at = Instant::now();
        Ok(count)
    }

    /// Waits for the hello and reads it.
    async fn greet(&mut self, shared: &Shared, grant: &Grant) -> Result<Me, End> {
        let deadline = tokio::time::sleep(shared.pace.hello);
        tokio::pin!(deadline);
        loop {
            if let Some(text) = self.next_text()? {
                let hello = match decode_client(&text) {
                    Ok(hello) => hello,
                    Err(error) => return Err(malformed(&error)),
                };
                return Me::of(grant, hello).map_err(|refusal| End::Bye(refusal, Retry::No));
            }
            tokio::select! {
                biased;
                () = shared.ending.cancelled() => return Err(going_away()),
                () = &mut deadline => {
                    let why = "The connection said nothing for too long.";
                    let instead = "Connect with a warroom console.";
                    let refusal = Refusal::new(RefusalCode::Invalid, why, instead);
                    return Err(End::Bye(refusal, Retry::Yes));
                }
                moved = self.move_bytes() => match moved {
                    Ok(0) | Err(_) => return Err(End::Gone),
                    Ok(_) => {}
                },
            }
        }
    }

    /// Serves a session that has said hello.
    async fn serve(&mut self, desk: &mut Desk, revoked: &CancellationToken) -> End {
        let shared = desk.shared.clone();
        shared
            .board
            .enter(desk.member.clone(), &shared.metrics, |lines| {
                self.outbox.answer(&desk.me.welcome(&shared, lines));
            });
        shared.watch.greet(&self.outbox);
        let mut asked: Option<Asked> = None;
        let pulse = tokio::time::sleep_until(self.next_pulse(&shared));
        tokio::pin!(pulse);
        loop {
            while asked.is_none() && !shared.stopping.is_cancelled() && !self.is_behind() {
                match self.next_frame(desk) {
                    Ok(Some(next)) => asked = next,
                    Ok(None) => break,
                    Err(end) => return end,
                }
            }
            if self.outbox.take_resynced() {
                self.show_board_again(desk);
            }
            // In this order: what ends the session is not held up by a side that never pauses.
            tokio::select! {
                biased;
                () = revoked.cancelled() => return revoked_end(),
                () = shared.ending.cancelled() => return going_away(),
                () = &mut pulse => {
                    let took = self.outbox.taken_while_more_waits();
                    if took.is_none() || took != self.took.0 {
                        self.took = (took, Instant::now());
                    }
                    if self.heard_at.elapsed() >= shared.pace.dead_after
                        || self.took.1.elapsed() >= shared.pace.dead_after * STUCK
                    {
                        tracing::info!(person = %desk.me.actor.person, "connection is dead");
                        return End::Gone;
                    }
                    if self.heard_at.elapsed() >= shared.pace.ping_every {
                        self.outbox.answer_bytes(wire::ping());
                        self.pinged_at = Instant::now();
                    }
                    pulse.as_mut().reset(self.next_pulse(&shared));
                }
                answer = answered(&mut asked) => {
                    asked = None;
                    if let Some(frame) = answer {
                        desk.member.outbox.answer(&frame);
                    }
                }
                moved = self.move_bytes() => match moved {
                    Ok(0) | Err(_) => return End::Gone,
                    Ok(_) => {}
                },
                () = wait_for_change(&desk.member.outbox) => {}
            }
        }
    }

    /// Enters the board anew after a resync: its lines were among what was dropped.
    fn show_board_again(&self, desk: &mut Desk) {
        desk.member.epoch = self.outbox.epoch();
        desk.shared
            .board
            .enter(desk.member.clone(), &desk.shared.metrics, |lines| {
                let mut frames = BytesMut::new();
                for summary in lines {
                    wire::put_text(&mut frames, &encode(&ServerFrame::Board { summary }));
                }
                if !frames.is_empty() {
                    self.outbox.answer_bytes(frames.freeze());
                }
            });
        desk.shared.watch.greet(&self.outbox);
    }

    /// Whether it has not read its answers.
    fn is_behind(&self) -> bool {
        self.outbox.waiting_bytes() > READ_ON_BYTES
    }

    /// When the connection is next looked at: to ping it, or to give it up.
    fn next_pulse(&self, shared: &Shared) -> Instant {
        let quiet = self.heard_at.max(self.pinged_at) + shared.pace.ping_every;
        quiet.min(self.heard_at + shared.pace.dead_after)
    }

    /// Takes the next frame there is: `None` when there is none, else what is to be awaited.
    fn next_frame(&mut self, desk: &mut Desk) -> Result<Option<Option<Asked>>, End> {
        let Some(text) = self.next_text()? else {
            return Ok(None);
        };
        match decode_client(&text) {
            Ok(frame) => Ok(Some(desk.take(frame))),
            // A newer console may know more frames; they are passed over.
            Err(DecodeFrameError::UnknownType(kind)) => {
                let kind: String = kind.chars().take(40).collect();
                tracing::info!(kind, "frame of unknown type passed over");
                Ok(Some(None))
            }
            Err(error) => Err(malformed(&error)),
        }
    }

    /// The next text there is, within the rate.
    fn next_text(&mut self) -> Result<Option<String>, End> {
        loop {
            let heard = self.reader.hear();
            if let Some(bytes) = self.reader.answered() {
                self.outbox.answer_bytes(bytes);
            }
            let text = match heard {
                Ok(None) => return Ok(None),
                Ok(Some(Heard::Close)) => return Err(End::Gone),
                Ok(Some(Heard::Life)) => None,
                Ok(Some(Heard::Text(text))) => Some(text),
                Ok(Some(Heard::Binary)) => {
                    let why = "A binary frame was sent; frames are text.";
                    let instead = "Use a warroom console.";
                    let refusal = Refusal::new(RefusalCode::Invalid, why, instead);
                    return Err(End::Bye(refusal, Retry::No));
                }
                Err(broken) => {
                    self.broken = true;
                    let instead = match broken {
                        Broken::TooLarge => "Split it, or put the whole elsewhere and link to it.",
                        Broken::NotWebsocket(_) => "Use a warroom console.",
                    };
                    let refusal = Refusal::new(RefusalCode::Invalid, broken.to_string(), instead);
                    return Err(End::Bye(refusal, Retry::No));
                }
            };
            if !self.bucket.take(Instant::now()) {
                let why = format!(
                    "More than {} frames a second came over this connection.",
                    limits::FRAMES_PER_SECOND
                );
                let refusal = Refusal::new(RefusalCode::Busy, why, "Send more slowly.");
                return Err(End::Bye(refusal, Retry::Yes));
            }
            if let Some(text) = text {
                return Ok(Some(text.as_str().to_owned()));
            }
        }
    }

    /// Says why, then waits a little for the other side to hear it and close.
    async fn farewell(&mut self, refusal: Refusal, retry: Retry) {
        let code = match retry {
            Retry::Yes => wire::CLOSE_AWAY,
            Retry::No => wire::CLOSE_POLICY,
        };
        let retry = retry == Retry::Yes;
        self.outbox.answer(&ServerFrame::Bye { refusal, retry });
        self.outbox.answer_bytes(wire::close(code));
        let close = async {
            // What still comes in is read and dropped: closing a socket with unread bytes takes
            // the last frame away from the other side.
            loop {
                match self.move_bytes().await {
                    Ok(0) | Err(_) => return,
                    Ok(_) if self.broken => self.reader = Reader::new(&Bytes::new()),
                    Ok(_) => {}
                }
                while let (false, Ok(Some(heard))) = (self.broken, self.reader.hear()) {
                    if matches!(heard, Heard::Close) {
                        return;
                    }
                }
            }
        };
        // Beyond that the other side is not listening.
        let _ = tokio::time::timeout(FAREWELL, close).await;
    }
}

async fn wait_for_change(outbox: &Outbox) {
    outbox.changed().await;
}

async fn answered(asked: &mut Option<Asked>) -> Option<ServerFrame> {
    match asked {
        Some(asked) => asked.await,
        None => std::future::pending().await,
    }
}

fn malformed(error: &DecodeFrameError) -> End {
    let instead = "Use a warroom console of the server's version.";
    let why = crate::error::sentence(&format!("{error}."));
    End::Bye(Refusal::new(RefusalCode::Invalid, why, instead), Retry::No)
}

fn revoked_end() -> End {
    let why =
        "The access of this connection has ended: its token was revoked, or tokens were made.";
    let instead = "Ask an admin for a token.";
    End::Bye(Refusal::new(RefusalCode::Access, why, instead), Retry::No)
}

fn going_away() -> End {
    let why = "The server is going away.";
    let instead = "The console comes back by itself when the server does.";
    End::Bye(Refusal::new(RefusalCode::Busy, why, instead), Retry::Yes)
}
