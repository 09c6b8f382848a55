//! The driver: the socket, the reconnects, and the way to the outbox on disk.
//!
//! It never waits for the caller: what it has to say is kept (within bounds) until the caller
//! takes it, and what the caller wants done is taken at any time.

use super::dial::{DialError, LastHeard, Socket, dial};
use super::pump::Pump;
use super::wire::Inbound;
use super::{Effect, Input};
use crate::clock::{Clock, SystemClock};
use crate::incident::Person;
use chrono::{SubsecRound, TimeDelta};
use futures_util::stream::SplitSink;
use futures_util::{Sink, SinkExt, StreamExt};
use ring::rand::{SecureRandom, SystemRandom};
use std::fmt;
use std::future::poll_fn;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::{self, Bytes, Message};

/// Inputs that wait for the caller. Beyond it the socket is read no further, and the server tells
/// this session to resync.
pub const INPUT_QUEUE: usize = 256;
/// Effects that wait for the driver.
pub const EFFECT_QUEUE: usize = 64;
/// The first wait before a connection is tried again; doubled each time, half of it by chance, so
/// that a hundred consoles do not come back in one moment.
const BACKOFF_FIRST: Duration = Duration::from_millis(250);
/// The longest wait.
const BACKOFF_MAX: Duration = Duration::from_secs(10);
/// Frames sent at once before [`SEND_PER_SECOND`] counts: well under the server's own bound
/// (`protocol::limits::FRAMES_BURST`), as answers to its pings count there too.
const SEND_BURST: u32 = 500;
/// Frames sent in a second, over a while: under `protocol::limits::FRAMES_PER_SECOND`.
const SEND_PER_SECOND: u32 = 150;
/// How long the client waits for a word of the server before it asks for one (a ping).
pub const ASK_AFTER: Duration = Duration::from_secs(8);
/// How long it waits for any byte before it gives the connection up and makes another: the question and
/// the answer may each take seconds over a bad line, and nobody reads an old screen for longer.
pub const GIVE_UP_AFTER: Duration = Duration::from_secs(20);
/// How long what is left may take to be sent when the caller hangs up.
const GOODBYE: Duration = Duration::from_secs(2);

/// Where to connect, and as whom.
#[derive(Clone)]
pub struct LinkOptions {
    /// `ws://HOST:PORT` or `wss://HOST:PORT`; the path is `/ws` where none is given.
    pub url: String,
    /// The token, if the server asks for one.
    pub token: Option<String>,
    /// The name given to a server without tokens; says whose outboxes to adopt.
    pub name: Option<Person>,
    /// Where to keep the outbox; absent: only in memory (a spectator, a script).
    pub outbox_dir: Option<PathBuf>,
    /// A file of further certificate authorities (PEM) to trust.
    pub ca_file: Option<PathBuf>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// [`ASK_AFTER`], but in tests.
    pub ask_after: Duration,
    /// [`GIVE_UP_AFTER`], but in tests.
    pub give_up_after: Duration,
}

impl LinkOptions {
    /// To that address, with nothing else.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            token: None,
            name: None,
            outbox_dir: None,
            ca_file: None,
            clock: Arc::new(SystemClock),
            ask_after: ASK_AFTER,
            give_up_after: GIVE_UP_AFTER,
        }
    }
}

impl fmt::Debug for LinkOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkOptions")
            .field("url", &self.url)
            .field("token", &self.token.as_ref().map(|_| "(hidden)"))
            .field("outbox_dir", &self.outbox_dir)
            .finish_non_exhaustive()
    }
}

/// The caller's end of the driver.
#[derive(Debug)]
pub struct LinkHandle {
    /// What happens, in order; for [`super::Client::handle`]. Ends when the driver has ended.
    pub inputs: mpsc::Receiver<Input>,
    /// What to do, in order; from the client. `Tell` is not for the driver and is passed over.
    pub effects: mpsc::Sender<Effect>,
    retry: Arc<Notify>,
    /// The driver's ends, where there is no driver.
    idle: Option<(mpsc::Sender<Input>, mpsc::Receiver<Effect>)>,
}

impl LinkHandle {
    /// Without a server and a driver: nothing happens, and what is to be done is not. For a
    /// recording.
    #[must_use]
    pub fn idle() -> Self {
        let (input, inputs) = mpsc::channel(INPUT_QUEUE);
        let (effects, effect) = mpsc::channel(EFFECT_QUEUE);
        Self {
            inputs,
            effects,
            retry: Arc::new(Notify::new()),
            idle: Some((input, effect)),
        }
    }

    /// Tries to connect at once instead of waiting for the next try.
    pub fn retry_now(&self) {
        self.retry.notify_one();
    }

    /// Ends the driver: everything handed over is written to disk and, where a connection stands,
    /// sent; then it hangs up.
    pub async fn close(self) {
        drop(self.effects);
        drop(self.idle);
        let mut inputs = self.inputs;
        while inputs.recv().await.is_some() {}
    }
}

/// Starts the driver on the current tokio runtime. It ends when the handle is closed or dropped.
#[must_use]
pub fn start(options: LinkOptions) -> LinkHandle {
    let (input, inputs) = mpsc::channel(INPUT_QUEUE);
    let (effects, effect) = mpsc::channel(EFFECT_QUEUE);
    let retry = Arc::new(Notify::new());
    let pump = Pump::new(&options, input, effect);
    let driver = Driver {
        options,
        pump,
        retry: retry.clone(),
        failures: 0,
    };
    // Owned by the handle: it ends when the handle's ends of the queues do.
    tokio::spawn(driver.run());
    LinkHandle {
        inputs,
        effects,
        retry,
        idle: None,
    }
}

struct Driver {
    options: LinkOptions,
    pump: Pump,
    retry: Arc<Notify>,
    /// Tries in a row without a greeting.
    failures: u32,
}

impl Driver {
    async fn run(mut self) {
        while !self.pump.is_closed() {
            self.pump.say(Input::Connecting);
            let end = match self.dial().await {
                Some(Ok((socket, heard))) => self.talk(socket, &heard).await,
                Some(Err(error)) => error,
                None => break,
            };
            self.pump.hang_up();
            if self.pump.is_closed() {
                break;
            }
            self.wait(end).await;
        }
        self.pump.finish().await;
    }

    /// Connects; `None` when the caller hung up meanwhile.
    async fn dial(&mut self) -> Option<Result<(Socket, LastHeard), DialError>> {
        let options = self.options.clone();
        let dialing = dial(&options);
        tokio::pin!(dialing);
        loop {
            tokio::select! {
                made = &mut dialing => return Some(made),
                () = self.pump.step() => {}
            }
            if self.pump.is_closed() {
                return None;
            }
        }
    }

    /// Says that there is no connection, and waits for the next try.
    async fn wait(&mut self, end: DialError) {
        let delay = backoff(self.failures);
        self.failures = self.failures.saturating_add(1);
        let retry_at = (!end.fatal)
            .then(|| TimeDelta::from_std(delay).ok())
            .flatten()
            .and_then(|delay| self.options.clock.now().checked_add_signed(delay));
        self.pump.say(Input::Disconnected {
            why: end.why,
            fatal: end.fatal,
            retry_at,
        });
        let until = Instant::now() + delay;
        let retry = self.retry.clone();
        let asked = retry.notified();
        tokio::pin!(asked);
        while !self.pump.is_closed() {
            tokio::select! {
                () = &mut asked => return,
                // What no retry mends waits for the user to ask for one.
                () = tokio::time::sleep_until(until), if !end.fatal => return,
                () = self.pump.step() => {}
            }
        }
    }

    /// Speaks over a connection until it ends; answers why it did.
    async fn talk(&mut self, socket: Socket, heard: &LastHeard) -> DialError {
        let (mut sink, mut stream) = socket.split();
        self.pump.pick_up();
        // From when it is quiet: a whole frame came, or one was asked for.
        let mut quiet_since = Instant::now();
        let mut ask = false;
        let mut bye = None;
        // What was written but not flushed yet: answers to pings among it.
        let mut unflushed = false;
        let mut pace = Pace::new(Instant::now());
        loop {
            if self.pump.is_closed() {
                self.say_goodbye(&mut sink).await;
                return ended("This console hung up.");
            }
            if self.pump.overflows() {
                return ended("The server does not take what is sent to it.");
            }
            let full = self.pump.is_full();
            if full {
                // Nothing is read while the caller does not take it: silence means nothing then.
                heard.set();
            }
            let held = pace.next_at(Instant::now());
            let waiting = self.pump.has_outgoing() && held.is_none();
            // Every branch may be dropped half way: the library keeps what it has read and
            // written so far in its own buffers.
            tokio::select! {
                message = stream.next(), if !full => {
                    quiet_since = Instant::now();
                    unflushed |= matches!(message, Some(Ok(Message::Ping(_))));
                    if let Some(end) = self.hear(message, &mut bye) {
                        return end;
                    }
                }
                can = poll_fn(|cx| match Pin::new(&mut sink) {
                    sink if waiting || ask => sink.poll_ready(cx),
                    sink => sink.poll_flush(cx),
                }), if waiting || ask || unflushed => {
                    let wrote = waiting || ask;
                    let done = match can {
                        Ok(()) if std::mem::take(&mut ask) => {
                            quiet_since = Instant::now();
                            Pin::new(&mut sink).start_send(Message::Ping(Bytes::new()))
                        }
                        Ok(()) if waiting => {
                            pace.spend();
                            self.send_next(&mut sink)
                        }
                        other => other,
                    };
                    if let Err(error) = done {
                        // What the server said before it closed tells more than the error.
                        return bye
                            .take()
                            .unwrap_or_else(|| ended(format!("The connection broke ({error}).")));
                    }
                    unflushed = wrote;
                }
                // Then the loop looks again.
                () = sleep_until(held), if held.is_some() && self.pump.has_outgoing() => {}
                () = tokio::time::sleep_until(quiet_since + self.options.ask_after), if !ask => {
                    ask = true;
                }
                () = tokio::time::sleep_until(heard.at() + self.options.give_up_after), if !full => {
                    // In this order: what is shown is said to be older rather than newer than it is.
                    let now = self.options.clock.now();
                    let silent = heard.at().elapsed();
                    if silent < self.options.give_up_after {
                        // Part of a frame came meanwhile.
                        continue;
                    }
                    let since = TimeDelta::from_std(silent).map_or(now, |silent| now - silent);
                    let since = since.trunc_subsecs(3);
                    self.pump.say(Input::Silent { since });
                    let seconds = silent.as_secs();
                    return ended(format!("Nothing was heard from the server for {seconds} seconds."));
                }
                () = self.pump.step() => {}
            }
        }
    }

    fn send_next(
        &mut self,
        sink: &mut SplitSink<Socket, Message>,
    ) -> Result<(), tungstenite::Error> {
        match self.pump.next_outgoing() {
            Some(text) => Pin::new(sink).start_send(Message::text(text)),
            None => Ok(()),
        }
    }

    /// Takes in what came over the socket; answers when that was the end.
    fn hear(
        &mut self,
        message: Option<Result<Message, tungstenite::Error>>,
        bye: &mut Option<DialError>,
    ) -> Option<DialError> {
        match message {
            Some(Ok(Message::Text(text))) => self.hear_text(&text, bye),
            Some(Ok(Message::Binary(_))) => Some(self.malformed("a binary frame".to_owned())),
            Some(Ok(_)) => None,
            Some(Err(error @ tungstenite::Error::Capacity(_))) => {
                Some(self.malformed(error.to_string()))
            }
            Some(Err(error)) => Some(
                bye.take()
                    .unwrap_or_else(|| ended(format!("The connection broke ({error})."))),
            ),
            None => Some(
                bye.take()
                    .unwrap_or_else(|| ended("The server closed the connection.")),
            ),
        }
    }

    fn hear_text(&mut self, text: &str, bye: &mut Option<DialError>) -> Option<DialError> {
        match Inbound::decode(text) {
            Ok(Some(frame)) => {
                if let Some((why, retry)) = frame.bye() {
                    let fatal = !retry;
                    *bye = Some(DialError { why, fatal });
                }
                if let Some(person) = frame.welcomes() {
                    self.failures = 0;
                    self.pump.is_of(person.clone());
                }
                self.pump.say(Input::Frame(Box::new(frame)));
                None
            }
            Ok(None) => {
                tracing::debug!("a frame of a later version was passed over");
                None
            }
            Err(what) => Some(self.malformed(what)),
        }
    }

    fn malformed(&mut self, what: String) -> DialError {
        self.pump.say(Input::Malformed(what));
        ended("The server said something that this console does not understand.")
    }

    /// Sends what is left, then closes, for as long as that may take.
    async fn say_goodbye(&mut self, sink: &mut SplitSink<Socket, Message>) {
        let goodbye = async {
            while let Some(text) = self.pump.next_outgoing() {
                sink.feed(Message::text(text)).await?;
            }
            sink.close().await
        };
        match tokio::time::timeout(GOODBYE, goodbye).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "the connection broke at its end"),
            Err(_) => tracing::debug!("the server did not take the goodbye"),
        }
    }
}

async fn sleep_until(at: Option<Instant>) {
    if let Some(at) = at {
        tokio::time::sleep_until(at).await;
    }
}

/// How many frames may still be sent at once.
struct Pace {
    left: f64,
    at: Instant,
}

impl Pace {
    fn new(now: Instant) -> Self {
        Self {
            left: f64::from(SEND_BURST),
            at: now,
        }
    }

    /// When the next frame may be sent; `None`: now.
    fn next_at(&mut self, now: Instant) -> Option<Instant> {
        let refill = (now - self.at).as_secs_f64() * f64::from(SEND_PER_SECOND);
        self.left = (self.left + refill).min(f64::from(SEND_BURST));
        self.at = now;
        (self.left < 1.0).then(|| now + Duration::from_secs(1) / SEND_PER_SECOND)
    }

    fn spend(&mut self) {
        self.left -= 1.0;
    }
}

fn ended(why: impl Into<String>) -> DialError {
    DialError {
        why: why.into(),
        fatal: false,
    }
}

/// The wait after so many failures in a row.
fn backoff(failures: u32) -> Duration {
    let full = BACKOFF_FIRST
        .saturating_mul(1 << failures.min(10))
        .min(BACKOFF_MAX);
    let mut byte = [0];
    if SystemRandom::new().fill(&mut byte).is_err() {
        return full;
    }
    full / 2 + full / 2 * u32::from(byte[0]) / 255
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_stays_under_the_servers_rate() {
        use crate::protocol::limits::{FRAMES_BURST, FRAMES_PER_SECOND};
        let start = Instant::now();
        let mut pace = Pace::new(start);
        let (mut now, mut sent) = (start, 0u32);
        while now < start + Duration::from_secs(10) {
            match pace.next_at(now) {
                None => {
                    pace.spend();
                    sent += 1;
                }
                Some(at) => now = at,
            }
            let seconds = u32::try_from((now - start).as_secs()).unwrap();
            assert!(sent < FRAMES_BURST + seconds * FRAMES_PER_SECOND);
        }
        assert!(sent >= SEND_BURST + 9 * SEND_PER_SECOND, "{sent}");
    }

    #[test]
    fn waits_grow_to_their_bound_and_never_vanish() {
        for failures in 0..40 {
            let full = BACKOFF_FIRST * (1 << failures.min(10));
            let wait = backoff(failures);
            assert!(wait >= full.min(BACKOFF_MAX) / 2 && wait <= full.min(BACKOFF_MAX));
        }
    }
}
